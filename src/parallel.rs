//! Parallel work whose results arrive in order.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::mpsc::sync_channel;
use std::thread;

/// With more workers than this, most only wait for their turn to deliver.
const MOST_WORKERS: usize = 8;

/// How many results a worker may queue before it waits, which bounds memory.
const QUEUED_RESULTS: usize = 2;

/// Calls `work` for each of `0..pieces`, in parallel, and passes the results to `take` in order.
///
/// The result does not depend on the number of processors. A piece should take some hundred
/// microseconds, or the threads cost more than they gain.
///
/// # Errors
/// The first error of `take`. Later pieces may have been worked on.
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
                let (sender, receiver) = sync_channel(QUEUED_RESULTS);
                let share = move || {
                    for piece in (first..pieces).step_by(workers) {
                        // After an error of `take`, the receivers are gone.
                        if sender.send(work(piece)).is_err() {
                            break;
                        }
                    }
                };
                scope.spawn(share);
                receiver
            })
            .collect();
        // A missing result means that the worker panicked, which the scope passes on.
        (0..pieces).try_for_each(|piece| results[piece % workers].recv().map_or(Ok(()), &mut take))
    })
}

/// Runs both closures, in parallel if `worth_it`.
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
    fn results_in_order() {
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
    fn join_runs_both() {
        let texts = ["a".to_owned(), "b".to_owned()];
        for worth_it in [false, true] {
            let [one, other] = texts.clone();
            let done = join(worth_it, move || one + "!", || other.len());
            assert_eq!(done, ("a!".to_owned(), 1));
        }
    }

    #[test]
    fn first_error_stops() {
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
