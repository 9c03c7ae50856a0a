//! The fewest waves in which the tasks of a plan can be worked on.
//!
//! The tasks of one wave run beside each other; a wave starts when the one before is merged. A task
//! is in a later wave than those that it needs, and two tasks whose lanes overlap are not in one,
//! unless a task allows it. [`constraints`] and what is below know of numbers only; here the plan's
//! words come in.

mod bounds;
pub mod constraints;
mod piece;
mod schedule;
mod search;

use std::collections::BTreeMap;

use crate::check::unallowed_overlaps;
use crate::index::{IndexVec, TaskId};
use crate::path::RepoPath;
use crate::plan::Plan;
use crate::plan::order::Order;
use constraints::{Budget, Constraints};

/// The most tasks of a plan in which edits are looked for.
const MOST_TASKS_TO_EDIT: usize = 300;

/// The most pairs that lanes of which nothing is known may be kept apart from.
const MOST_UNKNOWN_PAIRS: usize = 4_000_000;

/// The tasks of a plan in waves.
#[derive(Clone, Debug)]
pub struct Waves {
    /// The waves in their order, each with its tasks in the order of the plan.
    pub waves: Vec<Vec<Placed>>,
    /// How many waves it takes at the least, proven.
    pub at_least: usize,
    /// The edits that would save a wave, each by itself.
    pub edits: Vec<Edit>,
    /// Whether every single edit was tried.
    pub all_edits_tried: bool,
    /// The rounds in which `needs` goes; what is needed along them orders nothing.
    pub cycles: Vec<Vec<TaskId>>,
    /// The tasks whose lanes are not known: they are kept apart from all tasks that may write.
    pub unknown: Vec<TaskId>,
    /// The pairs of tasks of which it could not be decided whether they overlap: they are kept apart.
    pub undecided: Vec<(TaskId, TaskId)>,
}

/// A task in its wave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The place of the task in the plan.
    pub task: TaskId,
    /// What keeps it out of the wave before; nothing in the first.
    pub because: Option<Because>,
}

/// What keeps a task out of an earlier wave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Because {
    /// The task in the wave before that does.
    pub other: TaskId,
    /// How.
    pub why: Why,
}

/// What keeps two tasks from being in one wave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The one needs the other.
    Needs,
    /// Both may write this path.
    Overlap(RepoPath),
    /// Nobody could decide whether they overlap.
    Undecided,
    /// The lane of one of them is not known.
    Unknown,
}

/// A change of the plan that would save a wave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// These two share no path any more, or one allows that they do.
    Part {
        /// The two tasks, the earlier in the plan first.
        tasks: (TaskId, TaskId),
        /// A path that both may write.
        path: RepoPath,
    },
    /// The one does not need the other any more.
    Unneed {
        /// The one.
        task: TaskId,
        /// The other.
        need: TaskId,
    },
}

/// The lanes of so many tasks are not known that there are no waves to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyUnknown(
    /// How many.
    pub usize,
);

impl Waves {
    /// Puts the tasks of a plan into as few waves as can be found.
    ///
    /// `files` are those that exist, in byte order: the path that stands for an overlap is one of
    /// them where it can be.
    ///
    /// # Errors
    /// [`TooManyUnknown`] where nearly nothing is known of the lanes of a large plan.
    pub fn new(plan: &Plan, files: &[RepoPath]) -> Result<Waves, TooManyUnknown> {
        let needs = plan.tasks.iter();
        let needs = needs.map(|task| task.needs.iter().map(|need| need.value).collect());
        let needs: IndexVec<TaskId, Vec<TaskId>> = needs.collect();
        let edits = plan.tasks.len() <= MOST_TASKS_TO_EDIT;
        // With a `needs` less, tasks could run at the same time that now do not.
        let looked_at = if edits { vec![Vec::new(); needs.len()].into() } else { needs.clone() };
        let apart = Apart::new(plan, &Order::from_needs(&looked_at), files)?;
        let constraints = Constraints::new(needs, apart.why.keys().copied().collect());
        let schedule = constraints.schedule(&mut Budget::default());
        let mut waves = Waves {
            waves: vec![Vec::new(); schedule.waves],
            at_least: schedule.at_least,
            edits: Vec::new(),
            all_edits_tried: false,
            cycles: constraints.order().cycles().to_vec(),
            undecided: apart.undecided(&constraints),
            unknown: apart.unknown,
        };
        for (task, &wave) in schedule.wave.enumerated() {
            let because = wave.checked_sub(1).and_then(|before| {
                let in_wave_before = |other: &&TaskId| schedule.wave[**other] == before;
                let needed = constraints.before(task).iter().find(in_wave_before);
                let needed = needed.map(|&other| Because { other, why: Why::Needs });
                needed.or_else(|| {
                    let other = *constraints.apart(task).iter().find(in_wave_before)?;
                    let why = apart.why.get(&(task.min(other), task.max(other)))?;
                    Some(Because { other, why: why.clone() })
                })
            });
            waves.waves[wave].push(Placed { task, because });
        }
        if edits && waves.is_fewest() && waves.cycles.is_empty() {
            waves.all_edits_tried = waves.look_for_edits(&constraints, &apart.why);
        }
        Ok(waves)
    }

    /// Whether it is proven that there are no fewer waves.
    #[must_use]
    pub fn is_fewest(&self) -> bool {
        self.waves.len() == self.at_least
    }

    /// Whether nothing kept the answer from being all there is to say.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.cycles.is_empty() && self.unknown.is_empty() && self.undecided.is_empty()
    }

    /// Tries every edit that could save a wave; gives whether there was time for all of them.
    fn look_for_edits(&mut self, constraints: &Constraints, why: &Pairs) -> bool {
        let Some(fewer) = self.waves.len().checked_sub(1).filter(|&fewer| fewer > 0) else {
            return true;
        };
        let mut budget = Budget::default();
        let mut all = true;
        let mut try_edit = |changed: Constraints, edit: Edit| match changed.fits(fewer, &mut budget)
        {
            Some(true) => self.edits.push(edit),
            Some(false) => {}
            None => all = false,
        };
        for task in constraints.tasks() {
            for &other in constraints.apart(task).iter().filter(|&&other| task < other) {
                let tasks = (task, other);
                if let Some(Why::Overlap(path)) = why.get(&tasks) {
                    let edit = Edit::Part { tasks, path: path.clone() };
                    try_edit(constraints.without_apart(tasks), edit);
                }
            }
        }
        for task in constraints.tasks() {
            for &need in constraints.before(task) {
                try_edit(constraints.without_need(task, need), Edit::Unneed { task, need });
            }
        }
        all
    }
}

/// Pairs of tasks, the earlier in the plan first, and what keeps them apart.
type Pairs = BTreeMap<(TaskId, TaskId), Why>;

/// The pairs that have to be kept apart where nothing orders them.
struct Apart {
    why: Pairs,
    unknown: Vec<TaskId>,
}

impl Apart {
    fn new(plan: &Plan, order: &Order, files: &[RepoPath]) -> Result<Apart, TooManyUnknown> {
        let tasks = plan.tasks.ids();
        let unknown = |task: &TaskId| plan[*task].unknown || plan[*task].write.is_none();
        let unknown: Vec<TaskId> = tasks.clone().filter(unknown).collect();
        if unknown.len() * plan.tasks.len() > MOST_UNKNOWN_PAIRS {
            return Err(TooManyUnknown(unknown.len()));
        }
        let mut why = Pairs::new();
        for overlap in unallowed_overlaps(plan, order, files) {
            let reason = overlap.shared.witness.map_or(Why::Undecided, Why::Overlap);
            why.insert(overlap.tasks, reason);
        }
        for &task in &unknown {
            for other in tasks.clone() {
                let writes = !plan[other].is_review_only();
                if other != task && writes && order.concurrent(task, other) {
                    why.entry((task.min(other), task.max(other))).or_insert(Why::Unknown);
                }
            }
        }
        Ok(Apart { why, unknown })
    }

    fn undecided(&self, constraints: &Constraints) -> Vec<(TaskId, TaskId)> {
        let undecided = self.why.iter().filter(|(_, why)| **why == Why::Undecided);
        let concurrent =
            |&(one, other): &(TaskId, TaskId)| constraints.order().concurrent(one, other);
        undecided.map(|(pair, _)| *pair).filter(concurrent).collect()
    }
}

#[cfg(test)]
mod tests;
