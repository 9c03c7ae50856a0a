//! Exit statuses, formats, and what the JSON holds.

use std::process::Stdio;

use super::{Gate, PLAN, branch, gate, planned};
use crate::harness::TestRepo;

/// A repository in which `lessons` strayed, `quizzes` did nothing, and both have branches.
fn strayed() -> TestRepo {
    let repo = planned(PLAN);
    branch(&repo, "lessons", "main", &[("quizzes/a.json", "2\n")]);
    repo.git(&["branch", "work/quizzes"]);
    repo
}

#[test]
fn exit_status_of_worst_finding() {
    let repo = strayed();
    let errors = "--task=lessons";
    let warnings = "--task=quizzes";
    let unverified = "--task=audit";
    for (arguments, status) in [
        (&[errors][..], 1),
        (&[errors, "--exit-zero"], 0),
        (&[errors, "--deny-warnings", "--exit-zero"], 0),
        (&[warnings], 0),
        (&[warnings, "--deny-warnings"], 1),
        (&[unverified], 3),
        (&[unverified, "--exit-zero"], 3),
        (&["--task=nobody"], 2),
        (&["--task=nobody", "--exit-zero"], 2),
        (&["--no-such-flag"], 2),
        (&["--format=xml"], 2),
        (&["nowhere.yaml"], 2),
        (&["--help"], 0),
    ] {
        gate(&repo, arguments).ends_with(status);
        for format in ["--quiet", "--format=concise", "--format=json"] {
            gate(&repo, &[arguments, &[format]].concat()).ends_with(status);
        }
    }
}

#[test]
fn output_streams() {
    let repo = strayed();
    let answer = gate(&repo, &["--task=lessons"]).ends_with(1);
    let answer = answer.tells(&["plan: lanes.yaml in commit ", "(main)\n"]);
    assert!(answer.stdout.contains("foreign-lane") && answer.stdout.contains("quizzes/a.json"));
    assert!(!answer.stderr.contains("foreign-lane"));
    assert_eq!(gate(&repo, &["--task=lessons", "--quiet"]).stdout, "");
    let answer = gate(&repo, &["--task=nobody"]);
    assert_eq!(answer.stdout, "");
}

#[test]
fn formats_to_files_and_stdout() {
    let repo = strayed();
    let answer = gate(&repo, &["--task=lessons", "--format=json=out.json"]).ends_with(1);
    assert!(answer.stdout.contains("foreign-lane") && !answer.stdout.contains("{"));
    let direct = gate(&repo, &["--task=lessons", "--format=json"]).stdout;
    assert_eq!(std::fs::read_to_string(repo.path("out.json")).unwrap(), direct);
    let answer = gate(&repo, &["--task=lessons", "--quiet", "--format=concise=out.txt"]);
    assert_eq!(answer.ends_with(1).stdout, "");
    let concise = std::fs::read_to_string(repo.path("out.txt")).unwrap();
    assert!(concise.starts_with("quizzes/a.json: error[foreign-lane] "), "{concise}");
    gate(&repo, &["--task=lessons", "--format=json", "--format=concise"]).ends_with(2);
    gate(&repo, &["--task=lessons", "--format=json=no/such/folder"]).ends_with(2);
}

#[test]
fn closed_pipe() {
    let repo = planned(PLAN);
    let many: Vec<(String, String)> =
        (0..2000).map(|file| (format!("quizzes/{file}"), "1\n".to_owned())).collect();
    let files: Vec<(&str, &str)> =
        many.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    branch(&repo, "lessons", "main", &files);
    for format in ["human", "concise", "json"] {
        let gate = Gate::of(&repo, &["--task=lessons", "--format", format]);
        let mut child =
            gate.command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        drop(child.stderr.take());
        assert_eq!(child.wait().unwrap().code(), Some(1), "{format}");
    }
    // Many paths of one task read as one thing.
    let answer = gate(&repo, &["--task=lessons"]).ends_with(1);
    assert!(answer.stdout.contains("2000 paths") && answer.stdout.contains("and 1990 more"));
    assert!(answer.stdout.lines().count() < 40);
}

#[test]
fn locations_of_a_finding() {
    let repo = strayed();
    let json = Gate::of(&repo, &["--task=lessons"]).json();
    let finding = json.finding("foreign-lane");
    assert_eq!(finding["level"], "error");
    assert_eq!(finding["tasks"], serde_json::json!(["lessons"]));
    assert_eq!(finding["path"], "quizzes/a.json");
    assert_eq!(finding["allowed"], serde_json::Value::Null);
    assert_eq!(finding["data"], serde_json::json!({ "change": "modified", "owners": ["quizzes"] }));
    let labels = finding["labels"].as_array().unwrap();
    assert_eq!(labels[0]["file"], "quizzes/a.json");
    assert!(labels[0]["start"].is_null() && labels[0]["end"].is_null());
    assert_eq!(labels[1]["file"], "lanes.yaml");
    assert_eq!(labels[1]["start"], serde_json::json!({ "line": 3, "column": 12, "byte": 29 }));
    assert_eq!(labels[1]["end"], serde_json::json!({ "line": 3, "column": 22, "byte": 39 }));
    let document = &json.value;
    assert_eq!(document["version"], 1);
    assert_eq!(document["command"], "gate");
    assert_eq!(document["plan"], serde_json::json!(["lanes.yaml"]));
    assert_eq!(
        document["summary"],
        serde_json::json!({
            "tasks": 3, "errors": 1, "warnings": 0, "notes": 0, "allowed": 0, "files": 1,
            "verified": true
        })
    );
}

#[test]
fn allowed_finding() {
    let allow = "    allow: [{rule: foreign-lane, path: quizzes/a.json, reason: moved by hand}]\n";
    let plan = PLAN.replace("lessons/**\n", &format!("lessons/**\n{allow}"));
    let repo = planned(&plan);
    branch(&repo, "lessons", "main", &[("quizzes/a.json", "2\n")]);
    let json = Gate::of(&repo, &["--task=lessons"]).json().ends_with(0);
    assert_eq!(
        json.finding("foreign-lane")["allowed"],
        serde_json::json!({ "by": "lessons", "reason": "moved by hand" })
    );
    assert_eq!(json.value["summary"]["allowed"], 1);
    branch(&repo, "more", "lessons", &[("quizzes/b.json", "2\n")]);
    let json = Gate::of(&repo, &["--range", "lessons=main...more"]).json().ends_with(1);
    assert_eq!(json.value["summary"]["allowed"], 1);
    assert_eq!(json.value["summary"]["errors"], 1);
}

#[test]
fn configured_and_fixed_levels() {
    let rules = "rules: {foreign-lane: note, no-changes: error, missing-branch: off}\n";
    let repo = planned(&format!("{PLAN}{rules}"));
    branch(&repo, "lessons", "main", &[("quizzes/a.json", "2\n")]);
    repo.git(&["branch", "work/quizzes"]);
    let json = Gate::of(&repo, &[] as &[&str]).json().ends_with(1);
    let json = json.finds(&["no-changes quizzes -", "foreign-lane lessons quizzes/a.json"]);
    assert_eq!(json.finding("foreign-lane")["level"], "note");

    let rules = "rules: {not-verified: off, plan-changed: off}\n";
    let repo = planned(&format!("{PLAN}{rules}"));
    branch(&repo, "lessons", "main", &[("lanes.yaml", "tasks: {a: {write: []}}\n")]);
    let json = Gate::of(&repo, &[] as &[&str]).json().ends_with(1);
    assert!(json.findings().contains(&"plan-changed lessons lanes.yaml".to_owned()));
    Gate::of(&repo, &["--task=quizzes"]).json().ends_with(3);
}

#[test]
fn wrong_calls() {
    let repo = planned(PLAN);
    for argument in ["--\u{1b}[31m", "--x\n::error::y", "--x ##[group]", "--format=\u{1b}[1m"] {
        gate(&repo, &[argument]).ends_with(2);
    }
    gate(&repo, &["one.yaml", "two\u{1b}[31m\n::error::z.yaml"]).ends_with(2);
}

#[test]
fn thousands_of_stray_files() {
    let repo = planned(PLAN);
    let patch: String = (0..2_500)
        .map(|file| {
            format!(
                "diff --git a/src/f{file:04} b/src/f{file:04}\nnew file mode 100644\nindex \
                 0000000..e69de29\n"
            )
        })
        .collect();
    let answer = Gate::of(&repo, &["--diff", "lessons=-"]).stdin(patch.clone()).run().ends_with(1);
    assert!(answer.stdout.contains("`lessons` changed 2500 paths outside its lane:"));
    assert!(answer.stdout.contains("src/f0009") && !answer.stdout.contains("src/f0010"));
    assert!(answer.stdout.contains("and 2490 more"));
    assert!(answer.stdout.lines().count() < 40, "{}", answer.stdout);
    // For programs, each path is a finding.
    let json = Gate::of(&repo, &["--diff", "lessons=-"]).stdin(patch).json().ends_with(1);
    assert_eq!(json.findings().len(), 2_500);
}
