//! `read-write-hazard`: a task reads what a concurrent one may write.

use std::sync::Arc;

use super::{
    Causes, Done, Example, Facts, Grouping, Rule, Subject, among_existing, existing_data, label,
    texts,
};

use crate::finding::{Datum, Draft, Level};
use crate::overlap::Hazard;

pub(super) const RULE: Rule = Rule {
    name: "read-write-hazard",
    summary: "a task reads what a concurrent one may write",
    level: Level::Note,
    fixed: false,
    subject: Subject::Plan,
    explanation: "What a task lists under `read` is what it relies on while it works. If a task \
        that runs beside it may change that, the first may build on what is gone when both are \
        merged, and no merge conflict will say so. What is shared is left out, as in overlaps. \
        Often it is no trouble, so it is a note: say `needs` where one has to see the other's \
        work, and raise the rule's level where it matters.",
    remedy: "let one task need the other, or narrow what is read or written",
    example: Example {
        plan: "tasks:\n  schema:\n    write: src/content/schema/**\n  quizzes:\n    write: \
               src/content/quizzes/**\n    read: src/content/schema/quiz.json\n",
        files: &[],
        done: Done::Nothing,
    },
    grouping: Grouping::ByCause(Causes {
        glob: ("meets the reads or writes of", "task"),
        path: "is read and may be written at the same time",
    }),
    find,
};

fn find(facts: &Facts<'_>, report: &mut dyn FnMut(Draft)) {
    let Some(known) = facts.check() else { return };
    for hazard in &known.hazards.found {
        if let Some(draft) = draft(facts, hazard) {
            report(draft);
        }
    }
}

fn draft(facts: &Facts<'_>, hazard: &Hazard) -> Option<Draft> {
    let found = &hazard.crossing;
    let witness = found.shared.witness.as_ref()?;
    let &(read, written) = found.shared.pairs.first()?;
    let (reads, writes) = (facts.reads(hazard.reader), facts.globs(hazard.writer));
    let [reader, writer] = [facts.id(hazard.reader), facts.id(hazard.writer)];
    let existing = among_existing(found.existing);
    // The pair that proves it: there may be as many findings as pairs of tasks, and a wide glob meets
    // every glob of a lane.
    let pair = texts([&reads[read].text, &writes[written].text].map(Arc::clone));
    Some(Draft {
        message: format!("`{reader}` reads `{witness}`{existing}, and `{writer}` may write it"),
        help: Some(RULE.remedy.into()),
        tasks: facts.ids([hazard.reader, hazard.writer]),
        path: Some(witness.clone()),
        labels: vec![
            label(reads[read].span, format!("`{reader}` relies on it")),
            label(writes[written].span, format!("`{writer}` may write it")),
        ],
        data: vec![
            ("globs", Datum::List(vec![pair])),
            existing_data(found.existing, &found.sample),
        ],
        ..Draft::default()
    })
}
