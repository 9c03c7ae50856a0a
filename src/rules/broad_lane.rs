//! `broad-lane`: a lane that leaves little to those beside it.

use super::common::english::and;
use super::common::labels::{label, text, texts, write_label};
use super::{Done, Example, Find, Found, GaveUp, Grouping, Rule, Subject};
use crate::analysis::PlanFacts;
use crate::finding::{Datum, Draft, Level, Message};
use crate::message;
use crate::message::code;
use crate::plan_vs_files::broad_lanes::{BroadLane, BroadLaneKind};
use crate::source::excerpt;

pub(super) static RULE: Rule = Rule {
    name: "broad-lane",
    summary: "a lane beside concurrent ones that holds more than half of the files, or whatever \
              folder there is",
    level: Level::Warning,
    fixed: false,
    unverified: false,
    subject: Subject::Plan,
    explanation: "A lane that holds nearly everything keeps nobody apart: all that others may \
        write, now or when the plan grows, is in it too. A lane is broad if a concurrent task may \
        write as well, and it holds more than half of the existing files, where there are twenty \
        or more; or everything below a folder of the root whatever the folder is called (`**`, \
        `*/**`), less what is excluded and protected. A task that needs all others, as one that \
        joins their work does, is beside nobody. A lane is spared where its border is drawn on \
        purpose: its exclusions take out what belongs to a concurrent lane and no overlap is left, \
        or a concurrent lane excludes all that it may write. So `src/**` and, beside it, `**` less \
        `src/**` are left alone, whichever holds more.",
    remedy: "name the folders that they change, exclude what the others own, or let them need the \
             others",
    example: Example {
        plan: "tasks:\n  cleanup:\n    write: \"**\"\n  lessons:\n    write: src/lessons/**\n",
        files: &[],
        done: Done::Nothing,
    },
    grouping: Grouping::Alone,
};

pub(super) const FIND: Find = Find::Plan(find);

fn find(facts: &PlanFacts<'_>, found: &mut Found<'_>) {
    for broad in &facts.broad_lanes().broad {
        found.report(draft(facts, broad));
    }
    for &task in &facts.broad_lanes().undecided {
        let label = write_label(facts.plan, task, "this lane");
        found.gave_up(GaveUp::on_lanes(facts.plan, &[task], vec![label]));
    }
}

fn draft(facts: &PlanFacts<'_>, broad: &BroadLane) -> Draft {
    let id = facts.plan.id(broad.task);
    let beside = facts.plan.ids(broad.beside.iter().copied());
    let mut data = Vec::new();
    let (holds, location) = match broad.kind {
        BroadLaneKind::MostFiles { matched: held, total: all } => {
            data.push(("held", Datum::Count(held)));
            data.push(("files", Datum::Count(all)));
            let said = message![held, " of ", all, " files"];
            (message![held, " of the ", all, " files"], write_label(facts.plan, broad.task, said))
        }
        BroadLaneKind::AnyFolder(glob) => {
            let said = "every folder, whatever its name";
            let entry = glob.and_then(|glob| facts.plan.globs(broad.task).find(glob).copied());
            data.extend(entry.map(|entry| ("glob", text(entry.text.clone()))));
            let location = match entry {
                Some(entry) => label(entry.span, said),
                None => write_label(facts.plan, broad.task, said),
            };
            let by = entry.map(|entry| message![" (", code(excerpt(&entry.text)), ")"]);
            (message!["what is below any folder", by], location)
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
        message: message![code(id), " may write ", holds, ", while ", others, " beside it"],
        help: Some(
            "name the folders that it changes, exclude what the others own, or let it need them"
                .into(),
        ),
        tasks: facts.plan.ids([broad.task]),
        labels: vec![location],
        data,
        ..Draft::default()
    }
}
