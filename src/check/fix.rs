//! `check --fix`: applies fixes, round after round, until none is left.

use std::sync::Arc;

use super::check;
use crate::failure::Failure;
use crate::finding::{Applicability, Edit, Fix, Fixer, Location, Report};
use crate::path::{RepoPath, exists_among};
use crate::plan::fix::{Applied, Refusal, apply};
use crate::plan::{Plan, PlanPath, PlanText, read_among};

/// The most rounds. One round's fixes can make others possible: an unquoted glob is quoted, then
/// its leading `./` is removed, then it turns out to be redundant.
const MOST_ROUNDS: usize = 20;

/// The most fixes that are tried one by one if they cannot be applied together.
const MOST_TRIES: usize = 100;

/// A plan with its fixes applied.
#[derive(Debug)]
pub struct Fixed {
    /// The plan's texts, in the order of the input.
    pub texts: Vec<PlanText>,
    /// The applied fixes, in order.
    pub done: Vec<AppliedFix>,
    /// Fixes that claim to be safe but would have changed a lane, and so were not applied. Each is a
    /// bug in lanelint.
    pub refused: Vec<Refused>,
    /// The report on the fixed plan.
    pub report: Report,
}

/// A safe fix that would have changed a lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// File, line and column of the finding.
    pub location: String,
    /// The title of the fix.
    pub title: String,
    /// The task whose lane would have changed.
    pub task: Arc<str>,
}

/// A fix that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedFix {
    /// File, line and column of the finding, in the text before the fix.
    pub location: String,
    /// The title of the fix.
    pub title: String,
    /// Whether it may have changed a lane.
    pub applicability: Applicability,
}

struct Candidate<'r> {
    fix: &'r Fix,
    edits: Vec<Edit>,
    done: AppliedFix,
}

/// Checks a plan and applies the fixes of active findings, up to the applicability `most`. Fixes
/// that a person has to choose are never applied.
///
/// Edits the texts in memory only.
#[must_use]
pub fn fix(
    texts: Vec<PlanText>,
    own: Vec<PlanPath>,
    files: &[RepoPath],
    gaps: &[Failure],
    most: Applicability,
) -> Fixed {
    let (mut texts, mut plan) = read_among(texts, None, |name| exists_among(files, name));
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
        let Some((applied, fixes)) = step else { break };
        texts = applied.texts;
        plan = Arc::new(applied.plan);
        done.extend(fixes);
        report = check(&plan, files, gaps.to_vec());
    }
    refused.sort_by(|one: &Refused, other| {
        (&one.location, &one.title).cmp(&(&other.location, &other.title))
    });
    refused.dedup();
    Fixed { texts, done, refused, report }
}

/// The kind of fixes that a round applies. Kinds are not mixed, because each is checked differently.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Makes invalid values valid.
    Repair,
    /// Removes entries that change nothing.
    Remove,
    /// May change a lane; comes after all safe fixes.
    Guess,
}

impl Step {
    const ALL: [Step; 3] = [Step::Repair, Step::Remove, Step::Guess];

    fn applicability(self) -> Applicability {
        match self {
            Step::Repair | Step::Remove => Applicability::Safe,
            Step::Guess => Applicability::Unsafe,
        }
    }

    fn takes(self, fix: &Fix) -> bool {
        let repairs = matches!(fix, Fix::Replace(_));
        fix.applicability() == self.applicability()
            && match self {
                Step::Repair => repairs,
                Step::Remove => !repairs,
                Step::Guess => true,
            }
    }
}

/// The fixes that can be applied together; of fixes whose edits touch, the first.
fn candidates(report: &Report, step: Step) -> Vec<Candidate<'_>> {
    let fixer = Fixer::new(&report.plan);
    let mut candidates: Vec<Candidate<'_>> = Vec::new();
    let mut taken = std::collections::BTreeMap::new();
    for finding in report.active() {
        let Some(fix) = finding.draft.fixes.iter().find(|fix| step.takes(fix)) else { continue };
        let edits = fixer.edits(fix);
        let free = edits.iter().all(|edit| {
            let (file, start, end) = (edit.span.file, edit.span.start, edit.span.end);
            // Touching edits may still belong to one list.
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
        let done =
            AppliedFix { location, title: fix.title(&report.plan).to_string(), applicability };
        candidates.push(Candidate { fix, edits, done });
    }
    candidates
}

/// Applies as many candidates as give the intended plan; `None` if none does.
fn round(
    texts: &[PlanText],
    plan: &Plan,
    mut candidates: Vec<Candidate<'_>>,
    refused: &mut Vec<Refused>,
) -> Option<(Applied, Vec<AppliedFix>)> {
    if candidates.is_empty() {
        return None;
    }
    let attempt = |candidates: &[Candidate<'_>]| -> Result<(Applied, Vec<AppliedFix>), Refusal> {
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
            refused.extend(bug(one, refusal));
            false
        }
    });
    let (first, _) = candidates.split_first()?;
    attempt(&candidates)
        .or_else(|_| {
            // Each is fine alone, but not all together.
            refused.extend(bug(first, together));
            attempt(std::slice::from_ref(first))
        })
        .ok()
}

/// The report of a refusal, if it is a bug in lanelint.
fn bug(candidate: &Candidate<'_>, refusal: Refusal) -> Option<Refused> {
    let Refusal::LaneChanged(task) = refusal else { return None };
    let AppliedFix { location, title, .. } = candidate.done.clone();
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
    fn safe_fixes_in_rounds() {
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
    fn guesses_only_on_request() {
        let text = "taks:\n  a: {wirte: src\\main, needs: bb}\n  bbb: {write: x}\n";
        assert_eq!(fixed(text, Applicability::Safe), (text.to_owned(), Vec::new()));
        let (all, done) = fixed(text, Applicability::Unsafe);
        assert_eq!(all, "tasks:\n  a: {write: src/main, needs: bbb}\n  bbb: {write: x}\n");
        assert_eq!(done.len(), 4, "{done:?}");
    }

    #[test]
    fn choices_and_aliases_stay() {
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
