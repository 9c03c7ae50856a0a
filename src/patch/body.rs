//! The body of a file's diff: hunks and binary patches, counted and not stored.

use super::content::Content;

const LINE: u8 = 1;
const OLD: u8 = 2;
const NEW: u8 = 4;

/// The sides that a line of a hunk belongs to, by its first byte. A table instead of branches, which
/// the processor would mispredict.
const SIDES: [u8; 256] = {
    let mut sides = [0; 256];
    sides[b'+' as usize] = LINE | NEW;
    sides[b'-' as usize] = LINE | OLD;
    sides[b' ' as usize] = LINE | OLD | NEW;
    // Mail programs strip trailing blanks, so that an empty context line has no space.
    sides[b'\r' as usize] = LINE | OLD | NEW;
    sides[b'\\' as usize] = LINE;
    sides
};

/// The rest of a hunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hunk {
    /// How many lines of each side remain.
    old: u64,
    new: u64,
    /// The position in the old file, counted from 0.
    at: u64,
    /// Whether the hunk begins where the new file does.
    from_start: bool,
}

impl Hunk {
    /// Parses `@@ -a,b +c,d @@ …`. With `-D`, git writes `-?,?` and shows no old lines.
    pub(super) fn parse(text: &[u8]) -> Option<Hunk> {
        let rest = text.strip_prefix(b"@@ -")?;
        let ((at, old), rest) = match rest.strip_prefix(b"?,?") {
            Some(rest) => ((0, 0), rest),
            None => range(rest)?,
        };
        let ((start, new), rest) = range(rest.strip_prefix(b" +")?)?;
        // If the old side is empty, `at` is the line before the insertion.
        let at = if old == 0 { at } else { at.saturating_sub(1) };
        rest.starts_with(b" @@").then_some(Hunk { old, new, at, from_start: start <= 1 })
    }

    /// Counts a line, and records where a range of changed lines begins or ends. False if the line
    /// does not belong to the hunk.
    #[inline]
    pub(super) fn take(&mut self, text: &[u8], content: &mut Content) -> bool {
        let first = text.first().copied().unwrap_or(b' ');
        let sides = SIDES[usize::from(first)];
        let (old, new) = (u64::from(sides & OLD != 0), u64::from(sides & NEW != 0));
        let fits = (sides & LINE != 0) & (self.old >= old) & (self.new >= new);
        if fits {
            self.old -= old;
            self.new -= new;
            if (old != new) != content.is_open() {
                content.toggle(self.at);
            }
            self.at = self.at.saturating_add(old);
        }
        fits
    }

    /// Whether no lines remain.
    pub(super) fn done(self) -> bool {
        self.old == 0 && self.new == 0
    }

    pub(super) fn at(self) -> u64 {
        self.at
    }

    pub(super) fn is_from_start(self) -> bool {
        self.from_start
    }

    /// Whether no old lines remain.
    pub(super) fn lacks_old(self) -> bool {
        self.old == 0
    }

    /// Whether no new lines remain.
    pub(super) fn lacks_new(self) -> bool {
        self.new == 0
    }
}

/// Parses `12,3` or `12`, the first line and the number of lines. Also returns the rest.
fn range(text: &[u8]) -> Option<((u64, u64), &[u8])> {
    let (start, rest) = number(text)?;
    match rest.strip_prefix(b",") {
        Some(rest) => number(rest).map(|(lines, rest)| ((start, lines), rest)),
        None => Some(((start, 1), rest)),
    }
}

/// Parses a decimal number. Also returns the rest.
pub(super) fn number(text: &[u8]) -> Option<(u64, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (head, rest) = text.split_at_checked(digits)?;
    let value = std::str::from_utf8(head).ok()?.parse().ok()?;
    Some((value, rest))
}

/// A `GIT binary patch`: blocks of the new and the old content, each ended by an empty line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct BinaryPatch {
    closed: u8,
    open: bool,
}

impl BinaryPatch {
    /// Takes a line. False if it does not belong to a binary patch.
    pub(super) fn take(&mut self, text: &[u8]) -> bool {
        if !self.open {
            self.open = is_block_start(text);
            return self.open;
        }
        if text.is_empty() {
            self.open = false;
            self.closed += 1;
            return true;
        }
        is_base85(text)
    }

    /// Whether both blocks are complete.
    pub(super) fn done(self) -> bool {
        self.closed == 2
    }
}

fn is_block_start(text: &[u8]) -> bool {
    let size = text.strip_prefix(b"literal ").or_else(|| text.strip_prefix(b"delta "));
    size.and_then(number).is_some_and(|(_, rest)| rest.is_empty())
}

/// The first letter is the number of bytes, and five letters encode four bytes.
fn is_base85(text: &[u8]) -> bool {
    let Some((&first, letters)) = text.split_first() else { return false };
    let bytes = match first {
        b'A'..=b'Z' => first - b'A' + 1,
        b'a'..=b'z' => first - b'a' + 27,
        _ => return false,
    };
    letters.len() == usize::from(bytes).div_ceil(4) * 5 && letters.iter().all(u8::is_ascii_graphic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{ChangeKind, Lines};

    #[test]
    fn changed_ranges_of_old_lines() {
        for (hunks, lines) in [
            (&[("@@ -10,3 +10,3 @@", " -+ ")][..], &[(10, 11)][..]),
            (&[("@@ -1,5 +1,6 @@", "+- - -")], &[(0, 1), (2, 3), (4, 5)]),
            (&[("@@ -1,4 +1,3 @@", "-\\+  -")], &[(0, 1), (3, 4)]),
            (&[("@@ -5,0 +6,2 @@", "++")], &[(5, 5)]),
            (&[("@@ -0,0 +1 @@", "+")], &[(0, 0)]),
            (&[("@@ -1,3 +0,0 @@", "---")], &[(0, 3)]),
            (&[("@@ -1 +1 @@", "-+"), ("@@ -2 +2 @@", "-+")], &[(0, 2)]),
            (&[("@@ -1 +1 @@", "-+"), ("@@ -9 +9 @@", "-+")], &[(0, 1), (8, 9)]),
        ] {
            let mut content = Content::default();
            for (header, signs) in hunks {
                let mut hunk = Hunk::parse(header.as_bytes()).unwrap();
                for sign in signs.bytes() {
                    assert!(hunk.take(&[sign], &mut content), "{header}");
                }
                content.close(hunk.at());
            }
            let lines = lines.iter().map(|&(start, end)| start..end).collect();
            assert_eq!(content.shown(ChangeKind::Modified).lines, Lines::Known(lines), "{hunks:?}");
        }
    }

    #[test]
    fn hunk_headers() {
        for (text, counts) in [
            ("@@ -1,2 +3,4 @@", Some((2, 4))),
            ("@@ -1 +1 @@ fn main() {", Some((1, 1))),
            ("@@ -0,0 +1,18446744073709551615 @@", Some((0, u64::MAX))),
            ("@@ -?,? +1,7 @@", Some((0, 7))),
            ("@@ -1,2 +3,4", None),
            ("@@ -1,2 +3,4 @", None),
            ("@@ -1, +3 @@", None),
            ("@@ -1,99999999999999999999 +3 @@", None),
            ("@@@ -1 -1 +1 @@@", None),
            ("@@ -1", None),
        ] {
            let hunk = Hunk::parse(text.as_bytes());
            assert_eq!(hunk.map(|hunk| (hunk.old, hunk.new)), counts, "{text}");
        }
    }

    #[test]
    fn end_of_hunk() {
        let (mut content, mut other) = (Content::default(), Content::default());
        let mut hunk = Hunk::parse(b"@@ -7,2 +7,2 @@").unwrap();
        for line in [" a", "-b", "+diff --git a/x b/x", "\\ No newline at end of file"] {
            assert!(hunk.take(line.as_bytes(), &mut content), "{line}");
        }
        assert!(hunk.done());
        assert!(!hunk.take(b"+c", &mut content));
        let lines = std::iter::once(7..8).collect();
        assert_eq!(content.shown(ChangeKind::Modified).lines, Lines::Known(lines));
        let mut short = Hunk::parse(b"@@ -1 +1 @@").unwrap();
        assert!(!short.take(b"diff --git a/x b/x", &mut other));
        assert!(short.take(b"\r", &mut other) && short.done());
    }

    #[test]
    fn blocks_of_binary_patch() {
        let mut patch = BinaryPatch::default();
        for line in ["literal 1", "IcmZQzU}69O00031", "", "literal 0", "HcmV?d00001"] {
            assert!(patch.take(line.as_bytes()), "{line}");
            assert!(!patch.done(), "{line}");
        }
        assert!(patch.take(b"") && patch.done());
        for broken in ["literal", "literal x", "delta 1 ", ""] {
            assert!(!BinaryPatch::default().take(broken.as_bytes()), "{broken:?}");
        }
        for broken in ["HcmV?d0000", "HcmV?d00001x", "diff --git a/x b/x", "-"] {
            assert!(!BinaryPatch { closed: 0, open: true }.take(broken.as_bytes()), "{broken:?}");
        }
    }
}
