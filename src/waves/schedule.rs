//! Putting tasks into waves.
//!
//! The tasks are taken apart first: those that nothing connects share their waves, and where all of
//! some come before all of others, the waves of the ones follow those of the others. What is left in
//! one piece gets a schedule by greedy colouring and a proof by [`super::bounds`]; where the two do
//! not meet, [`super::search`] looks for what is between them.

use crate::index::{IndexVec, TaskId};
use std::cmp::{Ordering, Reverse};

use super::constraints::{Budget, Constraints, Schedule};
use super::piece::{Numbers, Piece};
use super::{bounds, search};

/// How deep tasks are taken apart.
const DEEPEST: usize = 64;

impl Constraints {
    /// Finds a schedule of few waves: the fewest, as long as the budget lasts, and never more than
    /// giving each task its first possible wave in the order of their numbers.
    #[must_use]
    pub fn schedule(&self, budget: &mut Budget) -> Schedule {
        self.schedule_within(1, budget)
    }

    /// Whether the tasks fit into so many waves; nothing where the budget was not enough to know.
    #[must_use]
    pub fn fits(&self, waves: usize, budget: &mut Budget) -> Option<bool> {
        let tasks = self.tasks().len();
        budget.spend(tasks * tasks)?;
        let found = self.schedule_within(waves, budget);
        match (found.waves <= waves, found.at_least > waves) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        }
    }

    /// As [`Constraints::schedule`]; nobody wants to know whether there are fewer than `enough`.
    fn schedule_within(&self, enough: usize, budget: &mut Budget) -> Schedule {
        let all: Vec<TaskId> = self.tasks().collect();
        let mut numbers = Numbers::new(self);
        let whole = Piece::new(self, &all, &mut numbers);
        let wave = self.tasks().map(|_| 0).collect();
        let seen = self.tasks().map(|_| true).collect();
        let mut solver = Solver { of: self, wave, numbers, seen, budget };
        let at_least = if all.is_empty() { 0 } else { solver.solve(&all, enough, 0).at_least };
        let found = solver.wave;
        // Every task as early as the others allow: then one of the wave before keeps it there.
        let found = whole.greedy(|number| found[all[number]]);
        let first_fit = whole.greedy(|_| 0);
        let wave = if count(&first_fit) < count(&found) { first_fit } else { found };
        Schedule { waves: count(&wave), wave: wave.into(), at_least }
    }
}

/// How many waves tasks are in.
fn count(wave: &[usize]) -> usize {
    wave.iter().max().map_or(0, |last| last + 1)
}

/// What was found out about some of the tasks.
struct Found {
    waves: usize,
    at_least: usize,
}

struct Solver<'a> {
    of: &'a Constraints,
    /// The wave of each task, from the first of its piece on.
    wave: IndexVec<TaskId, usize>,
    numbers: Numbers,
    /// Whether a task was seen while pieces are looked for; all are in between.
    seen: IndexVec<TaskId, bool>,
    budget: &'a mut Budget,
}

impl Solver<'_> {
    fn solve(&mut self, tasks: &[TaskId], enough: usize, depth: usize) -> Found {
        if depth < DEEPEST && tasks.len() > 1 {
            let pieces = self.unconnected(tasks);
            if pieces.len() > 1 {
                let mut found = Found { waves: 0, at_least: 0 };
                for piece in pieces {
                    let of_piece = self.solve(&piece, enough.max(found.at_least), depth + 1);
                    found.waves = found.waves.max(of_piece.waves);
                    found.at_least = found.at_least.max(of_piece.at_least);
                }
                return found;
            }
            let pieces = self.in_a_row(tasks);
            if pieces.len() > 1 {
                let mut found = Found { waves: 0, at_least: 0 };
                for piece in pieces {
                    let of_piece = self.solve(&piece, 1, depth + 1);
                    piece.iter().for_each(|&task| self.wave[task] += found.waves);
                    found.waves += of_piece.waves;
                    found.at_least += of_piece.at_least;
                }
                return found;
            }
        }
        self.solve_piece(tasks, enough)
    }

    /// The pieces that no need and no pair connects, the largest first.
    fn unconnected(&mut self, tasks: &[TaskId]) -> Vec<Vec<TaskId>> {
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
                let others = [self.of.before(task), self.of.after(task), self.of.apart(task)];
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

    /// The pieces of which each comes before the next as a whole.
    fn in_a_row(&mut self, tasks: &[TaskId]) -> Vec<Vec<TaskId>> {
        // What is left of the budget is worth more than this where there are many tasks.
        if self.budget.spend(tasks.len() * tasks.len() / 8).is_none() {
            return Vec::new();
        }
        let order = self.of.order();
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
        let piece = Piece::new(self.of, tasks, &mut self.numbers);
        let mut at_least = bounds::at_least(&piece);
        let behind = |task: usize| Reverse(piece.behind[task]);
        let apart = |task: usize| Reverse(piece.apart[task].len());
        let tries = [
            piece.greedy(|_| 0),
            piece.greedy(|task| (behind(task), apart(task))),
            piece.greedy(|task| (apart(task), behind(task))),
        ];
        let mut best = tries.into_iter().min_by_key(|wave| count(wave)).unwrap_or_default();
        let mut goal = at_least.max(enough);
        while goal < count(&best) {
            match search::schedule(&piece, goal, self.budget) {
                search::Answer::Found(found) => best = found,
                search::Answer::Impossible => {
                    goal += 1;
                    at_least = goal;
                }
                search::Answer::GaveUp => break,
            }
        }
        tasks.iter().zip(&best).for_each(|(&task, &wave)| self.wave[task] = wave);
        Found { waves: count(&best), at_least }
    }
}
