//! Source files, byte spans, line and column positions, and a YAML tree with spans in [`yaml`].

pub mod yaml;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// A text with a name and a line index. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SourceFile(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    name: String,
    text: String,
    line_starts: Vec<usize>,
}

/// A position between two characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, starting at 1.
    pub line: usize,
    /// The column in Unicode scalar values, starting at 1.
    pub column: usize,
    /// The byte offset, starting at 0.
    pub byte: usize,
}

impl SourceFile {
    /// Indexes a text. The name is used in output: a path relative to the root, or `-` for standard
    /// input.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> SourceFile {
        let text = text.into();
        let line_starts = std::iter::once(0)
            .chain(newlines(text.as_bytes()).map(|newline| newline + 1))
            .collect();
        SourceFile(Arc::new(Inner { name: name.into(), text, line_starts }))
    }

    /// The name used in output.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The text of a byte range. Offsets past the end or inside a character are moved back to the
    /// nearest character boundary.
    #[must_use]
    pub fn slice(&self, bytes: Range<usize>) -> &str {
        let start = self.floor(bytes.start);
        let end = self.floor(bytes.end).max(start);
        &self.0.text[start..end]
    }

    /// The line and column of a byte offset: a binary search and a scan of the line.
    #[must_use]
    pub fn position(&self, byte: usize) -> Position {
        let byte = self.floor(byte);
        let line = self.0.line_starts.partition_point(|&start| start <= byte);
        let start = self.0.line_starts[line - 1];
        Position { line, column: self.0.text[start..byte].chars().count() + 1, byte }
    }

    /// The bytes of a line, starting at 1, without its line ending.
    #[must_use]
    pub fn line_span(&self, line: usize) -> Option<Range<usize>> {
        let start = *self.0.line_starts.get(line.checked_sub(1)?)?;
        let Some(&next) = self.0.line_starts.get(line) else {
            return Some(start..self.0.text.len());
        };
        let end = next - 1;
        Some(start..if self.0.text[start..end].ends_with('\r') { end - 1 } else { end })
    }

    /// The number of lines. A trailing newline starts an empty last line.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.0.line_starts.len()
    }

    fn floor(&self, byte: usize) -> usize {
        let mut byte = byte.min(self.0.text.len());
        while !self.0.text.is_char_boundary(byte) {
            byte -= 1;
        }
        byte
    }
}

/// Shortens a text for use in a message.
#[must_use]
pub fn excerpt(text: &str) -> Cow<'_, str> {
    const MAX: usize = 80;
    match text.char_indices().nth(MAX) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

impl PartialEq for SourceFile {
    /// Equal if name and text are.
    fn eq(&self, other: &SourceFile) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || (self.0.name == other.0.name && self.0.text == other.0.text)
    }
}

impl Eq for SourceFile {}

fn newlines(bytes: &[u8]) -> impl Iterator<Item = usize> + '_ {
    bytes.iter().enumerate().filter(|&(_, &byte)| byte == b'\n').map(|(at, _)| at)
}

/// A byte range in one of several files. Ordered by file, then start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file that the range is in.
    pub file: FileId,
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

/// The index of a file in the list of files read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub usize);

impl Span {
    /// Combines a file and a byte range.
    #[must_use]
    pub fn new(file: FileId, bytes: Range<usize>) -> Span {
        Span { file, start: bytes.start, end: bytes.end }
    }

    /// The byte range, without the file.
    #[must_use]
    pub fn bytes(self) -> Range<usize> {
        self.start..self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns() {
        let file = SourceFile::new("x", "a: é\r\nb: 漢字\n");
        assert_eq!(file.position(0), Position { line: 1, column: 1, byte: 0 });
        assert_eq!(file.position(5), Position { line: 1, column: 5, byte: 5 });
        assert_eq!(file.position(13), Position { line: 2, column: 5, byte: 13 });
        assert_eq!(file.position(12), Position { line: 2, column: 4, byte: 10 }, "inside 漢");
        assert_eq!(file.position(999), Position { line: 3, column: 1, byte: 17 });
        assert_eq!(file.line_span(1).map(|span| file.slice(span)), Some("a: é"));
        assert_eq!(file.line_span(3).map(|span| file.slice(span)), Some(""));
        assert_eq!(file.line_span(4), None);
        let lone = SourceFile::new("x", "a\r");
        assert_eq!(lone.line_span(1).map(|span| lone.slice(span)), Some("a\r"));
    }
}
