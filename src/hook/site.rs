//! What a write to a file means for the lanes of a work tree.

use std::path::{Path, PathBuf};

use crate::fs::resolve::NoTarget;
use crate::git::{Checkout, GitError, Reach};
use crate::path::RepoPath;
use crate::plan::PlanPath;
use crate::workspace::{Host, relative};

/// Where the files of a call are looked at.
pub(super) struct Site<'a> {
    pub(super) host: &'a dyn Host,
    /// The work tree in which the task works.
    pub(super) tree: Checkout,
    /// Where the plan that was named really is.
    pub(super) plan: Option<PathBuf>,
}

/// What a write to a file means for the lanes.
pub(super) enum Landing {
    /// It changes this path of the repository.
    At(RepoPath),
    /// It changes nothing of the repository.
    Elsewhere,
    /// It is no task's to make, for this reason.
    Refused(String),
}

impl Site<'_> {
    /// Whether a file is certainly none of this repository's, nor its plan.
    pub(super) fn is_outside(&self, targets: &Result<Vec<PathBuf>, NoTarget>) -> bool {
        let outside = |target: &PathBuf| matches!(self.landing(target), Landing::Elsewhere);
        targets.as_ref().is_ok_and(|targets| targets.iter().all(outside))
    }

    pub(super) fn landing(&self, target: &Path) -> Landing {
        let refused = |why: &str| Landing::Refused(why.to_owned());
        if self.plan.as_ref().is_some_and(|plan| target.starts_with(plan)) {
            return refused("it is the plan that judges");
        }
        match self.tree.reach(target) {
            Reach::Inside(path) | Reach::Submodule(path) => Landing::At(path),
            Reach::Outside => Landing::Elsewhere,
            Reach::Nested(path) => match self.is_tracked(&path) {
                Ok(true) => Landing::At(path),
                Ok(false) => Landing::Elsewhere,
                Err(error) => Landing::Refused(format!(
                    "it is in another repository, and whether that is a submodule cannot be \
                     told: {error}"
                )),
            },
            Reach::GitFolder => refused("git keeps its own files there, hooks and settings too"),
            Reach::OtherTree(top) => Landing::Refused(format!(
                "it is in another work tree of this repository, {}, where another task may be at \
                 work",
                top.display()
            )),
            Reach::NoPath(fault) => {
                Landing::Refused(format!("it is no path of the repository: {fault}"))
            }
        }
    }

    /// Whether the index has something at a path. git is asked about repositories in the work tree
    /// only, which are few.
    fn is_tracked(&self, path: &RepoPath) -> Result<bool, GitError> {
        let Some(repository) = self.host.repository(self.tree.top())? else { return Ok(false) };
        Ok(repository.index_files()?.binary_search(path).is_ok())
    }

    /// The path that a plan in another work tree of the repository has in each of them.
    pub(super) fn own_elsewhere(&self) -> Option<PlanPath> {
        let plan = self.plan.as_ref()?;
        let other = Checkout::holding(plan).filter(|other| other.shares_repository(&self.tree))?;
        let path = relative(other.top(), plan)??;
        Some(if self.host.is_dir(plan) { PlanPath::Folder(path) } else { PlanPath::File(path) })
    }
}
