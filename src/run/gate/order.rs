//! The order in which branches may be merged.

use std::collections::{BTreeMap, HashMap};

use crate::change::ChangeKind;
use crate::finding::{MergeVerdict, Report};
use crate::gate::{TaskDiff, folders};
use crate::git::{CommitId, GitError};
use crate::index::{IndexVec, InputId};
use crate::plan::order::Order;
use crate::workspace::{Git, Workspace};

/// Orders the inputs with nothing against them, the best attempt of each task, so that each merges
/// after those before it: in the order of the plan, needs first.
pub(super) fn find(
    workspace: &Workspace<'_>,
    git: &dyn Git,
    base: &CommitId,
    order: &Order,
    diffs: &IndexVec<InputId, TaskDiff>,
    report: &mut Report,
) {
    let is_best = |input: InputId| {
        let diff = &diffs[input];
        diff.task.is_none() || diff.input.attempt.is_none() || rank(report, input) == Some(1)
    };
    let mut candidates: Vec<InputId> = report
        .verdicts
        .iter()
        .filter(|verdict| {
            verdict.verdict == MergeVerdict::Merge && verdict.merges_with_base.is_some()
        })
        .map(|verdict| verdict.input)
        .filter(|&input| is_best(input))
        .collect();
    candidates.sort_by_key(|&input| {
        let task = diffs[input].task;
        (task.map(|task| order.rank(task)), task, input)
    });
    let groups = groups(diffs, &candidates);
    // The result so far of the branches that may meet.
    let mut merged: BTreeMap<usize, CommitId> = BTreeMap::new();
    let (mut accepted, mut left_out) = (Vec::new(), Vec::new());
    for (done, &input) in candidates.iter().enumerate() {
        let Some(commits) = diffs[input].commits() else { continue };
        let group = groups[&input];
        let is_alone = groups.values().filter(|other| **other == group).count() == 1;
        if is_alone {
            accepted.push(input);
            continue;
        }
        workspace.progress("ordering merges", done, candidates.len());
        let before = merged.get(&group).unwrap_or(base);
        match merge(git, base, before, &commits.tip) {
            Ok(Some(after)) => {
                merged.insert(group, after);
                accepted.push(input);
            }
            Ok(None) | Err(_) => left_out.push(input),
        }
    }
    workspace.end_progress();
    report.merge_order = accepted;
    report.left_out = left_out;
}

fn rank(report: &Report, input: InputId) -> Option<usize> {
    report.verdicts.iter().find(|verdict| verdict.input == input)?.rank
}

/// The merge of two commits; `None` if they conflict.
fn merge(
    git: &dyn Git,
    base: &CommitId,
    before: &CommitId,
    tip: &CommitId,
) -> Result<Option<CommitId>, GitError> {
    let pair = [(before.clone(), tip.clone())];
    let Some(merge) = git.merges(&pair, base).pop().transpose()? else { return Ok(None) };
    if !merge.conflicts.is_empty() {
        return Ok(None);
    }
    git.merge_commit(&merge, before, tip).map(Some)
}

/// Numbers the groups of branches that may meet when they are merged: they change the same path, or
/// one deletes a file, perhaps to rename its folder, and the other changes something in that folder.
fn groups(diffs: &IndexVec<InputId, TaskDiff>, candidates: &[InputId]) -> BTreeMap<InputId, usize> {
    let mut group_of: BTreeMap<InputId, usize> =
        candidates.iter().enumerate().map(|(group, &input)| (input, group)).collect();
    let mut first: HashMap<&[u8], InputId> = HashMap::new();
    let mut join = |one: InputId, other: InputId| {
        let (from, to) =
            (group_of[&one].max(group_of[&other]), group_of[&one].min(group_of[&other]));
        if from != to {
            group_of.values_mut().filter(|group| **group == from).for_each(|group| *group = to);
        }
    };
    for &input in candidates {
        for (path, _) in diffs[input].changes() {
            let &mut other = first.entry(path.as_bytes()).or_insert(input);
            join(input, other);
        }
    }
    let mut emptied: HashMap<&[u8], Vec<InputId>> = HashMap::new();
    for &input in candidates {
        let deleted =
            diffs[input].changes().filter(|(_, change)| change.kind == ChangeKind::Deleted);
        for folder in deleted.flat_map(|(path, _)| folders(path)) {
            emptied.entry(folder).or_default().push(input);
        }
    }
    for &input in candidates {
        for (path, _) in diffs[input].changes() {
            for folder in folders(path).chain([path.as_bytes()]) {
                for &other in emptied.get(folder).into_iter().flatten() {
                    join(input, other);
                }
                // A file in the place of a folder.
                if let Some(&other) = first.get(folder) {
                    join(input, other);
                }
            }
        }
    }
    group_of
}
