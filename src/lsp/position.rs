//! Converts between the editor's positions and bytes.
//!
//! Both sides agree on what a column counts. Lines end with `\n` or `\r\n`. A lone `\r` does not
//! end a line: editors that keep one in a buffer show it inside a line.

use std::ops::Range;

use gen_lsp_types as lsp;

use crate::source::SourceFile;

/// What a column counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units: the protocol's default.
    #[default]
    Utf16,
    /// Unicode scalar values.
    Utf32,
}

impl Encoding {
    /// Chooses from the encodings that a client offers: bytes if possible, which need no counting.
    #[must_use]
    pub fn choose<'o>(offered: impl IntoIterator<Item = &'o str>) -> Encoding {
        let known = offered.into_iter().filter_map(|name| match name {
            "utf-8" => Some(Encoding::Utf8),
            "utf-16" => Some(Encoding::Utf16),
            "utf-32" => Some(Encoding::Utf32),
            _ => None,
        });
        known.min_by_key(|encoding| *encoding as u8).unwrap_or_default()
    }

    /// The protocol's name.
    #[must_use]
    pub fn kind(self) -> lsp::PositionEncodingKind {
        match self {
            Encoding::Utf8 => lsp::PositionEncodingKind::UTF8,
            Encoding::Utf16 => lsp::PositionEncodingKind::UTF16,
            Encoding::Utf32 => lsp::PositionEncodingKind::UTF32,
        }
    }

    /// The position of a byte. A byte inside a character is rounded down, one past the end is the
    /// end.
    #[must_use]
    pub fn position(self, source: &SourceFile, byte: usize) -> lsp::Position {
        let at = source.position(byte);
        let line = source.line_span(at.line).unwrap_or(at.byte..at.byte);
        let before = source.slice(line.start..at.byte.min(line.end));
        lsp::Position { line: number(at.line - 1), character: number(self.length(before)) }
    }

    /// The byte of a position. Columns past the end of their line and lines past the end of the
    /// text are clamped; a column inside a character is rounded down.
    #[must_use]
    pub fn byte(self, source: &SourceFile, position: lsp::Position) -> usize {
        let Some(line) = source.line_span(position.line as usize + 1) else {
            return source.text().len();
        };
        let text = source.slice(line.clone());
        let column = position.character as usize;
        if self == Encoding::Utf8 {
            let mut at = column.min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            return line.start + at;
        }
        let mut counted = 0;
        for (at, character) in text.char_indices() {
            counted += if self == Encoding::Utf16 { character.len_utf16() } else { 1 };
            if counted > column {
                return line.start + at;
            }
        }
        line.end
    }

    /// Converts bytes to a range.
    #[must_use]
    pub fn range(self, source: &SourceFile, bytes: Range<usize>) -> lsp::Range {
        let start = self.position(source, bytes.start);
        let end = self.position(source, bytes.end);
        lsp::Range { start, end }
    }

    /// Converts a range to bytes; empty if the range ends before it starts.
    #[must_use]
    pub fn bytes(self, source: &SourceFile, range: lsp::Range) -> Range<usize> {
        let start = self.byte(source, range.start);
        start..self.byte(source, range.end).max(start)
    }

    /// The number of columns of a text.
    fn length(self, text: &str) -> usize {
        match self {
            Encoding::Utf8 => text.len(),
            Encoding::Utf32 => text.chars().count(),
            // Only characters of four bytes take two code units.
            Encoding::Utf16 => {
                text.chars().count() + text.bytes().filter(|&byte| byte >= 0xf0).count()
            }
        }
    }
}

/// Texts never have more than `u32::MAX` lines or columns: their length is limited.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

    fn at(line: u32, character: u32) -> lsp::Position {
        lsp::Position { line, character }
    }

    #[test]
    fn utf8_is_preferred() {
        for (offered, chosen) in [
            (&["utf-16", "utf-8"][..], Encoding::Utf8),
            (&["utf-32", "utf-16"], Encoding::Utf16),
            (&["utf-32"], Encoding::Utf32),
            (&["utf-7"], Encoding::Utf16),
            (&[], Encoding::Utf16),
        ] {
            assert_eq!(Encoding::choose(offered.iter().copied()), chosen, "{offered:?}");
        }
    }

    #[test]
    fn columns_in_each_encoding() {
        let source = SourceFile::new("x", "aé漢😀b\r\n\rc\n");
        for (byte, columns) in [(1, [1, 1, 1]), (3, [3, 2, 2]), (6, [6, 3, 3]), (10, [10, 5, 4])] {
            for (encoding, column) in ALL.into_iter().zip(columns) {
                assert_eq!(encoding.position(&source, byte), at(0, column), "{encoding:?}");
                assert_eq!(encoding.byte(&source, at(0, column)), byte, "{encoding:?}");
            }
        }
        for encoding in ALL {
            assert_eq!(encoding.byte(&source, at(0, 99)), 11, "before the end of the line");
            assert_eq!(encoding.position(&source, 12), encoding.position(&source, 11));
            assert_eq!(encoding.byte(&source, at(1, 1)), 14, "a lone return ends no line");
            assert_eq!(encoding.byte(&source, at(9, 9)), source.text().len());
            assert_eq!(encoding.position(&source, 99), at(2, 0));
        }
        assert_eq!(Encoding::Utf16.byte(&source, at(0, 4)), 6, "between two halves");
        assert_eq!(Encoding::Utf8.byte(&source, at(0, 5)), 3, "inside 漢");
        assert_eq!(
            Encoding::Utf8.bytes(&source, lsp::Range { start: at(0, 3), end: at(0, 1) }),
            3..3
        );
    }

    /// Counts along the text.
    fn naive(encoding: Encoding, text: &str, byte: usize) -> lsp::Position {
        let mut position = at(0, 0);
        for (start, character) in text.char_indices() {
            if start >= byte || start + character.len_utf8() > byte {
                break;
            }
            match character {
                '\n' => position = at(position.line + 1, 0),
                '\r' if text[start..].starts_with("\r\n") => {}
                _ => {
                    position.character += match encoding {
                        Encoding::Utf8 => u32::try_from(character.len_utf8()).unwrap(),
                        Encoding::Utf16 => u32::try_from(character.len_utf16()).unwrap(),
                        Encoding::Utf32 => 1,
                    }
                }
            }
        }
        position
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn positions_match_naive_count(text in "([a-c]|é|漢|😀|\u{301}|\n|\r\n|\r){0,24}", byte in 0..80_usize) {
            let source = SourceFile::new("x", text.as_str());
            for encoding in ALL {
                let position = encoding.position(&source, byte);
                prop_assert_eq!(position, naive(encoding, &text, byte));
                // No position is between `\r` and `\n`.
                let back = encoding.byte(&source, position);
                prop_assert_eq!(encoding.position(&source, back), position);
                prop_assert!(back <= byte && text.is_char_boundary(back));
            }
        }
    }

    fn cases() -> u32 {
        std::env::var("LANELINT_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2_000)
    }
}
