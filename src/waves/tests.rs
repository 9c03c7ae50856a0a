//! Schedules are valid, and optimal if an exhaustive search is possible.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::constraints::Schedule;
use super::*;
use crate::index::{IndexVec, nth};
use crate::plan::{PlanText, read};

fn plan(text: &str) -> Plan {
    read(vec![PlanText::new("lanes.yaml", text)])
}

/// The waves in one line: `a b | c`.
fn describe(plan: &Plan, waves: &Waves) -> String {
    let wave = |wave: &Vec<ScheduledTask>| {
        let ids = wave.iter().map(|placed| &*plan[placed.task].id.value);
        ids.collect::<Vec<_>>().join(" ")
    };
    waves.waves.iter().map(wave).collect::<Vec<_>>().join(" | ")
}

fn edits(plan: &Plan, waves: &Waves) -> Vec<String> {
    let id = |task: TaskId| &*plan[task].id.value;
    let edit = |edit: &PlanEdit| match edit {
        PlanEdit::Separate { tasks, path } => {
            format!("part {} and {} at {path}", id(tasks.0), id(tasks.1))
        }
        PlanEdit::DropNeed { task, need } => format!("unneed {} from {}", id(*need), id(*task)),
    };
    waves.edits.iter().map(edit).collect()
}

#[test]
fn needs_overlaps_and_edits() {
    let part = ["part a and b at x"].as_slice();
    for (text, expected, expected_edits) in [
        ("{a: {write: x}, b: {write: y}}", "a b", [].as_slice()),
        ("{a: {write: x}, b: {write: x}}", "a | b", part),
        ("{a: {write: x, needs: b}, b: {write: y}}", "b | a", &["unneed b from a"]),
        // Without the need, the overlap would remain.
        ("{a: {write: x, needs: b}, b: {write: x}}", "b | a", &[]),
        ("{a: {write: [x, y]}, b: {write: [x, z]}}\nshare: x", "a b", &[]),
        ("{a: {write: []}, b: {write: '**'}, c: {write: x, needs: [a, b]}}", "a b | c", &[]),
        // An overlap is ignored only as far as it is allowed.
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
        // The level of the rule does not matter.
        ("{a: {write: x}, b: {write: x}}\nrules: {overlapping-lanes: off}", "a | b", part),
        // With two rings of three overlaps, no single edit is enough.
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
        assert_eq!(describe(&plan, &waves), expected, "{text}");
        assert_eq!(edits(&plan, &waves), expected_edits, "{text}");
        assert!(waves.is_optimal() && waves.is_complete() && waves.all_edits_tried, "{text}");
    }
}

#[test]
fn blockers_of_tasks() {
    let plan = plan(
        "tasks: {a: {write: x}, b: {write: 'x*'}, c: {write: y, needs: b}, d: {write: z, needs: a}}",
    );
    let waves = Waves::new(&plan, &["x".parse().unwrap()]).unwrap();
    let blocker = |task, reason| Some(Blocker { task, reason });
    assert_eq!(
        waves.waves,
        [
            vec![ScheduledTask { task: nth(0), blocker: None }],
            vec![
                ScheduledTask {
                    task: nth(1),
                    blocker: blocker(nth(0), Reason::Overlap("x".parse().unwrap()))
                },
                ScheduledTask { task: nth(3), blocker: blocker(nth(0), Reason::Needs) },
            ],
            vec![ScheduledTask { task: nth(2), blocker: blocker(nth(1), Reason::Needs) }],
        ]
    );
    assert_eq!(waves.waves[0][0].task, nth(0));
}

#[test]
fn unknown_cyclic_and_undecided() {
    let broken = plan(
        "tasks: {a: {write: ./x}, b: {write: y}, c: {title: none}, d: {write: []}, e: {write: z}}",
    );
    let waves = Waves::new(&broken, &[]).unwrap();
    assert_eq!(describe(&broken, &waves), "a d | b e | c");
    assert_eq!(waves.unknown, [0, 2].map(nth));
    assert!(!waves.is_complete() && waves.edits.is_empty());

    let cyclic = plan("tasks: {a: {write: x, needs: b}, b: {write: y, needs: a}}");
    let waves = Waves::new(&cyclic, &[]).unwrap();
    assert_eq!(
        (describe(&cyclic, &waves), &waves.cycles),
        ("a b".to_owned(), &vec![vec![nth(0), nth(1)]])
    );
    assert!(!waves.is_complete());

    // The lane of the rule's example, beside one that may contain its paths.
    let hostile = include_str!("../rules/undecided/example.yaml");
    let hostile = plan(&format!("{hostile}  other: {{write: '**'}}\n"));
    let waves = Waves::new(&hostile, &[]).unwrap();
    assert_eq!((waves.waves.len(), waves.undecided.as_slice()), (2, [(nth(0), nth(1))].as_slice()));
    assert!(!waves.is_complete());

    let tasks: String = (0..3_000).map(|task| format!("  t{task}: {{write: ./x}}\n")).collect();
    let broken = plan(&format!("tasks:\n{tasks}"));
    assert_eq!(Waves::new(&broken, &[]).unwrap_err(), TooManyUnknown(3_000));
}

fn is_valid(constraints: &Constraints, wave: &IndexVec<TaskId, usize>) -> bool {
    constraints.tasks().all(|task| {
        constraints.before(task).iter().all(|&need| wave[need] < wave[task])
            && constraints.conflicts(task).iter().all(|&other| wave[other] != wave[task])
    })
}

/// Whether there is a schedule of this many waves, by trying all.
fn fits_by_brute_force(constraints: &Constraints, waves: usize, wave: &mut Vec<usize>) -> bool {
    if wave.len() == constraints.tasks().len() {
        return is_valid(constraints, &wave.iter().copied().collect());
    }
    (0..waves).any(|next| {
        wave.push(next);
        let found = fits_by_brute_force(constraints, waves, wave);
        wave.pop();
        found
    })
}

/// The number of waves if each task gets its first possible wave, in plan order where needs allow.
fn first_fit(constraints: &Constraints) -> usize {
    let mut wave: IndexVec<TaskId, Option<usize>> = constraints.tasks().map(|_| None).collect();
    let ready = |wave: &IndexVec<TaskId, Option<usize>>, task: TaskId| {
        wave[task].is_none() && constraints.before(task).iter().all(|&need| wave[need].is_some())
    };
    while let Some(task) = wave.ids().find(|&task| ready(&wave, task)) {
        let after = constraints.before(task).iter().filter_map(|&need| wave[need]).max();
        let taken = |next: usize| {
            constraints.conflicts(task).iter().any(|&other| wave[other] == Some(next))
        };
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
                    // Mostly acyclic, since needs within cycles are ignored.
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

fn assert_sound(constraints: &Constraints, found: &Schedule) {
    assert!(is_valid(constraints, &found.wave), "{constraints:?}: {found:?}");
    assert_eq!(found.waves, found.wave.iter().max().map_or(0, |last| last + 1));
    assert!(found.at_least <= found.waves && found.waves <= first_fit(constraints));
    for (task, &wave) in found.wave.enumerated().filter(|(_, wave)| **wave > 0) {
        let mut others = constraints.before(task).iter().chain(constraints.conflicts(task));
        assert!(others.any(|&other| found.wave[other] + 1 == wave), "{task:?} could start earlier");
    }
}

fn cases() -> u32 {
    std::env::var("LANELINT_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(300)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn small_plans_are_optimal(constraints in constraints(0..7)) {
        let found = constraints.schedule(&mut SearchBudget::default());
        assert_sound(&constraints, &found);
        prop_assert_eq!(found.waves, found.at_least);
        prop_assert!(fits_by_brute_force(&constraints, found.waves, &mut Vec::new()));
        if let Some(fewer) = found.waves.checked_sub(1) {
            prop_assert!(!fits_by_brute_force(&constraints, fewer, &mut Vec::new()));
            prop_assert_eq!(constraints.fits(fewer, &mut SearchBudget::default()), Some(false));
        }
        prop_assert_eq!(constraints.fits(found.waves, &mut SearchBudget::default()), Some(true));
    }

    #[test]
    fn larger_plans_are_sound(constraints in constraints(7..60)) {
        assert_sound(&constraints, &constraints.schedule(&mut SearchBudget::default()));
        // Also without any search.
        let found = constraints.schedule(&mut SearchBudget::none());
        assert_sound(&constraints, &found);
    }
}
