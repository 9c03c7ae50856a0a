//! Lanes of which one names a file where the other names a folder.
//!
//! A wildcard in place of the folder's name is no sign that a folder is wanted there: beside
//! `src/main.rs`, `**/*.md` is sound.

use std::collections::HashMap;

use super::{Clash, ClashKind, Clashes, MOST_PAIRS, taken};
use crate::glob::candidates::{Entry, gallop_partition_point};
use crate::glob::{Budget, LiteralPrefix, Undecided, below};
use crate::index::TaskId;
use crate::lane::{Decision, LaneGlob, Lanes, MatchedBy, decide};
use crate::path::RepoPath;

/// The most bytes in which braces are written out, to see which files and folders they name.
const MOST_BYTES: usize = 1 << 26;

/// Finds them among the lanes that are wanted.
pub(super) fn find(lanes: &Lanes, wanted: impl Fn(TaskId, TaskId) -> bool, clashes: &mut Clashes) {
    let globs: Vec<_> = lanes.globs().collect();
    let written = written_out(&globs, clashes);
    let (mut pairs, mut gave_up) = (Vec::new(), None);
    each_below(&globs, &written, |file, one, other| {
        if wanted(one.0, other.0) && gave_up.is_none() {
            pairs.push(((one.0, other.0), (one.1, other.1), file));
            gave_up = (pairs.len() > MOST_PAIRS).then(|| vec![one, other]);
        }
    });
    clashes.undecided.extend(gave_up);
    pairs.sort_unstable();
    pairs.dedup();
    let mut budget = Budget::default();
    for of_two_tasks in pairs.chunk_by(|one, other| one.0 == other.0) {
        let clash = of_two_tasks.iter().find_map(|&(tasks, globs, file)| {
            let file = RepoPath::new(file).ok()?;
            let other = lanes.of(tasks.1);
            let decision = match lanes.of(tasks.0).matched_by(&file) {
                // What is shared is nobody's own, as in overlaps.
                Ok(Some(MatchedBy::Glob(_))) if !lanes.is_shared(&file) => {
                    let below = below(&file);
                    decide(&below, &other.globs()[globs.1], &taken(other), &mut budget)
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
                    Some(Clash { discord: ClashKind::Folder, tasks, globs, paths })
                }
            }
        });
        clashes.found.extend(clash);
    }
}

/// What a glob of a lane begins with literally, its braces written out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Beginning<'a> {
    bytes: &'a [u8],
    of: LaneGlob,
    /// Whether that is the whole glob, so that it names a file.
    whole: bool,
}

/// What globs with braces begin with when these are written out: those that may name a file, and
/// those that begin as some file does. The others begin with their prefix, as far as files are
/// concerned.
fn written_out(
    globs: &[Entry<'_, LaneGlob>],
    clashes: &mut Clashes,
) -> HashMap<LaneGlob, Vec<LiteralPrefix>> {
    let mut room = MOST_BYTES;
    let mut written = HashMap::new();
    let braced = || globs.iter().filter(|entry| entry.glob.has_braces());
    let mut write = |entry: &Entry<'_, LaneGlob>, written: &mut HashMap<_, _>| match entry
        .glob
        .literal_prefixes(&mut room)
    {
        Some(literal_prefixes) => drop(written.insert(entry.key, literal_prefixes)),
        None => clashes.undecided.push(vec![entry.key]),
    };
    for entry in braced().filter(|entry| entry.glob.may_expand_to_path()) {
        write(entry, &mut written);
    }
    let literal_prefixes =
        written.values().flatten().filter(|spelling: &&LiteralPrefix| spelling.whole);
    let mut literal_prefixes: Vec<Vec<u8>> =
        literal_prefixes.map(|spelling| spelling.bytes.clone()).collect();
    literal_prefixes.sort_unstable();
    let plain: Vec<&[u8]> = globs.iter().filter_map(|entry| entry.glob.literal()).collect();
    let begins_some = |prefix: &[u8]| {
        let literal_prefixes =
            literal_prefixes.get(literal_prefixes.partition_point(|file| file.as_slice() < prefix));
        let plain = plain.get(plain.partition_point(|file| *file < prefix));
        literal_prefixes.is_some_and(|file| file.starts_with(prefix))
            || plain.is_some_and(|file| file.starts_with(prefix))
    };
    for entry in braced().filter(|entry| !entry.glob.may_expand_to_path()) {
        if begins_some(entry.prefix) {
            write(entry, &mut written);
        }
    }
    written
}

/// Visits each file that a glob names, with that glob and another that names something below it.
fn each_below<'a>(
    globs: &[Entry<'a, LaneGlob>],
    written: &'a HashMap<LaneGlob, Vec<LiteralPrefix>>,
    mut visit: impl FnMut(&'a [u8], LaneGlob, LaneGlob),
) {
    let mut all: Vec<Beginning<'_>> = Vec::with_capacity(globs.len());
    for &Entry { glob, prefix, key: of } in globs {
        match written.get(&of).filter(|_| glob.has_braces()) {
            None => all.push(Beginning { bytes: prefix, of, whole: glob.literal().is_some() }),
            Some(literal_prefixes) => {
                all.extend(literal_prefixes.iter().map(|spelling| Beginning {
                    bytes: &spelling.bytes,
                    of,
                    whole: spelling.whole,
                }));
            }
        }
    }
    // The stable sort: most are in order already, which it notices.
    all.sort();
    let mut rest = all.as_slice();
    while let Some(Beginning { bytes: file, .. }) = rest.first() {
        let (alike, behind) =
            rest.split_at(gallop_partition_point(rest, |other| other.bytes == *file));
        rest = behind;
        let files: Vec<LaneGlob> =
            alike.iter().filter(|named| named.whole).map(|named| named.of).collect();
        if files.is_empty() {
            continue;
        }
        let begins = behind.iter().take_while(|other| other.bytes.starts_with(file));
        for below in begins.filter(|other| other.bytes[file.len()] == b'/') {
            files.iter().for_each(|&named| visit(file, named, below.of));
        }
    }
}
