//! What could be done about an overlap: edits of which a person has to choose one.
//!
//! There may be half a million overlaps, so whatever is found out about two globs, or about a glob in
//! its lane, is found out once, and all questions together have a bound on work. Where it is reached
//! nothing is claimed: a choice that was not looked into is not offered.

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

/// The most globs that one choice takes out of a lane: nobody wants to read more.
const MOST_EXCLUDED: usize = 8;

/// The most globs and exclusions of a lane out of which more is taken.
const MOST_ENTRIES: usize = 64;

/// Finds the choices for the overlaps of a plan, one after the other.
pub struct Chooser<'a> {
    plan: &'a Plan,
    lanes: &'a Lanes,
    /// With a cycle in `needs`, nobody can say what one more edge does.
    ordered: bool,
    budget: Budget,
    /// By two globs, whether all paths of the first are in the second.
    inside: HashMap<(usize, usize), bool>,
    /// By a glob, whether it holds shared paths.
    shared: HashMap<usize, bool>,
    /// By a task and a place in its lane, a path that the lane has by that glob alone, or has not by
    /// that exclusion alone.
    own: HashMap<(TaskId, LanePart), Option<RepoPath>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum LanePart {
    Glob(GlobId),
    Exclusion(usize),
}

impl<'a> Chooser<'a> {
    /// For the overlaps of this plan.
    #[must_use]
    pub fn new(plan: &'a Plan, lanes: &'a Lanes, order: &Order) -> Chooser<'a> {
        Chooser {
            plan,
            lanes,
            ordered: order.cycles().is_empty(),
            budget: Budget::best_effort(),
            inside: HashMap::new(),
            shared: HashMap::new(),
            own: HashMap::new(),
        }
    }

    /// Each of these edits, done alone, ends the overlap, or for the last one the finding: it takes
    /// what the other task's globs hold out of one lane, shares the one file that both hold, lets one
    /// task wait for the other, or accepts the finding of this rule.
    ///
    /// Globs are taken out of a lane only where every glob and every exclusion of the lane keeps a
    /// path that it alone is there for.
    #[must_use]
    pub fn fixes(&mut self, overlap: &Overlap, rule: &'static str) -> Vec<Fix> {
        let (left, right) = overlap.tasks;
        let pairs = &overlap.shared.pairs;
        let turned: Vec<(GlobId, GlobId)> =
            pairs.iter().map(|&(one, other)| (other, one)).collect();
        let mut fixes = Vec::with_capacity(6);
        if overlap.shared.undecided.is_empty() && !pairs.is_empty() {
            fixes.extend(self.exclusion(left, right, pairs));
            fixes.extend(self.exclusion(right, left, &turned));
            fixes.extend(self.one_file(left, right, pairs).map(|glob| Fix::Share { glob }));
        }
        if self.ordered {
            fixes.push(Fix::Need { task: right, other: left });
            fixes.push(Fix::Need { task: left, other: right });
        }
        fixes.push(Fix::Allow { task: left, with: Some(right), rule });
        fixes.shrink_to_fit();
        fixes
    }

    /// Takes the globs of `other` that meet the lane of `task` out of it. `pairs` has those of `task`
    /// first.
    fn exclusion(
        &mut self,
        task: TaskId,
        other: TaskId,
        pairs: &[(GlobId, GlobId)],
    ) -> Option<Fix> {
        let lanes = self.lanes;
        let (lane, others) = (lanes.of(task), lanes.of(other).globs());
        let entries = lane.globs().len() + lane.exclusions().len();
        if entries > MOST_ENTRIES || self.plan.is_lane_unknown(task) || pairs.len() > MOST_ENTRIES {
            return None;
        }
        let mut excluded: Vec<GlobId> = Vec::new();
        let mut met: Vec<GlobId> = Vec::new();
        for &(glob, other) in pairs {
            // The same text is one glob, wherever it stands.
            if excluded.iter().all(|&known| others[known] != others[other]) {
                excluded.push(other);
            }
            if !met.contains(&glob) {
                met.push(glob);
            }
        }
        if excluded.len() > MOST_EXCLUDED {
            return None;
        }
        excluded.sort_unstable();
        let taken: Vec<&Glob> = excluded.iter().map(|&place| &others[place]).collect();
        // A glob that meets none of them outside of exclusions may still be all inside of one.
        let keeps = lane.globs().ids().all(|glob| self.keeps(task, LanePart::Glob(glob), &taken))
            && (0..lane.exclusions().len())
                .all(|exclusion| self.keeps(task, LanePart::Exclusion(exclusion), &taken))
            && taken.iter().all(|glob| !self.is_shared(glob))
            && self.each_takes_something(lane, &met, &taken);
        if !keeps {
            return None;
        }
        let entries = self.plan.globs(other);
        let globs = excluded.iter().map(|&place| Arc::clone(&entries[place].text)).collect();
        Some(Fix::Exclude { task, globs })
    }

    /// Whether a glob or an exclusion of a lane is still there for something when `taken` is excluded
    /// as well.
    fn keeps(&mut self, task: TaskId, at: LanePart, taken: &[&Glob]) -> bool {
        let lane = self.lanes.of(task);
        let glob = match at {
            LanePart::Glob(glob) => &lane.globs()[glob],
            LanePart::Exclusion(exclusion) => &lane.exclusions()[exclusion],
        };
        if taken.iter().all(|taken| !taken.literals().compatible(&glob.literals())) {
            return true;
        }
        let misses = |path: &RepoPath| taken.iter().all(|taken| taken.is_match(path) == Ok(false));
        let known = self.own.get(&(task, at));
        if let Some(own) = known {
            if own.as_ref().is_some_and(misses) {
                return true;
            }
        } else {
            // Most globs that lose all that they have, lose it to one other: that is known for all
            // lanes that hold the two.
            if taken.iter().any(|taken| self.is_inside(glob, taken)) {
                return false;
            }
            let own = self.alone(lane, at, &[]);
            let found = own.as_ref().is_some_and(misses);
            self.own.insert((task, at), own);
            if found {
                return true;
            }
        }
        // Of what nobody needs already, nobody can say what it keeps.
        self.own[&(task, at)].is_some() && self.alone(lane, at, taken).is_some()
    }

    /// A path that is in the lane by this glob alone, or out of it by this exclusion alone, and not in
    /// `taken`.
    fn alone(&mut self, lane: &Lane, at: LanePart, taken: &[&Glob]) -> Option<RepoPath> {
        let (globs, exclusions) = (lane.globs(), lane.exclusions());
        let common = lane.common().protect.iter().chain(taken.iter().copied());
        match at {
            LanePart::Glob(own) => {
                let subtracted: Vec<&Glob> =
                    others(globs, own.into()).chain(exclusions).chain(common).collect();
                self.path(&globs[own], &everything(), &subtracted)
            }
            LanePart::Exclusion(own) => {
                let subtracted: Vec<&Glob> = others(exclusions, own).chain(common).collect();
                globs.iter().find_map(|glob| self.path(&exclusions[own], glob, &subtracted))
            }
        }
    }

    /// Whether each of `taken` takes something out of the globs that the others do not.
    fn each_takes_something(&mut self, lane: &Lane, met: &[GlobId], taken: &[&Glob]) -> bool {
        (0..taken.len()).all(|own| {
            let near = |glob: &&&Glob| glob.literals().compatible(&taken[own].literals());
            let rest = taken.iter().enumerate().filter(|(place, _)| *place != own);
            let rest: Vec<&Glob> = rest.map(|(_, glob)| glob).filter(near).copied().collect();
            if rest.is_empty() {
                // That it takes something at all is what the overlap says.
                return true;
            }
            let common = lane.common().protect.iter().chain(lane.exclusions());
            let subtracted: Vec<&Glob> = rest.into_iter().chain(common).collect();
            met.iter()
                .any(|&glob| self.path(taken[own], &lane.globs()[glob], &subtracted).is_some())
        })
    }

    fn path(&mut self, one: &Glob, other: &Glob, subtracted: &[&Glob]) -> Option<RepoPath> {
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

    /// Whether a glob holds shared paths, or may: to exclude those would take them from the task.
    fn is_shared(&mut self, glob: &Glob) -> bool {
        let share = self.lanes.common().into_iter().flat_map(|common| &common.share);
        let budget = &mut self.budget;
        *self.shared.entry(glob.identity()).or_insert_with(|| {
            share
                .clone()
                .any(|share| glob.intersection(share, &[], budget) != Intersection::Disjoint)
        })
    }

    /// The glob of the one file that two lanes share, if it is all that they do.
    fn one_file(
        &self,
        left: TaskId,
        right: TaskId,
        pairs: &[(GlobId, GlobId)],
    ) -> Option<Arc<str>> {
        let (left_globs, right_globs) = (self.lanes.of(left).globs(), self.lanes.of(right).globs());
        let mut file: Option<(&[u8], TaskId, GlobId)> = None;
        for &(one, other) in pairs {
            let (path, task, place) =
                match (left_globs[one].literal(), right_globs[other].literal()) {
                    (Some(path), _) => (path, left, one),
                    (None, Some(path)) => (path, right, other),
                    (None, None) => return None,
                };
            if file.is_some_and(|(known, ..)| known != path) {
                return None;
            }
            file.get_or_insert((path, task, place));
        }
        let (_, task, place) = file?;
        let mut globs = self.plan[task].globs();
        globs.nth(place.into()).map(|(entry, _)| Arc::clone(&entry.text))
    }
}

/// All but one of some globs.
fn others(globs: &[Glob], own: usize) -> impl Iterator<Item = &Glob> {
    globs.iter().enumerate().filter(move |(place, _)| *place != own).map(|(_, glob)| glob)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::overlap::overlaps;
    use crate::plan::{PlanText, read};

    /// The choices for the first overlap of a plan, by their titles.
    fn choices(text: &str) -> Vec<String> {
        let plan = read(vec![PlanText::new("lanes.yaml", text)]);
        assert_eq!(plan.problems, []);
        let (lanes, order) = (plan.lanes(), Order::new(&plan));
        let overlaps = overlaps(&lanes, &order, &[]);
        let fixes = Chooser::new(&plan, &lanes, &order).fixes(&overlaps[0], "overlapping-lanes");
        fixes.iter().map(|fix| fix.title(&plan).to_string()).collect()
    }

    /// The choices that are not always there.
    fn special(text: &str) -> Vec<String> {
        let always =
            |title: &String| !title.starts_with("add `needs") && !title.starts_with("allow");
        choices(text).into_iter().filter(always).collect()
    }

    #[test]
    fn all_that_can_be_chosen_is_offered() {
        assert_eq!(
            choices("tasks:\n  a: {write: src/**}\n  b: {write: src/*/x.rs}\n"),
            [
                "exclude `src/*/x.rs` from `a`",
                "add `needs: a` to `b`",
                "add `needs: b` to `a`",
                "allow it in `a`, with a reason"
            ]
        );
    }

    #[test]
    fn globs_are_excluded_where_every_part_of_the_lane_keeps_something() {
        for (text, expected) in [
            // Both ways, one way, no way.
            (
                "a: {write: a*}\n  b: {write: '*b'}",
                vec!["exclude `*b` from `a`", "exclude `a*` from `b`"],
            ),
            ("a: {write: src/**}\n  b: {write: src/x/**}", vec!["exclude `src/x/**` from `a`"]),
            ("a: {write: src/**}\n  b: {write: src/**}", vec![]),
            // All that meets goes, and only what is needed.
            (
                "a: {write: '**'}\n  b: {write: [x/**, y/**, x/**]}",
                vec!["exclude `x/**`, `y/**` from `a`"],
            ),
            ("a: {write: '**'}\n  b: {write: [x/**, x/y/**]}", vec![]),
            (
                "a: {write: [a/**, b/**]}\n  b: {write: [a/x, b/**]}",
                // `b/**` of `a` would be left with nothing.
                vec![],
            ),
            // What stays of `src/**` is in the other glob.
            ("a: {write: ['src/{x,y}', src/x]}\n  b: {write: src/y}", vec!["share"]),
            // `b` may not write `doc/x`, and its glob would take it all the same.
            ("a: {write: [src/**, doc/x]}\n  b: {write: ['{src,doc}/*', '!doc/**']}", vec![]),
            (
                "a: {write: [src/**, doc/**]}\n  b: {write: ['{src,doc}/*', '!doc/**']}",
                vec!["exclude `{src,doc}/*` from `a`"],
            ),
            // The exclusion would have nothing left to take.
            ("a: {write: [src/**, '!src/x/y']}\n  b: {write: src/x/*}", vec![]),
            (
                "a: {write: [src/**, '!src/z/*']}\n  b: {write: src/x/*}",
                vec!["exclude `src/x/*` from `a`"],
            ),
        ] {
            let found = special(&format!("tasks:\n  {text}\n"));
            let found: Vec<&str> = found
                .iter()
                .map(|title| if title.ends_with("`share`") { "share" } else { title })
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn one_file_can_be_shared() {
        let share = vec!["add `CHANGELOG.md` to `share`"];
        let text = "tasks:\n  a: {write: [a/**, CHANGELOG.md]}\n  b: {write: CHANGELOG.md}\n";
        assert_eq!(special(text), share);
        let text = "tasks:\n  a: {write: [a/**, '*.md']}\n  b: {write: CHANGELOG.md}\n";
        assert_eq!(special(text), ["exclude `CHANGELOG.md` from `a`", share[0]]);
        let text = "tasks:\n  a: {write: '*.md'}\n  b: {write: [CHANGELOG.md, README.md]}\n";
        assert_eq!(special(text), ["exclude `CHANGELOG.md`, `README.md` from `a`"]);
    }

    /// An exclusion also takes what is shared.
    #[test]
    fn what_holds_shared_paths_is_not_excluded() {
        let text = "tasks:\n  a: {write: '**'}\n  b: {write: doc/**}\nshare: doc/log\n";
        assert_eq!(special(text), Vec::<String>::new());
    }

    #[test]
    fn in_a_cycle_nobody_is_told_to_wait() {
        let text = "tasks:\n  a: {write: x}\n  b: {write: x}\n  c: {write: [], needs: c}\n";
        let found = choices(text);
        assert_eq!(found, ["add `x` to `share`", "allow it in `a`, with a reason"]);
    }

    #[test]
    fn an_offer_is_small() {
        assert!(size_of::<Fix>() <= 32);
    }
}
