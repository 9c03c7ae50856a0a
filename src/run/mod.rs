//! `check` and `gate` on a repository: find the plan, gather what the rules need, and run them.
//!
//! [`check()`] finds intersecting lanes before the tasks start, [`gate()`] finds changes outside
//! their lanes before they are merged. The rules themselves run in memory, in [`crate::check`].

mod check;
mod gate;

use crate::failure::Failure;
use crate::finding::{Report, Verdict};
use crate::plan::Plan;
use crate::report::shown;

pub use check::{check, check_against, files};
pub use gate::{GateRequest, gate};

/// The result of a run.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// The findings.
    pub report: Report,
    /// Set if the plan has no readable task. The report then has only the problems of the plan.
    pub unusable: Option<Failure>,
}

/// Why a plan is of no use: it has no readable task.
fn no_tasks(plan: &Plan, name: &str) -> Option<Failure> {
    plan.tasks.is_empty().then(|| {
        Failure::new(
            format!("no task can be read from {}", shown(name)),
            "list the tasks under `tasks:`, each under its id",
        )
    })
}

impl Outcome {
    /// The result for the plan of this name.
    #[must_use]
    pub fn new(report: Report, plan_name: &str) -> Outcome {
        let unusable = no_tasks(&report.plan, plan_name);
        Outcome { report, unusable }
    }

    /// The exit status: 0 without errors, 1 with errors, 2 if the plan is unusable, 3 if something
    /// could not be verified. `deny_warnings` counts warnings as errors.
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
