//! A coding agent's edit hook: what the agent is about to write, and whether its task may.
//!
//! The decision is the gate's own, on changes that are not made yet, so that the two cannot drift
//! apart: what the hook lets through the gate finds in its lane, by the same plan.

mod call;
mod reason;
mod site;
mod tree;
pub mod wire;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::change::{Change, ChangeKind, ChangeSet};
use crate::finding::{Finding, Input, Verdict};
use crate::gate::{Coverage, GateInput, Source, TaskDiff, Work};
use crate::index::TaskId;
use crate::level::Level;
use crate::path::RepoPath;
use crate::plan::{Plan, PlanPath};
use crate::report::shown;

pub use call::{Options, answer};
pub(crate) use reason::may;

/// What a task is about to do.
#[derive(Clone, Debug)]
pub struct Intent {
    /// The place of the task in the plan.
    pub task: TaskId,
    /// The paths that it is about to write.
    pub changes: BTreeMap<RepoPath, ChangeKind>,
    /// The paths that would be found as the plan in the place of the one that judges.
    pub rivals: Vec<PlanPath>,
}

/// Whether a task may do what it is about to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It may.
    Allow,
    /// It may not, and this is what to tell the agent.
    Deny(String),
    /// Nobody knows, for this reason: a lane that is unknown, a bound on work.
    Unknown(String),
}

/// Judges what a task is about to do as the gate would when it is done.
#[must_use]
pub fn judge(plan: &Arc<Plan>, intent: Intent) -> Decision {
    let task = intent.task;
    let change = |kind| Change { kind, old: None, new: None, shown: None };
    let changes = intent.changes.into_iter().map(|(path, kind)| (path, change(kind)));
    let diff = TaskDiff {
        task: Some(task),
        input: Input {
            task: Some(plan[task].id.value.to_string()),
            source: "hook".to_owned(),
            ..Input::default()
        },
        coverage: Coverage::Uncommitted,
        source: Source::WorkTree,
        work: Work::Changes(ChangeSet { changes: changes.collect(), gaps: Vec::new() }),
        uncertain: BTreeMap::new(),
    };
    let input =
        GateInput { diff: vec![diff].into(), plan_rivals: intent.rivals, ..GateInput::default() };
    let report = crate::check::gate(plan, &input);
    if report.verdict(false) == Verdict::Clean {
        return Decision::Allow;
    }
    let errors: Vec<&Finding> =
        report.active().filter(|finding| finding.level == Level::Error).collect();
    // What is wrong with the plan itself names no path; either way the lane is not known.
    let doubt = |finding: &&&Finding| finding.rule.unverified || finding.draft.path.is_none();
    match errors.iter().find(doubt) {
        Some(finding) => Decision::Unknown(finding.draft.message.to_string()),
        None => Decision::Deny(reason::outside(plan, task, &errors)),
    }
}

/// A text of strangers, fit to be shown and no longer than so many characters.
fn cut(text: &str, most: usize) -> String {
    let nth = |text: &str| text.char_indices().nth(most).map(|(end, _)| end);
    let end = nth(text);
    // To show what is hidden makes it longer.
    let mut shown = shown(&text[..end.unwrap_or(text.len())]).into_owned();
    let too_long = nth(&shown);
    shown.truncate(too_long.unwrap_or(shown.len()));
    if end.or(too_long).is_some() { shown + "…" } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_to_what_is_shown_of_it() {
        for (text, most, expected) in [
            ("abc", 3, "abc"),
            ("abcd", 3, "abc…"),
            ("éèê", 2, "éè…"),
            ("\u{1b}[31m", 6, "\\u{1b}…"),
            ("", 0, ""),
        ] {
            assert_eq!(cut(text, most), expected);
        }
    }
}
