//! Edits between brackets and braces: one more item, or one fewer.

use std::ops::Range;

use super::list::{Change, Slot, clean_end_of_line, line_start, newline};

/// Where items can be added behind the last one, between the bracket that ends before `open` and the
/// one at `close`.
///
/// Where the last item stands on a line of its own, so do the new ones.
pub(super) fn slot(
    text: &str,
    open: usize,
    last: Option<Range<usize>>,
    close: usize,
) -> Option<Slot> {
    let Some(last) = last else {
        let is_blank = text[open..close].trim().is_empty();
        return is_blank.then(|| Slot::new(open..open, "", ", ", ""));
    };
    let tail = &text[last.end..close];
    let start = line_start(text, last.start);
    let indent = &text[start..last.start];
    let own_line = indent.bytes().all(|byte| byte == b' ' || byte == b'\t');
    if !own_line || !tail.contains('\n') {
        return Some(Slot::new(last.end..last.end, ", ", ", ", ""));
    }
    let comma = comma(text, last.end..close);
    let line_end = clean_end_of_line(text, comma.map_or(last.end, |comma| comma + 1))?;
    let line = format!("{}{indent}", newline(text));
    let between = format!(",{line}");
    if comma.is_some() {
        return Some(Slot::new(line_end..line_end, &line, &between, ","));
    }
    if line_end == last.end {
        return Some(Slot::new(line_end..line_end, &between, &between, ""));
    }
    let slot = Slot::new(line_end..line_end, &line, &between, "");
    Some(slot.with((last.end..last.end, ",".to_owned())))
}

/// Takes an item out of a list, with the comma that goes with it.
pub(super) fn remove(
    text: &str,
    item: Range<usize>,
    before: Option<Range<usize>>,
    behind: Option<Range<usize>>,
    close: usize,
) -> Option<Vec<Change>> {
    let none = String::new;
    let rest = item.end..behind.as_ref().map_or(close, |behind| behind.start);
    let comma_behind = comma(text, rest.clone());
    if behind.is_some() && comma_behind.is_none() {
        return None;
    }
    let with_comma = item.start..comma_behind.map_or(item.end, |comma| comma + 1);
    if !text[rest.clone()].contains(['\n', '#']) && behind.is_some() {
        return Some(vec![(item.start..rest.end, none())]);
    }
    let start = line_start(text, item.start);
    let own_line = text[start..item.start].trim().is_empty();
    // Behind something else on the line, the blanks before the item go with it.
    let line = &text[start..item.start];
    let blanks = if own_line { 0 } else { line.len() - line.trim_end().len() };
    let line_end = clean_end_of_line(text, with_comma.end);
    let mut changes = Vec::new();
    if behind.is_none() && comma_behind.is_none() {
        // The comma of the item before would end the list, which JSON does not have.
        if let Some(before) = before {
            let comma = comma(text, before.end..item.start)?;
            if !text[before.end..item.start].contains(['\n', '#']) {
                return Some(vec![(before.end..item.end, none())]);
            }
            changes.push((comma..comma + 1, none()));
        }
    }
    let change = match line_end.filter(|_| own_line) {
        Some(end) if text[with_comma.end..end].trim().is_empty() && text[end..].contains('\n') => {
            let next = end + text[end..].find('\n').map_or(0, |newline| newline + 1);
            start..next
        }
        _ => item.start - blanks..with_comma.end,
    };
    changes.push((change, none()));
    Some(changes)
}

/// The comma that is first behind an item, before any comment or line ending.
fn comma(text: &str, within: Range<usize>) -> Option<usize> {
    let rest = text.get(within.clone())?;
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    rest[blanks..].starts_with(',').then_some(within.start + blanks)
}
