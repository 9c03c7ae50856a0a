//! Which tasks have to be in earlier waves than others, and which cannot be in one: in numbers.

use crate::index::{IndexVec, TaskId};
use crate::plan::order::Order;

/// What holds between tasks that are numbered from 0.
#[derive(Debug)]
pub struct Constraints {
    needs: IndexVec<TaskId, Vec<TaskId>>,
    pairs: Vec<(TaskId, TaskId)>,
    order: Order,
    before: IndexVec<TaskId, Vec<TaskId>>,
    after: IndexVec<TaskId, Vec<TaskId>>,
    apart: IndexVec<TaskId, Vec<TaskId>>,
}

/// The tasks in waves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The wave of each task, from 0. None could be in an earlier one with all others where they
    /// are.
    pub wave: IndexVec<TaskId, usize>,
    /// How many waves there are.
    pub waves: usize,
    /// How many it takes at the least, proven.
    pub at_least: usize,
}

/// How much work may be put into finding the fewest waves.
#[derive(Clone, Debug)]
pub struct Budget(usize);

impl Default for Budget {
    /// About half a second.
    fn default() -> Budget {
        Budget(60_000_000)
    }
}

impl Budget {
    /// None at all: what is found without trying.
    #[cfg(test)]
    pub(super) fn none() -> Budget {
        Budget(0)
    }

    /// Takes some steps; nothing where they are too many.
    pub(super) fn spend(&mut self, steps: usize) -> Option<()> {
        match self.0.checked_sub(steps) {
            Some(left) => self.0 = left,
            None => self.0 = 0,
        }
        (self.0 > 0).then_some(())
    }
}

impl Constraints {
    /// Takes what each task needs, and pairs of tasks that cannot be in one wave. Pairs that are
    /// ordered anyway may be among them. What is needed along a cycle orders nothing.
    #[must_use]
    pub fn new(needs: IndexVec<TaskId, Vec<TaskId>>, pairs: Vec<(TaskId, TaskId)>) -> Constraints {
        let order = Order::from_needs(&needs);
        let mut before: IndexVec<TaskId, Vec<TaskId>> = vec![Vec::new(); needs.len()].into();
        let mut after = before.clone();
        let mut apart = before.clone();
        for (task, needs) in needs.enumerated() {
            before[task] = needs.clone();
            before[task].retain(|&need| order.comes_after(task, need));
            before[task].sort_unstable();
            before[task].dedup();
            before[task].iter().for_each(|&need| after[need].push(task));
        }
        for &(one, other) in pairs.iter().filter(|(one, other)| order.concurrent(*one, *other)) {
            apart[one].push(other);
            apart[other].push(one);
        }
        for others in apart.iter_mut() {
            others.sort_unstable();
            others.dedup();
        }
        Constraints { needs, pairs, order, before, after, apart }
    }

    /// The tasks.
    pub fn tasks(&self) -> impl ExactSizeIterator<Item = TaskId> + use<> {
        self.needs.ids()
    }

    /// The order that the needs make.
    #[must_use]
    pub fn order(&self) -> &Order {
        &self.order
    }

    /// The tasks that a task needs itself, in ascending order.
    #[must_use]
    pub fn before(&self, task: TaskId) -> &[TaskId] {
        &self.before[task]
    }

    /// The tasks that need a task themselves, in ascending order.
    #[must_use]
    pub fn after(&self, task: TaskId) -> &[TaskId] {
        &self.after[task]
    }

    /// The tasks that a task has no order with and cannot be in one wave with, in ascending order.
    #[must_use]
    pub fn apart(&self, task: TaskId) -> &[TaskId] {
        &self.apart[task]
    }

    /// The same, but for one pair.
    #[must_use]
    pub fn without_apart(&self, pair: (TaskId, TaskId)) -> Constraints {
        let pairs = self.pairs.iter().copied().filter(|other| *other != pair);
        Constraints::new(self.needs.clone(), pairs.collect())
    }

    /// The same, but for one need.
    #[must_use]
    pub fn without_need(&self, task: TaskId, need: TaskId) -> Constraints {
        let mut needs = self.needs.clone();
        needs[task].retain(|&other| other != need);
        Constraints::new(needs, self.pairs.clone())
    }
}
