//! One call of an agent, from what it is about to write to what it is told.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::reason::{no_task, refused};
use super::site::{Landing, Site};
use super::wire::{Permission, Request};
use super::{Decision, Intent, judge};
use crate::branches::task_of;
use crate::change::ChangeKind;
use crate::failure::Failure;
use crate::fs::resolve::{NoTarget, targets};
use crate::git::Checkout;
use crate::index::TaskId;
use crate::path::RepoPath;
use crate::plan::Plan;
use crate::report::shown;
use crate::workspace::{ChosenPlan, Host, Workspace, branch_of};

const SEE_CHECK: &str = "`lanelint check` says what is wrong with the plan";

/// What the user set up beside the call itself. Relative names begin at the host's working directory.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The plan: a file or a folder. By default it is looked for at the top of the work tree.
    pub plan: Option<PathBuf>,
    /// The revision whose plan judges, instead of the one on disk.
    pub plan_from: Option<String>,
    /// The top of the work tree. By default the one that holds the agent's working directory, else
    /// the one that holds the file.
    pub root: Option<PathBuf>,
    /// The id of the task. By default the one whose branch is checked out.
    pub task: Option<String>,
    /// Whether to deny a write where no task is at work, instead of saying nothing.
    pub require_task: bool,
}

/// A file of the call: its name there, and what a write to it may reach.
pub(super) type Named<'a> = (&'a str, Result<Vec<PathBuf>, NoTarget>);

/// One call, and where it is answered.
pub(super) struct Call<'a> {
    pub(super) host: &'a dyn Host,
    pub(super) options: &'a Options,
    pub(super) request: &'a Request,
}

/// What the agent is told; `None` if the call is none of the lanes' business.
///
/// # Errors
/// If there is no answer: the plan cannot be used, or nobody knows whose work it is. An agent must not
/// take that for a permission.
pub fn answer(
    host: &dyn Host,
    options: &Options,
    request: &Request,
) -> Result<Option<(Permission, String)>, Failure> {
    let call = Call { host, options, request };
    let cwd = Path::new(&request.cwd);
    if !cwd.is_absolute() {
        let problem =
            format!("the agent's working directory {} is no absolute path", cwd.display());
        return Err(Failure::new(problem, "this is the agent's to mend"));
    }
    let files: Vec<Named<'_>> =
        request.files.iter().map(|file| (file.as_str(), targets(cwd, file))).collect();
    let Some(tree) = call.work_tree(cwd, &files)? else { return Ok(None) };
    let site = Site { host, tree, plan: call.real_plan()? };
    if files.iter().all(|(_, targets)| site.is_outside(targets)) {
        return Ok(None);
    }
    let branch = match options.task {
        Some(_) => None,
        None => match branch_of(host, &site.tree)? {
            Some(branch) => Some(branch),
            None => return Ok(call.of_nobody("HEAD is detached")),
        },
    };
    let ChosenPlan { mut plan, name, rivals, .. } = call.plan(&site.tree)?;
    if plan.tasks.is_empty() {
        return Err(Failure::new(format!("no task can be read from {name}"), SEE_CHECK));
    }
    let Some(task) = call.task(&plan, branch.as_deref())? else {
        let branch = branch.unwrap_or_default();
        return Ok(call.of_nobody(&format!("the branch `{branch}` is no task's")));
    };
    plan.own_paths.extend(site.own_elsewhere());
    let plan = Arc::new(plan);
    match changes(&site, &files) {
        Ok(changes) => told(&plan, Intent { task, changes, rivals }).map(Some),
        Err(Obstacle::Refused(file, why)) => {
            Ok(Some((Permission::Deny, refused(&plan, task, file, &why))))
        }
        Err(Obstacle::Unknown(failure)) => Err(failure),
    }
}

fn told(plan: &Arc<Plan>, intent: Intent) -> Result<(Permission, String), Failure> {
    let id = shown(&plan[intent.task].id.value).into_owned();
    match judge(plan, intent) {
        Decision::Allow => Ok((Permission::Allow, format!("lanelint: task `{id}` may write it"))),
        Decision::Deny(reason) => Ok((Permission::Deny, reason)),
        Decision::Unknown(why) => {
            let problem = format!("nobody knows what task `{id}` may write: {why}");
            Err(Failure::new(problem, SEE_CHECK))
        }
    }
}

/// Why it is not for the lanes to say whether the files may be written.
enum Obstacle<'f> {
    /// This file is no task's to write, for this reason.
    Refused(&'f str, String),
    /// Nobody knows which file a write would reach.
    Unknown(Failure),
}

/// The changes that writing the files would make.
fn changes<'f>(
    site: &Site<'_>,
    files: &'f [Named<'_>],
) -> Result<BTreeMap<RepoPath, ChangeKind>, Obstacle<'f>> {
    let mut changes = BTreeMap::new();
    for (name, targets) in files {
        let targets = targets.as_ref().map_err(|no_target| match no_target {
            NoTarget::Refused(why) => Obstacle::Refused(name, (*why).to_owned()),
            NoTarget::Unreadable(failure) => Obstacle::Unknown(failure.clone()),
        })?;
        for target in targets {
            let exists = site.host.kind(target).is_some();
            let kind = if exists { ChangeKind::Modified } else { ChangeKind::Added };
            match site.landing(target) {
                Landing::At(path) => drop(changes.insert(path, kind)),
                Landing::Elsewhere => {}
                Landing::Refused(why) => return Err(Obstacle::Refused(name, why)),
            }
        }
    }
    Ok(changes)
}

impl Call<'_> {
    /// Where the plan that is named really is.
    pub(super) fn real_plan(&self) -> Result<Option<PathBuf>, Failure> {
        let Some(plan) = self.named_plan() else { return Ok(None) };
        if self.options.plan.as_deref() == Some(Path::new("-")) {
            let help = "name a file for the plan";
            return Err(Failure::new("standard input holds the agent's call", help));
        }
        // One that is not there is a matter of the commit that it is read from.
        Ok(self.host.real_path(&plan).ok())
    }

    fn named_plan(&self) -> Option<PathBuf> {
        let plan = self.options.plan.as_ref()?;
        Some(self.host.environment().current_dir.join(plan))
    }

    pub(super) fn plan(&self, tree: &Checkout) -> Result<ChosenPlan, Failure> {
        let plan = self.named_plan();
        let workspace = Workspace::at_top(self.host, tree.top(), plan.as_deref());
        let Some(revision) = &self.options.plan_from else {
            return workspace.plan().map(ChosenPlan::from);
        };
        let Some(repository) = workspace.repository()? else {
            let problem = format!("git finds no repository at {}", tree.top().display());
            return Err(Failure::new(problem, "run `git status` there to see what is wrong"));
        };
        Ok(workspace.plan_of(&*repository, revision)?)
    }

    /// The task that is named, or whose branch it is; `None` if it is no task's.
    fn task(&self, plan: &Plan, branch: Option<&str>) -> Result<Option<TaskId>, Failure> {
        let Some(branch) = branch else {
            let id = self.options.task.as_deref().unwrap_or_default();
            let unknown =
                || Failure::new(format!("the plan has no task `{id}`"), "name a task of the plan");
            return plan.task(id).map(Some).ok_or_else(unknown);
        };
        match task_of(plan, branch)? {
            None if plan.unknown => Err(Failure::new(
                format!("the plan cannot be read as a whole, so nobody knows whose `{branch}` is"),
                SEE_CHECK,
            )),
            task => Ok(task),
        }
    }

    /// What is said where no task is at work.
    fn of_nobody(&self, why: &str) -> Option<(Permission, String)> {
        let file = self.request.files.first().map_or("", String::as_str);
        self.options.require_task.then(|| (Permission::Deny, no_task(file, why)))
    }
}
