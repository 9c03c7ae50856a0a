//! The life of a server: from `initialize` to `exit`, with all that goes wrong in between.

use std::sync::atomic::Ordering;

use lanelint::lsp::SessionEnd;
use serde_json::{Value, json};

use super::session::{Session, Shelf, able, range, uri};

const OVERLAP: &str = "tasks:\n  a: {write: src/**}\n  b: {write: src/x}\n";
const SOUND: &str = "tasks:\n  a: {write: src/**}\n  b: {write: doc/x}\n";

const INVALID_REQUEST: i32 = -32600;
const METHOD_NOT_FOUND: i32 = -32601;
const INVALID_PARAMS: i32 = -32602;
const INTERNAL_ERROR: i32 = -32603;
const NOT_INITIALIZED: i32 = -32002;
const CANCELLED: i32 = -32800;

fn number(answer: &Result<Value, (i32, String)>) -> i32 {
    answer.as_ref().unwrap_err().0
}

#[test]
fn requests_outside_the_session() {
    let shelf = Shelf::with(&[]);
    let mut session = Session::raw(&shelf);
    assert_eq!(number(&session.ask("shutdown", Value::Null)), NOT_INITIALIZED);
    assert_eq!(number(&session.ask("textDocument/hover", json!({}))), NOT_INITIALIZED);
    session.open("lanes.yaml", OVERLAP);
    let answer = session.initialize("/r".as_ref(), &able(), &Value::Null);
    assert_eq!(answer["serverInfo"]["name"], "lanelint");
    assert_eq!(answer["capabilities"]["positionEncoding"], "utf-8");
    assert_eq!(number(&session.ask("initialize", json!({}))), INVALID_REQUEST);
    assert_eq!(session.ask("shutdown", Value::Null), Ok(Value::Null));
    assert_eq!(number(&session.ask("shutdown", Value::Null)), INVALID_REQUEST);
    assert_eq!(number(&session.ask("textDocument/hover", json!({}))), INVALID_REQUEST);
    session.notify("exit", Value::Null);
    assert_eq!(session.ended(), SessionEnd::Orderly);
}

#[test]
fn exit_without_shutdown() {
    let shelf = Shelf::with(&[]);
    let mut before = Session::raw(&shelf);
    before.notify("exit", Value::Null);
    assert_eq!(before.ended(), SessionEnd::Abrupt);
    let mut running = Session::new(&shelf);
    running.notify("exit", Value::Null);
    assert_eq!(running.ended(), SessionEnd::Abrupt);
    let mut gone = Session::new(&shelf);
    gone.hang_up();
    assert_eq!(gone.ended(), SessionEnd::Abrupt);
}

#[test]
fn unknown_and_malformed_messages() {
    let mut session = Session::new(&Shelf::with(&[]));
    assert_eq!(number(&session.ask("textDocument/moniker", json!({}))), METHOD_NOT_FOUND);
    assert_eq!(number(&session.ask("$/strange", json!({}))), METHOD_NOT_FOUND);
    for params in [Value::Null, json!([1]), json!({"textDocument": 7})] {
        assert_eq!(number(&session.ask("textDocument/codeAction", params)), INVALID_PARAMS);
    }
    session.notify("$/strange", json!({}));
    session.notify("textDocument/didOpen", json!({"textDocument": {}}));
    assert!(session.told("window/logMessage")["message"].as_str().unwrap().contains("didOpen"));
    session.notify(
        "textDocument/didChange",
        json!({"textDocument": {"uri": uri("x"), "version": 2}, "contentChanges": []}),
    );
    session.close("never-opened.yaml");
    session.open("lanes.yaml", OVERLAP);
    assert_eq!(session.codes("lanes.yaml").len(), 1);
    session.end();
}

/// A text that is not open, or is no plan, has no actions.
#[test]
fn requests_about_other_texts() {
    let mut session = Session::new(&Shelf::with(&[]));
    session.open("notes.md", "x");
    for path in ["notes.md", "lanes.yaml"] {
        let params = json!({"textDocument": {"uri": uri(path)}, "range": range((0, 0), (0, 0)), "context": {"diagnostics": []}});
        assert_eq!(session.ask("textDocument/codeAction", params), Ok(Value::Null), "{path}");
    }
}

#[test]
fn panic_in_one_request() {
    let shelf = Shelf::with(&[]);
    shelf.broken.store(true, Ordering::SeqCst);
    let mut session = Session::new(&shelf);
    session.open("lanes.yaml", OVERLAP);
    let log = session.told("window/logMessage");
    assert!(log["message"].as_str().unwrap().contains("the shelf is broken"), "{log}");
    let params = json!({"textDocument": {"uri": uri("lanes.yaml")}, "range": range((1, 13), (1, 13)), "context": {"diagnostics": []}});
    let answer = session.ask("textDocument/codeAction", params.clone());
    assert_eq!(number(&answer), INTERNAL_ERROR);
    assert!(answer.unwrap_err().1.contains("the shelf is broken"));
    shelf.broken.store(false, Ordering::SeqCst);
    assert!(
        !session.ask("textDocument/codeAction", params).unwrap().as_array().unwrap().is_empty()
    );
    session.replace("lanes.yaml", SOUND);
    assert_eq!(session.findings("lanes.yaml"), [] as [Value; 0]);
    session.end();
}

/// While one text is judged, newer ones replace each other.
#[test]
fn newest_text_wins() {
    let shelf = Shelf::with(&[]);
    let mut session = Session::new(&shelf);
    let held = shelf.listing.lock().unwrap();
    session.open("lanes.yaml", SOUND);
    for text in [OVERLAP, SOUND, OVERLAP, "tasks: {a: {write: ./x}}\n"] {
        session.replace("lanes.yaml", text);
    }
    // The server has taken in all of it when it answers what comes behind.
    assert_eq!(number(&session.ask("$/strange", json!({}))), METHOD_NOT_FOUND);
    drop(held);
    let mut versions = Vec::new();
    loop {
        let (version, found) = session.published("lanes.yaml");
        versions.extend(version);
        if version == Some(5) {
            assert_eq!(found[0]["code"], "invalid-glob");
            break;
        }
    }
    assert!(versions.len() <= 2, "judged: {versions:?}");
    session.end();
}

#[test]
fn cancelled_request() {
    let shelf = Shelf::with(&[]);
    let mut session = Session::new(&shelf);
    let held = shelf.listing.lock().unwrap();
    session.open("lanes.yaml", OVERLAP);
    let params = json!({"textDocument": {"uri": uri("lanes.yaml")}, "range": range((1, 13), (1, 13)), "context": {"diagnostics": []}});
    let first = session.send("textDocument/codeAction", params.clone());
    let second = session.send("textDocument/codeAction", params);
    session.notify("$/cancelRequest", json!({"id": 3}));
    assert_eq!(number(&session.answer(&second)), CANCELLED);
    drop(held);
    assert!(session.answer(&first).is_ok());
    // Not again, and not what was never asked.
    session.notify("$/cancelRequest", json!({"id": 3}));
    session.notify("$/cancelRequest", json!({"id": "x"}));
    assert_eq!(session.ask("shutdown", Value::Null), Ok(Value::Null));
    assert_eq!(session.left_over_answers(), 0);
}

/// What changes on disk is noticed when the editor tells, when it saves, and when it does neither.
#[test]
fn changes_on_disk() {
    let text = "tasks:\n  a: {write: src/**}\n  b: {write: srcc/x}\n";
    let shelf = Shelf::with(&[("lanes.yaml", text)]);
    let mut session = Session::new(&shelf);
    session.open("lanes.yaml", text);
    let unmatched = |session: &mut Session| {
        let codes = session.codes("lanes.yaml");
        codes.iter().filter(|code| code.contains("unmatched-glob")).count()
    };
    assert_eq!(unmatched(&mut session), 0);
    shelf.write("src/x", "");
    session.save("lanes.yaml");
    assert_eq!(unmatched(&mut session), 1);
    shelf.write("srcc/x", "");
    session.notify("workspace/didChangeWatchedFiles", json!({"changes": []}));
    assert_eq!(unmatched(&mut session), 0);
    shelf.files.lock().unwrap().remove("srcc/x");
    shelf.write("src/y", "");
    session.tick();
    assert_eq!(unmatched(&mut session), 1);
    session.end();
}

#[test]
fn watched_files_registration() {
    let mut session = Session::new(&Shelf::with(&[]));
    let asked = session.told("client/registerCapability");
    let watchers =
        asked["registrations"][0]["registerOptions"]["watchers"].as_array().unwrap().clone();
    for glob in ["**/lanes.yaml", "**/.lanes/*.{yaml,yml,json}", "**/.git/HEAD"] {
        assert!(watchers.contains(&json!({ "globPattern": glob })), "{watchers:?}");
    }
    let mut session = Session::with(&Shelf::with(&[]), &json!({}), &Value::Null);
    assert_eq!(session.ask("shutdown", Value::Null), Ok(Value::Null));
    assert!(!session.was_told("client/registerCapability"));
}

/// A plan that the settings name is one wherever it lies, in each folder of the workspace.
#[test]
fn changed_folders_and_settings() {
    let shelf = Shelf::with(&[("plans/a.yaml", "tasks: {a: {write: src/**}}\n")]);
    let mut session = Session::with(&shelf, &able(), &Value::Null);
    session.open("plans/b.yaml", "tasks: {b: {write: src/x}}\n");
    assert_eq!(session.findings("plans/b.yaml"), [] as [Value; 0]);
    let settings = json!({"settings": {"lanelint": {"plan": "plans"}}});
    session.notify("workspace/didChangeConfiguration", settings);
    assert_eq!(session.published("plans/a.yaml").1[0]["code"], "overlapping-lanes");
    let folder = |path: &str| json!({"uri": uri(path), "name": path});
    let event = json!({"added": [folder("/r/other")], "removed": [folder("/r")]});
    session.notify("workspace/didChangeWorkspaceFolders", json!({ "event": event }));
    assert_eq!(session.published("plans/a.yaml"), (None, Vec::new()));
    session.end();
}
