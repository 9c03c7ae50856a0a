//! `lanelint gate`.

mod asked;
mod between;
mod carried;
mod judge;
mod links;
mod names;
pub(super) mod plan;
mod progress;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use lanelint::change::Gap;
use lanelint::finding::Input;
use lanelint::gate::GateInput;
use lanelint::git::Repository;
use lanelint::patch::DEFAULT_STRIP;
use lanelint::rules;

use super::output::tell;
use super::plan::{Failure, Place};
use super::{Common, Unusable, name};
use asked::Range;
use judge::Judge;
use plan::Chosen;
use progress::Progress;

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

pub(super) fn run(args: &GateArgs) -> Result<ExitCode, Unusable> {
    let environment = super::plan::environment()?;
    let mut place = Place::new(&environment, args.plan.as_deref(), args.common.root.as_deref())?;
    asked::stdin_once(args.plan.as_deref(), &args.diff)?;
    let ranges = asked::ranges(&args.range)?;
    let needs_repository = !ranges.is_empty()
        || args.staged
        || args.worktree
        || args.diff.is_empty()
        || args.plan_from.is_some();
    let repository = match Repository::discover(&environment, &place.root) {
        Ok(Some(repository)) => Some(repository),
        Ok(None) if needs_repository => {
            return Err(Unusable::new(
                format!("there is no git repository at {}", place.root.display()),
                "go into one, name it with --root (a bare one with GIT_DIR), or give a patch with \
                 --diff",
            ));
        }
        Err(error) if needs_repository => return not_verified(args, error.into()),
        Ok(None) | Err(_) => None,
    };
    let root_is_named = args.common.root.is_some();
    if let Some(repository) = repository.as_ref().filter(|_| needs_repository || !root_is_named) {
        place.settle(&environment, repository, root_is_named)?;
    }
    let ranges = asked::settle(ranges, repository.as_ref());
    let gate = Gate { args, place: &place, ranges };
    let chosen = match gate.plan(repository.as_ref()) {
        Ok(chosen) => chosen,
        Err(Failure::Unusable(unusable)) => return Err(unusable),
        Err(Failure::Git(error)) => return not_verified(args, error.into()),
    };
    tell("plan", &chosen.what);
    let Chosen { plan, what, rivals, base } = chosen;
    let plan = Arc::new(plan);
    if plan.tasks.is_empty() {
        let report = lanelint::check::gate(&plan, &GateInput::default());
        return args.common.no_task(&report, &what);
    }
    let mut input = GateInput { plan_rivals: rivals, ..GateInput::default() };
    let judge = Judge::new(&gate, &plan)?;
    let mut progress = Progress::begin();
    input.unclaimed = judge.unclaimed();
    judge.patches(&mut input)?;
    if let Some(repository) = &repository {
        let base = judge.commits(repository, base, &mut input, &mut progress)?;
        carried::find(repository, &mut input, &mut progress);
        between::compare(repository, &plan, base.as_ref(), &mut input, &mut progress);
    }
    if rules::ESCAPING_SYMLINK.is_on(&plan) {
        links::follow_all(&environment, repository.as_ref(), &place.root, &mut input);
    }
    drop(progress);
    for used in input.judged.iter().filter_map(|judged| commits_used(&judged.input)) {
        tell("judged", &used);
    }
    if args.base.is_some() && !args.worktree && (!gate.ranges.is_empty() || !args.diff.is_empty()) {
        tell(
            "note",
            "--base says nothing about --range and --diff, which name their own beginning",
        );
    }
    args.common.finish(&lanelint::check::gate(&plan, &input))
}

/// An input with the commits that its names stood for; nothing for one without commits.
fn commits_used(input: &Input) -> Option<String> {
    let commits = [("base", &input.base), ("head", &input.head), ("merge base", &input.merge_base)];
    let known: Vec<String> = commits
        .into_iter()
        .filter_map(|(name, commit)| Some(format!("{name} {}", commit.as_ref()?)))
        .collect();
    let Input { task, source, .. } = input;
    let task = task.as_deref().unwrap_or("no task");
    (!known.is_empty()).then(|| format!("{task}, {source}: {}", known.join(", ")))
}

/// One call of the gate.
struct Gate<'a> {
    args: &'a GateArgs,
    place: &'a Place,
    ranges: Vec<Range>,
}

impl Gate<'_> {
    /// Whether anything but patches and branches is to be judged.
    fn asks_for_commits(&self) -> bool {
        !self.ranges.is_empty() || self.args.staged || self.args.worktree
    }
}

/// Ends a run in which nothing could be looked at: that is not clean, and no wrong call.
fn not_verified(args: &GateArgs, gap: Gap) -> Result<ExitCode, Unusable> {
    let input = GateInput { gaps: vec![gap], ..GateInput::default() };
    args.common.finish(&lanelint::check::gate(&Arc::default(), &input))
}
