//! Names as headers write them, and what of them is prefix.
//!
//! Nothing in a patch says how long its prefixes are. What a single header shows is settled here,
//! and what needs the rest of the patch in [`super::book`].

use bstr::ByteSlice;

use super::KEPT;
use crate::path::unquote;

/// The two prefixes of a patch, `a/` and `b/` unless somebody asked for others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Prefixes {
    pub(super) old: Vec<u8>,
    pub(super) new: Vec<u8>,
}

impl Prefixes {
    /// `--no-prefix`, and `diff.noprefix`.
    pub(super) fn none() -> Prefixes {
        Prefixes { old: Vec::new(), new: Vec::new() }
    }

    /// Whether they are git's own: none, or two of the letters that it chooses itself.
    pub(super) fn are_usual(&self) -> bool {
        *self == Prefixes::none()
            || (letter(&self.old) && letter(&self.new) && self.old != self.new)
    }

    /// The name that both sides have below these prefixes.
    pub(super) fn strip<'a>(&self, pair: &'a Pair) -> Option<&'a [u8]> {
        let old = pair.old.strip_prefix(self.old.as_slice())?;
        let new = pair.new.strip_prefix(self.new.as_slice())?;
        (old == new && !old.is_empty()).then_some(old)
    }

    /// Whether the other ones say that more of every name is prefix: `a/src/` against `a/`.
    pub(super) fn are_extended_by(&self, other: &Prefixes) -> bool {
        match (other.old.strip_prefix(&*self.old), other.new.strip_prefix(&*self.new)) {
            (Some(old), Some(new)) => old == new && !old.is_empty(),
            _ => false,
        }
    }
}

/// `a/` and `b/`; with `diff.mnemonicPrefix` the commit, the index, the work tree, an object, or
/// the two files of `--no-index`.
fn letter(prefix: &[u8]) -> bool {
    matches!(prefix, [b'a' | b'b' | b'c' | b'i' | b'w' | b'o' | b'1' | b'2', b'/'])
}

/// Both names of a header, prefixes and all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) old: Vec<u8>,
    pub(super) new: Vec<u8>,
}

/// What a header that moves nothing says about its one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// The name and the prefixes, as `git apply` would have them.
    Sure(Vec<u8>, Prefixes),
    /// The two part inside a component: `xsrc/f` and `ysrc/f` may be `src/f` or `f`.
    Open,
    /// No name can be common to both.
    Apart,
}

impl Pair {
    /// Finds the longest name that both can end in.
    ///
    /// One-letter prefixes of git's own go first: `a/src/x` and `b/src/x` are `src/x`, though
    /// `a/src/` and `b/src/` would be possible prefixes too.
    pub(super) fn read(&self) -> Reading {
        let (old, new) = (self.old.as_slice(), self.new.as_slice());
        if old.is_empty() || new.is_empty() {
            return Reading::Apart;
        }
        let tail = common_tail(old, new);
        let (old_head, rest) = old.split_at_checked(old.len() - tail).unwrap_or_default();
        let (new_head, _) = new.split_at_checked(new.len() - tail).unwrap_or_default();
        let whole = old_head.is_empty() || new_head.is_empty();
        if rest.is_empty() {
            return Reading::Apart;
        }
        if old == new {
            return Reading::Sure(old.to_vec(), Prefixes::none());
        }
        if whole && [old_head, new_head].iter().any(|head| head.ends_with(b"/")) {
            let prefixes = Prefixes { old: old_head.to_vec(), new: new_head.to_vec() };
            return Reading::Sure(rest.to_vec(), prefixes);
        }
        match rest.strip_prefix(b"/") {
            Some([]) => Reading::Apart,
            Some(name) if !whole => {
                let prefixes =
                    Prefixes { old: [old_head, b"/"].concat(), new: [new_head, b"/"].concat() };
                Reading::Sure(name.to_vec(), prefixes)
            }
            _ => Reading::Open,
        }
    }
}

/// How many bytes two names have in common at their ends.
pub(super) fn common_tail(one: &[u8], two: &[u8]) -> usize {
    one.iter().rev().zip(two.iter().rev()).take_while(|(one, two)| one == two).count()
}

/// How many bytes two names have in common at their heads.
pub(super) fn common_head(one: &[u8], two: &[u8]) -> usize {
    one.iter().zip(two).take_while(|(one, two)| one == two).count()
}

/// One name on a line of its own, as in `rename from x`: quoted, or all of the line.
pub(super) fn lone(text: &[u8]) -> Option<Vec<u8>> {
    match unquote(text) {
        Some((name, taken)) => (taken == text.len()).then_some(name),
        None => (!text.is_empty() && text.first() != Some(&b'"') && !text.contains(&b'\r'))
            .then(|| text.to_vec()),
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
        let (name, rest) = match unquote(text) {
            Some((name, taken)) => (name, text.get(taken..).unwrap_or_default()),
            None if text.first() == Some(&b'"') => return None,
            None => {
                let end = text.find_byte(b'\t').unwrap_or(text.len());
                let (name, rest) = text.split_at_checked(end)?;
                if name.contains(&b'\r') || has_stamp(name) {
                    return None;
                }
                (name.to_vec(), rest)
            }
        };
        let stamp = match rest.split_first() {
            None => rest,
            Some((b'\t', stamp)) => stamp,
            Some(_) => return None,
        };
        match name.as_slice() {
            b"" => None,
            b"/dev/null" => Some((Side::Absent, stamp)),
            _ => Some((Side::Named(name), stamp)),
        }
    }

    /// The name, if there is one.
    pub(super) fn name(&self) -> Option<&[u8]> {
        match self {
            Side::Absent => None,
            Side::Named(name) => Some(name),
        }
    }
}

/// Whether a blank and a time stamp end the name for git: `x 2020-01-01 00:00:00 +0000`.
fn has_stamp(name: &[u8]) -> bool {
    let is_clock = |word: &[u8]| {
        word.first().is_some_and(u8::is_ascii_digit)
            && word.iter().filter(|&&b| b == b':').count() == 2
    };
    name.split(|&byte| byte == b' ').skip(1).any(is_clock)
}

/// What follows `diff --git `: two names with a space between, each quoted or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Names {
    /// Both names, for sure.
    Pair(Pair),
    /// Both names unquoted, so that each space may be the one between them.
    Joined(Vec<u8>),
}

impl Names {
    /// Takes the two names apart where quotes show how.
    pub(super) fn parse(text: &[u8]) -> Option<Names> {
        // git ends a name at a raw carriage return; what follows would be read here as part of it.
        if text.len() >= KEPT || text.contains(&b'\r') {
            return None;
        }
        if let Some((old, taken)) = unquote(text) {
            let new = lone(text.get(taken..)?.strip_prefix(b" ")?)?;
            return Some(Names::Pair(Pair { old, new }));
        }
        match text.find_byte(b'"') {
            None => Some(Names::Joined(text.to_vec())),
            // A name that holds a quote is quoted itself, so this one opens the second name.
            Some(at) => {
                let (old, new) = text.split_at_checked(at)?;
                let old = old.strip_suffix(b" ")?.to_vec();
                Some(Names::Pair(Pair { old, new: lone(new)? }))
            }
        }
    }

    /// The two names when the `---` and `+++` lines are taken into account, which must agree.
    pub(super) fn with_sides(self, old: Option<&[u8]>, new: Option<&[u8]>) -> Option<Names> {
        let pair = match self {
            Names::Pair(pair) => pair,
            Names::Joined(text) => match (old, new) {
                (None, None) => return Some(Names::Joined(text)),
                (Some(old), _) => {
                    let new = text.strip_prefix(old)?.strip_prefix(b" ")?;
                    Pair { old: old.to_vec(), new: new.to_vec() }
                }
                (None, Some(new)) => {
                    let old = text.strip_suffix(new)?.strip_suffix(b" ")?;
                    Pair { old: old.to_vec(), new: new.to_vec() }
                }
            },
        };
        let agree =
            old.is_none_or(|name| name == pair.old) && new.is_none_or(|name| name == pair.new);
        agree.then_some(Names::Pair(pair))
    }

    /// All the ways to take the two names apart.
    pub(super) fn splits(&self) -> Vec<Pair> {
        match self {
            Names::Pair(pair) => vec![pair.clone()],
            Names::Joined(text) => text
                .find_iter(b" ")
                .filter_map(|at| split(text, at))
                .filter(|pair| !pair.old.is_empty() && !pair.new.is_empty())
                .collect(),
        }
    }

    /// The two names if both have the same length, as they do with all prefixes of git's own.
    pub(super) fn halves(&self) -> Option<Pair> {
        match self {
            Names::Pair(pair) => Some(pair.clone()),
            Names::Joined(text) => split(text, text.len() / 2),
        }
    }

    /// The two names if they have these prefixes and one name below them.
    pub(super) fn below(&self, prefixes: &Prefixes) -> Option<Pair> {
        match self {
            Names::Pair(pair) => Some(pair.clone()),
            Names::Joined(text) => {
                let names = text.len().checked_sub(1 + prefixes.old.len() + prefixes.new.len())?;
                split(text, prefixes.old.len() + names / 2)
            }
        }
    }
}

/// The two sides of a space.
fn split(text: &[u8], at: usize) -> Option<Pair> {
    let (old, rest) = text.split_at_checked(at)?;
    Some(Pair { old: old.to_vec(), new: rest.strip_prefix(b" ")?.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(old: &str, new: &str) -> Pair {
        Pair { old: old.into(), new: new.into() }
    }

    #[test]
    fn prefixes_are_what_the_names_do_not_share() {
        for (old, new, name, prefixes) in [
            ("a/src/x", "b/src/x", "src/x", ("a/", "b/")),
            ("b/x", "a/x", "x", ("b/", "a/")),
            ("i/b/x", "w/b/x", "b/x", ("i/", "w/")),
            ("src/x", "src/x", "src/x", ("", "")),
            ("old/tip/x", "new/tab/x", "x", ("old/tip/", "new/tab/")),
            ("p/q/x", "r/s/x", "x", ("p/q/", "r/s/")),
            ("x", "b/x", "x", ("", "b/")),
            ("a/dev/null", "b/dev/null", "dev/null", ("a/", "b/")),
            ("old/x y", "newer/x y", "x y", ("old/", "newer/")),
        ] {
            let prefixes = Prefixes { old: prefixes.0.into(), new: prefixes.1.into() };
            assert_eq!(pair(old, new).read(), Reading::Sure(name.into(), prefixes), "{old} {new}");
        }
        for (old, new) in [("xsrc/f", "ysrc/f"), ("left/f", "right/f"), ("f", "yf"), ("xf", "yf")] {
            assert_eq!(pair(old, new).read(), Reading::Open, "{old} {new}");
        }
        for (old, new) in [("a/x", "b/y"), ("", "b/x"), ("a/", "b/")] {
            assert_eq!(pair(old, new).read(), Reading::Apart, "{old} {new}");
        }
    }

    #[test]
    fn quotes_show_where_a_name_ends() {
        for (text, old, new) in [
            (r#""a/x\ty" "b/x\ty""#, "a/x\ty", "b/x\ty"),
            (r#"a/x y "b/\303\251""#, "a/x y", "b/é"),
            (r#""a/\"" b/x y"#, "a/\"", "b/x y"),
        ] {
            let names = Names::parse(text.as_bytes());
            assert_eq!(names, Some(Names::Pair(pair(old, new))), "{text}");
        }
        for broken in [r#""a/x"#, r#""a/x" "#, r#""a/x""b/x""#, r#"a/x "b/x"#, r#""a/x" "b/x" c"#] {
            assert_eq!(Names::parse(broken.as_bytes()), None, "{broken}");
        }
        assert_eq!(lone(br#""x" "#), None);
        assert_eq!(lone(b"x "), Some(b"x ".to_vec()));
    }

    #[test]
    fn names_without_quotes_are_split_in_the_middle() {
        let names = |text: &str| Names::parse(text.as_bytes()).unwrap();
        assert_eq!(names("a/x b/y b/x b/y").halves(), Some(pair("a/x b/y", "b/x b/y")));
        assert_eq!(names("x x x").halves(), None);
        assert_eq!(names("x y x").splits().len(), 2);
    }

    #[test]
    fn a_side_ends_at_a_tab() {
        let side = |text: &str| Side::parse(text.as_bytes()).map(|(side, _)| side);
        let named = |name: &str| Some(Side::Named(name.into()));
        assert_eq!(side("a/x y \t"), named("a/x y "));
        assert_eq!(side("a/x\t2024-01-01 00:00:00"), named("a/x"));
        assert_eq!(side(r#""a/\303\251 x"	"#), named("a/é x"));
        assert_eq!(side("/dev/null"), Some(Side::Absent));
        for broken in ["", "\t", r#""a/x"#, r#""a/x"y"#] {
            assert_eq!(side(broken), None, "{broken}");
        }
    }
}
