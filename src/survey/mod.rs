//! The plan held against the files that exist.

pub mod breadth;
pub mod companions;
pub mod folders;
mod near;
pub mod slips;
mod tree;

use crate::lane::Lanes;
use crate::overlap::Overlap;
use crate::plan::Plan;
use crate::plan::order::Order;
use breadth::Breadth;
use companions::Companions;
use slips::Slips;
pub(crate) use tree::Tree;
use tree::Work;

/// Finds the globs that match no file by a slip; none where the files are not all known.
pub(crate) fn slips(plan: &Plan, tree: Option<&Tree<'_>>) -> Slips {
    tree.map(|tree| Slips::new(plan, tree, Work(slips::MOST))).unwrap_or_default()
}

/// Finds the lanes that hold too much.
pub(crate) fn breadth(
    lanes: &Lanes,
    order: &Order,
    overlaps: &[Overlap],
    tree: Option<&Tree<'_>>,
) -> Breadth {
    Breadth::new(lanes, order, overlaps, tree, Work(breadth::MOST))
}

/// Finds the companions that lanes lack; none where the files are not all known.
pub(crate) fn companions(plan: &Plan, lanes: &Lanes, tree: Option<&Tree<'_>>) -> Companions {
    let find = |tree| Companions::new(plan, lanes, tree, Work(companions::MOST));
    tree.map(find).unwrap_or_default()
}

#[cfg(test)]
mod tests;
