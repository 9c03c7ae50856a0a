//! The commands of the README and of `docs/`, run as they stand there.
//!
//! In a block that is fenced as `console`, a line that begins with `$ ` is a command and what
//! follows is all that it says, on standard output and standard error. The commands of a block run
//! in one shell, in a repository that holds a copy of `fixtures/`. What is not to be run is fenced
//! as something else.
//!
//! `LANELINT_UPDATE_DOCS=1 cargo test --test suite readme` writes what the commands say, the texts of
//! files and the tables of rules into the pages.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use lanelint::explain;
use lanelint::rules::RULES;

use crate::harness::{Call, TestRepo, check_page, path_with_lanelint, root};

const MARK: &str = "\u{1}";

fn pages() -> Vec<PathBuf> {
    let docs = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> =
        docs.filter(|page| page.extension().is_some_and(|end| end == "md")).collect();
    pages.extend(["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(|page| root().join(page)));
    pages.sort();
    pages
}

/// A repository with the examples in it.
fn repository() -> TestRepo {
    let repo = TestRepo::new();
    let folder = root().join("fixtures");
    for entry in walkdir::WalkDir::new(&folder).into_iter().map(Result::unwrap) {
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(root()).unwrap().to_str().unwrap();
            repo.write(name, fs::read(entry.path()).unwrap());
        }
    }
    repo.commit("examples");
    repo
}

/// Runs the commands of one block; gives what each of them said.
fn run(commands: &[String]) -> Vec<String> {
    let repo = repository();
    let mut script = String::from("exec 2>&1\n");
    for command in commands {
        // The status of the command before is still there for `echo $?`.
        let command = command.replace("cargo run -- ", "lanelint ");
        writeln!(script, "s=$?; printf '{MARK}'; (exit $s)\n{command}").unwrap();
    }
    let mut command = Command::new("sh");
    command.args(["-c", &script]).current_dir(repo.root()).stdin(Stdio::null()).env_clear();
    command
        .env("PATH", path_with_lanelint(&repo.beside("programs")))
        .env("HOME", repo.beside("home"));
    for (name, value) in [
        ("LC_ALL", "C"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_AUTHOR_NAME", "A U Thor"),
        ("GIT_AUTHOR_EMAIL", "author@example.com"),
        ("GIT_AUTHOR_DATE", "2005-04-07T22:13:13Z"),
        ("GIT_COMMITTER_NAME", "C O Mitter"),
        ("GIT_COMMITTER_EMAIL", "committer@example.com"),
        ("GIT_COMMITTER_DATE", "2005-04-07T22:15:13Z"),
    ] {
        command.env(name, value);
    }
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.split(MARK).skip(1).map(|said| said.trim_end().to_owned()).collect()
}

/// A block's commands, without `$ ` and with their continuation lines.
fn commands(block: &str) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    for line in block.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            commands.push(command.to_owned());
        } else if let (Some(more), Some(last)) = (line.strip_prefix("> "), commands.last_mut()) {
            last.push('\n');
            last.push_str(more);
        }
    }
    commands
}

/// The block as it would be if every command said what it says.
fn true_block(block: &str) -> String {
    let commands = commands(block);
    assert!(!commands.is_empty(), "a block without a command:\n{block}");
    // The test command runs this very test.
    if commands == ["cargo test"] {
        return block.to_owned();
    }
    // A block of commands alone leaves out what they say; `...` below one asks for it.
    let bare = block.lines().all(|line| line.starts_with("$ ") || line.starts_with("> "));
    let said = run(&commands);
    assert_eq!(said.len(), commands.len(), "a command ended the shell:\n{block}");
    if bare {
        return block.to_owned();
    }
    let fenced = said.iter().any(|said| said.lines().any(|line| line.starts_with("```")));
    assert!(!fenced, "what a command says would end the block:\n{block}");
    let mut text = String::new();
    for (command, said) in commands.iter().zip(said) {
        writeln!(text, "$ {}", command.replace('\n', "\n> ")).unwrap();
        if !said.is_empty() {
            writeln!(text, "{said}").unwrap();
        }
    }
    text
}

fn table() -> String {
    let mut table = String::from("| rule | level | finds |\n| --- | --- | --- |\n");
    for rule in RULES {
        writeln!(table, "| `{}` | {} | {} |", rule.name, explain::level(rule), rule.summary)
            .unwrap();
    }
    table
}

/// The page as it has to be. An unbalanced page is not regenerated, because prose and blocks are
/// taken for each other in it.
fn true_page(page: &str) -> String {
    assert_eq!(fence_fault(page), None);
    let mut text = String::new();
    let mut lines = page.lines();
    let mut file: Option<&str> = None;
    while let Some(line) = lines.next() {
        writeln!(text, "{line}").unwrap();
        let mut rest = |end: &str| -> String {
            lines.by_ref().take_while(|line| *line != end).map(|line| format!("{line}\n")).collect()
        };
        if let Some(name) = line.strip_prefix("<!-- file: ") {
            file = name.strip_suffix(" -->");
        } else if line == "<!-- rules -->" {
            rest("<!-- end -->");
            writeln!(text, "\n{}\n<!-- end -->", table()).unwrap();
        } else if line == "```console" {
            let block = rest("```");
            writeln!(text, "{}```", true_block(&block)).unwrap();
        } else if line.starts_with("```") {
            let block = rest("```");
            let block = match file.take() {
                Some(name) => fs::read_to_string(root().join(name)).unwrap(),
                None => block,
            };
            writeln!(text, "{block}```").unwrap();
        }
    }
    assert_eq!(fence_fault(&text), None);
    text
}

#[test]
fn documented_commands() {
    for page in pages() {
        let name = page.strip_prefix(root()).unwrap().to_str().unwrap();
        check_page(name, "readme", |text| match name {
            // The page of rules is made of them.
            "docs/rules.md" => true_page(&explain::page()),
            _ => true_page(text),
        });
    }
}

#[test]
fn first_command_shows_overlap() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let block = readme.split("```console\n").nth(1).unwrap().split("```").next().unwrap();
    let commands = commands(block);
    let said = run(&commands);
    assert!(said[0].contains("error[overlapping-lanes]"), "{}", said[0]);
    assert!(said[0].lines().count() <= 24, "{}", said[0]);
}

#[test]
fn ci_runs_documented_tests() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    assert!(readme.contains("```console\n$ cargo test\n```"));
    let ci = fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(ci.lines().any(|line| line == "cargo test"), "{ci}");
}

/// The first unbalanced code fence of a page. A closing fence too many opens a block without a
/// language, and a missing one swallows the opening fence of the next block.
fn fence_fault(page: &str) -> Option<String> {
    let mut open: Option<(usize, &str)> = None;
    for (at, line) in page.lines().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let Some(fence) = line.trim_start().strip_prefix("```").filter(|_| indent < 4) else {
            continue;
        };
        match open {
            None if fence.trim().is_empty() => {
                return Some(format!("line {}: a fence without a language", at + 1));
            }
            None => open = Some((at, fence)),
            Some(_) if fence.trim_matches('`').is_empty() => open = None,
            Some(_) => break,
        }
    }
    open.map(|(at, fence)| format!("line {}: ```{fence} is not closed", at + 1))
}

#[test]
fn balanced_fences() {
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        assert_eq!(fence_fault(&text), None, "{}", page.display());
    }
    for (page, fault) in [
        ("```sh\nls\n```\n", None),
        ("```sh\nls\n```\n```\n", Some("line 4: a fence without a language")),
        ("a\n\n```sh\nls\n", Some("line 3: ```sh is not closed")),
        ("```sh\nls\n\n```sh\nls\n```\n", Some("line 1: ```sh is not closed")),
    ] {
        assert_eq!(fence_fault(page).as_deref(), fault, "{page}");
    }
}

#[test]
fn internal_links() {
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')) {
            let target = link.0.split('#').next().unwrap();
            if !target.contains("://") && !target.is_empty() && !target.contains(' ') {
                let path = page.parent().unwrap().join(target);
                assert!(path.exists(), "{}: {target}", page.display());
            }
        }
    }
}

/// The characters of a text that are seen.
fn seen(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

#[test]
fn picture_matches_output() {
    let repo = TestRepo::without_git();
    let example = root().join("fixtures/shared-helper");
    repo.write("lanes.yaml", fs::read(example.join("bad/lanes.yaml")).unwrap());
    for file in fs::read_dir(example.join("src")).unwrap().map(|entry| entry.unwrap().path()) {
        let name = format!("src/{}", file.file_name().unwrap().to_str().unwrap());
        repo.write(&name, fs::read(file).unwrap());
    }
    let said = Call::of(&repo, &["check"]).run().stdout;
    let picture = fs::read_to_string(root().join("docs/check.svg")).unwrap();
    let picture = roxmltree::Document::parse(&picture).unwrap();
    let texts = picture.descendants().filter(|node| node.tag_name().name() == "text");
    let shown: String = texts.filter_map(|text| text.text()).collect();
    assert_eq!(seen(&shown), seen(&format!("$ lanelint check {said}")), "run docs/picture.py");
}
