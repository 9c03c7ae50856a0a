//! `missing-lane`: a task that does not say what it may write.

use super::{Done, Example, Facts, Grouping, Rule, Subject, label};
use crate::finding::{Draft, Fix, Level};
use crate::plan::fix;

pub(super) const RULE: Rule = Rule {
    name: "missing-lane",
    summary: "a task without `write`",
    level: Level::Error,
    fixed: true,
    subject: Subject::Plan,
    explanation: "A task without a lane could mean 'everything' or 'nothing', and a gate that \
        guesses is no gate. Say `write: []` for a task that only reviews.",
    remedy: "add `write:` with its globs, or `write: []` if it only reviews",
    example: Example {
        plan: "tasks:\n  lessons:\n    title: Add lessons\n",
        files: &[],
        done: Done::Nothing,
    },
    grouping: Grouping::Alone,
    find,
};

fn find(facts: &Facts<'_>, report: &mut dyn FnMut(Draft)) {
    for (place, task) in facts.plan.tasks.iter().enumerate() {
        if task.write.is_none() && facts.concerns(Some(place)) {
            report(Draft {
                message: format!("`{}` does not say what it may write", task.id.value),
                help: Some("add `write:` with its globs, or `write: []` if it only reviews".into()),
                tasks: facts.ids([place]),
                labels: vec![label(task.id.span, "this task has no `write`")],
                fixes: vec![Fix::WriteNothing { task: fix::place(place) }],
                ..Draft::default()
            });
        }
    }
}
