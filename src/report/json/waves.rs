//! Waves as JSON.

use std::io;

use serde::Serialize;

use super::{ids, path_text, plan_names, write_document};
use crate::index::TaskId;
use crate::plan::Plan;
use crate::waves::{Blocker, PlanEdit, Reason, Waves};

#[derive(Serialize)]
struct Document<'p> {
    version: u32,
    command: &'static str,
    plan: Vec<&'p str>,
    waves: Vec<Vec<Placed<'p>>>,
    edits: Vec<JsonEdit<'p>>,
    cycles: Vec<Vec<&'p str>>,
    unknown: Vec<&'p str>,
    undecided: Vec<[&'p str; 2]>,
    summary: Summary,
}

#[derive(Serialize)]
struct Placed<'p> {
    task: &'p str,
    because: Option<JsonBecause<'p>>,
}

#[derive(Serialize)]
struct JsonBecause<'p> {
    why: &'static str,
    task: &'p str,
    path: Option<String>,
}

#[derive(Serialize)]
struct JsonEdit<'p> {
    edit: &'static str,
    tasks: [&'p str; 2],
    path: Option<String>,
}

#[derive(Serialize)]
struct Summary {
    tasks: usize,
    waves: usize,
    at_least: usize,
    fewest: bool,
    all_edits_tried: bool,
}

pub(in crate::report) fn write(
    plan: &Plan,
    waves: &Waves,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let id = |task: TaskId| &*plan[task].id.value;
    let because = |Blocker { task: other, reason }: &Blocker| {
        let (why, path) = match reason {
            Reason::Needs => ("needs", None),
            Reason::Overlap(path) => ("overlap", Some(path)),
            Reason::Undecided => ("undecided", None),
            Reason::Unknown => ("unknown", None),
        };
        JsonBecause { why, task: id(*other), path: path_text(path) }
    };
    let waves_of_tasks = waves.waves.iter().map(|wave| {
        let placed = wave.iter().map(|placed| Placed {
            task: id(placed.task),
            because: placed.blocker.as_ref().map(because),
        });
        placed.collect()
    });
    let edits = waves.edits.iter().map(|edit| match edit {
        PlanEdit::Separate { tasks, path } => JsonEdit {
            edit: "part",
            tasks: [id(tasks.0), id(tasks.1)],
            path: path_text(Some(path)),
        },
        PlanEdit::DropNeed { task, need } => {
            JsonEdit { edit: "unneed", tasks: [id(*task), id(*need)], path: None }
        }
    });
    let document = Document {
        version: 1,
        command: "waves",
        plan: plan_names(plan),
        waves: waves_of_tasks.collect(),
        edits: edits.collect(),
        cycles: waves.cycles.iter().map(|cycle| ids(plan, cycle)).collect(),
        unknown: ids(plan, &waves.unknown),
        undecided: waves.undecided.iter().map(|&(one, other)| [id(one), id(other)]).collect(),
        summary: Summary {
            tasks: plan.tasks.len(),
            waves: waves.waves.len(),
            at_least: waves.at_least,
            fewest: waves.is_optimal(),
            all_edits_tried: waves.all_edits_tried,
        },
    };
    write_document(&document, out)
}
