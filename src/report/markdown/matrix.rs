//! A table of the tasks with the findings on each and between each two.

use std::collections::{BTreeMap, BTreeSet};

use super::icon;
use super::text::code_in_cell;
use crate::finding::{Level, Report};
use crate::index::TaskId;
use crate::plan::Task;
use crate::plan::order::Order;
use crate::source::excerpt;

/// The most tasks in the table.
const MAX_TASKS: usize = 16;

/// The most globs shown of a task.
const MAX_GLOBS: usize = 3;

/// The worst finding on a task or between two: whether it is active (not allowed), and its level.
type Worst = (bool, Level);

pub(super) fn matrix(report: &Report) -> String {
    let plan = &report.plan;
    let shown = chosen(report);
    if shown.is_empty() {
        return String::new();
    }
    let (of_task, between) = worst(report, &shown);
    let order = Order::new(plan);
    let mut text = String::from("| | task | may write | found |");
    (1..=shown.len()).for_each(|number| text.push_str(&format!(" {number} |")));
    text.push_str("\n| ---: | --- | --- | :---: |");
    shown.iter().for_each(|_| text.push_str(" :---: |"));
    for (row, &task) in shown.iter().enumerate() {
        let icon_of = |worst: Option<&Worst>| {
            worst.map_or("·", |&(is_active, level)| icon(level, !is_active))
        };
        text.push_str(&format!(
            "\n| {} | {} | {} | {} |",
            row + 1,
            code_in_cell(&excerpt(&plan[task].id.value)),
            lane(&plan[task]),
            icon_of(of_task.get(&row)),
        ));
        for (column, &other) in shown.iter().enumerate() {
            let pair = (row.min(column), row.max(column));
            let cell = match between.get(&pair) {
                _ if row == column => "",
                Some(worst) => icon_of(Some(worst)),
                None if order.comes_after(task, other) => "after",
                None if order.comes_after(other, task) => "before",
                None => icon_of(None),
            };
            text.push_str(&format!(" {cell} |"));
        }
    }
    text.push_str("\n\n");
    if shown.len() < plan.tasks.len() {
        let (shown, all) = (shown.len(), plan.tasks.len());
        text.push_str(&format!("Showing {shown} of {all} tasks.\n\n"));
    }
    text
}

/// The tasks in the table. If there are too many, those with active findings come first.
fn chosen(report: &Report) -> Vec<TaskId> {
    let tasks = &report.plan.tasks;
    if tasks.len() <= MAX_TASKS {
        return tasks.ids().collect();
    }
    let by_name: BTreeMap<&str, TaskId> =
        tasks.enumerated().map(|(id, task)| (&*task.id.value, id)).collect();
    let named = report.active().flat_map(|finding| &finding.draft.tasks);
    let named = named.filter_map(|task| by_name.get(&**task).copied());
    let mut chosen = BTreeSet::new();
    for task in named.chain(tasks.ids()) {
        if chosen.len() == MAX_TASKS {
            break;
        }
        chosen.insert(task);
    }
    chosen.into_iter().collect()
}

/// The worst finding on each row, and between each two.
fn worst(
    report: &Report,
    shown: &[TaskId],
) -> (BTreeMap<usize, Worst>, BTreeMap<(usize, usize), Worst>) {
    let rows: BTreeMap<&str, usize> =
        shown.iter().enumerate().map(|(row, &task)| (&*report.plan[task].id.value, row)).collect();
    let (mut of_task, mut between) = (BTreeMap::new(), BTreeMap::new());
    for finding in &report.findings {
        let this: Worst = (finding.allowed.is_none(), finding.level);
        let tasks = &finding.draft.tasks;
        let named: BTreeSet<usize> =
            tasks.iter().filter_map(|task| rows.get(&**task).copied()).collect();
        if tasks.len() < 2 {
            for row in named {
                let worst = of_task.entry(row).or_insert(this);
                *worst = this.max(*worst);
            }
            continue;
        }
        for (&one, &other) in
            named.iter().flat_map(|one| named.range(one + 1..).map(move |other| (one, other)))
        {
            let worst = between.entry((one, other)).or_insert(this);
            *worst = this.max(*worst);
        }
    }
    (of_task, between)
}

fn lane(task: &Task) -> String {
    let Some(write) = &task.write else { return "unknown".to_owned() };
    if task.unknown {
        return "unknown".to_owned();
    }
    if write.entries.is_empty() {
        return "nothing".to_owned();
    }
    let globs = write.entries.iter().take(MAX_GLOBS);
    let globs: Vec<String> = globs.map(|entry| code_in_cell(&excerpt(&entry.text))).collect();
    let more = write.entries.len().saturating_sub(MAX_GLOBS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", globs.join(", "))
}
