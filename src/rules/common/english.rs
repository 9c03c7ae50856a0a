//! Turns of phrase that several rules share.

use crate::analysis::GateFacts;
use crate::gate::Judged;

/// Names of tasks as people list them: `a`, `b` and `c`.
pub(in crate::rules) fn and<T: std::fmt::Display>(names: &[T]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// Whose work something is, as a message names it.
pub(in crate::rules) fn who(facts: &GateFacts<'_>, judged: &Judged) -> String {
    match judged.task {
        Some(task) => format!("`{}`", facts.plan.id(task)),
        None => {
            let branch = facts.input.unclaimed.as_deref();
            format!("the branch `{}`", branch.unwrap_or(&judged.input.source))
        }
    }
}

/// How many existing files a path is one of, to be said behind it.
pub(in crate::rules) fn among_existing(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => ", which exists".to_owned(),
        more => format!(", one of {more} existing files"),
    }
}
