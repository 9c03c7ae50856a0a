//! The contract's JSON: one object, with structs of its own.

use std::io;

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, PrettyFormatter, Serializer};

use super::{Located, path_text, safe};
use crate::finding::{Applicability, Datum, Finding, Level, Report};

#[derive(Serialize)]
struct Document<'r> {
    version: u32,
    command: &'r str,
    plan: Vec<&'r str>,
    inputs: Vec<Input<'r>>,
    findings: Findings<'r>,
    summary: Summary,
}

#[derive(Serialize)]
struct Input<'r> {
    task: Option<&'r str>,
    source: &'r str,
    base: Option<&'r str>,
    head: Option<&'r str>,
    merge_base: Option<&'r str>,
}

/// The findings, made into their JSON one by one: there may be half a million.
struct Findings<'r>(&'r Report);

impl Serialize for Findings<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer
            .collect_seq(self.0.findings.iter().map(|finding| JsonFinding::new(self.0, finding)))
    }
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

pub(super) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let inputs = report.inputs.iter().map(|input| Input {
        task: input.task.as_deref(),
        source: &input.source,
        base: input.base.as_deref(),
        head: input.head.as_deref(),
        merge_base: input.merge_base.as_deref(),
    });
    let document = Document {
        version: 1,
        command: report.command,
        plan: report.plan.sources.iter().map(crate::source::SourceFile::name).collect(),
        inputs: inputs.collect(),
        findings: Findings(report),
        summary: Summary {
            tasks: report.plan.tasks.len(),
            errors: report.count(Level::Error),
            warnings: report.count(Level::Warning),
            notes: report.count(Level::Note),
            allowed: report.findings.iter().filter(|finding| finding.allowed.is_some()).count(),
            files: report.files,
            verified: report.verified(),
        },
    };
    let mut serializer =
        Serializer::with_formatter(&mut *out, Safe(PrettyFormatter::with_indent(b"  ")));
    document.serialize(&mut serializer)?;
    writeln!(out)
}

/// Pretty JSON in which no text of strangers does anything to a terminal or a CI log.
///
/// JSON may escape any character: the values stay what they are.
struct Safe(PrettyFormatter<'static>);

macro_rules! as_pretty {
    ($($method:ident($($argument:ident: $type:ty),*);)*) => {
        $(fn $method<W: ?Sized + io::Write>(&mut self, out: &mut W $(, $argument: $type)*) -> io::Result<()> {
            self.0.$method(out $(, $argument)*)
        })*
    };
}

impl Formatter for Safe {
    as_pretty! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        begin_object_value();
        end_object_value();
        write_char_escape(escape: CharEscape);
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
