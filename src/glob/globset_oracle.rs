//! A second opinion from `globset` on whether a glob matches a path.
//!
//! `globset` defines the meaning of globs, but gets some of them wrong: `{a/**,b}/c` does not match
//! `a/c`, and `[!x]` matches `/`. So it is given the expansion of the braces that matches the path,
//! with classes that exclude `/`.

use std::collections::HashMap;

use globset::{Candidate, GlobBuilder, GlobMatcher};

use super::bytes::ByteSet;
use super::graph::{Graph, State};
use super::syntax::{Piece, PieceKind};

/// Whether `globset` agrees that the glob matches the path.
pub(crate) fn globset_matches(pieces: &[Piece], path: &[u8]) -> bool {
    matching_expansion(pieces, path)
        .and_then(|glob| matcher(&glob))
        .is_some_and(|matcher| matcher.is_match_candidate(&Candidate::from_bytes(path)))
}

/// `globset`'s matcher for a glob without braces.
pub(crate) fn matcher(glob: &str) -> Option<GlobMatcher> {
    let built = GlobBuilder::new(glob).literal_separator(true).backslash_escape(true).build();
    built.ok().map(|glob| glob.compile_matcher())
}

/// The expansion of the glob's braces that matches the path, or `None` if none does.
pub(crate) fn matching_expansion(pieces: &[Piece], path: &[u8]) -> Option<String> {
    let graph = Graph::new(pieces);
    let start = (graph.start(), 0);
    let mut came_from: HashMap<(State, usize), Option<Step<'_>>> = HashMap::from([(start, None)]);
    let mut waiting = vec![start];
    while let Some((state, at)) = waiting.pop() {
        if at == path.len() && graph.accepts(state) {
            return Some(trace(&came_from, (state, at)));
        }
        graph.for_each_move(state, |step| {
            let next = match step.reads {
                None => (step.to, at),
                Some(reads) if path.get(at).is_some_and(|&byte| reads.contains(byte)) => {
                    (step.to, at + 1)
                }
                Some(_) => return,
            };
            came_from.entry(next).or_insert_with(|| {
                waiting.push(next);
                Some(Step { from: (state, at), piece: step.piece })
            });
        });
    }
    None
}

#[derive(Clone, Copy)]
struct Step<'g> {
    from: (State, usize),
    piece: Option<&'g Piece>,
}

fn trace(came_from: &HashMap<(State, usize), Option<Step<'_>>>, mut at: (State, usize)) -> String {
    let mut pieces = Vec::new();
    while let Some(&Some(step)) = came_from.get(&at) {
        pieces.extend(step.piece);
        at = step.from;
    }
    write_pieces(pieces.into_iter().rev())
}

/// The text of pieces without braces.
pub(crate) fn write_pieces<'p>(pieces: impl IntoIterator<Item = &'p Piece>) -> String {
    let mut bytes = Vec::new();
    for piece in pieces {
        write_piece(&piece.kind, &mut bytes);
    }
    // The bytes come from whole characters of the glob's text.
    String::from_utf8_lossy(&bytes).into_owned()
}

fn write_piece(piece: &PieceKind, glob: &mut Vec<u8>) {
    match piece {
        PieceKind::Byte(byte) => write_literal(*byte, glob),
        PieceKind::Set(set) if **set == ByteSet::COMPONENT => glob.push(b'?'),
        PieceKind::Set(set) => write_class(**set, glob),
        PieceKind::Star => glob.push(b'*'),
        PieceKind::Separator => glob.push(b'/'),
        PieceKind::Branches(_) => {}
    }
}

fn write_literal(byte: u8, glob: &mut Vec<u8>) {
    if byte.is_ascii_punctuation() {
        glob.push(b'\\');
    }
    glob.push(byte);
}

/// Writes a set as a class that `globset` parses as the same set.
fn write_class(set: ByteSet, glob: &mut Vec<u8>) {
    let negated = set.contains(0xff);
    let members = if negated { set.complement() } else { set };
    let ascii: Vec<u8> = members.iter().filter(|byte| (1..0x80).contains(byte)).collect();
    let special = |byte: &u8| matches!(byte, b'!' | b'^' | b']' | b'-');
    let (special, plain): (Vec<u8>, Vec<u8>) = ascii.into_iter().partition(special);
    if plain.is_empty() && !negated && !special.contains(&b']') {
        // `!` and `^` would negate the class, so alternatives are needed.
        glob.push(b'{');
        for byte in special {
            write_literal(byte, glob);
            glob.push(b',');
        }
        // A second alternative, which matches no path, in case there is just one member.
        glob.extend(b"//}");
        return;
    }
    glob.push(b'[');
    glob.extend(negated.then_some(b'!'));
    // `]` is only a member in first place, `-` only in last.
    glob.extend(special.contains(&b']').then_some(b']'));
    glob.extend(plain);
    glob.extend(special.iter().filter(|byte| matches!(byte, b'!' | b'^')));
    glob.extend(special.contains(&b'-').then_some(b'-'));
    glob.push(b']');
}
