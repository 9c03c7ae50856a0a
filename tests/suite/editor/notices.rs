//! What is said of files that are no plan.

use serde_json::{Value, json};

use super::session::{Session, Shelf, able, code, range};
use crate::harness::TestRepo;

const PLAN: &str = "tasks:\n  a: {write: 'src/**', allow: [{rule: out-of-lane, path: src2/log, reason: r}]}\n  b: {write: [doc/**, gen/x]}\n  c: {write: 'gen/**'}\n  audit: {write: []}\nprotect: .github/**\n";

fn notice(session: &mut Session, path: &str) -> Vec<String> {
    session.open(path, "first\nsecond\n");
    let found = session.findings(path);
    for one in &found {
        assert_eq!((&one["severity"], &one["range"]), (&json!(3), &range((0, 0), (0, 5))), "{one}");
    }
    found
        .iter()
        .map(|one| {
            let message = one["message"].as_str().unwrap();
            format!("{}: {message}", one["code"].as_str().unwrap())
        })
        .collect()
}

#[test]
fn file_outside_the_lane() {
    let shelf = Shelf::with(&[("lanes.yaml", PLAN)]);
    shelf.check_out("a");
    let mut session = Session::new(&shelf);
    assert_eq!(notice(&mut session, "src/x.rs"), [] as [&str; 0]);
    assert_eq!(
        notice(&mut session, "doc/x.md"),
        ["foreign-lane: `doc/x.md` is outside the lane of `a`, and inside that of `b`\n\
          help: ask `b` to change it, or ask to add `doc/x.md` to `write` in `a`, in `lanes.yaml`"]
    );
    let found = notice(&mut session, "gen/x");
    assert!(found[0].contains("inside that of `b` and `c`"), "{found:?}");
    let found = notice(&mut session, "[new].rs");
    assert!(found[0].contains("in no other lane\nhelp: ask to add `\\[new\\].rs`"), "{found:?}");
    let found = notice(&mut session, ".github/x.yml");
    assert!(found[0].contains("protected by `.github/**`"), "{found:?}");
    // What is allowed on purpose the gate lets through.
    assert_eq!(notice(&mut session, "src2/log"), [] as [&str; 0]);
    // Nothing outside of the repository, and no text without a file.
    session.open("/elsewhere/x", "x");
    session.open("untitled:x", "x");
    session.end();
}

#[test]
fn plan_branch_and_settings_changes() {
    let shelf = Shelf::with(&[("lanes.yaml", PLAN)]);
    let mut session = Session::new(&shelf);
    assert_eq!(notice(&mut session, "doc/x"), [] as [&str; 0], "nobody's branch");
    shelf.check_out("a");
    session.tick();
    assert_eq!(session.codes("doc/x"), ["0:0-0:5 foreign-lane"]);
    shelf.check_out("b");
    session.tick();
    assert_eq!(session.findings("doc/x"), [] as [Value; 0]);
    // The plan counts as it is in the editor, not as it is saved.
    session.open("lanes.yaml", PLAN);
    assert_eq!(session.findings("doc/x"), [] as [Value; 0]);
    session.replace("lanes.yaml", &PLAN.replace("doc/**", "docs/**"));
    assert_eq!(session.codes("doc/x"), ["0:0-0:5 out-of-lane"]);
    let set = |settings: Value| json!({"settings": {"lanelint": settings}});
    session.notify("workspace/didChangeConfiguration", set(json!({"notices": false})));
    assert_eq!(session.findings("doc/x"), [] as [Value; 0]);
    session.notify("workspace/didChangeConfiguration", set(json!({"task": "audit"})));
    let found = session.findings("doc/x");
    assert_eq!(code(&found[0]), "0:0-0:5 review-only-write");
    session.notify("workspace/didChangeConfiguration", set(json!({"task": "no-such-task"})));
    assert_eq!(session.findings("doc/x"), [] as [Value; 0]);
    session.end();
}

#[test]
fn branch_of_several_tasks() {
    let plan = "tasks:\n  a: {write: a, branch: both}\n  b: {write: b, branch: both}\n";
    let shelf = Shelf::with(&[("lanes.yaml", plan)]);
    shelf.check_out("both");
    let mut session = Session::new(&shelf);
    assert_eq!(
        notice(&mut session, "a"),
        ["duplicate-branch: several tasks have the branch `both`: `a`, `b`\n\
          help: name the task in the setting `task`, or give each task a `branch` of its own"]
    );
    session.end();
    let mut session = Session::with(&shelf, &able(), &json!({"task": "a"}));
    assert_eq!(notice(&mut session, "a"), [] as [&str; 0]);
    session.end();
}

#[test]
fn task_in_initial_settings() {
    let shelf = Shelf::with(&[(".lanes/all.yaml", PLAN)]);
    let mut session = Session::with(&shelf, &able(), &json!({"task": "a"}));
    let found = notice(&mut session, "doc/x");
    assert!(found[0].contains("in `.lanes/all.yaml`"), "{found:?}");
    // A plan that turns the rule off has nothing to say, and one that is unknown says nothing.
    shelf.write(".lanes/all.yaml", &format!("{PLAN}rules: {{foreign-lane: off}}\n"));
    session.tick();
    assert_eq!(session.findings("doc/x"), [] as [Value; 0]);
    shelf.write(".lanes/all.yaml", "tasks: {a: {}}\n");
    session.tick();
    assert_eq!(session.findings("doc/x"), [] as [Value; 0]);
    session.end();
}

/// A branch that is checked out somewhere else is noticed without a word of the editor.
#[test]
fn moved_head() {
    let repo = TestRepo::new();
    repo.write("lanes.yaml", PLAN);
    repo.write("doc/x", "x\n");
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-q", "-m", "x"]);
    repo.git(&["checkout", "-q", "-b", "a"]);
    let path = repo.path("doc/x");
    let mut session = Session::process(&repo);
    session.open(&path, "x\n");
    assert_eq!(session.codes(&path), ["0:0-0:1 foreign-lane"]);
    repo.git(&["checkout", "-q", "-b", "b"]);
    assert_eq!(session.findings(&path), [] as [Value; 0]);
    // A new file in a new folder has its lane too, and git's own files have none.
    let new = repo.path("new/folder/x");
    session.open(&new, "x\n");
    assert_eq!(session.codes(&new), ["0:0-0:1 out-of-lane"]);
    let message = repo.path(".git/COMMIT_EDITMSG");
    session.open(&message, "x\n");
    assert_eq!(session.findings(&message), [] as [Value; 0]);
    session.end();
}

/// What was said of a text as a file is not taken back from it once it is a plan.
#[test]
fn file_becomes_a_plan() {
    let shelf = Shelf::with(&[("lanes.yaml", PLAN)]);
    shelf.check_out("a");
    let mut session = Session::new(&shelf);
    session.open("lanes.yaml", PLAN);
    session.open("a.yaml", "# not yet\n");
    assert_eq!(session.codes("a.yaml"), ["0:0-0:9 out-of-lane"]);
    session.replace("a.yaml", "tasks: {x: {write: s/**}, y: {write: s/z}}\n");
    assert_eq!(session.codes("a.yaml"), ["0:19-0:23 overlapping-lanes"]);
    // What is judged afterwards takes nothing back.
    session.replace("lanes.yaml", PLAN);
    session.findings("lanes.yaml");
    session.replace("lanes.yaml", PLAN);
    session.findings("lanes.yaml");
    assert!(!session.was_cleared("a.yaml"));
    session.end();
}
