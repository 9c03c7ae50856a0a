//! Putting tasks into waves.
//!
//! The tasks are divided into pieces first: unconnected pieces share their waves, and pieces that
//! follow one another as a whole get consecutive waves. Each remaining piece gets a schedule by
//! greedy colouring and a lower bound from [`super::bounds`]; if the two differ, [`super::search`]
//! tries to close the gap.

use crate::index::{IndexVec, TaskId};
use std::cmp::{Ordering, Reverse};

use super::constraints::{Constraints, Schedule, SearchBudget};
use super::piece::{LocalIndexes, Piece};
use super::{bounds, search};

/// How deep pieces are divided.
const MAX_DEPTH: usize = 64;

impl Constraints {
    /// Finds a schedule with the fewest waves if the budget lasts, and never more than giving each
    /// task its first possible wave in plan order.
    #[must_use]
    pub fn schedule(&self, budget: &mut SearchBudget) -> Schedule {
        self.schedule_within(1, budget)
    }

    /// Whether the tasks fit into this many waves; `None` if the budget was exhausted.
    #[must_use]
    pub fn fits(&self, waves: usize, budget: &mut SearchBudget) -> Option<bool> {
        let tasks = self.tasks().len();
        budget.spend(tasks * tasks)?;
        let found = self.schedule_within(waves, budget);
        match (found.waves <= waves, found.at_least > waves) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        }
    }

    /// As [`Constraints::schedule`], but stops at `enough` waves.
    fn schedule_within(&self, enough: usize, budget: &mut SearchBudget) -> Schedule {
        let all: Vec<TaskId> = self.tasks().collect();
        let mut indexes = LocalIndexes::new(self);
        let whole = Piece::new(self, &all, &mut indexes);
        let wave = self.tasks().map(|_| 0).collect();
        let seen = self.tasks().map(|_| true).collect();
        let mut solver = Solver { constraints: self, wave, indexes, seen, budget };
        let at_least = if all.is_empty() { 0 } else { solver.solve(&all, enough, 0).at_least };
        let found = solver.wave;
        // Move every task as early as possible, so that one in the wave before blocks it.
        let found = whole.greedy(|index| found[all[index]]);
        let first_fit = whole.greedy(|_| 0);
        let wave = if count(&first_fit) < count(&found) { first_fit } else { found };
        Schedule { waves: count(&wave), wave: wave.into(), at_least }
    }
}

/// The number of waves.
fn count(wave: &[usize]) -> usize {
    wave.iter().max().map_or(0, |last| last + 1)
}

/// The result for some of the tasks.
struct Found {
    waves: usize,
    at_least: usize,
}

struct Solver<'a> {
    constraints: &'a Constraints,
    /// The wave of each task, relative to the first of its piece.
    wave: IndexVec<TaskId, usize>,
    indexes: LocalIndexes,
    /// Whether [`Solver::components`] has visited a task; all true between calls.
    seen: IndexVec<TaskId, bool>,
    budget: &'a mut SearchBudget,
}

impl Solver<'_> {
    fn solve(&mut self, tasks: &[TaskId], enough: usize, depth: usize) -> Found {
        if depth < MAX_DEPTH && tasks.len() > 1 {
            let pieces = self.components(tasks);
            if pieces.len() > 1 {
                let mut found = Found { waves: 0, at_least: 0 };
                for piece in pieces {
                    let result = self.solve(&piece, enough.max(found.at_least), depth + 1);
                    found.waves = found.waves.max(result.waves);
                    found.at_least = found.at_least.max(result.at_least);
                }
                return found;
            }
            let pieces = self.series(tasks);
            if pieces.len() > 1 {
                let mut found = Found { waves: 0, at_least: 0 };
                for piece in pieces {
                    let result = self.solve(&piece, 1, depth + 1);
                    piece.iter().for_each(|&task| self.wave[task] += found.waves);
                    found.waves += result.waves;
                    found.at_least += result.at_least;
                }
                return found;
            }
        }
        self.solve_piece(tasks, enough)
    }

    /// The pieces that no need or conflict connects, the largest first.
    fn components(&mut self, tasks: &[TaskId]) -> Vec<Vec<TaskId>> {
        let seen = &mut self.seen;
        tasks.iter().for_each(|&task| seen[task] = false);
        let mut pieces = Vec::new();
        for &start in tasks {
            if std::mem::replace(&mut seen[start], true) {
                continue;
            }
            let mut piece = vec![start];
            let mut next = 0;
            while let Some(&task) = piece.get(next) {
                let others = [
                    self.constraints.before(task),
                    self.constraints.after(task),
                    self.constraints.conflicts(task),
                ];
                for &other in others.into_iter().flatten() {
                    if !std::mem::replace(&mut seen[other], true) {
                        piece.push(other);
                    }
                }
                next += 1;
            }
            piece.sort_unstable();
            pieces.push(piece);
        }
        pieces.sort_by_key(|piece| Reverse(piece.len()));
        pieces
    }

    /// The pieces that follow one another as a whole, in order.
    fn series(&mut self, tasks: &[TaskId]) -> Vec<Vec<TaskId>> {
        // With many tasks, keep the budget for the search.
        if self.budget.spend(tasks.len() * tasks.len() / 8).is_none() {
            return Vec::new();
        }
        let order = self.constraints.order();
        let mut left = tasks.to_vec();
        let mut pieces: Vec<Vec<TaskId>> = Vec::new();
        while let Some(start) = left.pop() {
            let mut piece = vec![start];
            let mut next = 0;
            while let Some(&task) = piece.get(next) {
                left.retain(|&other| {
                    let concurrent = order.concurrent(task, other);
                    if concurrent {
                        piece.push(other);
                    }
                    !concurrent
                });
                next += 1;
            }
            piece.sort_unstable();
            pieces.push(piece);
        }
        pieces.sort_by(|one, other| {
            if order.comes_after(other[0], one[0]) { Ordering::Less } else { Ordering::Greater }
        });
        pieces
    }

    fn solve_piece(&mut self, tasks: &[TaskId], enough: usize) -> Found {
        let piece = Piece::new(self.constraints, tasks, &mut self.indexes);
        let mut at_least = bounds::at_least(&piece);
        let min_after = |task: usize| Reverse(piece.min_after[task]);
        let conflicts = |task: usize| Reverse(piece.conflicts[task].len());
        let tries = [
            piece.greedy(|_| 0),
            piece.greedy(|task| (min_after(task), conflicts(task))),
            piece.greedy(|task| (conflicts(task), min_after(task))),
        ];
        let mut best = tries.into_iter().min_by_key(|wave| count(wave)).unwrap_or_default();
        let mut goal = at_least.max(enough);
        while goal < count(&best) {
            match search::schedule(&piece, goal, self.budget) {
                search::Outcome::Found(found) => best = found,
                search::Outcome::Impossible => {
                    goal += 1;
                    at_least = goal;
                }
                search::Outcome::GaveUp => break,
            }
        }
        tasks.iter().zip(&best).for_each(|(&task, &wave)| self.wave[task] = wave);
        Found { waves: count(&best), at_least }
    }
}
