//! What can be said of a glob's paths at a glance, without an automaton.

use std::ops::Range;

use super::bytes::ByteSet;
use super::syntax::{Piece, PieceKind, offset};

/// What all paths of a glob have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Literals<'g> {
    /// What every path begins with.
    pub(crate) prefix: &'g [u8],
    /// What the last component of every path begins with.
    pub(crate) name: &'g [u8],
    /// What every path ends with, or is: of `**/x`, `/x`, and `x` itself.
    pub(crate) suffix: &'g [u8],
}

impl Literals<'_> {
    /// Whether nothing here keeps the paths of two globs apart.
    pub(crate) fn compatible(&self, other: &Literals<'_>) -> bool {
        let begins =
            |one: &[u8], other: &[u8]| one.iter().zip(other).all(|(one, other)| one == other);
        let mut ends = self.suffix.iter().rev().zip(other.suffix.iter().rev());
        begins(self.prefix, other.prefix)
            && begins(self.name, other.name)
            && ends.all(|(one, other)| one == other)
    }
}

/// What is seen of a glob in one pass over its pieces, as the glob keeps it: a large plan has a
/// hundred thousand of these, and nearly all outlines are parts of the glob's own text.
pub(super) struct Properties {
    prefix: Range<u32>,
    name: Range<u32>,
    suffix: Range<u32>,
    /// The bytes that the ranges are of, where the text does not say every byte as itself.
    own: Option<Box<[u8]>>,
    /// Whether the glob is its prefix: neither wildcards nor braces.
    pub(super) literal: bool,
    /// Whether there are no braces.
    pub(super) braceless: bool,
    /// Whether there are no wildcards, in braces neither.
    pub(super) wildless: bool,
    /// Whether a wildcard stands outside of braces: then none of the ways to write them out is a path.
    pub(super) starred: bool,
    /// Whether there surely is a path.
    pub(super) inhabited: bool,
    /// How the last component is written.
    pub(super) last: LastComponent,
}

/// How the last component of a glob is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LastComponent {
    /// As a name.
    Name,
    /// With braces, of which some may have wildcards.
    Braces,
    /// With wildcards outside of braces.
    Wild,
}

impl Properties {
    /// Looks at the pieces of a glob. `literal_prefixes` says that each literal piece stands in the text as
    /// itself, at its span.
    pub(super) fn new(pieces: &[Piece], literal_prefixes: bool) -> Properties {
        // The first piece that is not literal, and the one behind the last.
        let (mut wild, mut behind) = (pieces.len(), 0);
        let (mut name, mut last) = (0, LastComponent::Name);
        let (mut braceless, mut wildless, mut inhabited) = (true, true, true);
        let mut starred = false;
        for (place, piece) in pieces.iter().enumerate() {
            match &piece.kind {
                PieceKind::Byte(_) => continue,
                PieceKind::Separator => {
                    (name, last) = (place + 1, LastComponent::Name);
                    continue;
                }
                PieceKind::Star => {
                    (wildless, starred, last) = (false, true, LastComponent::Wild);
                }
                PieceKind::Set(_) => {
                    (wildless, starred, last) = (false, true, LastComponent::Wild);
                    inhabited &= is_surely_inhabited(piece);
                }
                PieceKind::Branches(_) => {
                    braceless = false;
                    wildless &= !has_wildcard(&piece.kind);
                    inhabited &= is_surely_inhabited(piece);
                    if may_hold_separator(&piece.kind) {
                        // The last separator may be inside the brace or before it.
                        (name, last) = (pieces.len(), LastComponent::Braces);
                    } else if last == LastComponent::Name {
                        last = LastComponent::Braces;
                    }
                }
            }
            wild = wild.min(place);
            behind = place + 1;
        }
        let runs = [&pieces[..wild], literals(&pieces[name..]), &pieces[behind..]];
        let mut own = Vec::new();
        let [prefix, name, suffix] = runs.map(|run| {
            if literal_prefixes {
                let ends = run.first().zip(run.last());
                ends.map_or(0..0, |(first, last)| first.start..last.end)
            } else {
                let start = own.len();
                own.extend(run.iter().filter_map(literal));
                offset(start)..offset(own.len())
            }
        });
        let own = (!literal_prefixes).then(|| own.into_boxed_slice());
        let literal = wild == pieces.len();
        Properties {
            prefix,
            name,
            suffix,
            own,
            literal,
            braceless,
            wildless,
            starred,
            inhabited,
            last,
        }
    }

    /// The outline, given the glob's text.
    pub(super) fn literals<'g>(&'g self, text: &'g str) -> Literals<'g> {
        let bytes = self.own.as_deref().unwrap_or(text.as_bytes());
        let part = |range: &Range<u32>| &bytes[range.start as usize..range.end as usize];
        Literals { prefix: part(&self.prefix), name: part(&self.name), suffix: part(&self.suffix) }
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
fn is_surely_inhabited(piece: &Piece) -> bool {
    match &piece.kind {
        PieceKind::Set(set) => **set == ByteSet::COMPONENT || has_innocent_member(**set),
        PieceKind::Branches(branches) => branches.iter().flatten().all(is_surely_inhabited),
        PieceKind::Byte(_) | PieceKind::Star | PieceKind::Separator => true,
    }
}

fn has_innocent_member(set: ByteSet) -> bool {
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
    fn the_last_component_is_a_name_or_braces_or_wild() {
        for (glob, last) in [
            ("a", LastComponent::Name),
            ("**/a.b", LastComponent::Name),
            ("{x,y*}/a", LastComponent::Name),
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
            assert_eq!(properties(glob).inhabited, inhabited, "{glob}");
        }
    }
}
