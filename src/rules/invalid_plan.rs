//! `invalid-plan`: invalid syntax, or an invalid key, value, id or reference.

use super::common::labels::{label, replacement};
use super::{Example, Find, Grouping, RULES, Reporter, Rule, Scenario, Scope, rule};
use crate::analysis::{GateFacts, PlanFacts};
use crate::finding::{Draft, Fix, Label, Level, Location, Message};
use crate::index::TaskId;
use crate::message;
use crate::message::{Code, code};
use crate::plan::{Plan, Spanned, nearest};
use crate::source::excerpt;

pub(super) static RULE: Rule = Rule {
    name: "invalid-plan",
    summary: "invalid syntax, or an invalid key, value, id or reference",
    level: Level::Error,
    fixed: true,
    unverified: false,
    scope: Scope::Plan,
    explanation: "If ignored, an unknown key, a reference to a missing task or a glob that YAML \
        reads as an alias would silently change what a lane covers or which tasks are concurrent. \
        lanelint never guesses: each is an error, reported where it occurs.",
    remedy: "correct each entry as described in its finding; `lanelint schema` prints the allowed \
             keys and values",
    example: Example {
        plan: "tasks:\n  lessons:\n    wirte: src/lessons/**\n    needs: quizes\n  quizzes:\n    \
               write: src/quizzes/**\n",
        files: &[],
        scenario: Scenario::PlanOnly,
    },
    grouping: Grouping::Alone,
};

pub(super) const FIND: Find = Find::Both(in_plan, in_work);

/// The help for problems that have none of their own.
const SEE_SCHEMA: &str = "see `lanelint schema` for the allowed keys and values";

fn in_plan(facts: &PlanFacts<'_>, reporter: &mut Reporter<'_>) {
    find(facts.plan, |_| true, reporter);
}

fn in_work(facts: &GateFacts<'_>, reporter: &mut Reporter<'_>) {
    find(facts.plan, |task| facts.concerns(task), reporter);
    for proposed in &facts.input.proposed {
        let Err(failure) = &proposed.plan else { continue };
        let source = &facts.input.diffs[proposed.input].input.source;
        reporter.report(Draft {
            message: Message::quoted(&failure.problem),
            help: Some(Message::quoted(&failure.help)),
            labels: vec![Label {
                location: Location::Input(source.clone()),
                text: "this is one of `plan-branches`".into(),
            }],
            inputs: vec![proposed.input],
            ..Draft::default()
        });
    }
}

fn find(plan: &Plan, concerns: impl Fn(Option<TaskId>) -> bool, reporter: &mut Reporter<'_>) {
    for problem in plan.problems.iter().filter(|problem| concerns(problem.task)) {
        reporter.report(Draft {
            message: Message::quoted(&problem.message),
            help: Some(problem.help.as_deref().map_or(SEE_SCHEMA.into(), Message::quoted)),
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
        let fixed = |rule| message!["the level of ", rule, " cannot be changed"];
        wrong_rule(plan, name, fixed, &[], reporter);
    }
    for task in plan.tasks.ids().filter(|&task| concerns(Some(task))) {
        for allow in &plan[task].allow {
            let fixed = |rule| message![rule, " cannot be allowed"];
            wrong_rule(plan, &allow.rule, fixed, &[task], reporter);
        }
    }
}

/// Reports a name in `rules` or `allow` that is unknown or belongs to a rule of fixed level.
fn wrong_rule(
    plan: &Plan,
    name: &Spanned<String>,
    fixed_level: impl Fn(Code<&'static str>) -> Message,
    tasks: &[TaskId],
    reporter: &mut Reporter<'_>,
) {
    let (message, help, nearest) = match rule(&name.value) {
        Some(rule) if rule.fixed => (fixed_level(code(rule.name)), "remove it".into(), None),
        Some(_) => return,
        None => {
            let nearest = nearest(&name.value, RULES.iter().map(|rule| rule.name));
            let help = match nearest {
                Some(nearest) => message!["did you mean ", code(nearest), "?"],
                None => "run `lanelint explain` to list the rules".into(),
            };
            (message!["unknown rule ", code(excerpt(&name.value))], help, nearest)
        }
    };
    reporter.report(Draft {
        message,
        help: Some(help),
        tasks: plan.ids(tasks.iter().copied()),
        labels: vec![label(name.span, "")],
        fixes: nearest.map(|nearest| replacement(plan, name.span, nearest)).into_iter().collect(),
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
                        "unknown task `b`",
                        "the level of `invalid-glob` cannot be changed",
                        "unknown rule `overlaping-lanes`",
                    ],
                ),
                (
                    "tasks: {a: {write: x, allow: [{rule: not-verified, reason: r}]}}\n",
                    vec!["`not-verified` cannot be allowed"],
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
