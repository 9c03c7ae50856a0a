//! Code actions: what can be done about a finding.

use lanelint::glob::Budget;
use lanelint::index::TaskId;
use lanelint::plan::{PlanText, read};
use serde_json::{Value, json};

use super::session::{Session, Shelf, able, range, uri};

const OVERLAP: &str = "tasks:\n  a: {write: src/**}\n  b: {write: src/x}\n";

fn titles(actions: &[Value]) -> Vec<&str> {
    actions.iter().map(|action| action["title"].as_str().unwrap()).collect()
}

/// A text after the edits of an action, as an editor makes them: each names the text before all.
fn applied(text: &str, action: &Value) -> String {
    let edits = match &action["edit"]["documentChanges"] {
        Value::Null => action["edit"]["changes"].as_object().unwrap().values().next().unwrap(),
        changes => &changes[0]["edits"],
    };
    let lines: Vec<usize> =
        std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let byte = |at: &Value| {
        let of = |name: &str| usize::try_from(at[name].as_u64().unwrap()).unwrap();
        lines[of("line")] + of("character")
    };
    let mut edits: Vec<(usize, usize, &str)> = edits
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| {
            let range = &edit["range"];
            (byte(&range["start"]), byte(&range["end"]), edit["newText"].as_str().unwrap())
        })
        .collect();
    edits.sort_unstable();
    let mut text = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        text.replace_range(start..end, new);
    }
    text
}

#[test]
fn choices_at_both_overlap_ends() {
    let mut session = Session::new(&Shelf::with(&[]));
    session.open("lanes.yaml", OVERLAP);
    for (version, line) in [(1, 1), (7, 2)] {
        let actions =
            session.actions("lanes.yaml", &range((line, 14), (line, 14)), Some("quickfix"));
        assert_eq!(
            titles(&actions),
            [
                "exclude `src/x` from `a`",
                "add `src/x` to `share`",
                "add `needs: a` to `b`",
                "add `needs: b` to `a`",
                "allow it in `a`, with a reason",
            ]
        );
        let made: Vec<String> = actions.iter().map(|action| applied(OVERLAP, action)).collect();
        assert_eq!(made[0], "tasks:\n  a: {write: [src/**, \"!src/x\"]}\n  b: {write: src/x}\n");
        assert!(made[4].contains("reason: say why this is fine"), "{}", made[4]);
        for action in &actions {
            assert_eq!(action["kind"], "quickfix");
            assert_eq!(action["isPreferred"], false, "a person has to choose");
            assert_eq!(action["diagnostics"][0]["code"], "overlapping-lanes");
            let document = json!({"uri": uri("lanes.yaml"), "version": version});
            assert_eq!(action["edit"]["documentChanges"][0]["textDocument"], document);
        }
        // Each of them ends the overlap.
        for text in made {
            session.replace("lanes.yaml", &text);
            assert_eq!(session.codes("lanes.yaml"), [] as [&str; 0], "{text}");
        }
        session.replace("lanes.yaml", OVERLAP);
    }
    assert_eq!(session.actions("lanes.yaml", &range((0, 0), (0, 0)), None), [] as [Value; 0]);
}

#[test]
fn preferred_and_fix_all() {
    let text = "tasks:\n  a: {write: [*.rs, ./src/**]} # é\n  b: {write: [!./x/**, doc/**]}\n";
    let fixed = "tasks:\n  a: {write: [\"*.rs\", src/**]} # é\n  b: {write: [doc/**]}\n";
    let mut session = Session::new(&Shelf::with(&[]));
    session.open("lanes.yaml", text);
    let at = range((1, 16), (1, 16));
    let actions = session.actions("lanes.yaml", &at, Some("quickfix"));
    assert_eq!(titles(&actions), ["quote it"]);
    assert_eq!(actions[0]["isPreferred"], true);
    for only in ["source.fixAll", "source.fixAll.lanelint", "source"] {
        let actions = session.actions("lanes.yaml", &range((0, 0), (0, 0)), Some(only));
        assert_eq!(titles(&actions), ["apply all safe fixes"], "{only}");
        assert_eq!(actions[0]["kind"], "source.fixAll.lanelint");
        assert_eq!(applied(text, &actions[0]), fixed);
    }
    session.replace("lanes.yaml", fixed);
    assert_eq!(session.actions("lanes.yaml", &at, Some("source.fixAll")), [] as [Value; 0]);
    assert_eq!(session.actions("lanes.yaml", &at, Some("refactor")), [] as [Value; 0]);
}

/// What no rule offers an edit for can still be accepted, with a reason.
#[test]
fn allow_action() {
    let text = "tasks:\n  a: {write: src/**}\n  b: {write: doc/**, read: src/x}\n";
    let mut session = Session::new(&Shelf::with(&[]));
    session.open("lanes.yaml", text);
    assert_eq!(session.codes("lanes.yaml"), ["2:27-2:32 read-write-hazard"]);
    let actions = session.actions("lanes.yaml", &range((2, 28), (2, 28)), Some("quickfix"));
    let allow =
        actions.iter().find(|action| action["title"].as_str().unwrap().starts_with("allow"));
    let allowed = applied(text, allow.unwrap());
    assert!(
        allowed.contains("{rule: read-write-hazard, with: a, reason: say why this is fine}"),
        "{allowed}"
    );
    session.replace("lanes.yaml", &allowed);
    assert_eq!(session.codes("lanes.yaml"), [] as [&str; 0]);
    // A fixed rule cannot be allowed.
    session.replace("lanes.yaml", "tasks:\n  a: {title: x}\n");
    let actions = session.actions("lanes.yaml", &range((1, 2), (1, 2)), None);
    assert_eq!(titles(&actions), ["set `write: []` in `a`"]);
}

/// An editor without versioned edits gets plain ones.
#[test]
fn edits_without_versions() {
    let mut able = able();
    able["workspace"] = json!({});
    let mut session = Session::with(&Shelf::with(&[]), &able, &Value::Null);
    session.open("lanes.yaml", OVERLAP);
    let actions = session.actions("lanes.yaml", &range((1, 14), (1, 14)), None);
    assert_eq!(actions[0]["edit"].get("documentChanges"), None);
    let changed = applied(OVERLAP, &actions[0]);
    assert_eq!(changed, "tasks:\n  a: {write: [src/**, \"!src/x\"]}\n  b: {write: src/x}\n");
}

/// In a plan folder an edit goes to the file in which the task is, with the version of what is open.
#[test]
fn edit_in_plan_folder() {
    let shelf = Shelf::with(&[(".lanes/a.yaml", "tasks: {a: {write: src/**}}\n")]);
    let mut session = Session::new(&shelf);
    session.open(".lanes/b.yaml", "tasks: {b: {write: src/x}}\n");
    let actions = session.actions(".lanes/b.yaml", &range((0, 19), (0, 24)), None);
    let documents: Vec<&Value> = actions
        .iter()
        .map(|action| &action["edit"]["documentChanges"][0]["textDocument"])
        .collect();
    assert_eq!(documents[0], &json!({"uri": uri(".lanes/a.yaml"), "version": null}));
    assert!(documents.contains(&&json!({"uri": uri(".lanes/b.yaml"), "version": 1})));
}

/// A preferred edit, done alone, and all of them at once leave each lane the paths that it had; what
/// `check --fix` does not touch, the editor does not offer.
#[test]
fn safe_edits_keep_lanes() {
    let files = ["a", "docs/x", "lib/parser/y", "src/content/schema/one"];
    let mut session = Session::new(&Shelf::with(&files.map(|file| (file, ""))));
    session.open("lanes.yaml", "tasks: {a: {write: []}}\n");
    for (text, offered) in [
        ("tasks:\n  t: {write: [\"!q\", q, b]}\n", 0),
        ("share: log\ntasks:\n  t: {write: [src/**, \"!log\"]}\n", 0),
        ("tasks:\n  t: {write: [docs/**, \"!src/contnet/schema/**\"]}\n", 0),
        ("tasks:\n  t: {write: [lib/parser/**, \"!lib/parsers/x/**\"]}\n", 0),
        ("{\"tasks\": {\"t\": {\"write\": \"src/x\"}}}}\n", 0),
        ("```yaml\ntasks:\n  t: {write: docs/**}\n```\n", 0),
        ("tasks:\n  t: {write: /home/me/x}\n", 0),
        ("tasks:\n  t: {write: [src/**, src/content/**, \"!docs/**\", docs, docs]}\n", 3),
        ("tasks:\r\n  t: {write: [b, b, \"!q\", q, q]}\r\n", 1),
        ("tasks:\n  t: {write: src/{a,b}/**}\n", 1),
    ] {
        session.replace("lanes.yaml", text);
        let lines = u32::try_from(text.lines().count()).unwrap();
        let all = range((0, 0), (lines, 0));
        let actions = session.actions("lanes.yaml", &all, None);
        let (sure, rest): (Vec<&Value>, Vec<&Value>) =
            actions.iter().partition(|action| action["isPreferred"] == true);
        assert_eq!(sure.len(), offered, "{text}: {:?}", titles(&actions));
        let at_once = rest.iter().filter(|action| action["kind"] == "source.fixAll.lanelint");
        let at_once: Vec<&Value> = at_once.copied().collect();
        assert_eq!(at_once.len(), usize::from(offered > 0), "{text}");
        let lane = |text: &str| {
            let plan = read(vec![PlanText::new("lanes.yaml", text)]);
            let known = !plan.tasks.is_empty() && !plan.is_lane_unknown(TaskId::from(0));
            known.then(|| plan.lanes().of(TaskId::from(0)).clone())
        };
        for action in sure.into_iter().chain(at_once) {
            let (before, after) = (lane(text), lane(&applied(text, action)).unwrap());
            let same = before.map(|lane| lane.is_same_as(&after, &mut Budget::default()));
            assert!(same.is_none_or(|same| same == Some(true)), "{text}: {action}");
        }
    }
}
