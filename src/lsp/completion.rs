//! Completion: keys, task ids, rules, levels and existing paths.

use std::collections::BTreeMap;
use std::ops::Range;

use bstr::ByteSlice;
use gen_lsp_types as lsp;

use super::context::RequestContext;
use super::cursor::{Cursor, cursor};
use super::snapshot::Snapshot;
use crate::glob::{Glob, escape};
use crate::path::RepoPath;
use crate::report::shown;
use crate::rules::RULES;
use crate::schema::{self, KeysOf};
use crate::source::yaml;

/// The most items in one answer; the editor asks again when more is typed.
const MAX_ITEMS: usize = 1_000;

/// The characters that trigger completion, besides letters: those that start a word or component.
pub(super) const TRIGGERS: [&str; 6] = ["/", " ", "[", "\"", "'", "!"];

const LEVELS: [(&str, &str); 4] = [
    ("error", "fails the run"),
    ("warning", "fails the run with --deny-warnings"),
    ("note", "does not fail the run"),
    ("off", "disables the rule"),
];

/// A completion item.
struct Word {
    label: String,
    /// The text to insert, without quotes.
    text: String,
    kind: lsp::CompletionItemKind,
    detail: Option<String>,
}

pub(super) fn complete(
    request: &RequestContext,
    params: &lsp::CompletionParams,
) -> Option<lsp::CompletionResponse> {
    let snapshot = &request.snapshot;
    let file = snapshot.file_of(&request.document)?;
    let source = snapshot.source(file);
    let at = request.at(params.text_document_position_params.position)?.start;
    let (before, after) = source.text().split_at(at);
    let cursor = cursor(before)?;
    let mut words = words(snapshot, &cursor);
    let is_incomplete = words.len() > MAX_ITEMS;
    words.truncate(MAX_ITEMS);
    let range =
        snapshot.session.client.encoding.range(source, Range { start: cursor.start, end: at });
    let items = words.into_iter().enumerate().map(|(index, word)| {
        let is_key = word.kind == lsp::CompletionItemKind::Property;
        let new_text = written(&cursor, &word.text, is_key, after);
        lsp::CompletionItem {
            label: shown(&word.label).into_owned(),
            kind: Some(word.kind),
            detail: word.detail.map(|detail| shown(&detail).into_owned()),
            filter_text: Some(new_text.clone()),
            sort_text: Some(format!("{index:04}")),
            text_edit: Some(lsp::TextEdit { range, new_text }.into()),
            ..Default::default()
        }
    });
    let items = items.collect();
    Some(lsp::CompletionList { is_incomplete, items, ..Default::default() }.into())
}

/// Quotes a word: with the quote that is there already, or one if it needs it.
fn written(cursor: &Cursor<'_>, text: &str, is_key: bool, after: &str) -> String {
    let Some(quote) = cursor.quote else {
        let text = yaml::quoted_like("", text);
        return if is_key { format!("{text}: ") } else { text };
    };
    let mut text = yaml::quoted_like(&quote.to_string(), text);
    // The closing quote is already there.
    if after.starts_with(quote) {
        text.pop();
    }
    text
}

fn words(snapshot: &Snapshot, cursor: &Cursor<'_>) -> Vec<Word> {
    match cursor.keys.as_slice() {
        [] if cursor.key => keys(KeysOf::Plan),
        ["tasks", _] if cursor.key => keys(KeysOf::Task),
        ["tasks", _, "allow"] if cursor.key => keys(KeysOf::Allowance),
        ["tasks", _, "write" | "read"] | ["protect" | "share"] | ["tasks", _, "allow", "path"]
            if cursor.value =>
        {
            paths(snapshot, cursor)
        }
        ["companions"] if cursor.key => paths(snapshot, cursor),
        ["companions", _] if cursor.value => paths(snapshot, cursor),
        ["tasks", id, "needs"] | ["tasks", id, "allow", "with"] if cursor.value => {
            ids(snapshot, id)
        }
        ["tasks", _, "allow", "rule"] if cursor.value => rules(lsp::CompletionItemKind::EnumMember),
        ["rules"] if cursor.key => rules(lsp::CompletionItemKind::Property),
        ["rules", _] if cursor.value => {
            let level = |(name, detail): (&str, &str)| {
                word(name, lsp::CompletionItemKind::EnumMember, Some(detail.to_owned()))
            };
            LEVELS.into_iter().map(level).collect()
        }
        _ => Vec::new(),
    }
}

fn word(name: &str, kind: lsp::CompletionItemKind, detail: Option<String>) -> Word {
    Word { label: name.to_owned(), text: name.to_owned(), kind, detail }
}

fn keys(of: KeysOf) -> Vec<Word> {
    let key = |(name, detail): (String, String)| {
        word(&name, lsp::CompletionItemKind::Property, Some(detail))
    };
    schema::keys(of).into_iter().map(key).collect()
}

fn rules(kind: lsp::CompletionItemKind) -> Vec<Word> {
    // A rule of fixed level can be neither configured nor allowed.
    let settable = RULES.iter().filter(|rule| !rule.fixed);
    settable.map(|rule| word(rule.name, kind, Some(rule.summary.to_owned()))).collect()
}

fn ids(snapshot: &Snapshot, own: &str) -> Vec<Word> {
    let others = snapshot.plan().tasks.iter().filter(|task| &*task.id.value != own);
    let id = |task: &crate::plan::Task| {
        let title = task.title.as_ref().map(|title| title.value.clone());
        word(&task.id.value, lsp::CompletionItemKind::Reference, title)
    };
    others.map(id).collect()
}

/// The files and folders that can be the next component of a glob, and `**`.
fn paths(snapshot: &Snapshot, cursor: &Cursor<'_>) -> Vec<Word> {
    let typed = match cursor.quote {
        Some('"') => cursor.word.replace("\\\\", "\\"),
        Some(_) => cursor.word.replace("''", "'"),
        None => cursor.word.to_owned(),
    };
    let (sign, glob) = match typed.strip_prefix('!') {
        Some(glob) => ("!", glob),
        None => ("", typed.as_str()),
    };
    let parent = glob.rfind('/').map_or("", |slash| &glob[..=slash]);
    // With `**` or braces, the depth of the next component is unknown.
    if parent.contains("**") || parent.contains(['{', '}']) {
        return Vec::new();
    }
    let Some(children) = children(snapshot.files().0, parent) else { return Vec::new() };
    let all = Word {
        label: "**".to_owned(),
        text: format!("{sign}{parent}**"),
        kind: lsp::CompletionItemKind::Folder,
        detail: Some("everything below".to_owned()),
    };
    let has_children = !children.is_empty();
    let child = |(name, is_folder): (Vec<u8>, bool)| {
        // Names that are not UTF-8 can only be matched by wildcards.
        let name = name.to_str().ok()?;
        let end = if is_folder { "/" } else { "" };
        let kind =
            if is_folder { lsp::CompletionItemKind::Folder } else { lsp::CompletionItemKind::File };
        let text = format!("{sign}{parent}{}{end}", escape(name));
        Some(Word { label: format!("{name}{end}"), text, kind, detail: None })
    };
    children.into_iter().filter_map(child).chain(has_children.then_some(all)).collect()
}

/// The names directly below the folders that `parent` matches, and whether each is a folder.
/// `parent` is a glob with a trailing slash; `None` if it is invalid.
fn children(files: &[RepoPath], parent: &str) -> Option<BTreeMap<Vec<u8>, bool>> {
    let glob = Glob::parse(&format!("{parent}**")).ok()?;
    let prefix = glob.prefix();
    let depth = parent.matches('/').count();
    let start = files.partition_point(|file| file.as_bytes() < prefix);
    let candidates = files[start..].iter().take_while(|file| file.as_bytes().starts_with(prefix));
    let mut children = BTreeMap::new();
    for file in candidates {
        let mut components = file.as_bytes().splitn(depth + 2, |&byte| byte == b'/').skip(depth);
        let Some(name) = components.next() else { continue };
        if children.contains_key(name) || glob.is_match(file) != Ok(true) {
            continue;
        }
        children.insert(name.to_vec(), components.next().is_some());
        if children.len() > MAX_ITEMS {
            break;
        }
    }
    Some(children)
}
