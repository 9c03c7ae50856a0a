//! Notices in files that are not part of the plan: that the file is outside the current task's
//! lane.

use std::collections::BTreeMap;
use std::sync::Arc;

use gen_lsp_types as lsp;

use super::diagnostics::of_rule;
use super::document::Document;
use super::snapshot::Snapshot;
use crate::branches::Branches;
use crate::change::ChangeKind;
use crate::failure::Failure;
use crate::hook::{self, Decision, PlannedWrite};
use crate::index::TaskId;
use crate::path::RepoPath;
use crate::plan::Plan;
use crate::plan::order::Order;
use crate::report::brief::code;
use crate::report::{name, names, shown};
use crate::rules::{self, Rule};
use crate::who::{ProtectedBy, Who, Writers};

/// The most tasks that are named.
const MAX_TASKS: usize = 5;

/// The diagnostics of the open files that the plan governs; empty lists clear old ones.
pub(super) fn of_files(snapshot: &Snapshot) -> Vec<lsp::PublishDiagnosticsParams> {
    if snapshot.governed.is_empty() {
        return Vec::new();
    }
    let plan = snapshot.plan();
    let current = current_task(snapshot).map(|task| Some((task?, Who::new(plan))));
    let of_file = |document: &Arc<Document>| {
        let notice = match &current {
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
    snapshot.governed.iter().map(of_file).collect()
}

/// The current task: from the settings, else from the checked-out branch. `None` if there is none,
/// if its lane is unknown, or if notices are off.
fn current_task(snapshot: &Snapshot) -> Result<Option<TaskId>, Failure> {
    let settings = &snapshot.session.settings;
    let plan = snapshot.plan();
    if !settings.notices {
        return Ok(None);
    }
    let task = match (&settings.task, snapshot.branch()) {
        (Some(id), _) => plan.task(id),
        (None, Some(branch)) => Branches::new(plan).task(branch)?,
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
        "{}\nhelp: name the task in the setting `task`, or give each task a `branch` of its own",
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
    let may_write = answer.owners.iter().any(|owner| owner.task == task);
    if may_write || answer.undecided.contains(&task) {
        return None;
    }
    let plan = snapshot.plan();
    let order = Order::new(plan);
    let is_foreign = answer.protected.is_some()
        || answer.owners.iter().any(|owner| order.concurrent(task, owner.task));
    let rule = match plan[task].is_review_only() {
        true => rules::REVIEW_ONLY_WRITE,
        false if is_foreign => rules::FOREIGN_LANE,
        false => rules::OUT_OF_LANE,
    };
    // No notice if the gate would accept the change, because of an `allow` or a rule that is off.
    let changes = BTreeMap::from([(path.clone(), ChangeKind::Modified)]);
    let decision = hook::decide(plan, PlannedWrite { task, changes, rivals: Vec::new() });
    matches!(decision, Decision::Deny(_)).then_some(())?;
    information(snapshot, document, rule, message(plan, task, &path, &answer))
}

/// An information at the first line of a file.
fn information(
    snapshot: &Snapshot,
    document: &Document,
    rule: &Rule,
    message: String,
) -> Option<lsp::Diagnostic> {
    let line = document.source.line_span(1)?;
    let range = snapshot.session.client.encoding.range(&document.source, line);
    let severity = Some(lsp::DiagnosticSeverity::Information);
    Some(lsp::Diagnostic { severity, ..of_rule(snapshot, rule.name, range, message) })
}

/// Says who may write the file, and how to ask for it.
fn message(plan: &Plan, task: TaskId, path: &RepoPath, answer: &Writers<'_>) -> String {
    let (task_name, file) = (name(plan, task), code(&path.to_string()));
    let owners: Vec<TaskId> = answer.owners.iter().map(|owner| owner.task).collect();
    let others = names(plan, &owners, MAX_TASKS);
    let plan_name = plan.sources.first().map_or("the plan", |source| source.name());
    let plan_name = code(plan_name);
    let glob = code(&crate::glob::escape_path(path));
    match &answer.protected {
        Some(ProtectedBy::Plan) => format!(
            "{file} is part of the plan, so it is in no task's lane\n\
             help: propose the change to the owner of the plan"
        ),
        Some(ProtectedBy::Glob(entry)) => format!(
            "{file} is protected by {}, so it is in no task's lane\n\
             help: propose the change to the owner of {plan_name}",
            code(&entry.text)
        ),
        None if plan[task].is_review_only() => format!(
            "the current task {task_name} is review-only and may not write files\n\
             help: report what you found{}",
            if owners.is_empty() {
                String::new()
            } else {
                format!(" to {others}, who may write {file}")
            }
        ),
        None if owners.is_empty() => format!(
            "{file} is outside the lane of {task_name}, and in no other lane\n\
             help: ask to add {glob} to `write` in {task_name}, in {plan_name}"
        ),
        None => format!(
            "{file} is outside the lane of {task_name}, and inside that of {others}\n\
             help: ask {others} to change it, or ask to add {glob} to `write` in {task_name}, \
             in {plan_name}"
        ),
    }
}
