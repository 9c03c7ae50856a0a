//! `lanelint hook`.

use std::io::{self, IsTerminal, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use lanelint::failure::Failure;
use lanelint::hook::{self, Options, wire};

use super::name;

#[derive(Debug, Args)]
pub(super) struct HookArgs {
    /// The plan: a file or a folder. Best one that the agent cannot write [default: lanes.yaml,
    /// .lanes.yaml, .github/lanes.yaml or the folder .lanes, at the root].
    #[arg(long)]
    plan: Option<PathBuf>,
    /// The commit whose plan judges.
    #[arg(long, value_name = "REV", value_parser = name)]
    plan_from: Option<String>,
    /// The top of the work tree that the task works in [default: the work tree that holds the
    /// agent's working directory, else the one that holds the file].
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// The task [default: that of the branch which is checked out].
    #[arg(long, value_name = "ID", value_parser = name)]
    task: Option<String>,
    /// Deny a write where no task can be told from the branch, instead of saying nothing.
    #[arg(long)]
    require_task: bool,
}

/// Answers one call. Whatever goes wrong ends with status 2, by which the agent's tool is held back.
pub(super) fn run(args: &HookArgs) -> Result<ExitCode, Failure> {
    // What there is to say of a panic is said below, as one sentence.
    std::panic::set_hook(Box::new(|_| {}));
    guarded(|| answer(args))
}

/// Turns a panic into an answer: with its own status an agent would go on.
fn guarded(answer: impl FnOnce() -> Result<ExitCode, Failure>) -> Result<ExitCode, Failure> {
    catch_unwind(AssertUnwindSafe(answer)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic");
        Err(Failure::new(
            format!("there is no answer, for lanelint itself is at fault: {said}"),
            "report it, with what the hook was given",
        ))
    })
}

fn answer(args: &HookArgs) -> Result<ExitCode, Failure> {
    let text = read_call()?;
    let help = "give it what an agent's hook says before a tool writes a file: docs/hooks.md";
    let read = wire::read(&text).map_err(|fault| Failure::new(fault, help))?;
    let Some(request) = read else { return Ok(ExitCode::SUCCESS) };
    let answer = hook::answer(&super::host()?, &args.options(), &request)?;
    let Some((permission, reason)) = answer else { return Ok(ExitCode::SUCCESS) };
    let mut out = io::stdout().lock();
    let said = writeln!(out, "{}", wire::answer(request.form, permission, &reason));
    // Elsewhere a closed pipe is no error. Here a denial that nobody hears would let the tool go on.
    said.and_then(|()| out.flush()).map_err(|error| {
        Failure::new(format!("the answer cannot be written: {error}"), "leave its output open")
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
    let help = "an agent gives the call on standard input: docs/hooks.md";
    if io::stdin().is_terminal() {
        return Err(Failure::new("standard input is a terminal", help));
    }
    let mut text = Vec::new();
    let limit = wire::LONGEST as u64 + 1;
    io::stdin()
        .lock()
        .take(limit)
        .read_to_end(&mut text)
        .map_err(|error| Failure::new(format!("the hook's JSON cannot be read: {error}"), help))?;
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
    fn a_panic_is_no_answer() {
        let said = |ended: Result<ExitCode, Failure>| ended.unwrap_err().problem;
        assert!(said(guarded(|| panic!("at {}", 7))).contains("at 7"));
        assert!(said(guarded(|| panic!("plain"))).contains("plain"));
        assert!(guarded(|| Ok(ExitCode::SUCCESS)).is_ok());
    }
}
