//! `lanelint hook` as an agent runs it, on real repositories: what it is told, what it answers, and
//! with which status it ends. And the set-ups of `docs/hooks.md`, as they stand there.

mod answers;
mod setups;

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::harness::{TestRepo, assert_harmless, search_path};
use serde_json::{Value, json};

const PLAN: &str = "\
tasks:
  lessons:
    write: [lessons/**, '!lessons/old/**', vendor/part]
    allow: [{rule: out-of-lane, path: 'docs/*.md', reason: notes may go there}]
  quizzes:
    write: quizzes/**
    branch: work/quizzes
  audit:
    write: []
  broken:
    write: 'a**b'
protect: .github/**
share: CHANGELOG.md
";

/// What came of a call.
#[derive(Debug)]
struct Answer {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

/// A call of the hook.
struct Hook {
    command: Command,
    cwd: PathBuf,
}

impl Hook {
    fn of(repo: &TestRepo) -> Hook {
        Hook::in_dir(repo, repo.root())
    }

    /// For an agent that works in a folder, started there.
    fn in_dir(repo: &TestRepo, dir: &Path) -> Hook {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lanelint"));
        command
            .current_dir(dir)
            .env_clear()
            .env("PATH", search_path())
            .env("HOME", repo.beside("home"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .arg("hook");
        Hook { command, cwd: dir.to_owned() }
    }

    fn arg(mut self, argument: impl AsRef<OsStr>) -> Hook {
        self.command.arg(argument);
        self
    }

    fn args(mut self, arguments: &[&str]) -> Hook {
        self.command.args(arguments);
        self
    }

    /// Says another working directory than the one in which the hook is started.
    fn cwd(mut self, cwd: impl Into<PathBuf>) -> Hook {
        self.cwd = cwd.into();
        self
    }

    fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Hook {
        self.command.env(name, value);
        self
    }

    /// Asks about a file.
    fn write(self, file: &str) -> Answer {
        let call = call(&self.cwd, "Write", json!({"file_path": file, "content": "x"}));
        self.hear(call.to_string().as_bytes())
    }

    /// Gives the hook a text.
    fn hear(mut self, text: &[u8]) -> Answer {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap();
        let mut pipe = child.stdin.take().unwrap();
        // A program that ends before it has read all is judged by its answer.
        let _ = pipe.write_all(text);
        drop(pipe);
        let output = child.wait_with_output().unwrap();
        let answer = Answer {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(!answer.stderr.contains("panicked"), "{answer:?}");
        assert_harmless(answer.stdout.trim_end());
        assert_harmless(&answer.stderr);
        answer
    }
}

fn call(cwd: &Path, tool: &str, input: Value) -> Value {
    let mut call = json!({
        "session_id": "abc",
        "transcript_path": "/nowhere/session.jsonl",
        "cwd": cwd.to_str().unwrap(),
        "permission_mode": "default",
        "hook_event_name": "PreToolUse",
        "tool_name": tool,
        "tool_use_id": "toolu_1",
    });
    call["tool_input"] = input;
    call
}

impl Answer {
    /// The decision and its reason, of an answer that was given.
    #[track_caller]
    fn said(&self) -> (String, String) {
        assert_eq!((self.status, self.stderr.as_str()), (Some(0), ""), "{self:?}");
        let Ok(value) = serde_json::from_str::<Value>(&self.stdout) else { panic!("{self:?}") };
        let output = &value["hookSpecificOutput"];
        assert_eq!(output["hookEventName"], "PreToolUse", "{value}");
        let text = |key: &str| output[key].as_str().unwrap().to_owned();
        (text("permissionDecision"), text("permissionDecisionReason"))
    }

    #[track_caller]
    fn allows(self) {
        assert_eq!(self.said().0, "allow", "{self:?}");
    }

    /// The write is denied, in a reason that holds all of these words.
    #[track_caller]
    fn denies(self, words: &[&str]) {
        let (decision, reason) = self.said();
        assert_eq!(decision, "deny", "{self:?}");
        for word in words {
            assert!(reason.contains(word), "{word:?} is not in {reason:?}");
        }
        assert_harmless(&reason);
        assert!(reason.len() < 12_000, "{} bytes", reason.len());
    }

    #[track_caller]
    fn says_nothing(self) {
        let heard = (self.status, self.stdout.as_str(), self.stderr.as_str());
        assert_eq!(heard, (Some(0), "", ""));
    }

    /// There is no answer, and that is said.
    #[track_caller]
    fn gives_up(self, words: &str) {
        assert_eq!((self.status, self.stdout.as_str()), (Some(2), ""), "{self:?}");
        assert!(self.stderr.contains(words), "{words:?} is not in {}", self.stderr);
    }
}

/// A repository with the plan, on the branch of `lessons`.
fn planned() -> TestRepo {
    with_plan(PLAN)
}

fn with_plan(plan: &str) -> TestRepo {
    let repo = TestRepo::new();
    repo.write("lanes.yaml", plan);
    repo.write("lessons/a.json", "1\n");
    repo.write("quizzes/a.json", "1\n");
    repo.commit("the plan");
    repo.git(&["checkout", "-q", "-b", "lessons"]);
    repo
}
