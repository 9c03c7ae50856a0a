//! Repositories that try to run a program or to bend the answer. Each program that they name leaves
//! a marker when it runs; the tests look for the markers, and at the answer.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use lanelint::git::{GitErrorKind, MergeBase, Prefer};

use crate::harness::{
    TestRepo, commit, forge_commit_graph, make_fifo, path, sprung, told, write_trap,
};

/// Names a program for everything that git runs one for.
fn arm(repo: &TestRepo) {
    let trap = |name: &str| write_trap(repo, name).display().to_string();
    let mut settings = Vec::new();
    for setting in [
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "core.sshCommand",
        "core.askPass",
        "core.alternateRefsCommand",
        "core.gitProxy",
        "credential.helper",
        "diff.external",
        "diff.trap.textconv",
        "diff.trap.command",
        "filter.trap.clean",
        "filter.trap.smudge",
        "filter.trap.process",
        "merge.trap.driver",
        "gpg.program",
        "uploadpack.packObjectsHook",
        "interactive.diffFilter",
        "sequence.editor",
        "trace2.eventTarget",
    ] {
        settings.push((setting.to_owned(), trap(&setting.replace('.', "-"))));
    }
    for alias in ["diff-tree", "diff-index", "ls-files", "rev-parse", "cat-file", "version"] {
        settings.push((format!("alias.{alias}"), format!("!{}", trap(&format!("alias-{alias}")))));
    }
    settings.push(("filter.trap.required".into(), "true".into()));
    settings.push(("core.hooksPath".into(), repo.beside("hooks").display().to_string()));
    settings.push(("core.untrackedCache".into(), "true".into()));
    settings.push(("core.ignoreStat".into(), "true".into()));
    settings.push(("diff.ignoreSubmodules".into(), "all".into()));
    settings.push(("diff.orderFile".into(), "/nowhere".into()));
    settings.push(("core.quotePath".into(), "false".into()));
    settings.push(("core.warnAmbiguousRefs".into(), "false".into()));
    fs::create_dir_all(repo.beside("hooks")).unwrap();
    for hook in ["post-index-change", "pre-auto-gc", "reference-transaction", "fsmonitor-watchman"]
    {
        fs::copy(trap(&format!("hook-{hook}")), repo.beside("hooks").join(hook)).unwrap();
        fs::create_dir_all(repo.path(".git/hooks")).unwrap();
        fs::copy(repo.beside("hooks").join(hook), repo.path(".git/hooks").join(hook)).unwrap();
    }
    // Written by hand: git itself would run some of it.
    let mut config = fs::read_to_string(repo.path(".git/config")).unwrap();
    for (name, value) in settings {
        let (section, key) = name.rsplit_once('.').unwrap();
        let header = match section.split_once('.') {
            Some((section, sub)) => format!("[{section} \"{sub}\"]"),
            None => format!("[{section}]"),
        };
        config.push_str(&format!("{header}\n\t{key} = \"{value}\"\n"));
    }
    fs::write(repo.path(".git/config"), config).unwrap();
}

/// A repository with two commits, one staged and one unstaged change, whose attributes name the
/// filters and drivers that [`arm`] sets.
fn tempting() -> TestRepo {
    let repo = TestRepo::new();
    repo.write("a", "1\n");
    repo.write("b", "1\n");
    repo.write("racy", "1\n");
    repo.commit("1");
    repo.git(&["branch", "base"]);
    repo.commit_file("b", "2\n");
    repo.write(".gitattributes", "* filter=trap diff=trap merge=trap\n");
    repo.commit("2");
    repo.write("staged", "1\n");
    repo.git(&["add", "staged"]);
    repo
}

#[test]
fn no_program_of_repository_runs() {
    let repo = tempting();
    arm(&repo);
    // As new as the index: git would have to look into every one of them.
    let index = fs::metadata(repo.path(".git/index")).unwrap().modified().unwrap();
    for name in ["a", "b", "racy", "staged", ".gitattributes"] {
        let file = fs::File::options().write(true).open(repo.path(name)).unwrap();
        file.set_modified(index).unwrap();
    }
    repo.write("a", "changed\n");
    repo.write("untracked", "");
    let found = repo.open();
    assert_eq!(found.checked_out_branch().unwrap().as_deref(), Some("main"));
    assert_eq!(found.index_files().unwrap().len(), 5);
    let (base, head) = (commit(&found, "base"), commit(&found, "HEAD"));
    assert_eq!(commit(&found, "HEAD~2"), base);
    assert_eq!(found.branch("main", Prefer::Local).unwrap().unwrap().commit, head);
    assert_eq!(found.merge_base(&base, &head).unwrap(), MergeBase::One(base.clone()));
    let diffs = found.diff_trees(&[(Some(base.clone()), head.clone())]).unwrap();
    assert_eq!(told(&diffs[0]), ["added .gitattributes", "modified b"]);
    assert_eq!(found.tree_files(&head).unwrap().len(), 4);
    assert!(found.blob(&head, &path("a"), 99).unwrap().is_some());
    assert_eq!(told(&found.staged().unwrap()), ["added staged"]);
    let changes = found.worktree(None).unwrap();
    assert_eq!(told(&changes.diff), ["modified a", "added staged", "added untracked"]);
    // `a` would have been filtered; the finding may say so.
    assert_eq!(changes.unfiltered.into_iter().collect::<Vec<_>>(), [(path("a"), "trap".into())]);
    let since = found.worktree(Some(&base)).unwrap();
    assert_eq!(
        told(&since.diff),
        ["added .gitattributes", "modified a", "modified b", "added staged", "added untracked"]
    );
    assert_eq!(sprung(&repo), [] as [&str; 0]);
    // The traps do work: git itself springs one.
    repo.try_git(repo.root(), &["status"]);
    assert_ne!(sprung(&repo), [] as [&str; 0]);
}

#[test]
fn filter_hiding_a_change() {
    // The filter always gives what the commit has: to git the file never changes.
    let repo = TestRepo::new();
    repo.write("a", "1\n");
    repo.write(".gitattributes", "a filter=hide\n");
    repo.commit("1");
    repo.git(&["config", "filter.hide.clean", "echo 1"]);
    repo.write("a", "something else\n");
    assert_eq!(repo.git(&["diff", "--name-only"]), "");
    let changes = repo.open().worktree(None).unwrap();
    assert_eq!(told(&changes.diff), ["modified a"]);
    assert_eq!(changes.unfiltered.len(), 1);
}

#[test]
fn fifo_as_pattern_file() {
    let repo = TestRepo::new();
    repo.commit_file("a", "1");
    repo.write("new", "");
    let fifo = repo.beside("fifo");
    make_fifo(&fifo);
    for setting in ["core.excludesFile", "core.attributesFile"] {
        repo.git(&["config", setting, &fifo.display().to_string()]);
    }
    let begun = Instant::now();
    assert_eq!(told(&repo.open().worktree(None).unwrap().diff), ["added new"]);
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn submodule_is_not_entered() {
    let sub = TestRepo::new();
    sub.commit_file("s", "1");
    let repo = TestRepo::new();
    let from = sub.root().display().to_string();
    repo.git(&["-c", "protocol.file.allow=always", "submodule", "add", "-q", &from, "sub"]);
    repo.write(".gitmodules", "[submodule \"sub\"]\n\tpath = sub\n\turl = x\n\tignore = all\n");
    repo.commit("1");
    let trap = write_trap(&repo, "in-the-submodule").display().to_string();
    let inside = repo.path("sub");
    for setting in ["core.fsmonitor", "filter.trap.clean", "core.pager"] {
        repo.git_in(&inside, &["config", setting, &trap]);
    }
    fs::write(inside.join(".gitattributes"), "* filter=trap\n").unwrap();
    fs::write(inside.join("s"), "2").unwrap();
    let found = repo.open();
    assert_eq!(told(&found.worktree(None).unwrap().diff), [] as [&str; 0]);
    assert_eq!(sprung(&repo), [] as [&str; 0]);
    let head = fs::read_dir(repo.path(".git/modules/sub")).is_ok();
    assert!(head, "the submodule's folder is where git puts it");
    repo.git_in(&inside, &["config", "--unset", "core.fsmonitor"]);
    repo.git_in(&inside, &["config", "--unset", "filter.trap.clean"]);
    repo.git_in(&inside, &["commit", "-q", "--allow-empty", "-m", "moved"]);
    for setting in ["core.fsmonitor", "filter.trap.clean"] {
        repo.git_in(&inside, &["config", setting, &trap]);
    }
    assert_eq!(told(&repo.open().worktree(None).unwrap().diff), ["modified sub"]);
    assert_eq!(sprung(&repo), [] as [&str; 0]);
    repo.git(&["-c", "core.fsmonitor=false", "add", "sub"]);
    assert_eq!(told(&repo.open().staged().unwrap()), ["modified sub"]);
    fs::remove_dir_all(repo.beside("markers")).unwrap();
    fs::create_dir(repo.beside("markers")).unwrap();
    repo.git(&["-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "pin", "--no-verify"]);
    let found = repo.open();
    let pair = (Some(commit(&found, "HEAD~1")), commit(&found, "HEAD"));
    assert_eq!(told(&found.diff_trees(&[pair]).unwrap()[0]), ["modified sub"]);
}

#[test]
fn replaced_objects_and_grafts() {
    let repo = TestRepo::new();
    let base = repo.commit_file("a", "1");
    let middle = repo.commit_file("b", "1");
    let head = repo.commit_file("c", "1");
    repo.git(&["replace", &head, &base]);
    assert_eq!(repo.git(&["diff", "--name-only", &base, &head]), "", "git itself is fooled");
    let check = || {
        let found = repo.open();
        let (base, head) = (commit(&found, &base), commit(&found, &head));
        let diffs = found.diff_trees(&[(Some(base.clone()), head.clone())]).unwrap();
        assert_eq!(told(&diffs[0]), ["added b", "added c"]);
        assert_eq!(found.merge_base(&base, &head).unwrap(), MergeBase::One(base));
        assert_eq!(commit(&found, "HEAD~1").as_str(), middle);
        assert_eq!(told(&found.staged().unwrap()), [] as [&str; 0]);
    };
    check();
    repo.git(&["replace", "-d", &head]);
    repo.write(".git/info/grafts", format!("{head}\n"));
    check();
}

#[test]
fn forged_commit_graph() {
    let repo = TestRepo::new();
    let fork = repo.commit_file("a", "1");
    repo.git(&["checkout", "-q", "-b", "work"]);
    let hidden = repo.commit_file("hidden", "1");
    repo.commit_file("b", "1");
    repo.git(&["checkout", "-q", "main"]);
    let below = repo.commit_file("c", "1");
    repo.commit_file("d", "1");
    forge_commit_graph(&repo, &below, &hidden);
    assert_eq!(repo.git(&["merge-base", "main", "work"]), hidden, "git itself is fooled");
    // Split into a chain, and behind a loan of the objects, it says the same.
    let objects = repo.path(".git/objects");
    let info = objects.join("info");
    let chain = info.join("commit-graphs");
    let graph = fs::read(info.join("commit-graph")).unwrap();
    let name = "1".repeat(40);
    let borrower = TestRepo::new();
    fs::write(borrower.path(".git/objects/info/alternates"), format!("{}\n", objects.display()))
        .unwrap();
    for branch in ["main", "work"] {
        let tip = repo.git(&["rev-parse", branch]);
        borrower.git(&["update-ref", &format!("refs/heads/{branch}"), &tip]);
    }
    for in_chain in [false, true] {
        if in_chain {
            fs::remove_file(info.join("commit-graph")).unwrap();
            fs::create_dir_all(&chain).unwrap();
            fs::write(chain.join(format!("graph-{name}.graph")), &graph).unwrap();
            fs::write(chain.join("commit-graph-chain"), format!("{name}\n")).unwrap();
        }
        for repo in [&repo, &borrower] {
            let found = repo.open();
            let (main, work) = (commit(&found, "main"), commit(&found, "work"));
            let base = found.merge_base(&main, &work).unwrap();
            assert_eq!(base, MergeBase::One(commit(&found, &fork)));
            assert_eq!(found.merge_bases(&[(main, work)])[0].as_ref().unwrap(), &base);
            assert_eq!(commit(&found, "main~2").as_str(), fork);
        }
    }
}

#[test]
fn special_files_are_not_opened() {
    let repo = TestRepo::new();
    for name in ["fifo", "socket", "same", "sub/fifo"] {
        repo.write(name, "1\n");
    }
    repo.commit("all");
    for name in ["fifo", "sub/fifo"] {
        repo.remove(name);
        make_fifo(&repo.path(name));
    }
    repo.remove("socket");
    let _socket = std::os::unix::net::UnixListener::bind(repo.path("socket")).unwrap();
    // git lists these neither, for it can add none of them.
    make_fifo(&repo.path("untracked"));
    let begun = Instant::now();
    let changes = repo.open().worktree(None).unwrap();
    assert_eq!(told(&changes.diff), ["modified fifo", "modified socket", "modified sub/fifo"]);
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn blocking_pattern_files() {
    for name in [".gitignore", ".gitattributes", "deep/er/.gitignore"] {
        let repo = TestRepo::new();
        repo.commit_file("deep/er/a", "1");
        make_fifo(&repo.path(name));
        let begun = Instant::now();
        let error = repo.open().worktree(None).unwrap_err();
        assert!(error.problem.contains(name), "{error:?}");
        assert!(begun.elapsed() < Duration::from_secs(10));
        // A folder, a link or a file of that name stops nobody.
        repo.remove(name);
        fs::create_dir(repo.path(name)).unwrap();
        assert_eq!(told(&repo.open().worktree(None).unwrap().diff), [] as [&str; 0]);
        fs::remove_dir(repo.path(name)).unwrap();
        std::os::unix::fs::symlink("nowhere", repo.path(name)).unwrap();
        // git warns that it follows no such link.
        assert_eq!(told(&repo.open().worktree(None).unwrap().diff)[0], format!("added {name}"));
    }
    let repo = TestRepo::new();
    repo.commit_file("a", "1");
    repo.git(&["init", "-q", "nested"]);
    repo.git_in(&repo.path("nested"), &["commit", "-q", "--allow-empty", "-m", "1"]);
    repo.git(&["add", "nested"]);
    fs::remove_file(repo.path("nested/.git/HEAD")).unwrap();
    make_fifo(&repo.path("nested/.git/HEAD"));
    assert!(repo.open().worktree(None).unwrap_err().problem.contains("nested/.git/HEAD"));
}

#[test]
fn settings_hiding_a_change() {
    let repo = TestRepo::new();
    repo.write("a", "1\n");
    repo.write("B", "1\n");
    repo.commit("all");
    for (name, value) in [
        ("core.trustctime", "false"),
        ("core.checkStat", "minimal"),
        ("core.untrackedCache", "true"),
        ("core.ignoreCase", "true"),
        ("core.preloadIndex", "false"),
        ("status.showUntrackedFiles", "no"),
    ] {
        repo.git(&["config", name, value]);
    }
    repo.git(&["update-index", "--untracked-cache"]);
    repo.git(&["status"]);
    // Of the same length and time, in an index that is old enough to be believed.
    let old = std::time::UNIX_EPOCH + Duration::from_secs(1_600_000_000);
    let set_old = |name: &str| {
        fs::File::options().write(true).open(repo.path(name)).unwrap().set_modified(old).unwrap();
    };
    set_old("a");
    repo.git(&["update-index", "--refresh"]);
    // git compares the seconds of the times.
    std::thread::sleep(Duration::from_millis(1_100));
    repo.write("a", "2\n");
    set_old("a");
    repo.write("b", "2\n");
    assert_eq!(repo.git(&["diff", "--name-only"]), "", "git itself is fooled");
    assert_eq!(repo.git(&["ls-files", "--others"]), "", "git itself is fooled");
    assert_eq!(told(&repo.open().worktree(None).unwrap().diff), ["modified a", "added b"]);
    // A name of the other case is no way to say what the file system is like.
    repo.write(".GIT", "");
    let gap = told(&repo.open().worktree(None).unwrap().diff);
    assert_eq!(gap[..2], ["modified a", "added b"]);
}

#[test]
fn tag_named_like_a_branch() {
    let repo = TestRepo::new();
    let base = repo.commit_file("a", "1");
    let head = repo.commit_file("b", "1");
    repo.git(&["branch", "task", &head]);
    repo.git(&["tag", "task", &base]);
    repo.git(&["update-ref", "refs/heads/refs/heads/task", &base]);
    repo.git(&["update-ref", "refs/tags/refs/heads/task", &base]);
    let found = repo.open();
    for prefer in [Prefer::Local, Prefer::Remote] {
        assert_eq!(found.branch("task", prefer).unwrap().unwrap().commit.as_str(), head);
    }
    assert_eq!(found.commit("task").unwrap_err().kind, GitErrorKind::AmbiguousRevision);
    assert_eq!(found.commit("refs/heads/task").unwrap_err().kind, GitErrorKind::AmbiguousRevision);
}

#[test]
fn partial_clone_fetches_nothing() {
    let origin = TestRepo::new();
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    origin.commit_file("plan", "1");
    origin.commit_file("plan", "2");
    let clone = origin.clone_with(&["--filter=blob:none", "--no-checkout"]);
    let trap = write_trap(&clone, "upload-pack").display().to_string();
    let ssh = write_trap(&clone, "ssh").display().to_string();
    clone.git(&["config", "remote.origin.uploadpack", &trap]);
    clone.git(&["config", "core.sshCommand", &ssh]);
    let check = |url: &str| {
        clone.git(&["config", "remote.origin.url", url]);
        let found = clone.open();
        let (base, head) = (commit(&found, "HEAD~1"), commit(&found, "HEAD"));
        // What needs no content is told.
        let diffs = found.diff_trees(&[(Some(base.clone()), head.clone())]).unwrap();
        assert_eq!(told(&diffs[0]), ["modified plan"]);
        assert_eq!(found.merge_base(&base, &head).unwrap(), MergeBase::One(base.clone()));
        let error = found.blob(&base, &path("plan"), 99).unwrap_err();
        assert_eq!(error.kind, GitErrorKind::MissingObject);
        assert!(error.help.contains("fetch"), "{error:?}");
    };
    check(&clone.git(&["config", "remote.origin.url"]));
    check("ssh://example.com/x");
    check("ext::sh -c true");
    assert_eq!(sprung(&clone), [] as [&str; 0]);

    let treeless = origin.clone_with(&["--filter=tree:0", "--no-checkout"]);
    let found = treeless.open();
    let (base, head) = (commit(&found, "HEAD~1"), commit(&found, "HEAD"));
    let error = found.diff_trees(&[(Some(base), head.clone())]).unwrap_err();
    assert_eq!(error.kind, GitErrorKind::MissingObject, "{error:?}");
    let error = found.tree_files(&head).unwrap_err();
    assert_eq!(error.kind, GitErrorKind::MissingObject, "{error:?}");
    let error = found.staged().unwrap_err();
    assert_eq!(error.kind, GitErrorKind::MissingObject, "{error:?}");
}

#[test]
fn missing_and_broken_objects() {
    let repo = TestRepo::new();
    repo.write("d/a", "1");
    let base = repo.commit("1");
    repo.write("d/b", "1");
    let head = repo.commit("2");
    let object = |name: &str| {
        let id = repo.git(&["rev-parse", name]);
        repo.path(&format!(".git/objects/{}/{}", &id[..2], &id[2..]))
    };
    for victim in [format!("{head}:d"), format!("{head}^{{tree}}"), base.clone()] {
        let file = object(&victim);
        let kept = fs::read(&file).unwrap();
        for broken in [None, Some(b"garbage".to_vec()), Some(kept[..kept.len() / 2].to_vec())] {
            fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
            match &broken {
                None => fs::remove_file(&file).unwrap(),
                Some(bytes) => fs::write(&file, bytes).unwrap(),
            }
            let found = repo.open();
            let answer = found.commit(&base).and_then(|base| {
                let head = found.commit(&head)?;
                found.merge_base(&base, &head)?;
                found.merge_bases(&[(base.clone(), head.clone())]).swap_remove(0)?;
                found.diff_trees(&[(Some(base), head)])
            });
            assert!(answer.is_err(), "{victim}: {answer:?}");
            fs::write(&file, &kept).unwrap();
        }
    }
    // The commit between the two is gone: 'no merge base' would be the wrong answer.
    let third = repo.commit_file("c", "1");
    repo.git(&["checkout", "-q", "-b", "side", &base]);
    let side = repo.commit_file("s", "1");
    fs::remove_file(object(&head)).unwrap();
    let found = repo.open();
    let (third, side) = (commit(&found, &third), commit(&found, &side));
    let error = found.merge_base(&third, &side).unwrap_err();
    assert_eq!(error.kind, GitErrorKind::MissingObject, "{error:?}");
    assert!(found.merge_bases(&[(third, side)])[0].is_err());
}

#[test]
fn user_and_environment_settings() {
    let repo = tempting();
    let trap = write_trap(&repo, "of-the-user").display().to_string();
    let excludes = format!(
        "[diff]\n\texternal = {trap}\n\tignoreSubmodules = all\n\trenames = copies\n\
         [core]\n\tfsmonitor = {trap}\n\tquotePath = true\n\
         [filter \"trap\"]\n\tclean = {trap}\n\trequired\n"
    );
    fs::write(repo.beside("home/.gitconfig"), excludes).unwrap();
    repo.write("a", "changed\n");
    let environment = repo.environment_with(&[
        ("GIT_EXTERNAL_DIFF", trap.as_ref()),
        ("GIT_CONFIG_COUNT", "1".as_ref()),
        ("GIT_CONFIG_KEY_0", "core.fsmonitor".as_ref()),
        ("GIT_CONFIG_VALUE_0", trap.as_ref()),
        ("GIT_TRACE", repo.beside("trace").as_os_str()),
        ("GIT_NAMESPACE", "x".as_ref()),
    ]);
    let found = lanelint::git::Repository::discover(&environment, repo.root()).unwrap().unwrap();
    let told_here = told(&found.worktree(None).unwrap().diff);
    assert_eq!(told_here, ["modified a", "added staged"]);
    assert_eq!(sprung(&repo), [] as [&str; 0]);
    assert!(!repo.beside("trace").exists());
}

#[test]
fn repository_left_untouched() {
    fn listing(folder: &Path) -> Vec<(String, u64, std::time::SystemTime)> {
        let mut found = Vec::new();
        for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
            let entry = entry.unwrap();
            let meta = entry.metadata().unwrap();
            let name = entry.path().display().to_string();
            found.push((name, meta.len(), meta.modified().unwrap()));
        }
        found
    }
    let repo = tempting();
    repo.write("a", "changed\n");
    let before = listing(repo.root());
    let found = repo.open();
    let head = commit(&found, "HEAD");
    found.diff_trees(&[(None, head.clone())]).unwrap();
    found.merge_base(&head, &head).unwrap();
    found.staged().unwrap();
    found.worktree(None).unwrap();
    found.index_files().unwrap();
    drop(found);
    assert_eq!(listing(repo.root()), before);
}

#[test]
fn merge_driver_is_ignored() {
    let repo = TestRepo::new();
    repo.write("a", "1\n");
    repo.write("log", "1\n");
    repo.write("deep/log", "1\n");
    repo.write(".gitattributes", "a merge=trap\n/log merge=union\n");
    repo.write("deep/.gitattributes", "log merge=union\n/.gitattributes merge=union\n");
    repo.commit("1");
    for branch in ["left", "right"] {
        repo.git(&["checkout", "-q", "-b", branch, "main"]);
        repo.write("a", format!("{branch}\n"));
        repo.write("log", format!("1\n{branch}\n"));
        repo.write("deep/log", format!("1\n{branch}\n"));
        repo.commit(branch);
    }
    repo.git(&["checkout", "-q", "-b", "apart", "main"]);
    repo.commit_file("b", "1");
    repo.git(&["checkout", "-q", "--orphan", "lonely"]);
    repo.commit_file("c", "1");
    arm(&repo);
    let found = repo.open();
    let merge = |pairs: &[(&str, &str)]| {
        let commits = |&(a, b): &(&str, &str)| (commit(&found, a), commit(&found, b));
        let pairs: Vec<_> = pairs.iter().map(commits).collect();
        let told = |conflict: &lanelint::change::Conflict| {
            format!("{}: {}", conflict.path, conflict.kinds.join(", "))
        };
        let merges = found.merges(&pairs, &commit(&found, "main"));
        let outcome = |merge: Result<lanelint::git::Merge, _>| {
            merge.ok().map(|merge| merge.conflicts.iter().map(told).collect::<Vec<_>>())
        };
        merges.into_iter().map(outcome).collect::<Vec<_>>()
    };
    // An older git has no way to be told of attributes below the root.
    let mut expected = vec!["a: contents".to_owned()];
    if !found.merges_by_attributes().unwrap() {
        expected.push("deep/log: contents".to_owned());
    }
    let clean = || Some(Vec::new());
    assert_eq!(merge(&[("left", "right"), ("left", "apart")]), [Some(expected), clean()]);
    // One that cannot be merged hides nothing of the others.
    assert_eq!(merge(&[("left", "lonely"), ("left", "apart")]), [None, clean()]);
    assert_eq!(sprung(&repo), [] as [&str; 0]);
}

#[test]
fn fsmonitor_bits_in_index() {
    let repo = TestRepo::new();
    repo.commit_file("a", "1\n");
    // A monitor that says that nothing ever changes.
    let monitor = repo.beside("monitor");
    fs::write(&monitor, "#!/bin/sh\nprintf 'token\\0'\n").unwrap();
    fs::set_permissions(&monitor, fs::Permissions::from_mode(0o755)).unwrap();
    repo.git(&["config", "core.fsmonitor", &monitor.display().to_string()]);
    repo.git(&["update-index", "--fsmonitor"]);
    repo.git(&["status"]);
    repo.write("a", "changed\n");
    assert_eq!(repo.git(&["diff", "--name-only"]), "", "git itself is fooled");
    assert_eq!(told(&repo.open().worktree(None).unwrap().diff), ["modified a"]);
}

#[test]
fn fifo_in_git_folder() {
    let repo = TestRepo::new();
    repo.commit_file("a", "1");
    repo.write("new", "");
    fs::remove_file(repo.path(".git/info/exclude")).unwrap_or_default();
    fs::create_dir_all(repo.path(".git/info")).unwrap();
    for name in ["exclude", "attributes", "grafts"] {
        make_fifo(&repo.path(".git/info").join(name));
    }
    let begun = Instant::now();
    assert_eq!(told(&repo.open().worktree(None).unwrap().diff), ["added new"]);
    assert!(begun.elapsed() < Duration::from_secs(10));
}
