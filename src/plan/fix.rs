//! What can be done to a plan to mend a finding: small intents, of which there may be millions.
//!
//! [`Fixer`] turns an intent into edits of the plan's text when somebody looks at it, and
//! [`apply`] does them: in memory, and only where the plan that comes of it is the one that was meant.

mod apply;
mod fixer;
mod flow;
mod layout;
mod list;
mod safe;
mod slot;

use std::sync::Arc;

use super::Plan;
use crate::index::TaskId;
use crate::message;
use crate::message::{Message, code};
use crate::source::excerpt;

pub use super::edit::{Applicability, Edit, Replacement};
pub use apply::{Applied, apply};
pub use fixer::Fixer;

/// What could be done to a plan. Tasks and values are named by their places in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fix {
    /// Write another text in the place of a value.
    Replace(Box<Replacement>),
    /// Take a glob or an exclusion out of what a task may write.
    RemoveGlob {
        /// The task.
        task: TaskId,
        /// The place among the entries of its `write`.
        entry: u32,
        /// Who may decide that it is done.
        applicability: Applicability,
    },
    /// Write another glob or exclusion in the place of one, as a guess.
    ReplaceGlob {
        /// The task.
        task: TaskId,
        /// The place among the entries of its `write`.
        entry: u32,
        /// The other one, with the `!` of an exclusion.
        glob: Arc<str>,
    },
    /// Take a glob out of `share`.
    RemoveShared {
        /// The place among the entries of `share`.
        entry: u32,
    },
    /// Let a task write more.
    AddGlob {
        /// The task.
        task: TaskId,
        /// The glob.
        glob: Arc<str>,
    },
    /// Let a task write less: add exclusions to its `write`.
    Exclude {
        /// The task.
        task: TaskId,
        /// The globs, without the `!`.
        globs: Box<[Arc<str>]>,
    },
    /// Let a task wait for another one.
    Need {
        /// The task that waits.
        task: TaskId,
        /// The task that it waits for.
        other: TaskId,
    },
    /// Let every task write what a glob holds.
    Share {
        /// The glob.
        glob: Arc<str>,
    },
    /// Accept a finding on purpose, with a reason that is still to be written.
    Allow {
        /// The task that accepts it.
        task: TaskId,
        /// The other task, where there is one.
        with: Option<TaskId>,
        /// The rule.
        rule: &'static str,
    },
    /// Take out an allowance that nothing needs.
    RemoveAllowance {
        /// The task.
        task: TaskId,
        /// The place among its allowances.
        allowance: u32,
    },
    /// Say that a task may write nothing.
    WriteNothing {
        /// The task.
        task: TaskId,
    },
}

/// Why fixes are not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The plan that comes of the edits is not the one that the fixes mean.
    NotMeant,
    /// Fixes that are called safe change which paths this task may write: a fault of this program.
    LaneChanged(Arc<str>),
    /// Whether the lane of this task stays the same could not be decided.
    Undecided(Arc<str>),
}

/// The reason of an allowance that is still to be written.
const REASON: &str = "say why this is fine";

/// A place in the plan as a fix names it. A plan has at most two million of anything.
pub(crate) fn index(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

impl Fix {
    /// What the fix does, in a few words.
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
            Fix::ReplaceGlob { glob, .. } => message!["write ", quoted([glob])],
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
                message!["remove the allowance of ", code(rule), " from ", id(task)]
            }
            Fix::WriteNothing { task } => message!["let ", id(task), " write nothing: `write: []`"],
        }
    }

    /// Who may decide that it is applied.
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

/// Globs as a title names them: the first ones.
fn quoted<'g>(globs: impl IntoIterator<Item = &'g Arc<str>>) -> Message {
    const MOST: usize = 3;
    let globs: Vec<&Arc<str>> = globs.into_iter().collect();
    let first = globs.iter().take(MOST).map(|glob| code(excerpt(glob)));
    let first = Message::list(first, ", ", ", ");
    match globs.len().saturating_sub(MOST) {
        0 => first,
        more => message![first, " and ", more, " more"],
    }
}

#[cfg(test)]
mod tests;
