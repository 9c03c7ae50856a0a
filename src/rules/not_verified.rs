//! `not-verified`: an input that could not be read whole.

use std::sync::Arc;

use super::common::labels::{change_labels, label, write_label};
use super::{Done, Example, Find, Found, Grouping, Rule, Subject};
use crate::analysis::{GateFacts, PlanFacts};
use crate::change::ChangeKind;
use crate::failure::Failure;
use crate::finding::{About, Draft, Label, Level, Location, Message};
use crate::gate::{PlacedChange, Placement, Source, Work};
use crate::index::TaskId;
use crate::message;
use crate::message::code;
use crate::path::{RepoPath, is_git_folder};

pub(super) static RULE: Rule = Rule {
    name: "not-verified",
    summary: "an input that could not be read whole; says what to do",
    level: Level::Error,
    fixed: true,
    unverified: true,
    subject: Subject::Work,
    explanation: "What was not seen cannot be called clean. The run ends with status 3, whatever \
        else it found, and says which command makes the input whole.",
    remedy: "make the input whole and run the gate again",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: src/lessons/**\n",
        files: &[],
        done: Done::Patch("<!DOCTYPE html>\n<title>Sign in</title>\n"),
    },
    grouping: Grouping::ByTask("changed {paths}, and what it may write is not known"),
};

pub(super) const FIND: Find = Find::Both(in_plan, in_work);

fn in_plan(facts: &PlanFacts<'_>, found: &mut Found<'_>) {
    facts.gaps.iter().for_each(|gap| found.report(draft(gap, Vec::new(), Vec::new())));
}

fn in_work(facts: &GateFacts<'_>, found: &mut Found<'_>) {
    facts.input.gaps.iter().for_each(|gap| found.report(draft(gap, Vec::new(), Vec::new())));
    for diff in &facts.input.diffs {
        let gaps = match &diff.work {
            Work::Changes(set) => set.gaps.as_slice(),
            Work::Unreadable(gap) => std::slice::from_ref(gap),
            Work::NoBranch => &[],
        };
        for gap in gaps {
            let input =
                |name: &str| Label { location: Location::Input(name.into()), text: "".into() };
            let label = match (&diff.source, diff.task) {
                (Source::Patch(name), _) => input(name),
                (_, Some(task)) => label(facts.plan[task].id.span, "the work of this task"),
                (_, None) => input(&diff.input.source),
            };
            found.report(draft(gap, facts.plan.ids(diff.task), vec![label]));
        }
    }
    for link in &facts.input.links {
        let (Err(gap), Some(diff)) = (&link.leads, facts.input.diffs.find(link.input)) else {
            continue;
        };
        let labels = change_labels(facts, diff, &link.path, "a symbolic link");
        let draft = draft(gap, facts.plan.ids(diff.task), labels);
        found.report(Draft { path: Some(link.path.clone()), about: About::Path, ..draft });
    }
    for merge in &facts.input.merges {
        let Err(gap) = &merge.outcome else { continue };
        let layout = std::iter::once(&merge.branch).chain(&merge.into);
        let tasks: Vec<TaskId> =
            layout.filter_map(|&location| facts.input.diffs.find(location)?.task).collect();
        let location = tasks.first().map(|&task| facts.plan[task].id.span);
        let labels = location.into_iter().map(|span| label(span, "the branch of this task"));
        found.report(draft(gap, facts.plan.ids(tasks.iter().copied()), labels.collect()));
    }
    for PlacedChange { diff, path, change, placement, .. } in facts.changes() {
        if change.kind != ChangeKind::Deleted && names_git_folder(path) {
            found.report(Draft {
                message: message!["some systems take ", code(path), " for a path in `.git`"],
                help: Some("rename it: git itself refuses such a name there".into()),
                tasks: facts.plan.ids(diff.task),
                path: Some((*path).clone()),
                about: About::Path,
                labels: change_labels(facts, diff, path, "its name is one of those for `.git`"),
                alone: true,
                ..Draft::default()
            });
        }
        if let (Placement::UnknownLane, Some(task)) = (placement, diff.task) {
            let id = facts.plan.id(task);
            found.report(Draft {
                message: message![code(path), ": nobody knows whether ", code(id), " may write it"],
                help: Some(message!["mend the lane of ", code(id), " in the plan first"]),
                tasks: facts.plan.ids([task]),
                path: Some((*path).clone()),
                about: About::Path,
                labels: vec![
                    Label {
                        location: Location::File((*path).clone()),
                        text: message!["written by ", code(id)],
                    },
                    write_label(facts.plan, task, "this lane is not known"),
                ],
                ..Draft::default()
            });
        }
    }
}

/// Whether some system takes a component of a path for `.git`. Of commits, no other source than a
/// hand-made tree has such a path: git adds none.
fn names_git_folder(path: &RepoPath) -> bool {
    path.as_bytes().split(|&byte| byte == b'/').any(is_git_folder)
}

fn draft(gap: &Failure, tasks: Vec<Arc<str>>, labels: Vec<Label>) -> Draft {
    Draft {
        message: Message::quoted(&gap.problem),
        help: (!gap.help.is_empty()).then(|| Message::quoted(&gap.help)),
        tasks,
        labels,
        ..Draft::default()
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{additions, assert_found_in_work, assert_sound_work};

    #[test]
    fn found_in_work() {
        assert_found_in_work(
            RULE.name,
            &[
                (
                    "tasks:\n  a: {write: [x, '/y']}\n",
                    additions(&["x"]),
                    vec!["`x`: nobody knows whether `a` may write it"],
                ),
                (
                    "tasks:\n  a: {title: t}\n",
                    additions(&["x"]),
                    vec!["`x`: nobody knows whether `a` may write it"],
                ),
            ],
        );
    }

    #[test]
    fn sound_work() {
        assert_sound_work(&[
            // What is wrong with the lane of another task is not this task's.
            ("tasks:\n  a: {write: x}\n  b: {write: '/y'}\n  c:\n", additions(&["x"])),
        ]);
    }
}
