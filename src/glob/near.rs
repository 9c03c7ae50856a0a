//! Which of many globs are near each other, without comparing all pairs of them.
//!
//! Most globs of a plan have nothing to do with each other, and are never compared. Two of them can
//! only meet where one begins with all that the other begins with: sorted by that, the globs that
//! a glob can meet stand in the range behind it, or before it on the way down. Where many globs
//! share such a beginning (`**/x1_*.rs`, `**/x2_*.rs`, …), their last components are held against
//! each other in the same way.

use super::Glob;

/// A glob, and what whoever asks knows it by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a, T> {
    pub(crate) glob: &'a Glob,
    pub(crate) of: T,
}

impl<'a, T> Entry<'a, T> {
    fn prefix(&self) -> &'a [u8] {
        self.glob.prefix()
    }

    fn name(&self) -> &'a [u8] {
        self.glob.outline().name
    }
}

/// How many pairs are looked at one by one before an index of names is made for them.
const FEW: usize = 64;

/// Visits, once each, all pairs that are asked for and whose globs are not seen at a glance to be
/// apart.
///
/// The order of the visits is that of the globs' beginnings, not that of the entries.
pub(crate) fn each_near_pair<'a, T: Copy + Ord>(
    mut entries: Vec<Entry<'a, T>>,
    asked: impl Fn(T, T) -> bool,
    mut visit: impl FnMut(Entry<'a, T>, Entry<'a, T>),
) {
    let mut visit = |one: Entry<'a, T>, other: Entry<'a, T>| {
        if asked(one.of, other.of) && one.glob.outline().compatible(&other.glob.outline()) {
            visit(one, other);
        }
    };
    entries.sort_unstable_by_key(|entry| (entry.prefix(), entry.of));
    let mut start = 0;
    while let Some(first) = entries.get(start) {
        let prefix = first.prefix();
        let rest = &entries[start..];
        let alike = rest.partition_point(|entry| entry.prefix() == prefix);
        let below = rest.partition_point(|entry| entry.prefix().starts_with(prefix));
        let below = &rest[..below];
        if alike * below.len() <= FEW {
            for (place, &one) in below[..alike].iter().enumerate() {
                below[place + 1..].iter().for_each(|&other| visit(one, other));
            }
        } else {
            by_names(below, alike, &mut visit);
        }
        start += alike;
    }
}

/// Visits the pairs of the first `alike` entries with each other and with those behind, of which
/// one's last component can begin as the other's.
fn by_names<'a, T: Copy>(
    entries: &[Entry<'a, T>],
    alike: usize,
    visit: &mut impl FnMut(Entry<'a, T>, Entry<'a, T>),
) {
    let mut names: Vec<(&[u8], usize)> =
        entries.iter().enumerate().map(|(place, entry)| (entry.name(), place)).collect();
    names.sort_unstable();
    for (place, one) in entries[..alike].iter().enumerate() {
        let name = one.name();
        let longer = names.partition_point(|&(other, _)| other < name);
        let end = names[longer..].partition_point(|&(other, _)| other.starts_with(name));
        let mut meet = |others: &[(&[u8], usize)]| {
            // A pair of two that are alike is visited from the first of them.
            let later = others.iter().filter(|&&(_, other)| other > place);
            later.for_each(|&(_, other)| visit(*one, entries[other]));
        };
        meet(&names[longer..longer + end]);
        for length in 0..name.len() {
            let shorter = &name[..length];
            let start = names.partition_point(|&(other, _)| other < shorter);
            let end = names[start..].partition_point(|&(other, _)| other == shorter);
            meet(&names[start..start + end]);
        }
    }
}
