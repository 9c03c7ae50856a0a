//! Edits of a value that is one thing or a list of them: one more item, or one fewer.

use std::ops::Range;

use super::flow;
use super::layout::{Item, Key, Kind, MapLayout, Value};
use super::slot::{Change, Slot, clean_end_of_line, line_start, newline};
use crate::source::yaml;

/// Where items can be added to the value of a key.
pub(super) fn slot(text: &str, map: &MapLayout, key: Key, is_json: bool) -> Option<Slot> {
    match map.value(key) {
        Some(value) => of_value(text, value.as_ref()?, key),
        None => of_missing(text, map, key, is_json),
    }
}

fn of_value(text: &str, value: &Value, key: Key) -> Option<Slot> {
    let span = value.span.clone();
    match &value.kind {
        Kind::Nothing if text[span.clone()].is_empty() => {
            Some(Slot::new(value.colon..value.colon, " ", ", ", "").around(key))
        }
        Kind::Nothing => Some(Slot::new(span, "", ", ", "").around(key)),
        Kind::Scalar => {
            let written = &text[span.clone()];
            let is_quoted = written.starts_with(['"', '\'']);
            // A text that stands without quotes in a block may need them in brackets.
            let written = if is_quoted { written.into() } else { yaml::written_like("", written) };
            Some(Slot::new(span, &format!("[{written}, "), ", ", "]"))
        }
        Kind::Brackets(items) => {
            let last = items.last().map(|item| item.span.clone());
            flow::slot(text, span.start + 1, last, span.end - 1)
        }
        Kind::Dashes(items) => {
            let last = items.last().filter(|last| !last.ends_in_block)?;
            dash(text, last.span.start)?;
            let end = clean_end_of_line(text, last.span.end)?;
            let start = line_start(text, last.span.start);
            let before = format!("{}{}", newline(text), &text[start..last.span.start]);
            Some(Slot::new(end..end, &before, &before, ""))
        }
    }
}

fn of_missing(text: &str, map: &MapLayout, key: Key, is_json: bool) -> Option<Slot> {
    let name = if is_json { yaml::quoted(key.name()) } else { key.name().to_owned() };
    let slot = if map.in_braces {
        let first = (map.pairs > 0).then(|| map.first.clone());
        // Of the last pair, only the end of its value matters; of the first one, its line.
        let last = match map.end {
            Some(end) => Some(first.map_or(end, |first| first.start)..end),
            None if map.pairs == 0 => None,
            None => return None,
        };
        flow::slot(text, map.span.start + 1, last, map.span.end - 1)?
    } else {
        let start = line_start(text, map.first.start);
        let indent = &text[start..map.first.start];
        if !indent.trim_start_matches('\u{feff}').bytes().all(|byte| byte == b' ') {
            return None;
        }
        let indent = indent.trim_start_matches('\u{feff}');
        let newline = newline(text);
        match map.end.and_then(|end| clean_end_of_line(text, end)) {
            Some(end) => Slot::new(end..end, &format!("{newline}{indent}"), "", ""),
            None => {
                let at = map.first.start;
                Slot::new(at..at, "", "", &format!("{newline}{indent}"))
            }
        }
    };
    Some(slot.behind_key(&name).around(key))
}

/// Takes one item out of a value; of a list, the one that begins at `item`.
pub(super) fn remove(text: &str, value: &Value, item: usize) -> Option<Vec<Change>> {
    match &value.kind {
        Kind::Nothing => None,
        Kind::Scalar => Some(vec![(value.span.clone(), "[]".to_owned())]),
        Kind::Brackets(items) => {
            let place = position(items, item)?;
            let before = place.checked_sub(1).map(|before| items[before].span.end);
            let behind = items.get(place + 1).map(|behind| behind.span.start);
            let within = value.span.start + 1..value.span.end - 1;
            flow::remove(text, items[place].span.clone(), before, behind, within)
        }
        Kind::Dashes(items) => {
            let place = position(items, item)?;
            let mut changes = vec![remove_dashed(text, &items[place])?];
            if items.len() == 1 {
                changes.insert(0, (value.colon..value.colon, " []".to_owned()));
            }
            Some(changes)
        }
    }
}

/// Writes another text in the place of one item, in the same quotes.
pub(super) fn replace(text: &str, value: &Value, item: usize, with: &str) -> Option<Change> {
    let span = match &value.kind {
        Kind::Nothing => return None,
        Kind::Scalar => value.span.clone(),
        Kind::Brackets(items) | Kind::Dashes(items) => {
            let item = &items[position(items, item)?];
            if item.ends_in_block {
                return None;
            }
            item.span.clone()
        }
    };
    let written = yaml::written_like(&text[span.clone()], with);
    Some((span, written))
}

fn position(items: &[Item], start: usize) -> Option<usize> {
    items.binary_search_by_key(&start, |item| item.span.start).ok()
}

/// Takes out the lines of an item behind a dash. A comment behind it stays, on a line of its own.
fn remove_dashed(text: &str, item: &Item) -> Option<Change> {
    if item.ends_in_block {
        return None;
    }
    let dash = dash(text, item.span.start)?;
    let end = clean_end_of_line(text, item.span.end)?;
    let behind = &text[item.span.end..end];
    if let Some(comment) = behind.find('#') {
        return Some((dash..item.span.end + comment, String::new()));
    }
    Some((lines(text, dash, end), String::new()))
}

/// Takes a pair with its lines out of a map in block style; nothing where it is the only one, or
/// shares a line with something else.
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
    // Comments have to stay, and nobody knows where.
    (!text[value.key.start..end].contains('#')).then(|| (lines(text, start, end), String::new()))
}

/// Whole lines, with the line ending behind them; of the last lines of a text, with the one before.
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

/// The dash of the item that begins here, if nothing else but blanks stands before it on its line.
fn dash(text: &str, item: usize) -> Option<usize> {
    let before = &text[line_start(text, item)..item];
    let dash = before.trim_end_matches(' ').strip_suffix('-')?;
    (before.ends_with(' ') && dash.bytes().all(|byte| byte == b' '))
        .then_some(line_start(text, item) + dash.len())
}
