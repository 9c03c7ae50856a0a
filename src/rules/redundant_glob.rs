//! `redundant-glob`: an entry that does not change its lane.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::common::labels::{label, text};
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope, UndecidedDraft};
use crate::analysis::PlanFacts;
use crate::finding::{Applicability, Draft, Fix, Level};
use crate::glob::{Budget, Glob};
use crate::index::TaskId;
use crate::lane;
use crate::lane::redundant::{Entry, Redundancy};
use crate::message;
use crate::message::code;
use crate::plan::GlobEntry;
use crate::plan::fix;
use crate::plan_vs_files::folders::LiteralFolders;
use crate::source::excerpt;

pub(super) static RULE: Rule = Rule {
    name: "redundant-glob",
    summary: "a glob that adds nothing to its lane, or an exclusion that removes nothing from it",
    level: Level::Warning,
    fixed: false,
    unverified: false,
    scope: Scope::Plan,
    explanation: "A redundant glob matches only paths that are already in the lane or are \
        excluded. A redundant exclusion removes only paths that were never in the lane or under \
        `share`. Either the entry can go, or it was meant to say something else: a typo in an \
        exclusion lets a task write what it should leave alone. The check is exact and runs from \
        the last entry to the first, so removing all reported entries leaves the lane unchanged. A \
        fix is offered if removing that entry alone leaves the lane unchanged, but not for an \
        exclusion that may be misspelled.",
    remedy: "remove the entry, or correct it if it should match other paths",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: [src/content/**, src/content/lessons/*.json, \
               \"!src/contents/schema/**\"]\n",
        files: &[],
        scenario: Scenario::PlanOnly,
    },
    grouping: Grouping::Alone,
};

pub(super) const FIND: Find = Find::Plan(find);

fn find(facts: &PlanFacts<'_>, reporter: &mut Reporter<'_>) {
    let mut budget = Budget::default();
    for (task, redundancy) in facts.redundancies().enumerated() {
        if let Some(&first) = redundancy.undecided.first() {
            let entry = facts.plan[task].sound_entries().nth(first);
            let labels = entry.map(|(entry, _)| label(entry.span, "this one"));
            let labels = labels.into_iter().collect();
            reporter.undecided(UndecidedDraft::lanes(facts.plan, &[task], labels));
        }
        if redundancy.redundant.is_empty() {
            continue;
        }
        let entries: Vec<(&GlobEntry, &Glob)> = facts.plan[task].sound_entries().collect();
        let removable = removable(facts, task, &entries, redundancy, &mut budget);
        for redundant in &redundancy.redundant {
            let within = redundant.within.map(|index| entries[index].0);
            let (entry, _) = entries[redundant.index];
            let removal = removable.contains(&redundant.index).then(|| removal(facts, task, entry));
            let fixes = removal.flatten().into_iter().collect();
            reporter.report(Draft { fixes, ..draft(facts, task, entry, within) });
        }
    }
}

/// The redundant entries of a task that can be removed safely, in any number and order.
///
/// Entries that are kept for other reasons are part of the remaining lane: in `[!a, a, b]`, `!a`
/// removes nothing once `a` is gone, but if `a` may not be removed, `!a` may not either.
fn removable(
    facts: &PlanFacts<'_>,
    task: TaskId,
    entries: &[(&GlobEntry, &Glob)],
    redundancy: &Redundancy,
    budget: &mut Budget,
) -> BTreeSet<usize> {
    let globs = entries.iter().filter(|(entry, _)| !entry.negated).map(|(_, glob)| *glob);
    let folders = LiteralFolders::new(globs);
    let indexes = redundancy.redundant.iter().map(|redundant| redundant.index);
    let offered: BTreeSet<usize> = indexes
        .filter(|&index| {
            let (entry, glob) = entries[index];
            match entry.negated {
                true => !folders.is_misspelled(glob) && is_deliberate(facts, glob),
                false => !facts.is_cut(task, glob),
            }
        })
        .collect();
    if offered.len() == redundancy.redundant.len() {
        return offered;
    }
    let entries: Vec<Entry<'_>> = entries
        .iter()
        .enumerate()
        .map(|(index, &(entry, glob))| {
            let asked = offered.contains(&index);
            Entry { negated: entry.negated, glob, asked }
        })
        .collect();
    let share = &facts.lanes.of(task).common().share;
    let left = lane::redundant::redundancy(&entries, share, budget);
    left.redundant.iter().map(|redundant| redundant.index).collect()
}

/// Whether an exclusion has no typo that the existing files reveal. A misspelled exclusion was meant
/// to remove something, and removing it would hide that.
fn is_deliberate(facts: &PlanFacts<'_>, exclusion: &Glob) -> bool {
    facts.gaps.is_empty() && matches!(facts.typos().of(exclusion), Ok(None))
}

fn removal(facts: &PlanFacts<'_>, task: TaskId, entry: &GlobEntry) -> Option<Fix> {
    let entries = &facts.plan[task].write.as_ref()?.entries;
    let index = entries.iter().position(|other| std::ptr::eq(other, entry))?;
    let entry = fix::index(index);
    Some(Fix::RemoveGlob { task, entry, applicability: Applicability::Safe })
}

fn draft(
    facts: &PlanFacts<'_>,
    task: TaskId,
    entry: &GlobEntry,
    within: Option<&GlobEntry>,
) -> Draft {
    let id = facts.plan.id(task);
    let (does, here) = if entry.negated {
        (message!["removes nothing from the lane of ", code(id)], "removes nothing")
    } else {
        (message!["adds nothing to the lane of ", code(id)], "adds nothing")
    };
    let there = within.map(|within| {
        let note = match (entry.negated, within.negated) {
            (false, false) => "already matches all of these paths",
            (false, true) => "excludes all of its paths",
            (true, _) => "already excludes them",
        };
        label(within.span, note)
    });
    let glob = |entry: &GlobEntry| text(Arc::clone(&entry.text));
    Draft {
        message: message![code(excerpt(&entry.text)), " ", does],
        help: Some(RULE.remedy.into()),
        tasks: facts.plan.ids([task]),
        labels: std::iter::once(label(entry.span, here)).chain(there).collect(),
        data: std::iter::once(("glob", glob(entry)))
            .chain(within.map(|within| ("within", glob(within))))
            .collect(),
        ..Draft::default()
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{assert_found_in_plans, assert_sound_plans, checked};

    #[test]
    fn found_in_plans() {
        assert_found_in_plans(
            RULE.name,
            &[
                (
                    "tasks:\n  a: {write: ['!doc/', src/**, doc/a, src/b, '!src/c/d', '!src/c/**', '!e']}\n",
                    vec![
                        "`!doc/` removes nothing from the lane of `a`",
                        "`doc/a` adds nothing to the lane of `a`",
                        "`src/b` adds nothing to the lane of `a`",
                        "`!src/c/d` removes nothing from the lane of `a`",
                        "`!e` removes nothing from the lane of `a`",
                    ],
                ),
                // `src/a` is redundant whatever the invalid glob means.
                (
                    "tasks:\n  a: {write: [src/**, src/a, ./doc/**, '!doc/x', '!./y']}\n",
                    vec!["`src/a` adds nothing to the lane of `a`"],
                ),
            ],
        );
    }

    #[test]
    fn sound_plans() {
        assert_sound_plans(&[
            "tasks:\n  a: {write: src/**}\n  b: {write: ['**', '!src/**', '!lanes.yaml']}\n",
            "tasks:\n  a: {write: [src/*, 'src/*/[a-m]*', src/x/y/z]}\n  b: {write: [log, doc/**]}\nshare: log\n",
        ]);
    }

    #[test]
    fn left_to_other_rules() {
        for (text, rule) in [
            ("tasks:\n  a: {write: [x/a, '!x/**', '!y']}\n", "empty-lane"),
            ("tasks:\n  a: {write: ['!y']}\n", "empty-lane"),
            ("tasks:\n  a: {write: [ci/**, src/**, ci/**]}\nprotect: ci/**\n", "protected-path"),
        ] {
            let report = checked(text, &[]);
            assert!(report.findings.iter().all(|finding| finding.rule == rule), "{text}");
            assert!(!report.findings.is_empty(), "{text}");
        }
    }
}
