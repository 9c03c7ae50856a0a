//! What a task accepts on purpose, and when the gate says that nothing needs it.

use super::{Gate, branch, planned};

const PLAN: &str = "\
tasks:
  lessons:
    write: lessons/**
    allow: [{rule: out-of-lane, path: '*.md', reason: leeway for notes}]
  quizzes:
    write: quizzes/**
    allow: [{rule: out-of-lane, path: '*.md', reason: leeway for notes}]
";

#[test]
fn used_allow_shows_reason() {
    let repo = planned(PLAN);
    branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n"), ("NOTES.md", "1\n")]);
    let json = Gate::of(&repo, &["--task=lessons"]).json().ends_with(0);
    let json = json.finds(&["out-of-lane lessons NOTES.md"]);
    let allowed = &json.value["findings"][0]["allowed"];
    assert_eq!(
        (&allowed["by"], &allowed["reason"]),
        (&"lessons".into(), &"leeway for notes".into())
    );
    for (format, said) in [
        ("concise", "is outside its lane (allowed by `lessons`: leeway for notes)\n"),
        ("human", "allowed by `lessons`: leeway for notes\n"),
    ] {
        let answer = Gate::of(&repo, &["--task=lessons", "--format", format]).run().ends_with(0);
        assert!(answer.stdout.contains(said), "{}", answer.stdout);
    }
}

#[test]
fn unused_allow_after_complete_run() {
    let repo = planned(PLAN);
    branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n")]);
    // The other task has no branch yet, so nobody knows what it will need.
    let json = Gate::of(&repo, &[] as &[&str]).json().ends_with(0);
    json.finds(&["unused-allow lessons -", "missing-branch quizzes -"]);
    Gate::of(&repo, &["--range=lessons=main...lessons"]).json().finds(&["unused-allow lessons -"]);

    // What is not committed is a part of the work.
    repo.git(&["switch", "-q", "lessons"]);
    repo.write("lessons/c.json", "1\n");
    repo.git(&["add", "-A"]);
    for part in ["--staged", "--worktree"] {
        Gate::of(&repo, &[part]).json().ends_with(0).finds(&[]);
    }
    let since_base = ["--worktree", "--base=main"];
    Gate::of(&repo, &since_base).json().ends_with(0).finds(&["unused-allow lessons -"]);
}
