//! `undecided`: a rule gave up before it had an answer.

use super::common::labels::{text, texts};
use super::{Example, Find, Grouping, Rule, Scenario, Scope, UndecidedDraft};
use crate::finding::{About, Draft, Level};
use crate::message;
use crate::message::code;

pub(super) static RULE: Rule = Rule {
    name: "undecided",
    summary: "a rule gave up before it had an answer",
    level: Level::Error,
    fixed: true,
    unverified: true,
    scope: Scope::Plan,
    explanation: "Every question about lanes has an answer, but some globs are so complex that \
        finding it takes longer than anyone would wait. Hand-written globs come nowhere near the \
        limit. When a rule reaches it, the run reports that and exits with status 3, so silence \
        never means 'gave up'. A symbolic link that is part of a loop, or passes through too many \
        other links, is also reported as `undecided`.",
    remedy: "use fewer wildcards, braces or exclusions in these globs, or point the link straight \
             at its target",
    example: Example { plan: EXAMPLE, files: &[], scenario: Scenario::PlanOnly },
    grouping: Grouping::Alone,
};

pub(super) const FIND: Find = Find::Undecided(draft);

/// Forty letters, minus those whose halves differ, minus those that end in either letter: nothing is
/// left, but proving it takes remembering half of the letters.
const EXAMPLE: &str = include_str!("undecided/example.yaml");

fn draft(rule: &'static Rule, undecided: UndecidedDraft) -> Draft {
    let UndecidedDraft { subject, why, help, tasks, path, labels, globs } = undecided;
    let about = match (&globs, &path) {
        (Some(_), _) => About::Data("globs"),
        (None, Some(_)) => About::Path,
        (None, None) => About::Location,
    };
    let globs = globs.map(|globs| ("globs", texts(globs)));
    Draft {
        message: message![code(rule), " gave up on ", subject, ": ", why],
        help: Some(help.into()),
        tasks,
        path,
        about,
        labels,
        data: std::iter::once(("rule", text(rule.name))).chain(globs).collect(),
        ..Draft::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{assert_sound_plans, checked};

    #[test]
    fn sound_plans() {
        assert_sound_plans(&[
            "tasks:\n  a: {write: '**/*a????????????/**'}\n  b: {write: [q/*, '!q/*a*']}\n",
        ]);
    }

    #[test]
    fn off_rules() {
        let rules = ["overlapping-lanes", "empty-lane", "protected-path", "redundant-glob"];
        let off = rules.map(|rule| format!("{rule}: off"));
        let text = format!("{}rules: {{{}}}\n", super::EXAMPLE, off.join(", "));
        let report = checked(&text, &[]);
        assert!(report.verified(), "{:?}", report.findings);
    }
}
