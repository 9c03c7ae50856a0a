//! The `--help` of every command: its examples run.

use std::process::{Command, Stdio};

use crate::harness::{Call, TestRepo, path_with_lanelint, with_plan};

const PLAN: &str = "\
base: main
tasks:
  lessons:
    write: src/content/lessons.json
  quizzes:
    write: src/content/quizzes.json
";

/// The words of a command with the text of its `--help`.
type Page = (Vec<String>, String);

/// A repository in which both tasks of the plan have a branch, that of `lessons` is checked out with a
/// staged change, and `call.json` is what an agent sends before it writes a file.
fn repository() -> TestRepo {
    let repo = with_plan(PLAN);
    repo.write("src/content/lessons.json", "1\n");
    repo.write("src/content/quizzes.json", "1\n");
    repo.commit("plan");
    for task in ["quizzes", "lessons"] {
        repo.git(&["switch", "-q", "-c", task, "main"]);
        repo.write(&format!("src/content/{task}.json"), "2\n");
        repo.commit(&format!("work\n\nTask: {task}"));
    }
    repo.write("src/content/lessons.json", "3\n");
    repo.git(&["add", "-A"]);
    let call = serde_json::json!({
        "hook_event_name": "PreToolUse",
        "cwd": repo.root(),
        "tool_name": "Write",
        "tool_input": {"file_path": "src/content/lessons.json"},
    });
    repo.write("call.json", call.to_string());
    repo
}

/// The lines of a section, without its heading.
fn section<'t>(help: &'t str, heading: &str) -> Vec<&'t str> {
    let lines = help.lines().skip_while(|line| *line != heading).skip(1);
    lines.take_while(|line| !line.is_empty()).collect()
}

/// The pages of a command and of all below it. `help` is left out: it takes no `--help`.
fn pages(repo: &TestRepo, words: &[String]) -> Vec<Page> {
    let arguments: Vec<&str> = words.iter().map(String::as_str).chain(["--help"]).collect();
    let help = Call::of(repo, &arguments).run().ends_with(0).stdout;
    let mut pages = vec![(words.to_vec(), help.clone())];
    for line in section(&help, "Commands:") {
        // Longer descriptions go on in lines that are indented further.
        let Some(line) = line.strip_prefix("  ").filter(|line| !line.starts_with(' ')) else {
            continue;
        };
        let name = line.split(' ').next().unwrap().to_owned();
        if name != "help" {
            pages.extend(self::pages(repo, &[words, &[name]].concat()));
        }
    }
    pages
}

fn all_pages() -> Vec<Page> {
    let pages = pages(&TestRepo::new(), &[]);
    assert!(pages.len() > 10, "{pages:?}");
    pages
}

fn examples(help: &str) -> Vec<&str> {
    let lines = section(help, "Examples:").into_iter();
    lines.map(|line| line.strip_prefix("  $ ").expect(line)).collect()
}

/// The exit status of an example in `repository`.
fn expected_status(example: &str) -> i32 {
    match example {
        // Standard input ends before the client asks for a shutdown.
        "lanelint lsp" => 1,
        _ => 0,
    }
}

#[test]
fn examples_run() {
    for (words, help) in all_pages() {
        let examples = examples(&help);
        assert!(!examples.is_empty(), "{words:?} has no example:\n{help}");
        let command = ["lanelint"].into_iter().chain(words.iter().map(String::as_str));
        let command = command.collect::<Vec<_>>().join(" ");
        for example in examples {
            assert!(example.contains(&command), "{command}: {example}");
            let repo = repository();
            if example.starts_with("lanelint init") {
                repo.remove("lanes.yaml");
            }
            let output = Command::new("sh")
                .args(["-c", example])
                .current_dir(repo.root())
                .stdin(Stdio::null())
                .env_clear()
                .env("PATH", path_with_lanelint(&repo.beside("programs")))
                .env("HOME", repo.beside("home"))
                .env("GIT_CONFIG_NOSYSTEM", "1")
                .output()
                .unwrap();
            assert_eq!(
                output.status.code(),
                Some(expected_status(example)),
                "{example}: {output:?}"
            );
        }
    }
}

#[test]
fn exit_statuses() {
    for (words, help) in all_pages() {
        let lines = section(&help, "Exit status:");
        let statuses: Vec<&str> = lines.iter().filter_map(|line| line.get(..5)).collect();
        match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            [] | ["check" | "gate"] => {
                assert_eq!(statuses, ["  0  ", "  1  ", "  2  ", "  3  "], "{help}");
            }
            _ => assert_eq!(statuses, [] as [&str; 0], "{help}"),
        }
    }
}

#[test]
fn short_help_is_shorter() {
    let repo = TestRepo::new();
    for (words, help) in all_pages() {
        let arguments: Vec<&str> = words.iter().map(String::as_str).chain(["-h"]).collect();
        let short = Call::of(&repo, &arguments).run().ends_with(0).stdout;
        assert!(short.len() < help.len() && !short.contains("Examples:"), "{words:?}: {short}");
    }
}
