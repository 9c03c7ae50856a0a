//! `redundant-glob`: a glob or an exclusion that changes nothing about its lane.

use super::{Done, Example, Facts, Grouping, PlanFacts, Rule, Subject, label, text};
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::finding::{Applicability, Draft, Fix, Level};
use crate::glob::{Glob, Patience};
use crate::lane::Lanes;
use crate::lane::redundant::{Entry, Redundancy, redundancy};
use crate::plan::fix;
use crate::plan::{GlobEntry, Plan, Task};
use crate::source::excerpt;
use crate::survey::folders::NamedFolders;

pub(super) const RULE: Rule = Rule {
    name: "redundant-glob",
    summary: "a glob that adds nothing to its lane, or an exclusion that takes nothing from it",
    level: Level::Warning,
    fixed: false,
    subject: Subject::Plan,
    explanation: "All paths of the glob are in the lane without it, or taken away again; or the \
        exclusion takes away what neither the lane's globs nor `share` hold. Either it can go, or it \
        was meant to say something else: a slip in an exclusion leaves a task free to write what it \
        was to leave alone. Globs are compared exactly, and looked at from the last to the first, so \
        that the lane stays as it is when all that are told are removed. The fix that removes one is \
        offered where the lane stays as it is without that one alone, and not for an exclusion that \
        may be misspelled.",
    remedy: "remove it, or mend it if it should name other paths",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: [src/content/**, src/content/lessons/*.json, \
               \"!src/contents/schema/**\"]\n",
        files: &[],
        done: Done::Nothing,
    },
    grouping: Grouping::Alone,
    find,
};

/// For each task, its sound globs and exclusions that change nothing; empty where the rule is off.
///
/// A lane of which nothing is left is told by `empty-lane`, and a glob of protected paths by
/// `protected-path`: neither is told twice. `vacant` and `protected` are what they go by.
pub(super) fn redundancies(
    plan: &Plan,
    lanes: &Lanes,
    vacant: &[Option<bool>],
    protected: &[Vec<Option<bool>>],
    patience: &mut Patience,
) -> Vec<Redundancy> {
    if plan.level(RULE.name) == Some(None) {
        return Vec::new();
    }
    let share: &[Glob] = if lanes.is_empty() { &[] } else { &lanes.of(0).common().share };
    let tasks = plan.tasks.iter().zip(vacant).zip(protected);
    let of_task = |((task, vacant), protected): ((&Task, &Option<bool>), &Vec<Option<bool>>)| {
        let entries = entries(task, protected);
        if *vacant == Some(true) || entries.len() < 2 {
            return Redundancy::default();
        }
        redundancy(&entries, share, patience)
    };
    tasks.map(of_task).collect()
}

/// The sound globs and exclusions of a task, of which those are asked for that no other rule tells.
fn entries<'t>(task: &'t Task, protected: &[Option<bool>]) -> Vec<Entry<'t>> {
    let mut protected = protected.iter();
    let entry = |(entry, glob): (&'t GlobEntry, &'t Glob)| {
        let negated = entry.negated;
        let asked = match negated {
            // What it takes away may be the paths of a glob that is invalid.
            true => !task.unknown,
            false => protected.next() != Some(&Some(true)),
        };
        Entry { negated, glob, asked }
    };
    task.sound_entries().map(entry).collect()
}

fn find(facts: &Facts<'_>, report: &mut dyn FnMut(Draft)) {
    let Some(known) = facts.check() else { return };
    let mut patience = Patience::default();
    for (task, redundancy) in known.alone.redundancies.iter().enumerate() {
        if redundancy.redundant.is_empty() {
            continue;
        }
        let entries: Vec<(&GlobEntry, &Glob)> = facts.plan.tasks[task].sound_entries().collect();
        let removable = removable(facts, task, &entries, redundancy, &mut patience);
        for found in &redundancy.redundant {
            let within = found.within.map(|place| entries[place].0);
            let (entry, _) = entries[found.place];
            let removal = removable.contains(&found.place).then(|| removal(facts, task, entry));
            let fixes = removal.flatten().into_iter().collect();
            report(Draft { fixes, ..draft(facts, task, entry, within) });
        }
    }
}

/// The redundant entries of a task whose removal is safe, in any number and order.
///
/// An entry that stays for another reason counts among what is left: `!a` of `[!a, a, b]` takes
/// nothing once `a` is gone, and `a` is not offered for removal, so `!a` is not either.
fn removable(
    facts: &Facts<'_>,
    task: usize,
    entries: &[(&GlobEntry, &Glob)],
    found: &Redundancy,
    patience: &mut Patience,
) -> BTreeSet<usize> {
    let globs = entries.iter().filter(|(entry, _)| !entry.negated).map(|(_, glob)| *glob);
    let folders = NamedFolders::new(globs);
    let places = found.redundant.iter().map(|redundant| redundant.place);
    let offered: BTreeSet<usize> = places
        .filter(|&place| {
            let (entry, glob) = entries[place];
            match entry.negated {
                true => !folders.is_misspelled(glob) && is_deliberate(facts, glob),
                false => !facts.is_cut(task, glob),
            }
        })
        .collect();
    if offered.len() == found.redundant.len() {
        return offered;
    }
    let entries: Vec<Entry<'_>> = entries
        .iter()
        .enumerate()
        .map(|(place, &(entry, glob))| {
            let asked = offered.contains(&place);
            Entry { negated: entry.negated, glob, asked }
        })
        .collect();
    let share = &facts.lanes.of(task).common().share;
    let left = redundancy(&entries, share, patience);
    left.redundant.iter().map(|redundant| redundant.place).collect()
}

/// Whether the files that exist show no slip in an exclusion. With a slip, the plan means to take
/// more than it does, and without the exclusion nobody would see that again.
fn is_deliberate(facts: &Facts<'_>, exclusion: &Glob) -> bool {
    let sure = |known: &PlanFacts| {
        known.gaps.is_empty() && matches!(known.survey.slips.of(exclusion), Ok(None))
    };
    facts.check().is_some_and(sure)
}

/// Without what changes nothing, the lane is just what it was.
fn removal(facts: &Facts<'_>, task: usize, entry: &GlobEntry) -> Option<Fix> {
    let entries = &facts.plan.tasks[task].write.as_ref()?.entries;
    let place = entries.iter().position(|other| std::ptr::eq(other, entry))?;
    let (task, entry) = (fix::place(task), fix::place(place));
    Some(Fix::RemoveGlob { task, entry, applicability: Applicability::Safe })
}

fn draft(facts: &Facts<'_>, task: usize, entry: &GlobEntry, within: Option<&GlobEntry>) -> Draft {
    let id = facts.id(task);
    let (does, here) = if entry.negated {
        (format!("takes nothing from the lane of `{id}`"), "takes nothing")
    } else {
        (format!("adds nothing to the lane of `{id}`"), "adds nothing")
    };
    let there = within.map(|within| {
        let said = match (entry.negated, within.negated) {
            (false, false) => "all its paths are in this",
            (false, true) => "this takes all its paths away",
            (true, _) => "this takes them already",
        };
        label(within.span, said)
    });
    let glob = |entry: &GlobEntry| text(Arc::clone(&entry.text));
    Draft {
        message: format!("`{}` {does}", excerpt(&entry.text)),
        help: Some(RULE.remedy.into()),
        tasks: facts.ids([task]),
        labels: std::iter::once(label(entry.span, here)).chain(there).collect(),
        data: std::iter::once(("glob", glob(entry)))
            .chain(within.map(|within| ("within", glob(within))))
            .collect(),
        ..Draft::default()
    }
}
