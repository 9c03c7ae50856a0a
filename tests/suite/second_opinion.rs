//! A second procedure that decides overlap, of which nothing is ours but the search: `globset`'s own
//! regular expressions, made into dense automata by `regex-automata`. It has to agree.
//!
//! `LANELINT_CASES` says how many random lanes are compared.

use std::collections::HashSet;
use std::sync::Arc;

use lanelint::glob::Glob;
use lanelint::lane::{Common, Lane};
use proptest::prelude::*;
use regex_automata::Anchored;
use regex_automata::dfa::{Automaton, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::util::syntax;

use crate::harness::config;

type Dfa = dense::DFA<Vec<u32>>;

fn dfa(regex: &str) -> Dfa {
    dense::Builder::new()
        .configure(dense::Config::new().start_kind(regex_automata::dfa::StartKind::Anchored))
        .syntax(syntax::Config::new().unicode(false).utf8(false).dot_matches_new_line(true))
        .thompson(regex_automata::nfa::thompson::Config::new().utf8(false))
        .build(regex)
        .unwrap()
}

/// `globset`'s regular expression of a glob, empty alternatives allowed.
fn dfa_of(glob: &str) -> Dfa {
    let mut builder = globset::GlobBuilder::new(glob);
    dfa(builder.literal_separator(true).empty_alternates(true).build().unwrap().regex())
}

/// Whether some word is accepted by all of the first and by none of the others.
fn intersection(all: &[&Dfa], none: &[&Dfa]) -> bool {
    let every: Vec<&Dfa> = all.iter().chain(none).copied().collect();
    let config = start::Config::new().anchored(Anchored::Yes);
    let first: Vec<StateID> = every.iter().map(|dfa| dfa.start_state(&config).unwrap()).collect();
    let mut seen = HashSet::from([first.clone()]);
    let mut waiting = vec![first];
    while let Some(states) = waiting.pop() {
        let accepts = |place: usize| {
            let dfa = every[place];
            dfa.is_match_state(dfa.next_eoi_state(states[place]))
        };
        if (0..all.len()).all(accepts) && !(all.len()..every.len()).any(accepts) {
            return true;
        }
        for byte in 1..=u8::MAX {
            let next: Vec<StateID> =
                every.iter().zip(&states).map(|(dfa, &at)| dfa.next_state(at, byte)).collect();
            let dead = next[..all.len()].iter().zip(&every).any(|(&at, dfa)| dfa.is_dead_state(at));
            if !dead && seen.insert(next.clone()) {
                waiting.push(next);
            }
        }
    }
    false
}

/// Globs that `globset` reads as the contract does.
fn globs() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        3 => Just("a"), 2 => Just("b"), 3 => Just("*"), 2 => Just("**"), 1 => Just("?"),
        1 => Just("a*"), 1 => Just("*b"), 1 => Just("[ab]?"), 1 => Just("{a,b}c"), 1 => Just(".*"),
        1 => Just("*a*"), 1 => Just("[.]*"), 1 => Just("a{,b}"),
    ];
    prop::collection::vec(name, 1..5).prop_map(|names| names.join("/"))
}

proptest! {
    #![proptest_config(config(3_000))]

    #[test]
    fn agrees_with_dense_automata(
        left in globs(), right in globs(), subtracted in prop::collection::vec(globs(), 0..3),
    ) {
        let paths = dfa(r"^[^/\x00]+(?:/[^/\x00]+)*$");
        let no_paths = dfa(r"^(?:.*/)?(?:\.|\.\.|\.[gG][iI][tT])(?:/.*)?$");
        let (one, other) = (dfa_of(&left), dfa_of(&right));
        let taken: Vec<Dfa> = subtracted.iter().map(|glob| dfa_of(glob)).collect();
        let none: Vec<&Dfa> = taken.iter().chain([&no_paths]).collect();
        let theirs = intersection(&[&one, &other, &paths], &none);

        let parse = |text: &String| Glob::parse(text).unwrap();
        let common = Arc::new(Common::default());
        let exclusions = subtracted.iter().map(parse).collect();
        let one = Lane::new(vec![parse(&left)], exclusions, Arc::clone(&common));
        let other = Lane::new(vec![parse(&right)], Vec::new(), common);
        let ours = one.intersection(&other, one.globs().ids().zip(other.globs().ids()));
        prop_assert!(ours.undecided.is_empty());
        prop_assert_eq!(ours.witness.is_some(), theirs);
    }
}
