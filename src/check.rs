//! The one entry: inputs in memory in, report out. Levels, allowances and the order of findings
//! are settled here, for the command line and the editor alike.

mod mend;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::finding::{Allowed, Draft, Finding, Level, Place, Report};
use crate::gate::{GateFacts, GateInput, Judged};
use crate::glob::Glob;
use crate::overlap::{self, Overlap};
use crate::path::RepoPath;
use crate::plan::order::Order;
use crate::plan::{Allow, Plan};
use crate::repo::Gap;
use crate::rules::{Facts, PlanFacts, Question, RULES, Rule};
pub use mend::{Done, Mended, mend};

/// Judges a plan before its tasks start.
///
/// `files` are those that exist, in byte order, and `gaps` why that may not be all of them.
#[must_use]
pub fn check(plan: &Arc<Plan>, files: &[RepoPath], gaps: Vec<Gap>) -> Report {
    let lanes = plan.lanes();
    let order = Order::new(plan);
    let known = PlanFacts::new(plan, &lanes, &order, files, gaps);
    let question = Question::Check(&known);
    let facts = Facts { plan, lanes: &lanes, order: &order, question };
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
    let known = GateFacts::new(plan, &lanes, &order, input);
    let question = Question::Gate(&known);
    let facts = Facts { plan, lanes: &lanes, order: &order, question };
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
    let facts = Facts { plan, lanes: &lanes, order, question: Question::Check(&known) };
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
        !overlap.shared.undecided.is_empty() || allowances.of(rule, &draft).is_none()
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
    let mut findings = Vec::new();
    for rule in RULES {
        let Some(level) = level(facts.plan, rule) else { continue };
        (rule.find)(facts, &mut |mut draft| {
            let allowed = if rule.fixed { None } else { allowances.of(rule, &draft) };
            if allowed.is_some() {
                // What is accepted on purpose needs no mending.
                draft.fixes = Vec::new();
            }
            findings.push(Finding {
                rule: rule.name,
                level,
                draft,
                allowed: allowed.map(Box::new),
            });
        });
    }
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

/// What the tasks of a plan accept on purpose.
struct Allowances<'a> {
    facts: &'a Facts<'a>,
    /// The places of the tasks by their ids; empty when nobody allows anything.
    tasks: HashMap<&'a str, usize>,
}

impl<'a> Allowances<'a> {
    fn new(facts: &'a Facts<'a>) -> Allowances<'a> {
        let tasks = &facts.plan.tasks;
        let any = tasks.iter().any(|task| !task.allow.is_empty());
        let ids = tasks.iter().enumerate().filter(|_| any);
        Allowances { facts, tasks: ids.map(|(place, task)| (&*task.id.value, place)).collect() }
    }

    /// The first allowance, in the order of the finding's tasks, that accepts all of a finding.
    fn of(&self, rule: &Rule, draft: &Draft) -> Option<Allowed> {
        let tasks: Vec<usize> =
            draft.tasks.iter().filter_map(|id| self.tasks.get(&**id).copied()).collect();
        tasks.iter().find_map(|&task| {
            let owner = &self.facts.plan.tasks[task];
            let other = |with: usize| with != task && tasks.contains(&with);
            let mut allowances = owner.allow.iter().filter(|allow| {
                allow.rule.value == rule.name
                    && allow.with.as_ref().is_none_or(|with| other(with.value))
            });
            let allow = allowances.find(|allow| accepts(self.facts, rule, allow, draft, &tasks))?;
            Some(Allowed { by: owner.id.value.to_string(), reason: allow.reason.value.clone() })
        })
    }
}

fn accepts(facts: &Facts<'_>, rule: &Rule, allow: &Allow, draft: &Draft, tasks: &[usize]) -> bool {
    let Some(entry) = &allow.path else { return true };
    let (Ok(glob), Some(path)) = (&entry.glob, &draft.path) else { return false };
    glob.is_match(path) == Ok(true) && !goes_further(facts, rule, tasks, glob)
}

/// Whether two tasks also meet outside of an allowed glob: its path is then only one of many.
fn goes_further(facts: &Facts<'_>, rule: &Rule, tasks: &[usize], allowed: &Glob) -> bool {
    let (Some(known), &[left, right]) = (facts.check(), tasks) else { return false };
    if rule.name == "read-write-hazard" {
        let hazards = &known.hazards.found;
        let place = hazards.binary_search_by_key(&(left, right), |one| (one.reader, one.writer));
        return place.is_ok_and(|place| {
            overlap::goes_further(facts.plan, facts.lanes, &hazards[place], allowed)
        });
    }
    let overlap = known.overlaps.iter().find(|overlap| overlap.tasks == (left, right));
    overlap.filter(|_| rule.name == "overlapping-lanes").is_some_and(|overlap| {
        let (left, right) = (facts.lanes.of(left), facts.lanes.of(right));
        let pairs = overlap.shared.pairs.iter().copied();
        let outside = left.meet_outside(right, pairs, std::slice::from_ref(allowed));
        !outside.pairs.is_empty() || !outside.undecided.is_empty()
    })
}
