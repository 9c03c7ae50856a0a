//! `overlapping-lanes`: two concurrent tasks may write the same path.

use std::sync::Arc;

use super::common::english::among_existing;
use super::common::labels::{existing_data, label, texts};
use super::{Causes, Example, Find, Grouping, Reporter, Rule, Scenario, Scope, UndecidedDraft};
use crate::analysis::PlanFacts;
use crate::finding::{About, Datum, Draft, Level};
use crate::message;
use crate::message::code;
use crate::overlap::{FixFinder, Overlap};

pub(super) static RULE: Rule = Rule {
    name: "overlapping-lanes",
    summary: "two concurrent tasks may write the same path",
    level: Level::Error,
    fixed: false,
    unverified: false,
    scope: Scope::Plan,
    explanation: "Two tasks that run at the same time and may write the same file will, sooner or \
        later, undo each other's work. The comparison is exact and covers files that do not exist \
        yet; the path in the message is always in both lanes.",
    remedy: "give the path to one task and list that task under the other's `needs`, narrow the \
             globs, exclude what other tasks own, or put append-only files under `share`",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: src/content/**\n  quizzes:\n    write: \
               src/*/quizzes.json\n",
        files: &[],
        scenario: Scenario::PlanOnly,
    },
    grouping: Grouping::ByCause(Causes {
        glob: ("overlaps with", "lane"),
        path: "is in several lanes",
    }),
};

pub(super) const FIND: Find = Find::Plan(find);

const HELP: &str = "exclude the path from one lane, make one task depend on the other (`needs`), or put the path \
                    under `share`";

fn find(facts: &PlanFacts<'_>, reporter: &mut Reporter<'_>) {
    let mut fix_finder = FixFinder::new(facts.plan, facts.lanes, facts.order);
    for overlap in facts.overlaps() {
        if let Some(&(left, right)) = overlap.shared.undecided.first() {
            let tasks = [overlap.tasks.0, overlap.tasks.1];
            let globs = [facts.plan.globs(tasks[0])[left], facts.plan.globs(tasks[1])[right]];
            let labels = globs.map(|glob| label(glob.span, "")).to_vec();
            reporter.undecided(UndecidedDraft::lanes(facts.plan, &tasks, labels));
        }
        if let Some(draft) = draft(facts, &mut fix_finder, overlap) {
            reporter.report(draft);
        }
    }
}

fn draft(facts: &PlanFacts<'_>, finder: &mut FixFinder<'_>, overlap: &Overlap) -> Option<Draft> {
    let witness = overlap.shared.witness.as_ref()?;
    let (left, right) = overlap.tasks;
    let (left_globs, right_globs) = (facts.plan.globs(left), facts.plan.globs(right));
    let &(left_glob, right_glob) = overlap.shared.pairs.first()?;
    let [left_id, right_id] = [facts.plan.id(left), facts.plan.id(right)];
    let existing = among_existing(overlap.existing);
    let pairs = overlap.shared.pairs.iter().map(|&(left, right)| {
        texts([&left_globs[left].text, &right_globs[right].text].map(Arc::clone))
    });
    Some(Draft {
        message: message![
            code(left_id),
            " and ",
            code(right_id),
            " may both write ",
            code(witness),
            existing
        ],
        help: Some(HELP.into()),
        tasks: facts.plan.ids([left, right]),
        path: Some(witness.clone()),
        about: About::Data("globs"),
        labels: vec![
            label(left_globs[left_glob].span, message![code(left_id), " may write it"]),
            label(right_globs[right_glob].span, message![code(right_id), " may write it"]),
        ],
        data: vec![
            ("globs", Datum::List(pairs.collect())),
            existing_data(overlap.existing, &overlap.sample),
        ],
        fixes: finder.fixes(overlap, RULE.name),
        ..Draft::default()
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{
        additions, assert_found_in_plans, assert_sound_plans, assert_sound_work,
    };

    #[test]
    fn found_in_plans() {
        assert_found_in_plans(
            RULE.name,
            &[
                (
                    "tasks:\n  a: {write: src/**/a*.rs}\n  b: {write: src/x/*b.rs}\n",
                    vec!["`a` and `b` may both write `src/x/ab.rs`"],
                ),
                (
                    "tasks:\n  a: {write: src/**, needs: b}\n  b: {write: src/x, needs: a}\n",
                    vec!["`a` and `b` may both write `src/x`"],
                ),
                (
                    "tasks:\n  a: {write: [src/**, '!src/x/README.md']}\n  b: {write: src/x/**}\n",
                    vec!["`a` and `b` may both write `src/x/0`"],
                ),
                (
                    "tasks:\n  a: {write: [x, '/y']}\n  b: {write: x}\n",
                    vec!["`a` and `b` may both write `x`"],
                ),
                (
                    "tasks:\n  a: {write: log}\n  b: {write: log*}\n  c: {write: log}\nshare: log\n",
                    vec![],
                ),
                (
                    "tasks:\n  a: {write: log}\n  b: {write: log}\nshare: lo\n",
                    vec!["`a` and `b` may both write `log`"],
                ),
            ],
        );
    }

    #[test]
    fn sound_plans() {
        assert_sound_plans(&[
            "tasks:\n  a: {write: 'src/[a-m]*'}\n  b: {write: 'src/[n-z]*'}\n",
            "tasks:\n  a: {write: '**'}\n  b: {write: x, needs: c}\n  c: {write: y, needs: a}\n",
            "tasks:\n  a: {write: [src/**, '!src/x/**']}\n  b: {write: src/x/**}\n",
            "tasks:\n  a: {write: [x, log]}\n  b: {write: '{y,log}'}\nshare: log\n",
            "tasks:\n  a: {write: '{x,ci/a}'}\n  b: {write: '{y,ci/*}'}\nprotect: ci/\n",
            "tasks:\n  a: {write: '{x,lanes.yaml}'}\n  b: {write: '{y,lanes.yaml}'}\n",
            "tasks:\n  a: {write: '**'}\n  b: {write: []}\nshare: x\n",
        ]);
    }

    #[test]
    fn sound_work() {
        assert_sound_work(&[
            // The gate does not repeat what `check` reports.
            ("tasks:\n  a: {write: x, needs: b}\n  b: {write: x, needs: a}\n", additions(&["x"])),
        ]);
    }
}
