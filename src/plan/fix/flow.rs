//! Adds and removes items between brackets or braces.

use std::ops::Range;

use super::insertion::{Change, Insertion, clean_end_of_line, line_start, newline};
use super::layout::is_clean;

/// Where to insert items after the last one, between the opening bracket that ends at `open` and
/// the closing bracket at `close`. New items get their own lines if the last one has its own.
pub(super) fn insertion(
    text: &str,
    open: usize,
    last: Option<Range<usize>>,
    close: usize,
) -> Option<Insertion> {
    let Some(last) = last else {
        let is_blank = text[open..close].trim().is_empty();
        return is_blank.then(|| Insertion::new(open..open, "", ", ", ""));
    };
    let tail = &text[last.end..close];
    let comma = comma(text, last.end..close);
    if !is_clean(&text[comma.map_or(last.end, |comma| comma + 1)..close]) {
        return None;
    }
    let start = line_start(text, last.start);
    let indent = &text[start..last.start];
    let own_line = indent.bytes().all(|byte| byte == b' ' || byte == b'\t');
    if !own_line || !tail.contains('\n') {
        return Some(Insertion::new(last.end..last.end, ", ", ", ", ""));
    }
    let line_end = clean_end_of_line(text, comma.map_or(last.end, |comma| comma + 1))?;
    let line = format!("{}{indent}", newline(text));
    let between = format!(",{line}");
    if comma.is_some() {
        return Some(Insertion::new(line_end..line_end, &line, &between, ","));
    }
    if line_end == last.end {
        return Some(Insertion::new(line_end..line_end, &between, &between, ""));
    }
    let insertion = Insertion::new(line_end..line_end, &line, &between, "");
    Some(insertion.with((last.end..last.end, ",".to_owned())))
}

/// Removes an item and a comma.
///
/// `previous` is the end of the previous item, `next` the start of the next one, and `within` the
/// range between the brackets.
pub(super) fn remove(
    text: &str,
    item: Range<usize>,
    previous: Option<usize>,
    next: Option<usize>,
    within: Range<usize>,
) -> Option<Vec<Change>> {
    let comma_before = match previous {
        Some(previous) => Some(comma(text, previous..item.start)?),
        None => None,
    };
    // An anchor or tag before the item would be left over.
    if !is_clean(&text[comma_before.map_or(within.start, |comma| comma + 1)..item.start]) {
        return None;
    }
    let rest = item.end..next.unwrap_or(within.end);
    let comma_after = comma(text, rest.clone());
    if comma_after.is_none() && (next.is_some() || !is_clean(&text[rest.clone()])) {
        return None;
    }
    let deleted = |bytes: Range<usize>| (bytes, String::new());
    let mut changes = Vec::new();
    match (comma_before, comma_after) {
        // The next item moves up.
        (_, Some(comma)) if next.is_some() && is_blank(&text[comma + 1..rest.end]) => {
            return Some(vec![deleted(item.start..rest.end)]);
        }
        // JSON does not allow a trailing comma.
        (Some(comma), None) if is_blank(&text[comma + 1..item.start]) => {
            return Some(vec![deleted(previous?..item.end)]);
        }
        (Some(comma), None) => changes.push(deleted(comma..comma + 1)),
        _ => {}
    }
    let end = comma_after.map_or(item.end, |comma| comma + 1);
    let start = line_start(text, item.start);
    let indent = &text[start..item.start];
    let line_end = text[end..].find('\n').map(|newline| end + newline + 1);
    changes.push(match line_end.filter(|&next| text[end..next].trim().is_empty()) {
        Some(next) if indent.trim().is_empty() => deleted(start..next),
        // After other text on its line, the blanks before it are removed too.
        _ if indent.trim().is_empty() => deleted(item.start..end),
        _ => deleted(start + indent.trim_end().len()..end),
    });
    Some(changes)
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| byte == b' ')
}

/// The comma directly after an item, before any comment or line break.
fn comma(text: &str, within: Range<usize>) -> Option<usize> {
    let rest = text.get(within.clone())?;
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    rest[blanks..].starts_with(',').then_some(within.start + blanks)
}
