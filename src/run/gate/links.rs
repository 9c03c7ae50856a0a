//! Where the symbolic links lead that were added or changed.

use std::collections::{BTreeMap, HashMap};

use crate::change::{Change, ChangeKind};
use crate::failure::Failure;
use crate::gate::{ChangedLink, Destination, Node, Source, System, TaskDiff, follow};
use crate::git::{CommitId, GitErrorKind, Mode, ObjectId};
use crate::index::{IndexVec, InputId};
use crate::path::RepoPath;
use crate::workspace::{FileKind, Git, Workspace};

/// No link's target is read that is longer: one byte more than any system takes.
const TARGET_LIMIT: u64 = 1 << 12;
/// How many links are followed in one run; the rest is not verified.
const MOST_LINKS: usize = 10_000;
/// How many files below folders are looked at in one run, each as often as a link leads there.
const MOST_FILES: usize = 2_000_000;
/// How many bytes the paths have that are looked at in one run: some seconds of work.
const MOST_BYTES: usize = 1 << 30;

/// Follows every link that was added or changed, each in the tree that holds it.
pub(super) fn follow_all(
    workspace: &Workspace<'_>,
    git: Option<&dyn Git>,
    diffs: &IndexVec<InputId, TaskDiff>,
) -> Vec<ChangedLink> {
    let mut links: Vec<ChangedLink> = Vec::new();
    let mut left = Left { files: MOST_FILES, bytes: MOST_BYTES };
    for (place, diff) in diffs.enumerated() {
        let mut tree: Option<Tree<'_>> = None;
        for (path, change) in diff.changes().filter(|(_, change)| is_link(change)) {
            let tree = tree.get_or_insert_with(|| Tree::of(diff, workspace, git));
            let targets = match tree.targets(path, change) {
                Ok(targets) => targets.into_iter().map(Ok).collect(),
                Err(gap) => vec![Err(gap)],
            };
            for target in targets {
                let (target, ways) = match target {
                    _ if links.len() >= MOST_LINKS => (None, vec![Err(too_much())]),
                    Ok(Target::Known(target)) => {
                        let ways = tree.follow_each_way(path, &target, &mut left);
                        (Some(target), ways)
                    }
                    Ok(Target::TooLong) => (None, vec![Ok(Destination::TooLong)]),
                    Err(gap) => (None, vec![Err(gap)]),
                };
                links.extend(ways.into_iter().map(|leads| ChangedLink {
                    diff: place,
                    path: path.clone(),
                    target: target.clone(),
                    leads,
                }));
            }
        }
    }
    links
}

/// Whether a change makes its path a link, or gives a link another target.
fn is_link(change: &Change) -> bool {
    change.kind != ChangeKind::Deleted
        && change.new.as_ref().is_some_and(|side| side.mode == Mode::Symlink)
}

fn too_much() -> Failure {
    Failure {
        problem: "there are too many symbolic links to follow, or too many files behind them"
            .to_owned(),
        help: "judge fewer changes in one run".to_owned(),
    }
}

/// The path itself or the one above it that is listed as an entry of its own, as submodules are.
fn tracked_above(all: &[RepoPath], path: &RepoPath) -> Option<RepoPath> {
    let bytes = path.as_bytes();
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
    ends.chain([bytes.len()]).find_map(|end| {
        let at = all.binary_search_by(|file| file.as_bytes().cmp(&bytes[..end])).ok()?;
        Some(all[at].clone())
    })
}

/// What is written in a link.
enum Target {
    Known(Vec<u8>),
    /// More than any system takes.
    TooLong,
}

/// What may still be looked at in this run.
struct Left {
    files: usize,
    /// Of the paths that are looked at.
    bytes: usize,
}

/// The tree that is judged, as far as links need it.
struct Tree<'a> {
    git: Option<&'a dyn Git>,
    workspace: &'a Workspace<'a>,
    kind: Kind<'a>,
    /// All files, in byte order, once they are asked for.
    files: Option<Result<Vec<RepoPath>, Failure>>,
}

enum Kind<'a> {
    /// That of a commit, with the folders that were read.
    Commit(CommitId, Folders),
    /// The files on disk, under the changes of the input.
    Disk(BTreeMap<&'a RepoPath, &'a Change>),
    /// It cannot be had.
    Unknown(Failure),
}

/// The folders of a commit by their paths, as far as they were read.
#[derive(Default)]
struct Folders(HashMap<Option<RepoPath>, Folder>);

/// The entries of a folder by their names.
type Folder = HashMap<Vec<u8>, (Mode, ObjectId)>;

impl Folders {
    /// What a path leads to; `None` if there is nothing. Its folder has to be there.
    fn entry(
        &mut self,
        git: &dyn Git,
        commit: &CommitId,
        path: &RepoPath,
    ) -> Result<Option<(Mode, &ObjectId)>, Failure> {
        let name = path.name();
        let above = &path.as_bytes()[..path.as_bytes().len() - name.len()];
        let parent = above.strip_suffix(b"/").and_then(|above| RepoPath::new(above).ok());
        if !self.0.contains_key(&parent) {
            let entries = match &parent {
                None => git.tree_entries(commit, None)?,
                // The folder above was read to come here: no path is walked from the root again.
                Some(folder) => match self.entry(git, commit, folder)? {
                    Some((Mode::Tree, id)) => Some(git.entries_of(&id.clone())?),
                    _ => None,
                },
            };
            let mut folder = Folder::new();
            for entry in entries.into_iter().flatten() {
                let known = folder.insert(entry.name, (entry.mode, entry.id));
                if known.is_some() {
                    return Err(Failure {
                        problem: format!("a name stands twice in the folder of `{path}`"),
                        help: "make the commit again with git: `git fsck` names its faults".into(),
                    });
                }
            }
            self.0.insert(parent.clone(), folder);
        }
        let folder = self.0.get(&parent);
        Ok(folder.and_then(|folder| folder.get(name)).map(|(mode, id)| (*mode, id)))
    }
}

impl<'a> Tree<'a> {
    fn of(diff: &'a TaskDiff, workspace: &'a Workspace<'a>, git: Option<&'a dyn Git>) -> Tree<'a> {
        let lost = || {
            let problem = "the commit whose symbolic links are to be followed is not known";
            Failure { problem: problem.to_owned(), help: "run the gate again".to_owned() }
        };
        let of_commit = |commit: Result<CommitId, Failure>| match commit {
            Ok(commit) => Kind::Commit(commit, Folders::default()),
            Err(gap) => Kind::Unknown(gap),
        };
        let kind = match (&diff.source, git) {
            (Source::Commits(commits), _) => {
                of_commit(commits.as_ref().map(|commits| commits.tip.clone()).ok_or_else(lost))
            }
            (Source::Index, Some(git)) => of_commit(git.staged_commit().map_err(Failure::from)),
            (Source::Index, None) => Kind::Unknown(lost()),
            (Source::Patch(_) | Source::WorkTree, _) => Kind::Disk(diff.changes().collect()),
        };
        Tree { git, workspace, kind, files: None }
    }

    /// What is written in a changed link: once, or as often as a patch says it.
    fn targets(&self, path: &RepoPath, change: &Change) -> Result<Vec<Target>, Failure> {
        if let Some(shown) = &change.shown {
            if shown.links.is_empty() {
                return Err(Failure {
                    problem: format!("where the symbolic link `{path}` leads is not shown"),
                    help:
                        "judge the commits with --range, or make the patch with `git diff --text`"
                            .to_owned(),
                });
            }
            return Ok(shown.links.iter().cloned().map(Target::Known).collect());
        }
        let id = change.new.as_ref().and_then(|side| side.id.as_ref());
        match (&self.kind, id, self.git) {
            (Kind::Commit(..) | Kind::Unknown(_), Some(id), Some(git)) => {
                Ok(vec![match git.content(id, TARGET_LIMIT) {
                    Ok(target) => Target::Known(target),
                    Err(error) if error.kind == GitErrorKind::TooLarge => Target::TooLong,
                    Err(error) => return Err(error.into()),
                }])
            }
            _ => match self.on_disk(path) {
                Node::Link(target) => Ok(vec![Target::Known(target)]),
                // It has changed again since it was listed.
                _ => Err(Failure {
                    problem: format!("where the symbolic link `{path}` leads cannot be read"),
                    help: "run the gate again".to_owned(),
                }),
            },
        }
    }

    /// Follows a link as each system does that reads its target in a way of its own; where two come
    /// to the same, once.
    fn follow_each_way(
        &mut self,
        path: &RepoPath,
        target: &[u8],
        left: &mut Left,
    ) -> Vec<Result<Destination, Failure>> {
        let mut ways = Vec::new();
        for &system in System::that_differ(target) {
            let leads = self.follow(path, target, system, left);
            if !ways.contains(&leads) {
                ways.push(leads);
            }
        }
        ways
    }

    fn follow(
        &mut self,
        path: &RepoPath,
        target: &[u8],
        system: System,
        left: &mut Left,
    ) -> Result<Destination, Failure> {
        let found = follow(path, target, system, |path| {
            left.bytes = left.bytes.checked_sub(path.as_bytes().len()).ok_or_else(too_much)?;
            self.look(path)
        })?;
        let wanted = match &found {
            Destination::Folder(..) => true,
            // On disk, a submodule that is not checked out is an empty folder.
            Destination::Nothing(_) => matches!(self.kind, Kind::Disk(_)),
            _ => false,
        };
        if !wanted {
            return Ok(found);
        }
        let all = match self.files.get_or_insert_with(|| match (&self.kind, self.git) {
            (Kind::Commit(commit, _), Some(git)) => git.tree_files(commit).map_err(Failure::from),
            (Kind::Disk(changes), _) => {
                let files = self.workspace.files()?;
                let mut all: Vec<RepoPath> =
                    files.into_iter().chain(changes.keys().map(|path| (*path).clone())).collect();
                all.sort_unstable();
                all.dedup();
                Ok(all)
            }
            (Kind::Unknown(gap), _) => Err(gap.clone()),
            (Kind::Commit(..), None) => Ok(Vec::new()),
        }) {
            Ok(all) => all,
            Err(gap) => return Err(gap.clone()),
        };
        let folder = match found {
            Destination::Folder(folder, _) => folder,
            Destination::Nothing(path) => {
                return Ok(match tracked_above(all, &path) {
                    Some(pin) => Destination::Submodule { pin, path },
                    None => Destination::Nothing(path),
                });
            }
            found => return Ok(found),
        };
        if let Some(path) = &folder
            && let Some(pin) = tracked_above(all, path)
        {
            return Ok(Destination::Submodule { pin, path: path.clone() });
        }
        let below: Vec<RepoPath> = match &folder {
            None => all.clone(),
            Some(folder) => {
                let prefix = [folder.as_bytes(), b"/"].concat();
                let start = all.partition_point(|file| file.as_bytes() < prefix.as_slice());
                let files = all[start..].iter();
                files.take_while(|file| file.as_bytes().starts_with(&prefix)).cloned().collect()
            }
        };
        left.files = left.files.checked_sub(below.len()).ok_or_else(too_much)?;
        Ok(Destination::Folder(folder, below))
    }

    fn look(&mut self, path: &RepoPath) -> Result<Node, Failure> {
        let (commit, folders) = match &mut self.kind {
            Kind::Commit(commit, folders) => (commit, folders),
            Kind::Unknown(gap) => return Err(gap.clone()),
            Kind::Disk(changes) => {
                // A patch may hold links that the disk does not have, or not yet as it makes them.
                return Ok(match changes.get(path) {
                    Some(change) if change.kind == ChangeKind::Deleted => Node::Nothing,
                    Some(change) => match &change.shown {
                        Some(shown) if is_link(change) => match shown.links.last() {
                            Some(target) => Node::Link(target.clone()),
                            None => self.on_disk(path),
                        },
                        Some(_) => Node::File,
                        None => self.on_disk(path),
                    },
                    None => self.on_disk(path),
                });
            }
        };
        let Some(git) = self.git else { return Ok(Node::Nothing) };
        let Some((mode, id)) = folders.entry(git, commit, path)? else {
            return Ok(Node::Nothing);
        };
        Ok(match mode {
            Mode::Tree => Node::Folder,
            Mode::Submodule | Mode::Other(_) => Node::Submodule,
            Mode::File | Mode::Executable => Node::File,
            Mode::Symlink => match git.content(id, TARGET_LIMIT) {
                Ok(target) => Node::Link(target),
                // Whoever follows it sees that no system does.
                Err(error) if error.kind == GitErrorKind::TooLarge => {
                    Node::Link(vec![b'x'; TARGET_LIMIT.try_into().unwrap_or(usize::MAX)])
                }
                Err(error) => return Err(error.into()),
            },
        })
    }

    fn on_disk(&self, path: &RepoPath) -> Node {
        use bstr::ByteSlice;
        let Ok(relative) = path.as_bytes().to_path() else { return Node::Nothing };
        let (host, path) = (self.workspace.host(), self.workspace.root().join(relative));
        match host.kind(&path) {
            None => Node::Nothing,
            Some(FileKind::Folder) if host.kind(&path.join(".git")).is_some() => Node::Submodule,
            Some(FileKind::Folder) => Node::Folder,
            Some(FileKind::Symlink) => host.read_link(&path).map_or(Node::Nothing, |target| {
                Node::Link(target.as_os_str().as_encoded_bytes().to_vec())
            }),
            Some(FileKind::File | FileKind::Other) => Node::File,
        }
    }
}
