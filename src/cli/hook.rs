//! `lanelint hook`.

use std::io::{self, IsTerminal, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use lanelint::failure::Failure;
use lanelint::hook::{self, Options, wire};

use super::name;

pub(super) const EXAMPLES: &str = "\
Examples:
  $ lanelint hook --plan-from main < call.json

See docs/hooks.md for each agent's settings and a sample call.";

#[derive(Debug, Args)]
pub(super) struct HookArgs {
    /// Plan file or folder, preferably one that the agent cannot write.
    ///
    /// [default: `lanes.yaml`, `.lanes.yaml`, `.github/lanes.yaml` or the folder `.lanes`, at the
    /// root]
    #[arg(long)]
    plan: Option<PathBuf>,
    /// Read the plan from this commit.
    #[arg(long, value_name = "REV", value_parser = name)]
    plan_from: Option<String>,
    /// Root of the task's work tree.
    ///
    /// [default: the work tree containing the agent's working directory, else the one containing
    /// the file]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Task ID [default: the task of the checked-out branch].
    #[arg(long, value_name = "ID", value_parser = name)]
    task: Option<String>,
    /// Deny writes on branches that belong to no task, instead of printing nothing.
    #[arg(long)]
    require_task: bool,
}

/// Answers one call. Every failure exits with status 2, which makes the agent skip the tool.
pub(super) fn run(args: &HookArgs) -> Result<ExitCode, Failure> {
    // `catch_panic` reports panics.
    std::panic::set_hook(Box::new(|_| {}));
    catch_panic(|| answer(args))
}

/// Turns a panic into a failure: on the exit status of a panic, an agent would go on.
fn catch_panic(answer: impl FnOnce() -> Result<ExitCode, Failure>) -> Result<ExitCode, Failure> {
    catch_unwind(AssertUnwindSafe(answer)).unwrap_or_else(|panic| {
        let message = panic.downcast_ref::<String>().map(String::as_str);
        let message = message.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(Failure::new(
            format!("internal error: {}", message.unwrap_or("panic")),
            "please report this, with the hook's input",
        ))
    })
}

fn answer(args: &HookArgs) -> Result<ExitCode, Failure> {
    let text = read_call()?;
    let help = "expected the JSON that agents send before a tool writes a file (see docs/hooks.md)";
    let read = wire::read(&text).map_err(|fault| Failure::new(fault, help))?;
    let Some(request) = read else { return Ok(ExitCode::SUCCESS) };
    let answer = hook::answer(&super::host()?, &args.options(), &request)?;
    let Some((permission, reason)) = answer else { return Ok(ExitCode::SUCCESS) };
    let mut out = io::stdout().lock();
    let written = writeln!(out, "{}", wire::answer(request.form, permission, &reason));
    // Unlike elsewhere, a closed pipe is an error: a lost denial would let the tool go on.
    written.and_then(|()| out.flush()).map_err(|error| {
        Failure::new(format!("cannot write the answer: {error}"), "keep standard output open")
    })?;
    Ok(ExitCode::SUCCESS)
}

impl HookArgs {
    fn options(&self) -> Options {
        Options {
            plan: self.plan.clone(),
            plan_from: self.plan_from.clone(),
            root: self.root.clone(),
            task: self.task.clone(),
            require_task: self.require_task,
        }
    }
}

fn read_call() -> Result<Vec<u8>, Failure> {
    let help = "agents send the call on standard input (see docs/hooks.md)";
    if io::stdin().is_terminal() {
        return Err(Failure::new("standard input is a terminal", help));
    }
    let mut text = Vec::new();
    let limit = wire::LONGEST as u64 + 1;
    io::stdin()
        .lock()
        .take(limit)
        .read_to_end(&mut text)
        .map_err(|error| Failure::new(format!("cannot read the hook's JSON: {error}"), help))?;
    if text.len() > wire::LONGEST {
        let problem = format!("the hook's JSON is longer than {} MiB", wire::LONGEST >> 20);
        return Err(Failure::new(problem, "write the file in parts"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panic_as_failure() {
        let problem = |result: Result<ExitCode, Failure>| result.unwrap_err().problem;
        assert!(problem(catch_panic(|| panic!("at {}", 7))).contains("at 7"));
        assert!(problem(catch_panic(|| panic!("plain"))).contains("plain"));
        assert!(catch_panic(|| Ok(ExitCode::SUCCESS)).is_ok());
    }
}
