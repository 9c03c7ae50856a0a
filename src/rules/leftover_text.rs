//! `leftover-text`: a glob with text that belongs to prose or to another tool.

use super::common::english::and;
use super::common::labels::{label, text, texts};
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope};
use crate::analysis::{GateFacts, PlanFacts};
use crate::finding::{Draft, Fix, Level};
use crate::index::TaskId;
use crate::message;
use crate::message::code;
use crate::plan::{GlobEntry, Leftover, LeftoverKind, Plan};
use crate::source::excerpt;

pub(super) static RULE: Rule = Rule {
    name: "leftover-text",
    summary: "a glob with a note, a line number, quotes or a placeholder, or several globs in one string",
    level: Level::Error,
    fixed: false,
    unverified: false,
    scope: Scope::Plan,
    explanation: "`src/a.ts (new)`, `src/a.ts:10-40` and `src/a/, src/b/` are valid globs that \
        match nothing, so a lane made of them would silently be empty. lanelint detects a note \
        before or after a path; a location in a file, such as a line number; several paths in one \
        string; quotes and backticks; whitespace around a glob or in its braces; the `a/` or `b/` \
        of a diff before a path that exists without it; and placeholders such as `<module>`, `TBD` \
        or `none`. Other rules and the gate use whatever is left as the lane. If nothing remains, \
        the lane is unknown. Nothing is reported if a file with exactly that name exists, or if \
        the characters in question are escaped: `a.ts\\ \\(new\\)`.",
    remedy: "write only globs, as a list if there are several",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: src/lessons/git.md (new)\n",
        files: &[],
        scenario: Scenario::PlanOnly,
    },
    grouping: Grouping::Alone,
};

pub(super) const FIND: Find = Find::Both(in_plan, in_work);

fn in_plan(facts: &PlanFacts<'_>, reporter: &mut Reporter<'_>) {
    find(facts.plan, |_, _| true, reporter);
}

/// The gate reports only what leaves a judged lane unknown.
fn in_work(facts: &GateFacts<'_>, reporter: &mut Reporter<'_>) {
    find(facts.plan, |task, entry| entry.glob.is_err() && facts.concerns(task), reporter);
}

fn find(
    plan: &Plan,
    concerns: impl Fn(Option<TaskId>, &GlobEntry) -> bool,
    reporter: &mut Reporter<'_>,
) {
    for (task, entry) in plan.glob_entries() {
        let Some(leftover) = &entry.leftover else { continue };
        if concerns(task, entry) {
            reporter.report(Draft { tasks: plan.ids(task), ..draft(entry, leftover) });
        }
    }
}

fn draft(entry: &GlobEntry, leftover: &Leftover) -> Draft {
    let what = match leftover.kind {
        LeftoverKind::Note => "a note next to the path",
        LeftoverKind::Location => "a location in a file",
        LeftoverKind::SeveralPaths => "several paths in one string",
        LeftoverKind::Quotes => "quotes that are not part of the path",
        LeftoverKind::Blanks => "whitespace that is not part of the path",
        LeftoverKind::DiffPrefix => "the prefix of a diff before the path",
        LeftoverKind::Placeholder => "a placeholder",
    };
    let sign = if entry.negated { "!" } else { "" };
    let globs: Vec<String> = leftover.globs.iter().map(|glob| format!("{sign}{glob}")).collect();
    let help = match globs.as_slice() {
        [] => message!["write the paths of the task, or `write: []` if it may write nothing"],
        [one] => message!["write ", code(excerpt(one))],
        several => {
            let shown: Vec<_> = several.iter().map(|glob| excerpt(glob)).collect();
            message!["write a list of ", and(&shown)]
        }
    };
    Draft {
        message: message![code(excerpt(&entry.text)), ": ", what],
        help: Some(help),
        labels: vec![label(leftover.span, what)],
        data: vec![
            ("glob", text(entry.text.clone())),
            ("meant", texts(globs.iter().map(String::as_str))),
        ],
        fixes: leftover.fix.iter().cloned().map(Fix::from).collect(),
        ..Draft::default()
    }
}
