//! Symbolic links that were added or changed: `escaping-symlink`, by every source that has them.

use std::fs;
use std::os::unix::fs::symlink;

use super::common::TestRepo;
use super::{Gate, assigned, gate, patch, patch_file, planned};

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
fn a_link_out_of_the_lane_is_found_wherever_it_leads() {
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
fn a_link_inside_the_lane_or_to_nobody_s_file_is_left_alone() {
    for target in ["a.json", "./new.json", "../lessons", "../README.md", "../docs/new", "."] {
        let repo = repository();
        // What lies in the lane and was there before is nobody's new link.
        repo.git(&["rm", "-q", "lessons/across", "lessons/old", "lessons/etc"]);
        symlink(target, repo.path("lessons/link")).unwrap();
        told(&repo, 0, &[]);
    }
}

#[test]
fn a_changed_link_a_file_that_became_one_and_links_of_one_task_together() {
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
fn a_circle_is_undecided() {
    let repo = repository();
    symlink("link2", repo.path("lessons/link1")).unwrap();
    symlink("link1", repo.path("lessons/link2")).unwrap();
    let gave_up = "it leads through more than 40 links, or in a circle";
    let of =
        |name: &str| format!("`escaping-symlink` gave up on the link `lessons/{name}`: {gave_up}");
    told(&repo, 3, &[&of("link1"), &of("link2")]);
}

#[test]
fn links_that_no_task_touched_refuse_nothing() {
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
fn a_patch_that_does_not_show_where_a_link_leads_is_not_verified() {
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
    assert!(message.contains("where the symbolic link `lessons/up` leads is not shown"));
    // With the rule off, nobody asks.
    repo.git(&["checkout", "-q", "main"]);
    repo.write("lanes.yaml", PLAN.replace("rules: {", "rules: {escaping-symlink: off, "));
    gate(&repo, &arguments).ends_with(0);
}

#[test]
fn a_link_that_several_commits_of_a_mailbox_write_counts_by_each() {
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
fn targets_that_no_terminal_should_see_are_quoted() {
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
fn a_link_of_a_branch_that_is_no_task_s() {
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
fn an_escaping_link_can_be_allowed() {
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
fn a_link_into_a_submodule_or_below_a_file_leads_there() {
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
