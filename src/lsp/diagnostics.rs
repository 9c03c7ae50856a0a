//! What `check` finds, as an editor shows it.

use std::collections::BTreeMap;

use gen_lsp_types as lsp;

use super::snapshot::Snapshot;
use crate::finding::{Finding, Label, Level, Location};
use crate::report::shown;
use crate::rules::{self, Rule};
use crate::source::FileId;

/// The most findings that are shown of one text. No editor is of use with more, and one that comes
/// on top says how many there are.
const MOST: usize = 1_000;

/// The most places that are told beside one finding.
const MOST_RELATED: usize = 20;

/// The page of the rules, where the program's own metadata say where its files are.
const RULES_PAGE: Option<&str> = if env!("CARGO_PKG_REPOSITORY").is_empty() {
    None
} else {
    Some(concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/rules.md#"))
};

/// Rules that find what could be left out.
static UNNECESSARY: [&Rule; 2] = [rules::REDUNDANT_GLOB, rules::UNUSED_ALLOW];

/// The diagnostics of all texts of a plan, those without any too.
pub(super) fn of_plan(snapshot: &Snapshot) -> Vec<lsp::PublishDiagnosticsParams> {
    let report = snapshot.report();
    let mut of_file: BTreeMap<FileId, Shown> = BTreeMap::new();
    for level in [Level::Error, Level::Warning, Level::Note] {
        for finding in report.active().filter(|finding| finding.level == level) {
            let file = file_of(finding);
            let shown = of_file.entry(file).or_default();
            if shown.findings < MOST {
                shown.diagnostics.push(diagnostic(snapshot, finding));
            }
            shown.findings += 1;
            if shown.findings < MOST {
                add_hints(snapshot, finding, &mut of_file);
            }
        }
    }
    let files = (0..report.plan.sources.len()).map(FileId);
    let published = files.filter_map(|file| {
        let mut shown = of_file.remove(&file).unwrap_or_default();
        if let Some(more) = shown.findings.checked_sub(MOST).filter(|more| *more > 0) {
            shown.diagnostics.push(more_findings(more));
        }
        let (uri, version) = (snapshot.uri(file)?, snapshot.version(file));
        Some(lsp::PublishDiagnosticsParams { uri, version, diagnostics: shown.diagnostics })
    });
    published.collect()
}

/// What is shown of one text.
#[derive(Default)]
struct Shown {
    diagnostics: Vec<lsp::Diagnostic>,
    findings: usize,
}

/// The text of a finding: one about no place is told at the head of the first.
fn file_of(finding: &Finding) -> FileId {
    match finding.draft.labels.first().map(|label| &label.location) {
        Some(Location::Span(span)) => span.file,
        _ => FileId(0),
    }
}

/// The diagnostic of a finding, at its first place.
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
    let related = others.iter().take(MOST_RELATED);
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
        ..named(snapshot, finding.rule.name, range, message)
    }
}

/// A diagnostic under the name of a rule.
pub(super) fn named(
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

/// Tells the other places of a finding too, as hints that lead to the first: who types in the second
/// of two lanes looks there.
fn add_hints(snapshot: &Snapshot, finding: &Finding, of_file: &mut BTreeMap<FileId, Shown>) {
    let Some((first, others)) = finding.draft.labels.split_first() else { return };
    let hinted =
        others.iter().filter(|label| !label.text.is_empty() && label.location != first.location);
    for label in hinted.take(MOST_RELATED) {
        let Location::Span(span) = label.location else { continue };
        let shown_there = of_file.entry(span.file).or_default();
        if shown_there.diagnostics.len() >= 2 * MOST {
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
            ..named(snapshot, finding.rule.name, snapshot.range(span), message)
        });
    }
}

fn location(snapshot: &Snapshot, label: &Label) -> Option<lsp::Location> {
    match &label.location {
        Location::Span(span) => snapshot.location(*span),
        // `check` finds nothing there.
        Location::File(_) | Location::Input(_) => None,
    }
}

fn more_findings(more: usize) -> lsp::Diagnostic {
    let message =
        format!("{more} more findings are not shown here; `lanelint check` tells them all");
    lsp::Diagnostic {
        severity: Some(lsp::DiagnosticSeverity::Warning),
        source: Some("lanelint".to_owned()),
        message: message.into(),
        ..Default::default()
    }
}
