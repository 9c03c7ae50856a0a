//! `unused-allow`: an allowance that accepts no finding.

use super::common::labels::{label, text};
use super::{AllowIndex, Example, Find, Grouping, Outcome, Reporter, Rule, Scenario, Scope, rule};
use crate::analysis::{GateFacts, PlanFacts};
use crate::finding::{Draft, Fix, Level};
use crate::gate::{Coverage, GateInput, Work};
use crate::index::TaskId;
use crate::message;
use crate::message::code;
use crate::plan::{Allow, Plan, fix};

pub(super) static RULE: Rule = Rule {
    name: "unused-allow",
    summary: "an `allow` that no longer matches a finding",
    level: Level::Warning,
    fixed: false,
    unverified: false,
    scope: Scope::Plan,
    explanation: "An `allow` that no longer matches a finding is reported: left in place, it would \
        silence the next one. It is also unused if its rule is off, or if an earlier `allow` \
        accepts the same findings. For rules about the plan, `check` reports an unused `allow`. \
        For rules about changes, `gate` does, but only for tasks whose changes were checked in \
        full, so never with `--staged` or `--worktree`. Nothing is reported if the input was \
        incomplete or a rule was undecided.",
    remedy: "remove every unused `allow`",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: src/lessons/**\n    allow:\n      - {rule: \
               overlapping-lanes, with: quizzes, reason: each adds its own line}\n  quizzes:\n    \
               write: src/quizzes/**\n",
        files: &[],
        scenario: Scenario::PlanOnly,
    },
    grouping: Grouping::Alone,
};

pub(super) const FIND: Find = Find::Outcome(in_plan, in_work);

fn in_plan(facts: &PlanFacts<'_>, outcome: &Outcome, reporter: &mut Reporter<'_>) {
    let unknown = |task: TaskId| facts.plan.is_lane_unknown(task);
    let is_checked = |scope, task, with| match (scope, with) {
        // The unknown part of a lane may be what the allowance is for.
        (Scope::Plan, Some(with)) => !unknown(task) && !unknown(with),
        (Scope::Plan, None) => !facts.plan.tasks.ids().any(unknown),
        _ => false,
    };
    find(facts.plan, outcome, is_checked, reporter);
}

fn in_work(facts: &GateFacts<'_>, outcome: &Outcome, reporter: &mut Reporter<'_>) {
    let is_checked = |scope, task, with| match scope {
        Scope::Plan => false,
        Scope::Work => {
            !facts.plan.is_lane_unknown(task) && is_work_checked(facts.input, task, GIVEN)
        }
        Scope::Branch => is_work_checked(facts.input, task, BRANCH),
        Scope::Pair => are_checked(facts, task, with, GIVEN),
        Scope::Merge => are_checked(facts, task, with, BRANCH),
    };
    find(facts.plan, outcome, is_checked, reporter);
}

/// Reports unused allowances, if this run would have found what they accept: `is_checked` says so
/// for a rule's scope, the task and the one it is allowed `with`.
fn find(
    plan: &Plan,
    outcome: &Outcome,
    is_checked: impl Fn(Scope, TaskId, Option<TaskId>) -> bool,
    reporter: &mut Reporter<'_>,
) {
    for (task, owner) in plan.tasks.enumerated() {
        for (index, allow) in owner.allow.iter().enumerate() {
            let here = (task, index);
            let first = outcome.accepting.get(&here).copied();
            let Some(rule) = rule(&allow.rule.value).filter(|_| first != Some(here)) else {
                continue;
            };
            let with = allow.with.as_ref().map(|with| with.value);
            let verified = [None, Some(task), with.or(Some(task))]
                .iter()
                .all(|about| !outcome.unverified.contains(about));
            // An allowance of this rule would accept itself, and one of a rule that gave up may
            // accept what was not decided.
            let is_known = !rule.fixed && *rule != RULE && !outcome.gave_up.contains(rule);
            if verified && is_known && is_checked(rule.scope, task, with) {
                reporter.report(draft(plan, here, allow, first));
            }
        }
    }
}

/// All of a task's work, from its branch or from the caller.
const GIVEN: &[Coverage] = &[Coverage::Branch, Coverage::Given];

/// All of a task's work, from its branch: only branches are merged and searched for renames.
const BRANCH: &[Coverage] = &[Coverage::Branch];

/// Whether the task's work was checked, with a sufficient coverage.
fn is_work_checked(gate: &GateInput, task: TaskId, sufficient: &[Coverage]) -> bool {
    gate.diffs.iter().any(|diff| {
        diff.task == Some(task)
            && sufficient.contains(&diff.coverage)
            && matches!(diff.work, Work::Changes(_))
    })
}

/// Whether the work of the task was checked, and that of `with`, or of all concurrent tasks.
fn are_checked(
    facts: &GateFacts<'_>,
    task: TaskId,
    with: Option<TaskId>,
    sufficient: &[Coverage],
) -> bool {
    let is_checked = |task: TaskId| is_work_checked(facts.input, task, sufficient);
    let others = match with {
        Some(with) => vec![with],
        None => facts.plan.tasks.ids().collect(),
    };
    is_checked(task)
        && others.into_iter().all(|other| !facts.order.concurrent(task, other) || is_checked(other))
}

fn draft(plan: &Plan, here: AllowIndex, allow: &Allow, first: Option<AllowIndex>) -> Draft {
    let (task, allowance) = (here.0, fix::index(here.1));
    let remove = Fix::RemoveAllowance { task, allowance };
    let id = plan.id(task);
    let rule = &allow.rule.value;
    let mut labels = vec![label(allow.rule.span, "unused")];
    let mut data = vec![("rule", text(rule.as_str()))];
    let with = allow.with.as_ref().map(|with| with.value);
    data.extend(with.map(|with| ("with", text(plan.id(with)))));
    data.extend(allow.path.as_ref().map(|path| ("path", text(path.text.clone()))));
    let message = match first {
        None => message!["unused `allow` for ", code(rule), " in ", code(id)],
        Some((other, index)) => {
            let span = plan[other].allow[index].rule.span;
            labels.push(label(span, "already accepts the same findings"));
            data.push(("by", text(plan.id(other))));
            message![
                "unused `allow` for ",
                code(rule),
                " in ",
                code(id),
                ": ",
                code(plan.id(other)),
                " already allows it"
            ]
        }
    };
    Draft {
        message,
        help: Some("remove it before it silences another finding".into()),
        tasks: plan.ids([task]),
        labels,
        data,
        fixes: vec![remove],
        ..Draft::default()
    }
}
