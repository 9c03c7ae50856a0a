//! `lanelint hook` as an agent runs it, on real repositories: what it is told, what it answers, and
//! with which status it ends. And the set-ups of `docs/hooks.md`, as they stand there.

mod answers;
mod setups;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::harness::{self, Answer, Call, TestRepo, assert_harmless};

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

/// A call of the hook.
struct Hook {
    call: Call,
    cwd: PathBuf,
}

impl Hook {
    fn of(repo: &TestRepo) -> Hook {
        Hook::in_dir(repo, repo.root())
    }

    /// For an agent that works in a folder, started there.
    fn in_dir(repo: &TestRepo, dir: &Path) -> Hook {
        let call = Call::of(repo, &["hook"]).dir(dir);
        Hook { call, cwd: dir.to_owned() }
    }

    fn arg(mut self, argument: impl AsRef<OsStr>) -> Hook {
        self.call = self.call.arg(argument);
        self
    }

    fn args(mut self, arguments: &[&str]) -> Hook {
        self.call = self.call.args(arguments);
        self
    }

    /// Says another working directory than the one in which the hook is started.
    fn cwd(mut self, cwd: impl Into<PathBuf>) -> Hook {
        self.cwd = cwd.into();
        self
    }

    fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Hook {
        self.call = self.call.env(name, value);
        self
    }

    /// Asks about a file.
    fn write(self, file: &str) -> Answer {
        let call = call(&self.cwd, "Write", json!({"file_path": file, "content": "x"}));
        self.hear(call.to_string().as_bytes())
    }

    /// Gives the hook a text.
    fn hear(self, text: &[u8]) -> Answer {
        self.call.stdin(text).run()
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
        assert_eq!((self.status, self.stderr.as_str()), (0, ""), "{self:?}");
        let value = self.json();
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
        assert_eq!(heard, (0, "", ""));
    }

    /// There is no answer, and that is said.
    #[track_caller]
    fn gives_up(self, words: &str) {
        assert_eq!((self.status, self.stdout.as_str()), (2, ""), "{self:?}");
        assert!(self.stderr.contains(words), "{words:?} is not in {}", self.stderr);
    }
}

/// A repository with the plan, on the branch of `lessons`.
fn planned() -> TestRepo {
    with_plan(PLAN)
}

fn with_plan(plan: &str) -> TestRepo {
    let repo = harness::planned(plan);
    repo.git(&["checkout", "-q", "-b", "lessons"]);
    repo
}
