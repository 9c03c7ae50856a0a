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
use super::ask::{self, AnswerTo, Asked, PlanArgs};
use super::output::{tell, to_stdout};
use names::{Base, Names, is_stdin};

#[derive(Debug, Args)]
pub(super) struct WhoArgs {
    /// Paths as seen from the working directory; none has to exist. With `-`, or without any: those
    /// on standard input, one a line.
    #[arg(value_name = "PATH")]
    paths: Vec<OsString>,
    /// On standard input, a zero byte ends each path, and none is quoted.
    #[arg(short = 'z')]
    null: bool,
    #[command(flatten)]
    plan: PlanArgs,
    /// How to answer.
    #[arg(long, value_enum, default_value_t = AnswerTo::Human, value_name = "NAME")]
    format: AnswerTo,
}

pub(super) fn run(args: &WhoArgs) -> Result<ExitCode, Failure> {
    let for_paths = match args.paths.len() {
        0 => 1,
        _ => args.paths.iter().filter(|path| is_stdin(path)).count(),
    };
    let for_plan = args.plan.plan.as_ref().filter(|plan| is_stdin(plan.as_os_str()));
    if for_paths + usize::from(for_plan.is_some()) > 1 {
        let help = "name the paths, or a file for the plan";
        return Err(Failure::new("standard input can be read once", help));
    }
    if args.paths.is_empty() && io::stdin().is_terminal() {
        let help = "name some, or give them on standard input";
        return Err(Failure::new("no path is named", help));
    }
    let host = super::host()?;
    let Asked { workspace, plan, .. } = args.plan.read(&host)?;
    let who = Who::new(&plan);
    ask::tell_unknown(&plan, who.unknown());
    let base = Base::new(&workspace);
    let mut names = Names::new(&args.paths, io::stdin().lock(), args.null);
    let (mut whole, mut refused) = (true, false);
    let replies = names.by_ref().map(|name| {
        match name.and_then(|name| base.path(&name).map_err(|problem| (name, problem))) {
            Ok(path) => {
                let answer = who.may_write(&path);
                whole &= who.is_complete(&answer);
                PathAnswer::Writers(path, answer)
            }
            Err((name, problem)) => {
                refused = true;
                let text = String::from_utf8_lossy(&name).into_owned();
                tell("error", &format!("no path of the repository: {problem}: {}", excerpt(&text)));
                PathAnswer::InvalidPath { text, problem }
            }
        }
    });
    to_stdout(|out| report::who::write(&who, replies, args.format.into(), out))?;
    if let Some(error) = names.failure() {
        return Err(Failure::new(format!("cannot read the paths: {error}"), ""));
    }
    // What could be answered was; as with ripgrep, the call was not all right for that.
    Ok(if refused { ExitCode::from(UNUSABLE) } else { ask::status(whole) })
}
