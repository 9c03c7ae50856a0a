//! A branch that is named and no task's: `unclaimed-branch`, and what stays refused where it is off.

use super::{Gate, PLAN, branch, gate, patch, patch_file, planned};
use crate::harness::TestRepo;

const OFF: &str = "protect: ci/**\nrules: {unclaimed-branch: off}\n";

/// A branch of no task that writes in a lane and what is protected.
fn with_fork(plan: &str) -> TestRepo {
    let repo = planned(plan);
    let files = [("lessons/b.json", "1\n"), ("ci/deploy", "1\n"), ("elsewhere", "1\n")];
    branch(&repo, "fork/fix", "main", &files);
    repo
}

/// The sources that `--branch` speaks for, each of which holds the branch's changes.
fn sources(repo: &TestRepo) -> Vec<Vec<String>> {
    let file = patch_file(repo, "fork.patch", patch(repo, "main...fork/fix"));
    vec![
        vec![],
        vec!["--range".to_owned(), "main...fork/fix".to_owned()],
        vec!["--diff".to_owned(), file.display().to_string(), "--plan-from=main".to_owned()],
    ]
}

#[test]
fn unclaimed_branch() {
    let repo = with_fork(PLAN);
    for source in sources(&repo) {
        let run = Gate::of(&repo, &source).arg("--branch=fork/fix");
        let json = run.json().ends_with(1).finds(&["unclaimed-branch  -"]);
        let finding = json.finding("unclaimed-branch");
        assert_eq!(finding["data"]["branch"], "fork/fix");
        assert!(json.value["inputs"][0]["task"].is_null());
        // No format stumbles over a finding of no task.
        let run = Gate::of(&repo, &source).arg("--branch=fork/fix");
        let said = run.run().ends_with(1).stdout;
        assert!(said.contains("branch `fork/fix` belongs to no task"), "{said}");
    }
    // A slip in a task's name is told with the name that is near.
    branch(&repo, "work/quizes", "main", &[("quizzes/b.json", "1\n")]);
    let json = Gate::of(&repo, &["--branch=work/quizes"]).json().ends_with(1);
    assert!(json.message("unclaimed-branch").contains("did you mean `work/quizzes`?"));
}

#[test]
fn rule_off_keeps_protection() {
    let repo = with_fork(&format!("{PLAN}{OFF}"));
    for source in sources(&repo) {
        let json = Gate::of(&repo, &source).arg("--branch=fork/fix").json().ends_with(1);
        let json = json.finds(&["foreign-lane  ci/deploy", "foreign-lane  lessons/b.json"]);
        let owners = |at: usize| &json.value["findings"][at]["data"]["owners"];
        assert_eq!(*owners(0), serde_json::json!([]));
        assert_eq!(*owners(1), serde_json::json!(["lessons"]));
    }
    branch(&repo, "fork/harmless", "main", &[("lesson.json", "1\n"), ("new", "1\n")]);
    Gate::of(&repo, &["--branch=fork/harmless"]).json().ends_with(0).finds(&[]);
    // The plan that judges is protected, and so is being found first.
    branch(&repo, "fork/plan", "main", &[("lanes.yaml", "x: 1\n"), (".lanes.yaml", "x: 1\n")]);
    let json = Gate::of(&repo, &["--branch=fork/plan"]).json().ends_with(1);
    json.finds(&["plan-changed  .lanes.yaml", "plan-changed  lanes.yaml"]);
}

#[test]
fn unclaimed_index_and_work_tree() {
    let repo = planned(&format!("{PLAN}{OFF}"));
    repo.git(&["checkout", "-q", "-b", "fork/fix"]);
    repo.write("ci/deploy", "1\n");
    let name = "--branch=fork/fix";
    Gate::of(&repo, &["--worktree", name]).json().ends_with(1).finds(&["foreign-lane  ci/deploy"]);
    repo.git(&["add", "-A"]);
    Gate::of(&repo, &["--staged", name]).json().ends_with(1).finds(&["foreign-lane  ci/deploy"]);
    // A branch that is merely checked out was not named: whose work it is has to be said.
    gate(&repo, &["--staged"]).ends_with(2).tells(&["no task has the branch `fork/fix`", "--task"]);
}

#[test]
fn missing_named_branch() {
    let repo = planned(&format!("{PLAN}{OFF}"));
    let json = Gate::of(&repo, &["--branch=fork/gone"]).json().ends_with(3);
    assert!(json.message("not-verified").contains("the branch `fork/gone` does not exist"));
    // Nor is one whose history cannot be read.
    let json = Gate::of(&repo, &["--range", "main...fork/gone", "--branch=fork/gone"]).json();
    json.ends_with(3).finds(&["not-verified  -"]);
}
