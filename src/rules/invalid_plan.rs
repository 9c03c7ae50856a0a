//! `invalid-plan`: a key, type, id or reference that is wrong.

use super::common::labels::{label, replacement};
use super::{Example, Find, Grouping, RULES, Reporter, Rule, Scenario, Scope, rule};
use crate::analysis::{GateFacts, PlanFacts};
use crate::finding::{Draft, Fix, Level, Message};
use crate::index::TaskId;
use crate::message;
use crate::message::code;
use crate::plan::{Plan, Spanned, nearest};
use crate::source::excerpt;

pub(super) static RULE: Rule = Rule {
    name: "invalid-plan",
    summary: "a key, type, id or reference that is wrong",
    level: Level::Error,
    fixed: true,
    unverified: false,
    scope: Scope::Plan,
    explanation: "A key that nobody reads, a task that does not exist or a glob that YAML took \
        for an alias would leave a lane that means something else than was written. Nothing is \
        guessed: each is an error at its exact place.",
    remedy: "mend the plan at this place",
    example: Example {
        plan: "tasks:\n  lessons:\n    wirte: src/lessons/**\n    needs: quizes\n  quizzes:\n    \
               write: src/quizzes/**\n",
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
    for problem in plan.problems.iter().filter(|problem| concerns(problem.task)) {
        reporter.report(Draft {
            message: Message::quoted(&problem.message),
            help: problem.help.as_deref().map(Message::quoted),
            tasks: plan.ids(problem.task),
            labels: problem
                .labels
                .iter()
                .map(|(span, text)| label(*span, Message::quoted(text)))
                .collect(),
            fixes: problem.fix.iter().cloned().map(Fix::from).collect(),
            ..Draft::default()
        });
    }
    for (name, _) in &plan.levels {
        wrong_rule(plan, name, "its level is fixed", &[], reporter);
    }
    for task in plan.tasks.ids().filter(|&task| concerns(Some(task))) {
        for allow in &plan[task].allow {
            wrong_rule(plan, &allow.rule, "it cannot be allowed", &[task], reporter);
        }
    }
}

/// Tells of a name under `rules` or in an `allow` that is no rule's, or that of a fixed one.
fn wrong_rule(
    plan: &Plan,
    name: &Spanned<String>,
    fixed: &'static str,
    tasks: &[TaskId],
    reporter: &mut Reporter<'_>,
) {
    let (message, help, near) = match rule(&name.value) {
        Some(rule) if rule.fixed => {
            (message![code(&rule.name), " stands for itself: ", fixed], "remove it".into(), None)
        }
        Some(_) => return,
        None => {
            let near = nearest(&name.value, RULES.iter().map(|rule| rule.name));
            let help = match near {
                Some(near) => message!["did you mean ", code(near), "?"],
                None => "the README lists the rules".into(),
            };
            (message!["there is no rule ", code(excerpt(&name.value))], help, near)
        }
    };
    reporter.report(Draft {
        message,
        help: Some(help),
        tasks: plan.ids(tasks.iter().copied()),
        labels: vec![label(name.span, "")],
        fixes: near.map(|near| replacement(plan, name.span, near)).into_iter().collect(),
        ..Draft::default()
    });
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
                    "tasks: {a: {write: x, needs: b}}\nrules: {invalid-glob: off, overlaping-lanes: off}\n",
                    vec![
                        "there is no task `b`",
                        "`invalid-glob` stands for itself: its level is fixed",
                        "there is no rule `overlaping-lanes`",
                    ],
                ),
                (
                    "tasks: {a: {write: x, allow: [{rule: not-verified, reason: r}]}}\n",
                    vec!["`not-verified` stands for itself: it cannot be allowed"],
                ),
            ],
        );
    }

    #[test]
    fn sound_plans() {
        assert_sound_plans(&[
            "tasks:\n  a: {write: x, x-owner: me, title: t, branch: q/a}\nx-y: [1]\n",
            "tasks:\n  x-ray: {write: x}\nrules: {unused-allow: off, empty-lane: note}\n",
        ]);
    }
}
