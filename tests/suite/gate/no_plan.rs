//! The pull request that brings the plan, and repositories that have none yet.

use std::os::unix::fs::symlink;

use super::{Gate, branch};
use crate::harness::TestRepo;

const PLAN: &str = "tasks:\n  a: {write: alpha/**}\n  b: {write: beta/**}\n";

fn without_plan() -> TestRepo {
    let repo = TestRepo::new();
    repo.commit_file("README.md", "1\n");
    repo
}

const ALLOWED: [&str; 2] = ["--range=main...first", "--allow-no-plan"];

#[test]
fn plan_that_a_branch_brings() {
    let repo = without_plan();
    branch(&repo, "first", "main", &[("lanes.yaml", PLAN), ("alpha/x", "1\n")]);
    Gate::of(&repo, &["--range=main...first"]).run().ends_with(2);
    for arguments in [&ALLOWED[..], &["--branch=first", "--allow-no-plan"]] {
        let json = Gate::of(&repo, arguments).json().ends_with(0).finds(&[]);
        assert!(json.answer.stderr.contains("so no lane was checked"), "{}", json.answer.stderr);
        assert_eq!(json.value["summary"]["tasks"], 2);
    }
    // It is checked.
    branch(&repo, "first-too", "main", &[("lanes.yaml", &PLAN.replace("beta/**", "alpha/x"))]);
    let arguments = ["--range=main...first-too", "--allow-no-plan"];
    Gate::of(&repo, &arguments).json().ends_with(1).finds(&["overlapping-lanes a+b alpha/x"]);
    branch(&repo, "broken", "main", &[("lanes.yaml", "tasks:\n")]);
    Gate::of(&repo, &["--range=main...broken", "--allow-no-plan"]).run().ends_with(2);
    // Once the base has a plan, the flag changes nothing.
    repo.git(&["merge", "-q", "first"]);
    branch(&repo, "a", "main", &[("beta/x", "1\n")]);
    let arguments = ["--range=main...a", "--branch=a", "--allow-no-plan"];
    Gate::of(&repo, &arguments).json().ends_with(1).finds(&["foreign-lane a beta/x"]);
}

#[test]
fn no_plan_anywhere() {
    let repo = without_plan();
    branch(&repo, "first", "main", &[("alpha/x", "1\n")]);
    let json = Gate::of(&repo, &ALLOWED).json().ends_with(0).finds(&[]);
    assert_eq!(json.value["summary"]["tasks"], 0);
    Gate::of(&repo, &["--range=main...gone", "--allow-no-plan"]).json().ends_with(3);
}

/// Anything that has the name of a plan is no repository without one.
#[test]
fn something_with_the_name_of_a_plan() {
    for name in ["lanes.yaml", ".lanes", ".github/lanes.yml"] {
        let repo = without_plan();
        if name.starts_with(".github") {
            repo.write(".github/x", "1\n");
        }
        symlink("README.md", repo.path(name)).unwrap();
        repo.commit("link");
        branch(&repo, "first", "main", &[("alpha/x", "1\n")]);
        Gate::of(&repo, &ALLOWED).run().ends_with(2);
    }
    let repo = without_plan();
    repo.commit_file(".lanes", "a file\n");
    branch(&repo, "first", "main", &[("alpha/x", "1\n")]);
    Gate::of(&repo, &ALLOWED).run().ends_with(2);
    let repo = without_plan();
    repo.commit_file(".lanes/notes.txt", "no plan\n");
    branch(&repo, "first", "main", &[("alpha/x", "1\n")]);
    Gate::of(&repo, &ALLOWED).run().ends_with(2);
}
