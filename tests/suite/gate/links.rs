//! Symbolic links that were added or changed: `escaping-symlink`, by every source that has them.

use std::fs;
use std::os::unix::fs::symlink;

use super::{Gate, assigned, branch, gate, patch, patch_file, planned};
use crate::harness::TestRepo;

const PLAN: &str = "\
tasks:
  lessons: {write: lessons/**}
  quizzes: {write: quizzes/**}
protect: ci/**
rules: {missing-branch: off, no-changes: off, merge-conflict: off}
";

const NONE: &[&str] = &[];

/// A repository with a file in each lane and some links that nobody touches.
fn repository() -> TestRepo {
    let repo = planned(PLAN);
    repo.write("ci/deploy", "1\n");
    repo.write("README.md", "1\n");
    for (link, target) in [
        ("lessons/old", "../.."),
        ("lessons/across", "../quizzes"),
        ("lessons/etc", "/etc"),
        ("lessons/round", "round"),
        ("lessons/up", ".."),
        ("to-quizzes", "quizzes"),
    ] {
        symlink(target, repo.path(link)).unwrap();
    }
    repo.commit("files and links");
    repo.git(&["checkout", "-q", "-b", "lessons"]);
    repo
}

/// What is found of the links that are in the work tree, by every source that sees them.
#[track_caller]
fn told(repo: &TestRepo, status: i32, expected: &[&str]) {
    let assert = |arguments: &[&str]| {
        let json = Gate::of(repo, arguments).json().ends_with(status);
        let findings = json.value["findings"].as_array().unwrap().clone();
        let messages: Vec<String> =
            findings.iter().map(|one| one["message"].as_str().unwrap().to_owned()).collect();
        assert_eq!(messages, expected, "{arguments:?}");
    };
    assert(&["--worktree", "--base=main"]);
    repo.git(&["add", "-A"]);
    assert(&["--staged"]);
    repo.commit("links");
    assert(NONE);
    assert(&["--range", "main...HEAD"]);
    let file = patch_file(repo, "a.patch", patch(repo, "main...HEAD"));
    repo.git(&["checkout", "-q", "main"]);
    assert(&["--diff", &assigned("lessons", &file)]);
}

#[test]
fn link_out_of_the_lane() {
    for (target, whereto) in [
        ("/etc/passwd", "leads outside the repository"),
        ("../..", "leads outside the repository"),
        ("../../repo/lessons/a.json", "leads outside the repository"),
        ("../.git/config", "leads into `.git`"),
        ("../.GIT/hooks", "leads into `.git`"),
        ("../quizzes/a.json", "leads to `quizzes/a.json`, in the lane of `quizzes`"),
        ("../quizzes/new.json", "leads to `quizzes/new.json`, in the lane of `quizzes`"),
        ("../quizzes", "leads to `quizzes/a.json`, in the lane of `quizzes`"),
        ("../to-quizzes/a.json", "leads to `quizzes/a.json`, in the lane of `quizzes`"),
        ("up/quizzes/new/er", "leads to `quizzes/new/er`, in the lane of `quizzes`"),
        ("across/../ci/deploy", "leads to `ci/deploy`, which is protected"),
        ("../lanes.yaml", "leads to `lanes.yaml`, which is protected"),
        ("..", "leads to `ci/deploy`, which is protected"),
        ("etc/passwd", "leads outside the repository"),
        ("old/x", "leads outside the repository"),
    ] {
        let repo = repository();
        symlink(target, repo.path("lessons/link")).unwrap();
        let message =
            format!("`lessons` made `lessons/link` a link to `{target}`, which {whereto}");
        told(&repo, 1, &[&message]);
    }
}

#[test]
fn harmless_links() {
    for target in ["a.json", "./new.json", "../lessons", "../README.md", "../docs/new", "."] {
        let repo = repository();
        // What lies in the lane and was there before is nobody's new link.
        repo.git(&["rm", "-q", "lessons/across", "lessons/old", "lessons/etc"]);
        symlink(target, repo.path("lessons/link")).unwrap();
        told(&repo, 0, &[]);
    }
}

#[test]
fn changed_and_chained_links() {
    let repo = repository();
    repo.remove("lessons/up");
    symlink("../quizzes/a.json", repo.path("lessons/up")).unwrap();
    repo.remove("lessons/a.json");
    symlink("hop", repo.path("lessons/a.json")).unwrap();
    symlink("/", repo.path("lessons/hop")).unwrap();
    told(
        &repo,
        1,
        &[
            "`lessons` made `lessons/a.json` a link to `hop`, which leads outside the repository",
            "`lessons` made `lessons/hop` a link to `/`, which leads outside the repository",
            "`lessons` made `lessons/up` a link to `../quizzes/a.json`, which leads to \
             `quizzes/a.json`, in the lane of `quizzes`",
        ],
    );
}

#[test]
fn link_cycle() {
    let repo = repository();
    symlink("link2", repo.path("lessons/link1")).unwrap();
    symlink("link1", repo.path("lessons/link2")).unwrap();
    let gave_up = "it leads through more than 40 links, or in a loop";
    let of =
        |name: &str| format!("`escaping-symlink` gave up on the link `lessons/{name}`: {gave_up}");
    told(&repo, 3, &[&of("link1"), &of("link2")]);
}

#[test]
fn untouched_links() {
    let repo = repository();
    repo.write("lessons/b.json", "1\n");
    told(&repo, 0, &[]);
    // Nor do those that are only taken away.
    let repo = repository();
    repo.remove("lessons/old");
    repo.remove("lessons/etc");
    told(&repo, 0, &[]);
}

#[test]
fn patch_without_link_target() {
    let repo = repository();
    let file = patch_file(
        &repo,
        "a.patch",
        "diff --git a/lessons/up b/lessons/up\nindex 1234567..89abcde 120000\nBinary files \
         a/lessons/up and b/lessons/up differ\n",
    );
    let arguments = ["--diff", &assigned("lessons", &file)];
    let json = Gate::of(&repo, &arguments).json().ends_with(3);
    let message = json.message("not-verified");
    assert!(message.contains("does not show where the symbolic link `lessons/up` leads"));
    // With the rule off, nobody asks.
    repo.git(&["checkout", "-q", "main"]);
    repo.write("lanes.yaml", PLAN.replace("rules: {", "rules: {escaping-symlink: off, "));
    gate(&repo, &arguments).ends_with(0);
}

#[test]
fn link_rewritten_within_mailbox() {
    let repo = repository();
    symlink("/etc", repo.path("lessons/link")).unwrap();
    repo.commit("out");
    repo.remove("lessons/link");
    symlink("a.json", repo.path("lessons/link")).unwrap();
    repo.commit("and in again");
    let mails = repo.git(&["format-patch", "--stdout", "main"]) + "\n";
    let file = patch_file(&repo, "mails", mails);
    let json = Gate::of(&repo, &["--diff", &assigned("lessons", &file)]).json().ends_with(1);
    assert!(json.message("escaping-symlink").contains("a link to `/etc`"));
    Gate::of(&repo, NONE).json().ends_with(0).finds(&[]);
}

#[test]
fn hostile_targets_are_quoted() {
    let repo = repository();
    let target = "../../\u{1b}[2J\n::error::x";
    symlink(target, repo.path("lessons/link")).unwrap();
    repo.commit("link");
    let json = Gate::of(&repo, NONE).json().ends_with(1);
    assert_eq!(json.finding("escaping-symlink")["data"]["target"], target);
    gate(&repo, NONE).ends_with(1);
    gate(&repo, &["--format=concise"]).ends_with(1);
}

#[test]
fn link_on_unclaimed_branch() {
    let repo = repository();
    repo.git(&["checkout", "-q", "main"]);
    repo.write("lanes.yaml", PLAN.replace("rules: {", "rules: {unclaimed-branch: off, "));
    repo.commit("off");
    repo.git(&["checkout", "-q", "-b", "fork"]);
    for (link, target) in [("a", "quizzes"), ("b", "ci"), ("c", "/etc"), ("d", "quizzes/new")] {
        symlink(target, repo.path(link)).unwrap();
    }
    repo.commit("links");
    let json = Gate::of(&repo, &["--branch=fork"]).json().ends_with(1);
    json.finds(&["escaping-symlink  b", "escaping-symlink  c"]);
}

#[test]
fn allowed_link() {
    let repo = repository();
    repo.git(&["checkout", "-q", "main"]);
    let allow = "allow: [{rule: escaping-symlink, path: 'lessons/l*', reason: known}], ";
    repo.write("lanes.yaml", PLAN.replace("lessons: {", &format!("lessons: {{{allow}")));
    repo.commit("allowed");
    repo.git(&["checkout", "-q", "-B", "lessons"]);
    symlink("../quizzes", repo.path("lessons/link")).unwrap();
    repo.commit("link");
    let json = Gate::of(&repo, NONE).json().ends_with(0);
    assert_eq!(json.finding("escaping-symlink")["allowed"]["by"], "lessons");
}

#[test]
fn targets_inside_submodules_and_files() {
    let repo = repository();
    let pin = format!("160000,{},lessons/sub", "1".repeat(40));
    repo.git(&["update-index", "--add", "--cacheinfo", &pin]);
    let hash = |text: &str| repo.git_with_input(&["hash-object", "-w", "--stdin"], text.as_bytes());
    for (name, target) in
        [("in", "sub/src/x"), ("git", "sub/.git"), ("file", "a.json/../../ci/deploy")]
    {
        let entry = format!("120000,{},lessons/{name}", hash(target));
        repo.git(&["update-index", "--add", "--cacheinfo", &entry]);
    }
    repo.git(&["commit", "-q", "-m", "links"]);
    fs::remove_dir_all(repo.path("lessons")).unwrap();
    let json = Gate::of(&repo, NONE).json().ends_with(1);
    json.finds(&["escaping-symlink lessons lessons/file", "escaping-symlink lessons lessons/git"]);
}

/// Lanes of which some hold folders that nobody has made yet.
const UNMADE: &str = "\
tasks:
  a: {write: [src/**, '!src/notes/**']}
  b: {write: [docs/**, packages/b/**]}
  c: {write: 'root-*'}
protect: [ci/**, out/**, src/generated/**, '**/*.lock', 'src/g*/deep/**', vendor]
rules: {missing-branch: off, no-changes: off}
";

/// A repository in which the branch `a` is checked out.
fn unmade() -> TestRepo {
    let repo = planned(UNMADE);
    repo.write("src/mine/x", "1\n");
    repo.write("assets/x", "1\n");
    repo.commit("files");
    repo.git(&["checkout", "-q", "-b", "a"]);
    repo
}

/// What every source says of a change that the work tree of `a` holds.
#[track_caller]
fn found_in_a(repo: &TestRepo, status: i32, expected: &[&str]) {
    Gate::of(repo, &["--worktree", "--base=main"]).json().ends_with(status).finds(expected);
    repo.git(&["add", "-A"]);
    Gate::of(repo, &["--staged"]).json().ends_with(status).finds(expected);
    repo.commit("work");
    Gate::of(repo, &["--task=a"]).json().ends_with(status).finds(expected);
    let file = patch_file(repo, "a.patch", patch(repo, "main...HEAD"));
    repo.git(&["checkout", "-q", "main"]);
    let json = Gate::of(repo, &["--diff", &assigned("a", &file)]).json();
    json.ends_with(status).finds(expected);
}

#[test]
fn links_to_missing_folders() {
    for (target, escapes) in [
        ("../out", true),
        ("../out/deep", true),
        ("../OUT", true),
        ("../docs", true),
        ("../docs/new", true),
        ("../packages", true),
        ("generated", true),
        ("..", true),
        // In its own lane, or nobody's: that some `.lock` could be made there is no way around the
        // protection, which holds below the link as well.
        ("new", false),
        ("mine", false),
        ("../assets", false),
        ("../packages/a", false),
        ("../unowned/new", false),
    ] {
        let repo = unmade();
        symlink(target, repo.path("src/l")).unwrap();
        let expected: &[&str] = if escapes { &["escaping-symlink a src/l"] } else { &[] };
        found_in_a(&repo, i32::from(escapes), expected);
    }
    let repo = unmade();
    symlink("../out", repo.path("src/l")).unwrap();
    repo.commit("link");
    let message = Gate::of(&repo, &["--task=a"]).json().message("escaping-symlink");
    assert!(message.contains("leads to `out`, where `out/0` is protected"), "{message}");
}

#[test]
fn unclaimed_links_to_missing_folders() {
    let plan = UNMADE.replace("rules: {", "rules: {unclaimed-branch: off, ");
    let repo = planned(&plan);
    repo.git(&["checkout", "-q", "-b", "fork"]);
    symlink("out", repo.path("l")).unwrap();
    symlink("new", repo.path("m")).unwrap();
    repo.commit("links");
    let json = Gate::of(&repo, &["--branch=fork"]).json().ends_with(1);
    json.finds(&["escaping-symlink  l"]);
}

#[test]
fn links_replacing_a_folder() {
    for (link, target, expected) in [
        ("src/generated", "mine", &["foreign-lane a src/generated"][..]),
        ("src/GENERATED", "mine", &["foreign-lane a src/GENERATED"]),
        ("src/generated", "new", &["foreign-lane a src/generated"]),
        ("src/generated", "mine/x", &["foreign-lane a src/generated"]),
        ("src/notes", "mine", &["out-of-lane a src/notes"]),
        // No glob says this name, and yet what is protected below it would lie elsewhere.
        ("src/gen", "mine", &["escaping-symlink a src/gen"]),
        ("src/gen", "mine/x", &[]),
        ("src/other", "mine", &[]),
    ] {
        let repo = unmade();
        symlink(target, repo.path(link)).unwrap();
        found_in_a(&repo, i32::from(!expected.is_empty()), expected);
    }
    let repo = unmade();
    symlink("mine", repo.path("src/gen")).unwrap();
    repo.commit("link");
    let message = Gate::of(&repo, &["--task=a"]).json().message("escaping-symlink");
    assert!(message.contains("replaces `src/gen/deep/0`"), "{message}");
    assert!(message.contains("would land in `src/mine/deep/0`"), "{message}");
}

#[test]
fn files_replacing_a_folder() {
    for (file, expected) in [
        ("src/generated", &["foreign-lane a src/generated"][..]),
        ("src/notes", &["out-of-lane a src/notes"]),
        // A wildcard that could match below any file wants no folder there.
        ("src/main.rs", &[]),
        ("src/gen", &[]),
        ("src/generated.rs", &[]),
    ] {
        let repo = unmade();
        repo.write(file, "1\n");
        found_in_a(&repo, i32::from(!expected.is_empty()), expected);
    }
    // `root-*` is a lane of its own, and another's folder is named like one of its files.
    let repo = planned(&UNMADE.replace("packages/b/**", "root-x/**"));
    branch(&repo, "c", "main", &[("root-x", "1\n")]);
    let json = Gate::of(&repo, &["--task=c"]).json().ends_with(1);
    let json = json.finds(&["foreign-lane c root-x"]);
    assert_eq!(json.finding("foreign-lane")["data"]["owners"], serde_json::json!(["b"]));
    // A file that was there before is no new one in the place of a folder.
    let repo = TestRepo::new();
    repo.write("lanes.yaml", UNMADE);
    repo.write("src/generated", "1\n");
    repo.commit("a file all along");
    branch(&repo, "a", "main", &[("src/generated", "2\n")]);
    Gate::of(&repo, &["--task=a"]).json().ends_with(0).finds(&[]);
}

#[test]
fn submodules_replacing_a_folder() {
    for (path, expected) in [
        ("src/generated", &["foreign-lane a src/generated"][..]),
        ("src/notes", &["out-of-lane a src/notes"]),
        ("src/gulp/deep", &["foreign-lane a src/gulp/deep"]),
        ("src/sub", &[]),
    ] {
        let repo = unmade();
        let pin = format!("160000,{},{path}", "1".repeat(40));
        repo.git(&["update-index", "--add", "--cacheinfo", &pin]);
        repo.git(&["commit", "-q", "-m", "pin"]);
        let json = Gate::of(&repo, &["--task=a"]).json();
        json.ends_with(i32::from(!expected.is_empty())).finds(expected);
    }
}

#[test]
fn links_into_submodules() {
    let repo = planned(UNMADE);
    for name in ["vendor", "docs/sub", "src/sub", "free"] {
        let pin = format!("160000,{},{name}", "1".repeat(40));
        repo.git(&["update-index", "--add", "--cacheinfo", &pin]);
        fs::create_dir_all(repo.path(name)).unwrap();
    }
    repo.git(&["commit", "-q", "-m", "pins"]);
    repo.git(&["checkout", "-q", "-b", "a"]);
    for (link, target) in [
        ("1", "../vendor"),
        ("2", "../vendor/src/x"),
        ("3", "../docs/sub/x"),
        ("4", "sub/x"),
        ("5", "../free/x"),
        ("6", "../vendor/../src/x"),
    ] {
        fs::create_dir_all(repo.path("src")).unwrap();
        symlink(target, repo.path(&format!("src/{link}"))).unwrap();
    }
    let expected =
        ["escaping-symlink a src/1", "escaping-symlink a src/2", "escaping-symlink a src/3"];
    found_in_a(&repo, 1, &expected);
}

#[test]
fn git_folder_spellings_in_targets() {
    for (target, escapes) in [
        (".g\u{200c}it/config", true),
        (".git::$INDEX_ALLOCATION/x", true),
        ("..\\.git\\config", true),
        ("git~1", true),
        (".git ./hooks", true),
        ("..\\docs\\a.md", true),
        ("..\\..\\x", true),
        ("c:\\x", true),
        (".gitignore", false),
        ("x/git~2", false),
        ("mine\\x", false),
    ] {
        let repo = unmade();
        symlink(target, repo.path("src/l")).unwrap();
        let expected: &[&str] = if escapes { &["escaping-symlink a src/l"] } else { &[] };
        found_in_a(&repo, i32::from(escapes), expected);
    }
}

#[test]
fn git_folder_aliases() {
    let repo = planned(&UNMADE.replace("[src/**, ", "['**', "));
    let blob = repo.git_with_input(&["hash-object", "-w", "--stdin"], b"x");
    let parent = repo.git(&["rev-parse", "main"]);
    for (name, status) in [("git~1", 3), (".g\u{200c}it", 3), (".git::$DATA", 3), ("git~2", 0)] {
        let before = repo.git(&["ls-tree", "main"]);
        let tree = format!("{before}\n100644 blob {blob}\t{name}\n");
        let tree = repo.git_with_input(&["mktree"], tree.as_bytes());
        let commit = repo.git(&["commit-tree", &tree, "-p", &parent, "-m", "x"]);
        repo.git(&["branch", "-f", "a", &commit]);
        let json = Gate::of(&repo, &["--task=a"]).json().ends_with(status);
        let unverified = format!("not-verified a {name}");
        let expected: &[&str] = if status == 3 { &[&unverified] } else { &[] };
        json.finds(expected);
    }
}

#[test]
fn overlong_targets() {
    let repo = unmade();
    let long = "a/".repeat(32 << 10);
    let blob = repo.git_with_input(&["hash-object", "-w", "--stdin"], long.as_bytes());
    let down = "x/../".repeat(800) + "mine";
    let near = repo.git_with_input(&["hash-object", "-w", "--stdin"], down.as_bytes());
    let mut entries = String::new();
    for link in 0..300 {
        entries += &format!("120000 {blob}\tsrc/long{link}\n120000 {near}\tsrc/near{link}\n");
    }
    repo.git_with_input(&["update-index", "--index-info"], entries.as_bytes());
    repo.git(&["commit", "-q", "-m", "links"]);
    let json = Gate::of(&repo, &["--task=a"]).json().ends_with(3);
    let expected: Vec<String> =
        json.findings().into_iter().filter(|found| found.contains("src/long")).collect();
    assert_eq!(expected.len(), 300);
    assert_eq!(json.findings(), expected);
    assert!(expected[0].starts_with("undecided a src/long"), "{expected:?}");
}
