//! Lines by which a text shows that it is no whole list of changes.

use bstr::ByteSlice;

use super::body::Hunk;

/// Whether a line begins like one of a header.
pub(super) fn is_header(text: &[u8]) -> bool {
    const STARTS: [&[u8]; 8] = [
        b"diff ",
        b"--- ",
        b"+++ ",
        b"rename ",
        b"copy ",
        b"Index: ",
        b"Binary files ",
        b"Submodule ",
    ];
    STARTS.iter().any(|start| text.starts_with(start))
}

/// Why a line means, wherever it stands, that the text is no whole list.
pub(super) fn stranger(text: &[u8]) -> Option<&'static str> {
    if text.starts_with(b"diff --cc ") || text.starts_with(b"diff --combined ") {
        return Some("a combined diff, which leaves out what a merge took from one side");
    }
    if text.starts_with(b"@@@ -") {
        return Some("a hunk of a combined diff");
    }
    if text.starts_with(b"* Unmerged path ") {
        return Some("a path that is not merged yet");
    }
    if text.starts_with(b"Submodule ") && is_submodule_summary(text) {
        return Some("a summary of a submodule in the place of its pin");
    }
    if text.starts_with(b"\x1b") && without_colour(text).is_some_and(is_coloured_header) {
        return Some("coloured text");
    }
    None
}

/// Why a line outside messages means that the text is no whole list.
pub(super) fn foreign(text: &[u8]) -> Option<&'static str> {
    if text.starts_with(b"Only in ") && text.contains_str(": ") {
        return Some(
            "a file that is on one side only, and whose content is not shown (`diff -N` shows it)",
        );
    }
    if text.starts_with(b"@@ -") && Hunk::parse(text).is_some() {
        return Some("a hunk without a header");
    }
    if text.starts_with(b"# This series applies on GIT commit ") {
        return Some("a list of patches, not a patch");
    }
    if text == b"***************" {
        return Some("a context diff; only unified ones are read");
    }
    let pairs: [(&[u8], &[u8]); 3] =
        [(b"Files ", b" differ"), (b"Binary files ", b" differ"), (b"Symbolic links ", b" differ")];
    if pairs.iter().any(|(start, end)| text.starts_with(start) && text.ends_with(end)) {
        return Some("two files that differ, without their unified diff");
    }
    if text.starts_with(b"File ") && text.contains_str(" while file ") {
        return Some("two files of different types, without their unified diff");
    }
    let start = text.get(..9).unwrap_or(text).to_ascii_lowercase();
    if start.starts_with(b"<!doctype") || start.starts_with(b"<html") {
        return Some("a web page, not a patch");
    }
    None
}

/// `Submodule x 0123456..789abcd:`, or the words that stand there for one with changes inside.
fn is_submodule_summary(text: &[u8]) -> bool {
    let ids = |word: &[u8]| {
        let hex = word.iter().filter(|byte| byte.is_ascii_hexdigit()).count();
        hex >= 8
            && word.contains_str("..")
            && word.iter().all(|&byte| byte.is_ascii_hexdigit() || byte == b'.' || byte == b':')
    };
    text.split(|&byte| byte == b' ').any(ids)
        || text.ends_with(b" contains modified content")
        || text.ends_with(b" contains untracked content")
}

/// What follows the escape sequences at the start of a line.
fn without_colour(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text;
    while let Some(sequence) = rest.strip_prefix(b"\x1b[") {
        let end = sequence.iter().position(|byte| !byte.is_ascii_digit() && *byte != b';')?;
        rest = sequence.get(end + 1..)?;
    }
    Some(rest)
}

fn is_coloured_header(text: &[u8]) -> bool {
    is_header(text) || text.starts_with(b"@@ ") || text.starts_with(b"Only in ")
}
