//! Fixes to a plan: small intents, of which there may be millions.
//!
//! [`Fixer`] turns an intent into text edits on demand. [`apply`] makes the edits in memory, and
//! refuses them if the resulting plan is not the intended one.

mod apply;
mod fixer;
mod flow;
mod insertion;
mod layout;
mod list;
mod safe;

use std::sync::Arc;

use super::Plan;
use crate::index::TaskId;
use crate::message;
use crate::message::{Message, code};
use crate::source::excerpt;

pub use super::edit::{Applicability, Edit, Replacement};
pub use apply::{Applied, apply};
pub use fixer::Fixer;

/// A change to a plan. Tasks and values are given by their indexes in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fix {
    /// Replace the text of a value.
    Replace(Box<Replacement>),
    /// Remove a glob or exclusion from a task's `write`.
    RemoveGlob {
        /// The task to change.
        task: TaskId,
        /// The index in its `write`.
        entry: u32,
        /// Whether it may be applied automatically.
        applicability: Applicability,
    },
    /// Replace a glob or exclusion with a guess.
    ReplaceGlob {
        /// The task to change.
        task: TaskId,
        /// The index in its `write`.
        entry: u32,
        /// The new text, including the `!` of an exclusion.
        glob: Arc<str>,
    },
    /// Remove a glob from `share`.
    RemoveShared {
        /// The index in `share`.
        entry: u32,
    },
    /// Add a glob to a task's `write`.
    AddGlob {
        /// The task to change.
        task: TaskId,
        /// The glob to add.
        glob: Arc<str>,
    },
    /// Add exclusions to a task's `write`.
    Exclude {
        /// The task to change.
        task: TaskId,
        /// The globs to exclude, without `!`.
        globs: Box<[Arc<str>]>,
    },
    /// Make a task need another one.
    Need {
        /// The task that waits.
        task: TaskId,
        /// The task that it waits for.
        other: TaskId,
    },
    /// Add a glob to `share`.
    Share {
        /// The glob to add.
        glob: Arc<str>,
    },
    /// Add an `allow` entry, with a placeholder for the reason.
    Allow {
        /// The task that accepts it.
        task: TaskId,
        /// The other task of the finding, if any.
        with: Option<TaskId>,
        /// The rule to allow.
        rule: &'static str,
    },
    /// Remove an unused `allow` entry.
    RemoveAllowance {
        /// The task to change.
        task: TaskId,
        /// The index in its `allow`.
        allowance: u32,
    },
    /// Set a task's `write` to the empty list.
    WriteNothing {
        /// The task to change.
        task: TaskId,
    },
}

/// Why fixes were refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The edited plan differs from what the fixes intend.
    Unintended,
    /// Safe fixes would change this task's lane, which is a bug.
    LaneChanged(Arc<str>),
    /// The comparison of this task's lane before and after exceeded its budget.
    Undecided(Arc<str>),
}

/// The placeholder for the reason of a new `allow` entry.
const REASON: &str = "say why this is fine";

/// An index as fixes store it. A plan has at most two million values.
pub(crate) fn index(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

impl Fix {
    /// The fix in a few words, in the imperative.
    #[must_use]
    pub fn title(&self, plan: &Plan) -> Message {
        let id = |task: &TaskId| code(plan.tasks.find(*task).map_or("", |task| &*task.id.value));
        match self {
            Fix::Replace(replacement) => Message::quoted(&replacement.title),
            Fix::RemoveGlob { task, entry, .. } => {
                let entries = plan.tasks.find(*task).and_then(|task| task.write.as_ref());
                let entry = entries.and_then(|write| write.entries.get(*entry as usize));
                message!["remove ", quoted(entry.map(|entry| &entry.text)), " from ", id(task)]
            }
            Fix::ReplaceGlob { glob, .. } => message!["replace with ", quoted([glob])],
            Fix::RemoveShared { entry } => {
                let entry = plan.share.get(*entry as usize).map(|entry| &entry.text);
                message!["remove ", quoted(entry), " from `share`"]
            }
            Fix::AddGlob { task, glob } => message!["add ", quoted([glob]), " to ", id(task)],
            Fix::Exclude { task, globs } => message!["exclude ", quoted(globs), " from ", id(task)],
            Fix::Need { task, other } => {
                let other = plan.tasks.find(*other).map_or("", |task| &*task.id.value);
                message!["add ", code(format_args!("needs: {other}")), " to ", id(task)]
            }
            Fix::Share { glob } => message!["add ", quoted([glob]), " to `share`"],
            Fix::Allow { task, .. } => message!["allow it in ", id(task), ", with a reason"],
            Fix::RemoveAllowance { task, allowance } => {
                let allow = plan.tasks.find(*task).map(|task| &task.allow);
                let allow = allow.and_then(|allow| allow.get(*allowance as usize));
                let rule = excerpt(allow.map_or("", |allow| allow.rule.value.as_str()));
                message!["remove `allow` of ", code(rule), " from ", id(task)]
            }
            Fix::WriteNothing { task } => message!["set `write: []` in ", id(task)],
        }
    }

    /// Whether it may be applied automatically.
    #[must_use]
    pub fn applicability(&self) -> Applicability {
        match self {
            Fix::Replace(replacement) => replacement.applicability,
            Fix::RemoveGlob { applicability, .. } => *applicability,
            Fix::RemoveAllowance { .. } => Applicability::Safe,
            Fix::AddGlob { .. } | Fix::ReplaceGlob { .. } => Applicability::Unsafe,
            Fix::Exclude { .. }
            | Fix::Need { .. }
            | Fix::Share { .. }
            | Fix::Allow { .. }
            | Fix::RemoveShared { .. }
            | Fix::WriteNothing { .. } => Applicability::DisplayOnly,
        }
    }
}

impl From<Replacement> for Fix {
    fn from(replacement: Replacement) -> Fix {
        Fix::Replace(Box::new(replacement))
    }
}

/// The first globs, as a title lists them.
fn quoted<'g>(globs: impl IntoIterator<Item = &'g Arc<str>>) -> Message {
    const MAX: usize = 3;
    let globs: Vec<&Arc<str>> = globs.into_iter().collect();
    let first = globs.iter().take(MAX).map(|glob| code(excerpt(glob)));
    let first = Message::list(first, ", ", ", ");
    match globs.len().saturating_sub(MAX) {
        0 => first,
        more => message![first, " and ", more, " more"],
    }
}

#[cfg(test)]
mod tests;
