//! Collects the tasks' branches, each compared with its merge base.

use std::collections::{BTreeMap, BTreeSet};
use std::slice;

use super::collect::{Collector, Owner};
use crate::branches::{Branches, fetch_command};
use crate::change::ChangeSet;
use crate::failure::Failure;
use crate::finding::Input;
use crate::gate::{Commits, Coverage, GateInput, Merging, Source, TaskDiff, Work};
use crate::git::{Branch, CommitId, GitError, MergeBase};
use crate::index::TaskId;
use crate::workspace::{self, Git, Revision};

/// How many branches one git process compares, so that progress can be reported in between.
const BRANCHES_AT_ONCE: usize = 200;

/// How many branches of no task are looked at when no task has one.
const MAX_CANDIDATES: usize = 20;

/// The merge base of a branch, if known, and what the branch changed since.
type BranchDiff = (Option<CommitId>, Work);

/// The tip of a branch.
#[derive(Clone, Debug)]
struct Tip {
    /// The full name of its ref.
    reference: String,
    commit: CommitId,
}

/// A branch to judge: an attempt at a task, or a branch of no task.
struct Attempt {
    task: Option<TaskId>,
    name: String,
    /// `None` if it does not exist.
    tip: Result<Option<Tip>, Failure>,
}

impl Collector<'_> {
    /// Collects the branches of each task, or the named branch. Returns the base's commit.
    pub(super) fn branches(
        &self,
        git: &dyn Git,
        base: Option<Revision>,
        input: &mut GateInput,
    ) -> Option<Revision> {
        let base = match base.map_or_else(|| self.base(git), Ok) {
            Ok(base) => base,
            Err(error) => {
                input.gaps.push(error.into());
                return None;
            }
        };
        let existing = match git.all_branches() {
            Ok(branches) => branches,
            Err(error) => {
                input.gaps.push(error.into());
                return None;
            }
        };
        let names = Branches::new(self.plan).with_base(branch_of(&base.name));
        let attempts = self.attempts(git, &existing, &names, input);
        if attempts.iter().all(|attempt| matches!(attempt.tip, Ok(None))) {
            input.gaps.push(self.no_branch(git, &base, &existing, &names));
        }
        let tips: Vec<&Tip> =
            attempts.iter().filter_map(|attempt| attempt.tip.as_ref().ok()?.as_ref()).collect();
        let mut diffs = self.branch_diffs(git, &base, &tips).into_iter();
        let mut of_task: BTreeMap<TaskId, usize> = BTreeMap::new();
        for task in attempts.iter().filter_map(|attempt| attempt.task) {
            *of_task.entry(task).or_default() += 1;
        }
        let mut numbers: BTreeMap<TaskId, usize> = BTreeMap::new();
        for Attempt { task, name, tip } in attempts {
            let mut diff = match tip {
                Ok(Some(tip)) => {
                    let diff = diffs.next().unwrap_or_else(|| (None, missing()));
                    self.branch(task, &base, tip, diff)
                }
                Ok(None) => self.branch_without_diff(task, &name, Work::NoBranch),
                Err(failure) => self.branch_without_diff(task, &name, Work::Unreadable(failure)),
            };
            diff.input.branch = Some(name);
            if let Some(task) = task.filter(|task| of_task[task] > 1) {
                let number = numbers.entry(task).or_default();
                *number += 1;
                diff.input.attempt = Some(*number);
            }
            input.diffs.push(diff);
        }
        Some(base)
    }

    /// Collects the branches of some tasks that the caller did not ask for.
    pub(super) fn branches_of(
        &self,
        git: &dyn Git,
        base: &Revision,
        tasks: &BTreeSet<TaskId>,
        input: &mut GateInput,
    ) {
        // Without them, no task counts as merged, which is the strict answer.
        let Ok(existing) = git.all_branches() else { return };
        let names = Branches::new(self.plan).with_base(branch_of(&base.name));
        let mut found = Vec::new();
        for branch in &existing {
            let of = names.tasks(&branch.name).unwrap_or_default().into_iter();
            found.extend(of.filter(|task| tasks.contains(task)).map(|task| (Some(task), branch)));
        }
        let attempts = self.with_tips(git, found);
        let tips: Vec<(Option<TaskId>, Tip)> = attempts
            .into_iter()
            .filter_map(|attempt| Some((attempt.task, attempt.tip.ok()??)))
            .collect();
        let commits: Vec<&Tip> = tips.iter().map(|(_, tip)| tip).collect();
        let diffs = branch_diffs(git, base, &commits);
        for ((task, tip), diff) in tips.into_iter().zip(diffs) {
            input.diffs.push(self.branch(task, base, tip, diff));
        }
    }

    fn base(&self, git: &dyn Git) -> Result<Revision, GitError> {
        let of_plan = self.plan.base.as_ref().map(|base| base.value.as_str());
        workspace::base(self.workspace.host(), git, self.request.base.as_deref(), of_plan)
    }

    /// The branches to judge: in the order of the plan, then of their names.
    fn attempts(
        &self,
        git: &dyn Git,
        existing: &[Branch],
        names: &Branches<'_>,
        input: &mut GateInput,
    ) -> Vec<Attempt> {
        if let Some((task, name)) = self.owner.branch() {
            let branch = existing.iter().find(|branch| branch.name == *name);
            return match branch {
                Some(branch) => self.with_tips(git, vec![(task, branch)]),
                None => vec![Attempt { task, name: name.to_owned(), tip: Ok(None) }],
            };
        }
        let mut of_tasks: BTreeMap<TaskId, Vec<&Branch>> = match &self.owner {
            Owner::Task { task, .. } => BTreeMap::from([(*task, Vec::new())]),
            Owner::Unspecified | Owner::NoTask(_) => {
                self.plan.tasks.ids().map(|task| (task, Vec::new())).collect()
            }
        };
        for branch in existing {
            match names.tasks(&branch.name) {
                Ok(tasks) => {
                    for task in tasks {
                        if let Some(branches) = of_tasks.get_mut(&task) {
                            branches.push(branch);
                        }
                    }
                }
                Err(failure) => input.gaps.push(failure),
            }
        }
        let found = of_tasks
            .iter()
            .flat_map(|(task, branches)| branches.iter().map(move |branch| (Some(*task), *branch)));
        let mut attempts = self.with_tips(git, found.collect());
        for (task, branches) in of_tasks {
            if branches.is_empty() {
                let name = self.plan[task].branches.first();
                let name = name.map_or("", |name| &name.text.value).to_owned();
                attempts.push(Attempt { task: Some(task), name, tip: Ok(None) });
            }
        }
        attempts.sort_by_key(|attempt| attempt.task);
        attempts
    }

    /// The tips of branches. If the local branch and the one at origin differ, that is the one that
    /// contains the other, and both if neither does.
    fn with_tips(&self, git: &dyn Git, branches: Vec<(Option<TaskId>, &Branch)>) -> Vec<Attempt> {
        let diverging = |branch: &Branch| match (&branch.local, &branch.remote) {
            (Some(Ok(local)), Some(Ok(remote))) if local != remote => {
                Some((local.clone(), remote.clone()))
            }
            _ => None,
        };
        let pairs: Vec<(CommitId, CommitId)> =
            branches.iter().filter_map(|(_, branch)| diverging(branch)).collect();
        let mut merge_bases = git.merge_bases(&pairs).into_iter();
        let mut attempts = Vec::with_capacity(branches.len());
        for (task, branch) in branches {
            let mut tips = Vec::new();
            let refs = [(&branch.local, branch.local_ref()), (&branch.remote, branch.remote_ref())];
            for (tip, reference) in refs {
                tips.extend(tip.as_ref().map(|tip| (reference, tip)));
            }
            if let Some((local, remote)) = diverging(branch) {
                let merge_base = merge_bases.next().and_then(Result::ok);
                let chosen = match &merge_base {
                    Some(MergeBase::One(base)) if *base == remote => Some(0),
                    Some(MergeBase::One(base)) if *base == local => Some(1),
                    _ => None,
                };
                self.workspace.note(&match chosen {
                    Some(at) => {
                        let (used, behind) = (&tips[at].0, &tips[1 - at].0);
                        let commit = if at == 0 { &remote } else { &local };
                        format!("using {used}; {behind} is behind it, at {commit}")
                    }
                    None => format!(
                        "{} and {} have diverged, so each is judged as an attempt",
                        tips[0].0, tips[1].0
                    ),
                });
                if let Some(at) = chosen {
                    tips.swap(0, at);
                    tips.truncate(1);
                }
            } else if tips.len() > 1 && tips.iter().all(|(_, tip)| tip.is_ok()) {
                tips.truncate(1);
            }
            for (reference, tip) in tips {
                let tip = match tip {
                    Ok(commit) => Ok(Some(Tip { reference, commit: commit.clone() })),
                    Err(error) => Err(error.clone().into()),
                };
                attempts.push(Attempt { task, name: branch.name.clone(), tip });
            }
        }
        attempts
    }

    /// That nothing was judged, with the branches that exist and may be the ones that were meant.
    fn no_branch(
        &self,
        git: &dyn Git,
        base: &Revision,
        existing: &[Branch],
        names: &Branches<'_>,
    ) -> Failure {
        let problem = match &self.owner {
            Owner::NoTask(named) => {
                format!("the branch `{}` does not exist, so nothing was checked", named.name)
            }
            Owner::Task { branch: Some(branch), .. } => {
                format!("the branch `{branch}` does not exist, so nothing was checked")
            }
            Owner::Unspecified | Owner::Task { .. } => {
                "no task has a branch, so nothing was checked".to_owned()
            }
        };
        let fetch = format!(
            "fetch the branches (`{}`), or name them with `branch:` in the plan",
            fetch_command(None)
        );
        let mut help = String::new();
        for (branch, changed_by) in self.candidates(git, base, existing, names) {
            match changed_by {
                Some(id) => help.push_str(&format!(
                    "`{branch}` changed only what `{id}` may write: if it is its branch, name it with \
                     `branch:`; "
                )),
                None => help.push_str(&format!("`{branch}` is no task's branch; ")),
            }
        }
        help.push_str(&fetch);
        Failure::new(problem, help)
    }

    /// The first branches that the plan does not name, each with the only task whose lane holds all
    /// that it changed.
    fn candidates(
        &self,
        git: &dyn Git,
        base: &Revision,
        existing: &[Branch],
        names: &Branches<'_>,
    ) -> Vec<(String, Option<String>)> {
        const MAX_NAMED: usize = 5;
        if matches!(self.owner, Owner::NoTask(_)) {
            return Vec::new();
        }
        let unclaimed = existing.iter().filter(|branch| {
            branch.name != branch_of(&base.name) && names.owner(&branch.name) == Ok(None)
        });
        let found = unclaimed.take(MAX_CANDIDATES).map(|branch| (None, branch)).collect();
        let attempts = self.with_tips(git, found);
        let tips: Vec<&Tip> =
            attempts.iter().filter_map(|attempt| attempt.tip.as_ref().ok()?.as_ref()).collect();
        let lanes = self.plan.lanes();
        let mut found: Vec<(String, Option<String>)> = Vec::new();
        let diffs = branch_diffs(git, base, &tips);
        let branches = attempts.iter().filter(|attempt| matches!(attempt.tip, Ok(Some(_))));
        for (attempt, (_, work)) in branches.zip(diffs) {
            let Work::Changes(set) = work else { continue };
            let holds_all = |task: &TaskId| {
                let lane = lanes.of(*task);
                set.changes.keys().all(|path| lane.matched_by(path).is_ok_and(|by| by.is_some()))
            };
            let mut holders = self.plan.tasks.ids().filter(holds_all);
            let only = match (set.changes.is_empty(), holders.next(), holders.next()) {
                (false, Some(task), None) => Some(self.plan[task].id.value.to_string()),
                _ => None,
            };
            found.push((attempt.name.clone(), only));
        }
        found.sort_by_key(|(_, task)| task.is_none());
        found.truncate(MAX_NAMED);
        found
    }

    /// The diffs of the branches, in order.
    fn branch_diffs(&self, git: &dyn Git, base: &Revision, tips: &[&Tip]) -> Vec<BranchDiff> {
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
        tip: Tip,
        (start, work): BranchDiff,
    ) -> TaskDiff {
        let input = Input {
            base: Some(base.commit.to_string()),
            head: Some(tip.commit.to_string()),
            merge_base: start.as_ref().map(ToString::to_string),
            ..self.input(task, format!("branch {}", tip.reference))
        };
        let onto = Some(base.commit.clone());
        let commits = start.map(|start| Commits { start, tip: tip.commit, onto });
        TaskDiff {
            task,
            input,
            coverage: Coverage::Branch,
            source: Source::Commits(commits),
            work,
            uncertain: BTreeMap::new(),
            merging: Merging::default(),
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
            merging: Merging::default(),
        }
    }
}

/// The branch that a revision names, if it is one.
fn branch_of(revision: &str) -> &str {
    let prefixes = ["refs/heads/", "refs/remotes/origin/", "origin/"];
    prefixes.iter().find_map(|prefix| revision.strip_prefix(prefix)).unwrap_or(revision)
}

/// The merge base of each branch with the base, and what the branch changed since.
fn branch_diffs(git: &dyn Git, base: &Revision, tips: &[&Tip]) -> Vec<BranchDiff> {
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
