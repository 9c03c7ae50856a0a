//! One lane names a file where another names a folder.
//!
//! Only folders that a glob spells out count: `**/*.md` does not make `src/main.rs` a folder.

use std::collections::HashMap;

use super::{Clash, ClashKind, Clashes, MAX_PAIRS, subtracted};
use crate::glob::candidates::{Entry, gallop_partition_point};
use crate::glob::{Budget, LiteralPrefix, Undecided, below};
use crate::index::TaskId;
use crate::lane::{Decision, LaneGlob, Lanes, MatchedBy, decide};
use crate::path::RepoPath;

/// The most bytes to spend on expanding braces.
const MAX_BYTES: usize = 1 << 26;

/// Finds the clashes between the lanes that `filter` accepts.
pub(super) fn find(lanes: &Lanes, filter: impl Fn(TaskId, TaskId) -> bool, clashes: &mut Clashes) {
    let globs: Vec<_> = lanes.globs().collect();
    let expanded = expand_braces(&globs, clashes);
    let (mut pairs, mut gave_up) = (Vec::new(), None);
    for_each_below(&globs, &expanded, |file, one, other| {
        if filter(one.0, other.0) && gave_up.is_none() {
            pairs.push(((one.0, other.0), (one.1, other.1), file));
            gave_up = (pairs.len() > MAX_PAIRS).then(|| vec![one, other]);
        }
    });
    clashes.undecided.extend(gave_up);
    pairs.sort_unstable();
    pairs.dedup();
    let mut budget = Budget::default();
    for different_tasks in pairs.chunk_by(|one, other| one.0 == other.0) {
        let clash = different_tasks.iter().find_map(|&(tasks, globs, file)| {
            let file = RepoPath::new(file).ok()?;
            let other = lanes.of(tasks.1);
            let decision = match lanes.of(tasks.0).matched_by(&file) {
                // LaneIntersection paths do not count, as in overlaps.
                Ok(Some(MatchedBy::Glob(_))) if !lanes.is_shared(&file) => {
                    let below = below(&file);
                    decide(&below, &other.globs()[globs.1], &subtracted(other), &mut budget)
                }
                Ok(_) => Decision::Disjoint,
                Err(Undecided) => Decision::Undecided,
            };
            match decision {
                Decision::Disjoint => None,
                Decision::Undecided => {
                    clashes.undecided.push(vec![(tasks.0, globs.0), (tasks.1, globs.1)]);
                    None
                }
                Decision::Overlap(proof) => {
                    let paths = [file, proof.1.clone()];
                    Some(Clash { kind: ClashKind::Folder, tasks, globs, paths })
                }
            }
        });
        clashes.found.extend(clash);
    }
}

/// A literal prefix of a glob whose braces are expanded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct PathPrefix<'a> {
    bytes: &'a [u8],
    of: LaneGlob,
    /// Whether the glob has nothing else, and so names a file.
    whole: bool,
}

/// The literal prefixes of globs with braces, if they may name a file or a folder above one. For
/// all others, the common prefix is enough.
fn expand_braces(
    globs: &[Entry<'_, LaneGlob>],
    clashes: &mut Clashes,
) -> HashMap<LaneGlob, Vec<LiteralPrefix>> {
    let mut room = MAX_BYTES;
    let mut expanded = HashMap::new();
    let braced = || globs.iter().filter(|entry| entry.glob.has_braces());
    let mut expand = |entry: &Entry<'_, LaneGlob>, expanded: &mut HashMap<_, _>| match entry
        .glob
        .literal_prefixes(&mut room)
    {
        Some(prefixes) => drop(expanded.insert(entry.key, prefixes)),
        None => clashes.undecided.push(vec![entry.key]),
    };
    for entry in braced().filter(|entry| entry.glob.may_expand_to_path()) {
        expand(entry, &mut expanded);
    }
    let whole = expanded.values().flatten().filter(|prefix: &&LiteralPrefix| prefix.whole);
    let mut braced_files: Vec<Vec<u8>> = whole.map(|prefix| prefix.bytes.clone()).collect();
    braced_files.sort_unstable();
    let plain_files: Vec<&[u8]> = globs.iter().filter_map(|entry| entry.glob.literal()).collect();
    let begins_a_file = |prefix: &[u8]| {
        let braced =
            braced_files.get(braced_files.partition_point(|file| file.as_slice() < prefix));
        let plain = plain_files.get(plain_files.partition_point(|file| *file < prefix));
        braced.is_some_and(|file| file.starts_with(prefix))
            || plain.is_some_and(|file| file.starts_with(prefix))
    };
    for entry in braced().filter(|entry| !entry.glob.may_expand_to_path()) {
        if begins_a_file(entry.prefix) {
            expand(entry, &mut expanded);
        }
    }
    expanded
}

/// Visits each file that a glob names, with that glob and another that names a path below it.
fn for_each_below<'a>(
    globs: &[Entry<'a, LaneGlob>],
    expanded: &'a HashMap<LaneGlob, Vec<LiteralPrefix>>,
    mut visit: impl FnMut(&'a [u8], LaneGlob, LaneGlob),
) {
    let mut all: Vec<PathPrefix<'_>> = Vec::with_capacity(globs.len());
    for &Entry { glob, prefix, key: of } in globs {
        match expanded.get(&of).filter(|_| glob.has_braces()) {
            None => all.push(PathPrefix { bytes: prefix, of, whole: glob.literal().is_some() }),
            Some(prefixes) => {
                all.extend(prefixes.iter().map(|prefix| PathPrefix {
                    bytes: &prefix.bytes,
                    of,
                    whole: prefix.whole,
                }));
            }
        }
    }
    // The stable sort is faster here: the prefixes are mostly sorted.
    all.sort();
    let mut rest = all.as_slice();
    while let Some(PathPrefix { bytes: file, .. }) = rest.first() {
        let (equal, after) =
            rest.split_at(gallop_partition_point(rest, |other| other.bytes == *file));
        rest = after;
        let files: Vec<LaneGlob> =
            equal.iter().filter(|prefix| prefix.whole).map(|prefix| prefix.of).collect();
        if files.is_empty() {
            continue;
        }
        let longer = after.iter().take_while(|other| other.bytes.starts_with(file));
        for below in longer.filter(|other| other.bytes[file.len()] == b'/') {
            files.iter().for_each(|&of| visit(file, of, below.of));
        }
    }
}
