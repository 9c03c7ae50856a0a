//! Which plan judges.

use std::path::Path;

use lanelint::fs::resolve::without_dots;
use lanelint::git::{GitError, Prefer, Repository};
use lanelint::path::RepoPath;
use lanelint::plan::{Own, Plan, locate};

use super::Gate;
use super::names::{Named, anchor, branch, branch_or_error, commit};
use crate::cli::Unusable;
use crate::cli::plan::{Failure, Found, Place, relative};

/// The plan that judges.
pub(in crate::cli) struct Chosen {
    pub(in crate::cli) plan: Plan,
    pub(in crate::cli) what: String,
    pub(in crate::cli) rivals: Vec<Own>,
    /// The base that was found on the way to it.
    pub(super) base: Option<Named>,
}

impl From<Found> for Chosen {
    fn from(found: Found) -> Chosen {
        let (what, rivals) = (found.what.clone(), found.rivals.clone());
        Chosen { plan: found.read(), what, rivals, base: None }
    }
}

impl Gate<'_> {
    /// Chooses the plan by the contract's rule: never that of the branch which is judged, unless
    /// the caller says so.
    pub(super) fn plan(&self, repository: Option<&Repository>) -> Result<Chosen, Failure> {
        let named = self.args.plan.as_deref();
        let only_patches = !self.args.diff.is_empty() && !self.asks_for_commits();
        let on_disk = || Found::on_disk(self.place, named).map(Chosen::from);
        let Some(repository) = repository else { return Ok(on_disk()?) };
        if let Some(revision) = &self.args.plan_from {
            return of_revision(self.place, repository, revision, named);
        }
        if named.is_some() || only_patches {
            return Ok(on_disk()?);
        }
        if let Some(first) = self.ranges.first() {
            let from = commit(repository, &first.from)?;
            for range in &self.ranges[1..] {
                if commit(repository, &range.from)?.commit != from.commit {
                    return Err(Failure::Unusable(Unusable::new(
                        "the ranges begin at different commits, and each could have a plan",
                        "say whose plan judges with --plan-from REV or a PLAN",
                    )));
                }
            }
            return plan_in(self.place, repository, &from, None);
        }
        let base = self.base(repository, None)?;
        let chosen = plan_in(self.place, repository, &base, None)?;
        // The plan may name another base. That one's plan judges, whatever it names in turn.
        let other = chosen.plan.base.as_ref().map(|base| base.value.as_str());
        match other.filter(|other| self.args.base.is_none() && *other != base.name) {
            None => Ok(Chosen { base: Some(base), ..chosen }),
            Some(other) => {
                let base = branch_or_error(repository, other)?;
                let chosen = plan_in(self.place, repository, &base, None)?;
                Ok(Chosen { base: Some(base), ..chosen })
            }
        }
    }

    /// What the tasks' branches fork from: `--base`, else what the plan names, else `main`, else
    /// what the remote's HEAD names.
    pub(super) fn base(
        &self,
        repository: &Repository,
        plan: Option<&str>,
    ) -> Result<Named, GitError> {
        if let Some(revision) = &self.args.base {
            return anchor(repository, revision);
        }
        if let Some(name) = plan {
            return branch_or_error(repository, name);
        }
        if let Some(main) = branch(repository, "main", Prefer::Remote)? {
            return Ok(main);
        }
        match repository.default_branch()? {
            Some(name) => branch_or_error(repository, &name),
            None => branch_or_error(repository, "main"),
        }
    }
}

/// The plan of the commit that a revision names: the one that is named, or the one that is found.
pub(in crate::cli) fn of_revision(
    place: &Place,
    repository: &Repository,
    revision: &str,
    named: Option<&Path>,
) -> Result<Chosen, Failure> {
    let path = named.map(|plan| path_in_commit(place, repository, plan)).transpose()?;
    let from = anchor(repository, revision)?;
    plan_in(place, repository, &from, path.as_ref())
}

fn plan_in(
    place: &Place,
    repository: &Repository,
    from: &Named,
    path: Option<&RepoPath>,
) -> Result<Chosen, Failure> {
    let top = repository.work_tree().and_then(|top| top.canonicalize().ok());
    let here = place.here.canonicalize().ok();
    let start = match (top, here) {
        (Some(top), Some(here)) => relative(&top, &here).flatten(),
        _ => None,
    };
    let found = Found::in_commit(repository, &from.commit, start.as_ref(), path)?;
    let mut chosen = Chosen::from(found);
    if from.name != from.commit.as_str() {
        chosen.what = format!("{} ({})", chosen.what, from.name);
    }
    Ok(chosen)
}

/// A plan named on the command line, as a path of the repository.
fn path_in_commit(
    place: &Place,
    repository: &Repository,
    plan: &Path,
) -> Result<RepoPath, Unusable> {
    let outside = || {
        Unusable::new(
            format!("{} is no path of the repository", plan.display()),
            "with --plan-from, name the plan by its path in the repository",
        )
    };
    let top = repository.work_tree().and_then(|top| top.canonicalize().ok());
    let (Some(top), Ok(here)) = (top, place.here.canonicalize()) else {
        return RepoPath::new(plan.as_os_str().as_encoded_bytes()).map_err(|_| outside());
    };
    let plan = here.join(plan);
    let (folder, name) = (plan.parent().unwrap_or(&here), plan.file_name());
    // The work tree need not have the folder that the commit has.
    let folder = folder.canonicalize().unwrap_or_else(|_| without_dots(folder));
    let inside = relative(&top, &folder)
        .zip(name)
        .and_then(|(folder, name)| locate::inside(folder.as_ref(), name.as_encoded_bytes()));
    inside.ok_or_else(outside)
}
