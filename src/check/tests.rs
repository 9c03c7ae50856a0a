//! Allowances: which one accepts a finding, and which are unused.

use std::collections::BTreeMap;

use super::*;
use crate::change::{Change, ChangeKind, ChangeSet};
use crate::finding::Input;
use crate::gate::{Coverage, Merging, Source, TaskDiff, Work};
use crate::index::{TaskId, nth};
use crate::plan::{PlanText, read};

fn plan(text: &str) -> Arc<Plan> {
    Arc::new(read(vec![PlanText::new("lanes.yaml", text)]))
}

/// The messages about unused allowances.
fn unused_messages(report: &Report) -> Vec<&str> {
    let found = report.findings.iter().filter(|finding| finding.rule == "unused-allow");
    found.map(|finding| finding.draft.message.as_str()).collect()
}

fn checked(text: &str) -> Report {
    check(&plan(text), &[], Vec::new())
}

/// The work of a task: the paths that it added, or `None` if it has no branch.
fn work(task: TaskId, coverage: Coverage, paths: Option<&[&str]>) -> TaskDiff {
    let work = paths.map_or(Work::NoBranch, |paths| {
        let change = Change { kind: ChangeKind::Added, old: None, new: None, shown: None };
        let added = |path: &&str| (path.parse().unwrap(), change.clone());
        let changes = paths.iter().map(added).collect();
        Work::Changes(ChangeSet { changes, gaps: Vec::new() })
    });
    TaskDiff {
        task: Some(task),
        input: Input::default(),
        coverage,
        source: Source::Commits(None),
        work,
        uncertain: BTreeMap::new(),
        merging: Merging::default(),
    }
}

fn gated(text: &str, diff: Vec<TaskDiff>) -> Report {
    gate(&plan(text), &GateInput { diffs: diff.into(), ..GateInput::default() })
}

#[test]
fn unused_allowances() {
    for (text, expected) in [
        (
            "tasks:\n  a: {write: x/*, allow: [{rule: overlapping-lanes, reason: r}]}\n  b: {write: y}\n",
            vec!["unused `allow` for `overlapping-lanes` in `a`"],
        ),
        (
            "tasks:\n  a: {write: x, allow: [{rule: overlapping-lanes, with: c, reason: r}]}\n  b: {write: x, needs: c}\n  c: {write: y}\n",
            vec!["unused `allow` for `overlapping-lanes` in `a`"],
        ),
        // The finding goes beyond what is allowed.
        (
            "tasks:\n  a: {write: x/*, allow: [{rule: overlapping-lanes, path: x/1, reason: r}]}\n  b: {write: x/*}\n",
            vec!["unused `allow` for `overlapping-lanes` in `a`"],
        ),
        (
            "tasks:\n  a: {write: x, allow: [{rule: overlapping-lanes, reason: r}, {rule: overlapping-lanes, with: b, reason: r}]}\n  b: {write: x}\n",
            vec!["unused `allow` for `overlapping-lanes` in `a`: `a` already allows it"],
        ),
        (
            "tasks:\n  a: {write: x, allow: [{rule: overlapping-lanes, reason: r}]}\n  b: {write: x, allow: [{rule: overlapping-lanes, reason: r}]}\n",
            vec!["unused `allow` for `overlapping-lanes` in `b`: `a` already allows it"],
        ),
        (
            "tasks:\n  a: {write: x, allow: [{rule: overlapping-lanes, reason: r}]}\n  b: {write: x}\nrules: {overlapping-lanes: off}\n",
            vec!["unused `allow` for `overlapping-lanes` in `a`"],
        ),
        (
            "tasks:\n  a: {write: x, allow: [{rule: unmatched-glob, reason: r}, {rule: empty-lane, reason: r}]}\n",
            vec![
                "unused `allow` for `unmatched-glob` in `a`",
                "unused `allow` for `empty-lane` in `a`",
            ],
        ),
    ] {
        assert_eq!(unused_messages(&checked(text)), expected, "{text}");
    }
}

#[test]
fn used_or_unknown() {
    let pair = |a: &str, b: &str| {
        format!(
            "tasks:\n  a: {{write: {a}, allow: [{{rule: overlapping-lanes, reason: r}}]}}\n  b: {{write: {b}}}\n"
        )
    };
    for text in [
        pair("x", "x"),
        // The second accepts what the first does not.
        "tasks:\n  a: {write: [x, y], allow: [{rule: overlapping-lanes, with: b, reason: r}, {rule: overlapping-lanes, reason: r}]}\n  b: {write: x}\n  c: {write: y}\n".to_owned(),
        // The second takes precedence for one finding only.
        "tasks:\n  a: {write: x, allow: [{rule: overlapping-lanes, with: b, reason: r}]}\n  b: {write: [x, y], allow: [{rule: overlapping-lanes, reason: r}]}\n  c: {write: y}\n".to_owned(),
        // The unknown part of a lane may need it.
        pair("x", "[y, /x]"),
        pair("[y, /x]", "x"),
        format!("{}  c:\n", pair("x", "y")),
        format!("{}protect: /x\n", pair("x", "y")),
        // Rules of `gate`.
        "tasks:\n  a: {write: x, allow: [{rule: out-of-lane, path: y, reason: r}, {rule: no-changes, reason: r}, {rule: missing-branch, reason: r}]}\n".to_owned(),
        // Rules that need branches, do not exist or have a fixed level.
        "tasks:\n  a: {write: x, allow: [{rule: merge-conflict, reason: r}, {rule: nonsense, reason: r}, {rule: undecided, reason: r}]}\n".to_owned(),
        "tasks:\n  a: {write: x, allow: [{rule: unused-allow, reason: r}]}\n".to_owned(),
        format!("{}rules: {{unused-allow: off}}\n", pair("x", "y")),
    ] {
        assert_eq!(unused_messages(&checked(&text)), [""; 0], "{text}");
    }
    // Undecided questions and unlisted files may need it.
    let undecided = crate::rules::rule("undecided").unwrap().example.plan;
    let (first, _) = undecided.split_once("write:").unwrap();
    let indent = first.rsplit('\n').next().unwrap();
    let allow = format!("allow: [{{rule: overlapping-lanes, reason: r}}]\n{indent}write:");
    let text = undecided.replacen("write:", &allow, 1);
    let report = checked(&text);
    let allowances: usize = report.plan.tasks.iter().map(|task| task.allow.len()).sum();
    assert!(allowances == 1 && !report.verified(), "{text}");
    assert_eq!(unused_messages(&report), [""; 0], "{text}");
    let gap = Failure { problem: "p".to_owned(), help: String::new() };
    assert_eq!(unused_messages(&check(&plan(&pair("x", "y")), &[], vec![gap])), [""; 0]);
}

#[test]
fn allowed_unused_allow() {
    let text = "tasks:\n  a: {write: x, allow: [{rule: overlapping-lanes, reason: r}, {rule: unused-allow, reason: soon}]}\n";
    let report = checked(text);
    let [finding] = report.findings.as_slice() else { panic!("{:?}", report.findings) };
    let allowed = finding.allowed.as_ref().unwrap();
    assert_eq!(
        (finding.rule.name, allowed.by.as_str(), allowed.reason.as_str()),
        ("unused-allow", "a", "soon")
    );
}

#[test]
fn gate_needs_complete_work() {
    let text = "tasks:\n  a:\n    write: x/*\n    allow:\n      - {rule: out-of-lane, path: log, reason: r}\n      - {rule: no-changes, reason: r}\n      - {rule: missing-branch, reason: r}\n      - {rule: overlapping-lanes, reason: r}\n  b:\n    write: y\n    allow: [{rule: out-of-lane, path: log, reason: r}]\n";
    let messages = |rules: &[&str]| -> Vec<String> {
        rules.iter().map(|rule| format!("unused `allow` for `{rule}` in `a`")).collect()
    };
    for (coverage, paths, expected) in [
        (
            Coverage::Branch,
            Some(&["x/1"][..]),
            &["out-of-lane", "no-changes", "missing-branch"][..],
        ),
        (Coverage::Given, Some(&["x/1"]), &["out-of-lane", "no-changes"]),
        (Coverage::Given, Some(&["x/1", "log"]), &["no-changes"]),
        (Coverage::Given, Some(&[]), &["out-of-lane"]),
        (Coverage::Uncommitted, Some(&["x/1"]), &[]),
        (Coverage::Branch, None, &[]),
    ] {
        let report = gated(text, vec![work(nth(0), coverage, paths)]);
        assert_eq!(unused_messages(&report), messages(expected), "{coverage:?} {paths:?}");
    }
    // Unread input of this task, or of the whole run, may need it.
    let mut cut = work(nth(0), Coverage::Given, Some(&["x/1"]));
    let gap = || Failure { problem: "p".to_owned(), help: String::new() };
    let Work::Changes(changes) = &mut cut.work else { unreachable!() };
    changes.gaps.push(gap());
    assert_eq!(
        unused_messages(&gated(text, vec![cut, work(nth(1), Coverage::Given, Some(&["log"]))])),
        [""; 0]
    );
    let diff = vec![work(nth(0), Coverage::Given, Some(&["x/1"]))];
    let input = GateInput { diffs: diff.into(), gaps: vec![gap()], ..GateInput::default() };
    assert_eq!(unused_messages(&gate(&plan(text), &input)), [""; 0]);
    // So may an unknown lane.
    let unknown = text.replacen("x/*", "[x/*, /y]", 1);
    assert_eq!(
        unused_messages(&gated(&unknown, vec![work(nth(0), Coverage::Given, Some(&[]))])),
        [""; 0]
    );
}

#[test]
fn first_allowance_wins() {
    let text = "tasks:\n  a: {write: x}\n  b: {write: x, allow: [{rule: overlapping-lanes, path: y, reason: no}, {rule: overlapping-lanes, reason: first}]}\n  c: {write: x, allow: [{rule: overlapping-lanes, reason: second}]}\n";
    let report = checked(text);
    let reasons: Vec<&str> = report
        .findings
        .iter()
        .filter_map(|finding| finding.allowed.as_ref().map(|allowed| allowed.reason.as_str()))
        .collect();
    assert_eq!(reasons, ["first", "second", "first"]);
}
