//! Cheap facts about a glob, found in one pass over its pieces and without an automaton.

use std::ops::Range;

use super::bytes::ByteSet;
use super::syntax::{Piece, PieceKind, offset};

/// Literal text that all paths of a glob share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Literals<'g> {
    /// The start of every path.
    pub(crate) prefix: &'g [u8],
    /// The start of the last component of every path.
    pub(crate) name: &'g [u8],
    /// The end of every path. For `**/x`, it is `/x`, and the path may also be just `x`.
    pub(crate) suffix: &'g [u8],
}

impl Literals<'_> {
    /// Whether a path may have the literals of both. If not, the globs are disjoint.
    pub(crate) fn compatible(&self, other: &Literals<'_>) -> bool {
        let starts =
            |one: &[u8], other: &[u8]| one.iter().zip(other).all(|(one, other)| one == other);
        let mut ends = self.suffix.iter().rev().zip(other.suffix.iter().rev());
        starts(self.prefix, other.prefix)
            && starts(self.name, other.name)
            && ends.all(|(one, other)| one == other)
    }
}

/// The facts about a glob. Literals are stored as ranges, nearly always of the glob's own text,
/// because a large plan has a hundred thousand globs.
pub(super) struct Properties {
    prefix: Range<u32>,
    name: Range<u32>,
    suffix: Range<u32>,
    /// The bytes that the ranges are of, if it is not the text.
    own: Option<Box<[u8]>>,
    /// Whether there are neither wildcards nor braces, so that the glob equals its prefix.
    pub(super) is_literal: bool,
    pub(super) has_braces: bool,
    /// Whether there are wildcards, in braces or outside.
    pub(super) has_wildcards: bool,
    /// Whether there are wildcards outside of braces, so that no expansion is literal.
    pub(super) is_always_wild: bool,
    /// Whether the glob certainly matches some path.
    pub(super) is_surely_nonempty: bool,
    pub(super) last: LastComponent,
}

/// How the last component of a glob is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LastComponent {
    /// Literally.
    Literal,
    /// With braces, in which there may be wildcards.
    Braces,
    /// With wildcards outside of braces.
    Wild,
}

impl Properties {
    /// `is_verbatim`: each literal piece is in the text, unescaped, at its span.
    pub(super) fn new(pieces: &[Piece], is_verbatim: bool) -> Properties {
        // The first piece that is not literal, and the one after the last.
        let (mut first_wild, mut after_wild) = (pieces.len(), 0);
        let (mut name, mut last) = (0, LastComponent::Literal);
        let (mut has_braces, mut has_wildcards, mut is_always_wild) = (false, false, false);
        let mut is_surely_nonempty = true;
        for (index, piece) in pieces.iter().enumerate() {
            match &piece.kind {
                PieceKind::Byte(_) => continue,
                PieceKind::Separator => {
                    (name, last) = (index + 1, LastComponent::Literal);
                    continue;
                }
                PieceKind::Star | PieceKind::Set(_) => {
                    (has_wildcards, is_always_wild, last) = (true, true, LastComponent::Wild);
                    is_surely_nonempty &= surely_matches(piece);
                }
                PieceKind::Branches(_) => {
                    has_braces = true;
                    has_wildcards |= has_wildcard(&piece.kind);
                    is_surely_nonempty &= surely_matches(piece);
                    if may_contain_separator(&piece.kind) {
                        // The last separator may be inside the brace or before it.
                        (name, last) = (pieces.len(), LastComponent::Braces);
                    } else if last == LastComponent::Literal {
                        last = LastComponent::Braces;
                    }
                }
            }
            first_wild = first_wild.min(index);
            after_wild = index + 1;
        }
        let runs =
            [&pieces[..first_wild], leading_literals(&pieces[name..]), &pieces[after_wild..]];
        let mut own = Vec::new();
        let [prefix, name, suffix] = runs.map(|run| {
            if is_verbatim {
                let ends = run.first().zip(run.last());
                ends.map_or(0..0, |(first, last)| first.start..last.end)
            } else {
                let start = own.len();
                own.extend(run.iter().filter_map(literal));
                offset(start)..offset(own.len())
            }
        });
        let own = (!is_verbatim).then(|| own.into_boxed_slice());
        Properties {
            prefix,
            name,
            suffix,
            own,
            is_literal: first_wild == pieces.len(),
            has_braces,
            has_wildcards,
            is_always_wild,
            is_surely_nonempty,
            last,
        }
    }

    /// `text` is that of the glob.
    pub(super) fn literals<'g>(&'g self, text: &'g str) -> Literals<'g> {
        let bytes = self.own.as_deref().unwrap_or(text.as_bytes());
        let part = |range: &Range<u32>| &bytes[range.start as usize..range.end as usize];
        Literals { prefix: part(&self.prefix), name: part(&self.name), suffix: part(&self.suffix) }
    }
}

fn leading_literals(pieces: &[Piece]) -> &[Piece] {
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

fn may_contain_separator(kind: &PieceKind) -> bool {
    match kind {
        PieceKind::Separator => true,
        PieceKind::Branches(branches) => {
            branches.iter().flatten().any(|piece| may_contain_separator(&piece.kind))
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

/// Whether a piece cannot force a component `.`, `..` or `.git`: stars and `?` match an `x`, and a
/// class has a letter or digit that is not in `git`.
fn surely_matches(piece: &Piece) -> bool {
    match &piece.kind {
        PieceKind::Set(set) => **set == ByteSet::COMPONENT || has_harmless_member(**set),
        PieceKind::Branches(branches) => branches.iter().flatten().all(surely_matches),
        PieceKind::Byte(_) | PieceKind::Star | PieceKind::Separator => true,
    }
}

fn has_harmless_member(set: ByteSet) -> bool {
    set.iter()
        .any(|byte| byte.is_ascii_alphanumeric() && !b"git".contains(&byte.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::super::syntax::parse;
    use super::*;

    fn properties(glob: &str) -> Properties {
        Properties::new(&parse(glob).unwrap(), !glob.contains('\\'))
    }

    #[test]
    fn shared_literals() {
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
            ("é/漢*字", "é/漢", "漢", "字"),
            (r"a/\[b\]*\!", "a/[b]", "[b]", "!"),
        ] {
            let properties = properties(glob);
            let found = properties.literals(glob);
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            assert_eq!(
                (text(found.prefix), text(found.name), text(found.suffix)),
                (prefix.to_owned(), name.to_owned(), suffix.to_owned()),
                "{glob}"
            );
        }
    }

    #[test]
    fn last_component() {
        for (glob, last) in [
            ("a", LastComponent::Literal),
            ("**/a.b", LastComponent::Literal),
            ("{x,y*}/a", LastComponent::Literal),
            ("a/{b,c*}", LastComponent::Braces),
            ("a{b,/c}d", LastComponent::Braces),
            ("*{b,/c}d", LastComponent::Braces),
            ("a{b,/c}?", LastComponent::Wild),
            ("a{b,/c}[d]{e,f}", LastComponent::Wild),
            ("a/", LastComponent::Wild),
            ("**", LastComponent::Wild),
        ] {
            assert_eq!(properties(glob).last, last, "{glob}");
        }
    }

    #[test]
    fn classes_may_match_nothing() {
        for (glob, expected) in [
            (".g?t", true),
            (".*", true),
            ("{a,b}/*", true),
            ("[a-z]", true),
            ("[.]", false),
            (".gi[t]", false),
            ("{a,[.]}", false),
        ] {
            assert_eq!(properties(glob).is_surely_nonempty, expected, "{glob}");
        }
    }
}
