//! Where each change stands to the lane of the task that made it.

use super::{Carried, GateInput, Protection, TaskDiff};
use crate::change::object::Mode;
use crate::change::{Change, ChangeKind};
use crate::glob::{Budget, Undecided};
use crate::index::TaskId;
use crate::lane::Lanes;
use crate::path::RepoPath;
use crate::plan::Plan;

/// Where a change stands to the lane of the task that made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placement {
    /// Inside.
    Inside,
    /// Outside; these tasks may write it. Whoever is no task may write all but what is protected.
    Outside {
        /// The tasks, by their places in the plan.
        owners: Vec<TaskId>,
    },
    /// The task's lane is not known, so nobody can say.
    UnknownLane,
    /// Inside, but what is put there takes the place of a folder that is outside: that of a
    /// protected glob, of an exclusion, or of these tasks.
    TakesFolder {
        /// The tasks, by their places in the plan.
        owners: Vec<TaskId>,
    },
    /// A bound on work was reached.
    Undecided,
}

/// A change with where it stands.
#[derive(Clone, Debug)]
pub struct Placed<'a> {
    /// The input that holds it.
    pub diff: &'a TaskDiff,
    /// The path that is written.
    pub path: &'a RepoPath,
    /// How.
    pub change: &'a Change,
    /// Where that is.
    pub placement: Placement,
    /// Set where only the merge writes the path.
    pub carried: Option<&'a Carried>,
}

/// Every change with where it stands, in the order of the inputs and of the paths.
#[must_use]
pub fn placed<'a>(
    plan: &Plan,
    lanes: &Lanes,
    protection: &Protection<'_>,
    input: &'a GateInput,
) -> Vec<Placed<'a>> {
    let place = |diff: &'a TaskDiff, path, change, carried| {
        let placement = placement(plan, lanes, protection, diff.task, path, change);
        Placed { diff, path, change, placement, carried }
    };
    let own = input
        .diff
        .iter()
        .flat_map(|diff| diff.changes().map(move |(path, change)| place(diff, path, change, None)));
    let carried = input.carried.iter().filter_map(|carried| {
        let diff = input.diff.find(carried.diff)?;
        Some(place(diff, &carried.path, &carried.change, Some(carried)))
    });
    own.chain(carried).collect()
}

pub(super) fn placement(
    plan: &Plan,
    lanes: &Lanes,
    protection: &Protection<'_>,
    task: Option<TaskId>,
    path: &RepoPath,
    change: &Change,
) -> Placement {
    if task.is_some_and(|task| plan.is_lane_unknown(task)) {
        return Placement::UnknownLane;
    }
    let find = || -> Result<Placement, Undecided> {
        Ok(match task {
            _ if protection.holds(path)? => Placement::Outside { owners: Vec::new() },
            Some(task) if lanes.of(task).matched_by(path)?.is_none() => {
                Placement::Outside { owners: lanes.owners(path)? }
            }
            _ => match takes_folder(lanes, protection, task, path, change)? {
                Some(owners) => Placement::TakesFolder { owners },
                None => Placement::Inside,
            },
        })
    };
    find().unwrap_or(Placement::Undecided)
}

/// Whether a change puts something where the plan wants a folder that is not the task's, and whose
/// the folder is.
///
/// The plan wants a folder where a glob names it; that a wildcard could match below any file is no
/// sign of one.
fn takes_folder(
    lanes: &Lanes,
    protection: &Protection<'_>,
    task: Option<TaskId>,
    path: &RepoPath,
    change: &Change,
) -> Result<Option<Vec<TaskId>>, Undecided> {
    if !matches!(change.kind, ChangeKind::Added | ChangeKind::Type) {
        return Ok(None);
    }
    // A submodule is a folder itself: for it a wildcard in the name is sign enough.
    let is_submodule = change.new.as_ref().is_some_and(|side| side.mode == Mode::Submodule);
    let mut budget = Budget::default();
    if protection.names_folder(path)?
        || is_submodule && protection.covers_folder(path, &mut budget)?
    {
        return Ok(Some(Vec::new()));
    }
    let Some(task) = task else { return Ok(None) };
    let is_excluded = lanes.of(task).excludes_folder(path)?;
    if !is_excluded && !lanes.is_folder_of_others(path, task) {
        return Ok(None);
    }
    let others = lanes.others_below(Some(path), task, None, &mut budget)?;
    let owners = others.map(|others| others.owners);
    Ok(if is_excluded { Some(owners.unwrap_or_default()) } else { owners })
}
