//! Names that no tool likes, and texts that are no whole list.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::common::TestRepo;
use super::{Gate, PLAN, assigned, gate, patch, patch_file, planned};

/// Names in byte order, and how the contract writes them.
const AWKWARD: [(&[u8], &str); 17] = [
    (b" ::error::x", " ::error::x"),
    (b" leading and trailing ", " leading and trailing "),
    (b"\"quoted\"", "\"\\\"quoted\\\"\""),
    (b"##[error]x", "##[error]x"),
    (b"##vso[task.complete]", "##vso[task.complete]"),
    (b"--- a", "--- a"),
    (b"::error::y", "::error::y"),
    (b"a => b", "a => b"),
    (b"a\\b", "a\\b"),
    (b"b/quizzes", "b/quizzes"),
    (b"lessons\xff", "\"lessons\\377\""),
    (b"line\nbreak\r\n::error::z", "line\nbreak\r\n::error::z"),
    (b"quo\"te", "quo\"te"),
    (b"tab\there", "tab\there"),
    (b"\x1b[31mred", "\u{1b}[31mred"),
    ("über/漢.rs".as_bytes(), "über/漢.rs"),
    ("\u{202e}drawkcab".as_bytes(), "\u{202e}drawkcab"),
];

fn awkward() -> TestRepo {
    let repo = planned(PLAN);
    repo.git(&["checkout", "-q", "-b", "lessons"]);
    for (name, _) in AWKWARD {
        let path = repo.root().join(OsStr::from_bytes(name));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "1\n").unwrap();
    }
    repo.commit("names");
    repo
}

#[test]
fn awkward_names_are_told_alike_by_every_source() {
    let repo = awkward();
    let mut expected: Vec<&str> = AWKWARD.iter().map(|(_, shown)| *shown).collect();
    expected.sort_unstable();
    let text = patch(&repo, "main...lessons");
    let file = assigned("lessons", &patch_file(&repo, "a.patch", &text));
    repo.git(&["config", "core.quotePath", "false"]);
    let raw = assigned("lessons", &patch_file(&repo, "b.patch", patch(&repo, "main...lessons")));
    for arguments in [
        &["--range", "main...lessons"][..],
        &["--task=lessons"],
        &["--worktree", "--base=main"],
        &["--diff", &file],
        &["--diff", &raw],
    ] {
        let json = Gate::of(&repo, arguments).json().ends_with(1);
        let mut paths: Vec<&str> = json.value["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| {
                assert_eq!(finding["rule"], "out-of-lane");
                assert_eq!(finding["labels"][0]["file"], finding["path"]);
                finding["path"].as_str().unwrap()
            })
            .collect();
        paths.sort_unstable();
        assert_eq!(paths, expected, "{arguments:?}");
        // `Gate::run` looks at what is shown.
        for format in ["human", "concise"] {
            gate(&repo, &[arguments, &["--format", format]].concat()).ends_with(1);
        }
    }
}

#[test]
fn a_name_of_a_patch_or_a_revision_does_nothing_to_a_log() {
    let repo = planned(PLAN);
    for name in ["::error::x", " ::error::x", "##[error]x", "\u{1b}[31m", "a\n::error::x"] {
        gate(&repo, &["--diff", &format!("lessons={name}")]).ends_with(3);
        gate(&repo, &["--diff", name]).ends_with(2);
        gate(&repo, &["--task", name]).ends_with(2);
        // A branch that does not exist, and is no task's.
        gate(&repo, &["--branch", name]).ends_with(3);
        gate(&repo, &[name]).ends_with(2);
        gate(&repo, &["--root", name]).ends_with(2);
        gate(&repo, &["--base", name]).ends_with(3);
        gate(&repo, &["--range", &format!("lessons=main...{name}")]).ends_with(3);
    }
}

#[test]
fn what_is_no_whole_list_is_not_verified() {
    let repo = planned(PLAN);
    let cases: [(&str, &str); 6] = [
        ("<!DOCTYPE html>\n<p>Sign in</p>\n", ""),
        ("diff --cc lessons/a\nindex 1,2..3\n", "combined"),
        ("Only in b: x\n", "one side only"),
        ("Submodule lib 1111111..2222222:\n  > x\n", ""),
        ("\u{1b}[1mdiff --git a/x b/x\u{1b}[m\n", ""),
        (
            "diff --git a/lessons/a b/lessons/a\n--- a/lessons/a\n+++ b/lessons/a\n@@ -1,9 +1 @@\n-1\n",
            "",
        ),
    ];
    for (text, said) in cases {
        let file = assigned("lessons", &patch_file(&repo, "a.patch", text));
        let json = Gate::of(&repo, &["--diff", &file]).json().ends_with(3);
        assert!(json.message("not-verified").contains(said), "{text:?} {:#}", json.value);
        let help = json.finding("not-verified")["help"].as_str().unwrap();
        assert!(help.contains("git diff --no-ext-diff"), "{text:?} {help}");
        assert_eq!(json.value["summary"]["verified"], false);
        let input = json.finding("not-verified")["labels"][0]["file"].as_str().unwrap();
        assert!(input.ends_with("a.patch"));
        gate(&repo, &["--diff", &file]).ends_with(3);
    }
}

#[test]
fn an_empty_patch_is_no_change() {
    let repo = planned(PLAN);
    let file = assigned("lessons", &patch_file(&repo, "a.patch", ""));
    Gate::of(&repo, &["--diff", &file]).json().ends_with(0).finds(&["no-changes lessons -"]);
}

#[test]
fn a_patch_needs_no_repository() {
    let folder = TestRepo::without_git();
    folder.write("lanes.yaml", PLAN);
    let text = "diff --git a/x b/x\nold mode 100644\nnew mode 100755\n";
    let file = assigned("lessons", &patch_file(&folder, "a.patch", text));
    let json = Gate::of(&folder, &["--diff", &file]).json().ends_with(1);
    json.finds(&["out-of-lane lessons x"]);
    gate(&folder, &[] as &[&str]).ends_with(2).tells(&["no git repository", "--root", "--diff"]);
    gate(&folder, &["--staged"]).ends_with(2);
    gate(&folder, &["--diff", &file, "--plan-from=main"]).ends_with(2);
}
