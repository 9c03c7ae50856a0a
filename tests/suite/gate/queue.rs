//! `gate --queue`: a range that holds the work of several tasks.

use super::{Gate, Json, PLAN, branch, planned};
use crate::harness::TestRepo;

/// Two tasks' branches merged one after another, as a merge queue does it, and one more commit.
fn queued(plan: &str, files: &[(&str, &str)]) -> TestRepo {
    let repo = planned(plan);
    for (name, file) in [("lessons", "lessons/b"), ("work/quizzes", "quizzes/b")] {
        branch(&repo, name, "main", &[(file, "1\n")]);
    }
    repo.git(&["checkout", "-q", "-b", "queue", "main"]);
    repo.git(&["merge", "-q", "--no-ff", "-m", "one", "lessons"]);
    repo.git(&["merge", "-q", "--no-ff", "-m", "two", "work/quizzes"]);
    files.iter().for_each(|(file, content)| repo.write(file, content));
    if !files.is_empty() {
        repo.commit("three");
    }
    repo
}

fn judged(repo: &TestRepo) -> Json {
    Gate::of(repo, &["--queue", "--range=main...queue"]).json()
}

#[test]
fn work_of_several_tasks() {
    judged(&queued(PLAN, &[])).ends_with(0).finds(&[]);
    let json = judged(&queued(PLAN, &[("new", "1\n")])).ends_with(1).finds(&["out-of-lane  new"]);
    assert!(json.message("out-of-lane").starts_with("the merge queue added `new`"));
    // No task alone may write both.
    let repo = queued(PLAN, &[]);
    Gate::of(&repo, &["--task=lessons", "--range=main...queue"]).json().ends_with(1);
}

#[test]
fn other_branches_in_the_queue() {
    let plan = format!("{PLAN}other-branches: bot/**\nprotect: ci/**\n");
    judged(&queued(&plan, &[("new", "1\n")])).ends_with(0).finds(&[]);
    let found = ["foreign-lane  ci/x"];
    judged(&queued(&plan, &[("ci/x", "1\n")])).ends_with(1).finds(&found);
}

#[test]
fn plan_in_the_queue() {
    let wider = PLAN.replace("quizzes/**", "'{quizzes,games}/**'");
    let files = [("lanes.yaml", wider.as_str())];
    judged(&queued(PLAN, &files)).ends_with(1).finds(&["plan-changed  lanes.yaml"]);
    let with = |text: &str| format!("{text}plan-branches: plan/**\n");
    let found = ["lane-widened quizzes games/0"];
    let repo = queued(&with(PLAN), &[("lanes.yaml", &with(&wider))]);
    judged(&repo).ends_with(0).finds(&found);
    let overlapping = with(&PLAN.replace("quizzes/**", "'{quizzes,lessons}/**'"));
    let json = judged(&queued(&with(PLAN), &[("lanes.yaml", &overlapping)])).ends_with(1);
    let overlap = |found: &String| found.starts_with("overlapping-lanes lessons+quizzes ");
    assert!(json.findings().iter().any(overlap), "{:?}", json.findings());
}

#[test]
fn unknown_lanes() {
    let plan = format!("{PLAN}  broken:\n    write: 'a{{'\n");
    let json = judged(&queued(&plan, &[("new", "1\n")])).ends_with(3);
    assert!(json.findings().contains(&"not-verified  new".to_owned()), "{:?}", json.findings());
}

#[test]
fn unusable_calls() {
    let repo = queued(PLAN, &[]);
    for (arguments, words) in [
        (&["--queue"][..], "--range"),
        (&["--queue", "--range=main...queue", "--task=lessons"], "--task"),
        (&["--queue", "--range=main...queue", "--branch=lessons"], "--branch"),
        (&["--queue", "--staged"], "--staged"),
        (
            &["--queue", "--range=lessons=main...queue"],
            "the range `main...queue` holds the work of several tasks",
        ),
    ] {
        Gate::of(&repo, arguments).run().ends_with(2).tells(&[words]);
    }
    Gate::of(&repo, &["--queue", "--range=main...nowhere"]).json().ends_with(3);
}
