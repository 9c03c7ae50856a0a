//! `lanelint gate` as a user runs it, on real repositories: what it reads, whose plan judges, what
//! it says and with which status it ends.

mod allowances;
mod answers;
mod attacks;
mod attempts;
mod branches;
mod changes;
mod clashes;
mod clones;
mod collisions;
mod commits;
mod differential;
mod filters;
mod history;
mod links;
mod merges;
mod moves;
mod no_plan;
mod patches;
mod plan_branches;
mod plans;
mod queue;
mod signals;
mod sources;
mod surroundings;
mod trees;
mod unclaimed;
mod verdicts;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::harness::{Answer, Call, TestRepo, planned};

/// The plan of most tests: two tasks that write, one that reviews.
const PLAN: &str = "\
tasks:
  lessons:
    write: lessons/**
  quizzes:
    write: quizzes/**
    branch: work/quizzes
  audit:
    write: []
";

/// The command that the contract gives for a whole list of changes.
const DIFF: [&str; 5] =
    ["diff", "--no-ext-diff", "--no-textconv", "--submodule=short", "--ignore-submodules=none"];

/// Calls of the gate.
struct Gate;

impl Gate {
    /// In the root of a repository.
    fn of<S: AsRef<OsStr>>(repo: &TestRepo, arguments: &[S]) -> Call {
        Call::of(repo, &["gate"]).args(arguments)
    }
}

impl Call {
    /// Runs the call for its answer in JSON.
    #[track_caller]
    fn json(self) -> Json {
        let answer = self.args(&["--format", "json"]).run();
        let value = answer.json();
        Json { answer, value }
    }
}

/// Runs the gate in the root of a repository.
fn gate<S: AsRef<OsStr>>(repo: &TestRepo, arguments: &[S]) -> Answer {
    Gate::of(repo, arguments).run()
}

/// An answer in JSON.
struct Json {
    answer: Answer,
    value: Value,
}

impl Json {
    #[track_caller]
    fn ends_with(self, status: i32) -> Json {
        assert_eq!(self.answer.status, status, "{:#?}\n{:#}", self.answer.stderr, self.value);
        self
    }

    /// The findings as `rule tasks path`, with `-` for no path.
    fn findings(&self) -> Vec<String> {
        let shown = |finding: &Value| {
            let tasks: Vec<&str> = finding["tasks"]
                .as_array()
                .unwrap()
                .iter()
                .map(|id| id.as_str().unwrap())
                .collect();
            let path = finding["path"].as_str().unwrap_or("-");
            format!("{} {} {path}", finding["rule"].as_str().unwrap(), tasks.join("+"))
        };
        self.value["findings"].as_array().unwrap().iter().map(shown).collect()
    }

    #[track_caller]
    fn finds(self, expected: &[&str]) -> Json {
        assert_eq!(self.findings(), expected, "{:#?}\n{:#}", self.answer.stderr, self.value);
        self
    }

    /// The one finding of a rule.
    #[track_caller]
    fn finding(&self, rule: &str) -> &Value {
        let all = self.value["findings"].as_array().unwrap();
        let found: Vec<&Value> = all.iter().filter(|finding| finding["rule"] == rule).collect();
        assert_eq!(found.len(), 1, "{:#}", self.value);
        found[0]
    }

    #[track_caller]
    fn message(&self, rule: &str) -> String {
        let finding = self.finding(rule);
        format!(
            "{}; {}",
            finding["message"].as_str().unwrap(),
            finding["help"].as_str().unwrap_or("")
        )
    }
}

/// Makes a branch from another with these files written on it, and goes back to `main`.
fn branch(repo: &TestRepo, name: &str, from: &str, files: &[(&str, &str)]) -> String {
    repo.git(&["checkout", "-q", "-b", name, from]);
    for (file, content) in files {
        repo.write(file, content);
    }
    let commit = repo.commit(name);
    repo.git(&["checkout", "-q", "main"]);
    commit
}

/// The patch between two commits, by the contract's command.
fn patch(repo: &TestRepo, range: &str) -> Vec<u8> {
    repo.git_bytes(&[&DIFF[..], &[range]].concat())
}

/// Writes a patch beside the repository.
fn patch_file(repo: &TestRepo, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = repo.beside(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// `name=path`, for `--diff`.
fn assigned(id: &str, path: &Path) -> String {
    format!("{id}={}", path.display())
}
