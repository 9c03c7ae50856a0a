//! Safe fixes on random plans that are full of redundant, misspelled and badly written globs, in
//! every style of YAML: each lane stays the same set of paths, or becomes the one that was meant.
//!
//! `LANELINT_CASES` says how many plans to try.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use lanelint::check::{check, fix};
use lanelint::finding::{Applicability, Edit, Fixer};
use lanelint::glob::Budget;
use lanelint::index::TaskId;
use lanelint::path::RepoPath;
use lanelint::plan::fix::apply;
use lanelint::plan::{Plan, PlanText, read_among};
use proptest::prelude::*;

use crate::harness::config;

/// Globs that mean what they say.
const GLOBS: &[&str] = &[
    "a",
    "b",
    "a*",
    "[a-b]",
    "**",
    "*.md",
    "log",
    "src/**",
    "src/*",
    "src/*.rs",
    "src/a/**",
    "src/a/b",
    "src/b/*",
    "src/{a,b}/**",
    "src/content/**",
    "docs/**",
    "docs/x",
    "{a,b}/x",
    "{src,docs}/*",
    "**/x",
    "src/[!a]*",
];

const EXCLUSIONS: &[&str] = &[
    "!a",
    "!b",
    "!*.md",
    "!log",
    "!src/a/**",
    "!src/a/b",
    "!src/**",
    "!docs/**",
    "!docs/x",
    "!{src,docs}/*",
    "!**/x",
    "!lib/**",
    // Misspelled, by the files and by the lane's own globs.
    "!src/contnet/schema/**",
    "!src/contents/**",
    "!doc/x",
    "!docs",
];

/// What is written, and what alone can be meant by it.
const SLIPS: &[(&str, &str)] = &[
    ("./src/**", "src/**"),
    ("/docs/x", "docs/x"),
    ("src//a/**", "src/a/**"),
    ("!./docs/**", "!docs/**"),
    ("!/src/a/b", "!src/a/b"),
    ("././a", "a"),
    ("src/[id]/**", r"src/\[id\]/**"),
    ("[ab]", r"\[ab\]"),
    ("!src/[a]/[[...slug]]", r"!src/[a]/\[\[...slug\]\]"),
];

/// What has no safe fix.
const INVALID: &[&str] = &[
    "x[post-id]",
    "/home/me/x",
    "[a-e-n]",
    "src\\main",
    "src/**.rs",
    "//server/x",
    "~/x",
    "$HOME/x",
    "/",
    "./",
    "src/{a}/x",
    "a}b",
];

const FILES: &[&str] =
    &["a", "docs/x", "log", "src/a/b", "src/content/schema/one", "src/content/x", "x.md"];

/// Random choices, one after the other.
struct Dice<'d> {
    throws: &'d [u16],
    at: usize,
}

impl Dice<'_> {
    fn below(&mut self, sides: usize) -> usize {
        self.at += 1;
        usize::from(self.throws[self.at % self.throws.len()]) % sides
    }

    fn one_in(&mut self, sides: usize) -> bool {
        self.below(sides) == sides - 1
    }

    fn of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }
}

/// What is written for a glob, and what it means.
#[derive(Clone)]
struct Entry {
    written: String,
    meant: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Style {
    Block,
    Flow,
    Json,
}

fn entry(dice: &mut Dice<'_>) -> Entry {
    let same = |text: &str| Entry { written: text.to_owned(), meant: text.to_owned() };
    match dice.below(16) {
        0..8 => same(dice.of(GLOBS)),
        8..13 => same(dice.of(EXCLUSIONS)),
        13 | 14 => {
            let (written, meant) = dice.of(SLIPS);
            Entry { written: written.to_owned(), meant: meant.to_owned() }
        }
        _ => {
            let pool = if dice.one_in(3) { INVALID } else { GLOBS };
            same(dice.of(pool))
        }
    }
}

fn double(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A glob as a scalar; without quotes now and then, even where YAML reads that as something else.
fn scalar(dice: &mut Dice<'_>, style: Style, text: &str) -> String {
    if style == Style::Json {
        return if dice.one_in(6) { double(text).replace('/', "\\/") } else { double(text) };
    }
    // A class alone is a list, and a sound one.
    let is_list = text.starts_with('[') && text.ends_with(']');
    match dice.below(8) {
        0..4 if !is_list => text.to_owned(),
        4 => format!("'{text}'"),
        5 => double(text).replace('s', "\\x73"),
        6 if text.contains('/') && style == Style::Flow => {
            double(text).replacen('/', "\\\n      /", 1)
        }
        _ => double(text),
    }
}

fn comment(dice: &mut Dice<'_>) -> &'static str {
    if dice.one_in(5) { " # c, *x [" } else { "" }
}

/// The globs as the value behind `write:`.
fn list(dice: &mut Dice<'_>, style: Style, entries: &[Entry]) -> String {
    let texts = || entries.iter().map(|entry| entry.written.as_str());
    if let [one] = entries
        && dice.one_in(2)
    {
        return format!(" {}", scalar(dice, style, &one.written));
    }
    if style == Style::Block && !entries.is_empty() && dice.one_in(2) {
        let pad = if dice.one_in(2) { "    " } else { "      " };
        let mut text = String::new();
        for item in texts() {
            match dice.below(10) {
                0 => write!(text, "\n{pad}- |-\n{pad}    {item}").unwrap(),
                1 => write!(text, "\n{pad}- >-\n{pad}    {item}").unwrap(),
                _ => {
                    let item = scalar(dice, style, item);
                    let comment = comment(dice);
                    write!(text, "\n{pad}- {item}{comment}").unwrap();
                }
            }
        }
        return text;
    }
    let is_flow = if style == Style::Json { Style::Json } else { Style::Flow };
    let written: Vec<String> = texts().map(|text| scalar(dice, is_flow, text)).collect();
    match dice.below(3) {
        0 if style != Style::Json && !written.is_empty() => {
            let mut text = String::from(" [\n");
            for item in &written {
                let comment = comment(dice);
                writeln!(text, "      {item},{comment}").unwrap();
            }
            text + "    ]"
        }
        1 => format!(" [ {} ]", written.join(" , ")),
        _ => format!(" [{}]", written.join(", ")),
    }
}

/// A plan, and the same with all in quotes and nothing written badly.
fn plan_text(dice: &mut Dice<'_>) -> (String, String) {
    let style = dice.of(&[Style::Block, Style::Block, Style::Flow, Style::Json]);
    let key = |name: &str| if style == Style::Json { double(name) } else { name.to_owned() };
    let (mut tasks, mut meant) = (Vec::new(), String::from("tasks:\n"));
    let mut lane: Option<Vec<Entry>> = None;
    for id in &["t", "u", "v"][..1 + dice.below(3)] {
        let aliased = style != Style::Json && lane.is_some() && dice.one_in(3);
        let entries = match &lane {
            Some(lane) if aliased => lane.clone(),
            _ => (0..1 + dice.below(7)).map(|_| entry(dice)).collect(),
        };
        let own = if style == Style::Block && dice.one_in(3) { Style::Flow } else { style };
        let value = if aliased {
            " *lane".to_owned()
        } else {
            let written = list(dice, own, &entries);
            let anchors = lane.is_none() && style != Style::Json && dice.one_in(4);
            if anchors {
                lane = Some(entries.clone());
                format!(" &lane{written}")
            } else {
                written
            }
        };
        let write = key("write");
        tasks.push(match own {
            Style::Block if dice.one_in(2) => {
                format!("{}:\n    title: it's \"{id}\"\n    {write}:{value}", key(id))
            }
            Style::Block => format!("{}:\n    {write}:{value}", key(id)),
            _ if dice.one_in(3) => format!("{}: {{\n    {write}:{value}\n   }}", key(id)),
            _ => format!("{}: {{{write}:{value}}}", key(id)),
        });
        let globs: Vec<String> = entries.iter().map(|entry| double(&entry.meant)).collect();
        writeln!(meant, "  {id}: {{write: [{}]}}", globs.join(", ")).unwrap();
    }
    let mut own = Vec::new();
    for (name, value) in [("share", "log"), ("protect", "src/a/b")] {
        if dice.one_in(3) {
            own.push(format!("{}: {}", key(name), double(value)));
            writeln!(meant, "{name}: {}", double(value)).unwrap();
        }
    }
    let mut text = match style {
        Style::Block => {
            let own: String = own.iter().map(|line| format!("{line}\n")).collect();
            let tasks: String = tasks.iter().map(|task| format!("  {task}\n")).collect();
            format!("{own}tasks:\n{tasks}")
        }
        _ => {
            own.insert(0, format!("{}: {{\n  {}\n }}", key("tasks"), tasks.join(",\n  ")));
            format!("{{{}}}\n", own.join(",\n "))
        }
    };
    if style != Style::Json {
        text = match dice.below(8) {
            0 => format!("---\n{text}"),
            1 => format!("%YAML 1.2\n---\n{text}...\n"),
            2 => format!("# a plan\n\n{text}# the end\n"),
            3 => format!("\u{feff}{text}"),
            _ => text,
        };
    }
    if dice.one_in(4) {
        text = text.replace('\n', "\r\n");
    }
    (text, meant)
}

fn plan_of(text: &str) -> Arc<Plan> {
    let exists = |name: &str| {
        let folder = format!("{name}/");
        FILES.iter().any(|file| *file == name || file.starts_with(&folder))
    };
    Arc::new(read_among(vec![PlanText::new("lanes.yaml", text)], None, exists).1)
}

fn files() -> Vec<RepoPath> {
    FILES.iter().map(|file| file.parse().unwrap()).collect()
}

/// All short paths of some names: what the engine says of lanes is tried on them one by one.
fn paths() -> Vec<RepoPath> {
    let names = ["a", "b", "x", "q", "log", "y.md", "z.rs", "src", "docs", "doc", "lib", "content"];
    let mut all: Vec<String> = Vec::new();
    let mut last: Vec<String> = vec![String::new()];
    for depth in 0..3 {
        let deeper = |folder: &String| -> Vec<String> {
            names.iter().map(|name| format!("{folder}{name}")).collect()
        };
        let found: Vec<String> = last.iter().flat_map(deeper).collect();
        // Only what is below a folder that globs name goes on.
        let goes_on = |path: &&String| depth == 0 || path.starts_with("src/");
        last = found.iter().filter(goes_on).map(|path| format!("{path}/")).collect();
        all.extend(found);
    }
    all.iter().map(|path| path.parse().unwrap()).collect()
}

fn is_known(plan: &Plan, task: TaskId) -> bool {
    !plan.is_lane_unknown(task)
}

/// The lane of a task is one set by both plans.
fn are_same(one: &Plan, other: &Plan, id: &str, paths: &[RepoPath], told: &str) {
    let (left, right) = (one.task(id).unwrap(), other.task(id).unwrap());
    let (lanes, others) = (one.lanes(), other.lanes());
    let (left, right) = (lanes.of(left), others.of(right));
    let budget = &mut Budget::default();
    assert_eq!(left.is_same_as(right, budget), Some(true), "{id}: {told}");
    for path in paths {
        let holds = [left, right].map(|lane| lane.matched_by(path).unwrap().is_some());
        assert_eq!(holds[0], holds[1], "{path} of {id}: {told}");
    }
}

/// The exclusions that the rules call misspelled, with their tasks.
fn misspelled(plan: &Plan) -> BTreeSet<(String, String)> {
    let all = plan.tasks.iter().flat_map(|task| {
        let entries = task.write.iter().flat_map(|write| &write.entries);
        entries.map(|entry| (task.id.value.to_string(), entry.text.to_string()))
    });
    all.filter(|(_, text)| ["!src/contnet/schema/**", "!docs"].contains(&text.as_str())).collect()
}

/// What safe fixes make of a plan, with how many there were.
fn hold(text: &str, meant: &str, paths: &[RepoPath]) -> usize {
    let (before, meant) = (plan_of(text), plan_of(meant));
    let run = |text: &str| {
        let texts = vec![PlanText::new("lanes.yaml", text)];
        let fixed = fix(texts, Vec::new(), &files(), &[], Applicability::Safe);
        let text = String::from_utf8(fixed.texts[0].bytes.clone().unwrap()).unwrap();
        (text, fixed)
    };
    let (now, fixed) = run(text);
    let told = format!("{text}\n---\n{now}\n--- {:?}", fixed.done);
    assert_eq!(fixed.refused, [], "{told}");
    let after = plan_of(&now);
    for (place, task) in before.tasks.enumerated() {
        let id = &*task.id.value;
        let left = after.task(id).unwrap_or_else(|| panic!("{id} is gone: {told}"));
        if is_known(&before, place) {
            assert!(is_known(&after, left), "{id} is known no more: {told}");
            are_same(&before, &after, id, paths, &told);
        }
    }
    for (_, task) in after.tasks.enumerated().filter(|(place, _)| is_known(&after, *place)) {
        let id = &*task.id.value;
        assert!(is_known(&meant, meant.task(id).unwrap()), "{id} had no meaning: {told}");
        are_same(&meant, &after, id, paths, &told);
    }
    assert!(misspelled(&after).is_superset(&misspelled(&before)), "{told}");
    let (again, mended_again) = run(&now);
    assert_eq!((again.as_str(), mended_again.done.len()), (now.as_str(), 0), "{told}");
    each_alone(text, paths);
    fixed.done.len()
}

/// Each safe fix that is offered, done alone as the editor does it.
fn each_alone(text: &str, paths: &[RepoPath]) {
    let plan = plan_of(text);
    let report = check(&plan, &files(), Vec::new());
    let fixer = Fixer::new(&plan);
    let texts = [PlanText::new("lanes.yaml", text)];
    let fixes = report.active().flat_map(|finding| &finding.draft.fixes);
    for fix in fixes.filter(|fix| fix.applicability() == Applicability::Safe) {
        let edits: Vec<Edit> = fixer.edits(fix);
        if edits.is_empty() {
            continue;
        }
        let Ok(applied) = apply(&texts, &plan, &[(fix, edits)]) else { continue };
        for (_, task) in plan.tasks.enumerated().filter(|(at, _)| is_known(&plan, *at)) {
            are_same(&plan, &applied.plan, &task.id.value, paths, &format!("{text}\n{fix:?}"));
        }
    }
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn lanes_keep_their_meaning(throws in prop::collection::vec(any::<u16>(), 150)) {
        let (text, meant) = plan_text(&mut Dice { throws: &throws, at: 0 });
        hold(&text, &meant, &paths());
    }
}

/// What breaks a text, or makes another of it.
const STRANGE: &[&str] = &[
    "{", "}", "[", "]", ",", "\"", "'", ":", ": ", " ", "\n", "#", " # ", "*", "*x", "!", "&x ",
    "-", "- ", "\\", "`", "```\n", "---\n", "...\n", "|\n", "?", "@", "%", "~", "/", "./", "\t",
    "\u{e9}",
];

proptest! {
    #![proptest_config(config(400))]

    /// Of a text that is broken somewhere, all that can be read stays what it is.
    #[test]
    fn fixes_on_broken_texts(
        throws in prop::collection::vec(any::<u16>(), 150),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..2 * STRANGE.len()), 1..4),
    ) {
        let (mut text, _) = plan_text(&mut Dice { throws: &throws, at: 0 });
        for (at, strange) in changes {
            let at = at.index(text.len());
            let at = (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap();
            match STRANGE.get(strange) {
                Some(strange) => text.insert_str(at, strange),
                None => drop(text.remove(at)),
            }
        }
        let before = plan_of(&text);
        let fixed = fix(
            vec![PlanText::new("lanes.yaml", text.as_str())],
            Vec::new(),
            &files(),
            &[],
            Applicability::Safe,
        );
        let now = String::from_utf8(fixed.texts[0].bytes.clone().unwrap()).unwrap();
        let told = format!("{text}\n---\n{now}\n--- {:?}", fixed.done);
        prop_assert_eq!(&fixed.refused, &[], "{}", told);
        let after = plan_of(&now);
        let paths = paths();
        for (place, task) in before.tasks.enumerated() {
            let id = &*task.id.value;
            let left = after.task(id).unwrap_or_else(|| panic!("{id} is gone: {told}"));
            if is_known(&before, place) {
                assert!(is_known(&after, left), "{id} is known no more: {told}");
                are_same(&before, &after, id, &paths, &told);
            }
        }
        assert!(misspelled(&after).is_superset(&misspelled(&before)), "{told}");
        let swallowed = |plan: &Plan| {
            plan.glob_entries().any(|(_, entry)| entry.text.contains("write:") || entry.text.contains("tasks"))
        };
        assert!(swallowed(&before) || !swallowed(&after), "{told}");
    }
}

/// The plans are such that much is done, and in every style.
#[test]
fn generated_plans_offer_fixes() {
    let (mut done, mut known, mut all) = (0, 0, 0);
    let paths = paths();
    for seed in 0..300u32 {
        let throws: Vec<u16> = (0..150u32)
            .map(|at| {
                let mixed = (seed * 7_919 + at).wrapping_mul(2_654_435_761);
                u16::try_from((mixed ^ (mixed >> 15)).wrapping_mul(2_246_822_519) >> 16).unwrap()
            })
            .collect();
        let (text, meant) = plan_text(&mut Dice { throws: &throws, at: 0 });
        done += hold(&text, &meant, &paths);
        let plan = plan_of(&text);
        all += plan.tasks.len();
        known += plan.tasks.ids().filter(|&task| is_known(&plan, task)).count();
    }
    assert!(done > 300, "{done}");
    assert!(known > 100 && known < all, "{known} of {all}");
}
