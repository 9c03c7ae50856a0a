//! Branches of `plan-branches`: what they may change, and how the plan that they bring is checked.

use std::fs;

use super::{Gate, Json, branch, patch, patch_file, planned};
use crate::harness::{Call, TestRepo};

const PLAN: &str = "\
tasks:
  lessons:
    write: [lessons/**, \"!lessons/old/**\"]
  quizzes:
    write: quizzes/**
plan-branches: plan/**
protect: ci/**
";

fn repo() -> TestRepo {
    let repo = planned(PLAN);
    repo.write("lessons/a", "1\n");
    repo.write("quizzes/a", "1\n");
    repo.commit("files");
    repo
}

/// Judges a branch that writes these files.
fn judged(repo: &TestRepo, files: &[(&str, &str)]) -> Json {
    repo.git(&["checkout", "-q", "main"]);
    repo.try_git(repo.root(), &["branch", "-q", "-D", "plan/next"]);
    branch(repo, "plan/next", "main", files);
    Gate::of(repo, &["--branch=plan/next"]).json()
}

fn with(from: &str, to: &str) -> String {
    assert!(PLAN.contains(from), "{from}");
    PLAN.replace(from, to)
}

#[test]
fn plan_alone() {
    let repo = repo();
    let wider = with(", \"!lessons/old/**\"", "");
    let json = judged(&repo, &[("lanes.yaml", &wider)]).ends_with(0);
    let json = json.finds(&["lane-widened lessons lessons/old/0"]);
    let finding = json.finding("lane-widened");
    assert_eq!(finding["level"], "note");
    assert_eq!(finding["inputs"], serde_json::json!([0]));
    assert_eq!(finding["fixes"], serde_json::json!([]));
    assert_eq!(finding["data"]["before"][1], "!lessons/old/**");
    // The label is in the text of the branch.
    assert_eq!(finding["labels"][0]["end"]["column"], 24);
    assert_eq!(json.value["plan"], serde_json::json!(["lanes.yaml"]));
    assert_eq!(json.value["verdicts"][0]["verdict"], "merge");
    // Every format shows a text that is not that of the base's plan.
    for format in ["human", "concise", "sarif", "github", "gitlab", "junit", "markdown"] {
        let output = Gate::of(&repo, &["--branch=plan/next", "--format", format]).output();
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{format}");
        assert!(stdout.contains("lessons/old/0"), "{format}: {stdout}");
    }
}

#[test]
fn same_lanes_in_other_words() {
    let repo = repo();
    let same = with("quizzes/**", "[quizzes/a/**, quizzes/**] # all of them");
    let json = judged(&repo, &[("lanes.yaml", &same)]).ends_with(0);
    json.finds(&["redundant-glob quizzes -"]);
}

#[test]
fn anything_else() {
    let repo = repo();
    let wider = with("quizzes/**", "'{quizzes,games}/**'");
    let files =
        [("lanes.yaml", wider.as_str()), ("lessons/a", "2\n"), ("new", "1\n"), ("ci/run", "1\n")];
    let expected = [
        "foreign-lane  ci/run",
        "lane-widened quizzes games/0",
        "out-of-lane  lessons/a",
        "out-of-lane  new",
    ];
    let json = judged(&repo, &files).ends_with(1).finds(&expected);
    let owners = |at: usize| &json.value["findings"][at]["data"]["owners"];
    assert_eq!(*owners(2), serde_json::json!(["lessons"]));
    assert_eq!(*owners(3), serde_json::json!([]));
    // What is shared is not the plan, either.
    let repo = planned(&format!("{PLAN}share: log\n"));
    judged(&repo, &[("log", "1\n")]).ends_with(1).finds(&["out-of-lane  log"]);
}

#[test]
fn rules_excuse_nothing_else() {
    let repo = planned(&format!("{PLAN}rules: {{out-of-lane: off, foreign-lane: note}}\n"));
    let json = judged(&repo, &[("new", "1\n"), ("ci/run", "1\n")]).ends_with(1);
    let json = json.finds(&["foreign-lane  ci/run", "out-of-lane  new"]);
    for finding in json.value["findings"].as_array().unwrap() {
        assert_eq!(finding["level"], "error");
    }
    // Elsewhere, the levels of the plan apply.
    branch(&repo, "lessons", "main", &[("new", "1\n")]);
    Gate::of(&repo, &["--task=lessons"]).json().ends_with(0).finds(&[]);
}

#[test]
fn unusable_plans() {
    let repo = repo();
    let faulty = with("quizzes/**", "lessons/**");
    let json = judged(&repo, &[("lanes.yaml", &faulty)]).ends_with(1);
    assert!(json.findings().contains(&"overlapping-lanes lessons+quizzes lessons/a".to_owned()));
    judged(&repo, &[("lanes.yaml", "x: 1\n")]).ends_with(1).finds(&["invalid-plan  -"]);
    judged(&repo, &[(".lanes.yaml", PLAN)]).ends_with(1).finds(&["invalid-plan  -"]);
    branch(&repo, "plan/deleted", "main", &[]);
    repo.git(&["checkout", "-q", "plan/deleted"]);
    repo.remove("lanes.yaml");
    repo.commit("no plan");
    let json = Gate::of(&repo, &["--branch=plan/deleted"]).json().ends_with(1);
    assert!(json.message("invalid-plan").contains("deletes the plan"));
    repo.git(&["checkout", "-q", "-b", "plan/link", "main"]);
    fs::rename(repo.path("lanes.yaml"), repo.path("real.yaml")).unwrap();
    std::os::unix::fs::symlink("real.yaml", repo.path("lanes.yaml")).unwrap();
    repo.commit("a link");
    let json = Gate::of(&repo, &["--branch=plan/link"]).json().ends_with(1);
    let json = json.finds(&["invalid-plan  -", "out-of-lane  real.yaml"]);
    assert!(json.message("invalid-plan").contains("a symbolic link"));
}

#[test]
fn moved_plan() {
    let repo = repo();
    repo.git(&["checkout", "-q", "-b", "plan/moved"]);
    fs::create_dir_all(repo.path(".github")).unwrap();
    repo.git(&["mv", "lanes.yaml", ".github/lanes.yaml"]);
    repo.commit("move");
    Gate::of(&repo, &["--branch=plan/moved"]).json().ends_with(0).finds(&[]);
}

#[test]
fn every_source() {
    let repo = repo();
    let wider = with("quizzes/**", "'{quizzes,games}/**'");
    let found = ["lane-widened quizzes games/0"];
    judged(&repo, &[("lanes.yaml", &wider)]).ends_with(0).finds(&found);
    let range = ["--range=main...plan/next", "--branch=plan/next"];
    Gate::of(&repo, &range).json().ends_with(0).finds(&found);
    // A patch does not say what the whole plan would be.
    let file = patch_file(&repo, "plan.patch", patch(&repo, "main...plan/next"));
    let from_patch = |branch: &str| {
        let file = file.display().to_string();
        Gate::of(&repo, &["--diff", &file, "--plan-from=main", branch]).json()
    };
    from_patch("--branch=plan/next").ends_with(3).finds(&["not-verified  -"]);
    repo.git(&["checkout", "-q", "-b", "plan/now", "main"]);
    repo.write("lanes.yaml", &wider);
    Gate::of(&repo, &["--worktree"]).json().ends_with(0).finds(&found);
    // What is staged counts, not what is in the work tree.
    Gate::of(&repo, &["--staged"]).json().ends_with(0).finds(&[]);
    repo.git(&["add", "lanes.yaml"]);
    repo.write("lanes.yaml", PLAN);
    Gate::of(&repo, &["--staged"]).json().ends_with(0).finds(&found);
    repo.write("new", "1\n");
    repo.git(&["add", "new"]);
    let json = Gate::of(&repo, &["--staged"]).json().ends_with(1);
    json.finds(&["lane-widened quizzes games/0", "out-of-lane  new"]);
}

#[test]
fn behind_the_base() {
    let repo = repo();
    branch(&repo, "plan/next", "main", &[("lanes.yaml", &with("quizzes/**", "quiz/**"))]);
    repo.git(&["checkout", "-q", "main"]);
    repo.commit_file("elsewhere", "1\n");
    let json = Gate::of(&repo, &["--branch=plan/next"]).json().ends_with(0);
    json.finds(&["lane-narrowed quizzes quizzes/0", "lane-widened quizzes quiz/0"]);
    // A branch that does not touch the plan is not blamed for what the base did to it.
    branch(&repo, "plan/empty", "main", &[]);
    repo.git(&["checkout", "-q", "main"]);
    repo.commit_file("lanes.yaml", &with("quizzes/**", "quizzes/*"));
    Gate::of(&repo, &["--branch=plan/empty"]).json().ends_with(0).finds(&[]);
}

#[test]
fn other_owners() {
    let repo = repo();
    // A branch of a task, or of nobody, may not change the plan.
    for name in ["lessons", "elsewhere"] {
        branch(&repo, name, "main", &[("lanes.yaml", &with("quizzes/**", "quizzes/*"))]);
        let branch = format!("--branch={name}");
        let json = Gate::of(&repo, &[&branch]).json().ends_with(1);
        assert!(json.findings().iter().any(|found| found.starts_with("plan-changed")));
        assert!(!json.findings().iter().any(|found| found.starts_with("lane-")));
    }
}

#[test]
fn folder_of_plans() {
    let repo = TestRepo::new();
    repo.write(".lanes/a.yaml", "tasks: {lessons: {write: lessons/**}}\nplan-branches: plan/**\n");
    repo.write("lessons/a", "1\n");
    repo.commit("the plan");
    let new = "tasks: {quizzes: {write: quizzes/**}}\n";
    let json = judged(&repo, &[(".lanes/b.yaml", new)]).ends_with(0);
    let json = json.finds(&["lane-widened quizzes quizzes/0"]);
    assert_eq!(json.finding("lane-widened")["labels"][0]["file"], ".lanes/b.yaml");
    let json = judged(&repo, &[(".lanes/b.yaml", new), ("quizzes/a", "1\n")]).ends_with(1);
    json.finds(&["lane-widened quizzes quizzes/0", "out-of-lane  quizzes/a"]);
}

/// `check --against`.
fn against(repo: &TestRepo, earlier: &str) -> Call {
    Call::of(repo, &["check", "--against", earlier])
}

#[test]
fn check_against() {
    let repo = repo();
    repo.write("lanes.yaml", with("quizzes/**", "'{quizzes,games}/**'"));
    let found = ["lane-widened quizzes games/0"];
    for earlier in ["main", "HEAD", "refs/heads/main"] {
        against(&repo, earlier).json().ends_with(0).finds(&found);
    }
    repo.write("old/plan.yaml", PLAN);
    against(&repo, "old/plan.yaml").json().ends_with(0).finds(&found);
    Call::of(&repo, &["check", "-", "--against", "main"])
        .stdin(with("quizzes/**", "quizzes/*"))
        .json()
        .ends_with(0)
        .finds(&["lane-narrowed quizzes quizzes/0/0"]);
    // The same plan.
    against(&repo, "./lanes.yaml").json().ends_with(0).finds(&[]);
    against(&repo, "main").arg("--deny-warnings").json().ends_with(0);
    repo.write("lanes.yaml", PLAN.replace("protect: ci/**\n", ""));
    against(&repo, "main")
        .arg("--deny-warnings")
        .json()
        .ends_with(1)
        .finds(&["lane-widened  ci/0"]);
}

#[test]
fn unusable_earlier_versions() {
    let repo = repo();
    repo.write("main", "a file\n");
    repo.write("empty.yaml", "tasks: {}\n");
    repo.git(&[
        "tag",
        "before-plan",
        &repo.git(&["commit-tree", "-m", "x", &repo.git_with_input(&["mktree"], b"")]),
    ]);
    for (earlier, words) in [
        ("nowhere", "nowhere is neither a revision nor a file"),
        ("main", "main is both a revision and a file"),
        ("empty.yaml", "no task can be read from empty.yaml"),
        ("before-plan", "no plan in commit"),
        ("-x", "-x is neither a revision nor a file"),
    ] {
        let argument = format!("--against={earlier}");
        Call::of(&repo, &["check", &argument]).run().ends_with(2).tells(&[words]);
    }
    Call::of(&repo, &["check", "--fix", "--against=HEAD"]).run().ends_with(2);
}
