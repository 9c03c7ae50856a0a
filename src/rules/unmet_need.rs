//! `unmet-need`: a branch is judged before a task that it needs is merged.

use super::common::english::who;
use super::common::labels::label;
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope};
use crate::analysis::GateFacts;
use crate::finding::{Draft, DraftLevel, Level};
use crate::gate::UnmetNeed;
use crate::message;
use crate::message::code;

pub(super) static RULE: Rule = Rule {
    name: "unmet-need",
    summary: "a branch whose task needs another task that has a branch but is not merged",
    level: Level::Error,
    fixed: false,
    unverified: false,
    scope: Scope::Branch,
    explanation: "Two tasks may share files if one needs the other, because it starts only once the \
        other is merged. If its branch is merged first anyway, the two sets of changes are never \
        compared and may undo each other. A task counts as merged if one of its branches is \
        merged, that branch changed something, all its changes are in the task's lane, and the \
        plan already contained the task. A branch that contains a branch of the needed task is \
        fine. If the needed task's branch has no commits of its own, because it is new or was \
        fast-forwarded, the finding is only a warning.",
    remedy: "merge the needed tasks first, then bring the branch up to date",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: src/lessons/**\n  index:\n    write: src/**\n    needs: \
               lessons\n",
        files: &[],
        scenario: Scenario::Unmet(
            "diff --git a/src/index.json b/src/index.json\nindex 1111111..2222222 100644\n--- \
             a/src/index.json\n+++ b/src/index.json\n@@ -1 +1 @@\n-[]\n+[1]\n",
        ),
    },
    grouping: Grouping::Alone,
};

pub(super) const FIND: Find = Find::Gate(find);

fn find(facts: &GateFacts<'_>, reporter: &mut Reporter<'_>) {
    for (input, diff) in facts.input.diffs.enumerated() {
        let Some(task) = diff.task else { continue };
        for &UnmetNeed { task: need, may_be_merged } in &diff.merging.unmet {
            let value = &facts.plan[task];
            let span = value.needs.iter().find(|it| it.value == need).map(|need| need.span);
            let span = span.or(value.wave.as_ref().map(|wave| wave.span)).unwrap_or(value.id.span);
            let needed = message![code(facts.plan.id(need))];
            let why = match may_be_merged {
                true => message![", whose branch has no commit of its own"],
                false => message![", which is not merged"],
            };
            reporter.report(Draft {
                message: message![who(facts, diff), " needs ", &needed, why],
                help: Some(match may_be_merged {
                    true => message![
                        "if ",
                        needed,
                        " was fast-forwarded, all is well; if its branch is new, wait until it is merged"
                    ],
                    false => message!["merge ", needed, " first, then bring this branch up to date"],
                }),
                level: may_be_merged.then_some(DraftLevel::AtMost(Level::Warning)),
                tasks: facts.plan.ids([task, need]),
                labels: vec![label(span, message!["needs ", code(facts.plan.id(need))])],
                inputs: vec![input],
                ..Draft::default()
            });
        }
    }
}
