//! How commits name their tasks.

use std::collections::BTreeSet;

use regex::Regex;

use super::GateRequest;
use super::arguments::task;
use crate::failure::Failure;
use crate::gate::{NamedBy, Naming};
use crate::git::LoggedCommit;
use crate::index::TaskId;
use crate::plan::Plan;
use crate::source::excerpt;

/// How commits name their tasks, and which of them they may name.
pub(super) struct CommitNames {
    pub(super) by: NamedBy,
    pattern: Option<Regex>,
    /// Those given with `--task`; empty for all.
    given: BTreeSet<TaskId>,
}

impl CommitNames {
    /// What the request says; `None` if it does not take ranges apart.
    pub(super) fn new(request: &GateRequest, plan: &Plan) -> Result<Option<CommitNames>, Failure> {
        let (by, pattern) = match (&request.by_trailer, &request.by_subject) {
            (Some(key), _) => (NamedBy::Trailer(trailer(key)?), None),
            (None, Some(pattern)) => {
                (NamedBy::Subject(pattern.clone()), Some(subject_pattern(pattern)?))
            }
            (None, None) => return Ok(None),
        };
        let given = request.tasks.iter().map(|id| task(plan, id)).collect::<Result<_, _>>()?;
        Ok(Some(CommitNames { by, pattern, given }))
    }

    /// The key of the trailer, if one names them.
    pub(super) fn key(&self) -> Option<&str> {
        match &self.by {
            NamedBy::Trailer(key) => Some(key),
            NamedBy::Subject(_) => None,
        }
    }

    /// The task that a commit names.
    pub(super) fn task(&self, plan: &Plan, commit: &LoggedCommit) -> Result<TaskId, Naming> {
        let names: BTreeSet<&str> = match &self.pattern {
            None => commit.trailers.iter().map(String::as_str).collect(),
            Some(pattern) => {
                let found = pattern.captures(&commit.subject);
                found.and_then(|found| found.get(1)).map(|name| name.as_str()).into_iter().collect()
            }
        };
        let mut all = names.iter();
        let Some(name) = all.next() else { return Err(Naming::Nothing) };
        if all.next().is_some() {
            return Err(Naming::Several(names.into_iter().map(str::to_owned).collect()));
        }
        match plan.task(name) {
            None => Err(Naming::Unknown((*name).to_owned())),
            Some(task) if self.given.is_empty() || self.given.contains(&task) => Ok(task),
            Some(_) => Err(Naming::NotGiven((*name).to_owned())),
        }
    }
}

/// The key of a trailer, which consists of the characters that git allows there.
fn trailer(key: &str) -> Result<String, Failure> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if !key.is_empty() && key.bytes().all(is_allowed) {
        return Ok(key.to_owned());
    }
    Err(Failure::new(
        format!("`{}` is not the key of a trailer", excerpt(key)),
        "write letters, digits and `-`, such as --by-trailer Task",
    ))
}

fn subject_pattern(text: &str) -> Result<Regex, Failure> {
    let pattern = Regex::new(text).map_err(|error| {
        let problem = match error {
            regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
            // The last line says what is wrong, those above show where.
            error => error.to_string().lines().last().unwrap_or_default().trim().to_owned(),
        };
        Failure::new(
            format!("invalid pattern `{}` for subjects: {problem}", excerpt(text)),
            "write a regular expression with one group for the task's id, such as '^(\\w+):'",
        )
    })?;
    match pattern.captures_len() - 1 {
        1 => Ok(pattern),
        groups => Err(Failure::new(
            format!("the pattern `{}` has {groups} groups (expected one)", excerpt(text)),
            "put the task's id into parentheses, and write `(?:…)` for other groups",
        )),
    }
}
