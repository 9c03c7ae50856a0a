//! The two verbs, on a repository: each finds its plan, gathers what it needs, and reports.
//!
//! [`check()`] asks which lanes intersect before the tasks start, [`gate()`] which change is in which
//! lane before it is merged. The judging itself is done by [`crate::check`], in memory.

mod check;
mod gate;

use crate::failure::Failure;
use crate::finding::{Report, Verdict};
use crate::report::shown;

pub use check::{check, files};
pub use gate::{GateRequest, gate};

/// What came of a run.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// What was found.
    pub report: Report,
    /// Set if no task can be read from the plan: then nothing was judged, and the report has only
    /// what is wrong with the plan.
    pub unusable: Option<Failure>,
}

impl Outcome {
    /// A run by the plan of this name.
    #[must_use]
    pub fn new(report: Report, plan_name: &str) -> Outcome {
        let unusable = report.plan.tasks.is_empty().then(|| {
            Failure::new(
                format!("no task can be read from {}", shown(plan_name)),
                "a plan has `tasks:`, and below it the tasks by their ids",
            )
        });
        Outcome { report, unusable }
    }

    /// The exit status of the program: 0 if nothing was found, 1 for an error, 2 if nothing was
    /// judged, 3 if something could not be verified. `deny_warnings` makes a warning an error.
    #[must_use]
    pub fn status(&self, deny_warnings: bool) -> u8 {
        match self.report.verdict(deny_warnings) {
            _ if self.unusable.is_some() => 2,
            Verdict::Clean => 0,
            Verdict::Failed => 1,
            Verdict::Unverified => 3,
        }
    }
}
