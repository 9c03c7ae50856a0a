//! Facts derived from the input of a gate.

use std::sync::{Arc, OnceLock};

use crate::change::ChangeKind;
use crate::gate::{
    self, BranchKind, Collisions, Escape, EscapeUnknown, GateInput, MovedFolders, PathClashes,
    PlacedChange, Placer, PlanChange, Protection, TaskDiff, Work,
};
use crate::index::{InputId, TaskId};
use crate::lane::Lanes;
use crate::path::RepoPath;
use crate::plan::Plan;
use crate::plan::order::Order;

/// The facts about the tasks' changes.
#[derive(Debug)]
pub struct GateFacts<'a> {
    /// The plan that the changes are checked against.
    pub plan: &'a Plan,
    /// The lanes of the plan.
    pub lanes: &'a Lanes,
    /// Which tasks are concurrent.
    pub order: &'a Order,
    /// Everything the gate collected.
    pub input: &'a GateInput,
    protection: OnceLock<Protection<'a>>,
    changes: OnceLock<Vec<PlacedChange<'a>>>,
    escapes: OnceLock<Vec<Result<Option<Escape>, EscapeUnknown>>>,
    collisions: OnceLock<Collisions<'a>>,
    clashes: OnceLock<PathClashes<'a>>,
    moved: OnceLock<MovedFolders<'a>>,
}

impl<'a> GateFacts<'a> {
    /// Computes nothing yet.
    #[must_use]
    pub fn new(
        plan: &'a Plan,
        lanes: &'a Lanes,
        order: &'a Order,
        input: &'a GateInput,
    ) -> GateFacts<'a> {
        GateFacts {
            plan,
            lanes,
            order,
            input,
            protection: OnceLock::new(),
            changes: OnceLock::new(),
            escapes: OnceLock::new(),
            collisions: OnceLock::new(),
            clashes: OnceLock::new(),
            moved: OnceLock::new(),
        }
    }

    /// Sets collisions that are already known.
    #[must_use]
    pub fn with_collisions(mut self, collisions: Collisions<'a>) -> GateFacts<'a> {
        self.collisions = collisions.into();
        self
    }

    /// Sets moved folders that are already known.
    #[must_use]
    pub fn with_moved(mut self, moved: MovedFolders<'a>) -> GateFacts<'a> {
        self.moved = moved.into();
        self
    }

    /// The paths that no task may write.
    pub fn protection(&self) -> &Protection<'a> {
        self.protection.get_or_init(|| Protection::new(self.plan, self.lanes))
    }

    /// How a change affects the plan that it is checked against, if at all.
    pub fn change_of_plan(&self, path: &RepoPath, kind: ChangeKind) -> Option<PlanChange> {
        gate::plan_change(self.plan, &self.input.plan_rivals, path, kind)
    }

    /// Whether the inputs without a task come from one of the `plan-branches`.
    #[must_use]
    pub fn is_plan_branch(&self) -> bool {
        self.input.named.as_ref().is_some_and(|branch| branch.kind == BranchKind::Plan)
    }

    /// Whether the inputs without a task may change the plan, which is then checked.
    #[must_use]
    pub fn may_change_plan(&self) -> bool {
        self.input.may_change_plan(self.plan)
    }

    /// Whether the inputs without a task are those of a merge queue.
    #[must_use]
    pub fn is_queue(&self) -> bool {
        self.input.named.as_ref().is_some_and(|branch| branch.kind == BranchKind::Queue)
    }

    /// Every change with its placement, in the order of the diffs and paths.
    pub fn changes(&self) -> &[PlacedChange<'a>] {
        self.changes.get_or_init(|| self.placer().placed(self.input))
    }

    /// For each symlink of the input, whether it escapes or why that is unknown.
    pub fn escapes(&self) -> &[Result<Option<Escape>, EscapeUnknown>] {
        self.escapes.get_or_init(|| gate::escapes(&self.placer(), self.input))
    }

    fn placer(&self) -> Placer<'_> {
        let GateFacts { plan, lanes, order, input, .. } = *self;
        let protection = self.protection();
        Placer { plan, lanes, order, protection, input }
    }

    /// Paths that two tasks changed.
    pub fn collisions(&self) -> &Collisions<'a> {
        let find = || gate::collisions(self.lanes, self.order, &self.input.diffs);
        self.collisions.get_or_init(find)
    }

    /// Changed paths that cannot coexist.
    pub fn clashes(&self) -> &PathClashes<'a> {
        self.clashes.get_or_init(|| gate::path_clashes(self.order, self.input))
    }

    /// Folders that one task renames while another adds files to them.
    pub fn moved(&self) -> &MovedFolders<'a> {
        self.moved.get_or_init(|| {
            gate::moved_folders(self.order, &self.input.diffs, &self.input.folder_renames)
        })
    }

    /// The inputs with the work of some tasks, by their ids; those of no task if there are none.
    pub(crate) fn inputs_of(&self, tasks: &[Arc<str>]) -> Vec<InputId> {
        let is_of = |diff: &TaskDiff| match diff.task {
            Some(task) => tasks.iter().any(|id| **id == *self.plan.id(task)),
            None => tasks.is_empty(),
        };
        let diffs = self.input.diffs.enumerated();
        diffs.filter(|(_, diff)| is_of(diff)).map(|(input, _)| input).collect()
    }

    /// Whether this run checks the changes of a task; always true for `None`, the plan as a whole.
    pub(crate) fn concerns(&self, task: Option<TaskId>) -> bool {
        task.is_none_or(|task| {
            self.input
                .diffs
                .iter()
                .any(|diff| diff.task == Some(task) && !matches!(diff.work, Work::NoBranch))
        })
    }
}
