//! Document symbols, folding ranges and inlay hints.

use gen_lsp_types as lsp;

use super::context::RequestContext;
use super::element::task_span;
use super::hover::of_files;
use super::snapshot::Snapshot;
use crate::index::TaskId;
use crate::plan::GlobEntry;
use crate::report::shown;
use crate::source::FileId;

/// The tasks of the document, with their globs.
pub(super) fn symbols(request: &RequestContext) -> Option<lsp::DocumentSymbolResponse> {
    let snapshot = &request.snapshot;
    let file = snapshot.file_of(&request.document)?;
    let nested: Vec<lsp::DocumentSymbol> =
        tasks(snapshot, file).map(|task| symbol(snapshot, task)).collect();
    if snapshot.session.client.nested_symbols {
        return Some(nested.into());
    }
    let flat = nested.into_iter().map(|symbol| {
        let location = lsp::Location { uri: request.document.uri.clone(), range: symbol.range };
        let base = lsp::BaseSymbolInformation::new(symbol.name, symbol.kind, None, None);
        lsp::SymbolInformation::new(None, location, base)
    });
    Some(flat.collect::<Vec<_>>().into())
}

/// The tasks that a file defines.
fn tasks(snapshot: &Snapshot, file: FileId) -> impl Iterator<Item = TaskId> {
    let plan = snapshot.plan();
    plan.tasks.ids().filter(move |task| plan[*task].id.span.file == file)
}

fn symbol(snapshot: &Snapshot, task: TaskId) -> lsp::DocumentSymbol {
    let plan = snapshot.plan();
    let this = &plan[task];
    let all = task_span(plan, task);
    let globs = this.write.iter().flat_map(|write| &write.entries);
    // Entries that come from an alias are elsewhere.
    let inside = globs.filter(|entry| entry.span.file == all.file && entry.span.start >= all.start);
    let leaf = |entry: &GlobEntry| {
        let range = snapshot.range(entry.span);
        named(&entry.text, lsp::SymbolKind::File, range, range)
    };
    let title = this.title.as_ref().map(|title| shown(&title.value).into_owned());
    let (range, selection) = (snapshot.range(all), snapshot.range(this.id.span));
    lsp::DocumentSymbol {
        detail: title,
        children: Some(inside.map(leaf).collect()),
        ..named(&this.id.value, lsp::SymbolKind::Object, range, selection)
    }
}

fn named(
    name: &str,
    kind: lsp::SymbolKind,
    range: lsp::Range,
    selection_range: lsp::Range,
) -> lsp::DocumentSymbol {
    // The protocol forbids blank names.
    let name = if name.trim().is_empty() { "?" } else { name };
    lsp::DocumentSymbol::new(
        shown(name).into_owned(),
        None,
        kind,
        None,
        None,
        range,
        selection_range,
        None,
    )
}

/// Tasks and their `write` lists that span several lines.
pub(super) fn folds(request: &RequestContext) -> Option<Vec<lsp::FoldingRange>> {
    let snapshot = &request.snapshot;
    let file = snapshot.file_of(&request.document)?;
    let plan = snapshot.plan();
    let source = snapshot.source(file);
    let spans = tasks(snapshot, file).flat_map(|task| {
        let all = task_span(plan, task);
        let write = plan[task].write.as_ref().map(|write| write.span);
        std::iter::once(all)
            .chain(write.filter(|write| write.file == file && write.start >= all.start))
    });
    let folds = spans.filter_map(|span| {
        let text = source.slice(span.bytes());
        let (start, end) = (span.start, span.start + text.trim_end().len());
        let range = snapshot.session.client.encoding.range(source, start..end);
        // A block list starts on the line after its key.
        let dashes = text.starts_with('-') && range.start.line > 0;
        let start_line = range.start.line - u32::from(dashes);
        (start_line < range.end.line).then(|| lsp::FoldingRange {
            start_line,
            end_line: range.end.line,
            ..Default::default()
        })
    });
    Some(folds.collect())
}

/// The number of matching files after each glob.
pub(super) fn hints(
    request: &RequestContext,
    params: &lsp::InlayHintParams,
) -> Option<Vec<lsp::InlayHint>> {
    let snapshot = &request.snapshot;
    let file = snapshot.file_of(&request.document)?;
    let bytes = snapshot.session.client.encoding.bytes(snapshot.source(file), params.range);
    let seen = |entry: &GlobEntry| {
        entry.span.file == file && bytes.start <= entry.span.end && entry.span.start <= bytes.end
    };
    let hints =
        snapshot.plan().glob_entries().filter(|(_, entry)| seen(entry)).filter_map(|(_, entry)| {
            let matched = snapshot.matched(entry.glob.as_ref().ok()?)?;
            let least = if matched.undecided { "at least " } else { "" };
            let plural = if matched.count == 1 { "" } else { "s" };
            let label = format!("{least}{} file{plural}", matched.count);
            let what = if entry.negated { "exclusion" } else { "glob" };
            let (position, tooltip) =
                (snapshot.range(entry.span).end, of_files(what, &matched).into());
            let padded = Some(true);
            Some(lsp::InlayHint::new(
                position,
                label.into(),
                None,
                None,
                Some(tooltip),
                padded,
                None,
                None,
            ))
        });
    Some(hints.collect())
}
