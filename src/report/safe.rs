//! Escapes untrusted text for display.

use std::borrow::Cow;

/// Escapes control and direction characters, and breaks up commands of CI logs with a blank: `::` that
/// could begin a line, and `##` before `[`, `vso[` or `teamcity[`.
pub(super) fn shown(text: &str) -> Cow<'_, str> {
    if !text.contains(|character| is_hidden(character) || matches!(character, ':' | '#')) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        let rest = &text[at..];
        match character {
            '\n' => safe.push_str("\\n"),
            '\t' => safe.push_str("\\t"),
            '\r' => safe.push_str("\\r"),
            hidden if is_hidden(hidden) => {
                safe.push_str(&format!("\\u{{{:x}}}", u32::from(hidden)));
            }
            ':' if rest.starts_with("::") && !ends_in_word(&safe) => safe.push_str(": "),
            '#' if is_log_command(rest) => safe.push_str("# "),
            other => safe.push(other),
        }
    }
    Cow::Owned(safe)
}

/// Whether what follows cannot begin a line.
fn ends_in_word(before: &str) -> bool {
    before.chars().next_back().is_some_and(|last| !last.is_whitespace())
}

fn is_log_command(rest: &str) -> bool {
    rest.strip_prefix("##").is_some_and(|command| {
        let name = command.get(..10).unwrap_or(command).to_ascii_lowercase();
        name.starts_with('[') || name.starts_with("vso[") || name.starts_with("teamcity[")
    })
}

/// Invisible characters, and those that change how others are shown.
pub(super) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{061c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_and_ci_escapes() {
        for (text, expected) in [
            ("plain é 漢 a::b", "plain é 漢 a::b"),
            ("\u{1b}[31m", "\\u{1b}[31m"),
            ("a\nb\tc\rd\0", "a\\nb\\tc\\rd\\u{0}"),
            ("a\u{202e}b\u{2066}c\u{85}", "a\\u{202e}b\\u{2066}c\\u{85}"),
            ("::error::x", ": :error::x"),
            ("a ::error", "a : :error"),
            (":::error", ": : :error"),
            ("x##[group]", "x# #[group]"),
            ("###[a] ##VSO[b] ##teamcity[c]", "## #[a] # #VSO[b] # #teamcity[c]"),
            ("# #x ##y", "# #x ##y"),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }
}
