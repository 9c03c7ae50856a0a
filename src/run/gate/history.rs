//! What the history says about the tasks: which are merged, and what a branch has from the branches
//! of the tasks that its task needs.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashSet};

use super::collect::{Collector, Owner};
use super::own;
use crate::change::{Change, ChangeSet};
use crate::gate::{Commits, GateInput, Inherited, Merging, Protection, TaskDiff, UnmetNeed, Work};
use crate::git::{CommitId, GitError, MergeBase};
use crate::index::{IndexVec, InputId, TaskId};
use crate::lane::Lanes;
use crate::path::RepoPath;
use crate::plan::order::Order;
use crate::workspace::{self, Git, Revision};

/// How far the base's own line is followed back.
const MAX_LINE: usize = 200_000;

/// A branch of a task: its merge base with the base, and its tip.
struct Attempt<'a> {
    task: TaskId,
    start: &'a CommitId,
    tip: &'a CommitId,
    /// See [`Merging::is_on_base`].
    is_on_base: bool,
}

impl Collector<'_> {
    /// Finds out which tasks are merged, and takes away from the inputs what is not their own
    /// change.
    pub(super) fn history(&self, git: &dyn Git, base: &Revision, input: &mut GateInput) {
        let lanes = self.plan.lanes();
        let order = Order::new(self.plan);
        let base_line = Line::new(git, &base.commit);
        self.mark_merged(git, &base_line, &lanes, &mut input.diffs);
        let mut others = GateInput::default();
        let tasks = self.tasks_around(&lanes, &order, input);
        if !tasks.is_empty() {
            self.branches_of(git, base, &tasks, &mut others);
            own::find(self.workspace, git, &mut others);
            self.mark_merged(git, &base_line, &lanes, &mut others.diffs);
        }
        let all = || input.diffs.iter().chain(&others.diffs);
        let merged: BTreeSet<TaskId> =
            all().filter(|diff| diff.merging.completes_task).filter_map(|diff| diff.task).collect();
        let existing: BTreeSet<TaskId> =
            all().filter(|diff| diff.commits().is_some()).filter_map(|diff| diff.task).collect();
        let attempts: Vec<Attempt<'_>> = all()
            .filter_map(|diff| {
                let Commits { start, tip, .. } = diff.commits()?;
                let is_on_base = diff.merging.is_on_base;
                Some(Attempt { task: diff.task?, start, tip, is_on_base })
            })
            .collect();
        let found: Vec<(InputId, Needed)> = input
            .diffs
            .enumerated()
            .filter_map(|(id, diff)| {
                Some((id, self.needed(git, &lanes, &order, &attempts, &merged, diff)?))
            })
            .collect();
        drop(attempts);
        for (id, Needed { unmet, inherited }) in found {
            let diff = &mut input.diffs[id];
            if let Work::Changes(set) = &mut diff.work {
                for Inherited { path, .. } in &inherited {
                    set.changes.remove(path);
                }
            }
            diff.merging = Merging { unmet, inherited, ..std::mem::take(&mut diff.merging) };
        }
        if matches!(self.owner, Owner::Unspecified) && !self.request.names_commits() {
            supersede(&merged, &mut input.diffs);
        }
        input.merged = merged;
        input.begun = existing;
    }

    /// The tasks whose branches matter besides those of the inputs: the ones that are needed, and
    /// the ones whose lanes hold what an input changed outside its own.
    fn tasks_around(&self, lanes: &Lanes, order: &Order, input: &GateInput) -> BTreeSet<TaskId> {
        let judged: BTreeSet<TaskId> = input.diffs.iter().filter_map(|diff| diff.task).collect();
        let all_judged = judged.len() == self.plan.tasks.len();
        let mut around = BTreeSet::new();
        if all_judged {
            return around;
        }
        for diff in &input.diffs {
            for (path, _) in diff.changes() {
                let is_own = diff.task.is_some_and(|task| {
                    lanes.of(task).matched_by(path).is_ok_and(|matched| matched.is_some())
                });
                if !is_own {
                    around.extend(lanes.owners(path).unwrap_or_default());
                }
            }
        }
        let of_interest: Vec<TaskId> = judged.iter().chain(&around).copied().collect();
        let needed = self
            .plan
            .tasks
            .ids()
            .filter(|&need| of_interest.iter().any(|&task| order.comes_after(task, need)));
        around.extend(needed);
        around.retain(|task| !judged.contains(task));
        around
    }

    /// Marks the inputs that are merged, and those by which their task is.
    fn mark_merged(
        &self,
        git: &dyn Git,
        base: &Line<'_>,
        lanes: &Lanes,
        diffs: &mut IndexVec<InputId, TaskDiff>,
    ) {
        for diff in diffs.iter_mut() {
            let Some(Commits { start, tip, onto: Some(onto) }) = diff.commits().cloned() else {
                continue;
            };
            if onto != *base.tip {
                continue;
            }
            let mut wrote = std::mem::take(&mut diff.merging.landed);
            let mut plan_at = start.clone();
            if start == tip {
                // Everything of the branch is in the base.
                match base.contains(&tip) {
                    Ok(true) => diff.merging.is_on_base = true,
                    Ok(false) => {
                        diff.merging.is_merged = true;
                        if let Ok(Some((before, changes))) = merged_by(git, base, &tip) {
                            wrote = changes.changes.into_keys().collect();
                            plan_at = before;
                        }
                    }
                    Err(_) => {}
                }
            }
            if diff.merging.is_merged
                && let Some(task) = diff.task
            {
                let holds = |path: &RepoPath| {
                    lanes.of(task).matched_by(path).is_ok_and(|matched| matched.is_some())
                };
                diff.merging.completes_task = !wrote.is_empty()
                    && wrote.iter().all(holds)
                    && self.had_task(git, &plan_at, task);
            }
            if start != tip {
                diff.merging.landed = wrote;
            }
        }
    }

    /// Whether the plan of a commit has a task. A plan that the caller passed is taken to be that
    /// of all commits.
    fn had_task(&self, git: &dyn Git, commit: &CommitId, task: TaskId) -> bool {
        if self.workspace.named_plan().is_some() {
            return true;
        }
        let at = Revision { name: commit.to_string(), commit: commit.clone() };
        let id = &self.plan[task].id.value;
        self.workspace.plan_in(git, &at, None).is_ok_and(|chosen| chosen.plan.task(id).is_some())
    }

    /// The needed tasks that an input lacks, and what it has from those that it has; `None` if its
    /// task needs none.
    fn needed(
        &self,
        git: &dyn Git,
        lanes: &Lanes,
        order: &Order,
        attempts: &[Attempt<'_>],
        merged: &BTreeSet<TaskId>,
        diff: &TaskDiff,
    ) -> Option<Needed> {
        let (task, commits) = (diff.task?, diff.commits()?);
        commits.onto.as_ref()?;
        if diff.merging.is_merged {
            return None;
        }
        let attempts: Vec<&Attempt<'_>> =
            attempts.iter().filter(|attempt| order.comes_after(task, attempt.task)).collect();
        if attempts.is_empty() {
            return None;
        }
        let pairs: Vec<(CommitId, CommitId)> =
            attempts.iter().map(|attempt| (attempt.tip.clone(), commits.tip.clone())).collect();
        let shared: Vec<Option<CommitId>> = git
            .merge_bases(&pairs)
            .into_iter()
            .map(|found| match found {
                Ok(MergeBase::One(commit)) => Some(commit),
                Ok(MergeBase::None | MergeBase::Several(_)) | Err(_) => None,
            })
            .collect();
        let contains = |need: TaskId| {
            attempts.iter().zip(&shared).any(|(attempt, shared)| {
                attempt.task == need
                    && shared.as_ref() == Some(attempt.tip)
                    && attempt.start != attempt.tip
            })
        };
        let direct = &self.plan.needs()[task];
        let unmet = direct.iter().copied().filter_map(|need| {
            let mut of_need = attempts.iter().filter(|attempt| attempt.task == need).peekable();
            of_need.peek()?;
            let may_be_merged = of_need.all(|attempt| attempt.is_on_base);
            let is_met = merged.contains(&need) || contains(need);
            (!is_met).then_some(UnmetNeed { task: need, may_be_merged })
        });
        let unmet: Vec<UnmetNeed> = unmet.collect();
        let inherited = self.inherited(git, lanes, &attempts, &shared, diff);
        Some(Needed { unmet, inherited: inherited.unwrap_or_default() })
    }

    /// The changes of an input that a needed task made: to the same entry, at its tip or at a commit
    /// that the input contains, and inside its lane.
    fn inherited(
        &self,
        git: &dyn Git,
        lanes: &Lanes,
        attempts: &[&Attempt<'_>],
        shared: &[Option<CommitId>],
        diff: &TaskDiff,
    ) -> Result<Vec<Inherited>, GitError> {
        let commits = diff.commits().into_iter();
        let own = commits.map(|commits| (Some(commits.start.clone()), commits.tip.clone()));
        let mut pairs: Vec<(Option<CommitId>, CommitId)> = own.collect();
        let mut tasks = Vec::new();
        for (attempt, shared) in attempts.iter().zip(shared) {
            let start = Some(attempt.start.clone());
            pairs.push((start.clone(), attempt.tip.clone()));
            tasks.push(attempt.task);
            if let Some(shared) = shared.as_ref().filter(|shared| *shared != attempt.tip) {
                pairs.push((start, shared.clone()));
                tasks.push(attempt.task);
            }
        }
        let mut sets = git.diff_trees(&pairs)?.into_iter();
        let own = sets.next().unwrap_or_default();
        let theirs: Vec<(TaskId, ChangeSet)> = tasks.into_iter().zip(sets).collect();
        let protection = Protection::new(self.plan, lanes);
        let mut inherited = Vec::new();
        for (path, _) in diff.changes() {
            let Some(change) = own.changes.get(path) else { continue };
            if protection.contains(path) != Ok(false) {
                continue;
            }
            let maker = theirs.iter().find(|(task, set)| {
                set.changes.get(path).is_some_and(|other| ends_equal(change, other))
                    && lanes.of(*task).matched_by(path).is_ok_and(|matched| matched.is_some())
            });
            inherited.extend(maker.map(|&(task, _)| Inherited { path: path.clone(), task }));
        }
        Ok(inherited)
    }
}

/// What an input has to do with the tasks that its task needs.
struct Needed {
    unmet: Vec<UnmetNeed>,
    inherited: Vec<Inherited>,
}

/// Whether two changes leave the same entry.
fn ends_equal(one: &Change, other: &Change) -> bool {
    match (&one.new, &other.new) {
        (None, None) => one.kind == other.kind,
        (Some(new), Some(other)) => new.id.is_some() && new == other,
        _ => false,
    }
}

/// The other attempts at a merged task need not be judged.
fn supersede(merged: &BTreeSet<TaskId>, diffs: &mut IndexVec<InputId, TaskDiff>) {
    for diff in diffs.iter_mut() {
        let is_superseded = diff.task.is_some_and(|task| merged.contains(&task))
            && diff.commits().is_some()
            && !diff.merging.is_merged;
        if is_superseded {
            diff.work = Work::Superseded;
            diff.merging = Merging::default();
        }
    }
}

/// The merge by which a commit came to the base: the commit before it on the base's line, and what
/// was merged.
fn merged_by(
    git: &dyn Git,
    base: &Line<'_>,
    tip: &CommitId,
) -> Result<Option<(CommitId, ChangeSet)>, GitError> {
    let merges = git.merges_since(tip, base.tip)?;
    let mut on_line = Vec::new();
    for merge in merges {
        if base.contains(&merge)? {
            on_line.push(merge);
        }
    }
    let Some(merge) = on_line.pop() else { return Ok(None) };
    let before = git.commit(&format!("{merge}^1"))?;
    let start = workspace::one_merge_base(git.merge_base(&before, tip)?, "the base", "the branch")?;
    let mut sets = git.diff_trees(&[(Some(start), tip.clone())])?;
    Ok(sets.pop().map(|changes| (before, changes)))
}

/// The commits of the base along first parents.
struct Line<'g> {
    git: &'g dyn Git,
    tip: &'g CommitId,
    commits: OnceCell<Result<HashSet<CommitId>, GitError>>,
}

impl<'g> Line<'g> {
    fn new(git: &'g dyn Git, tip: &'g CommitId) -> Line<'g> {
        Line { git, tip, commits: OnceCell::new() }
    }

    fn contains(&self, commit: &CommitId) -> Result<bool, GitError> {
        let list = || {
            let commits = self.git.first_parents(None, self.tip, MAX_LINE)?;
            Ok(commits.into_iter().collect())
        };
        match self.commits.get_or_init(list) {
            Ok(commits) => Ok(commits.contains(commit)),
            Err(error) => Err(error.clone()),
        }
    }
}
