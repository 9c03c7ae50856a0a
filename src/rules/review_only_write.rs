//! `review-only-write`: a change by a task that may write nothing.

use super::common::strays::{self, Kind};
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope};
use crate::analysis::GateFacts;
use crate::finding::Level;

pub(super) static RULE: Rule = Rule {
    name: "review-only-write",
    summary: "a change by a task whose lane is `[]`",
    level: Level::Error,
    fixed: false,
    unverified: false,
    scope: Scope::Work,
    explanation: "A task with `write: []` reads and reports. It describes what it found, and the \
        tasks that own the files fix it.",
    remedy: "undo the changes and report the problems instead, or give the task a lane in the plan \
             on the base branch",
    example: Example {
        plan: "tasks:\n  audit:\n    write: []\n",
        files: &[],
        scenario: Scenario::Patch(
            "diff --git a/NOTES.md b/NOTES.md\nnew file mode 100644\nindex 0000000..1111111\n--- \
             /dev/null\n+++ b/NOTES.md\n@@ -0,0 +1 @@\n+stale\n",
        ),
    },
    grouping: Grouping::ByTask("only reviews, but changed {paths}"),
};

pub(super) const FIND: Find = Find::Gate(find);

fn find(facts: &GateFacts<'_>, reporter: &mut Reporter<'_>) {
    strays::report(facts, Kind::ReviewOnly, reporter);
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
                "tasks:\n  a: {write: []}\nshare: log\n",
                additions(&["log"]),
                vec!["`a` only reviews, but added `log`"],
            )],
        );
    }

    #[test]
    fn sound_work() {
        assert_sound_work(&[("tasks:\n  a: {write: x}\n", additions(&["x"]))]);
    }
}
