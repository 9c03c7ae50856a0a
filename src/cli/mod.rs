//! The command line: one file a command, over the public library only.

mod ask;
mod brief;
mod check;
mod completions;
mod ending;
mod explain;
mod gate;
mod hook;
mod init;
mod lsp;
mod man;
mod output;
mod progress;
mod schema;
mod waves;
mod who;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use clap::{Args, Parser, Subcommand};
use lanelint::failure::Failure;
use lanelint::run::Outcome;
use lanelint::workspace::{Disk, Host, Workspace};

use output::{Color, FormatTo};
use progress::Progress;

/// Finds write lanes that overlap before parallel tasks start, and changes that left their lane
/// before they merge.
#[derive(Debug, Parser)]
#[command(name = "lanelint", version, max_term_width = 100)]
#[command(after_help = "Exit status: 0 nothing found, 1 an error was found, 2 the call cannot be \
                        used and nothing was judged, 3 something could not be verified or decided.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check a plan before its tasks start: which lanes overlap, and what is wrong with the plan.
    Check(check::CheckArgs),
    /// Check what tasks changed before it is merged: whether they stayed in their lanes.
    Gate(gate::GateArgs),
    /// Say which tasks may write each path, and by which glob.
    Who(who::WhoArgs),
    /// Write what the worker on a task has to know of the plan.
    Brief(brief::BriefArgs),
    /// Say what a rule finds, why it matters and how to mend it; of all rules, their levels.
    Explain(explain::ExplainArgs),
    /// Write a short commented plan to start from.
    Init(init::InitArgs),
    /// Print the plan's JSON Schema, for editors.
    Schema,
    /// Put the tasks into the fewest waves that can start together.
    Waves(waves::WavesArgs),
    /// Answer a coding agent's edit hook: may the task of this branch write the file?
    Hook(hook::HookArgs),
    /// Serve editors: the Language Server Protocol on standard input and output.
    Lsp(lsp::LspArgs),
    /// Print what lets a shell complete the arguments.
    Completions(completions::CompletionsArgs),
    /// Print the manual page.
    Man,
}

/// What check and gate have in common.
#[derive(Debug, Args)]
struct Common {
    /// The repository's root, which globs and paths begin at [default: the work tree that holds
    /// the plan, else the one that holds the working directory, else the plan's folder].
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// How to say what was found: human, concise, json, sarif, github, gitlab, junit or markdown; to
    /// a file with `=FILE`. May be repeated.
    #[arg(long = "format", value_name = "NAME[=FILE]")]
    formats: Vec<FormatTo>,
    /// Write nothing to standard output, unless a format asks for it.
    #[arg(long, short)]
    quiet: bool,
    /// Let a warning fail the run as an error does.
    #[arg(long)]
    deny_warnings: bool,
    /// End with status 0 where it would be 1; 2 and 3 stay.
    #[arg(long)]
    exit_zero: bool,
    /// Whether to use colours.
    #[arg(long, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    color: Color,
}

/// Reads the name of a task, a branch or a revision. An unset variable must not pass for one.
fn name(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("the name is empty (check for an unset variable)".to_owned());
    }
    Ok(text.to_owned())
}

const UNUSABLE: u8 = 2;

pub(crate) fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            if error.use_stderr() {
                // It quotes the call, and names in a call may be those of strangers.
                output::tell_lines(&error.render().to_string());
                return ExitCode::from(UNUSABLE);
            }
            // A closed pipe is no error.
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
    };
    ending::clean_up_on_signals();
    let ended = match &cli.command {
        Command::Check(args) => check::run(args),
        Command::Gate(args) => gate::run(args),
        Command::Who(args) => who::run(args),
        Command::Brief(args) => brief::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Init(args) => init::run(args),
        Command::Schema => schema::run(),
        Command::Waves(args) => waves::run(args),
        Command::Hook(args) => hook::run(args),
        Command::Lsp(args) => lsp::run(args),
        Command::Completions(args) => completions::run(args),
        Command::Man => man::run(),
    };
    match ended {
        Ok(status) => status,
        Err(unusable) => {
            output::tell("error", &unusable.problem);
            if !unusable.help.is_empty() {
                output::tell("help", &unusable.help);
            }
            ExitCode::from(UNUSABLE)
        }
    }
}

impl Common {
    fn workspace<'h>(
        &self,
        host: &'h dyn Host,
        plan: Option<&Path>,
    ) -> Result<Workspace<'h>, Failure> {
        Workspace::find(host, plan, self.root.as_deref())
    }

    /// Writes the report in every format asked for, and gives the exit status. A plan without a
    /// task that can be read has its problems on standard error.
    fn finish(&self, outcome: Outcome) -> Result<ExitCode, Failure> {
        let status = outcome.status(self.deny_warnings);
        let Outcome { report, unusable, .. } = outcome;
        if let Some(unusable) = unusable {
            if !report.findings.is_empty() {
                output::write_to_stderr(&report, self.color);
            }
            return Err(unusable);
        }
        output::write(&report, &self.formats, self.quiet, self.color)?;
        // The process ends here: to free a large report takes time and nothing else.
        std::mem::forget(report);
        Ok(ExitCode::from(if status == 1 && self.exit_zero { 0 } else { status }))
    }
}

/// The disk and git, with notes and progress on standard error.
fn host() -> Result<Disk, Failure> {
    let progress = Mutex::new(Progress::begin());
    Ok(Disk::capture()?.listener(move |event| {
        progress.lock().unwrap_or_else(PoisonError::into_inner).event(event);
    }))
}
