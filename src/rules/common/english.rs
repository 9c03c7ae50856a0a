//! Phrases that several rules share.

use std::fmt::Display;

use crate::analysis::GateFacts;
use crate::finding::Message;
use crate::gate::{Coverage, TaskDiff};
use crate::message;
use crate::message::{bare, code};

/// Lists names: `a`, `b` and `c`.
pub(in crate::rules) fn and<T: Display>(names: &[T]) -> Message {
    Message::list(names.iter().map(code), ", ", " and ")
}

/// The task that made the changes, or the branch or merge queue if they belong to none.
pub(in crate::rules) fn who(facts: &GateFacts<'_>, diff: &TaskDiff) -> Message {
    match diff.task {
        Some(task) => match (&diff.input.attempt, &diff.input.branch) {
            (Some(_), Some(branch)) => {
                message![code(facts.plan.id(task)), " (branch ", code(branch), ")"]
            }
            _ => match commit(diff) {
                Some(commit) => message![code(facts.plan.id(task)), " (", commit, ")"],
                None => message![code(facts.plan.id(task))],
            },
        },
        None if facts.is_queue() => "the merge queue".into(),
        None if commit(diff).is_some() => commit(diff).unwrap_or_default(),
        None => {
            let branch = facts.input.named.as_ref().map(|branch| branch.name.as_str());
            message!["branch ", code(branch.unwrap_or(&diff.input.source))]
        }
    }
}

/// The commit, if the input is one of several on a branch.
fn commit(diff: &TaskDiff) -> Option<Message> {
    let commits = diff.commits().filter(|_| diff.coverage == Coverage::Commit)?;
    Some(message!["commit ", bare(commits.tip.short())])
}

/// Follows a path that is the first of `count` existing files.
pub(in crate::rules) fn among_existing(count: usize) -> Message {
    match count {
        0 => Message::default(),
        1 => ", which exists".into(),
        more => message![", one of ", more, " existing files"],
    }
}
