//! Verifies safe fixes by comparing the lanes before and after.
//!
//! Rules offer fixes as safe for reasons of their own. This check does not rely on those reasons.

use std::collections::{BTreeMap, HashMap};

use super::{Edit, Fix, Refusal};
use crate::glob::Budget;
use crate::index::TaskId;
use crate::plan::{Allow, BranchName, GlobEntry, Plan, Spanned, Task};
use crate::source::Span;

/// Checks that safe fixes may change `plan` to `changed`.
pub(super) fn verify(
    plan: &Plan,
    fixes: &[(&Fix, Vec<Edit>)],
    changed: &Plan,
) -> Result<(), Refusal> {
    let replaces = fixes.iter().any(|(fix, _)| matches!(fix, Fix::Replace(_)));
    if replaces && !(is_kept(plan, changed) && have_right_types(fixes, changed)) {
        return Err(Refusal::Unintended);
    }
    // An invalid value made valid may complete a lane that was unknown.
    lanes_are_same(plan, changed, |task| !replaces || !plan.is_lane_unknown(task))
}

/// Checks that the compared tasks have the same lanes in both plans.
fn lanes_are_same(
    plan: &Plan,
    changed: &Plan,
    is_compared: impl Fn(TaskId) -> bool,
) -> Result<(), Refusal> {
    let ids = tasks_by_id(changed);
    let (before, after) = (plan.lanes(), changed.lanes());
    let mut budget = Budget::default();
    for (old, task) in plan.tasks.enumerated().filter(|(task, _)| is_compared(*task)) {
        let id = &task.id.value;
        let same = match ids.get(&**id) {
            Some(&new) if plan.is_lane_unknown(old) || !changed.is_lane_unknown(new) => {
                before.of(old).is_same_as(after.of(new), &mut budget)
            }
            _ => Some(false),
        };
        match same {
            Some(true) => {}
            Some(false) => return Err(Refusal::LaneChanged(id.clone())),
            None => return Err(Refusal::Undecided(id.clone())),
        }
    }
    Ok(())
}

fn tasks_by_id(plan: &Plan) -> HashMap<&str, TaskId> {
    plan.tasks.enumerated().map(|(index, task)| (&*task.id.value, index)).collect()
}

/// Whether no replaced value has the wrong type.
fn have_right_types(fixes: &[(&Fix, Vec<Edit>)], changed: &Plan) -> bool {
    let mut edits: Vec<&Edit> = fixes.iter().flat_map(|(_, edits)| edits).collect();
    edits.sort_by_key(|edit| (edit.span.file, edit.span.start));
    let mut replaced = BTreeMap::new();
    let (mut file, mut removed, mut added) = (None, 0, 0);
    for edit in edits {
        if file != Some(edit.span.file) {
            (file, removed, added) = (Some(edit.span.file), 0, 0);
        }
        let start = edit.span.start + added - removed;
        replaced.insert((edit.span.file, start), start + edit.text.len());
        added += edit.text.len();
        removed += edit.span.end - edit.span.start;
    }
    let is_replaced = |span: &Span| replaced.get(&(span.file, span.start)) == Some(&span.end);
    let wrong = changed.problems.iter().filter(|problem| problem.wrong_type);
    !wrong.flat_map(|problem| &problem.labels).any(|(span, _)| is_replaced(span))
}

/// Whether `changed` keeps every value of `plan` that could be read.
fn is_kept(plan: &Plan, changed: &Plan) -> bool {
    let base = |plan: &Plan| plan.base.as_ref().map(|base| base.value.clone());
    let companions = |plan: &Plan| -> Vec<String> {
        let pairs = plan.companions.iter();
        pairs.map(|(glob, others)| format!("{} {:?}", glob.text, valid(others))).collect()
    };
    let levels = |plan: &Plan| -> Vec<_> {
        plan.levels.iter().map(|(rule, level)| (rule.value.clone(), *level)).collect()
    };
    let ids = tasks_by_id(changed);
    let task_is_kept = |task: &Task| {
        let new = ids.get(&*task.id.value).map(|&new| &changed[new]);
        new.is_some_and(|new| is_task_kept((plan, task), (changed, new)))
    };
    (plan.base.is_none() || base(plan) == base(changed))
        && is_subsequence(&valid(&plan.protect), &valid(&changed.protect))
        && is_subsequence(&valid(&plan.share), &valid(&changed.share))
        && is_subsequence(&branches(&plan.other_branches), &branches(&changed.other_branches))
        && is_subsequence(&branches(&plan.plan_branches), &branches(&changed.plan_branches))
        && is_subsequence(&companions(plan), &companions(changed))
        && is_subsequence(&levels(plan), &levels(changed))
        && plan.tasks.iter().all(task_is_kept)
}

fn is_task_kept((plan, task): (&Plan, &Task), (changed, new): (&Plan, &Task)) -> bool {
    let write = |task: &Task| -> Vec<String> {
        valid(task.write.as_ref().map_or(&[][..], |write| &write.entries))
    };
    let ids = |plan: &Plan, task: &Task| -> Vec<_> {
        task.needs.iter().map(|need| plan[need.value].id.value.clone()).collect()
    };
    let allow = |plan: &Plan, task: &Task| -> Vec<String> {
        task.allow.iter().map(|allow| allow_content(plan, allow)).collect()
    };
    let wave = |task: &Task| task.wave.as_ref().map(|wave| wave.value);
    let text = |value: &Option<Spanned<String>>| value.as_ref().map(|value| value.value.clone());
    (task.title.is_none() || text(&task.title) == text(&new.title))
        && (!task.names_branches()
            || is_subsequence(&branches(&task.branches), &branches(&new.branches)))
        && (task.wave.is_none() || wave(task) == wave(new))
        && is_subsequence(&write(task), &write(new))
        && is_subsequence(&valid(&task.read), &valid(&new.read))
        && is_subsequence(&ids(plan, task), &ids(changed, new))
        && is_subsequence(&allow(plan, task), &allow(changed, new))
}

fn branches(branches: &[BranchName]) -> Vec<&str> {
    branches.iter().map(|branch| branch.text.value.as_str()).collect()
}

fn allow_content(plan: &Plan, allow: &Allow) -> String {
    let with = allow.with.as_ref().map(|with| &plan[with.value].id.value);
    let path = allow.path.as_ref().map(|path| &path.text);
    format!("{} {with:?} {path:?} {}", allow.rule.value, allow.reason.value)
}

/// The texts of the valid globs, without leftovers.
fn valid(entries: &[GlobEntry]) -> Vec<String> {
    let valid = entries.iter().filter(|entry| entry.glob.is_ok());
    let texts = |entry: &GlobEntry| match &entry.leftover {
        None => vec![entry.text.to_string()],
        Some(leftover) => {
            let sign = if entry.negated { "!" } else { "" };
            leftover.globs.iter().map(|glob| format!("{sign}{glob}")).collect()
        }
    };
    valid.flat_map(texts).collect()
}

/// Whether `others` contains all `values` in the same order.
fn is_subsequence<T: PartialEq>(values: &[T], others: &[T]) -> bool {
    let mut others = others.iter();
    values.iter().all(|value| others.any(|other| other == value))
}
