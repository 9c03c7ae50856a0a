//! Matching and overlap held against `globset` and brute force over all short paths, and the laws
//! that lanes keep.
//!
//! Nothing here uses the program's own idea of what a glob means: braces are written out by text,
//! and `globset` matches what comes of it. `LANELINT_CASES` says how many plans and globs to try.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, LazyLock};

use globset::{Candidate, GlobBuilder, GlobMatcher};
use lanelint::glob::Glob;
use lanelint::path::RepoPath;
use lanelint::plan::{Plan, PlanPath, PlanText, read};
use proptest::prelude::*;

use crate::harness;

fn config(default: u32) -> ProptestConfig {
    ProptestConfig {
        max_global_rejects: u32::MAX,
        max_local_rejects: u32::MAX,
        ..harness::config(default)
    }
}

/// All paths of up to `length` bytes of an alphabet.
fn paths(alphabet: &[u8], length: usize) -> Vec<RepoPath> {
    let mut words: Vec<Vec<u8>> = vec![Vec::new()];
    let mut paths = Vec::new();
    for _ in 0..length {
        words = words
            .iter()
            .flat_map(|word| alphabet.iter().map(|&byte| [word.as_slice(), &[byte]].concat()))
            .collect();
        paths.extend(words.iter().filter_map(|word| RepoPath::new(word.as_slice()).ok()));
    }
    paths
}

/// A glob's braces written out, by text alone: escapes and classes are passed over.
fn written_out(glob: &str) -> Vec<String> {
    let bytes = glob.as_bytes();
    let (mut depth, mut at, mut cuts) = (0, 0, Vec::new());
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'[' => {
                // The first member may be `]` itself.
                let first = at + if bytes[at + 1] == b'!' { 2 } else { 1 };
                at = first + 1 + glob[first + 1..].find(']').unwrap();
            }
            b'{' => {
                depth += 1;
                if depth == 1 {
                    cuts.push(at);
                }
            }
            b',' if depth == 1 => cuts.push(at),
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    cuts.push(at);
                    break;
                }
            }
            _ => {}
        }
        at += 1;
    }
    let (Some(&open), Some(&close)) = (cuts.first(), cuts.last()) else {
        return vec![glob.to_owned()];
    };
    cuts.windows(2)
        .flat_map(|cut| {
            let branch = &glob[cut[0] + 1..cut[1]];
            written_out(&format!("{}{branch}{}", &glob[..open], &glob[close + 1..]))
        })
        .collect()
}

/// The matchers whose union a glob is. `globset` lets a class match `/`; here none does.
fn matchers(glob: &str) -> Vec<GlobMatcher> {
    written_out(glob)
        .into_iter()
        .map(|mut glob| {
            if glob.ends_with('/') {
                glob.push_str("**");
            }
            // Behind `[!`, a `]` is a member.
            let glob = glob.replace("[!]", "[!]/").replace("[!a", "[!/a").replace("[!b", "[!/b");
            let glob = glob.replace("[!0", "[!/0").replace("[+-9]", "[+-.0-9]");
            let glob =
                GlobBuilder::new(&glob).literal_separator(true).backslash_escape(true).build();
            glob.unwrap().compile_matcher()
        })
        .collect()
}

fn holds(matchers: &[GlobMatcher], path: &RepoPath) -> bool {
    let candidate = Candidate::from_bytes(path.as_bytes());
    matchers.iter().any(|matcher| matcher.is_match_candidate(&candidate))
}

/// Random globs of these pieces, and of braces around them. Some are unsound.
fn globs(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(pieces).prop_map(str::to_owned);
    let tree = leaf.prop_recursive(2, 10, 3, |inner| {
        let branch = prop::collection::vec(inner, 0..3).prop_map(|pieces| pieces.concat());
        prop::collection::vec(branch, 2..4)
            .prop_map(|branches| format!("{{{}}}", branches.join(",")))
    });
    prop::collection::vec(tree, 1..6)
        .prop_map(|pieces| pieces.concat())
        .prop_filter("unsound", |glob| Glob::parse(glob).is_ok())
}

const BYTES: &[&str] = &[
    "a", "b", "a", "/", "/", "*", "**", "**/", "/**", "?", ".", "é", "\u{c3}", "[ab]", "[!a]",
    "[!b]", "[]a]", "[!]]", "[*{]", "[+-9]", "\\*", "\\[", "\\{", "\\\\",
];

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn matching_agrees_with_globset(text in globs(BYTES)) {
        static PATHS: LazyLock<Vec<RepoPath>> = LazyLock::new(|| paths(b"ab./[*]\\\xc3\xa9", 4));
        let glob = Glob::parse(&text).unwrap();
        let theirs = matchers(&text);
        for path in PATHS.iter() {
            prop_assert_eq!(glob.is_match(path), Ok(holds(&theirs, path)), "{} {:?}", &text, path);
        }
    }
}

/// A plan, before it is written as YAML.
#[derive(Clone, Debug, Default)]
struct Draft {
    tasks: Vec<DraftTask>,
    share: Vec<String>,
    protect: Vec<String>,
    own: Option<String>,
}

#[derive(Clone, Debug, Default)]
struct DraftTask {
    globs: Vec<String>,
    exclusions: Vec<String>,
    reads: Vec<String>,
    needs: Vec<usize>,
}

const PIECES: &[&str] = &[
    "a", "b", "A", "/", "/", "*", "**/", "/**", "**", "?", ".", "[ab]", "[!a]", "[!0]", "[+-9]",
    "a*", "*b", "0",
];

fn drafts() -> impl Strategy<Value = Draft> {
    let some = |most| prop::collection::vec(globs(PIECES), 0..=most);
    let reads = prop::collection::vec((prop::bool::weighted(0.2), globs(PIECES)), 0..3);
    let reads = reads.prop_map(|reads| {
        let text = |(negated, glob)| if negated { format!("!{glob}") } else { glob };
        reads.into_iter().map(text).collect()
    });
    let task = (some(3), some(2), reads, prop::collection::vec(0..4usize, 0..2)).prop_map(
        |(globs, exclusions, reads, needs)| DraftTask { globs, exclusions, reads, needs },
    );
    let own = prop::option::of(prop::sample::select(vec!["a".to_owned(), "a/b".to_owned()]));
    (prop::collection::vec(task, 2..5), some(1), some(1), own).prop_map(
        |(mut tasks, share, protect, own)| {
            let count = tasks.len();
            for task in &mut tasks {
                task.needs.retain(|&need| need < count);
                task.needs.dedup();
            }
            Draft { tasks, share, protect, own }
        },
    )
}

impl Draft {
    fn plan(&self) -> Arc<Plan> {
        let list = |items: &[String]| serde_json::to_string(items).unwrap();
        let mut text = "tasks:\n".to_owned();
        for (place, task) in self.tasks.iter().enumerate() {
            let exclusions = task.exclusions.iter().map(|glob| format!("!{glob}"));
            // A glob that begins with `!` would need a backslash; the pieces hold none.
            let write: Vec<String> = exclusions.chain(task.globs.iter().cloned()).collect();
            let needs: Vec<String> = task.needs.iter().map(|need| format!("t{need}")).collect();
            let (write, read, needs) = (list(&write), list(&task.reads), list(&needs));
            writeln!(text, "  t{place}: {{write: {write}, read: {read}, needs: {needs}}}").unwrap();
        }
        writeln!(text, "share: {}\nprotect: {}", list(&self.share), list(&self.protect)).unwrap();
        let mut plan = read(vec![PlanText::new("lanes.yaml", text)]);
        assert_eq!(plan.problems, []);
        plan.own_paths = self.own.iter().map(|own| PlanPath::File(own.parse().unwrap())).collect();
        Arc::new(plan)
    }

    fn concurrent(&self) -> Vec<Vec<bool>> {
        let count = self.tasks.len();
        let closure = |edges: &dyn Fn(usize, usize) -> bool| {
            let mut reaches: Vec<Vec<bool>> =
                (0..count).map(|from| (0..count).map(|to| edges(from, to)).collect()).collect();
            for through in 0..count {
                for from in 0..count {
                    for to in 0..count {
                        reaches[from][to] |= reaches[from][through] && reaches[through][to];
                    }
                }
            }
            reaches
        };
        let needs = |from: usize, to: usize| self.tasks[from].needs.contains(&to);
        let all = closure(&needs);
        let ordered = closure(&|from, to| needs(from, to) && !all[to][from]);
        (0..count)
            .map(|one| {
                (0..count).map(|other| !ordered[one][other] && !ordered[other][one]).collect()
            })
            .collect()
    }
}

/// A plan's lanes as `globset` sees them.
struct Model {
    lanes: Vec<(Vec<GlobMatcher>, Vec<GlobMatcher>)>,
    share: Vec<GlobMatcher>,
    protect: Vec<GlobMatcher>,
    concurrent: Vec<Vec<bool>>,
}

impl Model {
    fn new(draft: &Draft) -> Model {
        let all = |globs: &[String]| globs.iter().flat_map(|glob| matchers(glob)).collect();
        let protect: Vec<String> = draft.protect.iter().chain(&draft.own).cloned().collect();
        Model {
            lanes: draft
                .tasks
                .iter()
                .map(|task| (all(&task.globs), all(&task.exclusions)))
                .collect(),
            share: all(&draft.share),
            protect: all(&protect),
            concurrent: draft.concurrent(),
        }
    }

    /// The tasks in whose own lanes a path is that no two of them may both write.
    fn contenders(&self, path: &RepoPath) -> Vec<usize> {
        let own =
            |(globs, exclusions): &(Vec<_>, Vec<_>)| holds(globs, path) && !holds(exclusions, path);
        let tasks: Vec<usize> =
            (0..self.lanes.len()).filter(|&task| own(&self.lanes[task])).collect();
        if tasks.len() < 2 || holds(&self.share, path) || holds(&self.protect, path) {
            return Vec::new();
        }
        tasks
    }

    /// Whether a path is in a task's own lane and not shared.
    fn may_write(&self, task: usize, path: &RepoPath) -> bool {
        let (globs, exclusions) = &self.lanes[task];
        holds(globs, path)
            && ![exclusions, &self.share, &self.protect].iter().any(|taken| holds(taken, path))
    }

    /// Whether a path is in a task's lane; no path is if there is no such task.
    fn contains(&self, task: usize, path: &RepoPath) -> bool {
        let Some((globs, exclusions)) = self.lanes.get(task) else { return false };
        !globs.is_empty()
            && (holds(globs, path) || holds(&self.share, path))
            && !holds(exclusions, path)
            && !holds(&self.protect, path)
    }

    fn meet_at(&self, left: usize, right: usize, path: &RepoPath) -> bool {
        let tasks = self.contenders(path);
        tasks.contains(&left) && tasks.contains(&right)
    }

    /// The concurrent pairs of tasks that meet at one of these paths, with all such paths.
    fn meetings<'p>(&self, paths: &'p [RepoPath]) -> BTreeMap<(usize, usize), Vec<&'p RepoPath>> {
        let mut meetings: BTreeMap<(usize, usize), Vec<&RepoPath>> = BTreeMap::new();
        for path in paths {
            let tasks = self.contenders(path);
            for (place, &left) in tasks.iter().enumerate() {
                for &right in
                    tasks[place + 1..].iter().filter(|&&right| self.concurrent[left][right])
                {
                    meetings.entry((left, right)).or_default().push(path);
                }
            }
        }
        meetings
    }
}

struct Overlap {
    witness: RepoPath,
    existing: usize,
}

/// What `check` says of a plan: the pairs of tasks that overlap.
fn overlaps(plan: &Arc<Plan>, files: &[RepoPath]) -> BTreeMap<(usize, usize), Overlap> {
    meetings("overlapping-lanes", plan, files)
}

/// The pairs of a task that reads and one that may write.
fn hazards(plan: &Arc<Plan>, files: &[RepoPath]) -> BTreeMap<(usize, usize), Overlap> {
    meetings("read-write-hazard", plan, files)
}

fn meetings(rule: &str, plan: &Arc<Plan>, files: &[RepoPath]) -> BTreeMap<(usize, usize), Overlap> {
    use lanelint::finding::Datum;
    let report = lanelint::check::check(plan, files, Vec::new());
    assert!(report.verified(), "{:?}", report.findings);
    let found = report.findings.into_iter().filter(|found| found.rule == rule);
    found
        .map(|found| {
            let task = |place: usize| plan.task(&found.draft.tasks[place]).unwrap().into();
            let existing = match &found.draft.data[1].1 {
                Datum::Map(values) => values[0].1.clone(),
                other => other.clone(),
            };
            let Datum::Count(existing) = existing else { panic!("{existing:?}") };
            ((task(0), task(1)), Overlap { witness: found.draft.path.unwrap(), existing })
        })
        .collect()
}

/// The order of the contract among paths of letters and digits.
fn rank(path: &RepoPath) -> (usize, &[u8]) {
    (path.as_bytes().len(), path.as_bytes())
}

fn short_paths() -> &'static [RepoPath] {
    static PATHS: LazyLock<Vec<RepoPath>> = LazyLock::new(|| paths(b"0Aab./", 4));
    &PATHS
}

proptest! {
    #![proptest_config(config(150))]

    /// Every overlap that brute force finds is found; every one that is found has its witness, the
    /// first by the contract.
    #[test]
    fn overlaps_match_brute_force(
        draft in drafts(),
        files in prop::collection::btree_set(prop::sample::select(short_paths().to_vec()), 0..12),
    ) {
        let (plan, model) = (draft.plan(), Model::new(&draft));
        let files: Vec<RepoPath> = files.into_iter().collect();
        let expected = model.meetings(short_paths());
        let (without, with) = (overlaps(&plan, &[]), overlaps(&plan, &files));
        prop_assert!(without.keys().eq(with.keys()), "files change no verdict");
        for pair in expected.keys() {
            prop_assert!(without.contains_key(pair), "{:?} is missed", pair);
        }
        for (pair, overlap) in &without {
            let witness = &overlap.witness;
            prop_assert!(model.concurrent[pair.0][pair.1], "{:?} are no concurrent tasks", pair);
            prop_assert!(model.meet_at(pair.0, pair.1, witness), "{:?} at {}", pair, witness);
            prop_assert_eq!(overlap.existing, 0);
            for path in expected.get(pair).into_iter().flatten() {
                let letters = path.as_bytes().iter().all(|byte| *byte != b'.');
                prop_assert!(
                    !letters || rank(witness) <= rank(path),
                    "{:?}: {} stands before {}", pair, path, witness
                );
            }
        }
        let existing = model.meetings(&files);
        for (pair, overlap) in &with {
            match existing.get(pair) {
                None => {
                    prop_assert_eq!(overlap.existing, 0);
                    prop_assert_eq!(&overlap.witness, &without[pair].witness);
                }
                Some(files) => {
                    prop_assert_eq!(overlap.existing, files.len());
                    prop_assert_eq!(&overlap.witness, files[0], "{:?}", pair);
                }
            }
        }
    }

    /// Every path that is read and may be written meanwhile is found; every one that is found is one.
    #[test]
    fn hazards_match_brute_force(
        draft in drafts(),
        files in prop::collection::btree_set(prop::sample::select(short_paths().to_vec()), 0..12),
    ) {
        let (plan, model) = (draft.plan(), Model::new(&draft));
        let files: Vec<RepoPath> = files.into_iter().collect();
        let (without, with) = (hazards(&plan, &[]), hazards(&plan, &files));
        prop_assert!(without.keys().eq(with.keys()), "files change no verdict");
        for (reader, task) in draft.tasks.iter().enumerate() {
            let (taken, given): (Vec<&String>, Vec<&String>) =
                task.reads.iter().partition(|text| text.starts_with('!'));
            let all = |texts: Vec<&String>| -> Vec<GlobMatcher> {
                texts.iter().flat_map(|text| matchers(text.trim_start_matches('!'))).collect()
            };
            let (taken, given) = (all(taken), all(given));
            let read = |path: &RepoPath| holds(&given, path) && !holds(&taken, path);
            let paths: Vec<&RepoPath> = short_paths().iter().filter(|path| read(path)).collect();
            for writer in 0..draft.tasks.len() {
                let pair = (reader, writer);
                let met = paths.iter().find(|path| model.may_write(writer, path));
                let beside = reader != writer && model.concurrent[reader][writer];
                match (met.filter(|_| beside), without.get(&pair)) {
                    (Some(path), None) => prop_assert!(false, "{:?} at {} is missed", pair, path),
                    (_, Some(found)) => {
                        prop_assert!(beside && read(&found.witness), "{:?}: {}", pair, &found.witness);
                        prop_assert!(model.may_write(writer, &found.witness));
                    }
                    (None, None) => continue,
                }
                let existing: Vec<&RepoPath> =
                    files.iter().filter(|path| read(path) && model.may_write(writer, path)).collect();
                prop_assert_eq!(with[&pair].existing, existing.len());
                let witness = existing.first().copied().unwrap_or(&without[&pair].witness);
                prop_assert_eq!(&with[&pair].witness, witness);
            }
        }
    }

    /// Every path that a task gained or lost between two plans is found, and nothing else.
    #[test]
    fn changed_lanes_match_brute_force(one in drafts(), other in drafts(), keep in 0..4usize) {
        // A few differences, rather than two plans that have nothing in common.
        let mut other = other;
        for (task, kept) in other.tasks.iter_mut().zip(&one.tasks).skip(keep) {
            task.globs.clone_from(&kept.globs);
            task.exclusions.clone_from(&kept.exclusions);
        }
        if keep < 3 {
            other.share.clone_from(&one.share);
            other.protect.clone_from(&one.protect);
        }
        other.own.clone_from(&one.own);
        let (before, now) = (Model::new(&one), Model::new(&other));
        let (old_plan, new_plan) = (one.plan(), other.plan());
        let report = lanelint::check::check_against(&new_plan, &old_plan, &[], Vec::new());
        prop_assert!(report.verified(), "{:?}", report.findings);
        for task in 0..one.tasks.len().max(other.tasks.len()) {
            let id = format!("t{task}");
            let changed = |from: &Model, to: &Model, path: &RepoPath| {
                to.contains(task, path) && !from.contains(task, path)
            };
            for (rule, from, to) in
                [("lane-widened", &before, &now), ("lane-narrowed", &now, &before)]
            {
                let found = report.findings.iter().find(|found| {
                    let draft = &found.draft;
                    let is_lane = draft.data.iter().any(|(name, _)| *name == "before");
                    found.rule == rule && is_lane && draft.tasks.iter().any(|it| **it == *id)
                });
                let witness = found.and_then(|found| found.draft.path.clone());
                let expected = short_paths().iter().find(|path| changed(from, to, path));
                match (&witness, expected) {
                    (Some(path), _) => prop_assert!(changed(from, to, path), "{rule} {id}: {path}"),
                    (None, Some(path)) => prop_assert!(false, "{rule} {id}: {path} is missed"),
                    (None, None) => {}
                }
            }
        }
    }

    /// The order in which tasks and globs are written changes neither verdict nor witness.
    #[test]
    fn overlap_is_symmetric(draft in drafts()) {
        let count = draft.tasks.len();
        let mut mirrored = draft.clone();
        mirrored.tasks.reverse();
        for task in &mut mirrored.tasks {
            task.globs.reverse();
            task.exclusions.reverse();
            task.needs.iter_mut().for_each(|need| *need = count - 1 - *need);
        }
        let (found, back) = (overlaps(&draft.plan(), &[]), overlaps(&mirrored.plan(), &[]));
        prop_assert_eq!(found.len(), back.len());
        for ((left, right), overlap) in found {
            let other = &back[&(count - 1 - right, count - 1 - left)];
            prop_assert_eq!(overlap.witness, other.witness.clone());
        }
    }

    /// A wider lane overlaps with no less, and a narrower one with no more.
    #[test]
    fn overlaps_grow_with_lanes(
        draft in drafts(), glob in globs(PIECES), place in 0..4usize,
    ) {
        let place = place % draft.tasks.len();
        let before = overlaps(&draft.plan(), &[]);
        let (mut wider, mut narrower, mut sharing, mut protecting) =
            (draft.clone(), draft.clone(), draft.clone(), draft.clone());
        wider.tasks[place].globs.push(glob.clone());
        narrower.tasks[place].exclusions.push(glob.clone());
        sharing.share.push(glob.clone());
        protecting.protect.push(glob);
        let wider = overlaps(&wider.plan(), &[]);
        prop_assert!(before.keys().all(|pair| wider.contains_key(pair)));
        for less in [narrower, sharing, protecting] {
            let less = overlaps(&less.plan(), &[]);
            prop_assert!(less.keys().all(|pair| before.contains_key(pair)));
        }
    }

    /// No lane is told empty in which brute force finds a path.
    #[test]
    fn empty_lanes_match_nothing(draft in drafts()) {
        let (plan, model) = (draft.plan(), Model::new(&draft));
        let report = lanelint::check::check(&plan, &[], Vec::new());
        for (place, (globs, exclusions)) in model.lanes.iter().enumerate() {
            let id = format!("t{place}");
            let told = report.findings.iter().any(|found| {
                found.rule == "empty-lane" && found.draft.tasks.iter().any(|task| **task == id)
            });
            let mine = |path: &&RepoPath| {
                holds(globs, path) && !holds(exclusions, path) && !holds(&model.protect, path)
            };
            let held = short_paths().iter().find(mine);
            prop_assert!(!told || held.is_none(), "{} holds {:?}", id, held);
        }
    }

    /// Without all that is told to be redundant, every lane is what it was; and nothing is told of
    /// which a path shows that it matters.
    #[test]
    fn redundant_entries_are_removable(draft in drafts()) {
        let report = lanelint::check::check(&draft.plan(), &[], Vec::new());
        prop_assert!(report.verified());
        for (place, task) in draft.tasks.iter().enumerate() {
            let exclusions = task.exclusions.iter().map(|glob| format!("!{glob}"));
            let write: Vec<String> = exclusions.chain(task.globs.iter().cloned()).collect();
            let entries: Vec<Entry> = write.iter().map(|text| entry(text, short_paths())).collect();
            let told = redundant(&report, &format!("t{place}"), &write);
            let mut left: Vec<&Entry> = entries.iter().collect();
            for place in told.iter().rev() {
                let removed = left.remove(*place);
                prop_assert_eq!(held(&left), held(&entries), "{} of {:?}", removed.text, &write);
            }
        }
    }

    /// Where all paths of the globs are known, just those are redundant which looking at all of
    /// them says are.
    #[test]
    fn redundant_matches_brute_force(
        write in prop::collection::vec((prop::bool::weighted(0.3), finite()), 1..7),
    ) {
        static PATHS: LazyLock<Vec<RepoPath>> = LazyLock::new(|| paths(b"01ab/", LONGEST));
        let text = |(negated, glob): &(bool, String)| {
            format!("{}{glob}", if *negated { "!" } else { "" })
        };
        let write: Vec<String> = write.iter().map(text).collect();
        let entries: Vec<Entry> = write.iter().map(|text| entry(text, &PATHS)).collect();
        let plan = format!("tasks: {{t: {{write: {}}}}}", serde_json::to_string(&write).unwrap());
        let plan = Arc::new(read(vec![PlanText::new("lanes.yaml", plan)]));
        let report = lanelint::check::check(&plan, &[], Vec::new());
        let mut left: Vec<usize> = (0..entries.len()).collect();
        let of = |places: &[usize]| places.iter().map(|&place| &entries[place]).collect::<Vec<_>>();
        // An empty lane is told as just that.
        if held(&of(&left)).contains(&true) {
            for place in (0..entries.len()).rev() {
                let without: Vec<usize> = left.iter().copied().filter(|at| *at != place).collect();
                if held(&of(&without)) == held(&of(&left)) {
                    left = without;
                }
            }
        }
        let expected: Vec<usize> =
            (0..entries.len()).filter(|place| !left.contains(place)).collect();
        prop_assert_eq!(redundant(&report, "t", &write), expected, "{:?}", write);
    }
}

/// A glob or an exclusion of a lane, and of some paths whether `globset` finds them in it.
struct Entry {
    text: String,
    holds: Vec<bool>,
}

fn entry(text: &str, paths: &[RepoPath]) -> Entry {
    let matchers = matchers(text.strip_prefix('!').unwrap_or(text));
    let holds = paths.iter().map(|path| holds(&matchers, path)).collect();
    Entry { text: text.to_owned(), holds }
}

/// Of the same paths, whether they are in the lane of some entries.
fn held<E: std::borrow::Borrow<Entry>>(entries: &[E]) -> Vec<bool> {
    let paths = entries.first().map_or(0, |entry| entry.borrow().holds.len());
    let any = |negated: bool, path: usize| {
        let entries = entries.iter().map(std::borrow::Borrow::borrow);
        let mut entries = entries.filter(|entry| entry.text.starts_with('!') == negated);
        entries.any(|entry| entry.holds[path])
    };
    (0..paths).map(|path| any(false, path) && !any(true, path)).collect()
}

/// The places of the entries that `check` tells to be redundant in a task.
fn redundant(report: &lanelint::finding::Report, task: &str, write: &[String]) -> Vec<usize> {
    use lanelint::finding::Location;
    let text = report.plan.sources[0].text();
    let tasks = &report.plan.tasks;
    let task = tasks.iter().find(|other| *other.id.value == *task).unwrap();
    let entries = &task.write.as_ref().unwrap().entries;
    let found = report.findings.iter().filter(|found| found.rule == "redundant-glob");
    let mut places: Vec<usize> = found
        .filter_map(|found| {
            let Location::Span(span) = found.draft.labels[0].location else { panic!("no place") };
            let place = entries.iter().position(|entry| entry.span == span)?;
            assert_eq!(text[span.bytes()], *serde_json::to_string(&write[place]).unwrap());
            Some(place)
        })
        .collect();
    places.sort_unstable();
    places
}

/// The length of the longest paths of [`finite`] globs.
const LONGEST: usize = 4;

/// Globs with few paths, all of letters that are known.
fn finite() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &["a", "b", "0", "a", "/", "[ab]", "[a0]", "[0-9a]"];
    globs(PIECES).prop_filter("long", |glob| {
        // A class is one byte of a path; there is none inside another.
        let length = |glob: &String| {
            let classes = glob.split('[').skip(1).map(|rest| rest.find(']').unwrap() + 1);
            // Something has to be below a folder.
            glob.len() - classes.sum::<usize>() + usize::from(glob.ends_with('/'))
        };
        written_out(glob).iter().all(|glob| length(glob) <= LONGEST)
    })
}
