//! Resolves a file to the path of the work tree that a write would change.

use std::path::{Path, PathBuf};

use crate::fs::resolve::NoTarget;
use crate::git::{Checkout, GitError, Reach};
use crate::path::RepoPath;
use crate::plan::PlanPath;
use crate::workspace::{Host, relative};

/// Resolves files in a work tree.
pub(super) struct TargetResolver<'a> {
    pub(super) host: &'a dyn Host,
    /// The work tree of the task.
    pub(super) tree: Checkout,
    /// The named plan, with all links resolved.
    pub(super) plan: Option<PathBuf>,
}

/// What a write to a file would change.
pub(super) enum WriteTarget {
    /// This path of the work tree.
    InTree(RepoPath),
    /// Nothing in this repository.
    Outside,
    /// Something that no task may change, for this reason.
    Refused(String),
}

impl TargetResolver<'_> {
    /// Whether all targets are known to be outside the repository and its plan.
    pub(super) fn are_outside(&self, targets: &Result<Vec<PathBuf>, NoTarget>) -> bool {
        let is_outside = |target: &PathBuf| matches!(self.resolve(target), WriteTarget::Outside);
        targets.as_ref().is_ok_and(|targets| targets.iter().all(is_outside))
    }

    pub(super) fn resolve(&self, target: &Path) -> WriteTarget {
        let refused = |why: &str| WriteTarget::Refused(why.to_owned());
        if self.plan.as_ref().is_some_and(|plan| target.starts_with(plan)) {
            return refused("it is part of the plan");
        }
        match self.tree.reach(target) {
            Reach::Inside(path) | Reach::Submodule(path) => WriteTarget::InTree(path),
            Reach::Outside => WriteTarget::Outside,
            Reach::Nested(path) => match self.is_tracked(&path) {
                Ok(true) => WriteTarget::InTree(path),
                Ok(false) => WriteTarget::Outside,
                Err(error) => WriteTarget::Refused(format!(
                    "it is in another repository, and git cannot tell whether that is a \
                     submodule: {error}"
                )),
            },
            Reach::GitFolder => {
                refused("git keeps its own files there, such as hooks and settings")
            }
            Reach::OtherTree(top) => WriteTarget::Refused(format!(
                "it is in another work tree of this repository, {}, which may belong to another \
                 task",
                top.display()
            )),
            Reach::NoPath(fault) => {
                WriteTarget::Refused(format!("it is not a valid path in the repository: {fault}"))
            }
        }
    }

    /// Whether the index has an entry at a path. This starts git, but only for repositories inside
    /// the work tree, which are rare.
    fn is_tracked(&self, path: &RepoPath) -> Result<bool, GitError> {
        let Some(repository) = self.host.repository(self.tree.top())? else { return Ok(false) };
        Ok(repository.index_files()?.binary_search(path).is_ok())
    }

    /// The path of a plan that is in another work tree of this repository: it is part of the plan
    /// here too.
    pub(super) fn own_elsewhere(&self) -> Option<PlanPath> {
        let plan = self.plan.as_ref()?;
        let other =
            Checkout::containing(plan).filter(|other| other.shares_repository(&self.tree))?;
        let path = relative(other.top(), plan)??;
        Some(if self.host.is_dir(plan) { PlanPath::Folder(path) } else { PlanPath::File(path) })
    }
}
