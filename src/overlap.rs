//! Lanes of concurrent tasks that have paths in common.
//!
//! Most pairs of globs are never compared: `glob::candidates` skips those with incompatible literal
//! prefixes. The rest are decided once per pair of texts.

mod clashes;
mod fixes;
mod hazards;

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use crate::glob::candidates::{Entry, for_each_candidate};
use crate::glob::{Budget, Glob};
use crate::index::{GlobId, IndexVec, TaskId};
use crate::lane::{Decision, Lane, LaneGlob, LaneIntersection, Lanes, decide};
use crate::path::RepoPath;
use crate::plan::order::Order;
pub use clashes::{Clash, ClashKind, Clashes, clashes};
pub use fixes::FixFinder;
pub(crate) use hazards::hazard_reaches_outside;
pub use hazards::{Hazard, Hazards, ReadOverlap, hazards};

/// The most intersecting pairs of globs to collect.
const MAX_PAIRS: usize = 1 << 22;

/// The most overlaps to report: twice as many as among a thousand lanes that all overlap.
const MAX_OVERLAPS: usize = 1 << 20;

/// How many existing files of an overlap are listed.
pub const SAMPLE_SIZE: usize = 5;

/// Two concurrent tasks that may write the same path, or for which that is undecided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The two tasks, in plan order.
    pub tasks: (TaskId, TaskId),
    /// The intersecting pairs of globs and a witness: an existing file if one is in both lanes.
    pub shared: LaneIntersection,
    /// How many existing files are in both lanes and not under `share`.
    pub existing: usize,
    /// The first [`SAMPLE_SIZE`] of these files.
    pub sample: Vec<RepoPath>,
}

/// Finds all overlaps, in plan order.
///
/// `files` are the existing files, in byte order.
#[must_use]
pub fn overlaps(lanes: &Lanes, order: &Order, files: &[RepoPath]) -> Vec<Overlap> {
    overlaps_among(lanes, |left, right| order.concurrent(left, right), files)
}

/// Finds the overlaps of one task, in plan order.
///
/// `files` are the existing files, in byte order.
#[must_use]
pub fn overlaps_of(task: TaskId, lanes: &Lanes, order: &Order, files: &[RepoPath]) -> Vec<Overlap> {
    let filter = |left, right| (left == task || right == task) && order.concurrent(left, right);
    overlaps_among(lanes, filter, files)
}

fn overlaps_among(
    lanes: &Lanes,
    filter: impl Fn(TaskId, TaskId) -> bool,
    files: &[RepoPath],
) -> Vec<Overlap> {
    let mut finder = Finder::new(lanes, MAX_PAIRS);
    let globs: Vec<_> = lanes.globs().collect();
    let _stopped = for_each_candidate(&globs, different_tasks, |one, other| {
        let (left, right) = if one.key < other.key { (one, other) } else { (other, one) };
        if filter(left.key.0, right.key.0) {
            finder.check(left, right)
        } else {
            ControlFlow::Continue(())
        }
    });
    finder.overlaps(files)
}

/// Two globs that intersect, or may.
struct GlobPair {
    tasks: (TaskId, TaskId),
    globs: (GlobId, GlobId),
    decision: Decision,
}

/// Collects the pairs of globs that are not disjoint.
struct Finder<'a> {
    lanes: &'a Lanes,
    decisions: DecisionCache<'a>,
    pairs: Vec<GlobPair>,
    max_pairs: usize,
}

impl<'a> Finder<'a> {
    /// After `max_pairs`, one more pair is added as undecided, to show that some are missing.
    fn new(lanes: &'a Lanes, max_pairs: usize) -> Finder<'a> {
        Finder { lanes, decisions: DecisionCache::new(lanes), pairs: Vec::new(), max_pairs }
    }

    /// Decides a pair; breaks if there is no room for more.
    fn check(&mut self, left: Entry<'a, LaneGlob>, right: Entry<'a, LaneGlob>) -> ControlFlow<()> {
        let mut decision = self.decisions.of(self.lanes, left, right);
        if decision == Decision::Disjoint {
            return ControlFlow::Continue(());
        }
        let too_many = self.pairs.len() >= self.max_pairs;
        if too_many {
            decision = Decision::Undecided;
        }
        let (tasks, globs) = ((left.key.0, right.key.0), (left.key.1, right.key.1));
        self.pairs.push(GlobPair { tasks, globs, decision });
        if too_many { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Merges the pairs into overlaps, in plan order.
    fn overlaps(mut self, files: &[RepoPath]) -> Vec<Overlap> {
        self.pairs.sort_unstable_by_key(|pair| (pair.tasks, pair.globs));
        let mut overlaps: Vec<Overlap> = Vec::new();
        for pairs in self.pairs.chunk_by(|one, other| one.tasks == other.tasks) {
            let tasks = pairs[0].tasks;
            let mut shared: LaneIntersection =
                pairs.iter().map(|pair| (pair.globs, pair.decision.clone())).collect();
            let too_many = overlaps.len() >= MAX_OVERLAPS;
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
            let overlapping: HashSet<TaskId> =
                overlaps.iter().flat_map(|overlap| [overlap.tasks.0, overlap.tasks.1]).collect();
            let matched = self.lanes.matched(|task| overlapping.contains(&task), files);
            for overlap in overlaps.iter_mut().filter(|overlap| !overlap.shared.pairs.is_empty()) {
                overlap.count_files(self.lanes, &matched, files);
            }
        }
        overlaps
    }
}

fn different_tasks(one: LaneGlob, other: LaneGlob) -> bool {
    one.0 != other.0
}

/// Decisions about pairs of globs, by their identities.
///
/// `share` and `protect` are subtracted from every pair, so they do not affect the key. The
/// exclusions of the two lanes matter only if they match the witness found without them.
struct DecisionCache<'a> {
    common: Vec<&'a Glob>,
    cache: HashMap<(usize, usize), Decision>,
    budget: Budget,
}

impl<'a> DecisionCache<'a> {
    fn new(lanes: &'a Lanes) -> DecisionCache<'a> {
        let common = lanes.common().into_iter();
        let common = common.flat_map(|common| common.protect.iter().chain(&common.share));
        let (cache, budget) = (HashMap::new(), Budget::default());
        DecisionCache { common: common.collect(), cache, budget }
    }

    fn of(
        &mut self,
        lanes: &Lanes,
        left: Entry<'_, LaneGlob>,
        right: Entry<'_, LaneGlob>,
    ) -> Decision {
        let (one, other) = (left.glob.identity(), right.glob.identity());
        let (common, budget) = (&self.common, &mut self.budget);
        let cached = self
            .cache
            .entry((one.min(other), one.max(other)))
            .or_insert_with(|| decide(left.glob, right.glob, common, budget));
        let lanes = [lanes.of(left.key.0), lanes.of(right.key.0)];
        let excluded = match &*cached {
            Decision::Disjoint => return Decision::Disjoint,
            Decision::Overlap(proof) => lanes.iter().any(|lane| excludes(lane, &proof.1)),
            Decision::Undecided => lanes.iter().any(|lane| !lane.exclusions().is_empty()),
        };
        if !excluded {
            return cached.clone();
        }
        let exclusions = lanes.iter().flat_map(|lane| lane.exclusions());
        let subtracted: Vec<&Glob> = self.common.iter().copied().chain(exclusions).collect();
        decide(left.glob, right.glob, &subtracted, &mut self.budget)
    }
}

/// Whether a lane's exclusions match a path, or may.
fn excludes(lane: &Lane, path: &RepoPath) -> bool {
    lane.exclusions().iter().any(|glob| glob.is_match(path) != Ok(false))
}

impl Overlap {
    fn count_files(
        &mut self,
        lanes: &Lanes,
        matched: &IndexVec<TaskId, Vec<usize>>,
        files: &[RepoPath],
    ) {
        let (left, right) = (&matched[self.tasks.0], &matched[self.tasks.1]);
        let (few, many) = if left.len() < right.len() { (left, right) } else { (right, left) };
        for file in few {
            if many.binary_search(file).is_ok() {
                self.existing += 1;
                if self.sample.len() < SAMPLE_SIZE {
                    self.sample.push(files[*file].clone());
                }
            }
        }
        let Some(first) = self.sample.first() else { return };
        let matches =
            |task: TaskId, index: GlobId| lanes.of(task).globs()[index].is_match(first) == Ok(true);
        let pair =
            self.shared.pairs.iter().position(|&(left, right)| {
                matches(self.tasks.0, left) && matches(self.tasks.1, right)
            });
        // The pair that matches the witness comes first.
        if let Some(index) = pair {
            let pair = self.shared.pairs.remove(index);
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
    fn common_path_of_concurrent_tasks() {
        let text = "tasks:\n  a: {write: src/**}\n  b: {write: '**/x.rs'}\n  c: {write: docs/**}\n  \
                    d: {write: '**', needs: [a, b, c]}\n  e: {write: []}\n";
        assert_eq!(
            found(text, &[]),
            [overlap("a", "b", "src/x.rs", 0), overlap("b", "c", "docs/x.rs", 0)]
        );
    }

    #[test]
    fn existing_file_is_the_witness() {
        let text = "tasks:\n  a: {write: [z/*, 'src/**', '!src/0']}\n  b: {write: ['**/x', src/*, z/q]}\nshare: src/log\n";
        assert_eq!(
            found(text, &["README.md", "src/0", "src/a", "src/log", "src/y/x"]),
            [overlap("a", "b", "src/a", 2)]
        );
    }

    #[test]
    fn shared_and_protected_paths() {
        let text = "tasks:\n  a: {write: [log, p/x]}\n  b: {write: [log, p/*]}\nshare: log\nprotect: p/**\n";
        assert_eq!(found(text, &["log", "p/x"]), []);
    }

    #[test]
    fn pair_limit_leaves_undecided() {
        let plan = plan("tasks:\n  a: {write: '*'}\n  b: {write: '*'}\n  c: {write: '*'}\n");
        let lanes = plan.lanes();
        let find = |max_pairs: usize| {
            let mut finder = Finder::new(&lanes, max_pairs);
            let globs: Vec<_> = lanes.globs().collect();
            let ended =
                for_each_candidate(&globs, different_tasks, |one, other| finder.check(one, other));
            let overlaps = finder.overlaps(&[]);
            let decided = |overlap: &Overlap| overlap.shared.undecided.is_empty();
            let decided: Vec<bool> = overlaps.iter().map(decided).collect();
            (ended.is_continue(), decided)
        };
        assert_eq!(find(3), (true, vec![true, true, true]));
        assert_eq!(find(2), (false, vec![true, true, false]));
        assert_eq!(find(1), (false, vec![true, false]));
    }

    #[test]
    fn agrees_with_comparing_all_pairs() {
        // Similar prefixes and basenames.
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
