//! `foreign-lane`: a change inside the lane of a concurrent task, or to a protected path.

use super::common::strays::{self, Kind};
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope};
use crate::analysis::GateFacts;
use crate::finding::Level;

pub(super) static RULE: Rule = Rule {
    name: "foreign-lane",
    summary: "a change in the lane of a concurrent task, or to a protected path",
    level: Level::Error,
    fixed: false,
    unverified: false,
    scope: Scope::Work,
    explanation: "The task changed a path outside its lane that someone else owns: a task that may \
        run at the same time, or the project itself, through `protect`. The two changes may \
        conflict, or one may silently undo the other. Both ends of a rename count, and so do \
        deletions, mode changes and submodule updates. Changes to paths that nobody else owns are \
        `out-of-lane`.",
    remedy: "undo the changes and let the owner of the paths make them, or reassign the paths in \
             the plan on the base branch",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: src/lessons/**\n  quizzes:\n    write: \
               src/quizzes/**\n",
        files: &[],
        scenario: Scenario::Patch(
            "diff --git a/src/quizzes/a.json b/src/quizzes/a.json\nindex 1111111..2222222 100644\n--- \
             a/src/quizzes/a.json\n+++ b/src/quizzes/a.json\n@@ -1 +1 @@\n-[]\n+[1]\n",
        ),
    },
    grouping: Grouping::ByTask("changed {paths} that others own"),
};

pub(super) const FIND: Find = Find::Gate(find);

fn find(facts: &GateFacts<'_>, reporter: &mut Reporter<'_>) {
    strays::report(facts, Kind::Foreign, reporter);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Finding;
    use crate::rules::tests::{
        additions, assert_found_in_work, assert_sound_work, gated, messages, of_rule, work,
    };

    #[test]
    fn found_in_work() {
        assert_found_in_work(
            RULE.name,
            &[
                (
                    "tasks:\n  a: {write: src/**}\n  b: {write: [doc/**, log]}\n  c: {write: log}\n",
                    additions(&["doc/x", "log", "zzz"]),
                    vec![
                        "`a` added `doc/x`, which is in the lane of `b`",
                        "`a` added `log`, which is in the lane of `b` and `c`",
                    ],
                ),
                (
                    "tasks:\n  a: {write: '**'}\nprotect: ci/**\n",
                    additions(&["ci/x"]),
                    vec!["`a` added `ci/x`, which is protected"],
                ),
                // One concurrent owner is enough.
                (
                    "tasks:\n  a: {write: x, needs: b}\n  b: {write: doc/**}\n  c: {write: doc/**}\n",
                    additions(&["doc/x"]),
                    vec!["`a` added `doc/x`, which is in the lane of `b` and `c`"],
                ),
            ],
        );
    }

    #[test]
    fn sound_work() {
        assert_sound_work(&[(
            "tasks:\n  a: {write: src/**}\n  b: {write: [log, doc]}\nshare: log\n",
            additions(&["log", "src/x"]),
        )]);
    }

    #[test]
    fn tasks_in_order_are_not_foreign() {
        let text = "tasks:\n  a: {write: x, needs: b}\n  b: {write: doc/**}\n";
        let report = gated(text, work(&additions(&["doc/x"])));
        assert!(messages(&report, RULE.name).is_empty());
        assert_eq!(
            messages(&report, "out-of-lane"),
            ["`a` added `doc/x`, which is outside its lane"]
        );
    }

    #[test]
    fn other_spellings_of_protected_paths() {
        let text = "tasks:\n  a: {write: '**'}\nprotect: [.github/**, caf\u{e9}, '[A-C]x']\n";
        let foreign = |name: &str| -> Vec<String> {
            let report = gated(text, work(&additions(&[name])));
            let help = |found: &&Finding| found.draft.help.as_ref().unwrap().to_string();
            of_rule(&report, RULE.name).iter().map(help).collect()
        };
        for name in [".GitHub/x", "LANES.yaml", "CAFE\u{301}", "bX", "Ax"] {
            let help = foreign(name);
            assert_eq!(help.len(), 1, "{name}");
            assert_eq!(help[0].contains("only in case"), name != "Ax", "{name}: {help:?}");
        }
        for name in [".githubx", "cafe", "dx", "x/lanes.yaml"] {
            assert_eq!(foreign(name), [""; 0], "{name}");
        }
    }
}
