//! Splits chunks of bytes into lines of limited length.

use bstr::ByteSlice;

/// How many bytes of a line are kept: enough for a header with two paths of 4,096 bytes (the limit
/// of Linux), each byte quoted as four. Only content is longer, whose first byte is all that counts.
pub(super) const MAX_LINE: usize = 48 * 1024;

#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// Counted from 1.
    pub(super) number: u64,
    /// Without the line feed.
    pub(super) text: &'a [u8],
    /// Whether `text` is the full line.
    pub(super) whole: bool,
    /// Whether the line ends in a line feed. Only the last line of a text can lack it.
    pub(super) ended: bool,
}

/// Joins lines across chunks.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    number: u64,
    /// The start of a line whose end is in a later chunk.
    partial: Vec<u8>,
    has_partial: bool,
    is_truncated: bool,
}

impl Splitter {
    /// Calls `take` for every line that ends in this chunk.
    pub(super) fn push(&mut self, chunk: &[u8], mut take: impl FnMut(Line)) {
        let mut rest = chunk;
        while let Some(end) = rest.find_byte(b'\n') {
            let (head, tail) = rest.split_at(end);
            if self.has_partial {
                self.extend(head);
                self.emit(true, &mut take);
            } else {
                self.number += 1;
                let text = head.get(..MAX_LINE).unwrap_or(head);
                let whole = text.len() == head.len();
                take(Line { number: self.number, text, whole, ended: true });
            }
            rest = tail.get(1..).unwrap_or_default();
        }
        if !rest.is_empty() {
            self.extend(rest);
            self.has_partial = true;
        }
    }

    /// Ends the text. Calls `take` for a last line without a line feed.
    pub(super) fn finish(&mut self, mut take: impl FnMut(Line)) {
        if self.has_partial {
            self.emit(false, &mut take);
        }
    }

    fn extend(&mut self, bytes: &[u8]) {
        let room = MAX_LINE.saturating_sub(self.partial.len());
        let kept = bytes.get(..room).unwrap_or(bytes);
        self.is_truncated |= kept.len() < bytes.len();
        self.partial.extend_from_slice(kept);
    }

    fn emit(&mut self, ended: bool, take: &mut impl FnMut(Line)) {
        self.number += 1;
        take(Line { number: self.number, text: &self.partial, whole: !self.is_truncated, ended });
        self.partial.clear();
        self.has_partial = false;
        self.is_truncated = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &[u8], chunk: usize) -> Vec<(u64, Vec<u8>, bool, bool)> {
        let mut lines = Vec::new();
        let mut take =
            |line: Line| lines.push((line.number, line.text.to_vec(), line.whole, line.ended));
        let mut splitter = Splitter::default();
        text.chunks(chunk).for_each(|bytes| splitter.push(bytes, &mut take));
        splitter.finish(&mut take);
        lines
    }

    #[test]
    fn lines_across_chunks() {
        let text = b"one\n\n\xfftwo\r\nthree";
        let whole = split(text, 1000);
        assert_eq!(whole.len(), 4);
        assert_eq!(whole.last(), Some(&(4, b"three".to_vec(), true, false)));
        for chunk in 1..text.len() {
            assert_eq!(split(text, chunk), whole);
        }
        assert!(split(b"", 1).is_empty());
    }

    #[test]
    fn truncated_long_line() {
        let mut text = vec![b'x'; MAX_LINE + 7];
        text.extend(b"\ny\n");
        for chunk in [1000, 1_000_000] {
            let lines = split(&text, chunk);
            assert_eq!(lines.len(), 2);
            assert!(lines.iter().any(|line| line.1.len() == MAX_LINE && !line.2), "{chunk}");
            assert!(lines.iter().any(|line| line.1 == b"y" && line.2), "{chunk}");
        }
    }
}
