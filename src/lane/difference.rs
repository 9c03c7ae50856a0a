//! What one lane contains and another does not.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Decision, Lane, decide};
use crate::glob::{Budget, Glob, Undecided, Witness, everything};
use crate::path::RepoPath;

impl Lane {
    /// Whether two lanes contain the same paths; `None` if the budget runs out.
    #[must_use]
    pub fn is_same_as(&self, other: &Lane, budget: &mut Budget) -> Option<bool> {
        match (self.first_outside(other, budget), other.first_outside(self, budget)) {
            (Ok(Some(_)), _) | (_, Ok(Some(_))) => Some(false),
            (Ok(None), Ok(None)) => Some(true),
            _ => None,
        }
    }

    /// The first path, in the order of docs/globs.md, that this lane contains and the other does
    /// not. The other one may be the lane of another plan.
    ///
    /// # Errors
    /// [`Undecided`] if the budget runs out before a path is found.
    pub fn first_outside(
        &self,
        other: &Lane,
        budget: &mut Budget,
    ) -> Result<Option<RepoPath>, Undecided> {
        let (own, others) = (self.contained(), other.contained());
        let removed = self.removed();
        let everything = everything();
        let mut first = First::default();
        let with_others: Vec<&Glob> = removed.iter().chain(&others).copied().collect();
        for glob in missing(&own, &others) {
            first.add(decide(glob, &everything, &with_others, budget));
        }
        // Without globs, the other lane has no paths to remove.
        let others_removed = if others.is_empty() { Vec::new() } else { other.removed() };
        for exclusion in missing(&others_removed, &removed) {
            for glob in &own {
                first.add(decide(glob, exclusion, &removed, budget));
            }
        }
        first.found()
    }

    /// The first path that it contains.
    ///
    /// # Errors
    /// [`Undecided`] if the budget runs out before a path is found.
    pub fn first(&self, budget: &mut Budget) -> Result<Option<RepoPath>, Undecided> {
        let nothing = Lane::new(Vec::new(), Vec::new(), Arc::default());
        self.first_outside(&nothing, budget)
    }

    /// The globs whose paths it contains, unless [`Lane::removed`] removes them.
    fn contained(&self) -> Vec<&Glob> {
        let share = self.common.share.iter().filter(|_| !self.globs.is_empty());
        self.globs.iter().chain(share).collect()
    }

    fn removed(&self) -> Vec<&Glob> {
        self.exclusions.iter().chain(&self.common.protect).collect()
    }
}

/// The first path that some of the globs match and none of the others does.
///
/// # Errors
/// [`Undecided`] if the budget runs out before a path is found.
pub(crate) fn first_outside(
    globs: &[&Glob],
    others: &[&Glob],
    budget: &mut Budget,
) -> Result<Option<RepoPath>, Undecided> {
    let everything = everything();
    let mut first = First::default();
    for glob in missing(globs, others) {
        first.add(decide(glob, &everything, others, budget));
    }
    first.found()
}

/// The first of the paths that are found.
#[derive(Default)]
struct First {
    path: Option<Arc<(Witness, RepoPath)>>,
    undecided: bool,
}

impl First {
    fn add(&mut self, decision: Decision) {
        match decision {
            Decision::Disjoint => {}
            Decision::Undecided => self.undecided = true,
            Decision::Overlap(proof) => {
                if self.path.as_ref().is_none_or(|first| proof.0 < first.0) {
                    self.path = Some(proof);
                }
            }
        }
    }

    fn found(self) -> Result<Option<RepoPath>, Undecided> {
        match self.path {
            Some(proof) => Ok(Some(proof.1.clone())),
            None if self.undecided => Err(Undecided),
            None => Ok(None),
        }
    }
}

/// The globs that are not among `others`.
#[allow(clippy::mutable_key_type, reason = "only the text of a glob is hashed, not its caches")]
fn missing<'g>(globs: &[&'g Glob], others: &[&'g Glob]) -> impl Iterator<Item = &'g Glob> {
    let others: HashSet<&Glob> = others.iter().copied().collect();
    globs.iter().copied().filter(move |glob| !others.contains(glob))
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

    #[test]
    fn first_path_outside() {
        let first = |one: &Lane, other: &Lane| {
            one.first_outside(other, &mut Budget::default()).unwrap().map(|path| path.to_string())
        };
        let of =
            |globs: &[&str], exclusions: &[&str]| lane(globs, exclusions, &["log/*"], &["ci/**"]);
        for (one, other, expected) in [
            (of(&["src/**"], &[]), of(&["src/a/**"], &[]), Some("src/0")),
            (of(&["src/a/**"], &[]), of(&["src/**"], &[]), None),
            (of(&["src/**"], &[]), of(&["src/**"], &["src/gen/*"]), Some("src/gen/0")),
            (of(&["zz", "y"], &[]), of(&["b"], &[]), Some("y")),
            (of(&["src/**"], &["src/gen/**"]), of(&["src/**"], &["src/gen/*"]), None),
            (of(&["a"], &[]), of(&[], &[]), Some("a")),
            (of(&[], &[]), of(&["a"], &[]), None),
        ] {
            assert_eq!(first(&one, &other).as_deref(), expected, "{one:?} {other:?}");
        }
        // Lanes of different plans: `share` and `protect` differ, too.
        let other = lane(&["src/**"], &[], &[], &["src/api/**"]);
        assert_eq!(first(&of(&["src/**"], &[]), &other).as_deref(), Some("log/0"));
        assert_eq!(first(&other, &of(&["src/**"], &[])), None);
        let other = lane(&["src/**"], &[], &["log/*"], &["src/api/**"]);
        assert_eq!(first(&of(&["src/**"], &[]), &other).as_deref(), Some("src/api/0"));
    }
}
