//! What the arguments of the gate name.

use std::path::Path;

use lanelint::plan::Plan;

use crate::cli::Unusable;

/// `A...B` or `A..B`.
#[derive(Clone, Debug)]
pub(super) struct Range {
    pub(super) text: String,
    pub(super) from: String,
    pub(super) to: String,
    /// Whether the changes count from the merge base.
    pub(super) symmetric: bool,
}

/// Reads the ranges, each with the id of its task where it says one.
pub(super) fn ranges(texts: &[String]) -> Result<Vec<(Option<String>, Range)>, Unusable> {
    texts
        .iter()
        .map(|text| {
            let (id, range) = split_id(text);
            let (from, to, symmetric) = match range.split_once("...") {
                Some((from, to)) => (from, to, true),
                None => match range.split_once("..") {
                    Some((from, to)) => (from, to, false),
                    None => {
                        return Err(Unusable::new(
                            format!("`{range}` is no range"),
                            "write A...B, what B changed since it left A, or A..B",
                        ));
                    }
                },
            };
            // With an unset variable on both sides, HEAD against itself would be green.
            if from.is_empty() {
                return Err(Unusable::new(
                    format!("the range `{range}` names no commit to begin at"),
                    "look for a variable that is not set, or write HEAD if that is meant",
                ));
            }
            if to.is_empty() {
                return Err(Unusable::new(
                    format!("the range `{range}` names no commit to end at"),
                    "check for an unset variable, or write HEAD if that is meant",
                ));
            }
            let range = Range {
                text: range.to_owned(),
                from: from.to_owned(),
                to: to.to_owned(),
                symmetric,
            };
            Ok((id.map(str::to_owned), range))
        })
        .collect()
}

/// Rejects a flag whose value is empty: an unset variable must not pass for a name.
pub(super) fn no_empty_name(flag: &str, value: Option<&str>) -> Result<(), Unusable> {
    match value {
        Some("") => Err(Unusable::new(
            format!("the value of `{flag}` is empty"),
            format!("check for an unset variable, or leave `{flag}` out"),
        )),
        _ => Ok(()),
    }
}

/// The names of standard input.
const STDIN: [&str; 4] = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];

/// Refuses a call that would read standard input twice: what comes second would seem empty, and
/// an empty patch changes nothing.
pub(super) fn stdin_once(plan: Option<&Path>, diffs: &[String]) -> Result<(), Unusable> {
    let names = plan.into_iter().chain(diffs.iter().map(|diff| Path::new(split_id(diff).1)));
    if names.filter(|name| STDIN.iter().any(|stdin| *name == Path::new(stdin))).count() > 1 {
        return Err(Unusable::new(
            "standard input can be read once",
            "give the plan or the other patches as files",
        ));
    }
    Ok(())
}

/// Cuts `ID=NAME`; a name that holds `=` itself is written `./a=b`.
pub(super) fn split_id(text: &str) -> (Option<&str>, &str) {
    let is_id = |id: &str| {
        !id.is_empty()
            && id
                .split('/')
                .all(|part| part.starts_with(|first: char| first.is_ascii_alphanumeric()))
            && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/'))
    };
    match text.split_once('=') {
        Some((id, name)) if is_id(id) => (Some(id), name),
        _ => (None, text),
    }
}

/// The task with an id.
pub(super) fn task(plan: &Plan, id: &str) -> Result<usize, Unusable> {
    plan.task(id).ok_or_else(|| {
        let ids: Vec<&str> = plan.tasks.iter().take(10).map(|task| &*task.id.value).collect();
        Unusable::new(
            format!("the plan has no task `{id}`"),
            format!(
                "its tasks are {}; a file whose name holds `=` is written ./a=b",
                ids.join(", ")
            ),
        )
    })
}

/// The task that a branch is for.
pub(super) fn task_of_branch(plan: &Plan, branch: &str) -> Option<usize> {
    plan.tasks.iter().position(|task| task.branch_name() == branch)
}
