//! Finds globs and exclusions that change nothing about their lane.
//!
//! They are checked from last to first, each against those that remain, so that removing all
//! redundant ones leaves the lane as it was.

use std::ops::ControlFlow;

use crate::glob::candidates::{self, for_each_candidate};
use crate::glob::{Budget, Glob, Intersection};
use crate::path::RepoPath;

/// With more candidate pairs, the whole lane is undecided. Nobody writes thousands of globs by hand
/// that may all intersect.
const MAX_PAIRS: usize = 1 << 20;

/// A glob or an exclusion of a lane.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Whether it is an exclusion.
    pub negated: bool,
    /// The glob, without the `!`.
    pub glob: &'a Glob,
    /// Whether to check this entry; if not, it is never redundant.
    pub asked: bool,
}

/// An entry that changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Redundant {
    /// Its index among the entries.
    pub index: usize,
    /// The index of the first entry that alone covers all its paths: a glob that matches them, or
    /// an exclusion that removes them.
    pub within: Option<usize>,
}

/// The result of [`redundancy`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redundancy {
    /// The entries that change nothing, in order.
    pub redundant: Vec<Redundant>,
    /// The indexes of entries for which the budget ran out.
    pub undecided: Vec<usize>,
}

/// Finds the entries of a lane that change nothing, in order.
///
/// Exclusions also apply to `share`, so one that removes a shared path is not redundant. Globs are
/// only compared with the lane's own, so `share` makes none redundant.
#[must_use]
pub fn redundancy(entries: &[Entry<'_>], share: &[Glob], budget: &mut Budget) -> Redundancy {
    let asked = |index: &usize| entries[*index].asked;
    let Some(candidates) = candidates_of(entries) else {
        return Redundancy {
            undecided: (0..entries.len()).filter(asked).collect(),
            ..Redundancy::default()
        };
    };
    let mut redundancy = Redundancy::default();
    let mut kept = vec![true; entries.len()];
    let mut within = vec![None; entries.len()];
    for index in (0..entries.len()).rev().filter(asked) {
        let entry = entries[index];
        let others = candidates[index].iter().copied().filter(|&other| kept[other]);
        let (exclusions, globs): (Vec<usize>, Vec<usize>) =
            others.partition(|&other| entries[other].negated);
        let [exclusion_globs, other_globs] = [&exclusions, &globs]
            .map(|indexes| indexes.iter().map(|&index| entries[index].glob).collect::<Vec<_>>());
        let redundant = if entry.negated {
            let other_globs: Vec<&Glob> = other_globs.into_iter().chain(share).collect();
            is_exclusion_redundant(entry.glob, &other_globs, &exclusion_globs, budget)
        } else {
            is_glob_redundant(entry.glob, &other_globs, &exclusion_globs, budget)
        };
        match redundant {
            Some(false) => {}
            None => redundancy.undecided.push(index),
            Some(true) => {
                kept[index] = false;
                // A glob that is both matched and excluded counts as within the other glob. One
                // that matches nothing is within none.
                let containers = match entry.glob.reaches_outside(&[], budget) {
                    Some(true) if entry.negated => exclusions,
                    Some(true) => [globs, exclusions].concat(),
                    _ => Vec::new(),
                };
                within[index] = containers.into_iter().find(|&other| {
                    entry.glob.reaches_outside(&[entries[other].glob], budget) == Some(false)
                });
                redundancy.redundant.push(Redundant { index, within: None });
            }
        }
    }
    for redundant in &mut redundancy.redundant {
        redundant.within = within[redundant.index];
        // That entry may itself be redundant, due to a wider one that was found later.
        while let Some(wider) = redundant.within.and_then(|index| within[index]) {
            redundant.within = Some(wider);
        }
    }
    redundancy.redundant.reverse();
    redundancy.undecided.reverse();
    redundancy
}

/// For each entry, the indexes of the others that may intersect it, sorted; `None` if there are too
/// many.
fn candidates_of(entries: &[Entry<'_>]) -> Option<Vec<Vec<usize>>> {
    let mut found = vec![Vec::new(); entries.len()];
    let mut pairs = 0;
    let globs =
        entries.iter().enumerate().map(|(key, entry)| candidates::Entry::new(entry.glob, key));
    let mut globs: Vec<_> = globs.collect();
    candidates::sort(&mut globs);
    let ended = for_each_candidate(
        &globs,
        |_, _| true,
        |one, other| {
            pairs += 1;
            if pairs > MAX_PAIRS {
                return ControlFlow::Break(());
            }
            found[one.key].push(other.key);
            found[other.key].push(one.key);
            ControlFlow::Continue(())
        },
    );
    found.iter_mut().for_each(|indexes| indexes.sort_unstable());
    ended.is_continue().then_some(found)
}

/// Whether every path of a glob is matched by another or excluded; `None` if the budget runs out.
fn is_glob_redundant(
    glob: &Glob,
    others: &[&Glob],
    exclusions: &[&Glob],
    budget: &mut Budget,
) -> Option<bool> {
    let subtracted = [others, exclusions].concat();
    match one_path(glob) {
        Some(path) => any_matches(&subtracted, &path),
        None => glob.reaches_outside(&subtracted, budget).map(|outside| !outside),
    }
}

/// Whether every path of an exclusion is excluded by another or not matched by the lane's globs;
/// `None` if the budget runs out.
fn is_exclusion_redundant(
    exclusion: &Glob,
    globs: &[&Glob],
    others: &[&Glob],
    budget: &mut Budget,
) -> Option<bool> {
    if let Some(path) = one_path(exclusion) {
        return Some(!any_matches(globs, &path)? || any_matches(others, &path)?);
    }
    let mut undecided = false;
    for glob in globs {
        match exclusion.intersection(glob, others, budget) {
            Intersection::Disjoint => {}
            Intersection::At(_) => return Some(false),
            Intersection::GaveUp => undecided = true,
        }
    }
    (!undecided).then_some(true)
}

/// The path of a literal glob, which needs no automaton.
fn one_path(glob: &Glob) -> Option<RepoPath> {
    RepoPath::new(glob.literal()?).ok()
}

/// Whether one of the globs matches a path; `None` if that is undecided.
fn any_matches(globs: &[&Glob], path: &RepoPath) -> Option<bool> {
    let mut unknown = false;
    for glob in globs {
        match glob.is_match(path) {
            Ok(true) => return Some(true),
            Ok(false) => {}
            Err(_too_large) => unknown = true,
        }
    }
    (!unknown).then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The redundant entries, each with the one that it is within.
    fn found<'t>(texts: &[&'t str]) -> Vec<(&'t str, Option<&'t str>)> {
        let globs: Vec<(bool, Glob)> = texts
            .iter()
            .map(|text| {
                let glob = text.strip_prefix('!');
                (glob.is_some(), Glob::parse(glob.unwrap_or(text)).unwrap())
            })
            .collect();
        let entries: Vec<Entry<'_>> = globs
            .iter()
            .map(|(negated, glob)| Entry { negated: *negated, glob, asked: true })
            .collect();
        let redundancy = redundancy(&entries, &[], &mut Budget::default());
        assert!(redundancy.undecided.is_empty());
        let found = redundancy.redundant.iter();
        found.map(|found| (texts[found.index], found.within.map(|index| texts[index]))).collect()
    }

    #[test]
    fn redundant_entries() {
        for (entries, expected) in [
            (&["src/**", "src/a.rs"][..], &[("src/a.rs", Some("src/**"))][..]),
            (&["src/a.rs", "src/**"], &[("src/a.rs", Some("src/**"))]),
            (&["a", "b", "a"], &[("a", Some("a"))]),
            (&["src/**/*", "src/**"], &[("src/**", Some("src/**/*"))]),
            // Covered by several globs together, but by none alone.
            (&["[a-b]", "a", "b"], &[("a", Some("[a-b]")), ("b", Some("[a-b]"))]),
            (&["a*", "[!a]*", "*"], &[("*", None)]),
            (&["{a,b}", "a", "b/*"], &[("a", Some("{a,b}"))]),
            (&["b", "a", "{a,b}"], &[("{a,b}", None)]),
            // Covered with the help of exclusions.
            (&["src/**", "doc/a", "!doc/**"], &[("doc/a", Some("!doc/**"))]),
            (&["src/**", "x/*", "!x/a", "!x/[!a]*", "!x/a?*"], &[("x/*", None)]),
            (&["*", "[a-b]", "!c"], &[("[a-b]", Some("*"))]),
            (&["[!b]", "[a-b]", "!b"], &[("[a-b]", None)]),
            // Exclusions of what is not in the lane, or already excluded.
            (&["src/**", "!doc/**"], &[("!doc/**", None)]),
            (&["src/**", "!src/a/**", "!src/a/b"], &[("!src/a/b", Some("!src/a/**"))]),
            (&["src/**", "!src/*.rs", "!src/a.*"], &[]),
            (&["a", "b", "!{c,d}"], &[("!{c,d}", None)]),
            // The covering entry is itself covered by a wider one.
            (
                &["src/**", "src/a/**", "src/a/b"],
                &[("src/a/**", Some("src/**")), ("src/a/b", Some("src/**"))],
            ),
            (&["{x,y}/a/*", "x/a/b", "**"], &[("{x,y}/a/*", Some("**")), ("x/a/b", Some("**"))]),
            // Without `doc/a`, the exclusion before it removes nothing.
            (&["!doc/**", "doc/a", "src/**"], &[("!doc/**", None), ("doc/a", Some("!doc/**"))]),
            (&["src/**", "[.]"], &[("[.]", None)]),
        ] {
            assert_eq!(found(entries), expected, "{entries:?}");
        }
    }

    #[test]
    fn needed_entries() {
        for entries in [
            &["src/**", "doc/**"][..],
            &["**", "!src/**"],
            &["src/*", "src/*/a", "**/b"],
            &["*", ".*/x", "a/"],
            &["src/**", "src"],
            &["src/**", "!src/a/**", "!src/b"],
            &["src/?", "src/??", "src/é?"],
            &["[a-m]*", "[m-z]*"],
        ] {
            assert_eq!(found(entries), [], "{entries:?}");
        }
    }

    #[test]
    fn share_counts_for_exclusions_only() {
        let globs = ["src/**", "log", "log", "docs"].map(|text| Glob::parse(text).unwrap());
        let entries: Vec<Entry<'_>> = globs
            .iter()
            .zip([false, true, false, true])
            .map(|(glob, negated)| Entry { negated, glob, asked: true })
            .collect();
        let share = [Glob::parse("log").unwrap()];
        let indexes = |entries: &[Entry<'_>], share: &[Glob]| -> Vec<usize> {
            let found = redundancy(entries, share, &mut Budget::default());
            found.redundant.iter().map(|redundant| redundant.index).collect()
        };
        assert_eq!(indexes(&entries[..2], &share), [0usize; 0]);
        assert_eq!(indexes(&entries[..2], &[]), [1]);
        assert_eq!(indexes(&[entries[0], entries[2]], &share), [0usize; 0]);
        assert_eq!(indexes(&[entries[0], entries[3]], &share), [1]);
    }

    #[test]
    fn unasked_entries_stay() {
        let globs = ["a", "a", "a"].map(|text| Glob::parse(text).unwrap());
        let entries: Vec<Entry<'_>> = globs
            .iter()
            .zip([false, true, false])
            .map(|(glob, asked)| Entry { negated: false, glob, asked })
            .collect();
        let found = redundancy(&entries, &[], &mut Budget::default());
        assert_eq!(found.redundant, [Redundant { index: 1, within: Some(0) }]);
    }

    #[test]
    fn too_many_candidate_pairs() {
        let globs: Vec<Glob> =
            (0..1_500).map(|n| Glob::parse(&format!("*x{n}*")).unwrap()).collect();
        let entries: Vec<Entry<'_>> =
            globs.iter().map(|glob| Entry { negated: false, glob, asked: true }).collect();
        let found = redundancy(&entries, &[], &mut Budget::default());
        assert_eq!((found.redundant, found.undecided.len()), (vec![], 1_500));
    }
}
