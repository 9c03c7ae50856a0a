//! What may be merged, as the findings of a gate say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::finding::{Finding, InputState, InputVerdict, Level, MergeVerdict};
use crate::gate::{GateInput, TaskDiff, Work};
use crate::index::{InputId, TaskId};
use crate::path::RepoPath;
use crate::plan::Plan;
use crate::rules::{
    COLLIDING_WRITES, FOREIGN_LANE, MERGE_CONFLICT, OUT_OF_LANE, REVIEW_ONLY_WRITE,
};

/// A verdict for each input that exists, in the order of the inputs.
#[must_use]
pub fn verdicts(plan: &Plan, input: &GateInput, findings: &[Finding]) -> Vec<InputVerdict> {
    let mut about: BTreeMap<InputId, Vec<&Finding>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.allowed.is_none()) {
        for &input in &finding.draft.inputs {
            about.entry(input).or_default().push(finding);
        }
    }
    let mut carried: BTreeMap<InputId, usize> = BTreeMap::new();
    for change in &input.carried {
        *carried.entry(change.input).or_default() += 1;
    }
    let mut verdicts: Vec<InputVerdict> = input
        .diffs
        .enumerated()
        .filter(|(_, diff)| !matches!(diff.work, Work::NoBranch))
        .map(|(id, diff)| {
            let about = about.get(&id).map_or(&[][..], Vec::as_slice);
            let carried = carried.get(&id).copied().unwrap_or_default();
            let changed = diff.changes().count() + carried;
            verdict(plan, id, diff, changed, about)
        })
        .collect();
    rank(input, &mut verdicts);
    verdicts
}

fn verdict(
    plan: &Plan,
    id: InputId,
    diff: &TaskDiff,
    changed: usize,
    about: &[&Finding],
) -> InputVerdict {
    let count = |level| about.iter().filter(|finding| finding.level == level).count();
    let paths = |rules: &[&crate::finding::Rule]| -> BTreeSet<&RepoPath> {
        let of_rules = about.iter().filter(|finding| rules.contains(&finding.rule));
        of_rules.filter_map(|finding| finding.draft.path.as_ref()).collect()
    };
    let own = diff.task.map(|task| plan.id(task));
    let collisions = about
        .iter()
        .filter(|finding| finding.rule == COLLIDING_WRITES || finding.rule == MERGE_CONFLICT)
        .filter(|finding| finding.draft.inputs.len() > 1)
        .flat_map(|finding| &finding.draft.tasks)
        .filter(|id| Some(&***id) != own);
    let collides_with: BTreeSet<&Arc<str>> = collisions.collect();
    let unmet = diff.merging.unmet.iter().filter(|need| !need.may_be_merged);
    let waits: BTreeSet<TaskId> = unmet
        .map(|need| need.task)
        .chain(diff.merging.inherited.iter().map(|from| from.task))
        .collect();
    let unverified = about.iter().filter(|finding| finding.rule.unverified).count();
    let (state, errors) = (diff.reported().state, count(Level::Error));
    let verdict = match state {
        InputState::Merged => MergeVerdict::Merged,
        InputState::Unverified => MergeVerdict::Unverified,
        _ if unverified > 0 => MergeVerdict::Unverified,
        InputState::Judged if errors == 0 && waits.is_empty() => MergeVerdict::Merge,
        InputState::Judged | InputState::Superseded | InputState::Missing => MergeVerdict::Hold,
    };
    let is_commit = diff.commits().is_some_and(|commits| commits.onto.is_some());
    InputVerdict {
        input: id,
        verdict,
        errors,
        warnings: count(Level::Warning),
        unverified,
        changed,
        outside: paths(&[FOREIGN_LANE, OUT_OF_LANE, REVIEW_ONLY_WRITE]).len(),
        foreign: paths(&[FOREIGN_LANE]).len(),
        collides_with: collides_with.into_iter().cloned().collect(),
        merges_with_base: is_commit.then_some(diff.merging.conflicts.is_empty()),
        waits_for: plan.ids(waits),
        rank: None,
    }
}

/// Orders the judged attempts of each task.
fn rank(input: &GateInput, verdicts: &mut [InputVerdict]) {
    let mut attempts: BTreeMap<TaskId, Vec<usize>> = BTreeMap::new();
    for (at, verdict) in verdicts.iter().enumerate() {
        let diff = &input.diffs[verdict.input];
        let is_judged = !matches!(diff.reported().state, InputState::Superseded);
        if let Some(task) = diff.task.filter(|_| is_judged) {
            attempts.entry(task).or_default().push(at);
        }
    }
    for mut attempts in attempts.into_values() {
        attempts.sort_by_key(|&at| {
            let verdict = &verdicts[at];
            (
                // What is merged needs no comparison.
                verdict.verdict != MergeVerdict::Merged,
                verdict.unverified,
                verdict.errors,
                verdict.collides_with.len(),
                verdict.outside,
                verdict.changed,
                input.diffs[verdict.input].input.branch.clone(),
            )
        });
        for (place, at) in attempts.into_iter().enumerate() {
            verdicts[at].rank = Some(place + 1);
        }
    }
}
