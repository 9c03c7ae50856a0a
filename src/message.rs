//! Text for people, made of parts: the program's own words, and text of others apart from them.
//!
//! Own words are `&'static str`, so that nothing which was read can pass for them. Formats quote each
//! part in their own way, and none has to guess from backticks where a name begins.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

/// A text in one line that knows its parts.
///
/// There may be half a million, so it is one text, and where its parts are.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Message {
    /// As plain text has it. Borrowed, all of it is the program's own.
    text: Cow<'static, str>,
    /// The parts that are not words, in order; none of a borrowed text.
    marks: Vec<Mark>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    start: u32,
    end: u32,
    /// Whether backticks stand around it.
    quoted: bool,
}

/// A part of a message. None is made fit to be shown yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'m> {
    /// The program's own words.
    Words(&'m str),
    /// A name, a path or a piece of code, whoever wrote it; in plain text it stands in backticks.
    Code(&'m str),
    /// Text of others that stands as it is in plain text.
    Bare(&'m str),
}

/// What a message can be made of, by [`message!`](crate::message!).
pub trait Say {
    /// Adds itself to a message.
    fn say(self, message: &mut Message);
}

/// A message of its parts in order: own words, numbers, [`code`], [`bare`] and other messages.
///
/// ```
/// use lanelint::message;
/// use lanelint::message::code;
/// let message = message!["there is no task ", code("lesons")];
/// assert_eq!(message.as_str(), "there is no task `lesons`");
/// ```
#[macro_export]
macro_rules! message {
    ($($part:expr),* $(,)?) => {{
        let mut message = $crate::message::Message::default();
        $($crate::message::Say::say($part, &mut message);)*
        message.shrunk()
    }};
}

/// A part in backticks.
#[derive(Clone, Copy, Debug)]
pub struct Code<T>(T);

/// A name, a path or a piece of code.
pub fn code<T: fmt::Display>(text: T) -> Code<T> {
    Code(text)
}

/// A part that stands as it is.
#[derive(Clone, Copy, Debug)]
pub struct Bare<T>(T);

/// Text of others without backticks.
pub fn bare<T: fmt::Display>(text: T) -> Bare<T> {
    Bare(text)
}

impl Message {
    /// A text that another room wrote as one, with names in backticks. They count only where the
    /// rest is nothing but words; else all of it is text of others.
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

    /// Several as people list them, with `between` between two, and `last` before the last one.
    #[must_use]
    pub fn list<T: Say>(
        items: impl ExactSizeIterator<Item = T>,
        between: &'static str,
        last: &'static str,
    ) -> Message {
        let mut list = Message::default();
        let count = items.len();
        for (at, item) in items.enumerate() {
            match at {
                0 => {}
                _ if at + 1 == count => last.say(&mut list),
                _ => between.say(&mut list),
            }
            item.say(&mut list);
        }
        list
    }

    /// The same without room for more: there may be millions.
    #[must_use]
    pub fn shrunk(mut self) -> Message {
        if let Cow::Owned(text) = &mut self.text {
            text.shrink_to_fit();
        }
        self.marks.shrink_to_fit();
        self
    }

    /// As plain text has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Its parts in order; none is empty.
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

    /// Adds words in which what stands in backticks is code.
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
        // A string takes whatever is written to it.
        let _ = write!(text, "{part}");
        let end = offset(text.len());
        text.push_str(tick);
        self.marks.push(Mark { start, end, quoted });
    }
}

/// No text that was read is longer than a plan or a patch may be.
fn offset(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

impl Part<'_> {
    /// The part without backticks.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Part::Words(text) | Part::Code(text) | Part::Bare(text) => text,
        }
    }
}

/// Whether words are nothing but words: no sign of Markdown or HTML, no mention and no link.
fn is_plain(words: &str) -> bool {
    let is_sign = |character: char| {
        !(character.is_ascii_alphanumeric() || " ,.:;()'-–—…?/=".contains(character))
    };
    !words.contains(is_sign)
        && !words.contains("://")
        && !words.to_ascii_lowercase().contains("www.")
}

impl From<&'static str> for Message {
    fn from(words: &'static str) -> Message {
        Message { text: Cow::Borrowed(words), marks: Vec::new() }
    }
}

impl Say for &'static str {
    fn say(self, message: &mut Message) {
        message.push_words(self);
    }
}

impl Say for usize {
    fn say(self, message: &mut Message) {
        let _ = write!(message.text.to_mut(), "{self}");
    }
}

impl Say for u64 {
    fn say(self, message: &mut Message) {
        let _ = write!(message.text.to_mut(), "{self}");
    }
}

impl<T: fmt::Display> Say for Code<T> {
    fn say(self, message: &mut Message) {
        message.mark(self.0, true);
    }
}

impl<T: fmt::Display> Say for Bare<T> {
    fn say(self, message: &mut Message) {
        message.mark(self.0, false);
    }
}

impl Say for &Message {
    fn say(self, message: &mut Message) {
        for part in self.parts() {
            part.say(message);
        }
    }
}

impl Say for Part<'_> {
    fn say(self, message: &mut Message) {
        match self {
            Part::Words(words) => message.text.to_mut().push_str(words),
            Part::Code(text) => message.mark(text, true),
            Part::Bare(text) => message.mark(text, false),
        }
    }
}

impl Say for Message {
    fn say(self, message: &mut Message) {
        (&self).say(message);
    }
}

impl<T: Say> Say for Option<T> {
    fn say(self, message: &mut Message) {
        if let Some(part) = self {
            part.say(message);
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
    fn names_with_backticks() {
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
    fn own_words() {
        let message = Message::from("add `write:`");
        assert_eq!(message.parts(), [Part::Words("add "), Part::Code("write:")]);
        assert_eq!(message!["add `write:`"].parts(), message.parts());
    }

    #[test]
    fn texts_of_other_rooms() {
        let parts = |text| format!("{:?}", Message::quoted(text).parts());
        assert_eq!(parts("`a` is b"), r#"[Code("a"), Words(" is b")]"#);
        for text in ["`a", "ask @team", "see https://x.y", "see www.x.y", "<b>", "`@`@team` is"] {
            assert_eq!(Message::quoted(text).parts(), [Part::Bare(text)]);
        }
    }
}
