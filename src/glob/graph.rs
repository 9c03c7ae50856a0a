//! The meaning of a glob: a graph of its pieces, and the states of reading a path along it.
//!
//! Pieces get their meaning only here. The automaton and `globset_oracle` both use this graph, so
//! they cannot disagree.
//!
//! Braces can produce a `**` (`{*,a}*`), so on reading a star it is not yet known whether it begins
//! a globstar. Both cases are tried: [`Component::HalfGlobstar`] assumes that the next piece is the
//! second star of a component `**`, and is a dead end if it is not.

use super::bytes::ByteSet;
use super::syntax::{Piece, PieceKind};

/// A graph with the pieces of a glob on its edges.
#[derive(Debug)]
pub(crate) struct Graph<'g> {
    edges: Vec<Vec<(Edge<'g>, usize)>>,
    end: usize,
}

#[derive(Clone, Copy, Debug)]
enum Edge<'g> {
    /// Into a brace, or out of it.
    Epsilon,
    Piece(&'g Piece),
}

/// A position in a graph while a path is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum State {
    /// At a node.
    At(usize, Component),
    /// In a `**` before the node, at the start of a component.
    FolderStart(usize),
    /// In a `**` before the node, within a component.
    Folder(usize),
    /// In a `**` at the end of the glob, at the start of a component.
    TailStart,
    /// In a `**` at the end of the glob, within a component.
    Tail,
}

/// What has been read of the current component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Component {
    Empty,
    NonEmpty,
    /// Nothing, and a `*` may match more.
    EmptyStar,
    /// At least one byte, and a `*` may match more.
    NonEmptyStar,
    /// The first star of a `**`.
    HalfGlobstar,
    /// A whole `**`.
    Globstar,
}

/// A transition from a state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Move<'g> {
    /// The bytes of which it reads one; `None` if it reads nothing.
    pub(crate) reads: Option<ByteSet>,
    pub(crate) to: State,
    /// The piece that it completes, if any.
    pub(crate) piece: Option<&'g Piece>,
}

impl<'g> Graph<'g> {
    pub(crate) fn new(pieces: &'g [Piece]) -> Graph<'g> {
        let mut graph = Graph { edges: vec![Vec::new()], end: 0 };
        graph.end = graph.add(pieces, 0);
        graph
    }

    fn add(&mut self, pieces: &'g [Piece], mut from: usize) -> usize {
        for piece in pieces {
            let PieceKind::Branches(branches) = &piece.kind else {
                let to = self.node();
                self.edges[from].push((Edge::Piece(piece), to));
                from = to;
                continue;
            };
            let to = self.node();
            for branch in branches {
                let into = self.node();
                self.edges[from].push((Edge::Epsilon, into));
                let out = self.add(branch, into);
                self.edges[out].push((Edge::Epsilon, to));
            }
            from = to;
        }
        from
    }

    fn node(&mut self) -> usize {
        self.edges.push(Vec::new());
        self.edges.len() - 1
    }

    pub(crate) fn start(&self) -> State {
        State::At(0, Component::Empty)
    }

    /// Whether the path read so far is a match.
    pub(crate) fn accepts(&self, state: State) -> bool {
        match state {
            State::At(node, Component::NonEmpty | Component::NonEmptyStar) => node == self.end,
            State::Tail => true,
            _ => false,
        }
    }

    /// Calls `visit` for every transition from a state.
    pub(crate) fn for_each_move(&self, state: State, mut visit: impl FnMut(Move<'g>)) {
        let mut reading = |bytes, to| visit(Move { reads: Some(bytes), to, piece: None });
        let (node, component) = match state {
            State::At(node, component) => (node, component),
            State::FolderStart(node) => {
                return reading(ByteSet::COMPONENT, State::Folder(node));
            }
            State::Folder(node) => {
                reading(ByteSet::COMPONENT, State::Folder(node));
                reading(ByteSet::SEPARATOR, State::FolderStart(node));
                return reading(ByteSet::SEPARATOR, State::At(node, Component::Empty));
            }
            State::TailStart => return reading(ByteSet::COMPONENT, State::Tail),
            State::Tail => {
                reading(ByteSet::COMPONENT, State::Tail);
                return reading(ByteSet::SEPARATOR, State::TailStart);
            }
        };
        if matches!(component, Component::EmptyStar | Component::NonEmptyStar) {
            reading(ByteSet::COMPONENT, State::At(node, Component::NonEmptyStar));
        }
        if node == self.end && component == Component::Globstar {
            visit(Move { reads: None, to: State::TailStart, piece: None });
        }
        for &(edge, to) in &self.edges[node] {
            let Edge::Piece(piece) = edge else {
                visit(Move { reads: None, to: State::At(to, component), piece: None });
                continue;
            };
            let mut step = |reads, to| visit(Move { reads, to, piece: Some(piece) });
            match (&piece.kind, component) {
                (PieceKind::Star, Component::Empty) => {
                    step(None, State::At(to, Component::EmptyStar));
                    step(None, State::At(to, Component::HalfGlobstar));
                }
                (PieceKind::Star, Component::HalfGlobstar) => {
                    step(None, State::At(to, Component::Globstar));
                }
                (PieceKind::Star, Component::NonEmpty) => {
                    step(None, State::At(to, Component::NonEmptyStar));
                }
                (PieceKind::Separator, Component::Globstar) => {
                    step(None, State::At(to, Component::Empty));
                    step(None, State::FolderStart(to));
                }
                (PieceKind::Separator, Component::NonEmpty | Component::NonEmptyStar) => {
                    step(Some(ByteSet::SEPARATOR), State::At(to, Component::Empty));
                }
                // Two stars in a row are a globstar, which has to be a whole component. A separator
                // after nothing would be an empty component.
                (PieceKind::Star | PieceKind::Separator, _)
                | (_, Component::HalfGlobstar | Component::Globstar)
                | (PieceKind::Branches(_), _) => {}
                (PieceKind::Byte(byte), _) => {
                    step(Some(ByteSet::of(*byte)), State::At(to, Component::NonEmpty));
                }
                (PieceKind::Set(set), _) => step(Some(**set), State::At(to, Component::NonEmpty)),
            }
        }
    }
}
