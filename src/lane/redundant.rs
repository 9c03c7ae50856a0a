//! Which globs and exclusions of a lane change nothing about it.
//!
//! They are looked at from the last to the first, each against those that are left, so that without
//! all that are found the lane holds just the paths that it held.

use std::ops::ControlFlow;

use crate::glob::candidates::{self, for_each_candidate};
use crate::glob::{Budget, Glob, Intersection};
use crate::path::RepoPath;

/// The most pairs of one lane's globs that may have a path in common at a glance. Beyond that, the
/// lane is undecided: nobody writes thousands of globs by hand that all may meet.
const MOST_PAIRS: usize = 1 << 20;

/// A glob or an exclusion of a lane.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Whether it takes away.
    pub negated: bool,
    /// The glob, without the `!`.
    pub glob: &'a Glob,
    /// Whether it is looked at; if not, it stays.
    pub asked: bool,
}

/// An entry that changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Redundant {
    /// Its place among the entries.
    pub index: usize,
    /// The place of the first entry that makes it so all alone: a glob that holds all of its paths,
    /// or an exclusion that takes them all.
    pub within: Option<usize>,
}

/// What is known of a lane's entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redundancy {
    /// The entries that change nothing, in order.
    pub redundant: Vec<Redundant>,
    /// The places of those of which that could not be decided. They stay.
    pub undecided: Vec<usize>,
}

/// Finds the entries of a lane that change nothing, in the order of the plan.
///
/// `share` is what every lane holds that has a glob. Exclusions take from it too, and it makes no
/// glob redundant: lanes that hold it by a glob of their own overlap there as anywhere.
#[must_use]
pub fn redundancy(entries: &[Entry<'_>], share: &[Glob], budget: &mut Budget) -> Redundancy {
    let asked = |index: &usize| entries[*index].asked;
    let Some(near) = near(entries) else {
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
        let others = near[index].iter().copied().filter(|&other| kept[other]);
        let (exclusions, globs): (Vec<usize>, Vec<usize>) =
            others.partition(|&other| entries[other].negated);
        let [exclusion_globs, globs_left] = [&exclusions, &globs]
            .map(|indexes| indexes.iter().map(|&index| entries[index].glob).collect::<Vec<_>>());
        let redundant = if entry.negated {
            let globs_left: Vec<&Glob> = globs_left.into_iter().chain(share).collect();
            takes_nothing(entry.glob, &globs_left, &exclusion_globs, budget)
        } else {
            adds_nothing(entry.glob, &globs_left, &exclusion_globs, budget)
        };
        match redundant {
            Some(false) => {}
            None => redundancy.undecided.push(index),
            Some(true) => {
                kept[index] = false;
                // A glob that another holds is told to be in that one, whatever takes it away; and
                // one without a path is in none.
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
        // What holds it may itself have been found in another one later.
        while let Some(wider) = redundant.within.and_then(|index| within[index]) {
            redundant.within = Some(wider);
        }
    }
    redundancy.redundant.reverse();
    redundancy.undecided.reverse();
    redundancy
}

/// For each entry the places of the others that may have a path in common with it, in order;
/// nothing where they are too many.
fn near(entries: &[Entry<'_>]) -> Option<Vec<Vec<usize>>> {
    let mut near = vec![Vec::new(); entries.len()];
    let mut pairs = 0;
    let globs =
        entries.iter().enumerate().map(|(of, entry)| candidates::Entry::new(entry.glob, of));
    let mut globs: Vec<_> = globs.collect();
    candidates::sort(&mut globs);
    let ended = for_each_candidate(
        &globs,
        |_, _| true,
        |one, other| {
            pairs += 1;
            if pairs > MOST_PAIRS {
                return ControlFlow::Break(());
            }
            near[one.of].push(other.of);
            near[other.of].push(one.of);
            ControlFlow::Continue(())
        },
    );
    near.iter_mut().for_each(|indexes| indexes.sort_unstable());
    ended.is_continue().then_some(near)
}

/// Whether every path of a glob is in other globs or taken away; nothing where a bound on work was
/// reached.
fn adds_nothing(
    glob: &Glob,
    others: &[&Glob],
    exclusions: &[&Glob],
    budget: &mut Budget,
) -> Option<bool> {
    let subtracted = [others, exclusions].concat();
    match one_path(glob) {
        Some(path) => holds(&subtracted, &path),
        None => glob.reaches_outside(&subtracted, budget).map(|outside| !outside),
    }
}

/// Whether no path of an exclusion is in a lane's globs and left by the other exclusions; nothing
/// where a bound on work was reached.
fn takes_nothing(
    exclusion: &Glob,
    globs: &[&Glob],
    others: &[&Glob],
    budget: &mut Budget,
) -> Option<bool> {
    if let Some(path) = one_path(exclusion) {
        return Some(!holds(globs, &path)? || holds(others, &path)?);
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

/// The only path of a glob without wildcards, for which no automaton is needed.
fn one_path(glob: &Glob) -> Option<RepoPath> {
    RepoPath::new(glob.literal()?).ok()
}

/// Whether one of some globs holds a path; nothing where that is not known.
fn holds(globs: &[&Glob], path: &RepoPath) -> Option<bool> {
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

    /// The entries that are found, each with the one that holds it, if one does alone.
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
        let told = redundancy.redundant.iter();
        told.map(|found| (texts[found.index], found.within.map(|index| texts[index]))).collect()
    }

    #[test]
    fn what_changes_nothing_is_found() {
        for (entries, expected) in [
            (&["src/**", "src/a.rs"][..], &[("src/a.rs", Some("src/**"))][..]),
            (&["src/a.rs", "src/**"], &[("src/a.rs", Some("src/**"))]),
            (&["a", "b", "a"], &[("a", Some("a"))]),
            (&["src/**/*", "src/**"], &[("src/**", Some("src/**/*"))]),
            // By several globs together, and by none of them alone.
            (&["[ab]", "a", "b"], &[("a", Some("[ab]")), ("b", Some("[ab]"))]),
            (&["a*", "[!a]*", "*"], &[("*", None)]),
            (&["{a,b}", "a", "b/*"], &[("a", Some("{a,b}"))]),
            (&["b", "a", "{a,b}"], &[("{a,b}", None)]),
            // What an exclusion leaves counts.
            (&["src/**", "doc/a", "!doc/**"], &[("doc/a", Some("!doc/**"))]),
            (&["src/**", "x/*", "!x/a", "!x/[!a]*", "!x/a?*"], &[("x/*", None)]),
            (&["*", "[ab]", "!c"], &[("[ab]", Some("*"))]),
            (&["[!b]", "[ab]", "!b"], &[("[ab]", None)]),
            // An exclusion takes nothing of what is not there, or taken already.
            (&["src/**", "!doc/**"], &[("!doc/**", None)]),
            (&["src/**", "!src/a/**", "!src/a/b"], &[("!src/a/b", Some("!src/a/**"))]),
            (&["src/**", "!src/*.rs", "!src/a.*"], &[]),
            (&["a", "b", "!{c,d}"], &[("!{c,d}", None)]),
            // What held it is found in a wider one afterwards.
            (
                &["src/**", "src/a/**", "src/a/b"],
                &[("src/a/**", Some("src/**")), ("src/a/b", Some("src/**"))],
            ),
            (&["{x,y}/a/*", "x/a/b", "**"], &[("{x,y}/a/*", Some("**")), ("x/a/b", Some("**"))]),
            // Without `doc/a`, the exclusion before it takes nothing.
            (&["!doc/**", "doc/a", "src/**"], &[("!doc/**", None), ("doc/a", Some("!doc/**"))]),
            (&["src/**", "[.]"], &[("[.]", None)]),
        ] {
            assert_eq!(found(entries), expected, "{entries:?}");
        }
    }

    #[test]
    fn what_changes_something_is_left_alone() {
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

    /// An exclusion takes from what is shared, and no glob is redundant beside it.
    #[test]
    fn what_is_shared_counts_for_exclusions() {
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
    fn what_is_not_asked_for_stays() {
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
    fn too_many_globs_that_may_all_meet_are_undecided() {
        let globs: Vec<Glob> =
            (0..1_500).map(|n| Glob::parse(&format!("*x{n}*")).unwrap()).collect();
        let entries: Vec<Entry<'_>> =
            globs.iter().map(|glob| Entry { negated: false, glob, asked: true }).collect();
        let found = redundancy(&entries, &[], &mut Budget::default());
        assert_eq!((found.redundant, found.undecided.len()), (vec![], 1_500));
    }
}
