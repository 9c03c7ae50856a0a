//! Messages of SARIF, which are templates.

use serde::Serialize;

use crate::finding::Finding;
use crate::report::shown;

#[derive(Serialize)]
pub(super) struct Message {
    text: String,
}

impl Message {
    /// A message that may contain untrusted text.
    pub(super) fn new(text: &str) -> Message {
        Message { text: escaped(&shown(text)) }
    }

    /// The message and the help of a finding.
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

/// Escapes placeholders (`{0}`) and links (`[text](1)`).
///
/// Braces are always doubled. Square brackets are left alone unless the text could contain a link;
/// then backslashes escape too, and are escaped as well.
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
    fn placeholders_and_links() {
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
