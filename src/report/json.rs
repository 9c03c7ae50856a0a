//! The JSON of reports and answers, described in docs/formats.md.

pub(super) mod brief;
pub(super) mod text;
pub(super) mod waves;
pub(super) mod who;

use std::io;

use serde::Serialize;

use super::{Located, path_text};
use crate::finding::{
    Applicability, Command, Datum, Finding, Fixer, InputVerdict, Level, Message, Report,
};
use crate::index::{InputId, TaskId};
use crate::plan::Plan;
use crate::source::{SourceFile, Span};
use text::{write_document, write_field, write_list};

#[derive(Serialize)]
struct Input<'r> {
    task: Option<&'r str>,
    source: &'r str,
    branch: Option<&'r str>,
    attempt: Option<usize>,
    state: &'static str,
    not_own: usize,
    base: Option<&'r str>,
    head: Option<&'r str>,
    merge_base: Option<&'r str>,
}

#[derive(Serialize)]
struct Verdict<'r> {
    input: usize,
    task: Option<&'r str>,
    branch: Option<&'r str>,
    verdict: &'static str,
    errors: usize,
    warnings: usize,
    changed: usize,
    outside: usize,
    foreign: usize,
    collides_with: Vec<&'r str>,
    merges_with_base: Option<bool>,
    waits_for: Vec<&'r str>,
    rank: Option<usize>,
}

impl<'r> Verdict<'r> {
    fn new(report: &'r Report, verdict: &'r InputVerdict) -> Verdict<'r> {
        let input = report.inputs.get(usize::from(verdict.input));
        Verdict {
            input: verdict.input.into(),
            task: input.and_then(|input| input.task.as_deref()),
            branch: input.and_then(|input| input.branch.as_deref()),
            verdict: verdict.verdict.word(),
            errors: verdict.errors,
            warnings: verdict.warnings,
            changed: verdict.changed,
            outside: verdict.outside,
            foreign: verdict.foreign,
            collides_with: verdict.collides_with.iter().map(|id| &**id).collect(),
            merges_with_base: verdict.merges_with_base,
            waits_for: verdict.waits_for.iter().map(|id| &**id).collect(),
            rank: verdict.rank,
        }
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
    #[serde(skip_serializing_if = "Option::is_none")]
    inputs: Option<Vec<usize>>,
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

/// The data of a finding, as a map even if it is empty.
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
    fn new(report: &'r Report, fixer: &Fixer<'_>, finding: &'r Finding) -> JsonFinding<'r> {
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
        // A fix has no edits if there is no safe place for it in the text.
        let fixes = draft.fixes.iter().map(|fix| (fix, fixer.edits(fix)));
        let fixes = fixes.filter(|(_, edits)| !edits.is_empty()).map(|(fix, edits)| Fix {
            title: fix.title(&report.plan).to_string(),
            applicability: match fix.applicability() {
                Applicability::Safe => "safe",
                Applicability::Unsafe => "unsafe",
                Applicability::DisplayOnly => "display-only",
            },
            edits: edits.into_iter().map(edit).collect(),
        });
        JsonFinding {
            rule: finding.rule.name,
            level: finding.level.word(),
            message: draft.message.as_str(),
            help: draft.help.as_ref().map(Message::as_str),
            tasks: draft.tasks.iter().map(|task| &**task).collect(),
            path: path_text(draft.path.as_ref()),
            allowed: finding
                .allowed
                .as_ref()
                .map(|allowed| Allowed { by: &allowed.by, reason: &allowed.reason }),
            labels: labels.collect(),
            data: Data(&draft.data),
            inputs: (report.command == Command::Gate)
                .then(|| draft.inputs.iter().map(|&input| input.into()).collect()),
            fixes: fixes.collect(),
        }
    }
}

pub(super) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let inputs = report.inputs.iter().map(|input| Input {
        task: input.task.as_deref(),
        source: &input.source,
        branch: input.branch.as_deref(),
        attempt: input.attempt,
        state: input.state.word(),
        not_own: input.not_own,
        base: input.base.as_deref(),
        head: input.head.as_deref(),
        merge_base: input.merge_base.as_deref(),
    });
    let summary = Summary {
        tasks: report.plan.tasks.len(),
        errors: report.count(Level::Error),
        warnings: report.count(Level::Warning),
        notes: report.count(Level::Note),
        allowed: report.findings.iter().filter(|finding| finding.allowed.is_some()).count(),
        files: report.files,
        verified: report.verified(),
    };
    write!(out, "{{\n  \"version\": 1,\n  \"command\": ")?;
    write_field(&report.command.to_string(), out)?;
    write!(out, ",\n  \"plan\": ")?;
    write_field(&plan_names(&report.plan), out)?;
    write!(out, ",\n  \"inputs\": ")?;
    write_field(&inputs.collect::<Vec<_>>(), out)?;
    if report.command == Command::Gate {
        let numbers = |inputs: &[InputId]| -> Vec<usize> {
            inputs.iter().map(|&input| input.into()).collect()
        };
        write!(out, ",\n  \"verdicts\": ")?;
        write_list(&report.verdicts, |_, verdict| Verdict::new(report, verdict), out)?;
        write!(out, ",\n  \"merge_order\": ")?;
        write_field(&numbers(&report.merge_order), out)?;
        write!(out, ",\n  \"left_out\": ")?;
        write_field(&numbers(&report.left_out), out)?;
    }
    write!(out, ",\n  \"findings\": ")?;
    let fixer = Fixer::new(&report.plan);
    let finding = |_, finding| JsonFinding::new(report, &fixer, finding);
    write_list(&report.findings, finding, out)?;
    write!(out, ",\n  \"summary\": ")?;
    write_field(&summary, out)?;
    writeln!(out, "\n}}")
}

/// A range of the plan.
#[derive(Serialize)]
struct Part<'p> {
    file: &'p str,
    start: Position,
    end: Position,
}

impl<'p> Part<'p> {
    fn new(plan: &'p Plan, span: Span) -> Part<'p> {
        let source = &plan.sources[span.file.0];
        let [start, end] = [span.start, span.end].map(|byte| source.position(byte).into());
        Part { file: source.name(), start, end }
    }
}

fn plan_names(plan: &Plan) -> Vec<&str> {
    plan.sources.iter().map(SourceFile::name).collect()
}

fn ids<'p>(plan: &'p Plan, tasks: &[TaskId]) -> Vec<&'p str> {
    tasks.iter().map(|&task| &*plan[task].id.value).collect()
}
