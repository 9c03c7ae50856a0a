//! Scalars: types, quoting, and the mapping from decoded text to source bytes.

use std::ops::Range;

use granit_parser::ScalarStyle;

/// A string scalar that maps its decoded text to the bytes of the file.
#[derive(Clone, Copy, Debug)]
pub struct Scalar<'t> {
    /// The text, with escapes resolved and lines folded.
    pub text: &'t str,
    pub(super) raw: &'t str,
    pub(super) start: usize,
    pub(super) style: ScalarStyle,
}

impl Scalar<'_> {
    /// Maps a byte range of [`Scalar::text`] to bytes of the file.
    #[must_use]
    pub fn source_span(&self, text: Range<usize>) -> Range<usize> {
        let quoted = matches!(self.style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
        let mut raw_at = usize::from(quoted && self.raw.starts_with(['"', '\'']));
        let mut at = 0;
        let mut start = None;
        let mut end = raw_at;
        while at < self.text.len() && at < text.end.max(text.start + 1) {
            let Some(unit) = unit(&self.raw[raw_at..], &self.text[at..], self.style) else { break };
            if at + unit.text > text.start && start.is_none() {
                start = Some(raw_at);
            }
            raw_at += unit.raw;
            at += unit.text;
            if at <= text.end {
                end = raw_at;
            }
        }
        // An empty range at the end of the text.
        let start = start.unwrap_or(raw_at);
        self.start + start..self.start + end.max(start)
    }
}

impl Scalar<'_> {
    /// The bytes to replace, and the new source, so that a range of the text becomes `with`. `None`
    /// for block scalars.
    ///
    /// A plain scalar that would no longer be a plain string is replaced as a whole, in quotes.
    #[must_use]
    pub fn replaced(&self, text: Range<usize>, with: &str) -> Option<(Range<usize>, String)> {
        if self.style == ScalarStyle::Plain {
            let mut whole = self.text.to_owned();
            whole.replace_range(text.clone(), with);
            if !is_plain(&whole) {
                return Some((self.start..self.start + self.raw.len(), quoted(&whole)));
            }
        }
        Some((self.source_span(text), self.escaped(with)?))
    }

    /// Escapes a text for use inside this scalar. `None` for block scalars.
    fn escaped(&self, text: &str) -> Option<String> {
        match self.style {
            ScalarStyle::DoubleQuoted => {
                let quoted = quoted(text);
                Some(quoted[1..quoted.len() - 1].to_owned())
            }
            ScalarStyle::SingleQuoted => Some(text.replace('\'', "''")),
            ScalarStyle::Plain => Some(text.to_owned()),
            ScalarStyle::Literal | ScalarStyle::Folded => None,
        }
    }
}

/// The length in bytes of the next character or escape, in the source and decoded.
struct Unit {
    raw: usize,
    text: usize,
}

fn unit(raw: &str, text: &str, style: ScalarStyle) -> Option<Unit> {
    let source = raw.chars().next()?;
    let decoded = text.chars().next()?;
    let blank = |character: char| matches!(character, ' ' | '\t' | '\r' | '\n');
    if style == ScalarStyle::DoubleQuoted && source == '\\' {
        let escape = raw[1..].chars().next()?;
        let length = match escape {
            'x' => 4,
            'u' => 6,
            'U' => 10,
            '\n' | '\r' => {
                let rest = raw[1..].trim_start_matches(blank);
                return Some(Unit { raw: raw.len() - rest.len(), text: 0 });
            }
            other => 1 + other.len_utf8(),
        };
        return Some(Unit { raw: length.min(raw.len()), text: decoded.len_utf8() });
    }
    if style == ScalarStyle::SingleQuoted && raw.starts_with("''") {
        return Some(Unit { raw: 2, text: 1 });
    }
    let run = raw.len() - raw.trim_start_matches(blank).len();
    if raw[..run].contains('\n') && blank(decoded) {
        // A folded line break with the blanks around it: decodes to one blank, or to the breaks
        // read.
        let breaks = text.len() - text.trim_start_matches('\n').len();
        return Some(Unit { raw: run, text: breaks.max(1) });
    }
    Some(Unit { raw: source.len_utf8(), text: decoded.len_utf8() })
}

pub(super) enum Core {
    Null,
    Text,
    Other(&'static str),
}

/// The type of a plain scalar in YAML 1.2's core schema.
pub(super) fn core_type(text: &str) -> Core {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Core::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => {
            return Core::Other("a boolean");
        }
        ".nan" | ".NaN" | ".NAN" => return Core::Other("a number"),
        _ => {}
    }
    let float = || {
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (unsigned, None),
        };
        let exponent_is_right = exponent
            .is_none_or(|exponent| digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent)));
        let mantissa_is_right = match mantissa.split_once('.') {
            Some(("", fraction)) => digits(fraction),
            Some((whole, fraction)) => digits(whole) && (fraction.is_empty() || digits(fraction)),
            None => digits(mantissa),
        };
        exponent_is_right && mantissa_is_right
    };
    let radix = |prefix: &str, radix: u32| {
        text.strip_prefix(prefix).is_some_and(|rest| {
            !rest.is_empty() && rest.chars().all(|character| character.is_digit(radix))
        })
    };
    let infinite = matches!(unsigned, ".inf" | ".Inf" | ".INF");
    if infinite || float() || radix("0o", 8) || radix("0x", 16) {
        Core::Other("a number")
    } else {
        Core::Text
    }
}

/// Whether a text needs no quotes in either block or flow style.
fn is_plain(text: &str) -> bool {
    let plain = |character: char| {
        character.is_alphanumeric()
            || matches!(
                character,
                ' ' | '!'
                    | '$'
                    | '('
                    | ')'
                    | '*'
                    | '+'
                    | '-'
                    | '.'
                    | '/'
                    | ';'
                    | '<'
                    | '='
                    | '>'
                    | '?'
                    | '@'
                    | '^'
                    | '_'
                    | '|'
                    | '~'
                    | '\\'
                    | '%'
                    | '&'
            )
    };
    let first = |character: char| {
        character.is_alphanumeric() || matches!(character, '.' | '/' | '_' | '$' | '(' | '\\')
    };
    text.starts_with(first)
        && !text.ends_with(' ')
        && text.chars().all(plain)
        && matches!(core_type(text), Core::Text)
        && !text.starts_with("...")
}

/// Writes a text as a YAML scalar in the same quotes as `original`; if that has none, only with
/// quotes if it needs them.
#[must_use]
pub fn quoted_like(original: &str, text: &str) -> String {
    if original.starts_with('\'') && !text.chars().any(char::is_control) {
        format!("'{}'", text.replace('\'', "''"))
    } else if !original.starts_with('"') && is_plain(text) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// Writes a text as a double-quoted YAML scalar.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            control if control.is_control() => {
                quoted.push_str(&format!("\\u{:04X}", u32::from(control)));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
