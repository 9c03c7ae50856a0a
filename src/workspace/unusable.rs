//! What makes a call unusable.

use std::fmt;

use crate::fs::FilesError;
use crate::git::GitError;

/// Why a call cannot be used, so that nothing was looked at: exit status 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
    /// What is wrong, in one line.
    pub problem: String,
    /// What to do next, in one line; may be empty.
    pub help: String,
}

impl Unusable {
    /// A problem, and what to do next.
    #[must_use]
    pub fn new(problem: impl Into<String>, help: impl Into<String>) -> Unusable {
        Unusable { problem: problem.into(), help: help.into() }
    }
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}

impl std::error::Error for Unusable {}

impl From<FilesError> for Unusable {
    fn from(error: FilesError) -> Unusable {
        Unusable::new(error.problem, error.help)
    }
}

impl From<GitError> for Unusable {
    fn from(error: GitError) -> Unusable {
        Unusable::new(error.problem, error.help)
    }
}
