//! Schedules are valid, and the fewest waves wherever all can be tried.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::constraints::Schedule;
use super::*;
use crate::index::nth;
use crate::plan::{PlanText, read};

fn plan(text: &str) -> Plan {
    read(vec![PlanText::new("lanes.yaml", text)])
}

/// The waves in one line: `a b | c`.
fn told(plan: &Plan, waves: &Waves) -> String {
    let wave = |wave: &Vec<Placed>| {
        let ids = wave.iter().map(|placed| &*plan[placed.task].id.value);
        ids.collect::<Vec<_>>().join(" ")
    };
    waves.waves.iter().map(wave).collect::<Vec<_>>().join(" | ")
}

fn edits(plan: &Plan, waves: &Waves) -> Vec<String> {
    let id = |task: TaskId| &*plan[task].id.value;
    let edit = |edit: &Edit| match edit {
        Edit::Part { tasks, path } => format!("part {} and {} at {path}", id(tasks.0), id(tasks.1)),
        Edit::Unneed { task, need } => format!("unneed {} from {}", id(*need), id(*task)),
    };
    waves.edits.iter().map(edit).collect()
}

#[test]
fn waves_follow_needs_and_part_overlaps() {
    let part = ["part a and b at x"].as_slice();
    for (text, expected, expected_edits) in [
        ("{a: {write: x}, b: {write: y}}", "a b", [].as_slice()),
        ("{a: {write: x}, b: {write: x}}", "a | b", part),
        ("{a: {write: x, needs: b}, b: {write: y}}", "b | a", &["unneed b from a"]),
        // Without the need, the overlap would still be there.
        ("{a: {write: x, needs: b}, b: {write: x}}", "b | a", &[]),
        ("{a: {write: [x, y]}, b: {write: [x, z]}}\nshare: x", "a b", &[]),
        ("{a: {write: []}, b: {write: '**'}, c: {write: x, needs: [a, b]}}", "a b | c", &[]),
        // What is allowed forces nothing, as far as it is allowed.
        (
            "\n  a: {write: [x, y], allow: [{rule: overlapping-lanes, reason: lines of their own}]}\n  \
             b: {write: [x, y]}",
            "a b",
            &[],
        ),
        (
            "\n  a: {write: [x, y], allow: [{rule: overlapping-lanes, path: x, reason: a list}]}\n  b: \
             {write: [x, y]}",
            "a | b",
            part,
        ),
        // The plan's level says how much a finding weighs, not that lanes are apart.
        ("{a: {write: x}, b: {write: x}}\nrules: {overlapping-lanes: off}", "a | b", part),
        // Where two rings of three overlap, no single edit is enough.
        (
            "{a: {write: [p, q]}, b: {write: [q, r]}, c: {write: [r, p]}, d: {write: [s, t]}, e: \
             {write: [t, u]}, f: {write: [u, s]}}",
            "a d | b e | c f",
            &[],
        ),
    ] {
        let plan = plan(&format!("tasks: {text}\n"));
        assert_eq!(plan.problems, [], "{text}");
        let waves = Waves::new(&plan, &[]).unwrap();
        assert_eq!(told(&plan, &waves), expected, "{text}");
        assert_eq!(edits(&plan, &waves), expected_edits, "{text}");
        assert!(waves.is_fewest() && waves.is_whole() && waves.all_edits_tried, "{text}");
    }
}

#[test]
fn each_task_is_told_what_keeps_it_from_starting_earlier() {
    let plan = plan(
        "tasks: {a: {write: x}, b: {write: 'x*'}, c: {write: y, needs: b}, d: {write: z, needs: a}}",
    );
    let waves = Waves::new(&plan, &["x".parse().unwrap()]).unwrap();
    let because = |other, why| Some(Because { other, why });
    assert_eq!(
        waves.waves,
        [
            vec![Placed { task: nth(0), because: None }],
            vec![
                Placed {
                    task: nth(1),
                    because: because(nth(0), Why::Overlap("x".parse().unwrap()))
                },
                Placed { task: nth(3), because: because(nth(0), Why::Needs) },
            ],
            vec![Placed { task: nth(2), because: because(nth(1), Why::Needs) }],
        ]
    );
    assert_eq!(waves.waves[0][0].task, nth(0));
}

#[test]
fn what_is_not_known_keeps_tasks_apart_and_is_told() {
    let broken = plan(
        "tasks: {a: {write: ./x}, b: {write: y}, c: {title: none}, d: {write: []}, e: {write: z}}",
    );
    let waves = Waves::new(&broken, &[]).unwrap();
    assert_eq!(told(&broken, &waves), "a d | b e | c");
    assert_eq!(waves.unknown, [0, 2].map(nth));
    assert!(!waves.is_whole() && waves.edits.is_empty());

    let round = plan("tasks: {a: {write: x, needs: b}, b: {write: y, needs: a}}");
    let waves = Waves::new(&round, &[]).unwrap();
    assert_eq!(
        (told(&round, &waves), &waves.cycles),
        ("a b".to_owned(), &vec![vec![nth(0), nth(1)]])
    );
    assert!(!waves.is_whole());

    // The lane of the example beside one that could hold its paths.
    let hostile = include_str!("../rules/undecided/example.yaml");
    let hostile = plan(&format!("{hostile}  other: {{write: '**'}}\n"));
    let waves = Waves::new(&hostile, &[]).unwrap();
    assert_eq!((waves.waves.len(), waves.undecided.as_slice()), (2, [(nth(0), nth(1))].as_slice()));
    assert!(!waves.is_whole());

    let tasks: String = (0..3_000).map(|task| format!("  t{task}: {{write: ./x}}\n")).collect();
    let broken = plan(&format!("tasks:\n{tasks}"));
    assert_eq!(Waves::new(&broken, &[]).unwrap_err(), TooManyUnknown(3_000));
}

fn is_valid(constraints: &Constraints, wave: &IndexVec<TaskId, usize>) -> bool {
    constraints.tasks().all(|task| {
        constraints.before(task).iter().all(|&need| wave[need] < wave[task])
            && constraints.apart(task).iter().all(|&other| wave[other] != wave[task])
    })
}

/// Whether there is a schedule of so many waves: every one is tried.
fn some_way(constraints: &Constraints, waves: usize, wave: &mut Vec<usize>) -> bool {
    if wave.len() == constraints.tasks().len() {
        return is_valid(constraints, &wave.iter().copied().collect());
    }
    (0..waves).any(|next| {
        wave.push(next);
        let found = some_way(constraints, waves, wave);
        wave.pop();
        found
    })
}

/// The first possible wave for each task, in the order of their numbers as far as needs allow.
fn first_fit(constraints: &Constraints) -> usize {
    let mut wave: IndexVec<TaskId, Option<usize>> = constraints.tasks().map(|_| None).collect();
    let ready = |wave: &IndexVec<TaskId, Option<usize>>, task: TaskId| {
        wave[task].is_none() && constraints.before(task).iter().all(|&need| wave[need].is_some())
    };
    while let Some(task) = wave.ids().find(|&task| ready(&wave, task)) {
        let after = constraints.before(task).iter().filter_map(|&need| wave[need]).max();
        let taken =
            |next: usize| constraints.apart(task).iter().any(|&other| wave[other] == Some(next));
        wave[task] = (after.map_or(0, |last| last + 1)..).find(|&next| !taken(next));
    }
    wave.iter().map(|wave| wave.unwrap() + 1).max().unwrap_or(0)
}

fn constraints(tasks: std::ops::Range<usize>) -> impl Strategy<Value = Constraints> {
    (tasks, 0usize..4, 0usize..6).prop_flat_map(|(tasks, needs, pairs)| {
        let pair = || (0..tasks.max(1), 0..tasks.max(1));
        let count = |each: usize| if tasks == 0 { 0..1 } else { 0..each * tasks + 1 };
        let needs = proptest::collection::vec(pair(), count(needs));
        (needs, proptest::collection::vec(pair(), count(pairs)), proptest::bool::weighted(0.9))
            .prop_map(move |(edges, pairs, acyclic)| {
                let mut needs: IndexVec<TaskId, Vec<TaskId>> = vec![Vec::new(); tasks].into();
                for (one, other) in edges.into_iter().filter(|(one, other)| one != other) {
                    // Mostly without rounds: those order nothing.
                    let (task, need) =
                        if acyclic { (one.max(other), one.min(other)) } else { (one, other) };
                    needs[nth(task)].push(nth(need));
                }
                let pairs: BTreeSet<(TaskId, TaskId)> = pairs
                    .into_iter()
                    .filter(|(one, other)| one != other)
                    .map(|(one, other)| (nth(one.min(other)), nth(one.max(other))))
                    .collect();
                Constraints::new(needs, pairs.into_iter().collect())
            })
    })
}

fn is_sound(constraints: &Constraints, found: &Schedule) {
    assert!(is_valid(constraints, &found.wave), "{constraints:?}: {found:?}");
    assert_eq!(found.waves, found.wave.iter().max().map_or(0, |last| last + 1));
    assert!(found.at_least <= found.waves && found.waves <= first_fit(constraints));
    for (task, &wave) in found.wave.enumerated().filter(|(_, wave)| **wave > 0) {
        let mut others = constraints.before(task).iter().chain(constraints.apart(task));
        assert!(others.any(|&other| found.wave[other] + 1 == wave), "{task:?} could start earlier");
    }
}

fn cases() -> u32 {
    std::env::var("LANELINT_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(300)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn small_plans_get_the_fewest_waves(constraints in constraints(0..7)) {
        let found = constraints.schedule(&mut Budget::default());
        is_sound(&constraints, &found);
        prop_assert_eq!(found.waves, found.at_least);
        prop_assert!(some_way(&constraints, found.waves, &mut Vec::new()));
        if let Some(fewer) = found.waves.checked_sub(1) {
            prop_assert!(!some_way(&constraints, fewer, &mut Vec::new()));
            prop_assert_eq!(constraints.fits(fewer, &mut Budget::default()), Some(false));
        }
        prop_assert_eq!(constraints.fits(found.waves, &mut Budget::default()), Some(true));
    }

    #[test]
    fn plans_of_any_size_get_sound_waves(constraints in constraints(7..60)) {
        is_sound(&constraints, &constraints.schedule(&mut Budget::default()));
        // Without any search, too.
        let found = constraints.schedule(&mut Budget::none());
        is_sound(&constraints, &found);
    }
}
