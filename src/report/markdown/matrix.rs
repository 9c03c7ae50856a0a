//! A table of tasks, and who of them meets whom.

use std::collections::{BTreeMap, BTreeSet};

use super::sign;
use super::text::code_in_cell;
use crate::finding::{Level, Report};
use crate::index::TaskId;
use crate::plan::Task;
use crate::plan::order::Order;
use crate::source::excerpt;

/// How many tasks the table has.
const TASKS: usize = 16;

/// How many globs of a task are shown.
const GLOBS: usize = 3;

/// What weighs most between two tasks, or on one of them: not allowed before allowed.
type Weight = (bool, Level);

pub(super) fn matrix(report: &Report) -> String {
    let plan = &report.plan;
    let shown = chosen(report);
    if shown.is_empty() {
        return String::new();
    }
    let (of_task, between) = weights(report, &shown);
    let order = Order::new(plan);
    let mut text = String::from("| | task | may write | found |");
    (1..=shown.len()).for_each(|number| text.push_str(&format!(" {number} |")));
    text.push_str("\n| ---: | --- | --- | :---: |");
    shown.iter().for_each(|_| text.push_str(" :---: |"));
    for (row, &task) in shown.iter().enumerate() {
        let sign_of =
            |weight: Option<&Weight>| weight.map_or("·", |&(stands, level)| sign(level, !stands));
        text.push_str(&format!(
            "\n| {} | {} | {} | {} |",
            row + 1,
            code_in_cell(&excerpt(&plan[task].id.value)),
            lane(&plan[task]),
            sign_of(of_task.get(&row)),
        ));
        for (column, &other) in shown.iter().enumerate() {
            let pair = (row.min(column), row.max(column));
            let cell = match between.get(&pair) {
                _ if row == column => "",
                Some(weight) => sign_of(Some(weight)),
                None if order.comes_after(task, other) => "after",
                None if order.comes_after(other, task) => "before",
                None => sign_of(None),
            };
            text.push_str(&format!(" {cell} |"));
        }
    }
    text.push_str("\n\n");
    if shown.len() < plan.tasks.len() {
        let (shown, all) = (shown.len(), plan.tasks.len());
        text.push_str(&format!("These are {shown} of {all} tasks.\n\n"));
    }
    text
}

/// The tasks of the table: those that standing findings name come first where there are too many.
fn chosen(report: &Report) -> Vec<TaskId> {
    let tasks = &report.plan.tasks;
    if tasks.len() <= TASKS {
        return tasks.ids().collect();
    }
    let places: BTreeMap<&str, TaskId> =
        tasks.enumerated().map(|(location, task)| (&*task.id.value, location)).collect();
    let named = report.active().flat_map(|finding| &finding.draft.tasks);
    let named = named.filter_map(|task| places.get(&**task).copied());
    let mut chosen = BTreeSet::new();
    for task in named.chain(tasks.ids()) {
        if chosen.len() == TASKS {
            break;
        }
        chosen.insert(task);
    }
    chosen.into_iter().collect()
}

/// What weighs most on each row alone, and between each two.
fn weights(
    report: &Report,
    shown: &[TaskId],
) -> (BTreeMap<usize, Weight>, BTreeMap<(usize, usize), Weight>) {
    let rows: BTreeMap<&str, usize> =
        shown.iter().enumerate().map(|(row, &task)| (&*report.plan[task].id.value, row)).collect();
    let (mut of_task, mut between) = (BTreeMap::new(), BTreeMap::new());
    for finding in &report.findings {
        let weight: Weight = (finding.allowed.is_none(), finding.level);
        let tasks = &finding.draft.tasks;
        let named: BTreeSet<usize> =
            tasks.iter().filter_map(|task| rows.get(&**task).copied()).collect();
        if tasks.len() < 2 {
            for row in named {
                let heaviest = of_task.entry(row).or_insert(weight);
                *heaviest = weight.max(*heaviest);
            }
            continue;
        }
        for (&one, &other) in
            named.iter().flat_map(|one| named.range(one + 1..).map(move |other| (one, other)))
        {
            let heaviest = between.entry((one, other)).or_insert(weight);
            *heaviest = weight.max(*heaviest);
        }
    }
    (of_task, between)
}

/// The globs of a task, as they are written.
fn lane(task: &Task) -> String {
    let Some(write) = &task.write else { return "not known".to_owned() };
    if task.unknown {
        return "not known".to_owned();
    }
    if write.entries.is_empty() {
        return "nothing".to_owned();
    }
    let globs = write.entries.iter().take(GLOBS);
    let globs: Vec<String> = globs.map(|entry| code_in_cell(&excerpt(&entry.text))).collect();
    let more = write.entries.len().saturating_sub(GLOBS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", globs.join(", "))
}
