//! The threads beside the one that receives messages: one judges plans, one answers questions.
//!
//! A panic in either ends the piece of work, never the thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use crossbeam_channel::{Receiver, Sender};
use gen_lsp_types::PublishDiagnosticsParams;
use lsp_server::{ErrorCode, RequestId, ResponseError};
use serde_json::Value;

use super::snapshot::{PlanKey, Snapshot};
use super::{diagnostics, notice};

/// Room for plans that nest deeply.
const STACK: usize = 16 << 20;

/// What came of a piece of work.
pub(super) enum Event {
    /// A plan was judged.
    TaskDiff { key: PlanKey, diagnostics: Vec<PublishDiagnosticsParams> },
    /// A plan could not be judged, for the program itself is at fault.
    Failed { key: PlanKey, why: String },
    /// A question was answered.
    Answered { id: RequestId, answer: Answer },
}

/// What is answered to a question.
pub(super) type Answer = Result<Value, ResponseError>;

/// A question, with all that is needed to answer it.
pub(super) struct Question {
    pub(super) id: RequestId,
    pub(super) answer: Box<dyn FnOnce() -> Answer + Send>,
}

/// Starts the thread that judges.
///
/// While one text is judged, newer ones replace each other: of those that wait, only the newest of
/// each plan is looked at.
pub(super) fn judge(snapshots: Receiver<Arc<Snapshot>>, events: Sender<Event>) {
    start("judge", move || {
        while let Ok(first) = snapshots.recv() {
            let mut newest: Vec<Arc<Snapshot>> = Vec::new();
            for snapshot in std::iter::once(first).chain(snapshots.try_iter()) {
                newest.retain(|older| older.key != snapshot.key);
                newest.push(snapshot);
            }
            for snapshot in newest {
                let key = snapshot.key.clone();
                let event = match guarded(|| published(&snapshot)) {
                    Ok(diagnostics) => Event::TaskDiff { key, diagnostics },
                    Err(why) => Event::Failed { key, why },
                };
                if events.send(event).is_err() {
                    return;
                }
            }
        }
    });
}

/// The diagnostics of a plan, and of the other files for which it counts.
fn published(snapshot: &Snapshot) -> Vec<PublishDiagnosticsParams> {
    let mut all = notice::of_files(snapshot);
    if snapshot.is_open() {
        all.extend(diagnostics::of_plan(snapshot));
    }
    all
}

/// Starts the thread that answers.
pub(super) fn answer(questions: Receiver<Question>, events: Sender<Event>) {
    start("answer", move || {
        for Question { id, answer } in questions {
            let answer = guarded(answer).unwrap_or_else(|why| {
                Err(error(ErrorCode::InternalError, format!("lanelint itself is at fault: {why}")))
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

/// Does something; a panic becomes its message.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic").to_owned()
    })
}

fn start(name: &str, work: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().name(name.to_owned()).stack_size(STACK).spawn(work);
    // A system that has no thread to spare will not serve an editor either.
    drop(thread.expect("the server needs two threads"));
}
