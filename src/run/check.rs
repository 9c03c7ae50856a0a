//! `check` on a repository.

use std::sync::Arc;

use super::Outcome;
use crate::failure::Failure;
use crate::path::RepoPath;
use crate::workspace::Workspace;

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

/// The existing files, or why they cannot be listed.
#[must_use]
pub fn files(workspace: &Workspace<'_>) -> (Vec<RepoPath>, Vec<Failure>) {
    match workspace.files() {
        Ok(files) => (files, Vec::new()),
        Err(failure) => (Vec::new(), vec![failure]),
    }
}
