//! Selects which branches to merge on trial, and in which order.

use std::collections::{BTreeMap, BTreeSet};

use super::{MovedFolders, TaskDiff};
use crate::change::Conflict;
use crate::failure::Failure;
use crate::index::{IndexVec, InputId, TaskId};
use crate::path::RepoPath;
use crate::plan::order::Order;

/// The most merges that are tried: a thousand take a few seconds.
const MAX_MERGES: usize = 20_000;

/// The result of merging a branch into another one, or into those merged before it.
#[derive(Clone, Debug)]
pub struct TriedMerge {
    /// The input that was merged.
    pub branch: InputId,
    /// The inputs it was merged into: one, or all that were merged before it, in order.
    pub into: Vec<InputId>,
    /// The conflicts, or why the merge failed.
    pub outcome: Result<Vec<Conflict>, Failure>,
}

/// The branches that share files: only these can conflict.
#[derive(Clone, Debug, Default)]
pub struct Sharing {
    /// Sorted pairs of inputs. Pairs of ordered tasks are included: if merging a round in sequence
    /// conflicts, they explain which of the branches are involved.
    pub pairs: Vec<(InputId, InputId)>,
    /// Groups of three or more inputs that share files, directly or through others, each in the
    /// order in which they would be integrated.
    pub rounds: Vec<Vec<InputId>>,
    /// Whether the work limit was reached, so that pairs may be missing.
    pub gave_up: bool,
}

/// Finds the branches that share files: both change a path, one changes a path below a file of the
/// other, or one renames a folder in which the other adds files.
#[must_use]
pub fn sharing(
    order: &Order,
    diffs: &IndexVec<InputId, TaskDiff>,
    moved: &MovedFolders<'_>,
) -> Sharing {
    let mut writers: BTreeMap<&RepoPath, Vec<InputId>> = BTreeMap::new();
    for (input, diff) in diffs.enumerated() {
        if diff.task.is_some() && diff.commits().is_some() {
            for (path, _) in diff.changes() {
                writers.entry(path).or_default().push(input);
            }
        }
    }
    let mut pairs = Pairs { diffs, order, sharing: Sharing::default(), seen: BTreeSet::new() };
    for (path, inputs) in &writers {
        // Equal results count too: the branches may have moved the file from different paths.
        for (at, one) in inputs.iter().enumerate() {
            inputs[at + 1..].iter().for_each(|other| pairs.add(*one, *other));
        }
        for folder in folders(path) {
            for one in writers.get(&folder).into_iter().flatten() {
                inputs.iter().for_each(|other| pairs.add(*one, *other));
            }
        }
        if pairs.sharing.gave_up {
            break;
        }
    }
    pairs.sharing.gave_up |= moved.gave_up;
    let of_task = branches_by_task(diffs);
    for folder in &moved.found {
        for &one in of_task.get(&folder.mover).into_iter().flatten() {
            let others = of_task.get(&folder.adder).into_iter().flatten();
            others.for_each(|&other| pairs.add(one, other));
        }
    }
    pairs.finish()
}

fn branches_by_task(diffs: &IndexVec<InputId, TaskDiff>) -> BTreeMap<TaskId, Vec<InputId>> {
    let mut branches: BTreeMap<TaskId, Vec<InputId>> = BTreeMap::new();
    for (input, diff) in diffs.enumerated() {
        if let (Some(task), Some(_)) = (diff.task, diff.commits()) {
            branches.entry(task).or_default().push(input);
        }
    }
    branches
}

/// The folders above a path, outermost first.
fn folders(path: &RepoPath) -> impl Iterator<Item = RepoPath> {
    let bytes = path.as_bytes();
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
    ends.filter_map(|end| RepoPath::new(&bytes[..end]).ok())
}

/// Collects pairs of inputs.
struct Pairs<'a> {
    diffs: &'a IndexVec<InputId, TaskDiff>,
    order: &'a Order,
    sharing: Sharing,
    seen: BTreeSet<(InputId, InputId)>,
}

impl Pairs<'_> {
    fn add(&mut self, one: InputId, other: InputId) {
        if self.seen.len() >= MAX_MERGES {
            self.sharing.gave_up = true;
            return;
        }
        if self.diffs[one].task != self.diffs[other].task {
            self.seen.insert((one.min(other), one.max(other)));
        }
    }

    fn finish(mut self) -> Sharing {
        let task = |input: InputId| self.diffs[input].task;
        for mut round in components(&self.seen) {
            round.sort_by_key(|&input| {
                (task(input).map(|task| self.order.rank(task)), task(input), input)
            });
            round.dedup_by_key(|input| task(*input));
            if round.len() > 2 {
                self.sharing.rounds.push(round);
            }
        }
        self.sharing.pairs = self.seen.into_iter().collect();
        self.sharing
    }
}

/// The connected components of a graph with these edges.
fn components(pairs: &BTreeSet<(InputId, InputId)>) -> Vec<Vec<InputId>> {
    let mut neighbours: BTreeMap<InputId, Vec<InputId>> = BTreeMap::new();
    for &(one, other) in pairs {
        neighbours.entry(one).or_default().push(other);
        neighbours.entry(other).or_default().push(one);
    }
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for &first in neighbours.keys() {
        let mut component = Vec::new();
        let mut waiting = vec![first];
        while let Some(input) = waiting.pop() {
            if seen.insert(input) {
                component.push(input);
                waiting.extend(&neighbours[&input]);
            }
        }
        if !component.is_empty() {
            found.push(component);
        }
    }
    found
}
