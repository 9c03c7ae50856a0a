//! `lanelint gate`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use lanelint::failure::Failure;
use lanelint::patch::DEFAULT_STRIP;
use lanelint::run::{self, GateRequest};

use super::{Common, name};

#[derive(Debug, Args)]
pub(super) struct GateArgs {
    /// The plan: a file, a folder, or `-` for standard input [default: the plan of the base's
    /// commit; with --diff alone, the one that `check` would find].
    plan: Option<PathBuf>,
    /// A patch to judge, `-` for standard input. May be repeated.
    #[arg(long, value_name = "[ID=]FILE", value_parser = name)]
    diff: Vec<String>,
    /// How many leading components to take off the names in patches, as `git apply -p` does; 0 for
    /// patches made with `--no-prefix`.
    #[arg(long, value_name = "N", default_value_t = DEFAULT_STRIP, requires = "diff")]
    strip: usize,
    /// Commits to judge: A...B is what B changed since it left A, A..B compares the two. May be
    /// repeated.
    #[arg(long, value_name = "[ID=]A...B", value_parser = name)]
    range: Vec<String>,
    /// Judge what is staged, against HEAD.
    #[arg(long, conflicts_with = "worktree")]
    staged: bool,
    /// Judge what is staged, unstaged and untracked, against HEAD or, with --base, against the
    /// merge base with it.
    #[arg(long)]
    worktree: bool,
    /// The task to judge, where a source does not name one.
    #[arg(long, value_name = "ID", value_parser = name, conflicts_with = "branch")]
    task: Option<String>,
    /// The task to judge, by the name of its branch.
    #[arg(long, value_name = "NAME", value_parser = name)]
    branch: Option<String>,
    /// What the tasks' branches fork from [default: the plan's `base`].
    #[arg(long, value_name = "REV", value_parser = name)]
    base: Option<String>,
    /// The commit whose plan judges.
    #[arg(long, value_name = "REV", value_parser = name)]
    plan_from: Option<String>,
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
    request.task.clone_from(&args.task);
    request.branch.clone_from(&args.branch);
    request.base.clone_from(&args.base);
    request.plan_from.clone_from(&args.plan_from);
    args.common.finish(run::gate(&workspace, &request)?)
}
