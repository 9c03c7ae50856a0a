//! `lanelint check` as a person or a CI job runs it.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::harness::{Answer, Call, LANELINT, TestRepo, with_plan};

const OVERLAP: &str = "tasks:\n  a: {write: src/**}\n  b: {write: src/x}\n";
const SOUND: &str = "tasks:\n  a: {write: src/**}\n  b: {write: doc/**}\n";

fn call(dir: &Path, arguments: &[&str]) -> Call {
    Call::in_dir(dir, &["check"]).args(arguments)
}

fn run_in(dir: &Path, arguments: &[&str]) -> Answer {
    call(dir, arguments).run()
}

fn run(repo: &TestRepo, arguments: &[&str]) -> Answer {
    run_in(repo.root(), arguments)
}

/// The one finding of a plan, as JSON.
fn finding(plan: &str) -> Value {
    let found = run(&with_plan(plan), &["--format", "json"]).json();
    let findings = found["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{found:#}");
    findings[0].clone()
}

#[test]
fn plan_names_and_parent_folders() {
    for name in [
        "lanes.yaml",
        "lanes.yml",
        ".lanes.yaml",
        ".lanes.yml",
        ".github/lanes.yaml",
        ".github/lanes.yml",
        ".lanes/a.yaml",
        ".lanes/b.json",
    ] {
        let repo = TestRepo::new();
        let json = name.ends_with("json");
        repo.write(name, if json { r#"{"tasks": {"a": {"write": "x"}}}"# } else { SOUND });
        repo.write("deep/er/x", "");
        for dir in ["", "deep/er"] {
            let ran = run_in(&repo.path(dir), &["--format", "json"]);
            assert_eq!(ran.status, 0, "{name}: {}", ran.stderr);
            assert_eq!(ran.json()["plan"], json!([name]));
        }
    }
}

#[test]
fn nearest_plan_wins() {
    let repo = with_plan(OVERLAP);
    repo.write("sub/lanes.yaml", SOUND);
    repo.write("sub/deep/x", "");
    let ran = run_in(&repo.path("sub/deep"), &["--format", "json"]);
    assert_eq!((ran.status, &ran.json()["plan"]), (0, &json!(["sub/lanes.yaml"])));
    assert_eq!(run(&repo, &[]).status, 1);
}

#[test]
fn two_plans_in_one_folder() {
    for other in [".lanes.yaml", "lanes.yml", ".github/lanes.yml", ".lanes/a.yaml"] {
        let repo = with_plan(SOUND);
        repo.write(other, SOUND);
        let ran = run(&repo, &[]);
        ran.is_unusable("several plans");
        let name = other.strip_suffix("/a.yaml").unwrap_or(other);
        assert!(ran.stderr.contains("lanes.yaml") && ran.stderr.contains(name), "{}", ran.stderr);
    }
}

#[test]
fn missing_plan() {
    run(&TestRepo::new(), &[]).is_unusable("no plan found");
    let repo = TestRepo::new();
    run(&repo, &["gone.yaml"]).is_unusable("gone.yaml");
    repo.write("empty/README.md", "");
    run(&repo, &["empty"]).is_unusable("no plan files");
    // Beyond the repository's root nobody looks.
    let outside = TestRepo::without_git();
    outside.write("lanes.yaml", SOUND);
    let inner = outside.path("inner");
    fs::create_dir(&inner).unwrap();
    outside.git_in(&inner, &["init", "-q"]);
    run_in(&inner, &[]).is_unusable("no plan found");
}

#[test]
fn plan_file_folder_or_stdin() {
    let repo = TestRepo::new();
    repo.write("plans/b.yaml", "tasks: {b: {write: src/x}}\n");
    repo.write("plans/a.yml", "tasks: {a: {write: src/**}}\n");
    repo.write("plans/c.json", "{\"tasks\": {\"c\": {\"write\": \"doc/x\"}}}");
    repo.write("plans/README.md", "no plan");
    repo.write("plans/below/d.yaml", "tasks: {d: {write: src/x}}\n");
    std::os::unix::fs::symlink("b.yaml", repo.path("plans/link.yaml")).unwrap();
    std::os::unix::fs::symlink("..", repo.path("plans/loop")).unwrap();
    let ran = run(&repo, &["plans", "--format", "json"]);
    let found = ran.json();
    assert_eq!(found["plan"], json!(["plans/a.yml", "plans/b.yaml", "plans/c.json"]));
    assert_eq!(found["summary"]["tasks"], 3);
    assert_eq!(found["findings"][0]["labels"][1]["file"], "plans/b.yaml");
    assert!(ran.stderr.contains("link.yaml"), "{}", ran.stderr);

    let ran = run(&repo, &["plans/a.yml", "--format", "json"]);
    assert_eq!((ran.status, &ran.json()["plan"]), (0, &json!(["plans/a.yml"])));

    let ran = call(repo.root(), &["-", "--format", "json"]).stdin(OVERLAP).run();
    assert_eq!((ran.status, &ran.json()["plan"]), (1, &json!(["-"])));
    assert_eq!(ran.json()["findings"][0]["labels"][0]["file"], "-");
}

#[test]
fn paths_relative_to_root() {
    let repo = TestRepo::new();
    repo.write("sub/plan.yaml", OVERLAP);
    repo.write("sub/src/x", "");
    repo.write("src/x", "");
    repo.commit("all");
    let existing = |arguments: &[&str]| {
        let found = run(&repo, &[arguments, &["--format", "json"]].concat()).json();
        (found["plan"][0].clone(), found["summary"]["files"].clone())
    };
    assert_eq!(existing(&["sub/plan.yaml"]), (json!("sub/plan.yaml"), json!(3)));
    assert_eq!(existing(&["sub/plan.yaml", "--root", "sub"]), (json!("plan.yaml"), json!(2)));
    run(&repo, &["sub/plan.yaml", "--root", "gone"]).is_unusable("is not a directory");
    run(&repo, &["sub/plan.yaml", "--root", "src/x"]).is_unusable("is not a directory");
    // A plan outside of any repository: the one that holds the working directory counts.
    let outside = repo.beside("plan.yaml");
    fs::write(&outside, OVERLAP).unwrap();
    let found = run(&repo, &[outside.to_str().unwrap(), "--format", "json"]).json();
    assert_eq!(found["summary"]["files"], 3);
    // Neither in one: the plan's folder.
    let plain = TestRepo::without_git();
    plain.write("sub/plan.yaml", OVERLAP);
    plain.write("sub/src/x", "");
    let found = run(&plain, &["sub/plan.yaml", "--format", "json"]).json();
    assert_eq!((&found["plan"][0], &found["summary"]["files"]), (&json!("plan.yaml"), &json!(2)));
}

#[test]
fn existing_files_considered() {
    let plan = "tasks:\n  a: {write: [src/**, '!src/3']}\n  b: {write: src/**}\nshare: src/4\n";
    let existing = |repo: &TestRepo| {
        let found = run(repo, &["--format", "json"]).json();
        let finding = &found["findings"][0];
        (
            finding["path"].clone(),
            finding["data"]["existing"].clone(),
            found["summary"]["files"].clone(),
        )
    };
    let names: Vec<String> = (1..=9).map(|name| format!("src/{name}")).collect();
    let expected = json!({"count": 7, "sample": ["src/1", "src/2", "src/5", "src/6", "src/7"]});
    for repo in [with_plan(plan), TestRepo::without_git()] {
        repo.write("lanes.yaml", plan);
        names.iter().for_each(|name| repo.write(name, ""));
        if repo.path(".git").exists() {
            repo.write("src/0", "untracked");
            repo.git(&["add", "--", "lanes.yaml"]);
            assert_eq!(
                existing(&repo),
                (json!("src/0"), json!({"count": 0, "sample": []}), json!(1))
            );
            names.iter().for_each(|name| drop(repo.git(&["add", "--", name])));
        }
        assert_eq!(existing(&repo), (json!("src/1"), expected.clone(), json!(10)));
    }
}

#[test]
fn formats_to_files_and_stdout() {
    let repo = with_plan(OVERLAP);
    let ran = run(&repo, &["--format", "concise"]);
    assert_eq!(
        (ran.status, ran.stdout.as_str(), ran.stderr.as_str()),
        (1, "lanes.yaml:2:14: error[overlapping-lanes] `a` and `b` may both write `src/x`\n", "")
    );
    let ran = run(&repo, &["--format", "json=out.json", "--format=concise=out.txt"]);
    assert!(ran.stdout.contains("overlapping-lanes"), "people are told beside the files");
    let written: Value = serde_json::from_slice(&fs::read(repo.path("out.json")).unwrap()).unwrap();
    assert_eq!(written["version"], 1);
    assert!(fs::read_to_string(repo.path("out.txt")).unwrap().starts_with("lanes.yaml:2:14:"));
    let ran = run(&repo, &["--quiet", "--format", "human=human.txt"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""));
    assert!(fs::read_to_string(repo.path("human.txt")).unwrap().contains("`a` and `b`"));
    assert_eq!(run(&repo, &["-q", "--format", "json"]).json()["version"], 1);

    run(&repo, &["--format", "json", "--format", "concise"]).is_unusable("only one format");
    run(&repo, &["--format", "yaml"])
        .is_unusable("expected human, concise, json, sarif, github, gitlab, junit or markdown");
    run(&repo, &["--format", "json="]).is_unusable("missing file name");
    run(&repo, &["--format", "json=no/such/folder"]).is_unusable("no/such/folder");
    run(&repo, &["--no-such-flag"]).is_unusable("--no-such-flag");
    run(&repo, &["one", "two"]).is_unusable("two");
}

#[test]
fn invalid_format_choices() {
    let repo = with_plan(OVERLAP);
    run(&repo, &["--format=json=out.json", "--format=json", "--format=concise"])
        .is_unusable("one format");
    assert!(!repo.path("out.json").exists());
}

#[test]
fn colour_only_on_request() {
    let repo = with_plan(OVERLAP);
    let colored = |arguments: &[&str], variables: &[(&str, &str)]| {
        let call = call(repo.root(), arguments).env("TERM", "xterm-256color");
        let call = variables.iter().fold(call, |call, (name, value)| call.env(name, value));
        call.output().stdout.contains(&0x1b)
    };
    assert!(!colored(&[], &[]), "a pipe");
    assert!(!colored(&[], &[("CLICOLOR_FORCE", "1"), ("FORCE_COLOR", "1")]), "a pipe, still");
    assert!(colored(&["--color", "always"], &[]));
    assert!(colored(&["--color", "always"], &[("NO_COLOR", "1")]), "the flag is nearer");
    assert!(!colored(&["--color", "never"], &[]));
    for format in ["json", "concise"] {
        assert!(!colored(&["--color", "always", "--format", format], &[]), "{format}");
    }
    run(&repo, &["--color", "sometimes"]).is_unusable("sometimes");
    let _ = run(&repo, &["--format", "human=plain.txt"]);
    assert!(!fs::read_to_string(repo.path("plain.txt")).unwrap().contains('\u{1b}'));
}

/// Runs the program on a terminal, as `script` makes one, and gives what is shown there.
fn on_terminal(repo: &TestRepo, variables: &[(&str, &str)]) -> Option<String> {
    let mut command = Command::new("script");
    command.args(["-qec", &format!("'{LANELINT}' check"), "/dev/null"]).current_dir(repo.root());
    command.env("TERM", "xterm").env_remove("NO_COLOR").envs(variables.iter().copied());
    let output = command.stdin(Stdio::null()).output().ok()?;
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    shown.contains("overlapping-lanes").then_some(shown)
}

#[test]
fn colour_on_terminals() {
    let repo = with_plan(OVERLAP);
    // Without `script`, there is no terminal to be had.
    let Some(shown) = on_terminal(&repo, &[]) else { return };
    assert!(shown.contains("\u{1b}["));
    for plain in [[("NO_COLOR", "1")], [("TERM", "dumb")]] {
        assert!(!on_terminal(&repo, &plain).unwrap().contains("\u{1b}["), "{plain:?}");
    }
    assert!(on_terminal(&repo, &[("NO_COLOR", "")]).unwrap().contains("\u{1b}["), "empty is unset");
}

#[test]
fn exit_statuses() {
    let undecided = lanelint::rules::rule("undecided").unwrap().example.plan;
    let both = format!("{undecided}  c: {{title: t}}\n");
    let warning = format!("{OVERLAP}rules: {{overlapping-lanes: warning}}\n");
    let note = format!("{OVERLAP}rules: {{overlapping-lanes: note}}\n");
    let off = format!("{OVERLAP}rules: {{overlapping-lanes: off}}\n");
    for (plan, arguments, status) in [
        (SOUND, &[][..], 0),
        (OVERLAP, &[], 1),
        (OVERLAP, &["--exit-zero"], 0),
        (&warning, &[], 0),
        (&warning, &["--deny-warnings"], 1),
        (&warning, &["--deny-warnings", "--exit-zero"], 0),
        (&note, &["--deny-warnings"], 0),
        (&off, &["--deny-warnings"], 0),
        (undecided, &[], 3),
        (undecided, &["--exit-zero"], 3),
        (&both, &[], 3),
        ("tasks: {}\n", &[], 2),
        ("tasks: {}\n", &["--exit-zero"], 2),
    ] {
        let repo = with_plan(plan);
        for format in ["human", "concise", "json"] {
            let ran = run(&repo, &[arguments, &["--format", format]].concat());
            assert_eq!(ran.status, status, "{plan} {arguments:?} {format}: {}", ran.stderr);
        }
    }
}

#[test]
fn closed_pipe() {
    let tasks: String = (0..400).map(|task| format!("  t{task}: {{write: '**'}}\n")).collect();
    let repo = with_plan(&format!("tasks:\n{tasks}"));
    for format in ["human", "concise", "json"] {
        let mut child = call(repo.root(), &["--format", format])
            .command()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = [0];
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut first).unwrap();
        drop(stdout);
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(1), ""), "{format}");
    }
}

#[test]
fn allowed_findings_are_grouped() {
    let others: String = (0..12)
        .map(|n| {
            format!(
                "  t{n}: {{write: log, needs: {}}}\n",
                if n == 0 { "[]".to_owned() } else { format!("t{}", n - 1) }
            )
        })
        .collect();
    let plan = format!(
        "tasks:\n  a:\n    write: log\n    allow: [{{rule: overlapping-lanes, reason: append-only}}]\n{others}"
    );
    let human = run(&with_plan(&plan), &[]).stdout;
    let heads: Vec<&str> = human.lines().filter(|line| line.starts_with("error[")).collect();
    assert_eq!(heads, ["error[overlapping-lanes] (allowed)"], "{human}");
    for said in [
        "allowed by `a`: append-only",
        "`a` and `t7` may both write `log`",
        "and 2 more",
        "12 allowed",
    ] {
        assert!(human.contains(said), "{said}: {human}");
    }
}

#[test]
fn allowed_finding() {
    let plan = "tasks:\n  a: {write: src/**}\n  b:\n    write: src/x\n    allow:\n      - {rule: overlapping-lanes, with: a, path: src/x, reason: append-only file}\n";
    let repo = with_plan(plan);
    let ran = run(&repo, &["--format", "json"]);
    let found = ran.json();
    assert_eq!(ran.status, 0);
    assert_eq!(found["findings"][0]["allowed"], json!({"by": "b", "reason": "append-only file"}));
    assert_eq!((&found["summary"]["errors"], &found["summary"]["allowed"]), (&json!(0), &json!(1)));
    let human = run(&repo, &[]).stdout;
    assert!(human.contains("allowed by `b`: append-only file"), "{human}");
    assert!(human.contains("1 allowed"), "{human}");
    assert!(human.starts_with("error[overlapping-lanes] (allowed)\n"), "{human}");
    assert!(!human.contains("help:"), "{human}");
    let concise = run(&repo, &["--format", "concise"]).stdout;
    assert!(concise.ends_with(" (allowed by `b`: append-only file)\n"), "{concise}");
}

#[test]
fn json_report() {
    let repo = with_plan(
        "tasks:\n  lessons:\n    write: src/content/**\n  quizzes:\n    write: \"src/*/quizzes.json\"\n  audit: {write: []}\n",
    );
    repo.write("src/content/quizzes.json", "[]");
    repo.git(&["add", "-A"]);
    assert_eq!(
        run(&repo, &["--format", "json"]).json(),
        json!({
            "version": 1,
            "command": "check",
            "plan": ["lanes.yaml"],
            "inputs": [],
            "findings": [{
                "rule": "overlapping-lanes",
                "level": "error",
                "message": "`lessons` and `quizzes` may both write `src/content/quizzes.json`, which exists",
                "help": "exclude the path from one lane, make one task depend on the other (`needs`), or put the path under `share`",
                "tasks": ["lessons", "quizzes"],
                "path": "src/content/quizzes.json",
                "allowed": null,
                "labels": [
                    {
                        "file": "lanes.yaml",
                        "text": "`lessons` may write it",
                        "start": {"line": 3, "column": 12, "byte": 29},
                        "end": {"line": 3, "column": 26, "byte": 43},
                    },
                    {
                        "file": "lanes.yaml",
                        "text": "`quizzes` may write it",
                        "start": {"line": 5, "column": 12, "byte": 66},
                        "end": {"line": 5, "column": 32, "byte": 86},
                    },
                ],
                "data": {
                    "globs": [["src/content/**", "src/*/quizzes.json"]],
                    "existing": {"count": 1, "sample": ["src/content/quizzes.json"]},
                },
                "fixes": [
                    {
                        "title": "exclude `src/*/quizzes.json` from `lessons`",
                        "applicability": "display-only",
                        "edits": [{
                            "file": "lanes.yaml", "start": 29, "end": 43,
                            "text": "[src/content/**, \"!src/*/quizzes.json\"]",
                        }],
                    },
                    {
                        "title": "exclude `src/content/**` from `quizzes`",
                        "applicability": "display-only",
                        "edits": [{
                            "file": "lanes.yaml", "start": 66, "end": 86,
                            "text": "[\"src/*/quizzes.json\", \"!src/content/**\"]",
                        }],
                    },
                    {
                        "title": "add `needs: lessons` to `quizzes`",
                        "applicability": "display-only",
                        "edits": [{
                            "file": "lanes.yaml", "start": 86, "end": 86,
                            "text": "\n    needs: lessons",
                        }],
                    },
                    {
                        "title": "add `needs: quizzes` to `lessons`",
                        "applicability": "display-only",
                        "edits": [{
                            "file": "lanes.yaml", "start": 43, "end": 43,
                            "text": "\n    needs: quizzes",
                        }],
                    },
                    {
                        "title": "allow it in `lessons`, with a reason",
                        "applicability": "display-only",
                        "edits": [{
                            "file": "lanes.yaml", "start": 43, "end": 43,
                            "text": "\n    allow: [{rule: overlapping-lanes, with: quizzes, reason: say why this is fine}]",
                        }],
                    },
                ],
            }],
            "summary": {
                "tasks": 3, "errors": 1, "warnings": 0, "notes": 0, "allowed": 0, "files": 2,
                "verified": true,
            },
        })
    );
    let found = finding("tasks:\n  a: {titel: x, write: y}\n");
    assert_eq!(
        found["fixes"],
        json!([{
            "title": "replace with `title`",
            "applicability": "unsafe",
            "edits": [{"file": "lanes.yaml", "start": 13, "end": 18, "text": "title"}],
        }])
    );
    // A key that is there already was not meant.
    assert_eq!(finding("tasks:\n  a: {wirte: x, write: y}\n")["fixes"], json!([]));
    assert_eq!(
        (&found["path"], &found["tasks"], &found["data"]),
        (&Value::Null, &json!(["a"]), &json!({}))
    );
}

#[test]
fn non_utf8_path_quoting() {
    use std::os::unix::ffi::OsStrExt;
    let repo = with_plan("tasks:\n  a: {write: 'src/*'}\n  b: {write: 'src/?*'}\n");
    fs::create_dir(repo.path("src")).unwrap();
    fs::write(repo.path("src").join(std::ffi::OsStr::from_bytes(b"\xff\"")), "").unwrap();
    repo.git(&["add", "-A"]);
    let found = run(&repo, &["--format", "json"]).json();
    assert_eq!(found["findings"][0]["path"], r#""src/\377\"""#);
}

#[test]
fn source_positions() {
    // A fault inside a glob: the `**` of `**x`.
    for (plan, line, column) in [
        ("tasks:\n  a: {write: \"s/**x\"}\n", 2, 17),
        ("tasks:\r\n  a:\r\n    write: s/**x\r\n", 3, 14),
        ("\u{feff}tasks:\n  a: {write: 's/**x'}\n", 2, 17),
        ("tasks:\n  a: {title: é漢字, write: s/**x}\n", 2, 28),
        ("tasks:\n  a: {write: \"\\u00e9\\x41/**x\"}\n", 2, 26),
        ("tasks:\n  a: {write: 'it''s/**x'}\n", 2, 21),
        ("tasks:\n  a:\n    write:\n\n    - s/**x\n", 5, 9),
        ("tasks:\n  a: {write: 漢/**x}\n", 2, 16),
        // An exclusion's fault is counted from behind its `!`.
        ("tasks:\n  a: {write: [y, '!s/**x']}\n", 2, 22),
    ] {
        let byte = plan.find("**").unwrap();
        let label = &finding(plan)["labels"][0];
        assert_eq!(label["start"], json!({"line": line, "column": column, "byte": byte}), "{plan}");
        let end = json!({"line": line, "column": column + 2, "byte": byte + 2});
        assert_eq!(label["end"], end, "{plan}");
    }
    // An alias is told where it is used.
    let found = finding("x-l: &l [src/x]\ntasks:\n  a: {write: *l}\n  b: {write: src/*}\n");
    assert_eq!(found["labels"][0]["start"], json!({"line": 3, "column": 14, "byte": 36}));
    assert_eq!(found["labels"][0]["end"], json!({"line": 3, "column": 16, "byte": 38}));
}

#[test]
fn order_of_findings() {
    let plan = "rules: {no-such-rule: off}\ntasks:\n  c: {write: '**', wirte: y}\n  b: {write: [src/**, '/x', 'a//b']}\n  a: {write: src/x, needs: [gone]}\n  d:\n  c2: {write: x, branch: a}\n";
    let repo = with_plan(plan);
    let first = run(&repo, &["--format", "json"]);
    let places: Vec<(u64, String)> = first.json()["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let byte = finding["labels"][0]["start"]["byte"].as_u64().unwrap();
            (byte, finding["rule"].as_str().unwrap().to_owned())
        })
        .collect();
    assert!(places.len() > 8 && places.is_sorted(), "{places:?}");
    for _ in 0..3 {
        assert_eq!(run(&repo, &["--format", "json"]).stdout, first.stdout);
    }
}

fn human(repo: &TestRepo, arguments: &[&str]) -> String {
    run(repo, arguments).stdout
}

#[test]
fn one_overlap() {
    let repo = with_plan(
        "tasks:\n  lessons:\n    write: src/content/**\n  quizzes:\n    write: [\"src/*/quizzes.json\"]\n",
    );
    insta::assert_snapshot!(human(&repo, &[]));
}

#[test]
fn wide_glob_over_fifty_lanes() {
    let lanes: String =
        (0..50).map(|lane| format!("  lane-{lane:02}: {{write: src/m{lane:02}/**}}\n")).collect();
    let repo = with_plan(&format!("tasks:\n  wide: {{write: [doc/**, \"src/**\"]}}\n{lanes}"));
    insta::assert_snapshot!(human(&repo, &[]));
}

#[test]
fn glob_with_many_readers() {
    let readers: String = (0..12)
        .map(|task| {
            format!("  t{task:02}: {{write: src/t{task:02}/**, read: schema/s{task:02}}}\n")
        })
        .collect();
    let repo = with_plan(&format!("tasks:\n  schema: {{write: schema/**}}\n{readers}"));
    insta::assert_snapshot!(human(&repo, &[]));
}

#[test]
fn finding_in_two_files() {
    let repo = TestRepo::new();
    repo.write(".lanes/a.yaml", "tasks:\n  a:\n    write: src/**\n");
    repo.write(".lanes/b.yaml", "# the other\ntasks: {b: {write: src/x}}\n");
    insta::assert_snapshot!(human(&repo, &[]));
}

#[test]
fn source_excerpts() {
    for (name, plan) in [
        ("wide_letters", "tasks:\n  a: {title: 漢字 é, write: 漢/**x}\n".to_owned()),
        ("crlf", "tasks:\r\n  a:\r\n    write: s/**x\r\n".to_owned()),
        ("bom", "\u{feff}tasks: {a: {write: s/**x}}\n".to_owned()),
        ("tabs", "tasks: {a:\t{write:\ts/**x}}\n".to_owned()),
        ("end_of_file", "tasks:\n  b: {write: x}\n  a: {write: [s/**x".to_owned()),
        ("long_line", format!("tasks: {{a: {{title: {}, write: s/**x}}}}\n", "x".repeat(2_000))),
        ("long_glob", format!("tasks: {{a: {{write: {}/**x}}}}\n", "y/".repeat(60))),
        ("unclosed", "tasks:\n  a: {write: \"x\n".to_owned()),
        ("empty_component", "tasks: {a: {write: ''}}\n".to_owned()),
    ] {
        insta::assert_snapshot!(name, human(&with_plan(&plan), &[]));
    }
}
