//! The plan compared with the existing files.

pub mod broad_lanes;
pub mod companions;
mod edit_distance;
pub mod folders;
pub mod literal_brackets;
mod tree;
pub mod typos;

use crate::glob::Glob;
use crate::lane::Lanes;
use crate::overlap::Overlap;
use crate::plan::Plan;
use crate::plan::order::Order;
use broad_lanes::BroadLanes;
use companions::Companions;
use literal_brackets::LiteralBrackets;
pub(crate) use tree::Tree;
use tree::TreeBudget;
use typos::Typos;

/// Finds globs that match no file because of a typo; none if not all files are known.
pub(crate) fn typos(plan: &Plan, tree: Option<&Tree<'_>>) -> Typos {
    tree.map(|tree| Typos::new(plan, tree, TreeBudget(typos::MAX_STEPS))).unwrap_or_default()
}

/// The existing name that a glob spells out without matching it; `None` if not all files are known.
pub(crate) fn literal_brackets(glob: &Glob, tree: Option<&Tree<'_>>) -> Option<LiteralBrackets> {
    literal_brackets::find(glob, tree?)
}

/// Finds lanes that cover too much.
pub(crate) fn broad_lanes(
    lanes: &Lanes,
    order: &Order,
    overlaps: &[Overlap],
    tree: Option<&Tree<'_>>,
) -> BroadLanes {
    BroadLanes::new(lanes, order, overlaps, tree, TreeBudget(broad_lanes::MAX_STEPS))
}

/// Finds companions missing from lanes; none if not all files are known.
pub(crate) fn companions(plan: &Plan, lanes: &Lanes, tree: Option<&Tree<'_>>) -> Companions {
    let find = |tree| Companions::new(plan, lanes, tree, TreeBudget(companions::MAX_STEPS));
    tree.map(find).unwrap_or_default()
}

#[cfg(test)]
mod tests;
