//! Folders that one task renames while a concurrent task adds files to them.

use std::collections::{BTreeMap, BTreeSet};

use super::TaskDiff;
use crate::change::{ChangeKind, FolderRename};
use crate::index::{IndexVec, InputId, TaskId};
use crate::path::RepoPath;
use crate::plan::order::Order;

/// The most renamed folders that are reported, counted once per task that adds files.
const MAX_FOUND: usize = 10_000;

/// The folders of a run that one task renames while another adds files.
#[derive(Clone, Debug, Default)]
pub struct MovedFolders<'a> {
    /// Sorted by tasks, then by folder.
    pub found: Vec<MovedFolder<'a>>,
    /// Whether the work limit was reached, so that some may be missing.
    pub gave_up: bool,
}

/// A folder that one task renames, with the files that another adds to it.
#[derive(Clone, Debug)]
pub struct MovedFolder<'a> {
    /// The task that renames the folder.
    pub mover: TaskId,
    /// The task that adds files.
    pub adder: TaskId,
    /// The folder's old and new name.
    pub rename: &'a FolderRename,
    /// The added files, each with where git would move it.
    pub files: Vec<(&'a RepoPath, Option<RepoPath>)>,
    /// Whether a merge moves the files. git detects the rename only if a file was added directly to
    /// a renamed folder; then it also moves new folders below it.
    pub moves: bool,
}

/// The inputs that may rename a folder to which a concurrent task adds files: they add files, and
/// delete one below a folder where that task adds one.
#[must_use]
pub fn may_move_folders(order: &Order, diffs: &IndexVec<InputId, TaskDiff>) -> Vec<InputId> {
    let adders = Adders::new(diffs);
    let movers = diffs.enumerated().filter(|(_, diff)| {
        let Some(task) = diff.task.filter(|_| diff.commits().is_some()) else { return false };
        let mut deleted = diff.changes().filter(|(_, change)| change.kind == ChangeKind::Deleted);
        diff.changes().any(|(_, change)| change.kind == ChangeKind::Added)
            && deleted.any(|(path, _)| {
                let mut tasks = folders(path).flat_map(|folder| adders.below(folder));
                tasks.any(|adder| order.concurrent(task, adder))
            })
    });
    movers.map(|(input, _)| input).collect()
}

/// Finds the folders that one task renames while a concurrent task adds files.
#[must_use]
pub fn moved_folders<'a>(
    order: &Order,
    diffs: &'a IndexVec<InputId, TaskDiff>,
    folder_renames: &'a BTreeMap<InputId, Vec<FolderRename>>,
) -> MovedFolders<'a> {
    let mut moved = MovedFolders::default();
    if folder_renames.is_empty() {
        return moved;
    }
    let adders = Adders::new(diffs);
    // A folder inside a renamed one is reported only if its files go somewhere else.
    let mut seen = BTreeSet::new();
    for (&input, renames) in folder_renames {
        let Some(mover) = diffs.find(input).and_then(|diff| diff.task) else { continue };
        for rename in renames {
            for adder in adders.below(rename.from.as_bytes()) {
                if !order.concurrent(mover, adder) {
                    continue;
                }
                if moved.found.len() >= MAX_FOUND {
                    moved.gave_up = true;
                    return moved;
                }
                let files: Vec<_> = adders
                    .files(adder, &rename.from)
                    .map(|path| (path, rename.destination(path)))
                    .collect();
                let is_new = |(path, to): &(&'a RepoPath, Option<RepoPath>)| {
                    seen.insert((mover, adder, *path, to.clone()))
                };
                let renamed =
                    |folder: &[u8]| renames.iter().any(|one| one.from.as_bytes() == folder);
                let moves = files.iter().any(|(path, _)| folders(path).last().is_some_and(renamed));
                if files.iter().map(is_new).fold(false, |any, new| any | new) {
                    moved.found.push(MovedFolder { mover, adder, rename, files, moves });
                }
            }
        }
    }
    moved.found.sort_by_key(|one| (one.mover, one.adder, &one.rename.from));
    moved
}

/// The tasks that add files.
struct Adders<'a> {
    /// For each folder, the tasks that add files below it.
    tasks: BTreeMap<&'a [u8], Vec<TaskId>>,
    /// For each task, the files it adds, in byte order.
    files: BTreeMap<TaskId, Vec<&'a RepoPath>>,
}

impl<'a> Adders<'a> {
    fn new(diffs: &'a [TaskDiff]) -> Adders<'a> {
        let mut adders = Adders { tasks: BTreeMap::new(), files: BTreeMap::new() };
        for diff in diffs {
            let Some(task) = diff.task else { continue };
            let added = diff.changes().filter(|(_, change)| change.kind == ChangeKind::Added);
            for (path, _) in added {
                adders.files.entry(task).or_default().push(path);
                for folder in folders(path) {
                    let tasks = adders.tasks.entry(folder).or_default();
                    if tasks.last() != Some(&task) {
                        tasks.push(task);
                    }
                }
            }
        }
        for tasks in adders.tasks.values_mut() {
            tasks.sort_unstable();
            tasks.dedup();
        }
        for files in adders.files.values_mut() {
            files.sort_unstable();
            files.dedup();
        }
        adders
    }

    /// The tasks that add files below `folder`.
    fn below(&self, folder: &[u8]) -> impl Iterator<Item = TaskId> {
        self.tasks.get(folder).into_iter().flatten().copied()
    }

    /// The files that `task` adds below `folder`.
    fn files(&self, task: TaskId, folder: &RepoPath) -> impl Iterator<Item = &'a RepoPath> {
        let prefix = [folder.as_bytes(), b"/"].concat();
        let files = self.files.get(&task).map_or(&[][..], Vec::as_slice);
        let start = files.partition_point(|path| path.as_bytes() < prefix.as_slice());
        files[start..].iter().copied().take_while(move |path| path.as_bytes().starts_with(&prefix))
    }
}

/// The folders above a path, outermost first.
pub(crate) fn folders(path: &RepoPath) -> impl Iterator<Item = &[u8]> {
    let bytes = path.as_bytes();
    bytes.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(end, _)| &bytes[..end])
}
