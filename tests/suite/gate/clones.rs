//! Clones that lack something: each piece of advice is followed, and helps.

use super::{Gate, Json, branch, planned};
use crate::harness::TestRepo;

const PLAN: &str = "tasks:\n  lessons: {write: lessons/**, branch: codex/lessons}\n  quizzes: {write: quizzes/**}\n";

fn origin() -> TestRepo {
    let origin = planned(PLAN);
    origin.commit_file("README.md", "1\n");
    branch(&origin, "codex/lessons", "main", &[("lessons/a", "1\n"), ("quizzes/a", "1\n")]);
    branch(&origin, "quizzes", "main", &[("quizzes/a", "2\n")]);
    origin.commit_file("README.md", "2\n");
    origin
}

/// Follows the advice until there is none, and returns the last answer and the commands.
#[track_caller]
fn followed(clone: &TestRepo, arguments: &[&str]) -> (Json, Vec<String>) {
    let mut commands = Vec::new();
    loop {
        let json = Gate::of(clone, arguments).json();
        if json.answer.status != 3 {
            return (json, commands);
        }
        let message = json.message("not-verified");
        let advised = message.split('`').find(|part| part.starts_with("git fetch"));
        let advised = advised.unwrap_or_else(|| panic!("no advice in {message}")).to_owned();
        assert!(!commands.contains(&advised), "{advised} did not help: {message}");
        let arguments: Vec<&str> = advised["git ".len()..].split(' ').collect();
        let arguments: Vec<&str> = arguments.iter().map(|word| word.trim_matches('\'')).collect();
        clone.git(&arguments);
        commands.push(advised);
    }
}

#[test]
fn shallow_clone_of_one_branch() {
    let origin = origin();
    for depth in [&["--depth", "1"][..], &[]] {
        let clone =
            origin.clone_with(&[depth, &["--single-branch", "-b", "codex/lessons"]].concat());
        let (json, commands) = followed(&clone, &["--task=lessons"]);
        json.ends_with(1).finds(&["foreign-lane lessons quizzes/a"]);
        assert!(!commands.is_empty());
        assert_eq!(commands[0], "git fetch origin main:refs/remotes/origin/main");
    }
}

#[test]
fn clone_of_the_base_alone() {
    let origin = origin();
    let clone = origin.clone_with(&["--single-branch", "-b", "main"]);
    let (json, commands) = followed(&clone, &[]);
    assert_eq!(commands, ["git fetch origin '+refs/heads/*:refs/remotes/origin/*'"]);
    json.ends_with(1);
    // One branch alone.
    let clone = origin.clone_with(&["--single-branch", "-b", "main"]);
    let json = Gate::of(&clone, &["--task=quizzes"]).json();
    let help = json.message("missing-branch");
    assert!(help.contains("`git fetch origin quizzes:refs/remotes/origin/quizzes`"), "{help}");
    clone.git(&["fetch", "-q", "origin", "quizzes:refs/remotes/origin/quizzes"]);
    Gate::of(&clone, &["--task=quizzes"]).json().ends_with(0);
}

/// The plan is on a local `main` that nobody pushed.
#[test]
fn base_that_is_not_pushed() {
    let origin = TestRepo::new();
    origin.commit_file("README.md", "1\n");
    let clone = origin.clone_with(&[]);
    clone.commit_file("lanes.yaml", PLAN);
    branch(&clone, "quizzes", "main", &[("quizzes/a", "1\n")]);
    let answer = Gate::of(&clone, &["--task=quizzes"]).run().ends_with(2);
    assert!(answer.stderr.contains("push it, choose a local branch with --base refs/heads/NAME"));
    Gate::of(&clone, &["--task=quizzes", "--base=refs/heads/main"]).json().ends_with(0).finds(&[]);
    clone.git(&["push", "-q", "origin", "main:later"]);
    clone.git(&["update-ref", "refs/remotes/origin/main", "main"]);
    Gate::of(&clone, &["--task=quizzes"]).json().ends_with(0).finds(&[]);
}
