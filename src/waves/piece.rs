//! Some of the tasks, numbered anew, with what holds among them.

use crate::index::{IndexVec, TaskId};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::constraints::Constraints;

/// Some of the tasks, numbered from 0 in their order.
#[derive(Debug)]
pub(super) struct Piece {
    /// For each, those that it needs itself.
    pub(super) before: Vec<Vec<usize>>,
    /// For each, those that need it themselves.
    pub(super) after: Vec<Vec<usize>>,
    /// For each, those that nothing orders it with and that it cannot be in one wave with.
    pub(super) apart: Vec<Vec<usize>>,
    /// All of them, each behind those that it needs.
    pub(super) sorted: Vec<usize>,
    /// For each, how many waves have to come before it for what it needs.
    pub(super) ahead: Vec<usize>,
    /// For each, how many waves have to come after it for what needs it.
    pub(super) behind: Vec<usize>,
}

/// Where no number is.
const NONE: usize = usize::MAX;

/// The numbers of tasks in a piece, for one piece after another.
#[derive(Debug)]
pub(super) struct Numbers(IndexVec<TaskId, usize>);

impl Numbers {
    pub(super) fn new(of: &Constraints) -> Numbers {
        Numbers(of.tasks().map(|_| NONE).collect())
    }
}

impl Piece {
    pub(super) fn new(of: &Constraints, tasks: &[TaskId], numbers: &mut Numbers) -> Piece {
        tasks.iter().enumerate().for_each(|(number, &task)| numbers.0[task] = number);
        let inside = |others: &[TaskId]| -> Vec<usize> {
            others.iter().map(|&other| numbers.0[other]).filter(|&number| number != NONE).collect()
        };
        let before: Vec<_> = tasks.iter().map(|&task| inside(of.before(task))).collect();
        let after: Vec<_> = tasks.iter().map(|&task| inside(of.after(task))).collect();
        let apart = tasks.iter().map(|&task| inside(of.apart(task))).collect();
        tasks.iter().for_each(|&task| numbers.0[task] = NONE);
        let sorted = sorted(&before, &after);
        let (mut ahead, mut behind) = (vec![0; tasks.len()], vec![0; tasks.len()]);
        for &task in &sorted {
            for &other in &after[task] {
                ahead[other] = ahead[other].max(ahead[task] + 1);
            }
        }
        for &task in sorted.iter().rev() {
            for &need in &before[task] {
                behind[need] = behind[need].max(behind[task] + 1);
            }
        }
        Piece { before, after, apart, sorted, ahead, behind }
    }

    pub(super) fn len(&self) -> usize {
        self.before.len()
    }

    /// Gives each task the first wave that those before leave to it: needs first, then by rank, then
    /// by number.
    pub(super) fn greedy<R: Ord>(&self, rank: impl Fn(usize) -> R) -> Vec<usize> {
        let mut wave = vec![NONE; self.len()];
        let mut missing: Vec<usize> = self.before.iter().map(Vec::len).collect();
        let ready = (0..self.len()).filter(|&task| missing[task] == 0);
        let mut ready: BinaryHeap<_> = ready.map(|task| Reverse((rank(task), task))).collect();
        // The last task that each wave was found to be closed to.
        let mut closed_to = Vec::new();
        while let Some(Reverse((_, task))) = ready.pop() {
            let first = self.before[task].iter().map(|&need| wave[need] + 1).max().unwrap_or(0);
            for &other in &self.apart[task] {
                if wave[other] != NONE {
                    if closed_to.len() <= wave[other] {
                        closed_to.resize(wave[other] + 1, NONE);
                    }
                    closed_to[wave[other]] = task;
                }
            }
            let closed = closed_to.iter().skip(first).take_while(|&&closed| closed == task).count();
            wave[task] = first + closed;
            for &other in &self.after[task] {
                missing[other] -= 1;
                if missing[other] == 0 {
                    ready.push(Reverse((rank(other), other)));
                }
            }
        }
        wave
    }
}

/// Tasks in an order in which each is behind those that it needs.
fn sorted(before: &[Vec<usize>], after: &[Vec<usize>]) -> Vec<usize> {
    let mut missing: Vec<usize> = before.iter().map(Vec::len).collect();
    let mut sorted: Vec<usize> = (0..before.len()).filter(|&task| missing[task] == 0).collect();
    let mut next = 0;
    while let Some(&task) = sorted.get(next) {
        next += 1;
        for &other in &after[task] {
            missing[other] -= 1;
            if missing[other] == 0 {
                sorted.push(other);
            }
        }
    }
    sorted
}
