//! The program itself, on a real disk and with a real git.

use std::process::Stdio;

use serde_json::{Value, json};

use super::session::Session;
use crate::harness::{Call, TestRepo};

const OVERLAP: &str = "tasks:\n  a: {write: src/**}\n  b: {write: src/x}\n";

#[test]
fn whole_session() {
    let repo = TestRepo::new();
    repo.write("src/x", "");
    repo.git(&["add", "-A"]);
    let plan = repo.path("lanes.yaml");
    let mut session = Session::process(&repo);
    session.open(&plan, OVERLAP);
    let found = session.findings(&plan);
    let message = found[0]["message"].as_str().unwrap();
    assert!(message.starts_with("`a` and `b` may both write `src/x`, which exists"), "{message}");
    session.end();
}

/// The server and the command line say the same.
#[test]
fn same_findings_as_check() {
    let repo = TestRepo::new();
    for (name, text) in [("src/main.rs", ""), ("doc/a.md", ""), ("gen/x.rs", "")] {
        repo.write(name, text);
    }
    repo.git(&["add", "-A"]);
    let text = "tasks:\n  a: {write: [srcc/**, ./x, doc]}\n  b: {write: '**', read: gen/**, nedds: a}\n  c: {}\nrules: {broad-lane: error}\n";
    repo.write("sub/lanes.yaml", text);
    let output = Call::of(&repo, &["check", "sub/lanes.yaml", "--format", "json"]).output();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut expected: Vec<(String, u64)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let line = finding["labels"][0]["start"]["line"].as_u64().unwrap() - 1;
            (finding["rule"].as_str().unwrap().to_owned(), line)
        })
        .collect();
    let plan = repo.path("sub/lanes.yaml");
    let mut session = Session::process(&repo);
    session.open(&plan, text);
    let mut found: Vec<(String, u64)> = session
        .findings(&plan)
        .iter()
        .map(|one| {
            (
                one["code"].as_str().unwrap().to_owned(),
                one["range"]["start"]["line"].as_u64().unwrap(),
            )
        })
        .collect();
    expected.sort();
    found.sort();
    assert!(found.len() > 6, "{found:?}");
    assert_eq!(found, expected);
    session.end();
}

/// The gate, the hook and the editor give one answer to whose task a branch is.
#[test]
fn branch_of_several_tasks() {
    let repo = TestRepo::new();
    repo.write(
        "lanes.yaml",
        "tasks:\n  a: {write: a, branch: both}\n  b: {branch: both, write: b}\n",
    );
    repo.write("a", "");
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-q", "-m", "x"]);
    repo.git(&["checkout", "-q", "-b", "both"]);
    let shared = "several tasks have the branch `both`: `a`, `b`";
    let refused = |arguments: &[&str], stdin: &str| {
        Call::of(&repo, arguments).stdin(stdin).run().ends_with(2).tells(&[shared, "--task ID"]);
    };
    let call = json!({
        "cwd": repo.root(),
        "hook_event_name": "PreToolUse",
        "tool_name": "Write",
        "tool_input": {"file_path": "a"},
    });
    refused(&["gate", "--worktree"], "");
    refused(&["gate", "--branch=both"], "");
    refused(&["hook"], &call.to_string());
    let mut session = Session::process(&repo);
    session.open(repo.path("a"), "x");
    let found = session.findings(repo.path("a"));
    assert!(found[0]["message"].as_str().unwrap().starts_with(shared), "{found:?}");
    session.end();
}

/// A plan that nobody saved yet has the root, the name and the protection that it will have.
#[test]
fn unsaved_new_plan() {
    let repo = TestRepo::new();
    let mut session = Session::process(&repo);
    for name in ["lanes.yaml", "sub/lanes.yaml", ".lanes/a.yaml"] {
        let plan = repo.path(name);
        session.open(&plan, &format!("tasks:\n  a: {{write: {name}}}\n"));
        let found = session.findings(&plan);
        assert_eq!(found[0]["code"], "protected-path", "{name}: {found:?}");
    }
    session.end();
}

/// What git learns of is noticed without a word of the editor.
#[test]
fn changed_index() {
    let repo = TestRepo::new();
    let plan = repo.path("lanes.yaml");
    repo.write("lanes.yaml", OVERLAP);
    let mut session = Session::process(&repo);
    session.open(&plan, OVERLAP);
    let message = |found: &[Value]| found[0]["message"].as_str().unwrap().to_owned();
    assert!(!message(&session.findings(&plan)).contains("which exists"));
    repo.write("src/x", "");
    repo.git(&["add", "-A"]);
    assert!(message(&session.findings(&plan)).contains("which exists"));
    // What is open counts, not what was saved.
    session.replace(&plan, "tasks:\n  a: {write: src/**}\n  b: {write: doc/**}\n");
    assert_eq!(session.findings(&plan), [] as [Value; 0]);
    session.end();
}

#[test]
fn exit_statuses() {
    let repo = TestRepo::new();
    let mut session = Session::process(&repo);
    session.notify("exit", Value::Null);
    assert_eq!(session.status().code(), Some(1));
    let status = Call::of(&repo, &["lsp", "--stdio"])
        .command()
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(1), "the editor went away");
}
