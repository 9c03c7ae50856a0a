//! Whether some tasks fit into a number of waves: all ways are tried, as far as a budget lasts.
//!
//! Each task has the set of waves that are left to it. The task with the fewest is put into each of
//! them in turn; what that leaves to the others is followed through needs and pairs (Brélaz's DSATUR
//! with forward checking).

use super::constraints::Budget;
use super::piece::Piece;

/// The most waves for which the search is made: a set of waves is a word.
const MOST_WAVES: usize = 64;

/// The most tasks: the search goes as deep as there are tasks.
const MOST_TASKS: usize = 512;

pub(super) enum Answer {
    /// The waves of the tasks, in their order.
    Found(Vec<usize>),
    /// There is no such schedule.
    Impossible,
    /// The budget was not enough to know.
    GaveUp,
}

/// Looks for a schedule of `waves` waves.
pub(super) fn schedule(piece: &Piece, waves: usize, budget: &mut Budget) -> Answer {
    if waves > MOST_WAVES || piece.len() > MOST_TASKS {
        return Answer::GaveUp;
    }
    let room = piece.ahead.iter().zip(&piece.behind);
    let left = room.map(|(&ahead, &behind)| from(ahead) & before(waves.saturating_sub(behind)));
    Search { piece, waves, left: left.collect(), undo: Vec::new(), budget }.run()
}

/// The waves from one on.
fn from(wave: usize) -> u64 {
    if wave < MOST_WAVES { u64::MAX << wave } else { 0 }
}

/// The waves before one.
fn before(wave: usize) -> u64 {
    !from(wave)
}

struct Search<'p> {
    piece: &'p Piece,
    waves: usize,
    /// For each task the waves that are left to it.
    left: Vec<u64>,
    /// What was left to tasks before something was tried.
    undo: Vec<(usize, u64)>,
    budget: &'p mut Budget,
}

/// The budget is used up.
struct Exhausted;

impl Search<'_> {
    fn run(mut self) -> Answer {
        // Some may have one wave from the start, and leave less to others.
        let all: Vec<usize> = (0..self.left.len()).collect();
        let answer = match self.follow(all) {
            Ok(true) => self.put_next(),
            other => other,
        };
        match answer {
            Ok(true) => {
                Answer::Found(self.left.iter().map(|left| left.trailing_zeros() as usize).collect())
            }
            Ok(false) => Answer::Impossible,
            Err(Exhausted) => Answer::GaveUp,
        }
    }

    /// Puts the remaining tasks into waves; whether that can be done.
    fn put_next(&mut self) -> Result<bool, Exhausted> {
        let open = (0..self.left.len()).filter(|&task| self.left[task].count_ones() > 1);
        let next = open.min_by_key(|&task| {
            (self.left[task].count_ones(), std::cmp::Reverse(self.piece.apart[task].len()))
        });
        self.spend(self.left.len())?;
        let Some(task) = next else { return Ok(true) };
        let tried = self.left[task] & self.distinct_waves();
        let mut rest = tried;
        while rest != 0 {
            let wave = rest & rest.wrapping_neg();
            rest ^= wave;
            let mark = self.undo.len();
            self.leave(task, wave);
            if self.follow(vec![task])? && self.put_next()? {
                return Ok(true);
            }
            for (task, left) in self.undo.drain(mark..).rev() {
                self.left[task] = left;
            }
        }
        Ok(false)
    }

    /// The waves of which none stands for another: where nothing is needed, all waves that no task
    /// is in yet are alike, and one of them is enough.
    fn distinct_waves(&self) -> u64 {
        if self.piece.before.iter().any(|needs| !needs.is_empty()) {
            return u64::MAX;
        }
        let put = self.left.iter().filter(|left| left.count_ones() == 1);
        let used = put.fold(0, |used, left| used | left);
        let unused = !used & before(self.waves);
        used | (unused & unused.wrapping_neg())
    }

    fn leave(&mut self, task: usize, waves: u64) {
        self.undo.push((task, self.left[task]));
        self.left[task] = waves;
    }

    /// Follows what is left to some tasks to all others; whether something is left to each.
    fn follow(&mut self, mut changed: Vec<usize>) -> Result<bool, Exhausted> {
        while let Some(task) = changed.pop() {
            let left = self.left[task];
            if left == 0 {
                return Ok(false);
            }
            let first = left.trailing_zeros() as usize;
            let last = MOST_WAVES - 1 - left.leading_zeros() as usize;
            let Piece { before: needs, after, apart, .. } = self.piece;
            self.spend(needs[task].len() + after[task].len())?;
            after[task].iter().for_each(|&other| self.narrow(other, from(first + 1), &mut changed));
            needs[task].iter().for_each(|&other| self.narrow(other, before(last), &mut changed));
            if first == last {
                self.spend(apart[task].len())?;
                apart[task].iter().for_each(|&other| self.narrow(other, !left, &mut changed));
            }
        }
        Ok(true)
    }

    fn narrow(&mut self, task: usize, to: u64, changed: &mut Vec<usize>) {
        let left = self.left[task] & to;
        if left != self.left[task] {
            self.leave(task, left);
            changed.push(task);
        }
    }

    fn spend(&mut self, steps: usize) -> Result<(), Exhausted> {
        self.budget.spend(steps).ok_or(Exhausted)
    }
}
