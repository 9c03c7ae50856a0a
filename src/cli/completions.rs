//! `lanelint completions`.

use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::Shell;
use lanelint::failure::Failure;

use super::Cli;
use super::output::to_stdout;

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell.
    shell: Shell,
}

pub(super) fn run(args: &CompletionsArgs) -> Result<ExitCode, Failure> {
    // What generates it takes no closed pipe: it writes to memory.
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "lanelint", &mut text);
    to_stdout(|out| out.write_all(&text))?;
    Ok(ExitCode::SUCCESS)
}
