//! Definition, references and renaming of task ids.

use gen_lsp_types as lsp;

use super::actions::workspace_edit;
use super::context::RequestContext;
use super::element::{Element, element, mentions};
use crate::finding::Edit;
use crate::index::TaskId;
use crate::plan::id_fault;
use crate::source::{Span, yaml};

pub(super) fn definition(
    request: &RequestContext,
    params: &lsp::DefinitionParams,
) -> Option<lsp::DefinitionResponse> {
    let (task, _) = task(request, &params.text_document_position_params)?;
    let id = request.snapshot.plan().tasks[task].id.span;
    Some(lsp::Definition::from(request.snapshot.location(id)?).into())
}

pub(super) fn references(
    request: &RequestContext,
    params: &lsp::ReferenceParams,
) -> Option<Vec<lsp::Location>> {
    let (task, _) = task(request, &params.text_document_position_params)?;
    let own = request.snapshot.plan().tasks[task].id.span;
    let spans = mentions_of(request, task).into_iter();
    let spans = spans.filter(|span| params.context.include_declaration || *span != own);
    Some(spans.filter_map(|span| request.snapshot.location(span)).collect())
}

pub(super) fn prepare_rename(
    request: &RequestContext,
    params: &lsp::PrepareRenameParams,
) -> Option<lsp::PrepareRenameResult> {
    let (task, span) = task(request, &params.text_document_position_params)?;
    let placeholder = request.snapshot.plan().tasks[task].id.value.to_string();
    let range = request.snapshot.range(span);
    Some(lsp::PrepareRenamePlaceholder { range, placeholder }.into())
}

/// Renames a task and all references to it.
///
/// # Errors
/// If the new id is invalid or taken, or a reference is written in a way that cannot be edited
/// safely.
pub(super) fn rename(
    request: &RequestContext,
    params: &lsp::RenameParams,
) -> Result<Option<lsp::WorkspaceEdit>, String> {
    let snapshot = &request.snapshot;
    let plan = snapshot.plan();
    let Some((task, _)) = task(request, &params.text_document_position_params) else {
        return Err("there is no task id here".to_owned());
    };
    let name = params.new_name.trim();
    if let Some(fault) = id_fault(name) {
        return Err(format!("invalid task id: {fault}"));
    }
    match plan.task(name) {
        Some(other) if other == task => return Ok(None),
        Some(_) => return Err(format!("the task `{name}` already exists")),
        None => {}
    }
    let mut edits = Vec::new();
    for span in mentions_of(request, task) {
        let written = snapshot.source(span.file).slice(span.bytes());
        if written.starts_with(['*', '&', '|', '>', '?']) {
            return Err(
                "this id uses an alias, an anchor or a block scalar: rename it by hand".to_owned()
            );
        }
        edits.push(Edit { span, text: yaml::quoted_like(written, name) });
    }
    Ok(workspace_edit(snapshot, edits))
}

fn task(request: &RequestContext, at: &lsp::TextDocumentPositionParams) -> Option<(TaskId, Span)> {
    match element(request.snapshot.plan(), request.at(at.position)?)? {
        Element::Task(task, span) => Some((task, span)),
        Element::Glob(..) | Element::Rule(..) => None,
    }
}

/// The spans of a task's id: its definition, then all references.
fn mentions_of(request: &RequestContext, task: TaskId) -> Vec<Span> {
    let plan = request.snapshot.plan();
    let own = plan[task].id.span;
    let all = plan.tasks.ids().flat_map(|other| mentions(plan, other));
    let others = all.filter(|(of, span)| *of == task && *span != own);
    let mut spans: Vec<Span> = std::iter::once(own).chain(others.map(|(_, span)| span)).collect();
    // Aliases repeat spans.
    let mut seen = std::collections::BTreeSet::new();
    spans.retain(|span| seen.insert(*span));
    spans
}
