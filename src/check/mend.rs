//! `check --fix`: what has one sure edit is mended, round after round, until nothing is left.

use std::sync::Arc;

use super::check;
use crate::finding::{Applicability, Edit, Fix, Mender, Place, Report};
use crate::path::RepoPath;
use crate::plan::fix::apply;
use crate::plan::{Own, Plan, PlanText, read};
use crate::repo::Gap;

/// The most rounds. Each mends all that it can, and what one brings to light is for the next: an
/// unquoted glob is quoted, then its leading `./` is removed, then it is found to be redundant.
const MOST_ROUNDS: usize = 20;

/// The most fixes that are tried one by one where all of a round together are not what was meant.
const MOST_TRIES: usize = 100;

/// What came of mending a plan.
#[derive(Debug)]
pub struct Mended {
    /// The plan's texts, in the order in which they were given.
    pub texts: Vec<PlanText>,
    /// What was done, in order.
    pub done: Vec<Done>,
    /// What is found in the plan now.
    pub report: Report,
}

/// A fix that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The place of the finding, in the text as it was then: file, line and column.
    pub place: String,
    /// What was done, in a few words.
    pub title: String,
    /// Whether it may change what a lane means.
    pub applicability: Applicability,
}

/// A fix with the finding's place and its edits.
struct Candidate<'r> {
    fix: &'r Fix,
    edits: Vec<Edit>,
    done: Done,
}

/// Checks a plan, and applies the fixes of standing findings that are `most` sure or surer. Those
/// that a person has to choose are never among them.
///
/// The texts are edited in memory; whoever asked writes them.
#[must_use]
pub fn mend(
    texts: Vec<PlanText>,
    own: Vec<Own>,
    files: &[RepoPath],
    gaps: &[Gap],
    most: Applicability,
) -> Mended {
    let mut texts = texts;
    let mut plan = read(texts.clone());
    plan.own_paths = own;
    let mut plan = Arc::new(plan);
    let mut done = Vec::new();
    let mut report = check(&plan, files, gaps.to_vec());
    for _ in 0..MOST_ROUNDS {
        let (applied, did) = {
            let candidates = candidates(&report, most);
            let Some(found) = round(&texts, &plan, candidates) else { break };
            found
        };
        texts = applied.texts;
        plan = Arc::new(applied.plan);
        done.extend(did);
        report = check(&plan, files, gaps.to_vec());
    }
    Mended { texts, done, report }
}

/// The fixes that can be done at once: of those whose edits touch each other, the first.
fn candidates(report: &Report, most: Applicability) -> Vec<Candidate<'_>> {
    let mender = Mender::new(&report.plan);
    let sure = |fix: &&Fix| {
        let applicability = fix.applicability();
        applicability <= most && applicability != Applicability::DisplayOnly
    };
    let mut candidates: Vec<Candidate<'_>> = Vec::new();
    let mut taken = std::collections::BTreeMap::new();
    for finding in report.standing() {
        let Some(fix) = finding.draft.fixes.iter().find(sure) else { continue };
        let edits = mender.edits(fix);
        let free = edits.iter().all(|edit| {
            let (file, start, end) = (edit.span.file, edit.span.start, edit.span.end);
            // Edits that only touch could still belong to one list.
            taken
                .range(..=(file, end))
                .next_back()
                .is_none_or(|(&(of, _), &until)| of != file || until < start)
        });
        if edits.is_empty() || !free {
            continue;
        }
        taken.extend(edits.iter().map(|edit| ((edit.span.file, edit.span.start), edit.span.end)));
        let place = finding.draft.labels.first().map_or(String::new(), |label| match label.place {
            Place::Span(span) => {
                let source = &report.plan.sources[span.file.0];
                let position = source.position(span.start);
                format!("{}:{}:{}", source.name(), position.line, position.column)
            }
            Place::File(_) | Place::Input(_) => String::new(),
        });
        let applicability = fix.applicability();
        let done = Done { place, title: fix.title(&report.plan), applicability };
        candidates.push(Candidate { fix, edits, done });
    }
    candidates
}

/// Applies as many of the candidates as make the plan that they mean; nothing where none does.
fn round(
    texts: &[PlanText],
    plan: &Plan,
    mut candidates: Vec<Candidate<'_>>,
) -> Option<(crate::plan::fix::Applied, Vec<Done>)> {
    let attempt = |candidates: &[Candidate<'_>]| {
        let fixes: Vec<(&Fix, Vec<Edit>)> =
            candidates.iter().map(|one| (one.fix, one.edits.clone())).collect();
        let applied = if fixes.is_empty() { None } else { apply(texts, plan, &fixes) };
        applied.map(|applied| (applied, candidates.iter().map(|one| one.done.clone()).collect()))
    };
    if let Some(applied) = attempt(&candidates) {
        return Some(applied);
    }
    candidates.truncate(MOST_TRIES);
    candidates.retain(|one| attempt(std::slice::from_ref(one)).is_some());
    attempt(&candidates).or_else(|| attempt(candidates.get(..1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(text: &str, most: Applicability) -> (String, Vec<String>) {
        let texts = vec![PlanText::new("lanes.yaml", text)];
        let mended = mend(texts, Vec::new(), &[], &[], most);
        let done = mended.done.iter().map(|done| format!("{}: {}", done.place, done.title));
        let text = String::from_utf8(mended.texts[0].bytes.clone().unwrap()).unwrap();
        (text, done.collect())
    }

    #[test]
    fn what_is_sure_is_mended_until_nothing_is_left() {
        let text = "tasks:\n  a: {write: [*.rs, ./src/**]} # c\n  b: {write: !./x/**}\n";
        let (safe, done) = mended(text, Applicability::Safe);
        assert_eq!(safe, "tasks:\n  a: {write: [\"*.rs\", src/**]} # c\n  b: {write: \"!x/**\"}\n");
        assert_eq!(
            done,
            [
                "lanes.yaml:2:15: quote it",
                "lanes.yaml:2:21: remove `./`",
                "lanes.yaml:3:14: quote it",
                "lanes.yaml:3:16: remove `./`"
            ]
        );
        assert_eq!(mended(&safe, Applicability::Unsafe), (safe.clone(), Vec::new()));
    }

    #[test]
    fn a_guess_is_made_only_when_it_is_asked_for() {
        let text = "taks:\n  a: {wirte: src\\main, needs: bb}\n  bbb: {write: x}\n";
        assert_eq!(mended(text, Applicability::Safe), (text.to_owned(), Vec::new()));
        let (all, done) = mended(text, Applicability::Unsafe);
        assert_eq!(all, "tasks:\n  a: {write: src/main, needs: bbb}\n  bbb: {write: x}\n");
        assert_eq!(done.len(), 4, "{done:?}");
    }

    /// A choice is a person's, an allowed finding is accepted, and what an alias shares is nobody's.
    #[test]
    fn what_is_not_to_be_mended_is_left() {
        for text in [
            "tasks: {a: {title: t}}\n",
            "protect: x\ntasks: {a: {write: [x, y]}}\n",
            "tasks: {a: {write: &l [./x]}, b: {write: *l}}\n",
            "tasks: {a: {wirte: x, write: y}}\n",
            "tasks: [",
            "",
        ] {
            assert_eq!(mended(text, Applicability::Unsafe), (text.to_owned(), Vec::new()));
        }
    }
}
