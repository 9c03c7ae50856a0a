//! What a rule finds, why it matters and how to mend it: each rule as a section of Markdown, with an
//! example and what the program really says of it.

mod example;

use std::fmt::Write as _;

use crate::finding::Report;
use crate::plan::Plan;
use crate::report::{self, Format, Style};
use crate::rules::{Done, RULES, Rule};

pub use example::example;

/// How wide the texts are.
const WIDTH: usize = 100;

const GATE_REPORTS: &str = "`lanelint gate` reports";

/// The level of a rule as people are told it.
#[must_use]
pub fn level(rule: &Rule) -> String {
    let fixed = if rule.fixed { ", fixed" } else { "" };
    format!("{}{fixed}", rule.level.word())
}

/// All rules in a table for a terminal, and the names of those that are not built yet.
#[must_use]
pub fn table() -> String {
    let longest = RULES.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let mut table = String::new();
    for rule in RULES {
        let indent = " ".repeat(longest + 16);
        let summary = textwrap::fill(
            rule.summary,
            textwrap::Options::new(WIDTH).initial_indent(&indent).subsequent_indent(&indent),
        );
        let (name, level) = (rule.name, level(rule));
        let _ = writeln!(table, "{name:longest$}  {level:14}{}", summary.trim_start());
    }
    table
}

/// Breaks lines at blanks alone: names of rules and files hold hyphens.
fn filled(words: &str) -> String {
    let options = textwrap::Options::new(WIDTH)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::fill(words, options)
}

/// One rule as a section of Markdown, under a heading that begins with `hashes`.
#[must_use]
pub fn section(rule: &Rule, hashes: &str) -> String {
    let mut text = format!("{hashes} `{}`\n\n", rule.name);
    let mut paragraph = |words: &str| {
        let _ = writeln!(text, "{}\n", filled(words));
    };
    paragraph(&format!("{}: {}.", capitalised(&level(rule)), rule.summary));
    paragraph(rule.explanation);
    paragraph(&format!("To fix it: {}.", rule.remedy));
    paragraph("Given this plan");
    let _ = writeln!(text, "```yaml\n{}\n```\n", rule.example.plan.trim_end());
    let report = example(rule, rule.example.plan);
    if !rule.example.files.is_empty() {
        let files: Vec<String> =
            rule.example.files.iter().map(|file| format!("`{file}`")).collect();
        let words = format!("in a repository with {}", files.join(", "));
        let _ = writeln!(text, "{}\n", filled(&words));
    }
    let patch = match rule.example.done {
        Done::Nothing | Done::NoBranch | Done::Patch("") => None,
        Done::Patch(patch) | Done::Both(patch) | Done::Conflict(patch) => Some(patch),
        Done::Rename { patch, .. } | Done::Unclaimed(patch) => Some(patch),
    };
    let (one, other) = (task(&report.plan, 0), task(&report.plan, 1));
    let (and, says) = match rule.example.done {
        Done::Nothing => (String::new(), "`lanelint check` reports"),
        Done::NoBranch => (String::new(), "and no such branch, `lanelint gate` reports"),
        Done::Patch("") => (String::new(), "and an empty patch, `lanelint gate` reports"),
        Done::Patch(_) => (format!("and this patch of `{one}`"), GATE_REPORTS),
        Done::Both(_) => (format!("and this patch of both `{one}` and `{other}`"), GATE_REPORTS),
        Done::Conflict(_) => {
            let and = format!(
                "and this on the branch of `{one}`, and something else on that of `{other}`"
            );
            (and, GATE_REPORTS)
        }
        Done::Rename { from, to, .. } => (
            format!("where `{one}` renamed `{from}` to `{to}`, and this patch of `{other}`"),
            GATE_REPORTS,
        ),
        Done::Unclaimed(_) => ("and this patch of branch `nobodys`".to_owned(), GATE_REPORTS),
    };
    if let Some(patch) = patch {
        let _ = writeln!(text, "{and}\n\n```diff\n{}\n```\n", patch.trim_end());
    }
    let mut said = said(&report);
    if rule.example.done == Done::NoBranch {
        // Without any branch there is more to say, and another sum.
        said.truncate(said.trim_end().rfind('\n').unwrap_or(0));
    }
    let _ = writeln!(text, "{says}\n\n```text\n{}\n```", said.trim_end());
    text
}

fn task(plan: &Plan, location: usize) -> &str {
    plan.tasks.get(location).map_or("", |task| &task.id.value)
}

/// What is said of an example.
fn said(report: &Report) -> String {
    let mut said = Vec::new();
    let style = Style { color: false, width: WIDTH };
    // A vector takes whatever is written to it.
    let _ = report::write(report, Format::Human, style, &mut said);
    String::from_utf8_lossy(&said).into_owned()
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The page `docs/rules.md`.
#[must_use]
pub fn page() -> String {
    let mut page = String::from(
        "# Rules\n\n<!-- Made of the rules themselves: LANELINT_UPDATE_DOCS=1 cargo test --test suite readme -->\n\n\
         What each rule finds, why it matters and how to fix it, with an example and what lanelint\n\
         really reports. `lanelint explain RULE` prints the same. [plan.md](plan.md#accepting-a-finding)\n\
         says how a plan sets levels and accepts findings.\n\n\
         | rule | level | finds |\n| --- | --- | --- |\n",
    );
    for rule in RULES {
        let (name, level, summary) = (rule.name, level(rule), rule.summary);
        let _ = writeln!(page, "| [`{name}`](#{name}) | {level} | {summary} |");
    }
    for rule in RULES {
        let _ = write!(page, "\n{}", section(rule, "##"));
    }
    page
}
