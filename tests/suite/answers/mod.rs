//! The commands that answer a question about a plan and judge nothing, as a user runs them.

mod brief;
mod explain;
mod init;
mod man;
mod schema;
mod waves;
mod who;

use std::ffi::OsStr;
use std::path::Path;

use crate::harness::{Answer, Call, TestRepo};

/// Runs the program in the root of a repository.
fn run<S: AsRef<OsStr>>(repo: &TestRepo, arguments: &[S]) -> Answer {
    Call::of(repo, arguments).run()
}

/// Runs the program in a folder, with a text on standard input.
fn run_in<S: AsRef<OsStr>>(dir: &Path, arguments: &[S], input: &[u8]) -> Answer {
    Call::in_dir(dir, arguments).stdin(input).run()
}

impl Answer {
    /// The standard output of a call that ended with a status.
    #[track_caller]
    fn with(self, status: i32) -> String {
        self.ends_with(status).stdout
    }
}
