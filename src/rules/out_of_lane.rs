//! `out-of-lane`: a change outside the lane of the task that made it.

use super::{Example, Facts, Grouping, Rule, Subject, text, texts};
use std::sync::Arc;

use crate::finding::{Draft, Label, Level, Place};
use crate::gate::{Standing, standings};
use crate::path::RepoPath;
use crate::repo::ChangeKind;

pub(super) const RULE: Rule = Rule {
    name: "out-of-lane",
    summary: "a change outside the task's lane",
    level: Level::Error,
    fixed: false,
    subject: Subject::Work,
    explanation: "The task wrote a file that its lane does not hold. Both ends of a rename count, \
        and so do deletions, modes and submodule pins. Undo the change, let the task that owns the \
        file make it, or widen the lane in the plan on the base branch.",
    remedy: "undo the changes, let the tasks that own the paths make them, or widen the lane in the plan \
             on the base branch",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: src/lessons/**\n  quizzes:\n    write: \
               src/quizzes/**\n",
        files: &[],
        patch: Some(
            "diff --git a/src/quizzes/a.json b/src/quizzes/a.json\nindex 1..2 100644\n--- \
             a/src/quizzes/a.json\n+++ b/src/quizzes/a.json\n@@ -1 +1 @@\n-[]\n+[1]\n",
        ),
    },
    grouping: Grouping::ByTask("changed {paths} outside of its lane"),
    find,
};

fn find(facts: &Facts<'_>, report: &mut dyn FnMut(Draft)) {
    strays(facts, false, report);
}

/// Tells of every change outside of the lanes of those tasks that only review, or of the others.
pub(super) fn strays(facts: &Facts<'_>, review_only: bool, report: &mut dyn FnMut(Draft)) {
    let Some(gate) = facts.gate() else { return };
    for (judged, path, kind, standing) in standings(facts.plan, facts.lanes, gate) {
        let Standing::Outside { owners } = standing else { continue };
        let task = judged.task;
        if facts.plan.tasks[task].is_review_only() != review_only {
            continue;
        }
        let id = facts.id(task);
        let owners = facts.ids(owners);
        let did = verb(kind);
        let message = if review_only {
            format!("`{id}` only reviews, and {did} `{path}`")
        } else {
            format!("`{id}` {did} `{path}`, which is outside its lane")
        };
        let mut help = help(facts, id, path, &owners);
        if let Some(doubt) = judged.doubts.get(path) {
            help = format!("{doubt}; {help}");
        }
        report(Draft {
            message,
            help: Some(help.into()),
            tasks: facts.ids([task]),
            path: Some(path.clone()),
            labels: vec![
                Label { place: Place::File(path.clone()), text: format!("{did} by `{id}`") },
                facts.write_label(task, format!("what `{id}` may write")),
            ],
            data: vec![("change", text(kind.word())), ("owners", texts(owners))],
            ..Draft::default()
        });
    }
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

fn help(facts: &Facts<'_>, id: &str, path: &RepoPath, owners: &[Arc<str>]) -> String {
    let own = facts.plan.own_paths.iter().any(|own| own.holds(path));
    let matches = |entry: &crate::plan::GlobEntry| {
        entry.glob.as_ref().is_ok_and(|glob| glob.is_match(path) == Ok(true))
    };
    if own || facts.plan.protect.iter().any(matches) {
        "it is protected, no task may write it: undo the change".to_owned()
    } else if owners.is_empty() {
        format!(
            "no task may write it: undo the change, or add the path to the `write` of `{id}` in \
             the plan on the base branch"
        )
    } else {
        format!(
            "it belongs to {}: undo the change and let the owner make it, or hand the path over in \
             the plan on the base branch",
            super::and(owners)
        )
    }
}
