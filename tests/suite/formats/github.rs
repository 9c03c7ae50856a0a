//! Workflow commands: where they point, what they hold back, and that nothing in them is one more.

use std::sync::Arc;

use lanelint::finding::{Draft, Finding, Label, Level, Location, Report};
use lanelint::message;
use lanelint::path::RepoPath;
use lanelint::plan::{Plan, PlanText, read};
use lanelint::report::Format;
use lanelint::rules;

use super::shared::{HOSTILE, report};
use super::written;
use crate::harness::assert_harmless;

/// A workflow command, taken apart as the runner does it.
#[derive(Debug)]
struct Command {
    name: String,
    properties: Vec<(String, String)>,
    message: String,
}

impl Command {
    /// The runner looks for the second `::`, splits at `,` and `=`, and undoes the escapes.
    fn read(line: &str) -> Option<Command> {
        let (head, message) = line.trim_start().strip_prefix("::")?.split_once("::")?;
        let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
        let property = |text: &str| {
            let (key, value) = text.split_once('=').unwrap();
            let value = value.replace("%3A", ":").replace("%2C", ",");
            (key.to_owned(), plain(&value))
        };
        let properties = properties.split(',').filter(|text| !text.is_empty()).map(property);
        Some(Command {
            name: name.to_owned(),
            properties: properties.collect(),
            message: plain(message),
        })
    }

    fn get(&self, name: &str) -> Option<&str> {
        let property = self.properties.iter().find(|(key, _)| key == name);
        property.map(|(_, value)| value.as_str())
    }
}

fn plain(text: &str) -> String {
    text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
}

fn commands(text: &str) -> Vec<Command> {
    text.lines().filter_map(Command::read).collect()
}

fn of_plan(plan: &str) -> Report {
    let plan: Arc<Plan> = Arc::new(read(vec![PlanText::new("lanes.yaml", plan)]));
    lanelint::check::check(&plan, &[], Vec::new())
}

/// Findings that no grouping puts together, on files of their own.
fn many(level: Level, number: usize) -> Vec<Finding> {
    let finding = |location: usize| Finding {
        rule: rules::INVALID_PLAN,
        level,
        draft: Draft {
            message: message!["finding ", location],
            labels: vec![Label {
                location: Location::File(format!("file-{location}").parse().unwrap()),
                text: "".into(),
            }],
            ..Draft::default()
        },
        allowed: None,
    };
    (0..number).map(finding).collect()
}

#[test]
fn annotation_of_a_plan_line() {
    let text = written(&of_plan("tasks:\n  a: {write: x}\n  b:\n    write: x\n"), Format::Github);
    let [command] = commands(&text).try_into().unwrap();
    assert_eq!(command.name, "error");
    let properties: Vec<(&str, &str)> =
        command.properties.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let expected = [
        ("file", "lanes.yaml"),
        ("line", "2"),
        ("endLine", "2"),
        ("col", "14"),
        ("endColumn", "15"),
        ("title", "lanelint: overlapping-lanes"),
    ];
    assert_eq!(properties, expected);
    assert!(command.message.starts_with("`a` and `b` may both write `x`\nhelp: "), "{text}");
    assert_eq!(text.lines().last(), Some("2 tasks, 0 files: 1 error"));
}

#[test]
fn no_columns_across_lines() {
    let text = written(
        &of_plan("tasks:\n  a:\n    write:\n      - \"!x\"\n      - \"!y\"\n"),
        Format::Github,
    );
    let [command] = commands(&text).try_into().unwrap();
    assert_eq!((command.get("line"), command.get("endLine")), (Some("4"), Some("5")), "{text}");
    assert_eq!((command.get("col"), command.get("endColumn")), (None, None));
}

#[test]
fn ten_annotations_per_level() {
    for (number, annotated, left_out) in [(10, 10, 0), (11, 9, 2), (500, 9, 491)] {
        let mut report = of_plan("tasks: {a: {write: x}}\n");
        report.findings =
            [Level::Error, Level::Warning, Level::Note].map(|level| many(level, number)).concat();
        let text = written(&report, Format::Github);
        let commands = commands(&text);
        for level in ["error", "warning", "notice"] {
            let of_level: Vec<&Command> =
                commands.iter().filter(|command| command.name == level).collect();
            assert!(of_level.len() <= 10, "{number}: {}", of_level.len());
            let files = of_level.iter().filter(|command| command.get("file").is_some()).count();
            assert_eq!(files, annotated, "{number}");
            let told = of_level.iter().filter_map(|command| {
                command.message.strip_suffix(
                    " at this level: see the log of this step (GitHub shows 10 annotations per level)",
                )
            });
            let told: Vec<&str> = told.collect();
            let expected = format!("{left_out} more findings");
            assert_eq!(told, if left_out == 0 { vec![] } else { vec![expected.as_str()] });
        }
        let plain = text.lines().filter(|line| line.starts_with("file-")).count();
        assert_eq!(plain, 3 * left_out, "what is not annotated is in the log");
    }
}

#[test]
fn unverified_findings_come_first() {
    let mut report = of_plan("tasks: {a: {write: x}}\n");
    report.findings = many(Level::Error, 50);
    report.findings[49].rule = rules::NOT_VERIFIED;
    let text = written(&report, Format::Github);
    assert!(text.contains("\n::error file=file-49,title=lanelint%3A not-verified::"), "{text}");
}

#[test]
fn allowed_findings_are_not_annotated() {
    let plan =
        "tasks:\n  a: {write: x, allow: [{rule: overlapping-lanes, reason: y}]}\n  b: {write: x}\n";
    let text = written(&of_plan(plan), Format::Github);
    assert!(commands(&text).is_empty(), "{text}");
    assert!(text.contains("lanes.yaml:2:14: error[overlapping-lanes] (allowed) "), "{text}");
}

/// Whether every line is a command of the format or none, and none holds one of another CI system.
#[track_caller]
pub(crate) fn assert_commands(text: &str) {
    for line in text.split('\n') {
        assert!(!line.contains(char::is_control) && !line.contains("##["), "{line:?}");
        let Some(command) = Command::read(line) else {
            assert!(!line.trim_start().starts_with("::"), "{line}");
            continue;
        };
        assert!(["error", "warning", "notice"].contains(&command.name.as_str()), "{line}");
        for (key, _) in &command.properties {
            let known = ["file", "line", "endLine", "col", "endColumn", "title"];
            assert!(known.contains(&key.as_str()), "{line}");
        }
        assert!(command.message.encode_utf16().count() <= 4_096);
        // The runner prints the message, whose lines are lines of the log.
        assert_harmless(&command.message);
    }
}

#[test]
fn one_command_per_line() {
    assert_commands(&written(&report(), Format::Github));
}

#[test]
fn unusual_file_names() {
    let mut report = of_plan("tasks: {a: {write: x}}\n");
    for hostile in HOSTILE {
        let path = RepoPath::new([b"odd/", *hostile].concat()).unwrap();
        let mut findings = many(Level::Error, 1);
        findings[0].draft.labels[0].location = Location::File(path.clone());
        report.findings = findings;
        let text = written(&report, Format::Github);
        let [command] = commands(&text).try_into().unwrap();
        match command.get("file") {
            Some(file) => assert_eq!(file.as_bytes(), path.as_bytes()),
            // Then the message has the name, as it can be shown.
            None => assert!(command.message.len() > "finding 0".len() + 4, "{text}"),
        }
    }
}

#[test]
fn plan_outside_the_repository() {
    for name in ["-", "../lanes.yaml", "/srv/plans/lanes.yaml"] {
        let plan = Arc::new(read(vec![PlanText::new(name, "tasks: {a: {}}\n")]));
        let text = written(&lanelint::check::check(&plan, &[], Vec::new()), Format::Github);
        let [command] = commands(&text).try_into().unwrap();
        assert_eq!(command.get("file"), None, "{text}");
        assert!(command.message.starts_with(&format!("{name}: ")), "{text}");
    }
}
