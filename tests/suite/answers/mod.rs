//! The commands that answer a question about a plan and judge nothing, as a user runs them.

mod brief;
mod explain;
mod init;
mod man;
mod schema;
mod waves;
mod who;

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::harness::{TestRepo, assert_harmless, search_path};
use serde_json::Value;

/// What came of a call.
#[derive(Debug)]
struct Answer {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

/// Runs the program in the root of a repository.
fn run<S: AsRef<OsStr>>(repo: &TestRepo, arguments: &[S]) -> Answer {
    run_in(repo.root(), arguments, b"")
}

/// Runs the program in a folder, with a text on standard input and nothing of the machine's
/// environment.
fn run_in<S: AsRef<OsStr>>(dir: &Path, arguments: &[S], input: &[u8]) -> Answer {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lanelint"));
    command
        .current_dir(dir)
        .env_clear()
        .env("PATH", search_path())
        .env("HOME", dir)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    // The answer may fill its pipe before the input is at its end.
    let input = input.to_vec();
    let writer = std::thread::spawn(move || pipe.write_all(&input));
    let output = child.wait_with_output().unwrap();
    // A program that ends before it has read all is judged by its answer.
    let _ = writer.join();
    let answer = Answer {
        status: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    };
    assert!(!answer.stderr.contains("panicked"), "{answer:?}");
    assert_harmless(&answer.stdout);
    assert_harmless(&answer.stderr);
    answer
}

impl Answer {
    /// The standard output of a call that ended with a status.
    #[track_caller]
    fn with(self, status: i32) -> String {
        assert_eq!(self.status, Some(status), "{self:#?}");
        self.stdout
    }

    /// Nothing is on standard output, and these words are on the other.
    #[track_caller]
    fn judges_nothing(self, words: &str) {
        assert_eq!((self.status, self.stdout.as_str()), (Some(2), ""), "{self:#?}");
        self.tells(words);
    }

    /// These words are on standard error.
    #[track_caller]
    fn tells(self, words: &str) -> Answer {
        assert!(self.stderr.contains(words), "{words}: {self:#?}");
        self
    }

    /// The object on standard output.
    #[track_caller]
    fn json(&self) -> Value {
        let Ok(value) = serde_json::from_str(&self.stdout) else { panic!("{self:#?}") };
        value
    }
}

/// A repository with a plan in it.
fn repo(plan: &str) -> TestRepo {
    let repo = TestRepo::new();
    repo.write("lanes.yaml", plan);
    repo
}
