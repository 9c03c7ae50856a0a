//! `plan-changed`: a change to the plan that judges it.

use super::{Example, Facts, Grouping, Rule, Subject, text};
use crate::finding::{Draft, Label, Level, Place};
use crate::gate::Work;
use crate::repo::ChangeKind;

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
        patch: Some(
            "diff --git a/lanes.yaml b/lanes.yaml\nindex 1..2 100644\n--- a/lanes.yaml\n+++ \
             b/lanes.yaml\n@@ -3 +3 @@\n-    write: src/lessons/**\n+    write: \"**\"\n",
        ),
    },
    grouping: Grouping::Alone,
    find,
};

fn find(facts: &Facts<'_>, report: &mut dyn FnMut(Draft)) {
    let Some(gate) = facts.gate() else { return };
    for judged in &gate.judged {
        let Work::Changes(set) = &judged.work else { continue };
        let id = facts.id(judged.task);
        for (path, &kind) in &set.changes {
            let own = facts.plan.own_paths.iter().any(|own| own.holds(path));
            let rival = kind != ChangeKind::Deleted
                && gate.plan_rivals.iter().any(|rival| rival.holds(path));
            if !own && !rival {
                continue;
            }
            let message = if own {
                format!("`{id}` changes the plan that judges it: `{path}`")
            } else {
                format!("`{id}` adds a plan that would be found in the place of this one: `{path}`")
            };
            report(Draft {
                message,
                help: Some("undo the change, and change the plan on the base branch".into()),
                tasks: facts.ids([judged.task]),
                path: Some(path.clone()),
                labels: vec![
                    Label { place: Place::File(path.clone()), text: "the plan".to_owned() },
                    facts.write_label(judged.task, format!("what `{id}` may write")),
                ],
                data: vec![("change", text(kind.word()))],
                ..Draft::default()
            });
        }
    }
}
