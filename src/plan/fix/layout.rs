//! Where the values of a plan's text stand and how they are written: what an edit has to know.

use std::collections::HashMap;
use std::ops::Range;

use crate::source::yaml::{NodeRef, Tree, View};

/// One text of a plan.
#[derive(Debug, Default)]
pub(super) struct FileLayout {
    /// The keys of the plan; nothing where the text cannot be read whole, or is no map.
    pub(super) root: Option<MapLayout>,
    /// The tasks by the bytes at which their ids begin.
    pub(super) tasks: HashMap<usize, TaskLayout>,
    /// The parts of the text that aliases lead to, sorted: an edit there would be one elsewhere too.
    aliased: Vec<Range<usize>>,
    /// Whether the text is JSON, which knows fewer ways to write a value than YAML does.
    pub(super) is_json: bool,
}

/// A task whose keys can be edited.
#[derive(Debug)]
pub(super) enum TaskLayout {
    /// It has keys.
    Map(MapLayout),
    /// It has none: only this id, and a `null` where one is written.
    Nothing { id: Range<usize>, value: Range<usize>, in_braces: bool },
}

/// A map, in block style or in braces.
#[derive(Debug)]
pub(super) struct MapLayout {
    pub(super) in_braces: bool,
    /// From the first key, or the brace, to the end of the last value, or the brace.
    pub(super) span: Range<usize>,
    /// The first key.
    pub(super) first: Range<usize>,
    /// How many pairs there are.
    pub(super) pairs: usize,
    /// Where the last value ends; nothing where that is not known for sure.
    pub(super) end: Option<usize>,
    /// The values that can be edited, by their keys; nothing for one that is there and cannot.
    pub(super) values: Vec<(Key, Option<Value>)>,
}

/// The keys whose values are edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Write,
    Needs,
    Allow,
    Share,
}

/// A value: one thing, or a list of them.
#[derive(Debug)]
pub(super) struct Value {
    pub(super) key: Range<usize>,
    /// Behind the colon.
    pub(super) colon: usize,
    pub(super) span: Range<usize>,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// Nothing, or a `null`.
    Nothing,
    /// A text on one line.
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
    /// Whether the text of a block ends it, so that nobody knows on which line it does.
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
    /// Finds the places of a text that is YAML from `start` on.
    pub(super) fn new(text: &str, start: usize) -> FileLayout {
        let tree = Tree::parse_part(text, start..text.len());
        let mut aliased = tree.aliased();
        aliased.sort_unstable_by_key(|range| (range.start, range.end));
        aliased.dedup();
        // Of nested ones the outer is enough, so that those that are left stand in a row.
        let mut end = 0;
        aliased.retain(|range| {
            let outer = range.end > end;
            end = end.max(range.end);
            outer
        });
        let mut layout = FileLayout { aliased, ..FileLayout::default() };
        let Some(root) = tree.root().filter(|_| tree.problems().is_empty()) else { return layout };
        let View::Map(pairs) = root.view() else { return layout };
        let first_key = pairs.first().map_or("", |(key, _)| key.source());
        layout.is_json = root.source().starts_with('{') && first_key.starts_with('"');
        // YAML has tabs before a value in a few places only, and JSON anywhere.
        let is_tabbed = |line: &str| {
            let text = line.trim_start_matches([' ', '\t']);
            line[..line.len() - text.len()].contains('\t')
        };
        let document = &text[start..];
        if !layout.is_json && document.contains('\t') && document.lines().any(is_tabbed) {
            return layout;
        }
        // To YAML a carriage return alone ends a line too; here it would be part of one.
        if document.matches('\r').count() != document.matches("\r\n").count() {
            return layout;
        }
        for (key, value) in &pairs {
            let is_tasks = matches!(key.view(), View::Text(text) if text.text == "tasks");
            if is_tasks && !layout.is_elsewhere_too(&value.span()) && !value.is_alias() {
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
            let place = match value.view() {
                View::Map(_) => self.map(text, value).map(TaskLayout::Map),
                View::Null => {
                    Some(TaskLayout::Nothing { id: id.span(), value: value.span(), in_braces })
                }
                _ => None,
            };
            if let Some(place) = place {
                self.tasks.entry(id.span().start).or_insert(place);
            }
        }
    }

    fn map(&self, text: &str, node: NodeRef<'_>) -> Option<MapLayout> {
        let View::Map(pairs) = node.view() else { return None };
        if self.is_elsewhere_too(&node.span()) {
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
                // Which of the two counts, is for a person to say.
                Some((_, twice)) => *twice = None,
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
        if value.is_alias() || self.is_elsewhere_too(&span) {
            return None;
        }
        let kind = match value.view() {
            View::Null => Kind::Nothing,
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

    /// Whether a node is part of what an alias leads to.
    fn is_elsewhere_too(&self, span: &Range<usize>) -> bool {
        let before = self.aliased.partition_point(|range| range.start <= span.start);
        before.checked_sub(1).is_some_and(|last| self.aliased[last].end >= span.end)
    }

    /// Whether an edit changes nothing that an alias leads to. Text that is put between two letters
    /// behind the end of a value is no part of that.
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

/// Behind the colon between a key and its value, where there is nothing else between them but blanks
/// and comments: no anchor, no tag.
fn colon(text: &str, key: usize, value: usize) -> Option<usize> {
    let behind_key = &text[key..];
    let blanks = behind_key.len() - behind_key.trim_start_matches(' ').len();
    let colon = key + blanks + behind_key[blanks..].starts_with(':').then_some(1)?;
    // An empty value may stand where its key ends.
    let between = text.get(colon..value.max(colon))?;
    (is_clean(between) && !text[colon..].starts_with('#')).then_some(colon)
}

/// Whether there is nothing but blanks and comments.
pub(super) fn is_clean(text: &str) -> bool {
    text.split('\n').map(str::trim).all(|line| line.is_empty() || line.starts_with('#'))
}

/// Whether a map is written in braces. One in block style can begin with a key that is.
fn is_in_braces(map: NodeRef<'_>, pairs: &[(NodeRef<'_>, NodeRef<'_>)]) -> bool {
    let inside = pairs.first().is_none_or(|(key, _)| key.span().start > map.span().start);
    inside && map.source().starts_with('{')
}

/// Whether the last thing of a node is a text written as a block: where that ends is a question of
/// the lines behind it.
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
