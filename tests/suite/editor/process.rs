//! The program itself, on a real disk and with a real git.

use std::process::Stdio;

use serde_json::Value;

use super::session::Session;
use crate::harness::{Call, TestRepo};

const OVERLAP: &str = "tasks:\n  a: {write: src/**}\n  b: {write: src/x}\n";

#[test]
fn a_session_from_start_to_end() {
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
fn the_editor_shows_what_check_finds() {
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

/// A plan that nobody saved yet has the root, the name and the protection that it will have.
#[test]
fn a_plan_that_is_not_saved_yet_is_judged_as_it_will_be() {
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
fn a_change_of_the_index_is_noticed() {
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
fn the_status_says_whether_the_end_was_in_order() {
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
