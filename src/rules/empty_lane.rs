//! `empty-lane`: globs that leave no path to write.

use super::common::labels::write_label;
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope, UndecidedDraft};
use crate::analysis::{LaneFacts, PlanFacts};
use crate::finding::{Draft, Level};
use crate::message;
use crate::message::code;

pub(super) static RULE: Rule = Rule {
    name: "empty-lane",
    summary: "a lane that has globs but contains no path",
    level: Level::Error,
    fixed: false,
    unverified: false,
    scope: Scope::Plan,
    explanation: "Exclusions and `protect` remove everything that the task's globs match, so every \
        change the task makes outside `share` would be out of its lane.",
    remedy: "narrow the exclusions, or use `write: []` if the task only reviews",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: [src/lessons/*.json, \"!src/**\"]\n",
        files: &[],
        scenario: Scenario::PlanOnly,
    },
    grouping: Grouping::Alone,
};

pub(super) const FIND: Find = Find::Plan(find);

fn find(facts: &PlanFacts<'_>, reporter: &mut Reporter<'_>) {
    let LaneFacts { empty, protected, .. } = facts.lane_facts();
    for (id, task) in facts.plan.tasks.enumerated() {
        if empty[id].is_none() {
            let label = write_label(facts.plan, id, "this lane");
            reporter.undecided(UndecidedDraft::lanes(facts.plan, &[id], vec![label]));
        }
        let given = task.write.as_ref().is_some_and(|write| !write.entries.is_empty());
        let protected = &protected[id];
        let all_protected =
            !protected.is_empty() && protected.iter().all(|protected| *protected == Some(true));
        if given && !task.unknown && empty[id] == Some(true) && !all_protected {
            reporter.report(Draft {
                message: message!["the lane of ", code(&task.id.value), " is empty"],
                help: Some(
                    "narrow the exclusions, or use `write: []` if the task only reviews".into(),
                ),
                tasks: facts.plan.ids([id]),
                labels: vec![write_label(
                    facts.plan,
                    id,
                    "these globs match nothing after exclusions and `protect`",
                )],
                ..Draft::default()
            });
        }
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
                ("tasks:\n  a: {write: '!x'}\n", vec!["the lane of `a` is empty"]),
                ("tasks:\n  a: {write: '[.]'}\n", vec!["the lane of `a` is empty"]),
                (
                    "tasks:\n  a: {write: ['{x,y}/**', '!x/**']}\nprotect: y/**\nshare: z\n",
                    vec!["the lane of `a` is empty"],
                ),
            ],
        );
    }

    #[test]
    fn sound_plans() {
        assert_sound_plans(&[
            "tasks:\n  a: {write: [src/**, '!src/x/**']}\n",
            "tasks:\n  a: {write: log}\nshare: log\n",
        ]);
    }
}
