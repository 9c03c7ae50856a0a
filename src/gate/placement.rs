//! Whether each change is inside its task's lane.

use super::{BranchKind, CarriedChange, GateInput, Protection, TaskDiff, plan_change};
use crate::change::object::Mode;
use crate::change::{Change, ChangeKind};
use crate::glob::{Budget, Undecided};
use crate::index::{InputId, TaskId};
use crate::lane::Lanes;
use crate::path::RepoPath;
use crate::plan::Plan;
use crate::plan::order::Order;

/// How a change relates to its task's lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placement {
    /// The task may write the path. So may a branch without a task, unless the path is protected.
    Inside,
    /// The task may not write the path.
    Outside(Stray),
    /// The task's lane is unknown.
    UnknownLane,
    /// The task may write the path, but not the folder that the change replaces: it belongs to a
    /// protected glob, an exclusion or other tasks.
    TakesFolder(Stray),
    /// The work limit was reached.
    Undecided,
}

/// Whose path it is that a task may not write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// The tasks that may write it or, for a folder, below it.
    pub owners: Vec<TaskId>,
    /// Whether it is protected, or one of the owners is concurrent with the task.
    pub foreign: bool,
}

impl Stray {
    /// A stray to a protected path.
    fn protected() -> Stray {
        Stray { owners: Vec::new(), foreign: true }
    }

    fn among(owners: Vec<TaskId>, task: TaskId, placer: &Placer<'_>) -> Stray {
        let is_foreign = |owner: &TaskId| {
            placer.order.concurrent(task, *owner) && !placer.input.merged.contains(owner)
        };
        let foreign = owners.iter().any(is_foreign);
        Stray { owners, foreign }
    }
}

/// A change and its placement.
#[derive(Clone, Debug)]
pub struct PlacedChange<'a> {
    /// The input with the change.
    pub input: InputId,
    /// What that input changed.
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

/// Decides which changes are inside lanes.
#[derive(Clone, Copy, Debug)]
pub struct Placer<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Its lanes.
    pub lanes: &'a Lanes,
    /// Which of its tasks are concurrent.
    pub order: &'a Order,
    /// What it protects.
    pub protection: &'a Protection<'a>,
    /// What the gate collected.
    pub input: &'a GateInput,
}

impl Placer<'_> {
    /// Places every change, in the order of the inputs and then of the paths.
    #[must_use]
    pub fn placed<'i>(&self, input: &'i GateInput) -> Vec<PlacedChange<'i>> {
        let place = |input, diff: &'i TaskDiff, path, change, carried| {
            let placement = self.placement(diff.task, path, change);
            PlacedChange { input, diff, path, change, placement, carried }
        };
        let own = input.diffs.enumerated().flat_map(|(id, diff)| {
            diff.changes().map(move |(path, change)| place(id, diff, path, change, None))
        });
        let carried = input.carried.iter().filter_map(|carried| {
            let diff = input.diffs.find(carried.input)?;
            Some(place(carried.input, diff, &carried.path, &carried.change, Some(carried)))
        });
        own.chain(carried).collect()
    }

    pub(super) fn placement(
        &self,
        task: Option<TaskId>,
        path: &RepoPath,
        change: &Change,
    ) -> Placement {
        if task.is_some_and(|task| self.plan.is_lane_unknown(task)) {
            return Placement::UnknownLane;
        }
        self.decided(task, path, change).unwrap_or(Placement::Undecided)
    }

    /// Whether a task may be at work now: it is not merged, and waits for no branch that is not.
    fn may_be_at_work(&self, task: TaskId) -> bool {
        let waits_for = |need: &&TaskId| {
            self.order.comes_after(task, **need) && !self.input.merged.contains(*need)
        };
        !self.input.merged.contains(&task) && !self.input.begun.iter().any(|need| waits_for(&need))
    }

    fn decided(
        &self,
        task: Option<TaskId>,
        path: &RepoPath,
        change: &Change,
    ) -> Result<Placement, Undecided> {
        let branch = self.input.named.as_ref().filter(|_| task.is_none()).map(|named| named.kind);
        if branch == Some(BranchKind::Plan) {
            return Ok(self.on_plan_branch(path, change));
        }
        let is_queue = branch == Some(BranchKind::Queue);
        if is_queue && self.changes_plan(path, change) && !self.plan.plan_branches.is_empty() {
            return Ok(Placement::Inside);
        }
        if self.protection.contains(path)? {
            return Ok(Placement::Outside(Stray::protected()));
        }
        if is_queue && self.lanes.owners(path)?.is_empty() {
            return Ok(self.in_no_lane());
        }
        let lanes_closed = matches!(branch, Some(BranchKind::Unknown | BranchKind::Other));
        if lanes_closed && !self.lanes.is_shared(path) {
            let mut owners = self.lanes.owners(path)?;
            owners.retain(|&owner| self.may_be_at_work(owner));
            if !owners.is_empty() {
                return Ok(Placement::Outside(Stray { owners, foreign: true }));
            }
            if self.plan.tasks.ids().any(|task| self.plan.is_lane_unknown(task)) {
                return Ok(Placement::UnknownLane);
            }
        }
        if let Some(task) = task
            && self.lanes.of(task).matched_by(path)?.is_none()
        {
            let owners = self.lanes.owners(path)?;
            return Ok(Placement::Outside(Stray::among(owners, task, self)));
        }
        Ok(self.taken_folder(task, path, change)?.map_or(Placement::Inside, Placement::TakesFolder))
    }

    /// Such a branch may change the plan, and nothing else.
    fn on_plan_branch(&self, path: &RepoPath, change: &Change) -> Placement {
        if self.changes_plan(path, change) {
            return Placement::Inside;
        }
        // Outside it is in any case, so a limit on work only affects how it is described.
        if self.protection.contains(path) == Ok(true) {
            return Placement::Outside(Stray::protected());
        }
        let owners = self.lanes.owners(path).unwrap_or_default();
        Placement::Outside(Stray { owners, foreign: false })
    }

    fn changes_plan(&self, path: &RepoPath, change: &Change) -> bool {
        plan_change(self.plan, &self.input.plan_rivals, path, change.kind).is_some()
    }

    /// What the merge queue writes outside of all lanes: another branch may have brought it.
    fn in_no_lane(&self) -> Placement {
        if self.plan.tasks.ids().any(|task| self.plan.is_lane_unknown(task)) {
            Placement::UnknownLane
        } else if self.plan.other_branches.is_empty() {
            Placement::Outside(Stray { owners: Vec::new(), foreign: false })
        } else {
            Placement::Inside
        }
    }

    /// The folder that a change replaces, if the task may not write it.
    ///
    /// Only a folder that a glob names counts: a wildcard could match below any file.
    fn taken_folder(
        &self,
        task: Option<TaskId>,
        path: &RepoPath,
        change: &Change,
    ) -> Result<Option<Stray>, Undecided> {
        if !matches!(change.kind, ChangeKind::Added | ChangeKind::Type) {
            return Ok(None);
        }
        // A submodule is a folder itself, so a wildcard that covers it is enough.
        let is_submodule = change.new.as_ref().is_some_and(|side| side.mode == Mode::Submodule);
        let mut budget = Budget::default();
        if self.protection.names_folder(path)?
            || is_submodule && self.protection.covers_folder(path, &mut budget)?
        {
            return Ok(Some(Stray::protected()));
        }
        let Some(task) = task else { return Ok(None) };
        let is_excluded = self.lanes.of(task).excludes_folder(path)?;
        if !is_excluded && !self.lanes.is_folder_of_others(path, task) {
            return Ok(None);
        }
        let others = self.lanes.others_below(Some(path), task, None, &mut budget)?;
        let owners = others.map(|others| others.owners);
        let owners = if is_excluded { Some(owners.unwrap_or_default()) } else { owners };
        Ok(owners.map(|owners| Stray::among(owners, task, self)))
    }
}
