//! How many waves it takes at the least.

use super::piece::Piece;

/// The most tasks among which some are looked for that all have to be in different waves.
const MOST_COMPARED: usize = 4096;

/// From how many tasks that search begins.
const STARTS: usize = 64;

/// A number of waves that a piece needs at the least: for its longest chain of needs, or for tasks
/// that all have to be in different waves, with the waves that have to be before and behind them.
pub(super) fn at_least(piece: &Piece) -> usize {
    let chain = (0..piece.len()).map(|task| piece.ahead[task] + piece.behind[task] + 1).max();
    let chain = chain.unwrap_or(0);
    if piece.len() > MOST_COMPARED {
        return chain;
    }
    let differ = differ(piece);
    let others = |task: &usize| differ[*task].iter().map(|word| word.count_ones()).sum::<u32>();
    let mut ranked: Vec<usize> = (0..piece.len()).collect();
    ranked.sort_by_cached_key(|task| std::cmp::Reverse(others(task)));
    let all_differ = ranked.iter().take(STARTS).map(|&start| {
        let mut tasks = vec![start];
        let mut common = differ[start].clone();
        for &task in &ranked {
            if common[task / 64] & (1 << (task % 64)) != 0 {
                tasks.push(task);
                common.iter_mut().zip(&differ[task]).for_each(|(word, other)| *word &= other);
            }
        }
        waves_of(&mut tasks, piece)
    });
    all_differ.max().unwrap_or(0).max(chain)
}

/// For each task a bit for every other that has to be in another wave.
fn differ(piece: &Piece) -> Vec<Vec<u64>> {
    let words = piece.len().div_ceil(64);
    let mut differ = vec![vec![0u64; words]; piece.len()];
    // First what comes before a task, directly or through others.
    for &task in &piece.sorted {
        let mut row = std::mem::take(&mut differ[task]);
        for &need in &piece.before[task] {
            row[need / 64] |= 1 << (need % 64);
            row.iter_mut().zip(&differ[need]).for_each(|(word, more)| *word |= more);
        }
        differ[task] = row;
    }
    // Then what comes after it. Of two tasks that are ordered, the later has more waves ahead.
    for task in 0..piece.len() {
        for other in (0..piece.len()).filter(|&other| piece.ahead[other] < piece.ahead[task]) {
            if differ[task][other / 64] & (1 << (other % 64)) != 0 {
                differ[other][task / 64] |= 1 << (task % 64);
            }
        }
    }
    for (task, others) in piece.apart.iter().enumerate() {
        for &other in others {
            differ[task][other / 64] |= 1 << (other % 64);
        }
    }
    differ
}

/// How many waves it takes for tasks that all have to be in different ones.
fn waves_of(tasks: &mut [usize], piece: &Piece) -> usize {
    tasks.sort_unstable_by_key(|&task| std::cmp::Reverse(piece.ahead[task]));
    let mut behind = usize::MAX;
    let waves = tasks.iter().enumerate().map(|(place, &task)| {
        behind = behind.min(piece.behind[task]);
        piece.ahead[task] + place + 1 + behind
    });
    waves.max().unwrap_or(0)
}
