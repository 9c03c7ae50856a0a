//! Where to insert items, and helpers for lines.

use std::ops::Range;

use super::layout::Key;

/// A replaced range of a text, and the new text.
pub(super) type Change = (Range<usize>, String);

/// A template for inserting items: the range to replace, and the text around the items.
#[derive(Clone, Debug)]
pub(super) struct Insertion {
    /// Further changes, such as a missing comma.
    others: Vec<Change>,
    at: Range<usize>,
    before: String,
    between: String,
    after: String,
    brackets: Brackets,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Brackets {
    /// The list exists.
    None,
    /// Only around several items: the key accepts a single one without brackets.
    AroundSeveral,
    Always,
}

impl Insertion {
    pub(super) fn new(at: Range<usize>, before: &str, between: &str, after: &str) -> Insertion {
        Insertion {
            others: Vec::new(),
            at,
            before: before.to_owned(),
            between: between.to_owned(),
            after: after.to_owned(),
            brackets: Brackets::None,
        }
    }

    pub(super) fn with(mut self, other: Change) -> Insertion {
        self.others.push(other);
        self
    }

    /// Inserts the items as the value of a new key.
    pub(super) fn after_key(mut self, name: &str) -> Insertion {
        self.before.push_str(name);
        self.before.push_str(": ");
        self.between = ", ".to_owned();
        self
    }

    /// Puts brackets around the items if the key needs them.
    pub(super) fn around(mut self, key: Key) -> Insertion {
        let always = key == Key::Allow;
        self.brackets = if always { Brackets::Always } else { Brackets::AroundSeveral };
        self
    }

    /// The changes that insert these items.
    pub(super) fn fill(&self, items: &[String]) -> Vec<Change> {
        let wrap = match self.brackets {
            Brackets::None => false,
            Brackets::AroundSeveral => items.len() > 1,
            Brackets::Always => true,
        };
        let (open, close) = if wrap { ("[", "]") } else { ("", "") };
        let items = items.join(&self.between);
        let text = format!("{}{open}{items}{close}{}", self.before, self.after);
        let mut changes = self.others.clone();
        changes.push((self.at.clone(), text));
        changes
    }
}

pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The end of the line on which a value ends. `None` if more than blanks and a comment follow it.
pub(super) fn clean_end_of_line(text: &str, value: usize) -> Option<usize> {
    let rest = text[value..].split('\n').next().unwrap_or("");
    let rest = rest.strip_suffix('\r').unwrap_or(rest);
    let after = rest.trim_start_matches([' ', '\t']);
    let is_comment = after.starts_with('#') && after.len() < rest.len();
    (after.is_empty() || is_comment).then_some(value + rest.len())
}

/// The line break that the text uses.
pub(super) fn newline(text: &str) -> &'static str {
    let first = text.find('\n').unwrap_or(0);
    if text[..first].ends_with('\r') { "\r\n" } else { "\n" }
}
