//! What a rule finds, why it matters and how to mend it: each rule as a section of Markdown, with an
//! example and what the program really says of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::finding::{Input, Report};
use crate::gate::{GateInput, Judged, Work};
use crate::path::RepoPath;
use crate::plan::{Own, Plan, PlanText, read};
use crate::repo::patch;
use crate::report::{self, Format, Style};
use crate::rules::{PLANNED, RULES, Rule};

/// How wide the texts are.
const WIDTH: usize = 100;

/// The file of an example's plan.
const PLAN: &str = "lanes.yaml";

/// The file of an example's patch.
const PATCH: &str = "change.patch";

/// What the example of a rule is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scene {
    /// The plan alone: `check` finds it.
    Plan,
    /// What the first task changed: `gate` finds it in this patch.
    Patch(&'static str),
    /// A repository that has no branch for the first task: `gate` finds it.
    NoBranch,
}

impl Scene {
    /// The scene in which a rule fires.
    #[must_use]
    pub fn of(rule: &Rule) -> Scene {
        match (rule.name, rule.example.patch) {
            (_, Some(patch)) => Scene::Patch(patch),
            ("missing-branch", None) => Scene::NoBranch,
            (_, None) => Scene::Plan,
        }
    }
}

/// The level of a rule as people are told it.
#[must_use]
pub fn level(rule: &Rule) -> String {
    let fixed = if rule.fixed { ", fixed" } else { "" };
    format!("{}{fixed}", rule.level.word())
}

/// The report on a rule's example, with this text for its plan.
#[must_use]
pub fn example(rule: &Rule, text: &str) -> Report {
    let mut plan = read(vec![PlanText::new(PLAN, text)]);
    let own: Option<RepoPath> = PLAN.parse().ok();
    plan.own_paths = own.iter().cloned().map(Own::File).collect();
    let plan = Arc::new(plan);
    match Scene::of(rule) {
        Scene::Plan => {
            let files = rule.example.files.iter().filter_map(|file| file.parse().ok());
            let mut files: Vec<RepoPath> = files.chain(own).collect();
            files.sort_unstable();
            crate::check::check(&plan, &files, Vec::new())
        }
        Scene::Patch(text) => gate(&plan, Work::Changes(patch::read(text.as_bytes()))),
        Scene::NoBranch => gate(&plan, Work::NoBranch),
    }
}

/// The report on the work of a plan's first task.
fn gate(plan: &Arc<Plan>, work: Work) -> Report {
    let id = plan.tasks.first().map(|task| task.id.value.to_string());
    let judged = Judged {
        task: 0,
        input: Input { task: id.unwrap_or_default(), source: PATCH.to_owned(), ..Input::default() },
        patch: Some(PATCH.to_owned()),
        work,
        doubts: BTreeMap::new(),
    };
    crate::check::gate(plan, &GateInput { judged: vec![judged], ..GateInput::default() })
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
    if !PLANNED.is_empty() {
        let _ = writeln!(table, "\n{}", filled(&planned()));
    }
    table
}

/// Breaks lines at blanks alone: names of rules and files hold hyphens.
fn filled(words: &str) -> String {
    let options = textwrap::Options::new(WIDTH);
    textwrap::fill(words, options.word_splitter(textwrap::WordSplitter::NoHyphenation))
}

fn planned() -> String {
    format!("Not built yet, though a plan may use the names: {}.", PLANNED.join(", "))
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
    paragraph(&format!("To mend it: {}.", rule.remedy));
    paragraph("With this plan");
    let _ = writeln!(text, "```yaml\n{}\n```\n", rule.example.plan.trim_end());
    let report = example(rule, rule.example.plan);
    if !rule.example.files.is_empty() {
        let files: Vec<String> =
            rule.example.files.iter().map(|file| format!("`{file}`")).collect();
        let words = format!("in a repository that holds {}", files.join(", "));
        let _ = writeln!(text, "{}\n", filled(&words));
    }
    let says = match Scene::of(rule) {
        Scene::Plan => "`lanelint check` says",
        Scene::Patch("") => "and an empty patch, `lanelint gate` says",
        Scene::Patch(patch) => {
            let _ = writeln!(text, "and this patch of `{}`\n", first_task(&report.plan));
            let _ = writeln!(text, "```diff\n{}\n```\n", patch.trim_end());
            "`lanelint gate` says"
        }
        Scene::NoBranch => "and no branch of that name, `lanelint gate` says, among other things,",
    };
    let mut said = said(&report);
    if Scene::of(rule) == Scene::NoBranch {
        // Without any branch there is more to say, and another sum.
        said.truncate(said.trim_end().rfind('\n').unwrap_or(0));
    }
    let _ = writeln!(text, "{says}\n\n```text\n{}\n```", said.trim_end());
    text
}

fn first_task(plan: &Plan) -> &str {
    plan.tasks.first().map_or("", |task| &task.id.value)
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
        "# Rules\n\n<!-- Made of the rules themselves: LANELINT_UPDATE_DOCS=1 cargo test --test readme -->\n\n\
         What each rule finds, why it matters, and how to mend it, with an example and what lanelint\n\
         really says of it. `lanelint explain RULE` shows the same. How a plan sets levels and accepts a\n\
         finding is in [plan.md](plan.md#accepting-a-finding).\n\n\
         | rule | level | finds |\n| --- | --- | --- |\n",
    );
    for rule in RULES {
        let (name, level, summary) = (rule.name, level(rule), rule.summary);
        let _ = writeln!(page, "| [`{name}`](#{name}) | {level} | {summary} |");
    }
    if !PLANNED.is_empty() {
        let _ = writeln!(page, "\n{}", filled(&planned()));
    }
    for rule in RULES {
        let _ = write!(page, "\n{}", section(rule, "##"));
    }
    page
}
