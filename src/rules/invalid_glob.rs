//! `invalid-glob`: a malformed glob.

use std::sync::Arc;

use super::common::labels::{label, text};
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope};
use crate::analysis::{GateFacts, PlanFacts};
use crate::finding::{Draft, Fix, Level, Message};
use crate::index::TaskId;
use crate::message;
use crate::message::code;
use crate::plan::Plan;
use crate::source::excerpt;

pub(super) static RULE: Rule = Rule {
    name: "invalid-glob",
    summary: "a malformed glob, or one that does not mean what it looks like",
    level: Level::Error,
    fixed: true,
    unverified: false,
    scope: Scope::Plan,
    explanation: "Other tools interpret `src/**.rs`, `./src` or `[é]` in surprising ways or not at \
        all. lanelint rejects such globs. An invalid glob is left out of its lane, and the lane is \
        then unknown: until the glob is fixed, the gate reports every change by that task as \
        `not-verified`.",
    remedy: "rewrite the globs as each finding suggests",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: ./src/**.rs\n",
        files: &[],
        scenario: Scenario::PlanOnly,
    },
    grouping: Grouping::Alone,
};

pub(super) const FIND: Find = Find::Both(in_plan, in_work);

fn in_plan(facts: &PlanFacts<'_>, reporter: &mut Reporter<'_>) {
    find(facts.plan, |_| true, reporter);
}

fn in_work(facts: &GateFacts<'_>, reporter: &mut Reporter<'_>) {
    find(facts.plan, |task| facts.concerns(task), reporter);
}

fn find(plan: &Plan, concerns: impl Fn(Option<TaskId>) -> bool, reporter: &mut Reporter<'_>) {
    for (task, entry) in plan.glob_entries().filter(|(task, _)| concerns(*task)) {
        for fault in entry.glob.as_ref().err().into_iter().flatten() {
            reporter.report(Draft {
                message: message![
                    code(excerpt(&entry.text)),
                    ": ",
                    Message::quoted(&fault.problem)
                ],
                help: Some(Message::quoted(&fault.help)),
                tasks: plan.ids(task),
                labels: vec![label(fault.span, Message::quoted(&fault.problem))],
                data: vec![("glob", text(Arc::clone(&entry.text)))],
                fixes: fault.fix.iter().cloned().map(Fix::from).collect(),
                ..Draft::default()
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{assert_found_in_plans, assert_sound_plans};

    #[test]
    fn found_in_plans() {
        assert_found_in_plans(
            RULE.name,
            &[
                (
                    "tasks:\n  a: {write: 'a//b', read: '{x}'}\n",
                    vec!["`a//b`: an empty component", "`{x}`: a brace with a single alternative"],
                ),
                ("tasks: {a: {write: x}}\nshare: './y'\n", vec!["`./y`: a leading `./`"]),
            ],
        );
    }

    #[test]
    fn sound_plans() {
        assert_sound_plans(&[
            "tasks:\n  a: {write: ['\\{x\\}', 'src/**/*.rs', '\\!y', '[]a]', x/]}\n",
        ]);
    }
}
