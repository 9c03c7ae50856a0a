//! Names as headers write them, and the path that `git apply -pN` takes from each.

use bstr::ByteSlice;

use super::KEPT;
use crate::path::unquote;

/// Why the names of a header do not say which path git would write, or say it in a way that nobody
/// means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A quote that is not closed, a raw tab, or nothing at all.
    Unreadable,
    /// Both sides are equal, so that what git takes off is no prefix.
    Unprefixed,
    /// A name of too few components, or an absolute one.
    Short,
    /// Names that do not agree with each other.
    Apart,
    /// `/dev/null` where git would take it for a file, or a file where git wants `/dev/null`.
    NullDevice,
    /// A time that git cuts off the name, though no tab parts the two.
    Stamp,
}

impl Fault {
    /// What is wrong, in a clause.
    pub(super) fn problem(self) -> &'static str {
        match self {
            Fault::Unreadable => "a header with a name that cannot be read",
            Fault::Unprefixed => "a header whose two names are equal, without a prefix to take off",
            Fault::Short => {
                "a name that is absolute, or has fewer components than are to be taken off"
            }
            Fault::Apart => "a header whose names contradict each other",
            Fault::NullDevice => {
                "`/dev/null` that does not go with a `new file mode` or `deleted file mode` line"
            }
            Fault::Stamp => "a name with a time behind a blank, which git takes off the name",
        }
    }

    /// Whether another `--strip` may be all that is needed.
    pub(super) fn is_about_prefixes(self) -> bool {
        matches!(self, Fault::Unprefixed | Fault::Short | Fault::Apart)
    }
}

/// Takes components off the front of a name. Like git, it counts slashes.
pub(super) fn strip(name: &[u8], components: usize) -> Result<&[u8], Fault> {
    if name.starts_with(b"/") {
        return Err(Fault::Short);
    }
    let start = match components.checked_sub(1) {
        None => 0,
        Some(last) => name.find_iter(b"/").nth(last).ok_or(Fault::Short)? + 1,
    };
    name.get(start..).filter(|rest| !rest.is_empty()).ok_or(Fault::Short)
}

/// One name on a line of its own, as in `rename from x`: quoted, or all of the line.
pub(super) fn lone(text: &[u8]) -> Option<Vec<u8>> {
    match unquote(text) {
        Some((name, taken)) => (taken == text.len()).then_some(name),
        None => (!text.is_empty() && text.first() != Some(&b'"')).then(|| text.to_vec()),
    }
}

/// What a `---` or `+++` line names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// `/dev/null`: there is no file on this side.
    Absent,
    /// A name, prefix and all.
    Named(Vec<u8>),
}

impl Side {
    /// Reads what follows `--- ` or `+++ `: the name, and the stamp that a tab may part from it.
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

    /// Checks that this side says no more than that its path is `path`.
    pub(super) fn expect(&self, path: &[u8], components: usize) -> Result<(), Fault> {
        match self {
            Side::Absent => Err(Fault::NullDevice),
            Side::Named(name) if strip(name, components)? == path => Ok(()),
            Side::Named(_) => Err(Fault::Apart),
        }
    }
}

/// What follows `diff --git `: two names with a space between, each quoted or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// Both names, for one is quoted.
    Pair(Vec<u8>, Vec<u8>),
    /// Both names unquoted, so that each space may be the one between them.
    Joined(Vec<u8>),
}

impl Names {
    /// Takes the two names apart where quotes show how.
    pub(super) fn parse(text: &[u8]) -> Result<Names, Fault> {
        // git quotes a name that holds a tab, and takes a raw one for the end of the first name.
        if text.len() >= KEPT || text.contains(&b'\t') {
            return Err(Fault::Unreadable);
        }
        Names::read(text).ok_or(Fault::Unreadable)
    }

    fn read(text: &[u8]) -> Option<Names> {
        if let Some((old, taken)) = unquote(text) {
            let new = lone(text.get(taken..)?.strip_prefix(b" ")?)?;
            return Some(Names::Pair(old, new));
        }
        match text.find_byte(b'"') {
            None => Some(Names::Joined(text.to_vec())),
            // A name that holds a quote is quoted itself, so this one opens the second name.
            Some(at) => {
                let (old, new) = text.split_at_checked(at)?;
                let old = old.strip_suffix(b" ")?.to_vec();
                Some(Names::Pair(old, lone(new)?))
            }
        }
    }

    /// The one path that both names have below so many components.
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
        if strip(new, components)? == path { Ok(path) } else { Err(Fault::Apart) }
    }

    /// Whether these are names of the two paths, each below so many components.
    pub(super) fn are(&self, from: &[u8], to: &[u8], components: usize) -> Result<(), Fault> {
        let (old, new) = match self {
            Names::Pair(old, new) => (old.as_slice(), new.as_slice()),
            Names::Joined(text) => {
                let behind = strip(text, components)?;
                let at = text.len() - behind.len() + from.len();
                split(text, at).ok_or(Fault::Apart)?
            }
        };
        let agree = strip(old, components)? == from && strip(new, components)? == to;
        if agree { Ok(()) } else { Err(Fault::Apart) }
    }
}

/// The space that leaves a name of one length on both sides, prefixes of so many components aside.
///
/// There is one at most: further to the right the first name grows, while the second begins no
/// earlier. So this is the one that git finds, too, and all of the line is looked at once.
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

/// Why a line of two unquoted names cannot be taken apart.
fn unsplit(text: &[u8], components: usize) -> Fault {
    match split(text, text.len() / 2) {
        Some((old, new)) if old == new && components > 0 => Fault::Unprefixed,
        _ => Fault::Apart,
    }
}

/// The two sides of a space.
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
    fn components_are_taken_off_each_name() {
        for (text, components, path) in [
            ("a/src/x b/src/x", 1, "src/x"),
            ("old/x new/x", 1, "x"),
            ("a/src/x b/src/x", 2, "x"),
            ("p/q/x r/s/x", 2, "x"),
            ("p/q/x r/x", 1, "Apart"),
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
            ("x b/x", 1, "Apart"),
            ("a/zl b/ci/evil.yml", 1, "Apart"),
            ("a/packages/b/x b/x/x", 1, "Apart"),
            ("a/x b/x", 0, "Apart"),
            ("a/x b/x", 2, "Apart"),
            ("/a/x /b/x", 1, "Apart"),
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
    fn both_ends_of_a_rename() {
        let are = |text: &str, from: &str, to: &str, components| {
            Names::parse(text.as_bytes())
                .unwrap()
                .are(from.as_bytes(), to.as_bytes(), components)
                .is_ok()
        };
        assert!(are("a/x y b/z", "x y", "z", 1));
        assert!(are("x z", "x", "z", 0));
        assert!(are(r#"a/x "b/\303\251""#, "x", "é", 1));
        assert!(!are("a/x b/z", "x", "y", 1));
        assert!(!are("x z", "x", "z", 1));
        assert!(!are("a/q/x b/q/z", "x", "z", 1));
    }

    #[test]
    fn many_blanks_are_looked_at_once() {
        for text in [" ".repeat(KEPT - 2), "a/ ".repeat(KEPT / 3 - 1), "/ ".repeat(KEPT / 2 - 1)] {
            for components in [1, 2, usize::MAX] {
                assert!(common(&text, components).is_err());
            }
        }
    }

    #[test]
    fn a_side_ends_at_a_tab() {
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
