//! `plan-changed`: a change to the plan that is being enforced.

use super::common::english::who;
use super::common::labels::{change_labels, text};
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope};
use crate::analysis::GateFacts;
use crate::finding::{About, Draft, Level};
use crate::gate::PlanChange;
use crate::message;
use crate::message::code;

pub(super) static RULE: Rule = Rule {
    name: "plan-changed",
    summary: "a change to the plan that is being enforced, or a new plan that would take \
              precedence",
    level: Level::Error,
    fixed: true,
    unverified: false,
    scope: Scope::Work,
    explanation: "A task that could change the plan could widen its own lane. Change the plan on \
        the base branch instead, before the tasks start or between waves.",
    remedy: "undo the change, and edit the plan on the base branch",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: src/lessons/**\n",
        files: &[],
        scenario: Scenario::Patch(
            "diff --git a/lanes.yaml b/lanes.yaml\nindex 1111111..2222222 100644\n--- a/lanes.yaml\n+++ \
             b/lanes.yaml\n@@ -3 +3 @@\n-    write: src/lessons/**\n+    write: \"**\"\n",
        ),
    },
    grouping: Grouping::Alone,
};

pub(super) const FIND: Find = Find::Gate(find);

fn find(facts: &GateFacts<'_>, reporter: &mut Reporter<'_>) {
    for (input, diff) in facts.input.diffs.enumerated() {
        if diff.task.is_none() && facts.may_change_plan() {
            continue;
        }
        let who = who(facts, diff);
        for (path, change) in diff.changes() {
            let kind = change.kind;
            let message = match facts.change_of_plan(path, kind) {
                Some(PlanChange::Own) => message![&who, " modified the plan ", code(path)],
                Some(PlanChange::Rival) => {
                    message![&who, " adds a plan that would be found before this one: ", code(path)]
                }
                None => continue,
            };
            reporter.report(Draft {
                message,
                help: Some("undo the change, and edit the plan on the base branch".into()),
                tasks: facts.plan.ids(diff.task),
                path: Some(path.clone()),
                about: About::Path,
                labels: change_labels(facts, diff, path, "the plan"),
                data: vec![("change", text(kind.word()))],
                inputs: vec![input],
                ..Draft::default()
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{additions, assert_found_in_work, assert_sound_work};

    #[test]
    fn found_in_work() {
        assert_found_in_work(
            RULE.name,
            &[(
                "tasks:\n  a: {write: '**'}\n",
                additions(&[".lanes.yaml", "x"]),
                vec!["`a` adds a plan that would be found before this one: `.lanes.yaml`"],
            )],
        );
    }

    #[test]
    fn sound_work() {
        assert_sound_work(&[("tasks:\n  a: {write: x/**}\n", additions(&["x/lanes.yaml"]))]);
    }
}
