//! `lane-narrowed`: what a task could write in the earlier version of a plan, and no longer may.

use super::common::labels::{label, lane_texts, write_label};
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope, UndecidedDraft};
use crate::analysis::PlanFacts;
use crate::finding::{Draft, Level};
use crate::message;
use crate::message::code;
use crate::plan::Plan;
use crate::plan_vs_plan::LaneDiff;
use crate::source::Span;

pub(super) static RULE: Rule = Rule {
    name: "lane-narrowed",
    summary: "a path that a task could write before but no longer may write",
    level: Level::Note,
    fixed: false,
    unverified: false,
    scope: Scope::Plan,
    explanation: "A task that is already running may have changed paths that a new version of the \
        plan takes away. Its branch would then fail the gate, so whoever is working on it should \
        know beforehand. lanelint compares the lanes as sets of paths, and reports a path for each task \
        that may write less than before. Like `lane-widened`, this rule takes its level from the \
        earlier version, and an `allow` has no effect on it.",
    remedy: "tell whoever works on the task, or undo the change",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: src/lessons/*.json\n",
        files: &[],
        scenario: Scenario::Against("tasks:\n  lessons:\n    write: src/lessons/**\n"),
    },
    grouping: Grouping::Alone,
};

pub(super) const FIND: Find = Find::Versions(find);

fn find(facts: &PlanFacts<'_>, earlier: &Plan, reporter: &mut Reporter<'_>) {
    for lane in facts.diff().iter().flat_map(|diff| &diff.lanes) {
        if lane.narrowed.is_err() {
            reporter.undecided(UndecidedDraft::lane_diff(facts.plan, lane));
        } else if let Some(draft) = narrowed(facts.plan, earlier, lane) {
            reporter.report(draft);
        }
    }
}

fn narrowed(plan: &Plan, earlier: &Plan, lane: &LaneDiff) -> Option<Draft> {
    let path = lane.narrowed.as_ref().ok()?.as_ref()?;
    let id = code(&lane.id);
    let (message, label) = match lane.now {
        Some(task) => (
            message![id, " may no longer write ", code(path)],
            write_label(plan, task, "narrower than before"),
        ),
        None => (
            message!["the task ", id, ", which could write ", code(path), ", was removed"],
            label(Span::default(), "no longer in the plan"),
        ),
    };
    Some(Draft {
        message,
        help: Some(
            "once this plan is on the base branch, the gate rejects such changes: tell whoever \
             works on the task"
                .into(),
        ),
        tasks: vec![lane.id.clone()],
        path: Some(path.clone()),
        labels: vec![label],
        data: vec![
            ("before", lane_texts(earlier, lane.before)),
            ("after", lane_texts(plan, lane.now)),
        ],
        ..Draft::default()
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{compared, messages};

    #[test]
    fn narrowed_lanes() {
        let before = "tasks:\n  a: {write: [src/**, '!src/gen/**']}\n  b: {write: doc/**}\n";
        for (from, to, expected) in [
            ("src/**, ", "src/*, ", Some("`a` may no longer write `src/0/0`")),
            ("'!src/gen/**'", "'!src/g*/**'", Some("`a` may no longer write `src/g/0`")),
            ("doc/**", "[]", Some("`b` may no longer write `doc/0`")),
            (
                "  b: {write: doc/**}\n",
                "",
                Some("the task `b`, which could write `doc/0`, was removed"),
            ),
            ("doc/**}\n", "doc/**}\nprotect: doc/x\n", Some("`b` may no longer write `doc/x`")),
            ("doc/**", "'{doc,app}/**'", None),
            ("doc/**", "[doc/*, doc/*/**]", None),
        ] {
            let now = before.replacen(from, to, 1);
            assert_ne!(now, before);
            let found = messages(&compared(before, &now), RULE.name);
            assert_eq!(
                found.iter().map(String::as_str).collect::<Vec<_>>(),
                Vec::from_iter(expected),
                "{to}"
            );
        }
    }
}
