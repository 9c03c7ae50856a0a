//! What a failure looks like, whoever meets it: a sentence that says what is wrong, and one that
//! says what to do.

use std::error::Error;
use std::fmt;

/// Why an answer could not be given, or not the whole of it, in words for the person who has to act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What is wrong and where, in one line.
    pub problem: String,
    /// What to do next, in one line, with the command if there is one; empty if there is nothing to
    /// add.
    pub help: String,
}

impl Failure {
    /// A failure with its two sentences.
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
