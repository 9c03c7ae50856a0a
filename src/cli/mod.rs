//! The command line: one file per command, over the public library only.

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

/// Find overlapping write lanes before parallel tasks start, and changes outside a lane before they
/// merge.
#[derive(Debug, Parser)]
#[command(name = "lanelint", version, max_term_width = 100)]
#[command(after_help = AFTER_HELP, after_long_help = with_exit_status(EXAMPLES))]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "Use `lanelint help COMMAND` for the options of a command.";

const EXAMPLES: &str = "\
Examples:
  $ lanelint init
  $ lanelint check
  $ lanelint gate
  $ lanelint help gate";

const EXIT_STATUS: &str = "\
Exit status:
  0  No errors
  1  Errors, or warnings with `--deny-warnings`
  2  Nothing was checked: invalid arguments or no usable plan
  3  Something could not be verified or decided";

fn with_exit_status(examples: &str) -> String {
    format!("{EXIT_STATUS}\n\n{examples}")
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check a plan for overlapping lanes and mistakes, before its tasks start.
    ///
    /// Two lanes overlap if any path is in both, whether or not the file exists. Each overlap is
    /// reported with an example path.
    #[command(after_long_help = with_exit_status(check::EXAMPLES))]
    Check(check::CheckArgs),
    /// Check that tasks changed only what their lanes allow, before merging.
    ///
    /// Checks the branch of every task against its merge base with `base`, unless `--diff`,
    /// `--range`, `--staged` or `--worktree` selects other changes. Changes by concurrent tasks
    /// are also compared with each other.
    #[command(after_long_help = with_exit_status(gate::EXAMPLES))]
    Gate(gate::GateArgs),
    /// Show which tasks may write a path, and which globs allow it.
    #[command(after_long_help = who::EXAMPLES)]
    Who(who::WhoArgs),
    /// Print a brief for the agent or person working on a task.
    ///
    /// The brief says which paths the task may write, which nearby tasks may run at the same
    /// time, and what to do if the work needs another file.
    #[command(after_long_help = brief::EXAMPLES)]
    Brief(brief::BriefArgs),
    /// Explain a rule, or list all rules and their levels.
    #[command(after_long_help = explain::EXAMPLES)]
    Explain(explain::ExplainArgs),
    /// Create a commented `lanes.yaml` to start from.
    ///
    /// Never overwrites a plan.
    #[command(after_long_help = init::EXAMPLES)]
    Init(init::InitArgs),
    /// Print the JSON Schema for plan files.
    #[command(after_long_help = schema::EXAMPLES)]
    Schema,
    /// Group tasks into as few waves as possible.
    ///
    /// Tasks in the same wave can run at the same time. The next wave starts once they are merged.
    #[command(after_long_help = waves::EXAMPLES)]
    Waves(waves::WavesArgs),
    /// Run as a coding agent's edit hook: allow or deny a write.
    ///
    /// Reads the tool call from standard input and prints the decision in the agent's format. Prints
    /// nothing if the call writes no file, the file is outside the repository, or the branch belongs
    /// to no task. Exits 2 if it cannot decide, and 0 otherwise.
    #[command(after_long_help = hook::EXAMPLES)]
    Hook(hook::HookArgs),
    /// Run the language server on standard input and output.
    ///
    /// Editors start it themselves: see docs/editors.md.
    #[command(after_long_help = lsp::EXAMPLES)]
    Lsp(lsp::LspArgs),
    /// Generate shell completions.
    #[command(after_long_help = completions::EXAMPLES)]
    Completions(completions::CompletionsArgs),
    /// Print the manual page.
    #[command(after_long_help = man::EXAMPLES)]
    Man,
}

#[derive(Debug, Args)]
struct Common {
    /// Repository root, which globs are relative to.
    ///
    /// [default: the work tree containing the plan, else the one containing the working directory,
    /// else the plan's folder]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Output format: human, concise, json, sarif, github, gitlab, junit or markdown.
    ///
    /// `NAME=FILE` writes to a file. May be repeated, but only one format can go to standard output.
    ///
    /// [default: human]
    #[arg(long = "format", value_name = "NAME[=FILE]")]
    formats: Vec<FormatTo>,
    /// Print nothing to standard output unless `--format` is given.
    #[arg(long, short)]
    quiet: bool,
    /// Exit 1 on warnings as well as errors.
    #[arg(long)]
    deny_warnings: bool,
    /// Exit 0 even if errors are found (2 and 3 are unaffected).
    #[arg(long)]
    exit_zero: bool,
    /// When to use colors.
    #[arg(long, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    color: Color,
}

/// Parses the name of a task, branch or revision. Blank ones come from unset variables, and must not
/// count as not given.
fn name(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("empty name (is a variable unset?)".to_owned());
    }
    Ok(text.to_owned())
}

const UNUSABLE: u8 = 2;

pub(crate) fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            if error.use_stderr() {
                // clap quotes the arguments, which may be untrusted.
                output::print_lines(&error.render().to_string());
                return ExitCode::from(UNUSABLE);
            }
            // A closed pipe is not an error.
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
    };
    ending::clean_up_on_signals();
    let result = match &cli.command {
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
    match result {
        Ok(status) => status,
        Err(failure) => {
            output::print("error", &failure.problem);
            if !failure.help.is_empty() {
                output::print("help", &failure.help);
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

    /// Writes the report in every format asked for, and returns the exit status. If no task could be
    /// read, the plan's problems go to standard error instead.
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
        // The process is about to exit: freeing a large report only takes time.
        std::mem::forget(report);
        Ok(ExitCode::from(if status == 1 && self.exit_zero { 0 } else { status }))
    }
}

/// The disk and git, printing notes and progress to standard error.
fn host() -> Result<Disk, Failure> {
    let progress = Mutex::new(Progress::begin());
    Ok(Disk::capture()?.listener(move |event| {
        progress.lock().unwrap_or_else(PoisonError::into_inner).event(event);
    }))
}
