//! What the paths of a glob begin with literally, for all the ways to write its braces out.

use super::syntax::{Piece, PieceKind};

/// The literal text that a glob without braces begins with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LiteralPrefix {
    pub(crate) bytes: Vec<u8>,
    /// Whether that is the whole glob.
    pub(crate) whole: bool,
}

/// Each text with which a way to write the braces of these pieces out begins, up to its first
/// wildcard, in byte order; nothing where that takes more bytes than there is room for.
pub(super) fn literal_prefixes(pieces: &[Piece], room: &mut usize) -> Option<Vec<LiteralPrefix>> {
    let mut ended = Vec::new();
    let whole = spell(pieces, vec![Vec::new()], &mut ended, room)?;
    let whole = whole.into_iter().map(|bytes| LiteralPrefix { bytes, whole: true });
    let begun = ended.into_iter().map(|bytes| LiteralPrefix { bytes, whole: false });
    let mut all: Vec<LiteralPrefix> = whole.chain(begun).collect();
    all.sort_unstable();
    all.dedup();
    Some(all)
}

/// Writes pieces behind each of some texts. Those that come to a wildcard are put among the ended
/// ones.
fn spell(
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
                let mut behind = Vec::new();
                for branch in branches {
                    let copied = open.iter().map(|text| text.len() + 1).sum();
                    *room = room.checked_sub(copied)?;
                    behind.append(&mut spell(branch, open.clone(), ended, room)?);
                }
                // Without this, `{a,a}` in a row would double the texts each time.
                behind.sort_unstable();
                behind.dedup();
                open = behind;
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
    fn a_glob_begins_with_the_text_before_its_first_wildcard() {
        for (glob, whole, begun) in [
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
            let mut expected = [of(true, whole), of(false, begun)].concat();
            expected.sort_unstable();
            assert_eq!(
                literal_prefixes(&parse(glob).unwrap(), &mut 1000),
                Some(expected),
                "{glob}"
            );
        }
    }

    #[test]
    fn too_many_ways_are_not_written_out() {
        let ways = parse(&"{a,b}".repeat(40)).unwrap();
        assert_eq!(literal_prefixes(&ways, &mut 1_000_000), None);
        let one_way = parse(&"{a,a}".repeat(40)).unwrap();
        assert!(literal_prefixes(&one_way, &mut 1_000_000).is_some());
    }
}
