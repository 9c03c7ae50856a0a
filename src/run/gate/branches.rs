//! Collects the tasks' branches, each compared with its merge base.

use std::collections::BTreeMap;
use std::slice;

use super::collect::{Collector, Owner};
use crate::change::ChangeSet;
use crate::failure::Failure;
use crate::gate::{Commits, Coverage, GateInput, Source, TaskDiff, Work};
use crate::git::{BranchTip, CommitId, GitError, Prefer};
use crate::index::TaskId;
use crate::workspace::{self, Git, Revision};

/// How many branches one git process compares, so that progress can be reported in between.
const BRANCHES_AT_ONCE: usize = 200;

/// The merge base of a branch, if known, and what the branch changed since.
type BranchDiff = (Option<CommitId>, Work);

impl Collector<'_> {
    /// Collects the branch of each task, or the named branch. Returns the base's commit.
    pub(super) fn branches(
        &self,
        git: &dyn Git,
        base: Option<Revision>,
        input: &mut GateInput,
    ) -> Option<CommitId> {
        let base = match base.map_or_else(|| self.base(git), Ok) {
            Ok(base) => base,
            Err(error) => {
                input.gaps.push(error.into());
                return None;
            }
        };
        let branches = self.named_branches();
        let tips: Vec<Result<Option<BranchTip>, GitError>> =
            branches.iter().map(|(_, name)| git.branch(name, Prefer::Local)).collect();
        if tips.iter().all(|tip| matches!(tip, Ok(None))) {
            input.gaps.push(self.no_branch());
        }
        let mut diffs = self.branch_diffs(git, &base, &tips).into_iter();
        for ((task, name), tip) in branches.into_iter().zip(tips) {
            let diff = match tip {
                Ok(Some(tip)) => {
                    let diff = diffs.next().unwrap_or_else(|| (None, missing()));
                    self.branch(task, &base, tip, diff)
                }
                Ok(None) => self.branch_without_diff(task, name, Work::NoBranch),
                Err(error) => self.branch_without_diff(task, name, Work::Unreadable(error.into())),
            };
            input.diffs.push(diff);
        }
        Some(base.commit)
    }

    fn base(&self, git: &dyn Git) -> Result<Revision, GitError> {
        let of_plan = self.plan.base.as_ref().map(|base| base.value.as_str());
        workspace::base(self.workspace.host(), git, self.request.base.as_deref(), of_plan)
    }

    /// The branches to compare, with their tasks.
    fn named_branches(&self) -> Vec<(Option<TaskId>, &str)> {
        let of_task = |task: TaskId| (Some(task), self.plan[task].branch_name());
        match &self.owner {
            Owner::Unspecified => self.plan.tasks.ids().map(of_task).collect(),
            Owner::Task(task) => vec![of_task(*task)],
            Owner::Unclaimed(branch) => vec![(None, branch)],
        }
    }

    fn no_branch(&self) -> Failure {
        let problem = match &self.owner {
            Owner::Unclaimed(branch) => {
                format!("the branch `{branch}` does not exist, so nothing was checked")
            }
            Owner::Unspecified | Owner::Task(_) => {
                "no task has a branch, so nothing was checked".to_owned()
            }
        };
        Failure::new(
            problem,
            "fetch the branches (`git fetch origin`), or name them with `branch:` in the plan",
        )
    }

    /// The diffs of the branches that exist, in order.
    fn branch_diffs(
        &self,
        git: &dyn Git,
        base: &Revision,
        tips: &[Result<Option<BranchTip>, GitError>],
    ) -> Vec<BranchDiff> {
        let tips: Vec<&BranchTip> =
            tips.iter().filter_map(|tip| tip.as_ref().ok()?.as_ref()).collect();
        let mut diffs = Vec::with_capacity(tips.len());
        for chunk in tips.chunks(BRANCHES_AT_ONCE) {
            diffs.extend(branch_diffs(git, base, chunk));
            self.workspace.progress("comparing branches", diffs.len(), tips.len());
        }
        self.workspace.end_progress();
        diffs
    }

    fn branch(
        &self,
        task: Option<TaskId>,
        base: &Revision,
        tip: BranchTip,
        (start, work): BranchDiff,
    ) -> TaskDiff {
        if let Some((reference, commit)) = &tip.passed_over {
            let chosen = &tip.reference;
            let note = format!("using {chosen}; {reference} differs, at {commit}");
            self.workspace.note(&note);
        }
        let mut input = self.input(task, format!("branch {}", tip.reference));
        input.base = Some(base.commit.to_string());
        input.head = Some(tip.commit.to_string());
        input.merge_base = start.as_ref().map(ToString::to_string);
        let onto = Some(base.commit.clone());
        let commits = start.map(|start| Commits { start, tip: tip.commit, onto });
        TaskDiff {
            task,
            input,
            coverage: Coverage::Branch,
            source: Source::Commits(commits),
            work,
            uncertain: BTreeMap::new(),
        }
    }

    fn branch_without_diff(&self, task: Option<TaskId>, name: &str, work: Work) -> TaskDiff {
        TaskDiff {
            task,
            input: self.input(task, format!("branch {name}")),
            coverage: Coverage::Branch,
            source: Source::Commits(None),
            work,
            uncertain: BTreeMap::new(),
        }
    }
}

/// The merge base of each branch with the base, and what the branch changed since.
fn branch_diffs(git: &dyn Git, base: &Revision, tips: &[&BranchTip]) -> Vec<BranchDiff> {
    let pairs: Vec<(CommitId, CommitId)> =
        tips.iter().map(|tip| (base.commit.clone(), tip.commit.clone())).collect();
    let starts: Vec<Result<CommitId, GitError>> = git
        .merge_bases(&pairs)
        .into_iter()
        .zip(tips)
        .map(|(start, tip)| workspace::one_merge_base(start?, &base.name, &tip.reference))
        .collect();
    let known: Vec<(Option<CommitId>, CommitId)> = starts
        .iter()
        .zip(tips)
        .filter_map(|(start, tip)| Some((Some(start.clone().ok()?), tip.commit.clone())))
        .collect();
    let mut diffs: Box<dyn Iterator<Item = Result<ChangeSet, GitError>>> =
        match git.diff_trees(&known) {
            Ok(diffs) => Box::new(diffs.into_iter().map(Ok)),
            // One broken branch must not hide the others.
            Err(_) => Box::new(known.iter().map(|pair| {
                let diffs = git.diff_trees(slice::from_ref(pair))?;
                Ok(diffs.into_iter().next().unwrap_or_default())
            })),
        };
    let to_diff = |start| match start {
        Err(error) => (None, Work::Unreadable(GitError::into(error))),
        Ok(start) => {
            let work = match diffs.next() {
                Some(Ok(changes)) => Work::Changes(changes),
                Some(Err(error)) => Work::Unreadable(error.into()),
                None => missing(),
            };
            (Some(start), work)
        }
    };
    starts.into_iter().map(to_diff).collect()
}

fn missing() -> Work {
    Work::Unreadable(Failure::new("git did not compare all branches", "run the gate again"))
}
