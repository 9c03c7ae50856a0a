//! What the whole patch tells of its prefixes, for names that one header leaves open.

use std::collections::BTreeSet;

use super::names::{Names, Pair, Prefixes, Reading, common_head, common_tail};
use super::tally::{Effect, Tally};

/// How many different prefixes are remembered; a patch that somebody made has one or two.
const REMEMBERED: usize = 64;

/// A name that waits for the rest of the patch.
#[derive(Debug)]
struct Waiting {
    line: u64,
    names: Open,
    effect: Effect,
    cut: bool,
}

#[derive(Debug)]
enum Open {
    /// Of a `diff --git` header.
    Git(Names),
    /// Of a plain header with `/dev/null` on the other side.
    Alone { name: Vec<u8>, is_old: bool },
}

/// The prefixes seen so far, and the names that wait.
#[derive(Debug, Default)]
pub(super) struct Book {
    /// From lines without prefixes, such as `rename from x`.
    exact: BTreeSet<Prefixes>,
    /// From names that could be read one way only.
    seen: BTreeSet<Prefixes>,
    waiting: Vec<Waiting>,
    last_line: u64,
}

impl Book {
    /// Counts the one name of a `diff --git` header, at once or when the patch has been read.
    ///
    /// `cut` says that the header is the text's last and shows a mode only: then a rename may have
    /// been cut off it, and its names prove nothing by themselves.
    pub(super) fn place(
        &mut self,
        line: u64,
        names: Names,
        effect: Effect,
        cut: bool,
        to: &mut Tally,
    ) {
        self.last_line = line;
        let reading = names.halves().map(|pair| pair.read());
        match reading {
            Some(Reading::Sure(name, prefixes)) if prefixes.are_usual() => {
                if cut && !self.seen.is_empty() && !self.seen.contains(&prefixes) {
                    to.gap(line, "the text ends in a file's header");
                }
                remember(&mut self.seen, prefixes);
                to.count(line, name, effect);
            }
            _ => self.waiting.push(Waiting { line, names: Open::Git(names), effect, cut }),
        }
    }

    /// Notes the prefixes of a rename or a copy, whose own lines name both ends without any; false
    /// if the header cannot belong to them.
    pub(super) fn moved(&mut self, names: &Names, from: &[u8], to: &[u8]) -> bool {
        let mut fitting = Vec::new();
        for Pair { old, new } in names.splits() {
            if let (Some(old), Some(new)) = (old.strip_suffix(from), new.strip_suffix(to)) {
                fitting.push(Prefixes { old: old.to_vec(), new: new.to_vec() });
            }
        }
        let usual = fitting.iter().find(|prefixes| prefixes.are_usual());
        match (usual, fitting.as_slice()) {
            (Some(prefixes), _) | (None, [prefixes]) => {
                remember(&mut self.exact, prefixes.clone());
                true
            }
            (None, several) => !several.is_empty(),
        }
    }

    /// Notes prefixes that a header without `diff --git` has shown.
    pub(super) fn note(&mut self, prefixes: Prefixes) {
        remember(&mut self.seen, prefixes);
    }

    /// Keeps the one name of a plain header until it is known whether it has a prefix.
    pub(super) fn wait(&mut self, line: u64, name: Vec<u8>, is_old: bool, effect: Effect) {
        self.waiting.push(Waiting {
            line,
            names: Open::Alone { name, is_old },
            effect,
            cut: false,
        });
    }

    /// Settles what waits, and says where it cannot be settled.
    pub(super) fn finish(mut self, to: &mut Tally) {
        let waiting = std::mem::take(&mut self.waiting);
        self.learn(&waiting);
        for Waiting { line, names, effect, cut } in waiting {
            let name = match names {
                Open::Git(names) if cut => {
                    self.known(&names).flatten().filter(|name| is_below_one_component(&names, name))
                }
                Open::Git(names) => {
                    self.settle(&names).filter(|name| is_below_one_component(&names, name))
                }
                Open::Alone { name, is_old } => self.settle_alone(&name, is_old),
            };
            match name {
                Some(name) => to.count(line, name, effect),
                None => {
                    to.gap(line, "what of the names is prefix, and what is path, cannot be told");
                }
            }
        }
        self.check_tails(to);
    }

    /// Learns the prefixes of the names that wait, where both names are known.
    fn learn(&mut self, waiting: &[Waiting]) {
        let mut open = Vec::new();
        for one in waiting.iter().filter(|one| !one.cut) {
            let Open::Git(names @ Names::Pair(pair)) = &one.names else { continue };
            if fits(&self.exact, names).is_some() {
                continue;
            }
            match pair.read() {
                Reading::Sure(_, prefixes) => remember(&mut self.seen, prefixes),
                Reading::Open => open.push(pair),
                Reading::Apart => {}
            }
        }
        if let Some(prefixes) = only_prefixes(&open) {
            remember(&mut self.seen, prefixes);
        }
    }

    /// Reads a header by the prefixes that others have shown, renames before all.
    fn known(&self, names: &Names) -> Option<Option<Vec<u8>>> {
        fits(&self.exact, names).or_else(|| fits(&self.seen, names))
    }

    /// Reads a header by the prefixes that are known, or by itself if that leaves one way only.
    fn settle(&self, names: &Names) -> Option<Vec<u8>> {
        if let Some(name) = fits(&self.exact, names) {
            return name;
        }
        if let Names::Pair(pair) = names {
            return match pair.read() {
                Reading::Sure(name, _) => Some(name),
                Reading::Open => fits(&self.seen, names).flatten(),
                Reading::Apart => None,
            };
        }
        if let Some(name) = fits(&self.seen, names) {
            return name;
        }
        let mut readings = names.splits().into_iter().filter_map(|pair| match pair.read() {
            Reading::Sure(name, prefixes) => parts_folders(&prefixes).then_some(name),
            Reading::Open | Reading::Apart => None,
        });
        let name = readings.next()?;
        readings.next().is_none().then_some(name)
    }

    /// Reads a name that stands alone: by the prefixes of the patch's other headers, or, where
    /// there are none, as `git apply` does, but only for the letter that all tools write there.
    fn settle_alone(&self, name: &[u8], is_old: bool) -> Option<Vec<u8>> {
        let side = |prefixes: &Prefixes| match is_old {
            true => prefixes.old.clone(),
            false => prefixes.new.clone(),
        };
        let known: BTreeSet<Vec<u8>> = self.exact.iter().chain(&self.seen).map(side).collect();
        if known.is_empty() {
            let usual: &[u8] = if is_old { b"a/" } else { b"b/" };
            return Some(name.strip_prefix(usual).unwrap_or(name).to_vec());
        }
        let mut readings = known.iter().filter_map(|prefix| name.strip_prefix(prefix.as_slice()));
        let reading = readings.next()?;
        readings.next().is_none().then(|| reading.to_vec())
    }

    /// Renames may show that the prefixes are longer than all other headers let one think.
    fn check_tails(&self, to: &mut Tally) {
        let longer = |seen: &&Prefixes| self.exact.iter().any(|exact| seen.are_extended_by(exact));
        if self.seen.iter().any(|seen| longer(&seen) && seen.are_usual()) {
            to.gap(
                self.last_line,
                "the patch's renames and its other headers have different prefixes",
            );
        }
    }
}

fn remember(set: &mut BTreeSet<Prefixes>, prefixes: Prefixes) {
    if set.len() < REMEMBERED {
        set.insert(prefixes);
    }
}

/// The name that the header has below any of these prefixes: nothing if none fits, and no name if
/// several fit and differ.
fn fits(known: &BTreeSet<Prefixes>, names: &Names) -> Option<Option<Vec<u8>>> {
    let mut found: Option<Vec<u8>> = None;
    for prefixes in known {
        let Some(pair) = names.below(prefixes) else { continue };
        let Some(name) = prefixes.strip(&pair) else { continue };
        match &found {
            Some(other) if other != name => return Some(None),
            _ => found = Some(name.to_vec()),
        }
    }
    found.map(Some)
}

/// The only prefixes that all these pairs can have, which part inside a component.
fn only_prefixes(pairs: &[&Pair]) -> Option<Prefixes> {
    let first = pairs.first()?;
    let mut least = 0;
    let (mut old_head, mut new_head) = (first.old.len(), first.new.len());
    for pair in pairs {
        // Prefixes are the same everywhere, so the two names always differ in length by as much.
        if pair.old.len() + first.new.len() != pair.new.len() + first.old.len() {
            return None;
        }
        least = least.max(pair.old.len() - common_tail(&pair.old, &pair.new));
        old_head = old_head.min(common_head(&first.old, &pair.old));
        new_head = new_head.min(common_head(&first.new, &pair.new));
    }
    let shift = |length: usize| (length + first.new.len()).checked_sub(first.old.len());
    let possible = |length: &usize| {
        shift(*length).is_some_and(|other| other <= new_head)
            && pairs.iter().all(|pair| {
                pair.old
                    .get(*length..)
                    .is_some_and(|name| !name.is_empty() && !name.starts_with(b"/"))
            })
    };
    let mut lengths = (least..=old_head).filter(possible);
    let length = lengths.next()?;
    if lengths.next().is_some() {
        return None;
    }
    let old = first.old.get(..length)?.to_vec();
    let new = first.new.get(..shift(length)?)?.to_vec();
    Some(Prefixes { old, new })
}

/// Whether both prefixes are whole folders, and of the kind that somebody would choose.
fn parts_folders(prefixes: &Prefixes) -> bool {
    let folder =
        |prefix: &[u8]| (prefix.is_empty() || prefix.ends_with(b"/")) && !prefix.contains(&b' ');
    folder(&prefixes.old) && folder(&prefixes.new)
}
/// Whether `git apply` writes `name` by either name of the header: it takes one component from the
/// name that it goes by, and which of the two that is depends on the header's other lines.
fn is_below_one_component(names: &Names, name: &[u8]) -> bool {
    let below = |side: &[u8]| {
        side.strip_suffix(name).is_some_and(|prefix| match prefix.split_last() {
            Some((b'/', component)) => !component.is_empty() && !component.contains(&b'/'),
            _ => false,
        })
    };
    names.splits().iter().any(|pair| {
        (below(&pair.old) && below(&pair.new)) || (pair.old == name && pair.new == name)
    })
}
