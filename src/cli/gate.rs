//! `lanelint gate`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use lanelint::failure::Failure;
use lanelint::patch::DEFAULT_STRIP;
use lanelint::run::{self, GateRequest};

use super::{Common, name};

pub(super) const EXAMPLES: &str = "\
Examples:
  $ lanelint gate
  $ lanelint gate --branch lessons
  $ lanelint gate --range lessons=main...lessons --plan-from main
  $ lanelint gate --staged --task lessons
  $ lanelint gate --by-trailer Task --range main...lessons
  $ lanelint gate --queue --range main...lessons
  $ git diff main...lessons | lanelint gate --diff lessons=-";

#[derive(Debug, Args)]
pub(super) struct GateArgs {
    /// Plan file or folder, or `-` for standard input.
    ///
    /// [default: the plan in the base commit, so that a branch cannot widen its own lane; with
    /// `--diff` alone, the plan that `lanelint check` reads]
    plan: Option<PathBuf>,
    /// Patch to check, or `-` for standard input; may be repeated.
    ///
    /// `ID=` names the task that made the changes, as in `--diff lessons=lessons.patch`.
    #[arg(long, value_name = "[ID=]FILE", value_parser = name)]
    diff: Vec<String>,
    /// Leading path components to strip from file names in patches, as with `git apply -p`.
    ///
    /// Use 0 for patches made with `--no-prefix`.
    #[arg(long, value_name = "N", default_value_t = DEFAULT_STRIP, requires = "diff")]
    strip: usize,
    /// Commits to check; may be repeated.
    ///
    /// `A...B` is what B changed since its merge base with A; `A..B` compares A with B directly.
    /// Without `ID=`, `--task` or `--branch`, the changes belong to the task of the checked-out
    /// branch.
    #[arg(long, value_name = "[ID=]A...B", value_parser = name)]
    range: Vec<String>,
    /// Check staged changes.
    #[arg(long, conflicts_with = "worktree")]
    staged: bool,
    /// Check staged, unstaged and untracked changes.
    ///
    /// Compares with HEAD or, given `--base REV`, with the merge base of HEAD and REV.
    #[arg(long)]
    worktree: bool,
    /// Task that made the changes, unless `ID=` names another.
    ///
    /// Without `--diff`, `--range`, `--staged` or `--worktree`, check only this task.
    /// With `--by-trailer` or `--by-subject`, the only task that commits may name; may then be
    /// repeated.
    #[arg(long, value_name = "ID", value_parser = name, conflicts_with = "branch")]
    task: Vec<String>,
    /// Like `--task`, but identifies the task by its branch.
    #[arg(long, value_name = "NAME", value_parser = name)]
    branch: Option<String>,
    /// Revision that the tasks' branches fork from [default: the plan's `base`].
    #[arg(long, value_name = "REV", value_parser = name)]
    base: Option<String>,
    /// Read the plan from this commit.
    #[arg(long, value_name = "REV", value_parser = name)]
    plan_from: Option<String>,
    /// Judge each commit of the ranges by the task that its trailer KEY names.
    ///
    /// For a branch with the work of several tasks. A commit that names no task is reported.
    #[arg(
        long,
        value_name = "KEY",
        value_parser = name,
        requires = "range",
        conflicts_with_all = ["diff", "staged", "worktree", "branch", "queue", "by_subject"]
    )]
    by_trailer: Option<String>,
    /// Judge each commit of the ranges by the task that the group of PATTERN matches in its subject.
    ///
    /// PATTERN is a regular expression with one group, such as `^\w+\(([^)]+)\):` for `feat(ID): …`.
    #[arg(
        long,
        value_name = "PATTERN",
        value_parser = name,
        requires = "range",
        conflicts_with_all = ["diff", "staged", "worktree", "branch", "queue"]
    )]
    by_subject: Option<String>,
    /// Check a range that holds the work of several tasks, as a merge queue makes it.
    ///
    /// Every changed path has to be in some task's lane. This cannot tell which task made a
    /// change, so use it beside a gate on each pull request, never instead of it.
    #[arg(long, requires = "range", conflicts_with_all = ["diff", "staged", "worktree", "task", "branch"])]
    queue: bool,
    /// If the base has no plan, check the plan that the branch adds, if any, instead of failing.
    #[arg(long)]
    allow_no_plan: bool,
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(args: &GateArgs) -> Result<ExitCode, Failure> {
    let host = super::host()?;
    let workspace = args.common.workspace(&host, args.plan.as_deref())?;
    let mut request = GateRequest::default();
    request.diffs.clone_from(&args.diff);
    request.strip = args.strip;
    request.ranges.clone_from(&args.range);
    request.staged = args.staged;
    request.worktree = args.worktree;
    request.tasks.clone_from(&args.task);
    request.by_trailer.clone_from(&args.by_trailer);
    request.by_subject.clone_from(&args.by_subject);
    request.branch.clone_from(&args.branch);
    request.base.clone_from(&args.base);
    request.plan_from.clone_from(&args.plan_from);
    request.queue = args.queue;
    request.allow_no_plan = args.allow_no_plan;
    args.common.finish(run::gate(&workspace, &request)?)
}
