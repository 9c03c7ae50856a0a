//! What a glob names: its last component where that has no wildcard, for all the ways to write its
//! braces out.
//!
//! There may be exponentially many of them, so none is written out. The pieces are walked from the
//! last to the first, and what is carried along says in what ways the last component may go on.

use super::syntax::{Piece, PieceKind};

/// Whether a glob of these pieces names anything.
pub(super) fn any(pieces: &[Piece]) -> bool {
    let mut names = false;
    let open = open_before(pieces, &mut names);
    open || names
}

/// Whether the last component may begin before these pieces; `names` becomes true where it may
/// begin in them. No wildcard is in it.
fn open_before(pieces: &[Piece], names: &mut bool) -> bool {
    for piece in pieces.iter().rev() {
        let open = match &piece.kind {
            PieceKind::Byte(_) => true,
            PieceKind::Set(_) | PieceKind::Star => false,
            PieceKind::Separator => {
                *names = true;
                false
            }
            PieceKind::Branches(branches) => {
                branches.iter().fold(false, |open, branch| open_before(branch, names) | open)
            }
        };
        if !open {
            return false;
        }
    }
    true
}

/// Whether this is what a glob of these pieces may name.
pub(super) fn is_one(pieces: &[Piece], name: &[u8]) -> bool {
    let mut left = vec![false; name.len() + 1];
    left[name.len()] = true;
    let mut named = false;
    let before = left_before(pieces, name, left, &mut named);
    named || before[0]
}

/// How much of the name may be left to the pieces before these, where `left` says how much is left
/// to these: a truth for each number of bytes. `named` becomes true where all of the last component
/// was found.
fn left_before(pieces: &[Piece], name: &[u8], mut left: Vec<bool>, named: &mut bool) -> Vec<bool> {
    for piece in pieces.iter().rev() {
        left = match &piece.kind {
            PieceKind::Byte(byte) => {
                let fits = |at: usize| name.get(at) == Some(byte) && left[at + 1];
                (0..left.len()).map(fits).collect()
            }
            PieceKind::Set(_) | PieceKind::Star => vec![false; left.len()],
            PieceKind::Separator => {
                *named |= left[0];
                vec![false; left.len()]
            }
            PieceKind::Branches(branches) => {
                let mut all = vec![false; left.len()];
                for branch in branches {
                    let more = left_before(branch, name, left.clone(), named);
                    all.iter_mut().zip(more).for_each(|(all, more)| *all |= more);
                }
                all
            }
        };
        if !left.contains(&true) {
            break;
        }
    }
    left
}
