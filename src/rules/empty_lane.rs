//! `empty-lane`: globs of which nothing is left.

use super::{Done, Example, Facts, Grouping, Rule, Subject};
use crate::finding::{Draft, Level};

pub(super) const RULE: Rule = Rule {
    name: "empty-lane",
    summary: "globs are given, but none of their paths is left",
    level: Level::Error,
    fixed: false,
    subject: Subject::Plan,
    explanation: "The exclusions and what is protected leave the task nothing to write, so every \
        change it makes would be out of its lane. A task that only reviews says `write: []`.",
    remedy: "narrow the exclusions, or write `write: []` if the task only reviews",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: [src/lessons/*.json, \"!src/**\"]\n",
        files: &[],
        done: Done::Nothing,
    },
    grouping: Grouping::Alone,
    find,
};

fn find(facts: &Facts<'_>, report: &mut dyn FnMut(Draft)) {
    let Some(known) = facts.check() else { return };
    for (place, task) in facts.plan.tasks.iter().enumerate() {
        let given = task.write.as_ref().is_some_and(|write| !write.entries.is_empty());
        let protected = &known.alone.protected[place];
        let all_protected =
            !protected.is_empty() && protected.iter().all(|protected| *protected == Some(true));
        if given && !task.unknown && known.alone.vacant[place] == Some(true) && !all_protected {
            report(Draft {
                message: format!("nothing is left of the lane of `{}`", task.id.value),
                help: Some(
                    "narrow the exclusions, or write `write: []` if the task only reviews".into(),
                ),
                tasks: facts.ids([place]),
                labels: vec![facts.write_label(place, "no path is in these and not taken away")],
                ..Draft::default()
            });
        }
    }
}
