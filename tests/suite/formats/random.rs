//! Reports of findings that nobody thought of, with names made of what hurts: every format stays what
//! it is. `LANELINT_CASES` says how many reports to try.

use std::sync::Arc;

use lanelint::finding::{
    Allowed, Command, Datum, Draft, Finding, Input, Label, Level, Location, Report,
};
use lanelint::message;
use lanelint::message::code;
use lanelint::path::RepoPath;
use lanelint::plan::{PlanText, read};
use lanelint::report::Format;
use lanelint::rules;
use lanelint::source::{FileId, Span};
use proptest::prelude::*;

use super::{assert_valid, github, markdown, schema, written};
use crate::harness::{assert_harmless, config};

/// What stands in every name of a stranger, and in no word of the program: a letter like those of words.
const MARK: char = 'Q';

const PARTS: &[&str] = &[
    "`",
    "``",
    "```",
    "|",
    "\n",
    "\r\n",
    "::error::",
    " ::x",
    "##[x]",
    "##vso[",
    "</details>",
    "<b>",
    "@team",
    "\\",
    "{0}",
    "[a](1)",
    "](",
    "&amp;",
    "]]>",
    "\u{1b}[31m",
    "\u{202e}",
    "%0A",
    "%",
    ",",
    ":",
    " ",
    "*",
    "__",
    "~~",
    "$(x)",
    "!",
    "#",
    "\"",
    "'",
    "\t",
    "<!--",
    "-->",
    "www.x.y",
    "\u{feff}",
    "\u{ffff}",
    "- ",
    "    ",
    "é",
];

fn name() -> impl Strategy<Value = String> {
    let parts = prop::collection::vec(prop::sample::select(PARTS), 0..5);
    (parts.clone(), parts)
        .prop_map(|(one, other)| format!("{}{MARK}{}", one.concat(), other.concat()))
}

fn path() -> impl Strategy<Value = RepoPath> {
    (name(), any::<bool>()).prop_filter_map("a path", |(name, is_bytes)| {
        let end: &[u8] = if is_bytes { b"\xff" } else { b"" };
        RepoPath::new([name.as_bytes(), end].concat()).ok()
    })
}

fn finding() -> impl Strategy<Value = Finding> {
    let of_rules = [
        rules::OUT_OF_LANE,
        rules::OVERLAPPING_LANES,
        rules::COLLIDING_WRITES,
        rules::NOT_VERIFIED,
        rules::MISSING_BRANCH,
        rules::INVALID_PLAN,
    ];
    let level = prop::sample::select(vec![Level::Error, Level::Warning, Level::Note]);
    let allowed = prop::option::of((name(), name()));
    let names = (name(), name(), path(), name());
    (prop::sample::select(of_rules.to_vec()), level, allowed, names, 0..4u8).prop_map(
        |(rule, level, allowed, (one, other, path, input), location)| {
            let location = match location {
                0 => Location::File(path.clone()),
                1 => Location::Input(input),
                _ => Location::Span(Span::new(FileId(0), 9..10)),
            };
            let draft = Draft {
                message: message![
                    code(&one),
                    " and ",
                    code(&other),
                    " may both write ",
                    code(&path)
                ],
                help: Some(message!["ask ", code(&other)]),
                tasks: vec![one.as_str().into(), other.as_str().into()],
                path: Some(path),
                labels: vec![Label { location, text: message![code(&one), " may write it"] }],
                data: vec![("owners", Datum::List(vec![Datum::Text(other.as_str().into())]))],
                ..Draft::default()
            };
            let allowed = allowed.map(|(by, reason)| Box::new(Allowed { by, reason }));
            Finding { rule, level, draft, allowed }
        },
    )
}

fn report() -> impl Strategy<Value = Report> {
    let findings = prop::collection::vec(finding(), 0..14);
    (name(), name(), findings, any::<bool>()).prop_map(|(file, glob, findings, is_gate)| {
        let glob = serde_json::json!(glob);
        let text =
            format!("tasks:\n  a: {{write: {glob}, title: {glob}}}\n  b: {{write: [x, {glob}]}}\n");
        Report {
            command: if is_gate { Command::Gate } else { Command::Check },
            plan: Arc::new(read(vec![PlanText::new(file.clone(), text)])),
            inputs: vec![Input { task: None, source: file, ..Input::default() }],
            verdicts: Vec::new(),
            merge_order: Vec::new(),
            left_out: Vec::new(),
            proposed: Vec::new(),
            findings,
            files: 3,
        }
    })
}

#[test]
fn random_reports_stay_valid() {
    let (sarif, gitlab) = (schema("sarif-schema-2.1.0.json"), schema("gitlab-codequality.json"));
    proptest!(config(200), |(report in report())| {
        for (_, format) in Format::ALL {
            let text = written(&report, format);
            match format {
                Format::Human | Format::Concise => assert_harmless(&text),
                Format::Json => drop(serde_json::from_str::<serde_json::Value>(&text).unwrap()),
                Format::Sarif => assert_valid(&sarif, &serde_json::from_str(&text).unwrap()),
                Format::Gitlab => assert_valid(&gitlab, &serde_json::from_str(&text).unwrap()),
                Format::Junit => drop(roxmltree::Document::parse(&text).unwrap()),
                Format::Github => github::assert_commands(&text),
                Format::Markdown => markdown::assert_only_code(&text, MARK),
            }
            if format != Format::Github {
                assert_harmless(&text);
            }
        }
    });
}
