//! The one entry: inputs in memory in, report out. Levels, allowances and the order of findings
//! are settled here, for the command line and the editor alike.

mod allowances;
mod mend;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::failure::Failure;
use crate::finding::{Datum, Draft, Finding, Level, Place, Report, UNVERIFIED};
use crate::gate::{GateFacts, GateInput, Judged};
use crate::lane::Lanes;
use crate::overlap::Overlap;
use crate::path::RepoPath;
use crate::plan::Plan;
use crate::plan::order::Order;
use crate::rules::{Facts, LAST, Outcome, PlanFacts, Question, RULES, Rule};
use allowances::Allowances;
pub use mend::{Done, Mended, Refused, mend};

/// Judges a plan before its tasks start.
///
/// `files` are those that exist, in byte order, and `gaps` why that may not be all of them.
#[must_use]
pub fn check(plan: &Arc<Plan>, files: &[RepoPath], gaps: Vec<Failure>) -> Report {
    let lanes = plan.lanes();
    let order = Order::new(plan);
    let known = PlanFacts::new(plan, &lanes, &order, files, gaps);
    checked(plan, &lanes, &order, &known, files)
}

fn checked(
    plan: &Arc<Plan>,
    lanes: &Lanes,
    order: &Order,
    known: &PlanFacts,
    files: &[RepoPath],
) -> Report {
    let facts = Facts { plan, lanes, order, question: Question::Check(known), outcome: None };
    Report {
        command: "check",
        plan: Arc::clone(plan),
        inputs: Vec::new(),
        findings: findings(&facts),
        files: files.len(),
    }
}

/// Judges what tasks changed before it is merged.
#[must_use]
pub fn gate(plan: &Arc<Plan>, input: &GateInput) -> Report {
    let lanes = plan.lanes();
    let order = Order::new(plan);
    gate_facts(plan, &lanes, &order, &GateFacts::new(plan, &lanes, &order, input))
}

/// [`gate`] where all that the rules look at is known.
#[must_use]
pub fn gate_facts(plan: &Arc<Plan>, lanes: &Lanes, order: &Order, known: &GateFacts<'_>) -> Report {
    let (input, question) = (known.input, Question::Gate(known));
    let facts = Facts { plan, lanes, order, question, outcome: None };
    Report {
        command: "gate",
        plan: Arc::clone(plan),
        inputs: input.judged.iter().map(|judged| judged.input.clone()).collect(),
        findings: findings(&facts),
        files: changed_paths(input),
    }
}

/// The overlaps that no task allows, whatever level the plan gives to their rule, among the tasks
/// that an order lets run beside each other.
#[must_use]
pub fn standing_overlaps(plan: &Plan, order: &Order, files: &[RepoPath]) -> Vec<Overlap> {
    let lanes = plan.lanes();
    let mut known = PlanFacts::new(plan, &lanes, order, files, Vec::new());
    let question = Question::Check(&known);
    let facts = Facts { plan, lanes: &lanes, order, question, outcome: None };
    let allowances = Allowances::new(&facts);
    let Some(rule) = crate::rules::rule("overlapping-lanes") else { return Vec::new() };
    let stands = |overlap: &Overlap| {
        let tasks = [overlap.tasks.0, overlap.tasks.1];
        let draft = Draft {
            tasks: tasks.iter().map(|&task| plan.tasks[task].id.value.clone()).collect(),
            path: overlap.shared.witness.clone(),
            ..Draft::default()
        };
        // What is not decided cannot be allowed.
        !overlap.shared.undecided.is_empty() || allowances.accepting(rule, &draft).is_empty()
    };
    let mut stands = known.overlaps.iter().map(stands).collect::<Vec<_>>().into_iter();
    known.overlaps.retain(|_| stands.next() == Some(true));
    known.overlaps
}

fn changed_paths(input: &GateInput) -> usize {
    let changes = input.judged.iter().flat_map(Judged::changes);
    changes.map(|(path, _)| path).collect::<BTreeSet<_>>().len()
}

fn findings(facts: &Facts<'_>) -> Vec<Finding> {
    let allowances = Allowances::new(facts);
    let mut outcome = Outcome::default();
    let mut findings = Vec::new();
    for rule in RULES.iter().filter(|rule| rule.name != LAST.name) {
        find(rule, facts, &allowances, &mut outcome, &mut findings);
    }
    for finding in findings.iter().filter(|finding| UNVERIFIED.contains(&finding.rule)) {
        let tasks = allowances.tasks(&finding.draft);
        outcome.unverified.extend(tasks.iter().map(|&task| Some(task)));
        outcome.unverified.extend(tasks.is_empty().then_some(None));
        outcome.gave_up.extend(finding.draft.data.iter().filter_map(|(name, datum)| match datum {
            Datum::Text(rule) if *name == "rule" => Some(Arc::clone(rule)),
            _ => None,
        }));
    }
    let facts = Facts { outcome: Some(&outcome), ..*facts };
    find(LAST, &facts, &allowances, &mut Outcome::default(), &mut findings);
    findings.sort_by(|one, other| {
        let (left, right) = (&one.draft, &other.draft);
        place(facts.plan, left)
            .cmp(&place(facts.plan, right))
            .then_with(|| one.rule.cmp(other.rule))
            .then_with(|| left.tasks.cmp(&right.tasks))
            .then_with(|| left.path.cmp(&right.path))
            .then_with(|| left.message.cmp(&right.message))
    });
    findings
}

/// Lets a rule look at the facts, and settles the level of what it finds and who allows it.
fn find(
    rule: &Rule,
    facts: &Facts<'_>,
    allowances: &Allowances<'_>,
    outcome: &mut Outcome,
    findings: &mut Vec<Finding>,
) {
    let Some(level) = level(facts.plan, rule) else { return };
    (rule.find)(facts, &mut |mut draft| {
        let accepting = allowances.accepting(rule, &draft);
        if let Some(&first) = accepting.first() {
            for &other in &accepting[1..] {
                outcome.accepting.entry(other).or_insert(first);
            }
            outcome.accepting.insert(first, first);
        }
        let allowed = accepting.first().map(|&first| Box::new(allowances.allowed(first)));
        if allowed.is_some() {
            // What is accepted on purpose needs no mending.
            draft.fixes = Vec::new();
        }
        findings.push(Finding { rule: rule.name, level, draft, allowed });
    });
}

/// The file of a finding and the byte at which it is there.
fn place<'a>(plan: &'a Plan, draft: &'a Draft) -> Option<(Cow<'a, str>, Option<usize>)> {
    Some(match &draft.labels.first()?.place {
        Place::Span(span) => (plan.sources[span.file.0].name().into(), Some(span.start)),
        Place::File(path) => (path.to_string().into(), None),
        Place::Input(name) => (name.into(), None),
    })
}

/// Whether a plan leaves the rule of this name on.
#[must_use]
pub fn is_on(plan: &Plan, name: &str) -> bool {
    crate::rules::rule(name).is_some_and(|rule| level(plan, rule).is_some())
}

/// The level of a rule's findings under this plan; nothing where it is off.
fn level(plan: &Plan, rule: &Rule) -> Option<Level> {
    let said = plan.level(rule.name).filter(|_| !rule.fixed);
    said.unwrap_or(Some(rule.level))
}

#[cfg(test)]
mod naive_tests;
#[cfg(test)]
mod tests;
