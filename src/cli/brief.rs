//! `lanelint brief`.

use std::process::ExitCode;

use clap::Args;
use lanelint::brief::Brief;
use lanelint::failure::Failure;
use lanelint::report::{self, AnswerFormat};

use super::ask::{self, Asked, PlanArgs};
use super::output::to_stdout;

#[derive(Debug, Args)]
pub(super) struct BriefArgs {
    /// The task, by its id.
    task: String,
    #[command(flatten)]
    plan: PlanArgs,
    /// How to write it.
    #[arg(long, value_enum, default_value_t = BriefTo::Markdown, value_name = "NAME")]
    format: BriefTo,
}

/// `--format` of a brief.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum BriefTo {
    /// For the worker.
    Markdown,
    /// One JSON object, for programs.
    Json,
}

pub(super) fn run(args: &BriefArgs) -> Result<ExitCode, Failure> {
    let host = super::host()?;
    let asked = args.plan.read(&host)?;
    let task = asked.plan.task(&args.task).ok_or_else(|| {
        let help = match asked.plan.nearest_id(&args.task) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "name a task of the plan by its id".to_owned(),
        };
        Failure::new(format!("the plan has no task `{}`", args.task), help)
    })?;
    let files = asked.files();
    let Asked { plan, .. } = asked;
    let brief = Brief::new(&plan, task, &files);
    let format = match args.format {
        BriefTo::Markdown => AnswerFormat::Text,
        BriefTo::Json => AnswerFormat::Json,
    };
    to_stdout(|out| report::brief::write(&brief, format, out))?;
    Ok(ask::status(brief.is_complete()))
}
