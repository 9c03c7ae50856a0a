//! What has to be asked of git to hold the tasks' work against each other.

use std::io::Write;

use lanelint::change::Gap;
use lanelint::fold;
use lanelint::gate::{
    Commits, GateInput, TriedMerge, added_forms, collisions, may_move_folders, sharing,
};
use lanelint::git::{CommitId, GitError, Repository};
use lanelint::path::RepoPath;
use lanelint::plan::Plan;
use lanelint::plan::order::Order;
use lanelint::rules;

use super::progress::Progress;
use crate::cli::output::tell;

/// How many merges one process is asked for, so that there is something to tell on the way.
const MERGES_AT_ONCE: usize = 100;

/// Asks it, as far as the plan's rules want to know. `base` is the commit whose `.gitattributes`
/// say how files merge.
pub(super) fn compare(
    repository: &Repository,
    plan: &Plan,
    base: Option<&CommitId>,
    input: &mut GateInput,
    progress: &mut Progress<impl Write>,
) {
    if rules::CLASHING_PATHS.is_on(plan) {
        existing(repository, base, input);
    }
    if input.judged.len() < 2 {
        return;
    }
    let (lanes, order) = (plan.lanes(), Order::new(plan));
    if rules::COLLIDING_WRITES.is_on(plan) {
        let contents: Vec<_> =
            collisions(&lanes, &order, &input.judged).contents().into_iter().collect();
        // Without them, a collision is told all the same.
        let lines = repository.changed_lines(&contents).unwrap_or_default();
        input.lines = contents.into_iter().zip(lines).collect();
    }
    // Merges have to know them too: a folder that moves along makes conflicts of its own.
    if rules::MOVED_FOLDER.is_on(plan) || rules::MERGE_CONFLICT.is_on(plan) {
        folder_renames(repository, &order, input, progress);
    }
    if let Some(base) = base.filter(|_| rules::MERGE_CONFLICT.is_on(plan)) {
        merge(repository, &order, base, input, progress);
    }
}

/// Finds the paths that exist where the work will be merged, and with which added ones may clash.
fn existing(repository: &Repository, base: Option<&CommitId>, input: &mut GateInput) {
    let forms = added_forms(&input.judged);
    if forms.is_empty() {
        return;
    }
    let found = (|| -> Result<Vec<RepoPath>, GitError> {
        match base.cloned().map_or_else(|| repository.head(), |base| Ok(Some(base)))? {
            None => Ok(Vec::new()),
            Some(commit) => repository.tree_files(&commit),
        }
    })();
    match found {
        Ok(files) => {
            input.existing =
                files.into_iter().filter(|file| forms.contains(&fold::path(file))).collect();
        }
        Err(error) => input.gaps.push(error.into()),
    }
}

/// Finds the folders that are renamed where a concurrent task adds files.
fn folder_renames(
    repository: &Repository,
    order: &Order,
    input: &mut GateInput,
    progress: &mut Progress<impl Write>,
) {
    let places = may_move_folders(order, &input.judged);
    for (done, &place) in places.iter().enumerate() {
        progress.step("looking for renamed folders", done, places.len());
        let Some(Commits { start, tip, .. }) = input.judged[place].commits() else { continue };
        match repository.folder_renames(start, tip) {
            Ok(renames) => drop(input.folder_renames.insert(place, renames)),
            Err(error) => input.gaps.push(error.into()),
        }
    }
}

/// Merges the branches that share files: two by two, and all of them in their order.
fn merge(
    repository: &Repository,
    order: &Order,
    base: &CommitId,
    input: &mut GateInput,
    progress: &mut Progress<impl Write>,
) {
    let sharing = sharing(order, input);
    input.left_unmerged = sharing.gave_up;
    let tips: Vec<Option<CommitId>> = input
        .judged
        .iter()
        .map(|judged| judged.commits().map(|commits| commits.tip.clone()))
        .collect();
    let pairs = sharing.pairs.len();
    let merges = pairs + sharing.rounds.iter().map(|round| round.len() - 1).sum::<usize>();
    for (done, pairs) in sharing.pairs.chunks(MERGES_AT_ONCE).enumerate() {
        progress.step("merging", done * MERGES_AT_ONCE, merges);
        let commits: Vec<(CommitId, CommitId)> = pairs
            .iter()
            .filter_map(|&(one, other)| Some((tips[one].clone()?, tips[other].clone()?)))
            .collect();
        let merges = repository.merges(&commits, base);
        for (&(one, other), merge) in pairs.iter().zip(merges) {
            let outcome = merge.map(|merge| merge.conflicts).map_err(Gap::from);
            input.merges.push(TriedMerge { branch: other, into: vec![one], outcome });
        }
    }
    let mut done = pairs;
    for round in &sharing.rounds {
        in_order(repository, base, round, &tips, input, |merged| {
            progress.step("merging", done + merged, merges);
        });
        done += round.len() - 1;
    }
    progress.clear();
    let conflicts = input
        .merges
        .iter()
        .any(|merge| merge.outcome.as_ref().is_ok_and(|found| !found.is_empty()));
    if conflicts && repository.merges_by_attributes() == Ok(false) {
        tell(
            "note",
            "this git heeds the .gitattributes of the root alone when it merges: `merge=union` \
             further below counts from git 2.41 on",
        );
    }
}

/// Merges one branch after another into what those before it came to. One that does not merge is
/// left out.
fn in_order(
    repository: &Repository,
    base: &CommitId,
    round: &[usize],
    tips: &[Option<CommitId>],
    input: &mut GateInput,
    mut progress: impl FnMut(usize),
) {
    let mut merged: Option<(CommitId, Vec<usize>)> = None;
    for (done, &branch) in round.iter().enumerate() {
        progress(done);
        let Some(tip) = &tips[branch] else { continue };
        let Some((before, into)) = &mut merged else {
            merged = Some((tip.clone(), vec![branch]));
            continue;
        };
        let attempt = || -> Result<_, GitError> {
            let pair = [(before.clone(), tip.clone())];
            let Some(merge) = repository.merges(&pair, base).pop() else { return Ok(None) };
            let merge = merge?;
            if !merge.conflicts.is_empty() {
                return Ok(Some(Err(merge.conflicts)));
            }
            repository.merge_commit(&merge, before, tip).map(|commit| Some(Ok(commit)))
        };
        let outcome = match attempt() {
            Ok(None) => continue,
            Ok(Some(Ok(commit))) => {
                *before = commit;
                into.push(branch);
                continue;
            }
            Ok(Some(Err(conflicts))) => Ok(conflicts),
            Err(error) => Err(error.into()),
        };
        input.merges.push(TriedMerge { branch, into: into.clone(), outcome });
    }
}
