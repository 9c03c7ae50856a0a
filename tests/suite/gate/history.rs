//! Whose change it is, by the history: what is merged, what a branch has from those before it, and
//! what merging it would write.

use super::{Gate, Json, branch, planned};
use crate::harness::TestRepo;

const PLAN: &str = "\
tasks:
  a: {write: a/**}
  b: {write: [b/**, common], needs: a}
  c: {write: c/**}
protect: ci/**
other-branches: bot/**
";

const NONE: &[&str] = &[];

#[track_caller]
fn all(repo: &TestRepo, status: i32, expected: &[&str]) -> Json {
    Gate::of(repo, NONE).json().ends_with(status).finds(expected)
}

/// `task state not_own` of each input.
fn states(json: &Json) -> Vec<String> {
    let shown = |input: &serde_json::Value| {
        let state = input["state"].as_str().unwrap();
        format!("{} {state} {}", input["task"].as_str().unwrap_or("-"), input["not_own"])
    };
    json.value["inputs"].as_array().unwrap().iter().map(shown).collect()
}

fn on(repo: &TestRepo, name: &str, file: &str, text: &str) {
    repo.git(&["checkout", "-q", name]);
    repo.commit_file(file, text);
    repo.git(&["checkout", "-q", "main"]);
}

/// Merges a branch into `main` in one of three ways.
fn merged(repo: &TestRepo, name: &str, how: &str) {
    match how {
        "merge" => drop(repo.git(&["merge", "-q", "--no-ff", "--no-edit", name])),
        "squash" => {
            repo.git(&["merge", "-q", "--squash", name]);
            repo.commit("squashed");
        }
        _ => {
            // On another commit, or the copy would be the same.
            repo.commit_file("common", "1\n");
            repo.git(&["cherry-pick", &format!("main..{name}")]);
        }
    }
}

/// `b` forked from `a`, and changed a file of its own.
fn stacked() -> TestRepo {
    let repo = planned(PLAN);
    branch(&repo, "a", "main", &[("a/x", "1\n")]);
    branch(&repo, "b", "a", &[("b/x", "1\n")]);
    repo.git(&["branch", "c", "main"]);
    on(&repo, "c", "c/x", "1\n");
    repo
}

#[test]
fn stacked_branch() {
    let repo = stacked();
    let json = all(&repo, 0, &[]);
    assert_eq!(states(&json), ["a judged 0", "b judged 1", "c judged 0"]);
    // The same is true if it is judged alone, and by a range.
    Gate::of(&repo, &["--task=b"]).json().ends_with(0).finds(&[]);
    Gate::of(&repo, &["--range", "b=main...b"]).json().ends_with(0).finds(&[]);
    // What it changes of the other's work is its own.
    on(&repo, "b", "a/x", "3\n");
    let json = Gate::of(&repo, &["--task=b"]).json().ends_with(1);
    json.finds(&["out-of-lane b a/x"]);
    // If that goes on, what was taken before is still not, but more is needed now.
    let repo = stacked();
    on(&repo, "a", "a/x", "2\n");
    let json = Gate::of(&repo, &["--task=b"]).json().ends_with(1).finds(&["unmet-need b+a -"]);
    assert_eq!(states(&json), ["b judged 1"]);
}

/// What `b` has from a branch that it does not need, or that strayed itself, is its own.
#[test]
fn inherited_from_elsewhere() {
    let repo = stacked();
    repo.git(&["branch", "-q", "-f", "b", "c"]);
    on(&repo, "b", "b/x", "1\n");
    let json = Gate::of(&repo, &["--task=b"]).json().ends_with(1);
    json.finds(&["foreign-lane b c/x", "unmet-need b+a -"]);
    // `a` wrote what is not in its lane, and what is protected.
    let repo = planned(PLAN);
    branch(&repo, "a", "main", &[("a/x", "1\n"), ("elsewhere", "1\n"), ("ci/x", "1\n")]);
    branch(&repo, "b", "a", &[("b/x", "1\n")]);
    let json = Gate::of(&repo, &["--task=b"]).json().ends_with(1);
    json.finds(&["foreign-lane b ci/x", "out-of-lane b elsewhere"]);
}

#[test]
fn merged_in_three_ways() {
    for how in ["merge", "squash", "pick"] {
        let repo = stacked();
        merged(&repo, "a", how);
        let json = all(&repo, 0, &[]);
        let states = states(&json);
        assert!(states[0].starts_with("a merged"), "{how}: {states:?}");
        assert!(states[1].starts_with("b judged"), "{how}: {states:?}");
        // Its lane is free: nobody concurrent owns it any more.
        on(&repo, "c", "a/new", "1\n");
        let json = Gate::of(&repo, &["--task=c"]).json().ends_with(1);
        json.finds(&["out-of-lane c a/new"]);
    }
}

/// The near-misses of a merged branch.
#[test]
fn not_merged() {
    // One more commit.
    let repo = stacked();
    merged(&repo, "a", "squash");
    on(&repo, "a", "a/y", "1\n");
    let json = all(&repo, 1, &["unmet-need b+a -"]);
    assert!(states(&json)[0].starts_with("a judged"), "{:?}", states(&json));
    // The base took it back.
    let repo = stacked();
    merged(&repo, "a", "squash");
    repo.git(&["revert", "--no-edit", "HEAD"]);
    on(&repo, "c", "a/x", "9\n");
    let json = Gate::of(&repo, &["--task=c"]).json().ends_with(1);
    assert!(json.findings().contains(&"foreign-lane c a/x".to_owned()), "{:?}", json.findings());
    // `merge -s ours` brings nothing of it, and the branch is in the history all the same.
    let repo = stacked();
    repo.git(&["merge", "-q", "--no-edit", "-s", "ours", "a"]);
    let json = Gate::of(&repo, &["--task=a"]).json().ends_with(0);
    assert!(states(&json)[0].starts_with("a merged"));
}

/// A branch on an old merged commit, or with nothing, does not make its task look merged.
#[test]
fn task_that_only_looks_merged() {
    let repo = planned(PLAN);
    branch(&repo, "old", "main", &[("c/old", "1\n")]);
    merged(&repo, "old", "merge");
    repo.git(&["branch", "a", "old"]);
    branch(&repo, "b", "main", &[("b/x", "1\n")]);
    // What was merged there is outside the lane of `a`.
    let json = Gate::of(&repo, &["--task=b"]).json().ends_with(1);
    json.finds(&["unmet-need b+a -"]);
    // A new branch may also have been fast-forwarded: a warning.
    repo.git(&["branch", "-f", "a", "main"]);
    let json = Gate::of(&repo, &["--task=b"]).json().ends_with(0).finds(&["unmet-need b+a -"]);
    assert_eq!(json.finding("unmet-need")["level"], "warning");
    // The plan did not have the task by then.
    let repo = planned("tasks:\n  x: {write: x}\n");
    branch(&repo, "a", "main", &[("a/x", "1\n")]);
    merged(&repo, "a", "merge");
    repo.commit_file("lanes.yaml", PLAN);
    branch(&repo, "b", "main", &[("b/x", "1\n")]);
    let json = Gate::of(&repo, &["--task=b"]).json().ends_with(1);
    json.finds(&["unmet-need b+a -"]);
}

#[test]
fn needs_that_are_not_merged() {
    let plan =
        "tasks:\n  a: {write: a/**}\n  b: {write: b/**}\n  all: {write: '**', needs: [a, b]}\n";
    let repo = planned(plan);
    branch(&repo, "all", "main", &[("a/x", "1\n")]);
    // Neither has begun, as far as anyone can see.
    Gate::of(&repo, &["--task=all"]).json().ends_with(0).finds(&[]);
    branch(&repo, "a", "main", &[("a/y", "1\n")]);
    branch(&repo, "b", "main", &[("b/y", "1\n")]);
    for source in [&["--task=all"][..], &["--range", "all=main...all"], NONE] {
        let json = Gate::of(&repo, source).json().ends_with(1);
        json.finds(&["unmet-need all+a -", "unmet-need all+b -"]);
    }
    merged(&repo, "a", "squash");
    let json = Gate::of(&repo, &["--task=all"]).json().ends_with(1);
    json.finds(&["unmet-need all+b -"]);
}

/// The base is a side of the merge: what conflicts with it cannot be merged either.
#[test]
fn conflict_with_the_base() {
    let repo = stacked();
    repo.commit_file("c/x", "other\n");
    let json = Gate::of(&repo, &["--task=c"]).json().ends_with(1).finds(&["merge-conflict c c/x"]);
    assert!(json.message("merge-conflict").starts_with("`c` conflicts with its base in `c/x`"));
    // One that merges is fine, and so is the same content on both sides.
    let repo = stacked();
    repo.commit_file("c/y", "other\n");
    repo.commit_file("c/x", "1\n");
    Gate::of(&repo, &["--task=c"]).json().ends_with(0).finds(&[]);
    // The merged task whose lane holds the path is named.
    let repo = stacked();
    merged(&repo, "a", "merge");
    on(&repo, "c", "a/x", "mine\n");
    let json = Gate::of(&repo, &["--task=c"]).json().ends_with(1);
    assert!(json.message("merge-conflict").contains("which `a`, already merged, may have changed"));
}

/// A change that the base made meanwhile is not charged to the branch, and one that hides behind an
/// equal entry elsewhere is.
#[test]
fn changed_on_both_sides() {
    let repo = planned(PLAN);
    branch(&repo, "c", "main", &[("c/x", "1\n"), ("shared", "1\n")]);
    repo.commit_file("shared", "1\n");
    let json = Gate::of(&repo, &["--task=c"]).json().ends_with(0).finds(&[]);
    assert_eq!(states(&json), ["c judged 1"]);
    on(&repo, "c", "shared", "2\n");
    let json = Gate::of(&repo, &["--task=c"]).json().ends_with(1);
    assert!(json.findings().contains(&"out-of-lane c shared".to_owned()));
    // Equal to another entry of the base, but not to the one of this path.
    on(&repo, "c", "other", "1\n");
    let json = Gate::of(&repo, &["--task=c"]).json().ends_with(1);
    assert!(json.findings().contains(&"out-of-lane c other".to_owned()));
}

#[test]
fn superseded_attempts() {
    let plan = PLAN.replace("a: {write: a/**}", "a: {write: a/**, branch: \"a-*\"}");
    let repo = planned(&plan);
    branch(&repo, "a-1", "main", &[("a/x", "1\n")]);
    branch(&repo, "a-2", "main", &[("a/x", "2\n"), ("ci/x", "1\n")]);
    all(&repo, 1, &["foreign-lane a ci/x", "missing-branch b -", "missing-branch c -"]);
    merged(&repo, "a-1", "squash");
    let json = all(&repo, 0, &["missing-branch b -", "missing-branch c -"]);
    assert_eq!(states(&json)[..2], ["a merged 1", "a superseded 0"]);
    // Whoever names it has it judged in full.
    let json = Gate::of(&repo, &["--branch=a-2"]).json().ends_with(1);
    assert!(json.findings().contains(&"foreign-lane a ci/x".to_owned()));
}

/// A bot may not write into a lane that someone may be at work in.
#[test]
fn other_branches_and_merged_tasks() {
    let repo = stacked();
    let judged = |name: &str| Gate::of(&repo, &["--branch", name]).json();
    branch(&repo, "bot/a", "main", &[("a/new", "1\n")]);
    branch(&repo, "bot/b", "main", &[("b/new", "1\n")]);
    judged("bot/a").ends_with(1).finds(&["foreign-lane  a/new"]);
    // `b` waits for `a`, whose branch is not merged.
    judged("bot/b").ends_with(0).finds(&[]);
    merged(&repo, "a", "squash");
    judged("bot/a").ends_with(0).finds(&[]);
    judged("bot/b").ends_with(1).finds(&["foreign-lane  b/new"]);
}
