//! `missing-lane`: a task that does not say what it may write.

use super::common::labels::label;
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope};
use crate::analysis::{GateFacts, PlanFacts};
use crate::finding::{Draft, Fix, Level};
use crate::index::TaskId;
use crate::message;
use crate::message::code;
use crate::plan::Plan;

pub(super) static RULE: Rule = Rule {
    name: "missing-lane",
    summary: "a task without `write`",
    level: Level::Error,
    fixed: true,
    unverified: false,
    scope: Scope::Plan,
    explanation: "A task without a lane could mean 'everything' or 'nothing', and a gate should \
        not guess. For a task that only reviews, use `write: []`.",
    remedy: "add `write:` with the task's globs, or `write: []` if it only reviews",
    example: Example {
        plan: "tasks:\n  lessons:\n    title: Add lessons\n",
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
    find(facts.plan, |task| facts.concerns(task), reporter);
}

fn find(plan: &Plan, concerns: impl Fn(Option<TaskId>) -> bool, reporter: &mut Reporter<'_>) {
    for (id, task) in plan.tasks.enumerated() {
        if task.write.is_none() && concerns(Some(id)) {
            reporter.report(Draft {
                message: message![code(&task.id.value), " does not say what it may write"],
                help: Some(
                    "add `write:` with the task's globs, or `write: []` if it only reviews".into(),
                ),
                tasks: plan.ids([id]),
                labels: vec![label(task.id.span, "this task has no `write`")],
                fixes: vec![Fix::WriteNothing { task: id }],
                ..Draft::default()
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{
        additions, assert_found_in_plans, assert_found_in_work, assert_sound_plans,
    };

    #[test]
    fn found_in_plans() {
        assert_found_in_plans(
            RULE.name,
            &[(
                "tasks:\n  a:\n  b: {write: }\n  c: {write: []}\n  d: {write: ~}\n",
                vec![
                    "`a` does not say what it may write",
                    "`b` does not say what it may write",
                    "`d` does not say what it may write",
                ],
            )],
        );
    }

    #[test]
    fn sound_plans() {
        assert_sound_plans(&["tasks:\n  a: {write: []}\n"]);
    }

    #[test]
    fn found_in_work() {
        assert_found_in_work(
            RULE.name,
            &[(
                "tasks:\n  a: {title: t}\n  b: {title: t}\n",
                additions(&["x"]),
                vec!["`a` does not say what it may write"],
            )],
        );
    }
}
