//! What holds of safe fixes, whatever rule offers them: the lanes are compared before anything is
//! written.
//!
//! The rules take care that a fix which they call safe is. This is the second look, which knows
//! nothing of their reasons.

use std::collections::{BTreeMap, HashMap};

use super::{Edit, Fix, Refusal};
use crate::glob::Budget;
use crate::index::TaskId;
use crate::plan::{Allow, GlobEntry, Plan, Task};
use crate::source::Span;

/// Whether fixes that are all safe may make one plan of another.
pub(super) fn verify(
    plan: &Plan,
    fixes: &[(&Fix, Vec<Edit>)],
    changed: &Plan,
) -> Result<(), Refusal> {
    let replaces = fixes.iter().any(|(fix, _)| matches!(fix, Fix::Replace(_)));
    if replaces && !(is_kept(plan, changed) && are_wanted(fixes, changed)) {
        return Err(Refusal::NotMeant);
    }
    // A value that gets a meaning is part of a lane that nobody knew before.
    lanes_are_same(plan, changed, |task| !replaces || !plan.is_lane_unknown(task))
}

/// Whether tasks may write the same paths by two plans.
fn lanes_are_same(
    plan: &Plan,
    changed: &Plan,
    is_compared: impl Fn(TaskId) -> bool,
) -> Result<(), Refusal> {
    let layout = layout(changed);
    let (before, after) = (plan.lanes(), changed.lanes());
    let mut budget = Budget::default();
    for (place, task) in plan.tasks.enumerated().filter(|(place, _)| is_compared(*place)) {
        let id = &task.id.value;
        let same = match layout.get(&**id) {
            Some(&now) if plan.is_lane_unknown(place) || !changed.is_lane_unknown(now) => {
                before.of(place).is_same_as(after.of(now), &mut budget)
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

/// The places of tasks by their ids.
fn layout(plan: &Plan) -> HashMap<&str, TaskId> {
    plan.tasks.enumerated().map(|(place, task)| (&*task.id.value, place)).collect()
}

/// Whether the values that get another text are wanted where they are, as what they are now.
fn are_wanted(fixes: &[(&Fix, Vec<Edit>)], changed: &Plan) -> bool {
    let mut edits: Vec<&Edit> = fixes.iter().flat_map(|(_, edits)| edits).collect();
    edits.sort_by_key(|edit| (edit.span.file, edit.span.start));
    let mut written = BTreeMap::new();
    let (mut file, mut taken, mut added) = (None, 0, 0);
    for edit in edits {
        if file != Some(edit.span.file) {
            (file, taken, added) = (Some(edit.span.file), 0, 0);
        }
        let start = edit.span.start + added - taken;
        written.insert((edit.span.file, start), start + edit.text.len());
        added += edit.text.len();
        taken += edit.span.end - edit.span.start;
    }
    let is_written = |span: &Span| written.get(&(span.file, span.start)) == Some(&span.end);
    let wrong = changed.problems.iter().filter(|problem| problem.wrong_type);
    !wrong.flat_map(|problem| &problem.labels).any(|(span, _)| is_written(span))
}

/// Whether a plan says all that another one says, as far as that could be read.
fn is_kept(plan: &Plan, changed: &Plan) -> bool {
    let base = |plan: &Plan| plan.base.as_ref().map(|base| base.value.clone());
    let companions = |plan: &Plan| -> Vec<String> {
        let pairs = plan.companions.iter();
        pairs.map(|(one, others)| format!("{} {:?}", one.text, sound(others))).collect()
    };
    let levels = |plan: &Plan| -> Vec<_> {
        plan.levels.iter().map(|(rule, level)| (rule.value.clone(), *level)).collect()
    };
    let layout = layout(changed);
    let task_is_kept = |task: &Task| {
        let now = layout.get(&*task.id.value).map(|&now| &changed[now]);
        now.is_some_and(|now| is_task_kept((plan, task), (changed, now)))
    };
    (plan.base.is_none() || base(plan) == base(changed))
        && are_among(&sound(&plan.protect), &sound(&changed.protect))
        && are_among(&sound(&plan.share), &sound(&changed.share))
        && are_among(&companions(plan), &companions(changed))
        && are_among(&levels(plan), &levels(changed))
        && plan.tasks.iter().all(task_is_kept)
}

fn is_task_kept((plan, task): (&Plan, &Task), (changed, now): (&Plan, &Task)) -> bool {
    let write = |task: &Task| -> Vec<String> {
        sound(task.write.as_ref().map_or(&[][..], |write| &write.entries))
    };
    let ids = |plan: &Plan, task: &Task| -> Vec<_> {
        task.needs.iter().map(|need| plan[need.value].id.value.clone()).collect()
    };
    let allow = |plan: &Plan, task: &Task| -> Vec<String> {
        task.allow.iter().map(|allow| allowance(plan, allow)).collect()
    };
    let text =
        |one: &Option<crate::plan::Spanned<String>>| one.as_ref().map(|one| one.value.clone());
    (task.title.is_none() || text(&task.title) == text(&now.title))
        && (task.branch.is_none() || text(&task.branch) == text(&now.branch))
        && are_among(&write(task), &write(now))
        && are_among(&sound(&task.read), &sound(&now.read))
        && are_among(&ids(plan, task), &ids(changed, now))
        && are_among(&allow(plan, task), &allow(changed, now))
}

fn allowance(plan: &Plan, allow: &Allow) -> String {
    let with = allow.with.as_ref().map(|with| &plan[with.value].id.value);
    let path = allow.path.as_ref().map(|path| &path.text);
    format!("{} {with:?} {path:?} {}", allow.rule.value, allow.reason.value)
}

/// The texts of the globs that could be read.
fn sound(entries: &[GlobEntry]) -> Vec<String> {
    let sound = entries.iter().filter(|entry| entry.glob.is_ok());
    sound.map(|entry| entry.text.to_string()).collect()
}

/// Whether some values stand among others, in the same order.
fn are_among<T: PartialEq>(values: &[T], others: &[T]) -> bool {
    let mut others = others.iter();
    values.iter().all(|value| others.any(|other| other == value))
}
