//! `not-verified`: an input that could not be read whole.

use super::{Example, Facts, Grouping, Question, Rule, Subject, label};
use std::sync::Arc;

use crate::finding::{Draft, Label, Level, Place};
use crate::gate::{Standing, Work, standings};
use crate::repo::Gap;

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
        patch: Some("<!DOCTYPE html>\n<title>Sign in</title>\n"),
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
    gate.gaps.iter().for_each(|gap| report(draft(gap, Vec::new(), Vec::new())));
    for judged in &gate.judged {
        let gaps = match &judged.work {
            Work::Changes(set) => set.gaps.as_slice(),
            Work::Unreadable(gap) => std::slice::from_ref(gap),
            Work::NoBranch => &[],
        };
        for gap in gaps {
            let label = match &judged.patch {
                Some(name) => Label { place: Place::Input(name.clone()), text: String::new() },
                None => label(facts.plan.tasks[judged.task].id.span, "the work of this task"),
            };
            report(draft(gap, facts.ids([judged.task]), vec![label]));
        }
    }
    for (judged, path, _, standing) in standings(facts.plan, facts.lanes, gate) {
        if standing == Standing::UnknownLane {
            let id = facts.id(judged.task);
            report(Draft {
                message: format!("`{path}`: nobody knows whether `{id}` may write it"),
                help: Some(format!("mend the lane of `{id}` in the plan first").into()),
                tasks: facts.ids([judged.task]),
                path: Some(path.clone()),
                labels: vec![
                    Label { place: Place::File(path.clone()), text: format!("written by `{id}`") },
                    facts.write_label(judged.task, "this lane is not known"),
                ],
                ..Draft::default()
            });
        }
    }
}

fn draft(gap: &Gap, tasks: Vec<Arc<str>>, labels: Vec<Label>) -> Draft {
    Draft {
        message: gap.problem.clone(),
        help: (!gap.help.is_empty()).then(|| gap.help.clone().into()),
        tasks,
        labels,
        ..Draft::default()
    }
}
