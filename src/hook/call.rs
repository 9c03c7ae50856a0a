//! Answers one call of an agent: from the files it wants to write to the permission.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::reason::{no_task, refused};
use super::target::{TargetResolver, WriteTarget};
use super::wire::{Permission, Request};
use super::{Decision, PlannedWrite, decide};
use crate::branches::Branches;
use crate::change::ChangeKind;
use crate::failure::Failure;
use crate::fs::resolve::{NoTarget, targets};
use crate::git::Checkout;
use crate::index::TaskId;
use crate::path::RepoPath;
use crate::plan::Plan;
use crate::report::shown;
use crate::workspace::{ChosenPlan, Host, Workspace, branch_of};

const SEE_CHECK: &str = "run `lanelint check` to see what is wrong with the plan";

/// The options of the user. Relative paths start at the host's working directory.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The plan, a file or a folder. By default it is searched for at the top of the work tree.
    pub plan: Option<PathBuf>,
    /// The revision to take the plan from, instead of the disk.
    pub plan_from: Option<String>,
    /// The top of the work tree. By default that of the agent's working directory, else that of the
    /// file.
    pub root: Option<PathBuf>,
    /// The id of the task. By default the task of the checked-out branch.
    pub task: Option<String>,
    /// Whether to deny writes if there is no task, instead of giving no answer.
    pub require_task: bool,
}

/// A file of the call: its name as written, and the files that a write to it may reach.
pub(super) type Named<'a> = (&'a str, Result<Vec<PathBuf>, NoTarget>);

/// One call with its context.
pub(super) struct Call<'a> {
    pub(super) host: &'a dyn Host,
    pub(super) options: &'a Options,
    pub(super) request: &'a Request,
}

/// The permission and its reason; `None` if no lane is affected.
///
/// # Errors
/// If there is no answer: the plan is unusable, or the task is unknown. The agent must not take
/// this as a permission.
pub fn answer(
    host: &dyn Host,
    options: &Options,
    request: &Request,
) -> Result<Option<(Permission, String)>, Failure> {
    let call = Call { host, options, request };
    let cwd = Path::new(&request.cwd);
    if !cwd.is_absolute() {
        let problem =
            format!("the agent's working directory {} is not an absolute path", cwd.display());
        return Err(Failure::new(problem, "report this to the developers of the agent"));
    }
    let files: Vec<Named<'_>> =
        request.files.iter().map(|file| (file.as_str(), targets(cwd, file))).collect();
    let Some(tree) = call.work_tree(cwd, &files)? else { return Ok(None) };
    let resolver = TargetResolver { host, tree, plan: call.resolved_plan()? };
    if files.iter().all(|(_, targets)| resolver.are_outside(targets)) {
        return Ok(None);
    }
    let branch = match options.task {
        Some(_) => None,
        None => match branch_of(host, &resolver.tree)? {
            Some(branch) => Some(branch),
            None => return Ok(call.without_task("HEAD is detached")),
        },
    };
    let ChosenPlan { mut plan, name, rivals, .. } = call.plan(&resolver.tree)?;
    if plan.tasks.is_empty() {
        return Err(Failure::new(format!("no task can be read from {name}"), SEE_CHECK));
    }
    let Some(task) = call.task(&plan, branch.as_deref())? else {
        let branch = branch.unwrap_or_default();
        return Ok(call.without_task(&format!("no task has the branch `{branch}`")));
    };
    plan.own_paths.extend(resolver.own_elsewhere());
    let plan = Arc::new(plan);
    match changes(&resolver, &files) {
        Ok(changes) => permission(&plan, PlannedWrite { task, changes, rivals }).map(Some),
        Err(TargetError::Refused(file, why)) => {
            Ok(Some((Permission::Deny, refused(&plan, task, file, &why))))
        }
        Err(TargetError::Unknown(failure)) => Err(failure),
    }
}

fn permission(plan: &Arc<Plan>, write: PlannedWrite) -> Result<(Permission, String), Failure> {
    let id = shown(&plan[write.task].id.value).into_owned();
    match decide(plan, write) {
        Decision::Allow => Ok((Permission::Allow, format!("lanelint: task `{id}` may write it"))),
        Decision::Deny(reason) => Ok((Permission::Deny, reason)),
        Decision::Unknown(why) => {
            let problem = format!("the lane of task `{id}` is unknown: {why}");
            Err(Failure::new(problem, SEE_CHECK))
        }
    }
}

/// Why the lanes cannot decide.
enum TargetError<'f> {
    /// No task may write this file, for this reason.
    Refused(&'f str, String),
    /// It is unknown which file a write would reach.
    Unknown(Failure),
}

/// The changes that writing the files would make to the repository.
fn changes<'f>(
    resolver: &TargetResolver<'_>,
    files: &'f [Named<'_>],
) -> Result<BTreeMap<RepoPath, ChangeKind>, TargetError<'f>> {
    let mut changes = BTreeMap::new();
    for (name, targets) in files {
        let targets = targets.as_ref().map_err(|no_target| match no_target {
            NoTarget::Refused(why) => TargetError::Refused(name, (*why).to_owned()),
            NoTarget::Unreadable(failure) => TargetError::Unknown(failure.clone()),
        })?;
        for target in targets {
            let exists = resolver.host.kind(target).is_some();
            let kind = if exists { ChangeKind::Modified } else { ChangeKind::Added };
            match resolver.resolve(target) {
                WriteTarget::InTree(path) => drop(changes.insert(path, kind)),
                WriteTarget::Outside => {}
                WriteTarget::Refused(why) => return Err(TargetError::Refused(name, why)),
            }
        }
    }
    Ok(changes)
}

impl Call<'_> {
    /// The path of the named plan with all links resolved.
    pub(super) fn resolved_plan(&self) -> Result<Option<PathBuf>, Failure> {
        let Some(plan) = self.named_plan() else { return Ok(None) };
        if self.options.plan.as_deref() == Some(Path::new("-")) {
            let help = "pass the plan as a file";
            return Err(Failure::new("standard input is the agent's call, not the plan", help));
        }
        // With `plan_from` it need not exist on disk.
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
            return workspace.plan_on_disk();
        };
        let Some(repository) = workspace.repository()? else {
            let problem = format!("git finds no repository at {}", tree.top().display());
            return Err(Failure::new(problem, "run `git status` there to see what is wrong"));
        };
        Ok(workspace.plan_of(&*repository, revision)?)
    }

    /// The named task, or the task of the branch, if any.
    fn task(&self, plan: &Plan, branch: Option<&str>) -> Result<Option<TaskId>, Failure> {
        let Some(branch) = branch else {
            let id = self.options.task.as_deref().unwrap_or_default();
            let unknown =
                || Failure::new(format!("the plan has no task `{id}`"), "name a task of the plan");
            return plan.task(id).map(Some).ok_or_else(unknown);
        };
        match Branches::new(plan).task(branch)? {
            None if plan.unknown => Err(Failure::new(
                format!("the plan has errors, so the task of the branch `{branch}` is unknown"),
                SEE_CHECK,
            )),
            task => Ok(task),
        }
    }

    /// The answer if there is no task.
    fn without_task(&self, why: &str) -> Option<(Permission, String)> {
        let file = self.request.files.first().map_or("", String::as_str);
        self.options.require_task.then(|| (Permission::Deny, no_task(file, why)))
    }
}
