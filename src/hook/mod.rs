//! A coding agent's edit hook: decides whether a task may write the files that its agent is about
//! to write.
//!
//! It runs the gate on changes that are not made yet, so the two always agree on the same plan.

mod call;
mod reason;
mod target;
mod tree;
pub mod wire;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::change::{Change, ChangeKind, ChangeSet};
use crate::finding::{Finding, Input, Verdict};
use crate::gate::{Coverage, GateInput, Merging, Source, TaskDiff, Work};
use crate::index::TaskId;
use crate::level::Level;
use crate::path::RepoPath;
use crate::plan::{Plan, PlanPath};
use crate::report::shown;

pub use call::{Options, answer};
pub(crate) use reason::describe_lane;

/// Files that a task is about to write.
#[derive(Clone, Debug)]
pub struct PlannedWrite {
    /// The task that writes.
    pub task: TaskId,
    /// The paths and what would happen to each.
    pub changes: BTreeMap<RepoPath, ChangeKind>,
    /// Paths that would be found instead of the current plan.
    pub rivals: Vec<PlanPath>,
}

/// Whether a task may write some files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It may.
    Allow,
    /// It may not; the text tells the agent why.
    Deny(String),
    /// It cannot be decided, for this reason: the lane is unknown, or the work limit was reached.
    Unknown(String),
}

/// Decides as the gate would once the files are written.
#[must_use]
pub fn decide(plan: &Arc<Plan>, write: PlannedWrite) -> Decision {
    let task = write.task;
    let change = |kind| Change { kind, old: None, new: None, shown: None };
    let changes = write.changes.into_iter().map(|(path, kind)| (path, change(kind)));
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
        merging: Merging::default(),
    };
    let input =
        GateInput { diffs: vec![diff].into(), plan_rivals: write.rivals, ..GateInput::default() };
    let report = crate::check::gate(plan, &input);
    if report.verdict(false) == Verdict::Clean {
        return Decision::Allow;
    }
    let errors: Vec<&Finding> =
        report.active().filter(|finding| finding.level == Level::Error).collect();
    // A finding about the plan itself has no path. Either way the lane is unknown.
    let is_unknown = |finding: &&&Finding| finding.rule.unverified || finding.draft.path.is_none();
    match errors.iter().find(is_unknown) {
        Some(finding) => Decision::Unknown(finding.draft.message.to_string()),
        None => Decision::Deny(reason::out_of_lane(plan, task, &errors)),
    }
}

/// Untrusted text, escaped and cut to at most `max` characters.
fn cut(text: &str, max: usize) -> String {
    let nth = |text: &str| text.char_indices().nth(max).map(|(end, _)| end);
    let end = nth(text);
    // Escaping makes it longer.
    let mut shown = shown(&text[..end.unwrap_or(text.len())]).into_owned();
    let too_long = nth(&shown);
    shown.truncate(too_long.unwrap_or(shown.len()));
    if end.or(too_long).is_some() { shown + "…" } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cut_counts_escaped_text() {
        for (text, max, expected) in [
            ("abc", 3, "abc"),
            ("abcd", 3, "abc…"),
            ("éèê", 2, "éè…"),
            ("\u{1b}[31m", 6, "\\u{1b}…"),
            ("", 0, ""),
        ] {
            assert_eq!(cut(text, max), expected);
        }
    }
}
