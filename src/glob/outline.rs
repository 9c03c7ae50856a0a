//! What can be said of a glob's paths at a glance, without an automaton.

use super::bytes::ByteSet;
use super::syntax::{Piece, PieceKind};

/// What all paths of a glob have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outline {
    /// Prefix, name and suffix in a row: a large plan has a hundred thousand of these.
    bytes: Box<[u8]>,
    prefix_length: usize,
    name_length: usize,
    /// Whether the glob is its prefix: neither wildcards nor braces.
    pub(crate) literal: bool,
    /// Whether there are no braces.
    pub(crate) braceless: bool,
    /// Whether there are no wildcards, in braces neither.
    pub(crate) wildless: bool,
    /// Whether there surely is a path.
    pub(crate) inhabited: bool,
}

impl Outline {
    pub(crate) fn new(pieces: &[Piece]) -> Outline {
        let name = pieces.iter().rposition(|piece| may_hold_separator(&piece.kind)).map_or(
            pieces,
            |separator| match pieces[separator].kind {
                PieceKind::Separator => &pieces[separator + 1..],
                // The last separator may be inside the brace or before it.
                _ => &[],
            },
        );
        let behind = pieces.iter().rposition(|piece| literal(piece).is_none());
        let suffix = &pieces[behind.map_or(0, |wild| wild + 1)..];
        let (prefix, name) = (literals(pieces), literals(name));
        let mut bytes = Vec::with_capacity(prefix.len() + name.len() + suffix.len());
        bytes.extend(prefix.iter().chain(name).chain(suffix).filter_map(literal));
        Outline {
            bytes: bytes.into_boxed_slice(),
            prefix_length: prefix.len(),
            name_length: name.len(),
            literal: prefix.len() == pieces.len(),
            braceless: !pieces.iter().any(|piece| matches!(piece.kind, PieceKind::Branches(_))),
            wildless: !pieces.iter().any(|piece| has_wildcard(&piece.kind)),
            inhabited: surely_inhabited(pieces),
        }
    }

    /// What every path begins with.
    pub(crate) fn prefix(&self) -> &[u8] {
        &self.bytes[..self.prefix_length]
    }

    /// What the last component of every path begins with.
    pub(crate) fn name(&self) -> &[u8] {
        &self.bytes[self.prefix_length..][..self.name_length]
    }

    /// What every path ends with, or is: of `**/x`, `/x`, and `x` itself.
    pub(crate) fn suffix(&self) -> &[u8] {
        &self.bytes[self.prefix_length + self.name_length..]
    }

    /// Whether nothing here keeps the paths of two globs apart.
    pub(crate) fn compatible(&self, other: &Outline) -> bool {
        let begins =
            |one: &[u8], other: &[u8]| one.iter().zip(other).all(|(one, other)| one == other);
        let mut ends = self.suffix().iter().rev().zip(other.suffix().iter().rev());
        begins(self.prefix(), other.prefix())
            && begins(self.name(), other.name())
            && ends.all(|(one, other)| one == other)
    }
}

/// The literal ones that some pieces begin with.
fn literals(pieces: &[Piece]) -> &[Piece] {
    let end = pieces.iter().position(|piece| literal(piece).is_none()).unwrap_or(pieces.len());
    &pieces[..end]
}

fn literal(piece: &Piece) -> Option<u8> {
    match piece.kind {
        PieceKind::Byte(byte) => Some(byte),
        PieceKind::Separator => Some(b'/'),
        _ => None,
    }
}

fn may_hold_separator(kind: &PieceKind) -> bool {
    match kind {
        PieceKind::Separator => true,
        PieceKind::Branches(branches) => {
            branches.iter().flatten().any(|piece| may_hold_separator(&piece.kind))
        }
        _ => false,
    }
}

fn has_wildcard(kind: &PieceKind) -> bool {
    match kind {
        PieceKind::Set(_) | PieceKind::Star => true,
        PieceKind::Branches(branches) => {
            branches.iter().flatten().any(|piece| has_wildcard(&piece.kind))
        }
        PieceKind::Byte(_) | PieceKind::Separator => false,
    }
}

/// Whether there is a path for sure: wildcards that take an `x`, classes that take a letter or a
/// digit of no forbidden name. A component is then none of `.`, `..` and `.git`.
fn surely_inhabited(pieces: &[Piece]) -> bool {
    pieces.iter().all(|piece| match &piece.kind {
        PieceKind::Set(set) => *set == ByteSet::COMPONENT || has_innocent_member(*set),
        PieceKind::Branches(branches) => branches.iter().all(|branch| surely_inhabited(branch)),
        PieceKind::Byte(_) | PieceKind::Star | PieceKind::Separator => true,
    })
}

fn has_innocent_member(set: ByteSet) -> bool {
    set.iter()
        .any(|byte| byte.is_ascii_alphanumeric() && !b"git".contains(&byte.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::super::syntax::parse;
    use super::*;

    fn outline(glob: &str) -> Outline {
        Outline::new(&parse(glob).unwrap())
    }

    #[test]
    fn an_outline_says_what_all_paths_share() {
        for (glob, prefix, name, suffix) in [
            ("src/a.rs", "src/a.rs", "a.rs", "src/a.rs"),
            ("src/x*.rs", "src/x", "x", ".rs"),
            ("**/x3_*.rs", "", "x3_", ".rs"),
            ("src/**", "src/", "", ""),
            ("**", "", "", ""),
            ("a/{b,c}/d*", "a/", "d", ""),
            ("a/{b,c/}d", "a/", "", "d"),
            ("a/x{b,c}", "a/x", "x", ""),
            ("a/x{b,/c}", "a/x", "", ""),
            ("{a,b}", "", "", ""),
            ("x/", "x/", "", ""),
        ] {
            let found = outline(glob);
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            assert_eq!(
                (text(found.prefix()), text(found.name()), text(found.suffix())),
                (prefix.to_owned(), name.to_owned(), suffix.to_owned()),
                "{glob}"
            );
        }
    }

    #[test]
    fn only_classes_can_leave_a_glob_without_a_path() {
        for (glob, inhabited) in [
            (".g?t", true),
            (".*", true),
            ("{a,b}/*", true),
            ("[a-z]", true),
            ("[.]", false),
            (".gi[t]", false),
            ("{a,[.]}", false),
        ] {
            assert_eq!(outline(glob).inhabited, inhabited, "{glob}");
        }
    }
}
