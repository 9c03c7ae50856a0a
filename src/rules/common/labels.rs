//! Labels, data and fixes that several rules share.

use std::sync::Arc;

use crate::analysis::GateFacts;
use crate::finding::{Applicability, Datum, Fix, Label, Location, Message};
use crate::gate::TaskDiff;
use crate::index::TaskId;
use crate::message;
use crate::message::code;
use crate::path::RepoPath;
use crate::plan::Plan;
use crate::plan::fix::Replacement;
use crate::source::{Span, excerpt, yaml};

pub(in crate::rules) fn label(span: Span, text: impl Into<Message>) -> Label {
    Label { location: Location::Span(span), text: text.into() }
}

/// A label on the whole file.
pub(in crate::rules) fn file_label(path: &RepoPath, text: impl Into<Message>) -> Label {
    Label { location: Location::File(path.clone()), text: text.into() }
}

/// A label on the task's `write`, or on its id if it has none.
pub(in crate::rules) fn write_label(plan: &Plan, task: TaskId, text: impl Into<Message>) -> Label {
    let task = &plan[task];
    label(task.write.as_ref().map_or(task.id.span, |write| write.span), text)
}

/// A label that introduces the task's lane.
pub(in crate::rules) fn lane_label(plan: &Plan, task: TaskId) -> Label {
    write_label(plan, task, message!["what ", code(plan.id(task)), " may write"])
}

/// The labels of a changed path: the file, then the lane of the task that changed it.
pub(in crate::rules) fn change_labels(
    facts: &GateFacts<'_>,
    diff: &TaskDiff,
    path: &RepoPath,
    text: impl Into<Message>,
) -> Vec<Label> {
    let lane = diff.task.map(|task| lane_label(facts.plan, task));
    std::iter::once(file_label(path, text)).chain(lane).collect()
}

pub(in crate::rules) fn text(text: impl Into<Arc<str>>) -> Datum {
    Datum::Text(text.into())
}

pub(in crate::rules) fn texts<T: Into<Arc<str>>>(values: impl IntoIterator<Item = T>) -> Datum {
    Datum::List(values.into_iter().map(text).collect())
}

/// The globs of a task as the plan spells them; none without a task.
pub(in crate::rules) fn lane_texts(plan: &Plan, task: Option<TaskId>) -> Datum {
    let write = task.and_then(|task| plan[task].write.as_ref());
    texts(write.iter().flat_map(|write| &write.entries).map(|entry| Arc::clone(&entry.text)))
}

/// The existing files that are in both of two sets.
pub(in crate::rules) fn existing_data(count: usize, sample: &[RepoPath]) -> (&'static str, Datum) {
    let sample = texts(sample.iter().map(ToString::to_string));
    ("existing", Datum::Map(vec![("count", Datum::Count(count)), ("sample", sample)]))
}

/// A fix that replaces a value by a guess.
pub(in crate::rules) fn replacement(plan: &Plan, span: Span, text: &str) -> Fix {
    let title = format!("replace with `{}`", excerpt(text));
    let text = yaml::quoted_like(plan.sources[span.file.0].slice(span.bytes()), text);
    Replacement { title, span, text, applicability: Applicability::Unsafe }.into()
}
