//! Speed as ratios: each row runs two things in the same minute on the same machine, and says how
//! many times longer the first took.
//!
//! `cargo bench` runs all rows; `cargo bench -- patch branch` those whose names hold one of the
//! words. Each time is the best of several runs. docs/performance.md says what the rows mean.
#![allow(clippy::disallowed_methods, reason = "whole processes are measured, ours and git's")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark that cannot run should stop")]

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use lanelint::branches::{Branches, duplicates};
use lanelint::check::check;
use lanelint::failure::Failure;
use lanelint::git::{Environment, GitError};
use lanelint::lsp::{Connection, serve};
use lanelint::overlap::overlaps;
use lanelint::path::RepoPath;
use lanelint::plan::order::Order;
use lanelint::plan::{Plan, PlanPath, PlanText, read};
use lanelint::source::yaml::Tree;
use lanelint::workspace::{FileKind, Git, Host};
use lsp_server::{Message, Notification, Request};
use serde_json::{Value, json};

const LANELINT: &str = env!("CARGO_BIN_EXE_lanelint");

fn main() {
    let words: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    println!("| row | took | against | ratio | reach |\n| --- | --- | --- | --- | --- |");
    let rows: &[(&str, fn())] = &[
        ("distinct", distinct),
        ("growth", growth),
        ("wide", wide),
        ("hostile", hostile),
        ("doubling", doubling),
        ("small", small),
        ("paths", paths),
        ("patch", patch),
        ("branch", branch),
        ("many", many),
        ("moved", moved),
        ("names", names),
        ("hook", hook),
        ("keystroke", keystroke),
    ];
    for (name, row) in rows {
        if words.is_empty() || words.iter().any(|word| name.contains(word.as_str())) {
            row();
        }
    }
}

fn row(name: &str, took: Duration, against: (&str, Duration), reach: f64) {
    let ratio = took.as_secs_f64() / against.1.as_secs_f64();
    let verdict = if ratio <= reach { "" } else { " (missed)" };
    println!(
        "| {name} | {took:.2?} | {} {:.2?} | {ratio:.2} | {reach}{verdict} |",
        against.0, against.1
    );
}

/// The best time of a few runs.
fn best<T>(mut run: impl FnMut() -> T) -> Duration {
    let times = (0..5).map(|_| {
        let start = Instant::now();
        std::hint::black_box(run());
        start.elapsed()
    });
    times.min().unwrap()
}

fn process(program: &str, arguments: &[&str], dir: &Path) -> Duration {
    best(|| {
        let mut child = Command::new(program)
            .args(arguments)
            .current_dir(dir)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{program}: {error}"));
        child.wait().unwrap()
    })
}

/// A plan whose lanes have nothing to do with each other.
fn distinct_plan(tasks: usize) -> String {
    let mut plan = String::from("tasks:\n");
    for task in 0..tasks {
        write!(plan, "  task-{task}:\n    write:\n").unwrap();
        for place in 0..10 {
            let folder = format!("services/area{}/svc{task}/mod{place}", task % 97);
            // The second is of a kind that a wide glob for `.rs` files meets.
            let kind = if place == 1 { task % 2 } else { (task * 7 + place) % 5 };
            let glob = match kind {
                0 => format!("{folder}/**"),
                1 => format!("{folder}/src/*.rs"),
                2 => format!("{folder}/**/*.ts"),
                3 => format!("\"{folder}/{{a,b}}/*.json\""),
                _ => format!("{folder}/README.md"),
            };
            writeln!(plan, "      - {glob}").unwrap();
        }
    }
    plan
}

fn distinct() {
    let dir = tempfile::tempdir().unwrap();
    let text = distinct_plan(10_000);
    fs::write(dir.path().join("lanes.yaml"), &text).unwrap();
    let reading = best(|| Tree::parse(&text).root().is_some());
    let plan = read(vec![PlanText::new("lanes.yaml", text.as_str())]);
    let deciding = best(|| {
        let (lanes, order) = (plan.lanes(), Order::new(&plan));
        overlaps(&lanes, &order, &[]).len()
    });
    row("distinct: overlap alone", deciding, ("reading the YAML", reading), 3.0);
    let check = process(LANELINT, &["check", "--root", "."], dir.path());
    row("distinct: `check`", check, ("reading the YAML", reading), 6.0);
    let load = "import yaml; yaml.load(open('lanes.yaml'), Loader=yaml.CSafeLoader)";
    let with_libyaml =
        Command::new("python3").args(["-c", "import yaml; yaml.CSafeLoader"]).output();
    if with_libyaml.is_ok_and(|output| output.status.success()) {
        let start = Instant::now();
        Command::new("python3").args(["-c", load]).current_dir(dir.path()).status().unwrap();
        row("distinct: `check`", check, ("libyaml in Python", start.elapsed()), 0.5);
    } else {
        println!("| distinct: `check` | {check:.2?} | libyaml in Python is not here | | 0.5 |");
    }
}

fn growth() {
    let run = |tasks: usize| {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("lanes.yaml"), distinct_plan(tasks)).unwrap();
        process(LANELINT, &["check"], dir.path())
    };
    row("growth: 10,000 tasks", run(10_000), ("1,000 tasks", run(1_000)), 15.0);
}

/// The distinct plan, and one task in 200 holds a wide glob besides.
fn wide() {
    let dir = tempfile::tempdir().unwrap();
    let mut plan = String::new();
    let mut task = 0;
    for line in distinct_plan(10_000).lines() {
        writeln!(plan, "{line}").unwrap();
        if line == "    write:" {
            if task % 200 == 0 {
                plan.push_str("      - services/*/*/mod1/**/*.rs\n");
            }
            task += 1;
        }
    }
    fs::write(dir.path().join("lanes.yaml"), plan).unwrap();
    let start = Instant::now();
    let output =
        Command::new(LANELINT).args(["check", "--format", "json"]).current_dir(dir.path()).output();
    let took = start.elapsed();
    let found = output.unwrap().stdout;
    let needle = b"\"rule\": \"overlapping-lanes\"";
    let findings = found.windows(needle.len()).filter(|window| window == needle).count();
    let each = took / u32::try_from(findings).unwrap();
    println!("| wide: {findings} findings, JSON | {took:.2?} | {each:.2?} a finding | | 20 µs |");
}

fn hostile() {
    let mut plan = String::from("tasks:\n");
    for task in 0..1_000 {
        write!(plan, "  task-{task}:\n    write:\n").unwrap();
        for place in 0..10 {
            writeln!(plan, "      - \"**/*a*b*{place}/**/x{task}_{place}_*.rs\"").unwrap();
        }
    }
    let run = |plan: &str| {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("lanes.yaml"), plan).unwrap();
        process(LANELINT, &["check"], dir.path())
    };
    let against = ("distinct lanes, as many", run(&distinct_plan(1_000)));
    row("hostile: 1,000 tasks", run(&plan), against, 15.0);
}

/// Makes two globs of a size, and what is taken from the first.
type Pair = fn(usize) -> (String, String, Vec<String>);

/// Two lanes that are made to be hard, and the same twice as large.
fn doubling() {
    let lanes: &[(&str, usize, Pair)] = &[
        ("`**/a` in a row", 100, |size| {
            ("**/a/".repeat(size) + "b", "**/a/".repeat(size - 1) + "**/b", Vec::new())
        }),
        ("`*a` in a row", 100, |size| {
            ("*a".repeat(size) + "b", "*a".repeat(size) + "c*", Vec::new())
        }),
        ("`**/*a?…/z`", 100, |size| {
            let glob = |letter: &str| format!("**/*{letter}{}/z", "?".repeat(size));
            (glob("a"), glob("b"), Vec::new())
        }),
        ("braces nested", 40, |size| {
            let nested = |last: &str| {
                (0..size).fold(last.to_owned(), |glob, depth| format!("{{c{depth},{glob}*d/}}e"))
            };
            (nested("a") + "/x", nested("b") + "/*y", Vec::new())
        }),
        ("`**` less eight `**/*c?…`", 24, |size| {
            let letters = ["a", "b", "c", "d", "e", "f", "g", "h"];
            let tail = "?".repeat(size);
            let subtracted = letters.map(|letter| format!("**/*{letter}{tail}"));
            (format!("**/?{tail}"), "**/[a-h]*".to_owned(), subtracted.into())
        }),
        ("braces of many branches", 100, |size| {
            let names = |from: usize| {
                let names: Vec<String> =
                    (from..from + size * 100).map(|name| format!("d{name}/x")).collect();
                format!("{{{}}}", names.join(","))
            };
            (names(0), names(size * 100 - 1), Vec::new())
        }),
    ];
    for (name, size, make) in lanes {
        let run = |size: usize| {
            let (left, right, subtracted) = make(size);
            let subtracted: String =
                subtracted.iter().map(|glob| format!(", \"!{glob}\"")).collect();
            let text = format!(
                "tasks:\n  a: {{write: [\"{left}\"{subtracted}]}}\n  b: {{write: \"{right}\"}}\n"
            );
            best(|| {
                let plan = read(vec![PlanText::new("lanes.yaml", text.as_str())]);
                assert_eq!(plan.problems, []);
                overlaps(&plan.lanes(), &Order::new(&plan), &[]).len()
            })
        };
        row(&format!("doubling: {name}"), run(*size), ("half the size", run(size / 2)), 8.0);
    }
}

fn git(dir: &Path, arguments: &[&str], input: &[u8]) {
    let mut child = Command::new("git")
        .args(arguments)
        .current_dir(dir)
        .envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null")])
        .envs([("GIT_AUTHOR_NAME", "a"), ("GIT_AUTHOR_EMAIL", "a@example.org")])
        .envs([("GIT_COMMITTER_NAME", "a"), ("GIT_COMMITTER_EMAIL", "a@example.org")])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    assert!(child.wait().unwrap().success(), "git {arguments:?}");
}

/// A repository whose index holds these paths, and none of which is in the work tree.
fn index_of(paths: impl Iterator<Item = String>) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    git(dir.path(), &["init", "-q", "-b", "main"], b"");
    let empty = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
    let entries: String = paths.map(|path| format!("100644 {empty}\t{path}\n")).collect();
    git(dir.path(), &["hash-object", "-w", "--stdin"], b"");
    git(dir.path(), &["update-index", "--index-info"], entries.as_bytes());
    dir
}

fn small() {
    let dir = index_of((0..3_000).map(|file| format!("src/mod{}/file{file}.rs", file % 60)));
    let tasks: String =
        (0..20).map(|task| format!("  t{task}: {{write: 'src/mod{task}/**'}}\n")).collect();
    fs::write(dir.path().join("lanes.yaml"), format!("tasks:\n{tasks}")).unwrap();
    let check = process(LANELINT, &["check"], dir.path());
    let listing = process("git", &["ls-files", "-z"], dir.path());
    row("small: 20 tasks, 3,000 files", check, ("`git ls-files`", listing), 3.0);
}

fn paths() {
    let dir = index_of(
        (0..1_000_000)
            .map(|file| format!("services/svc{}/mod{}/file{file}.rs", file % 1_000, file % 7)),
    );
    let listing = process("git", &["ls-files", "-z"], dir.path());
    let against = ("`git ls-files`", listing);
    let run = |lane: &dyn Fn(usize) -> String| {
        let tasks: String =
            (0..1_000).map(|task| format!("  t{task}: {{write: '{}'}}\n", lane(task))).collect();
        fs::write(dir.path().join("lanes.yaml"), format!("tasks:\n{tasks}")).unwrap();
        process(LANELINT, &["check"], dir.path())
    };
    // Two lanes overlap, so that every path has to be matched.
    let distinct = run(&|task| format!("services/svc{}/**", task.max(1)));
    row("paths: 1,000,000, distinct lanes", distinct, against, 3.0);
    let anywhere = run(&|task| format!("**/file{}*.rs", task.max(1) + 1_000));
    row("paths: 1,000,000, lanes from `**`", anywhere, against, 30.0);
}

fn patch() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("lanes.yaml"), "tasks:\n  a: {write: 'src/**'}\n").unwrap();
    let mut out = BufWriter::new(File::create(dir.path().join("big.patch")).unwrap());
    let body =
        "+a line of a source file, of the usual length and with nothing to see\n".repeat(1_000);
    let mut written = 0;
    for file in 0.. {
        if written > 1 << 30 {
            break;
        }
        let header = format!(
            "diff --git a/src/f{file} b/src/f{file}\nnew file mode 100644\nindex 0000000..1111111\n\
             --- /dev/null\n+++ b/src/f{file}\n@@ -0,0 +1,1000 @@\n"
        );
        written += header.len() + body.len();
        out.write_all(header.as_bytes()).unwrap();
        out.write_all(body.as_bytes()).unwrap();
    }
    out.flush().unwrap();
    let gate = process(LANELINT, &["gate", "lanes.yaml", "--diff", "a=big.patch"], dir.path());
    // Into nothing, grep would stop at the first line that it finds.
    let grep = process("sh", &["-c", "grep -c '^diff --git' big.patch | cat"], dir.path());
    row("patch: 1 GB", gate, ("`grep -c`", grep), 1.5);
}

fn branch() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    git(at, &["init", "-q", "-b", "main"], b"");
    fs::write(at.join("lanes.yaml"), "tasks:\n  a: {write: 'src/**'}\n").unwrap();
    fs::create_dir(at.join("src")).unwrap();
    for round in ["one", "two"] {
        if round == "two" {
            git(at, &["checkout", "-q", "-b", "a"], b"");
        }
        for file in 0..2_500 {
            fs::write(at.join(format!("src/f{file}")), format!("{round} {file}\n")).unwrap();
        }
        git(at, &["add", "-A"], b"");
        git(at, &["commit", "-q", "-m", round], b"");
    }
    let gate = process(LANELINT, &["gate"], at);
    let by_hand = "git rev-parse --git-dir && git for-each-ref && git show main:lanes.yaml && \
                   base=$(git merge-base --all main a) && \
                   git diff-tree -r -z --raw --no-renames $base a";
    let by_hand = process("sh", &["-c", by_hand], at);
    row("branch: 2,500 files", gate, ("git by hand", by_hand), 2.0);
}

/// Two hundred branches that each change three hundred files of their own.
fn many() {
    const BRANCHES: usize = 200;
    const FILES: usize = 300;
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    git(at, &["init", "-q", "-b", "main"], b"");
    let tasks: String =
        (0..BRANCHES).map(|id| format!("  t{id}: {{write: 'm{id}/**'}}\n")).collect();
    let plan = format!("tasks:\n{tasks}");
    let mut stream = String::new();
    let commit = |stream: &mut String, branch: &str, from: &str| {
        write!(stream, "commit refs/heads/{branch}\ncommitter a <a@example.org> 0 +0000\n")
            .unwrap();
        write!(stream, "data 0\n{from}").unwrap();
    };
    let file = |stream: &mut String, name: &str, text: &str| {
        write!(stream, "M 644 inline {name}\ndata {}\n{text}\n", text.len()).unwrap();
    };
    commit(&mut stream, "main", "");
    file(&mut stream, "lanes.yaml", &plan);
    for branch in 0..BRANCHES {
        for number in 0..FILES {
            file(
                &mut stream,
                &format!("m{branch}/src/f{number}.rs"),
                &format!("{branch} {number}\n"),
            );
        }
    }
    for branch in 0..BRANCHES {
        commit(&mut stream, &format!("t{branch}"), "from refs/heads/main\n");
        for number in 0..FILES {
            file(&mut stream, &format!("m{branch}/src/f{number}.rs"), &format!("new {number}\n"));
        }
    }
    git(at, &["fast-import", "--quiet"], stream.as_bytes());
    let by_hand = format!(
        "i=0; while [ $i -lt {BRANCHES} ]; do git diff-tree -r -z --raw --no-renames main t$i; \
         i=$((i+1)); done"
    );
    let gate = process(LANELINT, &["gate", "--quiet"], at);
    let by_hand = process("sh", &["-c", &by_hand], at);
    row("many: 200 branches of 300 files", gate, ("200 `git diff-tree`", by_hand), 1.0);
}

/// Two hundred branches over a base that moved on by as many commits, each in a file that one of the
/// branches changed too, so that every branch has to be merged.
fn moved() {
    const BRANCHES: usize = 200;
    const FILES: usize = 30;
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path();
    git(at, &["init", "-q", "-b", "main"], b"");
    let tasks: String = (0..BRANCHES)
        .map(|id| format!("  t{id}: {{write: 'm{id}/**', branch: 'x/t{id}-*'}}\n"))
        .collect();
    let plan = format!("tasks:\n{tasks}");
    let mut stream = String::new();
    let commit = |stream: &mut String, branch: &str, from: &str| {
        write!(stream, "commit refs/heads/{branch}\ncommitter a <a@example.org> 0 +0000\n")
            .unwrap();
        write!(stream, "data 0\n{from}").unwrap();
    };
    let file = |stream: &mut String, name: &str, text: &str| {
        write!(stream, "M 644 inline {name}\ndata {}\n{text}\n", text.len()).unwrap();
    };
    let lines = |first: &str, last: &str| format!("{first}\n{}{last}\n", "line\n".repeat(20));
    commit(&mut stream, "main", "");
    file(&mut stream, "lanes.yaml", &plan);
    for branch in 0..BRANCHES {
        for number in 0..FILES {
            file(&mut stream, &format!("m{branch}/f{number}"), &lines("first", "last"));
        }
    }
    for branch in 0..BRANCHES {
        commit(&mut stream, &format!("x/t{branch}-1"), "from refs/heads/main\n");
        for number in 0..FILES {
            file(&mut stream, &format!("m{branch}/f{number}"), &lines("first", "mine"));
        }
    }
    for branch in 0..BRANCHES {
        commit(&mut stream, "main", "");
        file(&mut stream, &format!("m{branch}/f0"), &lines("base", "last"));
    }
    git(at, &["fast-import", "--quiet"], stream.as_bytes());
    let by_hand = format!(
        "i=0; while [ $i -lt {BRANCHES} ]; do git diff-tree -r -z --raw --no-renames main x/t$i-1; \
         echo main x/t$i-1 >> merges; i=$((i+1)); done; git merge-tree --write-tree --stdin < merges; \
         rm merges"
    );
    let gate = process(LANELINT, &["gate", "--quiet"], at);
    let by_hand = process("sh", &["-c", &by_hand], at);
    let against = "200 `git diff-tree`, one `git merge-tree --stdin`";
    row("moved: 200 branches over 200 commits", gate, (against, by_hand), 1.2);
}

/// A thousand tasks with patterns, against each other and against branch names.
fn names() {
    let tasks: String = (0..500)
        .map(|id| {
            format!(
                "  t{id}: {{write: 'm{id}/**', branch: ['codex/task-{id}-*', '*-codex/task-{id}-*']}}\n"
            )
        })
        .collect();
    let plan = read(vec![PlanText::new("lanes.yaml", format!("tasks:\n{tasks}"))]);
    let names: Vec<String> = (0..10_000)
        .map(|id| match id % 3 {
            0 => format!("codex/task-{}-{id}", id % 600),
            1 => format!("m{id}-codex/task-{}-x", id % 600),
            _ => format!("people/{id}"),
        })
        .collect();
    let run = |names: &[String]| {
        assert!(duplicates(&plan).pairs.is_empty());
        let branches = Branches::new(&plan);
        names.iter().filter(|name| branches.owner(name).unwrap().is_some()).count()
    };
    let all = best(|| run(&names));
    row("names: 1,000 patterns, 10,000 names", all, ("300 ms", Duration::from_millis(300)), 1.0);
    let fewer = best(|| run(&names[..2_000]));
    row("names: five times as many names", all, ("2,000 names", fewer), 6.0);
}

/// Twenty tasks in a repository, of which one is about to write a file.
fn hook() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().canonicalize().unwrap();
    git(&at, &["init", "-q", "-b", "main"], b"");
    let tasks: String =
        (0..20).map(|task| format!("  t{task}: {{write: 'src/mod{task}/**'}}\n")).collect();
    fs::write(at.join("lanes.yaml"), format!("tasks:\n{tasks}")).unwrap();
    git(&at, &["add", "-A"], b"");
    git(&at, &["commit", "-q", "-m", "the plan"], b"");
    git(&at, &["checkout", "-q", "-b", "t7"], b"");
    let call = |file: &str| {
        format!(
            "{{\"hook_event_name\":\"PreToolUse\",\"cwd\":\"{}\",\"tool_name\":\"Write\",\
             \"tool_input\":{{\"file_path\":\"{file}\"}}}}",
            at.display()
        )
    };
    let run = |program: &str, arguments: &[&str], file: &str| {
        fs::write(at.join("call.json"), call(file)).unwrap();
        let one = || {
            let mut child = Command::new(program)
                .args(arguments)
                .current_dir(&at)
                .stdin(File::open(at.join("call.json")).unwrap())
                .stdout(Stdio::null())
                .spawn()
                .unwrap_or_else(|error| panic!("{program}: {error}"));
            assert!(child.wait().unwrap().success());
        };
        // A process of a millisecond is soon disturbed.
        (0..10).map(|_| best(one)).min().unwrap()
    };
    let empty = ("an empty process, `true`", run("true", &[], "src/mod7/x"));
    row("hook: in the lane", run(LANELINT, &["hook"], "src/mod7/x"), empty, 4.0);
    row("hook: outside of it", run(LANELINT, &["hook"], "src/mod8/x"), empty, 4.0);
    let from = run(LANELINT, &["hook", "--plan-from", "main"], "src/mod7/x");
    row("hook: the plan of a commit", from, empty, 40.0);
}

/// A disk with nothing on it.
struct Nothing(Environment);

impl Host for Nothing {
    fn environment(&self) -> &Environment {
        &self.0
    }

    fn kind(&self, _: &Path) -> Option<FileKind> {
        None
    }

    fn real_path(&self, _: &Path) -> io::Result<PathBuf> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn read_link(&self, _: &Path) -> io::Result<PathBuf> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn list(&self, _: &Path) -> io::Result<Vec<(OsString, FileKind)>> {
        Ok(Vec::new())
    }

    fn read(&self, _: &Path, _: u64) -> Result<Vec<u8>, Failure> {
        Err(Failure::new("no such file", ""))
    }

    fn open(&self, _: &Path) -> Result<Box<dyn io::Read + '_>, Failure> {
        Err(Failure::new("no such file", ""))
    }

    fn stdin(&self) -> Box<dyn io::Read + '_> {
        Box::new(io::empty())
    }

    fn walk(&self, _: &Path) -> Result<Vec<RepoPath>, Failure> {
        Ok(Vec::new())
    }

    fn repository(&self, _: &Path) -> Result<Option<Box<dyn Git + '_>>, GitError> {
        Ok(None)
    }
}

/// From a letter that is typed in a plan of 1,000 tasks until the editor has what is found in it.
fn keystroke() {
    const STROKES: u32 = 300;
    let text = distinct_plan(1_000);
    let (editor, server) = Connection::memory();
    std::thread::spawn(|| {
        serve(server, Arc::new(Nothing(Environment::default())), &crossbeam_channel::never::<()>())
    });
    let tell = |method: &str, params: Value| {
        let method = method.to_owned();
        editor.sender.send(Message::Notification(Notification { method, params })).unwrap();
    };
    let shown = |version: i64| loop {
        if let Message::Notification(told) = editor.receiver.recv().unwrap()
            && told.method == "textDocument/publishDiagnostics"
            && told.params["version"] == version
        {
            return;
        }
    };
    let initialize = Request::new(1.into(), "initialize".to_owned(), json!({"capabilities": {}}));
    editor.sender.send(Message::Request(initialize)).unwrap();
    tell("initialized", json!({}));
    let uri = "file:///r/lanes.yaml";
    let item = json!({"uri": uri, "languageId": "yaml", "version": 0, "text": text});
    tell("textDocument/didOpen", json!({ "textDocument": item }));
    shown(0);
    // A comment behind the first task's id: the text changes, and what is found does not.
    let mut took = Vec::new();
    for version in 1..=STROKES {
        let at = json!({"line": 1, "character": 9 + version});
        let letter = if version == 1 { " #" } else { "x" };
        let at = if version == 1 { json!({"line": 1, "character": 9}) } else { at };
        let change = json!([{"range": {"start": at, "end": at}, "text": letter}]);
        let document = json!({"uri": uri, "version": version});
        let start = Instant::now();
        tell("textDocument/didChange", json!({"textDocument": document, "contentChanges": change}));
        shown(version.into());
        took.push(start.elapsed());
    }
    let one = best(|| {
        let mut plan: Plan = read(vec![PlanText::new("lanes.yaml", text.as_str())]);
        plan.own_paths = vec![PlanPath::File("lanes.yaml".parse().unwrap())];
        check(&Arc::new(plan), &[], Vec::new()).findings.len()
    });
    took.sort();
    row(
        "keystroke: 1,000 tasks, median",
        took[took.len() / 2],
        ("one `check` in process", one),
        1.5,
    );
    let slowest = took[took.len() * 99 / 100];
    let verdict = if slowest <= Duration::from_millis(16) { "" } else { " (missed)" };
    println!("| keystroke: 99th percentile | {slowest:.2?} | | | 16 ms{verdict} |");
}
