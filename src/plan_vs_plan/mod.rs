//! Two versions of a plan compared: what each task may write, and which settings were loosened.

mod settings;

use std::collections::HashMap;
use std::sync::Arc;

use crate::glob::{Budget, Undecided};
use crate::index::TaskId;
use crate::path::RepoPath;
use crate::plan::Plan;
pub use settings::{Loosened, Loosening};

/// How a plan differs from its earlier version.
#[derive(Debug)]
pub struct PlanDiff {
    /// The tasks whose lanes differ, in the order of the plan; removed ones last.
    pub lanes: Vec<LaneDiff>,
    /// The settings that were loosened, in a fixed order.
    pub loosened: Vec<Loosening>,
    /// Whether the work limit was reached, so that a loosened setting may be missing.
    pub undecided: bool,
}

/// How the lane of a task differs between two versions of a plan.
#[derive(Debug)]
pub struct LaneDiff {
    /// The id of the task.
    pub id: Arc<str>,
    /// The task; `None` if it was removed.
    pub now: Option<TaskId>,
    /// The task in the earlier version; `None` if it is new.
    pub before: Option<TaskId>,
    /// The first path that only the later version of the lane contains.
    pub widened: Result<Option<RepoPath>, Undecided>,
    /// The first path that only the earlier version of the lane contains.
    pub narrowed: Result<Option<RepoPath>, Undecided>,
}

/// Compares a plan with its earlier version. Globs that could not be read are left out.
#[must_use]
pub fn plan_diff(before: &Plan, now: &Plan) -> PlanDiff {
    let (loosened, undecided) = settings::loosened(before, now);
    PlanDiff { lanes: lanes(before, now), loosened, undecided }
}

fn lanes(before: &Plan, now: &Plan) -> Vec<LaneDiff> {
    // A plan that was moved is in no lane under either name.
    let own = || before.own_paths.iter().chain(&now.own_paths);
    let (old_lanes, new_lanes) = (before.lanes_outside(own()), now.lanes_outside(own()));
    let (old_ids, new_ids) = (by_id(before), by_id(now));
    let mut budget = Budget::default();
    let mut lanes = Vec::new();
    for (task, id) in now.tasks.enumerated().map(|(task, it)| (task, &it.id.value)) {
        let lane = new_lanes.of(task);
        let old = old_ids.get(&**id).copied();
        let (widened, narrowed) = match old.map(|old| old_lanes.of(old)) {
            Some(old) => {
                (lane.first_outside(old, &mut budget), old.first_outside(lane, &mut budget))
            }
            None => (lane.first(&mut budget), Ok(None)),
        };
        lanes.push(LaneDiff {
            id: Arc::clone(id),
            now: Some(task),
            before: old,
            widened,
            narrowed,
        });
    }
    for (task, id) in before.tasks.enumerated().map(|(task, it)| (task, &it.id.value)) {
        if !new_ids.contains_key(&**id) {
            let narrowed = old_lanes.of(task).first(&mut budget);
            let (id, widened) = (Arc::clone(id), Ok(None));
            lanes.push(LaneDiff { id, now: None, before: Some(task), widened, narrowed });
        }
    }
    lanes.retain(|lane| (&lane.widened, &lane.narrowed) != (&Ok(None), &Ok(None)));
    lanes
}

fn by_id(plan: &Plan) -> HashMap<&str, TaskId> {
    plan.tasks.enumerated().map(|(task, it)| (&*it.id.value, task)).collect()
}
