//! Lines as Markdown and as HTML, where texts of strangers are code and nothing else.

use crate::report::shown;
use crate::report::told::{Line, Part};

/// A text as a span of code: the backticks around it are more than any within it.
pub(in crate::report) fn code(text: &str) -> String {
    let text = shown(text);
    if text.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    // A span may not begin or end with a backtick, and one blank at each end is taken away.
    let pad = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    let pad = if pad { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// The same in a table, where a bar would end the cell, in code too.
pub(super) fn code_in_cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// How many backticks stand side by side, at most.
pub(super) fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

/// A line as Markdown.
pub(super) fn markdown(line: &Line) -> String {
    let piece = |piece: &Piece<'_>| match piece {
        Piece::Words(words) => (*words).to_owned(),
        Piece::Code(text) => code(text),
    };
    pieces(line).iter().map(piece).collect()
}

/// A line as HTML.
pub(super) fn html(line: &Line) -> String {
    let piece = |piece: &Piece<'_>| match piece {
        Piece::Words(words) => escaped(words),
        Piece::Code(text) => format!("<code>{}</code>", escaped(&shown(text))),
    };
    pieces(line).iter().map(piece).collect()
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

enum Piece<'l> {
    Words(&'l str),
    Code(&'l str),
}

fn pieces(line: &Line) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    for part in &line.0 {
        match part {
            Part::Words(words) => split(words, true, &mut pieces),
            Part::Name(text) | Part::Bare(text) => pieces.push(Piece::Code(text)),
            Part::Message { text, certain } => split(text, *certain, &mut pieces),
        }
    }
    pieces
}

/// Takes words apart at their backticks. Where that is not certain, all of it is code.
fn split<'l>(text: &'l str, certain: bool, pieces: &mut Vec<Piece<'l>>) {
    let parts: Vec<&str> = text.split('`').collect();
    let is_even = parts.len() % 2 == 1;
    if !certain || !is_even || !parts.iter().step_by(2).all(|words| is_plain(words)) {
        pieces.push(Piece::Code(text));
        return;
    }
    for (place, part) in parts.into_iter().enumerate() {
        match place % 2 {
            _ if part.is_empty() => {}
            0 => pieces.push(Piece::Words(part)),
            _ => pieces.push(Piece::Code(part)),
        }
    }
}

/// Whether words are nothing but words: no sign of Markdown or HTML, no mention and no link.
fn is_plain(words: &str) -> bool {
    let is_sign = |character: char| {
        !(character.is_ascii_alphanumeric() || " ,.:;()'-–—…?/=".contains(character))
    };
    !words.contains(is_sign)
        && !words.contains("://")
        && !words.to_ascii_lowercase().contains("www.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_ends_where_it_should() {
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
    fn what_is_not_certainly_words_is_code() {
        let shown = |text: &str, certain| {
            markdown(&Line(vec![Part::Message { text: text.to_owned(), certain }]))
        };
        assert_eq!(shown("`a` and `b|c` meet", true), "`a` and `b|c` meet");
        assert_eq!(shown("`a` and `b` meet", false), "`` `a` and `b` meet ``");
        assert_eq!(shown("ask @team", true), "`ask @team`");
        assert_eq!(shown("see https://x.y", true), "`see https://x.y`");
        assert_eq!(shown("see www.x.y", true), "`see www.x.y`");
        assert_eq!(shown("`a", true), "`` `a ``");
        assert_eq!(shown("<b>", true), "`<b>`");
    }
}
