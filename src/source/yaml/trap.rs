//! Finds unquoted globs that contain special characters of YAML.
//!
//! The result is a guess from one line of text. [`super::Tree`] parses the text again with the
//! guess in quotes before it reports anything.

use std::ops::Range;

use super::lines::{is_list_item, split_key};

/// The maximum length of a value to look at.
const MAX_LENGTH: usize = 64 * 1024;

/// An unquoted text that YAML does not read as a string.
pub(super) struct Trap {
    pub(super) span: Range<usize>,
    /// What YAML reads it as.
    pub(super) meaning: &'static str,
}

/// Whether a text can only be a single glob. One with a space may be several globs, or prose.
pub fn may_be_a_glob(text: &str) -> bool {
    !text.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`'))
}

/// The unquoted text that may have caused a syntax error on this line.
pub(super) fn trap(text: &str, at: usize) -> Option<Trap> {
    let value = value_of_line(text, at);
    let first = text[value.clone()].bytes().next().filter(|_| value.len() <= MAX_LENGTH)?;
    let line = Line::new(text, value.clone());
    if !matches!(first, b'[' | b'{') || line.continues(value.start) {
        let (end, opened) = line.end_of_plain(value.start);
        let meaning = meaning(first).or(opened)?;
        return Some(Trap { span: trimmed(text, value.start..end), meaning });
    }
    line.last_in_flow(value.start + 1, at)
}

/// The value on a line, without the dashes of list items and without its key.
fn value_of_line(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..].find(['\n', '\r']).map_or(text.len(), |newline| at + newline);
    let mut value = start..end;
    loop {
        let line = &text[value.clone()];
        let blank = |character: char| character.is_whitespace() || character == '\u{feff}';
        value.start += line.len() - line.trim_start_matches(blank).len();
        let line = &text[value.clone()];
        if is_list_item(line) && !line.is_empty() {
            value.start += 1;
        } else if let Some((_, rest)) = split_key(text, value.clone())
            && !line.starts_with(['[', '{', '*', '!'])
        {
            value = rest;
        } else {
            break;
        }
    }
    let source = &text[value.clone()];
    let end = source.split_once(" #").map_or(source.len(), |(value, _)| value.len());
    trimmed(text, value.start..value.start + end)
}

fn trimmed(text: &str, value: Range<usize>) -> Range<usize> {
    let source = &text[value.clone()];
    let start = value.start + (source.len() - source.trim_start().len());
    start..start + source.trim().len()
}

/// What YAML reads a text as that starts with this character.
fn meaning(first: u8) -> Option<&'static str> {
    Some(match first {
        b'*' => "an alias",
        b'!' => "a tag",
        b'%' => "a directive",
        b'@' | b'`' => "a reserved character",
        b'[' => "a list",
        b'{' => "a map",
        _ => return None,
    })
}

/// The value of one line with its bracket pairs.
struct Line<'t> {
    text: &'t str,
    end: usize,
    start: usize,
    /// For each byte from `start`: if it is an opening bracket, the offset of the closing one.
    closing: Vec<Option<usize>>,
}

impl<'t> Line<'t> {
    fn new(text: &'t str, value: Range<usize>) -> Line<'t> {
        let Range { start, end } = value;
        let mut line = Line { text, start, end, closing: vec![None; end - start] };
        let mut open: Vec<usize> = Vec::new();
        let mut at = start;
        while at < end {
            let byte = line.byte(at);
            match byte {
                b'"' | b'\'' if line.may_open_quotes(at) => {
                    at = line.end_of_quotes(at);
                    continue;
                }
                b'[' | b'{' => open.push(at),
                b']' | b'}' => {
                    let opening = if byte == b']' { b'[' } else { b'{' };
                    if open.last().is_some_and(|&last| line.byte(last) == opening)
                        && let Some(last) = open.pop()
                    {
                        line.closing[last - start] = Some(at);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        line
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes()[at]
    }

    fn may_open_quotes(&self, at: usize) -> bool {
        at == self.start || matches!(self.byte(at - 1), b' ' | b'\t' | b'[' | b'{' | b',' | b':')
    }

    fn end_of_quotes(&self, at: usize) -> usize {
        let quote = self.byte(at);
        let mut at = at + 1;
        while at < self.end && self.byte(at) != quote {
            at += if quote == b'"' && self.byte(at) == b'\\' { 2 } else { 1 };
        }
        (at + 1).min(self.end)
    }

    fn closing(&self, at: usize) -> Option<usize> {
        self.closing[at - self.start]
    }

    /// Whether text follows the closing bracket, unlike after a list or map.
    fn continues(&self, at: usize) -> bool {
        let next = self.closing(at).map(|closing| closing + 1);
        next.is_some_and(|next| {
            next < self.end && !matches!(self.byte(next), b' ' | b'\t' | b',' | b']' | b'}' | b':')
        })
    }

    /// The end of an unquoted text in flow style, and what YAML reads the first bracket in it as.
    fn end_of_plain(&self, start: usize) -> (usize, Option<&'static str>) {
        let mut opened = None;
        let mut at = start;
        while at < self.end {
            match self.byte(at) {
                byte @ (b'[' | b'{') => {
                    let Some(closing) = self.closing(at) else { break };
                    opened = opened.or(meaning(byte));
                    at = closing;
                }
                b',' | b']' | b'}' => break,
                b'#' if at > start && self.byte(at - 1) == b' ' => break,
                b':' if at + 1 < self.end && matches!(self.byte(at + 1), b' ' | b'\t') => break,
                _ => {}
            }
            at += 1;
        }
        (at, opened)
    }

    /// The last unquoted text inside lists and maps that starts before `before` and that YAML does
    /// not read as a string.
    fn last_in_flow(&self, from: usize, before: usize) -> Option<Trap> {
        let mut found = None;
        let mut at = from;
        while at < self.end && at <= before {
            match self.byte(at) {
                b' ' | b'\t' | b',' | b']' | b'}' | b':' => at += 1,
                b'"' | b'\'' => at = self.end_of_quotes(at),
                b'#' => break,
                b'[' | b'{' if !self.continues(at) => at += 1,
                first => {
                    let (end, opened) = self.end_of_plain(at);
                    if let Some(meaning) = meaning(first).or(opened) {
                        found = Some(Trap { span: trimmed(self.text, at..end), meaning });
                    }
                    at = end.max(at + 1);
                }
            }
        }
        found
    }
}
