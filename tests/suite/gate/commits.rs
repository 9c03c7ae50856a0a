//! `gate --by-trailer` and `--by-subject`: one branch with the commits of several tasks.

use super::{Gate, Json, PLAN, planned};
use crate::harness::TestRepo;

fn repo() -> TestRepo {
    let repo = planned(PLAN);
    repo.git(&["checkout", "-q", "-b", "all"]);
    repo
}

/// Commits one file with a message.
fn commit(repo: &TestRepo, file: &str, message: &str) -> String {
    repo.write(file, format!("{message}\n"));
    repo.commit(message)
}

fn judged(repo: &TestRepo, arguments: &[&str]) -> Json {
    Gate::of(repo, &[&["--range=main...all"][..], arguments].concat()).json()
}

fn by_trailer(repo: &TestRepo) -> Json {
    judged(repo, &["--by-trailer=Task"])
}

#[test]
fn commits_of_two_tasks() {
    let repo = repo();
    let first = commit(&repo, "lessons/a", "Add\n\nTask: lessons");
    commit(&repo, "quizzes/a", "Add\n\ntask: quizzes\nSigned-off-by: a <a@b>");
    let json = by_trailer(&repo).ends_with(0).finds(&[]);
    let inputs = json.value["inputs"].as_array().unwrap();
    assert_eq!(inputs.len(), 2);
    assert_eq!(inputs[0]["task"], "lessons");
    assert_eq!(inputs[0]["source"], format!("commit {first}"));
    assert_eq!(inputs[0]["head"], first);
    // Two dots are the same commits.
    let range = ["--range=main..all", "--by-trailer=Task"];
    Gate::of(&repo, &range).json().ends_with(0).finds(&[]);
}

#[test]
fn change_outside_the_named_lane() {
    let repo = repo();
    commit(&repo, "lessons/a", "Add\n\nTask: lessons");
    let wrong = commit(&repo, "quizzes/a", "Add\n\nTask: lessons");
    commit(&repo, "elsewhere", "Add\n\nTask: quizzes");
    let expected = ["out-of-lane quizzes elsewhere", "foreign-lane lessons quizzes/a"];
    let json = by_trailer(&repo).ends_with(1).finds(&expected);
    assert!(
        json.message("foreign-lane").contains(&wrong[..12]),
        "{}",
        json.message("foreign-lane")
    );
    assert_eq!(json.finding("foreign-lane")["inputs"], serde_json::json!([1]));
}

#[test]
fn reverted_stray() {
    let repo = repo();
    commit(&repo, "quizzes/a", "Add\n\nTask: lessons");
    repo.remove("quizzes/a");
    repo.commit("Revert\n\nTask: lessons");
    let found = ["foreign-lane lessons quizzes/a", "foreign-lane lessons quizzes/a"];
    by_trailer(&repo).ends_with(1).finds(&found);
}

#[test]
fn unclaimed_commits() {
    for (message, words) in [
        ("Add", "names no task"),
        ("Add\n\nTask: lessons\n\nThat was no trailer.", "names no task"),
        ("Task: lessons", "names no task"),
        ("Add\n\nTasks: lessons", "names no task"),
        ("Add\n\nTask: lesson", "names `lesson`, which is not a task of the plan"),
        ("Add\n\nTask: lessons\nTask: quizzes", "names several tasks: `lessons` and `quizzes`"),
        ("Add\n\nTask:", "names no task"),
    ] {
        let repo = repo();
        commit(&repo, "lessons/a", message);
        let json = by_trailer(&repo).ends_with(1).finds(&["unclaimed-commit  -"]);
        assert!(json.message("unclaimed-commit").contains(words), "{message}");
    }
    // The same name twice is one name.
    let repo = repo();
    commit(&repo, "lessons/a", "Add\n\nTask: lessons\nTask: lessons");
    by_trailer(&repo).ends_with(0).finds(&[]);
}

#[test]
fn unclaimed_and_taken_back() {
    let repo = repo();
    commit(&repo, "lessons/a", "Add");
    repo.remove("lessons/a");
    repo.commit("Revert\n\nTask: lessons");
    by_trailer(&repo).ends_with(1).finds(&["unclaimed-commit  -"]);
    // An empty commit has to name a task as well.
    let repo = self::repo();
    repo.git(&["commit", "-q", "--allow-empty", "-m", "Nothing"]);
    by_trailer(&repo).ends_with(1).finds(&["unclaimed-commit  -"]);
}

#[test]
fn protected_and_plan() {
    let repo = planned(&format!("{PLAN}protect: ci/**\n"));
    repo.git(&["checkout", "-q", "-b", "all"]);
    commit(&repo, "ci/a", "Add");
    commit(&repo, "lanes.yaml", "Change\n\nTask: lessons");
    let json = by_trailer(&repo).ends_with(1);
    json.finds(&["foreign-lane  ci/a", "unclaimed-commit  -", "plan-changed lessons lanes.yaml"]);
}

/// A branch that merges another one, which changes `file` beside a commit of its own.
fn merged(theirs: &str, ours: &str, resolve: impl Fn(&TestRepo)) -> TestRepo {
    let repo = planned(PLAN);
    repo.git(&["checkout", "-q", "main"]);
    repo.commit_file("lessons/shared", "1\n");
    repo.git(&["checkout", "-q", "-b", "side"]);
    commit(&repo, theirs, "Theirs\n\nTask: lessons");
    repo.git(&["checkout", "-q", "-b", "all", "main"]);
    commit(&repo, ours, "Ours\n\nTask: lessons");
    repo.try_git(repo.root(), &["merge", "-q", "--no-commit", "side"]);
    resolve(&repo);
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-q", "-m", "Merge"]);
    repo
}

#[test]
fn merges() {
    // As git would merge, so it needs no name.
    by_trailer(&merged("lessons/a", "lessons/b", |_| {})).ends_with(0).finds(&[]);
    // What the merge adds is its own, and has to be named.
    let evil = merged("lessons/a", "lessons/b", |repo| repo.write("lessons/c", "1\n"));
    by_trailer(&evil).ends_with(1).finds(&["unclaimed-commit  -"]);
    // A conflict settled for one side adds nothing; one settled otherwise does.
    let side = |repo: &TestRepo| {
        repo.git(&["checkout", "-q", "--ours", "lessons/shared"]);
    };
    by_trailer(&merged("lessons/shared", "lessons/shared", side)).ends_with(0).finds(&[]);
    let new = |repo: &TestRepo| repo.write("lessons/shared", "both\n");
    let repo = merged("lessons/shared", "lessons/shared", new);
    by_trailer(&repo).ends_with(1).finds(&["unclaimed-commit  -"]);
    repo.git(&["commit", "-q", "--amend", "-m", "Merge\n\nTask: lessons"]);
    by_trailer(&repo).ends_with(0).finds(&[]);
    repo.git(&["commit", "-q", "--amend", "-m", "Merge\n\nTask: quizzes"]);
    by_trailer(&repo).ends_with(1).finds(&["foreign-lane quizzes lessons/shared"]);
}

#[test]
fn merge_that_drops_the_base() {
    let repo = repo();
    commit(&repo, "lessons/a", "Add\n\nTask: lessons");
    repo.git(&["checkout", "-q", "main"]);
    repo.commit_file("quizzes/new", "1\n");
    repo.git(&["checkout", "-q", "all"]);
    repo.git(&["merge", "-q", "-s", "ours", "-m", "Merge\n\nTask: lessons", "main"]);
    by_trailer(&repo).ends_with(1).finds(&["foreign-lane lessons quizzes/new"]);
    // An honest merge of the base brings nothing of its own.
    repo.git(&["reset", "-q", "--hard", "HEAD^"]);
    repo.git(&["merge", "-q", "-m", "Merge", "main"]);
    by_trailer(&repo).ends_with(0).finds(&[]);
}

#[test]
fn octopus() {
    let repo = repo();
    for (name, file) in [("one", "lessons/1"), ("two", "lessons/2"), ("three", "lessons/3")] {
        repo.git(&["checkout", "-q", "-b", name, "main"]);
        commit(&repo, file, "Add\n\nTask: lessons");
    }
    repo.git(&["checkout", "-q", "all"]);
    commit(&repo, "lessons/0", "Add\n\nTask: lessons");
    repo.git(&["merge", "-q", "-m", "Merge", "one", "two", "three"]);
    by_trailer(&repo).ends_with(0).finds(&[]);
}

#[test]
fn allowed_tasks() {
    let repo = repo();
    commit(&repo, "lessons/a", "Add\n\nTask: lessons");
    commit(&repo, "quizzes/a", "Add\n\nTask: quizzes");
    let allowed = |tasks: &[&str]| judged(&repo, &[&["--by-trailer=Task"], tasks].concat());
    allowed(&["--task=lessons", "--task=quizzes"]).ends_with(0).finds(&[]);
    let json = allowed(&["--task=lessons"]).ends_with(1).finds(&["unclaimed-commit  -"]);
    assert!(json.message("unclaimed-commit").contains("names `quizzes`, which --task"));
}

#[test]
fn subjects() {
    let repo = repo();
    commit(&repo, "lessons/a", "feat(lessons): add\n\nTask: quizzes");
    commit(&repo, "quizzes/a", "fix(quizzes): mend\nmore of it");
    let pattern = r"--by-subject=^\w+\(([^)]+)\):";
    judged(&repo, &[pattern]).ends_with(0).finds(&[]);
    commit(&repo, "quizzes/b", "see feat(quizzes): add");
    judged(&repo, &[pattern]).ends_with(1).finds(&["unclaimed-commit  -"]);
    // A group that takes no part names nothing.
    judged(&repo, &["--by-subject=x(y)?|."]).ends_with(1);
}

#[test]
fn unusable_calls() {
    let repo = repo();
    commit(&repo, "lessons/a", "Add\n\nTask: lessons");
    let range = "--range=main...all";
    for (arguments, words) in [
        (&["--by-trailer=Task"][..], "--range"),
        (&[range, "--by-trailer=Task: x"], "`Task: x` is not the key of a trailer"),
        (&[range, "--by-trailer=a,only=b"], "is not the key of a trailer"),
        (&[range, "--by-subject=\\w+"], "has 0 groups (expected one)"),
        (&[range, "--by-subject=(a)(b)"], "has 2 groups (expected one)"),
        (&[range, "--by-subject=(a"], "invalid pattern `(a` for subjects: "),
        (&[range, "--by-subject=((a{1000}){1000})"], "it is too large"),
        (&[range, "--by-trailer=Task", "--task=nobody"], "the plan has no task `nobody`"),
        (&[range, "--by-trailer=Task", "--by-subject=(.)"], "--by-subject"),
        (&[range, "--by-trailer=Task", "--staged"], "--staged"),
        (&["--range=lessons=main...all", "--by-trailer=Task"], "the work of several tasks"),
        (&["--task=lessons", "--task=quizzes"], "--task can only be repeated with --by-trailer"),
    ] {
        Gate::of(&repo, arguments).run().ends_with(2).tells(&[words]);
    }
    let json = Gate::of(&repo, &["--range=main...gone", "--by-trailer=Task"]).json();
    json.ends_with(3).finds(&["not-verified  -"]);
}

#[test]
fn shallow_clone() {
    let repo = repo();
    commit(&repo, "lessons/a", "Add\n\nTask: lessons");
    commit(&repo, "lessons/b", "Add\n\nTask: lessons");
    let clone = repo.clone_with(&["--depth=1", "--no-single-branch"]);
    let json = Gate::of(&clone, &["--range=origin/main..origin/all", "--by-trailer=Task"]).json();
    let json = json.ends_with(3).finds(&["not-verified  -"]);
    assert!(json.message("not-verified").contains("shallow clone"));
}
