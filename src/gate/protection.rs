//! What no task may write, also under a name that some file systems take for the same.

use crate::fold;
use crate::glob::{Budget, Glob, Undecided, below, exactly};
use crate::lane::{Lanes, first_unlike, names_folder};
use crate::path::RepoPath;
use crate::plan::{Plan, PlanPath};

/// What is protected: the plan's globs and the plan itself.
#[derive(Debug)]
pub struct Protection<'a> {
    lanes: &'a Lanes,
    folded: Vec<Glob>,
}

impl<'a> Protection<'a> {
    /// Folds what a plan protects.
    #[must_use]
    pub fn new(plan: &Plan, lanes: &'a Lanes) -> Protection<'a> {
        let globs = plan.protect.iter().filter_map(|entry| entry.glob.as_ref().ok());
        let globs = globs.map(fold::glob);
        let own = plan.own_paths.iter().map(|own| match own {
            PlanPath::File(path) => exactly(&fold::path(path)),
            PlanPath::Folder(path) => below(&fold::path(path)),
        });
        let folded = globs.chain(own).collect();
        Protection { lanes, folded }
    }

    /// Whether a protected glob names a folder of this path, or of one that differs only in case or
    /// Unicode form. What is put there takes the place of the folder.
    ///
    /// # Errors
    /// [`Undecided`] where a glob is too large to be built.
    pub fn names_folder(&self, path: &RepoPath) -> Result<bool, Undecided> {
        Ok(names_folder(self.lanes.protect(), path)?
            || names_folder(&self.folded, &fold::path(path))?)
    }

    /// Whether all that could be made below a path is protected.
    ///
    /// # Errors
    /// [`Undecided`] where a bound on work is reached.
    pub fn covers_folder(&self, path: &RepoPath, budget: &mut Budget) -> Result<bool, Undecided> {
        let everything = below(path);
        let protect: Vec<&Glob> = self.lanes.protect().iter().collect();
        everything.reaches_outside(&protect, budget).map(|outside| !outside).ok_or(Undecided)
    }

    /// The first path that is protected below one folder and not below the other, without either.
    /// Letter case and Unicode form count as in [`Protection::holds`].
    ///
    /// # Errors
    /// [`Undecided`] where a bound on work is reached.
    pub fn first_below(
        &self,
        folder: Option<&RepoPath>,
        unlike: Option<&RepoPath>,
        budget: &mut Budget,
    ) -> Result<Option<RepoPath>, Undecided> {
        if let Some(found) = first_unlike(self.lanes.protect(), folder, unlike, budget)? {
            return Ok(Some(found));
        }
        let [folder, unlike] = [folder, unlike].map(|folder| folder.map(fold::path));
        first_unlike(&self.folded, folder.as_ref(), unlike.as_ref(), budget)
    }

    /// Whether a path is protected, or differs from one that is only in case or Unicode form.
    ///
    /// # Errors
    /// [`Undecided`] where a glob is too large to be built.
    pub fn holds(&self, path: &RepoPath) -> Result<bool, Undecided> {
        if self.lanes.is_protected(path)? {
            return Ok(true);
        }
        let path = fold::path(path);
        for glob in &self.folded {
            if glob.is_match(&path)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
