//! Every fix of every finding, on plans written in every style: what it is offered for is gone,
//! nothing else is wrong, and all else in the text is as it was.
//!
//! `LANELINT_CASES` says how many plans to try.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;
use std::sync::Arc;

use lanelint::check::{check, fix};
use lanelint::finding::{Applicability, Edit, Fix, Fixer, Report};
use lanelint::index::TaskId;
use lanelint::plan::fix::apply;
use lanelint::plan::{Plan, PlanText, read};
use lanelint::source::yaml::{NodeRef, Tree, View};
use proptest::prelude::*;

use crate::harness::config;

/// Random choices, one after the other.
struct Dice<'d> {
    throws: &'d [u16],
    at: usize,
    /// How many comments were written.
    comments: usize,
}

impl Dice<'_> {
    fn below(&mut self, sides: usize) -> usize {
        self.at += 1;
        usize::from(self.throws[self.at % self.throws.len()]) % sides
    }

    fn one_in(&mut self, sides: usize) -> bool {
        self.below(sides) == sides - 1
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    /// A comment behind something, now and then.
    fn comment(&mut self) -> String {
        if !self.one_in(3) {
            return String::new();
        }
        self.comments += 1;
        format!(" # c{}.", self.comments)
    }
}

const GLOBS: &[&str] = &[
    "src/**",
    "src/a/**",
    "src/b/*",
    "src/*.rs",
    "a",
    "a/b",
    "**",
    "*.md",
    "CHANGELOG.md",
    "doc/x",
    "doc/**",
    "{a,b}/x",
    "p/x",
    "p/**",
];
const EXCLUSIONS: &[&str] = &["!src/a/x", "!doc/**", "!b", "!p/**"];
const SLIPS: &[&str] =
    &["./src/**", "/doc", "./*.rs", "a//b", "src\\main", "a}b", "!./doc", "..", "[z-a]", "[id]/**"];

const STRANGE: &[&str] = &[
    "#",
    " # ",
    "&x ",
    "*x",
    "!x ",
    "\n",
    "\n  ",
    "- ",
    "-",
    ": ",
    ":",
    ", ",
    ",",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "|\n",
    ">-\n",
    "? ",
    "\t",
    "\r\n",
    "é",
    "\u{feff}",
    "\u{2028}",
    "---\n",
    "...\n",
    "~",
    "<<: ",
    "%",
    "{a: b}: c\n",
    "allow: [{rule: x, reason: y}]\n    ",
    "needs: ",
    "share: x\n",
];

/// How values are written.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    Block,
    Flow,
    Json,
}

fn scalar(dice: &mut Dice<'_>, style: Style, text: &str) -> String {
    let special = text.contains(['{', '}', '\\', ',']) || text.starts_with(['*', '!', '[', '.']);
    let quotes = if style == Style::Json { 2 } else { dice.below(4) };
    match quotes {
        0 if !special => text.to_owned(),
        1 | 3 => format!("'{text}'"),
        _ => format!("\"{}\"", text.replace('\\', "\\\\")),
    }
}

/// A list of scalars as a value behind `key:`, with what is before it: a blank or a line ending.
fn list(dice: &mut Dice<'_>, style: Style, indent: usize, items: &[&str]) -> String {
    let one = items.len() == 1 && dice.one_in(2);
    let written: Vec<String> = items.iter().map(|item| scalar(dice, style, item)).collect();
    if one {
        let comment = if style == Style::Block { dice.comment() } else { String::new() };
        return format!(" {}{comment}", written[0]);
    }
    let pad = " ".repeat(indent + 2);
    match style {
        Style::Block if !items.is_empty() && dice.one_in(2) => {
            let mut text = dice.comment();
            let pad = " ".repeat(if dice.one_in(2) { indent } else { indent + 2 });
            for item in written {
                if dice.one_in(4) {
                    dice.comments += 1;
                    write!(text, "\n{pad}# c{}.", dice.comments).unwrap();
                }
                write!(text, "\n{pad}- {item}{}", dice.comment()).unwrap();
            }
            text
        }
        _ if !items.is_empty() && dice.one_in(3) => {
            let mut text = String::from(" [");
            for (place, item) in written.iter().enumerate() {
                let last = place + 1 == items.len();
                let comma = if !last || style != Style::Json && dice.one_in(2) { "," } else { "" };
                let comment = if style == Style::Json { String::new() } else { dice.comment() };
                write!(text, "\n{pad}{item}{comma}{comment}").unwrap();
            }
            write!(text, "\n{}]", " ".repeat(indent + 1)).unwrap();
            text
        }
        _ => {
            let comma =
                if style != Style::Json && dice.one_in(3) && !items.is_empty() { "," } else { "" };
            format!(" [{}{comma}]", written.join(if dice.one_in(2) { ", " } else { " , " }))
        }
    }
}

/// A plan of a few tasks that get in each other's way.
fn plan_text(dice: &mut Dice<'_>) -> String {
    let style = [Style::Block, Style::Block, Style::Flow, Style::Json][dice.below(4)];
    let tasks = 2 + dice.below(3);
    let ids = ["a", "b/x", "1", "d-d"];
    let mut written: Vec<String> = Vec::new();
    let anchored = style != Style::Json && dice.one_in(4);
    for task in 0..tasks {
        let own = if style == Style::Block && dice.one_in(2) { Style::Flow } else { style };
        let mut pairs: Vec<String> = Vec::new();
        let key = |name: &str| {
            if style == Style::Json { format!("\"{name}\":") } else { format!("{name}:") }
        };
        if dice.one_in(4) {
            pairs.push(format!("{} {}", key("title"), scalar(dice, own, "some words")));
        }
        let mut globs: Vec<&str> = (0..1 + dice.below(3)).map(|_| dice.of(GLOBS)).collect();
        if dice.one_in(3) {
            globs.push(dice.of(EXCLUSIONS));
        }
        if dice.one_in(5) {
            globs.push(dice.of(SLIPS));
        }
        if dice.one_in(9) {
            globs.clear();
        }
        let write = list(dice, own, 4, &globs);
        if anchored && task == 0 {
            pairs.push(format!("{} &lane{write}", key("write")));
        } else if anchored && task == 1 && dice.one_in(2) {
            pairs.push(format!("{} *lane", key("write")));
        } else if !dice.one_in(9) {
            pairs.push(format!("{}{write}", key("write")));
        }
        if dice.one_in(4) && task > 0 {
            let need = if dice.one_in(4) { "dd-d" } else { ids[dice.below(task)] };
            // An id that looks like a number is no text without quotes.
            let need = if need == "1" { "b/x" } else { need };
            pairs.push(format!("{}{}", key("needs"), list(dice, own, 4, &[need])));
        }
        if dice.one_in(6) {
            let text = if own == Style::Block { " |\n      a text\n" } else { " x" };
            let text = if style == Style::Json { " \"x\"" } else { text };
            pairs.push(format!("{}{text}", key("x-note")));
        }
        let id =
            if style == Style::Json { format!("\"{}\"", ids[task]) } else { ids[task].to_owned() };
        written.push(match own {
            _ if pairs.is_empty() && style != Style::Json => format!("{id}:"),
            Style::Block => {
                let mut text = format!("{id}:{}", dice.comment());
                for pair in pairs {
                    write!(text, "\n    {pair}").unwrap();
                }
                text
            }
            _ if dice.one_in(3) => format!("{id}: {{\n    {}\n   }}", pairs.join(",\n    ")),
            _ => format!("{id}: {{{}}}", pairs.join(", ")),
        });
    }
    let mut own: Vec<(String, String)> = Vec::new();
    if dice.one_in(3) {
        own.push(("share".to_owned(), list(dice, style, 0, &["CHANGELOG.md"])));
    }
    if dice.one_in(3) {
        own.push(("protect".to_owned(), list(dice, style, 0, &["p/**"])));
    }
    let text = match style {
        Style::Block => {
            let mut text = String::from("tasks:");
            for task in written {
                write!(text, "\n  {task}").unwrap();
            }
            for (key, value) in own {
                text = if dice.one_in(2) {
                    format!("{key}:{value}\n{text}")
                } else {
                    format!("{text}\n{key}:{value}")
                };
            }
            if dice.one_in(4) { text } else { text + "\n" }
        }
        _ => {
            let quote = if style == Style::Json { "\"" } else { "" };
            let mut text = format!("{{{quote}tasks{quote}: {{\n  {}\n }}", written.join(",\n  "));
            for (key, value) in own {
                write!(text, ",\n {quote}{key}{quote}:{value}").unwrap();
            }
            text + "}\n"
        }
    };
    if dice.one_in(4) { text.replace('\n', "\r\n") } else { text }
}

/// The last place between two letters up to a byte.
fn boundary(text: &str, byte: usize) -> usize {
    (0..=byte).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// The text with strange letters put in.
fn slipped(mut text: String, typos: Vec<(prop::sample::Index, usize)>) -> String {
    for (at, strange) in typos {
        let at = boundary(&text, at.index(text.len()));
        text.insert_str(at, STRANGE[strange]);
    }
    text
}

fn plan_of(text: &str) -> Arc<Plan> {
    Arc::new(read(vec![PlanText::new("lanes.yaml", text)]))
}

/// How often each rule says something of the same tasks.
fn counts(report: &Report) -> BTreeMap<(&str, Vec<&str>), usize> {
    let mut counts = BTreeMap::new();
    for finding in report.active() {
        let tasks = finding.draft.tasks.iter().map(|task| &**task).collect();
        *counts.entry((finding.rule.name, tasks)).or_insert(0) += 1;
    }
    counts
}

/// What every task says, but for one of them.
fn others(plan: &Plan, but: Option<TaskId>) -> Vec<String> {
    let tasks = plan.tasks.enumerated().filter(|(place, _)| Some(*place) != but);
    let said = tasks.map(|(_, task)| {
        let title = task.title.as_ref().map(|title| &title.value);
        let globs = |write: &lanelint::plan::Write| -> Vec<Arc<str>> {
            write.entries.iter().map(|glob| Arc::clone(&glob.text)).collect()
        };
        let write = task.write.as_ref().map(globs);
        let needs: Vec<TaskId> = task.needs.iter().map(|need| need.value).collect();
        format!("{} {title:?} {write:?} {needs:?} {}", task.id.value, task.allow.len())
    });
    said.collect()
}

fn edited(text: &str, edits: &[Edit]) -> String {
    let mut edits = edits.to_vec();
    edits.sort_by_key(|edit| std::cmp::Reverse((edit.span.start, edit.span.end)));
    let mut text = text.to_owned();
    for edit in edits {
        text.replace_range(edit.span.bytes(), &edit.text);
    }
    text
}

fn comments_are_kept(text: &str, edited: &str) {
    for comment in 1.. {
        let comment = format!("# c{comment}.");
        if !text.contains(&comment) {
            break;
        }
        assert!(edited.contains(&comment), "{comment} is gone:\n{text}\n---\n{edited}");
    }
    let is_json = |text: &str| serde_json::from_str::<serde_json::Value>(text).is_ok();
    assert!(!is_json(text) || is_json(edited), "no JSON any more:\n{text}\n---\n{edited}");
    let breaks = |text: &str| (text.matches("\r\n").count(), text.matches('\n').count());
    let ((crlf, all), (crlf_now, all_now)) = (breaks(text), breaks(edited));
    assert_eq!((crlf == all), (crlf_now == all_now), "{text:?}\n{edited:?}");
}

/// Whether a fix gives a meaning to what had none: then other findings can come to light.
fn gives_meaning(fix: &Fix) -> bool {
    matches!(fix, Fix::Replace(_))
}

fn task_of(fix: &Fix) -> Option<TaskId> {
    match fix {
        Fix::RemoveGlob { task, .. }
        | Fix::AddGlob { task, .. }
        | Fix::ReplaceGlob { task, .. }
        | Fix::Exclude { task, .. }
        | Fix::Need { task, .. }
        | Fix::Allow { task, .. }
        | Fix::RemoveAllowance { task, .. }
        | Fix::WriteNothing { task } => Some(*task),
        Fix::Replace(_) | Fix::RemoveShared { .. } | Fix::Share { .. } => None,
    }
}

fn holds_for_every_fix(text: &str) -> usize {
    let plan = plan_of(text);
    let report = check(&plan, &[], Vec::new());
    let before = counts(&report);
    let fixer = Fixer::new(&plan);
    let mut offered = 0;
    for finding in report.active() {
        for fix in &finding.draft.fixes {
            let edits = fixer.edits(fix);
            if edits.is_empty() {
                continue;
            }
            offered += 1;
            let now = edited(text, &edits);
            let told =
                format!("{}\n{text}\n--- {}\n{now}", finding.draft.message, fix.title(&plan));
            comments_are_kept(text, &now);
            let changed = plan_of(&now);
            let after = check(&changed, &[], Vec::new());
            let after = counts(&after);
            let tasks: Vec<&str> = finding.draft.tasks.iter().map(|task| &**task).collect();
            let own = (finding.rule.name, tasks);
            let left = after.get(&own).copied().unwrap_or(0);
            if gives_meaning(fix) {
                let wrong = |counts: &BTreeMap<(&str, Vec<&str>), usize>| -> usize {
                    let wrong = counts.iter().filter(|((rule, _), _)| rule.starts_with("invalid-"));
                    wrong.map(|(_, count)| count).sum()
                };
                assert!(wrong(&after) < wrong(&before), "{told}");
                continue;
            }
            assert!(left < before[&own], "{told}");
            // Of lanes that overlap, nothing else is told: what clashes besides comes to light.
            let overlapped = |tasks: &Vec<&str>| {
                let turned: Vec<&str> = tasks.iter().rev().copied().collect();
                [tasks.clone(), turned]
                    .into_iter()
                    .any(|tasks| before.contains_key(&("overlapping-lanes", tasks)))
            };
            for (key, count) in &after {
                if key.0 == "clashing-paths" && overlapped(&key.1) {
                    continue;
                }
                assert!(before.get(key).is_some_and(|before| before >= count), "{key:?}: {told}");
            }
            let but = task_of(fix);
            assert_eq!(others(&changed, but), others(&plan, but), "{told}");
            let texts = [PlanText::new("lanes.yaml", text)];
            let applied = apply(&texts, &plan, &[(fix, edits)]);
            assert!(applied.is_ok(), "{told}");
        }
    }
    offered
}

/// Every fix that can be thought of for a plan, whether a rule offers it or not.
fn all_fixes(plan: &Plan) -> Vec<Fix> {
    let place = |place: usize| u32::try_from(place).unwrap();
    let mut fixes = vec![Fix::Share { glob: "q: [xy]".into() }];
    fixes.extend((0..plan.share.len()).map(|entry| Fix::RemoveShared { entry: place(entry) }));
    let next = plan.tasks.ids().cycle().skip(1);
    for ((at, task), other) in plan.tasks.enumerated().zip(next) {
        let (applicability, rule) = (Applicability::Unsafe, "overlapping-lanes");
        let entries = task.write.as_ref().map_or(0, |write| write.entries.len());
        let remove = |entry| Fix::RemoveGlob { task: at, entry: place(entry), applicability };
        fixes.extend((0..entries).map(remove));
        let replace = |entry| Fix::ReplaceGlob { task: at, entry, glob: "*s".into() };
        fixes.extend((0..entries).map(|entry| replace(place(entry))));
        fixes.push(Fix::AddGlob { task: at, glob: "q #x".into() });
        fixes.push(Fix::Exclude { task: at, globs: Box::new(["q".into(), "**/r".into()]) });
        fixes.push(Fix::Need { task: at, other });
        fixes.push(Fix::Allow { task: at, with: Some(other), rule });
        let remove = |allowance| Fix::RemoveAllowance { task: at, allowance: place(allowance) };
        fixes.extend((0..task.allow.len()).map(remove));
        if task.write.is_none() {
            fixes.push(Fix::WriteNothing { task: at });
        }
    }
    fixes
}

/// The nodes of a tree with their bytes, and its problems.
fn outline(tree: &Tree<'_>, offset: usize) -> Vec<String> {
    fn draw(node: NodeRef<'_>, offset: usize, lines: &mut Vec<String>) {
        let span = |span: Range<usize>| span.start - offset..span.end - offset;
        let at = span(node.span());
        let (what, children) = match node.view() {
            View::Text(text) => {
                let middle = boundary(text.text, text.text.len() / 2);
                let inside = span(text.source_span(0..middle));
                let replaced = text.replaced(middle..text.text.len(), "x: y");
                let replaced = replaced.map(|(bytes, text)| (span(bytes), text));
                (format!("{:?} {inside:?} {replaced:?}", text.text), Vec::new())
            }
            View::List(items) => ("list".to_owned(), items),
            View::Map(pairs) => (
                "map".to_owned(),
                pairs.into_iter().flat_map(|(key, value)| [key, value]).collect(),
            ),
            View::UnknownTag(tag) => (format!("tag {:?}", span(tag)), Vec::new()),
            other => (format!("{other:?}"), Vec::new()),
        };
        lines.push(format!("{at:?} {} {what}", node.source()));
        if !node.is_alias() {
            children.into_iter().for_each(|child| draw(child, offset, lines));
        }
    }
    let mut lines = Vec::new();
    if let Some(root) = tree.root() {
        draw(root, offset, &mut lines);
    }
    let moved = |bytes: &Range<usize>| bytes.start - offset..bytes.end - offset;
    lines.extend(tree.problems().iter().map(|problem| {
        format!("{:?} {} {:?}", moved(&problem.span), problem.message, problem.fix)
    }));
    lines.extend(tree.aliased().iter().map(|bytes| format!("aliased {:?}", moved(bytes))));
    lines
}

proptest! {
    #![proptest_config(config(500))]

    /// A document inside another text, anywhere on its lines, makes the tree that it makes alone.
    #[test]
    fn embedded_tree_moves_spans(
        throws in prop::collection::vec(any::<u16>(), 120),
        typos in prop::collection::vec((any::<prop::sample::Index>(), 0..STRANGE.len()), 0..4),
        before in "[a-z&*!\\[\\]{}\"'#:é\n -]{0,12}", behind in "[a-z&*!\\[\\]{}\"'#:é\n -]{0,12}",
    ) {
        let text = slipped(plan_text(&mut Dice { throws: &throws, at: 0, comments: 0 }), typos);
        let whole = [&*before, &text, &behind].concat();
        let inside = Tree::parse_part(&whole, before.len()..before.len() + text.len());
        prop_assert_eq!(outline(&Tree::parse(&text), 0), outline(&inside, before.len()), "{}", whole);
    }

    /// Letters that mean something to YAML, anywhere in the text: what is offered all the same does
    /// what it says.
    #[test]
    fn fixes_on_strange_texts(
        throws in prop::collection::vec(any::<u16>(), 120),
        typos in prop::collection::vec((any::<prop::sample::Index>(), 0..STRANGE.len()), 0..4),
    ) {
        let text = slipped(plan_text(&mut Dice { throws: &throws, at: 0, comments: 0 }), typos);
        let plan = plan_of(&text);
        let texts = [PlanText::new("lanes.yaml", text.as_str())];
        let fixer = Fixer::new(&plan);
        for fix in all_fixes(&plan) {
            let edits = fixer.edits(&fix);
            if !edits.is_empty() {
                let now = edited(&text, &edits);
                let done = apply(&texts, &plan, &[(&fix, edits)]);
                prop_assert!(done.is_ok(), "{:?}\n{}\n---\n{}", fix, text, now);
            }
        }
    }

    #[test]
    fn fixes_resolve_their_findings(throws in prop::collection::vec(any::<u16>(), 120)) {
        let mut dice = Dice { throws: &throws, at: 0, comments: 0 };
        holds_for_every_fix(&plan_text(&mut dice));
    }

    #[test]
    fn second_run_finds_nothing(throws in prop::collection::vec(any::<u16>(), 120)) {
        let mut dice = Dice { throws: &throws, at: 0, comments: 0 };
        let text = plan_text(&mut dice);
        for most in [Applicability::Safe, Applicability::Unsafe] {
            let run = |text: &str| {
                let texts = vec![PlanText::new("lanes.yaml", text)];
                let fixed = fix(texts, Vec::new(), &[], &[], most);
                let text = String::from_utf8(fixed.texts[0].bytes.clone().unwrap()).unwrap();
                (text, fixed.done.len())
            };
            let (once, _) = run(&text);
            comments_are_kept(&text, &once);
            prop_assert_eq!(run(&once), (once, 0));
        }
    }
}

/// The plans are such that fixes of every kind are offered often.
#[test]
fn generated_plans_offer_fixes() {
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut offered = 0;
    for seed in 0..600u32 {
        let throws: Vec<u16> = (0..120u32)
            .map(|at| {
                let mixed = (seed * 7_919 + at).wrapping_mul(2_654_435_761);
                u16::try_from((mixed ^ (mixed >> 15)).wrapping_mul(2_246_822_519) >> 16).unwrap()
            })
            .collect();
        let text = plan_text(&mut Dice { throws: &throws, at: 0, comments: 0 });
        offered += holds_for_every_fix(&text);
        let plan = plan_of(&text);
        let report = check(&plan, &[], Vec::new());
        for fix in report.active().flat_map(|finding| &finding.draft.fixes) {
            let kind = format!("{fix:?}");
            let kind = kind.split([' ', '(']).next().unwrap().to_owned();
            *kinds.entry(kind).or_insert(0) += 1;
        }
    }
    assert!(offered > 2_000, "{offered}");
    let names: Vec<&str> = kinds.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["Allow", "Exclude", "Need", "RemoveGlob", "Replace", "Share", "WriteNothing"]
    );
    assert!(kinds.values().all(|count| *count > 15), "{kinds:?}");
}
