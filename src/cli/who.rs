//! `lanelint who`.

mod names;

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::process::ExitCode;

use clap::Args;
use lanelint::failure::Failure;
use lanelint::report;
use lanelint::source::excerpt;
use lanelint::who::{PathAnswer, Who};

use super::UNUSABLE;
use super::ask::{self, AnswerFormatArg, PlanArgs, RequestContext};
use super::output::{print, to_stdout};
use names::{Names, Resolver, is_stdin};

pub(super) const EXAMPLES: &str = "\
Examples:
  $ lanelint who src/content/lessons.json
  $ git diff --name-only -z main | lanelint who -z";

#[derive(Debug, Args)]
pub(super) struct WhoArgs {
    /// Paths to look up, relative to the working directory.
    ///
    /// They need not exist. Use `-` or no path at all to read them from standard input, one per line.
    #[arg(value_name = "PATH")]
    paths: Vec<OsString>,
    /// Paths on standard input are NUL-terminated and unquoted.
    #[arg(short = 'z')]
    null: bool,
    #[command(flatten)]
    plan: PlanArgs,
    /// Output format.
    #[arg(long, value_enum, default_value_t = AnswerFormatArg::Human, value_name = "NAME")]
    format: AnswerFormatArg,
}

pub(super) fn run(args: &WhoArgs) -> Result<ExitCode, Failure> {
    let stdin_for_paths = match args.paths.len() {
        0 => 1,
        _ => args.paths.iter().filter(|path| is_stdin(path)).count(),
    };
    let stdin_for_plan = args.plan.plan.as_ref().filter(|plan| is_stdin(plan.as_os_str()));
    if stdin_for_paths + usize::from(stdin_for_plan.is_some()) > 1 {
        let help = "pass the paths as arguments, or the plan as a file";
        return Err(Failure::new("standard input can only be read once", help));
    }
    if args.paths.is_empty() && io::stdin().is_terminal() {
        let help = "pass some as arguments or on standard input";
        return Err(Failure::new("no paths given", help));
    }
    let host = super::host()?;
    let RequestContext { workspace, plan, .. } = args.plan.read(&host)?;
    let who = Who::new(&plan);
    ask::print_unknown(&plan, who.unknown());
    let resolver = Resolver::new(&workspace);
    let mut names = Names::new(&args.paths, io::stdin().lock(), args.null);
    let (mut is_complete, mut is_any_invalid) = (true, false);
    let replies = names.by_ref().map(|name| {
        match name.and_then(|name| resolver.path(&name).map_err(|problem| (name, problem))) {
            Ok(path) => {
                let answer = who.may_write(&path);
                is_complete &= who.is_complete(&answer);
                PathAnswer::Writers(path, answer)
            }
            Err((name, problem)) => {
                is_any_invalid = true;
                let text = String::from_utf8_lossy(&name).into_owned();
                print("error", &format!("invalid path `{}`: {problem}", excerpt(&text)));
                PathAnswer::InvalidPath { text, problem }
            }
        }
    });
    to_stdout(|out| report::who::write(&who, replies, args.format.into(), out))?;
    if let Some(error) = names.failure() {
        return Err(Failure::new(format!("cannot read the paths: {error}"), ""));
    }
    // As in ripgrep, the status says that some arguments were invalid, although others were answered.
    Ok(if is_any_invalid { ExitCode::from(UNUSABLE) } else { ask::status(is_complete) })
}
