//! Briefs as JSON.

use std::io;

use serde::Serialize;

use super::{ids, path_text, plan_names, write_document};
use crate::brief::{Border, Brief, LaneState};
use crate::index::TaskId;
use crate::plan::{GlobEntry, PlanPath};

#[derive(Serialize)]
struct Document<'p> {
    version: u32,
    command: &'static str,
    plan: Vec<&'p str>,
    task: &'p str,
    title: Option<&'p str>,
    branch: &'p str,
    branches: Vec<&'p str>,
    lane: &'static str,
    files: Option<usize>,
    write: Vec<&'p str>,
    share: Vec<&'p str>,
    protect: Vec<&'p str>,
    own: Vec<String>,
    read: Vec<&'p str>,
    companions: Vec<Companion<'p>>,
    neighbours: Vec<Neighbour<'p>>,
    needs: Vec<&'p str>,
    needed_by: Vec<&'p str>,
}

#[derive(Serialize)]
struct Companion<'p> {
    glob: &'p str,
    with: Vec<&'p str>,
}

#[derive(Serialize)]
struct Neighbour<'p> {
    task: &'p str,
    title: Option<&'p str>,
    glob: &'p str,
    border: &'static str,
    path: Option<String>,
}

pub(in crate::report) fn write(brief: &Brief<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let plan = brief.plan;
    let task = &plan[brief.task];
    let title = |task: TaskId| plan[task].title.as_ref().map(|title| title.value.as_str());
    let neighbours = brief.neighbours.iter().map(|neighbour| {
        let (border, path) = match &neighbour.border {
            Border::Overlap(path) => ("overlap", path.as_ref()),
            Border::Exclusion => ("exclusion", None),
            Border::Folder => ("folder", None),
        };
        Neighbour {
            task: &plan[neighbour.task].id.value,
            title: title(neighbour.task),
            glob: &neighbour.entry.text,
            border,
            path: path_text(path),
        }
    });
    let own = plan.own_paths.iter().map(|own| match own {
        PlanPath::File(path) => path.to_string(),
        PlanPath::Folder(path) => format!("{path}/**"),
    });
    let companions = brief.companions.iter();
    let document = Document {
        version: 1,
        command: "brief",
        plan: plan_names(plan),
        task: &task.id.value,
        title: title(brief.task),
        branch: task.branches.first().map_or("", |branch| &branch.text.value),
        branches: task.branches.iter().map(|branch| branch.text.value.as_str()).collect(),
        lane: match brief.lane {
            LaneState::Some => "some",
            LaneState::Empty => "empty",
            LaneState::Unknown => "unknown",
        },
        files: brief.files,
        write: task.write.iter().flat_map(|write| texts(&write.entries)).collect(),
        share: texts(&plan.share),
        protect: texts(&plan.protect),
        own: own.collect(),
        read: texts(&task.read),
        companions: companions
            .map(|(one, others)| Companion { glob: &one.text, with: texts(others) })
            .collect(),
        neighbours: neighbours.collect(),
        needs: ids(plan, &brief.needs),
        needed_by: ids(plan, &brief.needed_by),
    };
    write_document(&document, out)
}

fn texts(entries: &[GlobEntry]) -> Vec<&str> {
    entries.iter().map(|entry| &*entry.text).collect()
}
