//! What can be typed at a place: keys, task ids, rules and levels, and the paths that exist.

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

/// The most words that are offered; with one letter more there are fewer.
const MOST: usize = 1_000;

/// What lets an editor ask: beside letters, whatever begins a word or a component.
pub(super) const TRIGGERS: [&str; 6] = ["/", " ", "[", "\"", "'", "!"];

const LEVELS: [(&str, &str); 4] = [
    ("error", "fails the run"),
    ("warning", "fails the run with --deny-warnings"),
    ("note", "fails no run"),
    ("off", "the rule does not look"),
];

/// A word that can be typed.
struct Word {
    label: String,
    /// What it puts in the place of what is typed, before any quotes.
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
    let (before, behind) = source.text().split_at(at);
    let here = cursor(before)?;
    let mut words = words(snapshot, &here);
    let is_incomplete = words.len() > MOST;
    words.truncate(MOST);
    let range =
        snapshot.session.client.encoding.range(source, Range { start: here.start, end: at });
    let items = words.into_iter().enumerate().map(|(place, word)| {
        let is_key = word.kind == lsp::CompletionItemKind::Property;
        let new_text = written(&here, &word.text, is_key, behind);
        lsp::CompletionItem {
            label: shown(&word.label).into_owned(),
            kind: Some(word.kind),
            detail: word.detail.map(|detail| shown(&detail).into_owned()),
            filter_text: Some(new_text.clone()),
            sort_text: Some(format!("{place:04}")),
            text_edit: Some(lsp::TextEdit { range, new_text }.into()),
            ..Default::default()
        }
    });
    let items = items.collect();
    Some(lsp::CompletionList { is_incomplete, items, ..Default::default() }.into())
}

/// A word as it is written at the place: in the quotes that are there, or in those that it needs.
fn written(here: &Cursor<'_>, text: &str, is_key: bool, behind: &str) -> String {
    let Some(quote) = here.quote else {
        let text = yaml::quoted_like("", text);
        return if is_key { format!("{text}: ") } else { text };
    };
    let mut text = yaml::quoted_like(&quote.to_string(), text);
    // The editor, or the author, has closed the quote already.
    if behind.starts_with(quote) {
        text.pop();
    }
    text
}

fn words(snapshot: &Snapshot, here: &Cursor<'_>) -> Vec<Word> {
    match here.keys.as_slice() {
        [] if here.key => keys(KeysOf::Plan),
        ["tasks", _] if here.key => keys(KeysOf::Task),
        ["tasks", _, "allow"] if here.key => keys(KeysOf::Allowance),
        ["tasks", _, "write" | "read"] | ["protect" | "share"] | ["tasks", _, "allow", "path"]
            if here.value =>
        {
            paths(snapshot, here)
        }
        ["companions"] if here.key => paths(snapshot, here),
        ["companions", _] if here.value => paths(snapshot, here),
        ["tasks", id, "needs"] | ["tasks", id, "allow", "with"] if here.value => ids(snapshot, id),
        ["tasks", _, "allow", "rule"] if here.value => rules(lsp::CompletionItemKind::EnumMember),
        ["rules"] if here.key => rules(lsp::CompletionItemKind::Property),
        ["rules", _] if here.value => {
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
    // What is fixed can be neither set nor allowed.
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

/// The files and folders that can be the next component of a glob, and everything below.
fn paths(snapshot: &Snapshot, here: &Cursor<'_>) -> Vec<Word> {
    let typed = match here.quote {
        Some('"') => here.word.replace("\\\\", "\\"),
        Some(_) => here.word.replace("''", "'"),
        None => here.word.to_owned(),
    };
    let (sign, glob) = match typed.strip_prefix('!') {
        Some(glob) => ("!", glob),
        None => ("", typed.as_str()),
    };
    let parent = glob.rfind('/').map_or("", |slash| &glob[..=slash]);
    // Which component comes next is known where each of those before is one.
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
    let any = !children.is_empty();
    let child = |(name, is_folder): (Vec<u8>, bool)| {
        // A glob is text, so another name can only be met by wildcards.
        let name = name.to_str().ok()?;
        let end = if is_folder { "/" } else { "" };
        let kind =
            if is_folder { lsp::CompletionItemKind::Folder } else { lsp::CompletionItemKind::File };
        let text = format!("{sign}{parent}{}{end}", escape(name));
        Some(Word { label: format!("{name}{end}"), text, kind, detail: None })
    };
    children.into_iter().filter_map(child).chain(any.then_some(all)).collect()
}

/// The names right below the folders that a glob with a slash at its end names, and whether each is a
/// folder; nothing where it is no glob.
fn children(files: &[RepoPath], parent: &str) -> Option<BTreeMap<Vec<u8>, bool>> {
    let glob = Glob::parse(&format!("{parent}**")).ok()?;
    let prefix = glob.prefix();
    let depth = parent.matches('/').count();
    let start = files.partition_point(|file| file.as_bytes() < prefix);
    let near = files[start..].iter().take_while(|file| file.as_bytes().starts_with(prefix));
    let mut children = BTreeMap::new();
    for file in near {
        let mut components = file.as_bytes().splitn(depth + 2, |&byte| byte == b'/').skip(depth);
        let Some(name) = components.next() else { continue };
        if children.contains_key(name) || glob.is_match(file) != Ok(true) {
            continue;
        }
        children.insert(name.to_vec(), components.next().is_some());
        if children.len() > MOST {
            break;
        }
    }
    Some(children)
}
