//! `not-verified`: an input that could not be read whole.

use super::{Done, Example, Facts, Grouping, Question, Rule, Subject, label};
use std::sync::Arc;

use crate::change::ChangeKind;
use crate::failure::Failure;
use crate::finding::{Draft, Label, Level, Place};
use crate::gate::{Placed, Source, Standing, Work};
use crate::path::{RepoPath, is_git_folder};

pub(super) const RULE: Rule = Rule {
    name: "not-verified",
    summary: "an input that could not be read whole; says what to do",
    level: Level::Error,
    fixed: true,
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
    find,
};

fn find(facts: &Facts<'_>, report: &mut dyn FnMut(Draft)) {
    let gate = match facts.question {
        Question::Check(known) => {
            known.gaps.iter().for_each(|gap| report(draft(gap, Vec::new(), Vec::new())));
            return;
        }
        Question::Gate(gate) => gate,
    };
    gate.input.gaps.iter().for_each(|gap| report(draft(gap, Vec::new(), Vec::new())));
    for judged in &gate.input.judged {
        let gaps = match &judged.work {
            Work::Changes(set) => set.gaps.as_slice(),
            Work::Unreadable(gap) => std::slice::from_ref(gap),
            Work::NoBranch => &[],
        };
        for gap in gaps {
            let input =
                |name: &str| Label { place: Place::Input(name.into()), text: String::new() };
            let label = match (&judged.source, judged.task) {
                (Source::Patch(name), _) => input(name),
                (_, Some(task)) => label(facts.plan.tasks[task].id.span, "the work of this task"),
                (_, None) => input(&judged.input.source),
            };
            report(draft(gap, facts.ids(judged.task), vec![label]));
        }
    }
    for link in &gate.input.links {
        let (Err(gap), Some(judged)) = (&link.leads, gate.input.judged.get(link.judged)) else {
            continue;
        };
        let labels = facts.changed(judged, &link.path, "a symbolic link");
        let draft = draft(gap, facts.ids(judged.task), labels);
        report(Draft { path: Some(link.path.clone()), ..draft });
    }
    for merge in &gate.input.merges {
        let Err(gap) = &merge.outcome else { continue };
        let places = std::iter::once(&merge.branch).chain(&merge.into);
        let tasks: Vec<usize> =
            places.filter_map(|&place| gate.input.judged.get(place)?.task).collect();
        let place = tasks.first().map(|&task| facts.plan.tasks[task].id.span);
        let labels = place.into_iter().map(|span| label(span, "the branch of this task"));
        report(draft(gap, facts.ids(tasks.iter().copied()), labels.collect()));
    }
    for Placed { judged, path, change, standing, .. } in &gate.changes {
        if change.kind != ChangeKind::Deleted && names_git_folder(path) {
            report(Draft {
                message: format!("some systems take `{path}` for a path in `.git`"),
                help: Some("rename it: git itself refuses such a name there".into()),
                tasks: facts.ids(judged.task),
                path: Some((*path).clone()),
                labels: facts.changed(judged, path, "its name is one of those for `.git`"),
                alone: true,
                ..Draft::default()
            });
        }
        if let (Standing::UnknownLane, Some(task)) = (standing, judged.task) {
            let id = facts.id(task);
            report(Draft {
                message: format!("`{path}`: nobody knows whether `{id}` may write it"),
                help: Some(format!("mend the lane of `{id}` in the plan first").into()),
                tasks: facts.ids([task]),
                path: Some((*path).clone()),
                labels: vec![
                    Label {
                        place: Place::File((*path).clone()),
                        text: format!("written by `{id}`"),
                    },
                    facts.write_label(task, "this lane is not known"),
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
        message: gap.problem.clone(),
        help: (!gap.help.is_empty()).then(|| gap.help.clone().into()),
        tasks,
        labels,
        ..Draft::default()
    }
}
