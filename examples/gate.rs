//! Checks that a branch stayed in its lane:
//! `cargo run --example gate -- path/to/repository branch-name`.

use std::env;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use lanelint::report::shown;
use lanelint::run::{self, GateRequest};
use lanelint::workspace::{Disk, Workspace};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [root, branch] = arguments.as_slice() else {
        eprintln!("usage: gate REPOSITORY BRANCH");
        return ExitCode::from(2);
    };
    match gate(Path::new(root), branch, &mut io::stdout()) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            eprintln!("error: {}", shown(&error.to_string()));
            ExitCode::from(2)
        }
    }
}

/// Prints which changes of the branch are not in its lane, by the plan of the base, and gives the
/// exit status of `lanelint gate --branch`.
pub fn gate(
    root: &Path,
    branch: &str,
    out: &mut impl Write,
) -> Result<u8, Box<dyn std::error::Error>> {
    let disk = Disk::capture()?;
    let workspace = Workspace::find(&disk, None, Some(root))?;
    let mut request = GateRequest::default();
    request.branch = Some(branch.to_owned());
    let outcome = run::gate(&workspace, &request)?;
    for finding in outcome.report.active() {
        let (level, message) = (finding.level.word(), shown(finding.draft.message.as_str()));
        writeln!(out, "{level}[{}]: {message}", finding.rule)?;
    }
    Ok(outcome.status(false))
}
