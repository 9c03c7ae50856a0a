//! What no task may write, also under a name that some file systems take for the same.

use crate::fold;
use crate::glob::{Glob, Undecided, below, exactly};
use crate::lane::Lanes;
use crate::path::RepoPath;
use crate::plan::{Own, Plan};

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
            Own::File(path) => exactly(&fold::path(path)),
            Own::Folder(path) => below(&fold::path(path)),
        });
        let folded = globs.chain(own).collect();
        Protection { lanes, folded }
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
