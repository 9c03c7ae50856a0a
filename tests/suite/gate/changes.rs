//! Every kind of change, by a range, by the contract's patch and by the work tree.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use super::{Gate, assigned, patch, patch_file};
use crate::harness::TestRepo;

/// A task that may write nothing that is there, with files of every kind.
fn watched() -> TestRepo {
    let repo = TestRepo::new();
    // Where links lead is another question.
    let plan = "tasks: {lessons: {write: lessons/**}}\nrules: {escaping-symlink: off}\n";
    repo.write("lanes.yaml", plan);
    repo.write("file", "1\n2\n3\n4\n5\n");
    repo.write("program", "#!/bin/sh\n");
    fs::set_permissions(repo.path("program"), fs::Permissions::from_mode(0o755)).unwrap();
    symlink("file", repo.path("link")).unwrap();
    repo.write("empty", "");
    repo.write("binary", b"\0\x01\x02");
    repo.write("lessons/a", "");
    repo.commit("before");
    repo.git(&["checkout", "-q", "-b", "lessons"]);
    repo
}

/// What is out of lane, as `change path`, by every source that sees it.
#[track_caller]
fn assert_out_of_lane(repo: &TestRepo, expected: &[&str]) {
    repo.write("lessons/b", "");
    let work_tree = ["--worktree", "--base=main"];
    assert_eq!(out_of_lane(repo, &work_tree), expected, "work tree");
    repo.git(&["add", "-A"]);
    assert_eq!(out_of_lane(repo, &["--staged"]), expected, "staged");
    repo.commit("after");
    assert_eq!(out_of_lane(repo, &[]), expected, "branch");
    assert_eq!(out_of_lane(repo, &["--range", "main...HEAD"]), expected, "range");
    let file = patch_file(repo, "a.patch", patch(repo, "main...HEAD"));
    assert_eq!(out_of_lane(repo, &["--diff", &assigned("lessons", &file)]), expected, "patch");
}

fn out_of_lane(repo: &TestRepo, arguments: &[&str]) -> Vec<String> {
    let json = Gate::of(repo, arguments).json().ends_with(1);
    let findings = json.value["findings"].as_array().unwrap();
    let shown = findings.iter().map(|finding| {
        let rule = finding["rule"].as_str().unwrap();
        assert!(matches!(rule, "foreign-lane" | "out-of-lane"), "{:#}", json.value);
        let change = finding["data"]["change"].as_str().unwrap();
        format!("{change} {}", finding["path"].as_str().unwrap())
    });
    shown.collect()
}

#[test]
fn both_ends_of_a_rename() {
    let repo = watched();
    fs::rename(repo.path("file"), repo.path("renamed")).unwrap();
    assert_out_of_lane(&repo, &["deleted file", "added renamed"]);
    // Into the lane: the old path is still gone.
    let repo = watched();
    fs::rename(repo.path("file"), repo.path("lessons/file")).unwrap();
    assert_out_of_lane(&repo, &["deleted file"]);
    // Out of it: the new path is.
    let repo = watched();
    fs::rename(repo.path("lessons/a"), repo.path("a")).unwrap();
    assert_out_of_lane(&repo, &["added a"]);
}

#[test]
fn deletions_modes_and_types() {
    let repo = watched();
    for name in ["empty", "binary"] {
        repo.remove(name);
    }
    assert_out_of_lane(&repo, &["deleted binary", "deleted empty"]);

    let repo = watched();
    fs::set_permissions(repo.path("file"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(repo.path("program"), fs::Permissions::from_mode(0o644)).unwrap();
    assert_out_of_lane(&repo, &["mode file", "mode program"]);

    let repo = watched();
    repo.remove("file");
    symlink("lessons/a", repo.path("file")).unwrap();
    repo.remove("link");
    repo.write("link", "1\n");
    assert_out_of_lane(&repo, &["type file", "type link"]);

    let repo = watched();
    repo.remove("link");
    symlink("elsewhere", repo.path("link")).unwrap();
    symlink("/etc/passwd", repo.path("new")).unwrap();
    repo.write("nothing", "");
    repo.write("binary", b"\0\x01\x03");
    assert_out_of_lane(&repo, &["modified binary", "modified link", "added new", "added nothing"]);
}

#[test]
fn file_and_folder_swapped() {
    let repo = watched();
    repo.remove("file");
    repo.write("file/inside", "1\n");
    assert_out_of_lane(&repo, &["deleted file", "added file/inside"]);
    let repo = watched();
    repo.remove_dir("lessons");
    repo.write("lessons", "1\n");
    repo.commit("after");
    assert_eq!(out_of_lane(&repo, &["--range", "main...HEAD"]), ["added lessons"]);
}

#[test]
fn ignored_submodule_pin() {
    let repo = watched();
    repo.git(&["checkout", "-q", "main"]);
    let pin = "1".repeat(40);
    let modules = "[submodule \"lib\"]\n\tpath = lib\n\turl = ../lib\n\tignore = all\n";
    repo.write(".gitmodules", modules);
    repo.git(&["config", "diff.ignoreSubmodules", "all"]);
    repo.git(&["config", "submodule.lib.ignore", "all"]);
    repo.git(&["add", ".gitmodules"]);
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{pin},lib")]);
    repo.git(&["commit", "-q", "-m", "a submodule"]);
    repo.git(&["checkout", "-q", "-B", "lessons", "main"]);
    let moved = "2".repeat(40);
    repo.git(&["update-index", "--cacheinfo", &format!("160000,{moved},lib")]);
    assert_eq!(out_of_lane(&repo, &["--staged"]), ["modified lib"]);
    // An older git thinks that there is nothing to commit.
    repo.git(&["commit", "-q", "--allow-empty", "-m", "moved"]);
    assert_eq!(out_of_lane(&repo, &[]), ["modified lib"]);
    assert_eq!(out_of_lane(&repo, &["--range", "main...HEAD"]), ["modified lib"]);
    let file = patch_file(&repo, "a.patch", patch(&repo, "main...HEAD"));
    assert_eq!(out_of_lane(&repo, &["--diff", &assigned("lessons", &file)]), ["modified lib"]);
    // A patch made without the contract's switches is no whole list, and nobody can see that;
    // one that says `Submodule` is told.
    let text = repo.git(&["diff", "--submodule=log", "--ignore-submodules=none", "main...HEAD"]);
    let file = patch_file(&repo, "b.patch", text + "\n");
    let json = Gate::of(&repo, &["--diff", &assigned("lessons", &file)]).json().ends_with(3);
    assert!(json.message("not-verified").contains("--submodule=short"));
}

#[test]
fn new_submodule() {
    let repo = watched();
    let pin = format!("160000,{},lib", "1".repeat(40));
    let modules = "[submodule \"lib\"]\n\tpath = lib\n\turl = ../lib\n\tignore = all\n";
    repo.write(".gitmodules", modules);
    repo.git(&["add", ".gitmodules"]);
    repo.git(&["update-index", "--add", "--cacheinfo", &pin]);
    let strays = ["added .gitmodules", "added lib"];
    assert_eq!(out_of_lane(&repo, &["--staged"]), strays);
    repo.git(&["commit", "-q", "-m", "a submodule"]);
    assert_eq!(out_of_lane(&repo, &[]), strays);
    let file = patch_file(&repo, "a.patch", patch(&repo, "main...HEAD"));
    assert_eq!(out_of_lane(&repo, &["--diff", &assigned("lessons", &file)]), strays);
    // A file in the place of the submodule is another type.
    repo.git(&["branch", "-f", "main", "lessons"]);
    repo.git(&["rm", "-q", "--cached", "lib"]);
    repo.write("lib", "1\n");
    repo.commit("a file");
    assert_eq!(out_of_lane(&repo, &["--range", "main...HEAD"]), ["type lib"]);
}

#[test]
fn hidden_index_entries() {
    let repo = watched();
    repo.git(&["update-index", "--assume-unchanged", "file"]);
    repo.git(&["update-index", "--skip-worktree", "program"]);
    repo.write("file", "other\n");
    repo.write("program", "other\n");
    assert_eq!(out_of_lane(&repo, &["--worktree"]), ["modified file", "modified program"]);
}

#[test]
fn protected_in_other_case() {
    let repo = TestRepo::new();
    repo.write(
        "lanes.yaml",
        "tasks: {lessons: {write: '**'}}\nprotect: [.github/**, Straße, 'caf\u{e9}/*']\n",
    );
    repo.write(".github/ci.yml", "");
    repo.commit("before");
    repo.git(&["checkout", "-q", "-b", "lessons"]);
    // Into the index: not every file system can hold these beside each other.
    let empty = repo.git_with_input(&["hash-object", "-w", "--stdin"], b"");
    for name in [".GitHub/ci.yml", "LANES.YAML", "STRAẞE", "cafe\u{301}/x", "lessons", "Strasse"]
    {
        repo.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{empty},{name}")]);
    }
    let strays =
        ["added .GitHub/ci.yml", "added LANES.YAML", "added STRAẞE", "added cafe\u{301}/x"];
    assert_eq!(out_of_lane(&repo, &["--staged"]), strays);
    repo.git(&["commit", "-q", "-m", "after"]);
    assert_eq!(out_of_lane(&repo, &[]), strays);
    let file = patch_file(&repo, "a.patch", patch(&repo, "main...HEAD"));
    repo.git(&["checkout", "-q", "-f", "main"]);
    assert_eq!(out_of_lane(&repo, &["--diff", &assigned("lessons", &file)]), strays);
}
