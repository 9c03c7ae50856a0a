//! `lanelint hook`.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use lanelint::branches::task_of;
use lanelint::change::ChangeKind;
use lanelint::fs::resolve::{self, NoTarget};
use lanelint::git::{Checkout, Environment, GitError, Head, Reach, Repository};
use lanelint::hook::wire::{self, Permission, Request};
use lanelint::hook::{self, Decision, Intent};
use lanelint::path::RepoPath;
use lanelint::plan::{Own, Plan};
use lanelint::report;
use lanelint::workspace::{ChosenPlan, Disk, Host, Workspace, relative};

use super::{Unusable, name};

const SEE_CHECK: &str = "`lanelint check` says what is wrong with the plan";

#[derive(Debug, Args)]
pub(super) struct HookArgs {
    /// The plan: a file or a folder. Best one that the agent cannot write [default: lanes.yaml,
    /// .lanes.yaml, .github/lanes.yaml or the folder .lanes, at the root].
    #[arg(long)]
    plan: Option<PathBuf>,
    /// The commit whose plan judges.
    #[arg(long, value_name = "REV", value_parser = name)]
    plan_from: Option<String>,
    /// The top of the work tree that the task works in [default: the work tree that holds the
    /// agent's working directory, else the one that holds the file].
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// The task [default: that of the branch which is checked out].
    #[arg(long, value_name = "ID", value_parser = name)]
    task: Option<String>,
    /// Deny a write where no task can be told from the branch, instead of saying nothing.
    #[arg(long)]
    require_task: bool,
}

/// Answers one call. Whatever goes wrong ends with status 2, by which the agent's tool is held back.
pub(super) fn run(args: &HookArgs) -> Result<ExitCode, Unusable> {
    // What there is to say of a panic is said below, as one sentence.
    std::panic::set_hook(Box::new(|_| {}));
    guarded(|| answer(args))
}

/// Turns a panic into an answer: with its own status an agent would go on.
fn guarded(answer: impl FnOnce() -> Result<ExitCode, Unusable>) -> Result<ExitCode, Unusable> {
    catch_unwind(AssertUnwindSafe(answer)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic");
        Err(Unusable::new(
            format!("there is no answer, for lanelint itself is at fault: {said}"),
            "report it, with what the hook was given",
        ))
    })
}

fn answer(args: &HookArgs) -> Result<ExitCode, Unusable> {
    let text = read_call()?;
    let help = "give it what an agent's hook says before a tool writes a file: docs/hooks.md";
    let read = wire::read(&text).map_err(|fault| Unusable::new(fault, help))?;
    let Some(request) = read else { return Ok(ExitCode::SUCCESS) };
    let host = super::host()?;
    let call = Call { args, host: &host, environment: host.environment(), request: &request };
    let Some((permission, reason)) = call.permission()? else { return Ok(ExitCode::SUCCESS) };
    let mut out = io::stdout().lock();
    let said = writeln!(out, "{}", wire::answer(request.form, permission, &reason));
    // Elsewhere a closed pipe is no error. Here a denial that nobody hears would let the tool go on.
    said.and_then(|()| out.flush()).map_err(|error| {
        Unusable::new(format!("the answer cannot be written: {error}"), "leave its output open")
    })?;
    Ok(ExitCode::SUCCESS)
}

fn read_call() -> Result<Vec<u8>, Unusable> {
    let help = "an agent gives the call on standard input: docs/hooks.md";
    if io::stdin().is_terminal() {
        return Err(Unusable::new("standard input is a terminal", help));
    }
    let mut text = Vec::new();
    let limit = wire::LONGEST as u64 + 1;
    io::stdin()
        .lock()
        .take(limit)
        .read_to_end(&mut text)
        .map_err(|error| Unusable::new(format!("the hook's JSON cannot be read: {error}"), help))?;
    if text.len() > wire::LONGEST {
        let problem = format!("the hook's JSON is longer than {} MiB", wire::LONGEST >> 20);
        return Err(Unusable::new(problem, "write the file in parts"));
    }
    Ok(text)
}

/// One call of an agent.
struct Call<'a> {
    args: &'a HookArgs,
    host: &'a Disk,
    environment: &'a Environment,
    request: &'a Request,
}

/// A file of the call: its name there, and what a write to it may reach.
type Named<'a> = (&'a str, Result<Vec<PathBuf>, NoTarget>);

/// Where the files of a call are looked at.
struct Site<'a> {
    /// The work tree in which the task works.
    tree: Checkout,
    /// Where the plan that was named really is.
    plan: Option<PathBuf>,
    environment: &'a Environment,
}

/// What a write to a file means for the lanes.
enum Landing {
    /// It changes this path of the repository.
    At(RepoPath),
    /// It changes nothing of the repository.
    Elsewhere,
    /// It is no task's to make, for this reason.
    Refused(String),
}

impl Call<'_> {
    /// What the agent is told; nothing where it is none of the lanes' business.
    fn permission(&self) -> Result<Option<(Permission, String)>, Unusable> {
        let cwd = Path::new(&self.request.cwd);
        if !cwd.is_absolute() {
            let problem =
                format!("the agent's working directory {} is no absolute path", cwd.display());
            return Err(Unusable::new(problem, "this is the agent's to mend"));
        }
        let files = self.request.files.iter();
        let files: Vec<Named<'_>> =
            files.map(|file| (file.as_str(), resolve::targets(cwd, file))).collect();
        let Some(tree) = self.tree(cwd, &files)? else { return Ok(None) };
        let tree = self.around(tree, &files);
        let site = Site { tree, plan: self.plan_file()?, environment: self.environment };
        if files.iter().all(|(_, targets)| site.is_outside(targets)) {
            return Ok(None);
        }
        let branch = match &self.args.task {
            Some(_) => None,
            None => match self.branch(&site.tree)? {
                Some(branch) => Some(branch),
                None => return Ok(self.nobodys("HEAD is detached")),
            },
        };
        let ChosenPlan { mut plan, name: what, rivals, .. } = self.plan(&site.tree)?;
        if plan.tasks.is_empty() {
            return Err(Unusable::new(format!("no task can be read from {what}"), SEE_CHECK));
        }
        let Some(task) = self.task(&plan, branch.as_deref())? else {
            let branch = branch.unwrap_or_default();
            return Ok(self.nobodys(&format!("the branch `{branch}` is no task's")));
        };
        plan.own_paths.extend(site.own_elsewhere());
        let plan = Arc::new(plan);
        let mut changes = BTreeMap::new();
        for (name, targets) in &files {
            let targets = match targets {
                Ok(targets) => targets,
                Err(NoTarget::Refused(why)) => return Ok(denied(&plan, task, name, why)),
                Err(NoTarget::Unreadable(error)) => return Err(error.clone().into()),
            };
            for target in targets {
                let exists = target.symlink_metadata().is_ok();
                let kind = if exists { ChangeKind::Modified } else { ChangeKind::Added };
                match site.landing(target) {
                    Landing::At(path) => drop(changes.insert(path, kind)),
                    Landing::Elsewhere => {}
                    Landing::Refused(why) => return Ok(denied(&plan, task, name, &why)),
                }
            }
        }
        let id = report::shown(&plan.tasks[task].id.value).into_owned();
        match hook::judge(&plan, Intent { task, changes, rivals }) {
            Decision::Allow => {
                Ok(Some((Permission::Allow, format!("lanelint: task `{id}` may write it"))))
            }
            Decision::Deny(reason) => Ok(Some((Permission::Deny, reason))),
            Decision::Unknown(why) => Err(Unusable::new(
                format!("nobody knows what task `{id}` may write: {why}"),
                SEE_CHECK,
            )),
        }
    }

    /// The work tree in which the task works; nothing where neither the agent nor a file is in one.
    fn tree(&self, cwd: &Path, files: &[Named<'_>]) -> Result<Option<Checkout>, Unusable> {
        let real = |what: &str, folder: &Path| {
            let unusable = |why: String| {
                let problem = format!("the {what} {} cannot be used: {why}", folder.display());
                Unusable::new(problem, "name a folder that exists")
            };
            let real = folder.canonicalize().map_err(|error| unusable(error.to_string()))?;
            if real.is_dir() { Ok(real) } else { Err(unusable("it is no folder".to_owned())) }
        };
        let root = self.args.root.as_ref().map(|root| self.environment.current_dir.join(root));
        let root = root.map(|root| real("root", &root)).transpose()?;
        let start = match &root {
            Some(root) => root.clone(),
            None => real("agent's working directory", cwd)?,
        };
        let tree = if self.environment.git_dir.is_some() {
            Repository::discover(self.environment, &start)?.as_ref().and_then(Checkout::of)
        } else {
            Checkout::holding(&start)
        };
        if let Some(root) = root {
            let tree = tree.filter(|tree| tree.top() == root);
            return tree.map(Some).ok_or_else(|| {
                Unusable::new(
                    format!("the root {} is not the top of a work tree", root.display()),
                    "leave --root out, or name the top with it",
                )
            });
        }
        let of_file = || {
            let targets = files.iter().filter_map(|(_, targets)| targets.as_ref().ok()).flatten();
            targets.filter_map(|target| Checkout::holding(target)).next()
        };
        Ok(tree.or_else(of_file))
    }

    /// The nearest work tree around the agent's that holds the files and has a plan: an agent may
    /// stand in a submodule, or in another repository inside of this one.
    fn around(&self, tree: Checkout, files: &[Named<'_>]) -> Checkout {
        if self.args.root.is_some() || self.environment.git_dir.is_some() {
            return tree;
        }
        // A linked work tree is one of its own, wherever it lies.
        let around = |tree: &Checkout| tree.around().filter(|outer| !outer.shares_repository(tree));
        let trees: Vec<Checkout> = std::iter::successors(Some(tree.clone()), around).collect();
        let [_, .., outermost] = trees.as_slice() else { return tree };
        let targets: Vec<&PathBuf> = files
            .iter()
            .filter_map(|(_, targets)| targets.as_ref().ok())
            .flatten()
            .filter(|target| target.starts_with(outermost.top()))
            .collect();
        let holds_all =
            |tree: &Checkout| targets.iter().all(|target| target.starts_with(tree.top()));
        let mut holding = trees.into_iter().filter(holds_all).peekable();
        let nearest = holding.peek().cloned();
        holding.find(|tree| self.has_plan(tree)).or(nearest).unwrap_or(tree)
    }

    /// Whether a plan for this work tree can be had. One that is named speaks for the work tree in
    /// which it lies, and from elsewhere for the outer one of a submodule.
    fn has_plan(&self, tree: &Checkout) -> bool {
        if self.args.plan_from.is_some() {
            return self.plan(tree).is_ok();
        }
        match self.plan_file() {
            Ok(Some(plan)) => match Checkout::holding(&plan) {
                Some(holder) if holder.top() == tree.top() => true,
                Some(holder) if tree.top().starts_with(holder.top()) => false,
                _ => !self.is_submodule(tree),
            },
            _ => Workspace::at_top(self.host, tree.top(), None).plan().is_ok(),
        }
    }

    fn is_submodule(&self, tree: &Checkout) -> bool {
        tree.around().is_some_and(|outer| {
            let site = Site { tree: outer, plan: None, environment: self.environment };
            matches!(site.landing(&tree.top().join("x")), Landing::At(_))
        })
    }

    /// The branch that is checked out, or that is being rebased.
    fn branch(&self, tree: &Checkout) -> Result<Option<String>, Unusable> {
        Ok(match tree.head()? {
            Head::Branch(branch) | Head::Rebasing(branch) => Some(branch),
            Head::Detached => None,
            Head::Unusual => match Repository::discover(self.environment, tree.top())? {
                Some(repository) => match repository.checked_out_branch()? {
                    Some(branch) => Some(branch),
                    None => tree.rebased()?,
                },
                None => None,
            },
        })
    }

    /// Where the plan that is named really is.
    fn plan_file(&self) -> Result<Option<PathBuf>, Unusable> {
        let Some(plan) = &self.args.plan else { return Ok(None) };
        if plan.as_os_str() == "-" {
            let help = "name a file for the plan";
            return Err(Unusable::new("standard input holds the agent's call", help));
        }
        let plan = self.environment.current_dir.join(plan);
        // One that is not there is a matter of the commit that it is read from.
        Ok(plan.canonicalize().ok())
    }

    fn plan(&self, tree: &Checkout) -> Result<ChosenPlan, Unusable> {
        let plan = self.args.plan.as_ref().map(|plan| self.environment.current_dir.join(plan));
        let workspace = Workspace::at_top(self.host, tree.top(), plan.as_deref());
        let Some(revision) = &self.args.plan_from else {
            return workspace.plan().map(ChosenPlan::from);
        };
        let Some(repository) = workspace.repository()? else {
            let problem = format!("git finds no repository at {}", tree.top().display());
            return Err(Unusable::new(problem, "run `git status` there to see what is wrong"));
        };
        Ok(workspace.plan_of(&*repository, revision)?)
    }

    /// The task that is named, or whose branch it is; nothing where it is no task's.
    fn task(&self, plan: &Plan, branch: Option<&str>) -> Result<Option<usize>, Unusable> {
        let Some(branch) = branch else {
            let id = self.args.task.as_deref().unwrap_or_default();
            let unknown =
                || Unusable::new(format!("the plan has no task `{id}`"), "name a task of the plan");
            return plan.task(id).map(Some).ok_or_else(unknown);
        };
        match task_of(plan, branch)? {
            None if plan.unknown => Err(Unusable::new(
                format!("the plan cannot be read as a whole, so nobody knows whose `{branch}` is"),
                SEE_CHECK,
            )),
            task => Ok(task),
        }
    }

    /// What is said where no task is at work.
    fn nobodys(&self, why: &str) -> Option<(Permission, String)> {
        let file = self.request.files.first().map_or("", String::as_str);
        self.args.require_task.then(|| (Permission::Deny, hook::no_task(file, why)))
    }
}

impl Site<'_> {
    /// Whether a file is certainly none of this repository's, nor its plan.
    fn is_outside(&self, targets: &Result<Vec<PathBuf>, NoTarget>) -> bool {
        let outside = |target: &PathBuf| matches!(self.landing(target), Landing::Elsewhere);
        targets.as_ref().is_ok_and(|targets| targets.iter().all(outside))
    }

    fn landing(&self, target: &Path) -> Landing {
        let refused = |why: &str| Landing::Refused(why.to_owned());
        if self.plan.as_ref().is_some_and(|plan| target.starts_with(plan)) {
            return refused("it is the plan that judges");
        }
        match self.tree.reach(target) {
            Reach::Inside(path) | Reach::Submodule(path) => Landing::At(path),
            Reach::Outside => Landing::Elsewhere,
            Reach::Nested(path) => match self.is_tracked(&path) {
                Ok(true) => Landing::At(path),
                Ok(false) => Landing::Elsewhere,
                Err(error) => Landing::Refused(format!(
                    "it is in another repository, and whether that is a submodule cannot be \
                     told: {error}"
                )),
            },
            Reach::GitFolder => refused("git keeps its own files there, hooks and settings too"),
            Reach::OtherTree(top) => Landing::Refused(format!(
                "it is in another work tree of this repository, {}, where another task may be at \
                 work",
                top.display()
            )),
            Reach::NoPath(fault) => {
                Landing::Refused(format!("it is no path of the repository: {fault}"))
            }
        }
    }

    /// Whether the index has something at a path. git is asked about repositories in the work tree
    /// only, which are few.
    fn is_tracked(&self, path: &RepoPath) -> Result<bool, GitError> {
        let repository = Repository::discover(self.environment, self.tree.top())?;
        let Some(repository) = repository else { return Ok(false) };
        Ok(repository.index_files()?.binary_search(path).is_ok())
    }

    /// The path that a plan in another work tree of the repository has in each of them.
    fn own_elsewhere(&self) -> Option<Own> {
        let plan = self.plan.as_ref()?;
        let other = Checkout::holding(plan).filter(|other| other.shares_repository(&self.tree))?;
        let path = relative(other.top(), plan)??;
        Some(if plan.is_dir() { Own::Folder(path) } else { Own::File(path) })
    }
}

fn denied(plan: &Plan, task: usize, file: &str, why: &str) -> Option<(Permission, String)> {
    Some((Permission::Deny, hook::refused(plan, task, file, why)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_no_answer() {
        let said = |ended: Result<ExitCode, Unusable>| ended.unwrap_err().problem;
        assert!(said(guarded(|| panic!("at {}", 7))).contains("at 7"));
        assert!(said(guarded(|| panic!("plain"))).contains("plain"));
        assert!(guarded(|| Ok(ExitCode::SUCCESS)).is_ok());
    }
}
