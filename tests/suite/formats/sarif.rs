//! SARIF against the official schema, and what code scanning makes of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use lanelint::finding::Report;
use lanelint::plan::{PlanText, read};
use lanelint::report::Format;
use lanelint::rules::RULES;
use serde_json::Value;

use super::shared::report;
use super::{assert_valid, schema, written};

fn sarif(report: &Report) -> Value {
    let log: Value = serde_json::from_str(&written(report, Format::Sarif)).unwrap();
    assert_valid(&schema("sarif-schema-2.1.0.json"), &log);
    log["runs"][0].clone()
}

fn of_plan(plan: &str) -> Value {
    let plan = Arc::new(read(vec![PlanText::new("lanes.yaml", plan)]));
    sarif(&lanelint::check::check(&plan, &[], Vec::new()))
}

fn results(run: &Value) -> &Vec<Value> {
    run["results"].as_array().unwrap()
}

fn fingerprints(run: &Value) -> Vec<&str> {
    let names = results(run).iter();
    names
        .map(|one| one["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap())
        .collect()
}

#[test]
fn complete_and_valid() {
    let report = report();
    let run = sarif(&report);
    assert_eq!(results(&run).len(), report.findings.len());
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let names: Vec<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    let all: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(names, all, "those too that did not fire");
    for (result, finding) in results(&run).iter().zip(&report.findings) {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(
            (names[index], &result["ruleId"]),
            (finding.rule.name, &Value::from(finding.rule.name))
        );
        assert_eq!(result["level"], finding.level.word());
        assert_eq!(result["locations"].as_array().unwrap().len(), 1, "readers take none without");
        let allowed = usize::from(finding.allowed.is_some());
        assert_eq!(result["suppressions"].as_array().unwrap().len(), allowed);
        let related = result["relatedLocations"].as_array().map_or(0, Vec::len);
        assert_eq!(related, finding.draft.labels.len().saturating_sub(1));
    }
    assert_eq!(run["columnKind"], "unicodeCodePoints");
}

#[test]
fn incomplete_runs_close_no_alerts() {
    let run = sarif(&report());
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let told = invocation["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(told[0]["associatedRule"]["id"], "not-verified");
    let run = of_plan("tasks: {a: {write: x}}\n");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    assert!(results(&run).is_empty());
}

#[test]
fn no_paths_of_the_machine() {
    for (name, uri, base) in [
        ("a b/é#:%.yaml", "a%20b/%C3%A9%23%3A%25.yaml", Some("%SRCROOT%")),
        ("/srv/secret/lanes.yaml", "lanes.yaml", None),
        ("../../lanes.yaml", "lanes.yaml", None),
        ("-", "-", None),
    ] {
        let plan = Arc::new(read(vec![PlanText::new(name, "tasks: {a: {}}\n")]));
        let run = sarif(&lanelint::check::check(&plan, &[], Vec::new()));
        let location = &run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
        assert_eq!(location["uri"], uri);
        assert_eq!(location["uriBaseId"].as_str(), base);
        assert!(!run.to_string().contains("secret"));
    }
}

#[test]
fn regions_and_edits() {
    let text = "tasks:\n  a: {write: \"é/**\"}\n  b:\n    write: é/x\n";
    let run = of_plan(text);
    let result = &run["results"][0];
    let region = &result["locations"][0]["physicalLocation"]["region"];
    let expected = serde_json::json!(
        {"startLine": 2, "startColumn": 14, "endLine": 2, "endColumn": 20}
    );
    assert_eq!(region, &expected, "in characters");
    let fixes = result["fixes"].as_array().unwrap();
    let need = fixes.iter().find(|fix| fix["description"]["text"] == "add `needs: a` to `b`");
    let change = &need.unwrap()["artifactChanges"][0];
    assert_eq!(change["artifactLocation"]["uri"], "lanes.yaml");
    assert_eq!(change["replacements"][0]["insertedContent"]["text"], "\n    needs: a");
    assert_eq!(change["replacements"][0]["deletedRegion"]["startLine"], 4);
}

#[test]
fn level_overrides() {
    let run =
        of_plan("tasks: {a: {write: x}}\nrules: {overlapping-lanes: note, broad-lane: off}\n");
    let told = run["invocations"][0]["ruleConfigurationOverrides"].as_array().unwrap();
    let told: Vec<String> = told
        .iter()
        .map(|one| {
            format!("{} {}", one["descriptor"]["id"].as_str().unwrap(), one["configuration"])
        })
        .collect();
    assert_eq!(told, [r#"overlapping-lanes {"level":"note"}"#, r#"broad-lane {"enabled":false}"#]);
}

#[test]
fn unique_fingerprints() {
    let run = sarif(&report());
    let names = fingerprints(&run);
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
}

#[test]
fn stable_fingerprints() {
    let plan = "\
tasks:
  a: {write: [src/**, lib/x]}
  b: {write: src/b.rs}
  c: {write: lib/*, titel: x}
  d: {titel: y}
";
    let moved = format!(
        "# A comment\n\n{}  e: {{write: src/e.rs}}\nrules:\n  no-changes: off\n",
        plan.replace("  b: {write: src/b.rs}", "  b:\n    # Another\n    write:\n    - src/b.rs")
    );
    let (before, after) = (of_plan(plan), of_plan(&moved));
    let (before, after) = (fingerprints(&before), fingerprints(&after));
    assert_eq!(before.len(), 5, "{before:?}");
    assert_eq!(after.len(), 6, "{after:?}");
    let after: BTreeSet<&str> = after.into_iter().collect();
    for name in before {
        assert!(after.contains(name), "{name}: {after:?}");
    }
}

#[test]
fn fingerprints_of_witnesses_and_globs() {
    let name = |globs: &str, files: &[&str]| {
        let text = format!("tasks:\n  a: {{write: {globs}}}\n  b: {{write: src/*.rs}}\n");
        let plan = Arc::new(read(vec![PlanText::new("lanes.yaml", text)]));
        let files: Vec<_> = files.iter().map(|file| file.parse().unwrap()).collect();
        let run = sarif(&lanelint::check::check(&plan, &files, Vec::new()));
        fingerprints(&run)[0].to_owned()
    };
    assert_eq!(name("src/**", &[]), name("src/**", &["src/x.rs"]));
    assert_ne!(name("src/**", &[]), name("src/a*", &[]));
}
