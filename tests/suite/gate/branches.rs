//! Each task's own branch, and what its name stands for.

use super::{Gate, PLAN, branch, gate, planned};
use crate::harness::TestRepo;

#[test]
fn all_tasks_by_branch() {
    let repo = planned(PLAN);
    let fork = repo.git(&["rev-parse", "main"]);
    let head = branch(&repo, "lessons", "main", &[("quizzes/b.json", "1\n")]);
    branch(&repo, "work/quizzes", "main", &[("quizzes/c.json", "1\n")]);
    let base = repo.commit_file("elsewhere", "1\n");
    let json = Gate::of(&repo, &[] as &[&str]).json().ends_with(1);
    let json = json.finds(&["missing-branch audit -", "foreign-lane lessons quizzes/b.json"]);
    let inputs = json.value["inputs"].as_array().unwrap();
    assert_eq!(inputs.len(), 3);
    assert_eq!(inputs[0]["source"], "branch refs/heads/lessons");
    assert_eq!(inputs[0]["base"], base);
    assert_eq!(inputs[0]["head"], head);
    assert_eq!(inputs[0]["merge_base"], fork);
    assert_eq!(inputs[2]["source"], "branch audit");
    assert!(inputs[2]["head"].is_null());
}

#[test]
fn single_named_task() {
    let repo = planned(PLAN);
    branch(&repo, "lessons", "main", &[("quizzes/b.json", "1\n")]);
    branch(&repo, "work/quizzes", "main", &[("quizzes/c.json", "1\n")]);
    for name in ["--task=quizzes", "--branch=work/quizzes"] {
        let json = Gate::of(&repo, &[name]).json().ends_with(0).finds(&[]);
        assert_eq!(json.value["inputs"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn no_branches_at_all() {
    let repo = planned(PLAN);
    let answer = Gate::of(&repo, &[] as &[&str]).json().ends_with(3);
    assert_eq!(answer.value["summary"]["verified"], false);
    assert!(answer.message("not-verified").contains("no task has a branch"));
    // One that was asked for by name is not excused by the branches of others.
    branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n")]);
    gate(&repo, &[] as &[&str]).ends_with(0);
    gate(&repo, &["--task=audit"]).ends_with(3);
    // Not even where all is allowed.
    gate(&repo, &["--task=audit", "--exit-zero"]).ends_with(3);
}

#[test]
fn unchanged_and_review_branches() {
    let repo = planned(PLAN);
    repo.git(&["branch", "lessons"]);
    branch(&repo, "audit", "main", &[("NOTES.md", "stale\n")]);
    let json = Gate::of(&repo, &[] as &[&str]).json().ends_with(1);
    let json = json.finds(&[
        "review-only-write audit NOTES.md",
        "no-changes lessons -",
        "missing-branch quizzes -",
    ]);
    assert_eq!(json.finding("review-only-write")["data"]["owners"], serde_json::json!([]));
    gate(&repo, &["--task=lessons"]).ends_with(0);
    gate(&repo, &["--task=lessons", "--deny-warnings"]).ends_with(1);
    // A review without changes is as it should be.
    repo.git(&["branch", "-f", "audit", "main"]);
    Gate::of(&repo, &["--task=audit", "--deny-warnings"]).json().ends_with(0).finds(&[]);
}

/// A clone that has `main` and the branches of its origin, as a CI job sees them.
fn cloned() -> (TestRepo, TestRepo) {
    let origin = planned(PLAN);
    branch(&origin, "lessons", "main", &[("quizzes/remote", "1\n")]);
    let clone = origin.clone_with(&[]);
    (origin, clone)
}

#[test]
fn remote_only_branch() {
    let (_origin, clone) = cloned();
    let json = Gate::of(&clone, &["--task=lessons"]).json().ends_with(1);
    let json = json.finds(&["foreign-lane lessons quizzes/remote"]);
    assert_eq!(json.value["inputs"][0]["source"], "branch refs/remotes/origin/lessons");
    assert!(!json.answer.stderr.contains("differs"));
    // A range names revisions, and `lessons` alone is none here.
    let json = Gate::of(&clone, &["--range", "lessons=main...lessons"]).json().ends_with(3);
    assert!(json.message("not-verified").ends_with("did you mean `origin/lessons`?"));
    gate(&clone, &["--range", "lessons=main...origin/lessons"]).ends_with(1);
}

#[test]
fn local_task_and_remote_base() {
    let (origin, clone) = cloned();
    clone.git(&["checkout", "-q", "-b", "lessons", "main"]);
    clone.commit_file("quizzes/local", "1\n");
    let json = Gate::of(&clone, &["--task=lessons"]).json().ends_with(1);
    let both = ["foreign-lane lessons quizzes/local", "foreign-lane lessons quizzes/remote"];
    let json = json.finds(&both);
    assert!(json.answer.stderr.contains("have diverged, so each is judged as an attempt"));
    assert!(!json.answer.stderr.contains("as the base"));

    // The local `main` has a plan of its own, which its owner never pushed.
    clone.git(&["checkout", "-q", "main"]);
    let forged = PLAN.replace("lessons/**", "\"**\"");
    clone.commit_file("lanes.yaml", &forged);
    let base = origin.git(&["rev-parse", "main"]);
    let json = Gate::of(&clone, &["--task=lessons"]).json().ends_with(1);
    assert_eq!(json.value["inputs"][0]["base"], base);
    let told = "using refs/remotes/origin/main as the base; refs/heads/main differs";
    assert!(json.answer.stderr.contains(told), "{}", json.answer.stderr);
}

#[test]
fn tag_beside_branch() {
    let repo = planned(PLAN);
    let honest = branch(&repo, "lessons", "main", &[("quizzes/b.json", "1\n")]);
    let main = repo.git(&["rev-parse", "main"]);
    // The tags hide both branches from git's own rules: the base is the head, the task unchanged.
    repo.git(&["tag", "main", &honest]);
    repo.git(&["tag", "lessons", &main]);
    for arguments in [&["--task=lessons"][..], &["--task=lessons", "--base=main"]] {
        let json = Gate::of(&repo, arguments).json().ends_with(1);
        let json = json.finds(&["foreign-lane lessons quizzes/b.json"]);
        assert_eq!(json.value["inputs"][0]["base"], main);
    }
    // Of a range, which names any revisions, nobody knows which is meant.
    let range = ["--range", "lessons=main...lessons"];
    let json = Gate::of(&repo, &range).json().ends_with(3);
    assert!(json.message("not-verified").contains("ambiguous"));
    // Where there is only a tag, there is no branch.
    repo.git(&["tag", "audit", &honest]);
    Gate::of(&repo, &["--task=audit"]).json().ends_with(3);
}

#[test]
fn remote_head() {
    let (_origin, clone) = cloned();
    clone.git(&["checkout", "-q", "-b", "here"]);
    let here = clone.commit_file("lessons/here", "1\n");
    for name in ["HEAD", "@"] {
        let arguments = ["--plan-from", name, "--range", "lessons=main...here"];
        gate(&clone, &arguments).ends_with(0).tells(&["plan: lanes.yaml in commit", &here]);
    }
    let json = Gate::of(&clone, &["--worktree", "--base=HEAD", "--task=lessons"]).json();
    assert_eq!(json.value["inputs"][0]["base"], here);
}

#[test]
fn branches_named_like_the_base() {
    let (origin, _) = cloned();
    let main = origin.git(&["rev-parse", "main"]);
    let forged = PLAN.replace("lessons/**", "\"**\"");
    let evil = branch(&origin, "origin/main", "main", &[("lanes.yaml", &forged)]);
    origin.git(&["update-ref", &format!("refs/heads/{main}"), &evil]);
    // A clone has them as `refs/remotes/origin/origin/main` and `refs/remotes/origin/<hash>`.
    let clone = origin.clone_with(&[]);
    for flag in ["--plan-from", "--base"] {
        let json = Gate::of(&clone, &[flag, &main, "--task=lessons"]).json().ends_with(1);
        let json = json.finds(&["foreign-lane lessons quizzes/remote"]);
        assert!(!json.answer.stderr.contains(&evil));
        let json = Gate::of(&clone, &[flag, "origin/main", "--task=lessons"]).json().ends_with(3);
        assert!(json.message("not-verified").contains("ambiguous"), "{:#}", json.value);
    }
}

#[test]
fn base_from_plan_or_flag() {
    let repo = planned(&format!("base: develop\n{PLAN}"));
    repo.git(&["branch", "develop"]);
    repo.git(&["checkout", "-q", "develop"]);
    let develop = repo.commit_file("elsewhere", "1\n");
    repo.git(&["checkout", "-q", "main"]);
    branch(&repo, "lessons", "develop", &[("lessons/b.json", "1\n")]);
    let json = Gate::of(&repo, &["--task=lessons"]).json().ends_with(0).finds(&[]);
    assert_eq!(json.value["inputs"][0]["base"], develop);
    let json = Gate::of(&repo, &["--task=lessons", "--base=main"]).json().ends_with(1);
    json.finds(&["out-of-lane lessons elsewhere"]);
}

#[test]
fn base_from_origin_head() {
    let (origin, _) = cloned();
    origin.git(&["branch", "-m", "main", "trunk"]);
    let clone = origin.clone_with(&[]);
    gate(&clone, &["--task=lessons"])
        .ends_with(1)
        .tells(&["plan: lanes.yaml in commit", "(trunk)"]);
    let json = Gate::of(&origin, &["--task=lessons"]).json().ends_with(3);
    assert!(json.message("not-verified").contains("no base branch `main`"));
    assert!(json.message("not-verified").contains("--base"));
}

#[test]
fn none_or_several_merge_bases() {
    let repo = planned(PLAN);
    repo.git(&["checkout", "-q", "--orphan", "lessons"]);
    repo.commit_file("lessons/b.json", "1\n");
    repo.git(&["checkout", "-q", "-f", "main"]);
    for arguments in [&["--task=lessons"][..], &["--range", "lessons=main...lessons"]] {
        let json = Gate::of(&repo, arguments).json().ends_with(3);
        assert!(json.message("not-verified").contains("have no merge base"));
    }
    // The two trees can be compared all the same.
    gate(&repo, &["--range", "lessons=main..lessons"]).ends_with(0);

    let repo = planned(PLAN);
    branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n")]);
    repo.commit_file("quizzes/b.json", "1\n");
    repo.git(&["branch", "side"]);
    repo.git(&["merge", "-q", "-m", "one way", "lessons"]);
    repo.git(&["checkout", "-q", "lessons"]);
    repo.git(&["merge", "-q", "-m", "the other way", "side"]);
    repo.git(&["checkout", "-q", "main"]);
    for arguments in [&["--task=lessons"][..], &["--range", "lessons=main...lessons"]] {
        let json = Gate::of(&repo, arguments).json().ends_with(3);
        assert!(json.message("not-verified").contains("several merge bases"));
    }
}

#[test]
fn merges_from_the_base() {
    let repo = planned(PLAN);
    branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n")]);
    repo.commit_file("elsewhere", "1\n");
    repo.git(&["checkout", "-q", "lessons"]);
    repo.git(&["merge", "-q", "-m", "catch up", "main"]);
    repo.git(&["checkout", "-q", "main"]);
    repo.commit_file("and again", "1\n");
    Gate::of(&repo, &["--task=lessons"]).json().ends_with(0).finds(&[]);
}

#[test]
fn edits_in_a_merge_commit() {
    let repo = planned(PLAN);
    branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n")]);
    repo.commit_file("elsewhere", "1\n");
    repo.git(&["checkout", "-q", "lessons"]);
    repo.git(&["merge", "-q", "--no-commit", "--no-ff", "main"]);
    repo.write("quizzes/a.json", "2\n");
    repo.write("elsewhere", "2\n");
    repo.commit("catch up, and more");
    repo.git(&["checkout", "-q", "main"]);
    let json = Gate::of(&repo, &["--task=lessons"]).json().ends_with(1);
    json.finds(&["out-of-lane lessons elsewhere", "foreign-lane lessons quizzes/a.json"]);
}

#[test]
fn shallow_clone() {
    let origin = planned(PLAN);
    branch(&origin, "lessons", "main", &[("lessons/b.json", "1\n")]);
    origin.commit_file("lessons/a.json", "2\n");
    let clone = origin.clone_with(&["--depth=1", "--no-single-branch"]);
    for arguments in [&["--task=lessons"][..], &["--range", "lessons=origin/main...origin/lessons"]]
    {
        let json = Gate::of(&clone, arguments).json().ends_with(3);
        assert!(json.message("not-verified").contains("git fetch --unshallow"));
    }
    clone.git(&["fetch", "-q", "--unshallow"]);
    gate(&clone, &["--task=lessons"]).ends_with(0);
}

#[test]
fn unknown_revision() {
    let repo = planned(PLAN);
    branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n")]);
    for arguments in [
        &["--range", "lessons=main...nowhere"][..],
        &["--range", "lessons=nowhere...lessons"],
        &["lanes.yaml", "--range", "lessons=nowhere...lessons"],
        &["--base=nowhere"],
        &["--plan-from=nowhere"],
        &["--worktree", "--base=nowhere", "--task=lessons"],
    ] {
        let json = Gate::of(&repo, arguments).json().ends_with(3);
        assert!(json.message("not-verified").contains("nowhere"), "{:#}", json.value);
    }
    for revision in ["--all", "-x", "main^{tree}", "", "a\nb", ":/the"] {
        let range = format!("lessons={revision}...lessons");
        assert!(matches!(gate(&repo, &["--range", &range]).status, 2 | 3), "{revision:?}");
    }
}

#[test]
fn tasks_on_one_branch() {
    let plan = "tasks:\n  lessons: {write: lessons/**, branch: both}\n  quizzes: {write: quizzes/**, branch: both}\n";
    let repo = planned(plan);
    branch(&repo, "both", "main", &[("lessons/b.json", "1\n")]);
    let json = Gate::of(&repo, &[] as &[&str]).json().ends_with(1);
    json.finds(&["duplicate-branch lessons+quizzes -", "foreign-lane quizzes lessons/b.json"]);
    let plan = plan.replacen("branch: both", "branch: both/one", 1);
    let repo = planned(&plan);
    branch(&repo, "both", "main", &[("quizzes/b.json", "1\n")]);
    let json = Gate::of(&repo, &["--task=quizzes"]).json().ends_with(1);
    json.finds(&["duplicate-branch lessons+quizzes -"]);
}

#[test]
fn task_of_a_shared_branch() {
    let plan = "tasks:\n  lessons: {write: lessons/**, branch: both}\n  quizzes: {write: quizzes/**, branch: both}\n";
    let repo = planned(plan);
    branch(&repo, "both", "main", &[("lessons/b.json", "1\n")]);
    repo.git(&["checkout", "-q", "both"]);
    for arguments in
        [&["--branch=both"][..], &["--worktree"], &["--staged"], &["--range=main...both"]]
    {
        let answer = Gate::of(&repo, arguments).run().ends_with(2);
        answer.tells(&["several tasks have the branch `both`: `lessons`, `quizzes`", "--task ID"]);
    }
    let json = Gate::of(&repo, &["--worktree", "--task=lessons"]).json().ends_with(1);
    json.finds(&["no-changes lessons -", "duplicate-branch lessons+quizzes -"]);
}

#[test]
fn one_broken_branch() {
    let repo = planned(PLAN);
    let head = branch(&repo, "lessons", "main", &[("quizzes/b.json", "1\n")]);
    branch(&repo, "work/quizzes", "main", &[("quizzes/c.json", "1\n")]);
    let gone = repo.git(&["rev-parse", "work/quizzes^{tree}"]);
    repo.remove(&format!(".git/objects/{}/{}", &gone[..2], &gone[2..]));
    let json = Gate::of(&repo, &[] as &[&str]).json().ends_with(3);
    assert_eq!(json.value["inputs"][0]["head"], head);
    assert!(json.findings().contains(&"foreign-lane lessons quizzes/b.json".to_owned()));
    assert_eq!(json.finding("not-verified")["tasks"][0], "quizzes");

    // Nor does a ref that is no ref.
    repo.write(".git/refs/heads/work/quizzes", "nonsense\n");
    let json = Gate::of(&repo, &[] as &[&str]).json().ends_with(3);
    assert!(json.findings().contains(&"foreign-lane lessons quizzes/b.json".to_owned()));
    assert!(json.message("not-verified").contains("broken ref `refs/heads/work/quizzes`"));
}
