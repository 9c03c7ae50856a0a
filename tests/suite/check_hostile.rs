//! `lanelint check` on what strangers, accidents and attackers write: a clear message, the right
//! status, soon, and nothing raw on a terminal.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::harness::{ATTACKS, LANELINT, TestRepo, assert_harmless, make_fifo, search_path};

const FORMATS: [&str; 3] = ["human", "concise", "json"];

/// The memory that a run may have, in KiB, and its time.
const MEMORY: usize = 1 << 20;
const TIME: Duration = Duration::from_secs(30);

/// Runs the program within bounds; gives its status and what it wrote to either stream.
fn check(repo: &TestRepo, arguments: &[&str]) -> (i32, String, String) {
    let script = format!("ulimit -v {MEMORY}; exec \"$0\" check \"$@\"");
    let begun = Instant::now();
    let output = Command::new("sh")
        .args(["-c", &script, LANELINT])
        .args(arguments)
        .current_dir(repo.root())
        .env_clear()
        .env("PATH", search_path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (stdout, stderr) = (String::from_utf8(output.stdout), String::from_utf8(output.stderr));
    let (stdout, stderr) = (stdout.unwrap(), stderr.unwrap());
    assert!(begun.elapsed() < TIME, "{:?}", begun.elapsed());
    assert!(!stderr.contains("panicked"), "{stderr}");
    (output.status.code().expect("ended by itself"), stdout, stderr)
}

#[test]
fn unusable_plans() {
    let nested = |open: &str| open.repeat(100_000);
    let bomb: String = (1..30).fold("x-0: &x0 [a, b]\n".to_owned(), |text, depth| {
        text + &format!("x-{depth}: &x{depth} [*x{0}, *x{0}, *x{0}, *x{0}]\n", depth - 1)
    });
    for (plan, said) in [
        (Vec::new(), "the plan is empty"),
        (b"# nothing yet\n".to_vec(), "the plan is empty"),
        (b"---\n".to_vec(), "expected a map with the key `tasks`"),
        (b"base: main\n".to_vec(), "no task can be read"),
        (b"tasks:\n".to_vec(), "expected a map of tasks, found nothing"),
        (b"tasks: {}\n".to_vec(), "no task can be read"),
        (b"tasks: []\n".to_vec(), "expected a map of tasks, found a list"),
        (b"- tasks\n".to_vec(), "found a list"),
        (b"tasks".to_vec(), "found a string"),
        (b"tasks: 5\n".to_vec(), "found a number"),
        (b"tsks: {a: {write: x}}\n".to_vec(), "did you mean `tasks`?"),
        (b"{\"tasks\": {\"a\": {\"write\": [\"x\"".to_vec(), "invalid YAML"),
        (nested("[").into_bytes(), "invalid YAML"),
        (nested("{a: ").into_bytes(), "invalid YAML"),
        (nested("- ").into_bytes(), "no task can be read"),
        (format!("tasks: {}", nested("[")).into_bytes(), "invalid YAML"),
        (bomb.into_bytes(), "no task can be read"),
        (b"tasks: {a: {write: \xff}}\n".to_vec(), "invalid UTF-8 at byte 19"),
        (b"\xff\xfet\0a\0s\0".to_vec(), "the plan is UTF-16"),
        (b"\0\0\0\0".to_vec(), "no task can be read"),
        (vec![b' '; 70 << 20], "is too large"),
        ([b"x-x: [".to_vec(), b"1,".repeat(20 << 20), b"]".to_vec()].concat(), "2000000 values"),
    ] {
        let repo = TestRepo::without_git();
        repo.write("lanes.yaml", &plan);
        let (status, stdout, stderr) = check(&repo, &[]);
        let shown = String::from_utf8_lossy(&plan[..plan.len().min(80)]).into_owned();
        assert_eq!((status, stdout.as_str()), (2, ""), "{shown}: {stderr}");
        assert!(stderr.contains(said), "{shown}: {stderr}");
        assert!(stderr.len() < 5_000, "{shown}: {} bytes", stderr.len());
    }
}

#[test]
fn fault_hides_no_other_findings() {
    let long = "y".repeat(1 << 20);
    let bomb: String = (1..9).fold("x-0: &x0 [y, z]\n".to_owned(), |text, depth| {
        text + &format!("x-{depth}: &x{depth} [*x{0}, *x{0}, *x{0}, *x{0}]\n", depth - 1)
    });
    for (fault, said) in [
        ("  c: {write: *.rs}\n".to_owned(), "YAML reads this as an alias"),
        ("  c: {write: [x\n".to_owned(), "invalid YAML"),
        ("  c:\n    write: \"x\n".to_owned(), "invalid YAML"),
        ("  c: ][\n".to_owned(), "invalid YAML"),
        ("  c: [list]\n".to_owned(), "expected a map with the key `write`"),
        ("  ][: {write: y}\n".to_owned(), "invalid YAML"),
        (format!("  c: {{write: {long}/**x}}\n"), "this glob is"),
        (format!("  c: {{write: \"{}\"}}\n", "{a,".repeat(100_000)), "this glob is"),
        (format!("  c: {{write: \"{}\"}}\n", "{a,".repeat(10_000)), "nested deeper than"),
        (format!("  c: {{write: {}}}\n", "[".repeat(100_000)), "invalid YAML"),
        (format!("{bomb}  c: {{write: *x8}}\n"), ""),
        (format!("  {long}: {{write: y}}\n"), ""),
        (format!("  \"{long} \": {{write: y}}\n"), "invalid task id"),
        (format!("  c: {{write: y, title: \"{}\"}}\n", "t".repeat(50 << 20)), ""),
    ] {
        let repo = TestRepo::without_git();
        repo.write(
            "lanes.yaml",
            format!("tasks:\n  a: {{write: src/**}}\n{fault}  b: {{write: src/x}}\n"),
        );
        for format in FORMATS {
            let (status, stdout, stderr) = check(&repo, &["--format", format]);
            let shown = &fault[..fault.len().min(80)];
            assert_eq!(status, 1, "{shown}: {stdout} {stderr}");
            // For people, lines are broken.
            let stdout = stdout.replace("\n  │ ", " ");
            assert!(stdout.contains(said), "{shown}: {stdout}");
            if !fault.starts_with("x-0") {
                assert!(stdout.contains("`a` and `b` may both write `src/x`"), "{shown}: {stdout}");
            }
            // Programs are given the whole glob.
            let short = stdout.len() < 20_000 || format == "json";
            assert!(short, "{format} of {shown}: {} bytes", stdout.len());
        }
    }
}

#[test]
fn too_many_tasks() {
    let repo = TestRepo::without_git();
    let chain: String = (0..60_000)
        .map(|task| format!("  t{task}: {{write: [], needs: t{}}}\n", task + 1))
        .collect();
    repo.write("lanes.yaml", format!("tasks:\n{chain}"));
    let (status, stdout, stderr) = check(&repo, &["--format", "concise"]);
    assert_eq!(status, 1, "{stderr}");
    assert!(
        stdout.contains("the plan has more than 50000 tasks"),
        "{}",
        &stdout[..stdout.len().min(500)]
    );
}

#[test]
fn special_files_are_not_read() {
    let repo = TestRepo::without_git();
    repo.write("empty/README.md", "");
    repo.write("lanes/b.yaml", "tasks: {b: {write: x}}\n");
    symlink("lanes.yaml", repo.path("loop.yaml")).unwrap();
    symlink("loop.yaml", repo.path("lanes.yaml")).unwrap();
    symlink("/dev/zero", repo.path("zero.yaml")).unwrap();
    for (plan, said) in [
        ("/dev/zero", "is a device"),
        ("zero.yaml", "is a device"),
        ("empty", "no plan files"),
        ("gone.yaml", "gone.yaml"),
        ("loop.yaml", "loop.yaml"),
        ("lanes/b.yaml/x", "lanes/b.yaml/x"),
        ("", ""),
    ] {
        let (status, stdout, stderr) = check(&repo, &[plan]);
        assert_eq!((status, stdout.as_str()), (2, ""), "{plan}: {stderr}");
        assert!(stderr.starts_with("error: ") && stderr.contains(said), "{plan}: {stderr}");
    }
    // The link loop under the plan's own name is found, and told.
    let (status, _, stderr) = check(&repo, &[]);
    assert!(status == 2 && stderr.contains("lanes.yaml"), "{stderr}");
    // A part of a plan folder that is no file is no part of the plan.
    make_fifo(&repo.path("lanes/fifo.yaml"));
    symlink(".", repo.path("lanes/round.yaml")).unwrap();
    fs::create_dir(repo.path("lanes/folder.yaml")).unwrap();
    assert_eq!(check(&repo, &["lanes"]).0, 0);
}

/// A run as a user that may not read everything.
fn as_nobody(repo: &TestRepo, arguments: &[&str]) -> Option<(i32, String, String)> {
    // The test's program lies where only its owner may look.
    let program = repo.beside("lanelint");
    // A process of its own: a file that is open for writing anywhere here could not be run.
    let copied = Command::new("cp").arg(LANELINT).arg(&program).status();
    assert!(copied.unwrap().success());
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(program.parent().unwrap(), fs::Permissions::from_mode(0o755)).unwrap();
    let output = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(&program)
        .arg("check")
        .args(arguments)
        .current_dir(repo.root())
        .output()
        .ok()?;
    let (stdout, stderr) = (String::from_utf8(output.stdout), String::from_utf8(output.stderr));
    Some((output.status.code().unwrap(), stdout.unwrap(), stderr.unwrap()))
}

#[test]
fn unreadable_files() {
    let repo = TestRepo::without_git();
    repo.write("lanes.yaml", "tasks: {a: {write: x}}\n");
    repo.write("plans/a.yaml", "tasks: {a: {write: x}}\n");
    repo.write("plans/b.yaml", "tasks: {b: {write: x}}\n");
    repo.write("closed/x", "");
    let close = |name: &str, mode| {
        fs::set_permissions(repo.path(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    for name in ["closed", "plans/b.yaml"] {
        close(name, 0o000);
    }
    let root = fs::read_dir(repo.path("closed")).is_ok();
    let run = |arguments: &[&str]| {
        if root { as_nobody(&repo, arguments) } else { Some(check(&repo, arguments)) }
    };
    let ran =
        (run(&[]), run(&["closed"]), run(&["plans/b.yaml"]), run(&["plans", "--root", "plans"]));
    close("closed", 0o755);
    let (Some(files), Some(folder), Some(file), Some(part)) = ran else {
        // Without `setpriv`, root cannot give up reading everything.
        return;
    };
    assert_eq!(files.0, 3, "{files:?}");
    assert!(files.1.contains("not-verified") && files.1.contains("cannot list"), "{files:?}");
    assert_eq!((folder.0, folder.1.as_str()), (2, ""), "{folder:?}");
    assert!(folder.2.contains("cannot read the plan folder"), "{folder:?}");
    assert!(file.0 == 2 && file.2.contains("cannot read") && file.2.contains("b.yaml"), "{file:?}");
    assert_eq!(part.0, 1, "{part:?}");
    assert!(part.1.contains("invalid-plan") && part.1.contains("b.yaml"), "{part:?}");
}

#[test]
fn hostile_text_in_every_place() {
    for attack in ATTACKS {
        let quoted = serde_json::to_string(attack).unwrap();
        // As a text in quotes and, where a plan can hold it, as it is.
        let plans = [
            format!("tasks:\n  {quoted}: {{write: src/**}}\n  b: {{write: src/**}}\n"),
            format!("tasks:\n  a: {{write: {quoted}}}\n  b: {{write: [{quoted}, x/**.rs]}}\n"),
            format!("tasks:\n  a: {{write: src/x, needs: {quoted}, branch: {quoted}}}\n"),
            format!("tasks:\n  a: {{write: src/x, {quoted}: x, read: {quoted}}}\n{quoted}: x\n"),
            format!("tasks:\n  a: {{write: x}}\nrules: {{{quoted}: off, empty-lane: {quoted}}}\n"),
            format!(
                "tasks:\n  a:\n    write: x\n    allow: [{{rule: overlapping-lanes, reason: {quoted}}}]\n  b: {{write: x}}\n"
            ),
            format!("tasks:\n  a: {{write: src/**x}} # {attack}\n"),
            format!("# {attack}\ntasks:\n  a: {{write: [src/**x, {attack}]}}\n"),
            format!("{attack}\ntasks:\n  a: {{write: src/**x}}\n"),
        ];
        let file = attack.replace('/', "_");
        let repo = TestRepo::new();
        repo.write(&format!("src/{file}"), "");
        repo.write(&format!("{file}.yaml"), "tasks: {a: {write: x**}}\n");
        repo.git(&["add", "-A"]);
        let harmless = |arguments: &[&str]| {
            let (_, stdout, stderr) = check(&repo, arguments);
            assert_harmless(&stdout);
            assert_harmless(&stderr);
        };
        for plan in plans {
            repo.write("lanes.yaml", &plan);
            FORMATS.iter().for_each(|format| harmless(&["--format", format]));
        }
        for format in FORMATS {
            harmless(&["--format", format, &format!("./{file}.yaml")]);
        }
        harmless(&[&format!("./{file}")]);
        harmless(&[attack]);
        harmless(&[&format!("--{attack}")]);
        harmless(&["--format", attack]);
        harmless(&["--root", attack]);
    }
}

/// JSON escapes what the others break up: the value stays what it is.
#[test]
fn json_values_survive_escaping() {
    let attack = "##[group]\u{1b}\u{202e}::x";
    let repo = TestRepo::new();
    repo.write("lanes.yaml", "tasks:\n  a: {write: src/*}\n  b: {write: src/*}\n");
    repo.write(&format!("src/{attack}"), "");
    repo.git(&["add", "-A"]);
    let (_, stdout, _) = check(&repo, &["--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(found["findings"][0]["path"], format!("src/{attack}"));
}
