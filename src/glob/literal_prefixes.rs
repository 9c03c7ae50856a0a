//! The literal prefixes of a glob, one for each expansion of its braces.

use super::syntax::{Piece, PieceKind};

/// The literal text at the start of a glob without braces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LiteralPrefix {
    pub(crate) bytes: Vec<u8>,
    /// Whether it is the whole glob.
    pub(crate) whole: bool,
}

/// The text before the first wildcard in each expansion of the braces, sorted. Takes the bytes that
/// this needs from `room`; `None` if there are not enough.
pub(super) fn literal_prefixes(pieces: &[Piece], room: &mut usize) -> Option<Vec<LiteralPrefix>> {
    let mut ended = Vec::new();
    let whole = append(pieces, vec![Vec::new()], &mut ended, room)?;
    let whole = whole.into_iter().map(|bytes| LiteralPrefix { bytes, whole: true });
    let partial = ended.into_iter().map(|bytes| LiteralPrefix { bytes, whole: false });
    let mut all: Vec<LiteralPrefix> = whole.chain(partial).collect();
    all.sort_unstable();
    all.dedup();
    Some(all)
}

/// Appends the expansions of `pieces` to each of the `open` texts. Texts that reach a wildcard move
/// to `ended`.
fn append(
    pieces: &[Piece],
    mut open: Vec<Vec<u8>>,
    ended: &mut Vec<Vec<u8>>,
    room: &mut usize,
) -> Option<Vec<Vec<u8>>> {
    for piece in pieces {
        let byte = match &piece.kind {
            PieceKind::Byte(byte) => *byte,
            PieceKind::Separator => b'/',
            PieceKind::Star | PieceKind::Set(_) => {
                ended.append(&mut open);
                return Some(open);
            }
            PieceKind::Branches(branches) => {
                let mut longer = Vec::new();
                for branch in branches {
                    let copied = open.iter().map(|text| text.len() + 1).sum();
                    *room = room.checked_sub(copied)?;
                    longer.append(&mut append(branch, open.clone(), ended, room)?);
                }
                // Without this, each `{a,a}` would double the number of texts.
                longer.sort_unstable();
                longer.dedup();
                open = longer;
                continue;
            }
        };
        *room = room.checked_sub(open.len())?;
        open.iter_mut().for_each(|text| text.push(byte));
    }
    Some(open)
}

#[cfg(test)]
mod tests {
    use super::super::syntax::parse;
    use super::*;

    #[test]
    fn prefixes_end_at_wildcards() {
        for (glob, whole, partial) in [
            ("a/b", &["a/b"][..], &[][..]),
            ("a/*/b", &[], &["a/"]),
            ("**", &[], &[""]),
            ("a/", &[], &["a/"]),
            ("{a,b/c}/{d,e*}", &["a/d", "b/c/d"], &["a/e", "b/c/e"]),
            ("{a,b[cd]}x", &["ax"], &["b"]),
            ("a{,b}{,b}", &["a", "ab", "abb"], &[]),
            (r"\{a\}{*,?}", &[], &["{a}"]),
        ] {
            let of = |whole: bool, texts: &[&str]| -> Vec<LiteralPrefix> {
                let texts = texts.iter().map(|text| text.as_bytes().to_vec());
                texts.map(|bytes| LiteralPrefix { bytes, whole }).collect()
            };
            let mut expected = [of(true, whole), of(false, partial)].concat();
            expected.sort_unstable();
            assert_eq!(
                literal_prefixes(&parse(glob).unwrap(), &mut 1000),
                Some(expected),
                "{glob}"
            );
        }
    }

    #[test]
    fn expansions_are_bounded() {
        let many = parse(&"{a,b}".repeat(40)).unwrap();
        assert_eq!(literal_prefixes(&many, &mut 1_000_000), None);
        let equal = parse(&"{a,a}".repeat(40)).unwrap();
        assert!(literal_prefixes(&equal, &mut 1_000_000).is_some());
    }
}
