//! Groups findings that have one cause: many files outside one lane, a wide glob that crosses many
//! lanes, a file in many lanes.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::finding::{self, Draft, Finding, Grouping, Level, Location, Report, Rule};
use crate::path::RepoPath;
use crate::source::Span;

/// Findings that are reported to people as one, in the order of the report.
pub(super) struct Group<'r> {
    pub(super) findings: Vec<&'r Finding>,
    /// What they have in common. `None` for a single finding.
    pub(super) common: Option<Common<'r>>,
}

pub(super) enum Common<'r> {
    /// The first task, which did what this text says, and its branch if there are several.
    Task(&'static str, Option<&'r str>),
    /// The rule, with the text before the tasks.
    Rule(&'static str),
    /// The place in the plan that causes them.
    Cause(Span, finding::Causes),
    /// The path, with the text before the tasks.
    Path(&'static str),
    /// The task that allows them, and the reason.
    Allowed,
}

/// How many findings make a glob or a path their cause.
const MIN_CAUSED: usize = 3;

/// Groups the findings of a report, in the order of the first of each group.
pub(super) fn groups(report: &Report) -> Vec<Group<'_>> {
    let mut causes: BTreeMap<&Rule, Causes<'_>> = BTreeMap::new();
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut index_of: BTreeMap<Key<'_>, usize> = BTreeMap::new();
    for finding in &report.findings {
        let draft = &finding.draft;
        let subject = match (finding.rule.grouping, &finding.allowed) {
            (_, Some(allowed)) => {
                Some((Subject::Allowed(&allowed.by, &allowed.reason), Common::Allowed))
            }
            (Grouping::ByTask(did), None) if draft.path.is_some() && !draft.alone => {
                let attempt = attempt(report, draft);
                draft
                    .tasks
                    .first()
                    .map(|task| (Subject::Task(task, attempt), Common::Task(did, attempt)))
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
        let index = *index_of.entry((finding.rule, finding.level, subject)).or_insert_with(|| {
            groups.push(Group { findings: Vec::new(), common: Some(common) });
            groups.len() - 1
        });
        groups[index].findings.push(finding);
    }
    for group in &mut groups {
        if group.findings.len() == 1 {
            group.common = None;
        }
    }
    groups
}

/// The branch of a finding's input, if the task was tried on several.
pub(super) fn attempt<'r>(report: &'r Report, draft: &Draft) -> Option<&'r str> {
    let input = report.inputs.get(usize::from(*draft.inputs.first()?))?;
    input.attempt.and(input.branch.as_deref())
}

type Key<'r> = (&'static Rule, Level, Subject<'r>);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Subject<'r> {
    Rule,
    /// The task, and the branch if there are several attempts.
    Task(&'r str, Option<&'r str>),
    Cause(Span),
    Path(&'r RepoPath),
    /// The task and its reason.
    Allowed(&'r str, &'r str),
}

/// The causes of findings of one rule.
struct Causes<'r> {
    /// Of `n` tasks on one file, each glob causes `n - 1` overlaps, and the file all of them.
    paths: BTreeSet<&'r RepoPath>,
    /// How many of the other findings each place in the plan causes.
    spans: BTreeMap<Span, usize>,
}

impl<'r> Causes<'r> {
    fn new(report: &'r Report, rule: &Rule) -> Causes<'r> {
        let mut findings: Vec<&Finding> = report
            .findings
            .iter()
            .filter(|finding| finding.allowed.is_none() && finding.rule == rule)
            .collect();
        let all = span_counts(&findings);
        // For each path, how many findings it causes, and how many its busiest glob does.
        let mut paths: BTreeMap<&RepoPath, (usize, usize)> = BTreeMap::new();
        for finding in &findings {
            let Some(path) = &finding.draft.path else { continue };
            let busiest = spans(finding).iter().filter_map(|span| all.get(span).copied()).max();
            let counts = paths.entry(path).or_default();
            *counts = (counts.0 + 1, counts.1.max(busiest.unwrap_or(0)));
        }
        paths.retain(|_, (by_path, by_glob)| *by_path >= MIN_CAUSED && by_path > by_glob);
        let paths: BTreeSet<&RepoPath> = paths.into_keys().collect();
        findings
            .retain(|finding| finding.draft.path.as_ref().is_none_or(|path| !paths.contains(path)));
        Causes { paths, spans: span_counts(&findings) }
    }

    fn of(
        &self,
        finding: &'r Finding,
        words: finding::Causes,
    ) -> Option<(Subject<'r>, Common<'r>)> {
        if let Some(path) = finding.draft.path.as_ref().filter(|path| self.paths.contains(path)) {
            return Some((Subject::Path(path), Common::Path(words.path)));
        }
        let (count, span) = spans(finding)
            .into_iter()
            .filter_map(|span| Some((*self.spans.get(&span)?, std::cmp::Reverse(span))))
            .max()
            .map(|(count, span)| (count, span.0))?;
        (count >= MIN_CAUSED).then_some((Subject::Cause(span), Common::Cause(span, words)))
    }
}

/// How many of the findings point to each place.
fn span_counts(findings: &[&Finding]) -> BTreeMap<Span, usize> {
    let mut counts = BTreeMap::new();
    for span in findings.iter().flat_map(|finding| spans(finding)) {
        *counts.entry(span).or_insert(0) += 1;
    }
    counts
}

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
