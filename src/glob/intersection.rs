//! Decides whether two globs intersect outside of others, with a witness.
//!
//! The product of the two automata is searched for an accepting pair of states. Alongside it runs
//! the union of the subtracted automata, determinized lazily. A pair is not visited again if it was
//! reached before with a subset of the subtracted states, because whatever can be accepted from it
//! now could be accepted then (an antichain, as in De Wulf, Doyen, Henzinger and Raskin,
//! "Antichains: A New Algorithm for Checking Universality of Finite Automata").

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, HashMap, HashSet};

use super::automaton::Automaton;
use super::bytes::ByteSet;
use crate::path::RepoPath;

/// The most steps for one question: a few seconds, and some hundred times more than the hardest
/// lanes that people write need.
const MAX_STEPS: usize = 20_000_000;

/// Bounds the work of a run's questions about globs.
///
/// Each question that is given up halves the budget of later ones. So a plan of hostile lanes ends
/// soon, and nothing is lost: a single undecided question already fails the run.
#[derive(Clone, Debug)]
pub struct Budget {
    gave_up: u32,
    /// The steps left for all questions together.
    left: usize,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { gave_up: 0, left: usize::MAX }
    }
}

impl Budget {
    /// The budget stops shrinking here, with plenty left for all but hostile lanes.
    const MAX_HALVINGS: u32 = 11;

    /// A small budget, at most a second in total, for questions that may stay unanswered.
    pub(crate) fn best_effort() -> Budget {
        Budget { gave_up: 8, left: MAX_STEPS / 4 }
    }

    fn steps(&self) -> usize {
        (MAX_STEPS >> self.gave_up.min(Budget::MAX_HALVINGS)).min(self.left)
    }

    /// Records that a question was given up.
    pub(crate) fn give_up(&mut self) {
        self.gave_up += 1;
    }
}

/// Whether two globs intersect outside of the subtracted ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Intersection {
    Disjoint,
    /// They do, and this is the first common path.
    At(Witness),
    /// The budget ran out.
    GaveUp,
}

/// A common path of two globs.
///
/// The order is that of docs/globs.md: letters and digits where the globs leave a choice, then the
/// shortest, then the first in byte order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Witness {
    /// How many bytes are neither letters nor digits although the globs leave a choice.
    odd_bytes: usize,
    pub(crate) path: Vec<u8>,
}

impl Ord for Witness {
    fn cmp(&self, other: &Witness) -> Ordering {
        (self.odd_bytes, self.path.len(), &self.path).cmp(&(
            other.odd_bytes,
            other.path.len(),
            &other.path,
        ))
    }
}

impl PartialOrd for Witness {
    fn partial_cmp(&self, other: &Witness) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Finds the first path that both automata accept and none of `subtracted` does.
pub(crate) fn intersection(
    left: &Automaton,
    right: &Automaton,
    subtracted: &[&Automaton],
    budget: &mut Budget,
) -> Intersection {
    let granted = budget.steps();
    let mut steps = granted;
    let intersection = intersection_within(left, right, subtracted, &mut steps);
    budget.left -= granted - steps;
    intersection
}

fn intersection_within(
    left: &Automaton,
    right: &Automaton,
    subtracted: &[&Automaton],
    steps: &mut usize,
) -> Intersection {
    match is_nonempty(left, right, steps) {
        Some(true) => {}
        Some(false) => return Intersection::Disjoint,
        None => return Intersection::GaveUp,
    }
    // First without subtraction: usually, the first path is not subtracted, and then it is also the
    // first of those that remain.
    match (Search { left, right, subtracted: LazyDfa::new(&[]), steps }).run() {
        Intersection::At(witness)
            if RepoPath::new(witness.path.as_slice()).is_ok()
                && !subtracted.iter().any(|automaton| automaton.is_match(&witness.path)) =>
        {
            Intersection::At(witness)
        }
        Intersection::At(_) => {
            let invalid_paths = super::invalid_paths();
            let subtracted: Vec<&Automaton> =
                subtracted.iter().copied().chain(std::iter::once(invalid_paths)).collect();
            Search { left, right, subtracted: LazyDfa::new(&subtracted), steps }.run()
        }
        other => other,
    }
}

/// Whether both automata accept a common word; `None` if the steps run out.
fn is_nonempty(left: &Automaton, right: &Automaton, steps: &mut usize) -> Option<bool> {
    let mut seen = Pairs::new(left.states(), right.states());
    let mut waiting = vec![(Automaton::START, Automaton::START)];
    while let Some((l, r)) = waiting.pop() {
        if left.accepts(l) && right.accepts(r) {
            return Some(true);
        }
        for to_left in left.edges(l) {
            for to_right in right.edges(r) {
                if !to_left.reads.intersection(to_right.reads).is_empty()
                    && seen.insert(to_left.to, to_right.to)
                {
                    waiting.push((to_left.to, to_right.to));
                }
            }
        }
        *steps = steps.saturating_sub(left.edges(l).len() * right.edges(r).len());
        if *steps == 0 {
            return None;
        }
    }
    Some(false)
}

/// A set of pairs of states; a bit set unless that would be large.
enum Pairs {
    Dense { width: usize, bits: Vec<u64> },
    Sparse(HashSet<(u32, u32)>),
}

impl Pairs {
    fn new(left: usize, right: usize) -> Pairs {
        match left.checked_mul(right) {
            Some(pairs) if pairs <= 1 << 24 => {
                Pairs::Dense { width: right, bits: vec![0; pairs.div_ceil(64)] }
            }
            _ => Pairs::Sparse(HashSet::new()),
        }
    }

    fn insert(&mut self, left: u32, right: u32) -> bool {
        match self {
            Pairs::Sparse(pairs) => pairs.insert((left, right)),
            Pairs::Dense { width, bits } => {
                let index = left as usize * *width + right as usize;
                let (word, bit) = (&mut bits[index / 64], 1 << (index % 64));
                let new = *word & bit == 0;
                *word |= bit;
                new
            }
        }
    }
}

struct Search<'a> {
    left: &'a Automaton,
    right: &'a Automaton,
    subtracted: LazyDfa<'a>,
    steps: &'a mut usize,
}

/// A node of the search, in the order in which they are visited.
#[derive(PartialEq, Eq)]
struct Vertex {
    word: Witness,
    left: u32,
    right: u32,
    subtracted: u32,
}

impl Ord for Vertex {
    fn cmp(&self, other: &Vertex) -> Ordering {
        self.word.cmp(&other.word).then_with(|| {
            (self.left, self.right, self.subtracted).cmp(&(
                other.left,
                other.right,
                other.subtracted,
            ))
        })
    }
}

impl PartialOrd for Vertex {
    fn partial_cmp(&self, other: &Vertex) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Search<'_> {
    fn run(mut self) -> Intersection {
        let mut reached: HashMap<(u32, u32), Vec<u32>> = HashMap::new();
        let word = Witness { odd_bytes: 0, path: Vec::new() };
        let start = Automaton::START;
        let mut waiting = BinaryHeap::from([Reverse(Vertex {
            word,
            left: start,
            right: start,
            subtracted: LazyDfa::START,
        })]);
        while let Some(Reverse(here)) = waiting.pop() {
            let before = reached.entry((here.left, here.right)).or_default();
            if before.iter().any(|&known| self.subtracted.is_subset(known, here.subtracted)) {
                continue;
            }
            *self.steps = self.steps.saturating_sub(before.len());
            before.push(here.subtracted);
            if self.left.accepts(here.left)
                && self.right.accepts(here.right)
                && !self.subtracted.accepts(here.subtracted)
            {
                return Intersection::At(here.word);
            }
            if !self.follow(&here, &reached, &mut waiting) {
                return Intersection::GaveUp;
            }
        }
        Intersection::Disjoint
    }

    /// Queues all successors of `here`; false if the steps run out.
    fn follow(
        &mut self,
        here: &Vertex,
        reached: &HashMap<(u32, u32), Vec<u32>>,
        waiting: &mut BinaryHeap<Reverse<Vertex>>,
    ) -> bool {
        let mut queued = Vec::new();
        for to_left in self.left.edges(here.left) {
            for to_right in self.right.edges(here.right) {
                *self.steps = self.steps.saturating_sub(1);
                let bytes = to_left.reads.intersection(to_right.reads);
                if bytes.is_empty() {
                    continue;
                }
                let before = reached.get(&(to_left.to, to_right.to));
                queued.clear();
                for byte in by_preference(bytes) {
                    let Some(subtracted) = self.subtracted.step(here.subtracted, byte, self.steps)
                    else {
                        return false;
                    };
                    // Of several bytes that lead to the same vertex, the preferred one is enough.
                    if queued.contains(&subtracted) {
                        continue;
                    }
                    queued.push(subtracted);
                    let is_known = before.is_some_and(|before| {
                        before.iter().any(|&known| self.subtracted.is_subset(known, subtracted))
                    });
                    if !is_known {
                        let odd_bytes =
                            here.word.odd_bytes + usize::from(bytes.len() > 1 && is_odd(byte));
                        let mut path = Vec::with_capacity(here.word.path.len() + 1);
                        path.extend_from_slice(&here.word.path);
                        path.push(byte);
                        waiting.push(Reverse(Vertex {
                            word: Witness { odd_bytes, path },
                            left: to_left.to,
                            right: to_right.to,
                            subtracted,
                        }));
                    }
                    if self.subtracted.is_empty() {
                        break;
                    }
                }
            }
        }
        *self.steps > 0
    }
}

/// Whether a byte makes a witness hard to read.
fn is_odd(byte: u8) -> bool {
    !byte.is_ascii_alphanumeric() && byte != b'/'
}

/// The bytes of a set, readable ones first.
fn by_preference(bytes: ByteSet) -> impl Iterator<Item = u8> {
    let readable = bytes.iter().filter(|&byte| !is_odd(byte));
    readable.chain(bytes.iter().filter(|&byte| is_odd(byte)))
}

/// The union of some automata, determinized as it is stepped through.
struct LazyDfa<'a> {
    automata: &'a [&'a Automaton],
    /// Sorted sets of `(automaton, state)`. The first set is the start.
    sets: Vec<Vec<(u32, u32)>>,
    numbers: HashMap<Vec<(u32, u32)>, u32>,
    transitions: HashMap<(u32, u8), u32>,
}

impl<'a> LazyDfa<'a> {
    const START: u32 = 0;

    fn new(automata: &'a [&'a Automaton]) -> LazyDfa<'a> {
        let count = u32::try_from(automata.len()).unwrap_or(u32::MAX);
        let start: Vec<_> = (0..count).map(|automaton| (automaton, Automaton::START)).collect();
        LazyDfa {
            automata,
            numbers: HashMap::from([(start.clone(), LazyDfa::START)]),
            sets: vec![start],
            transitions: HashMap::new(),
        }
    }

    fn is_empty(&self) -> bool {
        self.automata.is_empty()
    }

    /// The set after one more byte; `None` if the budget runs out.
    fn step(&mut self, set: u32, byte: u8, steps: &mut usize) -> Option<u32> {
        if self.automata.is_empty() {
            return Some(LazyDfa::START);
        }
        if let Some(&next) = self.transitions.get(&(set, byte)) {
            return Some(next);
        }
        let mut next = Vec::new();
        for &(automaton, state) in &self.sets[set as usize] {
            let edges = self.automata[automaton as usize].edges(state);
            *steps = steps.saturating_sub(1 + edges.len());
            next.extend(
                edges
                    .iter()
                    .filter(|edge| edge.reads.contains(byte))
                    .map(|edge| (automaton, edge.to)),
            );
        }
        if *steps == 0 {
            return None;
        }
        next.sort_unstable();
        next.dedup();
        let number = *self.numbers.entry(next).or_insert_with_key(|states| {
            self.sets.push(states.clone());
            u32::try_from(self.sets.len() - 1).unwrap_or(u32::MAX)
        });
        self.transitions.insert((set, byte), number);
        Some(number)
    }

    fn accepts(&self, set: u32) -> bool {
        let states = &self.sets[set as usize];
        states.iter().any(|&(automaton, state)| self.automata[automaton as usize].accepts(state))
    }

    fn is_subset(&self, subset: u32, superset: u32) -> bool {
        if subset == superset {
            return true;
        }
        let (subset, superset) = (&self.sets[subset as usize], &self.sets[superset as usize]);
        let mut superset = superset.iter();
        subset.len() <= superset.len()
            && subset.iter().all(|state| superset.any(|other| other == state))
    }
}
