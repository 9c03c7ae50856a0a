//! What merging writes beyond the branches' own changes, asked of git's own merge.

use std::collections::BTreeMap;
use std::io::Write;

use lanelint::gate::{Carried, Commits, GateInput, Judged, Work, may_carry};
use lanelint::path::RepoPath;
use lanelint::repo::git::{CommitId, GitError, Repository};
use lanelint::repo::{Change, ChangeSet, Gap};

use super::progress::Progress;

/// How many diffs of the base are in memory at once: each may be as large as the repository.
const DIFFS_AT_ONCE: usize = 16;
/// How many merges one process is asked for.
const MERGES_AT_ONCE: usize = 200;

/// Merges each input into the tip of its base, where that may write what its diff does not name.
pub(super) fn find(
    repository: &Repository,
    input: &mut GateInput,
    progress: &mut Progress<impl Write>,
) {
    let mut by_base: BTreeMap<CommitId, Vec<(usize, CommitId)>> = BTreeMap::new();
    for index in worth_merging(repository, input) {
        if let Some(Commits { tip, onto: Some(onto), .. }) = input.judged[index].commits() {
            by_base.entry(onto.clone()).or_default().push((index, tip.clone()));
        }
    }
    let (mut done, all) = (0, by_base.values().map(Vec::len).sum());
    for (onto, branches) in &by_base {
        for branches in branches.chunks(MERGES_AT_ONCE) {
            progress.step("merging into the base", done, all);
            done += branches.len();
            let pairs: Vec<_> =
                branches.iter().map(|(_, tip)| (onto.clone(), tip.clone())).collect();
            for (&(index, _), written) in branches.iter().zip(repository.merge_writes(&pairs, onto))
            {
                match written {
                    Ok(written) => carry(repository, index, written, input),
                    Err(error) => add_gap(input, index, error),
                }
            }
        }
    }
    progress.clear();
}

/// The inputs whose base moved on in a way that a merge may follow.
fn worth_merging(repository: &Repository, input: &mut GateInput) -> Vec<usize> {
    let mut by_fork: BTreeMap<(CommitId, CommitId), Vec<usize>> = BTreeMap::new();
    for (index, judged) in input.judged.iter().enumerate() {
        if let Some(Commits { start, onto: Some(onto), .. }) = judged.commits()
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
        let diffs = match repository.diff_trees(&pairs) {
            Ok(diffs) => diffs,
            Err(error) => {
                let indexes = forks.iter().flat_map(|(_, indexes)| indexes);
                indexes.for_each(|&index| add_gap(input, index, error.clone()));
                continue;
            }
        };
        for ((_, indexes), base) in forks.iter().zip(diffs) {
            let carried = |index: &usize| match &input.judged[*index].work {
                Work::Changes(own) => may_carry(own, &base),
                Work::NoBranch | Work::Unreadable(_) => false,
            };
            found.extend(indexes.iter().copied().filter(carried));
        }
    }
    found.sort_unstable();
    found
}

/// Notes what a merge writes that the input did not change itself.
fn carry(repository: &Repository, index: usize, written: ChangeSet, input: &mut GateInput) {
    let judged = &input.judged[index];
    let beyond: Vec<(&RepoPath, &Change)> =
        written.changes.iter().filter(|(path, _)| !judged.has_changed(path)).collect();
    if !beyond.is_empty() {
        let renamed = renamed_by_base(repository, judged);
        // A file that moves with its folder keeps its name.
        let gone = judged.changes().map(|(own, _)| own);
        let gone = gone.filter(|own| !written.changes.contains_key(*own));
        let gone: BTreeMap<&[u8], &RepoPath> = gone.map(|own| (own.name(), own)).collect();
        let carried = beyond.into_iter().map(|(path, change)| Carried {
            judged: index,
            path: path.clone(),
            change: change.clone(),
            from: renamed.get(path).or_else(|| gone.get(path.name()).copied()).cloned(),
        });
        input.carried.extend(carried);
    }
    if let Work::Changes(set) = &mut input.judged[index].work {
        set.gaps.extend(written.gaps);
    }
}

/// The files that the base renamed since an input forked, by their new names.
fn renamed_by_base(repository: &Repository, judged: &Judged) -> BTreeMap<RepoPath, RepoPath> {
    let Some(Commits { start, onto: Some(onto), .. }) = judged.commits() else {
        return BTreeMap::new();
    };
    // Without them, the finding is only harder to understand.
    let renames = repository.renamed_files(start, onto).unwrap_or_default();
    let own = renames.into_iter().filter(|(old, _)| judged.has_changed(old));
    own.map(|(old, new)| (new, old)).collect()
}

fn add_gap(input: &mut GateInput, index: usize, error: GitError) {
    if let Work::Changes(set) = &mut input.judged[index].work {
        let Gap { problem, help } = error.into();
        let problem = format!("what merging it into the base would write: {problem}");
        set.gaps.push(Gap { problem, help });
    }
}
