//! `undecided`: a bound on work was reached.

use std::collections::BTreeSet;

use super::{Example, Facts, Grouping, Question, Rule, Subject, label, text, texts};
use std::sync::Arc;

use crate::finding::{Draft, Label, Level};
use crate::gate::{Standing, standings};

pub(super) const RULE: Rule = Rule {
    name: "undecided",
    summary: "a bound on work was reached; the rule that gave up and the lanes are named",
    level: Level::Error,
    fixed: true,
    subject: Subject::Plan,
    explanation: "Every question about lanes can be decided, but globs can be built for which \
        that takes longer than anyone waits. The bound is far beyond what people write. Where it \
        is reached, the run says so and ends with status 3: silence never means 'gave up'.",
    remedy: "write these globs with fewer wildcards, braces or exclusions",
    example: Example { plan: EXAMPLE, files: &[], patch: None },
    grouping: Grouping::Alone,
    find,
};

/// Forty letters, less those whose halves differ, less those that end in either letter: none is
/// left, and to see that, one has to remember half of the letters.
const EXAMPLE: &str = include_str!("undecided/example.yaml");

fn find(facts: &Facts<'_>, report: &mut dyn FnMut(Draft)) {
    match facts.question {
        Question::Check(_) => in_plan(facts, report),
        Question::Gate(gate) => {
            for (judged, path, _, standing) in standings(facts.plan, facts.lanes, gate) {
                if standing == Standing::Undecided {
                    let label = facts.write_label(judged.task, "this lane");
                    let mut draft = gave_up(facts, "out-of-lane", &[judged.task], vec![label]);
                    draft.path = Some(path.clone());
                    report(draft);
                }
            }
        }
    }
}

fn in_plan(facts: &Facts<'_>, report: &mut dyn FnMut(Draft)) {
    let Some(known) = facts.check() else { return };
    for overlap in &known.overlaps {
        if let Some(&(left, right)) = overlap.shared.undecided.first() {
            let tasks = [overlap.tasks.0, overlap.tasks.1];
            let globs = [facts.globs(tasks[0])[left], facts.globs(tasks[1])[right]];
            let labels = globs.map(|glob| label(glob.span, "")).to_vec();
            report(gave_up(facts, "overlapping-lanes", &tasks, labels));
        }
    }
    for (task, vacant) in known.vacant.iter().enumerate() {
        if vacant.is_none() {
            let label = facts.write_label(task, "this lane");
            report(gave_up(facts, "empty-lane", &[task], vec![label]));
        }
    }
    for (task, globs) in known.protected.iter().enumerate() {
        for (glob, _) in globs.iter().enumerate().filter(|(_, protected)| protected.is_none()) {
            let label = label(facts.globs(task)[glob].span, "this glob");
            report(gave_up(facts, "protected-path", &[task], vec![label]));
        }
    }
    for (shared, _) in
        facts.shares().zip(&known.protected_shares).filter(|(_, protected)| protected.is_none())
    {
        let label = label(shared.span, "this glob");
        report(gave_up(facts, "protected-path", &[], vec![label]));
    }
    for (rule, undecided) in [
        ("broad-lane", &known.survey.breadth.undecided),
        ("missing-companion", &known.survey.companions.undecided),
    ] {
        for &task in undecided {
            let label = facts.write_label(task, "this lane");
            report(gave_up(facts, rule, &[task], vec![label]));
        }
    }
    // Where the work is used up, it is for all globs that follow: the first of a lane is told.
    let mut told = BTreeSet::new();
    for (task, entry) in facts.plan.glob_entries() {
        let undecided = |glob| known.survey.slips.of(glob).is_err();
        if entry.glob.as_ref().is_ok_and(undecided) && told.insert(task) {
            let label = label(entry.span, "this glob");
            report(gave_up(facts, "unmatched-glob", task.as_slice(), vec![label]));
        }
    }
}

fn gave_up(facts: &Facts<'_>, rule: &str, tasks: &[usize], labels: Vec<Label>) -> Draft {
    let ids = facts.ids(tasks.iter().copied());
    let on = if ids.is_empty() { "the plan".to_owned() } else { super::and(&ids) };
    let message = format!("`{rule}` gave up on {on}: a bound on work was reached");
    let globs: Vec<Arc<str>> = tasks
        .iter()
        .flat_map(|&task| facts.globs(task))
        .map(|entry| Arc::clone(&entry.text))
        .collect();
    Draft {
        message,
        help: Some("write these globs with fewer wildcards, braces or exclusions".into()),
        tasks: ids,
        labels,
        data: vec![("rule", text(rule)), ("globs", texts(globs))],
        ..Draft::default()
    }
}
