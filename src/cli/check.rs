//! `lanelint check`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use lanelint::check::Refused;
use lanelint::failure::Failure;
use lanelint::finding::{Applicability, Report};
use lanelint::fs::{self, Rewrite};
use lanelint::git::{Environment, Repository};
use lanelint::path::RepoPath;

use super::output::tell;
use super::plan::{Found, Place};
use super::{Common, Unusable};

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

pub(super) fn run(args: &CheckArgs) -> Result<ExitCode, Unusable> {
    let environment = super::plan::environment()?;
    let place = Place::new(&environment, args.plan.as_deref(), args.common.root.as_deref())?;
    let found = Found::on_disk(&place, args.plan.as_deref())?;
    let what = found.what.clone();
    let (files, gaps) = match existing_files(&environment, &place.root) {
        Ok(files) => (files, Vec::new()),
        Err(gap) => (Vec::new(), vec![gap]),
    };
    let report = match args.fix {
        None => lanelint::check::check(&Arc::new(found.read()), &files, gaps),
        Some(which) => mend(found, &files, &gaps, which.most())?,
    };
    if report.plan.tasks.is_empty() {
        return args.common.no_task(&report, &what);
    }
    let status = args.common.finish(&report);
    // The process ends here: to free a large plan, its findings and the files takes time and nothing else.
    std::mem::forget((report, files));
    status
}

/// Checks a plan and writes what could be mended; gives what is left.
fn mend(
    found: Found,
    files: &[RepoPath],
    gaps: &[Failure],
    most: Applicability,
) -> Result<Report, Unusable> {
    let Found { texts, own, paths, .. } = found;
    if paths.len() != texts.len() {
        return Err(Unusable::new(
            "`--fix` cannot write to standard input",
            "name the file of the plan, or leave `--fix` out: `--format json` has the edits",
        ));
    }
    let mended = lanelint::check::mend(texts.clone(), own, files, gaps, most);
    for done in mended.done.iter().filter(|done| done.applicability == Applicability::Unsafe) {
        tell("may change a lane", &format!("{}: {}", done.place, done.title));
    }
    for Refused { place, title, task } in &mended.refused {
        let help = "not applied; please report this plan as a bug of lanelint";
        tell("bug", &format!("{place}: `{title}` would change the lane of `{task}`: {help}"));
    }
    let mut rewrites = Vec::new();
    for ((path, old), new) in paths.iter().zip(&texts).zip(&mended.texts) {
        if let (Ok(old), Ok(new)) = (&old.bytes, &new.bytes)
            && old != new
        {
            rewrites.push(Rewrite::prepare(path, old, new)?);
        }
    }
    for rewrite in rewrites {
        rewrite.finish()?;
    }
    for done in &mended.done {
        tell("fixed", &format!("{}: {}", done.place, done.title));
    }
    Ok(mended.report)
}

/// The files below the root: those of git's index where the root is in a work tree, else all.
pub(super) fn existing_files(
    environment: &Environment,
    root: &Path,
) -> Result<Vec<RepoPath>, Failure> {
    let repository = match Repository::discover(environment, root) {
        Ok(repository) => repository,
        Err(error) => {
            tell("note", &format!("{error}; the files that exist are found by walking the folder"));
            None
        }
    };
    let Some(repository) = repository else { return Ok(fs::walk(root)?) };
    let Some(work_tree) = repository.work_tree() else { return Ok(Vec::new()) };
    let files = repository.index_files()?;
    let (Ok(top), Ok(below)) = (work_tree.canonicalize(), root.canonicalize()) else {
        return Ok(files);
    };
    match super::plan::relative(&top, &below) {
        Some(None) => Ok(files),
        Some(Some(folder)) => {
            let prefix = [folder.as_bytes(), b"/"].concat();
            let inside = files.iter().filter_map(|file| file.as_bytes().strip_prefix(&*prefix));
            Ok(inside.filter_map(|file| RepoPath::new(file).ok()).collect())
        }
        // A root outside of the repository that the environment names.
        None => Ok(fs::walk(root)?),
    }
}
