//! Where the gate is started: subfolders, other roots, linked work trees, bare repositories, hooks.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{Gate, PLAN, branch, gate, planned};
use crate::harness::{LANELINT, TestRepo};

#[test]
fn run_in_a_subfolder() {
    let repo = planned(PLAN);
    branch(&repo, "lessons", "main", &[("quizzes/b.json", "1\n"), ("deep/er/x", "1\n")]);
    repo.git(&["checkout", "-q", "lessons"]);
    let strays = ["out-of-lane lessons deep/er/x", "foreign-lane lessons quizzes/b.json"];
    for arguments in [
        &["--task=lessons"][..],
        &["--range", "main...HEAD"],
        &["--worktree", "--base=main"],
        &["../../lanes.yaml", "--task=lessons"],
        &["../../lanes.yaml", "--plan-from=main", "--task=lessons"],
    ] {
        let run = Gate::of(&repo, arguments).dir(repo.path("deep/er"));
        run.json().ends_with(1).finds(&strays);
    }
    // Inside of git's own folder too.
    Gate::of(&repo, &["--task=lessons"]).dir(repo.path(".git")).json().ends_with(1).finds(&strays);
}

#[test]
fn plan_in_a_subfolder() {
    let repo = TestRepo::new();
    repo.write("sub/lanes.yaml", PLAN);
    repo.commit("the plan");
    branch(&repo, "lessons", "main", &[("sub/lessons/a", "1\n"), ("sub/lanes.yaml", "1\n")]);
    let run = Gate::of(&repo, &["--task=lessons"]).dir(repo.path("sub"));
    run.json()
        .ends_with(1)
        .finds(&["plan-changed lessons sub/lanes.yaml", "out-of-lane lessons sub/lessons/a"]);
    gate(&repo, &["--task=lessons"]).ends_with(2).tells(&["no plan in commit"]);
}

#[test]
fn root_of_another_repository() {
    let repo = planned(PLAN);
    branch(&repo, "lessons", "main", &[("quizzes/b.json", "1\n")]);
    let root = repo.root().display().to_string();
    let elsewhere = planned("tasks: {other: {write: \"**\"}}\n");
    let arguments = ["--root", &root, "--task=lessons"];
    let json = Gate::of(&elsewhere, &arguments).json().ends_with(1);
    json.finds(&["foreign-lane lessons quizzes/b.json"]);
    gate(&repo, &["--root", "nowhere"]).ends_with(2).tells(&["is not a directory"]);
}

#[test]
fn root_below_the_work_tree() {
    // Its globs would begin there, and the changes' paths at the top.
    let repo = planned(PLAN);
    repo.write("sub/lanes.yaml", PLAN);
    repo.commit("another plan");
    branch(&repo, "lessons", "main", &[("lessons/top", "1\n")]);
    for arguments in [
        &["--root=sub", "--task=lessons"][..],
        &["--root=sub", "sub/lanes.yaml", "--range", "lessons=main...lessons"],
        &["--root=sub", "--worktree", "--task=lessons"],
    ] {
        gate(&repo, arguments).ends_with(2).tells(&["sub", "is not the top of the work tree"]);
    }
    // A link to the top is the top.
    std::os::unix::fs::symlink(repo.root(), repo.beside("link")).unwrap();
    gate(&repo, &["--root=../link", "--task=lessons"]).ends_with(0);
}

#[test]
fn linked_work_tree() {
    let repo = planned(PLAN);
    branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n")]);
    let linked = repo.beside("linked");
    repo.git(&["worktree", "add", "-q", &linked.display().to_string(), "lessons"]);
    fs::write(linked.join("stray"), "1\n").unwrap();
    let run = Gate::of(&repo, &["--worktree", "--base=main"]).dir(&linked);
    run.json().ends_with(1).finds(&["out-of-lane lessons stray"]);
    gate(&repo, &["--worktree"]).ends_with(2).tells(&["no task has the branch `main`"]);
    Gate::of(&repo, &["--range", "main...HEAD"]).dir(&linked).json().ends_with(0).finds(&[]);
}

#[test]
fn bare_repository() {
    let repo = planned(PLAN);
    branch(&repo, "lessons", "main", &[("lanes.yaml", "x: 1\n"), ("plan.yaml", "1\n")]);
    let bare = repo.beside("bare.git");
    repo.git(&["clone", "-q", "--bare", ".", &bare.display().to_string()]);
    let run = |arguments: &[&str]| Gate::of(&repo, arguments).dir(&bare).env("GIT_DIR", ".");
    let strays = ["plan-changed lessons lanes.yaml", "out-of-lane lessons plan.yaml"];
    run(&["--task=lessons"]).json().ends_with(1).finds(&strays);
    run(&["--range", "lessons=main...lessons"]).json().ends_with(1).finds(&strays);
    run(&["lanes.yaml", "--plan-from=main", "--task=lessons"]).json().ends_with(1).finds(&strays);
    // A file that lies in git's folder is no file of the repository.
    fs::write(bare.join("plan.yaml"), PLAN).unwrap();
    run(&["plan.yaml", "--task=lessons"])
        .json()
        .ends_with(1)
        .finds(&["out-of-lane lessons lanes.yaml", "out-of-lane lessons plan.yaml"]);
    for flag in ["--staged", "--worktree"] {
        let json = run(&[flag, "--task=lessons"]).json().ends_with(3);
        assert!(json.message("not-verified").contains("no work tree"));
    }
    // Without GIT_DIR, a folder that looks like a bare repository may be one that was committed.
    Gate::of(&repo, &["--task=lessons"]).dir(&bare).run().ends_with(2);
}

#[test]
fn work_tree_from_environment() {
    let repo = planned(PLAN);
    branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n"), ("lanes.yaml", "x: 1\n")]);
    let git_dir = repo.beside("elsewhere.git");
    fs::rename(repo.path(".git"), &git_dir).unwrap();
    for dir in ["", "lessons"] {
        for plan in [&[][..], &["--plan-from=main"]] {
            let run = Gate::of(&repo, &[plan, &["--task=lessons"]].concat())
                .dir(repo.path(dir))
                .env("GIT_DIR", &git_dir)
                .env("GIT_WORK_TREE", repo.root());
            let caught = ["plan-changed lessons lanes.yaml"];
            run.json().ends_with(1).finds(&caught);
        }
    }
    let run = Gate::of(&repo, &["../lanes.yaml", "--task=lessons"])
        .dir(repo.path("lessons"))
        .env("GIT_DIR", &git_dir)
        .env("GIT_WORK_TREE", repo.root());
    let json = run.json().ends_with(1);
    assert!(json.findings().contains(&"plan-changed lessons lanes.yaml".to_owned()));
    // A plan in the folder at hand is not at the root for that.
    repo.write("lessons/lanes.yaml", PLAN);
    let run = Gate::of(&repo, &["lanes.yaml", "--worktree", "--task=lessons"])
        .dir(repo.path("lessons"))
        .env("GIT_DIR", &git_dir)
        .env("GIT_WORK_TREE", repo.root());
    run.json().ends_with(1).finds(&["plan-changed lessons lessons/lanes.yaml"]);
}

#[test]
fn hook_in_a_subfolder() {
    let repo = planned(PLAN);
    branch(&repo, "lessons", "main", &[("lanes.yaml", "x: 1\n")]);
    let run = Gate::of(&repo, &["../lanes.yaml", "--task=lessons"])
        .dir(repo.path("lessons"))
        .env("GIT_DIR", repo.path(".git"));
    let json = run.json().ends_with(1);
    assert!(json.findings().contains(&"plan-changed lessons lanes.yaml".to_owned()));
}

#[test]
fn scratch_repository_is_ignored() {
    let repo = planned(PLAN);
    repo.git(&["checkout", "-q", "-b", "lessons"]);
    repo.write("lessons/new", "1\n");
    fs::create_dir_all(repo.path("quizzes/tmp")).unwrap();
    std::os::unix::fs::symlink(repo.path("quizzes/tmp"), repo.beside("tmp")).unwrap();
    for folder in [repo.root().to_path_buf(), repo.path("quizzes/tmp"), repo.beside("tmp")] {
        let run = Gate::of(&repo, &["--worktree"]).env("TMPDIR", &folder);
        run.json().ends_with(0).finds(&[]);
    }
    // A folder of such a name is not ours for that.
    repo.write("quizzes/tmp/lanelint-abc123/HEAD", "ref: refs/heads/none\n");
    let run = Gate::of(&repo, &["--worktree"]).env("TMPDIR", repo.path("quizzes/tmp"));
    run.json().ends_with(1).finds(&["foreign-lane lessons quizzes/tmp/lanelint-abc123/HEAD"]);
}

#[test]
fn nested_linked_work_trees() {
    let repo = planned(PLAN);
    let inner = repo.path(".claude/worktrees/b");
    let inner = inner.to_str().unwrap();
    repo.git(&["worktree", "add", "-q", "-b", "work/quizzes", inner]);
    repo.git(&["checkout", "-q", "-b", "lessons"]);
    repo.write(".claude/worktrees/b/quizzes/new", "1\n");
    repo.write("lessons/new", "1\n");
    Gate::of(&repo, &["--worktree"]).json().ends_with(0).finds(&[]);
    Gate::of(&repo, &["--worktree"]).dir(inner).json().ends_with(0).finds(&[]);
    // What lies beside it does count.
    repo.write(".claude/worktrees/c", "1\n");
    let beside = ["out-of-lane lessons .claude/worktrees/c"];
    Gate::of(&repo, &["--worktree"]).json().ends_with(1).finds(&beside);
    repo.remove(".claude/worktrees/c");
    // The main work tree may lie in a linked one.
    let outer = planned(PLAN);
    let around = outer.beside("around");
    outer.git(&["worktree", "add", "-q", "-b", "lessons", around.to_str().unwrap()]);
    fs::rename(outer.root(), around.join("main")).unwrap();
    outer.git_in(&around.join("main"), &["worktree", "repair"]);
    fs::write(around.join("lessons/new"), "1\n").unwrap();
    Gate::of(&repo, &["--worktree"]).dir(&around).json().ends_with(0).finds(&[]);
}

#[test]
fn fake_linked_work_trees() {
    let repo = planned(PLAN);
    let linked = repo.beside("linked");
    repo.git(&["worktree", "add", "-q", "-b", "work/quizzes", linked.to_str().unwrap()]);
    repo.git(&["checkout", "-q", "-b", "lessons"]);
    let registered = repo.path(".git/worktrees/linked").display().to_string();
    let main = repo.path(".git").display().to_string();
    for git_file in [
        // Another's, the main one's, and a folder that looks like one of git's.
        format!("gitdir: {registered}\n"),
        format!("gitdir: {main}\n"),
        format!("gitdir: {}\n", repo.beside("made-up").display()),
        "gitdir: nowhere\n".to_owned(),
    ] {
        let made_up = repo.beside("made-up");
        fs::create_dir_all(&made_up).unwrap();
        fs::write(made_up.join("HEAD"), "ref: refs/heads/main\n").unwrap();
        fs::write(made_up.join("commondir"), format!("{main}\n")).unwrap();
        let own = format!("{}\n", repo.path("quizzes/fake/.git").display());
        fs::write(made_up.join("gitdir"), own).unwrap();
        repo.write("quizzes/fake/.git", &git_file);
        repo.write("quizzes/fake/x", "1\n");
        let json = Gate::of(&repo, &["--worktree"]).json().ends_with(1);
        let found = json.findings();
        assert!(found[0].starts_with("foreign-lane lessons quizzes/fake"), "{git_file}: {found:?}");
    }
    // A repository of its own is one path, as ever.
    repo.remove_dir("quizzes/fake");
    repo.git(&["init", "-q", "quizzes/own"]);
    let json = Gate::of(&repo, &["--worktree"]).json().ends_with(1);
    json.finds(&["foreign-lane lessons quizzes/own"]);
}

#[test]
fn configured_work_tree_elsewhere() {
    let repo = planned(PLAN);
    repo.git(&["checkout", "-q", "-b", "lessons"]);
    repo.write("quizzes/new", "1\n");
    let elsewhere = repo.beside("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    repo.git(&["config", "core.worktree", elsewhere.to_str().unwrap()]);
    let json = Gate::of(&repo, &["--worktree"]).json().ends_with(3);
    assert!(json.message("not-verified").contains("is elsewhere, at"));
    let run = Gate::of(&repo, &["--worktree"])
        .env("GIT_DIR", repo.path(".git"))
        .env("GIT_WORK_TREE", repo.root());
    run.json().ends_with(1).finds(&["foreign-lane lessons quizzes/new"]);
    // A submodule's setting leads to where it is.
    let repo = planned(PLAN);
    let part = planned(PLAN);
    let from = part.root().to_str().unwrap();
    repo.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", from, "part"]);
    repo.git_in(&repo.path("part"), &["checkout", "-q", "-b", "lessons"]);
    repo.write("part/quizzes/new", "1\n");
    let run = Gate::of(&repo, &["--worktree", "--task=lessons"]).dir(repo.path("part"));
    run.json().ends_with(1).finds(&["foreign-lane lessons quizzes/new"]);
}

/// A repository whose pre-commit hook is the gate.
fn hooked() -> TestRepo {
    let repo = planned(PLAN);
    repo.git(&["checkout", "-q", "-b", "lessons"]);
    let program = LANELINT;
    let hook = format!("#!/bin/sh\nexec '{program}' gate --staged --format json=hook.json\n");
    fs::create_dir_all(repo.path(".git/hooks")).unwrap();
    fs::write(repo.path(".git/hooks/pre-commit"), hook).unwrap();
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(repo.path(".git/hooks/pre-commit"), mode).unwrap();
    fs::write(repo.path(".git/info/exclude"), "hook.json\n").unwrap();
    repo
}

#[test]
fn hook_reads_the_committed_index() {
    let commits = |repo: &TestRepo, arguments: &[&str]| {
        let arguments = [&["commit", "-q", "-m", "x"], arguments].concat();
        let output = repo.try_git(repo.root(), &arguments);
        assert!(!repo.path(".git/index.lock").exists());
        output.status.success()
    };
    let repo = hooked();
    repo.write("lessons/a.json", "2\n");
    repo.write("quizzes/a.json", "2\n");
    repo.git(&["add", "lessons"]);
    // `git commit PATH` and `git commit -a` have an index of their own.
    assert!(!commits(&repo, &["quizzes/a.json"]));
    assert!(!commits(&repo, &["-a"]));
    assert!(commits(&repo, &[]));
    repo.write("lessons/a.json", "3\n");
    assert!(commits(&repo, &["lessons/a.json"]));
    let committed = repo.git(&["diff", "--name-only", "main", "HEAD"]);
    assert_eq!(committed, "lessons/a.json");
}

#[test]
fn environment_settings() {
    let repo = planned(PLAN);
    branch(&repo, "lessons", "main", &[("quizzes/b.json", "1\n")]);
    let head = repo.git(&["rev-parse", "lessons"]);
    let main = repo.git(&["rev-parse", "main"]);
    // For git, the branch's commit is that of `main`.
    repo.git(&["replace", &head, &main]);
    let run = Gate::of(&repo, &["--task=lessons"])
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "diff.external")
        .env("GIT_CONFIG_VALUE_0", "false")
        .env("GIT_EXTERNAL_DIFF", "true")
        .env("GIT_DIFF_OPTS", "--stat")
        .env("GIT_NAMESPACE", "other")
        .env("GIT_TRACE", "1")
        .env("GIT_LITERAL_PATHSPECS", "0");
    run.json().ends_with(1).finds(&["foreign-lane lessons quizzes/b.json"]);
}

#[test]
fn missing_home_and_git() {
    let repo = planned(PLAN);
    branch(&repo, "lessons", "main", &[("quizzes/b.json", "1\n")]);
    Gate::of(&repo, &["--task=lessons"]).only_path().run().ends_with(1);
    let json = Gate::of(&repo, &["--task=lessons"]).env("PATH", "").json().ends_with(3);
    assert!(json.message("not-verified").contains("git"));
    // A relative folder of the path may hold what was committed.
    repo.write("bin/git", "#!/bin/sh\nexit 0\n");
    fs::set_permissions(repo.path("bin/git"), fs::Permissions::from_mode(0o755)).unwrap();
    for path in ["bin".to_owned(), repo.path("bin").display().to_string()] {
        Gate::of(&repo, &["--task=lessons"]).env("PATH", &path).json().ends_with(3);
    }
}

#[test]
fn unreadable_repository() {
    let repo = planned(PLAN);
    branch(&repo, "lessons", "main", &[("quizzes/b.json", "1\n")]);
    fs::write(repo.path(".git/config"), "[core\n").unwrap();
    let json = Gate::of(&repo, &["--task=lessons"]).json().ends_with(3);
    assert!(json.message("not-verified").contains("git cannot use the repository"));

    let repo = planned(PLAN);
    let head = branch(&repo, "lessons", "main", &[("quizzes/b.json", "1\n")]);
    repo.remove(&format!(".git/objects/{}/{}", &head[..2], &head[2..]));
    let json = Gate::of(&repo, &["--task=lessons"]).json().ends_with(3);
    assert!(json.message("not-verified").contains("missing object"));

    let repo = planned(PLAN);
    branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n")]);
    repo.git(&["checkout", "-q", "lessons"]);
    repo.write("lessons/conflict", "1\n");
    fs::write(repo.path(".git/index"), b"DIRC").unwrap();
    for flag in ["--staged", "--worktree"] {
        gate(&repo, &[flag]).ends_with(3);
    }
}

#[test]
fn unmerged_index() {
    let repo = planned(PLAN);
    branch(&repo, "lessons", "main", &[("lessons/a.json", "2\n")]);
    repo.commit_file("lessons/a.json", "3\n");
    repo.git(&["checkout", "-q", "lessons"]);
    repo.try_git(repo.root(), &["merge", "-q", "main"]);
    for flag in ["--staged", "--worktree"] {
        let json = Gate::of(&repo, &[flag]).json().ends_with(3);
        assert!(json.message("not-verified").contains("unmerged"));
    }
}

#[test]
fn index_of_unborn_branch() {
    let repo = TestRepo::new();
    repo.write("lanes.yaml", PLAN);
    repo.write("stray", "1\n");
    repo.git(&["symbolic-ref", "HEAD", "refs/heads/lessons"]);
    repo.git(&["add", "-A"]);
    let json = Gate::of(&repo, &["lanes.yaml", "--staged"]).json().ends_with(1);
    assert!(json.findings().contains(&"out-of-lane lessons stray".to_owned()));
    gate(&repo, &["--staged"]).ends_with(3);
}
