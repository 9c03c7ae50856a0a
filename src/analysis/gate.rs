//! What follows from all that a gate looked at.

use std::sync::OnceLock;

use crate::gate::{
    self, Collisions, Escape, EscapeUnknown, GateInput, MovedFolders, PathClashes, PlacedChange,
    Protection, Work,
};
use crate::index::TaskId;
use crate::lane::Lanes;
use crate::plan::Plan;
use crate::plan::order::Order;

/// What is known of the tasks' work.
#[derive(Debug)]
pub struct GateFacts<'a> {
    /// The plan that judges.
    pub plan: &'a Plan,
    /// Its lanes.
    pub lanes: &'a Lanes,
    /// Who may run beside whom.
    pub order: &'a Order,
    /// What the gate looked at.
    pub input: &'a GateInput,
    protection: OnceLock<Protection<'a>>,
    changes: OnceLock<Vec<PlacedChange<'a>>>,
    escapes: OnceLock<Vec<Result<Option<Escape>, EscapeUnknown>>>,
    collisions: OnceLock<Collisions<'a>>,
    clashes: OnceLock<PathClashes<'a>>,
    moved: OnceLock<MovedFolders<'a>>,
}

impl<'a> GateFacts<'a> {
    /// The facts of what a gate looked at.
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

    /// The same, where the collisions are known already.
    #[must_use]
    pub fn with_collisions(mut self, collisions: Collisions<'a>) -> GateFacts<'a> {
        self.collisions = collisions.into();
        self
    }

    /// The same, where the moved folders are known already.
    #[must_use]
    pub fn with_moved(mut self, moved: MovedFolders<'a>) -> GateFacts<'a> {
        self.moved = moved.into();
        self
    }

    /// What no task may write.
    pub fn protection(&self) -> &Protection<'a> {
        self.protection.get_or_init(|| Protection::new(self.plan, self.lanes))
    }

    /// Every change with where it stands, in the order of the inputs and of the paths.
    pub fn changes(&self) -> &[PlacedChange<'a>] {
        let place = || gate::placed(self.plan, self.lanes, self.protection(), self.input);
        self.changes.get_or_init(place)
    }

    /// Whether each link of the input escapes, or why nobody knows; in their order.
    pub fn escapes(&self) -> &[Result<Option<Escape>, EscapeUnknown>] {
        let find = || gate::escapes(self.plan, self.lanes, self.protection(), self.input);
        self.escapes.get_or_init(find)
    }

    /// Where two tasks changed one path.
    pub fn collisions(&self) -> &Collisions<'a> {
        let find = || gate::collisions(self.lanes, self.order, &self.input.diffs);
        self.collisions.get_or_init(find)
    }

    /// Where changed paths cannot stand together.
    pub fn clashes(&self) -> &PathClashes<'a> {
        self.clashes.get_or_init(|| gate::path_clashes(self.order, self.input))
    }

    /// Where one task renames a folder and another adds files to it.
    pub fn moved(&self) -> &MovedFolders<'a> {
        self.moved.get_or_init(|| {
            gate::moved_folders(self.order, &self.input.diffs, &self.input.folder_renames)
        })
    }

    /// Whether the run is about this task, or about the plan as a whole where there is none: it is
    /// about the tasks whose work is judged.
    pub(crate) fn concerns(&self, task: Option<TaskId>) -> bool {
        task.is_none_or(|task| {
            self.input
                .diffs
                .iter()
                .any(|diff| diff.task == Some(task) && !matches!(diff.work, Work::NoBranch))
        })
    }
}
