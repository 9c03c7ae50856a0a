//! Whether each change is inside its task's lane.

use super::{CarriedChange, GateInput, Protection, TaskDiff};
use crate::change::object::Mode;
use crate::change::{Change, ChangeKind};
use crate::glob::{Budget, Undecided};
use crate::index::TaskId;
use crate::lane::Lanes;
use crate::path::RepoPath;
use crate::plan::Plan;

/// How a change relates to its task's lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placement {
    /// The task may write the path. So may a branch without a task, unless the path is protected.
    Inside,
    /// The task may not write the path.
    Outside {
        /// The tasks that may.
        owners: Vec<TaskId>,
    },
    /// The task's lane is unknown.
    UnknownLane,
    /// The task may write the path, but not the folder that the change replaces: it belongs to a
    /// protected glob, an exclusion or other tasks.
    TakesFolder {
        /// The tasks that may write below the folder.
        owners: Vec<TaskId>,
    },
    /// The work limit was reached.
    Undecided,
}

/// A change and its placement.
#[derive(Clone, Debug)]
pub struct PlacedChange<'a> {
    /// The input with the change.
    pub diff: &'a TaskDiff,
    /// The changed path.
    pub path: &'a RepoPath,
    /// How the path was changed.
    pub change: &'a Change,
    /// How the change relates to the task's lane.
    pub placement: Placement,
    /// Set if only the merge writes the path.
    pub carried: Option<&'a CarriedChange>,
}

/// Places every change, in the order of the inputs and then of the paths.
#[must_use]
pub fn placed<'a>(
    plan: &Plan,
    lanes: &Lanes,
    protection: &Protection<'_>,
    input: &'a GateInput,
) -> Vec<PlacedChange<'a>> {
    let place = |diff: &'a TaskDiff, path, change, carried| {
        let placement = placement(plan, lanes, protection, diff.task, path, change);
        PlacedChange { diff, path, change, placement, carried }
    };
    let own = input
        .diffs
        .iter()
        .flat_map(|diff| diff.changes().map(move |(path, change)| place(diff, path, change, None)));
    let carried = input.carried.iter().filter_map(|carried| {
        let diff = input.diffs.find(carried.input)?;
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
            _ if protection.contains(path)? => Placement::Outside { owners: Vec::new() },
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

/// Whether a change replaces a folder that the task may not write, and which tasks may.
///
/// Only a folder that a glob names counts: a wildcard could match below any file.
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
    // A submodule is a folder itself, so a wildcard that covers it is enough.
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
