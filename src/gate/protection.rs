//! Protected paths, including names that some file systems treat as the same.

use crate::fold;
use crate::glob::{Budget, Glob, Undecided, below, exactly};
use crate::lane::{Lanes, first_difference, names_folder};
use crate::path::RepoPath;
use crate::plan::{Plan, PlanPath};

/// The plan's `protect` globs and the plan itself.
#[derive(Debug)]
pub struct Protection<'a> {
    lanes: &'a Lanes,
    folded: Vec<Glob>,
}

impl<'a> Protection<'a> {
    /// Folds the protected globs of a plan.
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

    /// Whether a protected glob names a folder at this path, ignoring letter case and Unicode form.
    /// A file there would replace the folder.
    ///
    /// # Errors
    /// [`Undecided`] if a glob is too large.
    pub fn names_folder(&self, path: &RepoPath) -> Result<bool, Undecided> {
        Ok(names_folder(self.lanes.protect(), path)?
            || names_folder(&self.folded, &fold::path(path))?)
    }

    /// Whether every path that could exist below `path` is protected.
    ///
    /// # Errors
    /// [`Undecided`] if the work limit is reached.
    pub fn covers_folder(&self, path: &RepoPath, budget: &mut Budget) -> Result<bool, Undecided> {
        let everything = below(path);
        let protect: Vec<&Glob> = self.lanes.protect().iter().collect();
        everything.reaches_outside(&protect, budget).map(|outside| !outside).ok_or(Undecided)
    }

    /// The first relative path that is protected below `folder` but not below `unlike`. Letter case
    /// and Unicode form are ignored, as in [`Protection::contains`].
    ///
    /// # Errors
    /// [`Undecided`] if the work limit is reached.
    pub fn first_below(
        &self,
        folder: Option<&RepoPath>,
        unlike: Option<&RepoPath>,
        budget: &mut Budget,
    ) -> Result<Option<RepoPath>, Undecided> {
        if let Some(found) = first_difference(self.lanes.protect(), folder, unlike, budget)? {
            return Ok(Some(found));
        }
        let [folder, unlike] = [folder, unlike].map(|folder| folder.map(fold::path));
        first_difference(&self.folded, folder.as_ref(), unlike.as_ref(), budget)
    }

    /// Whether a path is protected, ignoring letter case and Unicode form.
    ///
    /// # Errors
    /// [`Undecided`] if a glob is too large.
    pub fn contains(&self, path: &RepoPath) -> Result<bool, Undecided> {
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
