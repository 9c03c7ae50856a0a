//! Takes ranges apart into commits, each of which names its task.

use std::collections::{BTreeMap, BTreeSet};

use super::arguments::Range;
use super::collect::{Collector, range_start, task_diff};
use super::commit_names::CommitNames;
use crate::change::{ChangeSet, Conflict};
use crate::gate::{
    Commits, CommitsApart, Coverage, GateInput, Source, TaskDiff, UnclaimedCommit, Work,
};
use crate::git::{CommitId, GitError, LoggedCommit, Merge};
use crate::index::TaskId;
use crate::path::RepoPath;
use crate::workspace::Git;

/// The most commits of a range.
const MAX_COMMITS: usize = 20_000;

impl Collector<'_> {
    /// Adds an input for each commit of a range.
    pub(super) fn commits_apart(
        &self,
        git: &dyn Git,
        names: &CommitNames,
        range: &Range,
        input: &mut GateInput,
    ) {
        let apart = input.apart.get_or_insert_with(|| CommitsApart {
            named_by: names.by.clone(),
            unclaimed: Vec::new(),
            unaccounted: BTreeSet::new(),
        });
        match commits_of(git, names, range) {
            Ok(taken) => {
                for (commit, work) in taken.commits {
                    let found = names.task(self.plan, &commit);
                    let is_empty = matches!(
                        &work, Work::Changes(set) if set.changes.is_empty() && set.gaps.is_empty()
                    );
                    if commit.parents.len() > 1 && is_empty && found.is_err() {
                        continue;
                    }
                    let diff = self.commit_diff(found.as_ref().ok().copied(), &commit, work);
                    if let Err(naming) = found {
                        apart.unclaimed.push(UnclaimedCommit {
                            input: input.diffs.len().into(),
                            commit: commit.id,
                            subject: commit.subject,
                            names: naming,
                        });
                    }
                    input.diffs.push(diff);
                }
                apart.unaccounted.extend(taken.unaccounted);
            }
            Err(error) => {
                let about = self.input(None, format!("range {}", range.text));
                let (source, failed) = (Source::Commits(None), Err(error));
                input.diffs.push(task_diff(None, about, Coverage::Commit, source, failed));
            }
        }
    }

    fn commit_diff(&self, task: Option<TaskId>, commit: &LoggedCommit, work: Work) -> TaskDiff {
        let mut about = self.input(task, format!("commit {}", commit.id));
        about.head = Some(commit.id.to_string());
        let parent = commit.parents.first();
        about.base = parent.map(ToString::to_string);
        let commits = parent.map(|parent| Commits {
            start: parent.clone(),
            tip: commit.id.clone(),
            onto: None,
        });
        TaskDiff {
            task,
            input: about,
            coverage: Coverage::Commit,
            source: Source::Commits(commits),
            work,
            uncertain: BTreeMap::new(),
            merging: crate::gate::Merging::default(),
        }
    }
}

/// The commits of a range with what each changed, and the paths that only the range as a whole
/// changes.
struct Taken {
    commits: Vec<(LoggedCommit, Work)>,
    unaccounted: BTreeSet<RepoPath>,
}

fn commits_of(git: &dyn Git, names: &CommitNames, range: &Range) -> Result<Taken, GitError> {
    let (from, tip) = (git.commit(&range.from)?, git.commit(&range.to)?);
    let start = range_start(git, range, &from, &tip)?;
    let commits = git.log(&from, &tip, names.key(), MAX_COMMITS + 1)?;
    if commits.len() > MAX_COMMITS {
        return Err(GitError::new(
            crate::git::GitErrorKind::TooLarge,
            format!("the range has more than {MAX_COMMITS} commits"),
            "check it in parts",
        ));
    }
    let merges = own_merges(git, &commits, &from)?;
    let mut pairs = vec![(Some(start), tip)];
    for (commit, merge) in commits.iter().zip(&merges) {
        match merge {
            Some(merge) => {
                pairs.push((Some(merge.commit.clone()), commit.id.clone()));
                let parents = commit.parents.iter().filter(|_| !merge.conflicts.is_empty());
                pairs.extend(parents.map(|parent| (Some(parent.clone()), commit.id.clone())));
            }
            None => pairs.push((commit.parents.first().cloned(), commit.id.clone())),
        }
    }
    let mut diffs = git.diff_trees(&pairs)?.into_iter();
    let net = diffs.next().unwrap_or_default();
    let mut taken = Vec::with_capacity(commits.len());
    for (commit, merge) in commits.into_iter().zip(merges) {
        let mut diff = diffs.next().unwrap_or_default();
        if let Some(merge) = merge.filter(|merge| !merge.conflicts.is_empty()) {
            let sides: Vec<ChangeSet> = diffs.by_ref().take(commit.parents.len()).collect();
            settle_conflicts(&mut diff, &merge.conflicts, &sides);
        }
        taken.push((commit, Work::Changes(diff)));
    }
    let mut unaccounted: BTreeSet<RepoPath> = net.changes.into_keys().collect();
    for (_, work) in &taken {
        if let Work::Changes(set) = work {
            set.changes.keys().for_each(|path| {
                unaccounted.remove(path);
            });
        }
    }
    Ok(Taken { commits: taken, unaccounted })
}

/// What git makes of the parents of a merge.
struct OwnMerge {
    commit: CommitId,
    conflicts: BTreeSet<RepoPath>,
}

/// git's own merge of the parents of each merge, one parent after another. `attributes` is the commit
/// whose `.gitattributes` apply.
fn own_merges(
    git: &dyn Git,
    commits: &[LoggedCommit],
    attributes: &CommitId,
) -> Result<Vec<Option<OwnMerge>>, GitError> {
    let pair = |commit: &LoggedCommit| match commit.parents.as_slice() {
        [one, other, ..] => Some((one.clone(), other.clone())),
        _ => None,
    };
    let pairs: Vec<_> = commits.iter().filter_map(pair).collect();
    let mut first = git.merges(&pairs, attributes).into_iter();
    let mut merges = Vec::with_capacity(commits.len());
    for commit in commits {
        let [one, other, rest @ ..] = commit.parents.as_slice() else {
            merges.push(None);
            continue;
        };
        let failed = || {
            Err(GitError::new(
                crate::git::GitErrorKind::Failed,
                format!("the merge {} was not tried", commit.id),
                "check the range again",
            ))
        };
        let mut own = OwnMerge { commit: one.clone(), conflicts: BTreeSet::new() };
        own.add(git, first.next().unwrap_or_else(failed)?, other)?;
        for parent in rest {
            let pair = (own.commit.clone(), parent.clone());
            let merge = git.merges(&[pair], attributes).pop().unwrap_or_else(failed)?;
            own.add(git, merge, parent)?;
        }
        merges.push(Some(own));
    }
    Ok(merges)
}

impl OwnMerge {
    fn add(&mut self, git: &dyn Git, merge: Merge, theirs: &CommitId) -> Result<(), GitError> {
        self.commit = git.merge_commit(&merge, &self.commit, theirs)?;
        self.conflicts.extend(merge.conflicts.into_iter().map(|Conflict { path, .. }| path));
        Ok(())
    }
}

/// Charges the conflicting paths of a merge that differ from all of its parents.
fn settle_conflicts(diff: &mut ChangeSet, conflicts: &BTreeSet<RepoPath>, sides: &[ChangeSet]) {
    for path in conflicts {
        diff.changes.remove(path);
        let mut changes = sides.iter().map(|side| side.changes.get(path));
        if let Some(Some(change)) = changes.next()
            && changes.all(|change| change.is_some())
        {
            diff.changes.insert(path.clone(), change.clone());
        }
    }
}
