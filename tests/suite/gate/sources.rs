//! What is judged: patches, ranges, the index, the work tree.

use super::{Gate, PLAN, assigned, branch, gate, patch, patch_file, planned};

#[test]
fn patch_from_file_and_stdin() {
    let repo = planned(PLAN);
    branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n"), ("quizzes/b.json", "1\n")]);
    let text = patch(&repo, "main...lessons");
    let file = patch_file(&repo, "lessons.patch", &text);
    for arguments in [
        vec!["--diff".to_owned(), assigned("lessons", &file)],
        vec!["--diff".to_owned(), file.display().to_string(), "--task=lessons".to_owned()],
        vec!["--diff".to_owned(), file.display().to_string(), "--branch=lessons".to_owned()],
    ] {
        let json = Gate::of(&repo, &arguments).json().ends_with(1);
        let json = json.finds(&["foreign-lane lessons quizzes/b.json"]);
        let input = &json.value["inputs"][0];
        assert_eq!(input["task"], "lessons");
        assert_eq!(input["source"], file.display().to_string());
        assert!(input["base"].is_null() && input["head"].is_null());
    }
    let json = Gate::of(&repo, &["--diff", "lessons=-"]).stdin(text).json().ends_with(1);
    json.finds(&["foreign-lane lessons quizzes/b.json"]);
}

#[test]
fn patch_relative_to_working_directory() {
    let repo = planned(PLAN);
    repo.write("deep/er/x.patch", patch_text("lessons/a.json"));
    let run = Gate::of(&repo, &["--diff", "lessons=x.patch"]).dir(repo.path("deep/er"));
    run.json().ends_with(0).finds(&[]);
}

fn patch_text(path: &str) -> String {
    format!("diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-1\n+2\n")
}

#[test]
fn patch_without_a_task() {
    let repo = planned(PLAN);
    let file = patch_file(&repo, "a.patch", patch_text("lessons/a.json")).display().to_string();
    gate(&repo, &["--diff", &file]).ends_with(2).tells(&["which task does", "--diff ID=FILE"]);
    let twice = ["--diff", "lessons=-", "--diff", "quizzes=-"];
    gate(&repo, &twice).ends_with(2).tells(&["standard input can only be read once"]);
    let wrong = format!("lesson={file}");
    gate(&repo, &["--diff", &wrong]).ends_with(2).tells(&["no task `lesson`", "lessons, quizzes"]);
    let both = ["--diff", &file, "--branch", "lessons", "--task", "lessons"];
    gate(&repo, &both).ends_with(2);
}

#[test]
fn plan_and_patch_on_stdin() {
    let repo = planned(PLAN);
    // The plan would swallow both, and the patch seem empty.
    let text = format!("{PLAN}{}", patch_text("secret"));
    for [plan, diff] in [
        ["-", "lessons=-"],
        ["/dev/stdin", "lessons=-"],
        ["-", "lessons=/dev/stdin"],
        ["/dev/stdin", "lessons=/dev/fd/0"],
    ] {
        let run = Gate::of(&repo, &[plan, "--diff", diff]).stdin(text.as_str()).run();
        run.ends_with(2).tells(&["standard input can only be read once"]);
    }
}

#[test]
fn equals_sign_in_file_name() {
    let repo = planned(PLAN);
    repo.write("a=b.patch", patch_text("lessons/a.json"));
    let task = "--task=lessons";
    for name in ["a=b.patch", "./a=b.patch"] {
        gate(&repo, &["--diff", name, task]).ends_with(0);
        gate(&repo, &["--diff", name]).ends_with(2).tells(&["which task does", name]);
    }
    gate(&repo, &["--diff", "lessons=a=b.patch"]).ends_with(0);
    // No such file, so it must have been meant as a task.
    gate(&repo, &["--diff", "a=c.patch", task]).ends_with(2).tells(&["no task `a`", "./a=b"]);
    // A task and a file: nobody knows which.
    repo.write("lessons=a=b.patch", patch_text("quizzes/a.json"));
    let both = gate(&repo, &["--diff", "lessons=a=b.patch"]).ends_with(2);
    both.tells(&["`lessons=a=b.patch` is ambiguous", "lessons=./a=b.patch", "./lessons=a=b.patch"]);
    gate(&repo, &["--diff", "lessons=./a=b.patch"]).ends_with(0);
    gate(&repo, &["--diff", "./lessons=a=b.patch", task]).ends_with(1);
}

#[test]
fn equals_sign_in_revision() {
    let repo = planned(PLAN);
    repo.git(&["branch", "release=1"]);
    branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n")]);
    let task = "--task=lessons";
    for range in ["release=1...lessons", "release=1..lessons", "release=1~0...lessons"] {
        let json = Gate::of(&repo, &["--range", range, task]).json().ends_with(0).finds(&[]);
        assert_eq!(json.value["inputs"][0]["source"], format!("range {range}"));
    }
    gate(&repo, &["--range", "lessons=release=1...lessons"]).ends_with(0);
    // A task's id comes first where no revision is known by the whole.
    gate(&repo, &["--range", "quizzes=main...lessons"]).ends_with(1);
    let unknown = gate(&repo, &["--range", "release=main...lessons", task]).ends_with(2);
    unknown.tells(&["no task `release`"]);
    // Both: nobody knows which.
    repo.git(&["branch", "lessons=main"]);
    let both = gate(&repo, &["--range", "lessons=main...lessons"]).ends_with(2);
    both.tells(&[
        "`lessons=main...lessons` is ambiguous",
        "--task lessons --range main...lessons",
        "refs/heads/lessons=main...lessons",
    ]);
    gate(&repo, &["--range", "main...lessons", task]).ends_with(0);
    gate(&repo, &["--range", "refs/heads/lessons=main...lessons", task]).ends_with(0);
}

#[test]
fn empty_names() {
    let repo = planned(&format!("{PLAN}rules: {{unclaimed-branch: off}}\n"));
    branch(&repo, "lessons", "main", &[("quizzes/b.json", "1\n")]);
    repo.git(&["checkout", "-q", "lessons"]);
    for name in ["", " "] {
        for flag in ["--branch", "--task", "--base", "--plan-from", "--diff", "--range"] {
            let flag = format!("{flag}={name}");
            gate(&repo, &[&flag]).ends_with(2).tells(&["empty"]);
            let with_range = ["--range", "main...lessons", "--task=lessons", &flag];
            gate(&repo, &with_range).ends_with(2);
        }
    }
    gate(&repo, &["--diff", "lessons="]).ends_with(2).tells(&["names no file"]);
    gate(&repo, &["--range", "main...lessons", "--branch=lessons"]).ends_with(1);
    gate(&repo, &["--range", "main...HEAD", "--branch=lessons"]).ends_with(1);
}

#[test]
fn unreadable_patch() {
    let repo = planned(PLAN);
    for (name, said) in [("nowhere.patch", "cannot read"), (".", "is a directory")] {
        let json = Gate::of(&repo, &["--diff", &format!("lessons={name}")]).json().ends_with(3);
        assert!(json.message("not-verified").contains(said), "{name}: {:#}", json.value);
    }
    let device = Gate::of(&repo, &["--diff", "lessons=/dev/zero"]).json().ends_with(3);
    assert!(device.message("not-verified").contains("device"));
}

#[test]
fn two_and_three_dot_ranges() {
    let repo = planned(PLAN);
    let fork = repo.git(&["rev-parse", "main"]);
    let head = branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n")]);
    let base = repo.commit_file("elsewhere", "1\n");
    let json = Gate::of(&repo, &["--range", "main...lessons"]).dir(repo.root());
    let three = json.arg("--task=lessons").json().ends_with(0).finds(&[]);
    let input = &three.value["inputs"][0];
    assert_eq!(input["source"], "range main...lessons");
    assert_eq!((&input["base"], &input["head"]), (&base.clone().into(), &head.clone().into()));
    assert_eq!(input["merge_base"], fork);
    // What `main` got since is gone in the other tree.
    let two = Gate::of(&repo, &["--range", "lessons=main..lessons"]).json().ends_with(1);
    let two = two.finds(&["out-of-lane lessons elsewhere"]);
    assert_eq!(two.finding("out-of-lane")["data"]["change"], "deleted");
    assert!(two.value["inputs"][0]["merge_base"].is_null());
}

#[test]
fn half_open_ranges() {
    let repo = planned(PLAN);
    branch(&repo, "lessons", "main", &[("quizzes/b.json", "1\n")]);
    repo.git(&["checkout", "-q", "lessons"]);
    // `"$BASE...$HEAD"` with nothing in one of the variables: HEAD would be judged in its place.
    for (range, end) in [
        ("...", "start"),
        ("..", "start"),
        ("...lessons", "start"),
        ("..lessons", "start"),
        ("lessons=...lessons", "start"),
        ("main...", "end"),
        ("main..", "end"),
        ("lessons=main...", "end"),
    ] {
        let answer = gate(&repo, &["--range", range]).ends_with(2);
        answer.tells(&["has no", end, "HEAD"]);
    }
    for range in ["main", "lessons=main"] {
        gate(&repo, &["--range", range]).ends_with(2).tells(&["is not a range", "A...B"]);
    }
    gate(&repo, &["--range", "main...HEAD"]).ends_with(1);
}

#[test]
fn range_without_a_task() {
    let repo = planned(PLAN);
    branch(&repo, "work/quizzes", "main", &[("lessons/b.json", "1\n")]);
    repo.git(&["checkout", "-q", "work/quizzes"]);
    let json = Gate::of(&repo, &["--range", "main...HEAD"]).json().ends_with(1);
    json.finds(&["foreign-lane quizzes lessons/b.json"]);
    repo.git(&["checkout", "-q", "-b", "nobodys"]);
    gate(&repo, &["--range", "main...HEAD"])
        .ends_with(2)
        .tells(&["no task has the branch `nobodys`"]);
}

#[test]
fn detached_head() {
    let repo = planned(PLAN);
    branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n")]);
    repo.git(&["checkout", "-q", "--detach", "lessons"]);
    for arguments in [&["--range", "main...HEAD"][..], &["--staged"], &["--worktree"]] {
        gate(&repo, arguments).ends_with(2).tells(&["detached", "--task ID"]);
        gate(&repo, &[arguments, &["--task=lessons"]].concat()).ends_with(0);
    }
}

#[test]
fn many_sources_at_once() {
    let repo = planned(PLAN);
    branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n"), ("x", "1\n")]);
    branch(&repo, "work/quizzes", "main", &[("quizzes/b.json", "1\n"), ("y", "1\n")]);
    let file = patch_file(&repo, "audit.patch", patch_text("z"));
    repo.git(&["checkout", "-q", "lessons"]);
    repo.write("staged", "1\n");
    repo.git(&["add", "staged"]);
    let json = Gate::of(
        &repo,
        &[
            "--range",
            "main...lessons",
            "--range",
            "quizzes=main...work/quizzes",
            "--staged",
            "--diff",
            &assigned("audit", &file),
        ],
    );
    let json = json.json().ends_with(1).finds(&[
        "out-of-lane lessons staged",
        "out-of-lane lessons x",
        "out-of-lane quizzes y",
        "review-only-write audit z",
    ]);
    assert_eq!(json.value["inputs"].as_array().unwrap().len(), 4);
    assert_eq!(json.value["summary"]["files"], 6);
}

#[test]
fn index_without_work_tree() {
    let repo = planned(PLAN);
    repo.git(&["checkout", "-q", "-b", "lessons"]);
    repo.write("lessons/a.json", "2\n");
    repo.git(&["add", "-A"]);
    repo.write("quizzes/a.json", "2\n");
    repo.write("untracked", "2\n");
    let staged = Gate::of(&repo, &["--staged"]).json().ends_with(0).finds(&[]);
    assert_eq!(staged.value["inputs"][0]["source"], "staged");
    assert_eq!(staged.value["inputs"][0]["base"], repo.git(&["rev-parse", "HEAD"]));
    let both = ["foreign-lane lessons quizzes/a.json", "out-of-lane lessons untracked"];
    Gate::of(&repo, &["--worktree"]).json().ends_with(1).finds(&both);
    gate(&repo, &["--staged", "--worktree"]).ends_with(2);
}

#[test]
fn work_tree_with_base() {
    let repo = planned(PLAN);
    let fork = repo.git(&["rev-parse", "main"]);
    branch(&repo, "lessons", "main", &[("quizzes/committed", "1\n")]);
    repo.commit_file("elsewhere", "1\n");
    repo.git(&["checkout", "-q", "lessons"]);
    repo.write("lessons/a.json", "2\n");
    repo.write("quizzes/untracked", "1\n");
    let plain = ["foreign-lane lessons quizzes/untracked"];
    Gate::of(&repo, &["--worktree"]).json().ends_with(1).finds(&plain);
    let json = Gate::of(&repo, &["--worktree", "--base", "main"]).json().ends_with(1);
    let json = json.finds(&[
        "foreign-lane lessons quizzes/committed",
        "foreign-lane lessons quizzes/untracked",
    ]);
    assert_eq!(json.value["inputs"][0]["merge_base"], fork);
}

#[test]
fn change_hidden_by_filter() {
    let repo = planned(PLAN);
    repo.git(&["checkout", "-q", "-b", "lessons"]);
    repo.write(".gitattributes", "*.bin filter=upper\n");
    repo.write("big.bin", "A\n");
    repo.commit("a file with a filter");
    repo.git(&["config", "filter.upper.clean", "tr a-z A-Z"]);
    repo.write("big.bin", "a\n");
    let json = Gate::of(&repo, &["--worktree"]).json().ends_with(1);
    assert!(json.message("out-of-lane").contains("its filter `upper` was not run"));
}
