//! `duplicate-branch`: two tasks whose branches are the same or exclude each other.

use std::sync::Arc;

use super::common::english::and;
use super::common::labels::{label, text};
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope, UndecidedDraft};
use crate::analysis::{GateFacts, PlanFacts};
use crate::branches::{BranchOwner, Duplicate, DuplicateKind, duplicates};
use crate::finding::{Draft, Label, Level};
use crate::message;
use crate::message::code;
use crate::plan::Plan;

pub(super) static RULE: Rule = Rule {
    name: "duplicate-branch",
    summary: "two tasks whose branches can be the same, or can be `a` and `a/b`, which cannot both exist in git",
    level: Level::Error,
    fixed: true,
    unverified: false,
    scope: Scope::Plan,
    explanation: "The gate tells the tasks' changes apart by branch, so on a shared branch it \
        cannot tell which task made a change. Patterns are compared exactly: the message names a \
        branch that satisfies both. Nor may a branch be one of `plan-branches` and anything else \
        in the plan. git stores branches as files, so `a` and `a/b` cannot both exist.",
    remedy: "use a different `branch` for one of the tasks, or narrow a pattern",
    example: Example {
        plan: "tasks:\n  lessons: {write: lessons/**, branch: content}\n  quizzes: {write: \
               quizzes/**, branch: content}\n",
        files: &[],
        scenario: Scenario::PlanOnly,
    },
    grouping: Grouping::Alone,
};

pub(super) const FIND: Find = Find::Both(in_plan, in_work);

fn in_plan(facts: &PlanFacts<'_>, reporter: &mut Reporter<'_>) {
    find(facts.plan, |_| true, reporter);
}

fn in_work(facts: &GateFacts<'_>, reporter: &mut Reporter<'_>) {
    let concerns = |owner: &BranchOwner| match owner {
        BranchOwner::Task(task) => facts.concerns(Some(*task)),
        BranchOwner::Plan | BranchOwner::Other => false,
    };
    find(facts.plan, |pair| pair.owners.iter().any(concerns), reporter);
}

/// Reports each pair of owners whose branches are the same or exclude each other.
fn find(plan: &Plan, asked: impl Fn(&Duplicate<'_>) -> bool, reporter: &mut Reporter<'_>) {
    let found = duplicates(plan);
    for (pair, kind) in found.pairs.iter().filter(|(pair, _)| asked(pair)) {
        reporter.report(draft(plan, pair, kind));
    }
    for pair in found.undecided.iter().filter(|pair| asked(pair)) {
        let owners = pair.owners.map(|owner| name(plan, owner));
        reporter.undecided(UndecidedDraft {
            subject: message!["whether ", and(&owners), " have a branch in common"],
            why: UndecidedDraft::WORK_LIMIT,
            help: "use fewer or simpler patterns",
            tasks: tasks(plan, pair),
            path: None,
            labels: labels(plan, pair),
            globs: None,
        });
    }
}

/// The id of a task, or the key of the plan.
fn name(plan: &Plan, owner: BranchOwner) -> String {
    match owner {
        BranchOwner::Task(task) => plan[task].id.value.to_string(),
        BranchOwner::Plan | BranchOwner::Other => owner.to_string(),
    }
}

fn tasks(plan: &Plan, pair: &Duplicate<'_>) -> Vec<Arc<str>> {
    let task = |owner: &BranchOwner| match owner {
        BranchOwner::Task(task) => Some(*task),
        BranchOwner::Plan | BranchOwner::Other => None,
    };
    plan.ids(pair.owners.iter().filter_map(task))
}

fn labels(plan: &Plan, pair: &Duplicate<'_>) -> Vec<Label> {
    let sides = pair.owners.iter().zip(pair.names);
    let labels = sides.map(|(&owner, branch)| {
        let text = match owner {
            BranchOwner::Task(task) => message!["the branch of ", code(plan.id(task))],
            BranchOwner::Plan | BranchOwner::Other => message!["in ", code(owner)],
        };
        label(branch.text.span, text)
    });
    // The finding is at the task that was added later.
    labels.rev().collect()
}

fn draft(plan: &Plan, pair: &Duplicate<'_>, kind: &DuplicateKind) -> Draft {
    let owners = pair.owners.map(|owner| name(plan, owner));
    let are_names = pair.names.iter().all(|branch| branch.pattern.is_none());
    let what = match kind {
        DuplicateKind::Same(name) if are_names => message!["are both on branch ", code(name)],
        DuplicateKind::Same(name) => message!["both match branch ", code(name)],
        DuplicateKind::Nested => {
            let [one, other] = pair.names.map(|branch| branch.text.value.as_str());
            let (folder, branch) = (one.min(other), one.max(other));
            message![
                "are on branches ",
                code(folder),
                " and ",
                code(branch),
                ", which cannot both exist"
            ]
        }
    };
    let help = match (are_names, pair.owners) {
        (false, _) => "narrow one of the patterns, so that no branch matches both",
        (true, [.., BranchOwner::Task(_)]) => "use a different `branch` for one of the tasks",
        (true, _) => "use a different name for one of the branches",
    };
    let data = match kind {
        DuplicateKind::Same(name) => vec![("branch", text(name.as_str()))],
        DuplicateKind::Nested => Vec::new(),
    };
    Draft {
        message: message![and(&owners), " ", what],
        help: Some(help.into()),
        tasks: tasks(plan, pair),
        labels: labels(plan, pair),
        data,
        ..Draft::default()
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{assert_found_in_plans, assert_sound_plans};

    #[test]
    fn found_in_plans() {
        assert_found_in_plans(
            RULE.name,
            &[
                (
                    "tasks:\n  a: {write: x}\n  b: {write: y, branch: a}\n",
                    vec!["`a` and `b` are both on branch `a`"],
                ),
                (
                    "tasks:\n  a/b/c: {write: x}\n  b: {write: y, branch: a}\n",
                    vec![
                        "`a/b/c` and `b` are on branches `a` and `a/b/c`, which cannot both exist",
                    ],
                ),
                (
                    "tasks:\n  a: {write: x, branch: codex/*}\n  b: {write: y, branch: '*/a'}\n",
                    vec!["`a` and `b` both match branch `codex/a`"],
                ),
                (
                    "tasks:\n  a: {write: x}\nplan-branches: '*'\n",
                    vec!["`a` and `plan-branches` both match branch `a`"],
                ),
            ],
        );
    }

    #[test]
    fn sound_plans() {
        assert_sound_plans(&[
            "tasks:\n  a/b: {write: x}\n  a-b: {write: y}\n  b: {write: z, branch: ab}\n",
            "tasks:\n  a: {write: x, branch: codex/*}\n  b: {write: y, branch: '*-codex/*'}\n",
            "tasks:\n  a: {write: x}\nother-branches: '**'\n",
        ]);
    }
}
