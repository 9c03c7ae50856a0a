//! Folders that one task renames while another adds files to them.

use std::collections::{BTreeMap, BTreeSet};

use super::TaskDiff;
use crate::change::{ChangeKind, FolderRename};
use crate::index::{IndexVec, InputId, TaskId};
use crate::path::RepoPath;
use crate::plan::order::Order;

/// How many renamed folders are told, each once for every task that adds files there.
const MOST_TOLD: usize = 10_000;

/// The folders of a run that one task renames and to which another adds files.
#[derive(Clone, Debug, Default)]
pub struct MovedFolders<'a> {
    /// By the tasks and then by the folder.
    pub found: Vec<MovedFolder<'a>>,
    /// Whether there may be more, since a bound on work was reached.
    pub gave_up: bool,
}

/// A folder that one task renames, with the files that another adds there.
#[derive(Clone, Debug)]
pub struct MovedFolder<'a> {
    /// The task that renames the folder.
    pub mover: TaskId,
    /// The task that adds files.
    pub adder: TaskId,
    /// The folder, before and after.
    pub rename: &'a FolderRename,
    /// The files as they were added, and where git would put them.
    pub files: Vec<(&'a RepoPath, Option<RepoPath>)>,
    /// Whether git notices when it merges: it looks at a renamed folder only where a file was added
    /// to that very folder, and then moves what is in new folders below it as well.
    pub moves: bool,
}

/// The inputs that may rename folders in which a concurrent task adds files: they take a file away
/// below a folder where that one adds one.
#[must_use]
pub fn may_move_folders(order: &Order, diff: &IndexVec<InputId, TaskDiff>) -> Vec<InputId> {
    let adders = Adders::new(diff);
    let movers = diff.enumerated().filter(|(_, one)| {
        let Some(task) = one.task.filter(|_| one.commits().is_some()) else { return false };
        let mut gone = one.changes().filter(|(_, change)| change.kind == ChangeKind::Deleted);
        one.changes().any(|(_, change)| change.kind == ChangeKind::Added)
            && gone.any(|(path, _)| {
                let mut tasks = folders(path).flat_map(|folder| adders.below(folder));
                tasks.any(|adder| order.concurrent(task, adder))
            })
    });
    movers.map(|(place, _)| place).collect()
}

/// Finds every folder that one task renames and to which a concurrent one adds files.
#[must_use]
pub fn moved_folders<'a>(
    order: &Order,
    diff: &'a IndexVec<InputId, TaskDiff>,
    folder_renames: &'a BTreeMap<InputId, Vec<FolderRename>>,
) -> MovedFolders<'a> {
    let mut moved = MovedFolders::default();
    if folder_renames.is_empty() {
        return moved;
    }
    let adders = Adders::new(diff);
    // Of a folder in a renamed one, the outer says enough where both say the same.
    let mut told = BTreeSet::new();
    for (&place, renames) in folder_renames {
        let Some(mover) = diff.find(place).and_then(|diff| diff.task) else { continue };
        for rename in renames {
            for adder in adders.below(rename.from.as_bytes()) {
                if !order.concurrent(mover, adder) {
                    continue;
                }
                if moved.found.len() >= MOST_TOLD {
                    moved.gave_up = true;
                    return moved;
                }
                let files: Vec<_> = adders
                    .files(adder, &rename.from)
                    .map(|path| (path, rename.destination(path)))
                    .collect();
                let is_new = |(path, to): &(&'a RepoPath, Option<RepoPath>)| {
                    told.insert((mover, adder, *path, to.clone()))
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

/// Who adds files, and where.
struct Adders<'a> {
    /// For each folder, the tasks that add files below it.
    tasks: BTreeMap<&'a [u8], Vec<TaskId>>,
    /// For each task, the files in byte order.
    files: BTreeMap<TaskId, Vec<&'a RepoPath>>,
}

impl<'a> Adders<'a> {
    fn new(diff: &'a [TaskDiff]) -> Adders<'a> {
        let mut adders = Adders { tasks: BTreeMap::new(), files: BTreeMap::new() };
        for one in diff {
            let Some(task) = one.task else { continue };
            let added = one.changes().filter(|(_, change)| change.kind == ChangeKind::Added);
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

    /// The tasks that add files below a folder.
    fn below(&self, folder: &[u8]) -> impl Iterator<Item = TaskId> {
        self.tasks.get(folder).into_iter().flatten().copied()
    }

    /// The files that a task adds below a folder.
    fn files(&self, task: TaskId, folder: &RepoPath) -> impl Iterator<Item = &'a RepoPath> {
        let prefix = [folder.as_bytes(), b"/"].concat();
        let files = self.files.get(&task).map_or(&[][..], Vec::as_slice);
        let start = files.partition_point(|path| path.as_bytes() < prefix.as_slice());
        files[start..].iter().copied().take_while(move |path| path.as_bytes().starts_with(&prefix))
    }
}

/// The folders above a path, from the root on.
pub(super) fn folders(path: &RepoPath) -> impl Iterator<Item = &[u8]> {
    let bytes = path.as_bytes();
    bytes.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(end, _)| &bytes[..end])
}
