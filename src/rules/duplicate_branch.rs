//! `duplicate-branch`: two tasks whose branches are the same or exclude each other.

use std::collections::BTreeMap;

use super::common::english::and;
use super::common::labels::label;
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope};
use crate::analysis::{GateFacts, PlanFacts};
use crate::finding::{Draft, Level, Message};
use crate::index::TaskId;
use crate::message;
use crate::message::code;
use crate::plan::Plan;

pub(super) static RULE: Rule = Rule {
    name: "duplicate-branch",
    summary: "two tasks on the same branch, or on `a` and `a/b`, which cannot both exist in git",
    level: Level::Error,
    fixed: true,
    unverified: false,
    scope: Scope::Plan,
    explanation: "The gate tells the tasks' changes apart by branch, so on a shared branch it \
        cannot tell which task made a change. git stores branches as files, so `a` and `a/b` \
        cannot both exist.",
    remedy: "use a different `branch` for one of the tasks",
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
    let concerns = |task| facts.concerns(Some(task));
    find(facts.plan, |[one, other]| concerns(one) || concerns(other), reporter);
}

/// Reports each pair of tasks whose branches are the same or exclude each other.
fn find(plan: &Plan, asked: impl Fn([TaskId; 2]) -> bool, reporter: &mut Reporter<'_>) {
    let mut pair = |one: TaskId, other: TaskId, what: &Message| {
        let pair = [one.min(other), one.max(other)];
        if asked(pair) {
            reporter.report(draft(plan, pair, what));
        }
    };
    let mut first: BTreeMap<&str, TaskId> = BTreeMap::new();
    for (task, value) in plan.tasks.enumerated() {
        let branch = value.branch_name();
        if let Some(&other) = first.get(branch) {
            pair(other, task, &message!["are both on branch ", code(branch)]);
        } else {
            first.insert(branch, task);
        }
    }
    for (branch, &task) in &first {
        for (at, _) in branch.match_indices('/') {
            if let Some(&other) = first.get(&branch[..at]) {
                let what = message![
                    "are on branches ",
                    code(&branch[..at]),
                    " and ",
                    code(branch),
                    ", which cannot both exist"
                ];
                pair(other, task, &what);
            }
        }
    }
}

fn draft(plan: &Plan, [one, other]: [TaskId; 2], what: &Message) -> Draft {
    let branch_label = |task: TaskId| {
        let task = &plan[task];
        let span = task.branch.as_ref().map_or(task.id.span, |branch| branch.span);
        label(span, message!["the branch of ", code(&task.id.value)])
    };
    Draft {
        message: message![and(&plan.ids([one, other])), " ", what],
        help: Some("use a different `branch` for one of the tasks".into()),
        tasks: plan.ids([one, other]),
        // The finding is at the task that was added later.
        labels: vec![branch_label(other), branch_label(one)],
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
            ],
        );
    }

    #[test]
    fn sound_plans() {
        assert_sound_plans(&[
            "tasks:\n  a/b: {write: x}\n  a-b: {write: y}\n  b: {write: z, branch: ab}\n",
        ]);
    }
}
