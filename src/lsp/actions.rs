//! Code actions: fixes of a finding, and all safe fixes at once.

use std::collections::BTreeMap;

use gen_lsp_types as lsp;

use super::context::RequestContext;
use super::diagnostics::diagnostic;
use super::snapshot::Snapshot;
use crate::check::fix;
use crate::finding::{Applicability, Edit, Finding, Fix, Fixer, Location};
use crate::plan::fix::apply;
use crate::report::shown;
use crate::source::{FileId, Span};

/// What `check --fix` does.
pub(super) const FIX_ALL: lsp::CodeActionKind = lsp::CodeActionKind::new("source.fixAll.lanelint");

/// The most actions that are offered for one range.
const MAX_ACTIONS: usize = 100;

/// The actions for the findings in a range.
pub(super) fn actions(
    request: &RequestContext,
    params: lsp::CodeActionParams,
) -> Option<Vec<lsp::CodeActionResponse>> {
    let snapshot = &request.snapshot;
    let file = snapshot.file_of(&request.document)?;
    let only = params.context.only;
    let wants = |kind: &lsp::CodeActionKind| match &only {
        None => true,
        Some(only) => only.iter().any(|only| is_within(kind.as_str(), only.as_str())),
    };
    let mut actions = Vec::new();
    if wants(&lsp::CodeActionKind::QuickFix) {
        let bytes = snapshot.session.client.encoding.bytes(snapshot.source(file), params.range);
        actions.extend(quick_fixes(snapshot, Span::new(file, bytes)));
    }
    if wants(&FIX_ALL) {
        actions.extend(fix_all(snapshot));
    }
    Some(actions.into_iter().map(Into::into).collect())
}

/// Whether a requested kind includes `kind`: `source.fixAll` includes `source.fixAll.lanelint`.
fn is_within(kind: &str, requested: &str) -> bool {
    let rest = kind.strip_prefix(requested);
    requested.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn quick_fixes(snapshot: &Snapshot, at: Span) -> Vec<lsp::CodeAction> {
    let report = snapshot.report();
    let fixer = Fixer::new(&report.plan);
    let mut actions = Vec::new();
    for finding in report.active().filter(|finding| touches(finding, at)) {
        let mut fixes = finding.draft.fixes.clone();
        fixes.extend(allow_fix(snapshot, finding));
        for fix in &fixes {
            if actions.len() == MAX_ACTIONS {
                return actions;
            }
            let edits = fixer.edits(fix);
            if edits.is_empty() || !is_verified(snapshot, fix, &edits) {
                continue;
            }
            let Some(edit) = workspace_edit(snapshot, edits) else { continue };
            actions.push(lsp::CodeAction {
                title: shown(fix.title(&report.plan).as_str()).into_owned(),
                kind: Some(lsp::CodeActionKind::QuickFix),
                diagnostics: Some(vec![diagnostic(snapshot, finding)]),
                is_preferred: Some(fix.applicability() == Applicability::Safe),
                edit: Some(edit),
                ..Default::default()
            });
        }
    }
    actions
}

/// Whether a safe fix really is safe. Verified before it is offered, like `check --fix` does before
/// it writes. Other fixes are offered unverified.
fn is_verified(snapshot: &Snapshot, fix: &Fix, edits: &[Edit]) -> bool {
    fix.applicability() != Applicability::Safe
        || apply(snapshot.texts(), snapshot.plan(), &[(fix, edits.to_vec())]).is_ok()
}

/// Whether a label of the finding touches these bytes. A finding without labels is at the start of
/// the first file.
fn touches(finding: &Finding, at: Span) -> bool {
    let labels = &finding.draft.labels;
    let touches =
        |span: &Span| span.file == at.file && span.start <= at.end && at.start <= span.end;
    labels.iter().any(|label| matches!(&label.location, Location::Span(span) if touches(span)))
        || labels.is_empty() && at.file == FileId(0) && at.start == 0
}

/// A fix that allows the finding, unless its rule cannot be allowed or already offers that.
fn allow_fix(snapshot: &Snapshot, finding: &Finding) -> Option<Fix> {
    let rule = Some(finding.rule).filter(|rule| !rule.fixed)?;
    if finding.draft.fixes.iter().any(|fix| matches!(fix, Fix::Allow { .. })) {
        return None;
    }
    let task_of = |id: &str| snapshot.plan().task(id);
    let mut tasks = finding.draft.tasks.iter();
    let task = task_of(tasks.next()?)?;
    let with = tasks.next().and_then(|id| task_of(id));
    // `with` can only name one other task.
    (tasks.next().is_none()).then_some(Fix::Allow { task, with, rule: rule.name })
}

/// Applies all safe fixes in rounds, like `check --fix`.
fn fix_all(snapshot: &Snapshot) -> Option<lsp::CodeAction> {
    let fixes = || snapshot.report().active().flat_map(|finding| &finding.draft.fixes);
    fixes().find(|fix| fix.applicability() == Applicability::Safe)?;
    let (files, gaps) = snapshot.files();
    let before = snapshot.texts();
    let own = snapshot.own().to_vec();
    let fixed = fix(before.to_vec(), own, files, gaps, Applicability::Safe);
    let texts = before.iter().zip(&fixed.texts).enumerate();
    let edits = texts.filter_map(|(file, (old, new))| {
        let (old, new) = (old.bytes.as_ref().ok()?, new.bytes.as_ref().ok()?);
        difference(FileId(file), std::str::from_utf8(old).ok()?, std::str::from_utf8(new).ok()?)
    });
    let edits: Vec<Edit> = edits.collect();
    (!edits.is_empty()).then_some(())?;
    Some(lsp::CodeAction {
        title: "apply all safe fixes".to_owned(),
        kind: Some(FIX_ALL),
        edit: Some(workspace_edit(snapshot, edits)?),
        ..Default::default()
    })
}

/// The edit that turns `old` into `new`: replaces what is between their common prefix and suffix.
fn difference(file: FileId, old: &str, new: &str) -> Option<Edit> {
    if old == new {
        return None;
    }
    let mut start = old.bytes().zip(new.bytes()).take_while(|(old, new)| old == new).count();
    while !old.is_char_boundary(start) || !new.is_char_boundary(start) {
        start -= 1;
    }
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let ends = old_rest.bytes().rev().zip(new_rest.bytes().rev());
    let mut common = ends.take_while(|(old, new)| old == new).count();
    while !old_rest.is_char_boundary(old_rest.len() - common)
        || !new_rest.is_char_boundary(new_rest.len() - common)
    {
        common -= 1;
    }
    let text = new_rest[..new_rest.len() - common].to_owned();
    Some(Edit { span: Span::new(file, start..old.len() - common), text })
}

/// Converts edits of the plan for the editor, with document versions if it supports them.
pub(super) fn workspace_edit(snapshot: &Snapshot, edits: Vec<Edit>) -> Option<lsp::WorkspaceEdit> {
    let mut by_file: BTreeMap<FileId, Vec<lsp::TextEdit>> = BTreeMap::new();
    for Edit { span, text } in edits {
        let edit = lsp::TextEdit { range: snapshot.range(span), new_text: text };
        by_file.entry(span.file).or_default().push(edit);
    }
    if !snapshot.session.client.versioned_edits {
        let changes = by_file.into_iter().map(|(file, edits)| Some((snapshot.uri(file)?, edits)));
        let changes = Some(changes.collect::<Option<_>>()?);
        return Some(lsp::WorkspaceEdit { changes, ..Default::default() });
    }
    let changes = by_file.into_iter().map(|(file, edits)| {
        let text_document = lsp::OptionalVersionedTextDocumentIdentifier {
            version: snapshot.version(file),
            text_document_identifier: lsp::TextDocumentIdentifier { uri: snapshot.uri(file)? },
        };
        let edits = edits.into_iter().map(Into::into).collect();
        Some(lsp::TextDocumentEdit { text_document, edits }.into())
    });
    let document_changes = Some(changes.collect::<Option<_>>()?);
    Some(lsp::WorkspaceEdit { document_changes, ..Default::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nested_action_kinds() {
        for (kind, requested, expected) in [
            ("quickfix", "quickfix", true),
            ("quickfix", "", true),
            ("source.fixAll.lanelint", "source.fixAll", true),
            ("source.fixAll.lanelint", "source", true),
            ("source.fixAll.lanelint", "source.fix", false),
            ("source.fixAll.lanelint", "source.fixAll.lanelint.x", false),
            ("quickfix", "source.fixAll", false),
        ] {
            assert_eq!(is_within(kind, requested), expected, "{kind} {requested}");
        }
    }

    proptest! {
        #[test]
        fn difference_turns_old_into_new(old in "[ab é漢😀\n]{0,12}", new in "[ab é漢😀\n]{0,12}") {
            let mut edited = old.clone();
            if let Some(edit) = difference(FileId(0), &old, &new) {
                edited.replace_range(edit.span.bytes(), &edit.text);
            }
            prop_assert_eq!(edited, new);
        }
    }
}
