//! GitLab's code quality report against what GitLab asks of one.

use std::collections::BTreeSet;

use lanelint::report::Format;
use serde_json::Value;

use super::shared::report;
use super::{assert_valid, schema, written};

#[test]
fn issues_that_gitlab_reads() {
    let report = report();
    let issues: Value = serde_json::from_str(&written(&report, Format::Gitlab)).unwrap();
    assert_valid(&schema("gitlab-codequality.json"), &issues);
    let issues = issues.as_array().unwrap();
    assert_eq!(issues.len(), report.findings.len(), "it is whole");
    let names: BTreeSet<&str> =
        issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(names.len(), issues.len(), "no two are taken for one");
    let severity = |rule: &str| {
        let issue = issues.iter().find(|issue| issue["check_name"] == rule).unwrap();
        issue["severity"].as_str().unwrap()
    };
    assert_eq!(severity("not-verified"), "blocker");
    assert_eq!(severity("out-of-lane"), "major");
    let allowed = issues.iter().find(|issue| {
        issue["description"].as_str().is_some_and(|text| text.contains("(allowed by `two`: "))
    });
    assert_eq!(allowed.unwrap()["severity"], "info");
}

#[test]
fn no_findings() {
    let mut report = report();
    report.findings.clear();
    assert_eq!(written(&report, Format::Gitlab), "[]\n");
}
