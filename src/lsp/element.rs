//! Finds the element of a plan at a position.

use crate::index::TaskId;
use crate::plan::{GlobEntry, Plan};
use crate::source::Span;

/// An element that the editor can ask about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Element<'p> {
    /// A glob or exclusion, with its task if it belongs to one.
    Glob(Option<TaskId>, &'p GlobEntry),
    /// A task id: its definition, or a reference to it.
    Task(TaskId, Span),
    /// The name of a rule.
    Rule(&'p str, Span),
}

impl Element<'_> {
    pub(super) fn span(&self) -> Span {
        match self {
            Element::Glob(_, entry) => entry.span,
            Element::Task(_, span) | Element::Rule(_, span) => *span,
        }
    }
}

/// The element at an empty span, which may also be right after the element.
pub(super) fn element(plan: &Plan, at: Span) -> Option<Element<'_>> {
    let contains =
        |span: Span| span.file == at.file && span.start <= at.start && at.start <= span.end;
    let mut ids = plan.tasks.ids().flat_map(|task| mentions(plan, task));
    if let Some((task, span)) = ids.find(|(_, span)| contains(*span)) {
        return Some(Element::Task(task, span));
    }
    if let Some((task, entry)) = plan.glob_entries().find(|(_, entry)| contains(entry.span)) {
        return Some(Element::Glob(task, entry));
    }
    let levels = plan.levels.iter().map(|(name, _)| name);
    let allowed = plan.tasks.iter().flat_map(|task| task.allow.iter().map(|allow| &allow.rule));
    let rule = levels.chain(allowed).find(|name| contains(name.span));
    rule.map(|name| Element::Rule(&name.value, name.span))
}

/// The task ids in the definition of a task: its own first, then those it references.
pub(super) fn mentions(plan: &Plan, task: TaskId) -> impl Iterator<Item = (TaskId, Span)> {
    let this = &plan[task];
    let needs = this.needs.iter().map(|need| (need.value, need.span));
    let with = this.allow.iter().filter_map(|allow| allow.with.as_ref());
    let with = with.map(|with| (with.value, with.span));
    std::iter::once((task, this.id.span)).chain(needs).chain(with)
}

/// The span of a task's definition, from its id to its last value.
pub(super) fn task_span(plan: &Plan, task: TaskId) -> Span {
    let this = &plan[task];
    let id = this.id.span;
    let entries = this.write.iter().flat_map(|write| &write.entries).chain(&this.read);
    let spans = entries
        .map(|entry| entry.span)
        .chain(this.write.iter().map(|write| write.span))
        .chain(this.title.iter().map(|title| title.span))
        .chain(this.branches.iter().map(|branch| branch.text.span))
        .chain(this.needs.iter().map(|need| need.span))
        .chain(this.allow.iter().map(|allow| allow.reason.span));
    // A value before the id comes from an alias.
    let inside = spans.filter(|span| span.file == id.file && span.start >= id.start);
    let end = inside.map(|span| span.end).max().unwrap_or(id.end);
    Span { end: end.max(id.end), ..id }
}
