//! `no-changes`: a task that may write but changed nothing.

use std::collections::BTreeMap;

use super::common::english::who;
use super::common::labels::write_label;
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope};
use crate::analysis::GateFacts;
use crate::finding::{Draft, Level};
use crate::gate::{Coverage, Work};
use crate::index::{InputId, TaskId};
use crate::message;

pub(super) static RULE: Rule = Rule {
    name: "no-changes",
    summary: "a task that may write but changed nothing",
    level: Level::Warning,
    fixed: false,
    unverified: false,
    scope: Scope::Work,
    explanation: "A branch without changes often means that the work was not pushed, or that the \
        base is wrong. A gate that checked nothing should not look like one that found nothing.",
    remedy: "if the tasks are done, check that their work was pushed and that the base is right",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: src/lessons/**\n",
        files: &[],
        scenario: Scenario::Patch(""),
    },
    grouping: Grouping::Together("nothing was changed by"),
};

pub(super) const FIND: Find = Find::Gate(find);

fn find(facts: &GateFacts<'_>, reporter: &mut Reporter<'_>) {
    // Several patches of one task are one work, and several attempts are not.
    let mut idle: BTreeMap<(TaskId, Option<usize>), (bool, Vec<InputId>)> = BTreeMap::new();
    for (input, diff) in facts.input.diffs.enumerated() {
        let (Some(task), attempt) = diff.attempt() else { continue };
        let nothing = match &diff.work {
            Work::Changes(set) => {
                let merging = &diff.merging;
                let elsewhere = !merging.landed.is_empty() || !merging.inherited.is_empty();
                set.changes.is_empty() && set.gaps.is_empty() && !(merging.is_merged || elsewhere)
            }
            // There may be changes that were not seen.
            Work::NoBranch | Work::Superseded | Work::Unreadable(_) => false,
        };
        let (is_idle, inputs) = idle.entry((task, attempt)).or_insert((true, Vec::new()));
        *is_idle &= nothing;
        inputs.push(input);
    }
    for ((task, _), (_, inputs)) in idle.into_iter().filter(|(_, (idle, _))| *idle) {
        if !facts.plan[task].is_review_only() {
            let diff = &facts.input.diffs[inputs[0]];
            let why = diff.merging.is_on_base && diff.coverage == Coverage::Branch;
            let why = why.then_some(": its branch is new, or was fast-forwarded");
            reporter.report(Draft {
                message: message![who(facts, diff), " changed nothing", why],
                help: Some(
                    "if the task is done, check that its work was pushed and that the base is right"
                        .into(),
                ),
                tasks: facts.plan.ids([task]),
                labels: vec![write_label(facts.plan, task, "no changes in this lane")],
                inputs,
                ..Draft::default()
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::gate::Work;
    use crate::rules::tests::{TASKS, assert_found_in_work, assert_sound_work, gated, messages};

    #[test]
    fn found_in_work() {
        assert_found_in_work(RULE.name, &[(TASKS, String::new(), vec!["`a` changed nothing"])]);
    }

    #[test]
    fn sound_work() {
        assert_sound_work(&[("tasks:\n  a: {write: []}\n", String::new())]);
        let report = gated("tasks:\n  a: {write: []}\n", Work::NoBranch);
        assert!(messages(&report, RULE.name).is_empty());
    }
}
