//! The last component of a glob, if it has no wildcard, over all expansions of its braces.
//!
//! There may be exponentially many expansions, so none is written out. The pieces are walked from
//! last to first, with the set of states that the last component can be in.

use super::syntax::{Piece, PieceKind};

/// Whether the last component is literal in some expansion.
pub(super) fn is_some_literal(pieces: &[Piece]) -> bool {
    let mut found = false;
    let open = is_open_before(pieces, &mut found);
    open || found
}

/// Whether the last component may begin before `pieces` and be literal so far. Sets `found` if it
/// may begin within them.
fn is_open_before(pieces: &[Piece], found: &mut bool) -> bool {
    for piece in pieces.iter().rev() {
        let open = match &piece.kind {
            PieceKind::Byte(_) => true,
            PieceKind::Set(_) | PieceKind::Star => false,
            PieceKind::Separator => {
                *found = true;
                false
            }
            PieceKind::Branches(branches) => {
                branches.iter().fold(false, |open, branch| is_open_before(branch, found) | open)
            }
        };
        if !open {
            return false;
        }
    }
    true
}

/// Whether the last component is `name` in some expansion.
pub(super) fn may_be(pieces: &[Piece], name: &[u8]) -> bool {
    let mut left = vec![false; name.len() + 1];
    left[name.len()] = true;
    let mut found = false;
    let before = left_before(pieces, name, left, &mut found);
    found || before[0]
}

/// Matches `pieces` backwards against the name. `left[n]` says whether the first `n` bytes of the
/// name may be left to match; takes this state after `pieces` and returns it before them. Sets
/// `found` if the whole last component may lie within `pieces`.
fn left_before(pieces: &[Piece], name: &[u8], mut left: Vec<bool>, found: &mut bool) -> Vec<bool> {
    for piece in pieces.iter().rev() {
        left = match &piece.kind {
            PieceKind::Byte(byte) => {
                let fits = |at: usize| name.get(at) == Some(byte) && left[at + 1];
                (0..left.len()).map(fits).collect()
            }
            PieceKind::Set(_) | PieceKind::Star => vec![false; left.len()],
            PieceKind::Separator => {
                *found |= left[0];
                vec![false; left.len()]
            }
            PieceKind::Branches(branches) => {
                let mut union = vec![false; left.len()];
                for branch in branches {
                    let more = left_before(branch, name, left.clone(), found);
                    union.iter_mut().zip(more).for_each(|(union, more)| *union |= more);
                }
                union
            }
        };
        if !left.contains(&true) {
            break;
        }
    }
    left
}
