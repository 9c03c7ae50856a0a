//! The worker threads: one checks plans, one answers requests.
//!
//! A panic ends the current piece of work, never the thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use crossbeam_channel::{Receiver, Sender};
use gen_lsp_types::PublishDiagnosticsParams;
use lsp_server::{ErrorCode, RequestId, ResponseError};
use serde_json::Value;

use super::snapshot::{PlanKey, Snapshot};
use super::{diagnostics, notice};

/// Enough for deeply nested plans.
const STACK: usize = 16 << 20;

/// The result of a piece of work.
pub(super) enum Event {
    /// A plan was checked.
    Checked { key: PlanKey, diagnostics: Vec<PublishDiagnosticsParams> },
    /// Checking a plan panicked.
    Failed { key: PlanKey, problem: String },
    /// A request was answered.
    Answered { id: RequestId, answer: Answer },
}

/// The answer to a request.
pub(super) type Answer = Result<Value, ResponseError>;

/// A request to answer.
pub(super) struct Job {
    pub(super) id: RequestId,
    pub(super) run: Box<dyn FnOnce() -> Answer + Send>,
}

/// Starts the thread that checks plans.
///
/// Of the snapshots that wait, only the newest of each plan is checked.
pub(super) fn spawn_checker(snapshots: Receiver<Arc<Snapshot>>, events: Sender<Event>) {
    spawn("check", move || {
        while let Ok(first) = snapshots.recv() {
            let mut newest: Vec<Arc<Snapshot>> = Vec::new();
            for snapshot in std::iter::once(first).chain(snapshots.try_iter()) {
                newest.retain(|older| older.key != snapshot.key);
                newest.push(snapshot);
            }
            for snapshot in newest {
                let key = snapshot.key.clone();
                let event = match catch_panic(|| diagnose(&snapshot)) {
                    Ok(diagnostics) => Event::Checked { key, diagnostics },
                    Err(problem) => Event::Failed { key, problem },
                };
                if events.send(event).is_err() {
                    return;
                }
            }
        }
    });
}

/// The diagnostics of a plan and of the files it governs.
fn diagnose(snapshot: &Snapshot) -> Vec<PublishDiagnosticsParams> {
    let mut all = notice::of_files(snapshot);
    if snapshot.is_open() {
        all.extend(diagnostics::of_plan(snapshot));
    }
    all
}

/// Starts the thread that answers requests.
pub(super) fn spawn_responder(jobs: Receiver<Job>, events: Sender<Event>) {
    spawn("answer", move || {
        for Job { id, run } in jobs {
            let answer = catch_panic(run).unwrap_or_else(|problem| {
                Err(error(ErrorCode::InternalError, format!("internal error: {problem}")))
            });
            if events.send(Event::Answered { id, answer }).is_err() {
                return;
            }
        }
    });
}

pub(super) fn error(code: ErrorCode, message: impl Into<String>) -> ResponseError {
    ResponseError { code: code as i32, message: message.into(), data: None }
}

/// Runs `work`; a panic becomes an error with its message.
pub(super) fn catch_panic<T>(threads: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(threads)).map_err(|panic| {
        let message = panic.downcast_ref::<String>().map(String::as_str);
        message.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic").to_owned()
    })
}

fn spawn(name: &str, threads: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().name(name.to_owned()).stack_size(STACK).spawn(threads);
    // A system without a thread to spare cannot run an editor either.
    drop(thread.expect("the server needs two threads"));
}
