//! Finds what merging a branch would write, by trial merges: what the base has already is no longer
//! the branch's own change, and what git moves along with a rename is.

use std::collections::BTreeMap;

use crate::change::{Change, ChangeSet};
use crate::failure::Failure;
use crate::gate::{CarriedChange, Commits, GateInput, TaskDiff, Work, may_differ};
use crate::git::{CommitId, GitError, MergeWrites, ObjectId};
use crate::index::InputId;
use crate::path::RepoPath;
use crate::workspace::{Git, Workspace};

/// How many diffs of bases are in memory at once: each may be as large as the repository.
const DIFFS_AT_ONCE: usize = 16;
/// How many merges one git process runs.
const MERGES_AT_ONCE: usize = 200;

/// Merges each input into the tip of its base if that may write anything but its diff.
pub(super) fn find(workspace: &Workspace<'_>, git: &dyn Git, input: &mut GateInput) {
    let mut by_base: BTreeMap<CommitId, Vec<(InputId, CommitId)>> = BTreeMap::new();
    for index in worth_merging(git, input) {
        if let Some(Commits { tip, onto: Some(onto), .. }) = input.diffs[index].commits() {
            by_base.entry(onto.clone()).or_default().push((index, tip.clone()));
        }
    }
    let mut renames = Renames::default();
    let (mut done, all) = (0, by_base.values().map(Vec::len).sum());
    for (onto, branches) in &by_base {
        for branches in branches.chunks(MERGES_AT_ONCE) {
            workspace.progress("merging into the base", done, all);
            done += branches.len();
            let pairs: Vec<_> =
                branches.iter().map(|(_, tip)| (onto.clone(), tip.clone())).collect();
            for (&(index, _), written) in branches.iter().zip(git.merge_writes(&pairs, onto)) {
                match written {
                    Ok(written) => {
                        let diff = &input.diffs[index];
                        let carried = if writes_other_paths(&written.changes, diff) {
                            carried(index, diff, &written.changes, renames.of(git, diff))
                        } else {
                            Vec::new()
                        };
                        input.carried.extend(carried);
                        keep_own(&mut input.diffs[index], written);
                    }
                    Err(error) => add_gaps(input, index, [unmerged(error)]),
                }
            }
        }
    }
    workspace.end_progress();
}

/// The inputs whose base has moved in a way that may change what a merge writes.
fn worth_merging(git: &dyn Git, input: &mut GateInput) -> Vec<InputId> {
    let mut by_fork: BTreeMap<(CommitId, CommitId), Vec<InputId>> = BTreeMap::new();
    for (index, diff) in input.diffs.enumerated() {
        if let Some(Commits { start, onto: Some(onto), .. }) = diff.commits()
            && start != onto
        {
            by_fork.entry((start.clone(), onto.clone())).or_default().push(index);
        }
    }
    let forks: Vec<_> = by_fork.into_iter().collect();
    let mut found = Vec::new();
    for forks in forks.chunks(DIFFS_AT_ONCE) {
        let pairs: Vec<_> =
            forks.iter().map(|((start, onto), _)| (Some(start.clone()), onto.clone())).collect();
        let diffs = match git.diff_trees(&pairs) {
            Ok(diffs) => diffs,
            Err(error) => {
                let indexes = forks.iter().flat_map(|(_, indexes)| indexes);
                indexes.for_each(|&index| add_gaps(input, index, [unmerged(error.clone())]));
                continue;
            }
        };
        for ((_, indexes), base) in forks.iter().zip(diffs) {
            let may_differ_of = |index: &InputId| match &input.diffs[*index].work {
                Work::Changes(own) => may_differ(own, &base),
                Work::NoBranch | Work::Superseded | Work::Unreadable(_) => false,
            };
            found.extend(indexes.iter().copied().filter(may_differ_of));
        }
    }
    found.sort_unstable();
    found
}

/// Keeps the changes that the merge would write, compared with the base's tip.
fn keep_own(diff: &mut TaskDiff, written: MergeWrites) {
    let Work::Changes(set) = &mut diff.work else { return };
    let MergeWrites { changes: written, conflicts } = written;
    diff.merging.is_merged = !set.changes.is_empty() && written.changes.is_empty();
    let landed = set.changes.keys().filter(|path| !written.changes.contains_key(*path));
    diff.merging.landed = landed.cloned().collect();
    set.changes.retain(|path, _| written.changes.contains_key(path));
    for (path, change) in &mut set.changes {
        let conflicts = conflicts.iter().any(|conflict| conflict.path == *path);
        // The merged file of a conflict has markers in it, which nobody wrote.
        if let Some(written) = written.changes.get(path).filter(|_| !conflicts) {
            change.clone_from(written);
        }
    }
    set.gaps.extend(written.gaps);
    diff.merging.conflicts = conflicts;
}

fn writes_other_paths(written: &ChangeSet, diff: &TaskDiff) -> bool {
    written.changes.keys().any(|path| !diff.has_changed(path))
}

/// The changes of a merge to paths that the input did not change, with the paths they come from if
/// known. `renames` maps new names to old names in the base.
fn carried(
    index: InputId,
    diff: &TaskDiff,
    written: &ChangeSet,
    renames: &BTreeMap<RepoPath, RepoPath>,
) -> Vec<CarriedChange> {
    // A file that moves with its folder keeps its name and content.
    let moved: BTreeMap<_, &RepoPath> = diff
        .changes()
        .filter(|(own, _)| !written.changes.contains_key(*own))
        .filter_map(|(own, change)| Some(((own.name(), content(change)?), own)))
        .collect();
    let from = |path: &RepoPath, change: &Change| {
        let renamed = renames.get(path).filter(|old| diff.has_changed(old));
        renamed.or_else(|| moved.get(&(path.name(), content(change)?)).copied()).cloned()
    };
    let beyond = written.changes.iter().filter(|(path, _)| !diff.has_changed(path));
    beyond
        .map(|(path, change)| CarriedChange {
            input: index,
            path: path.clone(),
            change: change.clone(),
            from: from(path, change),
        })
        .collect()
}

fn content(change: &Change) -> Option<&ObjectId> {
    change.new.as_ref()?.id.as_ref()
}

/// The files renamed between a fork point and a base's tip, by their new names.
#[derive(Default)]
struct Renames {
    known: BTreeMap<(CommitId, CommitId), BTreeMap<RepoPath, RepoPath>>,
    none: BTreeMap<RepoPath, RepoPath>,
}

impl Renames {
    fn of(&mut self, git: &dyn Git, diff: &TaskDiff) -> &BTreeMap<RepoPath, RepoPath> {
        let Some(Commits { start, onto: Some(onto), .. }) = diff.commits() else {
            return &self.none;
        };
        self.known.entry((start.clone(), onto.clone())).or_insert_with(|| {
            // Without the renames the finding is still correct, only harder to understand.
            let renames = git.renamed_files(start, onto).unwrap_or_default();
            renames.into_iter().map(|(old, new)| (new, old)).collect()
        })
    }
}

fn unmerged(error: GitError) -> Failure {
    let Failure { problem, help } = error.into();
    Failure { problem: format!("cannot merge it into the base on trial: {problem}"), help }
}

fn add_gaps(input: &mut GateInput, index: InputId, gaps: impl IntoIterator<Item = Failure>) {
    if let Work::Changes(set) = &mut input.diffs[index].work {
        set.gaps.extend(gaps);
    }
}
