//! The entry point: takes inputs in memory and returns a report. The command line and the editor
//! both get levels, allowances and the order of findings from here.

mod allowances;
mod fix;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::analysis::{GateFacts, PlanFacts};
use crate::failure::Failure;
use crate::finding::{Command, Draft, Finding, Location, Report};
use crate::gate::{GateInput, ProposedPlan, TaskDiff};
use crate::overlap::Overlap;
use crate::parallel;
use crate::path::RepoPath;
use crate::plan::Plan;
use crate::plan::order::Order;
use crate::rules::{self, FINDERS, Find, Finder, Outcome, Reporter, Rule, UndecidedDraft};
use crate::source::SourceFile;
use crate::verdicts::verdicts;
use allowances::Allowances;
pub use fix::{AppliedFix, Fixed, Refused, fix};

/// From this many tasks on, a second thread pays off.
const MANY: usize = 500;

/// Checks a plan before its tasks start.
///
/// `files` are the existing files, in byte order; `gaps` say why the list may be incomplete.
#[must_use]
pub fn check(plan: &Arc<Plan>, files: &[RepoPath], gaps: Vec<Failure>) -> Report {
    let lanes = plan.lanes();
    let order = Order::new(plan);
    checked(plan, &PlanFacts::new(plan, &lanes, &order, files, gaps))
}

/// Like [`check`], and reports how the plan differs from its `earlier` version.
#[must_use]
pub fn check_against(
    plan: &Arc<Plan>,
    earlier: &Plan,
    files: &[RepoPath],
    gaps: Vec<Failure>,
) -> Report {
    let lanes = plan.lanes();
    let order = Order::new(plan);
    let facts = PlanFacts::new(plan, &lanes, &order, files, gaps).with_earlier(Some(earlier));
    checked(plan, &facts)
}

fn checked(plan: &Arc<Plan>, facts: &PlanFacts<'_>) -> Report {
    Report {
        command: Command::Check,
        plan: Arc::clone(plan),
        inputs: Vec::new(),
        verdicts: Vec::new(),
        merge_order: Vec::new(),
        left_out: Vec::new(),
        findings: findings(plan, Facts::Plan(facts)),
        proposed: Vec::new(),
        files: facts.file_count(),
    }
}

/// Checks what tasks changed, before it is merged.
#[must_use]
pub fn gate(plan: &Arc<Plan>, input: &GateInput) -> Report {
    let lanes = plan.lanes();
    let order = Order::new(plan);
    gate_facts(plan, &GateFacts::new(plan, &lanes, &order, input))
}

/// Like [`gate`], with facts that may already be computed in part.
#[must_use]
pub fn gate_facts(plan: &Arc<Plan>, facts: &GateFacts<'_>) -> Report {
    let mut findings = findings(plan, Facts::Gate(facts));
    let mut proposed = Vec::new();
    for change in &facts.input.proposed {
        let Ok(head) = &change.plan else { continue };
        let shift = plan.sources.len() + proposed.len();
        findings.extend(of_proposed(plan, head, change, shift));
        proposed.extend(head.sources.iter().cloned());
    }
    if !proposed.is_empty() {
        let sources: Vec<SourceFile> = plan.sources.iter().chain(&proposed).cloned().collect();
        sort(&mut findings, &sources);
    }
    Report {
        command: Command::Gate,
        plan: Arc::clone(plan),
        inputs: facts.input.diffs.iter().map(TaskDiff::reported).collect(),
        verdicts: verdicts(plan, facts.input, &findings),
        merge_order: Vec::new(),
        left_out: Vec::new(),
        findings,
        proposed,
        files: changed_paths(facts.input),
    }
}

/// The findings about a plan that a branch would put in the place of `plan`, with their spans moved
/// by `shift` texts.
fn of_proposed(plan: &Plan, head: &Arc<Plan>, change: &ProposedPlan, shift: usize) -> Vec<Finding> {
    let (files, gaps) = (&change.files, change.gaps.clone());
    let mut report = check_against(head, plan, files, gaps);
    for draft in report.findings.iter_mut().map(|finding| &mut finding.draft) {
        draft.inputs = vec![change.input];
        // They would edit the plan of another commit than the one on disk.
        draft.fixes = Vec::new();
        for label in &mut draft.labels {
            if let Location::Span(span) = &mut label.location {
                span.file.0 += shift;
            }
        }
    }
    report.findings
}

/// The overlaps of concurrent tasks that no `allow` accepts, whatever the level of their rule.
#[must_use]
pub fn unallowed_overlaps(plan: &Plan, order: &Order, files: &[RepoPath]) -> Vec<Overlap> {
    let lanes = plan.lanes();
    let facts = PlanFacts::new(plan, &lanes, order, files, Vec::new());
    let allowances = Allowances::new(plan, Facts::Plan(&facts));
    let is_unallowed = |overlap: &Overlap| {
        let draft = Draft {
            tasks: plan.ids([overlap.tasks.0, overlap.tasks.1]),
            path: overlap.shared.witness.clone(),
            ..Draft::default()
        };
        // An undecided overlap cannot be allowed.
        !overlap.shared.undecided.is_empty()
            || allowances.accepting(rules::OVERLAPPING_LANES, &draft).is_empty()
    };
    let mut keep = facts.overlaps().iter().map(is_unallowed).collect::<Vec<_>>().into_iter();
    let mut overlaps = facts.into_overlaps();
    overlaps.retain(|_| keep.next() == Some(true));
    overlaps
}

fn changed_paths(input: &GateInput) -> usize {
    let changes = input.diffs.iter().flat_map(TaskDiff::changes);
    changes.map(|(path, _)| path).collect::<BTreeSet<_>>().len()
}

#[derive(Clone, Copy)]
enum Facts<'f, 'a> {
    Plan(&'f PlanFacts<'a>),
    Gate(&'f GateFacts<'a>),
}

impl Facts<'_, '_> {
    /// Whether a rule may report findings even if the plan turns it off.
    fn may_overrule(self, rule: &Rule) -> bool {
        let Facts::Gate(facts) = self else { return false };
        (rule == rules::OUT_OF_LANE || rule == rules::FOREIGN_LANE) && facts.is_plan_branch()
    }
}

/// The findings of some rules.
#[derive(Default)]
struct Findings {
    findings: Vec<Finding>,
    undecided: Vec<(&'static Rule, UndecidedDraft)>,
    outcome: Outcome,
}

fn findings(plan: &Plan, facts: Facts<'_, '_>) -> Vec<Finding> {
    let allowances = Allowances::new(plan, facts);
    // The rules up to this one compare all pairs of lanes, which is about half of the work.
    let last = FINDERS.iter().position(|finder| finder.rule == rules::CLASHING_PATHS);
    let (first, second) = FINDERS.split_at(last.map_or(0, |last| last + 1));
    let find = |finders: &'static [Finder]| {
        let mut findings = Findings::default();
        finders.iter().for_each(|finder| findings.run(finder, plan, facts, &allowances));
        findings
    };
    let many = matches!(facts, Facts::Plan(_)) && plan.tasks.len() > MANY;
    let (mut all, others) = parallel::join(many, || find(first), || find(second));
    all.extend(others);
    all.report_undecided(plan, facts, &allowances);
    for finding in all.findings.iter().filter(|finding| finding.rule.unverified) {
        let tasks = allowances.tasks(&finding.draft);
        all.outcome.unverified.extend(tasks.iter().map(|&task| Some(task)));
        all.outcome.unverified.extend(tasks.is_empty().then_some(None));
    }
    all.run_on_outcome(plan, facts, &allowances);
    let mut findings = all.findings;
    sort(&mut findings, &plan.sources);
    findings
}

/// Sorts findings, whose spans point into `sources`.
fn sort(findings: &mut [Finding], sources: &[SourceFile]) {
    findings.sort_by(|one, other| {
        let (left, right) = (&one.draft, &other.draft);
        location(sources, left)
            .cmp(&location(sources, right))
            .then_with(|| one.rule.cmp(other.rule))
            .then_with(|| left.tasks.cmp(&right.tasks))
            .then_with(|| left.path.cmp(&right.path))
            .then_with(|| left.inputs.cmp(&right.inputs))
            .then_with(|| left.message.cmp(&right.message))
    });
}

impl Findings {
    /// Runs a rule if it applies to these facts and is on.
    fn run(
        &mut self,
        finder: &Finder,
        plan: &Plan,
        facts: Facts<'_, '_>,
        allowances: &Allowances<'_, '_>,
    ) {
        let rule = finder.rule;
        if let Find::Versions(find) = finder.find {
            // A plan must not silence the report of its own changes.
            if let Facts::Plan(of_plan) = facts
                && let Some(earlier) = of_plan.earlier
            {
                self.find(rule, earlier, facts, None, |reporter| find(of_plan, earlier, reporter));
            }
            return;
        }
        self.find(rule, plan, facts, Some(allowances), |reporter| match (finder.find, facts) {
            (Find::Plan(find) | Find::Both(find, _), Facts::Plan(facts)) => find(facts, reporter),
            (Find::Gate(find) | Find::Both(_, find), Facts::Gate(facts)) => find(facts, reporter),
            _ => {}
        });
    }

    /// Turns what the rules gave up on into findings.
    fn report_undecided(
        &mut self,
        plan: &Plan,
        facts: Facts<'_, '_>,
        allowances: &Allowances<'_, '_>,
    ) {
        let undecided = std::mem::take(&mut self.undecided);
        self.outcome.gave_up = undecided.iter().map(|(rule, _)| *rule).collect();
        let finder = FINDERS.iter().find_map(|finder| match finder.find {
            Find::Undecided(draft) => Some((finder.rule, draft)),
            _ => None,
        });
        let Some((rule, draft)) = finder else { return };
        self.find(rule, plan, facts, Some(allowances), |reporter| {
            undecided.into_iter().for_each(|(rule, what)| reporter.report(draft(rule, what)));
        });
    }

    /// Runs the rules that depend on the findings of all others.
    fn run_on_outcome(
        &mut self,
        plan: &Plan,
        facts: Facts<'_, '_>,
        allowances: &Allowances<'_, '_>,
    ) {
        let outcome = std::mem::take(&mut self.outcome);
        for finder in FINDERS {
            let Find::Outcome(of_plan, of_work) = finder.find else { continue };
            self.find(finder.rule, plan, facts, Some(allowances), |reporter| match facts {
                Facts::Plan(facts) => of_plan(facts, &outcome, reporter),
                Facts::Gate(facts) => of_work(facts, &outcome, reporter),
            });
        }
    }

    /// Adds levels, those of `plan`, and allowances to what a rule finds.
    fn find(
        &mut self,
        rule: &'static Rule,
        plan: &Plan,
        facts: Facts<'_, '_>,
        allowances: Option<&Allowances<'_, '_>>,
        find: impl FnOnce(&mut Reporter<'_>),
    ) {
        let of_rule = rule.level_in(plan);
        let is_set = rule.setting_in(plan).is_some();
        if of_rule.is_none() && !facts.may_overrule(rule) {
            return;
        }
        let Findings { findings, outcome, undecided } = self;
        let mut report = |mut draft: Draft| {
            if let Facts::Gate(facts) = facts
                && draft.inputs.is_empty()
            {
                draft.inputs = facts.inputs_of(&draft.tasks);
            }
            let level = match draft.level {
                Some(level) => level.settle(of_rule, is_set),
                None => of_rule,
            };
            let Some(level) = level else { return };
            let accepting =
                allowances.map_or_else(Vec::new, |allowances| allowances.accepting(rule, &draft));
            if let Some(&first) = accepting.first() {
                for &other in &accepting[1..] {
                    outcome.accepting.entry(other).or_insert(first);
                }
                outcome.accepting.insert(first, first);
            }
            let by = allowances.zip(accepting.first());
            let allowed = by.map(|(allowances, &first)| Box::new(allowances.allowed(first)));
            if allowed.is_some() {
                // Nothing has to be fixed.
                draft.fixes = Vec::new();
            }
            findings.push(Finding { rule, level, draft, allowed });
        };
        let mut reporter = Reporter::new(&mut report);
        find(&mut reporter);
        let left = reporter.into_undecided().into_iter().filter(|_| of_rule.is_some());
        undecided.extend(left.map(|draft| (rule, draft)));
    }

    /// Adds the findings of other rules. An allowance names one rule, so no key is in both maps.
    fn extend(&mut self, other: Findings) {
        self.findings.extend(other.findings);
        self.undecided.extend(other.undecided);
        self.outcome.accepting.extend(other.outcome.accepting);
    }
}

/// The file of a finding, and its first byte there.
fn location<'a>(
    sources: &'a [SourceFile],
    draft: &'a Draft,
) -> Option<(Cow<'a, str>, Option<usize>)> {
    Some(match &draft.labels.first()?.location {
        Location::Span(span) => (sources[span.file.0].name().into(), Some(span.start)),
        Location::File(path) => (path.to_string().into(), None),
        Location::Input(name) => (name.into(), None),
    })
}

#[cfg(test)]
mod naive_tests;
#[cfg(test)]
mod tests;
