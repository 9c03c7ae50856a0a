//! `lanelint gate` as a user runs it, on real repositories: what it reads, whose plan judges, what
//! it says and with which status it ends.

mod allowances;
mod answers;
mod attacks;
mod branches;
mod changes;
mod clashes;
mod collisions;
mod differential;
mod filters;
mod links;
mod merges;
mod moves;
mod patches;
mod plans;
mod signals;
mod sources;
mod surroundings;
mod trees;
mod unclaimed;

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::harness::{TestRepo, assert_harmless, search_path};
use serde_json::Value;

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

/// A call of the gate.
struct Gate {
    command: Command,
    stdin: Vec<u8>,
}

/// What came of a call.
#[derive(Debug)]
struct Answer {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Gate {
    /// In the root of a repository, with nothing of the machine's environment.
    fn of<S: AsRef<OsStr>>(repo: &TestRepo, arguments: &[S]) -> Gate {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lanelint"));
        command
            .current_dir(repo.root())
            .env_clear()
            .env("PATH", search_path())
            .env("HOME", repo.beside("home"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .arg("gate")
            .args(arguments);
        Gate { command, stdin: Vec::new() }
    }

    fn dir(mut self, dir: impl AsRef<Path>) -> Gate {
        self.command.current_dir(dir);
        self
    }

    fn arg(mut self, argument: &str) -> Gate {
        self.command.arg(argument);
        self
    }

    fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Gate {
        self.command.env(name, value);
        self
    }

    fn stdin(mut self, text: impl Into<Vec<u8>>) -> Gate {
        self.stdin = text.into();
        self
    }

    fn run(mut self) -> Answer {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap();
        let mut pipe = child.stdin.take().unwrap();
        // A program that ends before it has read all is judged by its answer.
        let _ = pipe.write_all(&self.stdin);
        drop(pipe);
        let output = child.wait_with_output().unwrap();
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

    fn json(mut self) -> Json {
        self.command.args(["--format", "json"]);
        let answer = self.run();
        let Ok(value) = serde_json::from_str(&answer.stdout) else { panic!("{answer:?}") };
        Json { answer, value }
    }
}

/// Runs the gate in the root of a repository.
fn gate<S: AsRef<OsStr>>(repo: &TestRepo, arguments: &[S]) -> Answer {
    Gate::of(repo, arguments).run()
}

impl Answer {
    #[track_caller]
    fn ends_with(self, status: i32) -> Answer {
        assert_eq!(self.status, Some(status), "{self:#?}");
        self
    }

    /// Whether all of these are said on standard error, one after another.
    #[track_caller]
    fn tells(self, words: &[&str]) -> Answer {
        let mut rest = self.stderr.as_str();
        for word in words {
            let Some((_, behind)) = rest.split_once(word) else {
                panic!("{word:?} is not said: {self:#?}")
            };
            rest = behind;
        }
        self
    }
}

/// An answer in JSON.
struct Json {
    answer: Answer,
    value: Value,
}

impl Json {
    #[track_caller]
    fn ends_with(self, status: i32) -> Json {
        assert_eq!(self.answer.status, Some(status), "{:#?}\n{:#}", self.answer.stderr, self.value);
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

/// A repository with a plan on `main` and a file in each lane.
fn planned(plan: &str) -> TestRepo {
    let repo = TestRepo::new();
    repo.write("lanes.yaml", plan);
    repo.write("lessons/a.json", "1\n");
    repo.write("quizzes/a.json", "1\n");
    repo.commit("the plan");
    repo
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
    let output = repo.try_git(repo.root(), &[&DIFF[..], &[range]].concat());
    assert!(output.status.success());
    output.stdout
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
