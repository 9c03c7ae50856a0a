//! A linter for write lanes: the files that each of several parallel tasks may edit.
//!
//! A plan says which task may write which files. Before the tasks start, [`run::check()`] reports
//! lanes that overlap, each with a path that both contain. Before their work is merged,
//! [`run::gate()`] reports changes outside of their task's lane. Both locate the plan, and reach
//! the disk and git through a [`workspace::Host`]:
//!
//! ```no_run
//! use std::path::Path;
//!
//! use lanelint::run::{self, GateRequest};
//! use lanelint::workspace::{Disk, Workspace};
//!
//! # fn main() -> Result<(), lanelint::failure::Failure> {
//! let disk = Disk::capture()?;
//! let workspace = Workspace::find(&disk, None, Some(Path::new("path/to/repository")))?;
//! let mut request = GateRequest::default();
//! request.branch = Some("codex/lessons".to_owned());
//! let outcome = run::gate(&workspace, &request)?;
//! for finding in outcome.report.active() {
//!     println!("{}: {}", finding.rule, finding.draft.message);
//! }
//! std::process::exit(outcome.status(false).into());
//! # }
//! ```
//!
//! A plan that is already in memory needs no host:
//!
//! ```
//! use std::sync::Arc;
//!
//! use lanelint::check::check;
//! use lanelint::plan::{self, PlanText};
//!
//! let text = "tasks: {api: {write: src/api/**}, web: {write: src/**}}";
//! let plan = Arc::new(plan::read(vec![PlanText::new("lanes.yaml", text)]));
//! let report = check(&plan, &[], Vec::new());
//! assert_eq!(report.findings[0].rule, "overlapping-lanes");
//! ```

pub mod analysis;
pub mod branches;
pub mod brief;
pub mod change;
pub mod check;
pub mod explain;
pub mod failure;
pub mod finding;
mod fold;
pub mod fs;
pub mod gate;
pub mod git;
pub mod glob;
pub mod hook;
pub mod index;
pub mod lane;
mod level;
pub mod links;
pub mod lsp;
pub mod message;
pub mod overlap;
mod parallel;
pub mod patch;
pub mod path;
pub mod plan;
pub mod plan_vs_files;
pub mod plan_vs_plan;
pub mod report;
pub mod rules;
pub mod run;
pub mod schema;
pub mod source;
pub mod verdicts;
pub mod waves;
pub mod who;
pub mod workspace;
