//! Changes outside lanes, which three rules share.

use std::sync::Arc;

use super::super::{FOREIGN_LANE, Reporter, UndecidedDraft};
use super::english::{and, who};
use super::labels::{change_labels, file_label, text, texts, write_label};
use crate::analysis::GateFacts;
use crate::change::ChangeKind;
use crate::finding::{About, Draft, DraftLevel, Level, Message};
use crate::gate::{CarriedChange, PlacedChange, Placement, Stray, TaskDiff};
use crate::glob;
use crate::message;
use crate::message::code;
use crate::path::RepoPath;
use crate::plan::fix::Fix;

/// The rule that a change outside a lane belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Kind {
    /// Of a task that may write nothing.
    ReviewOnly,
    /// To a protected path, or a path of a concurrent task.
    Foreign,
    /// To any other path.
    Unowned,
}

/// Reports the changes of one kind.
pub(in crate::rules) fn report(facts: &GateFacts<'_>, kind: Kind, reporter: &mut Reporter<'_>) {
    for PlacedChange { input, diff, path, change, placement, carried } in facts.changes() {
        // `plan-changed` reports it.
        if carried.is_none() && facts.change_of_plan(path, change.kind).is_some() {
            continue;
        }
        let review_only = diff.task.is_some_and(|task| facts.plan[task].is_review_only());
        let kind_of = |stray: &Stray| match (review_only, stray.foreign) {
            (true, _) => Kind::ReviewOnly,
            (false, true) => Kind::Foreign,
            (false, false) => Kind::Unowned,
        };
        let (stray, takes_folder) = match placement {
            Placement::Outside(stray) => (stray, false),
            Placement::TakesFolder(stray) => (stray, true),
            Placement::Undecided => {
                // Once is enough, but a rule that is off must not hide it.
                let responsible = match kind {
                    Kind::ReviewOnly => review_only,
                    Kind::Foreign => !review_only,
                    Kind::Unowned => !review_only && !FOREIGN_LANE.is_on(facts.plan),
                };
                if responsible {
                    reporter.undecided(gave_up(facts, diff, path));
                }
                continue;
            }
            Placement::Inside | Placement::UnknownLane => continue,
        };
        if kind_of(stray) != kind {
            continue;
        }
        let who = who(facts, diff);
        let owners = facts.plan.ids(stray.owners.iter().copied());
        let did = verb(change.kind);
        let is_protected = stray.foreign && owners.is_empty();
        let on_plan_branch = diff.task.is_none() && facts.is_plan_branch();
        let message = match carried {
            Some(carried) => merging(carried, &who, is_protected),
            _ if takes_folder => {
                message![&who, " ", did, " ", code(path), ", replacing a folder outside its lane"]
            }
            None if kind == Kind::ReviewOnly => {
                message![&who, " only reviews, but ", did, " ", code(path)]
            }
            None if is_protected => {
                message![&who, " ", did, " ", code(path), ", which is protected"]
            }
            None if kind == Kind::Foreign => {
                message![
                    &who,
                    " ",
                    did,
                    " ",
                    code(path),
                    ", which is in the lane of ",
                    and(&owners)
                ]
            }
            None if on_plan_branch => {
                message![&who, " ", did, " ", code(path), ", but may only change the plan"]
            }
            None if diff.task.is_none() => {
                message![&who, " ", did, " ", code(path), ", which is in no lane"]
            }
            None => message![&who, " ", did, " ", code(path), ", which is outside its lane"],
        };
        let mut help = match takes_folder {
            true => {
                message![
                    "undo the change, or use another name: the plan treats ",
                    code(path),
                    " as a folder"
                ]
            }
            false => help(facts, kind, diff, path, &owners),
        };
        if let Some(doubt) = diff.uncertain.get(*path) {
            help = message![Message::quoted(doubt), "; ", help];
        }
        if facts.is_queue() {
            help = "take the pull request with this change out of the queue, and find out why its \
                    own gate accepted it"
                .into();
        }
        if on_plan_branch {
            help = "undo the change, or make it on another branch: one of `plan-branches` may \
                    change the plan and nothing else"
                .into();
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
            fixes: if takes_folder { Vec::new() } else { widening(diff, path, kind) },
            inputs: vec![*input],
            // The plan that the branch may change must not decide what else it may change.
            level: on_plan_branch.then_some(DraftLevel::Always(Level::Error)),
            alone: carried.is_some() || takes_folder,
        });
    }
}

/// Adds the path to the lane of the task that changed it.
fn widening(diff: &TaskDiff, path: &RepoPath, kind: Kind) -> Vec<Fix> {
    // A glob cannot name a path that is not UTF-8.
    let task =
        diff.task.filter(|_| kind == Kind::Unowned && str::from_utf8(path.as_bytes()).is_ok());
    let widen = |task| Fix::AddGlob { task, glob: glob::escape_path(path).into() };
    task.map(widen).into_iter().collect()
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
fn merging(carried: &CarriedChange, who: &Message, is_protected: bool) -> Message {
    let CarriedChange { path, change, from, .. } = carried;
    let writes = match change.kind {
        ChangeKind::Added => "add",
        ChangeKind::Modified => "modify",
        ChangeKind::Deleted => "delete",
        ChangeKind::Mode => "change the mode of",
        ChangeKind::Type => "change the type of",
    };
    let status = if is_protected { "protected" } else { "outside its lane" };
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

const NOBODY_CONCURRENT: &str = "no task that may run at the same time owns it";

fn help(
    facts: &GateFacts<'_>,
    kind: Kind,
    diff: &TaskDiff,
    path: &RepoPath,
    owners: &[Arc<str>],
) -> Message {
    let protected = facts.protection().contains(path) == Ok(true);
    if protected && facts.lanes.is_protected(path) != Ok(true) {
        "undo the change: it differs from a protected path only in case or Unicode normalization, which some \
         systems ignore"
            .into()
    } else if protected {
        "undo the change: the path is protected".into()
    } else if kind == Kind::Unowned {
        let nobody = if owners.is_empty() { "no task may write it" } else { NOBODY_CONCURRENT };
        message![
            nobody,
            ": undo the change, or add the path to `write` in ",
            who(facts, diff),
            ", in the plan on the base branch"
        ]
    } else if owners.is_empty() {
        "no task may write it: undo the change, or give the task a lane in the plan on the base \
         branch"
            .into()
    } else {
        message![
            "it belongs to ",
            and(owners),
            ": undo the change and let the owner make it, or reassign the path in the plan on the \
             base branch"
        ]
    }
}
