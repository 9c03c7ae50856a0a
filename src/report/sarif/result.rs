//! Findings as results of SARIF.

use std::collections::BTreeMap;

use serde::Serialize;

use super::message::Message;
use super::{ROOT, rules, uri};
use crate::finding::{Allowed, Edit, Finding, Fixer, Label, Report};
use crate::report::{Located, file_name, inside_root, path_text, shown};
use crate::source::{FileId, Position};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SarifResult<'r> {
    rule_id: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: PartialFingerprints<'r>,
    /// Either all results of a run have them or none.
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressions: Option<Vec<Suppression>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix>,
    properties: Properties<'r>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PartialFingerprints<'r> {
    /// The one that GitHub reads. Without it, GitHub hashes the text of the line.
    primary_location_line_hash: &'r str,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    status: &'static str,
    justification: String,
}

#[derive(Serialize)]
struct Properties<'r> {
    tasks: Vec<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    /// An input that is not a file in the repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    logical_locations: Option<[LogicalLocation; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<usize>,
}

impl Region {
    /// Stands for a whole file: readers reject results without a line.
    const FIRST_LINE: Region =
        Region { start_line: 1, start_column: None, end_line: None, end_column: None };
}

#[derive(Serialize)]
struct LogicalLocation {
    name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix {
    description: Message,
    artifact_changes: Vec<ArtifactChange>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Content,
}

#[derive(Serialize)]
struct Content {
    text: String,
}

/// What all results of a run share.
pub(super) struct Writer<'r> {
    report: &'r Report,
    fixer: Fixer<'r>,
    has_suppressions: bool,
}

impl<'r> Writer<'r> {
    pub(super) fn new(report: &'r Report) -> Writer<'r> {
        let has_suppressions = report.findings.iter().any(|finding| finding.allowed.is_some());
        Writer { report, fixer: Fixer::new(&report.plan), has_suppressions }
    }

    fn fixes(&self, finding: &Finding) -> Vec<Fix> {
        let fixes = finding.draft.fixes.iter().map(|fix| (fix, self.fixer.edits(fix)));
        // A fix has no edits if there is no safe place for it in the text.
        let fixes = fixes.filter(|(_, edits)| !edits.is_empty());
        let fix = |(fix, edits): (&crate::finding::Fix, Vec<Edit>)| Fix {
            description: Message::new(fix.title(&self.report.plan).as_str()),
            artifact_changes: self.changes(edits),
        };
        fixes.map(fix).collect()
    }

    fn changes(&self, edits: Vec<Edit>) -> Vec<ArtifactChange> {
        let mut files: BTreeMap<FileId, Vec<Replacement>> = BTreeMap::new();
        for Edit { span, text } in edits {
            let source = self.report.source(span.file);
            let region = (source.position(span.start), source.position(span.end)).into();
            let inserted_content = Content { text };
            let replacements = files.entry(span.file).or_default();
            replacements.push(Replacement { deleted_region: region, inserted_content });
        }
        let change = |(file, replacements): (FileId, Vec<Replacement>)| ArtifactChange {
            artifact_location: ArtifactLocation::named(self.report.source(file).name()),
            replacements,
        };
        files.into_iter().map(change).collect()
    }
}

impl<'r> SarifResult<'r> {
    pub(super) fn new(
        writer: &Writer<'r>,
        finding: &'r Finding,
        fingerprint: &'r str,
    ) -> SarifResult<'r> {
        let Writer { report, .. } = *writer;
        let draft = &finding.draft;
        let related = draft.labels.iter().enumerate().skip(1);
        let related = related.map(|(id, label)| Location {
            id: Some(id),
            message: (!label.text.is_empty()).then(|| Message::new(label.text.as_str())),
            ..Location::new(report, label)
        });
        // Readers reject results without a file.
        let location = location(report, finding).unwrap_or_else(|| Location::of_run(report));
        SarifResult {
            rule_id: finding.rule.name,
            rule_index: rules::index(finding.rule),
            level: finding.level.word(),
            message: Message::of(finding),
            locations: vec![location],
            related_locations: related.collect(),
            partial_fingerprints: PartialFingerprints { primary_location_line_hash: fingerprint },
            suppressions: writer
                .has_suppressions
                .then(|| finding.allowed.iter().map(|by| Suppression::new(report, by)).collect()),
            fixes: writer.fixes(finding),
            properties: Properties {
                tasks: draft.tasks.iter().map(|task| &**task).collect(),
                path: path_text(draft.path.as_ref()),
            },
        }
    }
}

impl Suppression {
    fn new(report: &Report, allowed: &Allowed) -> Suppression {
        let is_inside = report.plan.sources.iter().all(|source| inside_root(source.name()));
        Suppression {
            kind: if is_inside { "inSource" } else { "external" },
            status: "accepted",
            justification: format!("`{}`: {}", shown(&allowed.by), shown(&allowed.reason)),
        }
    }
}

pub(super) fn location(report: &Report, finding: &Finding) -> Option<Location> {
    finding.draft.labels.first().map(|label| Location::new(report, label))
}

impl Location {
    fn new(report: &Report, label: &Label) -> Location {
        let located = Located::new(report, label);
        let (artifact_location, input) = match &label.location {
            crate::finding::Location::File(path) => {
                (ArtifactLocation::inside(path.as_bytes()), None)
            }
            crate::finding::Location::Span(_) => (ArtifactLocation::named(&located.file), None),
            crate::finding::Location::Input(name) => {
                let name = shown(file_name(name)).into_owned();
                (Location::of_run(report).physical_location.artifact_location, Some(name))
            }
        };
        Location {
            id: None,
            physical_location: PhysicalLocation {
                artifact_location,
                region: located.range.map_or(Region::FIRST_LINE, Region::from),
            },
            logical_locations: input.map(|name| [LogicalLocation { name }]),
            message: None,
        }
    }

    /// The location of findings without one: the plan.
    fn of_run(report: &Report) -> Location {
        let name = report.plan.sources.first().map_or("lanes.yaml", |source| source.name());
        let artifact_location = ArtifactLocation::named(name);
        Location {
            id: None,
            physical_location: PhysicalLocation { artifact_location, region: Region::FIRST_LINE },
            logical_locations: None,
            message: None,
        }
    }
}

impl ArtifactLocation {
    fn inside(path: &[u8]) -> ArtifactLocation {
        ArtifactLocation { uri: uri::of_path(path), uri_base_id: Some(ROOT) }
    }

    /// The location of a text. Outside the repository only the file name is given, to keep paths of
    /// this machine out of the log.
    fn named(name: &str) -> ArtifactLocation {
        if inside_root(name) {
            return ArtifactLocation::inside(name.as_bytes());
        }
        ArtifactLocation { uri: uri::of_path(file_name(name).as_bytes()), uri_base_id: None }
    }
}

impl From<(Position, Position)> for Region {
    fn from((start, end): (Position, Position)) -> Region {
        Region {
            start_line: start.line,
            start_column: Some(start.column),
            end_line: Some(end.line),
            end_column: Some(end.column),
        }
    }
}
