//! Work trees whose files went through a filter, which the gate never runs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use super::{Gate, PLAN};
use crate::harness::{TestRepo, search_path};

/// A filter of the user's own, as it would be in the home folder's settings.
const UPPER: &str = "[filter \"upper\"]\n\tclean = tr a-z A-Z\n\tsmudge = tr A-Z a-z\n";

/// Runs git with the settings of the home folder.
fn git(repo: &TestRepo, dir: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(dir)
        .env_clear()
        .env("PATH", search_path())
        .env("HOME", repo.beside("home"))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
}

/// A repository with files that go through a filter, and a home folder that has it.
fn filtered(settings: &str, filter: &str, content: &[u8]) -> TestRepo {
    let repo = TestRepo::new();
    let user = "[user]\n\tname = A U Thor\n\temail = author@example.com\n";
    fs::write(repo.beside("home/.gitconfig"), format!("{settings}{user}")).unwrap();
    repo.write("lanes.yaml", PLAN);
    repo.write(".gitattributes", format!("*.bin filter={filter}\n"));
    for name in ["a.bin", "deep/b.bin", "lessons/c.bin"] {
        repo.write(name, content);
    }
    git(&repo, repo.root(), &["add", "-A"]);
    git(&repo, repo.root(), &["commit", "-q", "-m", "filtered"]);
    repo
}

/// A work tree of the branch `lessons`, as fresh as it can be: cloned, or linked.
fn fresh(repo: &TestRepo, name: &str, linked: bool) -> std::path::PathBuf {
    let folder = repo.beside(name);
    let at = folder.to_str().unwrap();
    if linked {
        git(repo, repo.root(), &["worktree", "add", "-q", "-b", name, at]);
    } else {
        git(repo, repo.root(), &["clone", "-q", repo.root().to_str().unwrap(), at]);
    }
    // Something that the task did.
    fs::write(folder.join("lessons/new"), "1\n").unwrap();
    folder
}

fn worktree(repo: &TestRepo, dir: &Path) -> super::Json {
    Gate::of(repo, &["--worktree", "--task=lessons", "lanes.yaml"]).dir(dir).json()
}

/// Writes a file in its place and sets its time back.
fn rewrite(file: &Path, content: &[u8]) {
    let time: SystemTime = fs::metadata(file).unwrap().modified().unwrap();
    fs::write(file, content).unwrap();
    fs::File::options().write(true).open(file).unwrap().set_modified(time).unwrap();
}

#[test]
fn fresh_work_tree() {
    let repo = filtered(UPPER, "upper", b"some text\n");
    for round in 0..6 {
        let dir = fresh(&repo, &format!("fresh{round}"), round % 2 == 1);
        assert_eq!(fs::read(dir.join("a.bin")).unwrap(), b"some text\n");
        worktree(&repo, &dir).ends_with(0).finds(&[]);
    }
}

#[test]
fn change_in_fresh_work_tree() {
    let repo = filtered(UPPER, "upper", b"some text\n");
    for linked in [false, true] {
        let dir = fresh(&repo, if linked { "linked" } else { "cloned" }, linked);
        // Of the same length, in the same moment, and with the time of before: git's own second
        // look would be at what the filter makes of it.
        rewrite(&dir.join("a.bin"), b"evil text\n");
        fs::write(dir.join("deep/b.bin"), "evil text\n").unwrap();
        let json = worktree(&repo, &dir).ends_with(1);
        let json = json.finds(&["out-of-lane lessons a.bin", "out-of-lane lessons deep/b.bin"]);
        let said = json.value["findings"][0].to_string();
        assert!(said.contains("its filter `upper` was not run"), "{said}");
    }
}

/// The settings by which Git LFS is installed. Nothing where it is not here, which is a failure
/// where `LANELINT_GIT_LFS` says that it is.
fn lfs() -> Option<&'static str> {
    let found = Command::new("git-lfs").arg("version").env("PATH", search_path()).output();
    if !found.is_ok_and(|output| output.status.success()) {
        assert!(std::env::var_os("LANELINT_GIT_LFS").is_none(), "there is no Git LFS");
        eprintln!("there is no Git LFS here: nothing was tried");
        return None;
    }
    Some(
        "[filter \"lfs\"]\n\tclean = git-lfs clean -- %f\n\tsmudge = git-lfs smudge -- %f\n\
         \tprocess = git-lfs filter-process\n\trequired = true\n",
    )
}

#[test]
fn lfs_files_by_digest() {
    let Some(settings) = lfs() else { return };
    let content = [7, 0, 255].repeat(2_000);
    let repo = filtered(settings, "lfs", &content);
    let pointer = repo.git(&["cat-file", "-p", "HEAD:a.bin"]);
    assert!(pointer.starts_with("version https://git-lfs.github.com/spec/v1"), "{pointer}");
    for linked in [false, true] {
        let dir = fresh(&repo, if linked { "linked" } else { "cloned" }, linked);
        assert_eq!(fs::read(dir.join("a.bin")).unwrap(), content);
        worktree(&repo, &dir).ends_with(0).finds(&[]);
        // Only touched, or written anew as it was.
        fs::write(dir.join("a.bin"), &content).unwrap();
        worktree(&repo, &dir).ends_with(0).finds(&[]);
        // Only another mode.
        fs::set_permissions(dir.join("a.bin"), fs::Permissions::from_mode(0o755)).unwrap();
        let json = worktree(&repo, &dir).ends_with(1).finds(&["out-of-lane lessons a.bin"]);
        assert_eq!(json.finding("out-of-lane")["data"]["change"], "mode");
        // One byte, with the length and the time of before.
        let mut other = content.clone();
        other[100] ^= 1;
        rewrite(&dir.join("deep/b.bin"), &other);
        let both = ["out-of-lane lessons a.bin", "out-of-lane lessons deep/b.bin"];
        let json = worktree(&repo, &dir).ends_with(1).finds(&both);
        assert_eq!(json.value["findings"][1]["data"]["change"], "modified");
        // What is staged is known by its object.
        git(&repo, &dir, &["add", "deep/b.bin"]);
        worktree(&repo, &dir).ends_with(1).finds(&both);
    }
}

#[test]
fn lfs_pointer_of_another_filter() {
    // The filter of another name commits what looks like the pointer of this very file.
    let pointer = "version https://git-lfs.github.com/spec/v1\n\
                   oid sha256:dc51b8c96c2d745df3bd5590d990230a482fd247123599548e0632fdbf97fc22\n\
                   size 3\n";
    for (filter, status) in [("lfs", 0), ("other", 1)] {
        let repo = TestRepo::new();
        repo.write("lanes.yaml", PLAN);
        repo.write(".gitattributes", format!("*.bin filter={filter}\n"));
        repo.write("a.bin", pointer);
        repo.commit("the pointer");
        repo.git(&["config", &format!("filter.{filter}.clean"), "false"]);
        repo.write("a.bin", "ok\n");
        worktree(&repo, repo.root()).ends_with(status);
        repo.write("a.bin", "no\n");
        worktree(&repo, repo.root()).ends_with(1);
    }
}
