//! Tests of all rules, and helpers for the tests of each.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::change::object::CommitId;
use crate::finding::{Finding, Fixer, Input, Level, Location, Report};
use crate::gate::{Coverage, GateInput, Merging, Source, TaskDiff, Work};
use crate::index::{TaskId, nth};
use crate::patch;
use crate::path::RepoPath;
use crate::plan::{Plan, PlanPath, PlanText, read};

pub(super) fn plan(text: &str) -> Arc<Plan> {
    let mut plan = read(vec![PlanText::new("lanes.yaml", text)]);
    plan.own_paths = vec![PlanPath::File("lanes.yaml".parse().unwrap())];
    Arc::new(plan)
}

/// The report of `check` on a plan.
pub(super) fn checked(text: &str, files: &[&str]) -> Report {
    let files: Vec<RepoPath> = files.iter().map(|file| file.parse().unwrap()).collect();
    crate::check::check(&plan(text), &files, Vec::new())
}

/// The report of `check` on a plan and its earlier version, in a repository without files.
pub(super) fn compared(before: &str, now: &str) -> Report {
    crate::check::check_against(&plan(now), &plan(before), &[], Vec::new())
}

/// The report of `gate` on the work of the first task.
pub(super) fn gated(text: &str, work: Work) -> Report {
    let input = GateInput { diffs: vec![diff(Some(nth(0)), work)].into(), ..GateInput::default() };
    gated_all(text, input)
}

/// The report of `gate` on the patches of the first two tasks.
pub(super) fn both(text: &str, one: &str, other: &str) -> Report {
    let diff = vec![diff(Some(nth(0)), work(one)), diff(Some(nth(1)), work(other))];
    gated_all(text, GateInput { diffs: diff.into(), ..GateInput::default() })
}

pub(super) fn gated_all(text: &str, input: GateInput) -> Report {
    let plan_rivals = vec![PlanPath::File(".lanes.yaml".parse().unwrap())];
    crate::check::gate(&plan(text), &GateInput { plan_rivals, ..input })
}

pub(super) fn diff(task: Option<TaskId>, work: Work) -> TaskDiff {
    TaskDiff {
        task,
        input: Input::default(),
        coverage: Coverage::Given,
        source: Source::Patch("a.patch".to_owned()),
        work,
        uncertain: BTreeMap::new(),
        merging: Merging::default(),
    }
}

pub(super) fn commit() -> CommitId {
    CommitId::from_hex("1".repeat(40).as_bytes()).unwrap()
}

/// Two tasks, one with an exclusion.
pub(super) const TASKS: &str =
    "tasks:\n  a: {write: [src/**, '!src/gen/**']}\n  b: {write: [doc/**, src/gen/x]}\n";

/// A patch that adds empty files.
pub(super) fn additions(paths: &[&str]) -> String {
    paths
        .iter()
        .map(|path| {
            format!("diff --git a/{path} b/{path}\nnew file mode 100644\nindex 0000000..e69de29\n")
        })
        .collect()
}

pub(super) fn work(patch: &str) -> Work {
    Work::Changes(patch::read(patch.as_bytes()))
}

fn example(rule: &Rule, text: &str) -> Report {
    crate::explain::example(rule, text)
}

pub(super) fn of_rule<'r>(report: &'r Report, rule: &str) -> Vec<&'r Finding> {
    report.findings.iter().filter(|finding| finding.rule == rule).collect()
}

/// The messages of a rule.
pub(super) fn messages(report: &Report, rule: &str) -> Vec<String> {
    of_rule(report, rule).iter().map(|finding| finding.draft.message.to_string()).collect()
}

/// The messages and helps of a rule about a plan, in a repository with these files.
pub(super) fn messages_with_files(
    rule: &str,
    plan: &str,
    files: &[&str],
) -> Vec<(String, Option<String>)> {
    let report = checked(plan, files);
    let text = |finding: &&Finding| {
        let draft = &finding.draft;
        (draft.message.to_string(), draft.help.as_ref().map(ToString::to_string))
    };
    of_rule(&report, rule).iter().map(text).collect()
}

/// Asserts the messages of a rule about plans, in a repository without files.
pub(super) fn assert_found_in_plans(rule: &str, cases: &[(&str, Vec<&str>)]) {
    for (text, expected) in cases {
        assert_eq!(messages(&checked(text, &[]), rule), *expected, "{text}");
    }
}

/// Asserts that `check` reports nothing about these plans.
pub(super) fn assert_sound_plans(texts: &[&str]) {
    for text in texts {
        assert_eq!(checked(text, &["README.md", "src/x/file"]).findings, [], "{text}");
    }
}

/// Asserts the messages of a rule about patches of the first task.
pub(super) fn assert_found_in_work(rule: &str, cases: &[(&str, String, Vec<&str>)]) {
    for (text, patch, expected) in cases {
        assert_eq!(messages(&gated(text, work(patch)), rule), *expected, "{text}");
    }
}

/// Asserts that `gate` reports nothing about these patches of the first task.
pub(super) fn assert_sound_work(cases: &[(&str, String)]) {
    for (text, patch) in cases {
        assert_eq!(gated(text, work(patch)).findings, [], "{text}");
    }
}

#[test]
fn examples_fire() {
    for rule in RULES {
        let report = example(rule, rule.example.plan);
        let found = of_rule(&report, rule.name);
        assert!(!found.is_empty(), "{}: {:?}", rule.name, report.findings);
        for finding in found {
            let Draft { message, help, labels, .. } = &finding.draft;
            assert_eq!(finding.level, rule.level, "{}", rule.name);
            let one_line = |text: &str| !text.trim().is_empty() && !text.contains('\n');
            assert!(one_line(message.as_str()), "{}: {message:?}", rule.name);
            assert!(
                help.as_ref().is_some_and(|help| one_line(help.as_str())),
                "{}: {help:?}",
                rule.name
            );
            assert!(!labels.is_empty(), "{} points at nothing", rule.name);
            for label in labels {
                if let Location::Span(span) = label.location {
                    assert!(rule.example.plan.get(span.bytes()).is_some(), "{}", rule.name);
                }
            }
        }
    }
}

#[test]
fn fixes_of_examples() {
    for rule in RULES {
        let report = example(rule, rule.example.plan);
        for finding in of_rule(&report, rule.name) {
            for fix in &finding.draft.fixes {
                let mut text = rule.example.plan.to_owned();
                let mut edits = Fixer::new(&report.plan).edits(fix);
                edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
                for edit in edits {
                    text.replace_range(edit.span.bytes(), &edit.text);
                }
                let report = example(rule, &text);
                let fixed = report.active().all(|left| {
                    left.rule != rule.name || left.draft.message != finding.draft.message
                });
                assert!(fixed, "{}: {text}", rule.name);
            }
        }
    }
}

#[test]
fn list_matches_folder() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let mut files: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| {
            entry.unwrap().file_name().into_string().unwrap().strip_suffix(".rs").map(str::to_owned)
        })
        .filter(|name| name != "mod" && name != "tests")
        .map(|name| name.replace('_', "-"))
        .collect();
    files.sort_unstable();
    let mut names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    names.sort_unstable();
    assert_eq!(names, files);
}

#[test]
fn levels_in_plans() {
    let report = |rule: &Rule, setting: &str| {
        let text = format!("{}{setting}", rule.example.plan);
        match rule.example.scenario {
            // Its level is that of the earlier version.
            Scenario::Against(earlier) => compared(&format!("{earlier}{setting}"), &text),
            _ => example(rule, &text),
        }
    };
    for rule in RULES {
        for (word, level) in
            [("error", Level::Error), ("warning", Level::Warning), ("note", Level::Note)]
        {
            let text = format!("rules: {{{}: {word}}}\n", rule.name);
            let report = report(rule, &text);
            let expected = if rule.fixed { rule.level } else { level };
            let found = of_rule(&report, rule.name);
            assert!(
                !found.is_empty() && found.iter().all(|found| found.level == expected),
                "{text}"
            );
        }
        let text = format!("rules: {{{}: off}}\n", rule.name);
        let silent = of_rule(&report(rule, &text), rule.name).is_empty();
        assert_eq!(silent, !rule.fixed, "{text}");
    }
}

#[test]
fn scope_of_allowances() {
    let overlap = |allow: &str| {
        format!(
            "tasks:\n  a: {{write: [x/*, y], allow: [{allow}]}}\n  b: {{write: [x/*, z]}}\n  c: {{write: y, needs: b}}\n"
        )
    };
    for (allow, allowed) in [
        ("{rule: overlapping-lanes, reason: r}", [true, true]),
        ("{rule: overlapping-lanes, with: b, reason: r}", [true, false]),
        ("{rule: overlapping-lanes, with: c, reason: r}", [false, true]),
        ("{rule: overlapping-lanes, with: a, reason: r}", [false, false]),
        ("{rule: overlapping-lanes, path: 'x/**', reason: r}", [true, false]),
        ("{rule: overlapping-lanes, path: x/0, reason: r}", [false, false]),
        ("{rule: overlapping-lanes, with: c, path: 'x/**', reason: r}", [false, false]),
        ("{rule: overlapping-lanes, with: nobody, reason: r}", [false, false]),
        ("{rule: overlapping-lanes, path: '/x', reason: r}", [false, false]),
        ("{rule: overlapping-lanes, path: [x/*], reason: r}", [false, false]),
        ("{rule: overlapping-lanes, paths: x/*, reason: r}", [false, false]),
        ("{rule: overlapping-lanes, with: , reason: r}", [false, false]),
        ("{rule: overlapping-lanes, reason: ''}", [false, false]),
        ("{rule: overlapping-lanes}", [false, false]),
        ("{rule: empty-lane, reason: r}", [false, false]),
    ] {
        let report = checked(&overlap(allow), &[]);
        let found = of_rule(&report, "overlapping-lanes");
        let is_allowed: Vec<bool> = found.iter().map(|found| found.allowed.is_some()).collect();
        assert_eq!(is_allowed, allowed, "{allow}: {:?}", report.findings);
    }
    for (allow, allowed) in [
        ("{rule: read-write-hazard, reason: r}", [true, true]),
        ("{rule: read-write-hazard, with: b, reason: r}", [true, false]),
        ("{rule: read-write-hazard, path: 'x/**', reason: r}", [true, false]),
        ("{rule: read-write-hazard, path: x/0, reason: r}", [false, false]),
        ("{rule: overlapping-lanes, path: 'x/**', reason: r}", [false, false]),
    ] {
        let text = format!(
            "tasks:\n  a: {{write: [], read: [x/*, y/*], allow: [{allow}]}}\n  b: {{write: x/*}}\n  \
             c: {{write: [y/*, x/c], needs: b}}\n"
        );
        let report = checked(&text, &[]);
        let found = of_rule(&report, "read-write-hazard");
        let is_allowed: Vec<bool> = found.iter().map(|found| found.allowed.is_some()).collect();
        assert_eq!(is_allowed, allowed, "{allow}: {:?}", report.findings);
    }
    for (allow, allowed) in [
        ("{rule: out-of-lane, path: 'doc/*', reason: r}", [true, false]),
        ("{rule: out-of-lane, path: '*', reason: r}", [false, true]),
        ("{rule: out-of-lane, path: '**', reason: r}", [true, true]),
        ("{rule: out-of-lane, path: '**', with: b, reason: r}", [false, false]),
        ("{rule: out-of-lane, reason: r}", [false, false]),
        ("{rule: foreign-lane, path: '**', reason: r}", [false, false]),
    ] {
        // The rules differ only in whether the owner is concurrent.
        for (needs, rule, allow) in [
            ("needs: a", "out-of-lane", allow.to_owned()),
            ("needs: []", "foreign-lane", swapped(allow)),
        ] {
            let text = format!(
                "tasks:\n  a: {{write: src/**, allow: [{allow}]}}\n  b: {{write: [doc/**, log], \
                 {needs}}}\n"
            );
            let report = gated(&text, work(&additions(&["doc/x", "log"])));
            let found = of_rule(&report, rule);
            let is_allowed: Vec<bool> = found.iter().map(|found| found.allowed.is_some()).collect();
            assert_eq!(is_allowed, allowed, "{allow}: {:?}", report.findings);
        }
    }
}

/// The entry with the two rules about changes outside the lane swapped.
fn swapped(allow: &str) -> String {
    allow.replace("foreign-", "-").replace("out-of-", "foreign-").replace(" -lane", " out-of-lane")
}

#[test]
fn allowance_of_another_task() {
    let text = "tasks:\n  a: {write: x}\n  b: {write: y, allow: [{rule: foreign-lane, path: '**', reason: r}]}\n";
    let report = gated(text, work(&additions(&["y"])));
    let found = of_rule(&report, "foreign-lane");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].allowed, None);
}
