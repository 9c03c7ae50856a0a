//! Asks git what is needed to compare the tasks' diffs with each other.

use std::collections::BTreeMap;

use crate::change::{FolderRename, Lines};
use crate::failure::Failure;
use crate::fold;
use crate::gate::{
    Collisions, Commits, Sharing, TaskDiff, TriedMerge, added_forms, may_move_folders,
};
use crate::git::{CommitId, GitError, ObjectId};
use crate::index::{IndexVec, InputId};
use crate::path::RepoPath;
use crate::plan::order::Order;
use crate::workspace::{Git, Workspace};

/// How many merges one git process runs, so that progress can be reported in between.
const MERGES_AT_ONCE: usize = 100;

/// The existing paths in the base that added paths may clash with.
pub(super) fn existing(
    git: &dyn Git,
    base: Option<&CommitId>,
    diffs: &[TaskDiff],
) -> Result<Vec<RepoPath>, GitError> {
    let forms = added_forms(diffs);
    if forms.is_empty() {
        return Ok(Vec::new());
    }
    let Some(commit) = base.cloned().map_or_else(|| git.head(), |base| Ok(Some(base)))? else {
        return Ok(Vec::new());
    };
    let files = git.tree_files(&commit)?;
    Ok(files.into_iter().filter(|file| forms.contains(&fold::path(file))).collect())
}

/// The changed lines of paths that two tasks changed. Collisions are reported even without them.
pub(super) fn lines(
    git: &dyn Git,
    collisions: &Collisions<'_>,
) -> BTreeMap<(ObjectId, ObjectId), Lines> {
    let contents: Vec<_> = collisions.contents().into_iter().collect();
    let lines = git.changed_lines(&contents).unwrap_or_default();
    contents.into_iter().zip(lines).collect()
}

/// The folders that an input renames while a concurrent task adds files, by input.
pub(super) fn folder_renames(
    workspace: &Workspace<'_>,
    git: &dyn Git,
    order: &Order,
    diffs: &IndexVec<InputId, TaskDiff>,
) -> (BTreeMap<InputId, Vec<FolderRename>>, Vec<Failure>) {
    let (mut found, mut gaps) = (BTreeMap::new(), Vec::new());
    let movers = may_move_folders(order, diffs);
    for (done, &index) in movers.iter().enumerate() {
        workspace.progress("looking for renamed folders", done, movers.len());
        let Some(Commits { start, tip, .. }) = diffs[index].commits() else { continue };
        match git.folder_renames(start, tip) {
            Ok(renames) => drop(found.insert(index, renames)),
            Err(error) => gaps.push(error.into()),
        }
    }
    (found, gaps)
}

/// Merges the branches that share files: in pairs, and each round in sequence.
pub(super) fn merge(
    workspace: &Workspace<'_>,
    git: &dyn Git,
    base: &CommitId,
    sharing: &Sharing,
    diffs: &[TaskDiff],
) -> Vec<TriedMerge> {
    let tips: IndexVec<InputId, Option<CommitId>> =
        diffs.iter().map(|diff| diff.commits().map(|commits| commits.tip.clone())).collect();
    let pairs = sharing.pairs.len();
    let total = pairs + sharing.rounds.iter().map(|round| round.len() - 1).sum::<usize>();
    let mut tried = Vec::new();
    for (done, pairs) in sharing.pairs.chunks(MERGES_AT_ONCE).enumerate() {
        workspace.progress("merging", done * MERGES_AT_ONCE, total);
        let commits: Vec<(CommitId, CommitId)> = pairs
            .iter()
            .filter_map(|&(one, other)| Some((tips[one].clone()?, tips[other].clone()?)))
            .collect();
        let merges = git.merges(&commits, base);
        for (&(one, other), merge) in pairs.iter().zip(merges) {
            let outcome = merge.map(|merge| merge.conflicts).map_err(Failure::from);
            tried.push(TriedMerge { branch: other, into: vec![one], outcome });
        }
    }
    let mut done = pairs;
    for round in &sharing.rounds {
        let merges = in_order(git, base, round, &tips, |merged| {
            workspace.progress("merging", done + merged, total);
        });
        tried.extend(merges);
        done += round.len() - 1;
    }
    workspace.end_progress();
    let conflicts =
        tried.iter().any(|merge| merge.outcome.as_ref().is_ok_and(|found| !found.is_empty()));
    if conflicts && git.merges_by_attributes() == Ok(false) {
        workspace.note(
            "when it merges, this version of git reads only the root .gitattributes; `merge=union` \
             in subfolders needs git 2.41",
        );
    }
    tried
}

/// Merges one branch after another into the result of those before. A branch that conflicts is left
/// out.
fn in_order(
    git: &dyn Git,
    base: &CommitId,
    round: &[InputId],
    tips: &IndexVec<InputId, Option<CommitId>>,
    mut progress: impl FnMut(usize),
) -> Vec<TriedMerge> {
    let mut tried = Vec::new();
    let mut merged: Option<(CommitId, Vec<InputId>)> = None;
    for (done, &branch) in round.iter().enumerate() {
        progress(done);
        let Some(tip) = &tips[branch] else { continue };
        let Some((before, into)) = &mut merged else {
            merged = Some((tip.clone(), vec![branch]));
            continue;
        };
        let attempt = || -> Result<_, GitError> {
            let pair = [(before.clone(), tip.clone())];
            let Some(merge) = git.merges(&pair, base).pop() else { return Ok(None) };
            let merge = merge?;
            if !merge.conflicts.is_empty() {
                return Ok(Some(Err(merge.conflicts)));
            }
            git.merge_commit(&merge, before, tip).map(|commit| Some(Ok(commit)))
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
        tried.push(TriedMerge { branch, into: into.clone(), outcome });
    }
    tried
}
