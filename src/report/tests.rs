//! One report in every format, with untrusted text everywhere.

use std::sync::Arc;

use super::{Format, Style, write};
use crate::finding::{
    Allowed, Command, Datum, Draft, Finding, Input, Label, Level, Location, Report,
};
use crate::message;
use crate::message::bare;
use crate::path::RepoPath;
use crate::plan::Plan;
use crate::rules;
use crate::source::{FileId, SourceFile, Span};

const HOSTILE: &str = "::error::x\u{1b}[31m\n::warning\u{202e}y ##[group] ##vso[z] \u{7f}`|\r";

fn hostile_report() -> Report {
    let path = RepoPath::new(HOSTILE).unwrap();
    let odd = RepoPath::new(*b"\"\xff ::x").unwrap();
    let text = format!("tasks: # {HOSTILE}\n  a: {{write: x}}\n");
    let at = text.find("{write").unwrap();
    let labels = [
        Location::File(path.clone()),
        Location::Span(Span::new(FileId(0), at..at + 10)),
        Location::Input(HOSTILE.to_owned()),
    ];
    let draft = |path: &RepoPath| Draft {
        message: message![bare(HOSTILE)],
        help: Some(message![bare(HOSTILE)]),
        tasks: vec![HOSTILE.into()],
        path: Some(path.clone()),
        labels: labels
            .iter()
            .map(|location| Label { location: location.clone(), text: message![bare(HOSTILE)] })
            .collect(),
        data: vec![("owners", Datum::List(vec![Datum::Text(HOSTILE.into())]))],
        ..Draft::default()
    };
    let finding = |rule, path: &RepoPath, allowed| Finding {
        rule,
        level: Level::Error,
        draft: draft(path),
        allowed,
    };
    let allowed = Allowed { by: HOSTILE.to_owned(), reason: HOSTILE.to_owned() };
    let plan = Plan { sources: vec![SourceFile::new(HOSTILE, text)], ..Plan::default() };
    Report {
        command: Command::Gate,
        plan: Arc::new(plan),
        verdicts: Vec::new(),
        merge_order: Vec::new(),
        left_out: Vec::new(),
        proposed: Vec::new(),
        inputs: vec![Input {
            task: Some(HOSTILE.to_owned()),
            source: HOSTILE.to_owned(),
            ..Input::default()
        }],
        findings: vec![
            finding(rules::OUT_OF_LANE, &path, None),
            finding(rules::OUT_OF_LANE, &odd, None),
            finding(rules::OVERLAPPING_LANES, &path, None),
            finding(rules::OVERLAPPING_LANES, &odd, Some(Box::new(allowed))),
        ],
        files: 2,
    }
}

fn written(format: Format, color: bool) -> String {
    let mut out = Vec::new();
    write(&hostile_report(), format, Style { color, width: 60 }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn untrusted_text_in_every_format() {
    let others = Format::ALL.iter().filter(|(_, format)| *format != Format::Github);
    for &(_, format) in others {
        let text = written(format, false);
        for line in text.lines() {
            assert!(!line.trim_start().starts_with("::"), "{format:?}: {line:?}");
            for bad in ["##[", "##vso[", "\u{202e}"] {
                assert!(!line.contains(bad), "{format:?}: {line:?}");
            }
            assert!(!line.contains(|letter: char| letter.is_control()), "{format:?}: {line:?}");
        }
    }
}

#[test]
fn colors_are_the_only_escapes() {
    let plain = written(Format::Human, false);
    let colored = written(Format::Human, true);
    assert!(!plain.contains('\u{1b}') && colored.contains('\u{1b}'));
    for format in [Format::Concise, Format::Json] {
        assert_eq!(written(format, true), written(format, false), "{format:?}");
    }
}

#[test]
fn json_values_are_exact() {
    let json: serde_json::Value = serde_json::from_str(&written(Format::Json, false)).unwrap();
    let finding = &json["findings"][0];
    assert_eq!(finding["message"], HOSTILE);
    assert_eq!(finding["path"], HOSTILE);
    assert_eq!(finding["tasks"][0], HOSTILE);
    assert_eq!(finding["labels"][0]["file"], HOSTILE);
    assert_eq!(finding["labels"][0]["start"], serde_json::Value::Null);
    assert_eq!(finding["data"]["owners"][0], HOSTILE);
    assert_eq!(json["findings"][1]["path"], "\"\\\"\\377 ::x\"", "as git quotes it");
    assert_eq!(json["findings"][3]["allowed"]["reason"], HOSTILE);
    assert_eq!(json["plan"][0], HOSTILE);
    assert_eq!(json["inputs"][0]["source"], HOSTILE);
    let summary = &json["summary"];
    assert_eq!((&summary["errors"], &summary["allowed"]), (&3.into(), &1.into()));
}
