//! A page of Markdown for people, such as the summary of a job: who meets whom, the findings folded,
//! and edits ready to copy. Texts of strangers stand in code alone.

mod edits;
mod matrix;
pub(super) mod text;

use std::io;

use super::group::{Group, groups};
use super::group_message::{GroupMessage, found, summary};
use super::{Located, count};
use crate::finding::{Fixer, Level, Report};
use edits::write_edits;
use text::{code, html, markdown};

/// How many bytes the findings may take: GitHub throws a summary of more than 1 MiB away as a whole.
const BUDGET: usize = 1_000_000;

/// How many groups of findings are unfolded from the beginning.
const OPEN: usize = 3;

pub(super) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "## lanelint {}: {}\n\n{}\n", report.command, found(report), summary(report))?;
    let mut page = matrix::matrix(report);
    let groups = groups(report);
    let fixer = Fixer::new(&report.plan);
    for (location, group) in groups.iter().enumerate() {
        let mut section = section(report, &fixer, group, location < OPEN);
        if page.len() + section.len() > BUDGET {
            let left_out: usize = groups[location..].iter().map(|group| group.findings.len()).sum();
            section = format!(
                "{} more would not fit into a summary: `--format json` has all of them.\n",
                count(left_out, "finding")
            );
            page.push_str(&section);
            break;
        }
        page.push_str(&section);
    }
    out.write_all(page.as_bytes())
}

/// A sign for how much something weighs.
fn sign(level: Level, allowed: bool) -> &'static str {
    match level {
        _ if allowed => "☑️",
        Level::Error => "❌",
        Level::Warning => "⚠️",
        Level::Note => "ℹ️",
    }
}

/// A group of findings, folded below what it is.
fn section(report: &Report, fixer: &Fixer<'_>, group: &Group<'_>, open: bool) -> String {
    let first = group.findings[0];
    let allowed = first.allowed.is_some();
    let group_message = GroupMessage::new(&report.plan, group);
    let open = if open && !allowed { " open" } else { "" };
    let mut text = format!(
        "<details{open}>\n<summary>{} <b>{}</b>: {}</summary>\n\n",
        sign(first.level, allowed),
        first.rule,
        html(&group_message.head)
    );
    if let Some(accepted) = &group_message.accepted {
        text.push_str(&format!("{}\n\n", markdown(accepted)));
    }
    for item in &group_message.items {
        text.push_str(&format!("- {}\n", markdown(item)));
    }
    if group_message.more > 0 {
        text.push_str(&format!("- and {} more\n", group_message.more));
    }
    if !group_message.items.is_empty() {
        text.push('\n');
    }
    for label in &group_message.labels {
        let Located { file, range, .. } = Located::new(report, label);
        let location = range
            .map_or(file.clone(), |(start, _)| format!("{file}:{}:{}", start.line, start.column));
        text.push_str(&format!("- at {}", code(&location)));
        if !label.text.is_empty() {
            text.push_str(&format!(": {}", markdown(&label.text)));
        }
        text.push('\n');
    }
    if !group_message.labels.is_empty() {
        text.push('\n');
    }
    match group_message.help.as_slice() {
        [] => {}
        [one] => text.push_str(&format!("To do: {}\n\n", markdown(one))),
        several => {
            text.push_str("To do, one of these:\n\n");
            for help in several {
                text.push_str(&format!("- {}\n", markdown(help)));
            }
            text.push('\n');
        }
    }
    if group.common.is_none() {
        write_edits(report, fixer, first, &mut text);
    }
    text.push_str("</details>\n\n");
    text
}
