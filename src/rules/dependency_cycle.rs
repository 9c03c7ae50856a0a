//! `dependency-cycle`: tasks that wait for each other.

use super::common::english::and;
use super::common::labels::{label, texts};
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope};
use crate::analysis::PlanFacts;
use crate::finding::{Draft, Level};
use crate::message;
use crate::message::code;

pub(super) static RULE: Rule = Rule {
    name: "dependency-cycle",
    summary: "a cycle in `needs`",
    level: Level::Error,
    fixed: false,
    unverified: false,
    scope: Scope::Plan,
    explanation: "Tasks that wait for each other never start. The edges of a cycle impose no \
        order, so these tasks count as concurrent.",
    remedy: "remove one of these `needs`",
    example: Example {
        plan: "tasks:\n  schema: {write: schema/**, needs: api}\n  api: {write: api/**, needs: \
               schema}\n",
        files: &[],
        scenario: Scenario::PlanOnly,
    },
    grouping: Grouping::Alone,
};

pub(super) const FIND: Find = Find::Plan(find);

fn find(facts: &PlanFacts<'_>, reporter: &mut Reporter<'_>) {
    for cycle in facts.order.cycles() {
        let steps = cycle.iter().zip(cycle.iter().cycle().skip(1));
        let labels = steps
            .filter_map(|(&task, &next)| {
                let need = facts.plan[task].needs.iter().find(|need| need.value == next)?;
                let text =
                    message![code(facts.plan.id(task)), " waits for ", code(facts.plan.id(next))];
                Some(label(need.span, text))
            })
            .collect();
        let ids = facts.plan.ids(cycle.iter().copied());
        let message = match ids.as_slice() {
            [one] => message![code(one), " needs itself"],
            many => message![and(many), " form a cycle of `needs`"],
        };
        reporter.report(Draft {
            message,
            help: Some("remove one of these `needs`".into()),
            tasks: ids.clone(),
            labels,
            data: vec![("cycle", texts(ids))],
            ..Draft::default()
        });
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
                ("tasks:\n  a: {write: x, needs: a}\n", vec!["`a` needs itself"]),
                (
                    "tasks:\n  a: {write: x, needs: b}\n  b: {write: y, needs: c}\n  c: {write: z, needs: a}\n  d: {write: q, needs: a}\n",
                    vec!["`a`, `b` and `c` form a cycle of `needs`"],
                ),
            ],
        );
    }

    #[test]
    fn sound_plans() {
        assert_sound_plans(&[
            "tasks:\n  a: {write: x}\n  b: {write: y, needs: a}\n  c: {write: z, needs: [a, b]}\n",
        ]);
    }
}
