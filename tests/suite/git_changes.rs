//! Every kind of change: between commits, in the index and in the work tree.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Output;

use lanelint::change::{ChangeKind, ChangeSet};
use lanelint::git::Repository;

use crate::harness::{TestRepo, commit, path, told};

fn staged(repo: &TestRepo) -> Vec<String> {
    told(&repo.open().staged().unwrap())
}

fn worktree(repo: &TestRepo) -> Vec<String> {
    told(&repo.open().worktree(None).unwrap().diff)
}

fn set_executable(path: &Path, executable: bool) {
    let mode = if executable { 0o755 } else { 0o644 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// What git itself lists, in this module's words.
fn oracle(raw: &Output) -> Vec<String> {
    let parts: Vec<&[u8]> = raw.stdout.split(|&byte| byte == 0).collect();
    let mut lines: Vec<String> = parts
        .chunks_exact(2)
        .map(|pair| {
            let head = std::str::from_utf8(pair[0]).unwrap();
            let words: Vec<&str> = head.split(' ').collect();
            let word = match words[4] {
                "A" => "added",
                "D" => "deleted",
                "T" => "type",
                _ if words[2] == words[3] => "mode",
                _ => "modified",
            };
            format!("{word} {}", String::from_utf8_lossy(pair[1]))
        })
        .collect();
    lines.sort_by(|a, b| a.split_once(' ').unwrap().1.cmp(b.split_once(' ').unwrap().1));
    lines
}

const RAW: [&str; 5] = ["diff", "--raw", "-z", "--no-renames", "--ignore-submodules=none"];

/// A repository with something of every kind.
fn every_kind() -> TestRepo {
    let sub = TestRepo::new();
    sub.commit_file("s", "1");
    let repo = TestRepo::new();
    for name in ["same", "gone", "edited", "bits", "both", "to-link", "old/name", "dir/file"] {
        repo.write(name, format!("content of {name}\n").repeat(20));
    }
    symlink("same", repo.path("link")).unwrap();
    symlink("same", repo.path("from-link")).unwrap();
    let from = sub.root().display().to_string();
    repo.git(&["-c", "protocol.file.allow=always", "submodule", "add", "-q", &from, "sub"]);
    repo.git(&["config", "-f", ".gitmodules", "submodule.sub.ignore", "all"]);
    repo.git(&["config", "submodule.sub.ignore", "all"]);
    repo.git(&["config", "diff.ignoreSubmodules", "all"]);
    repo.commit("before");
    repo
}

fn change_every_kind(repo: &TestRepo) {
    repo.remove("gone");
    repo.write("edited", "other\n");
    set_executable(&repo.path("bits"), true);
    repo.write("both", "other\n");
    set_executable(&repo.path("both"), true);
    repo.remove("to-link");
    symlink("same", repo.path("to-link")).unwrap();
    repo.remove("from-link");
    repo.write("from-link", "a file\n");
    repo.remove("link");
    symlink("edited", repo.path("link")).unwrap();
    fs::create_dir(repo.path("new")).unwrap();
    fs::rename(repo.path("old/name"), repo.path("new/name")).unwrap();
    fs::remove_dir_all(repo.path("dir")).unwrap();
    repo.write("dir", "now a file\n");
    repo.write("\u{e9} \"\n", "x");
    repo.git_in(&repo.path("sub"), &["commit", "-q", "--allow-empty", "-m", "moved"]);
}

const EVERY_CHANGE: [&str; 14] = [
    "mode bits",
    "modified both",
    "added dir",
    "deleted dir/file",
    "modified edited",
    "type from-link",
    "deleted gone",
    "modified link",
    "added new/name",
    "deleted old/name",
    "modified sub",
    "type to-link",
    "added \u{e9} \"\n",
    // Only so that the length is plain to see.
    "",
];

fn every_change() -> Vec<&'static str> {
    EVERY_CHANGE[..13].to_vec()
}

#[test]
fn commits_despite_settings() {
    let repo = every_kind();
    change_every_kind(&repo);
    repo.commit("after");
    repo.git(&["config", "diff.renames", "copies"]);
    repo.git(&["config", "core.quotePath", "true"]);
    let found = repo.open();
    let (before, after) = (commit(&found, "HEAD~1"), commit(&found, "HEAD"));
    let pairs = [
        (Some(before.clone()), after.clone()),
        (Some(after.clone()), before.clone()),
        (Some(after.clone()), after.clone()),
        (None, before.clone()),
        (Some(before.clone()), after.clone()),
    ];
    let diffs = found.diff_trees(&pairs).unwrap();
    let lists: Vec<_> = diffs.iter().map(told).collect();
    assert_eq!(lists[0], every_change());
    assert_eq!(lists[1].len(), lists[0].len());
    assert!(lists[1].contains(&"added gone".to_owned()), "{:?}", lists[1]);
    assert!(lists[2].is_empty());
    assert!(lists[3].iter().all(|line| line.starts_with("added ")) && lists[3].len() == 12);
    assert_eq!(lists[4], lists[0]);
    let own = repo.try_git(repo.root(), &[&RAW[..], &["HEAD~1", "HEAD"]].concat());
    assert_eq!(lists[0], oracle(&own));
    let entry = &diffs[0].changes[&path("edited")];
    assert!(entry.old.as_ref().unwrap().id != entry.new.as_ref().unwrap().id);
    assert!(found.diff_trees(&[]).unwrap().is_empty());
}

#[test]
fn many_pairs_at_once() {
    let repo = TestRepo::new();
    let mut commits = vec![repo.commit_file("a", "0")];
    for turn in 1..40 {
        commits.push(repo.commit_file(&format!("d/f{turn}"), "x"));
    }
    let found = repo.open();
    let commits: Vec<_> = commits.iter().map(|name| commit(&found, name)).collect();
    let pairs: Vec<_> =
        commits.windows(2).map(|two| (Some(two[0].clone()), two[1].clone())).collect();
    let diffs = found.diff_trees(&pairs).unwrap();
    for (turn, diff) in diffs.iter().enumerate() {
        assert_eq!(told(diff), [format!("added d/f{}", turn + 1)]);
    }
    let bases = found.merge_bases(
        &commits.windows(2).map(|two| (two[0].clone(), two[1].clone())).collect::<Vec<_>>(),
    );
    assert!(bases.iter().all(Result::is_ok));
}

#[test]
fn index_against_head() {
    let repo = every_kind();
    change_every_kind(&repo);
    assert!(staged(&repo).is_empty(), "nothing is staged yet");
    repo.git(&["add", "-A"]);
    assert_eq!(staged(&repo), every_change());
    assert_eq!(worktree(&repo), every_change());
    let own = repo.try_git(repo.root(), &[&RAW[..], &["--cached"]].concat());
    assert_eq!(staged(&repo), oracle(&own));
}

#[test]
fn work_tree_against_head() {
    let repo = every_kind();
    change_every_kind(&repo);
    assert_eq!(worktree(&repo), every_change());
    // The same once the bit alone is staged, or all, or all and more changed since.
    repo.git(&["add", "bits", "edited", "dir"]);
    assert_eq!(worktree(&repo), every_change());
    repo.git(&["add", "-A"]);
    repo.write("edited", "again\n");
    set_executable(&repo.path("edited"), true);
    repo.write("bits", "content too\n");
    repo.write("untracked/deep/file", "");
    let mut expected = every_change();
    expected[0] = "modified bits";
    expected.insert(12, "added untracked/deep/file");
    assert_eq!(worktree(&repo), expected);
}

#[test]
fn staged_then_reverted() {
    let repo = TestRepo::new();
    repo.commit_file("a", "1");
    repo.write("a", "2");
    repo.write("b", "2");
    repo.git(&["add", "-A"]);
    repo.write("a", "1");
    repo.remove("b");
    assert_eq!(worktree(&repo), ["modified a", "added b"]);
    repo.git(&["rm", "-q", "-f", "--cached", "a"]);
    assert_eq!(worktree(&repo), ["deleted a", "added b"]);
}

#[test]
fn work_tree_since_a_commit() {
    let repo = TestRepo::new();
    let base = repo.commit_file("a", "1");
    repo.commit_file("committed", "1");
    repo.write("staged", "1");
    repo.git(&["add", "staged"]);
    repo.write("a", "2");
    repo.write("untracked", "1");
    let found = repo.open();
    let base = commit(&found, &base);
    assert_eq!(
        told(&found.worktree(Some(&base)).unwrap().diff),
        ["modified a", "added committed", "added staged", "added untracked"]
    );
    assert_eq!(worktree(&repo), ["modified a", "added staged", "added untracked"]);
}

#[test]
fn unborn_branch() {
    let repo = TestRepo::new();
    assert!(staged(&repo).is_empty() && worktree(&repo).is_empty());
    repo.write("a", "1");
    assert_eq!((staged(&repo).len(), worktree(&repo)), (0, vec!["added a".to_owned()]));
    repo.git(&["add", "a"]);
    assert_eq!((staged(&repo), worktree(&repo).len()), (vec!["added a".to_owned()], 1));
}

#[test]
fn touched_files() {
    let repo = TestRepo::new();
    repo.write("a", "1");
    repo.write("b", "1");
    symlink("a", repo.path("l")).unwrap();
    repo.commit("all");
    repo.remove("a");
    repo.remove("l");
    repo.write("a", "1");
    symlink("a", repo.path("l")).unwrap();
    let index = fs::read(repo.path(".git/index")).unwrap();
    let time = fs::metadata(repo.path(".git/index")).unwrap().modified().unwrap();
    assert!(worktree(&repo).is_empty());
    assert_eq!(fs::read(repo.path(".git/index")).unwrap(), index);
    assert_eq!(fs::metadata(repo.path(".git/index")).unwrap().modified().unwrap(), time);
}

#[test]
fn racy_change_of_same_size() {
    // git tells such files apart only by looking into them; a copied index must not lose that.
    for _ in 0..20 {
        let repo = TestRepo::new();
        repo.write("a", "1");
        repo.git(&["add", "a"]);
        repo.write("a", "2");
        assert_eq!(worktree(&repo), ["added a"]);
        repo.git(&["commit", "-q", "-m", "1"]);
        assert_eq!(worktree(&repo), ["modified a"]);
    }
    // The file's time is set back to the index's own: nothing but its content tells.
    let repo = TestRepo::new();
    repo.write("a", "1");
    repo.commit("1");
    let index = fs::metadata(repo.path(".git/index")).unwrap().modified().unwrap();
    repo.write("a", "2");
    fs::File::options().write(true).open(repo.path("a")).unwrap().set_modified(index).unwrap();
    assert_eq!(worktree(&repo), ["modified a"]);
}

#[test]
fn hidden_index_entries() {
    let repo = TestRepo::new();
    for name in ["assumed", "skipped", "assumed-gone", "skipped-gone", "both", "same", "bits"] {
        repo.write(name, "1\n");
    }
    let sub = TestRepo::new();
    sub.commit_file("s", "1");
    let from = sub.root().display().to_string();
    repo.git(&["-c", "protocol.file.allow=always", "submodule", "add", "-q", &from, "sub"]);
    repo.commit("all");
    let assumed = ["assumed", "assumed-gone", "both", "same", "bits", "sub"];
    repo.git(&[&["update-index", "--assume-unchanged"], &assumed[..]].concat());
    repo.git(&["update-index", "--skip-worktree", "skipped", "skipped-gone", "both"]);
    assert!(worktree(&repo).is_empty());
    for name in ["assumed", "skipped", "both"] {
        repo.write(name, "2\n");
    }
    repo.remove("assumed-gone");
    repo.remove("skipped-gone");
    set_executable(&repo.path("bits"), true);
    repo.git_in(&repo.path("sub"), &["commit", "-q", "--allow-empty", "-m", "moved"]);
    assert_eq!(
        worktree(&repo),
        [
            "modified assumed",
            "deleted assumed-gone",
            "mode bits",
            "modified both",
            "modified skipped",
            "deleted skipped-gone",
            "modified sub",
        ]
    );
}

#[test]
fn sparse_checkout() {
    for sparse_index in [false, true] {
        let repo = TestRepo::new();
        for name in ["in/a", "out/a", "out/deep/b", "top"] {
            repo.write(name, "1\n");
        }
        repo.commit("all");
        repo.git(&["sparse-checkout", "init", "--cone"]);
        if sparse_index {
            repo.git(&["sparse-checkout", "reapply", "--sparse-index"]);
        }
        repo.git(&["sparse-checkout", "set", "in"]);
        assert!(!repo.path("out/a").exists());
        assert!(worktree(&repo).is_empty() && staged(&repo).is_empty());
        assert_eq!(repo.open().index_files().unwrap().len(), 4);
        repo.write("out/a", "2\n");
        repo.write("in/a", "2\n");
        repo.remove("top");
        assert_eq!(worktree(&repo), ["modified in/a", "modified out/a", "deleted top"]);
    }
}

#[test]
fn split_index() {
    let repo = TestRepo::new();
    for name in ["a", "b", "c"] {
        repo.write(name, "1\n");
    }
    repo.commit("all");
    repo.git(&["update-index", "--split-index"]);
    repo.write("a", "2\n");
    repo.git(&["add", "a"]);
    repo.write("b", "2\n");
    assert!(
        fs::read_dir(repo.path(".git")).unwrap().any(|entry| {
            entry.unwrap().file_name().to_string_lossy().starts_with("sharedindex.")
        })
    );
    assert_eq!(staged(&repo), ["modified a"]);
    assert_eq!(worktree(&repo), ["modified a", "modified b"]);
}

#[test]
fn intent_to_add() {
    let repo = TestRepo::new();
    repo.write("empty", "");
    repo.write("full", "1");
    repo.commit("1");
    repo.write("announced", "x");
    repo.write("announced-empty", "");
    repo.git(&["add", "-N", "announced", "announced-empty"]);
    assert_eq!(staged(&repo), ["added announced", "added announced-empty"]);
    assert_eq!(worktree(&repo), ["added announced", "added announced-empty"]);
    // Taken out and announced again, `git commit` deletes it, empty or not.
    repo.git(&["rm", "-q", "--cached", "empty", "full"]);
    repo.git(&["add", "-N", "empty", "full"]);
    assert_eq!(
        staged(&repo),
        ["added announced", "added announced-empty", "deleted empty", "modified full"]
    );
}

#[test]
fn unmerged_entries() {
    let repo = TestRepo::new();
    repo.commit_file("a", "1");
    repo.git(&["checkout", "-q", "-b", "other"]);
    repo.commit_file("a", "2");
    repo.git(&["checkout", "-q", "main"]);
    repo.commit_file("a", "3");
    assert!(!repo.try_git(repo.root(), &["merge", "-q", "other"]).status.success());
    let expected = ["modified a", "gap: a is unmerged"];
    assert_eq!(staged(&repo), expected);
    assert_eq!(worktree(&repo), expected);
}

#[test]
fn index_given_to_hook() {
    // What `git commit a` and `git commit -a` show their pre-commit hook.
    let repo = TestRepo::new();
    repo.write("a", "1");
    repo.write("b", "1");
    repo.commit("1");
    repo.write("a", "2");
    repo.write("b", "2");
    repo.write("c", "2");
    repo.git(&["add", "b", "c"]);
    let seen = repo.beside("seen");
    let hook = format!(
        "#!/bin/sh\necho \"$GIT_INDEX_FILE\" >'{0}'\ncp \"$GIT_INDEX_FILE\" '{0}.index'\nexit 1\n",
        seen.display()
    );
    repo.write(".git/hooks/pre-commit", hook);
    set_executable(&repo.path(".git/hooks/pre-commit"), true);
    assert!(!repo.try_git(repo.root(), &["commit", "-q", "-m", "x", "a"]).status.success());
    assert_ne!(fs::read_to_string(&seen).unwrap().trim(), ".git/index");
    let index = repo.beside("seen.index");
    let environment = repo.environment_with(&[("GIT_INDEX_FILE", index.as_os_str())]);
    let found = Repository::discover(&environment, repo.root()).unwrap().unwrap();
    assert_eq!(told(&found.staged().unwrap()), ["modified a"]);
    assert_eq!(staged(&repo), ["modified b", "added c"]);
    let relative = environment_of(&repo, ".git/index");
    assert_eq!(told(&relative.staged().unwrap()), ["modified b", "added c"]);
}

fn environment_of(repo: &TestRepo, index: &str) -> Repository {
    let environment = repo.environment_with(&[("GIT_INDEX_FILE", index.as_ref())]);
    Repository::discover(&environment, repo.root()).unwrap().unwrap()
}

#[test]
fn ignored_files() {
    let repo = TestRepo::new();
    repo.write(".gitignore", "*.o\n/build/\n");
    repo.write("sub/.gitignore", "!keep.o\n");
    repo.commit("1");
    fs::create_dir_all(repo.beside("home/.config/git")).unwrap();
    fs::write(repo.beside("home/.config/git/ignore"), "*.user\n").unwrap();
    fs::write(repo.path(".git/info/exclude"), "*.local\n").unwrap();
    for name in ["a.o", "build/x", "sub/keep.o", "b.user", "c.local", "d.other", "e.repo"] {
        repo.write(name, "");
    }
    // The repository's own setting does not count, the user's does.
    fs::write(repo.beside("repo-excludes"), "*.repo\n").unwrap();
    repo.git(&["config", "core.excludesFile", &repo.beside("repo-excludes").display().to_string()]);
    assert_eq!(worktree(&repo), ["added d.other", "added e.repo", "added sub/keep.o"]);
    fs::write(repo.beside("home/mine"), "*.other\n").unwrap();
    fs::write(repo.beside("home/.gitconfig"), "[core]\n\texcludesFile = ~/mine\n").unwrap();
    assert_eq!(worktree(&repo), ["added b.user", "added e.repo", "added sub/keep.o"]);
    // A tracked file is told of whether ignored or not.
    repo.git(&["add", "-f", "a.o"]);
    assert_eq!(worktree(&repo)[0], "added a.o");
}

#[test]
fn embedded_repositories() {
    let repo = TestRepo::new();
    repo.commit_file("a", "1");
    for name in ["with-commit", "without"] {
        fs::create_dir(repo.path(name)).unwrap();
        repo.git_in(&repo.path(name), &["init", "-q"]);
        repo.write(&format!("{name}/f"), "1");
    }
    repo.git_in(&repo.path("with-commit"), &["add", "f"]);
    repo.git_in(&repo.path("with-commit"), &["commit", "-q", "-m", "1"]);
    assert_eq!(worktree(&repo), ["added with-commit", "added without"]);
}

#[test]
fn forbidden_names() {
    let repo = TestRepo::new();
    repo.commit_file("a", "1");
    repo.write("x/.GIT/config", "");
    let told = worktree(&repo);
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("gap: ") && told[0].contains("\"x/.GIT"), "{told:?}");
}

#[test]
fn file_system_settings() {
    let repo = TestRepo::new();
    repo.write("bits", "1\n");
    repo.write("lines", "1\n2\n");
    repo.commit("1");
    set_executable(&repo.path("bits"), true);
    repo.git(&["config", "core.fileMode", "false"]);
    repo.write("lines", "1\r\n2\r\n");
    assert_eq!(worktree(&repo), ["modified lines"]);
    repo.git(&["config", "core.autocrlf", "true"]);
    assert!(worktree(&repo).is_empty());
    repo.git(&["config", "--unset", "core.autocrlf"]);
    fs::write(repo.beside("home/.gitconfig"), "[core]\n\tautocrlf = input\n\tfileMode\n").unwrap();
    assert!(worktree(&repo).is_empty(), "the repository's fileMode comes after the user's");
    repo.git(&["config", "--unset", "core.fileMode"]);
    assert_eq!(worktree(&repo), ["mode bits"]);
    repo.git(&["config", "core.autocrlf", "false"]);
    fs::write(repo.path(".git/info/attributes"), "lines text eol=crlf\n").unwrap();
    assert_eq!(worktree(&repo), ["mode bits"]);
}

#[test]
fn unreadable_folder() {
    let repo = TestRepo::new();
    repo.commit_file("a", "1");
    repo.write("closed/b", "1");
    fs::set_permissions(repo.path("closed"), fs::Permissions::from_mode(0o000)).unwrap();
    let listed = fs::read_dir(repo.path("closed")).is_err().then(|| worktree(&repo));
    fs::set_permissions(repo.path("closed"), fs::Permissions::from_mode(0o755)).unwrap();
    // root reads everything.
    if let Some(told) = listed {
        assert!(told.iter().any(|line| line.starts_with("gap: ")), "{told:?}");
    }
}

#[test]
fn random_work_trees_match_git() {
    // A small generator of our own keeps the run the same each time.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) % bound
    };
    for _ in 0..12 {
        let repo = TestRepo::new();
        let names: Vec<String> = (0..24).map(|n| format!("d{}/f{n}", n % 5)).collect();
        for name in &names {
            repo.write(name, format!("{}", next(3)));
        }
        repo.commit("1");
        for round in 0..3 {
            for name in &names {
                let file = repo.path(name);
                match next(8) {
                    0 if file.symlink_metadata().is_ok() => repo.remove(name),
                    1 => {
                        let _ = fs::remove_file(&file);
                        symlink("x", &file).unwrap_or_default();
                    }
                    2 => {
                        let _ = fs::remove_file(&file);
                        repo.write(name, format!("{}", next(3)));
                    }
                    3 if file.is_file() && !file.is_symlink() => set_executable(&file, true),
                    _ => {}
                }
            }
            if round < 2 && next(2) == 0 {
                repo.git(&["add", "-A", "d1", "d3"]);
            }
        }
        let found = repo.open();
        let ours: ChangeSet = found.worktree(None).unwrap().diff;
        // git's own words for the two halves: what either lists, the whole lists.
        let staged = repo.try_git(repo.root(), &[&RAW[..], &["--cached"]].concat());
        let unstaged = repo.try_git(repo.root(), &RAW);
        let mut expected: Vec<String> = [oracle(&staged), oracle(&unstaged)]
            .concat()
            .iter()
            .map(|line| line.split_once(' ').unwrap().1.to_owned())
            .collect();
        let others = repo.git(&["ls-files", "--others", "--exclude-standard"]);
        expected.extend(others.lines().map(str::to_owned));
        expected.sort();
        expected.dedup();
        let paths: Vec<String> = ours.changes.keys().map(ToString::to_string).collect();
        assert_eq!(paths, expected);
        assert!(ours.gaps.is_empty());
        // And where the work tree differs from the commit, the kind is that of `git diff HEAD`.
        for line in oracle(&repo.try_git(repo.root(), &[&RAW[..], &["HEAD"]].concat())) {
            let (kind, name) = line.split_once(' ').unwrap();
            let ours = ours.changes[&path(name)].kind;
            // git gives a file of the work tree no object, so it cannot tell a bit from a content.
            assert!(
                ours.word() == kind || (kind == "modified" && ours == ChangeKind::Mode),
                "{line}: {ours:?}"
            );
        }
        let staged_ours: ChangeSet = found.staged().unwrap();
        assert_eq!(told(&staged_ours), oracle(&staged));
    }
}
