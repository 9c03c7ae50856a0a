//! An error message with help.

use std::error::Error;
use std::fmt;

/// Why there is no result, or only a partial one, worded for users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What is wrong and where, in one line.
    pub problem: String,
    /// What to do next, in one line, with the command if there is one. Can be empty.
    pub help: String,
}

impl Failure {
    /// Builds a failure from its message and help.
    pub fn new(problem: impl Into<String>, help: impl Into<String>) -> Failure {
        Failure { problem: problem.into(), help: help.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}

impl Error for Failure {}
