//! `dependency-cycle`: tasks that wait for each other.

use super::common::english::and;
use super::common::labels::{label, texts};
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope};
use crate::analysis::PlanFacts;
use crate::finding::{Draft, Level};
use crate::index::TaskId;
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
                let value = &facts.plan[task];
                let need = value.needs.iter().find(|need| need.value == next);
                let wave = value.wave.as_ref().map(|wave| wave.span);
                let text =
                    message![code(facts.plan.id(task)), " waits for ", code(facts.plan.id(next))];
                Some(label(need.map_or(wave, |need| Some(need.span))?, text))
            })
            .collect();
        let needs =
            |task: TaskId, next| facts.plan[task].needs.iter().any(|need| need.value == next);
        let by_wave =
            cycle.iter().zip(cycle.iter().cycle().skip(1)).any(|(&task, &next)| !needs(task, next));
        let ids = facts.plan.ids(cycle.iter().copied());
        let message = match ids.as_slice() {
            [one] => message![code(one), " needs itself"],
            many if by_wave => message![and(many), " form a cycle of `needs` and `wave`"],
            many => message![and(many), " form a cycle of `needs`"],
        };
        reporter.report(Draft {
            message,
            help: Some(match by_wave {
                true => "remove one of these `needs`, or correct a `wave`".into(),
                false => "remove one of these `needs`".into(),
            }),
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
    fn waves() {
        let text = "tasks:\n  a: {write: x, wave: 1, needs: b}\n  b: {write: y, wave: 3}\n";
        assert_found_in_plans(
            RULE.name,
            &[(text, vec!["`a` and `b` form a cycle of `needs` and `wave`"])],
        );
    }

    #[test]
    fn sound_plans() {
        assert_sound_plans(&[
            "tasks:\n  a: {write: x}\n  b: {write: y, needs: a}\n  c: {write: z, needs: [a, b]}\n",
        ]);
    }
}
