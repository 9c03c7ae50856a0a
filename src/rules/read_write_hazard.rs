//! `read-write-hazard`: a task reads what a concurrent one may write.

use std::sync::Arc;

use super::common::english::among_existing;
use super::common::labels::{existing_data, label, texts};
use super::{Causes, Example, Find, Grouping, Reporter, Rule, Scenario, Scope, UndecidedDraft};
use crate::analysis::PlanFacts;
use crate::finding::{About, Datum, Draft, Level};
use crate::message;
use crate::message::code;
use crate::overlap::{Hazard, Hazards};

pub(super) static RULE: Rule = Rule {
    name: "read-write-hazard",
    summary: "a task reads what a concurrent task may write",
    level: Level::Note,
    fixed: false,
    unverified: false,
    scope: Scope::Plan,
    explanation: "A task relies on the paths under `read` while it works. If a concurrent task \
        changes them, the first task may build on something that is gone after the merge, and no \
        merge conflict will show it. Shared paths are left out, as in `overlapping-lanes`. This is \
        often harmless, so it is a note: add `needs` if one task has to see the other's work, and \
        raise the level if it matters to you.",
    remedy: "make one task depend on the other (`needs`), or narrow what is read or written",
    example: Example {
        plan: "tasks:\n  schema:\n    write: src/content/schema/**\n  quizzes:\n    write: \
               src/content/quizzes/**\n    read: src/content/schema/quiz.json\n",
        files: &[],
        scenario: Scenario::PlanOnly,
    },
    grouping: Grouping::ByCause(Causes {
        glob: ("overlaps with what is read or written by", "task"),
        path: "is read and may be written at the same time",
    }),
};

pub(super) const FIND: Find = Find::Plan(find);

fn find(facts: &PlanFacts<'_>, reporter: &mut Reporter<'_>) {
    let Hazards { found: hazards, gave_up } = facts.hazards();
    for hazard in hazards {
        if let Some(&(read, written)) = hazard.overlap.shared.undecided.first() {
            let tasks = [hazard.reader, hazard.writer];
            let globs = [facts.plan.reads(tasks[0])[read], facts.plan.globs(tasks[1])[written]];
            let labels = globs.map(|glob| label(glob.span, "")).to_vec();
            reporter.undecided(UndecidedDraft::lanes(facts.plan, &tasks, labels));
        }
        if let Some(draft) = draft(facts, hazard) {
            reporter.report(draft);
        }
    }
    if let Some((reader, writer)) = *gave_up {
        let reads = facts.plan.reads(reader);
        let labels = reads.iter().map(|glob| label(glob.span, "")).collect();
        reporter.undecided(UndecidedDraft::lanes(facts.plan, &[reader, writer], labels));
    }
}

fn draft(facts: &PlanFacts<'_>, hazard: &Hazard) -> Option<Draft> {
    let overlap = &hazard.overlap;
    let witness = overlap.shared.witness.as_ref()?;
    let &(read, written) = overlap.shared.pairs.first()?;
    let (reads, writes) = (facts.plan.reads(hazard.reader), facts.plan.globs(hazard.writer));
    let [reader, writer] = [facts.plan.id(hazard.reader), facts.plan.id(hazard.writer)];
    let existing = among_existing(overlap.existing);
    // One pair only: there may be a finding for every pair of tasks, and a wide glob overlaps with
    // every glob of a lane.
    let pair = texts([&reads[read].text, &writes[written].text].map(Arc::clone));
    Some(Draft {
        message: message![
            code(reader),
            " reads ",
            code(witness),
            existing,
            ", and ",
            code(writer),
            " may write it"
        ],
        help: Some(RULE.remedy.into()),
        tasks: facts.plan.ids([hazard.reader, hazard.writer]),
        path: Some(witness.clone()),
        about: About::Data("globs"),
        labels: vec![
            label(reads[read].span, message![code(reader), " relies on it"]),
            label(writes[written].span, message![code(writer), " may write it"]),
        ],
        data: vec![
            ("globs", Datum::List(vec![pair])),
            existing_data(overlap.existing, &overlap.sample),
        ],
        ..Draft::default()
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{assert_found_in_plans, assert_sound_plans};

    #[test]
    fn found_in_plans() {
        assert_found_in_plans(
            RULE.name,
            &[(
                "tasks:\n  a: {write: x/**, read: ['src/*', doc/**]}\n  b: {write: [src/b, doc/b]}\n  \
             c: {write: [], read: x/**, needs: b}\n",
                vec![
                    "`a` reads `doc/b`, and `b` may write it",
                    "`c` reads `x/0`, and `a` may write it",
                ],
            )],
        );
    }

    #[test]
    fn sound_plans() {
        assert_sound_plans(&[
            "tasks:\n  a: {write: src/**, read: [src/**, doc/**, log]}\n  b: {write: [doc/x, log], needs: a}\n  \
             c: {write: lib/x, read: ['lib/**', '!lib/gen/**']}\n  d: {write: [log, lib/gen/**]}\nshare: log\n",
        ]);
    }
}
