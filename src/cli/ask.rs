//! What the commands have in common that answer a question about a plan and judge nothing.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use lanelint::failure::Failure;
use lanelint::index::TaskId;
use lanelint::path::RepoPath;
use lanelint::plan::Plan;
use lanelint::report::{self, AnswerFormat};
use lanelint::workspace::{Host, Workspace};

use super::output::tell;

/// Which plan is asked.
#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    /// The plan: a file, a folder, or `-` for standard input [default: lanes.yaml, .lanes.yaml,
    /// .github/lanes.yaml or the folder .lanes, here or in a parent folder].
    #[arg(long)]
    pub(super) plan: Option<PathBuf>,
    /// The repository's root, which globs and paths begin at [default: the work tree that holds
    /// the plan, else the one that holds the working directory, else the plan's folder].
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
}

/// A plan and where it was found.
pub(super) struct Asked<'h> {
    pub(super) workspace: Workspace<'h>,
    pub(super) plan: Arc<Plan>,
}

impl PlanArgs {
    /// Reads the plan. What is wrong with it is for `check` to say; that something is, is told.
    pub(super) fn read<'h>(&self, host: &'h dyn Host) -> Result<Asked<'h>, Failure> {
        let workspace = Workspace::find(host, self.plan.as_deref(), self.root.as_deref())?;
        let found = workspace.plan()?;
        let what = found.name.clone();
        let plan = Arc::new(found.read());
        if plan.tasks.is_empty() {
            return Err(Failure::new(
                format!("no task can be read from {}", report::shown(&what)),
                "`lanelint check` says what is wrong with the plan",
            ));
        }
        if plan.unknown {
            tell(
                "note",
                "the plan cannot be read as a whole, so more may be true than is told: `lanelint \
                 check` says what is wrong with it",
            );
        }
        Ok(Asked { workspace, plan })
    }
}

impl Asked<'_> {
    /// The files that exist: they choose the path that stands for an overlap, and no more.
    pub(super) fn files(&self) -> Vec<RepoPath> {
        self.workspace.files().unwrap_or_else(|gap| {
            tell("note", &format!("{}; no file is taken to exist", gap.problem));
            Vec::new()
        })
    }
}

/// Whether an answer is all there is to say, as an exit status.
pub(super) fn status(whole: bool) -> ExitCode {
    ExitCode::from(if whole { 0 } else { 3 })
}

/// Tells which lanes are not known, if any.
pub(super) fn tell_unknown(plan: &Plan, tasks: &[TaskId]) {
    const TOLD: usize = 10;
    let ids: Vec<&str> = tasks.iter().map(|&task| &*plan[task].id.value).collect();
    let lanes = match ids.as_slice() {
        [] => return,
        _ if plan.unknown => return,
        [id] => format!("the lane of `{id}` is"),
        few if few.len() <= TOLD => format!("the lanes of {} are", few.join(", ")),
        many => {
            let others = many.len() - TOLD;
            format!("the lanes of {} and {others} others are", many[..TOLD].join(", "))
        }
    };
    tell("note", &format!("{lanes} not known as a whole: `lanelint check` says why"));
}

/// `--format` of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum AnswerTo {
    /// For people.
    Human,
    /// One JSON object, for programs.
    Json,
}

impl From<AnswerTo> for AnswerFormat {
    fn from(to: AnswerTo) -> AnswerFormat {
        match to {
            AnswerTo::Human => AnswerFormat::Text,
            AnswerTo::Json => AnswerFormat::Json,
        }
    }
}
