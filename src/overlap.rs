//! The first verb: which lanes meet.
//!
//! Most globs of a plan have nothing to do with each other, and are never compared. Two of them can
//! only meet where one begins with all that the other begins with: sorted by that, the globs that
//! a glob can meet stand in the range behind it, or before it on the way down. Where many globs
//! share such a beginning (`**/x1_*.rs`, `**/x2_*.rs`, …), their last components are held against
//! each other in the same way. What remains is decided once for each two texts.

use std::collections::{BTreeMap, HashMap};

use crate::glob::{Glob, Patience};
use crate::lane::{Decision, Holder, Lane, Lanes, Shared, decide};
use crate::path::RepoPath;
use crate::plan::order::Order;

/// How many existing files of an overlap are told by name.
pub const SAMPLE: usize = 5;

/// Two concurrent tasks that may write the same path, or of which that could not be decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The places of the two tasks, the earlier in the plan first.
    pub tasks: (usize, usize),
    /// The pairs of globs that meet and the path that proves it; the path is an existing file
    /// wherever there is one in both lanes.
    pub shared: Shared,
    /// How many existing files are in both lanes and not shared.
    pub existing: usize,
    /// The first of them.
    pub sample: Vec<RepoPath>,
}

/// Finds all overlaps, in the order of their tasks.
///
/// `files` are those that exist, in byte order.
#[must_use]
pub fn overlaps(lanes: &Lanes, order: &Order, files: &[RepoPath]) -> Vec<Overlap> {
    overlaps_among(lanes, |left, right| order.concurrent(left, right), files)
}

/// Finds the overlaps of one task, in the order of the others.
///
/// `files` are those that exist, in byte order.
#[must_use]
pub fn overlaps_of(task: usize, lanes: &Lanes, order: &Order, files: &[RepoPath]) -> Vec<Overlap> {
    let wanted = |left, right| (left == task || right == task) && order.concurrent(left, right);
    overlaps_among(lanes, wanted, files)
}

fn overlaps_among(
    lanes: &Lanes,
    wanted: impl Fn(usize, usize) -> bool,
    files: &[RepoPath],
) -> Vec<Overlap> {
    let mut held: Option<Vec<Vec<usize>>> = None;
    let mut overlaps = Vec::new();
    for (tasks, pairs) in decided_pairs(lanes, wanted) {
        let shared: Shared = pairs.into_iter().collect();
        if shared.pairs.is_empty() && shared.undecided.is_empty() {
            continue;
        }
        let mut overlap = Overlap { tasks, shared, existing: 0, sample: Vec::new() };
        if !files.is_empty() && !overlap.shared.pairs.is_empty() {
            let held = held.get_or_insert_with(|| held_files(lanes, files));
            overlap.look_at_files(lanes, held, files);
        }
        overlaps.push(overlap);
    }
    overlaps
}

/// The pairs of wanted tasks with those pairs of their globs that are not apart.
type DecidedPairs = BTreeMap<(usize, usize), Vec<((usize, usize), Decision)>>;

fn decided_pairs(lanes: &Lanes, wanted: impl Fn(usize, usize) -> bool) -> DecidedPairs {
    let mut decisions = Decisions::new(lanes);
    let mut decided = DecidedPairs::new();
    each_candidate(lanes, |one, other| {
        let (left, right) = if one.task < other.task { (one, other) } else { (other, one) };
        if !wanted(left.task, right.task) {
            return;
        }
        let decision = decisions.of(lanes, left, right);
        if decision != Decision::Apart {
            let pairs = decided.entry((left.task, right.task)).or_default();
            pairs.push(((left.place, right.place), decision));
        }
    });
    for pairs in decided.values_mut() {
        pairs.sort_unstable_by_key(|(pair, _)| *pair);
    }
    decided
}

/// A glob of a lane.
#[derive(Clone, Copy)]
struct Entry<'a> {
    glob: &'a Glob,
    task: usize,
    /// Its place among the globs of the lane.
    place: usize,
}

impl<'a> Entry<'a> {
    fn prefix(&self) -> &'a [u8] {
        self.glob.prefix()
    }

    fn name(&self) -> &'a [u8] {
        self.glob.outline().name()
    }
}

/// How many pairs are looked at one by one before an index of names is made for them.
const FEW: usize = 64;

/// Visits, once each, all pairs of globs of different tasks that are not seen at a glance to be
/// apart.
fn each_candidate<'a>(lanes: &'a Lanes, mut visit: impl FnMut(Entry<'a>, Entry<'a>)) {
    let mut visit = |one: Entry<'a>, other: Entry<'a>| {
        if one.task != other.task && one.glob.outline().compatible(other.glob.outline()) {
            visit(one, other);
        }
    };
    let mut entries: Vec<Entry<'a>> = (0..lanes.len())
        .flat_map(|task| {
            let globs = lanes.of(task).globs().iter().enumerate();
            globs.map(move |(place, glob)| Entry { glob, task, place })
        })
        .collect();
    entries.sort_unstable_by_key(|entry| (entry.prefix(), entry.task, entry.place));
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
fn by_names<'a>(entries: &[Entry<'a>], alike: usize, visit: &mut impl FnMut(Entry<'a>, Entry<'a>)) {
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

/// What is known of pairs of globs, by their texts.
///
/// What the plan shares and protects is taken from every pair alike. The exclusions of two lanes
/// matter only where they hold the path that was found without them.
struct Decisions<'a> {
    common: Vec<&'a Glob>,
    known: HashMap<(usize, usize), Decision>,
    patience: Patience,
}

impl<'a> Decisions<'a> {
    fn new(lanes: &'a Lanes) -> Decisions<'a> {
        let common = (0..lanes.len().min(1)).flat_map(|task| {
            let common = lanes.of(task).common();
            common.protect.iter().chain(&common.share)
        });
        let (known, patience) = (HashMap::new(), Patience::default());
        Decisions { common: common.collect(), known, patience }
    }

    fn of(&mut self, lanes: &Lanes, left: Entry<'_>, right: Entry<'_>) -> Decision {
        let (one, other) = (left.glob.identity(), right.glob.identity());
        let (common, patience) = (&self.common, &mut self.patience);
        let known = self
            .known
            .entry((one.min(other), one.max(other)))
            .or_insert_with(|| decide(left.glob, right.glob, common, patience));
        let lanes = [lanes.of(left.task), lanes.of(right.task)];
        let excluded = match &*known {
            Decision::Apart => return Decision::Apart,
            Decision::Meet(_, path) => lanes.iter().any(|lane| excludes(lane, path)),
            Decision::Undecided => lanes.iter().any(|lane| !lane.exclusions().is_empty()),
        };
        if !excluded {
            return known.clone();
        }
        let exclusions = lanes.iter().flat_map(|lane| lane.exclusions());
        let minus: Vec<&Glob> = self.common.iter().copied().chain(exclusions).collect();
        decide(left.glob, right.glob, &minus, &mut self.patience)
    }
}

/// Whether a lane's exclusions hold a path, or may.
fn excludes(lane: &Lane, path: &RepoPath) -> bool {
    lane.exclusions().iter().any(|glob| glob.is_match(path) != Ok(false))
}

/// For each task, the places of the existing files that its lane holds by its own globs.
fn held_files(lanes: &Lanes, files: &[RepoPath]) -> Vec<Vec<usize>> {
    let mut held = vec![Vec::new(); lanes.len()];
    for (place, file) in files.iter().enumerate() {
        if lanes.is_shared(file) {
            continue;
        }
        for task in lanes.candidates(file) {
            // A glob that cannot be built holds no file that anyone could name; the pair is undecided.
            if matches!(lanes.of(task).holder(file), Ok(Some(Holder::Glob(_)))) {
                held[task].push(place);
            }
        }
    }
    held
}

impl Overlap {
    fn look_at_files(&mut self, lanes: &Lanes, held: &[Vec<usize>], files: &[RepoPath]) {
        let (left, right) = (&held[self.tasks.0], &held[self.tasks.1]);
        let (few, many) = if left.len() < right.len() { (left, right) } else { (right, left) };
        for file in few {
            if many.binary_search(file).is_ok() {
                self.existing += 1;
                if self.sample.len() < SAMPLE {
                    self.sample.push(files[*file].clone());
                }
            }
        }
        let Some(first) = self.sample.first() else { return };
        let holds =
            |task: usize, place: usize| lanes.of(task).globs()[place].is_match(first) == Ok(true);
        let pair = self
            .shared
            .pairs
            .iter()
            .position(|&(left, right)| holds(self.tasks.0, left) && holds(self.tasks.1, right));
        // The pair that the file is in comes first; the others keep their order.
        if let Some(place) = pair {
            let pair = self.shared.pairs.remove(place);
            self.shared.pairs.sort_unstable();
            self.shared.pairs.insert(0, pair);
            self.shared.witness = Some(first.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Plan, PlanText, read};

    fn plan(text: &str) -> Plan {
        let plan = read(vec![PlanText::new("lanes.yaml", text)]);
        assert_eq!(plan.problems, []);
        plan
    }

    fn found(text: &str, files: &[&str]) -> Vec<(String, String, String, usize)> {
        let plan = plan(text);
        let files: Vec<RepoPath> = files.iter().map(|file| file.parse().unwrap()).collect();
        overlaps(&plan.lanes(), &Order::new(&plan), &files)
            .into_iter()
            .map(|overlap| {
                assert_eq!(overlap.shared.undecided, []);
                let id = |task: usize| plan.tasks[task].id.value.to_string();
                let witness = overlap.shared.witness.unwrap().to_string();
                (id(overlap.tasks.0), id(overlap.tasks.1), witness, overlap.existing)
            })
            .collect()
    }

    fn overlap(
        a: &str,
        b: &str,
        witness: &str,
        existing: usize,
    ) -> (String, String, String, usize) {
        (a.to_owned(), b.to_owned(), witness.to_owned(), existing)
    }

    #[test]
    fn concurrent_tasks_with_a_path_in_common_overlap() {
        let text = "tasks:\n  a: {write: src/**}\n  b: {write: '**/x.rs'}\n  c: {write: docs/**}\n  \
                    d: {write: '**', needs: [a, b, c]}\n  e: {write: []}\n";
        assert_eq!(
            found(text, &[]),
            [overlap("a", "b", "src/x.rs", 0), overlap("b", "c", "docs/x.rs", 0)]
        );
    }

    #[test]
    fn an_existing_file_is_the_witness_and_counted() {
        let text = "tasks:\n  a: {write: [z/*, 'src/**', '!src/0']}\n  b: {write: ['**/x', src/*, z/q]}\nshare: src/log\n";
        assert_eq!(
            found(text, &["README.md", "src/0", "src/a", "src/log", "src/y/x"]),
            [overlap("a", "b", "src/a", 2)]
        );
    }

    #[test]
    fn shared_and_protected_paths_are_no_overlap() {
        let text = "tasks:\n  a: {write: [log, p/x]}\n  b: {write: [log, p/*]}\nshare: log\nprotect: p/**\n";
        assert_eq!(found(text, &["log", "p/x"]), []);
    }

    #[test]
    fn the_index_finds_what_comparing_all_pairs_finds() {
        // More globs than [`FEW`] pairs, alike in how they begin, with names that begin alike.
        let globs = ["**/x*_{}.rs", "**/x{}_*", "src/**/x{}*", "src/x{}.rs", "*{}.rs", "src/**"];
        let tasks: String = (0..60)
            .map(|task| {
                let glob = |shift: usize| {
                    globs[(task + shift) % globs.len()].replace("{}", &(task % 13).to_string())
                };
                format!("  t{task}: {{write: ['{}', '{}', '!**/x1*']}}\n", glob(0), glob(3))
            })
            .collect();
        let plan = plan(&format!("tasks:\n{tasks}protect: src/x2*\nshare: src/x3.rs\n"));
        let (lanes, order) = (plan.lanes(), Order::new(&plan));
        let mut naive = Vec::new();
        for left in 0..lanes.len() {
            for right in left + 1..lanes.len() {
                let all = |task: usize| 0..lanes.of(task).globs().len();
                let pairs = all(left).flat_map(|one| all(right).map(move |other| (one, other)));
                let shared = lanes.of(left).meet(lanes.of(right), pairs);
                if shared != Shared::default() {
                    naive.push(((left, right), shared));
                }
            }
        }
        let indexed: Vec<_> = overlaps(&lanes, &order, &[])
            .into_iter()
            .map(|overlap| (overlap.tasks, overlap.shared))
            .collect();
        assert!(naive.len() > 100);
        assert_eq!(indexed, naive);
    }
}
