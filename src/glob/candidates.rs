//! Finds the pairs of globs that may intersect, without comparing all pairs.
//!
//! Two globs can only intersect if the literal prefix of one is a prefix of the other's. Sorted by
//! prefix, all globs whose prefix extends a given one form a range that starts with it. If many
//! globs share a prefix (`**/x1_*.rs`, `**/x2_*.rs`, …), the literal prefixes of their last
//! components are matched in the same way.

use std::ops::ControlFlow;

use super::Glob;

/// A glob with the caller's key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a, T> {
    pub(crate) glob: &'a Glob,
    /// A copy of the glob's own, to save a look-up.
    pub(crate) prefix: &'a [u8],
    pub(crate) key: T,
}

impl<'a, T> Entry<'a, T> {
    pub(crate) fn new(glob: &'a Glob, key: T) -> Entry<'a, T> {
        Entry { glob, prefix: glob.prefix(), key }
    }

    fn name(&self) -> &'a [u8] {
        self.glob.literals().name
    }
}

/// Up to this many pairs are compared directly, without an index of their names.
const MAX_UNINDEXED_PAIRS: usize = 64;

/// Sorts entries as the other functions of this module expect them.
pub(crate) fn sort<T: Copy + Ord>(entries: &mut [Entry<'_, T>]) {
    entries.sort_unstable_by_key(|entry| (entry.prefix, entry.key));
}

/// Calls `visit` once per candidate pair: accepted by `filter`, with compatible [`Literals`].
/// Ordered by prefix; `Break` stops.
///
/// [`Literals`]: super::Literals
pub(crate) fn for_each_candidate<'a, T: Copy + Ord>(
    entries: &[Entry<'a, T>],
    filter: impl Fn(T, T) -> bool,
    visit: impl FnMut(Entry<'a, T>, Entry<'a, T>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut visit = if_compatible(filter, visit);
    let mut rest = entries;
    while let Some(first) = rest.first() {
        let (equal, extending) = split_prefix(rest, first.prefix);
        // Each entry is paired with the later ones, so that no pair is visited twice.
        visit_pairs(&extending[..equal], extending, |index| index + 1, &mut visit)?;
        rest = &rest[equal..];
    }
    ControlFlow::Continue(())
}

/// Like [`for_each_candidate`], for pairs of one entry of each list.
pub(crate) fn for_each_candidate_between<'a, T: Copy + Ord>(
    mut left: &[Entry<'a, T>],
    mut right: &[Entry<'a, T>],
    filter: impl Fn(T, T) -> bool,
    visit: impl FnMut(Entry<'a, T>, Entry<'a, T>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut visit = if_compatible(filter, visit);
    loop {
        let firsts = [left, right].map(|entries| entries.first().map(|entry| entry.prefix));
        let Some(prefix) = firsts.into_iter().flatten().min() else { break };
        let (left_equal, left_extending) = split_prefix(left, prefix);
        let (right_equal, right_extending) = split_prefix(right, prefix);
        visit_pairs(&left_extending[..left_equal], right_extending, |_| 0, &mut visit)?;
        let (ones, others) = (&right_extending[..right_equal], &left_extending[left_equal..]);
        visit_pairs(ones, others, |_| 0, &mut |one, other| visit(other, one))?;
        left = &left[left_equal..];
        right = &right[right_equal..];
    }
    ControlFlow::Continue(())
}

fn if_compatible<'a, T: Copy>(
    filter: impl Fn(T, T) -> bool,
    mut visit: impl FnMut(Entry<'a, T>, Entry<'a, T>) -> ControlFlow<()>,
) -> impl FnMut(Entry<'a, T>, Entry<'a, T>) -> ControlFlow<()> {
    move |one, other| {
        if filter(one.key, other.key) && one.glob.literals().compatible(&other.glob.literals()) {
            visit(one, other)?;
        }
        ControlFlow::Continue(())
    }
}

/// The sorted entries whose prefix starts with `prefix`, and how many of them have just that
/// prefix. No entry may sort before it.
fn split_prefix<'e, 'a, T>(
    entries: &'e [Entry<'a, T>],
    prefix: &[u8],
) -> (usize, &'e [Entry<'a, T>]) {
    let equal = gallop_partition_point(entries, |entry| entry.prefix == prefix);
    let longer = &entries[equal..];
    let extending = gallop_partition_point(longer, |entry| entry.prefix.starts_with(prefix));
    (equal, &entries[..equal + extending])
}

/// [`slice::partition_point`] by galloping search, which is faster if the result is small.
pub(crate) fn gallop_partition_point<T>(entries: &[T], predicate: impl Fn(&T) -> bool) -> usize {
    let mut step = 1;
    while entries.get(step - 1).is_some_and(&predicate) {
        step *= 2;
    }
    let known = step / 2;
    let end = entries.len().min(step);
    known + entries[known..end].partition_point(predicate)
}

/// Visits the pairs of each of `ones` with `others[from(index)..]` for which the literal start of
/// one's last component is a prefix of the other's.
fn visit_pairs<'a, T: Copy>(
    ones: &[Entry<'a, T>],
    others: &[Entry<'a, T>],
    from: impl Fn(usize) -> usize,
    visit: &mut impl FnMut(Entry<'a, T>, Entry<'a, T>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    if ones.len() * others.len() <= MAX_UNINDEXED_PAIRS {
        for (index, &one) in ones.iter().enumerate() {
            others[from(index)..].iter().try_for_each(|&other| visit(one, other))?;
        }
        return ControlFlow::Continue(());
    }
    let mut names: Vec<(&[u8], usize)> =
        others.iter().enumerate().map(|(index, entry)| (entry.name(), index)).collect();
    names.sort_unstable();
    for (index, one) in ones.iter().enumerate() {
        let (name, from) = (one.name(), from(index));
        let mut visit_named = |named: &[(&[u8], usize)]| {
            let mut named = named.iter().filter(|&&(_, other)| other >= from);
            named.try_for_each(|&(_, other)| visit(*one, others[other]))
        };
        let extending = names.partition_point(|&(other, _)| other < name);
        let end = names[extending..].partition_point(|&(other, _)| other.starts_with(name));
        visit_named(&names[extending..extending + end])?;
        for length in 0..name.len() {
            let shorter = &name[..length];
            let start = names.partition_point(|&(other, _)| other < shorter);
            let end = names[start..].partition_point(|&(other, _)| other == shorter);
            visit_named(&names[start..start + end])?;
        }
    }
    ControlFlow::Continue(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_as_comparing_all_pairs() {
        let texts = ["**/x*_{}.rs", "**/x{}_*", "src/**/x{}*", "src/x{}.rs", "*{}.rs", "src/**"];
        let globs: Vec<Glob> = (0..90)
            .map(|n| Glob::parse(&texts[n % 6].replace("{}", &(n % 13).to_string())).unwrap())
            .collect();
        let expected_pair = |one: usize, other: usize| {
            globs[one].literals().compatible(&globs[other].literals())
                && !(one + other).is_multiple_of(7)
        };
        let entries = |range: std::ops::Range<usize>| -> Vec<Entry<'_, usize>> {
            let mut entries: Vec<_> = range.map(|key| Entry::new(&globs[key], key)).collect();
            sort(&mut entries);
            entries
        };
        let filter = |one: usize, other: usize| !(one + other).is_multiple_of(7);
        let mut found = Vec::new();
        let ended = for_each_candidate(&entries(0..90), filter, |one, other| {
            found.push((one.key.min(other.key), one.key.max(other.key)));
            ControlFlow::Continue(())
        });
        assert!(ended.is_continue());
        let mut visits = 0;
        let ended = for_each_candidate(&entries(0..90), filter, |_, _| {
            visits += 1;
            if visits == 7 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!((ended, visits), (ControlFlow::Break(()), 7));
        found.sort_unstable();
        let all = (0..90).flat_map(|one| (one + 1..90).map(move |other| (one, other)));
        let expected: Vec<_> = all.filter(|&(one, other)| expected_pair(one, other)).collect();
        assert!(expected.len() > 500);
        assert_eq!(found, expected);

        for middle in [2, 45] {
            let mut found = Vec::new();
            let sides = (entries(0..middle), entries(middle..90));
            let ended = for_each_candidate_between(&sides.0, &sides.1, filter, |one, other| {
                found.push((one.key, other.key));
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
