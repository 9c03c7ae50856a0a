//! The plan held against the files that exist.

pub mod breadth;
pub mod companions;
pub mod folders;
mod near;
pub mod slips;
mod tree;

use crate::lane::Lanes;
use crate::overlap::Overlap;
use crate::path::RepoPath;
use crate::plan::Plan;
use crate::plan::order::Order;
use breadth::Breadth;
use companions::Companions;
use slips::Slips;
use tree::{Tree, Work};

/// What the files that exist tell of a plan.
#[derive(Debug, Default)]
pub struct Survey {
    /// The globs that match no file by a slip.
    pub slips: Slips,
    /// The lanes that hold too much.
    pub breadth: Breadth,
    /// The companions that lanes lack.
    pub companions: Companions,
}

impl Survey {
    /// Finds out all of it. `files` are those that exist, in byte order; nothing where they are not
    /// all known, for then nobody can say what does not exist.
    #[must_use]
    pub fn new(
        plan: &Plan,
        lanes: &Lanes,
        order: &Order,
        overlaps: &[Overlap],
        files: Option<&[RepoPath]>,
    ) -> Survey {
        let tree = files.map(Tree::new);
        let tree = tree.as_ref();
        let slips = tree.map(|tree| Slips::new(plan, tree, Work(slips::MOST)));
        let companions =
            tree.map(|tree| Companions::new(plan, lanes, tree, Work(companions::MOST)));
        Survey {
            slips: slips.unwrap_or_default(),
            breadth: Breadth::new(lanes, order, overlaps, tree, Work(breadth::MOST)),
            companions: companions.unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests;
