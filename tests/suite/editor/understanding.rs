//! Hover, completion, navigation and outline.

use serde_json::{Value, json};

use super::session::{Session, Shelf, able, range, uri};

const PLAN: &str = "\
tasks:
  lessons:
    title: Add lessons
    write: src/content/**
  quizzes:
    write: [src/*/quizzes.json, \"!src/old/**\"]
    needs: []
  integrate:
    needs: [lessons, quizzes]
    write: \"**\"
    allow: [{rule: broad-lane, reason: it comes last}]
share: CHANGELOG.md
rules:
  unmatched-glob: error
";

fn shelf() -> std::sync::Arc<Shelf> {
    Shelf::with(&[
        ("lanes.yaml", PLAN),
        ("README.md", ""),
        ("CHANGELOG.md", ""),
        ("src/content/a.json", ""),
        ("src/content/quizzes.json", ""),
        ("src/content/x/[id].tsx", ""),
        ("src/old/quizzes.json", ""),
    ])
}

fn hover(session: &mut Session, line: u32, character: u32) -> (String, Value) {
    let found = session.ask_at("textDocument/hover", "lanes.yaml", line, character);
    (found["contents"]["value"].as_str().unwrap_or_default().to_owned(), found["range"].clone())
}

#[test]
fn hover_on_glob() {
    let mut session = Session::new(&shelf());
    session.open("lanes.yaml", PLAN);
    let (text, place) = hover(&mut session, 3, 14);
    assert_eq!(place, range((3, 11), (3, 25)));
    assert_eq!(
        text,
        "This glob matches 3 existing files:\n\n\
         - `src/content/a.json`\n- `src/content/quizzes.json`\n- `src/content/x/[id].tsx`\n\n\
         Other tasks that may write some of these paths:\n\n\
         - `quizzes` by `src/*/quizzes.json`, such as `src/content/quizzes.json`\n\
         - `integrate` by `**`, such as `src/content/a.json`; it waits for this task\n"
    );
    let (text, _) = hover(&mut session, 5, 35);
    assert_eq!(text, "This exclusion matches one existing file:\n\n- `src/old/quizzes.json`\n");
    let (text, _) = hover(&mut session, 11, 8);
    assert_eq!(text, "This glob matches one existing file:\n\n- `CHANGELOG.md`\n");
    session.replace("lanes.yaml", "tasks: {a: {write: new/**}, b: {write: x, read: y}}\n");
    let (text, _) = hover(&mut session, 0, 20);
    assert_eq!(
        text,
        "This glob matches no existing file.\n\nNo other task may write any of these paths.\n"
    );
}

#[test]
fn hover_on_task() {
    let mut session = Session::new(&shelf());
    session.open("lanes.yaml", PLAN);
    let expected = "Task `lessons`: `Add lessons`\n\n\
        It may write `src/content/**`, and the shared `CHANGELOG.md`.\n\n\
        It can start in wave 1 of 3.\nIt needs no other task.\nIt is needed by `integrate`.\n";
    // Where it is defined, and where another task names it.
    assert_eq!(hover(&mut session, 1, 4), (expected.to_owned(), range((1, 2), (1, 9))));
    assert_eq!(hover(&mut session, 8, 13), (expected.to_owned(), range((8, 12), (8, 19))));
    let (text, _) = hover(&mut session, 7, 2);
    assert!(text.contains("wave 3 of 3.\nIt needs `lessons` and `quizzes`.\n"), "{text}");
    session.replace("lanes.yaml", "tasks: {a: {}}\n");
    let (text, _) = hover(&mut session, 0, 8);
    assert!(text.contains("Its lane is unknown"), "{text}");
}

#[test]
fn hover_on_rule() {
    let mut session = Session::new(&shelf());
    session.open("lanes.yaml", PLAN);
    for (line, character, rule) in [(13, 4, "unmatched-glob"), (10, 20, "broad-lane")] {
        let (text, _) = hover(&mut session, line, character);
        assert!(text.starts_with(&format!("## `{rule}`\n")), "{text}");
    }
    assert_eq!(session.ask_at("textDocument/hover", "lanes.yaml", 0, 0), Value::Null);
    let mut plain = able();
    plain["textDocument"]["hover"] = json!({});
    for (able, kind) in [(able(), "markdown"), (plain, "plaintext")] {
        let mut session = Session::with(&shelf(), &able, &Value::Null);
        session.open("lanes.yaml", PLAN);
        let found = session.ask_at("textDocument/hover", "lanes.yaml", 1, 4);
        assert_eq!(found["contents"]["kind"], kind);
    }
}

/// What is offered at the end of a text: the labels, and the text with the first one taken.
fn completed(session: &mut Session, text: &str) -> (Vec<String>, String) {
    session.replace("lanes.yaml", text);
    let line = text.matches('\n').count();
    let column = text.len() - text.rfind('\n').map_or(0, |at| at + 1);
    let (line, column) = (u32::try_from(line).unwrap(), u32::try_from(column).unwrap());
    let found = session.ask_at("textDocument/completion", "lanes.yaml", line, column);
    let Some(items) = found["items"].as_array().filter(|items| !items.is_empty()) else {
        return (Vec::new(), text.to_owned());
    };
    let labels = items.iter().map(|item| item["label"].as_str().unwrap().to_owned());
    let edit = &items[0]["textEdit"];
    assert_eq!(edit["range"]["end"], json!({"line": line, "character": column}));
    let start = usize::try_from(edit["range"]["start"]["character"].as_u64().unwrap()).unwrap();
    let kept = text.len() - usize::try_from(column).unwrap() + start;
    let taken = format!("{}{}", &text[..kept], edit["newText"].as_str().unwrap());
    (labels.collect(), taken)
}

#[test]
fn complete_existing_paths() {
    let mut session = Session::new(&shelf());
    session.open("lanes.yaml", "");
    let head = "tasks:\n  a:\n    write:";
    let (labels, taken) = completed(&mut session, &format!("{head} "));
    assert_eq!(labels, ["CHANGELOG.md", "README.md", "lanes.yaml", "src/", "**"]);
    assert_eq!(taken, format!("{head} CHANGELOG.md"));
    for typed in ["src/con", "src/"] {
        let (labels, taken) = completed(&mut session, &format!("{head} {typed}"));
        assert_eq!(labels, ["content/", "old/", "**"]);
        assert_eq!(taken, format!("{head} src/content/"));
    }
    let (labels, taken) = completed(&mut session, &format!("{head} [x, \"!src/o"));
    assert_eq!((labels.len(), taken), (3, format!("{head} [x, \"!src/content/\"")));
    let (labels, _) = completed(&mut session, &format!("{head}\n      - src/*/q"));
    assert_eq!(labels, ["a.json", "quizzes.json", "x/", "**"]);
    // A name that would be a pattern is written as itself.
    let (labels, taken) = completed(&mut session, &format!("{head} src/content/x/"));
    assert_eq!(labels, ["[id].tsx", "**"]);
    assert_eq!(taken, format!("{head} \"src/content/x/\\\\[id\\\\].tsx\""));
    for typed in ["src/**/", "{src,x}/", "/", "nowhere/"] {
        let (labels, _) = completed(&mut session, &format!("{head} {typed}"));
        assert_eq!(labels, [] as [&str; 0], "{typed}");
    }
    for text in ["share: [", "protect:\n  - ", "companions: {", "companions:\n  x: "] {
        assert_eq!(completed(&mut session, text).0.len(), 5, "{text}");
    }
}

#[test]
fn complete_keys_and_values() {
    let mut session = Session::new(&shelf());
    session.open("lanes.yaml", "");
    let (labels, taken) = completed(&mut session, "t");
    assert_eq!(
        labels,
        [
            "base",
            "companions",
            "other-branches",
            "plan-branches",
            "protect",
            "rules",
            "share",
            "tasks"
        ]
    );
    assert_eq!(taken, "base: ");
    let (labels, _) = completed(&mut session, "tasks:\n  a:\n    w");
    assert_eq!(labels, ["allow", "branch", "needs", "read", "title", "wave", "write"]);
    let tasks = "tasks:\n  a: {title: The first, write: x}\n  b/c: {write: y}\n  d:\n    ";
    for text in ["needs: ", "needs: [a, ", "allow: [{with: "] {
        assert_eq!(completed(&mut session, &format!("{tasks}{text}")).0, ["a", "b/c"], "{text}");
    }
    let (labels, _) = completed(&mut session, &format!("{tasks}allow:\n      - r"));
    assert_eq!(labels, ["path", "reason", "rule", "with"]);
    let (labels, _) = completed(&mut session, &format!("{tasks}allow:\n      - rule: "));
    assert!(
        labels.contains(&"overlapping-lanes".to_owned())
            && !labels.contains(&"invalid-plan".to_owned())
    );
    let (labels, taken) = completed(&mut session, "tasks: {a: {write: x}}\nrules:\n  o");
    assert!(labels.contains(&"broad-lane".to_owned()), "{labels:?}");
    assert!(taken.ends_with(": "), "{taken}");
    let (labels, _) = completed(&mut session, "tasks: {a: {write: x}}\nrules:\n  broad-lane: ");
    assert_eq!(labels, ["error", "warning", "note", "off"]);
    for text in ["# t", "tasks:\n  a", "tasks:\n  a:\n    title: x", "base: "] {
        assert_eq!(completed(&mut session, text).0, [] as [&str; 0], "{text}");
    }
}

#[test]
fn definition_references_and_rename() {
    let shelf = Shelf::with(&[(".lanes/b.yaml", "tasks:\n  b: {write: y, needs: a}\n")]);
    let mut session = Session::new(&shelf);
    let text = "tasks:\n  a: {write: x}\n  c: {write: x, needs: [\"a\"], allow: [{rule: overlapping-lanes, with: a, reason: r}]}\n";
    session.open(".lanes/a.yaml", text);
    let place = |file: &str, range: Value| json!({"uri": uri(file), "range": range});
    let own = place(".lanes/a.yaml", range((1, 2), (1, 3)));
    assert_eq!(session.ask_at("textDocument/definition", ".lanes/a.yaml", 2, 25), own);
    let others = [
        place(".lanes/a.yaml", range((2, 24), (2, 27))),
        place(".lanes/a.yaml", range((2, 70), (2, 71))),
        place(".lanes/b.yaml", range((1, 23), (1, 24))),
    ];
    for declaration in [true, false] {
        let params = json!({
            "textDocument": {"uri": uri(".lanes/a.yaml")},
            "position": {"line": 1, "character": 2},
            "context": {"includeDeclaration": declaration},
        });
        let mut expected = others.to_vec();
        if declaration {
            expected.insert(0, own.clone());
        }
        assert_eq!(session.ask("textDocument/references", params), Ok(json!(expected)));
    }
    let offered = session.ask_at("textDocument/prepareRename", ".lanes/a.yaml", 2, 25);
    assert_eq!(offered, json!({"range": range((2, 24), (2, 27)), "placeholder": "a"}));
    let mut rename = |name: &str, line: u32, character: u32| {
        let params = json!({
            "textDocument": {"uri": uri(".lanes/a.yaml")},
            "position": {"line": line, "character": character},
            "newName": name,
        });
        session.ask("textDocument/rename", params)
    };
    let changes = rename("x/y", 1, 2).unwrap();
    let changes = changes["documentChanges"].as_array().unwrap().clone();
    assert_eq!(changes[0]["textDocument"], json!({"uri": uri(".lanes/a.yaml"), "version": 1}));
    let edit = |range: Value, text: &str| json!({"range": range, "newText": text});
    let expected = [
        edit(range((1, 2), (1, 3)), "x/y"),
        edit(range((2, 24), (2, 27)), "\"x/y\""),
        edit(range((2, 70), (2, 71)), "x/y"),
    ];
    assert_eq!(changes[0]["edits"], json!(expected));
    assert_eq!(changes[1]["edits"], json!([edit(range((1, 23), (1, 24)), "x/y")]));
    for (name, words) in
        [("c", "already"), ("a b", "contains ` `"), ("", "empty"), ("x.lock", ".lock")]
    {
        let (number, message) = rename(name, 1, 2).unwrap_err();
        assert!(number == -32803 && message.contains(words), "{name}: {message}");
    }
    assert_eq!(rename("a", 1, 2), Ok(Value::Null), "the name that it has");
    assert!(rename("z", 0, 0).is_err(), "no task is there");
}

#[test]
fn plan_outline() {
    let mut session = Session::new(&shelf());
    session.open("lanes.yaml", PLAN);
    let document = json!({"textDocument": {"uri": uri("lanes.yaml")}});
    let symbols = session.ask("textDocument/documentSymbol", document.clone()).unwrap();
    let names: Vec<&str> =
        symbols.as_array().unwrap().iter().map(|symbol| symbol["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["lessons", "quizzes", "integrate"]);
    assert_eq!(symbols[0]["detail"], "Add lessons");
    assert_eq!(symbols[0]["range"], range((1, 2), (3, 25)));
    assert_eq!(symbols[0]["selectionRange"], range((1, 2), (1, 9)));
    assert_eq!(symbols[1]["children"][1]["name"], "!src/old/**");
    let folds = session.ask("textDocument/foldingRange", document.clone()).unwrap();
    let folds: Vec<(u64, u64)> = folds
        .as_array()
        .unwrap()
        .iter()
        .map(|fold| (fold["startLine"].as_u64().unwrap(), fold["endLine"].as_u64().unwrap()))
        .collect();
    assert_eq!(folds, [(1, 3), (4, 5), (7, 10)]);
    let mut hints = document.clone();
    hints["range"] = range((3, 0), (6, 0));
    let hints = session.ask("textDocument/inlayHint", hints).unwrap();
    let hints: Vec<(String, String)> = hints
        .as_array()
        .unwrap()
        .iter()
        .map(|hint| (hint["position"].to_string(), hint["label"].as_str().unwrap().to_owned()))
        .collect();
    let at = |line: u32, character: u32| json!({"line": line, "character": character}).to_string();
    let expected = [(at(3, 25), "3 files"), (at(5, 30), "2 files"), (at(5, 45), "1 file")];
    assert_eq!(hints, expected.map(|(place, label)| (place, label.to_owned())));
    // An older editor gets a flat list.
    let mut old = able();
    old["textDocument"]["documentSymbol"] = json!({});
    let mut session = Session::with(&shelf(), &old, &Value::Null);
    session.open("lanes.yaml", PLAN);
    let symbols = session.ask("textDocument/documentSymbol", document).unwrap();
    assert_eq!(symbols[2]["location"]["range"]["start"], json!({"line": 7, "character": 2}));
}

/// Half a plan, or none, is no reason to fail.
#[test]
fn incomplete_plans() {
    let mut session = Session::new(&shelf());
    session.open("lanes.yaml", "");
    let whole = format!("{PLAN}# é漢😀\n");
    let ends: Vec<usize> = whole.char_indices().map(|(at, _)| at).collect();
    for end in ends {
        let text = &whole[..end];
        session.replace("lanes.yaml", text);
        let line = u32::try_from(text.matches('\n').count()).unwrap();
        let column = u32::try_from(text.len() - text.rfind('\n').map_or(0, |at| at + 1)).unwrap();
        let place = json!({
            "textDocument": {"uri": uri("lanes.yaml")},
            "position": {"line": line, "character": column},
            "range": range((0, 0), (line, column)),
            "context": {"diagnostics": [], "includeDeclaration": true, "triggerKind": 1},
        });
        for method in [
            "hover",
            "completion",
            "definition",
            "references",
            "prepareRename",
            "documentSymbol",
            "foldingRange",
            "inlayHint",
            "codeAction",
        ] {
            let answer = session.ask(&format!("textDocument/{method}"), place.clone());
            assert!(answer.is_ok(), "{method} after {text:?}: {answer:?}");
        }
    }
    session.end();
}
