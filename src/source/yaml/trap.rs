//! Globs without quotes, of which YAML keeps the first character, a bracket or a brace for itself.
//!
//! What is found here is a guess of one line of text. [`super::Tree`] reads the text again with the
//! guess in quotes before it says anything of it.

use std::ops::Range;

use super::lines::{is_list_item, split_key};

/// The longest value of a line that is looked at: nobody writes more by hand.
const LONGEST: usize = 64 * 1024;

/// A text without quotes that YAML takes for something else.
pub(super) struct Trap {
    pub(super) span: Range<usize>,
    /// What YAML takes it for.
    pub(super) meaning: &'static str,
}

/// Whether a text can be one glob, and nothing else that people write into a plan. Names with blanks
/// exist; a text with a blank may be several globs, or prose.
pub fn may_be_a_glob(text: &str) -> bool {
    !text.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`'))
}

/// The text on the line of a syntax error that may have caused it.
pub(super) fn trap(text: &str, at: usize) -> Option<Trap> {
    let value = value_of_line(text, at);
    let first = text[value.clone()].bytes().next().filter(|_| value.len() <= LONGEST)?;
    let line = Line::new(text, value.clone());
    if !matches!(first, b'[' | b'{') || line.goes_on(value.start) {
        let (end, opened) = line.end_of_plain(value.start);
        let meaning = meaning(first).or(opened)?;
        return Some(Trap { span: trimmed(text, value.start..end), meaning });
    }
    line.last_in_flow(value.start + 1, at)
}

/// The value on the line of a place, past the dashes of list items and past a key.
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
    let written = &text[value.clone()];
    let end = written.split_once(" #").map_or(written.len(), |(value, _)| value.len());
    trimmed(text, value.start..value.start + end)
}

fn trimmed(text: &str, value: Range<usize>) -> Range<usize> {
    let written = &text[value.clone()];
    let start = value.start + (written.len() - written.trim_start().len());
    start..start + written.trim().len()
}

/// What YAML takes a text for that begins with this character.
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

/// The value of one line, and which of its brackets belong together.
struct Line<'t> {
    text: &'t str,
    end: usize,
    start: usize,
    /// For each byte from `start` on that is an opening bracket, the byte of the closing one.
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
                    at = line.behind_quotes(at);
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

    fn behind_quotes(&self, at: usize) -> usize {
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

    /// Whether what begins with a bracket goes on behind the closing one, as no list and no map does.
    fn goes_on(&self, at: usize) -> bool {
        let behind = self.closing(at).map(|closing| closing + 1);
        behind.is_some_and(|behind| {
            behind < self.end
                && !matches!(self.byte(behind), b' ' | b'\t' | b',' | b']' | b'}' | b':')
        })
    }

    /// Where a text without quotes ends, were it in a list or a map, and the first list or map that
    /// YAML would see in it.
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

    /// The last text of lists and maps on this line that YAML takes for something else and that
    /// begins before a place.
    fn last_in_flow(&self, from: usize, before: usize) -> Option<Trap> {
        let mut found = None;
        let mut at = from;
        while at < self.end && at <= before {
            match self.byte(at) {
                b' ' | b'\t' | b',' | b']' | b'}' | b':' => at += 1,
                b'"' | b'\'' => at = self.behind_quotes(at),
                b'#' => break,
                b'[' | b'{' if !self.goes_on(at) => at += 1,
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
