//! A run that a signal ends: what is left of it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::{PLAN, branch, planned};
use crate::harness::{LANELINT, TestRepo, search_path};

/// Waits until something holds; a minute is enough for any machine.
#[track_caller]
fn wait_until(mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it never came");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A git that never ends when it is asked to do `stuck`, and leaves a file when it begins.
fn stuck_git(repo: &TestRepo, stuck: &str) -> PathBuf {
    let folder = repo.beside("bin");
    fs::create_dir(&folder).unwrap();
    let path = search_path();
    let mut real = std::env::split_paths(&path).map(|folder| folder.join("git"));
    let real = real.find(|file| file.is_file()).unwrap();
    let script = format!(
        "#!/bin/sh\ncase \" $* \" in *' {stuck} '*) : >'{0}/begun'; exec sleep 1000;; esac\n\
         exec '{1}' \"$@\"\n",
        folder.display(),
        real.display()
    );
    fs::write(folder.join("git"), script).unwrap();
    fs::set_permissions(folder.join("git"), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

/// A run of the gate that got stuck in git.
struct Stuck {
    repo: TestRepo,
    child: Child,
}

impl Stuck {
    fn new(command: &str, arguments: &[&str], before: &str) -> Stuck {
        let repo = planned(PLAN);
        branch(&repo, "lessons", "main", &[("lessons/b.json", "1\n")]);
        repo.git(&["checkout", "-q", "lessons"]);
        let bin = stuck_git(&repo, command);
        fs::create_dir(repo.beside("tmp")).unwrap();
        let path = std::env::join_paths(
            std::iter::once(bin.clone()).chain(std::env::split_paths(&search_path())),
        );
        let child = Command::new("sh")
            .args(["-c", &format!("{before} exec \"$0\" gate \"$@\"")])
            .arg(LANELINT)
            .args(arguments)
            .current_dir(repo.root())
            .env_clear()
            .env("PATH", path.unwrap())
            .env("HOME", repo.beside("home"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("TMPDIR", repo.beside("tmp"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_until(|| bin.join("begun").exists());
        Stuck { repo, child }
    }

    fn signal(&self, name: &str) {
        let arguments = ["-s", name, &self.child.id().to_string()];
        assert!(Command::new("kill").args(arguments).status().unwrap().success());
    }

    fn end(mut self) -> (TestRepo, ExitStatus) {
        let mut ended = None;
        wait_until(|| {
            ended = self.child.try_wait().unwrap();
            ended.is_some()
        });
        (self.repo, ended.unwrap())
    }
}

/// The processes whose environment names a folder.
fn processes_in(folder: &Path) -> Vec<String> {
    let folder = folder.display().to_string();
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let processes = entries.filter(|entry| {
        let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
        String::from_utf8_lossy(&environment).contains(&folder)
    });
    processes.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn no_leftovers_after_signal() {
    for (name, number) in [("INT", 2), ("TERM", 15), ("HUP", 1)] {
        for (command, arguments) in [
            ("diff-files", &["--worktree", "--task=lessons"][..]),
            ("merge-base", &["--range", "main...lessons"]),
        ] {
            let stuck = Stuck::new(command, arguments, "");
            let tmp = stuck.repo.beside("tmp");
            assert_eq!(fs::read_dir(&tmp).unwrap().count(), 1, "the scratch folder");
            stuck.signal(name);
            let (_repo, status) = stuck.end();
            assert_eq!(status.signal(), Some(number), "{name} {command}: {status:?}");
            assert_eq!(fs::read_dir(&tmp).unwrap().count(), 0, "{name} {command}");
            // A process that was killed is gone as soon as the system comes by.
            wait_until(|| processes_in(&tmp).is_empty());
        }
    }
}

#[test]
fn ignored_signal() {
    // As under `nohup`.
    let mut stuck = Stuck::new("diff-files", &["--worktree", "--task=lessons"], "trap '' HUP;");
    stuck.signal("HUP");
    std::thread::sleep(Duration::from_millis(300));
    assert!(stuck.child.try_wait().unwrap().is_none());
    stuck.signal("TERM");
    assert_eq!(stuck.end().1.signal(), Some(15));
}

#[test]
fn signal_ends_language_server() {
    let repo = planned(PLAN);
    let mut child = Command::new(LANELINT)
        .arg("lsp")
        .current_dir(repo.root())
        .env_clear()
        .env("PATH", search_path())
        .env("TMPDIR", repo.root())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // Its end would end the server as well.
    let stdin = child.stdin.take();
    // As soon as the handler is there; before, the signal ends the program all the same.
    std::thread::sleep(Duration::from_millis(200));
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-s", "TERM", &pid]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().signal(), Some(15));
    drop(stdin);
}
