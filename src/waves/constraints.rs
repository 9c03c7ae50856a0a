//! Which tasks need an earlier wave than others, and which cannot share one.

use crate::index::{IndexVec, TaskId};
use crate::plan::order::Order;

/// The needs and conflicts of the tasks of a plan.
#[derive(Debug)]
pub struct Constraints {
    needs: IndexVec<TaskId, Vec<TaskId>>,
    pairs: Vec<(TaskId, TaskId)>,
    order: Order,
    before: IndexVec<TaskId, Vec<TaskId>>,
    after: IndexVec<TaskId, Vec<TaskId>>,
    conflicts: IndexVec<TaskId, Vec<TaskId>>,
}

/// An assignment of tasks to waves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The wave of each task, from 0. No single task could move to an earlier one.
    pub wave: IndexVec<TaskId, usize>,
    /// The number of waves.
    pub waves: usize,
    /// A proven lower bound for the number of waves.
    pub at_least: usize,
}

/// The steps left for finding the fewest waves.
#[derive(Clone, Debug)]
pub struct SearchBudget(usize);

impl Default for SearchBudget {
    /// About half a second.
    fn default() -> SearchBudget {
        SearchBudget(60_000_000)
    }
}

impl SearchBudget {
    /// No search at all.
    #[cfg(test)]
    pub(super) fn none() -> SearchBudget {
        SearchBudget(0)
    }

    /// Spends some steps; `None` if the budget is exhausted.
    pub(super) fn spend(&mut self, steps: usize) -> Option<()> {
        match self.0.checked_sub(steps) {
            Some(left) => self.0 = left,
            None => self.0 = 0,
        }
        (self.0 > 0).then_some(())
    }
}

impl Constraints {
    /// `needs` lists the needs of each task, `pairs` the tasks that cannot share a wave. Pairs may
    /// include ordered tasks. Needs within a cycle are ignored.
    #[must_use]
    pub fn new(needs: IndexVec<TaskId, Vec<TaskId>>, pairs: Vec<(TaskId, TaskId)>) -> Constraints {
        let order = Order::from_needs(&needs);
        let mut before: IndexVec<TaskId, Vec<TaskId>> = vec![Vec::new(); needs.len()].into();
        let mut after = before.clone();
        let mut conflicts = before.clone();
        for (task, needs) in needs.enumerated() {
            before[task] = needs.clone();
            before[task].retain(|&need| order.comes_after(task, need));
            before[task].sort_unstable();
            before[task].dedup();
            before[task].iter().for_each(|&need| after[need].push(task));
        }
        for &(one, other) in pairs.iter().filter(|(one, other)| order.concurrent(*one, *other)) {
            conflicts[one].push(other);
            conflicts[other].push(one);
        }
        for others in conflicts.iter_mut() {
            others.sort_unstable();
            others.dedup();
        }
        Constraints { needs, pairs, order, before, after, conflicts }
    }

    /// The ids of all tasks.
    pub fn tasks(&self) -> impl ExactSizeIterator<Item = TaskId> + use<> {
        self.needs.ids()
    }

    /// The order defined by the needs.
    #[must_use]
    pub fn order(&self) -> &Order {
        &self.order
    }

    /// The tasks that a task needs directly, in ascending order.
    #[must_use]
    pub fn before(&self, task: TaskId) -> &[TaskId] {
        &self.before[task]
    }

    /// The tasks that need a task directly, in ascending order.
    #[must_use]
    pub fn after(&self, task: TaskId) -> &[TaskId] {
        &self.after[task]
    }

    /// The concurrent tasks that a task cannot share a wave with, in ascending order.
    #[must_use]
    pub fn conflicts(&self, task: TaskId) -> &[TaskId] {
        &self.conflicts[task]
    }

    /// A copy without one pair.
    #[must_use]
    pub fn without_conflict(&self, pair: (TaskId, TaskId)) -> Constraints {
        let pairs = self.pairs.iter().copied().filter(|other| *other != pair);
        Constraints::new(self.needs.clone(), pairs.collect())
    }

    /// A copy without one need.
    #[must_use]
    pub fn without_need(&self, task: TaskId, need: TaskId) -> Constraints {
        let mut needs = self.needs.clone();
        needs[task].retain(|&other| other != need);
        Constraints::new(needs, self.pairs.clone())
    }
}
