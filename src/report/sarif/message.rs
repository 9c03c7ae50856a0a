//! Texts as SARIF's messages hold them: they are templates.

use serde::Serialize;

use crate::finding::Finding;
use crate::report::shown;

#[derive(Serialize)]
pub(super) struct Message {
    text: String,
}

impl Message {
    /// Words, with text of strangers in them.
    pub(super) fn words(text: &str) -> Message {
        Message { text: escaped(&shown(text)) }
    }

    /// What a finding says, and what can be done.
    pub(super) fn of(finding: &Finding) -> Message {
        let draft = &finding.draft;
        let mut text = escaped(&shown(draft.message.as_str()));
        if let Some(help) = &draft.help {
            text.push_str("\nhelp: ");
            text.push_str(&escaped(&shown(help.as_str())));
        }
        Message { text }
    }
}

/// A text in which nothing is a placeholder (`{0}`) or a link (`[text](1)`).
///
/// Braces are doubled always. Square brackets may stand as they are, except where they could be
/// those of a link; there, a backslash would escape, and is escaped too.
fn escaped(text: &str) -> String {
    let has_link = text.contains("](");
    let mut escaped = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '{' | '}' => escaped.push(character),
            '[' | ']' | '\\' if has_link => escaped.push('\\'),
            _ => {}
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_is_a_placeholder_or_a_link() {
        for (text, expected) in [
            ("`[ab]/{c,d}`", "`[ab]/{{c,d}}`"),
            ("{0} is {{1}}", "{{0}} is {{{{1}}}}"),
            ("[a](1)", r"\[a\](1)"),
            (r"a\b [x] [a](https://b)", r"a\\b \[x\] \[a\](https://b)"),
            (r"a\b [x] (y)", r"a\b [x] (y)"),
        ] {
            assert_eq!(escaped(text), expected, "{text}");
        }
    }
}
