//! Turns of phrase that several rules share.

use std::fmt::Display;

use crate::analysis::GateFacts;
use crate::finding::Message;
use crate::gate::TaskDiff;
use crate::message;
use crate::message::code;

/// Names of tasks as people list them: `a`, `b` and `c`.
pub(in crate::rules) fn and<T: Display>(names: &[T]) -> Message {
    Message::list(names.iter().map(code), ", ", " and ")
}

/// Whose work something is, as a message names it.
pub(in crate::rules) fn who(facts: &GateFacts<'_>, diff: &TaskDiff) -> Message {
    match diff.task {
        Some(task) => message![code(facts.plan.id(task))],
        None => {
            let branch = facts.input.unclaimed.as_deref();
            message!["branch ", code(branch.unwrap_or(&diff.input.source))]
        }
    }
}

/// How many existing files a path is one of, to be said behind it.
pub(in crate::rules) fn among_existing(count: usize) -> Message {
    match count {
        0 => Message::default(),
        1 => ", which exists".into(),
        more => message![", one of ", more, " existing files"],
    }
}
