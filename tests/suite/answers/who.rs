//! `lanelint who`.

use serde_json::json;

use super::{run, run_in};
use crate::harness::{ATTACKS, TestRepo, with_plan};

const PLAN: &str = "\
tasks:
  lessons:
    write: [src/lessons/**, \"!src/lessons/old/**\"]
  all:
    needs: lessons
    write: [\"**\"]
  audit:
    write: []
protect: .github/**
share: CHANGELOG.md
";

#[test]
fn owners_and_protection() {
    let repo = with_plan(PLAN);
    let answer = run(
        &repo,
        &["who", "src/lessons/a", "src/lessons/old/a", "CHANGELOG.md", ".github/x", "lanes.yaml"],
    );
    let expected = "\
src/lessons/a
  lessons: src/lessons/** (lanes.yaml:3:13)
  all: ** (lanes.yaml:6:13)
src/lessons/old/a
  all: ** (lanes.yaml:6:13)
CHANGELOG.md
  lessons: CHANGELOG.md (lanes.yaml:10:8, shared)
  all: ** (lanes.yaml:6:13)
.github/x
  protected: .github/** (lanes.yaml:9:10)
lanes.yaml
  protected: part of the plan
";
    assert_eq!(answer.with(0), expected);
    let narrow = with_plan("tasks: {a: {write: src/x}}\n");
    assert_eq!(run(&narrow, &["who", "README.md"]).with(0), "README.md\n  no task may write it\n");
}

#[test]
fn json_output() {
    let repo = with_plan(PLAN);
    let answer =
        run(&repo, &["who", "--format", "json", "CHANGELOG.md", "../x", ".github/x", "lanes.yaml"]);
    assert_eq!(answer.status, 2, "one of them is no path");
    let place = |byte: usize| {
        let before = &PLAN[..byte];
        let column = before.len() - before.rfind('\n').unwrap();
        json!({"line": before.lines().count(), "column": column, "byte": byte})
    };
    let part = |text: &str| {
        let at = PLAN.find(text).unwrap();
        (place(at), place(at + text.len()))
    };
    let (all, share, protect) = (part("\"**\""), part("CHANGELOG.md"), part(".github/**"));
    let found = answer.json();
    let keys: Vec<&str> =
        answer.stdout.lines().filter_map(|line| line.strip_prefix("  \"")).collect();
    assert!(
        keys[0].starts_with("version")
            && keys[1].starts_with("command")
            && keys[2].starts_with("plan")
    );
    assert_eq!(
        found,
        json!({
            "version": 1, "command": "who", "plan": ["lanes.yaml"], "unknown": [],
            "paths": [
                {"path": "CHANGELOG.md", "folder": false, "error": null, "protected": null, "undecided": [], "tasks": [
                    {"task": "lessons", "by": "share", "glob": "CHANGELOG.md", "file": "lanes.yaml",
                     "start": share.0, "end": share.1},
                    {"task": "all", "by": "write", "glob": "**", "file": "lanes.yaml",
                     "start": all.0, "end": all.1}]},
                {"path": "../x", "folder": false, "error": "outside the repository root", "protected": null,
                 "undecided": [], "tasks": []},
                {"path": ".github/x", "folder": false, "error": null, "undecided": [], "tasks": [], "protected":
                    {"by": "protect", "glob": ".github/**", "file": "lanes.yaml",
                     "start": protect.0, "end": protect.1}},
                {"path": "lanes.yaml", "folder": false, "error": null, "undecided": [], "tasks": [],
                 "protected": {"by": "plan", "glob": null}}]
        })
    );
}

#[test]
fn invalid_paths_among_others() {
    let repo = with_plan(PLAN);
    let answer = run(&repo, &["who", "..", "a/.git/x", "x"]);
    assert_eq!(answer.stdout, "x\n  all: ** (lanes.yaml:6:13)\n");
    answer.tells(&["invalid path `..`: outside the repository root"]).tells(&["a/.git/x"]).with(2);
}

#[test]
fn owners_below_folder() {
    let repo = with_plan(PLAN);
    repo.write("src/lessons/old/x", "");
    repo.write(".github/x", "");
    repo.write("docs", "");
    let answer = run(&repo, &["who", "src", "src/lessons/old", ".github", "docs", "new/"]);
    let expected = "\
src/
  lessons: src/lessons/** (lanes.yaml:3:13)
  all: ** (lanes.yaml:6:13)
src/lessons/old/
  all: ** (lanes.yaml:6:13)
.github/
  protected: .github/** (lanes.yaml:9:10)
docs
  all: ** (lanes.yaml:6:13)
new/
  all: ** (lanes.yaml:6:13)
";
    assert_eq!(answer.with(0), expected);
    let narrow = with_plan("tasks: {a: {write: src/x}}\n");
    let answer = run(&narrow, &["who", "docs/"]);
    assert_eq!(answer.with(0), "docs/\n  no task may write below it\n");
    let json = run(&repo, &["who", "--format", "json", "src"]).json();
    assert_eq!(json["paths"][0]["path"], "src/");
    assert_eq!(json["paths"][0]["folder"], true);
    assert_eq!(json["paths"][0]["tasks"][0]["task"], "lessons");
}

#[test]
fn links_and_submodules_as_paths() {
    let repo = with_plan("tasks: {a: {write: [link, sub]}, b: {write: [link/x, sub/x]}}\n");
    std::fs::create_dir_all(repo.path("real")).unwrap();
    std::os::unix::fs::symlink("real", repo.path("link")).unwrap();
    repo.write("sub/.git", "gitdir: elsewhere\n");
    let expected = "link\n  a: link (lanes.yaml:1:21)\nsub\n  a: sub (lanes.yaml:1:27)\n";
    assert_eq!(run(&repo, &["who", "link", "sub"]).with(0), expected);
}

#[test]
fn files_of_a_task() {
    let repo = with_plan(PLAN);
    for path in ["src/lessons/b", "src/lessons/é", "src/lessons/old/x", ".github/x", "CHANGELOG.md"]
    {
        repo.write(path, "");
    }
    repo.git(&["add", "."]);
    repo.write("src/lessons/untracked", "");
    let answer = run(&repo, &["who", "--task", "lessons"]);
    assert_eq!(answer.with(0), "CHANGELOG.md\nsrc/lessons/b\nsrc/lessons/é\n");
    // Neither what is protected nor the plan.
    let answer = run(&repo, &["who", "--task", "all"]).with(0);
    assert!(answer.contains("old/x") && !answer.contains(".github") && !answer.contains("lanes"));
    let answer = run(&repo, &["who", "--task", "audit"]);
    assert_eq!(answer.tells(&["the lane of `audit` contains no existing file"]).with(0), "");
    run(&repo, &["who", "--task", "lesson"])
        .tells(&["the plan has no task `lesson`", "did you mean `lessons`?"])
        .with(2);
    run(&repo, &["who", "--task", "lessons", "x"]).tells(&["cannot be used with"]).with(2);
    let answer = run(&repo, &["who", "--task", "lessons", "--format", "json"]).json();
    let files = json!(["CHANGELOG.md", "src/lessons/b", "src/lessons/é"]);
    assert_eq!(
        answer,
        json!({"version": 1, "command": "who", "plan": ["lanes.yaml"], "unknown": [],
               "task": "lessons", "files": files})
    );
}

#[test]
fn files_of_unknown_lane() {
    let repo = with_plan("tasks: {a: {write: [x, ./y]}, b: {write: z}}\n");
    repo.write("x", "");
    repo.git(&["add", "x"]);
    let answer = run(&repo, &["who", "--task", "a"]);
    assert_eq!(answer.tells(&["the lane of `a` is not fully known"]).with(3), "x\n");
    run(&repo, &["who", "--task", "b"]).with(0);
}

#[test]
fn paths_relative_to_working_directory() {
    let repo = with_plan(PLAN);
    repo.write("src/lessons/x", "");
    let absolute = repo.path("src/lessons/x");
    let names = ["x", "./x", "../lessons/x", absolute.to_str().unwrap()];
    let answer = run_in(&repo.path("src/lessons"), &[&["who"], &names[..]].concat(), b"");
    assert_eq!(answer.with(0).matches("src/lessons/x\n  lessons: ").count(), names.len());
    // With a root that the working directory is not in, they begin at the root.
    let answer =
        run_in(repo.root(), &["who", "--root", "src", "--plan", "lanes.yaml", "lessons/x"], b"");
    assert!(answer.with(0).starts_with("lessons/x\n"));
}

#[test]
fn paths_on_standard_input() {
    let repo = with_plan(PLAN);
    let own = "  lessons: src/lessons/** (lanes.yaml:3:13)\n  all: ** (lanes.yaml:6:13)\n";
    let expected = format!("src/lessons/\u{e9}\n{own}src/lessons/b c\n{own}");
    let lines = b"\"src/lessons/\\303\\251\"\nsrc/lessons/b c\n";
    assert_eq!(run_in(repo.root(), &["who"], lines).with(0), expected);
    let zeros = "src/lessons/\u{e9}\0src/lessons/b c\0";
    assert_eq!(run_in(repo.root(), &["who", "-z"], zeros.as_bytes()).with(0), expected);
    let mixed =
        run_in(repo.root(), &["who", "-z", "src/lessons/\u{e9}", "-"], b"src/lessons/b c\0");
    assert_eq!(mixed.with(0), expected);
    assert_eq!(run_in(repo.root(), &["who"], b"").with(0), "");
    let plan = run_in(repo.root(), &["who", "--plan", "-", "x"], b"tasks: {a: {write: x}}");
    assert_eq!(plan.with(0), "x\n  a: x (-:1:20)\n");
    run(&repo, &["who", "--plan", "-"]).is_unusable("standard input can only be read once");
    run(&repo, &["who", "-", "-"]).is_unusable("standard input can only be read once");
}

#[test]
fn incomplete_answers() {
    let broken = with_plan("tasks:\n  a: {write: [x, ./y]}\n  b: {write: z}\nprotect: p\n");
    let answer = run(&broken, &["who", "x"]).tells(&["the lane of `a` is not fully known"]);
    assert_eq!(answer.with(3), "x\n  a: x (lanes.yaml:2:15)\n");
    assert_eq!(run(&broken, &["who", "x", "--format", "json"]).json()["unknown"], json!(["a"]));
    assert_eq!(run(&broken, &["who", "p"]).with(0), "p\n  protected: p (lanes.yaml:4:10)\n");
    let answer = run(&with_plan("tasks: {a: {write: x}}\nprotect: ./p\n"), &["who", "x"]);
    answer.tells(&["the plan has errors, so this answer may be incomplete"]).with(3);
    run(&with_plan("tasks: {}\n"), &["who", "x"])
        .is_unusable("no task can be read from lanes.yaml");
    run(&TestRepo::new(), &["who", "x"]).is_unusable("no plan found");
}

#[test]
fn many_paths() {
    let tasks: String =
        (0..1000).map(|task| format!("  t{task}: {{write: src/t{task}/**}}\n")).collect();
    let repo = with_plan(&format!("tasks:\n{tasks}"));
    let paths: String = (0..50_000).map(|path| format!("src/t{}/{path}\n", path % 1001)).collect();
    let answer = run_in(repo.root(), &["who"], paths.as_bytes()).with(0);
    assert_eq!(answer.lines().count(), 100_000);
    assert_eq!(answer.matches("no task may write it").count(), 49);
    let found = run_in(repo.root(), &["who", "--format", "json"], paths.as_bytes()).json();
    assert_eq!(found["paths"].as_array().unwrap().len(), 50_000);
}

#[test]
fn untrusted_names() {
    for attack in ATTACKS {
        let quoted = serde_json::to_string(attack).unwrap();
        let repo = with_plan(&format!(
            "tasks:\n  {quoted}: {{write: [{quoted}, x]}}\n  b: {{write: ./x}}\n"
        ));
        for format in ["human", "json"] {
            for arguments in
                [&["who", "--format", format, attack, "x"][..], &["who", "--plan", attack]]
            {
                run(&repo, arguments);
            }
            run_in(repo.root(), &["who", "--format", format, "-z"], attack.as_bytes());
        }
    }
}
