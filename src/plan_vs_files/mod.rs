//! The plan held against the files that exist.

pub mod broad_lanes;
pub mod companions;
mod edit_distance;
pub mod folders;
mod tree;
pub mod typos;

use crate::lane::Lanes;
use crate::overlap::Overlap;
use crate::plan::Plan;
use crate::plan::order::Order;
use broad_lanes::BroadLanes;
use companions::Companions;
pub(crate) use tree::Tree;
use tree::TreeBudget;
use typos::Typos;

/// Finds the globs that match no file by a slip; none where the files are not all known.
pub(crate) fn typos(plan: &Plan, tree: Option<&Tree<'_>>) -> Typos {
    tree.map(|tree| Typos::new(plan, tree, TreeBudget(typos::MOST))).unwrap_or_default()
}

/// Finds the lanes that hold too much.
pub(crate) fn broad_lanes(
    lanes: &Lanes,
    order: &Order,
    overlaps: &[Overlap],
    tree: Option<&Tree<'_>>,
) -> BroadLanes {
    BroadLanes::new(lanes, order, overlaps, tree, TreeBudget(broad_lanes::MOST))
}

/// Finds the companions that lanes lack; none where the files are not all known.
pub(crate) fn companions(plan: &Plan, lanes: &Lanes, tree: Option<&Tree<'_>>) -> Companions {
    let find = |tree| Companions::new(plan, lanes, tree, TreeBudget(companions::MOST));
    tree.map(find).unwrap_or_default()
}

#[cfg(test)]
mod tests;
