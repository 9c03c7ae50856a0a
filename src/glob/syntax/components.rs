//! The rules about components, held for every way of writing out the braces.

use std::ops::Range;

use super::{Fault, Piece, PieceKind};

/// More faults than a person would mend before looking again.
const MOST_FAULTS: usize = 8;

/// What a component holds so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Component {
    /// Nothing, and nothing came before it.
    First,
    /// Nothing; a separator came before it.
    Empty,
    /// `*` and nothing else.
    Star,
    /// `**` and nothing else.
    Globstar,
    /// `.`, `..`, and the beginnings of `.git`.
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

/// The states that the ways of writing out can be in, each with the first byte of its component.
#[derive(Clone, Copy, Default)]
struct States {
    starts: [usize; 11],
    /// A bit for each state that is among them.
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
            let place = present.trailing_zeros() as usize;
            present &= present.wrapping_sub(1);
            Component::ALL.get(place).map(|&component| (component, self.starts[place]))
        })
    }
}

pub(super) fn faults(pieces: &[Piece], text: &str) -> Vec<Fault> {
    let mut walk = Walk { text, faults: Vec::new() };
    let mut first = States::default();
    first.add(Component::First, 0);
    for (component, start) in walk.pieces(pieces, first).iter() {
        walk.end_of_component(component, start, text.len()..text.len());
    }
    walk.faults.sort_by_key(|fault| (fault.span.start, fault.span.end));
    walk.faults.dedup();
    walk.faults.truncate(MOST_FAULTS);
    walk.faults
}

struct Walk<'t> {
    text: &'t str,
    faults: Vec<Fault>,
}

impl Walk<'_> {
    fn pieces(&mut self, pieces: &[Piece], mut states: States) -> States {
        for piece in pieces {
            // Most of a glob is names, in which a further byte changes nothing.
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

    /// Tells of stars that end at `end` and are no component of their own.
    fn misplaced_globstar(&mut self, end: usize) {
        let before = self.text[..end].trim_end_matches('*').len();
        self.fault(Fault::new(
            before..end,
            "`**` beside other characters in a component",
            "write `*` for a part of a name, or `**/` for folders: `src/**/*.rs`",
        ));
    }

    fn end_of_component(&mut self, component: Component, start: usize, at: Range<usize>) {
        let span = start..at.start.max(start);
        match component {
            Component::First if at.is_empty() => self.fault(Fault::new(
                at,
                "an empty glob",
                "name a file, a folder (`src/**`), or everything (`**`)",
            )),
            Component::First => {
                let is_all = self.text[at.end..].is_empty();
                let fault = Fault::new(
                    at,
                    "a leading `/`",
                    "remove it: every glob begins at the repository's root",
                );
                // Without it, nothing would be left.
                self.fault(if is_all { fault } else { fault.with_sure_fix("") });
            }
            Component::Empty => {
                let fault = Fault::new(
                    at.clone(),
                    "an empty component",
                    "write one `/` between two names, and `dir/**` for all below a folder",
                );
                self.fault(if at.is_empty() { fault } else { fault.with_sure_fix("") });
            }
            Component::Dot if start == 0 && !at.is_empty() => {
                let is_all = self.text[at.end..].is_empty();
                let fault = Fault::new(
                    0..at.end,
                    "a leading `./`",
                    "remove it: every glob begins at the repository's root",
                );
                self.fault(if is_all { fault } else { fault.with_sure_fix("") });
            }
            Component::Dot | Component::DotDot => {
                let name = if component == Component::Dot { "." } else { ".." };
                self.fault(Fault::new(
                    span,
                    format!("a `{name}` component"),
                    "write the path from the repository's root without it",
                ));
            }
            Component::DotGit => self.fault(Fault::new(
                span,
                "a `.git` component",
                "nothing below it is a file of the repository: remove the glob",
            )),
            _ => {}
        }
    }

    fn fault(&mut self, fault: Fault) {
        if self.faults.len() < MOST_FAULTS * 4 {
            self.faults.push(fault);
        }
    }
}
