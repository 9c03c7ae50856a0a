//! `lanelint check --fix` as a person runs it: on real files, which are replaced whole or not at all.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use crate::harness::{Call, TestRepo, make_fifo, with_plan};

/// What a run of `check` wrote, and its status.
fn run(repo: &TestRepo, arguments: &[&str]) -> (i32, String, String) {
    let answer = Call::of(repo, &["check"]).args(arguments).run();
    (answer.status, answer.stdout, answer.stderr)
}

fn read(repo: &TestRepo, name: &str) -> String {
    fs::read_to_string(repo.path(name)).unwrap()
}

/// The names in the repository's root: nothing is left behind.
fn names(repo: &TestRepo) -> Vec<String> {
    let entries = fs::read_dir(repo.root()).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

const SLIPS: &str = "# ours\ntasks:\n  a:\n    write: [*.rs, ./src/**] # two\n    needs: bb\n  bbb:\n    write: doc/**\n";

#[test]
fn safe_fixes() {
    let repo = with_plan(SLIPS);
    fs::set_permissions(repo.path("lanes.yaml"), fs::Permissions::from_mode(0o640)).unwrap();
    let (status, stdout, stderr) = run(&repo, &["--fix", "--format", "concise"]);
    let fixed = SLIPS.replace("*.rs, ./src", "\"*.rs\", src");
    assert_eq!(read(&repo, "lanes.yaml"), fixed);
    assert_eq!(stderr, "fixed: lanes.yaml:4:13: quote it\nfixed: lanes.yaml:4:19: remove `./`\n");
    assert_eq!(status, 1);
    assert_eq!(stdout.lines().count(), 1, "{stdout}");
    assert!(stdout.contains("unknown task `bb`"), "{stdout}");
    assert_eq!(fs::metadata(repo.path("lanes.yaml")).unwrap().mode() & 0o777, 0o640);
    assert_eq!(names(&repo), [".git", "lanes.yaml"]);
    // A second run finds nothing left to fix.
    assert_eq!(run(&repo, &["--fix", "--format", "concise"]), (1, stdout, String::new()));
    assert_eq!(read(&repo, "lanes.yaml"), fixed);
}

#[test]
fn unsafe_fixes() {
    let repo = with_plan(SLIPS);
    let (status, _, stderr) = run(&repo, &["--fix=all"]);
    assert_eq!(status, 0, "{stderr}");
    assert!(
        stderr.starts_with("warning: lanes.yaml:5:12: replace with `bbb` (may change a lane)\n"),
        "{stderr}"
    );
    assert_eq!(stderr.lines().filter(|line| line.starts_with("fixed: ")).count(), 3, "{stderr}");
    let fixed = SLIPS.replace("*.rs, ./src", "\"*.rs\", src").replace("bb\n  bbb", "bbb\n  bbb");
    assert_eq!(read(&repo, "lanes.yaml"), fixed);
    assert_eq!(run(&repo, &["--fix=all", "--quiet"]), (0, String::new(), String::new()));
}

#[test]
fn choices_are_not_applied() {
    let text = "tasks:\n  a: {write: src/**}\n  b: {write: src/x}\n  c: {}\n";
    let repo = with_plan(text);
    let (status, stdout, stderr) = run(&repo, &["--fix=all"]);
    assert_eq!((status, stderr.as_str()), (1, ""));
    assert!(stdout.contains("exclude `src/x` from `a`"), "{stdout}");
    assert!(stdout.contains("or: add `needs: a` to `b`"), "{stdout}");
    assert_eq!(read(&repo, "lanes.yaml"), text);
}

#[test]
fn line_endings_and_bom() {
    let repo = with_plan("\u{feff}tasks:\r\n  a:\r\n    write: ./x # c\r\n");
    let (status, _, stderr) = run(&repo, &["--fix"]);
    assert_eq!(status, 0, "{stderr}");
    assert_eq!(read(&repo, "lanes.yaml"), "\u{feff}tasks:\r\n  a:\r\n    write: x # c\r\n");
}

#[test]
fn unchanged_files_are_not_written() {
    let repo = TestRepo::new();
    repo.write(".lanes/a.yaml", "tasks: {a: {write: ./a}}\n");
    repo.write(".lanes/b.json", "{\"tasks\": {\"b\": {\"write\": [\"/b\", \"b//c\"]}}}\n");
    repo.write(".lanes/c.yaml", "tasks: {c: {write: c, needs: [a, b]}}\n");
    let before = fs::metadata(repo.path(".lanes/c.yaml")).unwrap().ino();
    let (status, _, stderr) = run(&repo, &["--fix"]);
    assert_eq!(status, 0, "{stderr}");
    assert_eq!(read(&repo, ".lanes/a.yaml"), "tasks: {a: {write: a}}\n");
    assert_eq!(
        read(&repo, ".lanes/b.json"),
        "{\"tasks\": {\"b\": {\"write\": [\"b\", \"b/c\"]}}}\n"
    );
    assert_eq!(fs::metadata(repo.path(".lanes/c.yaml")).unwrap().ino(), before);
    assert_eq!(stderr.lines().count(), 3, "{stderr}");
}

/// Nothing was written, and the call ends with status 2 and these words.
fn refused(repo: &TestRepo, arguments: &[&str], words: &str) {
    let (status, stdout, stderr) = run(repo, arguments);
    assert_eq!((status, stdout.as_str()), (2, ""), "{stderr}");
    assert!(stderr.contains(words), "{stderr}");
    assert!(!stderr.contains("fixed: "), "{stderr}");
}

#[test]
fn unwritable_plans() {
    let typo = "tasks: {a: {write: ./a}}\n";
    let repo = with_plan(typo);
    refused(&repo, &["--fix", "-"], "standard input");
    let closed = fs::Permissions::from_mode(0o444);
    fs::set_permissions(repo.path("lanes.yaml"), closed.clone()).unwrap();
    refused(&repo, &["--fix"], "is read-only");
    assert_eq!(read(&repo, "lanes.yaml"), typo);

    let repo = TestRepo::new();
    repo.write("real.yaml", typo);
    symlink("real.yaml", repo.path("lanes.yaml")).unwrap();
    refused(&repo, &["--fix"], "lanes.yaml is a symbolic link");
    assert_eq!(read(&repo, "real.yaml"), typo);

    // One of two files is read-only: neither is written.
    let repo = TestRepo::new();
    repo.write(".lanes/a.yaml", typo);
    repo.write(".lanes/b.yaml", "tasks: {b: {write: ./b}}\n");
    fs::set_permissions(repo.path(".lanes/b.yaml"), closed).unwrap();
    refused(&repo, &["--fix"], "is read-only");
    assert_eq!(read(&repo, ".lanes/a.yaml"), typo);
    assert_eq!(fs::read_dir(repo.path(".lanes")).unwrap().count(), 2);
}

#[test]
fn unwritable_plan_without_fixes() {
    let repo = TestRepo::new();
    repo.write("real.yaml", "tasks: {a: {write: a}}\n");
    symlink("real.yaml", repo.path("lanes.yaml")).unwrap();
    assert_eq!(run(&repo, &["--fix", "--quiet"]), (0, String::new(), String::new()));
}

#[test]
fn plan_as_fifo() {
    let repo = TestRepo::new();
    make_fifo(&repo.path("plan"));
    let path = repo.path("plan");
    let writer = std::thread::spawn(move || fs::write(path, "tasks: {a: {write: ./a}}\n").unwrap());
    refused(&repo, &["--fix", "plan"], "not a regular file");
    writer.join().unwrap();
}

/// The flag takes no argument that stands apart: what follows is the plan.
#[test]
fn fix_flag_values() {
    let repo = TestRepo::new();
    repo.write("all", "tasks: {a: {write: ./a}}\n");
    assert_eq!(run(&repo, &["--fix", "all"]).0, 0);
    assert_eq!(read(&repo, "all"), "tasks: {a: {write: a}}\n");
    assert_eq!(run(&repo, &["--fix=some"]).0, 2);
}

/// What `check --fix` makes of a plan beside these files, and what it wrote on standard error.
fn fixed(plan: &str, files: &[&str]) -> (i32, String, String) {
    let repo = with_plan(plan);
    for file in files {
        repo.write(file, "");
    }
    repo.git(&["add", "-A"]);
    let (status, _, stderr) = run(&repo, &["--fix", "--format", "concise"]);
    (status, read(&repo, "lanes.yaml"), stderr)
}

/// Nothing of this may be written: each changed a lane, or what a plan says.
#[test]
fn no_safe_fix() {
    for plan in [
        // Redundant only together with a glob that stays.
        "tasks:\n  t: {write: [\"!a\", a, b]}\n",
        "tasks:\n  t: {write: [a, b, \"!a\"]}\n",
        // Takes from what is shared.
        "share: log\ntasks:\n  t: {write: [src/**, \"!log\"]}\n",
        // Misspelled: by the files, and by the lane's own globs.
        "tasks:\n  t: {write: [docs/**, \"!src/contnet/schema/**\"]}\n",
        "tasks:\n  t: {write: [lib/parser/**, \"!lib/parsers/x/**\"]}\n",
        "tasks:\n  t: {write: [src/content/**, \"!docs\"]}\n",
        // One string out of a plan.
        "{\"tasks\": {\"a\": {\"write\": \"src/x\"}}}}\n",
        "{\"tasks\": {\"a\": {\"write\": [\"src/x\"] \"needs\": []}}}\n",
        "{\"tasks\": {\"a\": {\"write\": \"src\\main.rs\"}}}\n",
        "```yaml\ntasks:\n  a: {write: docs/**}\n```\n",
        "tasks:\n  a: *.rs\n",
        "tasks:\n  a:\n    write:\n      - *.rs, *.md\n",
        // A misspelled alias.
        "x-lane: &lane [src/**]\ntasks:\n  t: {write: *lnae}\n",
        // No path of the repository, or nobody knows which.
        "tasks:\n  t: {write: /home/me/site/src/**}\n",
        "tasks:\n  t: {write: \"~/src/**\"}\n",
        "tasks:\n  t: {write: $HOME/src/**}\n",
        "tasks:\n  t: {write: /}\n",
        "tasks:\n  t: {write: \"x[post-id]/x\"}\n",
        "tasks:\n  t: {write: \"[a-e-n]\"}\n",
        "tasks:\n  t: {write: true}\n",
    ] {
        let (_, text, stderr) = fixed(plan, &["src/content/schema/a", "docs/x", "lib/parser/y"]);
        assert_eq!(text, plan, "{stderr}");
        assert!(!stderr.contains("fixed: ") && !stderr.contains("bug: "), "{plan}: {stderr}");
    }
}

/// The nearest to these, where there is nothing to know.
#[test]
fn safe_fixes_beside_unsafe_ones() {
    for (plan, expected) in [
        (
            "tasks:\n  t: {write: [\"!a\", \"!a\", \"[a-b]\"]}\n",
            "tasks:\n  t: {write: [\"!a\", \"[a-b]\"]}\n",
        ),
        ("tasks:\n  t: {write: [a, a, b, \"!docs/**\"]}\n", "tasks:\n  t: {write: [a, b]}\n"),
        (
            "tasks:\n  t: {write: [src/**, src/content/**, \"!docs/schema/**\"]}\n",
            "tasks:\n  t: {write: [src/**]}\n",
        ),
        // The exclusion stays, and with it the glob that it takes.
        (
            "tasks:\n  t: {write: [\"!src/a\", src/a, b, b, docs/**, docs/x]}\n",
            "tasks:\n  t: {write: [\"!src/a\", src/a, b, docs/**]}\n",
        ),
        ("tasks:\n  a: {write: src/{a,b}/**}\n", "tasks:\n  a: {write: \"src/{a,b}/**\"}\n"),
        (
            "{\"tasks\": {\"a\": {\"write\": [\"src/x\", *.rs]}}}\n",
            "{\"tasks\": {\"a\": {\"write\": [\"src/x\", \"*.rs\"]}}}\n",
        ),
        (
            "tasks:\n  a: {\n    write: [*.rs, src/**, !src/x], needs: b}\n  b: {write: src/{p,q}}\n",
            "tasks:\n  a: {\n    write: [\"*.rs\", src/**, \"!src/x\"], needs: b}\n  b: {write: \"src/{p,q}\"}\n",
        ),
        (
            "tasks:\n  t: {write: [app/**, src/[id]/**, !app/[id], x/{a,b}]}\n",
            "tasks:\n  t: {write: [app/**, \"src/\\\\[id\\\\]/**\", \"!app/\\\\[id\\\\]\", \"x/{a,b}\"]}\n",
        ),
        ("tasks:\n  t: {write: /docs/**}\n", "tasks:\n  t: {write: docs/**}\n"),
        ("tasks:\n  t: {write: ./home/**}\n", "tasks:\n  t: {write: home/**}\n"),
    ] {
        let (_, text, stderr) = fixed(plan, &["src/content/schema/one", "docs/x"]);
        assert_eq!(text, expected, "{stderr}");
        assert!(stderr.contains("fixed: "), "{plan}: {stderr}");
    }
}

/// An absolute path below the root is written from there, through a link to the root too.
#[test]
fn absolute_paths() {
    let repo = TestRepo::new();
    let root = repo.root().canonicalize().unwrap();
    let root = root.to_str().unwrap();
    let plan = format!("tasks:\n  a: {{write: {root}/src/**}}\n  b: {{write: {root}x/src}}\n");
    repo.write("lanes.yaml", &plan);
    run(&repo, &["--fix"]);
    assert_eq!(read(&repo, "lanes.yaml"), plan.replace(&format!("{root}/"), ""));
}

#[test]
fn fenced_plan() {
    let plan = "# The plan\n\n```yaml\ntasks:\n  a: {write: *.rs, wirte: x}\n```\n";
    let (status, stdout, stderr) = run(&with_plan(plan), &[]);
    assert_eq!(status, 2);
    let told = stdout + &stderr;
    assert_eq!(told.matches("error[").count(), 1, "{told}");
    assert!(
        told.contains("inside a Markdown code fence") && told.contains("lanes.yaml:3:1"),
        "{told}"
    );
}

#[test]
fn bracket_names() {
    let plan = "tasks:\n  a:\n    write: [\"app/[id]/**\", 'app/[post-id]/[...slug].tsx']\n  b:\n    \
                write: app/[[...rest]]/**\n";
    let repo = with_plan(plan);
    repo.write("app/[id]/page.tsx", "");
    repo.git(&["add", "."]);
    let who = || Call::of(&repo, &["who", "app/[id]/page.tsx"]).run();
    assert_eq!(who().status, 3, "the lane is unknown until then");
    let (status, stdout, _) = run(&repo, &["--fix", "--format", "concise"]);
    assert_eq!((status, &*stdout), (0, ""));
    assert_eq!(
        read(&repo, "lanes.yaml"),
        plan.replace("[id]", r"\\[id\\]")
            .replace("[post-id]", r"\[post-id\]")
            .replace("[...slug]", r"\[...slug\]")
            .replace("app/[[...rest]]/**", r#""app/\\[\\[...rest\\]\\]/**""#)
    );
    let answer = who();
    assert_eq!(answer.status, 0);
    assert!(answer.stdout.contains("  a: app/\\[id\\]/** "), "{}", answer.stdout);
}

#[test]
fn spelled_out_brackets() {
    let plan = "tasks:\n  a:\n    write: x[ab]/**\n";
    let repo = with_plan(plan);
    repo.write("x[ab]/y", "");
    repo.git(&["add", "."]);
    let (status, stdout, _) = run(&repo, &["--fix", "--format", "concise"]);
    assert_eq!(status, 0);
    assert!(stdout.contains("warning[literal-brackets]"), "{stdout}");
    assert_eq!(read(&repo, "lanes.yaml"), plan, "a class may be meant");
    run(&repo, &["--fix=all"]);
    assert_eq!(read(&repo, "lanes.yaml"), plan.replace("x[ab]/**", r#""x\\[ab\\]/**""#));
}

#[test]
fn leftovers_of_prose() {
    let plan = r#"tasks:
  a:
    write:
      - src/*.ts (new)
      - "docs/a.md, docs/b.md" # both
      - '!src/x.ts:10-40'
  b:
    write: lib/a/, lib/b/
  c: {write: ["`gen/a` and `gen/b`", {brace}]}
  d:
    write: |
      etc/a
      etc/b
  e: {write: etc/c }
"#
    .replace("{brace}", "\"out/{x, y}.js\"");
    let fixed = r#"tasks:
  a:
    write:
      - src/*.ts
      - "docs/a.md"
      - "docs/b.md" # both
      - '!src/x.ts'
  b:
    write: ["lib/a/", "lib/b/"]
  c: {write: ["gen/a", "gen/b", "out/{x,y}.js"]}
  d:
    write: ["etc/a", "etc/b"]
  e: {write: etc/c }
"#;
    let repo = with_plan(&plan);
    let (status, stdout, _) = run(&repo, &["--format", "concise"]);
    assert_eq!((status, stdout.matches("error[leftover-text]").count()), (1, 7), "{stdout}");
    // The lanes are known, so other rules see them.
    let who = || Call::of(&repo, &["who", "lib/b/x", "etc/b", "docs/b.md", "out/y.js"]).run();
    let owners = |answer: &str| answer.matches("\n  ").count();
    let before = who();
    assert_eq!((before.status, owners(&before.stdout)), (0, 4), "{}", before.stdout);
    let (status, stdout, stderr) = run(&repo, &["--fix", "--format", "concise"]);
    assert_eq!((status, &*stdout), (0, ""), "{stderr}");
    assert_eq!(read(&repo, "lanes.yaml"), fixed);
    assert_eq!(owners(&who().stdout), 4);
}

#[test]
fn overlap_behind_leftover() {
    let repo = with_plan("tasks:\n  a: {write: \"src/a/, src/b/\"}\n  b: {write: src/a/x.py}\n");
    let (status, stdout, _) = run(&repo, &["--format", "concise"]);
    assert_eq!(status, 1);
    assert!(stdout.contains("`a` and `b` may both write `src/a/x.py`"), "{stdout}");
}

/// What remains is just these paths, and an exclusion is refused where it always is.
#[test]
fn no_more_than_what_remains() {
    let repo = with_plan("tasks:\n  a: {write: \"src/x lib/b,c\"}\nprotect: \"!src/y (new)\"\n");
    let (_, stdout, _) = run(&repo, &["--format", "concise"]);
    assert!(stdout.contains("an exclusion outside of `write` and `read`"), "{stdout}");
    let sound = "tasks:\n  a: {write: \"src/x lib/b,c\"}\n";
    repo.write("lanes.yaml", sound);
    for (path, is_in_lane) in [("src/x", true), ("lib/b,c", true), ("lib/b", false), ("c", false)] {
        let answer = Call::of(&repo, &["who", path]).run();
        assert_eq!(answer.stdout.contains("  a: "), is_in_lane, "{path}: {}", answer.stdout);
    }
}

/// An exclusion in a list of paths may be meant for one of them, or for the lane.
#[test]
fn exclusion_among_several_paths() {
    let plan = "tasks:\n  a: {write: \"src/**, !src/x\"}\n";
    let repo = with_plan(plan);
    run(&repo, &["--fix"]);
    assert_eq!(read(&repo, "lanes.yaml"), plan);
    assert_eq!(Call::of(&repo, &["who", "src/a"]).run().status, 3);
    run(&repo, &["--fix=all"]);
    let fixed = "tasks:\n  a: {write: [\"src/**\", \"!src/x\"]}\n";
    assert_eq!(read(&repo, "lanes.yaml"), fixed);
}

#[test]
fn placeholders_leave_lanes_unknown() {
    for text in ["TBD", "src/<module>/**", "none", "..."] {
        let repo = with_plan(&format!("tasks:\n  a: {{write: \"{text}\"}}\n"));
        let (status, stdout, _) = run(&repo, &["--fix", "--format", "concise"]);
        assert_eq!(status, 1, "{text}");
        assert!(stdout.contains("a placeholder"), "{stdout}");
        assert_eq!(Call::of(&repo, &["who", "src/x"]).run().status, 3, "{text}");
    }
}

/// A file of exactly this name makes it a name, on disk and in the base's commit alike.
#[test]
fn names_of_existing_files() {
    let plan = "tasks:\n  a:\n    write: [a.ts (new), \"x, y/z\"]\n";
    let repo = with_plan(plan);
    let count = || run(&repo, &["--format", "concise"]).1.matches("leftover-text").count();
    assert_eq!(count(), 2);
    repo.write("a.ts (new)", "");
    repo.write("x, y/z", "");
    assert_eq!(count(), 0);
    assert_eq!(Call::of(&repo, &["who", "a.ts (new)"]).run().stdout.matches("  a: ").count(), 1);
    repo.git(&["add", "."]);
    repo.git(&["commit", "-qm", "base"]);
    repo.git(&["checkout", "-qb", "a"]);
    repo.write("a.ts (new)", "changed");
    repo.git(&["commit", "-qam", "work"]);
    let gate = || Call::of(&repo, &["gate", "--task", "a"]).run();
    assert_eq!(gate().status, 0, "{}", gate().stdout);
    repo.write("a.ts", "");
    repo.git(&["add", "."]);
    repo.git(&["commit", "-qm", "more"]);
    assert_eq!(gate().status, 1, "the name without the note is outside");
}

#[test]
fn gate_of_leftovers() {
    let repo = with_plan("tasks:\n  a: {write: \"src/a.ts (new)\"}\n  b: {write: TBD}\n");
    repo.git(&["add", "."]);
    repo.git(&["commit", "-qm", "base"]);
    for (task, status) in [("a", 0), ("b", 3)] {
        repo.git(&["checkout", "-qb", task, "main"]);
        repo.write("src/a.ts", task);
        repo.git(&["add", "."]);
        repo.git(&["commit", "-qm", "work"]);
        let answer = Call::of(&repo, &["gate", "--task", task, "--format", "concise"]).run();
        assert_eq!(answer.status, status, "{}", answer.stdout);
        assert_eq!(answer.stdout.contains("leftover-text"), task == "b", "{}", answer.stdout);
    }
}
