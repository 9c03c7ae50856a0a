//! `lanelint completions`.

use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::Shell;
use lanelint::failure::Failure;

use super::Cli;
use super::output::to_stdout;

pub(super) const EXAMPLES: &str = "\
Examples:
  $ lanelint completions bash > lanelint.bash
  $ lanelint completions zsh > _lanelint

See docs/commands.md for where each shell looks for completions.";

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// Shell to generate completions for.
    shell: Shell,
}

pub(super) fn run(args: &CompletionsArgs) -> Result<ExitCode, Failure> {
    // `generate` panics on a closed pipe, so write to memory first.
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "lanelint", &mut text);
    to_stdout(|out| out.write_all(&text))?;
    Ok(ExitCode::SUCCESS)
}
