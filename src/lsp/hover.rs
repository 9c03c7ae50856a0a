//! Hover texts of globs, tasks and rules.

use std::fmt::Write as _;

use gen_lsp_types as lsp;

use super::context::RequestContext;
use super::element::{Element, element};
use super::snapshot::{Matched, Snapshot};
use crate::explain;
use crate::glob::Glob;
use crate::hook::describe_lane;
use crate::index::{GlobId, TaskId};
use crate::overlap::{Overlap, overlaps_of};
use crate::path::RepoPath;
use crate::plan::GlobEntry;
use crate::plan::order::Order;
use crate::report::brief::code;
use crate::report::names;
use crate::rules;

/// The most tasks that are named.
const MAX_TASKS: usize = 10;

pub(super) fn hover(request: &RequestContext, params: &lsp::HoverParams) -> Option<lsp::Hover> {
    let snapshot = &request.snapshot;
    let at = request.at(params.text_document_position_params.position)?;
    let element = element(snapshot.plan(), at)?;
    let value = match element {
        Element::Glob(task, entry) => of_glob(snapshot, task, entry)?,
        Element::Task(task, _) => of_task(snapshot, task),
        Element::Rule(name, _) => explain::section(rules::rule(name)?, "##"),
    };
    let markdown = snapshot.session.client.markdown;
    let kind = if markdown { lsp::MarkupKind::Markdown } else { lsp::MarkupKind::PlainText };
    let contents = lsp::MarkupContent { kind, value }.into();
    Some(lsp::Hover { contents, range: Some(snapshot.range(element.span())) })
}

fn of_glob(snapshot: &Snapshot, task: Option<TaskId>, entry: &GlobEntry) -> Option<String> {
    let glob = entry.glob.as_ref().ok()?;
    let what = if entry.negated { "exclusion" } else { "glob" };
    let mut text = match snapshot.matched(glob) {
        None => format!("The files that this {what} matches are unknown: listing files failed.\n"),
        Some(matched) => of_files(what, &matched),
    };
    if let Some(task) = task
        && let Some(id) = glob_id(snapshot, task, entry)
    {
        text.push_str(&other_tasks(snapshot, task, id, glob));
    }
    Some(text)
}

/// The number of files that a glob matches, and the first few.
pub(super) fn of_files(what: &str, matched: &Matched) -> String {
    let least = if matched.undecided { "at least " } else { "" };
    let mut text = match matched.count {
        0 => format!("This {what} matches {least}no existing file.\n"),
        1 => format!("This {what} matches {least}one existing file:\n\n"),
        more => format!("This {what} matches {least}{more} existing files:\n\n"),
    };
    list(&mut text, matched.first.iter().map(|path| code(&path.to_string())), matched.count);
    text
}

/// Lists the first items of `total`.
fn list(text: &mut String, items: impl ExactSizeIterator<Item = String>, total: usize) {
    let more = total - items.len();
    for item in items {
        let _ = writeln!(text, "- {item}");
    }
    if more > 0 {
        let _ = writeln!(text, "- and {more} more");
    }
}

/// The index of a glob in its task's lane; `None` for globs of `read` and other keys.
fn glob_id(snapshot: &Snapshot, task: TaskId, entry: &GlobEntry) -> Option<GlobId> {
    snapshot.plan().globs(task).position(|other| std::ptr::eq(*other, entry))
}

/// The other tasks that may write some of the paths that a glob of a task matches.
fn other_tasks(snapshot: &Snapshot, task: TaskId, id: GlobId, glob: &Glob) -> String {
    let plan = snapshot.plan();
    let (lanes, (files, _)) = (plan.lanes(), snapshot.files());
    // Include tasks that run earlier or later, so compare as if no task needed another.
    let unordered = Order::from_needs(&vec![Vec::new(); plan.tasks.len()].into());
    let order = Order::new(plan);
    let mut others = Vec::new();
    for Overlap { tasks, shared, sample, .. } in overlaps_of(task, &lanes, &unordered, files) {
        let is_left = tasks.0 == task;
        let other = if is_left { tasks.1 } else { tasks.0 };
        let of_glob = |pair: &&(GlobId, GlobId)| (if is_left { pair.0 } else { pair.1 }) == id;
        let pairs: Vec<(GlobId, GlobId)> = shared.pairs.iter().filter(of_glob).copied().collect();
        let Some(&(left, right)) = pairs.first() else { continue };
        let exists = sample.into_iter().find(|path| glob.is_match(path) == Ok(true));
        let witness = exists.or_else(|| {
            lanes.of(tasks.0).intersection(lanes.of(tasks.1), pairs.iter().copied()).witness
        });
        let globs = plan.globs(other);
        let Some(by) = globs.find(if is_left { right } else { left }) else { continue };
        let mut item = format!("{} by {}", names(plan, &[other], 1), code(&by.text));
        if let Some(path) = witness {
            let _ = write!(item, ", such as {}", code(&RepoPath::to_string(&path)));
        }
        if order.comes_after(task, other) {
            item.push_str("; it is merged before this task starts");
        } else if order.comes_after(other, task) {
            item.push_str("; it waits for this task");
        }
        others.push(item);
    }
    if others.is_empty() {
        return "\nNo other task may write any of these paths.\n".to_owned();
    }
    let mut text = "\nOther tasks that may write some of these paths:\n\n".to_owned();
    let total = others.len();
    list(&mut text, others.into_iter().take(MAX_TASKS), total);
    text
}

fn of_task(snapshot: &Snapshot, task: TaskId) -> String {
    let plan = snapshot.plan();
    let this = &plan[task];
    let mut text = format!("Task {}", names(plan, &[task], 1));
    if let Some(title) = &this.title {
        let _ = write!(text, ": {}", code(&title.value));
    }
    text.push_str("\n\n");
    text.push_str(&if plan.is_lane_unknown(task) {
        "Its lane is unknown, because parts of it cannot be read.".to_owned()
    } else {
        describe_lane(plan, task)
    });
    text.push_str("\n\n");
    let _ = writeln!(text, "{}", wave(snapshot, task));
    let all_needs = plan.needs();
    let needs = &all_needs[task];
    if needs.is_empty() {
        text.push_str("It needs no other task.\n");
    } else {
        let _ = writeln!(text, "It needs {}.", names(plan, needs, MAX_TASKS));
    }
    let needs_it = |other: &TaskId| all_needs[*other].contains(&task);
    let dependents: Vec<TaskId> = plan.tasks.ids().filter(needs_it).collect();
    if !dependents.is_empty() {
        let _ = writeln!(text, "It is needed by {}.", names(plan, &dependents, MAX_TASKS));
    }
    text
}

/// The wave in which a task can start.
fn wave(snapshot: &Snapshot, task: TaskId) -> String {
    let unknown = "The wave in which it can start is unknown.";
    let Some(waves) = snapshot.waves() else { return unknown.to_owned() };
    let total = waves.waves.len();
    let is_in = |wave: &Vec<crate::waves::ScheduledTask>| {
        wave.iter().any(|scheduled| scheduled.task == task)
    };
    match waves.waves.iter().position(is_in) {
        Some(wave) => format!("It can start in wave {} of {total}.", wave + 1),
        None => unknown.to_owned(),
    }
}
