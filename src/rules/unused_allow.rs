//! `unused-allow`: an allowance that nothing needs.

use super::{AllowPlace, Done, Example, Facts, Grouping, Outcome, Question, Rule, Subject};
use super::{label, rule, text};
use crate::finding::{Draft, Fix, Level};
use crate::gate::{Extent, GateInput, Work};
use crate::plan::{Allow, fix};

pub(super) const RULE: Rule = Rule {
    name: "unused-allow",
    summary: "an `allow` that nothing needs any more",
    level: Level::Warning,
    fixed: false,
    subject: Subject::Plan,
    explanation: "What an allowance was made for may be gone: a lane was narrowed, a task removed. \
        What stays would accept the next finding of its kind, which nobody has looked at. It is \
        also unused where another allowance comes first and accepts the same, and where its rule is \
        off. `check` tells it of the rules about the plan; the gate of those about the work, and \
        only where it judged all of the task's work: not for what is merely staged or in the work \
        tree, and for no task that was not looked at. Where something about the tasks could not be \
        read, verified or decided, nothing is said.",
    remedy: "remove them",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: src/lessons/**\n    allow:\n      - {rule: \
               overlapping-lanes, with: quizzes, reason: each adds its own line}\n  quizzes:\n    \
               write: src/quizzes/**\n",
        files: &[],
        done: Done::Nothing,
    },
    grouping: Grouping::Alone,
    find,
};

fn find(facts: &Facts<'_>, report: &mut dyn FnMut(Draft)) {
    let Some(outcome) = facts.outcome else { return };
    for (task, owner) in facts.plan.tasks.iter().enumerate() {
        for (place, allow) in owner.allow.iter().enumerate() {
            let here = (task, place);
            let first = outcome.accepting.get(&here).copied();
            if first != Some(here) && is_judged(facts, outcome, task, allow) {
                report(draft(facts, here, allow, first));
            }
        }
    }
}

/// Whether this run would have shown that the allowance is needed.
fn is_judged(facts: &Facts<'_>, outcome: &Outcome, task: usize, allow: &Allow) -> bool {
    let Some(rule) = rule(&allow.rule.value) else { return false };
    let with = allow.with.as_ref().map(|with| with.value);
    let verified = [None, Some(task), with.or(Some(task))]
        .iter()
        .all(|about| !outcome.unverified.contains(about));
    // An allowance of this very rule could only speak for itself.
    if rule.fixed || rule.name == RULE.name || !verified {
        return false;
    }
    // What is left out may be what needs it.
    if outcome.gave_up.contains(rule.name) {
        return false;
    }
    let unknown = |task: usize| facts.plan.is_lane_unknown(task);
    match (facts.question, rule.subject) {
        // A part of a lane that could not be read may be the one that needs it.
        (Question::Check(_), Subject::Plan) => match with {
            Some(with) => !unknown(task) && !unknown(with),
            None => !(0..facts.plan.tasks.len()).any(unknown),
        },
        (Question::Gate(gate), Subject::Work) => {
            !unknown(task) && is_work_judged(gate.input, task, GIVEN)
        }
        (Question::Gate(gate), Subject::Branch) => is_work_judged(gate.input, task, BRANCH),
        (Question::Gate(gate), Subject::Meeting) => {
            are_judged(facts, gate.input, task, with, GIVEN)
        }
        (Question::Gate(gate), Subject::Merge) => are_judged(facts, gate.input, task, with, BRANCH),
        (Question::Check(_), _) | (Question::Gate(_), Subject::Plan) => false,
    }
}

/// All of a task's work, as its branch or as the caller gave it.
const GIVEN: &[Extent] = &[Extent::Branch, Extent::Given];

/// All of a task's work, as its branch: only branches are merged, and renames only seen there.
const BRANCH: &[Extent] = &[Extent::Branch];

/// Whether there is work of a task that was judged, to a great enough extent.
fn is_work_judged(gate: &GateInput, task: usize, enough: &[Extent]) -> bool {
    gate.judged.iter().any(|judged| {
        judged.task == Some(task)
            && enough.contains(&judged.extent)
            && matches!(judged.work, Work::Changes(_))
    })
}

/// Whether the work of a task was judged, and that of the other one; of all that run beside it,
/// where there is none.
fn are_judged(
    facts: &Facts<'_>,
    gate: &GateInput,
    task: usize,
    with: Option<usize>,
    enough: &[Extent],
) -> bool {
    let is_judged = |task: usize| is_work_judged(gate, task, enough);
    let others = match with {
        Some(with) => with..with + 1,
        None => 0..facts.plan.tasks.len(),
    };
    is_judged(task)
        && others.into_iter().all(|other| !facts.order.concurrent(task, other) || is_judged(other))
}

fn draft(facts: &Facts<'_>, here: AllowPlace, allow: &Allow, first: Option<AllowPlace>) -> Draft {
    let (task, allowance) = (fix::place(here.0), fix::place(here.1));
    let remove = Fix::RemoveAllowance { task, allowance };
    let task = here.0;
    let id = facts.id(task);
    let of = &allow.rule.value;
    let mut labels = vec![label(allow.rule.span, "nothing needs it")];
    let mut data = vec![("rule", text(of.as_str()))];
    let with = allow.with.as_ref().map(|with| with.value);
    data.extend(with.map(|with| ("with", text(facts.id(with)))));
    data.extend(allow.path.as_ref().map(|path| ("path", text(path.text.clone()))));
    let message = match first {
        None => format!("`{id}` allows `{of}` where nothing needs it"),
        Some((other, place)) => {
            let span = facts.plan.tasks[other].allow[place].rule.span;
            labels.push(label(span, "this accepts the same, and comes first"));
            data.push(("by", text(facts.id(other))));
            format!("`{id}` allows `{of}` where `{}` does already", facts.id(other))
        }
    };
    Draft {
        message,
        help: Some("remove it, before it accepts what nobody has looked at".into()),
        tasks: facts.ids([task]),
        labels,
        data,
        fixes: vec![remove],
        ..Draft::default()
    }
}
