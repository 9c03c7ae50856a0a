//! Error recovery: after a syntax error, parses the entries of block maps and lists one by one.

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::{ScalarStyle, ScanError};

use super::lines::{is_blank_or_comment, is_list_item, lines, split_key};
use super::trap::{Trap, may_be_a_glob, trap};
use super::{Problem, Tree, Value, quoted};
use crate::source::excerpt;

/// How many levels [`Tree::recover`] descends: plan, task, key, list item.
pub(super) const RECOVERY_DEPTH: usize = 4;

impl<'t> Tree<'t> {
    /// Parses a part that has a syntax error: entry by entry of its outermost block map or list,
    /// and recursively inside the entries that fail.
    pub(super) fn recover(&mut self, part: Range<usize>, depth: usize) -> Option<usize> {
        let entries = split_block(self.text, part)?;
        let start = entries.first()?.start;
        let end = entries.last()?.end;
        let is_list = is_list_item(&self.text[start..end]);
        let mut items = Vec::new();
        let mut pairs = Vec::new();
        for entry in entries {
            let mark = self.nodes.len();
            match self.read(entry.clone()) {
                Ok(Some(node)) => match &mut self.nodes[node].value {
                    Value::List(inner) if is_list => items.append(inner),
                    Value::Map(inner) if !is_list => pairs.append(inner),
                    _ => {
                        let at = self.nodes[node].span.clone();
                        self.problems.push(Problem {
                            span: at,
                            message: "this is neither a key nor part of the value above".to_owned(),
                            help: Some("write `key: value`, or indent the line".to_owned()),
                            fix: None,
                        });
                    }
                },
                Ok(None) => {}
                Err(error) => {
                    self.nodes.truncate(mark);
                    if is_list {
                        self.report(&error, &entry);
                        items.push(self.push(entry, Value::Broken));
                    } else if let Some(pair) = self.recover_pair(entry, &error, depth) {
                        pairs.push(pair);
                    }
                }
            }
        }
        let value = if is_list { Value::List(items) } else { Value::Map(pairs) };
        Some(self.push(start..end, value))
    }

    /// Parses `key: value` with a syntax error in the value.
    fn recover_pair(
        &mut self,
        entry: Range<usize>,
        error: &ScanError,
        depth: usize,
    ) -> Option<(usize, usize)> {
        let Some((key, rest)) = split_key(self.text, entry.clone()) else {
            self.report(error, &entry);
            return None;
        };
        let key_text = unquoted_key(&self.text[key.clone()]);
        let key_node =
            self.push(key, Value::Scalar { text: key_text, style: ScalarStyle::DoubleQuoted });
        let before = self.problems.len();
        let inner = (depth > 1 && begins_on_next_line(&self.text[rest.clone()]))
            .then(|| self.recover(rest.clone(), depth - 1))
            .flatten();
        if self.problems.len() == before {
            self.report(error, &entry);
        }
        Some((key_node, inner.unwrap_or_else(|| self.push(rest, Value::Broken))))
    }

    fn report(&mut self, error: &ScanError, entry: &Range<usize>) {
        let problem = self.syntax_problem(error, entry.start, entry.clone());
        self.problems.push(problem);
    }

    /// Explains a scan error. Often the cause is an unquoted glob that starts with a special
    /// character of YAML.
    pub(super) fn syntax_problem(
        &self,
        error: &ScanError,
        base: usize,
        within: Range<usize>,
    ) -> Problem {
        let at = error.marker().byte_offset().map_or(base, |offset| base + offset);
        let mut at = at.clamp(within.start, within.end);
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        if let Some(Trap { span, meaning }) = trap(self.text, at)
            && self.is_fixed_by_quotes(&within, &span, at)
        {
            let text = &self.text[span.clone()];
            let quoted = quoted(text);
            return Problem {
                span,
                message: format!("YAML reads this as {meaning}, not as a string"),
                help: Some(format!("quote it: {}", excerpt(&quoted))),
                fix: may_be_a_glob(text).then_some(quoted),
            };
        }
        let end = self.text[at..].chars().next().map_or(at, |character| {
            if character == '\n' || character == '\r' { at } else { at + character.len_utf8() }
        });
        Problem {
            span: at..end,
            message: format!("invalid YAML: {}", error.info()),
            help: Some("fix the syntax: until then, this part of the plan is ignored".into()),
            fix: None,
        }
    }

    /// Whether quoting `span` moves the error at `at` further back or removes it, and makes the
    /// quoted text a value: a list item, or the value of a key.
    fn is_fixed_by_quotes(&self, part: &Range<usize>, span: &Range<usize>, at: usize) -> bool {
        if span.is_empty() || span.start < part.start || span.end > part.end {
            return false;
        }
        let quoted = quoted(&self.text[span.clone()]);
        let (before, after) = (&self.text[part.start..span.start], &self.text[span.end..part.end]);
        let text = [before, &quoted, after].concat();
        let mut tree = Tree::empty(&text);
        if let Err(error) = tree.read(0..text.len()) {
            let next = error.marker().byte_offset().unwrap_or(0);
            // Compared without the quotes.
            if next < before.len() + quoted.len()
                || next + span.len() <= at - part.start + quoted.len()
            {
                return false;
            }
        }
        tree.has_value_at(before.len()..before.len() + quoted.len())
    }

    /// Whether a list item or the value of a key has exactly these bytes.
    fn has_value_at(&self, bytes: Range<usize>) -> bool {
        let is_at = |&node: &usize| self.nodes[node].span == bytes;
        self.nodes.iter().any(|node| match &node.value {
            Value::List(items) => items.iter().any(is_at),
            Value::Map(pairs) => pairs.iter().any(|(_, value)| is_at(value)),
            _ => false,
        })
    }
}

/// Splits a block map or list into its entries by indentation. `None` if it is in flow style.
fn split_block(text: &str, part: Range<usize>) -> Option<Vec<Range<usize>>> {
    let mut entries: Vec<Range<usize>> = Vec::new();
    let mut outer: Option<(usize, bool)> = None;
    for (start, line) in lines(text, part.clone()) {
        let bom =
            if start == 0 && line.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let line = &line[bom..];
        let indent = line.len() - line.trim_start_matches(' ').len();
        if is_blank_or_comment(line)
            || (outer.is_none() && line.starts_with(['%', '-']) && !is_list_item(line))
        {
            continue;
        }
        let item = is_list_item(line);
        let (outer_indent, in_list) = *outer.get_or_insert((indent, item));
        // The end of a flow collection that started on an earlier line.
        let closes = line.trim_start().starts_with([']', '}'])
            && is_blank_or_comment(line.trim_start_matches([' ', '\t', ']', '}', ',']));
        if indent == outer_indent && item == in_list && !closes {
            if entries.is_empty() && line.trim_start().starts_with(['{', '[']) {
                return None;
            }
            if let Some(last) = entries.last_mut() {
                last.end = start;
            }
            entries.push(start + bom..part.end);
        }
    }
    Some(entries)
}

fn unquoted_key(key: &str) -> Cow<'_, str> {
    let inner = key.strip_prefix(['"', '\'']).and_then(|key| key.strip_suffix(['"', '\'']));
    Cow::Borrowed(inner.unwrap_or(key))
}

fn begins_on_next_line(rest: &str) -> bool {
    rest.split_once('\n').is_some_and(|(first, _)| is_blank_or_comment(first))
}
