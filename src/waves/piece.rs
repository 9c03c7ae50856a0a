//! Some of the tasks, renumbered, with the constraints among them.

use crate::index::{IndexVec, TaskId};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::constraints::Constraints;

/// Some of the tasks, renumbered from 0.
#[derive(Debug)]
pub(super) struct Piece {
    /// For each task, those that it needs directly.
    pub(super) before: Vec<Vec<usize>>,
    /// For each task, those that need it directly.
    pub(super) after: Vec<Vec<usize>>,
    /// For each task, the unordered ones that it cannot share a wave with.
    pub(super) conflicts: Vec<Vec<usize>>,
    /// All tasks in topological order.
    pub(super) sorted: Vec<usize>,
    /// For each task, how many waves its needs require before it.
    pub(super) min_before: Vec<usize>,
    /// For each task, how many waves the tasks that need it require after it.
    pub(super) min_after: Vec<usize>,
}

/// Marks a task without an index or a wave.
const UNASSIGNED: usize = usize::MAX;

/// The index of each task in the current piece; reused from piece to piece.
#[derive(Debug)]
pub(super) struct LocalIndexes(IndexVec<TaskId, usize>);

impl LocalIndexes {
    pub(super) fn new(constraints: &Constraints) -> LocalIndexes {
        LocalIndexes(constraints.tasks().map(|_| UNASSIGNED).collect())
    }
}

impl Piece {
    pub(super) fn new(
        constraints: &Constraints,
        tasks: &[TaskId],
        indexes: &mut LocalIndexes,
    ) -> Piece {
        tasks.iter().enumerate().for_each(|(index, &task)| indexes.0[task] = index);
        let inside = |others: &[TaskId]| -> Vec<usize> {
            others
                .iter()
                .map(|&other| indexes.0[other])
                .filter(|&index| index != UNASSIGNED)
                .collect()
        };
        let before: Vec<_> = tasks.iter().map(|&task| inside(constraints.before(task))).collect();
        let after: Vec<_> = tasks.iter().map(|&task| inside(constraints.after(task))).collect();
        let conflicts = tasks.iter().map(|&task| inside(constraints.conflicts(task))).collect();
        tasks.iter().for_each(|&task| indexes.0[task] = UNASSIGNED);
        let sorted = sorted(&before, &after);
        let (mut min_before, mut min_after) = (vec![0; tasks.len()], vec![0; tasks.len()]);
        for &task in &sorted {
            for &other in &after[task] {
                min_before[other] = min_before[other].max(min_before[task] + 1);
            }
        }
        for &task in sorted.iter().rev() {
            for &need in &before[task] {
                min_after[need] = min_after[need].max(min_after[task] + 1);
            }
        }
        Piece { before, after, conflicts, sorted, min_before, min_after }
    }

    pub(super) fn len(&self) -> usize {
        self.before.len()
    }

    /// Gives each task the first free wave: in topological order, then by rank, then by index.
    pub(super) fn greedy<R: Ord>(&self, rank: impl Fn(usize) -> R) -> Vec<usize> {
        let mut wave = vec![UNASSIGNED; self.len()];
        let mut missing: Vec<usize> = self.before.iter().map(Vec::len).collect();
        let ready = (0..self.len()).filter(|&task| missing[task] == 0);
        let mut ready: BinaryHeap<_> = ready.map(|task| Reverse((rank(task), task))).collect();
        // For each wave, the last task that cannot be in it.
        let mut closed_to = Vec::new();
        while let Some(Reverse((_, task))) = ready.pop() {
            let first = self.before[task].iter().map(|&need| wave[need] + 1).max().unwrap_or(0);
            for &other in &self.conflicts[task] {
                if wave[other] != UNASSIGNED {
                    if closed_to.len() <= wave[other] {
                        closed_to.resize(wave[other] + 1, UNASSIGNED);
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

/// Sorts tasks topologically.
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
