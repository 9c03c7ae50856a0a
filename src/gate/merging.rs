//! Which branches have to be merged to find out whether they do, and in which order.

use std::collections::{BTreeMap, BTreeSet};

use super::{MovedFolders, TaskDiff};
use crate::change::Conflict;
use crate::failure::Failure;
use crate::index::{IndexVec, InputId, TaskId};
use crate::path::RepoPath;
use crate::plan::order::Order;

/// How many merges are tried: a thousand take some seconds.
const MOST_MERGES: usize = 20_000;

/// What came of merging a branch into another, or into all those that were merged before it.
#[derive(Clone, Debug)]
pub struct TriedMerge {
    /// The input with the branch.
    pub branch: InputId,
    /// Those that it was merged into: one, or all before it in their order.
    pub into: Vec<InputId>,
    /// Where they do not merge, or why nobody knows.
    pub outcome: Result<Vec<Conflict>, Failure>,
}

/// The branches that share files: only these can stand in each other's way.
#[derive(Clone, Debug, Default)]
pub struct Sharing {
    /// Pairs of inputs, in their order. Those of ordered tasks too: what one of them conflicts with
    /// is then no riddle where all are merged one after another.
    pub pairs: Vec<(InputId, InputId)>,
    /// Inputs in the order in which the integration would take them: those that share files with
    /// each other, directly or through others, and are more than two.
    pub rounds: Vec<Vec<InputId>>,
    /// Whether there may be more pairs, since a bound on work was reached.
    pub gave_up: bool,
}

/// Finds the inputs with a branch that share files: they change one path, one changes a path below a
/// file of the other, or one renames a folder in which the other adds files.
#[must_use]
pub fn sharing(
    order: &Order,
    diff: &IndexVec<InputId, TaskDiff>,
    moved: &MovedFolders<'_>,
) -> Sharing {
    let mut writers: BTreeMap<&RepoPath, Vec<InputId>> = BTreeMap::new();
    for (place, one) in diff.enumerated() {
        if one.task.is_some() && one.commits().is_some() {
            for (path, _) in one.changes() {
                writers.entry(path).or_default().push(place);
            }
        }
    }
    let mut pairs = Pairs { diff, order, sharing: Sharing::default(), seen: BTreeSet::new() };
    for (path, here) in &writers {
        // Where both leave the same, they may still have moved it from or to different places.
        for (at, one) in here.iter().enumerate() {
            here[at + 1..].iter().for_each(|other| pairs.add(*one, *other));
        }
        for folder in folders(path) {
            for one in writers.get(&folder).into_iter().flatten() {
                here.iter().for_each(|other| pairs.add(*one, *other));
            }
        }
        if pairs.sharing.gave_up {
            break;
        }
    }
    pairs.sharing.gave_up |= moved.gave_up;
    let of_task = branches_by_task(diff);
    for folder in &moved.found {
        for &one in of_task.get(&folder.mover).into_iter().flatten() {
            let others = of_task.get(&folder.adder).into_iter().flatten();
            others.for_each(|&other| pairs.add(one, other));
        }
    }
    pairs.finish()
}

/// The inputs with a branch, by their tasks.
fn branches_by_task(diff: &IndexVec<InputId, TaskDiff>) -> BTreeMap<TaskId, Vec<InputId>> {
    let mut places: BTreeMap<TaskId, Vec<InputId>> = BTreeMap::new();
    for (place, one) in diff.enumerated() {
        if let (Some(task), Some(_)) = (one.task, one.commits()) {
            places.entry(task).or_default().push(place);
        }
    }
    places
}

/// The folders above a path, from the root on.
fn folders(path: &RepoPath) -> impl Iterator<Item = RepoPath> {
    let bytes = path.as_bytes();
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
    ends.filter_map(|end| RepoPath::new(&bytes[..end]).ok())
}

/// Pairs of inputs as they are found.
struct Pairs<'a> {
    diff: &'a IndexVec<InputId, TaskDiff>,
    order: &'a Order,
    sharing: Sharing,
    seen: BTreeSet<(InputId, InputId)>,
}

impl Pairs<'_> {
    fn add(&mut self, one: InputId, other: InputId) {
        if self.seen.len() >= MOST_MERGES {
            self.sharing.gave_up = true;
            return;
        }
        let tasks = |place: InputId| self.diff[place].task;
        if tasks(one) != tasks(other) {
            self.seen.insert((one.min(other), one.max(other)));
        }
    }

    fn finish(mut self) -> Sharing {
        let task = |place: InputId| self.diff[place].task;
        for mut round in components(&self.seen) {
            round.sort_by_key(|&place| {
                (task(place).map(|task| self.order.rank(task)), task(place), place)
            });
            round.dedup_by_key(|place| task(*place));
            if round.len() > 2 {
                self.sharing.rounds.push(round);
            }
        }
        self.sharing.pairs = self.seen.into_iter().collect();
        self.sharing
    }
}

/// What hangs together by some pairs.
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
        while let Some(place) = waiting.pop() {
            if seen.insert(place) {
                component.push(place);
                waiting.extend(&neighbours[&place]);
            }
        }
        if !component.is_empty() {
            found.push(component);
        }
    }
    found
}
