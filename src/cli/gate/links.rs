//! Where the symbolic links lead that were added or changed.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use lanelint::gate::{ChangedLink, Destination, GateInput, Judged, Node, Source, follow};
use lanelint::path::RepoPath;
use lanelint::repo::git::{CommitId, Environment, Mode, ObjectId, Repository};
use lanelint::repo::{Change, ChangeKind, Gap};

use crate::cli::check::existing_files;

/// No link's target is read that is longer.
const TARGET_LIMIT: u64 = 1 << 16;
/// How many links are followed in one run; the rest is not verified.
const MOST_LINKS: usize = 10_000;
/// How many files below folders are looked at in one run, each as often as a link leads there.
const MOST_FILES: usize = 2_000_000;

/// Follows every link that was added or changed, each in the tree that holds it.
pub(super) fn follow_all(
    environment: &Environment,
    repository: Option<&Repository>,
    root: &Path,
    input: &mut GateInput,
) {
    let mut links = Vec::new();
    let mut files_left = MOST_FILES;
    for (place, judged) in input.judged.iter().enumerate() {
        let mut tree: Option<Tree<'_>> = None;
        for (path, change) in judged.changes().filter(|(_, change)| is_link(change)) {
            let tree = tree
                .get_or_insert_with(|| Tree::of(judged, environment, repository, root.to_owned()));
            let targets = tree.targets(path, change);
            let targets = match targets {
                Ok(targets) => targets.into_iter().map(|target| (Some(target), None)).collect(),
                Err(gap) => vec![(None, Some(gap))],
            };
            for (target, gap) in targets {
                let leads = match (&target, gap) {
                    _ if links.len() >= MOST_LINKS => Err(too_much()),
                    (Some(target), _) => tree.follow(path, target, &mut files_left),
                    (None, gap) => Err(gap.unwrap_or_else(too_much)),
                };
                links.push(ChangedLink { judged: place, path: path.clone(), target, leads });
            }
        }
    }
    input.links = links;
}

/// Whether a change makes its path a link, or gives a link another target.
fn is_link(change: &Change) -> bool {
    change.kind != ChangeKind::Deleted
        && change.new.as_ref().is_some_and(|side| side.mode == Mode::Symlink)
}

fn too_much() -> Gap {
    Gap {
        problem: "there are too many symbolic links to follow, or too many files behind them"
            .to_owned(),
        help: "judge fewer changes in one run".to_owned(),
    }
}

/// The tree that is judged, as far as links need it.
struct Tree<'a> {
    repository: Option<&'a Repository>,
    environment: &'a Environment,
    root: PathBuf,
    kind: Kind<'a>,
    /// All files, in byte order, once they are asked for.
    files: Option<Result<Vec<RepoPath>, Gap>>,
}

enum Kind<'a> {
    /// That of a commit, with the folders that were read.
    Commit(CommitId, HashMap<Option<RepoPath>, Folder>),
    /// The files on disk, under the changes of the input.
    Disk(BTreeMap<&'a RepoPath, &'a Change>),
    /// It cannot be had.
    Unknown(Gap),
}

/// The entries of a folder by their names; nothing where there is no such folder.
type Folder = Option<HashMap<Vec<u8>, (Mode, ObjectId)>>;

impl<'a> Tree<'a> {
    fn of(
        judged: &'a Judged,
        environment: &'a Environment,
        repository: Option<&'a Repository>,
        root: PathBuf,
    ) -> Tree<'a> {
        let lost = || {
            let problem = "the commit whose symbolic links are to be followed is not known";
            Gap { problem: problem.to_owned(), help: "run the gate again".to_owned() }
        };
        let of_commit = |commit: Result<CommitId, Gap>| match commit {
            Ok(commit) => Kind::Commit(commit, HashMap::new()),
            Err(gap) => Kind::Unknown(gap),
        };
        let kind = match (&judged.source, repository) {
            (Source::Commits(commits), _) => {
                of_commit(commits.as_ref().map(|commits| commits.tip.clone()).ok_or_else(lost))
            }
            (Source::Index, Some(repository)) => {
                of_commit(repository.staged_commit().map_err(Gap::from))
            }
            (Source::Index, None) => Kind::Unknown(lost()),
            (Source::Patch(_) | Source::WorkTree, _) => Kind::Disk(judged.changes().collect()),
        };
        Tree { repository, environment, root, kind, files: None }
    }

    /// What is written in a changed link: once, or as often as a patch says it.
    fn targets(&self, path: &RepoPath, change: &Change) -> Result<Vec<Vec<u8>>, Gap> {
        if let Some(shown) = &change.shown {
            if shown.links.is_empty() {
                return Err(Gap {
                    problem: format!("where the symbolic link `{path}` leads is not shown"),
                    help:
                        "judge the commits with --range, or make the patch with `git diff --text`"
                            .to_owned(),
                });
            }
            return Ok(shown.links.clone());
        }
        let id = change.new.as_ref().and_then(|side| side.id.as_ref());
        match (&self.kind, id, self.repository) {
            (Kind::Commit(..) | Kind::Unknown(_), Some(id), Some(repository)) => {
                Ok(vec![repository.content(id, TARGET_LIMIT)?])
            }
            _ => match self.on_disk(path) {
                Node::Link(target) => Ok(vec![target]),
                // It has changed again since it was listed.
                _ => Err(Gap {
                    problem: format!("where the symbolic link `{path}` leads cannot be read"),
                    help: "run the gate again".to_owned(),
                }),
            },
        }
    }

    fn follow(
        &mut self,
        path: &RepoPath,
        target: &[u8],
        files_left: &mut usize,
    ) -> Result<Destination, Gap> {
        let found = follow(path, target, |path| self.look(path))?;
        let Destination::Folder(folder, _) = found else { return Ok(found) };
        let all = match self.files.get_or_insert_with(|| match (&self.kind, self.repository) {
            (Kind::Commit(commit, _), Some(repository)) => {
                repository.tree_files(commit).map_err(Gap::from)
            }
            (Kind::Disk(changes), _) => {
                let files = existing_files(self.environment, &self.root)?;
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
        let below: Vec<RepoPath> = match &folder {
            None => all.clone(),
            Some(folder) => {
                let prefix = [folder.as_bytes(), b"/"].concat();
                let start = all.partition_point(|file| file.as_bytes() < prefix.as_slice());
                let files = all[start..].iter();
                files.take_while(|file| file.as_bytes().starts_with(&prefix)).cloned().collect()
            }
        };
        match files_left.checked_sub(below.len()) {
            Some(left) => *files_left = left,
            None => return Err(too_much()),
        }
        Ok(Destination::Folder(folder, below))
    }

    fn look(&mut self, path: &RepoPath) -> Result<Node, Gap> {
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
        let Some(repository) = self.repository else { return Ok(Node::Nothing) };
        let (parent, name) = match path.as_bytes().iter().rposition(|&byte| byte == b'/') {
            Some(at) => (RepoPath::new(&path.as_bytes()[..at]).ok(), &path.as_bytes()[at + 1..]),
            None => (None, path.as_bytes()),
        };
        if !folders.contains_key(&parent) {
            let entries = repository.tree_entries(commit, parent.as_ref())?;
            let folder: Folder = entries.map(|entries| {
                entries.into_iter().map(|entry| (entry.name, (entry.mode, entry.id))).collect()
            });
            folders.insert(parent.clone(), folder);
        }
        let folder = folders.get(&parent).and_then(Option::as_ref);
        Ok(match folder.and_then(|entries| entries.get(name)) {
            None => Node::Nothing,
            Some((Mode::Tree, _)) => Node::Folder,
            Some((Mode::Symlink, id)) => Node::Link(repository.content(id, TARGET_LIMIT)?),
            Some(_) => Node::File,
        })
    }

    fn on_disk(&self, path: &RepoPath) -> Node {
        use bstr::ByteSlice;
        let Ok(relative) = path.as_bytes().to_path() else { return Node::Nothing };
        let path = self.root.join(relative);
        match fs::symlink_metadata(&path) {
            Err(_) => Node::Nothing,
            Ok(meta) if meta.is_dir() => Node::Folder,
            Ok(meta) if meta.is_symlink() => match fs::read_link(&path) {
                Ok(target) => Node::Link(target.as_os_str().as_encoded_bytes().to_vec()),
                Err(_) => Node::Nothing,
            },
            Ok(_) => Node::File,
        }
    }
}
