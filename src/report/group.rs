//! Findings that are really one: many files out of one lane, one wide glob across many lanes.

use std::collections::{BTreeMap, HashSet};

use crate::finding::{Finding, Level, Place, Report};
use crate::rules::{self, Grouping};
use crate::source::Span;

/// Findings that a person reads as one, in the order of the report.
pub(super) struct Group<'r> {
    pub(super) findings: Vec<&'r Finding>,
    /// What they have in common; nothing for a finding that stands alone.
    pub(super) common: Option<Common>,
}

pub(super) enum Common {
    /// The first task of each did what this text says.
    Task(&'static str),
    /// All are of one rule, and this text says what.
    Rule(&'static str),
    /// This place in the plan causes them all.
    Cause(Span),
}

/// How many overlaps make a glob the cause of them rather than a part of each.
const CAUSE: usize = 3;

/// Puts the findings of a report into groups, in the order of the first of each.
pub(super) fn groups(report: &Report) -> Vec<Group<'_>> {
    let causes = Causes::new(report);
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut of_key: BTreeMap<Key<'_>, usize> = BTreeMap::new();
    for finding in &report.findings {
        let grouping = rules::rule(finding.rule).map_or(Grouping::Alone, |rule| rule.grouping);
        let draft = &finding.draft;
        let subject = match grouping {
            _ if finding.allowed.is_some() => None,
            Grouping::Alone => None,
            Grouping::ByTask(did) if draft.path.is_some() => {
                draft.tasks.first().map(|task| (Subject::Task(task), Common::Task(did)))
            }
            Grouping::ByTask(_) => None,
            Grouping::ByCause => {
                causes.of(finding).map(|span| (Subject::Cause(span), Common::Cause(span)))
            }
            Grouping::Together(what) => Some((Subject::Rule, Common::Rule(what))),
        };
        let Some((subject, common)) = subject else {
            groups.push(Group { findings: vec![finding], common: None });
            continue;
        };
        let place = *of_key.entry((finding.rule, finding.level, subject)).or_insert_with(|| {
            groups.push(Group { findings: Vec::new(), common: Some(common) });
            groups.len() - 1
        });
        groups[place].findings.push(finding);
    }
    for group in &mut groups {
        if group.findings.len() == 1 {
            group.common = None;
        }
    }
    groups
}

type Key<'r> = (&'static str, Level, Subject<'r>);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Subject<'r> {
    Rule,
    Task(&'r str),
    Cause(Span),
}

/// The places of the plan that cause several findings each.
struct Causes {
    of: BTreeMap<Span, usize>,
}

impl Causes {
    fn new(report: &Report) -> Causes {
        let mut of = BTreeMap::new();
        for finding in report.findings.iter().filter(|finding| finding.allowed.is_none()) {
            let by_cause =
                rules::rule(finding.rule).is_some_and(|rule| rule.grouping == Grouping::ByCause);
            if by_cause {
                for span in spans(finding) {
                    *of.entry(span).or_insert(0) += 1;
                }
            }
        }
        Causes { of }
    }

    /// The place that causes most findings, of those that a finding names.
    fn of(&self, finding: &Finding) -> Option<Span> {
        let most = spans(finding)
            .into_iter()
            .filter_map(|span| self.of.get(&span).map(|&count| (count, std::cmp::Reverse(span))))
            .max()?;
        (most.0 >= CAUSE).then_some(most.1.0)
    }
}

/// The places that a finding names, each once.
fn spans(finding: &Finding) -> HashSet<Span> {
    finding
        .draft
        .labels
        .iter()
        .filter_map(|label| match label.place {
            Place::Span(span) => Some(span),
            _ => None,
        })
        .collect()
}
