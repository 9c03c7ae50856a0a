//! What is said of a file that is no plan: that it lies outside the lane of the task which is worked
//! on.

use std::collections::BTreeMap;
use std::sync::Arc;

use gen_lsp_types as lsp;

use super::diagnostics::named;
use super::document::Document;
use super::snapshot::Snapshot;
use crate::branches::task_of;
use crate::change::ChangeKind;
use crate::failure::Failure;
use crate::hook::{self, Decision, Intent};
use crate::index::TaskId;
use crate::path::RepoPath;
use crate::plan::Plan;
use crate::report::brief::code;
use crate::report::{name, names, shown};
use crate::rules::{self, Rule};
use crate::who::{ProtectedBy, Who, Writers};

/// How many tasks are named.
const TASKS: usize = 5;

/// The diagnostics of the other open files for which a plan counts, those without any too.
pub(super) fn of_files(snapshot: &Snapshot) -> Vec<lsp::PublishDiagnosticsParams> {
    if snapshot.beside.is_empty() {
        return Vec::new();
    }
    let plan = snapshot.plan();
    let worker = worker(snapshot).map(|task| Some((task?, Who::new(plan))));
    let of_file = |document: &Arc<Document>| {
        let notice = match &worker {
            Ok(None) => None,
            Ok(Some((task, who))) => outside_lane(snapshot, document, *task, who),
            Err(shared) => on_shared_branch(snapshot, document, shared),
        };
        lsp::PublishDiagnosticsParams {
            uri: document.uri.clone(),
            version: Some(document.version),
            diagnostics: notice.into_iter().collect(),
        }
    };
    snapshot.beside.iter().map(of_file).collect()
}

/// The task that is worked on: the one of the settings, else the one whose branch is checked out.
/// `None` if that is no task's, if its lane is not known, or if notices are off.
fn worker(snapshot: &Snapshot) -> Result<Option<TaskId>, Failure> {
    let settings = &snapshot.session.settings;
    let plan = snapshot.plan();
    if !settings.notices {
        return Ok(None);
    }
    let task = match (&settings.task, snapshot.branch()) {
        (Some(id), _) => plan.task(id),
        (None, Some(branch)) => task_of(plan, branch)?,
        (None, None) => None,
    };
    Ok(task.filter(|task| !plan.is_lane_unknown(*task)))
}

fn on_shared_branch(
    snapshot: &Snapshot,
    document: &Document,
    shared: &Failure,
) -> Option<lsp::Diagnostic> {
    snapshot.below_root(document.path.as_ref()?)?;
    let message = format!(
        "{}\nhelp: name the task in the setting `task`, or give each task its own `branch`",
        shown(&shared.problem)
    );
    information(snapshot, document, rules::DUPLICATE_BRANCH, message)
}

fn outside_lane(
    snapshot: &Snapshot,
    document: &Document,
    task: TaskId,
    who: &Who<'_>,
) -> Option<lsp::Diagnostic> {
    let path = snapshot.below_root(document.path.as_ref()?)?;
    let answer = who.may_write(&path);
    let mine = answer.owners.iter().any(|owner| owner.task == task);
    if mine || answer.undecided.contains(&task) {
        return None;
    }
    let plan = snapshot.plan();
    let rule = match plan[task].is_review_only() {
        true => rules::REVIEW_ONLY_WRITE,
        false => rules::OUT_OF_LANE,
    };
    // What the gate would let through, allowed or with the rule off, needs no notice.
    let changes = BTreeMap::from([(path.clone(), ChangeKind::Modified)]);
    let judged = hook::judge(plan, Intent { task, changes, rivals: Vec::new() });
    matches!(judged, Decision::Deny(_)).then_some(())?;
    information(snapshot, document, rule, message(plan, task, &path, &answer))
}

/// A notice at the first line of a file.
fn information(
    snapshot: &Snapshot,
    document: &Document,
    rule: &Rule,
    message: String,
) -> Option<lsp::Diagnostic> {
    let line = document.source.line_span(1)?;
    let range = snapshot.session.client.encoding.range(&document.source, line);
    let severity = Some(lsp::DiagnosticSeverity::Information);
    Some(lsp::Diagnostic { severity, ..named(snapshot, rule.name, range, message) })
}

/// Whose the file is, and how to ask.
fn message(plan: &Plan, task: TaskId, path: &RepoPath, answer: &Writers<'_>) -> String {
    let (task_name, file) = (name(plan, task), code(&path.to_string()));
    let owners: Vec<TaskId> = answer.owners.iter().map(|owner| owner.task).collect();
    let others = names(plan, &owners, TASKS);
    let plan_name = plan.sources.first().map_or("the plan", |source| source.name());
    let plan_name = code(plan_name);
    let glob = code(&crate::glob::escape_path(path));
    match &answer.protected {
        Some(ProtectedBy::Plan) => format!(
            "{file} is part of the plan, and so in no task's lane\n\
             help: propose the change to whoever owns the plan"
        ),
        Some(ProtectedBy::Glob(entry)) => format!(
            "{file} is protected by {}, and so in no task's lane\n\
             help: propose the change to whoever owns {plan_name}",
            code(&entry.text)
        ),
        None if plan[task].is_review_only() => format!(
            "{task_name}, which is worked on here, only reviews: it may write no file\n\
             help: report what you found{}",
            if owners.is_empty() {
                String::new()
            } else {
                format!(" to {others}, who may write {file}")
            }
        ),
        None if owners.is_empty() => format!(
            "{file} is outside the lane of {task_name}, and in no other\n\
             help: ask for {glob} in the `write` of {task_name}, in {plan_name}"
        ),
        None => format!(
            "{file} is outside the lane of {task_name}: it is in that of {others}\n\
             help: ask {others} to change it, or ask for {glob} in the `write` of {task_name}, in {plan_name}"
        ),
    }
}
