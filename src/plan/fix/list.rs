//! Adds, removes and replaces items of a value that is a scalar or a list.

use std::ops::Range;

use super::flow;
use super::insertion::{Change, Insertion, clean_end_of_line, line_start, newline};
use super::layout::{Item, Key, Kind, MapLayout, Value};
use crate::source::yaml;

/// Where to insert items into the value of a key.
pub(super) fn insertion(text: &str, map: &MapLayout, key: Key, is_json: bool) -> Option<Insertion> {
    match map.value(key) {
        Some(value) => of_value(text, value.as_ref()?, key),
        None => of_missing(text, map, key, is_json),
    }
}

fn of_value(text: &str, value: &Value, key: Key) -> Option<Insertion> {
    let span = value.span.clone();
    match &value.kind {
        Kind::Null if text[span.clone()].is_empty() => {
            Some(Insertion::new(value.colon..value.colon, " ", ", ", "").around(key))
        }
        Kind::Null => Some(Insertion::new(span, "", ", ", "").around(key)),
        Kind::Scalar => {
            let source = &text[span.clone()];
            let is_quoted = source.starts_with(['"', '\'']);
            // A plain scalar in block style may need quotes in brackets.
            let item = if is_quoted { source.into() } else { yaml::quoted_like("", source) };
            Some(Insertion::new(span, &format!("[{item}, "), ", ", "]"))
        }
        Kind::Brackets(items) => {
            let last = items.last().map(|item| item.span.clone());
            flow::insertion(text, span.start + 1, last, span.end - 1)
        }
        Kind::Dashes(items) => {
            let last = items.last().filter(|last| !last.ends_in_block)?;
            dash(text, last.span.start)?;
            let end = clean_end_of_line(text, last.span.end)?;
            let start = line_start(text, last.span.start);
            let before = format!("{}{}", newline(text), &text[start..last.span.start]);
            Some(Insertion::new(end..end, &before, &before, ""))
        }
    }
}

fn of_missing(text: &str, map: &MapLayout, key: Key, is_json: bool) -> Option<Insertion> {
    let name = if is_json { yaml::quoted(key.name()) } else { key.name().to_owned() };
    let insertion = if map.in_braces {
        let first = (map.pairs > 0).then(|| map.first.clone());
        // From the first pair, so that its line decides the style, to the end of the last value.
        let last = match map.end {
            Some(end) => Some(first.map_or(end, |first| first.start)..end),
            None if map.pairs == 0 => None,
            None => return None,
        };
        flow::insertion(text, map.span.start + 1, last, map.span.end - 1)?
    } else {
        let start = line_start(text, map.first.start);
        let indent = &text[start..map.first.start];
        if !indent.trim_start_matches('\u{feff}').bytes().all(|byte| byte == b' ') {
            return None;
        }
        let indent = indent.trim_start_matches('\u{feff}');
        let newline = newline(text);
        match map.end.and_then(|end| clean_end_of_line(text, end)) {
            Some(end) => Insertion::new(end..end, &format!("{newline}{indent}"), "", ""),
            None => {
                let at = map.first.start;
                Insertion::new(at..at, "", "", &format!("{newline}{indent}"))
            }
        }
    };
    Some(insertion.after_key(&name).around(key))
}

/// Removes an item from a value: the one that starts at `item`, or a scalar as a whole.
pub(super) fn remove(text: &str, value: &Value, item: usize) -> Option<Vec<Change>> {
    match &value.kind {
        Kind::Null => None,
        Kind::Scalar => Some(vec![(value.span.clone(), "[]".to_owned())]),
        Kind::Brackets(items) => {
            let index = position(items, item)?;
            let previous = index.checked_sub(1).map(|previous| items[previous].span.end);
            let next = items.get(index + 1).map(|next| next.span.start);
            let within = value.span.start + 1..value.span.end - 1;
            flow::remove(text, items[index].span.clone(), previous, next, within)
        }
        Kind::Dashes(items) => {
            let index = position(items, item)?;
            let mut changes = vec![remove_dashed(text, &items[index])?];
            if items.len() == 1 {
                changes.insert(0, (value.colon..value.colon, " []".to_owned()));
            }
            Some(changes)
        }
    }
}

/// Replaces an item, and keeps its quotes.
pub(super) fn replace(text: &str, value: &Value, item: usize, with: &str) -> Option<Change> {
    let span = match &value.kind {
        Kind::Null => return None,
        Kind::Scalar => value.span.clone(),
        Kind::Brackets(items) | Kind::Dashes(items) => {
            let item = &items[position(items, item)?];
            if item.ends_in_block {
                return None;
            }
            item.span.clone()
        }
    };
    let item = yaml::quoted_like(&text[span.clone()], with);
    Some((span, item))
}

fn position(items: &[Item], start: usize) -> Option<usize> {
    items.binary_search_by_key(&start, |item| item.span.start).ok()
}

/// Removes the lines of an item after a dash. A trailing comment is kept on its own line.
fn remove_dashed(text: &str, item: &Item) -> Option<Change> {
    if item.ends_in_block {
        return None;
    }
    let dash = dash(text, item.span.start)?;
    let end = clean_end_of_line(text, item.span.end)?;
    let after = &text[item.span.end..end];
    if let Some(comment) = after.find('#') {
        return Some((dash..item.span.end + comment, String::new()));
    }
    Some((lines(text, dash, end), String::new()))
}

/// Removes a pair with its lines from a block map. `None` if it is the only pair, or shares a line
/// with other text.
pub(super) fn remove_pair(text: &str, map: &MapLayout, value: &Value) -> Option<Change> {
    let start = line_start(text, value.key.start);
    let indented = text[start..value.key.start].bytes().all(|byte| byte == b' ');
    if map.in_braces || map.pairs < 2 || !indented {
        return None;
    }
    if let Kind::Dashes(items) = &value.kind
        && items.last().is_none_or(|last| last.ends_in_block)
    {
        return None;
    }
    let end = clean_end_of_line(text, value.span.end)?;
    // Comments must be kept, but there is no good place for them.
    (!text[value.key.start..end].contains('#')).then(|| (lines(text, start, end), String::new()))
}

/// Whole lines with their line break; at the end of the text, with the preceding one.
fn lines(text: &str, start: usize, end: usize) -> Range<usize> {
    let start = line_start(text, start);
    let next = text[end..].find('\n').map(|newline| end + newline + 1);
    match next {
        Some(next) => start..next,
        None => {
            let before = text[..start].strip_suffix('\n').unwrap_or(&text[..start]);
            before.strip_suffix('\r').unwrap_or(before).len()..text.len()
        }
    }
}

/// The dash of the item at this offset, if it is the first on its line.
fn dash(text: &str, item: usize) -> Option<usize> {
    let before = &text[line_start(text, item)..item];
    let dash = before.trim_end_matches(' ').strip_suffix('-')?;
    (before.ends_with(' ') && dash.bytes().all(|byte| byte == b' '))
        .then_some(line_start(text, item) + dash.len())
}
