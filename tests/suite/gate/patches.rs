//! Names that no tool likes, and texts that are no whole list.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::{Gate, PLAN, assigned, gate, patch, patch_file, planned};
use crate::harness::TestRepo;

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
fn awkward_names_from_every_source() {
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
fn hostile_patch_and_revision_names() {
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
fn incomplete_patches() {
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
fn empty_patch() {
    let repo = planned(PLAN);
    let file = assigned("lessons", &patch_file(&repo, "a.patch", ""));
    Gate::of(&repo, &["--diff", &file]).json().ends_with(0).finds(&["no-changes lessons -"]);
}

#[test]
fn patch_without_repository() {
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

/// The plan of the scenes below.
const GUARDED: &str = "\
tasks:
  a:
    write: src/**
  b:
    write: [docs/**, packages/b/**]
  rs:
    write: '**/*.rs'
  all:
    write: '**'
rules:
  overlapping-lanes: off
protect: [ci/**, src/secret.rs]
";

/// A patch, and what comes of it.
struct Scene {
    /// What is odd about it, or why it is not.
    what: &'static str,
    task: &'static str,
    strip: usize,
    text: String,
    /// The paths that git really writes; none where it refuses the patch.
    writes: Option<&'static [&'static str]>,
    /// How the gate ends: 0 where every path is in the lane, 3 where the patch is not judged.
    status: i32,
}

fn guarded() -> TestRepo {
    let repo = planned(GUARDED);
    for name in ["src/main.rs", "src/secret.rs", "docs/g.md", "packages/b/src/index.ts", "ci/run"] {
        repo.write(name, "one\n");
    }
    repo.write("src/index.ts", "one\n");
    repo.commit("files");
    repo.git(&["branch", "origin"]);
    repo
}

const HUNK: &str = "@@ -1 +1 @@\n-one\n+two\n";

/// A header of git's for these two names, with lines between, and a body.
fn git_header(names: &str, lines: &str, body: &str) -> String {
    format!("diff --git {names}\n{lines}{body}")
}

fn edit_of(old: &str, new: &str) -> String {
    format!("--- {old}\n+++ {new}\n{HUNK}")
}

/// Plays each scene, and asks the git at hand what it makes of it.
fn play(scenes: Vec<Scene>) {
    let repo = guarded();
    for Scene { what, task, strip, text, writes, status } in scenes {
        let patch = patch_file(&repo, "scene.patch", &text);
        let is_mail = text.starts_with("From ");
        let number = format!("-p{strip}");
        let take: &[&str] = if is_mail { &["am", "-q"] } else { &["apply", "--index"] };
        let output = repo
            .try_git(repo.root(), &[take, &[number.as_str(), patch.to_str().unwrap()]].concat());
        let list = repo.git(&["diff", "--name-only", "--no-renames", "origin", "HEAD"]);
        let staged = repo.git(&["diff", "--cached", "--name-only", "--no-renames"]);
        let written: Vec<&str> = list.lines().chain(staged.lines()).collect();
        let written = output.status.success().then_some(written);
        assert_eq!(written.as_deref(), writes, "{what}: {output:?}");
        let _ = std::fs::remove_dir_all(repo.path(".git/rebase-apply"));
        repo.git(&["reset", "-q", "--hard", "origin"]);
        let strip = format!("--strip={strip}");
        let diff = assigned(task, &patch);
        let arguments = ["--diff", &diff, &strip];
        let json = Gate::of(&repo, &arguments).json().ends_with(status);
        let rule = json.value["findings"][0]["rule"].as_str();
        let expected = match status {
            0 => &[][..],
            1 => &["foreign-lane", "out-of-lane"],
            _ => &["not-verified"],
        };
        let is_expected = rule.map_or(status == 0, |rule| expected.contains(&rule));
        assert!(is_expected, "{what}: {:#}", json.value);
    }
}

impl Scene {
    fn new(what: &'static str, task: &'static str, text: String) -> Scene {
        Scene { what, task, strip: 1, text, writes: None, status: 3 }
    }

    fn below(self, strip: usize) -> Scene {
        Scene { strip, ..self }
    }

    fn writes(self, paths: &'static [&'static str]) -> Scene {
        Scene { writes: Some(paths), ..self }
    }

    fn passes(self) -> Scene {
        Scene { status: 0, ..self }
    }

    fn strays(self) -> Scene {
        Scene { status: 1, ..self }
    }
}

#[test]
fn second_name_in_header() {
    const NEW: &str = "new file mode 100644\n";
    const GONE: &str = "deleted file mode 100644\n";
    const ADD: &str = "--- /dev/null\n+++ b/ci/evil.yml\n@@ -0,0 +1 @@\n+x\n";
    let deletion = |name: &str| format!("--- a/{name}\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n");
    play(vec![
        Scene::new("a protected file", "all", git_header("a/zl b/ci/evil.yml", NEW, ADD))
            .writes(&["ci/evil.yml"]),
        Scene::new("its own name", "all", git_header("a/ci/evil.yml b/ci/evil.yml", NEW, ADD))
            .writes(&["ci/evil.yml"])
            .strays(),
        Scene::new(
            "the plan",
            "all",
            git_header("a/lanes.yaml b/zl", GONE, "--- a/lanes.yaml\n+++ /dev/null\n"),
        ),
        Scene::new(
            "a protected file that goes",
            "all",
            git_header("a/ci/run b/zl", GONE, &deletion("ci/run")),
        )
        .writes(&["ci/run"]),
        Scene::new(
            "another task's file",
            "a",
            git_header(
                "a/packages/b/src/index.ts b/x/src/index.ts",
                "",
                &edit_of("a/packages/b/src/index.ts", "b/x/src/index.ts"),
            ),
        )
        .writes(&["packages/b/src/index.ts", "x/src/index.ts"]),
        Scene::new(
            "the same below prefixes of two components",
            "a",
            git_header(
                "a/packages/src/index.ts b/x/src/index.ts",
                "",
                &edit_of("a/packages/src/index.ts", "b/x/src/index.ts"),
            ),
        )
        .below(2)
        .writes(&["src/index.ts"])
        .passes(),
        Scene::new(
            "other prefixes of one component",
            "a",
            git_header(
                "old/src/main.rs new/src/main.rs",
                "",
                &edit_of("old/src/main.rs", "new/src/main.rs"),
            ),
        )
        .writes(&["src/main.rs"])
        .passes(),
        Scene::new(
            "the lines below name another file than the header",
            "a",
            git_header("a/src/main.rs b/src/main.rs", "", &edit_of("a/docs/g.md", "b/docs/g.md")),
        )
        .writes(&["docs/g.md"]),
        Scene::new(
            "a header without a change, whose names git goes on with",
            "a",
            format!(
                "{}\n{}",
                git_header("a/ci/run b/ci/run", "", ""),
                git_header("a/src/main.rs b/src/main.rs", "old mode 100644\nnew mode 100755\n", "")
            ),
        )
        .writes(&["ci/run"]),
    ]);
}

#[test]
fn carriage_return_in_name() {
    let rename = |from: &str, to: &str, end: &str| {
        git_header(
            &format!("a/{from} b/{to}"),
            &format!("similarity index 100%\nrename from {from}{end}\nrename to {to}{end}\n"),
            "",
        )
    };
    play(vec![
        Scene::new(
            "of a header of git's",
            "rs",
            git_header(
                "a/docs/g.md\r.rs b/docs/g.md\r.rs",
                "",
                &edit_of("a/docs/g.md\r.rs", "b/docs/g.md\r.rs"),
            ),
        )
        .writes(&["docs/g.md"]),
        Scene::new("of a plain header", "rs", edit_of("a/docs/g.md\r.rs", "b/docs/g.md\r.rs"))
            .writes(&["docs/g.md"]),
        Scene::new("of a rename", "rs", rename("src/main.rs", "docs/n.md\r.rs", ""))
            .writes(&["docs/n.md", "src/main.rs"]),
        Scene::new(
            "of a copy",
            "rs",
            rename("src/main.rs", "docs/n.md\r.rs", "").replace("rename", "copy"),
        )
        .writes(&["docs/n.md"]),
        Scene::new("two at the end", "rs", edit_of("a/src/main.rs\r\r", "b/src/main.rs\r\r"))
            .writes(&["src/main.rs"]),
        Scene::new("at the end of each line", "a", edit_of("a/src/main.rs\r", "b/src/main.rs\r"))
            .writes(&["src/main.rs"])
            .passes(),
        Scene::new("at the end of a rename", "rs", rename("src/main.rs", "src/n.rs", "\r"))
            .writes(&["src/main.rs", "src/n.rs"])
            .passes(),
        Scene::new(
            "written as git quotes it",
            "rs",
            "diff --git \"a/docs/n\\r.rs\" \"b/docs/n\\r.rs\"\nnew file mode 100644\n\
             index 0000000..e69de29\n--- /dev/null\n+++ \"b/docs/n\\r.rs\"\n@@ -0,0 +1 @@\n+x\n"
                .to_owned(),
        )
        .writes(&["\"docs/n\\r.rs\""])
        .passes(),
    ]);
}

#[test]
fn timestamp_after_plain_name() {
    const TIME: &str = "2020-01-01 00:00:00 +0000";
    let stamped = |name: &str, between: &str| {
        edit_of(&format!("a/{name}{between}{TIME}"), &format!("b/{name}{between}{TIME}"))
    };
    play(vec![
        Scene::new("a blank before it", "a", stamped("src/secret.rs", " "))
            .writes(&["src/secret.rs"]),
        Scene::new("several blanks before it", "all", stamped("ci/run", "   ")).writes(&["ci/run"]),
        Scene::new("a tab before it", "a", stamped("src/secret.rs", "\t"))
            .writes(&["src/secret.rs"])
            .strays(),
        Scene::new("a tab before it, in its lane", "a", stamped("src/main.rs", "\t"))
            .writes(&["src/main.rs"])
            .passes(),
        Scene::new(
            "a second tab, where git ends the name at the last",
            "a",
            edit_of("a/src/main.rs\tx\t2020-01-01", "b/src/main.rs\tx\t2020-01-01"),
        ),
        Scene::new(
            "a name that only looks so",
            "a",
            "--- /dev/null\n+++ b/src/2020-01-01 notes\n@@ -0,0 +1 @@\n+x\n".to_owned(),
        )
        .writes(&["src/2020-01-01 notes"])
        .passes(),
        Scene::new(
            "the same in a header of git's, where it is part of the name",
            "a",
            git_header(
                "a/src/n 2020-01-01 b/src/n 2020-01-01",
                "new file mode 100644\n",
                "--- /dev/null\n+++ b/src/n 2020-01-01\n@@ -0,0 +1 @@\n+x\n",
            ),
        )
        .writes(&["src/n 2020-01-01"])
        .passes(),
    ]);
}

#[test]
fn header_words_of_git() {
    let moved = |lines: &str| {
        git_header("a/src/main.rs b/src/n.rs", &format!("similarity index 100%\n{lines}"), "")
    };
    let hidden = |lines: &str| {
        let mode = "old mode 100644\nnew mode 100755\n";
        git_header("a/src/main.rs b/src/main.rs", &format!("{mode}{lines}"), "")
    };
    play(vec![
        Scene::new(
            "rename old, rename new",
            "a",
            hidden("rename old ci/run\nrename new src/n.rs\n"),
        )
        .writes(&["ci/run", "src/n.rs"]),
        Scene::new(
            "the same, honestly",
            "a",
            moved("rename old src/main.rs\nrename new src/n.rs\n"),
        )
        .writes(&["src/main.rs", "src/n.rs"]),
        Scene::new(
            "rename from, rename to",
            "a",
            moved("rename from src/main.rs\nrename to src/n.rs\n"),
        )
        .writes(&["src/main.rs", "src/n.rs"])
        .passes(),
        Scene::new("a copy", "a", moved("copy from src/main.rs\ncopy to src/n.rs\n"))
            .writes(&["src/n.rs"])
            .passes(),
        Scene::new(
            "a copy of a protected file",
            "a",
            git_header(
                "a/ci/run b/src/n.rs",
                "similarity index 100%\ncopy from ci/run\ncopy to src/n.rs\n",
                "",
            ),
        )
        .writes(&["src/n.rs"])
        .passes(),
        Scene::new(
            "a rename behind other names",
            "a",
            hidden("rename from ci/run\nrename to src/n.rs\n"),
        )
        .writes(&["ci/run", "src/n.rs"]),
        Scene::new(
            "a word given twice",
            "a",
            moved("rename from src/main.rs\nrename to src/n.rs\nrename to docs/n.rs\n"),
        )
        .writes(&["docs/n.rs", "src/main.rs"]),
        Scene::new(
            "a word behind `+++`",
            "a",
            format!(
                "diff --git a/src/main.rs b/src/main.rs\n--- a/src/main.rs\n+++ b/src/main.rs\n\
             rename to docs/n.rs\n{HUNK}",
            ),
        )
        .writes(&["docs/n.rs", "src/main.rs"]),
        Scene::new(
            "a word that git does not know ends the header",
            "all",
            format!(
                "diff --git a/src/main.rs b/src/main.rs\nold mode 100644\nnew mode 100755\n\
             mode of transport\n{}",
                edit_of("a/docs/g.md", "b/docs/g.md"),
            ),
        )
        .writes(&["docs/g.md", "src/main.rs"])
        .passes(),
    ]);
}

/// A mail with these headers, whose text shows an edit of `src/main.rs`.
fn mail(headers: &str, text: &str) -> String {
    format!(
        "From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\nFrom: A \
         <a@example.com>\nDate: Fri, 1 Mar 2024 00:00:00 +0000\nSubject: [PATCH] x\n{headers}\n\
         Words.\n---\n{text}"
    )
}

#[test]
fn mail_encodings() {
    let main = edit_of("a/src/main.rs", "b/src/main.rs");
    let evil = edit_of("a/ci/run", "b/ci/run");
    // `--- a/ci/run` as a quoted line, beside which the text shows nothing but a harmless edit.
    let quoted = format!("{main}{}", evil.replace("--- ", "=2D-- ").replace("+++ ", "=2B++ "));
    let both: &[&str] = &["ci/run", "src/main.rs"];
    let mut scenes = Vec::new();
    for value in [
        "quoted-printable",
        "Quoted-Printable; x=y",
        "\"quoted-printable\"",
        "\n quoted-printable",
        "(words) quoted-printable",
        "8bit\n\tquoted-printable",
        "=?us-ascii?q?quoted-printable?=",
    ] {
        let headers = format!("Content-Transfer-Encoding: {value}\n");
        scenes.push(Scene::new("an encoding", "a", mail(&headers, &quoted)).writes(both));
    }
    for value in ["8bit", "7bit", "binary", "8BIT", "\n 8bit"] {
        let headers = format!("Content-Transfer-Encoding: {value}\n");
        scenes.push(
            Scene::new("no encoding", "a", mail(&headers, &main)).writes(&["src/main.rs"]).passes(),
        );
    }
    scenes.extend([
        Scene::new(
            "base64 of another name",
            "a",
            mail("Content-Transfer-Encoding: x-base64\n", &main),
        ),
        Scene::new(
            "lines that are put together again",
            "a",
            mail(
                "Content-Type: text/plain; format=flowed\n",
                &format!("{main}{}", evil.replace("--- ", " --- ")),
            ),
        )
        .writes(both),
        Scene::new(
            "a charset in which another line is the header",
            "a",
            mail("Content-Type: text/plain; charset=UTF-7\n", &main),
        )
        .writes(&["src/main.rs"]),
        Scene::new("UTF-8", "a", mail("Content-Type: text/plain; charset=\"utf-8\"\n", &main))
            .writes(&["src/main.rs"])
            .passes(),
        Scene::new(
            "a header that a border hides",
            "a",
            mail(
                "Content-Type: multipart/mixed; boundary=X\n",
                "\n--X\n\ndiff --git a/src/main.rs b/src/main.rs\nold mode 100644\n\
                 new mode 100755\n--X\n\nrename from ci/run\nrename to src/n.rs\n",
            ),
        )
        .writes(&["ci/run", "src/n.rs"]),
        Scene::new(
            "a border behind the whole diff",
            "a",
            mail(
                "Content-Type: multipart/mixed; boundary=X\n",
                &format!("\n--X\n\n{main}\n--X--\n"),
            ),
        )
        .writes(&["src/main.rs"])
        .passes(),
    ]);
    play(scenes);
}

#[test]
fn names_without_a_prefix() {
    let both = |name: &str| format!("{name} {name}");
    let plain = |name: &str| edit_of(name, name);
    let nothing = |names: &str, mode: &str, old: &str, new: &str, range: &str, sign: &str| {
        git_header(names, mode, &format!("--- {old}\n+++ {new}\n@@ {range} @@\n{sign}one\n"))
    };
    play(vec![
        Scene::new(
            "equal names below one component",
            "all",
            git_header(&both("x/ci/run"), "", &plain("x/ci/run")),
        )
        .writes(&["ci/run"]),
        Scene::new(
            "equal names below none",
            "a",
            git_header(&both("src/main.rs"), "", &plain("src/main.rs")),
        )
        .below(0)
        .writes(&["src/main.rs"])
        .passes(),
        Scene::new("equal plain names", "all", plain("x/ci/run")).writes(&["ci/run"]),
        Scene::new("equal plain names below none", "a", plain("src/main.rs"))
            .below(0)
            .writes(&["src/main.rs"])
            .passes(),
        Scene::new(
            "a rename without prefixes",
            "a",
            git_header(
                "src/main.rs src/n.rs",
                "similarity index 100%\nrename from src/main.rs\nrename to src/n.rs\n",
                "",
            ),
        )
        .writes(&["src/main.rs", "src/n.rs"]),
        Scene::new(
            "the same below none",
            "a",
            git_header(
                "src/main.rs src/n.rs",
                "similarity index 100%\nrename from src/main.rs\nrename to src/n.rs\n",
                "",
            ),
        )
        .below(0)
        .writes(&["src/main.rs", "src/n.rs"])
        .passes(),
        Scene::new(
            "prefixes that are to stay",
            "all",
            plain("a/src/main.rs").replace("+++ a", "+++ b"),
        )
        .below(0),
        Scene::new("a name of too few components", "all", edit_of("a/README", "README")),
        Scene::new(
            "no `deleted file mode` beside `/dev/null`",
            "all",
            git_header(
                "a/src/main.rs b/src/main.rs",
                "index 0123456..789abcd 100644\n",
                "--- a/src/main.rs\n+++ /dev/null\n@@ -1 +1 @@\n-one\n+two\n",
            ),
        )
        .writes(&["dev/null", "src/main.rs"]),
        Scene::new(
            "`deleted file mode` beside `/dev/null`",
            "a",
            nothing(
                "a/src/main.rs b/src/main.rs",
                "deleted file mode 100644\n",
                "a/src/main.rs",
                "/dev/null",
                "-1 +0,0",
                "-",
            ),
        )
        .writes(&["src/main.rs"])
        .passes(),
        Scene::new(
            "no `new file mode` beside `/dev/null`",
            "a",
            nothing("a/src/n.rs b/src/n.rs", "", "/dev/null", "b/src/n.rs", "-0,0 +1", "+"),
        ),
        Scene::new(
            "`/dev/null` in quotes, which is a name",
            "all",
            "--- \"/dev/null\"\n+++ b/x\n@@ -0,0 +1 @@\n+x\n".to_owned(),
        )
        .writes(&["x"]),
    ]);
}

#[test]
fn hint_for_missing_prefix() {
    let repo = guarded();
    let text = git_header("src/main.rs src/main.rs", "", &edit_of("src/main.rs", "src/main.rs"));
    let diff = assigned("a", &patch_file(&repo, "a.patch", text));
    let json = Gate::of(&repo, &["--diff", &diff]).json().ends_with(3);
    let message = json.message("not-verified");
    assert!(message.contains("--strip N") && message.contains("--no-prefix"), "{message}");
    Gate::of(&repo, &["--diff", &diff, "--strip", "0"]).json().ends_with(0).finds(&[]);
    gate(&repo, &["--task=a", "--strip=0"]).ends_with(2).tells(&["--diff"]);
    gate(&repo, &["--diff", &diff, "--strip=-1"]).ends_with(2);
}

#[test]
fn linear_time_on_long_lines() {
    let repo = guarded();
    let blanks = " ".repeat(40_000);
    let headers = format!("diff --git a/{blanks} b/{blanks}x\nold mode 100644\nnew mode 100755\n");
    let slashes =
        format!("diff --git {}\nold mode 100644\nnew mode 100755\n", "a/ ".repeat(13_000));
    let link = "diff --git a/src/l b/src/l\nindex 1111111..2222222 120000\n--- a/src/l\n\
                +++ b/src/l\n@@ -1 +1 @@\n-a\n+b\n";
    for text in [
        format!("diff --git {}", " ".repeat(5_000_000)),
        headers.repeat(60),
        slashes.repeat(120),
        format!("--- a/{}\n+++ b/x\n{HUNK}", "x".repeat(1_000_000)),
        format!("Content-Type: {}\n", "boundary=x ".repeat(400_000)),
        "Content-Type: x; boundary=x\n".repeat(200_000),
        link.repeat(50_000),
        "x".repeat(50_000_000),
    ] {
        let diff = assigned("a", &patch_file(&repo, "a.patch", &text));
        let begun = std::time::Instant::now();
        gate(&repo, &["--diff", &diff]);
        let taken = begun.elapsed();
        assert!(taken.as_secs() < 5, "{taken:?}: {}", &text[..60]);
    }
}
