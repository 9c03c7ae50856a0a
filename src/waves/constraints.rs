//! Which tasks have to be in earlier waves than others, and which cannot be in one: in numbers.

use crate::plan::order::Order;

/// What holds between tasks that are numbered from 0.
#[derive(Debug)]
pub struct Constraints {
    needs: Vec<Vec<usize>>,
    pairs: Vec<(usize, usize)>,
    order: Order,
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
    apart: Vec<Vec<usize>>,
}

/// The tasks in waves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The wave of each task, from 0. None could be in an earlier one with all others where they
    /// are.
    pub wave: Vec<usize>,
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
    pub fn new(needs: Vec<Vec<usize>>, pairs: Vec<(usize, usize)>) -> Constraints {
        let order = Order::from_needs(&needs);
        let mut before: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
        let mut after = before.clone();
        let mut apart = before.clone();
        for (task, needs) in needs.iter().enumerate() {
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
        for others in &mut apart {
            others.sort_unstable();
            others.dedup();
        }
        Constraints { needs, pairs, order, before, after, apart }
    }

    /// How many tasks there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.needs.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.needs.is_empty()
    }

    /// The order that the needs make.
    #[must_use]
    pub fn order(&self) -> &Order {
        &self.order
    }

    /// The tasks that a task needs itself, in ascending order.
    #[must_use]
    pub fn before(&self, task: usize) -> &[usize] {
        &self.before[task]
    }

    /// The tasks that need a task themselves, in ascending order.
    #[must_use]
    pub fn after(&self, task: usize) -> &[usize] {
        &self.after[task]
    }

    /// The tasks that a task has no order with and cannot be in one wave with, in ascending order.
    #[must_use]
    pub fn apart(&self, task: usize) -> &[usize] {
        &self.apart[task]
    }

    /// The same, but for one pair.
    #[must_use]
    pub fn without_apart(&self, pair: (usize, usize)) -> Constraints {
        let pairs = self.pairs.iter().copied().filter(|other| *other != pair);
        Constraints::new(self.needs.clone(), pairs.collect())
    }

    /// The same, but for one need.
    #[must_use]
    pub fn without_need(&self, task: usize, need: usize) -> Constraints {
        let mut needs = self.needs.clone();
        needs[task].retain(|&other| other != need);
        Constraints::new(needs, self.pairs.clone())
    }
}
