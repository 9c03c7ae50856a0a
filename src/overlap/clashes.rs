//! Which lanes share no path, and yet hold paths that cannot stand together: names that some file
//! systems take for one, and a file where the other lane needs a folder.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Finder, Overlap, of_two_tasks};
use crate::fold;
use crate::glob::near::{self, Entry, count_first, each_near_pair, each_near_pair_between};
use crate::glob::{Glob, Patience, Spelling, below};
use crate::lane::{Common, Decision, Holder, Lane, LaneGlob, Lanes, decide};
use crate::path::RepoPath;
use crate::plan::order::Order;

/// The most pairs of globs that meet when they are folded, or of which one needs a folder where the
/// other names a file.
const MOST_PAIRS: usize = 1 << 16;

/// The most bytes in which braces are written out, to see which files and folders they name.
const MOST_BYTES: usize = 1 << 26;

/// Why two paths cannot stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Discord {
    /// They differ only in letter case or Unicode form.
    Form,
    /// The first would have to be the folder of the second.
    Folder,
}

/// Two concurrent lanes that share no path, and hold paths that cannot stand together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// Why they cannot.
    pub discord: Discord,
    /// The tasks: the earlier in the plan first, or the one that names the file.
    pub tasks: (usize, usize),
    /// The places of the globs in their lanes.
    pub globs: (usize, usize),
    /// A path of either lane. Two forms that people do not write are told as the one path that both
    /// come to.
    pub paths: [RepoPath; 2],
}

/// What is known of the clashes of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clashes {
    /// Those that were found, in the order of their tasks; for two tasks at most one of a kind.
    pub found: Vec<Clash>,
    /// The globs of which nothing is known, since a bound on work was reached: their tasks and their
    /// places in the lanes, two of them or the first of many.
    pub undecided: Vec<Vec<(usize, usize)>>,
}

/// Finds the clashes of lanes that run beside each other and are in none of the overlaps.
#[must_use]
pub fn clashes(lanes: &Lanes, order: &Order, overlaps: &[Overlap]) -> Clashes {
    let overlapping: HashSet<(usize, usize)> =
        overlaps.iter().map(|overlap| overlap.tasks).collect();
    let wanted = |one: usize, other: usize| {
        one != other
            && order.concurrent(one, other)
            && !overlapping.contains(&(one.min(other), one.max(other)))
    };
    let mut clashes = Clashes::default();
    by_form(lanes, wanted, &mut clashes);
    by_folder(lanes, wanted, &mut clashes);
    clashes.found.sort_by_key(|clash| (clash.tasks, clash.discord));
    clashes.undecided.sort_unstable();
    let tasks = |globs: &[LaneGlob]| globs.iter().map(|glob| glob.0).collect::<Vec<_>>();
    clashes.undecided.dedup_by_key(|globs| tasks(globs));
    clashes
}

/// Lanes that meet when letter case and Unicode form do not count.
fn by_form(lanes: &Lanes, wanted: impl Fn(usize, usize) -> bool, clashes: &mut Clashes) {
    let Some(folded) = Folded::new(lanes) else { return };
    // What is not touched is in order already.
    let (touched, rest): (Vec<_>, Vec<_>) =
        lanes.globs().partition(|entry| folded.is_touched(entry.of));
    let mut touched: Vec<_> =
        touched.into_iter().map(|entry| folded.lanes.entry(entry.of)).collect();
    near::sort(&mut touched);
    let mut finder = Finder::new(&folded.lanes, MOST_PAIRS);
    let asked = |one: LaneGlob, other: LaneGlob| of_two_tasks(one, other) && wanted(one.0, other.0);
    let mut look = |one: Entry<'_, LaneGlob>, other: Entry<'_, LaneGlob>| {
        let (left, right) = if one.of < other.of { (one.of, other.of) } else { (other.of, one.of) };
        finder.look(folded.lanes.entry(left), folded.lanes.entry(right))
    };
    let ended = each_near_pair(&touched, asked, &mut look);
    if ended.is_continue() {
        let _ended_or_told = each_near_pair_between(&touched, &rest, asked, &mut look);
    }
    let mut patience = Patience::default();
    for Overlap { tasks, shared, .. } in finder.overlaps(&[]) {
        if let Some(&(left, right)) = shared.undecided.first() {
            clashes.undecided.push(vec![(tasks.0, left), (tasks.1, right)]);
        }
        let (Some(path), Some(&globs)) = (shared.witness, shared.pairs.first()) else { continue };
        let mut form = |task, glob| form_in(lanes.of(task), glob, &path, &mut patience);
        let paths = match (form(tasks.0, globs.0), form(tasks.1, globs.1)) {
            (Some(one), Some(other)) => [one, other],
            _ => [path.clone(), path],
        };
        clashes.found.push(Clash { discord: Discord::Form, tasks, globs, paths });
    }
}

/// The path of a lane that was folded into another, as far as it is one that people write.
fn form_in(
    lane: &Lane,
    glob: usize,
    folded: &RepoPath,
    patience: &mut Patience,
) -> Option<RepoPath> {
    if matches!(lane.holder(folded), Ok(Some(Holder::Glob(_)))) {
        return Some(folded.clone());
    }
    let forms = fold::forms(folded)?;
    match decide(&lane.globs()[glob], &forms, &taken(lane), patience) {
        Decision::Meet(proof) => Some(proof.1.clone()),
        Decision::Apart | Decision::Undecided => None,
    }
}

/// What is taken from the globs of a lane.
fn taken(lane: &Lane) -> Vec<&Glob> {
    lane.exclusions().iter().chain(&lane.common().protect).collect()
}

/// Lanes of which the globs are folded.
struct Folded<'a> {
    original: &'a Lanes,
    lanes: Lanes,
    /// Whether nothing that is taken away is folded to less, for all lanes and for each.
    loses: (bool, Vec<bool>),
}

impl<'a> Folded<'a> {
    /// Folds lanes; nothing where that changes none.
    fn new(original: &'a Lanes) -> Option<Folded<'a>> {
        let of_task = |task: usize| original.of(task);
        let common = (0..original.len()).map(of_task).next()?.common();
        // Equal texts stay one glob, so that they are decided once.
        let mut known: HashMap<usize, Glob> = HashMap::new();
        let mut changes = false;
        let mut fold = |globs: &[Glob]| -> Vec<Glob> {
            let fold = |glob: &Glob| {
                let folded = fold::glob(glob);
                if folded.identity() == glob.identity() {
                    return folded;
                }
                changes = true;
                known.entry(glob.identity()).or_insert(folded).clone()
            };
            globs.iter().map(fold).collect()
        };
        let (share, mut protect) = (fold(&common.share), fold(&common.protect));
        let lanes: Vec<[Vec<Glob>; 2]> = (0..original.len())
            .map(of_task)
            .map(|lane| [fold(lane.globs()), fold(lane.exclusions())])
            .collect();
        if !changes {
            return None;
        }
        // A wildcard takes capitals still, but no folded path has any.
        protect.extend(Glob::parse("{**/,}*[A-Z]*{/**,}"));
        let common = Arc::new(Common { share, protect });
        let lanes = lanes
            .into_iter()
            .map(|[globs, exclusions]| Lane::new(globs, exclusions, Arc::clone(&common)));
        let lose = |globs: &[Glob]| globs.iter().any(fold::may_lose_paths);
        let taken = of_task(0).common();
        let loses = (
            lose(&taken.share) || lose(&taken.protect),
            (0..original.len()).map(|task| lose(of_task(task).exclusions())).collect(),
        );
        Some(Folded { original, lanes: Lanes::new(lanes.collect()), loses })
    }

    /// Whether a glob has to be held against others again: it was folded, or less is taken from it.
    fn is_touched(&self, (task, place): LaneGlob) -> bool {
        let glob = |lanes: &Lanes| lanes.of(task).globs()[place].identity();
        self.loses.0 || self.loses.1[task] || glob(self.original) != glob(&self.lanes)
    }
}

/// Lanes of which one names a file where the other names a folder.
///
/// A wildcard in place of the folder's name is no sign that a folder is wanted there: beside
/// `src/main.rs`, `**/*.md` is sound.
fn by_folder(lanes: &Lanes, wanted: impl Fn(usize, usize) -> bool, clashes: &mut Clashes) {
    let globs: Vec<_> = lanes.globs().collect();
    let written = written_out(&globs, clashes);
    let (mut pairs, mut gave_up) = (Vec::new(), None);
    each_below(&globs, &written, |file, one, other| {
        if !wanted(one.0, other.0) {
        } else if pairs.len() < MOST_PAIRS {
            pairs.push(((one.0, other.0), (one.1, other.1), file));
        } else {
            gave_up.get_or_insert(vec![one, other]);
        }
    });
    clashes.undecided.extend(gave_up);
    pairs.sort_unstable();
    pairs.dedup();
    let mut patience = Patience::default();
    for of_two_tasks in pairs.chunk_by(|one, other| one.0 == other.0) {
        let clash = of_two_tasks.iter().find_map(|&(tasks, globs, file)| {
            let file = RepoPath::new(file).ok()?;
            let held = lanes.of(tasks.0).holder(&file);
            // What is shared is nobody's own, as in overlaps.
            if !matches!(held, Ok(Some(Holder::Glob(_)))) || lanes.is_shared(&file) {
                return None;
            }
            let other = lanes.of(tasks.1);
            match decide(&below(&file), &other.globs()[globs.1], &taken(other), &mut patience) {
                Decision::Apart => None,
                Decision::Undecided => {
                    clashes.undecided.push(vec![(tasks.0, globs.0), (tasks.1, globs.1)]);
                    None
                }
                Decision::Meet(proof) => {
                    let paths = [file, proof.1.clone()];
                    Some(Clash { discord: Discord::Folder, tasks, globs, paths })
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
) -> HashMap<LaneGlob, Vec<Spelling>> {
    let mut room = MOST_BYTES;
    let mut written = HashMap::new();
    let braced = || globs.iter().filter(|entry| entry.glob.has_braces());
    let mut write = |entry: &Entry<'_, LaneGlob>, written: &mut HashMap<_, _>| match entry
        .glob
        .spellings(&mut room)
    {
        Some(spellings) => drop(written.insert(entry.of, spellings)),
        None => clashes.undecided.push(vec![entry.of]),
    };
    for entry in braced().filter(|entry| entry.glob.may_name_a_path()) {
        write(entry, &mut written);
    }
    let spelled = written.values().flatten().filter(|spelling: &&Spelling| spelling.whole);
    let plain = globs.iter().filter_map(|entry| entry.glob.literal());
    let mut files: Vec<Vec<u8>> = spelled.map(|spelling| spelling.bytes.clone()).collect();
    files.sort_unstable();
    let plain: Vec<&[u8]> = plain.collect();
    let begins_some = |prefix: &[u8]| {
        let spelled = files.get(files.partition_point(|file| file.as_slice() < prefix));
        let plain = plain.get(plain.partition_point(|file| *file < prefix));
        spelled.is_some_and(|file| file.starts_with(prefix))
            || plain.is_some_and(|file| file.starts_with(prefix))
    };
    for entry in braced().filter(|entry| !entry.glob.may_name_a_path()) {
        if begins_some(entry.prefix) {
            write(entry, &mut written);
        }
    }
    written
}

/// Visits each file that a glob names, with that glob and another that names something below it.
fn each_below<'a>(
    globs: &[Entry<'a, LaneGlob>],
    written: &'a HashMap<LaneGlob, Vec<Spelling>>,
    mut visit: impl FnMut(&'a [u8], LaneGlob, LaneGlob),
) {
    let mut all: Vec<Beginning<'_>> = Vec::with_capacity(globs.len());
    for &Entry { glob, prefix, of } in globs {
        match written.get(&of).filter(|_| glob.has_braces()) {
            None => all.push(Beginning { bytes: prefix, of, whole: glob.literal().is_some() }),
            Some(spellings) => all.extend(spellings.iter().map(|spelling| Beginning {
                bytes: &spelling.bytes,
                of,
                whole: spelling.whole,
            })),
        }
    }
    // The stable sort: most are in order already, which it notices.
    all.sort();
    let mut rest = all.as_slice();
    while let Some(Beginning { bytes: file, .. }) = rest.first() {
        let (alike, behind) = rest.split_at(count_first(rest, |other| other.bytes == *file));
        let begins = behind.iter().take_while(|other| other.bytes.starts_with(file));
        for below in begins.filter(|other| other.bytes[file.len()] == b'/') {
            let files = alike.iter().filter(|named| named.whole);
            files.for_each(|named| visit(file, named.of, below.of));
        }
        rest = behind;
    }
}

#[cfg(test)]
mod tests {
    use super::super::overlaps;
    use super::super::tests::plan;
    use super::*;

    /// The clashes as `one path | other path`, by the tasks.
    fn found(text: &str) -> Vec<String> {
        let plan = plan(text);
        let (lanes, order) = (plan.lanes(), Order::new(&plan));
        let clashes = clashes(&lanes, &order, &overlaps(&lanes, &order, &[]));
        assert_eq!(clashes.undecided, Vec::<Vec<_>>::new(), "{text}");
        let told =
            clashes.found.iter().map(|Clash { discord, tasks, paths: [one, other], .. }| {
                let id = |task: usize| &plan.tasks[task].id.value;
                format!("{discord:?}: {} {one} | {} {other}", id(tasks.0), id(tasks.1))
            });
        told.collect()
    }

    fn of_two(one: &str, other: &str) -> Vec<String> {
        found(&format!("tasks:\n  a: {{write: {one}}}\n  b: {{write: {other}}}\n"))
    }

    #[test]
    fn names_that_differ_only_in_form_clash() {
        for (one, other, clash) in [
            ("README.md", "readme.MD", "Form: a README.md | b readme.MD"),
            ("Docs/**", "docs/**", "Form: a Docs/0 | b docs/0"),
            ("é", "\"e\\u0301\"", "Form: a é | b e\u{301}"),
            ("'[A-F]*.rs'", "'[x-z]*.rs'", ""),
            ("'[A-F]*.rs'", "'[a-c]*.rs'", "Form: a A.rs | b a.rs"),
            ("['*.MD', '!README.MD']", "readme.md", ""),
            ("['*.MD', '!README.MD']", "'r*.md'", "Form: a R.MD | b r.md"),
            ("'src/*.RS'", "'src/{a,b}.rs'", "Form: a src/A.RS | b src/a.rs"),
            ("src/A", "src/b", ""),
            ("'**/*.md'", "README.md", ""),
            ("['*', '![!A]*']", "'a*'", "Form: a A | b a"),
            ("ß", "ẞ", "Form: a ß | b ß"),
            // What is left of a lane are capitals, of which no folded path has any.
            ("['*', '!a*', '![!aA]*', '!A*']", "'B*'", ""),
        ] {
            let expected: &[&str] = if clash.is_empty() { &[] } else { &[clash] };
            assert_eq!(of_two(one, other), expected, "{one} {other}");
        }
    }

    #[test]
    fn a_file_clashes_with_what_is_named_below_it() {
        for (one, other, clash) in [
            ("src/x", "src/x/**", "Folder: a src/x | b src/x/0"),
            ("src/x/y/*.rs", "src/x", "Folder: b src/x | a src/x/y/.rs"),
            ("'{lib,src/x}'", "'src/{x/y,z}'", "Folder: a src/x | b src/x/y"),
            ("'{lib/*,src/x}'", "'src/{x/*/,y}z'", "Folder: a src/x | b src/x/0/z"),
            ("'s{rc/x,q}'", "'src/{x/y,z}*'", "Folder: a src/x | b src/x/y"),
            ("src/x", "'src/{x/y,z}*'", "Folder: a src/x | b src/x/y"),
            ("src/x", "'{src/x/y,z}*'", "Folder: a src/x | b src/x/y"),
            ("src/x", "src/x.rs", ""),
            ("src/x*", "src/x/y", ""),
            ("src/main.rs", "'**/*.md'", ""),
            ("src/main.rs", "'src/*/mod.rs'", ""),
            ("['{a,b}', '!a']", "a/x", ""),
            ("a", "[a/x, '!a/**']", ""),
        ] {
            let expected: &[&str] = if clash.is_empty() { &[] } else { &[clash] };
            assert_eq!(of_two(one, other), expected, "{one} {other}");
        }
    }

    /// Every path of up to three letters of a few.
    fn short_paths() -> Vec<RepoPath> {
        const LETTERS: &[u8] = b"aAbB/";
        let mut texts: Vec<Vec<u8>> = vec![Vec::new()];
        let mut all = Vec::new();
        for _ in 0..4 {
            let longer = texts.iter().flat_map(|text| {
                LETTERS.iter().map(move |letter| [text.as_slice(), &[*letter]].concat())
            });
            texts = longer.collect();
            all.extend(texts.iter().filter_map(|text| RepoPath::new(text.as_slice()).ok()));
        }
        all
    }

    #[test]
    fn it_agrees_with_folding_all_short_paths() {
        const GLOBS: &[&str] = &[
            "a", "A", "b/a", "B/*", "b/A", "*a", "?B", "[A]b", "[a-b]", "{a,B}/b", "**/A", "a/**",
            "A*/b", "a/B",
        ];
        let paths = short_paths();
        let (mut clashing, mut apart) = (0, 0);
        for (place, one) in GLOBS.iter().enumerate() {
            for other in &GLOBS[place + 1..] {
                let of = |glob: &str| -> Vec<&RepoPath> {
                    let glob = Glob::parse(glob).unwrap();
                    paths.iter().filter(|path| glob.is_match(path) == Ok(true)).collect()
                };
                let (left, right) = (of(one), of(other));
                let folded: HashSet<RepoPath> = left.iter().map(|path| fold::path(path)).collect();
                let overlap = left.iter().any(|path| right.contains(path));
                let clash = !overlap && right.iter().any(|path| folded.contains(&fold::path(path)));
                let found = of_two(&format!("'{one}'"), &format!("'{other}'"));
                let by_form = found.iter().any(|clash| clash.starts_with("Form"));
                assert_eq!(by_form, clash, "{one} {other} {found:?}");
                clashing += usize::from(clash);
                apart += usize::from(!clash);
            }
        }
        assert!(clashing > 10 && apart > 20, "{clashing} {apart}");
    }

    #[test]
    fn overlapping_and_ordered_lanes_do_not_clash() {
        assert_eq!(of_two("[Docs/**, x]", "[docs/**, x]"), Vec::<String>::new());
        let ordered = "tasks:\n  a: {write: Docs/x}\n  b: {write: docs/x, needs: a}\n";
        assert_eq!(found(ordered), Vec::<String>::new());
        let protected = "tasks:\n  a: {write: Docs/*}\n  b: {write: docs/*}\n\
                         protect: ['docs/[!a]*']\nshare: Docs/a*\n";
        assert_eq!(found(protected), Vec::<String>::new());
        let shared = "tasks:\n  a: {write: [x, y]}\n  b: {write: x/z}\nshare: x\n";
        assert_eq!(found(shared), Vec::<String>::new());
    }
}
