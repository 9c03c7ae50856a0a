//! Paths that were changed and cannot stand together: with each other, or with what exists.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::moving::folders;
use super::{GateInput, TaskDiff};
use crate::change::ChangeKind;
use crate::fold;
use crate::overlap::ClashKind;
use crate::path::RepoPath;
use crate::plan::order::Order;

/// How many clashes are told, and how many pairs of changes looked at.
const MOST_TOLD: usize = 10_000;
const MOST_PAIRS: usize = 50_000_000;

/// A changed path that cannot stand beside another.
#[derive(Clone, Debug)]
pub struct PathClash<'a> {
    /// Why it cannot.
    pub discord: ClashKind,
    /// The input that holds the path; of two, that of the earlier task, or of the one that wrote the
    /// file.
    pub diff: &'a TaskDiff,
    /// The path.
    pub path: &'a RepoPath,
    /// The input that holds the other path; nothing for one that exists.
    pub other_judged: Option<&'a TaskDiff>,
    /// The other path.
    pub other: &'a RepoPath,
}

/// The clashes of a run.
#[derive(Clone, Debug, Default)]
pub struct PathClashes<'a> {
    /// By the tasks and then by the paths.
    pub found: Vec<PathClash<'a>>,
    /// Whether there may be more, since a bound on work was reached.
    pub gave_up: bool,
}

/// The folded forms of all paths that were added: of the existing paths, only those that have one of
/// these can clash with them.
#[must_use]
pub fn added_forms(diff: &[TaskDiff]) -> HashSet<RepoPath> {
    let changes = diff.iter().flat_map(TaskDiff::changes);
    let added = changes.filter(|(_, change)| change.kind == ChangeKind::Added);
    added.map(|(path, _)| fold::path(path)).collect()
}

/// Finds every path that a task wrote and that cannot stand beside what a concurrent one wrote, or
/// beside a path that exists and that the task left there.
#[must_use]
pub fn path_clashes<'a>(order: &Order, input: &'a GateInput) -> PathClashes<'a> {
    let mut clashes = PathClashes::default();
    by_form(order, input, &mut clashes);
    by_folder(order, &input.diff, &mut clashes);
    clashes.found.sort_by_key(|clash| {
        let task = |diff: Option<&TaskDiff>| diff.map(|diff| diff.task);
        (task(Some(clash.diff)), task(clash.other_judged), clash.path, clash.other)
    });
    clashes
}

impl<'a> PathClashes<'a> {
    fn add(&mut self, clash: PathClash<'a>) {
        if self.found.len() < MOST_TOLD {
            self.found.push(clash);
        } else {
            self.gave_up = true;
        }
    }
}

/// The paths that an input writes and does not take away, each with whether it was added.
fn written(diff: &TaskDiff) -> impl Iterator<Item = (&RepoPath, bool)> {
    let left = diff.changes().filter(|(_, change)| change.kind != ChangeKind::Deleted);
    left.map(|(path, change)| (path, change.kind == ChangeKind::Added))
}

fn concurrent(order: &Order, one: &TaskDiff, other: &TaskDiff) -> bool {
    one.task.zip(other.task).is_some_and(|(one, other)| order.concurrent(one, other))
}

fn by_form<'a>(order: &Order, input: &'a GateInput, clashes: &mut PathClashes<'a>) {
    let mut writers: BTreeMap<RepoPath, Vec<(&TaskDiff, &RepoPath, bool)>> = BTreeMap::new();
    for diff in &input.diff {
        for (path, added) in written(diff) {
            writers.entry(fold::path(path)).or_default().push((diff, path, added));
        }
    }
    let discord = ClashKind::Form;
    for other in &input.existing {
        for &(diff, path, added) in writers.get(&fold::path(other)).into_iter().flatten() {
            if added && path != other && !diff.has_changed(other) {
                let other_judged = None;
                clashes.add(PathClash { discord, diff, path, other_judged, other });
            }
        }
    }
    let mut pairs = 0;
    let mut told = BTreeSet::new();
    for writers in writers.values_mut() {
        if writers.iter().all(|writer| writer.1 == writers[0].1) {
            continue;
        }
        writers.sort_by_key(|(diff, path, _)| (diff.task, *path));
        for (at, &(diff, path, _)) in writers.iter().enumerate() {
            for &(other_judged, other, _) in &writers[at + 1..] {
                pairs += 1;
                if pairs > MOST_PAIRS {
                    clashes.gave_up = true;
                    return;
                }
                if path != other
                    && concurrent(order, diff, other_judged)
                    && told.insert((diff.task, other_judged.task, path, other))
                {
                    let other_judged = Some(other_judged);
                    clashes.add(PathClash { discord, diff, path, other_judged, other });
                }
            }
        }
    }
}

fn by_folder<'a>(order: &Order, diff: &'a [TaskDiff], clashes: &mut PathClashes<'a>) {
    let mut writers: BTreeMap<&[u8], Vec<(&TaskDiff, &RepoPath)>> = BTreeMap::new();
    for diff in diff {
        for (path, _) in written(diff) {
            writers.entry(path.as_bytes()).or_default().push((diff, path));
        }
    }
    let discord = ClashKind::Folder;
    let mut pairs = 0;
    let mut told = BTreeSet::new();
    for writers_below in writers.values() {
        for folder in writers_below.first().into_iter().flat_map(|(_, path)| folders(path)) {
            for &(diff, path) in writers.get(folder).into_iter().flatten() {
                for &(other_judged, other) in writers_below {
                    pairs += 1;
                    if pairs > MOST_PAIRS {
                        clashes.gave_up = true;
                        return;
                    }
                    // One that says it for a folder says it for the files.
                    if concurrent(order, diff, other_judged)
                        && told.insert((diff.task, other_judged.task, path))
                    {
                        let other_judged = Some(other_judged);
                        clashes.add(PathClash { discord, diff, path, other_judged, other });
                    }
                }
            }
        }
    }
}
