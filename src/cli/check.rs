//! `lanelint check`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use lanelint::path::RepoPath;
use lanelint::repo::git::{Environment, Repository};
use lanelint::repo::{Gap, files};

use super::output::tell;
use super::plan::{Found, Place};
use super::{Common, Unusable};

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// The plan: a file, a folder, or `-` for standard input [default: lanes.yaml, .lanes.yaml,
    /// .github/lanes.yaml or the folder .lanes, here or in a parent folder].
    plan: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(args: &CheckArgs) -> Result<ExitCode, Unusable> {
    let environment = super::plan::environment()?;
    let place = Place::new(&environment, args.plan.as_deref(), args.common.root.as_deref())?;
    let found = Found::on_disk(&place, args.plan.as_deref())?;
    let what = found.what.clone();
    let plan = Arc::new(found.read());
    let (files, gaps) = match existing_files(&environment, &place.root) {
        Ok(files) => (files, Vec::new()),
        Err(gap) => (Vec::new(), vec![gap]),
    };
    let report = lanelint::check::check(&plan, &files, gaps);
    if plan.tasks.is_empty() {
        return args.common.no_task(&report, &what);
    }
    let status = args.common.finish(&report);
    // The process ends here: to free a large plan and its findings one by one only takes time.
    std::mem::forget((plan, report));
    status
}

/// The files below the root: those of git's index where the root is in a work tree, else all.
pub(super) fn existing_files(environment: &Environment, root: &Path) -> Result<Vec<RepoPath>, Gap> {
    let repository = match Repository::discover(environment, root) {
        Ok(repository) => repository,
        Err(error) => {
            tell("note", &format!("{error}; the files that exist are found by walking the folder"));
            None
        }
    };
    let Some(repository) = repository else { return Ok(files::walk(root)?) };
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
        None => Ok(files::walk(root)?),
    }
}
