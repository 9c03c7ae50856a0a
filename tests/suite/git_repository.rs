//! Which repository is found, what its names stand for, and what its commits hold.

use std::ffi::OsStr;
use std::fs;

use lanelint::git::{GitErrorKind, MergeBase, Mode, Prefer, Repository};

use crate::harness::{TestRepo, commit, path};

fn names(paths: &[lanelint::path::RepoPath]) -> Vec<String> {
    paths.iter().map(ToString::to_string).collect()
}

#[test]
fn discovery_from_below() {
    let repo = TestRepo::new();
    repo.write("a/b/c", "");
    let found = repo.open_in(&repo.path("a/b"));
    assert_eq!(found.work_tree(), Some(repo.root()));
    assert_eq!(found.checked_out_branch().unwrap().as_deref(), Some("main"), "unborn");
    assert_eq!(found.head().unwrap(), None);

    let none = TestRepo::without_git();
    assert!(Repository::discover(&none.environment(), none.root()).unwrap().is_none());
    let error = Repository::discover(&none.environment(), &none.path("gone")).unwrap_err();
    assert_eq!(error.kind, GitErrorKind::Io);
    // A folder of that name alone is no repository to git either.
    fs::create_dir(none.path(".git")).unwrap();
    assert!(Repository::discover(&none.environment(), none.root()).unwrap().is_none());
    none.remove_dir(".git");
    none.write(".git", "gitdir: /nowhere/at/all\n");
    let error = Repository::discover(&none.environment(), none.root()).unwrap_err();
    assert_eq!(error.kind, GitErrorKind::NotRepository);
}

#[test]
fn fake_repository_folder() {
    let repo = TestRepo::new();
    let marked = repo.beside("elsewhere");
    fs::create_dir(&marked).unwrap();
    repo.write("fake/HEAD", "ref: refs/heads/main\n");
    repo.write(
        "fake/config",
        format!("[core]\n\tbare = false\n\tworktree = {}\n", marked.display()),
    );
    repo.write("fake/objects/x", "");
    repo.write("fake/refs/x", "");
    repo.commit("all");
    assert_eq!(repo.open_in(&repo.path("fake")).work_tree(), Some(repo.root()));
    assert_eq!(repo.open_in(&repo.path("fake/refs")).work_tree(), Some(repo.root()));

    let outside = TestRepo::without_git();
    for name in ["HEAD", "config"] {
        fs::copy(repo.path("fake").join(name), outside.path(name)).unwrap();
    }
    fs::create_dir(outside.path("objects")).unwrap();
    fs::create_dir(outside.path("refs")).unwrap();
    assert!(Repository::discover(&outside.environment(), outside.root()).unwrap().is_none());
}

#[test]
fn configured_work_tree_elsewhere() {
    let repo = TestRepo::new();
    repo.commit_file("a", "1");
    let elsewhere = repo.beside("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    repo.git(&["config", "core.worktree", elsewhere.to_str().unwrap()]);
    let discover = |variables: &[(&str, &OsStr)], dir: &std::path::Path| {
        Repository::discover(&repo.environment_with(variables), dir)
    };
    let error = discover(&[], repo.root()).unwrap_err();
    assert!(error.problem.contains("`core.worktree`"), "{error:?}");
    assert!(error.problem.contains("elsewhere"), "{error:?}");
    // The environment says so: it is the user's.
    let (git_dir, tree) = (repo.path(".git"), repo.root());
    let both = [("GIT_DIR", git_dir.as_os_str()), ("GIT_WORK_TREE", tree.as_os_str())];
    assert_eq!(discover(&both, repo.root()).unwrap().unwrap().work_tree(), Some(repo.root()));
    // The same place in other words is where the repository is found.
    for same in ["..", repo.root().to_str().unwrap()] {
        repo.git(&["config", "core.worktree", same]);
        fs::create_dir_all(repo.path("sub")).unwrap();
        for dir in [repo.root(), &repo.path("sub")] {
            assert_eq!(discover(&[], dir).unwrap().unwrap().work_tree(), Some(repo.root()));
        }
    }
}

#[test]
fn repository_from_environment() {
    let repo = TestRepo::new();
    let first = repo.commit_file("a", "1");
    let other = TestRepo::without_git();
    let git_dir = repo.path(".git");
    let environment = other.environment_with(&[("GIT_DIR", git_dir.as_os_str())]);
    let found = Repository::discover(&environment, other.root()).unwrap().unwrap();
    assert_eq!(found.head().unwrap().unwrap().as_str(), first);
    assert_eq!(found.work_tree(), Some(other.root()), "the working directory, as git has it");
    let environment = other.environment_with(&[
        ("GIT_DIR", git_dir.as_os_str()),
        ("GIT_WORK_TREE", repo.root().as_os_str()),
    ]);
    let found = Repository::discover(&environment, other.root()).unwrap().unwrap();
    assert_eq!(found.work_tree(), Some(repo.root()));
    // A hook's relative name counts from where the hook runs.
    let environment = repo.environment_with(&[("GIT_DIR", OsStr::new(".git"))]);
    let found = Repository::discover(&environment, other.root()).unwrap().unwrap();
    assert_eq!(found.work_tree(), Some(repo.root()));
}

#[test]
fn objects_from_environment() {
    // As in a pre-receive hook: the new objects lie in a folder of their own.
    let repo = TestRepo::new();
    repo.commit_file("a", "1");
    let clone = repo.clone_with(&[]);
    let pushed = clone.commit_file("b", "2");
    let objects = clone.path(".git/objects");
    let environment = repo.environment_with(&[
        ("GIT_OBJECT_DIRECTORY", objects.as_os_str()),
        ("GIT_ALTERNATE_OBJECT_DIRECTORIES", repo.path(".git/objects").as_os_str()),
    ]);
    let found = Repository::discover(&environment, repo.root()).unwrap().unwrap();
    let pushed = commit(&found, &pushed);
    assert_eq!(names(&found.tree_files(&pushed).unwrap()), ["a", "b"]);
    assert_eq!(
        repo.open().commit(pushed.as_str()).unwrap_err().kind,
        GitErrorKind::UnknownRevision
    );
    // Alternates of alternates.
    let borrower = TestRepo::without_git();
    borrower.git(&["clone", "-q", "--shared", &clone.root().display().to_string(), "."]);
    let second = TestRepo::without_git();
    second.git(&["clone", "-q", "--shared", &borrower.root().display().to_string(), "."]);
    assert_eq!(names(&second.open().tree_files(&pushed).unwrap()), ["a", "b"]);
}

#[test]
fn odd_folder_names() {
    let odd = TestRepo::without_git();
    let folder = odd.path("#r\u{e9} \"p\\o:x");
    fs::create_dir(&folder).unwrap();
    odd.git_in(&folder, &["init", "-q", "-b", "main"]);
    fs::write(folder.join("a"), "1").unwrap();
    odd.git_in(&folder, &["add", "a"]);
    odd.git_in(&folder, &["commit", "-q", "-m", "1"]);
    let found = odd.open_in(&folder);
    assert_eq!(names(&found.tree_files(&commit(&found, "main")).unwrap()), ["a"]);
    fs::write(folder.join("a"), "2").unwrap();
    assert_eq!(crate::harness::told(&found.worktree(None).unwrap().diff), ["modified a"]);
    // git tells places line by line, so a line break in one cannot be told apart.
    let broken = odd.path("two\nlines");
    fs::rename(&folder, &broken).unwrap();
    let error = Repository::discover(&odd.environment(), &broken).unwrap_err();
    assert_eq!(error.kind, GitErrorKind::NotRepository);
}

#[test]
fn linked_work_trees_and_submodules() {
    let repo = TestRepo::new();
    let first = repo.commit_file("a", "1");
    let linked = repo.beside("linked");
    repo.git(&["worktree", "add", "-q", "-b", "task", &linked.display().to_string()]);
    fs::write(linked.join("b"), "2").unwrap();
    repo.git_in(&linked, &["add", "b"]);
    let found = repo.open_in(&linked);
    assert_eq!(found.work_tree(), Some(linked.as_path()));
    assert_eq!(found.checked_out_branch().unwrap().as_deref(), Some("task"));
    assert_eq!(names(&found.index_files().unwrap()), ["a", "b"]);
    assert_eq!(found.commit("main").unwrap().as_str(), first);
    assert_eq!(names(&found.tree_files(&commit(&found, "HEAD")).unwrap()), ["a"]);
    assert_eq!(crate::harness::told(&found.staged().unwrap()), ["added b"]);

    let outer = TestRepo::new();
    let from = repo.root().display().to_string();
    outer.git(&["-c", "protocol.file.allow=always", "submodule", "add", "-q", &from, "sub"]);
    let found = outer.open_in(&outer.path("sub"));
    assert_eq!(found.work_tree(), Some(outer.path("sub").as_path()));
    assert_eq!(names(&found.index_files().unwrap()), ["a"]);
    assert_eq!(names(&outer.open().index_files().unwrap()), [".gitmodules", "sub"]);
}

#[test]
fn bare_repository() {
    let repo = TestRepo::new();
    repo.commit_file("a", "1");
    let bare = repo.beside("bare.git");
    repo.git(&["clone", "-q", "--bare", ".", &bare.display().to_string()]);
    assert!(Repository::discover(&repo.environment(), &bare).unwrap().is_none(), "not named");
    let mut environment = repo.environment_with(&[("GIT_DIR", bare.as_os_str())]);
    environment.current_dir.clone_from(&bare);
    let found = Repository::discover(&environment, &bare).unwrap().unwrap();
    assert_eq!(found.work_tree(), None);
    assert_eq!(names(&found.tree_files(&commit(&found, "main")).unwrap()), ["a"]);
    assert_eq!(found.staged().unwrap_err().kind, GitErrorKind::Bare);
    assert_eq!(found.worktree(None).unwrap_err().kind, GitErrorKind::Bare);
}

#[cfg(unix)]
#[test]
fn repository_of_another_owner() {
    use std::os::unix::fs::MetadataExt;
    let repo = TestRepo::new();
    repo.commit_file("a", "1");
    let (own, group) = fs::metadata(repo.root()).map(|meta| (meta.uid(), meta.gid())).unwrap();
    if own != 0 {
        return; // Only root can give a folder away.
    }
    std::os::unix::fs::chown(repo.root(), Some(4242), Some(group)).unwrap();
    std::os::unix::fs::chown(repo.path(".git"), Some(4242), Some(group)).unwrap();
    let error = Repository::discover(&repo.environment(), repo.root()).unwrap_err();
    assert_eq!(error.kind, GitErrorKind::Unsafe);
    assert!(error.help.contains("safe.directory"), "{error:?}");
    assert!(error.help.contains(&repo.root().display().to_string()), "{error:?}");
    let allowed = format!("[safe]\n\tdirectory = {}\n", repo.root().display());
    fs::write(repo.beside("home/.gitconfig"), allowed).unwrap();
    assert_eq!(names(&repo.open().index_files().unwrap()), ["a"]);
}

#[test]
fn missing_and_untrusted_git() {
    let repo = TestRepo::new();
    repo.commit_file("a", "1");
    let mut environment = repo.environment();
    environment.path = Some("/nowhere".into());
    let error = Repository::discover(&environment, repo.root()).unwrap_err();
    assert_eq!(error.kind, GitErrorKind::NoGit);
    environment.path = None;
    let error = Repository::discover(&environment, repo.root()).unwrap_err();
    assert_eq!(error.kind, GitErrorKind::NoGit);
    #[cfg(unix)]
    {
        let trap = crate::harness::write_trap(&repo, "git");
        fs::create_dir(repo.path("bin")).unwrap();
        fs::copy(&trap, repo.path("bin/git")).unwrap();
        fs::copy(&trap, repo.path("git")).unwrap();
        let folders = [repo.path("bin"), ".".into(), "".into(), "bin".into()];
        environment.path = Some(std::env::join_paths(&folders).unwrap());
        let error = Repository::discover(&environment, repo.root()).unwrap_err();
        assert_eq!(error.kind, GitErrorKind::NoGit);
        assert!(crate::harness::sprung(&repo).is_empty());
    }
}

#[cfg(unix)]
#[test]
fn old_git() {
    use std::os::unix::fs::PermissionsExt;
    let repo = TestRepo::new();
    let first = repo.commit_file("a", "1");
    let bin = repo.beside("bin");
    fs::create_dir(&bin).unwrap();
    let found = std::env::split_paths(&crate::harness::search_path())
        .map(|folder| folder.join("git"))
        .find(|file| file.is_file())
        .unwrap();
    let old = format!(
        "#!/bin/sh\ncase \"$*\" in *version) echo git version 2.38.1; exit;; esac\nexec {} \"$@\"\n",
        found.display()
    );
    fs::write(bin.join("git"), old).unwrap();
    fs::set_permissions(bin.join("git"), fs::Permissions::from_mode(0o755)).unwrap();
    let mut environment = repo.environment();
    environment.path = Some(bin.into());
    let found = Repository::discover(&environment, repo.root()).unwrap().unwrap();
    assert_eq!(names(&found.index_files().unwrap()), ["a"], "the index needs no newer git");
    let error = found.commit(&first).unwrap_err();
    assert_eq!(error.kind, GitErrorKind::TooOld);
    assert!(error.problem.contains("2.38.1"), "{error:?}");
}

#[test]
fn sorted_index_listing() {
    let repo = TestRepo::new();
    assert!(repo.open().index_files().unwrap().is_empty());
    for name in ["b", "a/x", "a.b", "\u{e9}", "a b\n", "-n", "\"q"] {
        repo.write(name, name);
    }
    repo.commit("all");
    repo.git(&["checkout", "-q", "-b", "other"]);
    repo.commit_file("b", "theirs");
    repo.git(&["checkout", "-q", "main"]);
    repo.commit_file("b", "ours");
    assert!(!repo.try_git(repo.root(), &["merge", "-q", "other"]).status.success());
    let expected = [r"-n", "a b\n", "a.b", "a/x", "b", "\u{e9}"];
    let listed = repo.open().index_files().unwrap();
    let listed: Vec<_> = listed.iter().map(|path| path.as_bytes().to_vec()).collect();
    let mut all: Vec<Vec<u8>> = expected.iter().map(|name| name.as_bytes().to_vec()).collect();
    all.push(b"\"q".to_vec());
    all.sort();
    assert_eq!(listed, all);
}

#[test]
fn invalid_path_names() {
    let repo = TestRepo::new();
    let blob = repo.git_with_input(&["hash-object", "-w", "--stdin"], b"x");
    for (mode, kind, name) in [("100644", "blob", ".git"), ("040000", "tree", "..")] {
        let id = if kind == "tree" {
            repo.git_with_input(&["mktree"], format!("100644 blob {blob}\tf\n").as_bytes())
        } else {
            blob.clone()
        };
        let line = format!("{mode} {kind} {id}\t{name}\n");
        let tree = repo.git_with_input(&["mktree"], line.as_bytes());
        let hostile = repo.git(&["commit-tree", &tree, "-m", "hostile"]);
        let found = repo.open();
        let hostile = commit(&found, &hostile);
        let error = found.tree_files(&hostile).unwrap_err();
        assert_eq!(error.kind, GitErrorKind::Path);
        assert!(error.problem.contains(&format!("\"{name}")), "{error:?}");
        let diffs = found.diff_trees(&[(None, hostile)]).unwrap();
        assert!(diffs[0].changes.is_empty());
        assert_eq!(diffs[0].gaps.len(), 1);
        assert!(diffs[0].gaps[0].problem.contains(&format!("\"{name}")), "{:?}", diffs[0].gaps);
    }
}

#[test]
fn local_and_remote_branches() {
    let origin = TestRepo::new();
    let first = origin.commit_file("a", "1");
    origin.git(&["branch", "remote-only"]);
    let repo = origin.clone_with(&[]);
    let second = repo.commit_file("a", "2");
    repo.git(&["branch", "local-only", &first]);
    repo.git(&["tag", "local-only", &second]);
    repo.git(&["tag", "-a", "-m", "x", "tag-only", &first]);
    let found = repo.open();
    let tips = found
        .branches(&["main", "local-only", "remote-only", "tag-only", "", "HEAD"], Prefer::Remote)
        .unwrap();
    let main = tips[0].as_ref().unwrap();
    assert_eq!(
        (main.commit.as_str(), main.reference.as_str()),
        (&*first, "refs/remotes/origin/main")
    );
    let (over, commit) = main.passed_over.as_ref().unwrap();
    assert_eq!((over.as_str(), commit.as_str()), ("refs/heads/main", &*second));
    let local = tips[1].as_ref().unwrap();
    assert_eq!((local.commit.as_str(), &local.passed_over), (&*first, &None));
    assert_eq!(tips[2].as_ref().unwrap().reference, "refs/remotes/origin/remote-only");
    assert_eq!(tips[3..5], [None, None]);
    let main = found.branch("main", Prefer::Local).unwrap().unwrap();
    assert_eq!((main.commit.as_str(), main.reference.as_str()), (&*second, "refs/heads/main"));
    assert_eq!(found.default_branch().unwrap().as_deref(), Some("main"));
    assert_eq!(origin.open().default_branch().unwrap(), None);

    fs::write(repo.path(".git/refs/heads/broken"), "").unwrap();
    assert!(repo.open().branch("broken", Prefer::Local).is_err(), "broken is not missing");
}

#[test]
fn unknown_and_ambiguous_revisions() {
    let origin = TestRepo::new();
    let first = origin.commit_file("a", "1");
    let repo = origin.clone_with(&[]);
    let second = repo.commit_file("a", "2");
    repo.git(&["tag", "-a", "-m", "x", "v1.0", &first]);
    repo.git(&["tag", "both", &first]);
    repo.git(&["branch", "both", &second]);
    repo.git(&["tag", "same", &second]);
    repo.git(&["branch", "same", &second]);
    repo.git(&["branch", "v2", &first]);
    let blob = repo.git(&["rev-parse", "HEAD:a"]);
    repo.git(&["tag", "of-a-blob", &blob]);
    let found = repo.open();
    for (revision, expected) in [
        ("HEAD", &second),
        ("@", &second),
        ("HEAD~1", &first),
        ("main^", &first),
        ("v1.0", &first),
        ("v1.0^{}", &first),
        ("tags/v1.0", &first),
        ("refs/tags/v1.0^0", &first),
        ("origin/main", &first),
        ("origin", &first),
        ("same", &second),
        ("refs/heads/both", &second),
        ("heads/both~1", &first),
        ("main@{1}", &first),
        ("@{upstream}", &first),
        ("main@{u}", &first),
        (&second[..7], &second),
        (&second, &second),
        (&format!("{second}~1"), &first),
        (&format!("v1.0-1-g{}", &second[..8]), &second),
    ] {
        assert_eq!(
            found.commit(revision).map(|it| it.to_string()),
            Ok(expected.clone()),
            "{revision}"
        );
    }
    for revision in [
        "",
        "-q",
        "--all",
        "a..b",
        "gone",
        "HEAD~7",
        ":/a",
        "HEAD:a",
        "of-a-blob",
        "^main",
        "a\nb",
        "0000000000000000000000000000000000000000",
        "main@{9}x",
        "both@{nonsense}",
    ] {
        let error = found.commit(revision).unwrap_err();
        let kinds = [GitErrorKind::UnknownRevision, GitErrorKind::AmbiguousRevision];
        assert!(kinds.contains(&error.kind), "{revision}: {error:?}");
    }
    for revision in ["both", "both~1", "both@{0}"] {
        let error = found.commit(revision).unwrap_err();
        assert_eq!(error.kind, GitErrorKind::AmbiguousRevision, "{revision}");
        assert!(error.problem.contains("refs/tags/both"), "{error:?}");
    }
    // A branch that is called like the start of another commit's hash.
    repo.git(&["branch", &second[..8], &first]);
    let error = repo.open().commit(&second[..8]).unwrap_err();
    assert_eq!(error.kind, GitErrorKind::AmbiguousRevision);
    // What the last fetch brought.
    repo.git(&["fetch", "-q", "origin", "main"]);
    assert_eq!(repo.open().commit("FETCH_HEAD").unwrap().as_str(), first);
}

#[test]
fn detached_head() {
    let repo = TestRepo::new();
    let first = repo.commit_file("a", "1");
    repo.commit_file("a", "2");
    repo.git(&["checkout", "-q", &first]);
    let found = repo.open();
    assert_eq!(found.checked_out_branch().unwrap(), None);
    assert_eq!(found.head().unwrap().unwrap().as_str(), first);
    assert_eq!(found.commit("HEAD").unwrap().as_str(), first);
}

#[test]
fn merge_base_counts() {
    let repo = TestRepo::new();
    let root = repo.commit_file("a", "1");
    repo.git(&["checkout", "-q", "-b", "left"]);
    let left = repo.commit_file("l", "1");
    repo.git(&["checkout", "-q", "-b", "right", &root]);
    let right = repo.commit_file("r", "1");
    repo.git(&["checkout", "-q", "-b", "criss", &left]);
    repo.git(&["merge", "-q", "-m", "m", &right]);
    repo.git(&["checkout", "-q", "-b", "cross", &right]);
    repo.git(&["merge", "-q", "-m", "m2", &left]);
    repo.git(&["checkout", "-q", "--orphan", "lonely"]);
    repo.commit("lonely");
    let found = repo.open();
    let pair = |a, b| (commit(&found, a), commit(&found, b));
    let pairs = [
        pair("left", "right"),
        pair("criss", "cross"),
        pair("lonely", "left"),
        pair("left", "left"),
        pair("criss", "left"),
    ];
    let mut both = vec![commit(&found, &left), commit(&found, &right)];
    both.sort();
    let one = |name: &str| MergeBase::One(commit(&found, name));
    let expected = [one(&root), MergeBase::Several(both), MergeBase::None, one(&left), one(&left)];
    let many: Vec<_> = found.merge_bases(&pairs).into_iter().map(Result::unwrap).collect();
    assert_eq!(many, expected);
    for ((a, b), expected) in pairs.iter().zip(expected) {
        assert_eq!(found.merge_base(a, b).unwrap(), expected);
    }
    assert!(found.merge_bases(&[]).is_empty());
}

#[test]
fn shallow_history() {
    let origin = TestRepo::new();
    origin.commit_file("a", "0");
    let base = origin.commit_file("a", "1");
    origin.git(&["checkout", "-q", "-b", "task"]);
    origin.commit_file("t", "1");
    origin.git(&["checkout", "-q", "main"]);
    origin.commit_file("m", "1");
    for (depth, enough) in [("1", false), ("2", true)] {
        let clone = origin.clone_with(&["--depth", depth, "--no-single-branch"]);
        let found = clone.open();
        let (main, task) = (commit(&found, "origin/main"), commit(&found, "origin/task"));
        let answers =
            [found.merge_base(&main, &task), found.merge_bases(&[(main, task)]).swap_remove(0)];
        for answer in answers {
            match answer {
                Ok(MergeBase::One(found)) if enough => assert_eq!(found.as_str(), base),
                Err(error) if !enough => {
                    assert_eq!(error.kind, GitErrorKind::Shallow);
                    assert!(error.help.contains("--unshallow"), "{error:?}");
                }
                other => panic!("depth {depth}: {other:?}"),
            }
        }
        let error = found.commit("origin/main~5").unwrap_err();
        assert!(error.help.contains("--unshallow"), "{error:?}");
    }
}

#[test]
fn shallow_side_of_merge() {
    // main: 1 - 2 - - M - 4      The task forks from 3, which is a side of M.
    //            \ 3 /           Where only 3's parents are cut off, that is 3 itself;
    // with M's side cut at a later commit, 2 would look like the base and be the wrong one.
    let origin = TestRepo::new();
    origin.commit_file("a", "1");
    origin.commit_file("a", "2");
    origin.git(&["checkout", "-q", "-b", "side"]);
    origin.commit_file("s", "3");
    origin.git(&["branch", "task"]);
    let after = origin.commit_file("s", "3b");
    origin.git(&["checkout", "-q", "main"]);
    origin.git(&["merge", "-q", "--no-ff", "-m", "M", "side"]);
    origin.commit_file("a", "4");
    origin.git(&["checkout", "-q", "task"]);
    origin.commit_file("t", "5");
    let clone = origin.clone_with(&["--no-single-branch"]);
    let found = clone.open();
    let ends = |found: &Repository| (commit(found, "origin/main"), commit(found, "origin/task"));
    let (main, task) = ends(&found);
    let MergeBase::One(right) = found.merge_base(&main, &task).unwrap() else { panic!() };
    assert_eq!(right, commit(&found, "origin/task~1"));
    fs::write(clone.path(".git/shallow"), format!("{after}\n")).unwrap();
    let found = clone.open();
    let (main, task) = ends(&found);
    assert_eq!(found.merge_base(&main, &task).unwrap_err().kind, GitErrorKind::Shallow);
}

#[test]
fn blobs_and_modes_in_commits() {
    let repo = TestRepo::new();
    repo.write("plan.yaml", "tasks:\n");
    repo.write(".lanes/b.yaml", "b");
    repo.write(".lanes/a.yaml", "a");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("plan.yaml", repo.path("link")).unwrap();
        std::os::unix::fs::symlink(".lanes", repo.path("dir-link")).unwrap();
    }
    repo.commit("all");
    repo.write("plan.yaml", "changed\n");
    let found = repo.open();
    let head = commit(&found, "HEAD");
    let blob = found.blob(&head, &path("plan.yaml"), 100).unwrap().unwrap();
    assert_eq!((blob.mode, blob.content.as_slice()), (Mode::File, b"tasks:\n".as_slice()));
    assert_eq!(found.blob(&head, &path("gone"), 100).unwrap(), None);
    assert_eq!(found.blob(&head, &path("plan.yaml/x"), 100).unwrap(), None);
    let error = found.blob(&head, &path("plan.yaml"), 6).unwrap_err();
    assert_eq!(error.kind, GitErrorKind::TooLarge);
    assert!(error.problem.contains("plan.yaml"), "{error:?}");
    assert!(found.blob(&head, &path("plan.yaml"), 7).unwrap().is_some());
    let folder = found.blob(&head, &path(".lanes"), 100).unwrap().unwrap();
    assert_eq!(folder.mode, Mode::Tree);
    let entries = found.tree_entries(&head, Some(&path(".lanes"))).unwrap().unwrap();
    let entries: Vec<_> = entries.iter().map(|entry| (entry.name.as_slice(), entry.mode)).collect();
    assert_eq!(entries, [(b"a.yaml".as_slice(), Mode::File), (b"b.yaml", Mode::File)]);
    assert_eq!(found.tree_entries(&head, Some(&path("plan.yaml"))).unwrap(), None);
    assert!(found.tree_entries(&head, None).unwrap().unwrap().len() >= 2);
    #[cfg(unix)]
    {
        let link = found.blob(&head, &path("link"), 100).unwrap().unwrap();
        assert_eq!((link.mode, link.content.as_slice()), (Mode::Symlink, b"plan.yaml".as_slice()));
        assert_eq!(found.blob(&head, &path("dir-link/a.yaml"), 100).unwrap(), None);
        assert_eq!(found.tree_entries(&head, Some(&path("dir-link"))).unwrap(), None);
    }
}

#[test]
fn sha256_repositories() {
    let repo = TestRepo::with(&["--object-format=sha256"]);
    assert_eq!(crate::harness::told(&repo.open().staged().unwrap()), [] as [&str; 0]);
    let first = repo.commit_file("a", "1");
    assert_eq!(first.len(), 64);
    repo.git(&["checkout", "-q", "-b", "task"]);
    repo.commit_file("b", "2");
    let found = repo.open();
    let (main, task) = (commit(&found, "main"), commit(&found, "task"));
    assert_eq!(found.merge_base(&main, &task).unwrap(), MergeBase::One(main.clone()));
    let diffs = found.diff_trees(&[(Some(main), task.clone()), (None, task.clone())]).unwrap();
    assert_eq!(crate::harness::told(&diffs[0]), ["added b"]);
    assert_eq!(crate::harness::told(&diffs[1]), ["added a", "added b"]);
    let blob = found.blob(&task, &path("b"), 9).unwrap().unwrap();
    assert_eq!(blob.content, b"2");
    assert_eq!(found.content(&blob.id, 9).unwrap(), b"2");
    repo.write("b", "3");
    assert_eq!(crate::harness::told(&repo.open().worktree(None).unwrap().diff), ["modified b"]);
}
