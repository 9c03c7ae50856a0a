//! What the arguments of the gate name.

use std::path::Path;

use crate::failure::Failure;
use crate::index::TaskId;
use crate::plan::Plan;
use crate::workspace::{Git, Host};

/// `A...B` or `A..B`.
#[derive(Clone, Debug)]
pub(super) struct Range {
    /// The id of its task, where it says one.
    pub(super) id: Option<String>,
    /// What would be that id if the name of the first commit did not hold `=`.
    pub(super) other_id: Option<String>,
    pub(super) text: String,
    pub(super) from: String,
    pub(super) to: String,
    /// Whether the changes count from the merge base.
    pub(super) symmetric: bool,
}

/// A range as it is written, in the two ways to read it.
pub(super) struct Written {
    /// `ID=A...B`.
    of_task: Option<Range>,
    /// `A...B`, whatever `A` holds.
    whole: Range,
}

/// Reads the ranges.
pub(super) fn ranges(texts: &[String]) -> Result<Vec<Written>, Failure> {
    texts
        .iter()
        .map(|text| {
            let of_task = match split_id(text) {
                (Some(id), rest) => Some(Range { id: Some(id.to_owned()), ..range(rest)? }),
                (None, _) => None,
            };
            Ok(Written { of_task, whole: range(text)? })
        })
        .collect()
}

fn range(text: &str) -> Result<Range, Failure> {
    let (from, to, symmetric) = match text.split_once("...") {
        Some((from, to)) => (from, to, true),
        None => match text.split_once("..") {
            Some((from, to)) => (from, to, false),
            None => {
                return Err(Failure::new(
                    format!("`{text}` is not a range"),
                    "write A...B, what B changed since it left A, or A..B",
                ));
            }
        },
    };
    // With an unset variable, HEAD would be judged in the place of a branch, or against itself.
    if from.is_empty() || to.is_empty() {
        let end = if from.is_empty() { "begin" } else { "end" };
        return Err(Failure::new(
            format!("the range `{text}` names no commit to {end} at"),
            "check for an unset variable, or write HEAD if that is meant",
        ));
    }
    Ok(Range {
        id: None,
        other_id: None,
        text: text.to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
        symmetric,
    })
}

/// Decides how each range is read: what stands before `=` is part of a revision where one is known
/// by the whole name, and else a task's id. Which tasks there are is not known yet: that plan may
/// come from the commit at which the range begins.
pub(super) fn settle(ranges: Vec<Written>, git: Option<&dyn Git>) -> Vec<Range> {
    let is_known = |revision: &str| git.is_some_and(|found| found.commit(revision).is_ok());
    ranges
        .into_iter()
        .map(|written| match written.of_task {
            None => written.whole,
            Some(range) if is_known(&written.whole.from) => {
                Range { other_id: range.id, ..written.whole }
            }
            Some(range) => range,
        })
        .collect()
}

impl Range {
    /// The task that the range names.
    pub(super) fn task(&self, plan: &Plan) -> Result<Option<TaskId>, Failure> {
        match self.other_id.as_deref().filter(|id| plan.task(id).is_some()) {
            None => self.id.as_deref().map(|id| task(plan, id)).transpose(),
            Some(id) => Err(Failure::new(
                format!(
                    "`{}` is ambiguous: `{id}` is a task, and `{}` is a revision",
                    self.text, self.from
                ),
                format!(
                    "for the task, write --task {id} --range {}; for the revision, write its \
                     whole name, such as refs/heads/{}",
                    self.text[id.len() + 1..].trim_start(),
                    self.text
                ),
            )),
        }
    }
}

/// A patch as `--diff` names it: what stands before `=` is a task's id, or part of the file's name.
pub(super) fn patch<'t>(
    plan: &Plan,
    host: &dyn Host,
    folder: &Path,
    text: &'t str,
) -> Result<(Option<TaskId>, &'t str), Failure> {
    let (Some(id), name) = split_id(text) else { return Ok((None, text)) };
    let is_file = host.kind(&folder.join(text)).is_some();
    match plan.task(id) {
        Some(_) if is_file => Err(Failure::new(
            format!("`{text}` is ambiguous: `{id}` is a task, and there is a file of that name"),
            format!("for the task, write {id}=./{name}; for the file, write ./{text}"),
        )),
        Some(_) if name.is_empty() => {
            Err(Failure::new(format!("`{text}` names no file"), "check for an unset variable"))
        }
        None if is_file => Ok((None, text)),
        _ => Ok((Some(task(plan, id)?), name)),
    }
}

/// The names of standard input.
const STDIN: [&str; 4] = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];

/// Refuses a call that would read standard input twice: what comes second would seem empty, and
/// an empty patch changes nothing.
pub(super) fn stdin_once(plan: Option<&Path>, diffs: &[String]) -> Result<(), Failure> {
    let names = plan.into_iter().chain(diffs.iter().map(|diff| Path::new(split_id(diff).1)));
    if names.filter(|name| STDIN.iter().any(|stdin| *name == Path::new(stdin))).count() > 1 {
        return Err(Failure::new(
            "standard input can be read once",
            "give the plan or the other patches as files",
        ));
    }
    Ok(())
}

/// Cuts `ID=NAME`.
fn split_id(text: &str) -> (Option<&str>, &str) {
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
pub(super) fn task(plan: &Plan, id: &str) -> Result<TaskId, Failure> {
    plan.task(id).ok_or_else(|| {
        let ids: Vec<&str> = plan.tasks.iter().take(10).map(|task| &*task.id.value).collect();
        Failure::new(
            format!("the plan has no task `{id}`"),
            format!(
                "its tasks are {}; a file whose name holds `=` is written ./a=b",
                ids.join(", ")
            ),
        )
    })
}
