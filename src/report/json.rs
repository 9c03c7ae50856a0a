//! The contract's JSON: one object, with structs of its own.

use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use super::{Located, path_text, safe};
use crate::finding::{Applicability, Datum, Finding, Level, Report};

#[derive(Serialize)]
struct Input<'r> {
    task: &'r str,
    source: &'r str,
    base: Option<&'r str>,
    head: Option<&'r str>,
    merge_base: Option<&'r str>,
}

#[derive(Serialize)]
struct JsonFinding<'r> {
    rule: &'r str,
    level: &'r str,
    message: &'r str,
    help: Option<&'r str>,
    tasks: Vec<&'r str>,
    path: Option<String>,
    allowed: Option<Allowed<'r>>,
    labels: Vec<JsonLabel<'r>>,
    data: Data<'r>,
    fixes: Vec<Fix<'r>>,
}

#[derive(Serialize)]
struct Allowed<'r> {
    by: &'r str,
    reason: &'r str,
}

#[derive(Serialize)]
struct JsonLabel<'r> {
    file: String,
    text: &'r str,
    start: Option<Position>,
    end: Option<Position>,
}

#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
    byte: usize,
}

impl From<crate::source::Position> for Position {
    fn from(position: crate::source::Position) -> Position {
        Position { line: position.line, column: position.column, byte: position.byte }
    }
}

#[derive(Serialize)]
struct Fix<'r> {
    title: String,
    applicability: &'static str,
    edits: Vec<Edit<'r>>,
}

#[derive(Serialize)]
struct Edit<'r> {
    file: &'r str,
    start: usize,
    end: usize,
    text: String,
}

#[derive(Serialize)]
struct Summary {
    tasks: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    allowed: usize,
    files: usize,
    verified: bool,
}

/// A finding's data: a map, also where it is empty.
struct Data<'r>(&'r [(&'static str, Datum)]);

impl Serialize for Data<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, datum)| (name, Value(datum))))
    }
}

struct Value<'r>(&'r Datum);

impl Serialize for Value<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Datum::Text(text) => serializer.serialize_str(text),
            Datum::Count(count) => serializer.serialize_u64(*count as u64),
            Datum::List(values) => serializer.collect_seq(values.iter().map(Value)),
            Datum::Map(values) => Data(values).serialize(serializer),
        }
    }
}

impl<'r> JsonFinding<'r> {
    fn new(report: &'r Report, finding: &'r Finding) -> JsonFinding<'r> {
        let draft = &finding.draft;
        let labels = draft.labels.iter().map(|label| {
            let located = Located::new(report, label);
            let (start, end) = located.range.unzip();
            JsonLabel {
                file: located.file,
                text: located.text,
                start: start.map(Position::from),
                end: end.map(Position::from),
            }
        });
        let edit = |edit: crate::finding::Edit| Edit {
            file: report.plan.sources[edit.span.file.0].name(),
            start: edit.span.start,
            end: edit.span.end,
            text: edit.text,
        };
        let fixes = draft.fixes.iter().map(|fix| Fix {
            title: fix.title(&report.plan),
            applicability: match fix.applicability() {
                Applicability::Safe => "safe",
                Applicability::Unsafe => "unsafe",
                Applicability::DisplayOnly => "display-only",
            },
            edits: fix.edits(&report.plan).into_iter().map(edit).collect(),
        });
        JsonFinding {
            rule: finding.rule,
            level: finding.level.word(),
            message: &draft.message,
            help: draft.help.as_deref(),
            tasks: draft.tasks.iter().map(|task| &**task).collect(),
            path: path_text(draft.path.as_ref()),
            allowed: finding
                .allowed
                .as_ref()
                .map(|allowed| Allowed { by: &allowed.by, reason: &allowed.reason }),
            labels: labels.collect(),
            data: Data(&draft.data),
            fixes: fixes.collect(),
        }
    }
}

/// Findings that are written by one thread at a time: enough to be worth it.
const BLOCK: usize = 512;

/// Writes the object with a line for each of its own fields, and for each finding and input: short
/// enough for half a million findings, and a finding is found by its line.
pub(super) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let plan: Vec<&str> = report.plan.sources.iter().map(crate::source::SourceFile::name).collect();
    write!(out, "{{\n  \"version\": 1,\n  \"command\": ")?;
    value(report.command, out)?;
    write!(out, ",\n  \"plan\": ")?;
    value(&plan, out)?;
    write!(out, ",\n  \"inputs\": [")?;
    let inputs = report.inputs.iter().map(|input| Input {
        task: &input.task,
        source: &input.source,
        base: input.base.as_deref(),
        head: input.head.as_deref(),
        merge_base: input.merge_base.as_deref(),
    });
    lines(inputs, out)?;
    end(report.inputs.is_empty(), out)?;
    write!(out, ",\n  \"findings\": [")?;
    let blocks: Vec<&[Finding]> = report.findings.chunks(BLOCK).collect();
    let mut first = true;
    crate::parallel::in_order(
        blocks.len(),
        |block| {
            let mut text = Vec::new();
            let findings = blocks[block].iter().map(|finding| JsonFinding::new(report, finding));
            lines(findings, &mut text).map(|()| text)
        },
        |block| {
            if !std::mem::take(&mut first) {
                out.write_all(b",")?;
            }
            out.write_all(&block?)
        },
    )?;
    end(report.findings.is_empty(), out)?;
    write!(out, ",\n  \"summary\": ")?;
    let summary = Summary {
        tasks: report.plan.tasks.len(),
        errors: report.count(Level::Error),
        warnings: report.count(Level::Warning),
        notes: report.count(Level::Note),
        allowed: report.findings.iter().filter(|finding| finding.allowed.is_some()).count(),
        files: report.files,
        verified: report.verified(),
    };
    value(&summary, out)?;
    out.write_all(b"\n}\n")
}

/// Writes the items of a list, a line each.
fn lines<T: Serialize>(items: impl Iterator<Item = T>, out: &mut dyn io::Write) -> io::Result<()> {
    for (place, item) in items.enumerate() {
        out.write_all(if place == 0 { b"\n    " } else { b",\n    " })?;
        value(&item, out)?;
    }
    Ok(())
}

/// Ends a list of lines.
fn end(empty: bool, out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(if empty { b"]" } else { b"\n  ]" })
}

/// Writes a value in one line.
fn value<T: Serialize + ?Sized>(value: &T, out: &mut dyn io::Write) -> io::Result<()> {
    Ok(value.serialize(&mut Serializer::with_formatter(out, Safe))?)
}

/// JSON in which no text of strangers does anything to a terminal or a CI log.
///
/// JSON may escape any character: the values stay what they are.
struct Safe;

impl Formatter for Safe {
    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.begin_array_value(out, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut plain = 0;
        for (at, character) in fragment.char_indices() {
            if !safe::is_hidden(character) && !fragment[at..].starts_with("##") {
                continue;
            }
            out.write_all(&fragment.as_bytes()[plain..at])?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            plain = at + character.len_utf8();
        }
        out.write_all(&fragment.as_bytes()[plain..])
    }
}
