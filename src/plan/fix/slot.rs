//! Places where items can be added, and the lines that they stand on.

use std::ops::Range;

use super::layout::Key;

/// A change of one text: what is taken out, and what comes in its place.
pub(super) type Change = (Range<usize>, String);

/// A place where items can be added, without the items.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    /// What else changes.
    beside: Vec<Change>,
    /// What the items take the place of.
    at: Range<usize>,
    before: String,
    between: String,
    after: String,
    /// What stands around the items of a list that begins with them; one alone needs it only where
    /// the key takes nothing but lists.
    brackets: Brackets,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Brackets {
    /// The list is there.
    None,
    AroundSeveral,
    Always,
}

impl Slot {
    pub(super) fn new(at: Range<usize>, before: &str, between: &str, after: &str) -> Slot {
        Slot {
            beside: Vec::new(),
            at,
            before: before.to_owned(),
            between: between.to_owned(),
            after: after.to_owned(),
            brackets: Brackets::None,
        }
    }

    pub(super) fn with(mut self, beside: Change) -> Slot {
        self.beside.push(beside);
        self
    }

    /// The value of a key that is added too.
    pub(super) fn behind_key(mut self, name: &str) -> Slot {
        self.before.push_str(name);
        self.before.push_str(": ");
        self.between = ", ".to_owned();
        self
    }

    pub(super) fn around(mut self, key: Key) -> Slot {
        let always = key == Key::Allow;
        self.brackets = if always { Brackets::Always } else { Brackets::AroundSeveral };
        self
    }

    /// The changes that write these items.
    pub(super) fn fill(&self, items: &[String]) -> Vec<Change> {
        let wrap = match self.brackets {
            Brackets::None => false,
            Brackets::AroundSeveral => items.len() > 1,
            Brackets::Always => true,
        };
        let (open, close) = if wrap { ("[", "]") } else { ("", "") };
        let items = items.join(&self.between);
        let text = format!("{}{open}{items}{close}{}", self.before, self.after);
        let mut changes = self.beside.clone();
        changes.push((self.at.clone(), text));
        changes
    }
}

pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The end of the line on which a value ends, where only blanks and a comment are behind it.
pub(super) fn clean_end_of_line(text: &str, value: usize) -> Option<usize> {
    let rest = text[value..].split('\n').next().unwrap_or("");
    let rest = rest.strip_suffix('\r').unwrap_or(rest);
    let behind = rest.trim_start_matches([' ', '\t']);
    let is_comment = behind.starts_with('#') && behind.len() < rest.len();
    (behind.is_empty() || is_comment).then_some(value + rest.len())
}

/// How the text ends its lines.
pub(super) fn newline(text: &str) -> &'static str {
    let first = text.find('\n').unwrap_or(0);
    if text[..first].ends_with('\r') { "\r\n" } else { "\n" }
}
