//! Mail headers that make `git am` apply something else than the text shows.
//!
//! git reads them at the start of each mail and of each part. Here they count anywhere, since a
//! hostile text could hide where a mail begins.

use bstr::ByteSlice;

use super::MAX_LINE;

/// How many boundaries are kept. git supports five at a time.
const MAX_BOUNDARIES: usize = 32;

/// Charsets that keep UTF-8 text as it is.
const UTF8: [&[u8]; 4] = [b"utf-8", b"utf8", b"us-ascii", b"ascii"];
/// Charsets that keep ASCII text as it is.
const LATIN: [&[u8]; 4] = [b"iso-8859-1", b"iso-8859-15", b"latin1", b"windows-1252"];

/// The mail headers so far.
#[derive(Debug, Default)]
pub(super) struct Mail {
    /// The line and text of the current header, which the next line can continue.
    open: Option<(u64, Vec<u8>)>,
    boundaries: Vec<Vec<u8>>,
    is_latin: bool,
}

impl Mail {
    /// Takes a line outside of content. If it ends an unsupported header, returns the line of that
    /// header and the problem.
    pub(super) fn take(&mut self, line: u64, text: &[u8]) -> Option<(u64, String)> {
        if let Some((_, header)) = &mut self.open
            && matches!(text.first(), Some(b' ' | b'\t'))
        {
            let room = MAX_LINE.saturating_sub(header.len());
            header.extend_from_slice(text.get(..room).unwrap_or(text));
            return None;
        }
        let fault = self.close();
        let is_relevant = ["content-type:", "content-transfer-encoding:"]
            .iter()
            .any(|name| header_value(text, name).is_some());
        if is_relevant {
            self.open = Some((line, text.to_vec()));
        }
        fault
    }

    /// Ends the current header.
    pub(super) fn close(&mut self) -> Option<(u64, String)> {
        let (line, text) = self.open.take()?;
        Some((line, self.fault(&text)?))
    }

    /// Whether `git am` would take a line for a boundary between parts of a mail, and skip it and
    /// the headers after it.
    #[inline]
    pub(super) fn is_boundary(&self, text: &[u8]) -> bool {
        let matches = |boundary: &Vec<u8>| {
            text.strip_prefix(b"--").is_some_and(|rest| rest.starts_with(boundary))
        };
        !self.boundaries.is_empty() && self.boundaries.iter().any(matches)
    }

    /// Whether converting the charset may change this line.
    pub(super) fn changes(&self, text: &[u8]) -> bool {
        self.is_latin && !text.is_ascii()
    }

    fn fault(&mut self, text: &[u8]) -> Option<String> {
        if text.len() >= MAX_LINE {
            return Some(format!("mail header longer than {MAX_LINE} bytes"));
        }
        if let Some(value) = header_value(text, "content-transfer-encoding:") {
            let value = value.trim().to_ascii_lowercase();
            let plain = matches!(&*value, b"7bit" | b"8bit" | b"binary");
            return (!plain).then(|| "encoded mail; pass the decoded patch".into());
        }
        let value = header_value(text, "content-type:")?.to_ascii_lowercase();
        if value.contains_str("=?") {
            return Some("mail with encoded headers; pass the decoded patch".into());
        }
        if value.contains_str("flowed") || value.contains_str("delsp") {
            return Some("mail with wrapped lines (`format=flowed`)".into());
        }
        self.keep_boundary(text);
        match attribute(&value, "charset=") {
            None => None,
            Some(name) if UTF8.contains(&name) => None,
            Some(name) if LATIN.contains(&name) => {
                self.is_latin = true;
                None
            }
            Some(_) => {
                Some("mail in another charset than UTF-8; pass the decoded patch".to_owned())
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
        if self.boundaries.len() == MAX_BOUNDARIES {
            // The empty boundary matches all others.
            self.boundaries = vec![Vec::new()];
        } else {
            self.boundaries.push(boundary.to_vec());
        }
    }
}

fn header_value<'a>(text: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let (head, rest) = text.split_at_checked(name.len())?;
    head.eq_ignore_ascii_case(name.as_bytes()).then_some(rest)
}

/// The value of an attribute in a header, parsed like git.
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
    fn harmless_headers() {
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
    fn unsupported_headers() {
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
    fn mail_boundaries() {
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
