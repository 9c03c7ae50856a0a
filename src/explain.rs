//! Explains rules: what each finds, why it matters and how to fix it, as Markdown with an example
//! and lanelint's actual report on it.

mod example;

use std::fmt::Write as _;

use crate::finding::Report;
use crate::message::{Message, code};
use crate::plan::Plan;
use crate::report::{self, Format, Style};
use crate::rules::{RULES, Rule, Scenario};

pub use example::example;

const WIDTH: usize = 100;

const GATE_REPORTS: &str = "`lanelint gate` reports";

/// The level of a rule in a table: `error (always)` if a plan cannot change it.
#[must_use]
pub fn level(rule: &Rule) -> String {
    let fixed = if rule.fixed { " (always)" } else { "" };
    format!("{}{fixed}", rule.level.word())
}

/// All rules in a table for a terminal.
#[must_use]
pub fn table() -> String {
    let longest = RULES.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let mut table = String::new();
    for rule in RULES {
        let indent = " ".repeat(longest + 17);
        let options = at_spaces().initial_indent(&indent).subsequent_indent(&indent);
        let summary = textwrap::fill(rule.summary, options);
        let (name, level) = (rule.name, level(rule));
        let _ = writeln!(table, "{name:longest$}  {level:15}{}", summary.trim_start());
    }
    table
}

/// Wraps at spaces only, because globs and the names of rules and files contain hyphens and slashes.
fn at_spaces() -> textwrap::Options<'static> {
    textwrap::Options::new(WIDTH)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
}

fn filled(words: &str) -> String {
    textwrap::fill(words, at_spaces())
}

/// One rule as a Markdown section; `hashes` is the heading level.
#[must_use]
pub fn section(rule: &Rule, hashes: &str) -> String {
    let mut text = format!("{hashes} `{}`\n\n", rule.name);
    let mut paragraph = |words: &str| {
        let _ = writeln!(text, "{}\n", filled(words));
    };
    let level = match (rule.fixed, rule.level.word()) {
        (true, word) => format!("Always an {word}"),
        (false, word) => capitalised(word),
    };
    paragraph(&format!("{level}: {}.", rule.summary));
    paragraph(rule.explanation);
    paragraph(&format!("To fix it: {}.", rule.remedy));
    paragraph("Given this plan");
    let _ = writeln!(text, "```yaml\n{}\n```\n", rule.example.plan.trim_end());
    let report = example(rule, rule.example.plan);
    if !rule.example.files.is_empty() {
        let files = Message::list(rule.example.files.iter().map(code), ", ", " and ");
        let words = format!("in a repository with {files}");
        let _ = writeln!(text, "{}\n", filled(&words));
    }
    let patch = match rule.example.scenario {
        Scenario::PlanOnly | Scenario::Against(_) | Scenario::Patch("") => None,
        Scenario::Patch(patch) | Scenario::Both(patch) | Scenario::Conflict(patch) => Some(patch),
        Scenario::NoBranch(patch) | Scenario::Unmet(patch) => Some(patch),
        Scenario::Rename { patch, .. } => Some(patch),
        Scenario::Unclaimed(patch) | Scenario::UnnamedCommit(patch) => Some(patch),
    };
    let (one, other) = (task_id(&report.plan, 0), task_id(&report.plan, 1));
    let (context, heading) = match rule.example.scenario {
        Scenario::PlanOnly => (String::new(), "`lanelint check` reports"),
        Scenario::Against(_) => (String::new(), "`lanelint check --against` reports"),
        Scenario::NoBranch(_) => {
            (format!("and this patch from branch `{one}`, but no branch `{other}`"), GATE_REPORTS)
        }
        Scenario::Patch("") => (String::new(), "and an empty patch, `lanelint gate` reports"),
        Scenario::Patch(_) => (format!("and this patch from `{one}`"), GATE_REPORTS),
        Scenario::Unmet(_) => {
            let context = format!(
                "and this patch on the branch of `{other}`, while that of `{one}` is not merged"
            );
            (context, GATE_REPORTS)
        }
        Scenario::Both(_) => {
            (format!("and this patch from both `{one}` and `{other}`"), GATE_REPORTS)
        }
        Scenario::Conflict(_) => {
            let context = format!(
                "and this patch on the branch of `{one}`, with a conflicting one on the branch of `{other}`"
            );
            (context, GATE_REPORTS)
        }
        Scenario::Rename { from, to, .. } => (
            format!("where `{one}` renamed `{from}` to `{to}`, and this patch from `{other}`"),
            GATE_REPORTS,
        ),
        Scenario::UnnamedCommit(_) => {
            let context = "and this patch in a commit without a trailer `Task`";
            (context.to_owned(), "`lanelint gate --by-trailer Task` reports")
        }
        Scenario::Unclaimed(_) => ("and this patch from branch `nobodys`".to_owned(), GATE_REPORTS),
    };
    if let Scenario::Against(earlier) = rule.example.scenario {
        let _ =
            writeln!(text, "and this earlier version\n\n```yaml\n{}\n```\n", earlier.trim_end());
    }
    if let Some(patch) = patch {
        let _ = writeln!(text, "{context}\n\n```diff\n{}\n```\n", patch.trim_end());
    }
    let _ = writeln!(text, "{heading}\n\n```text\n{}\n```", printed(&report).trim_end());
    text
}

fn task_id(plan: &Plan, index: usize) -> &str {
    plan.tasks.get(index).map_or("", |task| &task.id.value)
}

/// The report as `--format human` prints it.
fn printed(report: &Report) -> String {
    let mut printed = Vec::new();
    let style = Style { color: false, width: WIDTH };
    // Writing to a vector cannot fail.
    let _ = report::write(report, Format::Human, style, &mut printed);
    String::from_utf8_lossy(&printed).into_owned()
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The page `docs/rules.md`.
#[must_use]
pub fn page() -> String {
    let mut page = String::from(
        "# Rules\n\n<!-- Generated from src/rules. To update: LANELINT_UPDATE_DOCS=1 cargo test --test suite readme -->\n\n\
         What each rule finds, why it matters and how to fix it, with an example and\n\
         lanelint's actual output. `lanelint explain RULE` prints the same.\n\
         [plan.md](plan.md#accepting-a-finding) says how a plan sets levels and accepts findings.\n\n\
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
