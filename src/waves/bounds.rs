//! Lower bounds for the number of waves.

use super::piece::Piece;

/// The most tasks to search for sets of tasks that all need different waves.
const MAX_COMPARED: usize = 4096;

/// From how many tasks this search starts.
const MAX_SEEDS: usize = 64;

/// A lower bound for a piece: from its longest chain of needs, and from sets of tasks that all need
/// different waves, plus the waves required before and after them.
pub(super) fn at_least(piece: &Piece) -> usize {
    let chain =
        (0..piece.len()).map(|task| piece.min_before[task] + piece.min_after[task] + 1).max();
    let chain = chain.unwrap_or(0);
    if piece.len() > MAX_COMPARED {
        return chain;
    }
    let different_waves = different_waves(piece);
    let others =
        |task: &usize| different_waves[*task].iter().map(|word| word.count_ones()).sum::<u32>();
    let mut ranked: Vec<usize> = (0..piece.len()).collect();
    ranked.sort_by_cached_key(|task| std::cmp::Reverse(others(task)));
    let bounds = ranked.iter().take(MAX_SEEDS).map(|&start| {
        let mut tasks = vec![start];
        let mut common = different_waves[start].clone();
        for &task in &ranked {
            if common[task / 64] & (1 << (task % 64)) != 0 {
                tasks.push(task);
                common
                    .iter_mut()
                    .zip(&different_waves[task])
                    .for_each(|(word, other)| *word &= other);
            }
        }
        waves_needed(&mut tasks, piece)
    });
    bounds.max().unwrap_or(0).max(chain)
}

/// For each task, a bit for every other that needs a different wave.
fn different_waves(piece: &Piece) -> Vec<Vec<u64>> {
    let words = piece.len().div_ceil(64);
    let mut different_waves = vec![vec![0u64; words]; piece.len()];
    // First the tasks before each task, directly or through others.
    for &task in &piece.sorted {
        let mut row = std::mem::take(&mut different_waves[task]);
        for &need in &piece.before[task] {
            row[need / 64] |= 1 << (need % 64);
            row.iter_mut().zip(&different_waves[need]).for_each(|(word, more)| *word |= more);
        }
        different_waves[task] = row;
    }
    // Then those after it: of two ordered tasks, the later one has the larger `min_before`.
    for task in 0..piece.len() {
        for other in
            (0..piece.len()).filter(|&other| piece.min_before[other] < piece.min_before[task])
        {
            if different_waves[task][other / 64] & (1 << (other % 64)) != 0 {
                different_waves[other][task / 64] |= 1 << (task % 64);
            }
        }
    }
    for (task, others) in piece.conflicts.iter().enumerate() {
        for &other in others {
            different_waves[task][other / 64] |= 1 << (other % 64);
        }
    }
    different_waves
}

/// A lower bound from tasks that all need different waves.
fn waves_needed(tasks: &mut [usize], piece: &Piece) -> usize {
    tasks.sort_unstable_by_key(|&task| std::cmp::Reverse(piece.min_before[task]));
    let mut min_after = usize::MAX;
    let waves = tasks.iter().enumerate().map(|(index, &task)| {
        min_after = min_after.min(piece.min_after[task]);
        piece.min_before[task] + index + 1 + min_after
    });
    waves.max().unwrap_or(0)
}
