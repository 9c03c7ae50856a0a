//! Messages for people that keep trusted words and untrusted text apart.
//!
//! Trusted words are `&'static str`, so input can never pass for them. Each format escapes the
//! parts in its own way, without guessing from backticks where a name starts.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

/// A one-line text that knows its parts.
///
/// There may be half a million messages, so the parts are stored compactly: one text and offsets.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Message {
    /// The plain text. If borrowed, all of it is trusted.
    text: Cow<'static, str>,
    /// The parts that are not words, in order; empty if `text` is borrowed.
    marks: Vec<Mark>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    start: u32,
    end: u32,
    /// Whether it is in backticks.
    quoted: bool,
}

/// A part of a message, not yet escaped for output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'m> {
    /// Trusted words of this program.
    Words(&'m str),
    /// A name, path or code, possibly untrusted. In backticks in plain text.
    Code(&'m str),
    /// Untrusted text without backticks.
    Bare(&'m str),
}

/// A value that [`message!`](crate::message!) can append to a message.
pub trait Append {
    /// Appends this value.
    fn append_to(self, message: &mut Message);
}

/// Builds a message from its parts: trusted words, numbers, [`code`], [`bare`] and other messages.
///
/// ```
/// use lanelint::message;
/// use lanelint::message::code;
/// let message = message!["unknown task ", code("lesons")];
/// assert_eq!(message.as_str(), "unknown task `lesons`");
/// ```
#[macro_export]
macro_rules! message {
    ($($part:expr),* $(,)?) => {{
        let mut message = $crate::message::Message::default();
        $($crate::message::Append::append_to($part, &mut message);)*
        message.shrunk()
    }};
}

/// See [`code`].
#[derive(Clone, Copy, Debug)]
pub struct Code<T>(T);

/// A name, path or code, in backticks.
pub fn code<T: fmt::Display>(text: T) -> Code<T> {
    Code(text)
}

/// See [`bare`].
#[derive(Clone, Copy, Debug)]
pub struct Bare<T>(T);

/// Untrusted text without backticks.
pub fn bare<T: fmt::Display>(text: T) -> Bare<T> {
    Bare(text)
}

impl Message {
    /// Splits a text that has names in backticks. If the rest could contain anything but plain
    /// words, the whole text is untrusted.
    #[must_use]
    pub fn quoted(text: &str) -> Message {
        let pieces: Vec<&str> = text.split('`').collect();
        let is_certain = pieces.len() % 2 == 1 && pieces.iter().step_by(2).all(|one| is_plain(one));
        let mut message = Message::default();
        if is_certain {
            message.push_words(text);
        } else {
            message.mark(text, false);
        }
        message
    }

    /// Lists items with `separator` between them, and `last` before the last one.
    #[must_use]
    pub fn list<T: Append>(
        items: impl ExactSizeIterator<Item = T>,
        separator: &'static str,
        last: &'static str,
    ) -> Message {
        let mut list = Message::default();
        let count = items.len();
        for (index, item) in items.enumerate() {
            match index {
                0 => {}
                _ if index + 1 == count => last.append_to(&mut list),
                _ => separator.append_to(&mut list),
            }
            item.append_to(&mut list);
        }
        list
    }

    /// Frees unused capacity.
    #[must_use]
    pub fn shrunk(mut self) -> Message {
        if let Cow::Owned(text) = &mut self.text {
            text.shrink_to_fit();
        }
        self.marks.shrink_to_fit();
        self
    }

    /// The plain text, with code in backticks.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the text is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The non-empty parts, in order.
    #[must_use]
    pub fn parts(&self) -> Vec<Part<'_>> {
        let text = &*self.text;
        if let Cow::Borrowed(_) = self.text {
            let part =
                |(at, piece)| if at % 2 == 0 { Part::Words(piece) } else { Part::Code(piece) };
            let parts = text.split('`').enumerate().map(part);
            return parts.filter(|part| !part.text().is_empty()).collect();
        }
        let mut parts = Vec::with_capacity(2 * self.marks.len() + 1);
        let mut at = 0;
        for mark in &self.marks {
            let (start, end) = (mark.start as usize, mark.end as usize);
            let around = usize::from(mark.quoted);
            parts.push(Part::Words(&text[at..start - around]));
            let marked = &text[start..end];
            parts.push(if mark.quoted { Part::Code(marked) } else { Part::Bare(marked) });
            at = end + around;
        }
        parts.push(Part::Words(&text[at..]));
        parts.retain(|part| !part.text().is_empty());
        parts
    }

    /// Appends trusted words. Text in backticks becomes code.
    fn push_words(&mut self, words: &str) {
        for (at, piece) in words.split('`').enumerate() {
            if at % 2 == 0 {
                self.text.to_mut().push_str(piece);
            } else {
                self.mark(piece, true);
            }
        }
    }

    fn mark(&mut self, part: impl fmt::Display, quoted: bool) {
        let text = self.text.to_mut();
        let tick = if quoted { "`" } else { "" };
        text.push_str(tick);
        let start = offset(text.len());
        // Writing to a string cannot fail.
        let _ = write!(text, "{part}");
        let end = offset(text.len());
        text.push_str(tick);
        self.marks.push(Mark { start, end, quoted });
    }
}

/// Inputs are limited in size, so offsets fit.
fn offset(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

impl Part<'_> {
    /// The text without backticks.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Part::Words(text) | Part::Code(text) | Part::Bare(text) => text,
        }
    }
}

/// Whether a text contains no Markdown, HTML, mention or link.
fn is_plain(words: &str) -> bool {
    let is_special = |character: char| {
        !(character.is_ascii_alphanumeric() || " ,.:;()'-–—…?/=".contains(character))
    };
    !words.contains(is_special)
        && !words.contains("://")
        && !words.to_ascii_lowercase().contains("www.")
}

impl From<&'static str> for Message {
    fn from(words: &'static str) -> Message {
        Message { text: Cow::Borrowed(words), marks: Vec::new() }
    }
}

impl Append for &'static str {
    fn append_to(self, message: &mut Message) {
        message.push_words(self);
    }
}

impl Append for usize {
    fn append_to(self, message: &mut Message) {
        let _ = write!(message.text.to_mut(), "{self}");
    }
}

impl Append for u64 {
    fn append_to(self, message: &mut Message) {
        let _ = write!(message.text.to_mut(), "{self}");
    }
}

impl<T: fmt::Display> Append for Code<T> {
    fn append_to(self, message: &mut Message) {
        message.mark(self.0, true);
    }
}

impl<T: fmt::Display> Append for Bare<T> {
    fn append_to(self, message: &mut Message) {
        message.mark(self.0, false);
    }
}

impl Append for &Message {
    fn append_to(self, message: &mut Message) {
        for part in self.parts() {
            part.append_to(message);
        }
    }
}

impl Append for Part<'_> {
    fn append_to(self, message: &mut Message) {
        match self {
            Part::Words(words) => message.text.to_mut().push_str(words),
            Part::Code(text) => message.mark(text, true),
            Part::Bare(text) => message.mark(text, false),
        }
    }
}

impl Append for Message {
    fn append_to(self, message: &mut Message) {
        (&self).append_to(message);
    }
}

impl<T: Append> Append for Option<T> {
    fn append_to(self, message: &mut Message) {
        if let Some(part) = self {
            part.append_to(message);
        }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_containing_backticks() {
        let message =
            message![code("a`b"), " and ", code("`"), " write `x`: ", bare("@c"), 3_usize];
        assert_eq!(message.as_str(), "`a`b` and ``` write `x`: @c3");
        assert_eq!(
            message.parts(),
            [
                Part::Code("a`b"),
                Part::Words(" and "),
                Part::Code("`"),
                Part::Words(" write "),
                Part::Code("x"),
                Part::Words(": "),
                Part::Bare("@c"),
                Part::Words("3"),
            ]
        );
        assert_eq!(message![&message].parts(), message.parts());
    }

    #[test]
    fn code_in_trusted_words() {
        let message = Message::from("add `write:`");
        assert_eq!(message.parts(), [Part::Words("add "), Part::Code("write:")]);
        assert_eq!(message!["add `write:`"].parts(), message.parts());
    }

    #[test]
    fn quoted_texts() {
        let parts = |text| format!("{:?}", Message::quoted(text).parts());
        assert_eq!(parts("`a` is b"), r#"[Code("a"), Words(" is b")]"#);
        for text in ["`a", "ask @team", "see https://x.y", "see www.x.y", "<b>", "`@`@team` is"] {
            assert_eq!(Message::quoted(text).parts(), [Part::Bare(text)]);
        }
    }
}
