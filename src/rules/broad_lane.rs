//! `broad-lane`: a lane that leaves little for concurrent tasks.

use super::common::english::and;
use super::common::labels::{label, text, texts, write_label};
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope, UndecidedDraft};
use crate::analysis::PlanFacts;
use crate::finding::{Datum, Draft, Level, Message};
use crate::message;
use crate::message::code;
use crate::plan_vs_files::broad_lanes::{BroadLane, BroadLaneKind};
use crate::source::excerpt;

pub(super) static RULE: Rule = Rule {
    name: "broad-lane",
    summary: "a lane that covers more than half of the repository while other tasks run beside it",
    level: Level::Warning,
    fixed: false,
    unverified: false,
    scope: Scope::Plan,
    explanation: "A lane that covers almost everything isolates nothing: it includes what other \
        tasks may write, now or as the plan grows. A lane is broad if, after exclusions and \
        protected paths are subtracted, it covers more than half of the existing files (in \
        repositories with at least twenty), or if its globs match everything below every top-level \
        folder (`**`, `*/**`), regardless of exclusions and protected paths. Only concurrent tasks \
        that may write count; a task that needs all others, such as one that integrates their \
        work, is not concurrent with any of them. A lane is not reported if its boundary is \
        deliberate: it overlaps no concurrent lane, and either excludes what a concurrent task may \
        write or is itself excluded by a concurrent lane. So `src/**` beside `[\"**\", \
        \"!src/**\"]` is fine, whichever is larger.",
    remedy: "list only the folders that the task changes, exclude what other tasks own, or add \
             them to its `needs`",
    example: Example {
        plan: "tasks:\n  cleanup:\n    write: \"**\"\n  lessons:\n    write: src/lessons/**\n",
        files: &[],
        scenario: Scenario::PlanOnly,
    },
    grouping: Grouping::Alone,
};

pub(super) const FIND: Find = Find::Plan(find);

fn find(facts: &PlanFacts<'_>, reporter: &mut Reporter<'_>) {
    for broad in &facts.broad_lanes().broad {
        reporter.report(draft(facts, broad));
    }
    for &task in &facts.broad_lanes().undecided {
        let label = write_label(facts.plan, task, "this lane");
        reporter.undecided(UndecidedDraft::lanes(facts.plan, &[task], vec![label]));
    }
}

fn draft(facts: &PlanFacts<'_>, broad: &BroadLane) -> Draft {
    let id = facts.plan.id(broad.task);
    let beside = facts.plan.ids(broad.beside.iter().copied());
    let mut data = Vec::new();
    let (reach, at) = match broad.kind {
        BroadLaneKind::MostFiles { matched: held, total: all } => {
            data.push(("held", Datum::Count(held)));
            data.push(("files", Datum::Count(all)));
            let note = message![held, " of ", all, " files"];
            (message![held, " of the ", all, " files"], write_label(facts.plan, broad.task, note))
        }
        BroadLaneKind::AnyFolder(glob) => {
            let note = "matches every top-level folder";
            let entry = glob.and_then(|glob| facts.plan.globs(broad.task).find(glob).copied());
            data.extend(entry.map(|entry| ("glob", text(entry.text.clone()))));
            let at = match entry {
                Some(entry) => label(entry.span, note),
                None => write_label(facts.plan, broad.task, note),
            };
            let glob = entry.map(|entry| message![" (", code(excerpt(&entry.text)), ")"]);
            (message!["below every top-level folder", glob], at)
        }
    };
    data.push(("beside", texts(beside.iter().cloned())));
    let others = match beside.as_slice() {
        [one] => message![code(one), " runs"],
        several if broad.more => {
            message![Message::list(several.iter().map(code), ", ", ", "), " and others run"]
        }
        several => message![and(several), " run"],
    };
    Draft {
        message: message![code(id), " may write ", reach, " while ", others, " beside it"],
        help: Some(
            "list only the folders it changes, exclude what other tasks own, or add them to its `needs`"
                .into(),
        ),
        tasks: facts.plan.ids([broad.task]),
        labels: vec![at],
        data,
        ..Draft::default()
    }
}
