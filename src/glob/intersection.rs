//! Whether two globs meet outside of others, and the first path that proves it.
//!
//! The product of the two automata is searched for an accepting pair. What is taken away is
//! followed beside it as the set of its states, made as it is needed (a determinisation on the
//! fly); a pair that was reached before with fewer of them is not followed again, since whatever is
//! left to it was left to the earlier one (an antichain, as in De Wulf, Doyen, Henzinger and
//! Raskin, "Antichains: A New Algorithm for Checking Universality of Finite Automata").

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, HashMap, HashSet};

use super::automaton::Automaton;
use super::bytes::ByteSet;
use crate::path::RepoPath;

/// The most steps that one question may take. Some hundred times what the hardest lanes that
/// people write need, and a few seconds of work.
const MAX_WORK: usize = 20_000_000;

/// How much work each question of a run is worth.
///
/// A question that is given up halves what the next ones get: a plan made of hostile lanes ends
/// soon, and the first answer 'undecided' has already said that the run is not to be relied on.
#[derive(Clone, Debug)]
pub struct Budget {
    gave_up: u32,
    /// How many steps all questions together may still take.
    left: usize,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { gave_up: 0, left: usize::MAX }
    }
}

impl Budget {
    /// The halvings after which patience no longer shrinks: what is left is plenty for all but
    /// hostile lanes.
    const MOST_HALVINGS: u32 = 11;

    /// For questions that need no answer, however many there are: little for each, and no more than
    /// a second for all.
    pub(crate) fn small() -> Budget {
        Budget { gave_up: 8, left: MAX_WORK / 4 }
    }

    fn steps(&self) -> usize {
        (MAX_WORK >> self.gave_up.min(Budget::MOST_HALVINGS)).min(self.left)
    }

    /// Remembers that a question was given up.
    pub(crate) fn give_up(&mut self) {
        self.gave_up += 1;
    }
}

/// The answer to whether two globs meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Intersection {
    /// No path is in both and outside of what is taken away.
    Disjoint,
    /// This path is; of all such, the one that the contract names.
    At(Witness),
    /// The bound on work was reached.
    GaveUp,
}

/// A path, and what makes it the first of several: they order as the contract has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Witness {
    /// How many bytes that the globs leave free are neither letters nor digits.
    strange: usize,
    pub(crate) path: Vec<u8>,
}

impl Ord for Witness {
    fn cmp(&self, other: &Witness) -> Ordering {
        (self.strange, self.path.len(), &self.path).cmp(&(
            other.strange,
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
///
/// Gives up after so many steps as patience has.
pub(crate) fn intersection(
    left: &Automaton,
    right: &Automaton,
    subtracted: &[&Automaton],
    budget: &mut Budget,
) -> Intersection {
    let granted = budget.steps();
    let mut work = granted;
    let meeting = intersection_within(left, right, subtracted, &mut work);
    budget.left -= granted - work;
    meeting
}

fn intersection_within(
    left: &Automaton,
    right: &Automaton,
    subtracted: &[&Automaton],
    work: &mut usize,
) -> Intersection {
    match is_nonempty(left, right, work) {
        Some(true) => {}
        Some(false) => return Intersection::Disjoint,
        None => return Intersection::GaveUp,
    }
    // What is taken away rarely holds the first path of all, and the first of all is then the
    // first of what is left.
    match (Search { left, right, subtracted: Difference::new(&[]), work }).run() {
        Intersection::At(witness)
            if RepoPath::new(witness.path.as_slice()).is_ok()
                && !subtracted.iter().any(|automaton| automaton.is_match(&witness.path)) =>
        {
            Intersection::At(witness)
        }
        Intersection::At(_) => {
            let no_path = super::no_path();
            let subtracted: Vec<&Automaton> =
                subtracted.iter().copied().chain(std::iter::once(no_path)).collect();
            Search { left, right, subtracted: Difference::new(&subtracted), work }.run()
        }
        other => other,
    }
}

/// Whether some word is accepted by both; nothing when the work is used up.
fn is_nonempty(left: &Automaton, right: &Automaton, work: &mut usize) -> Option<bool> {
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
        *work = work.saturating_sub(left.edges(l).len() * right.edges(r).len());
        if *work == 0 {
            return None;
        }
    }
    Some(false)
}

/// A set of pairs of states: a bit for each where that is small, else those that are in it.
enum Pairs {
    Bits { width: usize, bits: Vec<u64> },
    Few(HashSet<(u32, u32)>),
}

impl Pairs {
    fn new(left: usize, right: usize) -> Pairs {
        match left.checked_mul(right) {
            Some(pairs) if pairs <= 1 << 24 => {
                Pairs::Bits { width: right, bits: vec![0; pairs.div_ceil(64)] }
            }
            _ => Pairs::Few(HashSet::new()),
        }
    }

    fn insert(&mut self, left: u32, right: u32) -> bool {
        match self {
            Pairs::Few(pairs) => pairs.insert((left, right)),
            Pairs::Bits { width, bits } => {
                let place = left as usize * *width + right as usize;
                let (word, bit) = (&mut bits[place / 64], 1 << (place % 64));
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
    subtracted: Difference<'a>,
    work: &'a mut usize,
}

/// A place in the search; the order is that in which places are looked at.
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
        let word = Witness { strange: 0, path: Vec::new() };
        let start = Automaton::START;
        let mut waiting = BinaryHeap::from([Reverse(Vertex {
            word,
            left: start,
            right: start,
            subtracted: Difference::START,
        })]);
        while let Some(Reverse(here)) = waiting.pop() {
            let before = reached.entry((here.left, here.right)).or_default();
            if before.iter().any(|&fewer| self.subtracted.is_subset(fewer, here.subtracted)) {
                continue;
            }
            *self.work = self.work.saturating_sub(before.len());
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

    /// Adds all places one byte on; false when the work is used up.
    fn follow(
        &mut self,
        here: &Vertex,
        reached: &HashMap<(u32, u32), Vec<u32>>,
        waiting: &mut BinaryHeap<Reverse<Vertex>>,
    ) -> bool {
        let mut next_minus = Vec::new();
        for to_left in self.left.edges(here.left) {
            for to_right in self.right.edges(here.right) {
                *self.work = self.work.saturating_sub(1);
                let bytes = to_left.reads.intersection(to_right.reads);
                if bytes.is_empty() {
                    continue;
                }
                let before = reached.get(&(to_left.to, to_right.to));
                next_minus.clear();
                for byte in in_order(bytes) {
                    let Some(subtracted) = self.subtracted.step(here.subtracted, byte, self.work)
                    else {
                        return false;
                    };
                    // Of the bytes that lead to one place, the first makes the first word.
                    if next_minus.contains(&subtracted) {
                        continue;
                    }
                    next_minus.push(subtracted);
                    let known = before.is_some_and(|before| {
                        before.iter().any(|&fewer| self.subtracted.is_subset(fewer, subtracted))
                    });
                    if !known {
                        let strange =
                            here.word.strange + usize::from(bytes.len() > 1 && is_strange(byte));
                        let mut path = Vec::with_capacity(here.word.path.len() + 1);
                        path.extend_from_slice(&here.word.path);
                        path.push(byte);
                        waiting.push(Reverse(Vertex {
                            word: Witness { strange, path },
                            left: to_left.to,
                            right: to_right.to,
                            subtracted,
                        }));
                    }
                    if self.subtracted.is_nothing() {
                        break;
                    }
                }
            }
        }
        *self.work > 0
    }
}

/// Whether a byte that could be another is no good for a witness that a person reads.
fn is_strange(byte: u8) -> bool {
    !byte.is_ascii_alphanumeric() && byte != b'/'
}

/// The bytes of a set in the order in which a witness wants them.
fn in_order(bytes: ByteSet) -> impl Iterator<Item = u8> {
    let good = bytes.iter().filter(|&byte| !is_strange(byte));
    good.chain(bytes.iter().filter(|&byte| is_strange(byte)))
}

/// What is taken away: the union of some automata, made deterministic as it is asked.
struct Difference<'a> {
    automata: &'a [&'a Automaton],
    /// Sets of states, each `(automaton, state)`, sorted; the first is where reading starts.
    sets: Vec<Vec<(u32, u32)>>,
    numbers: HashMap<Vec<(u32, u32)>, u32>,
    steps: HashMap<(u32, u8), u32>,
}

impl<'a> Difference<'a> {
    const START: u32 = 0;

    fn new(automata: &'a [&'a Automaton]) -> Difference<'a> {
        let count = u32::try_from(automata.len()).unwrap_or(u32::MAX);
        let start: Vec<_> = (0..count).map(|automaton| (automaton, Automaton::START)).collect();
        Difference {
            automata,
            numbers: HashMap::from([(start.clone(), Difference::START)]),
            sets: vec![start],
            steps: HashMap::new(),
        }
    }

    fn is_nothing(&self) -> bool {
        self.automata.is_empty()
    }

    /// The set after one more byte; nothing when the work is used up.
    fn step(&mut self, set: u32, byte: u8, work: &mut usize) -> Option<u32> {
        if self.automata.is_empty() {
            return Some(Difference::START);
        }
        if let Some(&next) = self.steps.get(&(set, byte)) {
            return Some(next);
        }
        let mut next = Vec::new();
        for &(automaton, state) in &self.sets[set as usize] {
            let edges = self.automata[automaton as usize].edges(state);
            *work = work.saturating_sub(1 + edges.len());
            next.extend(
                edges
                    .iter()
                    .filter(|edge| edge.reads.contains(byte))
                    .map(|edge| (automaton, edge.to)),
            );
        }
        if *work == 0 {
            return None;
        }
        next.sort_unstable();
        next.dedup();
        let number = *self.numbers.entry(next).or_insert_with_key(|states| {
            self.sets.push(states.clone());
            u32::try_from(self.sets.len() - 1).unwrap_or(u32::MAX)
        });
        self.steps.insert((set, byte), number);
        Some(number)
    }

    fn accepts(&self, set: u32) -> bool {
        let states = &self.sets[set as usize];
        states.iter().any(|&(automaton, state)| self.automata[automaton as usize].accepts(state))
    }

    fn is_subset(&self, of_few: u32, of_many: u32) -> bool {
        if of_few == of_many {
            return true;
        }
        let (few, many) = (&self.sets[of_few as usize], &self.sets[of_many as usize]);
        let mut many = many.iter();
        few.len() <= many.len() && few.iter().all(|state| many.any(|other| other == state))
    }
}
