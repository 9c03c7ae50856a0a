//! `not-verified`: an input that could not be read completely.

use std::sync::Arc;

use super::common::english::who;
use super::common::labels::{change_labels, label, write_label};
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope};
use crate::analysis::{GateFacts, PlanFacts};
use crate::change::ChangeKind;
use crate::failure::Failure;
use crate::finding::{About, Draft, Label, Level, Location, Message};
use crate::gate::{PlacedChange, Placement, Source, Work};
use crate::index::{InputId, TaskId};
use crate::message;
use crate::message::code;
use crate::path::{RepoPath, is_git_folder};

pub(super) static RULE: Rule = Rule {
    name: "not-verified",
    summary: "an input that could not be read completely",
    level: Level::Error,
    fixed: true,
    unverified: true,
    scope: Scope::Work,
    explanation: "Input that was not read cannot pass. The run exits with status 3, whatever else \
        it finds, and the help says how to provide it in full.",
    remedy: "provide the complete input and run the gate again",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: src/lessons/**\n",
        files: &[],
        scenario: Scenario::Patch("<!DOCTYPE html>\n<title>Sign in</title>\n"),
    },
    grouping: Grouping::ByTask("changed {paths}, but its lane is unknown"),
};

pub(super) const FIND: Find = Find::Both(in_plan, in_work);

fn in_plan(facts: &PlanFacts<'_>, reporter: &mut Reporter<'_>) {
    facts.gaps.iter().for_each(|gap| reporter.report(draft(gap, Vec::new(), Vec::new())));
}

fn in_work(facts: &GateFacts<'_>, reporter: &mut Reporter<'_>) {
    facts.input.gaps.iter().for_each(|gap| reporter.report(draft(gap, Vec::new(), Vec::new())));
    for (id, diff) in facts.input.diffs.enumerated() {
        let gaps = match &diff.work {
            Work::Changes(set) => set.gaps.as_slice(),
            Work::Unreadable(gap) => std::slice::from_ref(gap),
            Work::NoBranch | Work::Superseded => &[],
        };
        for gap in gaps {
            let input =
                |name: &str| Label { location: Location::Input(name.into()), text: "".into() };
            let label = match (&diff.source, diff.task) {
                (Source::Patch(name), _) => input(name),
                (_, Some(task)) => label(facts.plan[task].id.span, "the work of this task"),
                (_, None) => input(&diff.input.source),
            };
            let draft = draft(gap, facts.plan.ids(diff.task), vec![label]);
            reporter.report(Draft { inputs: vec![id], ..draft });
        }
    }
    for link in &facts.input.links {
        let (Err(gap), Some(diff)) = (&link.leads, facts.input.diffs.find(link.input)) else {
            continue;
        };
        let labels = change_labels(facts, diff, &link.path, "a symbolic link");
        let draft = draft(gap, facts.plan.ids(diff.task), labels);
        reporter.report(Draft {
            path: Some(link.path.clone()),
            about: About::Path,
            inputs: vec![link.input],
            ..draft
        });
    }
    for merge in &facts.input.merges {
        let Err(gap) = &merge.outcome else { continue };
        let inputs: Vec<InputId> =
            std::iter::once(&merge.branch).chain(&merge.into).copied().collect();
        let tasks: Vec<TaskId> =
            inputs.iter().filter_map(|&input| facts.input.diffs.find(input)?.task).collect();
        let span = tasks.first().map(|&task| facts.plan[task].id.span);
        let labels = span.into_iter().map(|span| label(span, "the branch of this task"));
        let draft = draft(gap, facts.plan.ids(tasks.iter().copied()), labels.collect());
        reporter.report(Draft { inputs, ..draft });
    }
    for PlacedChange { input, diff, path, change, placement, .. } in facts.changes() {
        if change.kind != ChangeKind::Deleted && names_git_folder(path) {
            reporter.report(Draft {
                message: message!["some systems treat ", code(path), " as a path in `.git`"],
                help: Some("rename it; on those systems, git itself rejects the name".into()),
                tasks: facts.plan.ids(diff.task),
                path: Some((*path).clone()),
                about: About::Path,
                labels: change_labels(facts, diff, path, "an alias of `.git`"),
                inputs: vec![*input],
                alone: true,
                ..Draft::default()
            });
        }
        if let (Placement::UnknownLane, None) = (placement, diff.task) {
            let who = who(facts, diff);
            reporter.report(Draft {
                message: message!["cannot tell whether ", code(path), " is in a lane"],
                help: Some("fix the lanes in the plan first".into()),
                path: Some((*path).clone()),
                about: About::Path,
                labels: change_labels(facts, diff, path, message!["written by ", who]),
                inputs: vec![*input],
                ..Draft::default()
            });
        }
        if let (Placement::UnknownLane, Some(task)) = (placement, diff.task) {
            let id = facts.plan.id(task);
            reporter.report(Draft {
                message: message!["cannot tell whether ", code(id), " may write ", code(path)],
                help: Some(message!["fix the lane of ", code(id), " in the plan first"]),
                tasks: facts.plan.ids([task]),
                path: Some((*path).clone()),
                about: About::Path,
                labels: vec![
                    Label {
                        location: Location::File((*path).clone()),
                        text: message!["written by ", code(id)],
                    },
                    write_label(facts.plan, task, "unknown lane"),
                ],
                inputs: vec![*input],
                ..Draft::default()
            });
        }
    }
}

/// Whether some system treats a component of the path as `.git`. git never adds such a path, but a
/// handmade tree can contain one.
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
                    vec!["cannot tell whether `a` may write `x`"],
                ),
                (
                    "tasks:\n  a: {title: t}\n",
                    additions(&["x"]),
                    vec!["cannot tell whether `a` may write `x`"],
                ),
            ],
        );
    }

    #[test]
    fn sound_work() {
        assert_sound_work(&[
            // The lanes of other tasks do not matter.
            ("tasks:\n  a: {write: x}\n  b: {write: '/y'}\n  c:\n", additions(&["x"])),
        ]);
    }
}
