//! `invalid-glob`: a glob that the language does not have.

use super::{Done, Example, Facts, Grouping, Rule, Subject, label, text};
use std::sync::Arc;

use crate::finding::{Draft, Fix, Level};
use crate::source::excerpt;

pub(super) const RULE: Rule = Rule {
    name: "invalid-glob",
    summary: "a glob that cannot mean what it looks like",
    level: Level::Error,
    fixed: true,
    subject: Subject::Plan,
    explanation: "Other tools read `src/**.rs`, `./src` or `[é]` in ways that surprise, and some \
        match nothing. Here such a glob is refused at its exact place, with the mend. It is left \
        out of its lane, which is then unknown: the gate verifies no change of the task until the \
        glob is mended.",
    remedy: "write the glob in a form that means one thing",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: ./src/**.rs\n",
        files: &[],
        done: Done::Nothing,
    },
    grouping: Grouping::Alone,
    find,
};

fn find(facts: &Facts<'_>, report: &mut dyn FnMut(Draft)) {
    for (task, entry) in facts.plan.glob_entries().filter(|(task, _)| facts.concerns(*task)) {
        for fault in entry.glob.as_ref().err().into_iter().flatten() {
            report(Draft {
                message: format!("`{}`: {}", excerpt(&entry.text), fault.problem),
                help: Some(fault.help.clone().into()),
                tasks: facts.ids(task),
                labels: vec![label(fault.span, fault.problem.as_str())],
                data: vec![("glob", text(Arc::clone(&entry.text)))],
                fixes: fault.fix.iter().cloned().map(Fix::from).collect(),
                ..Draft::default()
            });
        }
    }
}
