//! What the hook answers.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use super::{Hook, PLAN, call, planned, with_plan};
use crate::harness::{ATTACKS, LANELINT, TestRepo, search_path};

#[test]
fn writes_inside_and_outside_lane() {
    let repo = planned();
    for file in ["lessons/a.json", "lessons/new/b.json", "CHANGELOG.md", "docs/notes.md"] {
        Hook::of(&repo).write(file).allows();
        Hook::of(&repo).write(repo.path(file).to_str().unwrap()).allows();
    }
    for (file, words) in [
        ("quizzes/a.json", &["`lessons`", "belongs to `quizzes`", "`quizzes/a.json`"][..]),
        ("nobody/x", &["in no other"]),
        ("lessons/old/x", &["outside the task's lane", "not `lessons/old/**`"]),
        (".github/workflows/x.yml", &["protected by `.github/**`"]),
        ("lanes.yaml", &["part of the plan"]),
        (".lanes.yaml", &["replace the plan"]),
        (".lanes/x.yaml", &["replace the plan"]),
        (
            "docs/deep/notes.md",
            &["may write `lessons/**`, `vendor/part`, `docs/*.md` if no concurrent task owns it, "],
        ),
    ] {
        Hook::of(&repo).write(file).denies(words);
        Hook::of(&repo)
            .write(file)
            .denies(&["Stop", "propose a change to the plan (`lanes.yaml`)"]);
    }
}

#[test]
fn task_by_branch_or_flag() {
    let repo = planned();
    repo.git(&["checkout", "-q", "-b", "work/quizzes"]);
    Hook::of(&repo).write("quizzes/a.json").allows();
    Hook::of(&repo).write("lessons/a.json").denies(&["`quizzes`", "belongs to `lessons`"]);
    Hook::of(&repo).arg("--task=lessons").write("lessons/a.json").allows();
    Hook::of(&repo)
        .arg("--task=audit")
        .write("lessons/a.json")
        .denies(&["review-only", "may write nothing"]);
    Hook::of(&repo).arg("--task=lesson").write("lessons/a.json").gives_up("no task `lesson`");
    repo.git(&["checkout", "-q", "main"]);
    Hook::of(&repo).write("quizzes/a.json").says_nothing();
    Hook::of(&repo).write(".git/config").says_nothing();
    let required = Hook::of(&repo).arg("--require-task").write("quizzes/a.json");
    required.denies(&["no task has the branch `main`", "`quizzes/a.json`"]);
    // An unborn branch has a name too.
    repo.git(&["checkout", "-q", "--orphan", "lessons-2"]);
    Hook::of(&repo).write("quizzes/a.json").says_nothing();
}

#[test]
fn detached_head_and_rebase() {
    let repo = planned();
    repo.write("lessons/a.json", "2\n");
    repo.commit("two");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("lessons/a.json", "3\n");
    repo.commit("three");
    repo.git(&["checkout", "-q", "--detach"]);
    Hook::of(&repo).write("quizzes/a.json").says_nothing();
    let required = Hook::of(&repo).arg("--require-task").write("quizzes/a.json");
    required.denies(&["HEAD is detached"]);
    for backend in ["--merge", "--apply"] {
        repo.git(&["checkout", "-q", "lessons"]);
        assert!(!repo.try_git(repo.root(), &["rebase", "-q", backend, "main"]).status.success());
        assert!(!repo.try_git(repo.root(), &["symbolic-ref", "-q", "HEAD"]).status.success());
        Hook::of(&repo).write("lessons/a.json").allows();
        Hook::of(&repo).write("quizzes/a.json").denies(&["`lessons`"]);
        repo.git(&["rebase", "--abort"]);
    }
}

#[test]
fn unusual_ref_storage() {
    let repo = planned();
    // A branch that stands for another, and HEAD as a link: git follows both.
    repo.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/lessons"]);
    repo.git(&["symbolic-ref", "HEAD", "refs/heads/alias"]);
    Hook::of(&repo).write("quizzes/a.json").denies(&["`lessons`"]);
    fs::remove_file(repo.path(".git/HEAD")).unwrap();
    symlink("refs/heads/lessons", repo.path(".git/HEAD")).unwrap();
    Hook::of(&repo).write("quizzes/a.json").denies(&["`lessons`"]);
    let probe = TestRepo::without_git();
    let tried = probe.try_git(probe.root(), &["init", "-q", "--ref-format=reftable"]);
    if tried.status.success() {
        let repo = TestRepo::with(&["--ref-format=reftable"]);
        repo.write("lanes.yaml", PLAN);
        repo.commit("the plan");
        Hook::of(&repo).write("quizzes/a.json").says_nothing();
        repo.git(&["checkout", "-q", "-b", "lessons"]);
        Hook::of(&repo).write("quizzes/a.json").denies(&["`lessons`"]);
        repo.git(&["checkout", "-q", "--detach"]);
        Hook::of(&repo).write("quizzes/a.json").says_nothing();
    }
}

#[test]
fn links_and_dots_in_paths() {
    let repo = planned();
    for (target, link) in [
        ("../quizzes", "lessons/into"),
        ("../quizzes/a.json", "lessons/file"),
        ("../quizzes/new.json", "lessons/dangling"),
        ("lessons", "anywhere"),
        ("../.git/hooks/pre-commit", "lessons/hook"),
        ("loop", "lessons/loop"),
        ("/dev/null", "lessons/null"),
    ] {
        symlink(target, repo.path(link)).unwrap();
    }
    for (file, written) in [
        ("lessons/into/x", "`quizzes/x`"),
        ("lessons/file", "`quizzes/a.json`"),
        ("lessons/dangling", "`quizzes/new.json`"),
        ("lessons/../quizzes/x", "`quizzes/x`"),
    ] {
        Hook::of(&repo).write(file).denies(&["belongs to `quizzes`", written]);
    }
    Hook::of(&repo).write("anywhere/x").allows();
    Hook::of(&repo).write("quizzes/../lessons/x").allows();
    // Shortened as a text it is in the lane, followed by the system it is not.
    Hook::of(&repo).write("lessons/into/../lessons/x").allows();
    Hook::of(&repo).write("lessons/into/../x").denies(&["`x`"]);
    Hook::of(&repo).write("lessons/hook").denies(&["git keeps its own files there"]);
    Hook::of(&repo).write("lessons/loop").denies(&["links form a loop"]);
    Hook::of(&repo).write("lessons/new/../x").denies(&["does not exist"]);
    Hook::of(&repo).write("~/x").denies(&["`~`"]);
    Hook::of(&repo).write("lessons/a\0b").denies(&["NUL byte"]);
    Hook::of(&repo).write("lessons/null").says_nothing();
    Hook::of(&repo).write("").denies(&["empty"]);
    Hook::of(&repo).write(repo.root().to_str().unwrap()).denies(&["not a valid path"]);
    Hook::of(&repo).write(&format!("lessons/{}", "x".repeat(300))).gives_up("cannot access");
    // The agent may be somewhere below, or have come there by a link.
    Hook::of(&repo).cwd(repo.path("lessons")).write("a.json").allows();
    Hook::of(&repo).cwd(repo.path("lessons")).write("../quizzes/a.json").denies(&["quizzes"]);
    Hook::of(&repo).cwd(repo.path("lessons/into")).write("a.json").denies(&["quizzes"]);
    symlink(repo.root(), repo.beside("by-link")).unwrap();
    Hook::of(&repo).cwd(repo.beside("by-link")).write("lessons/a.json").allows();
    let by_link = repo.beside("by-link/quizzes/a.json");
    Hook::of(&repo).write(by_link.to_str().unwrap()).denies(&["quizzes"]);
}

#[test]
fn git_folders() {
    let repo = planned();
    for file in [".git/config", ".git/hooks/pre-commit", "lessons/.git", "lessons/.GIT/config"] {
        Hook::of(&repo).write(file).denies(&["git keeps its own files there"]);
    }
    Hook::of(&repo).write("lessons/.gitattributes").allows();
}

#[test]
fn file_outside_the_repository() {
    let repo = planned();
    let other = TestRepo::new();
    for file in [other.path("x"), repo.beside("notes"), PathBuf::from("/dev/null")] {
        Hook::of(&repo).write(file.to_str().unwrap()).says_nothing();
        Hook::of(&repo).arg("--require-task").write(file.to_str().unwrap()).says_nothing();
    }
    // A repository of its own inside of this one.
    repo.git(&["init", "-q", "quizzes/own"]);
    Hook::of(&repo).write("quizzes/own/x").says_nothing();
    // What only looks like one is none.
    fs::create_dir_all(repo.path("quizzes/fake/.git")).unwrap();
    repo.write("quizzes/false/.git", "gitdir: nowhere\n");
    for file in ["quizzes/fake/x", "quizzes/false/x"] {
        Hook::of(&repo).write(file).denies(&["belongs to `quizzes`"]);
    }
    // Going elsewhere does not shake the lane off.
    let file = repo.path("quizzes/a.json");
    let outside = repo.beside("home");
    Hook::of(&repo).cwd(&outside).write(file.to_str().unwrap()).denies(&["`quizzes`"]);
    Hook::in_dir(&repo, &outside).write("x").says_nothing();
}

#[test]
fn other_work_trees() {
    let repo = planned();
    repo.git(&["checkout", "-q", "main"]);
    let tree = repo.beside("lessons-tree");
    let inner = repo.path("trees/quizzes");
    repo.git(&[
        OsStr::new("worktree"),
        "add".as_ref(),
        "-q".as_ref(),
        tree.as_ref(),
        "lessons".as_ref(),
    ]);
    repo.git(&[
        OsStr::new("worktree"),
        "add".as_ref(),
        "-qb".as_ref(),
        "work/quizzes".as_ref(),
        inner.as_ref(),
    ]);
    Hook::in_dir(&repo, &tree).write("lessons/a.json").allows();
    Hook::in_dir(&repo, &tree).write("quizzes/a.json").denies(&["belongs to `quizzes`"]);
    Hook::in_dir(&repo, &tree).write(".git").denies(&["git keeps"]);
    Hook::in_dir(&repo, &inner).write("quizzes/a.json").allows();
    for file in [repo.path("lessons/a.json"), inner.join("lessons/a.json")] {
        let file = file.to_str().unwrap();
        Hook::in_dir(&repo, &tree).write(file).denies(&["another work tree of this repository"]);
    }
    for file in [repo.path(".git/hooks/x"), repo.path(".git/worktrees/lessons-tree/HEAD")] {
        Hook::in_dir(&repo, &tree).write(file.to_str().unwrap()).denies(&["git keeps"]);
    }
    // By the folder in which the agent stands, or by the root that is named.
    Hook::of(&repo).cwd(&tree).write("quizzes/a.json").denies(&["`lessons`"]);
    let file = tree.join("lessons/a.json");
    Hook::of(&repo).arg("--root").arg(&tree).write(file.to_str().unwrap()).allows();
    Hook::of(&repo).arg("--root").arg(&tree).write("lessons/a.json").denies(&["another work tree"]);
    let named = Hook::of(&repo).arg("--root").arg(repo.path("lessons")).write("x");
    named.gives_up("not the top of a work tree");
    Hook::of(&repo).arg("--root=nowhere").write("x").gives_up("cannot be used");
    Hook::of(&repo).arg("--root=lanes.yaml").write("x").gives_up("not a directory");
    Hook::of(&repo).arg("--root=.").cwd("relative").write("x").gives_up("not an absolute path");
}

#[test]
fn work_trees_in_bare_repository() {
    let repo = planned();
    let bare = repo.beside("bare.git");
    repo.git(&[OsStr::new("clone"), "-q".as_ref(), "--bare".as_ref(), ".".as_ref(), bare.as_ref()]);
    repo.git_in(&bare, &["worktree", "add", "-q", "tree", "lessons"]);
    let tree = bare.join("tree");
    Hook::in_dir(&repo, &tree).write("lessons/a.json").allows();
    Hook::in_dir(&repo, &tree).write("quizzes/a.json").denies(&["quizzes"]);
    Hook::in_dir(&repo, &tree).write("../hooks/pre-commit").denies(&["git keeps"]);
    Hook::in_dir(&repo, &tree).write("../config").denies(&["git keeps"]);
}

#[test]
fn file_in_submodule() {
    let part = TestRepo::new();
    part.commit_file("x", "1\n");
    let repo = planned();
    for at in ["vendor/part", "lessons/part", "vendor/other"] {
        let from = part.root().to_str().unwrap();
        repo.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", from, at]);
    }
    Hook::of(&repo).write("vendor/part/x").allows();
    Hook::of(&repo).write("lessons/part/x").allows();
    Hook::of(&repo).write("vendor/other/x").denies(&["`vendor/other`"]);
    Hook::of(&repo).write("vendor/part/.git").denies(&["git keeps"]);
    Hook::of(&repo).write(".git/modules/vendor/part/config").denies(&["git keeps"]);
}

#[test]
fn started_inside_submodule() {
    let part = TestRepo::new();
    part.commit_file("deep/x", "1\n");
    let repo = planned();
    let from = part.root().to_str().unwrap();
    for at in ["vendor/part", "vendor/other"] {
        repo.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", from, at]);
    }
    // One that keeps its own folder of git.
    repo.git(&["clone", "-q", from, "vendor/old"]);
    repo.git(&["add", "vendor/old"]);
    repo.commit("parts");
    repo.git(&["branch", "-f", "main"]);
    let outside = repo.beside("plan.yaml");
    fs::write(&outside, PLAN).unwrap();
    for inside in ["vendor/part", "vendor/part/deep", "vendor/other", "vendor/old"] {
        for head in ["--detach", "-Blessons"] {
            repo.git_in(&repo.path(inside), &["checkout", "-q", head]);
            let named = format!("--plan={}", repo.path("lanes.yaml").display());
            let elsewhere = format!("--plan={}", outside.display());
            for plan in [&[][..], &["--plan-from=main"], &[named.as_str()], &[elsewhere.as_str()]] {
                let hook = || Hook::in_dir(&repo, &repo.path(inside)).args(plan);
                let write = |file: &str| hook().write(repo.path(file).to_str().unwrap());
                write("lessons/a.json").allows();
                write("quizzes/a.json").denies(&["belongs to `quizzes`"]);
                write("vendor/part/deep/x").allows();
                write("vendor/other/x").denies(&["`vendor/other`"]);
                write("vendor/old/x").denies(&["`vendor/old`"]);
                let hook = hook().write("x");
                if inside.starts_with("vendor/part") {
                    hook.allows();
                } else {
                    hook.denies(&["vendor/"]);
                }
            }
        }
    }
    Hook::of(&repo).write("vendor/old/x").denies(&["`vendor/old`"]);
    Hook::in_dir(&repo, &repo.path("vendor/part")).write(".git").denies(&["git keeps"]);
    // The outer branch decides, and where it is no task's, there is nothing to say.
    repo.git(&["checkout", "-q", "main"]);
    Hook::in_dir(&repo, &repo.path("vendor/part")).write("x").says_nothing();
    repo.git(&["checkout", "-q", "lessons"]);
    // A submodule with a plan of its own is a repository of its own.
    repo.write("vendor/part/lanes.yaml", "tasks: {lessons: {write: deep/**}}\n");
    repo.git_in(&repo.path("vendor/part"), &["checkout", "-q", "-B", "lessons"]);
    let there = || Hook::in_dir(&repo, &repo.path("vendor/part"));
    there().write("deep/x").allows();
    there().write("x").denies(&["outside the task's lane"]);
    there().write(repo.path("quizzes/a.json").to_str().unwrap()).denies(&["`quizzes`"]);
}

#[test]
fn started_inside_other_repository() {
    let repo = planned();
    repo.git(&["init", "-q", "-b", "lessons", "quizzes/own"]);
    let own = repo.path("quizzes/own");
    let there = || Hook::in_dir(&repo, &own);
    there().write(repo.path("lessons/a.json").to_str().unwrap()).allows();
    there().write("../a.json").denies(&["belongs to `quizzes`"]);
    there().write("x").says_nothing();
    there().arg("--require-task").write("x").says_nothing();
    there().write(repo.beside("notes").to_str().unwrap()).says_nothing();
    // With a plan of its own, its files are its own.
    repo.write("quizzes/own/lanes.yaml", "tasks: {lessons: {write: mine/**}}\n");
    there().write("mine/x").allows();
    there().write("x").denies(&["outside the task's lane"]);
    there().write("../a.json").denies(&["belongs to `quizzes`"]);
    // A linked work tree is no such repository, wherever it lies.
    repo.git(&["worktree", "add", "-q", "-b", "work/quizzes", "trees/b", "main"]);
    let tree = repo.path("trees/b");
    fs::remove_file(tree.join("lanes.yaml")).unwrap();
    Hook::in_dir(&repo, &tree).write("quizzes/a.json").gives_up("no plan");
    let named = format!("--plan={}", repo.path("lanes.yaml").display());
    Hook::in_dir(&repo, &tree).arg(&named).write("quizzes/a.json").allows();
}

#[test]
fn named_plan_and_plan_from() {
    let repo = planned();
    let wide = PLAN.replace("lessons/**,", "'**',");
    repo.write("lanes.yaml", &wide);
    repo.commit("wider");
    Hook::of(&repo).write("quizzes/a.json").allows();
    Hook::of(&repo).arg("--plan-from=main").write("quizzes/a.json").denies(&["`quizzes`"]);
    Hook::of(&repo).arg("--plan-from=main").write("lanes.yaml").denies(&["part of the plan"]);
    let named = Hook::of(&repo).args(&["--plan-from=main", "--plan=lanes.yaml"]);
    named.write("quizzes/a.json").denies(&["`quizzes`"]);
    Hook::of(&repo).arg("--plan-from=nowhere").write("x").gives_up("nowhere");
    // Outside, where the lanes hold nothing, the plan is still nobody's.
    let plan = repo.beside("plan.yaml");
    fs::write(&plan, &wide).unwrap();
    let outside = || Hook::of(&repo).arg("--plan").arg(&plan);
    outside().write("quizzes/a.json").allows();
    outside().write(plan.to_str().unwrap()).denies(&["part of the plan"]);
    outside().write(repo.beside("notes").to_str().unwrap()).says_nothing();
    // In another work tree it is the same file of the repository.
    repo.git(&["checkout", "-q", "main"]);
    repo.write("lanes.yaml", &wide);
    let tree = repo.beside("tree");
    repo.git(&[
        OsStr::new("worktree"),
        "add".as_ref(),
        "-q".as_ref(),
        tree.as_ref(),
        "lessons".as_ref(),
    ]);
    let there = || Hook::in_dir(&repo, &tree).arg("--plan").arg(repo.path("lanes.yaml"));
    there().write("quizzes/a.json").allows();
    there().write("lanes.yaml").denies(&["part of the plan"]);
    there().write(repo.path("lanes.yaml").to_str().unwrap()).denies(&["part of the plan"]);
    Hook::of(&repo).arg("--plan=-").write("x").gives_up("standard input");
}

#[test]
fn no_readable_plan() {
    let repo = planned();
    Hook::of(&repo)
        .arg("--task=broken")
        .write("x")
        .gives_up("the lane of task `broken` is unknown");
    for (plan, words) in [
        ("tasks: [", "no task can be read"),
        ("", "no task can be read"),
        ("tasks:\n  lessons: {write: '**'}\nprotect: 'a**b'\n", "is unknown"),
        ("tasks:\n  lessons: {}\n", "is unknown"),
        (
            "tasks:\n  a: {branch: lessons, write: '**'}\n  b: {branch: lessons, write: x}\n",
            "several tasks have the branch `lessons`: `a`, `b`",
        ),
    ] {
        repo.write("lanes.yaml", plan);
        Hook::of(&repo).write("lessons/a.json").gives_up(words);
    }
    repo.write(".lanes.yaml", PLAN);
    Hook::of(&repo).write("lessons/a.json").gives_up("several plans");
    repo.remove("lanes.yaml");
    repo.remove(".lanes.yaml");
    Hook::of(&repo).write("lessons/a.json").gives_up("no plan");
    Hook::of(&repo).arg("--plan=nothing.yaml").write("lessons/a.json").gives_up("nothing.yaml");
    // What is none of its business stays so.
    Hook::of(&repo)
        .hear(call(repo.root(), "Bash", json!({"command": "ls"})).to_string().as_bytes())
        .says_nothing();
}

#[test]
fn levels_as_in_gate() {
    let repo = with_plan("tasks:\n  lessons: {write: lessons/**}\nrules: {out-of-lane: warning}\n");
    Hook::of(&repo).write("quizzes/a.json").allows();
    Hook::of(&repo).write("lanes.yaml").denies(&["part of the plan"]);
}

#[test]
fn only_write_tools_are_answered() {
    let repo = planned();
    let ask = |tool: &str, input: Value| {
        Hook::of(&repo).hear(call(repo.root(), tool, input).to_string().as_bytes())
    };
    for tool in ["Bash", "Read", "Grep", "WebFetch", "Task", "mcp__files__write"] {
        ask(tool, json!({"file_path": "quizzes/a.json", "command": "x"})).says_nothing();
    }
    ask("Edit", json!({"file_path": "quizzes/a.json", "old_string": "1", "new_string": "2"}))
        .denies(&["quizzes"]);
    ask("MultiEdit", json!({"file_path": "quizzes/a.json", "edits": []})).denies(&["quizzes"]);
    ask("NotebookEdit", json!({"notebook_path": "quizzes/a.ipynb"})).denies(&["quizzes/a.ipynb"]);
    let both = json!({"notebook_path": "lessons/a.ipynb", "file_path": "quizzes/a.json"});
    ask("NotebookEdit", both).denies(&["quizzes/a.json"]);
    ask("NotebookEdit", json!({"file_path": "lessons/a"})).gives_up("no `notebook_path`");
    let mut gemini = call(repo.root(), "write_file", json!({"file_path": "quizzes/a.json"}));
    gemini["hook_event_name"] = "BeforeTool".into();
    let answer = Hook::of(&repo).hear(gemini.to_string().as_bytes());
    let said: Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!((answer.status, &said["decision"]), (0, &json!("deny")));
    assert!(said["reason"].as_str().unwrap().contains("belongs to `quizzes`"), "{said}");
    let mut after = call(repo.root(), "Write", json!({"file_path": "x"}));
    after["hook_event_name"] = "PostToolUse".into();
    Hook::of(&repo).hear(after.to_string().as_bytes()).gives_up("`PostToolUse`");
}

#[test]
fn hostile_calls() {
    let repo = planned();
    let good = call(repo.root(), "Write", json!({"file_path": "quizzes/a.json"})).to_string();
    let deep = "[".repeat(1_000_000);
    let twice = good.replace("\"file_path\":", "\"file_path\":\"lessons/x\",\"file_path\":");
    let huge = good.replace("quizzes/a.json", &"x".repeat(33 << 20));
    for (text, words) in [
        ("", "cannot read the hook's JSON"),
        ("\u{feff}{}", "cannot read the hook's JSON"),
        ("hello", "cannot read the hook's JSON"),
        (&good[..good.len() / 2], "cannot read the hook's JSON"),
        (&deep, "cannot read the hook's JSON"),
        (&good.replace("\"abc\"", &deep), "cannot read the hook's JSON"),
        (&twice, "duplicate field"),
        (&huge, "longer than 32 MiB"),
        (&good.replace("\"Write\"", "7"), "cannot read the hook's JSON"),
        (&good.replace(repo.root().to_str().unwrap(), "relative"), "not an absolute path"),
        (&good.replace(repo.root().to_str().unwrap(), "/no/where"), "cannot be used"),
        (&good.replace("PreToolUse", &"::error::x\\u001b[31m\\n".repeat(10_000)), "event"),
    ] {
        let answer = Hook::of(&repo).hear(text.as_bytes());
        assert!(answer.stderr.len() < 5_000, "{} bytes", answer.stderr.len());
        answer.gives_up(words);
    }
    Hook::of(&repo).hear(b"\xff\xfe").gives_up("cannot read the hook's JSON");
    for attack in ATTACKS {
        Hook::of(&repo).write(attack).denies(&["in no other"]);
        Hook::of(&repo).write(&format!("quizzes/{}", attack.repeat(2))).denies(&["quizzes"]);
        let call = call(repo.root(), attack, json!({}));
        Hook::of(&repo).hear(call.to_string().as_bytes()).says_nothing();
    }
}

#[test]
fn bounded_reason() {
    let id = |task: usize| format!("task-{task}-{}", "x".repeat(1_000));
    let others: String =
        (0..500).map(|task| format!("  {}: {{write: '**'}}\n", id(task))).collect();
    let globs: Vec<String> =
        (0..500).map(|glob| format!("'lessons/{glob}{}/**'", "\u{202e}y".repeat(1_000))).collect();
    let plan = format!("tasks:\n  lessons: {{write: [{}]}}\n{others}", globs.join(", "));
    let repo = with_plan(&plan);
    let name = "z".repeat(200);
    let file = format!("q/{}", vec![name.as_str(); 15].join("/"));
    Hook::of(&repo).write(&file).denies(&["490 more", "490 more"]);
}

#[test]
fn closed_input_and_output() {
    let repo = planned();
    let shell = |script: &str| {
        let output = Command::new("sh")
            .args(["-c", script])
            .current_dir(repo.root())
            .env_clear()
            .env("PATH", search_path())
            .env("LANELINT", LANELINT)
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (status, stderr) = shell("\"$LANELINT\" hook <&-");
    assert_eq!(status, Some(2), "{stderr}");
    assert!(stderr.contains("cannot read the hook's JSON"), "{stderr}");
    let call = call(repo.root(), "Write", json!({"file_path": "quizzes/a.json"}));
    fs::write(repo.path("call.json"), call.to_string()).unwrap();
    let (status, stderr) = shell("\"$LANELINT\" hook <call.json >/dev/full");
    assert_eq!(status, Some(2), "{stderr}");
    assert!(stderr.contains("cannot write the answer"), "{stderr}");
    // A wrong flag holds the tool back too.
    assert_eq!(shell("\"$LANELINT\" hook --plam x <call.json").0, Some(2));
}

#[test]
fn repository_from_environment() {
    let repo = planned();
    let other = planned();
    other.git(&["checkout", "-q", "-b", "work/quizzes"]);
    // As for git, where the working directory is then the top of the work tree.
    let answer = Hook::of(&repo).env("GIT_DIR", other.path(".git")).write("lessons/a.json");
    answer.denies(&["`quizzes`"]);
    let answer = Hook::of(&repo).env("GIT_DIR", repo.path(".git")).write("lessons/a.json");
    answer.allows();
}
