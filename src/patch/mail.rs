//! Header lines of mails that make `git am` write something else than the text shows.
//!
//! git looks for them at the head of each mail and of each of its parts. Here they count wherever
//! they stand: where a mail begins is what a hostile text would make look otherwise.

use bstr::ByteSlice;

use super::KEPT;

/// How many boundaries are remembered. git knows five at a time.
const BOUNDARIES: usize = 32;

/// Charsets whose ASCII is plain ASCII, and that leave text in UTF-8 as it is.
const PLAIN: [&[u8]; 4] = [b"utf-8", b"utf8", b"us-ascii", b"ascii"];
/// Charsets whose ASCII is plain ASCII.
const LATIN: [&[u8]; 4] = [b"iso-8859-1", b"iso-8859-15", b"latin1", b"windows-1252"];

/// What the mails have said so far.
#[derive(Debug, Default)]
pub(super) struct Mail {
    /// The header at hand, which the next line may go on with, and its line.
    open: Option<(u64, Vec<u8>)>,
    boundaries: Vec<Vec<u8>>,
    is_latin: bool,
}

impl Mail {
    /// Takes a line that is no content. Where that ends a header which git would act on, gives the
    /// header's line and why.
    pub(super) fn take(&mut self, line: u64, text: &[u8]) -> Option<(u64, String)> {
        if let Some((_, header)) = &mut self.open
            && matches!(text.first(), Some(b' ' | b'\t'))
        {
            let room = KEPT.saturating_sub(header.len());
            header.extend_from_slice(text.get(..room).unwrap_or(text));
            return None;
        }
        let fault = self.close();
        let matters = ["content-type:", "content-transfer-encoding:"]
            .iter()
            .any(|name| after(text, name).is_some());
        if matters {
            self.open = Some((line, text.to_vec()));
        }
        fault
    }

    /// Ends the header at hand.
    pub(super) fn close(&mut self) -> Option<(u64, String)> {
        let (line, text) = self.open.take()?;
        Some((line, self.fault(&text)?))
    }

    /// Whether `git am` would take a line for the border between two parts of a mail, and leave it
    /// out together with what looks like headers behind it.
    #[inline]
    pub(super) fn is_boundary(&self, text: &[u8]) -> bool {
        let is_one = |boundary: &Vec<u8>| {
            text.strip_prefix(b"--").is_some_and(|rest| rest.starts_with(boundary))
        };
        !self.boundaries.is_empty() && self.boundaries.iter().any(is_one)
    }

    /// Whether the bytes of a line above 127 may become others.
    pub(super) fn changes(&self, text: &[u8]) -> bool {
        self.is_latin && !text.is_ascii()
    }

    fn fault(&mut self, text: &[u8]) -> Option<String> {
        if text.len() >= KEPT {
            return Some(format!("a mail's header of more than {KEPT} bytes"));
        }
        if let Some(value) = after(text, "content-transfer-encoding:") {
            let value = value.trim().to_ascii_lowercase();
            let plain = matches!(&*value, b"7bit" | b"8bit" | b"binary");
            return (!plain).then(|| "a mail whose text is encoded; give the decoded patch".into());
        }
        let value = after(text, "content-type:")?.to_ascii_lowercase();
        if value.contains_str("=?") {
            return Some("a mail whose headers are encoded; give the decoded patch".into());
        }
        if value.contains_str("flowed") || value.contains_str("delsp") {
            return Some("a mail whose lines are wrapped (`format=flowed`)".into());
        }
        self.keep_boundary(text);
        match attribute(&value, "charset=") {
            None => None,
            Some(name) if PLAIN.contains(&name) => None,
            Some(name) if LATIN.contains(&name) => {
                self.is_latin = true;
                None
            }
            Some(_) => {
                Some("a mail in a charset other than UTF-8; give the decoded patch".to_owned())
            }
        }
    }

    fn keep_boundary(&mut self, text: &[u8]) {
        let lower = text.to_ascii_lowercase();
        let Some(at) = lower.find("boundary=") else { return };
        let Some(boundary) = text.get(at..).and_then(|rest| attribute(rest, "boundary=")) else {
            return;
        };
        if self.boundaries.iter().any(|known| known == boundary) {
            return;
        }
        if self.boundaries.len() == BOUNDARIES {
            // Shorter is more: this one is the beginning of every other.
            self.boundaries = vec![Vec::new()];
        } else {
            self.boundaries.push(boundary.to_vec());
        }
    }
}

/// What follows these words, whatever their case.
fn after<'a>(text: &'a [u8], words: &str) -> Option<&'a [u8]> {
    let (head, rest) = text.split_at_checked(words.len())?;
    head.eq_ignore_ascii_case(words.as_bytes()).then_some(rest)
}

/// The value of an attribute of a header, read as git reads it.
fn attribute<'a>(text: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let at = text.to_ascii_lowercase().find(name)?;
    let value = text.get(at + name.len()..)?;
    let (value, ends): (_, &[u8]) = match value.strip_prefix(b"\"") {
        Some(value) => (value, b"\""),
        None => (value, b"; \t"),
    };
    let end = value.find_byteset(ends).unwrap_or(value.len());
    value.get(..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<u64> {
        let mut mail = Mail::default();
        let mut faults = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            faults.extend(mail.take(number, line.as_bytes()));
        }
        faults.extend(mail.close());
        faults.into_iter().map(|(line, _)| line).collect()
    }

    #[test]
    fn headers_that_change_nothing() {
        for text in [
            "Content-Transfer-Encoding: 8bit",
            "content-transfer-encoding:\t7BIT ",
            "Content-Transfer-Encoding:\n binary\nx",
            "Content-Type: text/plain; charset=UTF-8; format=fixed",
            "Content-Type: text/plain; charset=\"us-ascii\"",
            "Content-Type: text/plain; charset=ISO-8859-1",
            "Content-Type: text/x-patch; name=\"0001-x.patch\"",
            "Content-Type: multipart/mixed;\n boundary=\"------------2.39.5\"",
            "X-Content-Transfer-Encoding: base64",
            " Content-Transfer-Encoding: base64",
            "base64",
        ] {
            assert_eq!(faults(text), [0u64; 0], "{text}");
        }
    }

    #[test]
    fn headers_that_git_acts_on() {
        for text in [
            "Content-Transfer-Encoding: base64",
            "CONTENT-TRANSFER-ENCODING:quoted-printable",
            "Content-Transfer-Encoding: base64; x=y",
            "Content-Transfer-Encoding: \"base64\"",
            "Content-Transfer-Encoding: x-base64",
            "Content-Transfer-Encoding:\n base64\nx",
            "Content-Transfer-Encoding: 8bit\n (or base64)",
            "Content-Transfer-Encoding: (c) base64",
            "Content-Transfer-Encoding: 8bit (c)",
            "Content-Transfer-Encoding: =?us-ascii?q?base64?=",
            "Content-Transfer-Encoding: x-uuencode",
            "Content-Transfer-Encoding:",
            "Content-Type: text/plain; charset=utf-7",
            "Content-Type: text/plain;\n\tcharset=\"UTF-16\"",
            "Content-Type: text/plain; format=flowed",
            "Content-Type: text/plain; format=\"flowed\"",
            "Content-Type: =?utf-8?q?text/plain; charset=3Dutf-7?=",
        ] {
            assert_eq!(faults(text), [1], "{text}");
        }
    }

    #[test]
    fn the_boundaries_of_a_mail() {
        let mut mail = Mail::default();
        assert!(!mail.is_boundary(b"--x"));
        for (line, text) in [(1, "Content-Type: multipart/mixed; Boundary=xY;"), (2, "")] {
            assert_eq!(mail.take(line, text.as_bytes()), None);
        }
        assert!(mail.is_boundary(b"--xY") && mail.is_boundary(b"--xY--"));
        assert!(!mail.is_boundary(b"--xy") && !mail.is_boundary(b"-xY"));
        for number in 0..100 {
            mail.take(3, format!("Content-Type: x; boundary={number:03}").as_bytes());
        }
        mail.close();
        assert!(mail.is_boundary(b"--whatever"));
    }
}
