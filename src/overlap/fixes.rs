//! Fixes for an overlap: alternative edits from which a person has to choose.
//!
//! A plan can have half a million overlaps, so answers about two globs, or about a glob in its
//! lane, are cached, and all questions share one budget. Once it is spent, a fix that could not be
//! checked is not offered.

use std::collections::HashMap;
use std::sync::Arc;

use super::Overlap;
use crate::glob::{Budget, Glob, Intersection, everything};
use crate::index::{GlobId, TaskId};
use crate::lane::{Lane, Lanes};
use crate::path::RepoPath;
use crate::plan::Plan;
use crate::plan::fix::Fix;
use crate::plan::order::Order;

/// The most globs that one fix excludes from a lane; more would be hard to review.
const MAX_EXCLUDED: usize = 8;

/// Lanes with more globs and exclusions than this get no further exclusions.
const MAX_ENTRIES: usize = 64;

/// Finds fixes for the overlaps of a plan.
pub struct FixFinder<'a> {
    plan: &'a Plan,
    lanes: &'a Lanes,
    /// Whether `needs` has no cycle; with one, the effect of another edge is unclear.
    acyclic: bool,
    budget: Budget,
    /// Whether the first of two globs lies within the second, by their identities.
    inside: HashMap<(usize, usize), bool>,
    /// Whether a glob matches shared paths, by its identity.
    shared: HashMap<usize, bool>,
    /// A path that is in the lane only because of that glob, or outside it only because of that
    /// exclusion.
    unique: HashMap<(TaskId, LanePart), Option<RepoPath>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum LanePart {
    Glob(GlobId),
    Exclusion(usize),
}

impl<'a> FixFinder<'a> {
    /// Prepares to fix the overlaps of this plan.
    #[must_use]
    pub fn new(plan: &'a Plan, lanes: &'a Lanes, order: &Order) -> FixFinder<'a> {
        FixFinder {
            plan,
            lanes,
            acyclic: order.cycles().is_empty(),
            budget: Budget::best_effort(),
            inside: HashMap::new(),
            shared: HashMap::new(),
            unique: HashMap::new(),
        }
    }

    /// Returns alternative edits that resolve the overlap: exclude the other task's globs from one
    /// lane, share the only common file, or make one task depend on the other (`needs`). The last one allows the
    /// finding of `rule` instead.
    ///
    /// An exclusion is offered only if every glob and exclusion already in the lane keeps a path
    /// that depends on it alone.
    #[must_use]
    pub fn fixes(&mut self, overlap: &Overlap, rule: &'static str) -> Vec<Fix> {
        let (left, right) = overlap.tasks;
        let pairs = &overlap.shared.pairs;
        let swapped: Vec<(GlobId, GlobId)> =
            pairs.iter().map(|&(one, other)| (other, one)).collect();
        let mut fixes = Vec::with_capacity(6);
        if overlap.shared.undecided.is_empty() && !pairs.is_empty() {
            fixes.extend(self.exclusion(left, right, pairs));
            fixes.extend(self.exclusion(right, left, &swapped));
            fixes.extend(self.one_file(left, right, pairs).map(|glob| Fix::Share { glob }));
        }
        if self.acyclic {
            fixes.push(Fix::Need { task: right, other: left });
            fixes.push(Fix::Need { task: left, other: right });
        }
        fixes.push(Fix::Allow { task: left, with: Some(right), rule });
        fixes.shrink_to_fit();
        fixes
    }

    /// Excludes from the lane of `task` the globs of `other` that intersect it. In each of `pairs`,
    /// the glob of `task` comes first.
    fn exclusion(
        &mut self,
        task: TaskId,
        other: TaskId,
        pairs: &[(GlobId, GlobId)],
    ) -> Option<Fix> {
        let lanes = self.lanes;
        let (lane, others) = (lanes.of(task), lanes.of(other).globs());
        let entries = lane.globs().len() + lane.exclusions().len();
        if entries > MAX_ENTRIES || self.plan.is_lane_unknown(task) || pairs.len() > MAX_ENTRIES {
            return None;
        }
        let mut excluded: Vec<GlobId> = Vec::new();
        let mut intersecting: Vec<GlobId> = Vec::new();
        for &(glob, other) in pairs {
            // Equal texts need one exclusion.
            if excluded.iter().all(|&known| others[known] != others[other]) {
                excluded.push(other);
            }
            if !intersecting.contains(&glob) {
                intersecting.push(glob);
            }
        }
        if excluded.len() > MAX_EXCLUDED {
            return None;
        }
        excluded.sort_unstable();
        let added: Vec<&Glob> = excluded.iter().map(|&index| &others[index]).collect();
        // Check every glob of the lane: one that is in no pair, because exclusions already cut its
        // intersection, may still lie within an added exclusion.
        let keeps = lane.globs().ids().all(|glob| self.keeps(task, LanePart::Glob(glob), &added))
            && (0..lane.exclusions().len())
                .all(|exclusion| self.keeps(task, LanePart::Exclusion(exclusion), &added))
            && added.iter().all(|glob| !self.is_shared(glob))
            && self.each_subtracts_something(lane, &intersecting, &added);
        if !keeps {
            return None;
        }
        let entries = self.plan.globs(other);
        let globs = excluded.iter().map(|&index| Arc::clone(&entries[index].text)).collect();
        Some(Fix::Exclude { task, globs })
    }

    /// Whether a glob or exclusion of a lane still has an effect if `added` is excluded as well.
    fn keeps(&mut self, task: TaskId, part: LanePart, added: &[&Glob]) -> bool {
        let lane = self.lanes.of(task);
        let glob = match part {
            LanePart::Glob(glob) => &lane.globs()[glob],
            LanePart::Exclusion(exclusion) => &lane.exclusions()[exclusion],
        };
        if added.iter().all(|added| !added.literals().compatible(&glob.literals())) {
            return true;
        }
        let misses = |path: &RepoPath| added.iter().all(|added| added.is_match(path) == Ok(false));
        let known = self.unique.get(&(task, part));
        if let Some(unique) = known {
            if unique.as_ref().is_some_and(misses) {
                return true;
            }
        } else {
            // A glob that loses everything mostly loses it to a single other one. That answer is
            // cached for all lanes that contain the two.
            if added.iter().any(|added| self.is_inside(glob, added)) {
                return false;
            }
            let unique = self.unique_path(lane, part, &[]);
            let found = unique.as_ref().is_some_and(misses);
            self.unique.insert((task, part), unique);
            if found {
                return true;
            }
        }
        // An entry that was redundant before has nothing to keep.
        self.unique[&(task, part)].is_some() && self.unique_path(lane, part, added).is_some()
    }

    /// A path outside `added` that is in the lane only because of this glob, or outside it only
    /// because of this exclusion.
    fn unique_path(&mut self, lane: &Lane, part: LanePart, added: &[&Glob]) -> Option<RepoPath> {
        let (globs, exclusions) = (lane.globs(), lane.exclusions());
        let common = lane.common().protect.iter().chain(added.iter().copied());
        match part {
            LanePart::Glob(own) => {
                let subtracted: Vec<&Glob> =
                    others(globs, own.into()).chain(exclusions).chain(common).collect();
                self.witness_outside(&globs[own], &everything(), &subtracted)
            }
            LanePart::Exclusion(own) => {
                let subtracted: Vec<&Glob> = others(exclusions, own).chain(common).collect();
                globs
                    .iter()
                    .find_map(|glob| self.witness_outside(&exclusions[own], glob, &subtracted))
            }
        }
    }

    /// Whether each of `added` subtracts something from the globs that the others do not.
    fn each_subtracts_something(
        &mut self,
        lane: &Lane,
        intersecting: &[GlobId],
        added: &[&Glob],
    ) -> bool {
        (0..added.len()).all(|own| {
            let compatible = |glob: &&&Glob| glob.literals().compatible(&added[own].literals());
            let rest = added.iter().enumerate().filter(|(index, _)| *index != own);
            let rest: Vec<&Glob> = rest.map(|(_, glob)| glob).filter(compatible).copied().collect();
            if rest.is_empty() {
                // It is in the overlap, so it subtracts something.
                return true;
            }
            let common = lane.common().protect.iter().chain(lane.exclusions());
            let subtracted: Vec<&Glob> = rest.into_iter().chain(common).collect();
            intersecting.iter().any(|&glob| {
                self.witness_outside(added[own], &lane.globs()[glob], &subtracted).is_some()
            })
        })
    }

    fn witness_outside(
        &mut self,
        one: &Glob,
        other: &Glob,
        subtracted: &[&Glob],
    ) -> Option<RepoPath> {
        match one.intersection(other, subtracted, &mut self.budget) {
            Intersection::At(witness) => RepoPath::new(witness.path).ok(),
            Intersection::Disjoint | Intersection::GaveUp => None,
        }
    }

    fn is_inside(&mut self, glob: &Glob, other: &Glob) -> bool {
        let budget = &mut self.budget;
        let known = self.inside.entry((glob.identity(), other.identity()));
        *known.or_insert_with(|| glob.reaches_outside(&[other], budget) == Some(false))
    }

    /// Whether a glob may match shared paths: excluding it would take those from the task, too.
    fn is_shared(&mut self, glob: &Glob) -> bool {
        let share = self.lanes.common().into_iter().flat_map(|common| &common.share);
        let budget = &mut self.budget;
        *self.shared.entry(glob.identity()).or_insert_with(|| {
            share
                .clone()
                .any(|share| glob.intersection(share, &[], budget) != Intersection::Disjoint)
        })
    }

    /// The glob of the only file that two lanes have in common; `None` if there are other paths.
    fn one_file(
        &self,
        left: TaskId,
        right: TaskId,
        pairs: &[(GlobId, GlobId)],
    ) -> Option<Arc<str>> {
        let (left_globs, right_globs) = (self.lanes.of(left).globs(), self.lanes.of(right).globs());
        let mut file: Option<(&[u8], TaskId, GlobId)> = None;
        for &(one, other) in pairs {
            let (path, task, index) =
                match (left_globs[one].literal(), right_globs[other].literal()) {
                    (Some(path), _) => (path, left, one),
                    (None, Some(path)) => (path, right, other),
                    (None, None) => return None,
                };
            if file.is_some_and(|(known, ..)| known != path) {
                return None;
            }
            file.get_or_insert((path, task, index));
        }
        let (_, task, index) = file?;
        let mut globs = self.plan[task].globs();
        globs.nth(index.into()).map(|(entry, _)| Arc::clone(&entry.text))
    }
}

/// All globs but the one at `own`.
fn others(globs: &[Glob], own: usize) -> impl Iterator<Item = &Glob> {
    globs.iter().enumerate().filter(move |(index, _)| *index != own).map(|(_, glob)| glob)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::overlap::overlaps;
    use crate::plan::{PlanText, read};

    /// The titles of the fixes for the first overlap of a plan.
    fn titles(text: &str) -> Vec<String> {
        let plan = read(vec![PlanText::new("lanes.yaml", text)]);
        assert_eq!(plan.problems, []);
        let (lanes, order) = (plan.lanes(), Order::new(&plan));
        let overlaps = overlaps(&lanes, &order, &[]);
        let fixes = FixFinder::new(&plan, &lanes, &order).fixes(&overlaps[0], "overlapping-lanes");
        fixes.iter().map(|fix| fix.title(&plan).to_string()).collect()
    }

    /// Without the fixes that are always offered.
    fn optional_titles(text: &str) -> Vec<String> {
        let always =
            |title: &String| !title.starts_with("add `needs") && !title.starts_with("allow");
        titles(text).into_iter().filter(always).collect()
    }

    #[test]
    fn nested_lanes() {
        assert_eq!(
            titles("tasks:\n  a: {write: src/**}\n  b: {write: src/*/x.rs}\n"),
            [
                "exclude `src/*/x.rs` from `a`",
                "add `needs: a` to `b`",
                "add `needs: b` to `a`",
                "allow it in `a`, with a reason"
            ]
        );
    }

    #[test]
    fn exclusions_keep_every_entry_useful() {
        for (text, expected) in [
            // In both directions, in one, in neither.
            (
                "a: {write: a*}\n  b: {write: '*b'}",
                vec!["exclude `*b` from `a`", "exclude `a*` from `b`"],
            ),
            ("a: {write: src/**}\n  b: {write: src/x/**}", vec!["exclude `src/x/**` from `a`"]),
            ("a: {write: src/**}\n  b: {write: src/**}", vec![]),
            // Every intersecting glob is excluded, without duplicates or redundant ones.
            (
                "a: {write: '**'}\n  b: {write: [x/**, y/**, x/**]}",
                vec!["exclude `x/**`, `y/**` from `a`"],
            ),
            ("a: {write: '**'}\n  b: {write: [x/**, x/y/**]}", vec![]),
            (
                "a: {write: [a/**, b/**]}\n  b: {write: [a/x, b/**]}",
                // `b/**` of `a` would be left empty.
                vec![],
            ),
            // The rest of `src/{x,y}` is in the other glob.
            ("a: {write: ['src/{x,y}', src/x]}\n  b: {write: src/y}", vec!["share"]),
            // `b` may not write `doc/x`, but excluding its glob would take it from `a`.
            ("a: {write: [src/**, doc/x]}\n  b: {write: ['{src,doc}/*', '!doc/**']}", vec![]),
            (
                "a: {write: [src/**, doc/**]}\n  b: {write: ['{src,doc}/*', '!doc/**']}",
                vec!["exclude `{src,doc}/*` from `a`"],
            ),
            // The existing exclusion would become redundant.
            ("a: {write: [src/**, '!src/x/y']}\n  b: {write: src/x/*}", vec![]),
            (
                "a: {write: [src/**, '!src/z/*']}\n  b: {write: src/x/*}",
                vec!["exclude `src/x/*` from `a`"],
            ),
        ] {
            let found = optional_titles(&format!("tasks:\n  {text}\n"));
            let found: Vec<&str> = found
                .iter()
                .map(|title| if title.ends_with("`share`") { "share" } else { title })
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn single_common_file_is_shared() {
        let share = vec!["add `CHANGELOG.md` to `share`"];
        let text = "tasks:\n  a: {write: [a/**, CHANGELOG.md]}\n  b: {write: CHANGELOG.md}\n";
        assert_eq!(optional_titles(text), share);
        let text = "tasks:\n  a: {write: [a/**, '*.md']}\n  b: {write: CHANGELOG.md}\n";
        assert_eq!(optional_titles(text), ["exclude `CHANGELOG.md` from `a`", share[0]]);
        let text = "tasks:\n  a: {write: '*.md'}\n  b: {write: [CHANGELOG.md, README.md]}\n";
        assert_eq!(optional_titles(text), ["exclude `CHANGELOG.md`, `README.md` from `a`"]);
    }

    #[test]
    fn shared_paths_are_never_excluded() {
        let text = "tasks:\n  a: {write: '**'}\n  b: {write: doc/**}\nshare: doc/log\n";
        assert_eq!(optional_titles(text), Vec::<String>::new());
    }

    #[test]
    fn cycle_in_needs() {
        let text = "tasks:\n  a: {write: x}\n  b: {write: x}\n  c: {write: [], needs: c}\n";
        let found = titles(text);
        assert_eq!(found, ["add `x` to `share`", "allow it in `a`, with a reason"]);
    }

    #[test]
    fn size_of_a_fix() {
        assert!(size_of::<Fix>() <= 32);
    }
}
