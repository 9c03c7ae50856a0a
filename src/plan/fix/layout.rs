//! The positions and styles of the values in a plan's text, for edits.

use std::collections::HashMap;
use std::ops::Range;

use crate::source::yaml::{NodeRef, Tree, View};

/// The layout of one file.
#[derive(Debug, Default)]
pub(super) struct FileLayout {
    /// The keys of the plan; `None` if the text has a syntax error or is not a map.
    pub(super) root: Option<MapLayout>,
    /// The tasks, by the offsets of their ids.
    pub(super) tasks: HashMap<usize, TaskLayout>,
    /// The aliased parts of the text, sorted. An edit there would take effect elsewhere too.
    aliased: Vec<Range<usize>>,
    /// Whether the text is JSON, so that new values must be valid JSON.
    pub(super) is_json: bool,
}

/// A task whose keys can be edited.
#[derive(Debug)]
pub(super) enum TaskLayout {
    Map(MapLayout),
    /// No keys: an empty value or an explicit `null`.
    Null {
        id: Range<usize>,
        value: Range<usize>,
        in_braces: bool,
    },
}

/// A map in block style or in braces.
#[derive(Debug)]
pub(super) struct MapLayout {
    pub(super) in_braces: bool,
    pub(super) span: Range<usize>,
    pub(super) first: Range<usize>,
    /// The number of pairs.
    pub(super) pairs: usize,
    /// The end of the last value, if it is certain.
    pub(super) end: Option<usize>,
    /// The values by key; `None` for a value that cannot be edited.
    pub(super) values: Vec<(Key, Option<Value>)>,
}

/// The keys whose values can be edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Write,
    Needs,
    Allow,
    Share,
}

/// A value: a scalar or a list.
#[derive(Debug)]
pub(super) struct Value {
    pub(super) key: Range<usize>,
    /// The offset after the colon.
    pub(super) colon: usize,
    pub(super) span: Range<usize>,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// An empty value or an explicit `null`.
    Null,
    /// A string on one line.
    Scalar,
    /// A list in brackets.
    Brackets(Vec<Item>),
    /// A list with a `-` before each item.
    Dashes(Vec<Item>),
}

/// An item of a list.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) span: Range<usize>,
    /// Whether it ends with a block scalar, so that its last line is uncertain.
    pub(super) ends_in_block: bool,
}

impl Key {
    fn of(name: &str) -> Option<Key> {
        Some(match name {
            "write" => Key::Write,
            "needs" => Key::Needs,
            "allow" => Key::Allow,
            "share" => Key::Share,
            _ => return None,
        })
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Key::Write => "write",
            Key::Needs => "needs",
            Key::Allow => "allow",
            Key::Share => "share",
        }
    }
}

impl FileLayout {
    /// The layout of a text that is YAML from `start` on.
    pub(super) fn new(text: &str, start: usize) -> FileLayout {
        let tree = Tree::parse_part(text, start..text.len());
        let mut aliased = tree.aliased();
        aliased.sort_unstable_by_key(|range| (range.start, range.end));
        aliased.dedup();
        // Keep only the outer ones of nested ranges, so that they are disjoint.
        let mut end = 0;
        aliased.retain(|range| {
            let is_outer = range.end > end;
            end = end.max(range.end);
            is_outer
        });
        let mut layout = FileLayout { aliased, ..FileLayout::default() };
        let Some(root) = tree.root().filter(|_| tree.problems().is_empty()) else { return layout };
        let View::Map(pairs) = root.view() else { return layout };
        let first_key = pairs.first().map_or("", |(key, _)| key.source());
        layout.is_json = root.source().starts_with('{') && first_key.starts_with('"');
        // JSON allows tabs before a value anywhere, YAML only in a few places.
        let is_tabbed = |line: &str| {
            let text = line.trim_start_matches([' ', '\t']);
            line[..line.len() - text.len()].contains('\t')
        };
        let document = &text[start..];
        if !layout.is_json && document.contains('\t') && document.lines().any(is_tabbed) {
            return layout;
        }
        // YAML treats a lone carriage return as a line break, but this code does not.
        if document.matches('\r').count() != document.matches("\r\n").count() {
            return layout;
        }
        for (key, value) in &pairs {
            let is_tasks = matches!(key.view(), View::Text(text) if text.text == "tasks");
            if is_tasks && !layout.is_aliased(&value.span()) && !value.is_alias() {
                layout.tasks(text, *value);
            }
        }
        layout.root = layout.map(text, root);
        layout
    }

    fn tasks(&mut self, text: &str, tasks: NodeRef<'_>) {
        let View::Map(pairs) = tasks.view() else { return };
        let in_braces = is_in_braces(tasks, &pairs);
        for (id, value) in pairs {
            if colon(text, id.span().end, value.span().start).is_none() || value.is_alias() {
                continue;
            }
            let task = match value.view() {
                View::Map(_) => self.map(text, value).map(TaskLayout::Map),
                View::Null => {
                    Some(TaskLayout::Null { id: id.span(), value: value.span(), in_braces })
                }
                _ => None,
            };
            if let Some(task) = task {
                self.tasks.entry(id.span().start).or_insert(task);
            }
        }
    }

    fn map(&self, text: &str, node: NodeRef<'_>) -> Option<MapLayout> {
        let View::Map(pairs) = node.view() else { return None };
        if self.is_aliased(&node.span()) {
            return None;
        }
        let first = pairs.first().map_or(node.span(), |(key, _)| key.span());
        let (_, last) = pairs.last().copied().unzip();
        let known_end = last.filter(|last| !last.span().is_empty() && !ends_in_block(*last));
        let mut values: Vec<(Key, Option<Value>)> = Vec::new();
        for (key, value) in &pairs {
            let View::Text(name) = key.view() else { continue };
            let Some(name) = Key::of(name.text) else { continue };
            match values.iter_mut().find(|(known, _)| *known == name) {
                // Either of the two may be the intended one.
                Some((_, duplicate)) => *duplicate = None,
                None => values.push((name, self.value(text, *key, *value))),
            }
        }
        Some(MapLayout {
            in_braces: is_in_braces(node, &pairs),
            span: node.span(),
            first,
            pairs: pairs.len(),
            end: known_end.map(|last| last.span().end),
            values,
        })
    }

    fn value(&self, text: &str, key: NodeRef<'_>, value: NodeRef<'_>) -> Option<Value> {
        let (key, span) = (key.span(), value.span());
        let colon = colon(text, key.end, span.start)?;
        if value.is_alias() || self.is_aliased(&span) {
            return None;
        }
        let kind = match value.view() {
            View::Null => Kind::Null,
            View::Text(_) if value.is_block_scalar() || value.source().contains('\n') => {
                return None;
            }
            View::Text(_) => Kind::Scalar,
            View::List(items) => {
                let item = |item: &NodeRef<'_>| Item {
                    span: item.span(),
                    ends_in_block: ends_in_block(*item),
                };
                let items = items.iter().map(item).collect();
                if value.source().starts_with('[') {
                    Kind::Brackets(items)
                } else {
                    Kind::Dashes(items)
                }
            }
            _ => return None,
        };
        Some(Value { key, colon, span, kind })
    }

    /// Whether a node is part of an aliased node.
    fn is_aliased(&self, span: &Range<usize>) -> bool {
        let before = self.aliased.partition_point(|range| range.start <= span.start);
        before.checked_sub(1).is_some_and(|last| self.aliased[last].end >= span.end)
    }

    /// Whether an edit leaves aliased nodes unchanged. An insertion right after such a node is
    /// fine.
    pub(super) fn can_change(&self, edit: Range<usize>) -> bool {
        let end = edit.end.max(edit.start + 1);
        let before = self.aliased.partition_point(|range| range.start < end);
        before.checked_sub(1).is_none_or(|last| self.aliased[last].end <= edit.start)
    }
}

impl MapLayout {
    pub(super) fn value(&self, key: Key) -> Option<&Option<Value>> {
        self.values.iter().find(|(known, _)| *known == key).map(|(_, value)| value)
    }
}

/// The offset after the colon of a pair. `None` if there is an anchor or tag before the value.
fn colon(text: &str, key: usize, value: usize) -> Option<usize> {
    let rest = &text[key..];
    let blanks = rest.len() - rest.trim_start_matches(' ').len();
    let colon = key + blanks + rest[blanks..].starts_with(':').then_some(1)?;
    // The span of an empty value may be at the end of its key.
    let between = text.get(colon..value.max(colon))?;
    (is_clean(between) && !text[colon..].starts_with('#')).then_some(colon)
}

/// Whether a text contains only whitespace and comments.
pub(super) fn is_clean(text: &str) -> bool {
    text.split('\n').map(str::trim).all(|line| line.is_empty() || line.starts_with('#'))
}

/// Whether a map is in braces. A block map may start with a `{` too, if its first key does.
fn is_in_braces(map: NodeRef<'_>, pairs: &[(NodeRef<'_>, NodeRef<'_>)]) -> bool {
    let inside = pairs.first().is_none_or(|(key, _)| key.span().start > map.span().start);
    inside && map.source().starts_with('{')
}

/// Whether a node ends with a block scalar, whose end depends on the lines that follow.
fn ends_in_block(node: NodeRef<'_>) -> bool {
    let mut node = node;
    loop {
        if node.is_alias() {
            return false;
        }
        let last = match node.view() {
            View::List(items) if !node.source().starts_with('[') => items.last().copied(),
            View::Map(pairs) if !is_in_braces(node, &pairs) => {
                pairs.last().map(|(_, value)| *value)
            }
            _ => return node.is_block_scalar(),
        };
        match last {
            Some(last) => node = last,
            None => return false,
        }
    }
}
