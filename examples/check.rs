//! Checks the plan of a repository: `cargo run --example check -- path/to/repository`.

use std::env;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use lanelint::report::shown;
use lanelint::run;
use lanelint::workspace::{Disk, Workspace};

fn main() -> ExitCode {
    let Some(root) = env::args_os().nth(1) else {
        eprintln!("usage: check REPOSITORY");
        return ExitCode::from(2);
    };
    match check(Path::new(&root), &mut io::stdout()) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            eprintln!("error: {}", shown(&error.to_string()));
            ExitCode::from(2)
        }
    }
}

/// Prints what is wrong with the plan, and gives the exit status of `lanelint check`.
pub fn check(root: &Path, out: &mut impl Write) -> Result<u8, Box<dyn std::error::Error>> {
    let disk = Disk::capture()?;
    let workspace = Workspace::find(&disk, None, Some(root))?;
    let outcome = run::check(&workspace)?;
    for finding in outcome.report.active() {
        let (level, message) = (finding.level.word(), shown(finding.draft.message.as_str()));
        writeln!(out, "{level}[{}]: {message}", finding.rule)?;
    }
    Ok(outcome.status(false))
}
