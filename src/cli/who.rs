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
use names::{Names, Resolved, Resolver, is_stdin};

pub(super) const EXAMPLES: &str = "\
Examples:
  $ lanelint who src/content/lessons.json
  $ lanelint who src/content/
  $ lanelint who --task lessons
  $ git diff --name-only -z main | lanelint who -z";

#[derive(Debug, Args)]
pub(super) struct WhoArgs {
    /// Paths to look up, relative to the working directory.
    ///
    /// They need not exist. For an existing directory, or a path that ends in `/`, all paths below it
    /// are looked up. Use `-` or no path at all to read them from standard input, one per
    /// line.
    #[arg(value_name = "PATH")]
    paths: Vec<OsString>,
    /// List the existing files that this task may write (in a git repository, those in the index).
    #[arg(long, value_name = "ID", conflicts_with_all = ["paths", "null"])]
    task: Option<String>,
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
    match &args.task {
        Some(task) => files_of_task(args, task),
        None => writers_of_paths(args),
    }
}

fn files_of_task(args: &WhoArgs, id: &str) -> Result<ExitCode, Failure> {
    let host = super::host()?;
    let context = args.plan.read(&host)?;
    let task = context.task(id)?;
    // Without the files there is no answer; an empty list would look like one.
    let files = context.workspace.files()?;
    let who = Who::new(&context.plan);
    let lane = who.files_of(task, &files);
    if context.plan.is_lane_unknown(task) {
        ask::print_unknown(&context.plan, &[task]);
    } else if lane.files.is_empty() {
        print("note", &format!("the lane of `{}` contains no existing file", excerpt(id)));
    }
    to_stdout(|out| report::who::write_files(&who, &lane, args.format.into(), out))?;
    Ok(ask::status(lane.is_complete))
}

fn writers_of_paths(args: &WhoArgs) -> Result<ExitCode, Failure> {
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
            Ok(Resolved { path, has_slash }) => {
                let is_folder = has_slash || workspace.is_folder(&path);
                let answer =
                    if is_folder { who.may_write_below(&path) } else { who.may_write(&path) };
                is_complete &= who.is_complete(&answer);
                let reply = if is_folder { PathAnswer::Below } else { PathAnswer::Writers };
                reply(path, answer)
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
