//! `lanelint waves`.

use std::process::ExitCode;

use clap::Args;
use lanelint::failure::Failure;
use lanelint::report;
use lanelint::waves::{TooManyUnknown, Waves};

use super::ask::{self, AnswerTo, Asked, PlanArgs};
use super::output::to_stdout;

#[derive(Debug, Args)]
pub(super) struct WavesArgs {
    #[command(flatten)]
    plan: PlanArgs,
    /// How to answer.
    #[arg(long, value_enum, default_value_t = AnswerTo::Human, value_name = "NAME")]
    format: AnswerTo,
}

pub(super) fn run(args: &WavesArgs) -> Result<ExitCode, Failure> {
    let host = super::host()?;
    let asked = args.plan.read(&host)?;
    let files = asked.files();
    let Asked { plan, .. } = asked;
    let waves = Waves::new(&plan, &files).map_err(|TooManyUnknown(tasks)| {
        Failure::new(
            format!("the lanes of {tasks} tasks are not known, so there are no waves to tell"),
            "`lanelint check` says what is wrong with the plan",
        )
    })?;
    to_stdout(|out| report::waves::write(&plan, &waves, args.format.into(), out))?;
    Ok(ask::status(waves.is_complete() && !plan.unknown))
}
