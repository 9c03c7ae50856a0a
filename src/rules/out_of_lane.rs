//! `out-of-lane`: a change outside the lane of the task that made it.

use std::sync::Arc;

use super::common::english::{and, who};
use super::common::labels::{change_labels, file_label, text, texts, write_label};
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope, UndecidedDraft};
use crate::analysis::GateFacts;
use crate::change::ChangeKind;
use crate::finding::{About, Draft, Level, Message};
use crate::gate::{CarriedChange, PlacedChange, Placement, TaskDiff};
use crate::message;
use crate::message::code;
use crate::path::RepoPath;
use crate::plan::NEEDS_PATH;

pub(super) static RULE: Rule = Rule {
    name: NEEDS_PATH,
    summary: "a change outside the task's lane",
    level: Level::Error,
    fixed: false,
    unverified: false,
    scope: Scope::Work,
    explanation: "The task changed a path outside its lane. Both ends of a rename count, and so do \
        deletions, mode changes and submodule updates.",
    remedy: "undo the changes, let the tasks that own the paths make them, or widen the lane in \
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
    grouping: Grouping::ByTask("changed {paths} outside its lane"),
};

pub(super) const FIND: Find = Find::Gate(find);

fn find(facts: &GateFacts<'_>, reporter: &mut Reporter<'_>) {
    strays(facts, false, reporter);
}

/// Reports all changes outside the lanes of review-only tasks, or of the other tasks.
pub(super) fn strays(facts: &GateFacts<'_>, review_only: bool, reporter: &mut Reporter<'_>) {
    for PlacedChange { diff, path, change, placement, carried } in facts.changes() {
        if diff.task.is_some_and(|task| facts.plan[task].is_review_only()) != review_only {
            continue;
        }
        let (owners, takes_folder) = match placement {
            Placement::Outside { owners } => (owners, false),
            Placement::TakesFolder { owners } => (owners, true),
            Placement::Undecided => {
                reporter.undecided(gave_up(facts, diff, path));
                continue;
            }
            Placement::Inside | Placement::UnknownLane => continue,
        };
        let who = who(facts, diff);
        let owners = facts.plan.ids(owners.iter().copied());
        let did = verb(change.kind);
        let message = match (carried, diff.task) {
            (Some(carried), task) => merging(carried, &who, task.is_some()),
            _ if takes_folder => {
                message![&who, " ", did, " ", code(path), ", replacing a folder outside its lane"]
            }
            (None, Some(_)) if review_only => {
                message![&who, " only reviews, but ", did, " ", code(path)]
            }
            (None, Some(_)) => {
                message![&who, " ", did, " ", code(path), ", which is outside its lane"]
            }
            (None, None) => message![&who, " ", did, " ", code(path), ", which is protected"],
        };
        let mut help = match takes_folder {
            true => {
                message![
                    "undo the change, or use another name: the plan treats ",
                    code(path),
                    " as a folder"
                ]
            }
            false => help(facts, diff, path, &owners),
        };
        if let Some(doubt) = diff.uncertain.get(*path) {
            help = message![Message::quoted(doubt), "; ", help];
        }
        if carried.is_some() {
            help = "merge the base into the branch, then undo what is outside the lane".into();
        }
        reporter.report(Draft {
            message,
            help: Some(help),
            tasks: facts.plan.ids(diff.task),
            path: Some((*path).clone()),
            about: About::Path,
            labels: change_labels(facts, diff, path, message![did, " by ", who]),
            data: vec![("change", text(change.kind.word())), ("owners", texts(owners))],
            alone: carried.is_some() || takes_folder,
            ..Draft::default()
        });
    }
}

fn gave_up(facts: &GateFacts<'_>, diff: &TaskDiff, path: &RepoPath) -> UndecidedDraft {
    let label = match diff.task {
        Some(task) => write_label(facts.plan, task, "this lane"),
        None => file_label(path, ""),
    };
    let gave_up = UndecidedDraft::lanes(facts.plan, diff.task.as_slice(), vec![label]);
    UndecidedDraft { path: Some(path.clone()), ..gave_up }
}

/// Describes a path that only the merge writes, because the base renamed something.
fn merging(carried: &CarriedChange, who: &Message, has_lane: bool) -> Message {
    let CarriedChange { path, change, from, .. } = carried;
    let writes = match change.kind {
        ChangeKind::Added => "add",
        ChangeKind::Modified => "modify",
        ChangeKind::Deleted => "delete",
        ChangeKind::Mode => "change the mode of",
        ChangeKind::Type => "change the type of",
    };
    let status = if has_lane { "outside its lane" } else { "protected" };
    let why = match from {
        Some(from) => message!["a rename moves ", code(from), " there"],
        None => "git follows renames".into(),
    };
    message!["merging ", who, " would ", writes, " ", code(path), ", which is ", status, ": ", why]
}

fn verb(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Added => "added",
        ChangeKind::Modified => "modified",
        ChangeKind::Deleted => "deleted",
        ChangeKind::Mode => "changed the mode of",
        ChangeKind::Type => "changed the type of",
    }
}

fn help(facts: &GateFacts<'_>, diff: &TaskDiff, path: &RepoPath, owners: &[Arc<str>]) -> Message {
    let protected = facts.protection().contains(path) == Ok(true);
    if protected && facts.lanes.is_protected(path) != Ok(true) {
        "undo the change: it differs from a protected path only in case or Unicode normalization, which some \
         systems ignore"
            .into()
    } else if protected {
        "undo the change: the path is protected".into()
    } else if owners.is_empty() {
        message![
            "no task may write it: undo the change, or add the path to the `write` of ",
            who(facts, diff),
            " in the plan on the base branch"
        ]
    } else {
        message![
            "it belongs to ",
            and(owners),
            ": undo the change and let the owner make it, or reassign the path in the plan on the \
             base branch"
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Finding;
    use crate::rules::tests::{
        TASKS, additions, assert_found_in_work, assert_sound_work, gated, of_rule, work,
    };

    #[test]
    fn found_in_work() {
        assert_found_in_work(RULE.name, &[
(TASKS, additions(&["doc/x", "src/a", "src/gen/x", "zzz"]), vec![
                "`a` added `doc/x`, which is outside its lane",
                "`a` added `src/gen/x`, which is outside its lane",
                "`a` added `zzz`, which is outside its lane",
            ]),
(TASKS, "diff --git a/doc/x b/src/x\nsimilarity index 100%\nrename from doc/x\nrename to src/x\n".to_owned(), vec!["`a` deleted `doc/x`, which is outside its lane"]),
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
    fn other_spellings_of_protected_paths() {
        let text = "tasks:\n  a: {write: '**'}\nprotect: [.github/**, caf\u{e9}, '[A-C]x']\n";
        let outside = |name: &str| -> Vec<String> {
            let report = gated(text, work(&additions(&[name])));
            let help = |found: &&Finding| found.draft.help.as_ref().unwrap().to_string();
            of_rule(&report, "out-of-lane").iter().map(help).collect()
        };
        for name in [".GitHub/x", "LANES.yaml", "CAFE\u{301}", "bX", "Ax"] {
            let help = outside(name);
            assert_eq!(help.len(), 1, "{name}");
            assert_eq!(help[0].contains("only in case"), name != "Ax", "{name}: {help:?}");
        }
        for name in [".githubx", "cafe", "dx", "x/lanes.yaml"] {
            assert_eq!(outside(name), [""; 0], "{name}");
        }
    }
}
