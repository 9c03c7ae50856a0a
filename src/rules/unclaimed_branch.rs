//! `unclaimed-branch`: `--branch` names a branch that belongs to no task.

use super::common::labels::text;
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope};
use crate::analysis::GateFacts;
use crate::finding::{Draft, Label, Level, Location, Message};
use crate::gate::{BranchKind, NamedBranch, TaskDiff};
use crate::index::TaskId;
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
        the repository too, list its branches under `other-branches`: they may be merged as \
        long as they stay out of every lane. If the level of this rule is below `error`, every \
        branch that belongs to no task is treated as one of `other-branches`.",
    remedy: "add the branch to its task or to `other-branches`, in the plan on the base branch",
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
    let is_unclaimed =
        |branch: &&NamedBranch| matches!(branch.kind, BranchKind::Unclaimed | BranchKind::Unknown);
    let named = facts.input.named.as_ref().filter(is_unclaimed);
    let Some(NamedBranch { name: branch, .. }) = named else { return };
    let names = facts.plan.tasks.iter().flat_map(|task| &task.branches);
    let names = names.filter(|name| name.pattern.is_none()).map(|name| name.text.value.as_str());
    let near = nearest(branch, names);
    let otherwise = message![
        "add ",
        code(branch),
        " to the `branch` of its task or to `other-branches`, in the plan on the base branch, or \
         name the task with `--task`"
    ];
    let help = match (near, holder(facts)) {
        (Some(near), _) => message!["did you mean ", code(near), "? If not, ", otherwise],
        (None, Some(task)) => {
            let branches = facts.plan[task].branches.iter().map(|name| code(&name.text.value));
            message![
                "everything that ",
                code(branch),
                " changed is in the lane of ",
                code(facts.plan.id(task)),
                ", whose branch is ",
                Message::list(branches, ", ", " or "),
                ": ",
                otherwise
            ]
        }
        (None, None) => otherwise,
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

/// The only task whose lane holds all that the branch changed.
fn holder(facts: &GateFacts<'_>) -> Option<TaskId> {
    let mut paths = facts.input.diffs.iter().flat_map(TaskDiff::changes).map(|(path, _)| path);
    let holds = |task: TaskId, path| {
        facts.lanes.of(task).matched_by(path).is_ok_and(|matched| matched.is_some())
    };
    let first = paths.next()?;
    let mut holders: Vec<TaskId> =
        facts.plan.tasks.ids().filter(|&task| holds(task, first)).collect();
    for path in paths {
        holders.retain(|&task| holds(task, path));
    }
    match holders.as_slice() {
        [task] => Some(*task),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::finding::Report;
    use crate::gate::BranchKind;
    use crate::gate::GateInput;
    use crate::gate::NamedBranch;
    use crate::gate::Work;
    use crate::rules::tests::{additions, diff, gated_all, messages, of_rule, work};

    /// The report of `gate` on a branch that belongs to no task.
    fn unclaimed(text: &str, work: Work) -> Report {
        let diff = vec![diff(None, work)];
        let is_off = text.contains("off");
        let kind = if is_off { BranchKind::Unknown } else { BranchKind::Unclaimed };
        let named = Some(NamedBranch { name: "nobodys".to_owned(), kind });
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

    #[test]
    fn whose_lane_holds_all() {
        let text = "tasks:\n  a: {write: x/**, branch: [a-*, '*-a']}\n  b: {write: '{x/b,y}'}\n";
        let help = |paths: &[&str]| {
            let report = unclaimed(text, work(&additions(paths)));
            of_rule(&report, "unclaimed-branch")[0].draft.help.clone().unwrap().to_string()
        };
        let all = "everything that `nobodys` changed is in the lane of `a`, whose branch is `a-*` or `*-a`: ";
        assert!(help(&["x/b", "x/c"]).starts_with(all));
        for paths in [&["x/b"][..], &["x/c", "y"], &["z"]] {
            assert!(help(paths).starts_with("add `nobodys` to the `branch`"), "{paths:?}");
        }
    }
}
