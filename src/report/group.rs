//! Findings that are really one: many files out of one lane, one wide glob across many lanes, one
//! file in many lanes.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::finding::{self, Finding, Grouping, Level, Location, Report, Rule};
use crate::path::RepoPath;
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
    Cause(Span, finding::Causes),
    /// All are about the path of the first; this text stands before the tasks.
    Path(&'static str),
    /// The same task accepts them, for the same reason.
    Allowed,
}

/// How many overlaps make a glob, or one path, the cause of them rather than a part of each.
const CAUSE: usize = 3;

/// Puts the findings of a report into groups, in the order of the first of each.
pub(super) fn groups(report: &Report) -> Vec<Group<'_>> {
    let mut causes: BTreeMap<&Rule, Causes<'_>> = BTreeMap::new();
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut of_key: BTreeMap<Key<'_>, usize> = BTreeMap::new();
    for finding in &report.findings {
        let draft = &finding.draft;
        let subject = match (finding.rule.grouping, &finding.allowed) {
            (_, Some(allowed)) => {
                Some((Subject::Allowed(&allowed.by, &allowed.reason), Common::Allowed))
            }
            (Grouping::ByTask(did), None) if draft.path.is_some() && !draft.alone => {
                draft.tasks.first().map(|task| (Subject::Task(task), Common::Task(did)))
            }
            (Grouping::Alone | Grouping::ByTask(_), None) => None,
            (Grouping::ByCause(words), None) => {
                let causes =
                    causes.entry(finding.rule).or_insert_with(|| Causes::new(report, finding.rule));
                causes.of(finding, words)
            }
            (Grouping::ByPath(what), None) => {
                draft.path.as_ref().map(|path| (Subject::Path(path), Common::Path(what)))
            }
            (Grouping::Together(what), None) => Some((Subject::Rule, Common::Rule(what))),
        };
        let Some((subject, common)) = subject else {
            groups.push(Group { findings: vec![finding], common: None });
            continue;
        };
        let location = *of_key.entry((finding.rule, finding.level, subject)).or_insert_with(|| {
            groups.push(Group { findings: Vec::new(), common: Some(common) });
            groups.len() - 1
        });
        groups[location].findings.push(finding);
    }
    for group in &mut groups {
        if group.findings.len() == 1 {
            group.common = None;
        }
    }
    groups
}

type Key<'r> = (&'static Rule, Level, Subject<'r>);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Subject<'r> {
    Rule,
    Task(&'r str),
    Cause(Span),
    Path(&'r RepoPath),
    /// Who allows it, and why.
    Allowed(&'r str, &'r str),
}

/// What causes several findings of one rule each.
struct Causes<'r> {
    /// Paths. Of `n` tasks on one file, each glob causes `n - 1` overlaps, and the file all of them.
    paths: BTreeSet<&'r RepoPath>,
    /// Places of the plan, with how many findings they cause that no path does.
    places: BTreeMap<Span, usize>,
}

impl<'r> Causes<'r> {
    fn new(report: &'r Report, rule: &Rule) -> Causes<'r> {
        let mut findings: Vec<&Finding> = report
            .findings
            .iter()
            .filter(|finding| finding.allowed.is_none() && finding.rule == rule)
            .collect();
        let all = places(&findings);
        // For each path, how many findings it causes, and how many the busiest glob of theirs.
        let mut paths: BTreeMap<&RepoPath, (usize, usize)> = BTreeMap::new();
        for finding in &findings {
            let Some(path) = &finding.draft.path else { continue };
            let busiest = spans(finding).iter().filter_map(|span| all.get(span).copied()).max();
            let counts = paths.entry(path).or_default();
            *counts = (counts.0 + 1, counts.1.max(busiest.unwrap_or(0)));
        }
        paths.retain(|_, (by_path, by_place)| *by_path >= CAUSE && by_path > by_place);
        let paths: BTreeSet<&RepoPath> = paths.into_keys().collect();
        findings
            .retain(|finding| finding.draft.path.as_ref().is_none_or(|path| !paths.contains(path)));
        Causes { paths, places: places(&findings) }
    }

    fn of(&self, finding: &'r Finding, words: finding::Causes) -> Option<(Subject<'r>, Common)> {
        if let Some(path) = finding.draft.path.as_ref().filter(|path| self.paths.contains(path)) {
            return Some((Subject::Path(path), Common::Path(words.path)));
        }
        let (count, span) = spans(finding)
            .into_iter()
            .filter_map(|span| Some((*self.places.get(&span)?, std::cmp::Reverse(span))))
            .max()
            .map(|(count, span)| (count, span.0))?;
        (count >= CAUSE).then_some((Subject::Cause(span), Common::Cause(span, words)))
    }
}

/// How many of the findings name each place.
fn places(findings: &[&Finding]) -> BTreeMap<Span, usize> {
    let mut places = BTreeMap::new();
    for span in findings.iter().flat_map(|finding| spans(finding)) {
        *places.entry(span).or_insert(0) += 1;
    }
    places
}

/// The places that a finding names, each once.
fn spans(finding: &Finding) -> HashSet<Span> {
    finding
        .draft
        .labels
        .iter()
        .filter_map(|label| match label.location {
            Location::Span(span) => Some(span),
            _ => None,
        })
        .collect()
}
