//! `lanelint waves`.

use std::process::ExitCode;

use clap::Args;
use lanelint::failure::Failure;
use lanelint::report;
use lanelint::waves::{TooManyUnknown, Waves};

use super::ask::{self, AnswerFormatArg, PlanArgs, RequestContext};
use super::output::to_stdout;

pub(super) const EXAMPLES: &str = "\
Examples:
  $ lanelint waves
  $ lanelint waves --format json";

#[derive(Debug, Args)]
pub(super) struct WavesArgs {
    #[command(flatten)]
    plan: PlanArgs,
    /// Output format.
    #[arg(long, value_enum, default_value_t = AnswerFormatArg::Human, value_name = "NAME")]
    format: AnswerFormatArg,
}

pub(super) fn run(args: &WavesArgs) -> Result<ExitCode, Failure> {
    let host = super::host()?;
    let context = args.plan.read(&host)?;
    let files = context.files().unwrap_or_default();
    let RequestContext { plan, .. } = context;
    let waves = Waves::new(&plan, &files).map_err(|TooManyUnknown(tasks)| {
        Failure::new(
            format!("cannot plan waves: the lanes of {tasks} tasks are unknown"),
            "run `lanelint check` to see why",
        )
    })?;
    to_stdout(|out| report::waves::write(&plan, &waves, args.format.into(), out))?;
    Ok(ask::status(waves.is_complete() && !plan.unknown))
}
