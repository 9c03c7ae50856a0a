//! `out-of-lane`: a change outside the lane of the task that made it.

use super::common::strays::{self, Kind};
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope};
use crate::analysis::GateFacts;
use crate::finding::Level;

pub(super) static RULE: Rule = Rule {
    name: "out-of-lane",
    summary: "a change outside the task's lane, to a path that no concurrent task owns",
    level: Level::Error,
    fixed: false,
    unverified: false,
    scope: Scope::Work,
    explanation: "The task changed a path outside its lane that no concurrent task owns and \
        nothing protects. Often the lane was simply too narrow. Both ends of a rename count, and \
        so do deletions, mode changes and submodule updates. If a concurrent task owns the path, \
        it is `foreign-lane`.",
    remedy: "undo the changes, or widen the lane in the plan on the base branch",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: src/lessons/**\n  quizzes:\n    write: \
               src/quizzes/**\n",
        files: &[],
        scenario: Scenario::Patch(
            "diff --git a/src/lib.js b/src/lib.js\nindex 1111111..2222222 100644\n--- a/src/lib.js\n+++ \
             b/src/lib.js\n@@ -1 +1 @@\n-[]\n+[1]\n",
        ),
    },
    grouping: Grouping::ByTask("changed {paths} outside its lane"),
};

pub(super) const FIND: Find = Find::Gate(find);

fn find(facts: &GateFacts<'_>, reporter: &mut Reporter<'_>) {
    strays::report(facts, Kind::Unowned, reporter);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{
        TASKS, additions, assert_found_in_work, assert_sound_work, gated, of_rule, work,
    };

    #[test]
    fn found_in_work() {
        assert_found_in_work(RULE.name, &[
(TASKS, additions(&["doc/x", "src/a", "src/gen/x", "zzz"]), vec![
                "`a` added `zzz`, which is outside its lane",
            ]),
(TASKS, "diff --git a/lib/x b/src/x\nsimilarity index 100%\nrename from lib/x\nrename to src/x\n".to_owned(), vec!["`a` deleted `lib/x`, which is outside its lane"]),
(TASKS, "diff --git a/run b/run\nold mode 100644\nnew mode 100755\n".to_owned(), vec!["`a` changed the mode of `run`, which is outside its lane"]),
]);
    }

    #[test]
    fn sound_work() {
        assert_sound_work(&[(
            "tasks:\n  a: {write: src/**}\nshare: log\n",
            additions(&["log", "src/x"]),
        )]);
    }

    #[test]
    fn widening_fix() {
        let text = "tasks:\n  a: {write: src/**}\n  b: {write: doc/**}\n";
        let report = gated(text, work(&additions(&["app/[id]/x"])));
        let fixes = &of_rule(&report, RULE.name)[0].draft.fixes;
        let titles: Vec<_> = fixes.iter().map(|fix| fix.title(&report.plan).to_string()).collect();
        assert_eq!(titles, [r"add `app/\[id\]/x` to `a`"]);
        let foreign = gated(text, work(&additions(&["doc/x"])));
        assert_eq!(of_rule(&foreign, "foreign-lane")[0].draft.fixes, []);
    }
}
