//! Edits between brackets and braces: one more item, or one fewer.

use std::ops::Range;

use super::layout::is_clean;
use super::slot::{Change, Slot, clean_end_of_line, line_start, newline};

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
    let comma = comma(text, last.end..close);
    if !is_clean(&text[comma.map_or(last.end, |comma| comma + 1)..close]) {
        return None;
    }
    let start = line_start(text, last.start);
    let indent = &text[start..last.start];
    let own_line = indent.bytes().all(|byte| byte == b' ' || byte == b'\t');
    if !own_line || !tail.contains('\n') {
        return Some(Slot::new(last.end..last.end, ", ", ", ", ""));
    }
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
///
/// `before` is where the item before it ends, `behind` where the next one begins, and `within` is
/// what stands between the brackets.
pub(super) fn remove(
    text: &str,
    item: Range<usize>,
    before: Option<usize>,
    behind: Option<usize>,
    within: Range<usize>,
) -> Option<Vec<Change>> {
    let comma_before = match before {
        Some(before) => Some(comma(text, before..item.start)?),
        None => None,
    };
    // An anchor or a tag would stay behind.
    if !is_clean(&text[comma_before.map_or(within.start, |comma| comma + 1)..item.start]) {
        return None;
    }
    let rest = item.end..behind.unwrap_or(within.end);
    let comma_behind = comma(text, rest.clone());
    if comma_behind.is_none() && (behind.is_some() || !is_clean(&text[rest.clone()])) {
        return None;
    }
    let gone = |bytes: Range<usize>| (bytes, String::new());
    let mut changes = Vec::new();
    match (comma_before, comma_behind) {
        // The next one moves up.
        (_, Some(comma)) if behind.is_some() && is_blank(&text[comma + 1..rest.end]) => {
            return Some(vec![gone(item.start..rest.end)]);
        }
        // The comma before would end the list, which JSON does not have.
        (Some(comma), None) if is_blank(&text[comma + 1..item.start]) => {
            return Some(vec![gone(before?..item.end)]);
        }
        (Some(comma), None) => changes.push(gone(comma..comma + 1)),
        _ => {}
    }
    let end = comma_behind.map_or(item.end, |comma| comma + 1);
    let start = line_start(text, item.start);
    let indent = &text[start..item.start];
    let line_end = text[end..].find('\n').map(|newline| end + newline + 1);
    changes.push(match line_end.filter(|&next| text[end..next].trim().is_empty()) {
        Some(next) if indent.trim().is_empty() => gone(start..next),
        // Behind something else on its line, the blanks before it go as well.
        _ if indent.trim().is_empty() => gone(item.start..end),
        _ => gone(start + indent.trim_end().len()..end),
    });
    Some(changes)
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| byte == b' ')
}

/// The comma that is first behind an item, before any comment or line ending.
fn comma(text: &str, within: Range<usize>) -> Option<usize> {
    let rest = text.get(within.clone())?;
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    rest[blanks..].starts_with(',').then_some(within.start + blanks)
}
