//! `missing-branch`: a task whose branch does not exist.

use super::common::labels::{label, text};
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope};
use crate::analysis::GateFacts;
use crate::branches::fetch_command;
use crate::finding::{Draft, Level, Message};
use crate::gate::Work;
use crate::message;
use crate::message::code;

pub(super) static RULE: Rule = Rule {
    name: "missing-branch",
    summary: "a task whose branch does not exist (yet)",
    level: Level::Note,
    fixed: false,
    unverified: false,
    scope: Scope::Branch,
    explanation: "The task has not started, its branch was not fetched, or its branch has a \
        different name: set it with `branch:`. If no task has a branch, nothing was checked and \
        the run is `not-verified`.",
    remedy: "if the tasks have started, fetch their branches or set their names with `branch:`",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: src/lessons/**\n  quizzes:\n    write: src/quizzes/**\n",
        files: &[],
        scenario: Scenario::NoBranch(
            "diff --git a/src/lessons/a.json b/src/lessons/a.json\nindex 1111111..2222222 100644\n--- \
             a/src/lessons/a.json\n+++ b/src/lessons/a.json\n@@ -1 +1 @@\n-[]\n+[1]\n",
        ),
    },
    grouping: Grouping::Together("no branch for"),
};

pub(super) const FIND: Find = Find::Gate(find);

fn find(facts: &GateFacts<'_>, reporter: &mut Reporter<'_>) {
    let missing =
        facts.input.diffs.enumerated().filter(|(_, diff)| matches!(diff.work, Work::NoBranch));
    for (input, id) in missing.filter_map(|(input, diff)| Some((input, diff.task?))) {
        let task = &facts.plan[id];
        let Some(first) = task.branches.first() else { continue };
        let (branch, span) = (first.text.value.as_str(), first.text.span);
        let names = task.branches.iter().map(|branch| code(&branch.text.value));
        let names = Message::list(names, ", ", " or ");
        let fetch = match (task.branches.as_slice(), &first.pattern) {
            ([_], None) => fetch_command(Some(branch)),
            _ => fetch_command(None),
        };
        reporter.report(Draft {
            message: message!["no branch ", names, " for task ", code(&task.id.value)],
            help: Some(message![
                "if the task has started, fetch its branch (",
                code(fetch),
                ") or set its name with `branch:`"
            ]),
            tasks: facts.plan.ids([id]),
            labels: vec![label(span, "no such branch")],
            data: vec![("branch", text(branch))],
            inputs: vec![input],
            ..Draft::default()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::gate::Work;
    use crate::rules::tests::{additions, assert_sound_work, gated, messages};

    #[test]
    fn patterns() {
        let text = "tasks:\n  a: {write: x, branch: [codex/a-*, '*-codex/a-*']}\n";
        let report = gated(text, Work::NoBranch);
        assert_eq!(
            messages(&report, RULE.name),
            ["no branch `codex/a-*` or `*-codex/a-*` for task `a`"]
        );
    }

    #[test]
    fn sound_work() {
        assert_sound_work(&[("tasks:\n  a: {write: x}\n  b: {write: y}\n", additions(&["x"]))]);
    }
}
