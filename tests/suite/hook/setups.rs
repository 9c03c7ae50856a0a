//! The set-ups that `docs/hooks.md` shows, installed and run.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use super::{PLAN, call, planned};
use crate::harness::{TestRepo, path_with_lanelint, root};

fn setup(name: &str) -> PathBuf {
    root().join("fixtures/hooks").join(name)
}

/// The folders in which programs are looked for, with lanelint in one of them.
fn programs(repo: &TestRepo) -> OsString {
    path_with_lanelint(&repo.beside("programs"))
}

fn command(repo: &TestRepo, program: &str, dir: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(dir)
        .env_clear()
        .env("PATH", programs(repo))
        .env("HOME", repo.beside("home"))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_EDITOR", "true")
        .env("GIT_AUTHOR_NAME", "A U Thor")
        .env("GIT_AUTHOR_EMAIL", "author@example.com")
        .env("GIT_COMMITTER_NAME", "C O Mitter")
        .env("GIT_COMMITTER_EMAIL", "committer@example.com");
    command
}

/// Runs git as a person does whose repository has hooks; gives whether it went through, and what
/// was said.
fn git<S: AsRef<OsStr>>(repo: &TestRepo, dir: &Path, arguments: &[S]) -> (bool, String) {
    let output: Output = command(repo, "git", dir).args(arguments).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[track_caller]
fn goes_through<S: AsRef<OsStr>>(repo: &TestRepo, dir: &Path, arguments: &[S]) {
    let (through, said) = git(repo, dir, arguments);
    assert!(through, "{said}");
}

#[track_caller]
fn is_refused<S: AsRef<OsStr>>(repo: &TestRepo, dir: &Path, arguments: &[S], words: &str) {
    let (through, said) = git(repo, dir, arguments);
    assert!(!through && said.contains(words), "{words:?} is not in:\n{said}");
}

fn install(repo: &TestRepo, hook: &str) {
    let file = repo.path(".git/hooks").join(hook);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::copy(setup(hook), &file).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn agent_settings_match_known_tools() {
    let repo = planned();
    for (file, event, tools, denied) in [
        (
            "claude-code.json",
            "PreToolUse",
            &["Write", "Edit", "MultiEdit", "NotebookEdit"][..],
            "/hookSpecificOutput/permissionDecision",
        ),
        ("gemini-cli.json", "BeforeTool", &["write_file", "replace"], "/decision"),
    ] {
        let settings: Value = serde_json::from_slice(&fs::read(setup(file)).unwrap()).unwrap();
        let group = &settings["hooks"][event][0];
        let matched: Vec<&str> = group["matcher"].as_str().unwrap().split('|').collect();
        assert_eq!(matched, tools, "{file}");
        let script = group["hooks"][0]["command"].as_str().unwrap();
        for tool in tools {
            let input = json!({"file_path": "quizzes/a", "notebook_path": "quizzes/a"});
            let mut call = call(repo.root(), tool, input);
            call["hook_event_name"] = event.into();
            let mut shell = command(&repo, "sh", repo.root());
            shell.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
            let mut child = shell.spawn().unwrap();
            child.stdin.take().unwrap().write_all(call.to_string().as_bytes()).unwrap();
            let output = child.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{file} {tool}");
            let said: Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(said.pointer(denied), Some(&json!("deny")), "{file} {tool}: {said}");
        }
    }
}

#[test]
fn pre_commit_reads_committed_index() {
    let repo = planned();
    install(&repo, "pre-commit");
    let root = repo.root();
    repo.write("lessons/a.json", "2\n");
    goes_through(&repo, root, &["commit", "-q", "-am", "in the lane"]);
    // What is staged.
    repo.write("quizzes/a.json", "2\n");
    repo.git(&["add", "quizzes"]);
    is_refused(&repo, root, &["commit", "-q", "-m", "staged"], "quizzes/a.json");
    // By `commit PATH` only that path is committed, whatever else is staged.
    repo.write("lessons/a.json", "3\n");
    goes_through(&repo, root, &["commit", "-q", "-m", "a path", "lessons/a.json"]);
    repo.git(&["reset", "-q"]);
    is_refused(&repo, root, &["commit", "-q", "-m", "a path", "quizzes/a.json"], "quizzes/a.json");
    // By `commit -a` what is not staged too.
    repo.write("lessons/a.json", "4\n");
    repo.git(&["add", "lessons"]);
    is_refused(&repo, root, &["commit", "-q", "-am", "all"], "quizzes/a.json");
    goes_through(&repo, root, &["commit", "-q", "-m", "the index alone"]);
    // The plan is that of the base branch.
    repo.git(&["checkout", "-q", "."]);
    repo.write("lanes.yaml", PLAN.replace("lessons/**", "'**'"));
    is_refused(&repo, root, &["commit", "-q", "-am", "wider"], "lanes.yaml");
    repo.git(&["checkout", "-q", "."]);
    // A branch that is no task's is told so.
    repo.git(&["checkout", "-q", "-b", "other"]);
    repo.write("lessons/a.json", "5\n");
    is_refused(&repo, root, &["commit", "-q", "-am", "whose?"], "no task has the branch");
}

#[test]
fn linked_work_tree() {
    let repo = planned();
    repo.git(&["checkout", "-q", "main"]);
    install(&repo, "pre-commit");
    let tree = repo.beside("tree");
    let add = ["worktree", "add", "-q"].map(OsStr::new);
    repo.git(&[&add[..], &[tree.as_ref(), "lessons".as_ref()]].concat());
    fs::write(tree.join("lessons/a.json"), "2\n").unwrap();
    goes_through(&repo, &tree, &["commit", "-q", "-am", "in the lane"]);
    fs::write(tree.join("quizzes/a.json"), "2\n").unwrap();
    for arguments in [&["commit", "-qam", "all"][..], &["commit", "-qm", "path", "quizzes/a.json"]]
    {
        is_refused(&repo, &tree, arguments, "quizzes/a.json");
    }
    fs::write(tree.join("lessons/a.json"), "3\n").unwrap();
    goes_through(&repo, &tree.join("lessons"), &["commit", "-qm", "path", "a.json"]);
}

#[test]
fn base_merges_and_rebases() {
    let repo = planned();
    install(&repo, "pre-commit");
    let root = repo.root();
    repo.write("lessons/a.json", "2\n");
    goes_through(&repo, root, &["commit", "-q", "-am", "lessons"]);
    repo.git(&["checkout", "-q", "main"]);
    repo.write("quizzes/a.json", "3\n");
    repo.write("lessons/a.json", "3\n");
    goes_through(&repo, root, &["commit", "-q", "-am", "on the base"]);
    repo.git(&["checkout", "-q", "lessons"]);
    for (begin, end) in [
        (&["merge", "-q", "main"][..], &["commit", "-q", "--no-edit"][..]),
        (&["rebase", "-q", "main"], &["rebase", "--continue"]),
    ] {
        let before = repo.git(&["rev-parse", "HEAD"]);
        is_refused(&repo, root, begin, "lessons/a.json");
        repo.write("lessons/a.json", "4\n");
        repo.git(&["add", "lessons"]);
        goes_through(&repo, root, end);
        repo.git(&["reset", "-q", "--hard", &before]);
    }
}

#[test]
fn pre_push_of_several_branches() {
    let repo = planned();
    install(&repo, "pre-push");
    let root = repo.root();
    let origin = repo.beside("origin.git");
    repo.git(&[OsStr::new("init"), "-q".as_ref(), "--bare".as_ref(), origin.as_ref()]);
    repo.git(&[OsStr::new("remote"), "add".as_ref(), "origin".as_ref(), origin.as_ref()]);
    goes_through(&repo, root, &["push", "-q", "origin", "main"]);
    // A new branch, then one more commit, then one that strays.
    repo.write("lessons/a.json", "2\n");
    repo.commit("two");
    goes_through(&repo, root, &["push", "-q", "origin", "lessons"]);
    repo.write("lessons/b.json", "1\n");
    repo.commit("three");
    goes_through(&repo, root, &["push", "-q", "origin", "lessons"]);
    repo.write("quizzes/a.json", "2\n");
    repo.commit("astray");
    is_refused(&repo, root, &["push", "-q", "origin", "lessons"], "quizzes/a.json");
    // Whose it is says the name that it gets.
    goes_through(&repo, root, &["push", "-q", "origin", "HEAD~1:refs/heads/lessons"]);
    is_refused(&repo, root, &["push", "-q", "origin", "HEAD~1:refs/heads/audit"], "only reviews");
    is_refused(&repo, root, &["push", "-q", "origin", "HEAD~1:refs/heads/x"], "belongs to no task");
    // Each of several counts, tags and deletions do not.
    let several =
        ["push", "-q", "origin", "HEAD~1:refs/heads/lessons", "HEAD:refs/heads/work/quizzes"];
    is_refused(&repo, root, &several, "lessons/a.json");
    repo.git(&["tag", "v1"]);
    goes_through(&repo, root, &["push", "-q", "origin", "v1"]);
    goes_through(&repo, root, &["push", "-q", "origin", ":lessons"]);
}
