//! The diffs to judge: patches, ranges, the index, the work tree; branches are in `branches.rs`.

use std::collections::BTreeMap;
use std::io::{self, BufReader};

use super::arguments::{Range, patch as split_patch, task};
use super::{GateRequest, carried};
use crate::branches::task_of;
use crate::change::ChangeSet;
use crate::failure::Failure;
use crate::finding::Input;
use crate::gate::{Commits, Coverage, GateInput, Source, TaskDiff, Work};
use crate::git::{CommitId, GitError};
use crate::index::TaskId;
use crate::patch;
use crate::path::RepoPath;
use crate::plan::Plan;
use crate::workspace::{self, Git, Revision, Workspace};

/// Collects the diffs that a request names.
pub(super) struct Collector<'a> {
    pub(super) workspace: &'a Workspace<'a>,
    pub(super) request: &'a GateRequest,
    pub(super) plan: &'a Plan,
    pub(super) whose: Whose,
    ranges: &'a [Range],
}

/// Whose work an input is that names no task.
pub(super) enum Whose {
    /// The caller did not say.
    Unsaid,
    /// This task's.
    Task(TaskId),
    /// Nobody's: the branch that the caller named is not a task's.
    Unclaimed(String),
}

/// A diff, and the paths that may not differ after all, each with why it counts.
type Diff = (ChangeSet, BTreeMap<RepoPath, String>);

impl<'a> Collector<'a> {
    /// Finds the task that the request names, if any.
    pub(super) fn new(
        workspace: &'a Workspace<'a>,
        request: &'a GateRequest,
        ranges: &'a [Range],
        plan: &'a Plan,
    ) -> Result<Collector<'a>, Failure> {
        let whose = match (&request.task, &request.branch) {
            (Some(id), _) => Whose::Task(task(plan, id)?),
            (None, Some(branch)) => match task_of(plan, branch)? {
                Some(task) => Whose::Task(task),
                None => Whose::Unclaimed(branch.clone()),
            },
            (None, None) => Whose::Unsaid,
        };
        Ok(Collector { workspace, request, plan, whose, ranges })
    }

    /// Collects all diffs, and what merging them writes beyond them. Gives the commit that the
    /// first of the branches or ranges is compared with.
    pub(super) fn collect(
        &self,
        git: Option<&dyn Git>,
        base: Option<Revision>,
        input: &mut GateInput,
    ) -> Result<Option<CommitId>, Failure> {
        if let Whose::Unclaimed(branch) = &self.whose {
            input.unclaimed = Some(branch.clone());
        }
        for text in &self.request.diffs {
            input.diff.push(self.patch(text)?);
        }
        let Some(git) = git else { return Ok(None) };
        self.commits(git, input)?;
        let base = if !self.request.names_commits() && self.request.diffs.is_empty() {
            self.branches(git, base, input)
        } else {
            let from = self.ranges.first().map(|range| git.commit(&range.from));
            from.and_then(Result::ok)
        };
        carried::find(self.workspace, git, input);
        Ok(base)
    }

    fn patch(&self, text: &str) -> Result<TaskDiff, Failure> {
        let (host, folder) = (self.workspace.host(), self.workspace.current_dir());
        let (named, name) = split_patch(self.plan, host, folder, text)?;
        let task = match (named, &self.whose) {
            (Some(task), _) => Some(task),
            (None, Whose::Task(task)) => Some(*task),
            (None, Whose::Unclaimed(_)) => None,
            (None, Whose::Unsaid) => {
                return Err(Failure::new(
                    format!("whose changes are in {name}?"),
                    "say `--diff ID=FILE`, or name the task with --task",
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
        })
    }

    /// Ranges, the index and the work tree.
    fn commits(&self, git: &dyn Git, input: &mut GateInput) -> Result<(), Failure> {
        for range in self.ranges {
            let task = match range.task(self.plan)? {
                Some(task) => Some(task),
                None => self.task_at_hand(git)?,
            };
            input.diff.push(self.range(git, task, range));
        }
        if self.request.staged {
            let task = self.task_at_hand(git)?;
            let staged = git.staged().map(|diff| (diff, BTreeMap::new()));
            let mut about = self.input(task, "staged".to_owned());
            about.base = git.head().ok().flatten().map(|head| head.to_string());
            input.diff.push(task_diff(task, about, Coverage::Uncommitted, Source::Index, staged));
        }
        if self.request.worktree {
            let task = self.task_at_hand(git)?;
            input.diff.push(self.worktree(git, task));
        }
        Ok(())
    }

    /// The task that is named, or that of the branch which is checked out; `None` if the branch
    /// that was named is not a task's.
    fn task_at_hand(&self, git: &dyn Git) -> Result<Option<TaskId>, Failure> {
        match &self.whose {
            Whose::Task(task) => return Ok(Some(*task)),
            Whose::Unclaimed(_) => return Ok(None),
            Whose::Unsaid => {}
        }
        let Some(branch) = git.checked_out_branch()? else {
            return Err(Failure::new(
                "HEAD is detached, so no branch tells whose changes these are",
                "name the task with --task ID or --branch NAME",
            ));
        };
        let task = task_of(self.plan, &branch)?.ok_or_else(|| {
            Failure::new(
                format!("`{branch}` is no task's branch"),
                "name the task with --task ID, or give it `branch:` in the plan",
            )
        })?;
        Ok(Some(task))
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
            let doubt = format!(
                "it counts as changed since its filter `{filter}` was not run, for a filter is a \
                 program of the repository's choice"
            );
            (path.clone(), doubt)
        });
        let uncertain = uncertain.collect();
        Ok((found.diff, uncertain))
    }
}

/// What a range changed. The commits are noted as far as they are found.
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
    let start = if range.symmetric {
        let found = git.merge_base(&from, &to)?;
        let start = workspace::one_merge_base(found, &range.from, &range.to)?;
        about.merge_base = Some(start.to_string());
        start
    } else {
        from.clone()
    };
    let onto = range.symmetric.then_some(from);
    *commits = Some(Commits { start: start.clone(), tip: to.clone(), onto });
    let diffs = git.diff_trees(&[(Some(start), to)])?;
    Ok(diffs.into_iter().next().unwrap_or_default())
}

fn task_diff(
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
    TaskDiff { task, input, coverage, source, work, uncertain }
}

fn unreadable(name: &str, error: &io::Error) -> Failure {
    Failure::new(
        format!("cannot read {name}: {error}"),
        "make the patch again, or judge the commits with --range",
    )
}
