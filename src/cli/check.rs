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

use super::Common;
use super::output::tell;

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// The plan: a file, a folder, or `-` for standard input [default: lanes.yaml, .lanes.yaml,
    /// .github/lanes.yaml or the folder .lanes, here or in a parent folder].
    plan: Option<PathBuf>,
    /// Apply the fixes that cannot change what a lane means; with `=all`, those too that can, and
    /// guesses.
    #[arg(
        long,
        value_enum,
        value_name = "all",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "safe",
        hide_possible_values = true
    )]
    fix: Option<FixWhich>,
    #[command(flatten)]
    common: Common,
}

/// `--fix[=all]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum FixWhich {
    /// Those that cannot change what a lane means.
    Safe,
    /// Those too that can, and guesses; never those that a person has to choose.
    All,
}

impl FixWhich {
    fn most(self) -> Applicability {
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
        None => run::check(&workspace)?,
        Some(which) => mend(&workspace, which.most())?,
    })
}

/// Checks a plan and writes what could be mended; gives what is left.
fn mend(workspace: &Workspace<'_>, most: Applicability) -> Result<Outcome, Failure> {
    let FoundPlan { name, texts, own, paths, .. } = workspace.plan()?;
    if paths.len() != texts.len() {
        return Err(Failure::new(
            "`--fix` cannot write to standard input",
            "name the file of the plan, or leave `--fix` out: `--format json` has the edits",
        ));
    }
    let (files, gaps) = run::files(workspace);
    let fixed = lanelint::check::fix(texts.clone(), own, &files, &gaps, most);
    for done in fixed.done.iter().filter(|done| done.applicability == Applicability::Unsafe) {
        tell("may change a lane", &format!("{}: {}", done.location, done.title));
    }
    for Refused { location, title, task } in &fixed.refused {
        let help = "not applied; please report this plan as a bug of lanelint";
        tell("bug", &format!("{location}: `{title}` would change the lane of `{task}`: {help}"));
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
        tell("fixed", &format!("{}: {}", done.location, done.title));
    }
    Ok(Outcome::new(fixed.report, &name))
}
