//! `merge-conflict`: two concurrent branches do not merge cleanly.

use std::collections::BTreeSet;

use super::common::english::who;
use super::common::labels::{change_labels, file_label, label, lane_label, texts};
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope, UndecidedDraft};
use crate::analysis::GateFacts;
use crate::change::Conflict;
use crate::finding::{About, Draft, Level, Message};
use crate::gate::{GateInput, TaskDiff, TriedMerge};
use crate::glob::escape_path;
use crate::index::{InputId, TaskId};
use crate::message;
use crate::message::{bare, code};
use crate::path::RepoPath;
use crate::plan::{GlobEntry, Plan};
use crate::source::yaml::quoted;

pub(super) static RULE: Rule = Rule {
    name: "merge-conflict",
    summary: "two concurrent branches, or a branch and its base, do not merge cleanly",
    level: Level::Error,
    fixed: false,
    unverified: false,
    scope: Scope::Merge,
    explanation: "Branches that changed the same files are merged as git would merge them, first \
        in pairs, then all together in the order of `needs`, but without the repository's merge \
        drivers. Where git finds a conflict, whoever merges second has to choose between two \
        people's work. It is cheaper to choose now. Each branch is also merged into its base.",
    remedy: "merge one branch and rebase the others onto it, or give the path to one task; for a \
             file under `share` to which each task adds lines, set `merge=union` in \
             `.gitattributes` on the base",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: src/**\n  quizzes:\n    write: src/**\n",
        files: &[],
        scenario: Scenario::Conflict(
            "diff --git a/src/a.json b/src/a.json\nindex 1111111..2222222 100644\n--- a/src/a.json\n+++ \
             b/src/a.json\n@@ -1 +1 @@\n-[]\n+[1]\n",
        ),
    },
    grouping: Grouping::ByPath("conflicts between"),
};

/// git's name for a conflict between lines.
const CONTENTS: &str = "contents";

pub(super) const FIND: Find = Find::Gate(find);

fn find(facts: &GateFacts<'_>, reporter: &mut Reporter<'_>) {
    if facts.input.left_unmerged {
        reporter.undecided(UndecidedDraft::work(facts.plan));
    }
    for (input, diff) in facts.input.diffs.enumerated() {
        for conflict in &diff.merging.conflicts {
            reporter.report(with_base(facts, input, diff, conflict));
        }
    }
    // A branch that conflicts with one other also conflicts with all of them merged.
    let mut known: BTreeSet<(InputId, InputId, &RepoPath)> = BTreeSet::new();
    for merge in &facts.input.merges {
        let Ok(conflicts) = &merge.outcome else { continue };
        let branch = merge.branch;
        let Some(task_of_branch) = task(facts.input, branch) else { continue };
        let is_concurrent = |other: &InputId| {
            let other = task(facts.input, *other);
            other.is_some_and(|other| facts.order.concurrent(task_of_branch, other))
        };
        let others: Vec<InputId> = merge.into.iter().copied().filter(is_concurrent).collect();
        for conflict in conflicts {
            let pair = |other: InputId| (branch.min(other), branch.max(other), &conflict.path);
            let is_known = merge.into.iter().any(|&other| known.contains(&pair(other)));
            if !others.is_empty() && !is_known {
                reporter.report(draft(facts, merge, &others, conflict));
            }
            if let &[other] = merge.into.as_slice() {
                known.insert(pair(other));
            }
        }
    }
}

fn task(gate: &GateInput, input: InputId) -> Option<TaskId> {
    gate.diffs.find(input)?.task
}

/// The glob of `share` that matches a path.
fn shared_by<'p>(plan: &'p Plan, path: &RepoPath) -> Option<&'p GlobEntry> {
    let matches =
        |entry: &&GlobEntry| entry.glob.as_ref().is_ok_and(|glob| glob.is_match(path) == Ok(true));
    plan.share.iter().find(matches)
}

/// A path as a pattern of `.gitattributes`: from the root, and quoted if it has blanks.
fn attributes_pattern(path: &RepoPath) -> String {
    let pattern = format!("/{}", escape_path(path));
    let is_plain = |letter: char| !letter.is_whitespace() && letter != '"';
    if pattern.chars().all(is_plain) { pattern } else { quoted(&pattern) }
}

/// A conflict with the base, which may have come there from a merged task.
fn with_base(facts: &GateFacts<'_>, input: InputId, diff: &TaskDiff, conflict: &Conflict) -> Draft {
    let Conflict { path, kinds } = conflict;
    let why = (!kinds.is_empty()).then(|| message![" (", bare(kinds.join(", ")), ")"]);
    let owners = facts.lanes.owners(path).unwrap_or_default();
    let merged = owners
        .into_iter()
        .find(|&owner| diff.task != Some(owner) && facts.input.merged.contains(&owner));
    let from = merged.map(|task| {
        message![", which ", code(facts.plan.id(task)), ", already merged, may have changed"]
    });
    let who = who(facts, diff);
    Draft {
        message: message![&who, " conflicts with its base in ", code(path), why, from],
        help: Some("merge the base into the branch, and resolve the conflict there".into()),
        tasks: facts.plan.ids(diff.task.into_iter().chain(merged)),
        path: Some(path.clone()),
        about: About::Path,
        labels: change_labels(facts, diff, path, message!["conflicts with the base"]),
        data: vec![("kinds", texts(kinds.iter().map(String::as_str)))],
        inputs: vec![input],
        ..Draft::default()
    }
}

fn draft(
    facts: &GateFacts<'_>,
    merge: &TriedMerge,
    others: &[InputId],
    conflict: &Conflict,
) -> Draft {
    let Conflict { path, kinds } = conflict;
    let why = (!kinds.is_empty()).then(|| message![" (", bare(kinds.join(", ")), ")"]);
    let mut inputs: Vec<InputId> =
        std::iter::once(merge.branch).chain(others.iter().copied()).collect();
    let who = |inputs: &[InputId]| {
        let names = inputs.iter().map(|&input| who(facts, &facts.input.diffs[input]));
        Message::list(names, ", ", " and ")
    };
    let message = if merge.into.len() == 1 {
        inputs.sort_unstable();
        message![who(&inputs), " conflict in ", code(path), why]
    } else {
        let (branch, others) = inputs.split_at(1);
        let branch = who(branch);
        message![branch, " conflicts in ", code(path), why, " with the merge of ", who(others)]
    };
    let mut tasks: Vec<TaskId> =
        inputs.iter().filter_map(|&input| task(facts.input, input)).collect();
    tasks.dedup();
    let share = shared_by(facts.plan, path);
    let mut labels = vec![file_label(path, "")];
    match share {
        Some(entry) => labels.push(label(entry.span, "all tasks may write this")),
        None => labels.extend(tasks.iter().map(|&task| lane_label(facts.plan, task))),
    }
    // Only lines can be united.
    let help = match share.filter(|_| kinds.iter().all(|kind| kind == CONTENTS)) {
        Some(_) => message![
            "add ",
            code(format_args!("{} merge=union", attributes_pattern(path))),
            " to `.gitattributes` on the base to keep the lines of both, or merge one branch and \
             rebase the other onto it"
        ],
        None => "merge one branch and rebase the other onto it, or give the path to one task and \
                 list that task under the other's `needs`"
            .into(),
    };
    Draft {
        message,
        help: Some(help),
        tasks: facts.plan.ids(tasks),
        path: Some(path.clone()),
        about: About::Path,
        labels,
        data: vec![("kinds", texts(kinds.iter().map(String::as_str)))],
        inputs,
        ..Draft::default()
    }
}
