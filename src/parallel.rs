//! Work that every processor takes a share of, and whose results come in order all the same.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::mpsc::sync_channel;
use std::thread;

/// More workers than this wait for each other's results rather than work.
const MOST_WORKERS: usize = 8;

/// How many results a worker may be ahead of whoever takes them: what is made waits in memory.
const AHEAD: usize = 2;

/// Does `work` for each of `0..pieces` and gives the results to `take` in that order.
///
/// Results do not depend on how many processors there are. A piece should be worth a thread's
/// while: some hundred microseconds.
///
/// # Errors
/// The first one of `take`; pieces behind it may have been worked on.
pub(crate) fn in_order<T: Send, E>(
    pieces: usize,
    work: impl Fn(usize) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let workers = workers.min(MOST_WORKERS).min(pieces);
    if workers <= 1 {
        return (0..pieces).try_for_each(|piece| take(work(piece)));
    }
    let work = &work;
    thread::scope(|scope| {
        let results: Vec<_> = (0..workers)
            .map(|first| {
                let (sender, receiver) = sync_channel(AHEAD);
                let share = move || {
                    for piece in (first..pieces).step_by(workers) {
                        // Nobody takes results any more after an error.
                        if sender.send(work(piece)).is_err() {
                            break;
                        }
                    }
                };
                scope.spawn(share);
                receiver
            })
            .collect();
        // Without a result, the worker panicked, and the scope passes that on.
        (0..pieces).try_for_each(|piece| results[piece % workers].recv().map_or(Ok(()), &mut take))
    })
}

/// Does two things, both at once where they are worth a thread's while.
pub(crate) fn join<A: Send, B>(
    worth_it: bool,
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B,
) -> (A, B) {
    if !worth_it || thread::available_parallelism().map_or(1, NonZero::get) == 1 {
        return (one(), other());
    }
    thread::scope(|scope| {
        let thread = scope.spawn(one);
        let other = other();
        (thread.join().unwrap_or_else(|panic| resume_unwind(panic)), other)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order() {
        for pieces in [0, 1, 2, 7, 1_000] {
            let mut taken = Vec::new();
            let ended: Result<(), ()> = in_order(
                pieces,
                |piece| piece * piece,
                |square| {
                    taken.push(square);
                    Ok(())
                },
            );
            let expected: Vec<usize> = (0..pieces).map(|piece| piece * piece).collect();
            assert_eq!((ended, taken), (Ok(()), expected));
        }
    }

    #[test]
    fn two_things_are_both_done() {
        let texts = ["a".to_owned(), "b".to_owned()];
        for worth_it in [false, true] {
            let [one, other] = texts.clone();
            let done = join(worth_it, move || one + "!", || other.len());
            assert_eq!(done, ("a!".to_owned(), 1));
        }
    }

    #[test]
    fn the_first_error_ends_the_work() {
        let mut taken = Vec::new();
        let ended = in_order(
            1_000_000,
            |piece| piece,
            |piece| {
                taken.push(piece);
                if piece == 3 { Err(piece) } else { Ok(()) }
            },
        );
        assert_eq!((ended, taken), (Err(3), vec![0, 1, 2, 3]));
    }
}
