//! A glob as a nondeterministic finite automaton over bytes, without epsilon transitions.

use std::collections::HashMap;

use super::bytes::ByteSet;
use super::graph::{Graph, State};
use super::syntax::Piece;

/// About 160 MB. Only thousands of braces with an empty branch in a row come close:
/// `{,a}{,b}{,c}…`.
const MAX_EDGES: usize = 4_000_000;

/// Edges that read at least this many bytes count as wildcards: `*`, `?` and `[!a]` read nearly
/// all.
const MIN_WILDCARD_BYTES: u32 = 128;

/// An automaton with more edges than this from one state is determinized.
const MAX_OUT_DEGREE: usize = 32;

/// Accepts the paths that a glob matches. No accepted word has an empty component, but `.`, `..`
/// and `.git` components are possible; callers have to exclude them.
#[derive(Debug)]
pub(crate) struct Automaton {
    /// Grouped by state.
    edges: Vec<Edge>,
    /// The start of each state's edges, and the end of the last.
    offsets: Vec<u32>,
    accepting: Vec<bool>,
    /// A prefix of all accepted words, and the state after it.
    prefix: (Box<[u8]>, u32),
}

/// A transition that reads one byte.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub(crate) reads: ByteSet,
    pub(crate) to: u32,
}

/// The automaton would need more than [`MAX_EDGES`] edges.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TooLarge;

impl Automaton {
    /// The state before the first byte.
    pub(crate) const START: u32 = 0;

    pub(crate) fn new(pieces: &[Piece]) -> Result<Automaton, TooLarge> {
        let graph = Graph::new(pieces);
        let mut numbers = HashMap::from([(graph.start(), 0u32)]);
        let mut states = vec![graph.start()];
        let mut automaton = Automaton::empty();
        let mut reached = Reached::default();
        while let Some(&state) = states.get(automaton.accepting.len()) {
            let first = automaton.edges.len();
            let mut accepting = false;
            // Takes the epsilon closure of the state.
            reached.restart(state);
            while let Some(here) = reached.next() {
                accepting |= graph.accepts(here);
                graph.for_each_move(here, |step| match step.reads {
                    None => reached.add(step.to),
                    Some(reads) => {
                        let to = *numbers.entry(step.to).or_insert_with(|| {
                            states.push(step.to);
                            number(states.len() - 1)
                        });
                        automaton.edges.push(Edge { reads, to });
                    }
                });
                if automaton.edges.len() > MAX_EDGES {
                    return Err(TooLarge);
                }
            }
            automaton.merge_edges_from(first);
            automaton.offsets.push(number(automaton.edges.len()));
            automaton.accepting.push(accepting);
        }
        let widest =
            (0..automaton.states()).map(|state| automaton.edges(number(state)).len()).max();
        if widest > Some(MAX_OUT_DEGREE) {
            let limit = 2 * automaton.states();
            automaton = automaton.determinized(limit).unwrap_or(automaton);
        }
        automaton.edges.shrink_to_fit();
        automaton.find_prefix();
        Ok(automaton)
    }

    fn empty() -> Automaton {
        Automaton {
            edges: Vec::new(),
            offsets: vec![0],
            accepting: Vec::new(),
            prefix: (Box::default(), Automaton::START),
        }
    }

    fn find_prefix(&mut self) {
        let (mut bytes, mut state) = (Vec::new(), Automaton::START);
        while let ([edge], false) = (self.edges(state), self.accepts(state)) {
            let mut reads = edge.reads.iter();
            let (Some(byte), None) = (reads.next(), reads.next()) else { break };
            bytes.push(byte);
            state = edge.to;
            if bytes.len() > self.states() {
                // A cycle, from which no word is accepted.
                break;
            }
        }
        self.prefix = (bytes.into_boxed_slice(), state);
    }

    /// An equivalent deterministic automaton, or `None` if it needs more than `limit` states.
    ///
    /// A brace with thousands of names has thousands of edges from one state, and two such braces
    /// have millions of pairs of them. Determinized, each becomes a trie.
    fn determinized(&self, limit: usize) -> Option<Automaton> {
        let start = vec![Automaton::START];
        let mut numbers = HashMap::from([(start.clone(), 0u32)]);
        let mut sets = vec![start];
        let mut result = Automaton::empty();
        while let Some(set) = sets.get(result.accepting.len()) {
            if sets.len() > limit {
                return None;
            }
            let mut targets = vec![Vec::new(); 256];
            for edge in set.iter().flat_map(|&state| self.edges(state)) {
                for byte in edge.reads.iter() {
                    targets[usize::from(byte)].push(edge.to);
                }
            }
            result.accepting.push(set.iter().any(|&state| self.accepts(state)));
            let mut edges: HashMap<u32, ByteSet> = HashMap::new();
            for (byte, mut target) in (0..=u8::MAX).zip(targets) {
                if target.is_empty() {
                    continue;
                }
                target.sort_unstable();
                target.dedup();
                let to = *numbers.entry(target).or_insert_with_key(|target| {
                    sets.push(target.clone());
                    number(sets.len() - 1)
                });
                edges.entry(to).or_default().insert(byte);
            }
            let first = result.edges.len();
            result.edges.extend(edges.into_iter().map(|(to, reads)| Edge { reads, to }));
            result.edges[first..].sort_unstable_by_key(|edge| edge.to);
            result.offsets.push(number(result.edges.len()));
        }
        Some(result)
    }

    /// Merges edges with the same target, of a single state whose edges start at `first`.
    fn merge_edges_from(&mut self, first: usize) {
        self.edges[first..].sort_unstable_by_key(|edge| edge.to);
        let mut kept = first;
        for at in first..self.edges.len() {
            let edge = self.edges[at];
            if kept > first && self.edges[kept - 1].to == edge.to {
                self.edges[kept - 1].reads = self.edges[kept - 1].reads.union(edge.reads);
            } else {
                self.edges[kept] = edge;
                kept += 1;
            }
        }
        self.edges.truncate(kept);
    }

    pub(crate) fn states(&self) -> usize {
        self.accepting.len()
    }

    pub(crate) fn edges(&self, state: u32) -> &[Edge] {
        let state = state as usize;
        &self.edges[self.offsets[state] as usize..self.offsets[state + 1] as usize]
    }

    pub(crate) fn accepts(&self, state: u32) -> bool {
        self.accepting[state as usize]
    }

    pub(crate) fn is_match(&self, path: &[u8]) -> bool {
        self.after(path).iter().any(|&state| self.accepts(state))
    }

    /// Whether an accepted word may start with these bytes.
    pub(crate) fn may_start_with(&self, bytes: &[u8]) -> bool {
        !self.after(bytes).is_empty()
    }

    /// The automaton of what may follow these bytes, or `None` if nothing can.
    pub(crate) fn rest(&self, bytes: &[u8]) -> Option<Automaton> {
        let mut states = self.after(bytes);
        if states.is_empty() {
            return None;
        }
        // The new start has the edges of all states after `bytes`. The others are renumbered in the
        // order in which they are found.
        let mut numbers: HashMap<u32, u32> = HashMap::new();
        let mut old: Vec<u32> = Vec::new();
        let mut rest = Automaton::empty();
        let mut at = 0;
        loop {
            let first = rest.edges.len();
            for edge in states.iter().flat_map(|&state| self.edges(state)) {
                let to = *numbers.entry(edge.to).or_insert_with(|| {
                    old.push(edge.to);
                    number(old.len())
                });
                rest.edges.push(Edge { reads: edge.reads, to });
            }
            rest.merge_edges_from(first);
            rest.offsets.push(number(rest.edges.len()));
            rest.accepting.push(states.iter().any(|&state| self.accepts(state)));
            let Some(&next) = old.get(at) else { break };
            states = vec![next];
            at += 1;
        }
        rest.find_prefix();
        Some(rest)
    }

    /// Whether some accepted word is below a folder whose name is not matched by a wildcard.
    pub(crate) fn names_folder(&self, folder: &[u8]) -> bool {
        let name = folder.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
        let (above, name) = folder.split_at(name);
        let mut states = self.after(above);
        for byte in name.iter().copied().chain([b'/']) {
            let edges = states.iter().flat_map(|&state| self.edges(state));
            let literal = edges
                .filter(|edge| edge.reads.contains(byte) && edge.reads.len() < MIN_WILDCARD_BYTES);
            let mut next: Vec<u32> = literal.map(|edge| edge.to).collect();
            next.sort_unstable();
            next.dedup();
            states = next;
        }
        !states.is_empty()
    }

    /// The states after these bytes.
    fn after(&self, bytes: &[u8]) -> Vec<u32> {
        let (prefix, state) = &self.prefix;
        let (mut states, bytes) = match bytes.strip_prefix(&**prefix) {
            Some(rest) => (vec![*state], rest),
            None => (vec![Automaton::START], bytes),
        };
        let mut next = Vec::new();
        for &byte in bytes {
            for &state in &states {
                for edge in self.edges(state) {
                    if edge.reads.contains(byte) && !next.contains(&edge.to) {
                        next.push(edge.to);
                    }
                }
            }
            std::mem::swap(&mut states, &mut next);
            next.clear();
            if states.is_empty() {
                break;
            }
        }
        states
    }
}

/// Converts a count of states or edges, which fits thanks to [`MAX_EDGES`].
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// A worklist that takes each state once.
#[derive(Default)]
struct Reached {
    seen: std::collections::HashSet<State>,
    waiting: Vec<State>,
}

impl Reached {
    fn restart(&mut self, state: State) {
        self.seen.clear();
        self.seen.insert(state);
        self.waiting.push(state);
    }

    fn add(&mut self, state: State) {
        if self.seen.insert(state) {
            self.waiting.push(state);
        }
    }

    fn next(&mut self) -> Option<State> {
        self.waiting.pop()
    }
}
