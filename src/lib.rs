//! lanelint: a linter for write lanes, the files that each of several parallel tasks may edit.

pub mod analysis;
pub mod brief;
pub mod change;
pub mod check;
pub mod explain;
pub mod finding;
pub mod fold;
pub mod fs;
pub mod gate;
pub mod git;
pub mod glob;
pub mod hook;
pub mod lane;
pub mod level;
pub mod lsp;
pub mod overlap;
mod parallel;
pub mod patch;
pub mod path;
pub mod plan;
pub mod report;
pub mod rules;
pub mod schema;
pub mod source;
pub mod survey;
pub mod waves;
pub mod who;
