//! Names in headers, and the paths after stripping prefixes like `git apply -pN`.

use bstr::ByteSlice;

use super::MAX_LINE;
use crate::path::unquote;

/// Why the names of a header do not determine a path, or one that nobody intends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// An unclosed quote, a raw tab, or no name.
    Unreadable,
    /// Both names are equal, so there is no prefix to strip.
    Unprefixed,
    /// A name with too few components, or an absolute one.
    TooShort,
    /// Names of different paths.
    Inconsistent,
    /// `/dev/null` where git would take it for a file, or a file where git expects `/dev/null`.
    NullDevice,
    /// A timestamp after a space instead of a tab, which git strips from the name.
    Stamp,
}

impl Fault {
    pub(super) fn problem(self) -> &'static str {
        match self {
            Fault::Unreadable => "invalid name in a file header",
            Fault::Unprefixed => "file header with equal names, without a prefix to strip",
            Fault::TooShort => "absolute name, or too few leading components to strip",
            Fault::Inconsistent => "inconsistent names in a file header",
            Fault::NullDevice => {
                "`/dev/null` inconsistent with `new file mode` or `deleted file mode`"
            }
            Fault::Stamp => "name followed by a space and a timestamp, which git strips",
        }
    }

    /// Whether another value of `--strip` may help.
    pub(super) fn is_about_prefixes(self) -> bool {
        matches!(self, Fault::Unprefixed | Fault::TooShort | Fault::Inconsistent)
    }
}

/// Strips leading components from a name. Like git, counts slashes.
pub(super) fn strip(name: &[u8], components: usize) -> Result<&[u8], Fault> {
    if name.starts_with(b"/") {
        return Err(Fault::TooShort);
    }
    let start = match components.checked_sub(1) {
        None => 0,
        Some(last) => name.find_iter(b"/").nth(last).ok_or(Fault::TooShort)? + 1,
    };
    name.get(start..).filter(|rest| !rest.is_empty()).ok_or(Fault::TooShort)
}

/// Parses a name that takes up the rest of the line, as in `rename from x`.
pub(super) fn lone(text: &[u8]) -> Option<Vec<u8>> {
    match unquote(text) {
        Some((name, taken)) => (taken == text.len()).then_some(name),
        None => (!text.is_empty() && text.first() != Some(&b'"')).then(|| text.to_vec()),
    }
}

/// A `---` or `+++` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// `/dev/null`.
    Absent,
    /// A name with its prefix.
    Named(Vec<u8>),
}

impl Side {
    /// Parses the name, and the timestamp after a tab, that follow `--- ` or `+++ `.
    pub(super) fn parse(text: &[u8]) -> Option<(Side, &[u8])> {
        let (side, rest) = match unquote(text) {
            Some((name, taken)) => (Side::Named(name), text.get(taken..).unwrap_or_default()),
            None if text.first() == Some(&b'"') => return None,
            None => {
                let end = text.find_byte(b'\t').unwrap_or(text.len());
                let (name, rest) = text.split_at_checked(end)?;
                let absent = name == b"/dev/null";
                (if absent { Side::Absent } else { Side::Named(name.to_vec()) }, rest)
            }
        };
        let stamp = match rest.split_first() {
            None => rest,
            Some((b'\t', stamp)) => stamp,
            Some(_) => return None,
        };
        (side != Side::Named(Vec::new())).then_some((side, stamp))
    }

    /// Checks that this side names `path`.
    pub(super) fn expect(&self, path: &[u8], components: usize) -> Result<(), Fault> {
        match self {
            Side::Absent => Err(Fault::NullDevice),
            Side::Named(name) if strip(name, components)? == path => Ok(()),
            Side::Named(_) => Err(Fault::Inconsistent),
        }
    }
}

/// The two names that follow `diff --git `, each perhaps quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// At least one of the names is quoted.
    Pair(Vec<u8>, Vec<u8>),
    /// Neither is quoted, so any space can be the separator.
    Joined(Vec<u8>),
}

impl Names {
    pub(super) fn parse(text: &[u8]) -> Result<Names, Fault> {
        // git quotes a name with a tab, and ends the first name at a raw one.
        if text.len() >= MAX_LINE || text.contains(&b'\t') {
            return Err(Fault::Unreadable);
        }
        Names::split_quoted(text).ok_or(Fault::Unreadable)
    }

    fn split_quoted(text: &[u8]) -> Option<Names> {
        if let Some((old, taken)) = unquote(text) {
            let new = lone(text.get(taken..)?.strip_prefix(b" ")?)?;
            return Some(Names::Pair(old, new));
        }
        match text.find_byte(b'"') {
            None => Some(Names::Joined(text.to_vec())),
            // A name with a quote is quoted itself, so this opens the second name.
            Some(at) => {
                let (old, new) = text.split_at_checked(at)?;
                let old = old.strip_suffix(b" ")?.to_vec();
                Some(Names::Pair(old, lone(new)?))
            }
        }
    }

    /// The common path of both names after stripping `components`.
    pub(super) fn common(&self, components: usize) -> Result<&[u8], Fault> {
        let (old, new) = match self {
            Names::Pair(old, new) => (old.as_slice(), new.as_slice()),
            Names::Joined(text) => {
                let at = middle(text, components).ok_or_else(|| unsplit(text, components))?;
                split(text, at).ok_or(Fault::Unreadable)?
            }
        };
        if old == new && components > 0 {
            return Err(Fault::Unprefixed);
        }
        let path = strip(old, components)?;
        if strip(new, components)? == path { Ok(path) } else { Err(Fault::Inconsistent) }
    }

    /// Checks that the names are those of two paths after stripping `components`.
    pub(super) fn expect(&self, from: &[u8], to: &[u8], components: usize) -> Result<(), Fault> {
        let (old, new) = match self {
            Names::Pair(old, new) => (old.as_slice(), new.as_slice()),
            Names::Joined(text) => {
                let stripped = strip(text, components)?;
                let at = text.len() - stripped.len() + from.len();
                split(text, at).ok_or(Fault::Inconsistent)?
            }
        };
        let agree = strip(old, components)? == from && strip(new, components)? == to;
        if agree { Ok(()) } else { Err(Fault::Inconsistent) }
    }
}

/// The space with names of the same length on both sides, after stripping `components`.
///
/// There is at most one: further right, the first name is longer, and the second not. So git finds
/// the same one, and one pass suffices.
fn middle(text: &[u8], components: usize) -> Option<usize> {
    let start = text.len() - strip(text, components).ok()?.len();
    let slashes: Vec<usize> = text.find_iter(b"/").collect();
    let mut passed = 0;
    text.find_iter(b" ").find(|&at| {
        while slashes.get(passed).is_some_and(|&slash| slash < at) {
            passed += 1;
        }
        let second = match components.checked_sub(1) {
            None => Some(at + 1),
            Some(last) => slashes.get(passed.saturating_add(last)).map(|slash| slash + 1),
        };
        let first = at.checked_sub(start);
        first.is_some() && first == second.and_then(|second| text.len().checked_sub(second))
    })
}

/// Why a line of two unquoted names cannot be split.
fn unsplit(text: &[u8], components: usize) -> Fault {
    match split(text, text.len() / 2) {
        Some((old, new)) if old == new && components > 0 => Fault::Unprefixed,
        _ => Fault::Inconsistent,
    }
}

/// Splits at a space.
fn split(text: &[u8], at: usize) -> Option<(&[u8], &[u8])> {
    let (old, rest) = text.split_at_checked(at)?;
    Some((old, rest.strip_prefix(b" ")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn common(text: &str, components: usize) -> Result<Vec<u8>, Fault> {
        Names::parse(text.as_bytes())?.common(components).map(<[u8]>::to_vec)
    }

    #[test]
    fn common_path_of_names() {
        for (text, components, path) in [
            ("a/src/x b/src/x", 1, "src/x"),
            ("old/x new/x", 1, "x"),
            ("a/src/x b/src/x", 2, "x"),
            ("p/q/x r/s/x", 2, "x"),
            ("p/q/x r/x", 1, "Inconsistent"),
            ("src/x src/x", 0, "src/x"),
            ("a/x y b/x y", 1, "x y"),
            ("a/x b/x b/x b/x", 1, "x b/x"),
            ("a/ x b/ x", 1, " x"),
            ("long name/x b/x", 1, "x"),
            ("a/x long name/x", 1, "x"),
            (r#""a/x\ty" "b/x\ty""#, 1, "x\ty"),
            (r#"a/x "b/x""#, 1, "x"),
            (r#""a/x" b/x"#, 1, "x"),
            ("src/x src/x", 1, "Unprefixed"),
            ("x x", 1, "Unprefixed"),
            (r#""src/x" "src/x""#, 1, "Unprefixed"),
            ("x b/x", 1, "Inconsistent"),
            ("a/zl b/ci/evil.yml", 1, "Inconsistent"),
            ("a/packages/b/x b/x/x", 1, "Inconsistent"),
            ("a/x b/x", 0, "Inconsistent"),
            ("a/x b/x", 2, "Inconsistent"),
            ("/a/x /b/x", 1, "Inconsistent"),
            ("a/x\tb/x", 1, "Unreadable"),
            (r#"a/x "b/x"#, 1, "Unreadable"),
            (r#""a/x""b/x""#, 1, "Unreadable"),
            (r#""a/x" "b/x" c"#, 1, "Unreadable"),
        ] {
            let found = match common(text, components) {
                Ok(path) => String::from_utf8(path).unwrap(),
                Err(fault) => format!("{fault:?}"),
            };
            assert_eq!(found, path, "{text} -p{components}");
        }
    }

    #[test]
    fn names_of_a_rename() {
        let matches = |text: &str, from: &str, to: &str, components| {
            Names::parse(text.as_bytes())
                .unwrap()
                .expect(from.as_bytes(), to.as_bytes(), components)
                .is_ok()
        };
        assert!(matches("a/x y b/z", "x y", "z", 1));
        assert!(matches("x z", "x", "z", 0));
        assert!(matches(r#"a/x "b/\303\251""#, "x", "é", 1));
        assert!(!matches("a/x b/z", "x", "y", 1));
        assert!(!matches("x z", "x", "z", 1));
        assert!(!matches("a/q/x b/q/z", "x", "z", 1));
    }

    #[test]
    fn linear_time_for_spaces() {
        for text in [
            " ".repeat(MAX_LINE - 2),
            "a/ ".repeat(MAX_LINE / 3 - 1),
            "/ ".repeat(MAX_LINE / 2 - 1),
        ] {
            for components in [1, 2, usize::MAX] {
                assert!(common(&text, components).is_err());
            }
        }
    }

    #[test]
    fn side_ends_at_tab() {
        let side = |text: &str| Side::parse(text.as_bytes()).map(|(side, _)| side);
        let named = |name: &str| Some(Side::Named(name.into()));
        assert_eq!(side("a/x y \t"), named("a/x y "));
        assert_eq!(side("a/x\t2024-01-01 00:00:00"), named("a/x"));
        assert_eq!(side(r#""a/\303\251 x"	"#), named("a/é x"));
        assert_eq!(side("/dev/null"), Some(Side::Absent));
        assert_eq!(side("/dev/null\t1970"), Some(Side::Absent));
        // git looks for the bare word.
        assert_eq!(side(r#""/dev/null""#), named("/dev/null"));
        assert_eq!(side("/dev/null 1970"), named("/dev/null 1970"));
        for broken in ["", "\t", r#""a/x"#, r#""a/x"y"#] {
            assert_eq!(side(broken), None, "{broken}");
        }
    }
}
