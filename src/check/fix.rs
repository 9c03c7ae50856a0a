//! `check --fix`: what has one sure edit is mended, round after round, until nothing is left.

use std::sync::Arc;

use super::check;
use crate::failure::Failure;
use crate::finding::{Applicability, Edit, Fix, Fixer, Location, Report};
use crate::path::RepoPath;
use crate::plan::fix::{Applied, Refusal, apply};
use crate::plan::{Plan, PlanPath, PlanText, read};

/// The most rounds. Each mends all that it can, and what one brings to light is for the next: an
/// unquoted glob is quoted, then its leading `./` is removed, then it is found to be redundant.
const MOST_ROUNDS: usize = 20;

/// The most fixes that are tried one by one where all of a round together are not what was meant.
const MOST_TRIES: usize = 100;

/// What came of mending a plan.
#[derive(Debug)]
pub struct Fixed {
    /// The plan's texts, in the order in which they were given.
    pub texts: Vec<PlanText>,
    /// What was done, in order.
    pub done: Vec<Done>,
    /// Fixes that are called safe and would have changed a lane, which is a fault of this program:
    /// they were not applied.
    pub refused: Vec<Refused>,
    /// What is found in the plan now.
    pub report: Report,
}

/// A safe fix that would have changed a lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The place of the finding: file, line and column.
    pub location: String,
    /// What was to be done, in a few words.
    pub title: String,
    /// The task whose lane is another one afterwards.
    pub task: Arc<str>,
}

/// A fix that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The place of the finding, in the text as it was then: file, line and column.
    pub location: String,
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
pub fn fix(
    texts: Vec<PlanText>,
    own: Vec<PlanPath>,
    files: &[RepoPath],
    gaps: &[Failure],
    most: Applicability,
) -> Fixed {
    let mut texts = texts;
    let mut plan = read(texts.clone());
    plan.own_paths = own;
    let mut plan = Arc::new(plan);
    let mut done = Vec::new();
    let mut report = check(&plan, files, gaps.to_vec());
    let mut refused = Vec::new();
    for _ in 0..MOST_ROUNDS {
        let step = Step::ALL
            .into_iter()
            .filter(|step| step.applicability() <= most)
            .find_map(|step| round(&texts, &plan, candidates(&report, step), &mut refused));
        let Some((applied, did)) = step else { break };
        texts = applied.texts;
        plan = Arc::new(applied.plan);
        done.extend(did);
        report = check(&plan, files, gaps.to_vec());
    }
    refused.sort_by(|one: &Refused, other| {
        (&one.location, &one.title).cmp(&(&other.location, &other.title))
    });
    refused.dedup();
    Fixed { texts, done, refused, report }
}

/// What one round does. Kinds of fixes are not mixed: what holds of the plan after each differs.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Gives a meaning to values that had none.
    Mend,
    /// Takes out what changes nothing.
    Remove,
    /// What may change a lane, once all that is safe is done.
    Guess,
}

impl Step {
    const ALL: [Step; 3] = [Step::Mend, Step::Remove, Step::Guess];

    fn applicability(self) -> Applicability {
        match self {
            Step::Mend | Step::Remove => Applicability::Safe,
            Step::Guess => Applicability::Unsafe,
        }
    }

    fn takes(self, fix: &Fix) -> bool {
        let mends = matches!(fix, Fix::Replace(_));
        fix.applicability() == self.applicability()
            && match self {
                Step::Mend => mends,
                Step::Remove => !mends,
                Step::Guess => true,
            }
    }
}

/// The fixes that can be done at once: of those whose edits touch each other, the first.
fn candidates(report: &Report, step: Step) -> Vec<Candidate<'_>> {
    let fixer = Fixer::new(&report.plan);
    let mut candidates: Vec<Candidate<'_>> = Vec::new();
    let mut taken = std::collections::BTreeMap::new();
    for finding in report.active() {
        let Some(fix) = finding.draft.fixes.iter().find(|fix| step.takes(fix)) else { continue };
        let edits = fixer.edits(fix);
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
        let location =
            finding.draft.labels.first().map_or(String::new(), |label| match label.location {
                Location::Span(span) => {
                    let source = &report.plan.sources[span.file.0];
                    let position = source.position(span.start);
                    format!("{}:{}:{}", source.name(), position.line, position.column)
                }
                Location::File(_) | Location::Input(_) => String::new(),
            });
        let applicability = fix.applicability();
        let done = Done { location, title: fix.title(&report.plan).to_string(), applicability };
        candidates.push(Candidate { fix, edits, done });
    }
    candidates
}

/// Applies as many of the candidates as make the plan that they mean; nothing where none does.
fn round(
    texts: &[PlanText],
    plan: &Plan,
    mut candidates: Vec<Candidate<'_>>,
    refused: &mut Vec<Refused>,
) -> Option<(Applied, Vec<Done>)> {
    if candidates.is_empty() {
        return None;
    }
    let attempt = |candidates: &[Candidate<'_>]| -> Result<(Applied, Vec<Done>), Refusal> {
        let fixes: Vec<(&Fix, Vec<Edit>)> =
            candidates.iter().map(|one| (one.fix, one.edits.clone())).collect();
        let applied = apply(texts, plan, &fixes)?;
        Ok((applied, candidates.iter().map(|one| one.done.clone()).collect()))
    };
    let together = match attempt(&candidates) {
        Ok(applied) => return Some(applied),
        Err(refusal) => refusal,
    };
    candidates.truncate(MOST_TRIES);
    candidates.retain(|one| match attempt(std::slice::from_ref(one)) {
        Ok(_) => true,
        Err(refusal) => {
            refused.extend(fault(one, refusal));
            false
        }
    });
    let (first, _) = candidates.split_first()?;
    attempt(&candidates)
        .or_else(|_| {
            // Each alone is fine, and all together are not.
            refused.extend(fault(first, together));
            attempt(std::slice::from_ref(first))
        })
        .ok()
}

/// What is to be reported of a fix that was refused, where that is a fault of this program.
fn fault(candidate: &Candidate<'_>, refusal: Refusal) -> Option<Refused> {
    let Refusal::LaneChanged(task) = refusal else { return None };
    let Done { location, title, .. } = candidate.done.clone();
    Some(Refused { location, title, task })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(text: &str, most: Applicability) -> (String, Vec<String>) {
        let texts = vec![PlanText::new("lanes.yaml", text)];
        let fixed = fix(texts, Vec::new(), &[], &[], most);
        let done = fixed.done.iter().map(|done| format!("{}: {}", done.location, done.title));
        let text = String::from_utf8(fixed.texts[0].bytes.clone().unwrap()).unwrap();
        (text, done.collect())
    }

    #[test]
    fn what_is_sure_is_mended_until_nothing_is_left() {
        let text = "tasks:\n  a: {write: [*.rs, ./src/**]} # c\n  b: {write: !./x/**}\n";
        let (safe, done) = fixed(text, Applicability::Safe);
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
        assert_eq!(fixed(&safe, Applicability::Unsafe), (safe.clone(), Vec::new()));
    }

    #[test]
    fn a_guess_is_made_only_when_it_is_asked_for() {
        let text = "taks:\n  a: {wirte: src\\main, needs: bb}\n  bbb: {write: x}\n";
        assert_eq!(fixed(text, Applicability::Safe), (text.to_owned(), Vec::new()));
        let (all, done) = fixed(text, Applicability::Unsafe);
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
            assert_eq!(fixed(text, Applicability::Unsafe), (text.to_owned(), Vec::new()));
        }
    }
}
