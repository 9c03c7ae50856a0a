//! Messages as Markdown and HTML. Untrusted text becomes code.

use crate::message::{Message, Part};
use crate::report::shown;

/// A code span, delimited by more backticks than any run in the text.
pub(in crate::report) fn code(text: &str) -> String {
    let text = shown(text);
    if text.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    // A span may not begin or end with a backtick, and Markdown strips one blank at each end.
    let pad = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    let pad = if pad { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A code span in a table, where even in code a bar ends the cell.
pub(super) fn code_in_cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// The length of the longest run of backticks.
pub(super) fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

pub(super) fn markdown(message: &Message) -> String {
    let piece = |part| match part {
        Part::Words(words) => backslashed(words),
        Part::Code(text) | Part::Bare(text) => code(text),
    };
    message.parts().into_iter().map(piece).collect()
}

pub(super) fn html(message: &Message) -> String {
    let piece = |part| match part {
        Part::Words(words) => escaped(words),
        Part::Code(text) | Part::Bare(text) => {
            format!("<code>{}</code>", escaped(&shown(text)))
        }
    };
    message.parts().into_iter().map(piece).collect()
}

/// Escapes the characters that mean something in Markdown.
fn backslashed(words: &str) -> String {
    let mut text = String::with_capacity(words.len());
    for character in words.chars() {
        if "\\`*_[]<>#|~&!$".contains(character) {
            text.push('\\');
        }
        text.push(character);
    }
    text
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message;
    use crate::message::{bare, code as name};

    #[test]
    fn backticks_in_code_spans() {
        for (text, expected) in [
            ("src/**", "`src/**`"),
            ("a`b", "``a`b``"),
            ("`a``", "``` `a`` ```"),
            (" a ", "`  a  `"),
            ("a\nb", "`a\\nb`"),
            ("", ""),
        ] {
            assert_eq!(code(text), expected, "{text:?}");
        }
        assert_eq!(code_in_cell("a|b"), "`a\\|b`");
    }

    #[test]
    fn untrusted_parts_as_code() {
        let message = message![name("a`b"), " and ", name("b|c"), ": ", bare("@team"), " <b>"];
        assert_eq!(markdown(&message), r"``a`b`` and `b|c`: `@team` \<b\>");
        assert_eq!(
            html(&message),
            "<code>a`b</code> and <code>b|c</code>: <code>@team</code> &lt;b&gt;"
        );
    }
}
