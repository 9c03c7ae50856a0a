//! The plan held against the files that exist.

mod near;
pub mod slips;
mod tree;

use crate::path::RepoPath;
use crate::plan::Plan;
use slips::Slips;
use tree::{Tree, Work};

/// What the files that exist tell of a plan.
#[derive(Debug, Default)]
pub struct Survey {
    /// The globs that match no file by a slip.
    pub slips: Slips,
}

impl Survey {
    /// Finds out all of it. `files` are those that exist, in byte order; nothing where they are not
    /// all known, for then nobody can say what does not exist.
    #[must_use]
    pub fn new(plan: &Plan, files: Option<&[RepoPath]>) -> Survey {
        let Some(files) = files else { return Survey::default() };
        let tree = Tree::new(files);
        Survey { slips: Slips::new(plan, &tree, Work(slips::MOST)) }
    }
}

#[cfg(test)]
mod tests;
