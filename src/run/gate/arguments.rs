//! Parses the gate's arguments: ranges, and patches with task ids.

use std::path::Path;

use crate::failure::Failure;
use crate::index::TaskId;
use crate::plan::Plan;
use crate::workspace::{Git, Host};

/// A parsed `A...B` or `A..B`.
#[derive(Clone, Debug)]
pub(super) struct Range {
    /// The task id before `=`, if any.
    pub(super) id: Option<String>,
    /// The text before `=` that was read as part of the first revision instead of as a task id.
    pub(super) other_id: Option<String>,
    pub(super) text: String,
    pub(super) from: String,
    pub(super) to: String,
    /// Whether it was `...`: compare with the merge base.
    pub(super) symmetric: bool,
}

/// A range argument, read in two ways.
pub(super) struct RangeArgument {
    /// As `ID=A...B`.
    with_id: Option<Range>,
    /// As `A...B`, where `A` may contain `=`.
    whole: Range,
}

pub(super) fn ranges(texts: &[String]) -> Result<Vec<RangeArgument>, Failure> {
    texts
        .iter()
        .map(|text| {
            let with_id = match split_id(text) {
                (Some(id), rest) => Some(Range { id: Some(id.to_owned()), ..range(rest)? }),
                (None, _) => None,
            };
            Ok(RangeArgument { with_id, whole: range(text)? })
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
                    "write A...B for what B changed since it forked from A, or A..B",
                ));
            }
        },
    };
    // git would read an empty end as HEAD, which is wrong for an unset variable.
    if from.is_empty() || to.is_empty() {
        let end = if from.is_empty() { "start" } else { "end" };
        return Err(Failure::new(
            format!("the range `{text}` has no {end}"),
            "check for an unset variable, or write HEAD if you mean it",
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

/// Decides how to read each range. The text before `=` is part of the revision if git knows a
/// revision of that name, otherwise a task id. The tasks are not known yet, because the plan may
/// come from the commit at which the range starts.
pub(super) fn disambiguate(ranges: Vec<RangeArgument>, git: Option<&dyn Git>) -> Vec<Range> {
    let is_known = |revision: &str| git.is_some_and(|found| found.commit(revision).is_ok());
    ranges
        .into_iter()
        .map(|argument| match argument.with_id {
            None => argument.whole,
            Some(range) if is_known(&argument.whole.from) => {
                Range { other_id: range.id, ..argument.whole }
            }
            Some(range) => range,
        })
        .collect()
}

impl Range {
    /// The task that the range names, if any.
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
                     full name, such as refs/heads/{}",
                    self.text[id.len() + 1..].trim_start(),
                    self.text
                ),
            )),
        }
    }
}

/// Splits `[ID=]FILE`. The text before `=` is part of the file name if such a file exists.
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
            format!("`{text}` is ambiguous: `{id}` is a task, and a file of that name exists"),
            format!("for the task, write {id}=./{name}; for the file, write ./{text}"),
        )),
        Some(_) if name.is_empty() => {
            Err(Failure::new(format!("`{text}` names no file"), "check for an unset variable"))
        }
        None if is_file => Ok((None, text)),
        _ => Ok((Some(task(plan, id)?), name)),
    }
}

/// Names of standard input.
const STDIN: [&str; 4] = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];

/// Rejects arguments that would read standard input twice: the second read would look like an empty
/// patch.
pub(super) fn stdin_once(plan: Option<&Path>, diffs: &[String]) -> Result<(), Failure> {
    let names = plan.into_iter().chain(diffs.iter().map(|diff| Path::new(split_id(diff).1)));
    if names.filter(|name| STDIN.iter().any(|stdin| *name == Path::new(stdin))).count() > 1 {
        return Err(Failure::new(
            "standard input can only be read once",
            "pass the plan or the other patches as files",
        ));
    }
    Ok(())
}

/// Splits `ID=NAME`.
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

pub(super) fn task(plan: &Plan, id: &str) -> Result<TaskId, Failure> {
    plan.task(id).ok_or_else(|| {
        let ids: Vec<&str> = plan.tasks.iter().take(10).map(|task| &*task.id.value).collect();
        Failure::new(
            format!("the plan has no task `{id}`"),
            format!(
                "its tasks are {}; write a file whose name contains `=` as ./a=b",
                ids.join(", ")
            ),
        )
    })
}
