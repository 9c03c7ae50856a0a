//! Line-based helpers that do not depend on the YAML parser.

use std::ops::Range;

/// The lines in a part of the text, without their endings, each with its offset.
pub(super) fn lines(text: &str, part: Range<usize>) -> impl Iterator<Item = (usize, &str)> {
    let mut at = part.start;
    text[part].split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line.trim_end_matches(['\n', '\r']))
    })
}

pub(super) fn is_list_item(line: &str) -> bool {
    let line = line.trim_start_matches(['\u{feff}', ' ']);
    line.strip_prefix('-')
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\n', '\r']))
}

pub(super) fn is_blank_or_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#')
}

/// Splits `key: value` into the key and everything after the colon.
pub(super) fn split_key(text: &str, entry: Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let (start, line) = lines(text, entry.clone()).find(|(_, line)| !is_blank_or_comment(line))?;
    let key_start = start + (line.len() - line.trim_start().len());
    let key_line = line.trim_start();
    let after_quotes = match key_line.chars().next()? {
        quote @ ('"' | '\'') => key_line[1..].find(quote)? + 2,
        _ => 0,
    };
    let colon = key_line[after_quotes..]
        .match_indices(':')
        .map(|(at, _)| after_quotes + at)
        .find(|&at| key_line[at + 1..].chars().next().is_none_or(char::is_whitespace))?;
    let key = key_line[..colon].trim_end();
    let rest_end = key_start + colon + 1 + text[key_start + colon + 1..entry.end].trim_end().len();
    Some((key_start..key_start + key.len(), key_start + colon + 1..rest_end))
}
