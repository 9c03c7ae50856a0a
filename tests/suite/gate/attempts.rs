//! Branches that a service names: patterns, several attempts at one task, branches of nobody's task.

use super::{Gate, Json, branch, planned};
use crate::harness::TestRepo;

const PLAN: &str = "\
tasks:
  lessons:
    write: lessons/**
    branch: [codex/lessons-*, \"*-codex/lessons-*\"]
  quizzes:
    write: quizzes/**
share: CHANGELOG.md
protect: ci/**
other-branches: [dependabot/**, codex/**]
";

fn all(repo: &TestRepo) -> Json {
    Gate::of(repo, &[] as &[&str]).json()
}

/// The inputs as `task attempt branch state`.
fn inputs(json: &Json) -> Vec<String> {
    let shown = |input: &serde_json::Value| {
        let text = |key: &str| input[key].to_string().replace('"', "");
        format!("{} {} {} {}", text("task"), text("attempt"), text("branch"), text("state"))
    };
    json.value["inputs"].as_array().unwrap().iter().map(shown).collect()
}

/// Two attempts at `lessons`, which differ in the same file, and one at `quizzes`.
fn attempts() -> TestRepo {
    let repo = planned(PLAN);
    branch(&repo, "codex/lessons-add", "main", &[("lessons/a", "1\n"), ("quizzes/x", "1\n")]);
    branch(&repo, "m2bkgg-codex/lessons-add", "main", &[("lessons/a", "2\n")]);
    branch(&repo, "quizzes", "main", &[("quizzes/x", "2\n")]);
    // Nobody's, however near its name is.
    branch(&repo, "claude/lessons-add", "main", &[("ci/run", "1\n")]);
    repo
}

#[test]
fn every_matching_branch_is_judged() {
    let json = all(&attempts()).ends_with(1);
    assert_eq!(
        inputs(&json),
        [
            "lessons 1 codex/lessons-add judged",
            "lessons 2 m2bkgg-codex/lessons-add judged",
            "quizzes null quizzes judged",
        ]
    );
    // The attempts are not held against each other, and each is against the other task.
    let json = json.finds(&[
        "colliding-writes lessons+quizzes quizzes/x",
        "foreign-lane lessons quizzes/x",
        "merge-conflict lessons+quizzes quizzes/x",
    ]);
    let findings = json.value["findings"].as_array().unwrap();
    let about: Vec<String> = findings.iter().map(|finding| finding["inputs"].to_string()).collect();
    assert_eq!(about, ["[0,2]", "[0]", "[0,2]"]);
    let message = findings[1]["message"].as_str().unwrap();
    assert!(message.starts_with("`lessons` (branch `codex/lessons-add`) added"), "{message}");
}

#[test]
fn attempts_collide_one_by_one() {
    let repo = attempts();
    repo.git(&["checkout", "-q", "m2bkgg-codex/lessons-add"]);
    repo.commit_file("quizzes/x", "3\n");
    repo.git(&["checkout", "-q", "main"]);
    let json = all(&repo).ends_with(1);
    let collisions = json.value["findings"].as_array().unwrap().iter();
    let collisions = collisions.filter(|finding| finding["rule"] == "colliding-writes");
    let about: Vec<String> = collisions.map(|finding| finding["inputs"].to_string()).collect();
    assert_eq!(about, ["[0,2]", "[1,2]"]);
    // People are told them apart as well.
    let said = Gate::of(&repo, &[] as &[&str]).run().stdout;
    assert!(said.contains("`m2bkgg-codex/lessons-add`"), "{said}");
}

#[test]
fn one_attempt_or_one_task() {
    let repo = attempts();
    let one = Gate::of(&repo, &["--branch", "m2bkgg-codex/lessons-add"]).json().ends_with(0);
    assert_eq!(inputs(&one), ["lessons null m2bkgg-codex/lessons-add judged"]);
    let task = Gate::of(&repo, &["--task", "lessons"]).json().ends_with(1);
    assert_eq!(inputs(&task).len(), 2);
    // A branch that only looks like one of the task's.
    let near = Gate::of(&repo, &["--branch", "claude/lessons-add"]).json().ends_with(1);
    near.finds(&["foreign-lane  ci/run", "unclaimed-branch  -"]);
    for (name, problem) in [
        ("codex/lessons-gone", "the branch `codex/lessons-gone` does not exist"),
        ("HEAD", "the branch `HEAD` does not exist"),
        ("refs/heads/quizzes", "the branch `refs/heads/quizzes` does not exist"),
    ] {
        let json = Gate::of(&repo, &["--branch", name]).json().ends_with(3);
        assert!(json.message("not-verified").starts_with(problem), "{name}: {:#}", json.value);
    }
    Gate::of(&repo, &["--branch=-x"]).json().ends_with(3);
}

/// The local branch is clean and behind what was pushed.
#[test]
fn stale_local_branch() {
    let origin = planned(PLAN);
    branch(&origin, "codex/lessons-1", "main", &[("lessons/a", "1\n")]);
    let clone = origin.clone_with(&[]);
    clone.git(&["branch", "-q", "codex/lessons-1", "origin/codex/lessons-1"]);
    origin.git(&["checkout", "-q", "codex/lessons-1"]);
    origin.commit_file("quizzes/strayed", "1\n");
    clone.git(&["fetch", "-q"]);
    let json = all(&clone).ends_with(1);
    assert!(json.findings().contains(&"foreign-lane lessons quizzes/strayed".to_owned()));
    assert_eq!(json.value["inputs"][0]["source"], "branch refs/remotes/origin/codex/lessons-1");
    assert!(json.answer.stderr.contains("refs/heads/codex/lessons-1 is behind it"));
    // The other way round, the local commits are what counts.
    clone.git(&["checkout", "-q", "codex/lessons-1"]);
    clone.git(&["reset", "-q", "--hard", "origin/codex/lessons-1"]);
    clone.commit_file("ci/local", "1\n");
    let json = all(&clone).ends_with(1);
    assert!(json.findings().contains(&"foreign-lane lessons ci/local".to_owned()));
    assert_eq!(json.value["inputs"][0]["source"], "branch refs/heads/codex/lessons-1");
}

#[test]
fn base_and_symbolic_refs_are_no_attempts() {
    let repo = planned(
        &PLAN.replace("branch: [codex/lessons-*, \"*-codex/lessons-*\"]", "branch: \"[!q]*\""),
    );
    let repo = {
        branch(&repo, "work", "main", &[("lessons/a", "1\n")]);
        repo.clone_with(&[])
    };
    repo.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/main"]);
    let json = Gate::of(&repo, &["--task=lessons"]).json().ends_with(0);
    assert_eq!(inputs(&json), ["lessons null work judged"]);
    // Another base is one too, and then `main` is not.
    let json =
        Gate::of(&repo, &["--task=lessons", "--base=origin/work", "--plan-from=origin/main"]);
    assert_eq!(inputs(&json.json()), ["lessons null main judged"]);
}

#[test]
fn other_branches() {
    let repo = planned(PLAN);
    let judged = |name: &str| Gate::of(&repo, &["--branch", name]).json();
    branch(&repo, "dependabot/npm/x", "main", &[("package.json", "1\n"), ("CHANGELOG.md", "1\n")]);
    let json = judged("dependabot/npm/x").ends_with(0).finds(&[]);
    assert_eq!(inputs(&json), ["null null dependabot/npm/x judged"]);
    branch(&repo, "dependabot/pip/y", "main", &[("lessons/a", "1\n"), ("ci/run", "1\n")]);
    let json = judged("dependabot/pip/y").ends_with(1);
    json.finds(&["foreign-lane  ci/run", "foreign-lane  lessons/a"]);
    branch(&repo, "dependabot/plan", "main", &[("lanes.yaml", "x: 1\n")]);
    judged("dependabot/plan").ends_with(1).finds(&["plan-changed  lanes.yaml"]);
    // A task's name wins, so this is judged by the task's lane.
    branch(&repo, "codex/lessons-1", "main", &[("elsewhere", "1\n")]);
    judged("codex/lessons-1").ends_with(1).finds(&["out-of-lane lessons elsewhere"]);
    branch(&repo, "codex/other", "main", &[("elsewhere", "1\n")]);
    judged("codex/other").ends_with(0).finds(&[]);
    // The branch that is checked out is known by itself.
    repo.git(&["checkout", "-q", "dependabot/pip/y"]);
    let json = Gate::of(&repo, &["--range", "main...HEAD"]).json().ends_with(1);
    json.finds(&["foreign-lane  ci/run", "foreign-lane  lessons/a"]);
    repo.git(&["checkout", "-q", "-b", "mine", "main"]);
    Gate::of(&repo, &["--worktree"]).run().ends_with(2);
}

/// A lane that is not known may hold what a branch of nobody's task changed.
#[test]
fn other_branch_beside_an_unknown_lane() {
    let repo = planned(&PLAN.replace("write: quizzes/**", "write: [quizzes/**, /x]"));
    branch(&repo, "dependabot/x", "main", &[("x", "1\n")]);
    let json = Gate::of(&repo, &["--branch", "dependabot/x"]).json().ends_with(3);
    assert!(json.message("not-verified").starts_with("cannot tell whether `x` is in a lane"));
}

#[test]
fn branches_that_may_be_meant() {
    let repo = planned(PLAN);
    branch(&repo, "claude/add-quizzes-x7", "main", &[("quizzes/a", "1\n")]);
    branch(&repo, "copilot/fix-1", "main", &[("elsewhere", "1\n")]);
    let json = all(&repo).ends_with(3);
    let message = json.message("not-verified");
    assert!(message.starts_with("no task has a branch, so nothing was checked"), "{message}");
    assert!(
        message.contains("`claude/add-quizzes-x7` changed only what `quizzes` may write"),
        "{message}"
    );
    assert!(message.contains("`copilot/fix-1` is no task's branch"), "{message}");
}

/// Which of two tasks such a branch belongs to is not guessed.
#[test]
fn branch_of_two_tasks() {
    let repo = planned(&PLAN.replace("  quizzes:\n", "  quizzes:\n    branch: \"codex/*-1\"\n"));
    branch(&repo, "codex/lessons-1", "main", &[("lessons/a", "1\n")]);
    let json = all(&repo).ends_with(1);
    assert!(json.findings().contains(&"duplicate-branch lessons+quizzes -".to_owned()));
    assert!(json.message("duplicate-branch").contains("both match branch `codex/lessons-1`"));
    Gate::of(&repo, &["--branch", "codex/lessons-1"]).run().ends_with(2);
}

#[test]
fn many_branches_of_one_task() {
    let number = std::env::var("LANELINT_TEST_BRANCHES").ok().and_then(|text| text.parse().ok());
    let number: usize = number.unwrap_or(300);
    let repo = planned(PLAN);
    let head = branch(&repo, "codex/lessons-0", "main", &[("lessons/a", "1\n")]);
    let refs: String =
        (0..number).map(|at| format!("{head} refs/heads/codex/lessons-{at}\n")).collect();
    repo.write(
        ".git/packed-refs",
        format!("# pack-refs with: peeled fully-peeled sorted \n{refs}"),
    );
    let json = all(&repo).ends_with(0);
    assert_eq!(json.value["inputs"].as_array().unwrap().len(), number + 1);
}

/// `wave` orders tasks as `needs` does.
#[test]
fn waves() {
    let plan = "tasks:\n  a: {write: x/**, wave: 1}\n  b: {write: y/**, wave: 1}\n  c: {write: z/**, wave: 3}\n";
    let repo = planned(plan);
    branch(&repo, "a", "main", &[("y/1", "1\n"), ("z/1", "1\n")]);
    let json = Gate::of(&repo, &["--task=a"]).json().ends_with(1);
    // `b` runs beside it, and `c` does not.
    json.finds(&["foreign-lane a y/1", "out-of-lane a z/1"]);
}
