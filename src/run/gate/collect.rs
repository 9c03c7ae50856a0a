//! Collects the diffs of patches, ranges, the index and the work tree. Branches are in
//! `branches.rs`.

use std::collections::BTreeMap;
use std::io::{self, BufReader};

use super::arguments::{Range, patch as split_patch, task};
use super::commit_names::CommitNames;
use super::{GateRequest, own};
use crate::branches::{BranchOwner, Branches};
use crate::change::ChangeSet;
use crate::failure::Failure;
use crate::finding::{Input, Level};
use crate::gate::{
    BranchKind, Commits, Coverage, GateInput, Merging, NamedBranch, Source, TaskDiff, Work,
};
use crate::git::{CommitId, GitError};
use crate::index::TaskId;
use crate::patch;
use crate::path::RepoPath;
use crate::plan::Plan;
use crate::rules::UNCLAIMED_BRANCH;
use crate::workspace::{self, Git, Revision, Workspace};

/// Collects the diffs that a request names.
pub(super) struct Collector<'a> {
    pub(super) workspace: &'a Workspace<'a>,
    pub(super) request: &'a GateRequest,
    pub(super) plan: &'a Plan,
    pub(super) owner: Owner,
    names: Option<CommitNames>,
    ranges: &'a [Range],
}

/// The owner of inputs that name no task.
pub(super) enum Owner {
    /// The caller named neither a task nor a branch.
    Unspecified,
    /// The caller named this task, or a branch of it.
    Task { task: TaskId, branch: Option<String> },
    /// The caller named this branch, which belongs to no task.
    NoTask(NamedBranch),
}

impl Owner {
    /// The branch that the caller named, with its task.
    pub(super) fn branch(&self) -> Option<(Option<TaskId>, &str)> {
        match self {
            Owner::Task { task, branch } => Some((Some(*task), branch.as_deref()?)),
            Owner::NoTask(named) => Some((None, &named.name)),
            Owner::Unspecified => None,
        }
    }
}

/// A diff, with the paths that may not differ after all and why they count as changed.
type Diff = (ChangeSet, BTreeMap<RepoPath, String>);

impl<'a> Collector<'a> {
    /// Looks up the task or branch that the request names.
    pub(super) fn new(
        workspace: &'a Workspace<'a>,
        request: &'a GateRequest,
        ranges: &'a [Range],
        plan: &'a Plan,
    ) -> Result<Collector<'a>, Failure> {
        let names = CommitNames::new(request, plan)?;
        let id = request.tasks.first().filter(|_| names.is_none());
        let owner = match (id, &request.branch) {
            (Some(id), _) => Owner::Task { task: task(plan, id)?, branch: None },
            (None, Some(branch)) => owner(plan, branch)?,
            (None, None) if request.queue => {
                let name = "merge queue".to_owned();
                Owner::NoTask(NamedBranch { name, kind: BranchKind::Queue })
            }
            (None, None) => Owner::Unspecified,
        };
        Ok(Collector { workspace, request, plan, owner, names, ranges })
    }

    /// Collects all diffs, and what merging them writes in addition. Returns the commit that the
    /// branches, or the first range, are compared with.
    pub(super) fn collect(
        &self,
        git: Option<&dyn Git>,
        base: Option<Revision>,
        input: &mut GateInput,
    ) -> Result<Option<CommitId>, Failure> {
        if let Owner::NoTask(named) = &self.owner {
            input.named = Some(named.clone());
        }
        for text in &self.request.diffs {
            input.diffs.push(self.patch(text)?);
        }
        let Some(git) = git else {
            self.proposed(None, input);
            return Ok(None);
        };
        self.commits(git, input)?;
        let base = if !self.request.names_commits() && self.request.diffs.is_empty() {
            self.branches(git, base, input)
        } else {
            let from = self.ranges.first().map(|range| workspace::commit(git, &range.from));
            from.and_then(Result::ok)
        };
        own::find(self.workspace, git, input);
        if let Some(base) = &base {
            self.history(git, base, input);
        }
        self.proposed(Some(git), input);
        Ok(base.map(|base| base.commit))
    }

    fn patch(&self, text: &str) -> Result<TaskDiff, Failure> {
        let (host, folder) = (self.workspace.host(), self.workspace.current_dir());
        let (named, name) = split_patch(self.plan, host, folder, text)?;
        let task = match (named, &self.owner) {
            (Some(task), _) => Some(task),
            (None, Owner::Task { task, .. }) => Some(*task),
            (None, Owner::NoTask(_)) => None,
            (None, Owner::Unspecified) => {
                return Err(Failure::new(
                    format!("which task does {name} belong to?"),
                    "write --diff ID=FILE, or name the task with --task ID",
                ));
            }
        };
        let text = if name == "-" { Ok(host.stdin()) } else { host.open(&folder.join(name)) };
        let read = text.and_then(|text| {
            let text = BufReader::with_capacity(1 << 16, text);
            let read = patch::read_from(text, self.request.strip);
            read.map_err(|error| unreadable(name, &error))
        });
        Ok(TaskDiff {
            task,
            input: self.input(task, name.to_owned()),
            source: Source::Patch(name.to_owned()),
            coverage: Coverage::Given,
            work: read.map_or_else(Work::Unreadable, Work::Changes),
            uncertain: BTreeMap::new(),
            merging: Merging::default(),
        })
    }

    /// Collects ranges, the index and the work tree.
    fn commits(&self, git: &dyn Git, input: &mut GateInput) -> Result<(), Failure> {
        for range in self.ranges {
            let task = range.task(self.plan)?;
            if task.is_some() && (self.request.queue || self.names.is_some()) {
                return Err(Failure::new(
                    format!("the range `{}` holds the work of several tasks", range.text),
                    "leave out the `ID=`",
                ));
            }
            if let Some(names) = &self.names {
                self.commits_apart(git, names, range, input);
                continue;
            }
            let task = match task {
                Some(task) => Some(task),
                None => self.current_task(git, input)?,
            };
            input.diffs.push(self.range(git, task, range));
        }
        if self.request.staged {
            let task = self.current_task(git, input)?;
            let staged = git.staged().map(|diff| (diff, BTreeMap::new()));
            let mut about = self.input(task, "staged".to_owned());
            about.base = git.head().ok().flatten().map(|head| head.to_string());
            input.diffs.push(task_diff(task, about, Coverage::Uncommitted, Source::Index, staged));
        }
        if self.request.worktree {
            let task = self.current_task(git, input)?;
            input.diffs.push(self.worktree(git, task));
        }
        Ok(())
    }

    /// The task that the caller named, or the task of the checked-out branch. `None` if the caller
    /// named a branch without a task.
    fn current_task(
        &self,
        git: &dyn Git,
        input: &mut GateInput,
    ) -> Result<Option<TaskId>, Failure> {
        match &self.owner {
            Owner::Task { task, .. } => return Ok(Some(*task)),
            Owner::NoTask(_) => return Ok(None),
            Owner::Unspecified => {}
        }
        let Some(branch) = git.checked_out_branch()? else {
            return Err(Failure::new(
                "HEAD is detached, so there is no branch to find the task by",
                "name the task with --task ID or --branch NAME",
            ));
        };
        match owner(self.plan, &branch)? {
            Owner::Task { task, .. } => Ok(Some(task)),
            // A branch that is merely checked out may be a typo, or not the task's at all.
            Owner::NoTask(NamedBranch {
                kind: BranchKind::Unclaimed | BranchKind::Unknown,
                ..
            }) => Err(Failure::new(
                format!("no task has the branch `{branch}`"),
                "name the task with --task ID, or set its `branch` in the plan",
            )),
            Owner::NoTask(named) => {
                input.named = Some(named);
                Ok(None)
            }
            Owner::Unspecified => Ok(None),
        }
    }

    pub(super) fn input(&self, task: Option<TaskId>, source: String) -> Input {
        let task = task.map(|task| self.plan[task].id.value.to_string());
        Input { task, source, ..Input::default() }
    }

    fn range(&self, git: &dyn Git, task: Option<TaskId>, range: &Range) -> TaskDiff {
        let mut about = self.input(task, format!("range {}", range.text));
        let mut commits = None;
        let diff = range_diff(git, range, &mut about, &mut commits);
        let diff = diff.map(|diff| (diff, BTreeMap::new()));
        task_diff(task, about, Coverage::Given, Source::Commits(commits), diff)
    }

    fn worktree(&self, git: &dyn Git, task: Option<TaskId>) -> TaskDiff {
        let mut about = self.input(task, "worktree".to_owned());
        let diff = self.worktree_diff(git, &mut about);
        let since_base = self.request.base.is_some();
        let coverage = if since_base { Coverage::Given } else { Coverage::Uncommitted };
        task_diff(task, about, coverage, Source::WorkTree, diff)
    }

    fn worktree_diff(&self, git: &dyn Git, about: &mut Input) -> Result<Diff, GitError> {
        let head = git.head()?;
        about.head = head.as_ref().map(ToString::to_string);
        let start = match (&self.request.base, head) {
            (Some(revision), Some(head)) => {
                let base = workspace::resolve(self.workspace.host(), git, revision)?;
                about.base = Some(base.commit.to_string());
                let start = git.merge_base(&base.commit, &head)?;
                let start = workspace::one_merge_base(start, &base.name, "HEAD")?;
                about.merge_base = Some(start.to_string());
                Some(start)
            }
            _ => None,
        };
        let found = git.worktree(start.as_ref())?;
        let uncertain = found.unfiltered.iter().map(|(path, filter)| {
            let reason = format!(
                "it counts as changed because its filter `{filter}` was not run: a filter is a \
                 program that the repository chooses"
            );
            (path.clone(), reason)
        });
        let uncertain = uncertain.collect();
        Ok((found.diff, uncertain))
    }
}

/// Whose branch it is.
fn owner(plan: &Plan, branch: &str) -> Result<Owner, Failure> {
    let is_error = UNCLAIMED_BRANCH.level_in(plan) == Some(Level::Error);
    let kind = match Branches::new(plan).owner(branch)? {
        Some(BranchOwner::Task(task)) => {
            return Ok(Owner::Task { task, branch: Some(branch.to_owned()) });
        }
        Some(BranchOwner::Other) => BranchKind::Other,
        Some(BranchOwner::Plan) => BranchKind::Plan,
        None if is_error => BranchKind::Unclaimed,
        None => BranchKind::Unknown,
    };
    Ok(Owner::NoTask(NamedBranch { name: branch.to_owned(), kind }))
}

/// The changes of a range. The commits are recorded even if comparing them fails.
fn range_diff(
    git: &dyn Git,
    range: &Range,
    about: &mut Input,
    commits: &mut Option<Commits>,
) -> Result<ChangeSet, GitError> {
    let from = git.commit(&range.from)?;
    about.base = Some(from.to_string());
    let to = git.commit(&range.to)?;
    about.head = Some(to.to_string());
    let start = range_start(git, range, &from, &to)?;
    about.merge_base = range.symmetric.then(|| start.to_string());
    let onto = range.symmetric.then_some(from);
    *commits = Some(Commits { start: start.clone(), tip: to.clone(), onto });
    let diffs = git.diff_trees(&[(Some(start), to)])?;
    Ok(diffs.into_iter().next().unwrap_or_default())
}

/// Where the changes of a range start.
pub(super) fn range_start(
    git: &dyn Git,
    range: &Range,
    from: &CommitId,
    to: &CommitId,
) -> Result<CommitId, GitError> {
    if !range.symmetric {
        return Ok(from.clone());
    }
    let found = git.merge_base(from, to)?;
    workspace::one_merge_base(found, &range.from, &range.to)
}

pub(super) fn task_diff(
    task: Option<TaskId>,
    input: Input,
    coverage: Coverage,
    source: Source,
    diff: Result<Diff, GitError>,
) -> TaskDiff {
    let (work, uncertain) = match diff {
        Ok((changes, uncertain)) => (Work::Changes(changes), uncertain),
        Err(error) => (Work::Unreadable(error.into()), BTreeMap::new()),
    };
    TaskDiff { task, input, coverage, source, work, uncertain, merging: Merging::default() }
}

fn unreadable(name: &str, error: &io::Error) -> Failure {
    Failure::new(
        format!("cannot read {name}: {error}"),
        "create the patch again, or check the commits with --range",
    )
}
