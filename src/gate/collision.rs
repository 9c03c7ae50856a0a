//! Paths that two concurrent tasks changed, and how close their lines are.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::{GateInput, TaskDiff};
use crate::change::object::{Mode, ObjectId};
use crate::change::{Change, ChangeKind, Lines};
use crate::index::{IndexVec, InputId, TaskId};
use crate::lane::Lanes;
use crate::path::RepoPath;
use crate::plan::order::Order;

/// The most collisions that are reported: a hundred tasks that all write the same hundred files
/// collide half a million times.
const MAX_FOUND: usize = 100_000;
/// The most pairs of changes that are compared.
const MAX_PAIRS: usize = 50_000_000;

/// A path that two concurrent tasks changed in different ways.
#[derive(Clone, Debug)]
pub struct Collision<'a> {
    /// The path that both changed.
    pub path: &'a RepoPath,
    /// The inputs of the two tasks, in plan order, each with its change.
    pub sides: [(InputId, &'a Change); 2],
}

/// The collisions of a run.
#[derive(Clone, Debug, Default)]
pub struct Collisions<'a> {
    /// Sorted by path, then by tasks.
    pub found: Vec<Collision<'a>>,
    /// Whether the work limit was reached, so that some may be missing.
    pub gave_up: bool,
}

/// How close the lines are that two tasks changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proximity {
    /// Both changed the same line, or inserted lines at the same position.
    Overlapping,
    /// No unchanged line lies between them, so git reports a conflict.
    Adjacent,
    /// Unchanged lines lie between them.
    Separate,
}

/// A change of a path by a task.
struct Writer<'a> {
    task: TaskId,
    attempt: Option<usize>,
    input: InputId,
    change: &'a Change,
}

/// Finds the paths that two concurrent tasks changed. Left out are shared paths that both may
/// write, and paths that both leave in the same state.
#[must_use]
pub fn collisions<'a>(
    lanes: &Lanes,
    order: &Order,
    diffs: &'a IndexVec<InputId, TaskDiff>,
) -> Collisions<'a> {
    let mut writers: BTreeMap<&RepoPath, Vec<Writer<'_>>> = BTreeMap::new();
    for (input, diff) in diffs.enumerated() {
        let Some(task) = diff.task else { continue };
        let attempt = diff.input.attempt;
        for (path, change) in diff.changes() {
            writers.entry(path).or_default().push(Writer { task, attempt, input, change });
        }
    }
    let mut collisions = Collisions::default();
    let mut pairs = 0;
    for (path, mut writers) in writers.into_iter().filter(|(_, writers)| writers.len() > 1) {
        writers.sort_by_key(|writer| writer.task);
        let may_share: Vec<bool> = writers
            .iter()
            .map(|writer| {
                let matched = lanes.of(writer.task).matched_by(path);
                // `matched_by` names the lane's own glob first, so `share` is asked separately.
                matched.is_ok_and(|by| by.is_some()) && lanes.is_shared(path)
            })
            .collect();
        // Several patches of one task are one work, and several attempts are not.
        let mut seen = BTreeSet::new();
        for (at, one) in writers.iter().enumerate() {
            for (other_at, other) in writers.iter().enumerate().skip(at + 1) {
                pairs += 1;
                if pairs > MAX_PAIRS || collisions.found.len() >= MAX_FOUND {
                    collisions.gave_up = true;
                    return collisions;
                }
                if may_share[at] && may_share[other_at]
                    || !order.concurrent(one.task, other.task)
                    || diffs[one.input].is_beside(&diffs[other.input])
                    || end_equal(one.change, other.change)
                    || !seen.insert([(one.task, one.attempt), (other.task, other.attempt)])
                {
                    continue;
                }
                let sides = [one, other].map(|writer| (writer.input, writer.change));
                collisions.found.push(Collision { path, sides });
            }
        }
    }
    collisions
}

/// Whether two changes are known to leave their path in the same state.
fn end_equal(one: &Change, other: &Change) -> bool {
    match (one.kind, other.kind) {
        (ChangeKind::Deleted, ChangeKind::Deleted) => true,
        _ => one.new.as_ref().is_some_and(|side| side.id.is_some()) && one.new == other.new,
    }
}

impl Collisions<'_> {
    /// The pairs of contents, before and after, whose lines have to be compared; each pair once.
    #[must_use]
    pub fn contents(&self) -> BTreeSet<(ObjectId, ObjectId)> {
        let changes = self.found.iter().flat_map(|collision| &collision.sides);
        changes.filter_map(|(_, change)| contents(change).ok()).collect()
    }
}

/// The contents before and after a change, or its lines if there is nothing to compare.
fn contents(change: &Change) -> Result<(ObjectId, ObjectId), Lines> {
    if let Some(shown) = &change.shown {
        return Err(shown.lines.clone());
    }
    match change.kind {
        ChangeKind::Added => return Err(Lines::added()),
        ChangeKind::Deleted => return Err(Lines::deleted()),
        ChangeKind::Mode => return Err(Lines::Known(Vec::new())),
        ChangeKind::Type => return Err(Lines::Unknown("its type changed")),
        ChangeKind::Modified => {}
    }
    let (Some(old), Some(new)) = (&change.old, &change.new) else {
        return Err(Lines::Unknown("its contents are not both known"));
    };
    if [old, new].iter().any(|side| side.mode == Mode::Submodule) {
        return Err(Lines::Unknown("it is a submodule"));
    }
    match (&old.id, &new.id) {
        (Some(old), Some(new)) => Ok((old.clone(), new.clone())),
        _ => Err(Lines::Unknown("its content is not in the repository yet")),
    }
}

impl Collision<'_> {
    /// The lines that each task changed.
    #[must_use]
    pub fn lines(&self, input: &GateInput) -> [Lines; 2] {
        self.sides.map(|(_, change)| match contents(change) {
            Err(lines) => lines,
            Ok(contents) => input
                .lines
                .get(&contents)
                .cloned()
                .unwrap_or(Lines::Unknown("its contents were not compared")),
        })
    }

    /// How close the two changes are.
    ///
    /// # Errors
    /// Why this is unknown.
    pub fn proximity(&self, lines: &[Lines; 2]) -> Result<Proximity, &'static str> {
        let old =
            self.sides.map(|(_, change)| change.old.as_ref().and_then(|side| side.id.as_ref()));
        if let [Some(one), Some(other)] = old
            && one != other
        {
            return Err("the two started from different versions of it");
        }
        match lines {
            [Lines::Unknown(why), _] | [_, Lines::Unknown(why)] => Err(why),
            [Lines::Known(one), Lines::Known(other)] => Ok(proximity(one, other)),
        }
    }
}

/// Compares two sorted lists of line ranges.
fn proximity(one: &[Range<u64>], other: &[Range<u64>]) -> Proximity {
    let (mut one, mut other) = (one, other);
    let mut proximity = Proximity::Separate;
    while let (Some(left), Some(right)) = (one.first(), other.first()) {
        match of_two(left, right) {
            Proximity::Overlapping => return Proximity::Overlapping,
            Proximity::Adjacent => proximity = Proximity::Adjacent,
            Proximity::Separate => {}
        }
        if (left.end, left.start) <= (right.end, right.start) {
            one = &one[1..];
        } else {
            other = &other[1..];
        }
    }
    proximity
}

fn of_two(left: &Range<u64>, right: &Range<u64>) -> Proximity {
    let inside = |at: u64, range: &Range<u64>| range.start < at && at < range.end;
    let touch = match (left.is_empty(), right.is_empty()) {
        (true, true) => left.start == right.start,
        (true, false) => inside(left.start, right),
        (false, true) => inside(right.start, left),
        (false, false) => left.start < right.end && right.start < left.end,
    };
    if touch {
        Proximity::Overlapping
    } else if left.end == right.start || right.end == left.start {
        Proximity::Adjacent
    } else {
        Proximity::Separate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proximity_of_two_ranges() {
        for (left, right, expected) in [
            ((2, 5), (4, 6), Proximity::Overlapping),
            ((2, 5), (2, 5), Proximity::Overlapping),
            ((2, 5), (5, 6), Proximity::Adjacent),
            ((2, 5), (6, 7), Proximity::Separate),
            ((3, 3), (3, 3), Proximity::Overlapping),
            ((3, 3), (4, 4), Proximity::Separate),
            ((3, 3), (2, 5), Proximity::Overlapping),
            ((2, 2), (2, 5), Proximity::Adjacent),
            ((5, 5), (2, 5), Proximity::Adjacent),
            ((0, u64::MAX), (7, 7), Proximity::Overlapping),
        ] {
            let (left, right) = (left.0..left.1, right.0..right.1);
            assert_eq!(of_two(&left, &right), expected, "{left:?} {right:?}");
            assert_eq!(of_two(&right, &left), expected, "{right:?} {left:?}");
        }
    }

    /// Compares with the naive way: every range with every range.
    #[test]
    fn proximity_of_range_lists() {
        let lists: Vec<Vec<Range<u64>>> = (0..1 << 7)
            .map(|bits: u32| {
                // Runs of lines and insertions between lines, none of which touch.
                let all = [0..1, 2..2, 3..5, 6..6, 7..9, 10..10, 11..12];
                let chosen = all.into_iter().enumerate().filter(|(at, _)| bits & (1 << at) != 0);
                chosen.map(|(_, range)| range).collect()
            })
            .collect();
        for (at, one) in lists.iter().enumerate() {
            for shift in [0, 1, 2] {
                let other: Vec<Range<u64>> = lists[(at * 37 + 11) % lists.len()]
                    .iter()
                    .map(|range| range.start + shift..range.end + shift)
                    .collect();
                let pairs =
                    one.iter().flat_map(|left| other.iter().map(move |right| (left, right)));
                let naive = pairs
                    .map(|(left, right)| of_two(left, right))
                    .min_by_key(|proximity| *proximity as u8)
                    .unwrap_or(Proximity::Separate);
                assert_eq!(proximity(one, &other), naive, "{one:?} {other:?}");
            }
        }
    }
}
