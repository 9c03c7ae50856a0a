//! Waves as text: the tasks of each, with what keeps them out of the one before.

use std::io::{self, Write};

use super::{AnswerFormat, count, json, name, names, shown};
use crate::plan::Plan;
use crate::source::excerpt;
use crate::waves::{Blocker, PlanEdit, Reason, Waves};

/// The most tasks, pairs or edits in a list.
const MAX_NAMES: usize = 10;

/// Writes the waves.
///
/// # Errors
/// Those of the writer.
pub fn write(
    plan: &Plan,
    waves: &Waves,
    format: AnswerFormat,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    match format {
        AnswerFormat::Json => json::waves::write(plan, waves, out),
        AnswerFormat::Text => text(plan, waves, out),
    }
}

fn text(plan: &Plan, waves: &Waves, out: &mut dyn Write) -> io::Result<()> {
    let number = count(waves.waves.len(), "wave");
    if waves.is_optimal() {
        writeln!(out, "{number}, the fewest that `needs` and overlaps allow")?;
    } else {
        let least = waves.at_least;
        writeln!(out, "{number}, possibly not the fewest: at least {least} are needed")?;
    }
    for (index, wave) in waves.waves.iter().enumerate() {
        writeln!(out, "\nwave {}", index + 1)?;
        for placed in wave {
            let id = shown(&excerpt(&plan[placed.task].id.value)).into_owned();
            let because = placed.blocker.as_ref().map(|because| because_of(plan, because));
            writeln!(out, "  {id}{}", because.unwrap_or_default())?;
        }
    }
    uncertain(plan, waves, out)?;
    edits(plan, waves, out)
}

fn because_of(plan: &Plan, Blocker { task: other, reason }: &Blocker) -> String {
    let other = name(plan, *other);
    match reason {
        Reason::Needs => format!(": needs {other}"),
        Reason::Overlap(path) => {
            format!(": after {other} (both may write `{}`)", shown(&path.to_string()))
        }
        Reason::Undecided => format!(": after {other} (whether they overlap is undecided)"),
        Reason::Unknown => format!(": after {other} (the lane of one of them is unknown)"),
    }
}

/// Why the answer may be incomplete.
fn uncertain(plan: &Plan, waves: &Waves, out: &mut dyn Write) -> io::Result<()> {
    if !waves.is_complete() {
        writeln!(out)?;
    }
    for cycle in waves.cycles.iter().take(MAX_NAMES) {
        let tasks = names(plan, cycle, MAX_NAMES);
        writeln!(out, "{tasks} form a cycle of `needs`, which is ignored here")?;
    }
    if !waves.unknown.is_empty() {
        let tasks = names(plan, &waves.unknown, MAX_NAMES);
        let lanes = if waves.unknown.len() == 1 { "lane" } else { "lanes" };
        writeln!(out, "unknown {lanes}, so kept apart from every task that may write: {tasks}")?;
    }
    for &(one, other) in waves.undecided.iter().take(MAX_NAMES) {
        let tasks = names(plan, &[one, other], 2);
        writeln!(out, "{tasks} are kept apart: whether they overlap is undecided")?;
    }
    Ok(())
}

fn edits(plan: &Plan, waves: &Waves, out: &mut dyn Write) -> io::Result<()> {
    match waves.edits.is_empty() {
        false => writeln!(out, "\nany one of these edits saves a wave:")?,
        true if waves.all_edits_tried && waves.waves.len() > 1 => {
            writeln!(out, "\nno single edit saves a wave")?;
        }
        true => {}
    }
    for edit in waves.edits.iter().take(MAX_NAMES) {
        match edit {
            PlanEdit::Separate { tasks, path } => {
                let (one, other) = (name(plan, tasks.0), name(plan, tasks.1));
                let path = path.to_string();
                let path = shown(&path);
                writeln!(
                    out,
                    "  separate {one} from {other}: exclude, share or allow what both may write, such \
                     as `{path}`"
                )?;
            }
            PlanEdit::DropNeed { task, need } => {
                let (task, need) = (name(plan, *task), name(plan, *need));
                writeln!(out, "  start {task} without {need}: remove it from `needs`")?;
            }
        }
    }
    if waves.edits.len() > MAX_NAMES {
        writeln!(out, "  and {} more", waves.edits.len() - MAX_NAMES)?;
    }
    if !waves.edits.is_empty() && !waves.all_edits_tried {
        writeln!(out, "  and possibly others: not all edits were tried")?;
    }
    Ok(())
}
