//! Converts the findings of `check` to diagnostics.

use std::collections::BTreeMap;

use gen_lsp_types as lsp;

use super::snapshot::Snapshot;
use crate::finding::{Finding, Label, Level, Location};
use crate::report::shown;
use crate::rules::{self, Rule};
use crate::source::FileId;

/// The most findings that are shown per file; an extra diagnostic counts the rest.
const MAX_SHOWN: usize = 1_000;

/// The most related locations per finding.
const MAX_RELATED: usize = 20;

/// The rules' page in the repository, if the package metadata name one.
const RULES_PAGE: Option<&str> = if env!("CARGO_PKG_REPOSITORY").is_empty() {
    None
} else {
    Some(concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/rules.md#"))
};

/// Rules that find unnecessary entries.
static UNNECESSARY: [&Rule; 2] = [rules::REDUNDANT_GLOB, rules::UNUSED_ALLOW];

/// The diagnostics of every file of a plan; empty lists clear old ones.
pub(super) fn of_plan(snapshot: &Snapshot) -> Vec<lsp::PublishDiagnosticsParams> {
    let report = snapshot.report();
    let mut by_file: BTreeMap<FileId, Shown> = BTreeMap::new();
    for level in [Level::Error, Level::Warning, Level::Note] {
        for finding in report.active().filter(|finding| finding.level == level) {
            let file = file_of(finding);
            let shown = by_file.entry(file).or_default();
            if shown.findings < MAX_SHOWN {
                shown.diagnostics.push(diagnostic(snapshot, finding));
            }
            shown.findings += 1;
            if shown.findings < MAX_SHOWN {
                add_hints(snapshot, finding, &mut by_file);
            }
        }
    }
    let files = (0..report.plan.sources.len()).map(FileId);
    let published = files.filter_map(|file| {
        let mut shown = by_file.remove(&file).unwrap_or_default();
        if let Some(more) = shown.findings.checked_sub(MAX_SHOWN).filter(|more| *more > 0) {
            shown.diagnostics.push(more_findings(more));
        }
        let (uri, version) = (snapshot.uri(file)?, snapshot.version(file));
        Some(lsp::PublishDiagnosticsParams { uri, version, diagnostics: shown.diagnostics })
    });
    published.collect()
}

/// The diagnostics of one file.
#[derive(Default)]
struct Shown {
    diagnostics: Vec<lsp::Diagnostic>,
    findings: usize,
}

/// The file of a finding; the first one if the finding has no span.
fn file_of(finding: &Finding) -> FileId {
    match finding.draft.labels.first().map(|label| &label.location) {
        Some(Location::Span(span)) => span.file,
        _ => FileId(0),
    }
}

/// The diagnostic of a finding, at its first label.
pub(super) fn diagnostic(snapshot: &Snapshot, finding: &Finding) -> lsp::Diagnostic {
    let client = &snapshot.session.client;
    let draft = &finding.draft;
    let (first, others) = match draft.labels.split_first() {
        Some((first, others)) => (Some(first), others),
        None => (None, &[][..]),
    };
    let range = match first.map(|label| &label.location) {
        Some(Location::Span(span)) => snapshot.range(*span),
        _ => lsp::Range::default(),
    };
    let mut message = shown(draft.message.as_str()).into_owned();
    if let Some(help) = &draft.help {
        message.push_str("\nhelp: ");
        message.push_str(&shown(help.as_str()));
    }
    let related = others.iter().take(MAX_RELATED);
    let related = related.filter_map(|label| {
        let text = if label.text.is_empty() { &draft.message } else { &label.text };
        let (location, message) = (location(snapshot, label)?, shown(text.as_str()).into_owned());
        Some(lsp::DiagnosticRelatedInformation { location, message })
    });
    let related: Vec<_> = if client.related { related.collect() } else { Vec::new() };
    let unnecessary = client.unnecessary && UNNECESSARY.contains(&finding.rule);
    lsp::Diagnostic {
        severity: Some(match finding.level {
            Level::Error => lsp::DiagnosticSeverity::Error,
            Level::Warning => lsp::DiagnosticSeverity::Warning,
            Level::Note => lsp::DiagnosticSeverity::Information,
        }),
        tags: unnecessary.then(|| vec![lsp::DiagnosticTag::Unnecessary]),
        related_information: (!related.is_empty()).then_some(related),
        ..of_rule(snapshot, finding.rule.name, range, message)
    }
}

/// A diagnostic of a rule.
pub(super) fn of_rule(
    snapshot: &Snapshot,
    rule: &str,
    range: lsp::Range,
    message: String,
) -> lsp::Diagnostic {
    let page = snapshot.session.settings.rules_url.as_deref().or(RULES_PAGE);
    let page = page.filter(|_| snapshot.session.client.code_description);
    lsp::Diagnostic {
        code: Some(rule.to_owned().into()),
        code_description: page
            .map(|page| lsp::CodeDescription { href: format!("{page}{rule}").into() }),
        source: Some("lanelint".to_owned()),
        message: message.into(),
        range,
        ..Default::default()
    }
}

/// Adds hints at the other labels of a finding, with a link to the first: the user may be editing
/// the second of two lanes.
fn add_hints(snapshot: &Snapshot, finding: &Finding, by_file: &mut BTreeMap<FileId, Shown>) {
    let Some((first, others)) = finding.draft.labels.split_first() else { return };
    let hinted =
        others.iter().filter(|label| !label.text.is_empty() && label.location != first.location);
    for label in hinted.take(MAX_RELATED) {
        let Location::Span(span) = label.location else { continue };
        let shown_there = by_file.entry(span.file).or_default();
        if shown_there.diagnostics.len() >= 2 * MAX_SHOWN {
            continue;
        }
        let message = shown(finding.draft.message.as_str()).into_owned();
        let related = location(snapshot, first).filter(|_| snapshot.session.client.related);
        let related = related.map(|location| {
            let message = shown(first.text.as_str()).into_owned();
            vec![lsp::DiagnosticRelatedInformation { location, message }]
        });
        shown_there.diagnostics.push(lsp::Diagnostic {
            severity: Some(lsp::DiagnosticSeverity::Hint),
            related_information: related,
            ..of_rule(snapshot, finding.rule.name, snapshot.range(span), message)
        });
    }
}

fn location(snapshot: &Snapshot, label: &Label) -> Option<lsp::Location> {
    match &label.location {
        Location::Span(span) => snapshot.location(*span),
        // Only `gate` uses these.
        Location::File(_) | Location::Input(_) => None,
    }
}

fn more_findings(more: usize) -> lsp::Diagnostic {
    let message =
        format!("{more} more findings are not shown; run `lanelint check` to see them all");
    lsp::Diagnostic {
        severity: Some(lsp::DiagnosticSeverity::Warning),
        source: Some("lanelint".to_owned()),
        message: message.into(),
        ..Default::default()
    }
}
