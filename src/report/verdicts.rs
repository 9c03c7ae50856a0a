//! The verdicts of a gate as a table for people: a line for each branch, and what may be merged in
//! which order.

use super::{count, shown};
use crate::finding::{Command, Input, InputState, InputVerdict, MergeVerdict, Report};
use crate::index::InputId;

/// The most rows. The rest is only counted.
const MAX_ROWS: usize = 100;

/// One branch, or another input.
pub(super) struct Row {
    pub(super) verdict: &'static str,
    pub(super) task: String,
    pub(super) branch: String,
    /// What stands in its way, or what it changed.
    pub(super) why: String,
}

/// The verdicts of a run.
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
    /// How many inputs are not among the rows.
    pub(super) more: usize,
    /// Which to merge, in which order.
    pub(super) order: Option<String>,
}

impl Table {
    /// The table of a gate on several inputs; the summary says enough of a single one.
    pub(super) fn new(report: &Report) -> Option<Table> {
        if report.command != Command::Gate || report.verdicts.len() < 2 {
            return None;
        }
        let mut verdicts: Vec<&InputVerdict> = report.verdicts.iter().collect();
        // The order of the inputs is that of the plan. The best attempt comes first.
        let task = |verdict: &InputVerdict| {
            let task = &input(report, verdict.input)?.task;
            report.inputs.iter().position(|input| input.task == *task)
        };
        verdicts.sort_by_key(|verdict| {
            (task(verdict), verdict.rank.unwrap_or(usize::MAX), verdict.input)
        });
        let row = |verdict: &&InputVerdict| {
            let input = input(report, verdict.input)?;
            Some(Row {
                verdict: verdict.verdict.word(),
                task: input.task.as_deref().map_or_else(|| "-".to_owned(), shown_owned),
                branch: shown_owned(name(input)),
                why: why(input, verdict),
            })
        };
        Some(Table {
            rows: verdicts.iter().take(MAX_ROWS).filter_map(row).collect(),
            more: verdicts.len().saturating_sub(MAX_ROWS),
            order: order(report),
        })
    }

    /// The table as aligned text.
    pub(super) fn text(&self, width: usize) -> String {
        let longest = |part: fn(&Row) -> &str| {
            self.rows.iter().map(|row| part(row).chars().count()).max().unwrap_or_default()
        };
        let widths =
            [longest(|row| row.verdict), longest(|row| &row.task), longest(|row| &row.branch)];
        let mut text = String::new();
        for row in &self.rows {
            let cells = [row.verdict, &row.task, &row.branch];
            for (cell, width) in cells.into_iter().zip(widths) {
                text.push_str(&format!("{cell:width$}  "));
            }
            text.push_str(&row.why);
            text.push('\n');
        }
        if self.more > 0 {
            text.push_str(&format!("and {} more\n", self.more));
        }
        if let Some(order) = &self.order {
            let options = textwrap::Options::new(width.max(20))
                .subsequent_indent("  ")
                .break_words(false)
                .word_separator(textwrap::WordSeparator::AsciiSpace)
                .word_splitter(textwrap::WordSplitter::NoHyphenation);
            text.push_str(&textwrap::fill(order, options));
            text.push('\n');
        }
        text
    }
}

fn input(report: &Report, input: InputId) -> Option<&Input> {
    report.inputs.get(usize::from(input))
}

fn shown_owned(text: &str) -> String {
    shown(text).into_owned()
}

/// The branch, or what else the input is.
fn name(input: &Input) -> &str {
    input.branch.as_deref().unwrap_or(&input.source)
}

fn why(input: &Input, verdict: &InputVerdict) -> String {
    if input.state == InputState::Superseded {
        return "another attempt is merged".to_owned();
    }
    let mut parts = Vec::new();
    if verdict.verdict == MergeVerdict::Unverified {
        parts.push("could not be verified".to_owned());
    }
    let list = |ids: &[std::sync::Arc<str>]| {
        let ids: Vec<String> = ids.iter().take(5).map(|id| shown_owned(id)).collect();
        ids.join(", ")
    };
    if verdict.outside > 0 {
        parts.push(format!("{} outside its lane", count(verdict.outside, "path")));
    }
    if !verdict.collides_with.is_empty() {
        parts.push(format!("collides with {}", list(&verdict.collides_with)));
    }
    if verdict.merges_with_base == Some(false) {
        parts.push("conflicts with its base".to_owned());
    }
    if !verdict.waits_for.is_empty() {
        parts.push(format!("waits for {}", list(&verdict.waits_for)));
    }
    if parts.is_empty() && verdict.errors > 0 {
        parts.push(count(verdict.errors, "error"));
    }
    if parts.is_empty() {
        parts.push(match verdict.changed {
            0 => "nothing changed".to_owned(),
            many => format!("{} changed", count(many, "path")),
        });
    }
    parts.join("; ")
}

/// What may be merged, in which order; `None` if nothing has a branch.
fn order(report: &Report) -> Option<String> {
    if report.verdicts.iter().all(|verdict| verdict.merges_with_base.is_none()) {
        return None;
    }
    let names = |inputs: &[InputId]| {
        let inputs = inputs.iter().filter_map(|&id| input(report, id));
        let names: Vec<String> = inputs.map(|input| shown_owned(name(input))).collect();
        names.join(", ")
    };
    let mut text = match report.merge_order.as_slice() {
        [] => "nothing may be merged".to_owned(),
        [one] => format!("may be merged: {}", names(&[*one])),
        several => format!("may be merged, in this order: {}", names(several)),
    };
    if !report.left_out.is_empty() {
        text.push_str(&format!("; no longer after these: {}", names(&report.left_out)));
    }
    Some(text)
}
