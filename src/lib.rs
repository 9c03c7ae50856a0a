//! lanelint: a linter for write lanes, the files that each of several parallel tasks may edit.

pub mod finding;
pub mod glob;
pub mod lane;
pub mod path;
pub mod plan;
pub mod repo;
pub mod source;
