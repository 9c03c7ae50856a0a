//! The fewest waves for the tasks of a plan.
//!
//! The tasks of one wave run at the same time; a wave starts when the previous one is merged. A
//! task comes in a later wave than the tasks it needs, and tasks whose lanes overlap are in
//! different waves unless one of them allows it. The submodules only solve the scheduling problem;
//! this module derives it from a plan.

mod bounds;
pub mod constraints;
mod piece;
mod schedule;
mod search;

use std::collections::BTreeMap;

use crate::check::unallowed_overlaps;
use crate::index::TaskId;
use crate::path::RepoPath;
use crate::plan::Plan;
use crate::plan::order::Order;
use constraints::{Constraints, SearchBudget};

/// Plans with more tasks get no edits.
const MAX_TASKS_FOR_EDITS: usize = 300;

/// The most pairs of tasks to separate because of unknown lanes.
const MAX_UNKNOWN_PAIRS: usize = 4_000_000;

/// The tasks of a plan, assigned to waves.
#[derive(Clone, Debug)]
pub struct Waves {
    /// The waves, each with its tasks in plan order.
    pub waves: Vec<Vec<ScheduledTask>>,
    /// A proven lower bound for the number of waves.
    pub at_least: usize,
    /// Edits that would each save a wave.
    pub edits: Vec<PlanEdit>,
    /// Whether every single edit was tried.
    pub all_edits_tried: bool,
    /// The cycles in `needs`; needs within them are ignored.
    pub cycles: Vec<Vec<TaskId>>,
    /// The tasks with unknown lanes: they share no wave with any task that may write.
    pub unknown: Vec<TaskId>,
    /// The pairs of tasks whose overlap is undecided: they are in different waves.
    pub undecided: Vec<(TaskId, TaskId)>,
}

/// A task in a wave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduledTask {
    /// The id of the task.
    pub task: TaskId,
    /// What keeps it out of the previous wave; `None` in the first.
    pub blocker: Option<Blocker>,
}

/// What keeps a task out of the previous wave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocker {
    /// A task in that wave.
    pub task: TaskId,
    /// Why the two cannot share a wave.
    pub reason: Reason,
}

/// Why two tasks cannot share a wave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// One needs the other.
    Needs,
    /// Both may write this path.
    Overlap(RepoPath),
    /// Whether they overlap is undecided.
    Undecided,
    /// The lane of one of them is unknown.
    Unknown,
}

/// A change of the plan that would save a wave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanEdit {
    /// Make the lanes of two tasks disjoint, or allow their overlap.
    Separate {
        /// The two tasks, in plan order.
        tasks: (TaskId, TaskId),
        /// A path that both may write.
        path: RepoPath,
    },
    /// Remove a need.
    DropNeed {
        /// The task that has the need.
        task: TaskId,
        /// The task that it needs.
        need: TaskId,
    },
}

/// Too many tasks of a plan have unknown lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyUnknown(
    /// The number of these tasks.
    pub usize,
);

impl Waves {
    /// Puts the tasks of a plan into as few waves as can be found.
    ///
    /// `files` are the existing files, in byte order: overlaps name one of them if possible.
    ///
    /// # Errors
    /// [`TooManyUnknown`] if most lanes of a large plan are unknown.
    pub fn new(plan: &Plan, files: &[RepoPath]) -> Result<Waves, TooManyUnknown> {
        let needs = plan.needs();
        let edits = plan.tasks.len() <= MAX_TASKS_FOR_EDITS;
        // Dropping a need may make ordered tasks concurrent, so find all overlaps.
        let ordering_needs =
            if edits { vec![Vec::new(); needs.len()].into() } else { needs.clone() };
        let conflicts = Conflicts::new(plan, &Order::from_needs(&ordering_needs), files)?;
        let constraints = Constraints::new(needs, conflicts.reasons.keys().copied().collect());
        let schedule = constraints.schedule(&mut SearchBudget::default());
        let mut waves = Waves {
            waves: vec![Vec::new(); schedule.waves],
            at_least: schedule.at_least,
            edits: Vec::new(),
            all_edits_tried: false,
            cycles: constraints.order().cycles().to_vec(),
            undecided: conflicts.undecided(&constraints),
            unknown: conflicts.unknown,
        };
        for (task, &wave) in schedule.wave.enumerated() {
            let blocker = wave.checked_sub(1).and_then(|before| {
                let in_wave_before = |other: &&TaskId| schedule.wave[**other] == before;
                let needed = constraints.before(task).iter().find(in_wave_before);
                let needed = needed.map(|&task| Blocker { task, reason: Reason::Needs });
                needed.or_else(|| {
                    let other = *constraints.conflicts(task).iter().find(in_wave_before)?;
                    let reason = conflicts.reasons.get(&(task.min(other), task.max(other)))?;
                    Some(Blocker { task: other, reason: reason.clone() })
                })
            });
            waves.waves[wave].push(ScheduledTask { task, blocker });
        }
        if edits && waves.is_optimal() && waves.cycles.is_empty() {
            waves.all_edits_tried = waves.find_edits(plan, &constraints, &conflicts.reasons);
        }
        Ok(waves)
    }

    /// Whether fewer waves are proven impossible.
    #[must_use]
    pub fn is_optimal(&self) -> bool {
        self.waves.len() == self.at_least
    }

    /// Whether no cycle, unknown lane or undecided overlap affects the answer.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.cycles.is_empty() && self.unknown.is_empty() && self.undecided.is_empty()
    }

    /// Tries every edit that could save a wave; false if the budget did not last for all of them.
    fn find_edits(&mut self, plan: &Plan, constraints: &Constraints, reasons: &Reasons) -> bool {
        let Some(fewer) = self.waves.len().checked_sub(1).filter(|&fewer| fewer > 0) else {
            return true;
        };
        let mut budget = SearchBudget::default();
        let mut all = true;
        let mut try_edit =
            |changed: Constraints, edit: PlanEdit| match changed.fits(fewer, &mut budget) {
                Some(true) => self.edits.push(edit),
                Some(false) => {}
                None => all = false,
            };
        for task in constraints.tasks() {
            for &other in constraints.conflicts(task).iter().filter(|&&other| task < other) {
                let tasks = (task, other);
                if let Some(Reason::Overlap(path)) = reasons.get(&tasks) {
                    let edit = PlanEdit::Separate { tasks, path: path.clone() };
                    try_edit(constraints.without_conflict(tasks), edit);
                }
            }
        }
        for task in constraints.tasks() {
            // An order by `wave` is not a single edit.
            let explicit = |need: &&TaskId| plan[task].needs.iter().any(|it| it.value == **need);
            for &need in constraints.before(task).iter().filter(explicit) {
                try_edit(constraints.without_need(task, need), PlanEdit::DropNeed { task, need });
            }
        }
        all
    }
}

/// Pairs of tasks, in plan order, and why they cannot share a wave.
type Reasons = BTreeMap<(TaskId, TaskId), Reason>;

/// The pairs of tasks that cannot share a wave, even without an order between them.
struct Conflicts {
    reasons: Reasons,
    unknown: Vec<TaskId>,
}

impl Conflicts {
    fn new(plan: &Plan, order: &Order, files: &[RepoPath]) -> Result<Conflicts, TooManyUnknown> {
        let tasks = plan.tasks.ids();
        let unknown = |task: &TaskId| plan[*task].unknown || plan[*task].write.is_none();
        let unknown: Vec<TaskId> = tasks.clone().filter(unknown).collect();
        if unknown.len() * plan.tasks.len() > MAX_UNKNOWN_PAIRS {
            return Err(TooManyUnknown(unknown.len()));
        }
        let mut reasons = Reasons::new();
        for overlap in unallowed_overlaps(plan, order, files) {
            let reason = overlap.shared.witness.map_or(Reason::Undecided, Reason::Overlap);
            reasons.insert(overlap.tasks, reason);
        }
        for &task in &unknown {
            for other in tasks.clone() {
                let writes = !plan[other].is_review_only();
                if other != task && writes && order.concurrent(task, other) {
                    reasons.entry((task.min(other), task.max(other))).or_insert(Reason::Unknown);
                }
            }
        }
        Ok(Conflicts { reasons, unknown })
    }

    fn undecided(&self, constraints: &Constraints) -> Vec<(TaskId, TaskId)> {
        let undecided = self.reasons.iter().filter(|(_, reason)| **reason == Reason::Undecided);
        let concurrent =
            |&(one, other): &(TaskId, TaskId)| constraints.order().concurrent(one, other);
        undecided.map(|(pair, _)| *pair).filter(concurrent).collect()
    }
}

#[cfg(test)]
mod tests;
