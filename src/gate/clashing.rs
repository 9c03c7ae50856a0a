//! Changed paths that cannot exist side by side, or beside an existing path.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::moving::folders;
use super::{GateInput, TaskDiff};
use crate::change::ChangeKind;
use crate::fold;
use crate::index::{IndexVec, InputId};
use crate::overlap::ClashKind;
use crate::path::RepoPath;
use crate::plan::order::Order;

/// The most clashes that are reported.
const MAX_FOUND: usize = 10_000;
/// The most pairs of changes that are compared.
const MAX_PAIRS: usize = 50_000_000;

/// A changed path that cannot exist beside another path.
#[derive(Clone, Debug)]
pub struct PathClash<'a> {
    /// Why the two clash.
    pub kind: ClashKind,
    /// The input that changed `path`. If two inputs clash, this is the one of the earlier task, or
    /// the one that wrote the file.
    pub input: InputId,
    /// The changed path.
    pub path: &'a RepoPath,
    /// The input that changed `other`; `None` if `other` is an existing path.
    pub other_input: Option<InputId>,
    /// The path that it clashes with.
    pub other: &'a RepoPath,
}

/// The clashes of a run.
#[derive(Clone, Debug, Default)]
pub struct PathClashes<'a> {
    /// Sorted by tasks, then by paths.
    pub found: Vec<PathClash<'a>>,
    /// Whether the work limit was reached, so that some may be missing.
    pub gave_up: bool,
}

/// The folded forms of all added paths. An existing path can only clash if its form is among them.
#[must_use]
pub fn added_forms(diffs: &[TaskDiff]) -> HashSet<RepoPath> {
    let changes = diffs.iter().flat_map(TaskDiff::changes);
    let added = changes.filter(|(_, change)| change.kind == ChangeKind::Added);
    added.map(|(path, _)| fold::path(path)).collect()
}

/// Finds the paths written by a task that clash with a path written by a concurrent task, or with
/// an existing path that the task did not change.
#[must_use]
pub fn path_clashes<'a>(order: &Order, input: &'a GateInput) -> PathClashes<'a> {
    let mut clashes = PathClashes::default();
    by_form(order, input, &mut clashes);
    by_folder(order, &input.diffs, &mut clashes);
    clashes.found.sort_by_key(|clash| {
        let task = |id: Option<InputId>| id.map(|id| input.diffs[id].task);
        (task(Some(clash.input)), task(clash.other_input), clash.path, clash.other)
    });
    clashes
}

impl<'a> PathClashes<'a> {
    fn add(&mut self, clash: PathClash<'a>) {
        if self.found.len() < MAX_FOUND {
            self.found.push(clash);
        } else {
            self.gave_up = true;
        }
    }
}

/// The changed paths that exist afterwards, each with whether it was added.
fn written(diff: &TaskDiff) -> impl Iterator<Item = (&RepoPath, bool)> {
    let kept = diff.changes().filter(|(_, change)| change.kind != ChangeKind::Deleted);
    kept.map(|(path, change)| (path, change.kind == ChangeKind::Added))
}

fn concurrent(order: &Order, one: &TaskDiff, other: &TaskDiff) -> bool {
    !one.is_beside(other)
        && one.task.zip(other.task).is_some_and(|(one, other)| order.concurrent(one, other))
}

fn by_form<'a>(order: &Order, input: &'a GateInput, clashes: &mut PathClashes<'a>) {
    let diffs = &input.diffs;
    let mut writers: BTreeMap<RepoPath, Vec<(InputId, &RepoPath, bool)>> = BTreeMap::new();
    for (id, diff) in diffs.enumerated() {
        for (path, added) in written(diff) {
            writers.entry(fold::path(path)).or_default().push((id, path, added));
        }
    }
    let kind = ClashKind::Form;
    for other in &input.existing {
        for &(input, path, added) in writers.get(&fold::path(other)).into_iter().flatten() {
            if added && path != other && !diffs[input].has_changed(other) {
                let other_input = None;
                clashes.add(PathClash { kind, input, path, other_input, other });
            }
        }
    }
    let mut pairs = 0;
    let mut seen = BTreeSet::new();
    for writers in writers.values_mut() {
        if writers.iter().all(|writer| writer.1 == writers[0].1) {
            continue;
        }
        writers.sort_by_key(|(input, path, _)| (diffs[*input].task, *path));
        for (at, &(input, path, _)) in writers.iter().enumerate() {
            for &(other_input, other, _) in &writers[at + 1..] {
                pairs += 1;
                if pairs > MAX_PAIRS {
                    clashes.gave_up = true;
                    return;
                }
                if path != other
                    && concurrent(order, &diffs[input], &diffs[other_input])
                    && seen.insert((
                        diffs[input].attempt(),
                        diffs[other_input].attempt(),
                        path,
                        other,
                    ))
                {
                    let other_input = Some(other_input);
                    clashes.add(PathClash { kind, input, path, other_input, other });
                }
            }
        }
    }
}

fn by_folder<'a>(
    order: &Order,
    diffs: &'a IndexVec<InputId, TaskDiff>,
    clashes: &mut PathClashes<'a>,
) {
    let mut writers: BTreeMap<&[u8], Vec<(InputId, &RepoPath)>> = BTreeMap::new();
    for (id, diff) in diffs.enumerated() {
        for (path, _) in written(diff) {
            writers.entry(path.as_bytes()).or_default().push((id, path));
        }
    }
    let kind = ClashKind::Folder;
    let mut pairs = 0;
    let mut seen = BTreeSet::new();
    for writers_below in writers.values() {
        for folder in writers_below.first().into_iter().flat_map(|(_, path)| folders(path)) {
            for &(input, path) in writers.get(folder).into_iter().flatten() {
                for &(other_input, other) in writers_below {
                    pairs += 1;
                    if pairs > MAX_PAIRS {
                        clashes.gave_up = true;
                        return;
                    }
                    // One clash per folder is enough.
                    if concurrent(order, &diffs[input], &diffs[other_input])
                        && seen.insert((diffs[input].attempt(), diffs[other_input].attempt(), path))
                    {
                        let other_input = Some(other_input);
                        clashes.add(PathClash { kind, input, path, other_input, other });
                    }
                }
            }
        }
    }
}
