//! Checks the components of a glob, over all expansions of its braces.

use std::ops::Range;

use super::{Piece, PieceKind, SyntaxError};

/// Nobody fixes more than this before checking again.
const MAX_ERRORS: usize = 8;

/// What a component consists of so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Component {
    /// Empty, at the start of the glob.
    First,
    /// Empty, after a separator.
    Empty,
    /// Just `*`.
    Star,
    /// Just `**`.
    Globstar,
    /// Just `.`; then `..` and the prefixes of `.git`.
    Dot,
    DotDot,
    DotG,
    DotGi,
    DotGit,
    /// Anything else.
    Other,
    /// Anything else, with a `*` at its end.
    OtherStar,
}

impl Component {
    const ALL: [Component; 11] = [
        Component::First,
        Component::Empty,
        Component::Star,
        Component::Globstar,
        Component::Dot,
        Component::DotDot,
        Component::DotG,
        Component::DotGi,
        Component::DotGit,
        Component::Other,
        Component::OtherStar,
    ];
}

/// The states that the expansions can be in, each with the start of its component.
#[derive(Clone, Copy, Default)]
struct States {
    starts: [usize; 11],
    /// A bit for each state in the set.
    present: u16,
}

impl States {
    fn add(&mut self, component: Component, start: usize) {
        let bit = 1 << component as u16;
        if self.present & bit == 0 {
            self.present |= bit;
            self.starts[component as usize] = start;
        }
    }

    fn are_only(self, component: Component) -> bool {
        self.present == 1 << component as u16
    }

    fn iter(self) -> impl Iterator<Item = (Component, usize)> {
        let mut present = self.present;
        std::iter::from_fn(move || {
            let index = present.trailing_zeros() as usize;
            present &= present.wrapping_sub(1);
            Component::ALL.get(index).map(|&component| (component, self.starts[index]))
        })
    }
}

pub(super) fn errors(pieces: &[Piece], text: &str) -> Vec<SyntaxError> {
    let mut walk = Walk { text, errors: Vec::new() };
    let mut first = States::default();
    first.add(Component::First, 0);
    for (component, start) in walk.pieces(pieces, first).iter() {
        walk.end_of_component(component, start, text.len()..text.len());
    }
    walk.errors.sort_by_key(|error| (error.span.start, error.span.end));
    walk.errors.dedup();
    walk.errors.truncate(MAX_ERRORS);
    walk.errors
}

struct Walk<'t> {
    text: &'t str,
    errors: Vec<SyntaxError>,
}

impl Walk<'_> {
    fn pieces(&mut self, pieces: &[Piece], mut states: States) -> States {
        for piece in pieces {
            // A fast path for the most common piece, a further byte of a name.
            if matches!(piece.kind, PieceKind::Byte(_)) && states.are_only(Component::Other) {
                continue;
            }
            let mut next = States::default();
            if let PieceKind::Branches(branches) = &piece.kind {
                for branch in branches {
                    for (component, start) in self.pieces(branch, states).iter() {
                        next.add(component, start);
                    }
                }
            } else {
                for (component, start) in states.iter() {
                    let start = match component {
                        Component::First | Component::Empty => piece.span().start,
                        _ => start,
                    };
                    let (component, start) = self.step(component, start, piece);
                    next.add(component, start);
                }
            }
            states = next;
        }
        states
    }

    fn step(&mut self, component: Component, start: usize, piece: &Piece) -> (Component, usize) {
        use Component::{
            Dot, DotDot, DotG, DotGi, DotGit, Empty, First, Globstar, Other, OtherStar, Star,
        };
        let next = match (&piece.kind, component) {
            (PieceKind::Separator, _) => {
                self.end_of_component(component, start, piece.span());
                return (Empty, piece.span().end);
            }
            (PieceKind::Star, First | Empty) => Star,
            (PieceKind::Star, Star) => Globstar,
            (PieceKind::Star, OtherStar) => {
                self.misplaced_globstar(piece.span().end);
                OtherStar
            }
            (_, Globstar) => {
                let stars = self.text[start..].bytes().take_while(|&byte| byte == b'*').count();
                let end = if stars > 0 { start + stars } else { piece.span().end };
                self.misplaced_globstar(end);
                Other
            }
            (PieceKind::Star, _) => OtherStar,
            (PieceKind::Byte(b'.'), First | Empty) => Dot,
            (PieceKind::Byte(b'.'), Dot) => DotDot,
            (PieceKind::Byte(b'g' | b'G'), Dot) => DotG,
            (PieceKind::Byte(b'i' | b'I'), DotG) => DotGi,
            (PieceKind::Byte(b't' | b'T'), DotGi) => DotGit,
            (
                _,
                First | Empty | Star | Dot | DotDot | DotG | DotGi | DotGit | Other | OtherStar,
            ) => Other,
        };
        (next, start)
    }

    /// Reports the stars before `end`, which are only part of a component.
    fn misplaced_globstar(&mut self, end: usize) {
        let before = self.text[..end].trim_end_matches('*').len();
        self.report(SyntaxError::new(
            before..end,
            "`**` beside other characters in a component",
            "use `*` to match within a name, or `**/` to match across folders: `src/**/*.rs`",
        ));
    }

    fn end_of_component(&mut self, component: Component, start: usize, at: Range<usize>) {
        let span = start..at.start.max(start);
        match component {
            Component::First if at.is_empty() => self.report(SyntaxError::new(
                at,
                "an empty glob",
                "name a file, a folder (`src/**`), or everything (`**`)",
            )),
            Component::First => {
                let is_all = self.text[at.end..].is_empty();
                let error = SyntaxError::new(
                    at,
                    "a leading `/`",
                    "remove it: globs are relative to the repository root",
                );
                // The fix must leave something.
                self.report(if is_all { error } else { error.with_safe_fix("") });
            }
            Component::Empty => {
                let error = SyntaxError::new(
                    at.clone(),
                    "an empty component",
                    "write a single `/` between names, and `dir/**` for everything below a folder",
                );
                self.report(if at.is_empty() { error } else { error.with_safe_fix("") });
            }
            Component::Dot if start == 0 && !at.is_empty() => {
                let is_all = self.text[at.end..].is_empty();
                let error = SyntaxError::new(
                    0..at.end,
                    "a leading `./`",
                    "remove it: globs are relative to the repository root",
                );
                self.report(if is_all { error } else { error.with_safe_fix("") });
            }
            Component::Dot | Component::DotDot => {
                let name = if component == Component::Dot { "." } else { ".." };
                self.report(SyntaxError::new(
                    span,
                    format!("a `{name}` component"),
                    "write the path from the repository's root, without it",
                ));
            }
            Component::DotGit => self.report(SyntaxError::new(
                span,
                "a `.git` component",
                "remove the glob: nothing below `.git` is part of the repository",
            )),
            _ => {}
        }
    }

    fn report(&mut self, error: SyntaxError) {
        if self.errors.len() < MAX_ERRORS * 4 {
            self.errors.push(error);
        }
    }
}
