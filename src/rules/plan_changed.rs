//! `plan-changed`: a change to the plan that judges it.

use super::{Done, Example, Facts, Grouping, Rule, Subject, text};
use crate::change::ChangeKind;
use crate::finding::{Draft, Level};

pub(super) const RULE: Rule = Rule {
    name: "plan-changed",
    summary: "a change to the plan that judges it, or one that adds a plan found first",
    level: Level::Error,
    fixed: true,
    subject: Subject::Work,
    explanation: "A task that could change the plan could widen its own lane. The plan is changed \
        on the base branch, by whoever owns the split, before the tasks start or between them.",
    remedy: "undo the change, and change the plan on the base branch",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: src/lessons/**\n",
        files: &[],
        done: Done::Patch(
            "diff --git a/lanes.yaml b/lanes.yaml\nindex 1111111..2222222 100644\n--- a/lanes.yaml\n+++ \
             b/lanes.yaml\n@@ -3 +3 @@\n-    write: src/lessons/**\n+    write: \"**\"\n",
        ),
    },
    grouping: Grouping::Alone,
    find,
};

fn find(facts: &Facts<'_>, report: &mut dyn FnMut(Draft)) {
    let Some(gate) = facts.gate() else { return };
    for judged in &gate.input.judged {
        let who = facts.who(judged);
        for (path, change) in judged.changes() {
            let kind = change.kind;
            let own = facts.plan.own_paths.iter().any(|own| own.holds(path));
            let rival = kind != ChangeKind::Deleted
                && gate.input.plan_rivals.iter().any(|rival| rival.holds(path));
            if !own && !rival {
                continue;
            }
            let message = if own {
                format!("{who} changes the plan that judges it: `{path}`")
            } else {
                format!("{who} adds a plan that would be found in the place of this one: `{path}`")
            };
            report(Draft {
                message,
                help: Some("undo the change, and change the plan on the base branch".into()),
                tasks: facts.ids(judged.task),
                path: Some(path.clone()),
                labels: facts.changed(judged, path, "the plan"),
                data: vec![("change", text(kind.word()))],
                ..Draft::default()
            });
        }
    }
}
