//! `lanelint check --fix` as a person runs it: on real files, which are replaced whole or not at all.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "the program is run as its users run it")]

mod common;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::process::{Command, Stdio};

use common::{TestRepo, make_fifo, search_path};

/// What a run of `check` wrote, and its status.
fn run(repo: &TestRepo, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lanelint"));
    command.current_dir(repo.root()).env_clear().env("PATH", search_path());
    let output = command.arg("check").args(arguments).stdin(Stdio::null()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(!stderr.contains("panicked"), "{stderr}");
    (output.status.code().unwrap(), stdout, stderr)
}

fn with_plan(plan: &str) -> TestRepo {
    let repo = TestRepo::new();
    repo.write("lanes.yaml", plan);
    repo
}

fn read(repo: &TestRepo, name: &str) -> String {
    fs::read_to_string(repo.path(name)).unwrap()
}

/// The names in the repository's root: nothing is left behind.
fn names(repo: &TestRepo) -> Vec<String> {
    let entries = fs::read_dir(repo.root()).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

const SLIPS: &str = "# ours\ntasks:\n  a:\n    write: [*.rs, ./src/**] # two\n    needs: bb\n  bbb:\n    write: doc/**\n";

#[test]
fn sure_fixes_are_applied_and_told_and_the_rest_reported() {
    let repo = with_plan(SLIPS);
    fs::set_permissions(repo.path("lanes.yaml"), fs::Permissions::from_mode(0o640)).unwrap();
    let (status, stdout, stderr) = run(&repo, &["--fix", "--format", "concise"]);
    let mended = SLIPS.replace("*.rs, ./src", "\"*.rs\", src");
    assert_eq!(read(&repo, "lanes.yaml"), mended);
    assert_eq!(stderr, "fixed: lanes.yaml:4:13: quote it\nfixed: lanes.yaml:4:19: remove `./`\n");
    assert_eq!(status, 1);
    assert_eq!(stdout.lines().count(), 1, "{stdout}");
    assert!(stdout.contains("there is no task `bb`"), "{stdout}");
    assert_eq!(fs::metadata(repo.path("lanes.yaml")).unwrap().mode() & 0o777, 0o640);
    assert_eq!(names(&repo), [".git", "lanes.yaml"]);
    // A second run finds nothing left to fix.
    assert_eq!(run(&repo, &["--fix", "--format", "concise"]), (1, stdout, String::new()));
    assert_eq!(read(&repo, "lanes.yaml"), mended);
}

#[test]
fn guesses_are_told_before_they_are_made() {
    let repo = with_plan(SLIPS);
    let (status, _, stderr) = run(&repo, &["--fix=all"]);
    assert_eq!(status, 0, "{stderr}");
    assert!(stderr.starts_with("may change a lane: lanes.yaml:5:12: write `bbb`\n"), "{stderr}");
    assert_eq!(stderr.lines().filter(|line| line.starts_with("fixed: ")).count(), 3, "{stderr}");
    let mended = SLIPS.replace("*.rs, ./src", "\"*.rs\", src").replace("bb\n  bbb", "bbb\n  bbb");
    assert_eq!(read(&repo, "lanes.yaml"), mended);
    assert_eq!(run(&repo, &["--fix=all", "--quiet"]), (0, String::new(), String::new()));
}

#[test]
fn a_choice_is_offered_and_never_made() {
    let text = "tasks:\n  a: {write: src/**}\n  b: {write: src/x}\n  c: {}\n";
    let repo = with_plan(text);
    let (status, stdout, stderr) = run(&repo, &["--fix=all"]);
    assert_eq!((status, stderr.as_str()), (1, ""));
    assert!(stdout.contains("exclude `src/x` from `a`"), "{stdout}");
    assert!(stdout.contains("or: add `needs: a` to `b`"), "{stdout}");
    assert_eq!(read(&repo, "lanes.yaml"), text);
}

#[test]
fn line_endings_and_a_byte_order_mark_stay() {
    let repo = with_plan("\u{feff}tasks:\r\n  a:\r\n    write: ./x # c\r\n");
    let (status, _, stderr) = run(&repo, &["--fix"]);
    assert_eq!(status, 0, "{stderr}");
    assert_eq!(read(&repo, "lanes.yaml"), "\u{feff}tasks:\r\n  a:\r\n    write: x # c\r\n");
}

#[test]
fn only_the_files_of_a_folder_that_change_are_written() {
    let repo = TestRepo::new();
    repo.write(".lanes/a.yaml", "tasks: {a: {write: ./a}}\n");
    repo.write(".lanes/b.json", "{\"tasks\": {\"b\": {\"write\": [\"/b\", \"b//c\"]}}}\n");
    repo.write(".lanes/c.yaml", "tasks: {c: {write: c, needs: [a, b]}}\n");
    let before = fs::metadata(repo.path(".lanes/c.yaml")).unwrap().ino();
    let (status, _, stderr) = run(&repo, &["--fix"]);
    assert_eq!(status, 0, "{stderr}");
    assert_eq!(read(&repo, ".lanes/a.yaml"), "tasks: {a: {write: a}}\n");
    assert_eq!(
        read(&repo, ".lanes/b.json"),
        "{\"tasks\": {\"b\": {\"write\": [\"b\", \"b/c\"]}}}\n"
    );
    assert_eq!(fs::metadata(repo.path(".lanes/c.yaml")).unwrap().ino(), before);
    assert_eq!(stderr.lines().count(), 3, "{stderr}");
}

/// Nothing was written, and the call ends with status 2 and these words.
fn refused(repo: &TestRepo, arguments: &[&str], words: &str) {
    let (status, stdout, stderr) = run(repo, arguments);
    assert_eq!((status, stdout.as_str()), (2, ""), "{stderr}");
    assert!(stderr.contains(words), "{stderr}");
    assert!(!stderr.contains("fixed: "), "{stderr}");
}

#[test]
fn what_may_not_be_written_is_refused_whole() {
    let slip = "tasks: {a: {write: ./a}}\n";
    let repo = with_plan(slip);
    refused(&repo, &["--fix", "-"], "standard input");
    let closed = fs::Permissions::from_mode(0o444);
    fs::set_permissions(repo.path("lanes.yaml"), closed.clone()).unwrap();
    refused(&repo, &["--fix"], "may not be written");
    assert_eq!(read(&repo, "lanes.yaml"), slip);

    let repo = TestRepo::new();
    repo.write("real.yaml", slip);
    symlink("real.yaml", repo.path("lanes.yaml")).unwrap();
    refused(&repo, &["--fix"], "lanes.yaml is a link");
    assert_eq!(read(&repo, "real.yaml"), slip);

    // One file of two may not be written: then neither is.
    let repo = TestRepo::new();
    repo.write(".lanes/a.yaml", slip);
    repo.write(".lanes/b.yaml", "tasks: {b: {write: ./b}}\n");
    fs::set_permissions(repo.path(".lanes/b.yaml"), closed).unwrap();
    refused(&repo, &["--fix"], "may not be written");
    assert_eq!(read(&repo, ".lanes/a.yaml"), slip);
    assert_eq!(fs::read_dir(repo.path(".lanes")).unwrap().count(), 2);
}

#[test]
fn a_sound_plan_that_may_not_be_written_is_just_checked() {
    let repo = TestRepo::new();
    repo.write("real.yaml", "tasks: {a: {write: a}}\n");
    symlink("real.yaml", repo.path("lanes.yaml")).unwrap();
    assert_eq!(run(&repo, &["--fix", "--quiet"]), (0, String::new(), String::new()));
}

#[test]
fn a_fifo_is_no_file_to_write_to() {
    let repo = TestRepo::new();
    make_fifo(&repo.path("plan"));
    let path = repo.path("plan");
    let writer = std::thread::spawn(move || fs::write(path, "tasks: {a: {write: ./a}}\n").unwrap());
    refused(&repo, &["--fix", "plan"], "no plain file");
    writer.join().unwrap();
}

/// The flag takes no argument that stands apart: what follows is the plan.
#[test]
fn the_flag_leaves_the_plan_alone() {
    let repo = TestRepo::new();
    repo.write("all", "tasks: {a: {write: ./a}}\n");
    assert_eq!(run(&repo, &["--fix", "all"]).0, 0);
    assert_eq!(read(&repo, "all"), "tasks: {a: {write: a}}\n");
    assert_eq!(run(&repo, &["--fix=some"]).0, 2);
}
