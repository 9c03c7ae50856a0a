//! Whether tasks fit into a number of waves: an exhaustive search within a budget.
//!
//! The domain of a task is the set of waves it may still be in. The task with the smallest domain
//! is put into each of its waves in turn, and the effect on the others is propagated through needs
//! and conflicts (Brélaz's DSATUR with forward checking).

use super::constraints::SearchBudget;
use super::piece::Piece;

/// The most waves to search for: a set of waves is one word.
const MAX_WAVES: usize = 64;

/// The most tasks: the recursion is as deep as their number.
const MAX_TASKS: usize = 512;

pub(super) enum Outcome {
    /// The wave of each task.
    Found(Vec<usize>),
    /// There is no such schedule.
    Impossible,
    /// The budget was exhausted.
    GaveUp,
}

/// Searches a schedule of `waves` waves.
pub(super) fn schedule(piece: &Piece, waves: usize, budget: &mut SearchBudget) -> Outcome {
    if waves > MAX_WAVES || piece.len() > MAX_TASKS {
        return Outcome::GaveUp;
    }
    let bounds = piece.min_before.iter().zip(&piece.min_after);
    let domains = bounds.map(|(&min_before, &min_after)| {
        waves_from(min_before) & waves_before(waves.saturating_sub(min_after))
    });
    Search { piece, waves, domains: domains.collect(), undo: Vec::new(), budget }.run()
}

/// The set of waves from `wave` on.
fn waves_from(wave: usize) -> u64 {
    if wave < MAX_WAVES { u64::MAX << wave } else { 0 }
}

/// The set of waves before `wave`.
fn waves_before(wave: usize) -> u64 {
    !waves_from(wave)
}

struct Search<'p> {
    piece: &'p Piece,
    waves: usize,
    /// For each task, the waves it may still be in.
    domains: Vec<u64>,
    /// Domains before they changed, for backtracking.
    undo: Vec<(usize, u64)>,
    budget: &'p mut SearchBudget,
}

/// The budget is exhausted.
struct Exhausted;

impl Search<'_> {
    fn run(mut self) -> Outcome {
        // Some domains may have only one wave from the start.
        let all: Vec<usize> = (0..self.domains.len()).collect();
        let answer = match self.propagate(all) {
            Ok(true) => self.assign_next(),
            other => other,
        };
        match answer {
            Ok(true) => Outcome::Found(
                self.domains.iter().map(|domain| domain.trailing_zeros() as usize).collect(),
            ),
            Ok(false) => Outcome::Impossible,
            Err(Exhausted) => Outcome::GaveUp,
        }
    }

    /// Assigns the remaining tasks; false if that is impossible.
    fn assign_next(&mut self) -> Result<bool, Exhausted> {
        let open = (0..self.domains.len()).filter(|&task| self.domains[task].count_ones() > 1);
        let next = open.min_by_key(|&task| {
            (self.domains[task].count_ones(), std::cmp::Reverse(self.piece.conflicts[task].len()))
        });
        self.spend(self.domains.len())?;
        let Some(task) = next else { return Ok(true) };
        let mut rest = self.domains[task] & self.distinct_waves();
        while rest != 0 {
            let wave = rest & rest.wrapping_neg();
            rest ^= wave;
            let mark = self.undo.len();
            self.set_domain(task, wave);
            if self.propagate(vec![task])? && self.assign_next()? {
                return Ok(true);
            }
            for (task, domain) in self.undo.drain(mark..).rev() {
                self.domains[task] = domain;
            }
        }
        Ok(false)
    }

    /// The waves worth trying: without needs, all empty waves are equivalent, and one is enough.
    fn distinct_waves(&self) -> u64 {
        if self.piece.before.iter().any(|needs| !needs.is_empty()) {
            return u64::MAX;
        }
        let assigned = self.domains.iter().filter(|domain| domain.count_ones() == 1);
        let used = assigned.fold(0, |used, domain| used | domain);
        let unused = !used & waves_before(self.waves);
        used | (unused & unused.wrapping_neg())
    }

    fn set_domain(&mut self, task: usize, waves: u64) {
        self.undo.push((task, self.domains[task]));
        self.domains[task] = waves;
    }

    /// Propagates changed domains to all other tasks; false if a domain becomes empty.
    fn propagate(&mut self, mut changed: Vec<usize>) -> Result<bool, Exhausted> {
        while let Some(task) = changed.pop() {
            let domain = self.domains[task];
            if domain == 0 {
                return Ok(false);
            }
            let first = domain.trailing_zeros() as usize;
            let last = MAX_WAVES - 1 - domain.leading_zeros() as usize;
            let Piece { before: needs, after, conflicts, .. } = self.piece;
            self.spend(needs[task].len() + after[task].len())?;
            after[task]
                .iter()
                .for_each(|&other| self.restrict(other, waves_from(first + 1), &mut changed));
            needs[task]
                .iter()
                .for_each(|&other| self.restrict(other, waves_before(last), &mut changed));
            if first == last {
                self.spend(conflicts[task].len())?;
                conflicts[task]
                    .iter()
                    .for_each(|&other| self.restrict(other, !domain, &mut changed));
            }
        }
        Ok(true)
    }

    fn restrict(&mut self, task: usize, to: u64, changed: &mut Vec<usize>) {
        let domain = self.domains[task] & to;
        if domain != self.domains[task] {
            self.set_domain(task, domain);
            changed.push(task);
        }
    }

    fn spend(&mut self, steps: usize) -> Result<(), Exhausted> {
        self.budget.spend(steps).ok_or(Exhausted)
    }
}
