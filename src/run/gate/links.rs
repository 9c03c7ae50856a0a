//! Follows the symbolic links that were added or changed.

use std::collections::{BTreeMap, HashMap};

use crate::change::{Change, ChangeKind};
use crate::failure::Failure;
use crate::gate::{ChangedLink, Destination, Node, Source, System, TaskDiff, follow};
use crate::git::{CommitId, GitErrorKind, Mode, ObjectId};
use crate::index::{IndexVec, InputId};
use crate::path::RepoPath;
use crate::workspace::{FileKind, Git, Workspace};

/// The longest target that is read: one byte more than any system supports.
const TARGET_LIMIT: u64 = 1 << 12;
/// The most links that are followed in a run; the rest is not verified.
const MAX_LINKS: usize = 10_000;
/// The most files below link destinations in a run, counted once per link.
const MAX_FILES: usize = 2_000_000;
/// The most bytes of paths that are looked up in a run: a few seconds of work.
const MAX_BYTES: usize = 1 << 30;

/// Follows every link that was added or changed, in the tree that contains it.
pub(super) fn follow_all(
    workspace: &Workspace<'_>,
    git: Option<&dyn Git>,
    diffs: &IndexVec<InputId, TaskDiff>,
) -> Vec<ChangedLink> {
    let mut links: Vec<ChangedLink> = Vec::new();
    let mut remaining = Remaining { files: MAX_FILES, bytes: MAX_BYTES };
    for (input, diff) in diffs.enumerated() {
        let mut tree: Option<Tree<'_>> = None;
        for (path, change) in diff.changes().filter(|(_, change)| is_link(change)) {
            let tree = tree.get_or_insert_with(|| Tree::of(diff, workspace, git));
            let targets = match tree.targets(path, change) {
                Ok(targets) => targets.into_iter().map(Ok).collect(),
                Err(gap) => vec![Err(gap)],
            };
            for target in targets {
                let (target, ways) = match target {
                    _ if links.len() >= MAX_LINKS => (None, vec![Err(too_much())]),
                    Ok(Target::Known(target)) => {
                        let ways = tree.follow_each_way(path, &target, &mut remaining);
                        (Some(target), ways)
                    }
                    Ok(Target::TooLong) => (None, vec![Ok(Destination::TooLong)]),
                    Err(gap) => (None, vec![Err(gap)]),
                };
                links.extend(ways.into_iter().map(|leads| ChangedLink {
                    input,
                    path: path.clone(),
                    target: target.clone(),
                    leads,
                }));
            }
        }
    }
    links
}

/// Whether the path is a symbolic link after the change.
fn is_link(change: &Change) -> bool {
    change.kind != ChangeKind::Deleted
        && change.new.as_ref().is_some_and(|side| side.mode == Mode::Symlink)
}

fn too_much() -> Failure {
    Failure {
        problem: "there are too many symbolic links to follow, or too many files at their targets"
            .to_owned(),
        help: "check fewer changes in one run".to_owned(),
    }
}

/// The path itself or a path above it that is tracked as an entry of its own, as submodules are.
fn tracked_above(all: &[RepoPath], path: &RepoPath) -> Option<RepoPath> {
    let bytes = path.as_bytes();
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
    ends.chain([bytes.len()]).find_map(|end| {
        let at = all.binary_search_by(|file| file.as_bytes().cmp(&bytes[..end])).ok()?;
        Some(all[at].clone())
    })
}

/// The target written in a link.
enum Target {
    Known(Vec<u8>),
    /// Longer than any system supports.
    TooLong,
}

/// How much may still be looked up in this run.
struct Remaining {
    files: usize,
    /// Length of the paths.
    bytes: usize,
}

/// The tree in which links are followed.
struct Tree<'a> {
    git: Option<&'a dyn Git>,
    workspace: &'a Workspace<'a>,
    kind: Kind<'a>,
    /// All files in byte order, listed when first needed.
    files: Option<Result<Vec<RepoPath>, Failure>>,
}

enum Kind<'a> {
    /// The tree of a commit, with the folders read so far.
    Commit(CommitId, Folders),
    /// The files on disk, overlaid with the changes of the input.
    Disk(BTreeMap<&'a RepoPath, &'a Change>),
    /// The tree cannot be read.
    Unknown(Failure),
}

/// The folders of a commit read so far, by path.
#[derive(Default)]
struct Folders(HashMap<Option<RepoPath>, Folder>);

/// The entries of a folder by name.
type Folder = HashMap<Vec<u8>, (Mode, ObjectId)>;

impl Folders {
    /// The entry at a path, if any. Its folder must exist.
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
                // The parent was read on the way here, so this does not start at the root again.
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
                        problem: format!("the folder of `{path}` has two entries of the same name"),
                        help: "recreate the commit with git; `git fsck` shows its problems".into(),
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
            let problem = "the commit whose symbolic links should be followed is unknown";
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

    /// The targets written in a changed link: several if a patch changes it several times.
    fn targets(&self, path: &RepoPath, change: &Change) -> Result<Vec<Target>, Failure> {
        if let Some(shown) = &change.shown {
            if shown.links.is_empty() {
                return Err(Failure {
                    problem: format!(
                        "the patch does not show where the symbolic link `{path}` leads"
                    ),
                    help:
                        "check the commits with --range, or create the patch with `git diff --text`"
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
                // It has changed since it was listed.
                _ => Err(Failure {
                    problem: format!("cannot read where the symbolic link `{path}` leads"),
                    help: "run the gate again".to_owned(),
                }),
            },
        }
    }

    /// Follows a link as each operating system would, without duplicate results.
    fn follow_each_way(
        &mut self,
        path: &RepoPath,
        target: &[u8],
        remaining: &mut Remaining,
    ) -> Vec<Result<Destination, Failure>> {
        let mut ways = Vec::new();
        for &system in System::that_differ(target) {
            let leads = self.follow(path, target, system, remaining);
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
        remaining: &mut Remaining,
    ) -> Result<Destination, Failure> {
        let found = follow(path, target, system, |path| {
            remaining.bytes =
                remaining.bytes.checked_sub(path.as_bytes().len()).ok_or_else(too_much)?;
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
        remaining.files = remaining.files.checked_sub(below.len()).ok_or_else(too_much)?;
        Ok(Destination::Folder(folder, below))
    }

    fn look(&mut self, path: &RepoPath) -> Result<Node, Failure> {
        let (commit, folders) = match &mut self.kind {
            Kind::Commit(commit, folders) => (commit, folders),
            Kind::Unknown(gap) => return Err(gap.clone()),
            Kind::Disk(changes) => {
                // A patch may contain links that are missing or different on disk.
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
                // A placeholder that is too long to follow.
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
