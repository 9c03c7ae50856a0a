//! What stands at a position of a plan.

use crate::index::TaskId;
use crate::plan::{GlobEntry, Plan};
use crate::source::Span;

/// Something in a plan that can be asked about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Element<'p> {
    /// A glob or an exclusion, wherever globs are written; with its task where it is in the part of
    /// one.
    Glob(Option<TaskId>, &'p GlobEntry),
    /// The id of a task: where it is defined, or where another task names it.
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

/// What stands at a byte, which is an empty span; the place behind the last letter counts too.
pub(super) fn element(plan: &Plan, at: Span) -> Option<Element<'_>> {
    let holds = |span: Span| span.file == at.file && span.start <= at.start && at.start <= span.end;
    let mut ids = plan.tasks.ids().flat_map(|task| mentions(plan, task));
    if let Some((task, span)) = ids.find(|(_, span)| holds(*span)) {
        return Some(Element::Task(task, span));
    }
    if let Some((task, entry)) = plan.glob_entries().find(|(_, entry)| holds(entry.span)) {
        return Some(Element::Glob(task, entry));
    }
    let levels = plan.levels.iter().map(|(name, _)| name);
    let allowed = plan.tasks.iter().flat_map(|task| task.allow.iter().map(|allow| &allow.rule));
    let rule = levels.chain(allowed).find(|name| holds(name.span));
    rule.map(|name| Element::Rule(&name.value, name.span))
}

/// The ids that stand in the part of a task: its own first, then those that it names.
pub(super) fn mentions(plan: &Plan, task: TaskId) -> impl Iterator<Item = (TaskId, Span)> {
    let this = &plan[task];
    let needs = this.needs.iter().map(|need| (need.value, need.span));
    let with = this.allow.iter().filter_map(|allow| allow.with.as_ref());
    let with = with.map(|with| (with.value, with.span));
    std::iter::once((task, this.id.span)).chain(needs).chain(with)
}

/// Where a task is in the text: from its id to the last thing that it says.
pub(super) fn extent(plan: &Plan, task: TaskId) -> Span {
    let this = &plan[task];
    let id = this.id.span;
    let entries = this.write.iter().flat_map(|write| &write.entries).chain(&this.read);
    let spans = entries
        .map(|entry| entry.span)
        .chain(this.write.iter().map(|write| write.span))
        .chain(this.title.iter().map(|title| title.span))
        .chain(this.branch.iter().map(|branch| branch.span))
        .chain(this.needs.iter().map(|need| need.span))
        .chain(this.allow.iter().map(|allow| allow.reason.span));
    // What stands before the id is an alias of something else.
    let inside = spans.filter(|span| span.file == id.file && span.start >= id.start);
    let end = inside.map(|span| span.end).max().unwrap_or(id.end);
    Span { end: end.max(id.end), ..id }
}
