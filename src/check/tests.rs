//! Allowances: which one accepts a finding, and which nothing needs.

use std::collections::BTreeMap;

use super::*;
use crate::change::{Change, ChangeKind, ChangeSet};
use crate::finding::Input;
use crate::gate::{Coverage, Source, TaskDiff, Work};
use crate::index::{TaskId, nth};
use crate::plan::{PlanText, read};

fn plan(text: &str) -> Arc<Plan> {
    Arc::new(read(vec![PlanText::new("lanes.yaml", text)]))
}

/// What is said of allowances that nothing needs.
fn unused(report: &Report) -> Vec<&str> {
    let found = report.findings.iter().filter(|finding| finding.rule == "unused-allow");
    found.map(|finding| finding.draft.message.as_str()).collect()
}

fn checked(text: &str) -> Report {
    check(&plan(text), &[], Vec::new())
}

/// What a task did: the paths that it added, or nothing where it has no branch.
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
    }
}

fn gated(text: &str, diff: Vec<TaskDiff>) -> Report {
    gate(&plan(text), &GateInput { diff: diff.into(), ..GateInput::default() })
}

#[test]
fn an_allowance_that_nothing_needs_is_told() {
    for (text, expected) in [
        (
            "tasks:\n  a: {write: x/*, allow: [{rule: overlapping-lanes, reason: r}]}\n  b: {write: y}\n",
            vec!["unused `allow` of `overlapping-lanes` in `a`"],
        ),
        (
            "tasks:\n  a: {write: x, allow: [{rule: overlapping-lanes, with: c, reason: r}]}\n  b: {write: x, needs: c}\n  c: {write: y}\n",
            vec!["unused `allow` of `overlapping-lanes` in `a`"],
        ),
        // It accepts a part, and the finding goes further: so it accepts nothing.
        (
            "tasks:\n  a: {write: x/*, allow: [{rule: overlapping-lanes, path: x/1, reason: r}]}\n  b: {write: x/*}\n",
            vec!["unused `allow` of `overlapping-lanes` in `a`"],
        ),
        (
            "tasks:\n  a: {write: x, allow: [{rule: overlapping-lanes, reason: r}, {rule: overlapping-lanes, with: b, reason: r}]}\n  b: {write: x}\n",
            vec!["unused `allow` of `overlapping-lanes` in `a`: `a` already allows it"],
        ),
        (
            "tasks:\n  a: {write: x, allow: [{rule: overlapping-lanes, reason: r}]}\n  b: {write: x, allow: [{rule: overlapping-lanes, reason: r}]}\n",
            vec!["unused `allow` of `overlapping-lanes` in `b`: `a` already allows it"],
        ),
        (
            "tasks:\n  a: {write: x, allow: [{rule: overlapping-lanes, reason: r}]}\n  b: {write: x}\nrules: {overlapping-lanes: off}\n",
            vec!["unused `allow` of `overlapping-lanes` in `a`"],
        ),
        (
            "tasks:\n  a: {write: x, allow: [{rule: unmatched-glob, reason: r}, {rule: empty-lane, reason: r}]}\n",
            vec![
                "unused `allow` of `unmatched-glob` in `a`",
                "unused `allow` of `empty-lane` in `a`",
            ],
        ),
    ] {
        assert_eq!(unused(&checked(text)), expected, "{text}");
    }
}

#[test]
fn an_allowance_that_is_needed_or_not_judged_is_left_alone() {
    let pair = |a: &str, b: &str| {
        format!(
            "tasks:\n  a: {{write: {a}, allow: [{{rule: overlapping-lanes, reason: r}}]}}\n  b: {{write: {b}}}\n"
        )
    };
    for text in [
        pair("x", "x"),
        // The second is needed for what the first does not accept.
        "tasks:\n  a: {write: [x, y], allow: [{rule: overlapping-lanes, with: b, reason: r}, {rule: overlapping-lanes, reason: r}]}\n  b: {write: x}\n  c: {write: y}\n".to_owned(),
        // Needed by one finding, though first in none of the others.
        "tasks:\n  a: {write: x, allow: [{rule: overlapping-lanes, with: b, reason: r}]}\n  b: {write: [x, y], allow: [{rule: overlapping-lanes, reason: r}]}\n  c: {write: y}\n".to_owned(),
        // A lane that is not known whole may be the one that needs it.
        pair("x", "[y, /x]"),
        pair("[y, /x]", "x"),
        format!("{}  c:\n", pair("x", "y")),
        format!("{}protect: /x\n", pair("x", "y")),
        // The gate judges these.
        "tasks:\n  a: {write: x, allow: [{rule: out-of-lane, path: y, reason: r}, {rule: no-changes, reason: r}, {rule: missing-branch, reason: r}]}\n".to_owned(),
        // Nobody does, yet or ever.
        "tasks:\n  a: {write: x, allow: [{rule: merge-conflict, reason: r}, {rule: nonsense, reason: r}, {rule: undecided, reason: r}]}\n".to_owned(),
        "tasks:\n  a: {write: x, allow: [{rule: unused-allow, reason: r}]}\n".to_owned(),
        format!("{}rules: {{unused-allow: off}}\n", pair("x", "y")),
    ] {
        assert_eq!(unused(&checked(&text)), [""; 0], "{text}");
    }
    // What was not decided, and what could not be listed, may need it.
    let undecided = crate::rules::rule("undecided").unwrap().example.plan;
    let (first, _) = undecided.split_once("write:").unwrap();
    let indent = first.rsplit('\n').next().unwrap();
    let allow = format!("allow: [{{rule: overlapping-lanes, reason: r}}]\n{indent}write:");
    let text = undecided.replacen("write:", &allow, 1);
    let report = checked(&text);
    let allowances: usize = report.plan.tasks.iter().map(|task| task.allow.len()).sum();
    assert!(allowances == 1 && !report.verified(), "{text}");
    assert_eq!(unused(&report), [""; 0], "{text}");
    let gap = Failure { problem: "p".to_owned(), help: String::new() };
    assert_eq!(unused(&check(&plan(&pair("x", "y")), &[], vec![gap])), [""; 0]);
}

#[test]
fn an_unused_allowance_may_be_allowed_itself() {
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
fn the_gate_tells_of_allowances_where_it_judged_all_of_the_work() {
    let text = "tasks:\n  a:\n    write: x/*\n    allow:\n      - {rule: out-of-lane, path: log, reason: r}\n      - {rule: no-changes, reason: r}\n      - {rule: missing-branch, reason: r}\n      - {rule: overlapping-lanes, reason: r}\n  b:\n    write: y\n    allow: [{rule: out-of-lane, path: log, reason: r}]\n";
    let told = |rules: &[&str]| -> Vec<String> {
        rules.iter().map(|rule| format!("unused `allow` of `{rule}` in `a`")).collect()
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
        assert_eq!(unused(&report), told(expected), "{coverage:?} {paths:?}");
    }
    // What could not be read may need it, of this task or of all.
    let mut cut = work(nth(0), Coverage::Given, Some(&["x/1"]));
    let gap = || Failure { problem: "p".to_owned(), help: String::new() };
    let Work::Changes(changes) = &mut cut.work else { unreachable!() };
    changes.gaps.push(gap());
    assert_eq!(
        unused(&gated(text, vec![cut, work(nth(1), Coverage::Given, Some(&["log"]))])),
        [""; 0]
    );
    let diff = vec![work(nth(0), Coverage::Given, Some(&["x/1"]))];
    let input = GateInput { diff: diff.into(), gaps: vec![gap()], ..GateInput::default() };
    assert_eq!(unused(&gate(&plan(text), &input)), [""; 0]);
    // So may a lane that is not known.
    let unknown = text.replacen("x/*", "[x/*, /y]", 1);
    assert_eq!(unused(&gated(&unknown, vec![work(nth(0), Coverage::Given, Some(&[]))])), [""; 0]);
}

/// The first allowance in the order of the finding's tasks is the one that is told.
#[test]
fn the_first_allowance_is_told() {
    let text = "tasks:\n  a: {write: x}\n  b: {write: x, allow: [{rule: overlapping-lanes, path: y, reason: no}, {rule: overlapping-lanes, reason: first}]}\n  c: {write: x, allow: [{rule: overlapping-lanes, reason: second}]}\n";
    let report = checked(text);
    let reasons: Vec<&str> = report
        .findings
        .iter()
        .filter_map(|finding| finding.allowed.as_ref().map(|allowed| allowed.reason.as_str()))
        .collect();
    assert_eq!(reasons, ["first", "second", "first"]);
}
