//! `lanelint brief`.

use std::process::ExitCode;

use clap::Args;
use lanelint::brief::Brief;
use lanelint::failure::Failure;
use lanelint::report::{self, AnswerFormat};

use super::ask::{self, PlanArgs, RequestContext};
use super::output::to_stdout;

pub(super) const EXAMPLES: &str = "\
Examples:
  $ lanelint brief lessons
  $ lanelint brief lessons --format json";

#[derive(Debug, Args)]
pub(super) struct BriefArgs {
    /// Task ID.
    task: String,
    #[command(flatten)]
    plan: PlanArgs,
    /// Output format.
    #[arg(long, value_enum, default_value_t = BriefFormat::Markdown, value_name = "NAME")]
    format: BriefFormat,
}

/// Values of `--format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum BriefFormat {
    /// Text to paste into the worker's prompt.
    Markdown,
    /// A JSON object.
    Json,
}

pub(super) fn run(args: &BriefArgs) -> Result<ExitCode, Failure> {
    let host = super::host()?;
    let context = args.plan.read(&host)?;
    let task = context.task(&args.task)?;
    let files = context.files();
    let RequestContext { plan, .. } = context;
    let brief = Brief::new(&plan, task, files.as_deref());
    let format = match args.format {
        BriefFormat::Markdown => AnswerFormat::Text,
        BriefFormat::Json => AnswerFormat::Json,
    };
    to_stdout(|out| report::brief::write(&brief, format, out))?;
    Ok(ask::status(brief.is_complete()))
}
