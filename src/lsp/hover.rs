//! What is said of the thing under the pointer: a glob, a task, a rule.

use std::fmt::Write as _;

use gen_lsp_types as lsp;

use super::context::RequestContext;
use super::element::{Element, element};
use super::snapshot::{Matched, Snapshot};
use crate::explain;
use crate::glob::Glob;
use crate::hook::may;
use crate::index::{GlobId, TaskId};
use crate::overlap::{Overlap, overlaps_of};
use crate::path::RepoPath;
use crate::plan::GlobEntry;
use crate::plan::order::Order;
use crate::report::brief::code;
use crate::report::names;
use crate::rules;

/// How many tasks are named.
const TASKS: usize = 10;

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
        None => format!("Nobody knows which files this {what} matches: they cannot be listed.\n"),
        Some(matched) => of_files(what, &matched),
    };
    if let Some(task) = task
        && let Some(place) = place_in_lane(snapshot, task, entry)
    {
        text.push_str(&of_others(snapshot, task, place, glob));
    }
    Some(text)
}

/// How many files a glob matches, and the first few.
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

/// A list of some things of which there may be more.
fn list(text: &mut String, items: impl ExactSizeIterator<Item = String>, all: usize) {
    let more = all - items.len();
    for item in items {
        let _ = writeln!(text, "- {item}");
    }
    if more > 0 {
        let _ = writeln!(text, "- and {more} more");
    }
}

/// The place of a glob in its task's lane, if what the task writes is where it stands.
fn place_in_lane(snapshot: &Snapshot, task: TaskId, entry: &GlobEntry) -> Option<GlobId> {
    snapshot.plan().globs(task).position(|other| std::ptr::eq(*other, entry))
}

/// The other tasks that may write something of what a glob of a task holds.
fn of_others(snapshot: &Snapshot, task: TaskId, place: GlobId, glob: &Glob) -> String {
    let plan = snapshot.plan();
    let (lanes, (files, _)) = (plan.lanes(), snapshot.files());
    // Those too that never run at the same time: it is good to know who wrote here before.
    let unordered = Order::from_needs(&vec![Vec::new(); plan.tasks.len()].into());
    let order = Order::new(plan);
    let mut meeting = Vec::new();
    for Overlap { tasks, shared, sample, .. } in overlaps_of(task, &lanes, &unordered, files) {
        let is_left = tasks.0 == task;
        let other = if is_left { tasks.1 } else { tasks.0 };
        let of_glob = |pair: &&(GlobId, GlobId)| (if is_left { pair.0 } else { pair.1 }) == place;
        let pairs: Vec<(GlobId, GlobId)> = shared.pairs.iter().filter(of_glob).copied().collect();
        let Some(&(left, right)) = pairs.first() else { continue };
        let exists = sample.into_iter().find(|path| glob.is_match(path) == Ok(true));
        let witness = exists.or_else(|| {
            lanes.of(tasks.0).intersection(lanes.of(tasks.1), pairs.iter().copied()).witness
        });
        let globs = plan.globs(other);
        let Some(by) = globs.find(if is_left { right } else { left }) else { continue };
        let mut said = format!("{} by {}", names(plan, &[other], 1), code(&by.text));
        if let Some(path) = witness {
            let _ = write!(said, ", such as {}", code(&RepoPath::to_string(&path)));
        }
        if order.comes_after(task, other) {
            said.push_str("; it is merged before this task starts");
        } else if order.comes_after(other, task) {
            said.push_str("; it waits for this task");
        }
        meeting.push(said);
    }
    if meeting.is_empty() {
        return "\nNo other task may write any of it.\n".to_owned();
    }
    let mut text = "\nWho else may write some of it:\n\n".to_owned();
    let all = meeting.len();
    list(&mut text, meeting.into_iter().take(TASKS).collect::<Vec<_>>().into_iter(), all);
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
        "Nobody knows what it may write: its lane cannot be read as a whole.".to_owned()
    } else {
        may(plan, task)
    });
    text.push_str("\n\n");
    let _ = writeln!(text, "{}", wave(snapshot, task));
    let needs: Vec<TaskId> = this.needs.iter().map(|need| need.value).collect();
    if needs.is_empty() {
        text.push_str("It waits for no other task.\n");
    } else {
        let _ = writeln!(text, "It waits for {}.", names(plan, &needs, TASKS));
    }
    let waiting = |other: &TaskId| plan[*other].needs.iter().any(|need| need.value == task);
    let waiting: Vec<TaskId> = plan.tasks.ids().filter(waiting).collect();
    if !waiting.is_empty() {
        let _ = writeln!(
            text,
            "{} for it.",
            match waiting.len() {
                1 => format!("{} waits", names(plan, &waiting, TASKS)),
                _ => format!("{} wait", names(plan, &waiting, TASKS)),
            }
        );
    }
    text
}

/// When a task can start.
fn wave(snapshot: &Snapshot, task: TaskId) -> String {
    let unknown = "Nobody knows in which wave it can start.";
    let Some(waves) = snapshot.waves() else { return unknown.to_owned() };
    let all = waves.waves.len();
    let is_in =
        |wave: &Vec<crate::waves::ScheduledTask>| wave.iter().any(|placed| placed.task == task);
    match waves.waves.iter().position(is_in) {
        Some(wave) => format!("It can start in wave {} of {all}.", wave + 1),
        None => unknown.to_owned(),
    }
}
