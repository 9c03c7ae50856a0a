//! Chunks of bytes in, lines out, of which no more is kept than a header can need.

use bstr::ByteSlice;

/// How much of a line is kept. Two paths of Linux's 4,096 bytes, each byte quoted as four, and the
/// words around them fit in; only content is ever longer, and of that only the first byte counts.
pub(super) const KEPT: usize = 48 * 1024;

/// One line of the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// Its number, from 1.
    pub(super) number: u64,
    /// Its bytes, without the line feed.
    pub(super) text: &'a [u8],
    /// Whether `text` is all of it.
    pub(super) whole: bool,
    /// Whether a line feed ended it; only a text's last line can lack one.
    pub(super) ended: bool,
}

/// Puts lines together that were cut by the ends of chunks.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    number: u64,
    carry: Vec<u8>,
    open: bool,
    lost: bool,
}

impl Splitter {
    /// Takes the next bytes of the text and hands on every line that ends in them.
    pub(super) fn push(&mut self, chunk: &[u8], mut take: impl FnMut(Line)) {
        let mut rest = chunk;
        while let Some(end) = rest.find_byte(b'\n') {
            let (head, tail) = rest.split_at(end);
            if self.open {
                self.keep(head);
                self.hand_on(true, &mut take);
            } else {
                self.number += 1;
                let text = head.get(..KEPT).unwrap_or(head);
                let whole = text.len() == head.len();
                take(Line { number: self.number, text, whole, ended: true });
            }
            rest = tail.get(1..).unwrap_or_default();
        }
        if !rest.is_empty() {
            self.keep(rest);
            self.open = true;
        }
    }

    /// Ends the text: hands on its last line if no line feed ended it.
    pub(super) fn finish(&mut self, mut take: impl FnMut(Line)) {
        if self.open {
            self.hand_on(false, &mut take);
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = KEPT.saturating_sub(self.carry.len());
        let kept = bytes.get(..room).unwrap_or(bytes);
        self.lost |= kept.len() < bytes.len();
        self.carry.extend_from_slice(kept);
    }

    fn hand_on(&mut self, ended: bool, take: &mut impl FnMut(Line)) {
        self.number += 1;
        take(Line { number: self.number, text: &self.carry, whole: !self.lost, ended });
        self.carry.clear();
        self.open = false;
        self.lost = false;
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
    fn chunks_do_not_show_in_the_lines() {
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
    fn of_a_long_line_only_the_head_is_kept() {
        let mut text = vec![b'x'; KEPT + 7];
        text.extend(b"\ny\n");
        for chunk in [1000, 1_000_000] {
            let lines = split(&text, chunk);
            assert_eq!(lines.len(), 2);
            assert!(lines.iter().any(|line| line.1.len() == KEPT && !line.2), "{chunk}");
            assert!(lines.iter().any(|line| line.1 == b"y" && line.2), "{chunk}");
        }
    }
}
