//! `undecided`: a bound on work was reached.

use std::collections::BTreeSet;

use super::{Done, Example, Facts, Grouping, Question, Rule, Subject, label, text, texts};
use std::sync::Arc;

use crate::finding::{Draft, Label, Level, Place};
use crate::gate::{ChangedLink, Judged, NoEscape, Placed, Standing};

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
    example: Example { plan: EXAMPLE, files: &[], done: Done::Nothing },
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
            for Placed { judged, path, standing, .. } in &gate.changes {
                if *standing == Standing::Undecided {
                    let label = match judged.task {
                        Some(task) => facts.write_label(task, "this lane"),
                        None => Label { place: Place::File((*path).clone()), text: String::new() },
                    };
                    let tasks: Vec<usize> = judged.task.into_iter().collect();
                    let mut draft = gave_up(facts, "out-of-lane", &tasks, vec![label]);
                    draft.path = Some((*path).clone());
                    report(draft);
                }
            }
            for (link, escape) in gate.input.links.iter().zip(&gate.escapes) {
                let judged = gate.input.judged.get(link.judged);
                if let (Some(judged), Err(why)) = (judged, escape) {
                    report(gave_up_on_link(facts, judged, link, *why));
                }
            }
            if gate.collisions.gave_up {
                report(gave_up_between(facts, "colliding-writes"));
            }
            if gate.clashes.gave_up && facts.plan.level("clashing-paths") != Some(None) {
                report(gave_up_between(facts, "clashing-paths"));
            }
            if gate.moved.gave_up {
                report(gave_up_between(facts, "moved-folder"));
            }
            if gate.input.left_unmerged {
                report(gave_up_between(facts, "merge-conflict"));
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
    for globs in &known.clashes.undecided {
        let tasks: Vec<usize> = globs.iter().map(|(task, _)| *task).collect();
        let place = |&(task, glob): &(usize, usize)| label(facts.globs(task)[glob].span, "");
        report(gave_up(facts, "clashing-paths", &tasks, globs.iter().map(place).collect()));
    }
    for hazard in &known.hazards.found {
        if let Some(&(read, written)) = hazard.crossing.shared.undecided.first() {
            let tasks = [hazard.reader, hazard.writer];
            let globs = [facts.reads(tasks[0])[read], facts.globs(tasks[1])[written]];
            let labels = globs.map(|glob| label(glob.span, "")).to_vec();
            report(gave_up(facts, "read-write-hazard", &tasks, labels));
        }
    }
    if let Some((reader, writer)) = known.hazards.gave_up {
        let labels = facts.reads(reader).iter().map(|glob| label(glob.span, "")).collect();
        report(gave_up(facts, "read-write-hazard", &[reader, writer], labels));
    }
    for (task, vacant) in known.alone.vacant.iter().enumerate() {
        if vacant.is_none() {
            let label = facts.write_label(task, "this lane");
            report(gave_up(facts, "empty-lane", &[task], vec![label]));
        }
    }
    for (task, globs) in known.alone.protected.iter().enumerate() {
        for (glob, _) in globs.iter().enumerate().filter(|(_, protected)| protected.is_none()) {
            let label = label(facts.globs(task)[glob].span, "this glob");
            report(gave_up(facts, "protected-path", &[task], vec![label]));
        }
    }
    for (task, redundancy) in known.alone.redundancies.iter().enumerate() {
        if let Some(&first) = redundancy.undecided.first() {
            let entry = facts.plan.tasks[task].sound_entries().nth(first);
            let labels =
                entry.map(|(entry, _)| label(entry.span, "this one")).into_iter().collect();
            report(gave_up(facts, "redundant-glob", &[task], labels));
        }
    }
    for (shared, _) in facts
        .shares()
        .zip(&known.alone.protected_shares)
        .filter(|(_, protected)| protected.is_none())
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

/// What is said of a link of which nobody knows whether it escapes.
fn gave_up_on_link(facts: &Facts<'_>, judged: &Judged, link: &ChangedLink, why: NoEscape) -> Draft {
    let why = match why {
        NoEscape::Endless => "it leads through more than 40 links, or in a circle",
        NoEscape::TooLong => "its target is longer than any system takes",
        NoEscape::GaveUp => "a bound on work was reached",
    };
    Draft {
        message: format!("`escaping-symlink` gave up on the link `{}`: {why}", link.path),
        help: Some("remove the link, or let it lead straight to its target".into()),
        tasks: facts.ids(judged.task),
        path: Some(link.path.clone()),
        labels: facts.changed(judged, &link.path, "a symbolic link"),
        data: vec![("rule", text("escaping-symlink"))],
        ..Draft::default()
    }
}

/// What is said where not all tasks could be held against each other.
fn gave_up_between(facts: &Facts<'_>, rule: &str) -> Draft {
    let label = facts.plan.tasks.first().map(|task| label(task.id.span, "the first of the tasks"));
    Draft {
        message: format!("`{rule}` gave up on the tasks: a bound on work was reached"),
        help: Some("judge fewer tasks in one run, with --range or --task".into()),
        labels: label.into_iter().collect(),
        data: vec![("rule", text(rule))],
        ..Draft::default()
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
