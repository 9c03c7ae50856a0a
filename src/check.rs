//! The one entry: inputs in memory in, report out. Levels, allowances and the order of findings
//! are settled here, for the command line and the editor alike.

mod allowances;
mod fix;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::analysis::{GateFacts, PlanFacts};
use crate::failure::Failure;
use crate::finding::{Command, Draft, Finding, Location, Report};
use crate::gate::{GateInput, TaskDiff};
use crate::overlap::Overlap;
use crate::parallel;
use crate::path::RepoPath;
use crate::plan::Plan;
use crate::plan::order::Order;
use crate::rules::{self, FINDERS, Find, Finder, Found, GaveUp, Outcome, Rule};
use allowances::Allowances;
pub use fix::{Done, Fixed, Refused, fix};

/// How many tasks are worth a second thread.
const MANY: usize = 500;

/// Judges a plan before its tasks start.
///
/// `files` are those that exist, in byte order, and `gaps` why that may not be all of them.
#[must_use]
pub fn check(plan: &Arc<Plan>, files: &[RepoPath], gaps: Vec<Failure>) -> Report {
    let lanes = plan.lanes();
    let order = Order::new(plan);
    checked(plan, &PlanFacts::new(plan, &lanes, &order, files, gaps))
}

fn checked(plan: &Arc<Plan>, facts: &PlanFacts<'_>) -> Report {
    Report {
        command: Command::Check,
        plan: Arc::clone(plan),
        inputs: Vec::new(),
        findings: findings(plan, Facts::Plan(facts)),
        files: facts.file_count(),
    }
}

/// Judges what tasks changed before it is merged.
#[must_use]
pub fn gate(plan: &Arc<Plan>, input: &GateInput) -> Report {
    let lanes = plan.lanes();
    let order = Order::new(plan);
    gate_facts(plan, &GateFacts::new(plan, &lanes, &order, input))
}

/// The same of facts of which some may be known already.
#[must_use]
pub fn gate_facts(plan: &Arc<Plan>, facts: &GateFacts<'_>) -> Report {
    Report {
        command: Command::Gate,
        plan: Arc::clone(plan),
        inputs: facts.input.diffs.iter().map(|diff| diff.input.clone()).collect(),
        findings: findings(plan, Facts::Gate(facts)),
        files: changed_paths(facts.input),
    }
}

/// The overlaps that no task allows, whatever level the plan gives to their rule, among the tasks
/// that an order lets run beside each other.
#[must_use]
pub fn standing_overlaps(plan: &Plan, order: &Order, files: &[RepoPath]) -> Vec<Overlap> {
    let lanes = plan.lanes();
    let facts = PlanFacts::new(plan, &lanes, order, files, Vec::new());
    let allowances = Allowances::new(plan, Facts::Plan(&facts));
    let stands = |overlap: &Overlap| {
        let draft = Draft {
            tasks: plan.ids([overlap.tasks.0, overlap.tasks.1]),
            path: overlap.shared.witness.clone(),
            ..Draft::default()
        };
        // What is not decided cannot be allowed.
        !overlap.shared.undecided.is_empty()
            || allowances.accepting(rules::OVERLAPPING_LANES, &draft).is_empty()
    };
    let mut stands = facts.overlaps().iter().map(stands).collect::<Vec<_>>().into_iter();
    let mut overlaps = facts.into_overlaps();
    overlaps.retain(|_| stands.next() == Some(true));
    overlaps
}

fn changed_paths(input: &GateInput) -> usize {
    let changes = input.diffs.iter().flat_map(TaskDiff::changes);
    changes.map(|(path, _)| path).collect::<BTreeSet<_>>().len()
}

/// What a run is about.
#[derive(Clone, Copy)]
enum Facts<'f, 'a> {
    Plan(&'f PlanFacts<'a>),
    Gate(&'f GateFacts<'a>),
}

/// What some rules found.
#[derive(Default)]
struct Findings {
    findings: Vec<Finding>,
    gave_up: Vec<(&'static Rule, GaveUp)>,
    outcome: Outcome,
}

fn findings(plan: &Plan, facts: Facts<'_, '_>) -> Vec<Finding> {
    let allowances = Allowances::new(plan, facts);
    // The rules up to this one compare all lanes with each other: as much work as all behind them.
    let last = FINDERS.iter().position(|finder| finder.rule == rules::CLASHING_PATHS);
    let (first, second) = FINDERS.split_at(last.map_or(0, |last| last + 1));
    let find = |finders: &'static [Finder]| {
        let mut found = Findings::default();
        finders.iter().for_each(|finder| found.run(finder, plan, facts, &allowances));
        found
    };
    let many = matches!(facts, Facts::Plan(_)) && plan.tasks.len() > MANY;
    let (mut all, others) = parallel::join(many, || find(first), || find(second));
    all.extend(others);
    all.report_gave_up(plan, &allowances);
    for finding in all.findings.iter().filter(|finding| finding.rule.unverified) {
        let tasks = allowances.tasks(&finding.draft);
        all.outcome.unverified.extend(tasks.iter().map(|&task| Some(task)));
        all.outcome.unverified.extend(tasks.is_empty().then_some(None));
    }
    all.look_at_outcome(plan, facts, &allowances);
    let mut findings = all.findings;
    findings.sort_by(|one, other| {
        let (left, right) = (&one.draft, &other.draft);
        location(plan, left)
            .cmp(&location(plan, right))
            .then_with(|| one.rule.cmp(other.rule))
            .then_with(|| left.tasks.cmp(&right.tasks))
            .then_with(|| left.path.cmp(&right.path))
            .then_with(|| left.message.cmp(&right.message))
    });
    findings
}

impl Findings {
    /// Lets a rule look at the facts, where it looks at such and is on.
    fn run(
        &mut self,
        finder: &Finder,
        plan: &Plan,
        facts: Facts<'_, '_>,
        allowances: &Allowances<'_, '_>,
    ) {
        let rule = finder.rule;
        self.find(rule, plan, allowances, |found| match (finder.find, facts) {
            (Find::Plan(find) | Find::Both(find, _), Facts::Plan(facts)) => find(facts, found),
            (Find::Gate(find) | Find::Both(_, find), Facts::Gate(facts)) => find(facts, found),
            _ => {}
        });
    }

    /// Reports what the rules gave up on.
    fn report_gave_up(&mut self, plan: &Plan, allowances: &Allowances<'_, '_>) {
        let gave_up = std::mem::take(&mut self.gave_up);
        self.outcome.gave_up = gave_up.iter().map(|(rule, _)| *rule).collect();
        let reports = FINDERS.iter().find_map(|finder| match finder.find {
            Find::GaveUp(report) => Some((finder.rule, report)),
            _ => None,
        });
        let Some((rule, report)) = reports else { return };
        self.find(rule, plan, allowances, |found| {
            gave_up.into_iter().for_each(|(rule, on)| found.report(report(rule, on)));
        });
    }

    /// Lets the rules look that look at what came of all others.
    fn look_at_outcome(
        &mut self,
        plan: &Plan,
        facts: Facts<'_, '_>,
        allowances: &Allowances<'_, '_>,
    ) {
        let outcome = std::mem::take(&mut self.outcome);
        for finder in FINDERS {
            let Find::Outcome(of_plan, of_work) = finder.find else { continue };
            self.find(finder.rule, plan, allowances, |found| match facts {
                Facts::Plan(facts) => of_plan(facts, &outcome, found),
                Facts::Gate(facts) => of_work(facts, &outcome, found),
            });
        }
    }

    /// Settles the level of what a rule finds, and who allows it.
    fn find(
        &mut self,
        rule: &'static Rule,
        plan: &Plan,
        allowances: &Allowances<'_, '_>,
        find: impl FnOnce(&mut Found<'_>),
    ) {
        let Some(level) = rule.level_in(plan) else { return };
        let Findings { findings, outcome, gave_up } = self;
        let mut report = |mut draft: Draft| {
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
            findings.push(Finding { rule, level, draft, allowed });
        };
        let mut found = Found::new(&mut report);
        find(&mut found);
        gave_up.extend(found.into_gave_up().into_iter().map(|on| (rule, on)));
    }

    /// Adds what other rules found: an allowance is of one rule, so none is in both.
    fn extend(&mut self, other: Findings) {
        self.findings.extend(other.findings);
        self.gave_up.extend(other.gave_up);
        self.outcome.accepting.extend(other.outcome.accepting);
    }
}

/// The file of a finding and the byte at which it is there.
fn location<'a>(plan: &'a Plan, draft: &'a Draft) -> Option<(Cow<'a, str>, Option<usize>)> {
    Some(match &draft.labels.first()?.location {
        Location::Span(span) => (plan.sources[span.file.0].name().into(), Some(span.start)),
        Location::File(path) => (path.to_string().into(), None),
        Location::Input(name) => (name.into(), None),
    })
}

#[cfg(test)]
mod naive_tests;
#[cfg(test)]
mod tests;
