//! The waves in which tasks can start: a list of tasks for each, with what keeps them there.

use std::io::{self, Write};

use super::{AnswerFormat, count, json, name, names, shown};
use crate::plan::Plan;
use crate::source::excerpt;
use crate::waves::{Blocker, PlanEdit, Reason, Waves};

/// How many tasks, pairs or edits are named where not all have to be.
const NAMED: usize = 10;

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
        writeln!(out, "{number}, the fewest that `needs` and the overlaps allow")?;
    } else {
        let least = waves.at_least;
        writeln!(out, "{number}; fewer than {least} are impossible, what is between is not known")?;
    }
    for (location, wave) in waves.waves.iter().enumerate() {
        writeln!(out, "\nwave {}", location + 1)?;
        for placed in wave {
            let id = shown(&excerpt(&plan[placed.task].id.value)).into_owned();
            let because = placed.blocker.as_ref().map(|because| because_of(plan, because));
            writeln!(out, "  {id}{}", because.unwrap_or_default())?;
        }
    }
    doubts(plan, waves, out)?;
    edits(plan, waves, out)
}

fn because_of(plan: &Plan, Blocker { task: other, reason }: &Blocker) -> String {
    let other = name(plan, *other);
    match reason {
        Reason::Needs => format!(": needs {other}"),
        Reason::Overlap(path) => {
            format!(": after {other}, both may write `{}`", shown(&path.to_string()))
        }
        Reason::Undecided => format!(": after {other}, nobody could decide whether they overlap"),
        Reason::Unknown => format!(": after {other}, the lane of one of them is not known"),
    }
}

/// What keeps the answer from being all there is to say.
fn doubts(plan: &Plan, waves: &Waves, out: &mut dyn Write) -> io::Result<()> {
    if !waves.is_complete() {
        writeln!(out)?;
    }
    for cycle in waves.cycles.iter().take(NAMED) {
        let tasks = names(plan, cycle, NAMED);
        writeln!(out, "{tasks} need each other in a round, which orders nothing here")?;
    }
    if !waves.unknown.is_empty() {
        let tasks = names(plan, &waves.unknown, NAMED);
        let lanes = if waves.unknown.len() == 1 { "lane" } else { "lanes" };
        writeln!(out, "kept apart from all that may write, for want of a known {lanes}: {tasks}")?;
    }
    for &(one, other) in waves.undecided.iter().take(NAMED) {
        let tasks = names(plan, &[one, other], 2);
        writeln!(out, "{tasks} are kept apart: a bound on work was reached")?;
    }
    Ok(())
}

fn edits(plan: &Plan, waves: &Waves, out: &mut dyn Write) -> io::Result<()> {
    match waves.edits.is_empty() {
        false => writeln!(out, "\nany one of these would save a wave:")?,
        true if waves.all_edits_tried && waves.waves.len() > 1 => {
            writeln!(out, "\nno single edit would save a wave")?;
        }
        true => {}
    }
    for edit in waves.edits.iter().take(NAMED) {
        match edit {
            PlanEdit::Separate { tasks, path } => {
                let (one, other) = (name(plan, tasks.0), name(plan, tasks.1));
                let path = path.to_string();
                let path = shown(&path);
                writeln!(
                    out,
                    "  part {one} from {other}: subtract, share or allow what both may write, such \
                     as `{path}`"
                )?;
            }
            PlanEdit::DropNeed { task, need } => {
                let (task, need) = (name(plan, *task), name(plan, *need));
                writeln!(out, "  start {task} without {need}: take it out of `needs`")?;
            }
        }
    }
    if waves.edits.len() > NAMED {
        writeln!(out, "  and {} more", waves.edits.len() - NAMED)?;
    }
    if !waves.edits.is_empty() && !waves.all_edits_tried {
        writeln!(out, "  and perhaps others: not all were tried")?;
    }
    Ok(())
}
