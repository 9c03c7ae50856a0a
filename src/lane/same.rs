//! Whether two lanes are the same set of paths.

use std::collections::HashSet;

use super::Lane;
use crate::glob::{Budget, Glob, Intersection};

impl Lane {
    /// Whether two lanes of a plan contain the same paths; `None` if the budget runs out.
    #[must_use]
    pub fn is_same_as(&self, other: &Lane, budget: &mut Budget) -> Option<bool> {
        if self.globs.is_empty() && other.globs.is_empty() {
            return Some(true);
        }
        // Only a lane with globs contains `share`.
        if self.globs.is_empty() != other.globs.is_empty() && !self.common.share.is_empty() {
            return Some(false);
        }
        match (self.is_subset_of(other, budget), other.is_subset_of(self, budget)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        }
    }

    /// Whether the other lane contains every path of this one. Assumes that both have globs or that
    /// `share` is empty.
    fn is_subset_of(&self, other: &Lane, budget: &mut Budget) -> Option<bool> {
        let subtracted: Vec<&Glob> = self.exclusions.iter().chain(&self.common.protect).collect();
        let with_other: Vec<&Glob> = subtracted.iter().copied().chain(&other.globs).collect();
        let mut undecided = false;
        for glob in missing(&self.globs, &other.globs) {
            match glob.reaches_outside(&with_other, budget) {
                Some(true) => return Some(false),
                Some(false) => {}
                None => undecided = true,
            }
        }
        for exclusion in missing(&other.exclusions, &self.exclusions) {
            for glob in self.globs.iter().chain(&self.common.share) {
                match exclusion.intersection(glob, &subtracted, budget) {
                    Intersection::Disjoint => {}
                    Intersection::At(_) => return Some(false),
                    Intersection::GaveUp => undecided = true,
                }
            }
        }
        (!undecided).then_some(true)
    }
}

/// The globs that are not among `others`.
#[allow(clippy::mutable_key_type, reason = "only the text of a glob is hashed, not its caches")]
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
    fn lanes_as_sets() {
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
            // Exclusions apply to `share`, too.
            ((&["src/**"], &["log/a"]), (&["src/**"], &[]), false),
            ((&["src/**"], &["log/a", "log/**"]), (&["src/**"], &["log/*"]), true),
            // Without globs, there is no `share`.
            ((&["a"], &["a"]), (&[], &[]), false),
            ((&[], &["a"]), (&[], &[]), true),
            ((&[], &["log/a"]), (&[], &[]), true),
        ] {
            assert_eq!(is_same(one, other), Some(expected), "{one:?} {other:?}");
        }
    }
}
