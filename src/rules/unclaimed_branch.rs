//! `unclaimed-branch`: `--branch` names a branch that belongs to no task.

use super::common::labels::text;
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope};
use crate::analysis::GateFacts;
use crate::finding::{Draft, Label, Level, Location};
use crate::gate::NamedBranch;
use crate::message;
use crate::message::code;
use crate::plan::nearest;

pub(super) static RULE: Rule = Rule {
    name: "unclaimed-branch",
    summary: "`--branch` names a branch that belongs to no task",
    level: Level::Error,
    fixed: false,
    unverified: false,
    scope: Scope::Branch,
    explanation: "If a branch belongs to no task, nothing says what it may write. That is an \
        error, so that a typo in a branch name does not go unnoticed. If other work is merged into \
        the repository too, set `unclaimed-branch: off` under `rules`: such branches then pass, as \
        long as they leave protected paths alone.",
    remedy: "add `branch:` to the task it belongs to, in the plan on the base branch",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: src/lessons/**\n    branch: work/lessons\n",
        files: &[],
        scenario: Scenario::Unclaimed(
            "diff --git a/src/lessons/a.json b/src/lessons/a.json\nindex 1111111..2222222 100644\n--- \
             a/src/lessons/a.json\n+++ b/src/lessons/a.json\n@@ -1 +1 @@\n-[]\n+[1]\n",
        ),
    },
    grouping: Grouping::Alone,
};

pub(super) const FIND: Find = Find::Gate(find);

fn find(facts: &GateFacts<'_>, reporter: &mut Reporter<'_>) {
    let named = facts.input.named.as_ref().filter(|branch| branch.is_unclaimed);
    let Some(NamedBranch { name: branch, .. }) = named else { return };
    let names = facts.plan.tasks.iter().flat_map(|task| &task.branches);
    let names = names.filter(|name| name.pattern.is_none()).map(|name| name.text.value.as_str());
    let near = nearest(branch, names);
    let otherwise = "add `branch:` to its task or set `unclaimed-branch: off` in the plan on the \
                     base branch, or name the task with --task";
    let help = match near {
        Some(near) => message!["did you mean ", code(near), "? If not, ", otherwise],
        None => otherwise.into(),
    };
    reporter.report(Draft {
        message: message!["branch ", code(branch), " belongs to no task"],
        help: Some(help),
        labels: vec![Label {
            location: Location::Input(branch.clone()),
            text: "belongs to no task".into(),
        }],
        data: vec![("branch", text(branch.as_str()))],
        ..Draft::default()
    });
}

#[cfg(test)]
mod tests {
    use crate::finding::Report;
    use crate::gate::GateInput;
    use crate::gate::NamedBranch;
    use crate::gate::Work;
    use crate::rules::tests::{additions, diff, gated_all, messages, of_rule, work};

    /// The report of `gate` on a branch that belongs to no task.
    fn unclaimed(text: &str, work: Work) -> Report {
        let diff = vec![diff(None, work)];
        let lanes_closed = text.contains("off");
        let named =
            Some(NamedBranch { name: "nobodys".to_owned(), is_unclaimed: true, lanes_closed });
        gated_all(text, GateInput { diffs: diff.into(), named, ..GateInput::default() })
    }

    #[test]
    fn protected_paths_only() {
        let text = "tasks:\n  a: {write: x, branch: nobody}\nprotect: ci/**\n";
        let report = unclaimed(text, work(&additions(&["ci/x", "lanes.yaml", "x", "y"])));
        assert_eq!(messages(&report, "unclaimed-branch"), ["branch `nobodys` belongs to no task"]);
        let help = of_rule(&report, "unclaimed-branch")[0].draft.help.clone().unwrap();
        assert!(help.as_str().starts_with("did you mean `nobody`?"), "{help}");
        for off in ["", "rules: {unclaimed-branch: off}\n"] {
            let report =
                unclaimed(&format!("{text}{off}"), work(&additions(&["ci/x", "lanes.yaml", "x"])));
            let mut foreign = vec!["branch `nobodys` added `ci/x`, which is protected"];
            // The error is enough while the branch is one itself.
            if !off.is_empty() {
                foreign.push("branch `nobodys` added `x`, which is in the lane of `a`");
            }
            assert_eq!(messages(&report, "foreign-lane"), foreign);
            assert_eq!(
                messages(&report, "plan-changed"),
                ["branch `nobodys` modified the plan `lanes.yaml`"]
            );
            assert_eq!(report.findings.len(), 3);
        }
    }
}
