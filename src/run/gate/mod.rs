//! `gate` on a repository: collects patches, ranges, the index, the work tree or branches, and runs
//! the rules with the plan of the base.

mod arguments;
mod branches;
mod collect;
mod commit_names;
mod commits;
mod compare;
mod history;
mod links;
mod order;
mod own;
mod proposed;

use std::sync::Arc;

use super::Outcome;
use crate::analysis::GateFacts;
use crate::check::gate_facts;
use crate::failure::Failure;
use crate::finding::Input;
use crate::gate::{GateInput, collisions, moved_folders};
use crate::git::CommitId;
use crate::patch::DEFAULT_STRIP;
use crate::plan::Plan;
use crate::plan::order::Order;
use crate::rules;
use crate::workspace::{self, ChosenPlan, Event, Git, NoPlan, Workspace};
use arguments::Range;
use collect::Collector;

/// What a gate should check. Without diffs, ranges, `staged` and `worktree`: the branches of all
/// tasks, or only that of `task` or `branch`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GateRequest {
    /// Patches, each `[ID=]FILE`; `-` is standard input.
    pub diffs: Vec<String>,
    /// How many leading components to strip from names in patches.
    pub strip: usize,
    /// Ranges of commits, each `[ID=]A...B` or `[ID=]A..B`.
    pub ranges: Vec<String>,
    /// Check what is staged, against HEAD.
    pub staged: bool,
    /// Check the work tree against HEAD or, with `base`, against the merge base with it.
    pub worktree: bool,
    /// The task of inputs that do not name one. With `by_trailer` or `by_subject`, the tasks that
    /// commits may name; none for all.
    pub tasks: Vec<String>,
    /// The same, by the name of the task's branch.
    pub branch: Option<String>,
    /// The revision that branches fork from, instead of the plan's `base`.
    pub base: Option<String>,
    /// The revision to take the plan from, instead of the base.
    pub plan_from: Option<String>,
    /// Take ranges apart: the trailer with this key names the task of each commit.
    pub by_trailer: Option<String>,
    /// The same, with a regular expression for subjects, whose group is the task's id.
    pub by_subject: Option<String>,
    /// Check ranges that hold the work of several tasks, as a merge queue makes them.
    pub queue: bool,
    /// Do not fail if the base has no plan; check that of the head, if it has one.
    pub allow_no_plan: bool,
}

impl Default for GateRequest {
    fn default() -> GateRequest {
        GateRequest {
            diffs: Vec::new(),
            strip: DEFAULT_STRIP,
            ranges: Vec::new(),
            staged: false,
            worktree: false,
            tasks: Vec::new(),
            branch: None,
            base: None,
            plan_from: None,
            by_trailer: None,
            by_subject: None,
            queue: false,
            allow_no_plan: false,
        }
    }
}

impl GateRequest {
    /// Whether to check commits, the index or the work tree rather than branches.
    fn names_commits(&self) -> bool {
        !self.ranges.is_empty() || self.staged || self.worktree
    }

    fn needs_repository(&self) -> bool {
        self.names_commits() || self.diffs.is_empty() || self.plan_from.is_some()
    }

    fn takes_apart(&self) -> bool {
        self.by_trailer.is_some() || self.by_subject.is_some()
    }

    /// Rejects what does not go with taking ranges apart, and several tasks without it.
    fn validate_commits(&self) -> Result<(), Failure> {
        if !self.takes_apart() {
            return match self.tasks.as_slice() {
                [_, _, ..] => Err(Failure::new(
                    "--task can only be repeated with --by-trailer or --by-subject",
                    "check one task per run, or write --range ID=A...B for each",
                )),
                _ => Ok(()),
            };
        }
        if self.by_trailer.is_some() && self.by_subject.is_some() {
            let problem = "--by-trailer and --by-subject cannot be used together";
            return Err(Failure::new(problem, "commits are named in one way"));
        }
        let is_alone =
            self.diffs.is_empty() && !self.staged && !self.worktree && self.branch.is_none();
        if self.ranges.is_empty() || !is_alone || self.queue {
            return Err(Failure::new(
                "--by-trailer and --by-subject take ranges apart, and nothing else",
                "write --by-trailer Task --range BASE...HEAD",
            ));
        }
        Ok(())
    }

    fn validate(&self, workspace: &Workspace<'_>) -> Result<(), Failure> {
        if self.staged && self.worktree {
            let help = "--worktree includes what is staged";
            return Err(Failure::new("--staged and --worktree cannot be used together", help));
        }
        if !self.tasks.is_empty() && self.branch.is_some() {
            let help = "name the task or its branch";
            return Err(Failure::new("--task and --branch cannot be used together", help));
        }
        self.validate_commits()?;
        if self.queue {
            let is_alone = self.diffs.is_empty() && !self.staged && !self.worktree;
            let is_named = !self.tasks.is_empty() || self.branch.is_some();
            if self.ranges.is_empty() || !is_alone || is_named {
                return Err(Failure::new(
                    "--queue checks ranges, and no task or branch",
                    "write --queue --range BASE...HEAD",
                ));
            }
        }
        arguments::stdin_once(workspace.named_plan(), &self.diffs)
    }
}

/// Checks the changes of tasks before they are merged.
///
/// Inputs that cannot be read are findings of the rule `not-verified`.
///
/// # Errors
/// If the request is wrong: there is no plan or no repository, a range or a task does not exist.
pub fn gate(workspace: &Workspace<'_>, request: &GateRequest) -> Result<Outcome, Failure> {
    request.validate(workspace)?;
    let ranges = arguments::ranges(&request.ranges)?;
    let mut workspace = workspace.clone();
    let needed = request.needs_repository();
    let git = match workspace.repository() {
        Ok(Some(git)) => Some(git),
        Ok(None) if needed => {
            return Err(Failure::new(
                format!("there is no git repository at {}", workspace.root().display()),
                "run lanelint in one, name one with --root (or GIT_DIR if it is bare), or pass a \
                 patch with --diff",
            ));
        }
        Err(error) if needed => return Ok(not_verified(error.into())),
        Ok(None) | Err(_) => None,
    };
    let git = git.as_deref();
    if let Some(git) = git.filter(|_| needed || !workspace.root_is_named()) {
        workspace.move_to_top(git)?;
    }
    let ranges = arguments::disambiguate(ranges, git);
    let chosen = match choose_plan(&workspace, request, git, &ranges) {
        Ok(chosen) => chosen,
        Err(NoPlan::Missing(failure)) if request.allow_no_plan => {
            return plan_of_head(&workspace, request, git, &ranges, &failure);
        }
        Err(NoPlan::Unusable(failure) | NoPlan::Missing(failure)) => return Err(failure),
        Err(NoPlan::Git(error)) => return Ok(not_verified(error.into())),
    };
    workspace.host().notify(Event::Plan(&chosen.name));
    let ChosenPlan { plan, name, rivals, base } = chosen;
    let plan = Arc::new(plan);
    if plan.tasks.is_empty() {
        let report = crate::check::gate(&plan, &GateInput::default());
        return Ok(Outcome::new(report, &name));
    }
    let collector = Collector::new(&workspace, request, &ranges, &plan)?;
    let mut input = GateInput { plan_rivals: rivals, ..GateInput::default() };
    let base = collector.collect(git, base, &mut input)?;
    let report = run_rules(&workspace, git, &plan, base.as_ref(), input);
    workspace.end_progress();
    report.inputs.iter().for_each(|input| notify_compared(&workspace, input));
    if request.base.is_some()
        && !request.worktree
        && !(request.ranges.is_empty() && request.diffs.is_empty())
    {
        workspace.note("--base has no effect on --range and --diff");
    }
    Ok(Outcome::new(report, &name))
}

/// The result if the base has no plan and need not have one: that of `check` on the plan of the head,
/// if it has one.
fn plan_of_head(
    workspace: &Workspace<'_>,
    request: &GateRequest,
    git: Option<&dyn Git>,
    ranges: &[Range],
    missing: &Failure,
) -> Result<Outcome, Failure> {
    workspace.note(&format!("{}, so no lane was checked", missing.problem));
    let Some(git) = git else { return Err(missing.clone()) };
    let head = match (ranges.first(), &request.branch) {
        (Some(range), _) => workspace::commit(git, &range.to),
        (None, Some(branch)) => workspace::resolve(workspace.host(), git, branch),
        (None, None) => workspace::commit(git, "HEAD"),
    };
    let head = match head {
        Ok(head) => head,
        Err(error) => return Ok(not_verified(error.into())),
    };
    match workspace.plan_in(git, &head, None) {
        Ok(ChosenPlan { plan, name, .. }) => {
            workspace.host().notify(Event::Plan(&name));
            let (files, gaps) = match git.tree_files(&head.commit) {
                Ok(files) => (files, Vec::new()),
                Err(error) => (Vec::new(), vec![error.into()]),
            };
            let report = crate::check::check(&Arc::new(plan), &files, gaps);
            Ok(Outcome::new(report, &name))
        }
        Err(NoPlan::Missing(_)) => {
            let report = crate::check::gate(&Arc::default(), &GateInput::default());
            Ok(Outcome { report, unusable: None })
        }
        Err(NoPlan::Unusable(failure)) => Err(failure),
        Err(NoPlan::Git(error)) => Ok(not_verified(error.into())),
    }
}

/// The result if nothing could be read: neither clean nor a wrong request.
fn not_verified(gap: Failure) -> Outcome {
    let input = GateInput { gaps: vec![gap], ..GateInput::default() };
    Outcome { report: crate::check::gate(&Arc::default(), &input), unusable: None }
}

/// Chooses the plan. Unless the caller says so, it is never taken from the branch being checked.
fn choose_plan(
    workspace: &Workspace<'_>,
    request: &GateRequest,
    git: Option<&dyn Git>,
    ranges: &[Range],
) -> Result<ChosenPlan, NoPlan> {
    let Some(git) = git else { return Ok(workspace.plan_on_disk()?) };
    if let Some(revision) = &request.plan_from {
        return workspace.plan_of(git, revision);
    }
    let only_patches = !request.diffs.is_empty() && !request.names_commits();
    if workspace.named_plan().is_some() || only_patches {
        return Ok(workspace.plan_on_disk()?);
    }
    let Some(first) = ranges.first() else {
        return workspace.plan_of_base(git, request.base.as_deref());
    };
    let from = workspace::commit(git, &first.from)?;
    for range in &ranges[1..] {
        if workspace::commit(git, &range.from)?.commit != from.commit {
            return Err(NoPlan::Unusable(Failure::new(
                "the ranges start at different commits, whose plans may differ",
                "choose the plan with --plan-from REV or PLAN",
            )));
        }
    }
    workspace.plan_in(git, &from, None)
}

/// Asks git what the enabled rules need to compare the diffs, then runs the rules. `base` is the
/// commit whose `.gitattributes` say how files merge.
fn run_rules(
    workspace: &Workspace<'_>,
    git: Option<&dyn Git>,
    plan: &Arc<Plan>,
    base: Option<&CommitId>,
    mut input: GateInput,
) -> crate::finding::Report {
    let (lanes, order) = (plan.lanes(), Order::new(plan));
    let is_several = input.diffs.len() > 1 && input.apart.is_none();
    let several = git.filter(|_| is_several);
    if let Some(git) = git.filter(|_| rules::CLASHING_PATHS.is_on(plan)) {
        match compare::existing(git, base, &input.diffs) {
            Ok(existing) => input.existing = existing,
            Err(error) => input.gaps.push(error.into()),
        }
    }
    let collisions = collisions(&lanes, &order, &input.diffs);
    if let Some(git) = several.filter(|_| rules::COLLIDING_WRITES.is_on(plan)) {
        input.lines = compare::lines(git, &collisions);
    }
    // Merges need them too: a moved folder causes conflicts of its own.
    let wants_renames = rules::MOVED_FOLDER.is_on(plan) || rules::MERGE_CONFLICT.is_on(plan);
    if let Some(git) = several.filter(|_| wants_renames) {
        let (renames, gaps) = compare::folder_renames(workspace, git, &order, &input.diffs);
        input.folder_renames = renames;
        input.gaps.extend(gaps);
    }
    let moved = moved_folders(&order, &input.diffs, &input.folder_renames);
    if let Some(git) = several.filter(|_| rules::MERGE_CONFLICT.is_on(plan))
        && let Some(base) = base
    {
        let sharing = crate::gate::sharing(&order, &input.diffs, &moved);
        input.left_unmerged = sharing.gave_up;
        input.merges = compare::merge(workspace, git, base, &sharing, &input.diffs);
    }
    if rules::ESCAPING_SYMLINK.is_on(plan) {
        input.links = links::follow_all(workspace, git, &input.diffs);
    }
    let facts = GateFacts::new(plan, &lanes, &order, &input);
    let mut report = gate_facts(plan, &facts.with_collisions(collisions).with_moved(moved));
    if let (Some(git), Some(base)) = (git, base) {
        order::find(workspace, git, base, &order, &input.diffs, &mut report);
    }
    report
}

/// Reports the commits that an input's names resolved to.
fn notify_compared(workspace: &Workspace<'_>, input: &Input) {
    let commits = [("base", &input.base), ("head", &input.head), ("merge base", &input.merge_base)];
    let known: Vec<String> = commits
        .into_iter()
        .filter_map(|(name, commit)| Some(format!("{name} {}", commit.as_ref()?)))
        .collect();
    if !known.is_empty() {
        let task = input.task.as_deref().unwrap_or("no task");
        let not_own = match input.not_own {
            0 => String::new(),
            1 => "; 1 changed path is not its own change".to_owned(),
            many => format!("; {many} changed paths are not its own change"),
        };
        let text = format!("{task}, {}: {}{not_own}", input.source, known.join(", "));
        workspace.host().notify(Event::Compared(&text));
    }
}
