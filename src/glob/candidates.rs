//! Which of many globs are near each other, without comparing all pairs of them.
//!
//! Most globs of a plan have nothing to do with each other, and are never compared. Two of them can
//! only meet where one begins with all that the other begins with: sorted by that, the globs that
//! a glob can meet stand in the range behind it, or before it on the way down. Where many globs
//! share such a beginning (`**/x1_*.rs`, `**/x2_*.rs`, …), their last components are held against
//! each other in the same way.

use std::ops::ControlFlow;

use super::Glob;

/// A glob, and what whoever asks knows it by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a, T> {
    pub(crate) glob: &'a Glob,
    /// The glob's own, at hand.
    pub(crate) prefix: &'a [u8],
    pub(crate) of: T,
}

impl<'a, T> Entry<'a, T> {
    pub(crate) fn new(glob: &'a Glob, of: T) -> Entry<'a, T> {
        Entry { glob, prefix: glob.prefix(), of }
    }

    fn name(&self) -> &'a [u8] {
        self.glob.literals().name
    }
}

/// How many pairs are looked at one by one before an index of names is made for them.
const FEW: usize = 64;

/// Puts entries into the order of their beginnings, in which the functions here want them.
pub(crate) fn sort<T: Copy + Ord>(entries: &mut [Entry<'_, T>]) {
    entries.sort_unstable_by_key(|entry| (entry.prefix, entry.of));
}

/// Visits, once each, all pairs that are asked for and whose globs are not seen at a glance to be
/// apart, in the order of their beginnings, as long as the visits go on.
pub(crate) fn for_each_candidate<'a, T: Copy + Ord>(
    entries: &[Entry<'a, T>],
    asked: impl Fn(T, T) -> bool,
    visit: impl FnMut(Entry<'a, T>, Entry<'a, T>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut visit = unless_apart(asked, visit);
    let mut rest = entries;
    while let Some(first) = rest.first() {
        let (alike, below) = of_prefix(rest, first.prefix);
        // Two that are alike are visited from the first of them.
        each_of(&below[..alike], below, |place| place + 1, &mut visit)?;
        rest = &rest[alike..];
    }
    ControlFlow::Continue(())
}

/// The same for the pairs of an entry of either list, which is visited on its side.
pub(crate) fn for_each_candidate_between<'a, T: Copy + Ord>(
    mut left: &[Entry<'a, T>],
    mut right: &[Entry<'a, T>],
    asked: impl Fn(T, T) -> bool,
    visit: impl FnMut(Entry<'a, T>, Entry<'a, T>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut visit = unless_apart(asked, visit);
    loop {
        let firsts = [left, right].map(|entries| entries.first().map(|entry| entry.prefix));
        let Some(prefix) = firsts.into_iter().flatten().min() else { break };
        let (left_alike, left_below) = of_prefix(left, prefix);
        let (right_alike, right_below) = of_prefix(right, prefix);
        each_of(&left_below[..left_alike], right_below, |_| 0, &mut visit)?;
        let (ones, others) = (&right_below[..right_alike], &left_below[left_alike..]);
        each_of(ones, others, |_| 0, &mut |one, other| visit(other, one))?;
        left = &left[left_alike..];
        right = &right[right_alike..];
    }
    ControlFlow::Continue(())
}

fn unless_apart<'a, T: Copy>(
    asked: impl Fn(T, T) -> bool,
    mut visit: impl FnMut(Entry<'a, T>, Entry<'a, T>) -> ControlFlow<()>,
) -> impl FnMut(Entry<'a, T>, Entry<'a, T>) -> ControlFlow<()> {
    move |one, other| {
        if asked(one.of, other.of) && one.glob.literals().compatible(&other.glob.literals()) {
            visit(one, other)?;
        }
        ControlFlow::Continue(())
    }
}

/// How many of the sorted entries begin as the prefix says and no further, and all that begin so.
/// None of them stands before it.
fn of_prefix<'e, 'a, T>(entries: &'e [Entry<'a, T>], prefix: &[u8]) -> (usize, &'e [Entry<'a, T>]) {
    let alike = count_first(entries, |entry| entry.prefix == prefix);
    let below = alike + count_first(&entries[alike..], |entry| entry.prefix.starts_with(prefix));
    (alike, &entries[..below])
}

/// How many entries a condition holds for, which holds for some of the first and for no other. Mostly
/// these are few, so they are looked for in steps that grow.
pub(crate) fn count_first<T>(entries: &[T], holds: impl Fn(&T) -> bool) -> usize {
    let mut step = 1;
    while entries.get(step - 1).is_some_and(&holds) {
        step *= 2;
    }
    let known = step / 2;
    let end = entries.len().min(step);
    known + entries[known..end].partition_point(holds)
}

/// Visits the pairs of each of `ones` with the `others` from a place on, of which one's last
/// component can begin as the other's.
fn each_of<'a, T: Copy>(
    ones: &[Entry<'a, T>],
    others: &[Entry<'a, T>],
    from: impl Fn(usize) -> usize,
    visit: &mut impl FnMut(Entry<'a, T>, Entry<'a, T>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    if ones.len() * others.len() <= FEW {
        for (place, &one) in ones.iter().enumerate() {
            others[from(place)..].iter().try_for_each(|&other| visit(one, other))?;
        }
        return ControlFlow::Continue(());
    }
    let mut names: Vec<(&[u8], usize)> =
        others.iter().enumerate().map(|(place, entry)| (entry.name(), place)).collect();
    names.sort_unstable();
    for (place, one) in ones.iter().enumerate() {
        let (name, from) = (one.name(), from(place));
        let mut intersection = |named: &[(&[u8], usize)]| {
            let mut named = named.iter().filter(|&&(_, other)| other >= from);
            named.try_for_each(|&(_, other)| visit(*one, others[other]))
        };
        let longer = names.partition_point(|&(other, _)| other < name);
        let end = names[longer..].partition_point(|&(other, _)| other.starts_with(name));
        intersection(&names[longer..longer + end])?;
        for length in 0..name.len() {
            let shorter = &name[..length];
            let start = names.partition_point(|&(other, _)| other < shorter);
            let end = names[start..].partition_point(|&(other, _)| other == shorter);
            intersection(&names[start..start + end])?;
        }
    }
    ControlFlow::Continue(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pairs that are near by comparing all of them, and by either way of asking.
    #[test]
    fn the_pairs_are_those_of_comparing_all() {
        let texts = ["**/x*_{}.rs", "**/x{}_*", "src/**/x{}*", "src/x{}.rs", "*{}.rs", "src/**"];
        let globs: Vec<Glob> = (0..90)
            .map(|n| Glob::parse(&texts[n % 6].replace("{}", &(n % 13).to_string())).unwrap())
            .collect();
        let near = |one: usize, other: usize| {
            globs[one].literals().compatible(&globs[other].literals())
                && !(one + other).is_multiple_of(7)
        };
        let entries = |places: std::ops::Range<usize>| -> Vec<Entry<'_, usize>> {
            let mut entries: Vec<_> = places.map(|of| Entry::new(&globs[of], of)).collect();
            sort(&mut entries);
            entries
        };
        let asked = |one: usize, other: usize| !(one + other).is_multiple_of(7);
        let mut found = Vec::new();
        let ended = for_each_candidate(&entries(0..90), asked, |one, other| {
            found.push((one.of.min(other.of), one.of.max(other.of)));
            ControlFlow::Continue(())
        });
        assert!(ended.is_continue());
        let mut visits = 0;
        let ended = for_each_candidate(&entries(0..90), asked, |_, _| {
            visits += 1;
            if visits == 7 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!((ended, visits), (ControlFlow::Break(()), 7));
        found.sort_unstable();
        let all = (0..90).flat_map(|one| (one + 1..90).map(move |other| (one, other)));
        let expected: Vec<_> = all.filter(|&(one, other)| near(one, other)).collect();
        assert!(expected.len() > 500);
        assert_eq!(found, expected);

        for middle in [2, 45] {
            let mut found = Vec::new();
            let sides = (entries(0..middle), entries(middle..90));
            let ended = for_each_candidate_between(&sides.0, &sides.1, asked, |one, other| {
                found.push((one.of, other.of));
                ControlFlow::Continue(())
            });
            assert!(ended.is_continue());
            found.sort_unstable();
            let between = |&&(one, other): &&(usize, usize)| one < middle && other >= middle;
            let expected: Vec<_> = expected.iter().filter(between).copied().collect();
            assert_eq!(found, expected, "{middle}");
        }
    }
}
