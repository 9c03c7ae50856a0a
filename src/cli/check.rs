//! `lanelint check`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use lanelint::check::Refused;
use lanelint::failure::Failure;
use lanelint::finding::Applicability;
use lanelint::fs::Rewrite;
use lanelint::run::{self, Outcome};
use lanelint::workspace::{FoundPlan, Workspace};

use super::output::print;
use super::{Common, name};

pub(super) const EXAMPLES: &str = "\
Examples:
  $ lanelint check
  $ lanelint check --fix
  $ lanelint check --against main
  $ lanelint check --deny-warnings --format sarif=lanes.sarif
  $ git show HEAD:lanes.yaml | lanelint check -";

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Plan file or folder, or `-` for standard input.
    ///
    /// [default: `lanes.yaml`, `.lanes.yaml`, `.github/lanes.yaml` (or `.yml`) or the folder
    /// `.lanes`, in the working directory or the closest parent that has one]
    plan: Option<PathBuf>,
    /// Apply safe fixes; with `=all`, also fixes that change what a lane covers.
    ///
    /// Safe fixes never change which paths a lane covers. `--fix=all` includes guesses, such as a
    /// corrected name. If a finding has several possible fixes, none is applied.
    #[arg(
        long,
        value_enum,
        value_name = "WHICH",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "safe"
    )]
    fix: Option<FixWhich>,
    /// Also report how the plan differs from an earlier version.
    ///
    /// Reports which tasks may write more or less than before, each with a path that proves it,
    /// and which settings became looser.
    #[arg(long, value_name = "REV|FILE", value_parser = name, conflicts_with = "fix")]
    against: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// `--fix[=WHICH]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum FixWhich {
    Safe,
    All,
}

impl FixWhich {
    fn least_safe(self) -> Applicability {
        match self {
            FixWhich::Safe => Applicability::Safe,
            FixWhich::All => Applicability::Unsafe,
        }
    }
}

pub(super) fn run(args: &CheckArgs) -> Result<ExitCode, Failure> {
    let host = super::host()?;
    let workspace = args.common.workspace(&host, args.plan.as_deref())?;
    args.common.finish(match args.fix {
        None => match &args.against {
            None => run::check(&workspace)?,
            Some(earlier) => run::check_against(&workspace, earlier)?,
        },
        Some(which) => fix(&workspace, which.least_safe())?,
    })
}

/// Fixes the plan's files, and returns what is left.
fn fix(workspace: &Workspace<'_>, least_safe: Applicability) -> Result<Outcome, Failure> {
    let FoundPlan { name, texts, own, paths, .. } = workspace.plan()?;
    if paths.len() != texts.len() {
        return Err(Failure::new(
            "`--fix` cannot edit a plan on standard input",
            "pass a file, or take the edits from `--format json`",
        ));
    }
    let (files, gaps) = run::files(workspace);
    let fixed = lanelint::check::fix(texts.clone(), own, &files, &gaps, least_safe);
    for done in fixed.done.iter().filter(|done| done.applicability == Applicability::Unsafe) {
        print("warning", &format!("{}: {} (may change a lane)", done.location, done.title));
    }
    for Refused { location, title, task } in &fixed.refused {
        let problem = format!("`{title}` was not applied: it would change the lane of `{task}`");
        print("bug", &format!("{location}: {problem}; please report this"));
    }
    let mut rewrites = Vec::new();
    for ((path, old), new) in paths.iter().zip(&texts).zip(&fixed.texts) {
        if let (Ok(old), Ok(new)) = (&old.bytes, &new.bytes)
            && old != new
        {
            rewrites.push(Rewrite::prepare(path, old, new)?);
        }
    }
    for rewrite in rewrites {
        rewrite.finish()?;
    }
    for done in &fixed.done {
        print("fixed", &format!("{}: {}", done.location, done.title));
    }
    Ok(Outcome::new(fixed.report, &name))
}
