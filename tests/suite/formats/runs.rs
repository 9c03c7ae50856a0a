//! Formats as the program is asked for them: several in one run, and none decides how it ends.

use std::fs;

use lanelint::report::Format;
use serde_json::Value;

use super::run;
use crate::harness::{TestRepo, assert_harmless, with_plan};

/// Plans by how a check of them ends.
const PLANS: [(i32, &str); 3] = [
    (0, "tasks: {a: {write: src/**}, b: {write: docs/**}}\n"),
    (1, "tasks: {a: {write: src/**}, b: {write: src/x}}\n"),
    (2, "tasks: {}\n"),
];

/// A repository with a plan that is committed.
fn committed(plan: &str) -> TestRepo {
    let repo = with_plan(plan);
    repo.commit("plan");
    repo
}

#[test]
fn same_status_in_every_format() {
    for (status, plan) in PLANS {
        let repo = committed(plan);
        for (name, _) in Format::ALL {
            let output = run(&repo, &["check", "--format", name]);
            assert_eq!(output.status.code(), Some(status), "{name}: {plan}");
        }
        let all = Format::ALL.map(|(name, _)| format!("--format={name}=out.{name}"));
        let output = run(&repo, &[vec!["check".to_owned()], all.to_vec()].concat());
        assert_eq!(output.status.code(), Some(status), "all: {plan}");
    }
}

#[test]
fn unverified_in_every_format() {
    let repo = committed(PLANS[0].1);
    for (name, _) in Format::ALL {
        let output = run(&repo, &["gate", "--format", name]);
        assert_eq!(output.status.code(), Some(3), "{name}");
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains("not-verified"), "{name}: {said}");
    }
}

#[test]
fn several_formats() {
    let repo = committed(PLANS[1].1);
    let output = run(
        &repo,
        &[
            "check",
            "--format=github",
            "--format=sarif=a.sarif",
            "--format=markdown=a.md",
            "--format=junit=a.xml",
            "--format=gitlab=a.json",
        ],
    );
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.starts_with("::error file=lanes.yaml,line=1,"), "{said}");
    let read = |name: &str| fs::read_to_string(repo.path(name)).unwrap();
    let sarif: Value = serde_json::from_str(&read("a.sarif")).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "overlapping-lanes");
    assert!(read("a.md").starts_with("## lanelint check: 1 error\n"));
    assert!(roxmltree::Document::parse(&read("a.xml")).is_ok());
    let issues: Value = serde_json::from_str(&read("a.json")).unwrap();
    assert_eq!(issues[0]["check_name"], "overlapping-lanes");
}

#[test]
fn default_format() {
    let repo = committed(PLANS[1].1);
    let said = |arguments: &[&str]| {
        let output = run(&repo, &[&["check"], arguments].concat());
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(said(&["--format=sarif=a.sarif"]).contains("error[overlapping-lanes]\n"));
    assert_eq!(said(&["--format=sarif=a.sarif", "--quiet"]), "");
    assert!(said(&["--format=junit", "--quiet"]).starts_with("<?xml"));
}

#[test]
fn unwritable_file() {
    let repo = committed(PLANS[1].1);
    for arguments in [
        &["--format=sarif", "--format=github"][..],
        &["--format=sarif=no/such/folder"],
        &["--format=sarif="],
        &["--format=xml"],
    ] {
        let output = run(&repo, &[&["check"], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert_harmless(&String::from_utf8(output.stderr).unwrap());
    }
}
