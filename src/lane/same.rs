//! Whether two lanes are one set of paths.

use std::collections::HashSet;

use super::Lane;
use crate::glob::{Budget, Glob, Intersection};

impl Lane {
    /// Whether two lanes of one plan hold the same paths; `None` where a bound on work was reached.
    #[must_use]
    pub fn is_same_as(&self, other: &Lane, budget: &mut Budget) -> Option<bool> {
        if self.globs.is_empty() && other.globs.is_empty() {
            return Some(true);
        }
        // What is shared is in a lane that has globs, and in no other.
        if self.globs.is_empty() != other.globs.is_empty() && !self.common.share.is_empty() {
            return Some(false);
        }
        match (self.is_inside(other, budget), other.is_inside(self, budget)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        }
    }

    /// Whether the other lane holds every path of this one, as far as their own globs and exclusions
    /// differ.
    fn is_inside(&self, other: &Lane, budget: &mut Budget) -> Option<bool> {
        let taken: Vec<&Glob> = self.exclusions.iter().chain(&self.common.protect).collect();
        let outside: Vec<&Glob> = taken.iter().copied().chain(&other.globs).collect();
        let mut undecided = false;
        for glob in missing(&self.globs, &other.globs) {
            match glob.reaches_outside(&outside, budget) {
                Some(true) => return Some(false),
                Some(false) => {}
                None => undecided = true,
            }
        }
        for exclusion in missing(&other.exclusions, &self.exclusions) {
            for glob in self.globs.iter().chain(&self.common.share) {
                match exclusion.intersection(glob, &taken, budget) {
                    Intersection::Disjoint => {}
                    Intersection::At(_) => return Some(false),
                    Intersection::GaveUp => undecided = true,
                }
            }
        }
        (!undecided).then_some(true)
    }
}

/// Those of some globs that are not among others.
#[allow(clippy::mutable_key_type, reason = "a glob is its text; what it caches changes nothing")]
fn missing<'g>(globs: &'g [Glob], others: &'g [Glob]) -> impl Iterator<Item = &'g Glob> {
    let others: HashSet<&Glob> = others.iter().collect();
    globs.iter().filter(move |glob| !others.contains(glob))
}

#[cfg(test)]
mod tests {
    use super::super::tests::lane;
    use super::*;

    fn is_same(one: (&[&str], &[&str]), other: (&[&str], &[&str])) -> Option<bool> {
        let of = |(globs, exclusions)| lane(globs, exclusions, &["log/*"], &["ci/**"]);
        let (one, other) = (of(one), of(other));
        let same = one.is_same_as(&other, &mut Budget::default());
        assert_eq!(other.is_same_as(&one, &mut Budget::default()), same);
        same
    }

    #[test]
    fn lanes_are_compared_as_sets() {
        for (one, other, expected) in [
            ((&["a", "b"][..], &[][..]), (&["b", "a"][..], &[][..]), true),
            ((&["{a,b}"], &[]), (&["a", "b"], &[]), true),
            ((&["*"], &["[!a]*", "a?*"]), (&["a"], &[]), true),
            ((&["a", "b"], &["a"]), (&["b"], &[]), true),
            ((&["a", "b"], &["a"]), (&["a", "b"], &[]), false),
            ((&["src/**"], &["src/a/**", "src/a/b"]), (&["src/**"], &["src/a/**"]), true),
            ((&["src/**"], &["docs/**"]), (&["src/**"], &[]), true),
            // Only protected paths differ.
            ((&["src/**", "ci/x"], &[]), (&["src/**"], &[]), true),
            ((&["src/**"], &["ci/x"]), (&["src/**"], &[]), true),
            // An exclusion takes from what is shared, too.
            ((&["src/**"], &["log/a"]), (&["src/**"], &[]), false),
            ((&["src/**"], &["log/a", "log/**"]), (&["src/**"], &["log/*"]), true),
            // Without a glob, nothing is shared.
            ((&["a"], &["a"]), (&[], &[]), false),
            ((&[], &["a"]), (&[], &[]), true),
            ((&[], &["log/a"]), (&[], &[]), true),
        ] {
            assert_eq!(is_same(one, other), Some(expected), "{one:?} {other:?}");
        }
    }
}
