//! Branches that two owners claim, or that git cannot hold together.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;

use super::{BranchOwner, all};
use crate::glob::candidates::{self, Entry, for_each_candidate};
use crate::glob::{Budget, Glob, Intersection};
use crate::plan::{BranchName, INVALID_NAMES, Plan, name_fault};

/// The most pairs to report.
const MAX_PAIRS: usize = 100_000;

/// Two names or patterns of different owners that exclude each other.
#[derive(Clone, Copy, Debug)]
pub struct Duplicate<'p> {
    /// The owners, the one that comes first in the plan first.
    pub owners: [BranchOwner; 2],
    /// Their names or patterns.
    pub names: [&'p BranchName; 2],
}

/// How two names or patterns exclude each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DuplicateKind {
    /// Both are, or match, a branch of this name.
    Same(String),
    /// One branch would be a folder of the other: git cannot hold `a` and `a/b`.
    Nested,
}

/// The pairs that exclude each other.
#[derive(Debug, Default)]
pub struct Duplicates<'p> {
    /// The pairs, one for each two owners, in the order of the plan.
    pub pairs: Vec<(Duplicate<'p>, DuplicateKind)>,
    /// Pairs for which the work limit was reached.
    pub undecided: Vec<Duplicate<'p>>,
}

/// A name or pattern: its index in the list of all.
type Key = usize;

/// Finds them all. `other-branches` conflict only with `plan-branches`.
#[must_use]
pub fn duplicates(plan: &Plan) -> Duplicates<'_> {
    let names: Vec<(BranchOwner, &BranchName)> =
        all(plan).map(|(owner, _, branch)| (owner, branch)).collect();
    let mut finder = Finder { names: &names, found: Duplicates::default(), told: BTreeSet::new() };
    finder.equal_texts();
    finder.nested_names();
    finder.patterns();
    let mut found = finder.found;
    found.pairs.sort_by_key(|(pair, _)| pair.owners);
    found.undecided.sort_by_key(|pair| pair.owners);
    found
}

struct Finder<'a, 'p> {
    names: &'a [(BranchOwner, &'p BranchName)],
    found: Duplicates<'p>,
    told: BTreeSet<[BranchOwner; 2]>,
}

impl<'p> Finder<'_, 'p> {
    fn pair(&self, one: Key, other: Key) -> Duplicate<'p> {
        let (one, other) = (self.names[one], self.names[other]);
        let (one, other) = if one.0 <= other.0 { (one, other) } else { (other, one) };
        Duplicate { owners: [one.0, other.0], names: [one.1, other.1] }
    }

    /// Whether two owners may not have a branch in common.
    fn conflict(&self, one: Key, other: Key) -> bool {
        let [one, other] = [one, other].map(|key| self.names[key].0);
        one != other
            && (one != BranchOwner::Other && other != BranchOwner::Other
                || one == BranchOwner::Plan
                || other == BranchOwner::Plan)
    }

    fn report(&mut self, one: Key, other: Key, kind: DuplicateKind) {
        let pair = self.pair(one, other);
        if self.conflict(one, other) && self.told.insert(pair.owners) {
            self.found.pairs.push((pair, kind));
        }
    }

    /// Equal names, and equal patterns: each with the first, so that `n` of them are not `n²` pairs.
    fn equal_texts(&mut self) {
        let mut first: HashMap<&str, Key> = HashMap::new();
        for (key, (_, name)) in self.names.iter().enumerate() {
            let text = name.text.value.as_str();
            let &mut before = first.entry(text).or_insert(key);
            if before != key {
                let witness = match &name.pattern {
                    Some(pattern) => witness(pattern, pattern, &mut Budget::default()),
                    None => Found::Name(text.to_owned()),
                };
                if let Found::Name(witness) = witness {
                    self.report(before, key, DuplicateKind::Same(witness));
                }
            }
        }
    }

    /// Names such as `a` and `a/b`.
    fn nested_names(&mut self) {
        let names = self.names.iter().enumerate().filter(|(_, (_, name))| name.pattern.is_none());
        let mut first: BTreeMap<&str, Key> = BTreeMap::new();
        for (key, (_, name)) in names {
            first.entry(name.text.value.as_str()).or_insert(key);
        }
        for (name, &key) in &first {
            for (at, _) in name.match_indices('/') {
                if let Some(&folder) = first.get(&name[..at]) {
                    self.report(folder, key, DuplicateKind::Nested);
                }
            }
        }
    }

    /// Patterns against all others.
    fn patterns(&mut self) {
        let mut seen: HashMap<&str, Key> = HashMap::new();
        // Equal texts are told already, so the first of each is enough.
        let distinct = self.names.iter().enumerate().filter(|&(key, (_, name))| {
            *seen.entry(name.text.value.as_str()).or_insert(key) == key
        });
        let globs: Vec<(Key, Glob)> =
            distinct.filter_map(|(key, (_, name))| Some((key, name.glob()?))).collect();
        let mut entries: Vec<Entry<'_, Key>> =
            globs.iter().map(|(key, glob)| Entry::new(glob, *key)).collect();
        candidates::sort(&mut entries);
        let names = self.names;
        let is_asked = |one: Key, other: Key| {
            names[one].1.pattern.is_some() || names[other].1.pattern.is_some()
        };
        let mut budget = Budget::default();
        let _stopped = for_each_candidate(&entries, is_asked, |one, other| {
            let (left, right) = (one.key.min(other.key), one.key.max(other.key));
            if !self.conflict(left, right) {
                return ControlFlow::Continue(());
            }
            match witness(one.glob, other.glob, &mut budget) {
                Found::Nothing => {}
                Found::Name(name) => self.report(left, right, DuplicateKind::Same(name)),
                Found::GaveUp => self.found.undecided.push(self.pair(left, right)),
            }
            if self.found.pairs.len() + self.found.undecided.len() < MAX_PAIRS {
                return ControlFlow::Continue(());
            }
            self.found.undecided.push(self.pair(left, right));
            ControlFlow::Break(())
        });
    }
}

enum Found {
    /// No branch satisfies both.
    Nothing,
    /// This one does.
    Name(String),
    GaveUp,
}

/// A branch name that git allows and both globs match.
fn witness(one: &Glob, other: &Glob, budget: &mut Budget) -> Found {
    let invalid: Vec<&Glob> = INVALID_NAMES.iter().collect();
    // The first attempt nearly always gives a name that git allows, and is much cheaper.
    for subtracted in [&[][..], &invalid] {
        match one.intersection(other, subtracted, budget) {
            Intersection::Disjoint => return Found::Nothing,
            Intersection::GaveUp => return Found::GaveUp,
            Intersection::At(witness) => {
                if let Ok(name) = String::from_utf8(witness.path)
                    && name_fault(&name).is_none()
                {
                    return Found::Name(name);
                }
            }
        }
    }
    // Only names that are not UTF-8 are left, and those cannot be written in a plan.
    Found::GaveUp
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{PlanText, read};

    fn found(text: &str) -> Vec<String> {
        let plan = read(vec![PlanText::new("lanes.yaml", text)]);
        assert_eq!(plan.problems, []);
        let found = duplicates(&plan);
        assert!(found.undecided.is_empty());
        let shown = found.pairs.iter().map(|(pair, kind)| {
            let owners = pair.owners.map(|owner| match owner {
                BranchOwner::Task(task) => plan[task].id.value.to_string(),
                owner => owner.to_string(),
            });
            let how = match kind {
                DuplicateKind::Same(name) => name.clone(),
                DuplicateKind::Nested => "nested".to_owned(),
            };
            format!("{} {}: {how}", owners[0], owners[1])
        });
        shown.collect()
    }

    #[test]
    fn pairs() {
        for (text, expected) in [
            (
                "tasks: {a: {write: x, branch: codex/*}, b: {write: y, branch: '*/lessons'}}",
                &["a b: codex/lessons"][..],
            ),
            (
                "tasks: {a: {write: x, branch: codex/*}, b: {write: y, branch: codex/b}}",
                &["a b: codex/b"],
            ),
            ("tasks: {a: {write: x, branch: codex/*}, b: {write: y, branch: claude/*}}", &[]),
            // No branch is called `a.lock`, and none begins with a dot.
            ("tasks: {a: {write: x, branch: '*k'}, b: {write: y, branch: 'b.loc?'}}", &[]),
            (
                "tasks: {a: {write: x, branch: '*.b'}, b: {write: y, branch: '[!a].b'}}",
                &["a b: 0.b"],
            ),
            // Names alone are asked whether they can stand together.
            ("tasks: {a: {write: x}, a/b: {write: y}}", &["a a/b: nested"]),
            ("tasks: {a: {write: x, branch: 'a*'}, a/b: {write: y}}", &[]),
            // A task has precedence over other branches, and the plan's must be apart from all.
            ("tasks: {a: {write: x}}\nother-branches: '*'", &[]),
            (
                "tasks: {a: {write: x}}\nother-branches: dep/**\nplan-branches: '**'",
                &["a plan-branches: a", "plan-branches other-branches: dep/0"],
            ),
            // One pair is told once.
            (
                "tasks: {a: {write: x, branch: [a*, b*]}, b: {write: y, branch: [a1, b1, '*']}}",
                &["a b: a"],
            ),
            (
                "tasks: {a: {write: x, branch: 'z*'}, b: {write: y, branch: 'z*'}, c: {write: q, branch: 'z*'}}",
                &["a b: z", "a c: z"],
            ),
        ] {
            assert_eq!(found(text), *expected, "{text}");
        }
    }

    /// Against trying all names of up to four letters.
    #[test]
    fn against_naive() {
        let patterns = ["a*", "*b", "?", "{a,b}?", "[ab]c", "a", "ab", "*", "a?b", "**/b", "a/*"];
        let letters = ["a", "b", "c", "/"];
        let mut names = vec![String::new()];
        for _ in 0..4 {
            let longer =
                names.iter().flat_map(|name| letters.map(|letter| format!("{name}{letter}")));
            names = std::iter::once(String::new()).chain(longer).collect();
        }
        for one in patterns {
            for other in patterns {
                let text = format!(
                    "tasks: {{x1: {{write: x, branch: '{one}'}}, x2: {{write: y, branch: '{other}'}}}}"
                );
                let plan = read(vec![PlanText::new("lanes.yaml", text)]);
                let matches = |name: &String| {
                    name_fault(name).is_none()
                        && plan.tasks.iter().all(|task| task.branches[0].is_match(name).unwrap())
                };
                let naive = names.iter().any(matches);
                let ours = duplicates(&plan);
                let same =
                    ours.pairs.iter().any(|(_, kind)| matches!(kind, DuplicateKind::Same(_)));
                assert_eq!(same, naive, "{one} {other}: {ours:?}");
            }
        }
    }
}
