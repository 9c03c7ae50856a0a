//! The first verb: which lanes meet.
//!
//! The globs of all lanes are held against each other by how they begin (`glob::candidates`), so that most
//! are never compared. What remains is decided once for each two texts.

mod choices;
mod clashes;
mod hazards;

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use crate::glob::candidates::{Entry, for_each_candidate};
use crate::glob::{Budget, Glob};
use crate::index::{GlobId, IndexVec, TaskId};
use crate::lane::{Decision, Lane, LaneGlob, LaneIntersection, Lanes, decide};
use crate::path::RepoPath;
use crate::plan::order::Order;
pub use choices::Chooser;
pub use clashes::{Clash, ClashKind, Clashes, clashes};
pub(crate) use hazards::goes_further;
pub use hazards::{Hazard, Hazards, ReadOverlap, hazards};

/// The most pairs of globs that meet and are looked at, and the most pairs of lanes of which it is
/// told: a thousand lanes that all meet each other are half as many.
const MOST_PAIRS: usize = 1 << 22;
const MOST_OVERLAPS: usize = 1 << 20;

/// How many existing files of an overlap are told by name.
pub const SAMPLE: usize = 5;

/// Two concurrent tasks that may write the same path, or of which that could not be decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The places of the two tasks, the earlier in the plan first.
    pub tasks: (TaskId, TaskId),
    /// The pairs of globs that meet and the path that proves it; the path is an existing file
    /// wherever there is one in both lanes.
    pub shared: LaneIntersection,
    /// How many existing files are in both lanes and not shared.
    pub existing: usize,
    /// The first of them.
    pub sample: Vec<RepoPath>,
}

/// Finds all overlaps, in the order of their tasks.
///
/// `files` are those that exist, in byte order.
#[must_use]
pub fn overlaps(lanes: &Lanes, order: &Order, files: &[RepoPath]) -> Vec<Overlap> {
    overlaps_among(lanes, |left, right| order.concurrent(left, right), files)
}

/// Finds the overlaps of one task, in the order of the others.
///
/// `files` are those that exist, in byte order.
#[must_use]
pub fn overlaps_of(task: TaskId, lanes: &Lanes, order: &Order, files: &[RepoPath]) -> Vec<Overlap> {
    let wanted = |left, right| (left == task || right == task) && order.concurrent(left, right);
    overlaps_among(lanes, wanted, files)
}

fn overlaps_among(
    lanes: &Lanes,
    wanted: impl Fn(TaskId, TaskId) -> bool,
    files: &[RepoPath],
) -> Vec<Overlap> {
    let mut finder = Finder::new(lanes, MOST_PAIRS);
    let globs: Vec<_> = lanes.globs().collect();
    let _ended_or_told = for_each_candidate(&globs, of_two_tasks, |one, other| {
        let (left, right) = if one.key < other.key { (one, other) } else { (other, one) };
        if wanted(left.key.0, right.key.0) {
            finder.look(left, right)
        } else {
            ControlFlow::Continue(())
        }
    });
    finder.overlaps(files)
}

/// Two globs that are not apart.
struct Decided {
    /// Their lanes.
    tasks: (TaskId, TaskId),
    /// Their places in them.
    globs: (GlobId, GlobId),
    decision: Decision,
}

/// Decides pairs of globs one after the other, and puts together those that are not apart.
struct Finder<'a> {
    lanes: &'a Lanes,
    decisions: Decisions<'a>,
    decided: Vec<Decided>,
    most: usize,
}

impl<'a> Finder<'a> {
    /// Of more than `most` pairs that are not apart, the first that is left out is undecided, for all
    /// of them.
    fn new(lanes: &'a Lanes, most: usize) -> Finder<'a> {
        Finder { lanes, decisions: Decisions::new(lanes), decided: Vec::new(), most }
    }

    /// Decides a pair. There is no going on where that was the last.
    fn look(&mut self, left: Entry<'a, LaneGlob>, right: Entry<'a, LaneGlob>) -> ControlFlow<()> {
        let mut decision = self.decisions.of(self.lanes, left, right);
        if decision == Decision::Disjoint {
            return ControlFlow::Continue(());
        }
        let too_many = self.decided.len() >= self.most;
        if too_many {
            decision = Decision::Undecided;
        }
        let (tasks, globs) = ((left.key.0, right.key.0), (left.key.1, right.key.1));
        self.decided.push(Decided { tasks, globs, decision });
        if too_many { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// What was found, in the order of the lanes.
    fn overlaps(mut self, files: &[RepoPath]) -> Vec<Overlap> {
        self.decided.sort_unstable_by_key(|decided| (decided.tasks, decided.globs));
        let mut overlaps: Vec<Overlap> = Vec::new();
        for of_two_tasks in self.decided.chunk_by(|one, other| one.tasks == other.tasks) {
            let tasks = of_two_tasks[0].tasks;
            let pairs =
                of_two_tasks.iter().map(|decided| (decided.globs, decided.decision.clone()));
            let mut shared: LaneIntersection = pairs.collect();
            let too_many = overlaps.len() >= MOST_OVERLAPS;
            if too_many {
                let (pairs, undecided) = (shared.pairs, shared.undecided);
                let first = pairs.into_iter().chain(undecided).take(1).collect();
                shared = LaneIntersection { undecided: first, ..LaneIntersection::default() };
            }
            overlaps.push(Overlap { tasks, shared, existing: 0, sample: Vec::new() });
            if too_many {
                break;
            }
        }
        if !files.is_empty() && !overlaps.is_empty() {
            let meeting: HashSet<TaskId> =
                overlaps.iter().flat_map(|overlap| [overlap.tasks.0, overlap.tasks.1]).collect();
            let held = self.lanes.matched(|task| meeting.contains(&task), files);
            for overlap in overlaps.iter_mut().filter(|overlap| !overlap.shared.pairs.is_empty()) {
                overlap.look_at_files(self.lanes, &held, files);
            }
        }
        overlaps
    }
}

fn of_two_tasks(one: LaneGlob, other: LaneGlob) -> bool {
    one.0 != other.0
}

/// What is known of pairs of globs, by their texts.
///
/// What the plan shares and protects is taken from every pair alike. The exclusions of two lanes
/// matter only where they hold the path that was found without them.
struct Decisions<'a> {
    common: Vec<&'a Glob>,
    known: HashMap<(usize, usize), Decision>,
    budget: Budget,
}

impl<'a> Decisions<'a> {
    fn new(lanes: &'a Lanes) -> Decisions<'a> {
        let common = lanes.common().into_iter();
        let common = common.flat_map(|common| common.protect.iter().chain(&common.share));
        let (known, budget) = (HashMap::new(), Budget::default());
        Decisions { common: common.collect(), known, budget }
    }

    fn of(
        &mut self,
        lanes: &Lanes,
        left: Entry<'_, LaneGlob>,
        right: Entry<'_, LaneGlob>,
    ) -> Decision {
        let (one, other) = (left.glob.identity(), right.glob.identity());
        let (common, budget) = (&self.common, &mut self.budget);
        let known = self
            .known
            .entry((one.min(other), one.max(other)))
            .or_insert_with(|| decide(left.glob, right.glob, common, budget));
        let lanes = [lanes.of(left.key.0), lanes.of(right.key.0)];
        let excluded = match &*known {
            Decision::Disjoint => return Decision::Disjoint,
            Decision::Overlap(proof) => lanes.iter().any(|lane| excludes(lane, &proof.1)),
            Decision::Undecided => lanes.iter().any(|lane| !lane.exclusions().is_empty()),
        };
        if !excluded {
            return known.clone();
        }
        let exclusions = lanes.iter().flat_map(|lane| lane.exclusions());
        let subtracted: Vec<&Glob> = self.common.iter().copied().chain(exclusions).collect();
        decide(left.glob, right.glob, &subtracted, &mut self.budget)
    }
}

/// Whether a lane's exclusions hold a path, or may.
fn excludes(lane: &Lane, path: &RepoPath) -> bool {
    lane.exclusions().iter().any(|glob| glob.is_match(path) != Ok(false))
}

impl Overlap {
    fn look_at_files(
        &mut self,
        lanes: &Lanes,
        held: &IndexVec<TaskId, Vec<usize>>,
        files: &[RepoPath],
    ) {
        let (left, right) = (&held[self.tasks.0], &held[self.tasks.1]);
        let (few, many) = if left.len() < right.len() { (left, right) } else { (right, left) };
        for file in few {
            if many.binary_search(file).is_ok() {
                self.existing += 1;
                if self.sample.len() < SAMPLE {
                    self.sample.push(files[*file].clone());
                }
            }
        }
        let Some(first) = self.sample.first() else { return };
        let holds =
            |task: TaskId, place: GlobId| lanes.of(task).globs()[place].is_match(first) == Ok(true);
        let pair = self
            .shared
            .pairs
            .iter()
            .position(|&(left, right)| holds(self.tasks.0, left) && holds(self.tasks.1, right));
        // The pair that the file is in comes first; the others keep their order.
        if let Some(place) = pair {
            let pair = self.shared.pairs.remove(place);
            self.shared.pairs.sort_unstable();
            self.shared.pairs.insert(0, pair);
            self.shared.witness = Some(first.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Plan, PlanText, read};

    pub(super) fn plan(text: &str) -> Plan {
        let plan = read(vec![PlanText::new("lanes.yaml", text)]);
        assert_eq!(plan.problems, []);
        plan
    }

    fn found(text: &str, files: &[&str]) -> Vec<(String, String, String, usize)> {
        let plan = plan(text);
        let files: Vec<RepoPath> = files.iter().map(|file| file.parse().unwrap()).collect();
        overlaps(&plan.lanes(), &Order::new(&plan), &files)
            .into_iter()
            .map(|overlap| {
                assert_eq!(overlap.shared.undecided, []);
                let id = |task: TaskId| plan[task].id.value.to_string();
                let witness = overlap.shared.witness.unwrap().to_string();
                (id(overlap.tasks.0), id(overlap.tasks.1), witness, overlap.existing)
            })
            .collect()
    }

    fn overlap(
        a: &str,
        b: &str,
        witness: &str,
        existing: usize,
    ) -> (String, String, String, usize) {
        (a.to_owned(), b.to_owned(), witness.to_owned(), existing)
    }

    #[test]
    fn concurrent_tasks_with_a_path_in_common_overlap() {
        let text = "tasks:\n  a: {write: src/**}\n  b: {write: '**/x.rs'}\n  c: {write: docs/**}\n  \
                    d: {write: '**', needs: [a, b, c]}\n  e: {write: []}\n";
        assert_eq!(
            found(text, &[]),
            [overlap("a", "b", "src/x.rs", 0), overlap("b", "c", "docs/x.rs", 0)]
        );
    }

    #[test]
    fn an_existing_file_is_the_witness_and_counted() {
        let text = "tasks:\n  a: {write: [z/*, 'src/**', '!src/0']}\n  b: {write: ['**/x', src/*, z/q]}\nshare: src/log\n";
        assert_eq!(
            found(text, &["README.md", "src/0", "src/a", "src/log", "src/y/x"]),
            [overlap("a", "b", "src/a", 2)]
        );
    }

    #[test]
    fn shared_and_protected_paths_are_no_overlap() {
        let text = "tasks:\n  a: {write: [log, p/x]}\n  b: {write: [log, p/*]}\nshare: log\nprotect: p/**\n";
        assert_eq!(found(text, &["log", "p/x"]), []);
    }

    #[test]
    fn too_many_pairs_are_undecided_from_the_first_that_is_left_out() {
        let plan = plan("tasks:\n  a: {write: '*'}\n  b: {write: '*'}\n  c: {write: '*'}\n");
        let lanes = plan.lanes();
        let told = |most: usize| {
            let mut finder = Finder::new(&lanes, most);
            let globs: Vec<_> = lanes.globs().collect();
            let ended =
                for_each_candidate(&globs, of_two_tasks, |one, other| finder.look(one, other));
            let overlaps = finder.overlaps(&[]);
            let decided = |overlap: &Overlap| overlap.shared.undecided.is_empty();
            let decided: Vec<bool> = overlaps.iter().map(decided).collect();
            (ended.is_continue(), decided)
        };
        assert_eq!(told(3), (true, vec![true, true, true]));
        assert_eq!(told(2), (false, vec![true, true, false]));
        assert_eq!(told(1), (false, vec![true, false]));
    }

    #[test]
    fn the_index_finds_what_comparing_all_pairs_finds() {
        // Alike in how they begin, with names that begin alike.
        let globs = ["**/x*_{}.rs", "**/x{}_*", "src/**/x{}*", "src/x{}.rs", "*{}.rs", "src/**"];
        let tasks: String = (0..60)
            .map(|task| {
                let glob = |shift: usize| {
                    globs[(task + shift) % globs.len()].replace("{}", &(task % 13).to_string())
                };
                format!("  t{task}: {{write: ['{}', '{}', '!**/x1*']}}\n", glob(0), glob(3))
            })
            .collect();
        let plan = plan(&format!("tasks:\n{tasks}protect: src/x2*\nshare: src/x3.rs\n"));
        let (lanes, order) = (plan.lanes(), Order::new(&plan));
        let mut naive = Vec::new();
        for left in lanes.ids() {
            for right in lanes.ids().filter(|right| left < *right) {
                let all = |task: TaskId| lanes.of(task).globs().ids();
                let pairs = all(left).flat_map(|one| all(right).map(move |other| (one, other)));
                let shared = lanes.of(left).intersection(lanes.of(right), pairs);
                if shared != LaneIntersection::default() {
                    naive.push(((left, right), shared));
                }
            }
        }
        let indexed: Vec<_> = overlaps(&lanes, &order, &[])
            .into_iter()
            .map(|overlap| (overlap.tasks, overlap.shared))
            .collect();
        assert!(naive.len() > 100);
        assert_eq!(indexed, naive);
    }
}
