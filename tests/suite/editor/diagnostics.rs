//! What is found in a plan while it is written.

use serde_json::{Value, json};

use super::session::{Session, Shelf, able, code, range, uri};

const OVERLAP: &str = "tasks:\n  a: {write: src/**}\n  b: {write: src/x}\n";

#[test]
fn overlap_with_related_location() {
    let mut session = Session::new(&Shelf::with(&[]));
    session.open("lanes.yaml", OVERLAP);
    let (version, all) = session.published("lanes.yaml");
    assert_eq!(version, Some(1));
    let [error, hint] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!(code(error), "1:13-1:19 overlapping-lanes");
    assert_eq!((&error["severity"], &error["source"]), (&json!(1), &json!("lanelint")));
    let message = error["message"].as_str().unwrap();
    assert!(message.starts_with("`a` and `b` may both write `src/x`\nhelp: "), "{message}");
    let other = json!({"uri": uri("lanes.yaml"), "range": range((2, 13), (2, 18))});
    let related = json!([{"location": other, "message": "`b` may write it"}]);
    assert_eq!(error["relatedInformation"], related);
    // Who types in the other lane sees it there, and is led to the first.
    assert_eq!(code(hint), "2:13-2:18 overlapping-lanes");
    assert_eq!(hint["severity"], 4);
    assert_eq!(hint["relatedInformation"][0]["location"]["range"], error["range"]);
    session.end();
}

#[test]
fn severities_and_unnecessary_tags() {
    let mut session = Session::new(&Shelf::with(&[]));
    session.open(
        "lanes.yaml",
        "tasks:\n  a: {write: [src/**, src/x]}\n  b: {write: doc/**, read: src/**, nedds: a}\n",
    );
    let found = session.findings("lanes.yaml");
    let shown: Vec<(String, &Value, &Value)> =
        found.iter().map(|one| (code(one), &one["severity"], &one["tags"])).collect();
    let (none, unnecessary) = (Value::Null, json!([1]));
    assert_eq!(
        shown,
        [
            ("2:35-2:40 invalid-plan".to_owned(), &json!(1), &none),
            ("1:22-1:27 redundant-glob".to_owned(), &json!(2), &unnecessary),
            ("2:27-2:33 read-write-hazard".to_owned(), &json!(3), &none),
        ]
    );
}

/// An editor that says nothing of what it can do gets nothing that it might stumble over.
#[test]
fn minimal_client_capabilities() {
    let mut session = Session::with(&Shelf::with(&[]), &json!({}), &Value::Null);
    session.open("lanes.yaml", "tasks:\n  a: {write: [src/**, src/x]}\n  b: {write: src/x}\n");
    for one in session.findings("lanes.yaml") {
        for name in ["relatedInformation", "tags", "codeDescription"] {
            assert_eq!(one.get(name), None, "{one}");
        }
    }
}

#[test]
fn rule_links() {
    let settings = json!({"rulesUrl": "https://example.org/rules#"});
    let mut session = Session::with(&Shelf::with(&[]), &able(), &settings);
    session.open("lanes.yaml", OVERLAP);
    let found = session.findings("lanes.yaml");
    let href = "https://example.org/rules#overlapping-lanes";
    assert_eq!(found[0]["codeDescription"], json!({ "href": href }));
}

/// The same place in each of the three ways to count columns.
#[test]
fn position_encodings() {
    let text = "tasks:\n  a: {title: 漢😀é, write: src/**}\n  b: {write: src/x}\n";
    for (offered, start, end) in [
        (json!(["utf-8"]), 31, 37),
        (json!(["utf-16"]), 26, 32),
        (json!(["utf-32"]), 25, 31),
        (json!(["utf-32", "utf-16", "utf-8"]), 31, 37),
        (json!(null), 26, 32),
    ] {
        let mut able = able();
        able["general"]["positionEncodings"] = offered.clone();
        let mut session = Session::with(&Shelf::with(&[]), &able, &Value::Null);
        session.open("lanes.yaml", text);
        let expected = format!("1:{start}-1:{end} overlapping-lanes");
        assert_eq!(session.codes("lanes.yaml"), [expected], "{offered}");
        // The column is that of the text before the glob.
        session.edit("lanes.yaml", &range((1, start), (1, end)), "doc/**");
        assert_eq!(session.codes("lanes.yaml"), [] as [&str; 0], "{offered}");
    }
}

/// While a task is half typed, the others keep what was found about them.
#[test]
fn half_typed_task() {
    let mut session = Session::new(&Shelf::with(&[]));
    session.open("lanes.yaml", &format!("{OVERLAP}  c:\n"));
    let overlap = "1:13-1:19 overlapping-lanes".to_owned();
    assert!(session.codes("lanes.yaml").contains(&overlap));
    let mut column = 4;
    for letter in " {write: [src/y, \"a".chars() {
        session.edit("lanes.yaml", &range((3, column), (3, column)), &letter.to_string());
        column += 1;
        let codes = session.codes("lanes.yaml");
        assert!(codes.contains(&overlap), "after {letter:?}: {codes:?}");
    }
    session.edit("lanes.yaml", &range((3, column), (3, column)), "\"]}");
    assert_eq!(session.codes("lanes.yaml").len(), 2);
}

#[test]
fn plan_detection() {
    let shelf = Shelf::with(&[]);
    for path in [
        "lanes.yaml",
        ".lanes.yml",
        ".github/lanes.yaml",
        ".lanes/x.yml",
        "my.yaml",
        "my.json",
        "untitled:Untitled-1",
    ] {
        let mut session = Session::new(&shelf);
        session.open(path, OVERLAP);
        assert_eq!(session.codes(path), ["1:13-1:19 overlapping-lanes"], "{path}");
        session.end();
    }
    let mut session = Session::new(&shelf);
    session.open("Taskfile.yaml", "tasks:\n  build: {cmds: [write src/x]}\n");
    session.open("notes.md", OVERLAP);
    session.open("late.yaml", "# nothing yet\n");
    // Once it says so, it is one, and stays one.
    session.replace("late.yaml", OVERLAP);
    assert_eq!(session.codes("late.yaml"), ["1:13-1:19 overlapping-lanes"]);
    session.replace("late.yaml", "tasks:\n");
    assert_eq!(session.codes("late.yaml"), ["0:5-0:5 invalid-plan"]);
    session.replace("late.yaml", "tasks: {a: }\n");
    assert_eq!(session.codes("late.yaml"), ["0:8-0:9 missing-lane"]);
}

/// The files of a folder are one plan; what is open counts, and a closed file's findings are shown.
#[test]
fn plan_folder() {
    let shelf = Shelf::with(&[
        (".lanes/a.yaml", "tasks: {a: {write: src/**}}\n"),
        (".lanes/b.yaml", "tasks: {b: {write: doc/**}}\n"),
    ]);
    let mut session = Session::new(&shelf);
    session.open(".lanes/b.yaml", "tasks: {b: {write: doc/**}}\n");
    assert_eq!(session.findings(".lanes/b.yaml"), [] as [Value; 0]);
    session.replace(".lanes/b.yaml", "tasks: {b: {write: src/x}}\n");
    let (version, found) = session.published(".lanes/a.yaml");
    assert_eq!((version, code(&found[0])), (None, "0:19-0:25 overlapping-lanes".to_owned()));
    assert_eq!(found[0]["relatedInformation"][0]["location"]["uri"], uri(".lanes/b.yaml"));
    // A file that nobody saved yet is part of it too.
    session.open(".lanes/c.yaml", "tasks: {b: {write: x}}\n");
    assert_eq!(session.codes(".lanes/c.yaml"), ["0:8-0:9 invalid-plan"]);
    session.close(".lanes/c.yaml");
    assert_eq!(session.published(".lanes/c.yaml"), (None, Vec::new()));
    // Without the editor, the disk's text counts, and nothing is shown of a plan that nobody looks at.
    session.close(".lanes/b.yaml");
    assert_eq!(session.published(".lanes/a.yaml"), (None, Vec::new()));
    session.end();
}

/// The plan protects itself, under its own name, as `check` has it.
#[test]
fn plan_inside_a_lane() {
    let mut session = Session::new(&Shelf::with(&[]));
    session.open("lanes.yaml", "tasks: {a: {write: lanes.yaml}}\n");
    assert_eq!(session.codes("lanes.yaml"), ["0:19-0:29 protected-path"]);
}

#[test]
fn allowed_findings_are_hidden() {
    let mut session = Session::new(&Shelf::with(&[]));
    session.open(
        "lanes.yaml",
        "tasks:\n  a: {write: src/**}\n  b: {write: src/x, allow: [{rule: overlapping-lanes, with: a, reason: r}]}\n",
    );
    assert_eq!(session.published("lanes.yaml"), (Some(1), Vec::new()));
}

/// Hostile texts end in findings, and their words reach the editor tamed.
#[test]
fn hostile_texts() {
    let mut session = Session::new(&Shelf::with(&[]));
    session.open("lanes.yaml", "tasks: {a: {write: x}}\n");
    assert_eq!(session.findings("lanes.yaml"), [] as [Value; 0]);
    session.replace("lanes.yaml", "tasks: {a: {write: x}, \"b\\e[31m\": {write: y}}\n");
    let found = session.findings("lanes.yaml");
    assert_eq!(code(&found[0]), "0:23-0:32 invalid-plan");
    assert!(!found[0]["message"].as_str().unwrap().contains('\u{1b}'), "{found:?}");
    session.replace("lanes.yaml", &"[".repeat(100_000));
    assert!(!session.findings("lanes.yaml").is_empty());
    session.replace("lanes.yaml", "");
    assert!(!session.findings("lanes.yaml").is_empty());
    let many: String =
        (0..1_500).map(|task| format!("  t{task}: {{write: ./x{task}}}\n")).collect();
    session.replace("lanes.yaml", &format!("tasks:\n{many}"));
    let found = session.findings("lanes.yaml");
    assert_eq!(found.len(), 1_001, "the rest is told in one");
    assert!(found[1_000]["message"].as_str().unwrap().starts_with("500 more findings"));
    session.end();
}
