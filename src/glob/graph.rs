//! What a glob means: a graph over its pieces, and the states in which a path is read along it.
//!
//! The one place that gives pieces their meaning. The automaton is built from it, and so is the
//! way of writing the braces out that matches a path; they cannot disagree.
//!
//! `**` can come about from braces (`{*,a}*`), so whether a star begins a globstar is not known
//! when it is met. The states guess: [`State::At`] with [`Component::HalfGlobstar`] is on a way of
//! writing out where the next piece is the second star of a component `**`, and leads nowhere
//! where it is not.

use super::bytes::ByteSet;
use super::syntax::{Piece, PieceKind};

/// The pieces of a glob between nodes; alternatives leave a node side by side.
#[derive(Debug)]
pub(crate) struct Graph<'g> {
    edges: Vec<Vec<(Edge<'g>, usize)>>,
    end: usize,
}

#[derive(Clone, Copy, Debug)]
enum Edge<'g> {
    /// Nothing: into a brace, or out of it.
    Free,
    Piece(&'g Piece),
}

/// How far a path has been read along a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum State {
    /// At a node, with this much of the current component.
    At(usize, Component),
    /// Inside a `**` before the node; no byte of the current component is read.
    FolderStart(usize),
    /// Inside a `**` before the node, in the midst of a component.
    Folder(usize),
    /// Inside a `**` that ends the glob; no byte of the current component is read.
    TailStart,
    /// Inside a `**` that ends the glob, in the midst of a component.
    Tail,
}

/// What has been read of the current component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Component {
    /// Nothing.
    Empty,
    /// At least one byte.
    Begun,
    /// Nothing; a `*` takes any bytes.
    EmptyStar,
    /// At least one byte; a `*` takes any more.
    BegunStar,
    /// The first star of a `**`.
    HalfGlobstar,
    /// A whole `**`.
    Globstar,
}

/// One step from a state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Move<'g> {
    /// The bytes that it reads one of; nothing for a step that reads none.
    pub(crate) reads: Option<ByteSet>,
    pub(crate) to: State,
    /// The piece that it goes past, if it does.
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
                self.edges[from].push((Edge::Free, into));
                let out = self.add(branch, into);
                self.edges[out].push((Edge::Free, to));
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

    /// Whether a path that has been read to here is matched.
    pub(crate) fn accepts(&self, state: State) -> bool {
        match state {
            State::At(node, Component::Begun | Component::BegunStar) => node == self.end,
            State::Tail => true,
            _ => false,
        }
    }

    /// Every step from a state.
    pub(crate) fn moves(&self, state: State, mut visit: impl FnMut(Move<'g>)) {
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
        if matches!(component, Component::EmptyStar | Component::BegunStar) {
            reading(ByteSet::COMPONENT, State::At(node, Component::BegunStar));
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
                (PieceKind::Star, Component::Begun) => {
                    step(None, State::At(to, Component::BegunStar));
                }
                (PieceKind::Separator, Component::Globstar) => {
                    step(None, State::At(to, Component::Empty));
                    step(None, State::FolderStart(to));
                }
                (PieceKind::Separator, Component::Begun | Component::BegunStar) => {
                    step(Some(ByteSet::SEPARATOR), State::At(to, Component::Empty));
                }
                // Two stars in a row are a globstar, and nothing stands beside one; a separator
                // that follows nothing would be an empty component.
                (PieceKind::Star | PieceKind::Separator, _)
                | (_, Component::HalfGlobstar | Component::Globstar)
                | (PieceKind::Branches(_), _) => {}
                (PieceKind::Byte(byte), _) => {
                    step(Some(ByteSet::of(*byte)), State::At(to, Component::Begun));
                }
                (PieceKind::Set(set), _) => step(Some(**set), State::At(to, Component::Begun)),
            }
        }
    }
}
