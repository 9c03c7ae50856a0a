//! `lanelint explain`.

use std::process::ExitCode;

use clap::Args;
use lanelint::explain;
use lanelint::failure::Failure;
use lanelint::rules;

use super::output::to_stdout;

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The rule, by its name; without one, all rules with their levels.
    rule: Option<String>,
}

pub(super) fn run(args: &ExplainArgs) -> Result<ExitCode, Failure> {
    let text = match &args.rule {
        None => explain::table(),
        Some(name) => match rules::rule(name) {
            Some(rule) => explain::section(rule, "#"),
            None => return Err(no_rule(name)),
        },
    };
    to_stdout(|out| out.write_all(text.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}

fn no_rule(name: &str) -> Failure {
    let help = match rules::nearest_name(name) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`lanelint explain` lists all rules".to_owned(),
    };
    Failure::new(format!("there is no rule `{name}`"), help)
}
