//! Lines of formats that are unsupported or leave out changes.

use bstr::ByteSlice;

use super::body::Hunk;

/// Whether a line looks like part of a header.
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

/// Why a line is unsupported anywhere, even in a commit message.
pub(super) fn unsupported(text: &[u8]) -> Option<&'static str> {
    if text.starts_with(b"diff --cc ") || text.starts_with(b"diff --combined ") {
        return Some("combined diff, which leaves out what a merge took from one side");
    }
    if text.starts_with(b"@@@ -") {
        return Some("hunk of a combined diff");
    }
    if text.starts_with(b"* Unmerged path ") {
        return Some("unmerged path");
    }
    if text.starts_with(b"Submodule ") && is_submodule_summary(text) {
        return Some("submodule summary instead of its commit");
    }
    if text.starts_with(b"\x1b") && without_color(text).is_some_and(is_colored_header) {
        return Some("colored text");
    }
    None
}

/// Why a line is unsupported outside of commit messages.
pub(super) fn unsupported_outside_message(text: &[u8]) -> Option<&'static str> {
    if text.starts_with(b"Only in ") && text.contains_str(": ") {
        return Some("file on one side only, without its content (use `diff -N`)");
    }
    if text.starts_with(b"@@ -") && Hunk::parse(text).is_some() {
        return Some("hunk without a header");
    }
    if text.starts_with(b"# This series applies on GIT commit ") {
        return Some("list of patches, not a patch");
    }
    if text == b"***************" {
        return Some("context diff; only unified diffs are supported");
    }
    let pairs: [(&[u8], &[u8]); 3] =
        [(b"Files ", b" differ"), (b"Binary files ", b" differ"), (b"Symbolic links ", b" differ")];
    if pairs.iter().any(|(start, end)| text.starts_with(start) && text.ends_with(end)) {
        return Some("files differ, but without a unified diff");
    }
    if text.starts_with(b"File ") && text.contains_str(" while file ") {
        return Some("file types differ, but without a unified diff");
    }
    let start = text.get(..9).unwrap_or(text).to_ascii_lowercase();
    if start.starts_with(b"<!doctype") || start.starts_with(b"<html") {
        return Some("HTML page, not a patch");
    }
    None
}

/// `Submodule x 0123456..789abcd:`, or `Submodule x contains modified content` and the like.
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

/// The line without leading escape sequences.
fn without_color(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text;
    while let Some(sequence) = rest.strip_prefix(b"\x1b[") {
        let end = sequence.iter().position(|byte| !byte.is_ascii_digit() && *byte != b';')?;
        rest = sequence.get(end + 1..)?;
    }
    Some(rest)
}

fn is_colored_header(text: &[u8]) -> bool {
    is_header(text) || text.starts_with(b"@@ ") || text.starts_with(b"Only in ")
}
