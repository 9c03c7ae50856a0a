//! `check` on a repository.

use std::sync::Arc;

use super::{Outcome, no_tasks};
use crate::failure::Failure;
use crate::git::GitErrorKind;
use crate::path::RepoPath;
use crate::report::shown;
use crate::workspace::{self, ChosenPlan, Event, Workspace};

/// Checks the plan of a workspace before its tasks start.
///
/// # Errors
/// If there is no plan, more than one, or one that cannot be read.
pub fn check(workspace: &Workspace<'_>) -> Result<Outcome, Failure> {
    let found = workspace.plan()?;
    let (files, gaps) = files(workspace);
    let name = found.name.clone();
    let report =
        crate::check::check(&Arc::new(found.read(|name| workspace.exists(name))), &files, gaps);
    Ok(Outcome::new(report, &name))
}

/// Like [`check`], and reports how the plan differs from an earlier version: that of a revision, or
/// another plan on disk.
///
/// # Errors
/// As for [`check`]; also if there is no earlier version, or no task can be read from it.
pub fn check_against(workspace: &Workspace<'_>, earlier: &str) -> Result<Outcome, Failure> {
    let found = workspace.plan()?;
    let name = found.name.clone();
    let earlier = earlier_plan(workspace, earlier)?;
    let unusable = no_tasks(&earlier.plan, &earlier.name);
    if let Some(failure) = unusable {
        return Err(failure);
    }
    workspace.host().notify(Event::EarlierPlan(&earlier.name));
    let (files, gaps) = files(workspace);
    let plan = Arc::new(found.read(|name| workspace.exists(name)));
    let report = crate::check::check_against(&plan, &earlier.plan, &files, gaps);
    Ok(Outcome::new(report, &name))
}

/// The plan of a revision, or on disk.
fn earlier_plan(workspace: &Workspace<'_>, earlier: &str) -> Result<ChosenPlan, Failure> {
    let path = workspace.current_dir().join(earlier);
    let is_path = workspace.host().real_path(&path).is_ok();
    let of_revision = match workspace.repository()? {
        Some(git) => match workspace::resolve(workspace.host(), &*git, earlier) {
            Ok(revision) => Some(workspace.plan_of_revision(&*git, &revision)),
            Err(error) if error.kind == GitErrorKind::UnknownRevision => None,
            Err(_) if is_path => None,
            Err(error) => return Err(error.into()),
        },
        None => None,
    };
    match of_revision {
        Some(_) if is_path => Err(Failure::new(
            format!("{} is both a revision and a file", shown(earlier)),
            format!("write ./{} for the file, or the full name of the revision", shown(earlier)),
        )),
        Some(chosen) => chosen.map_err(Failure::from),
        None if is_path => workspace.with_plan(path).plan_on_disk(),
        None => Err(Failure::new(
            format!("{} is neither a revision nor a file", shown(earlier)),
            "pass the earlier version of the plan, such as --against main or --against old.yaml",
        )),
    }
}

/// The existing files, or why they cannot be listed.
#[must_use]
pub fn files(workspace: &Workspace<'_>) -> (Vec<RepoPath>, Vec<Failure>) {
    match workspace.files() {
        Ok(files) => (files, Vec::new()),
        Err(failure) => (Vec::new(), vec![failure]),
    }
}
