//! Arguments and notes of the commands that answer questions about a plan.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use lanelint::failure::Failure;
use lanelint::index::TaskId;
use lanelint::path::RepoPath;
use lanelint::plan::Plan;
use lanelint::report::{self, AnswerFormat};
use lanelint::source::excerpt;
use lanelint::workspace::{Host, Workspace};

use super::output::print;

#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    /// Plan file or folder, or `-` for standard input.
    ///
    /// [default: `lanes.yaml`, `.lanes.yaml`, `.github/lanes.yaml` (or `.yml`) or the folder
    /// `.lanes`, in the working directory or the closest parent that has one]
    #[arg(long)]
    pub(super) plan: Option<PathBuf>,
    /// Repository root, which globs are relative to.
    ///
    /// [default: the work tree containing the plan, else the one containing the working directory,
    /// else the plan's folder]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
}

/// A plan and its workspace.
pub(super) struct RequestContext<'h> {
    pub(super) workspace: Workspace<'h>,
    pub(super) plan: Arc<Plan>,
}

impl PlanArgs {
    /// Reads the plan. If it has errors, prints a note: `check` reports them.
    pub(super) fn read<'h>(&self, host: &'h dyn Host) -> Result<RequestContext<'h>, Failure> {
        let workspace = Workspace::find(host, self.plan.as_deref(), self.root.as_deref())?;
        let found = workspace.plan()?;
        let what = found.name.clone();
        let plan = Arc::new(found.read(|name| workspace.exists(name)));
        if plan.tasks.is_empty() {
            return Err(Failure::new(
                format!("no task can be read from {}", report::shown(&what)),
                "run `lanelint check` to see why",
            ));
        }
        if plan.unknown {
            print(
                "note",
                "the plan has errors, so this answer may be incomplete (run `lanelint check`)",
            );
        }
        Ok(RequestContext { workspace, plan })
    }
}

impl RequestContext<'_> {
    /// The task of this id.
    pub(super) fn task(&self, id: &str) -> Result<TaskId, Failure> {
        self.plan.task(id).ok_or_else(|| {
            let help = match self.plan.nearest_id(id) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "use the id of a task in the plan".to_owned(),
            };
            Failure::new(format!("the plan has no task `{}`", excerpt(id)), help)
        })
    }

    /// The files that exist, in byte order. If they cannot be listed, prints a note.
    pub(super) fn files(&self) -> Option<Vec<RepoPath>> {
        let files = self.workspace.files();
        files
            .map_err(|gap| print("note", &format!("{}; ignoring existing files", gap.problem)))
            .ok()
    }
}

pub(super) fn status(is_complete: bool) -> ExitCode {
    ExitCode::from(if is_complete { 0 } else { 3 })
}

/// Prints which lanes are unknown, if any.
pub(super) fn print_unknown(plan: &Plan, tasks: &[TaskId]) {
    const MAX_NAMES: usize = 10;
    let ids: Vec<&str> = tasks.iter().map(|&task| &*plan[task].id.value).collect();
    let lanes = match ids.as_slice() {
        [] => return,
        _ if plan.unknown => return,
        [id] => format!("the lane of `{id}` is"),
        few if few.len() <= MAX_NAMES => format!("the lanes of {} are", few.join(", ")),
        many => {
            let others = many.len() - MAX_NAMES;
            format!("the lanes of {} and {others} others are", many[..MAX_NAMES].join(", "))
        }
    };
    print("note", &format!("{lanes} not fully known (run `lanelint check` to see why)"));
}

/// Values of `--format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum AnswerFormatArg {
    /// Human-readable text.
    Human,
    /// A JSON object.
    Json,
}

impl From<AnswerFormatArg> for AnswerFormat {
    fn from(format: AnswerFormatArg) -> AnswerFormat {
        match format {
            AnswerFormatArg::Human => AnswerFormat::Text,
            AnswerFormatArg::Json => AnswerFormat::Json,
        }
    }
}
