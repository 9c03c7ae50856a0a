//! `lanelint explain`.

use std::process::ExitCode;

use clap::Args;
use lanelint::explain;
use lanelint::failure::Failure;
use lanelint::rules;

use super::output::to_stdout;

pub(super) const EXAMPLES: &str = "\
Examples:
  $ lanelint explain
  $ lanelint explain overlapping-lanes";

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// Rule to explain; if omitted, list all rules.
    rule: Option<String>,
}

pub(super) fn run(args: &ExplainArgs) -> Result<ExitCode, Failure> {
    let text = match &args.rule {
        None => explain::table(),
        Some(name) => match rules::rule(name) {
            Some(rule) => explain::section(rule, "#"),
            None => return Err(unknown_rule(name)),
        },
    };
    to_stdout(|out| out.write_all(text.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}

fn unknown_rule(name: &str) -> Failure {
    let help = match rules::nearest_name(name) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "run `lanelint explain` to list all rules".to_owned(),
    };
    Failure::new(format!("unknown rule `{name}`"), help)
}
