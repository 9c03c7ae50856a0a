//! A Markdown page for people, such as a job summary: a matrix of the tasks, the findings in collapsed
//! sections, and edits to copy. Untrusted text appears only as code.

mod edits;
mod matrix;
pub(super) mod text;

use std::io;

use super::group::{Group, groups};
use super::group_message::{GroupMessage, found, summary};
use super::verdicts::{Row, Table};
use super::{Located, count};
use crate::finding::{Fixer, Level, Report};
use edits::write_edits;
use text::{code, html, markdown};

/// The most bytes of findings: GitHub discards summaries of more than 1 MiB.
const MAX_BYTES: usize = 1_000_000;

/// How many sections are expanded at first.
const OPEN: usize = 3;

pub(super) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "## lanelint {}: {}\n\n{}\n", report.command, found(report), summary(report))?;
    let mut page = verdicts(report);
    page.push_str(&matrix::matrix(report));
    let groups = groups(report);
    let fixer = Fixer::new(&report.plan);
    for (index, group) in groups.iter().enumerate() {
        let mut section = section(report, &fixer, group, index < OPEN);
        if page.len() + section.len() > MAX_BYTES {
            let left_out: usize = groups[index..].iter().map(|group| group.findings.len()).sum();
            section = format!(
                "{} did not fit: use `--format json` to get all of them.\n",
                count(left_out, "more finding")
            );
            page.push_str(&section);
            break;
        }
        page.push_str(&section);
    }
    out.write_all(page.as_bytes())
}

/// A row for each branch, and what may be merged.
fn verdicts(report: &Report) -> String {
    let Some(table) = Table::new(report) else { return String::new() };
    let mut text = "| verdict | task | branch | |\n| --- | --- | --- | --- |\n".to_owned();
    for Row { verdict, task, branch, why } in &table.rows {
        let [task, branch, why] = [task, branch, why].map(|cell| code(cell).replace('|', "\\|"));
        text.push_str(&format!("| {verdict} | {task} | {branch} | {why} |\n"));
    }
    text.push('\n');
    if table.more > 0 {
        text.push_str(&format!("and {} more\n\n", table.more));
    }
    if let Some(order) = &table.order {
        text.push_str(&format!("{}\n\n", code(order)));
    }
    text
}

fn icon(level: Level, allowed: bool) -> &'static str {
    match level {
        _ if allowed => "☑️",
        Level::Error => "❌",
        Level::Warning => "⚠️",
        Level::Note => "ℹ️",
    }
}

/// A group of findings as a section that can be collapsed.
fn section(report: &Report, fixer: &Fixer<'_>, group: &Group<'_>, open: bool) -> String {
    let first = group.findings[0];
    let allowed = first.allowed.is_some();
    let group_message = GroupMessage::new(&report.plan, group);
    let open = if open && !allowed { " open" } else { "" };
    let mut text = format!(
        "<details{open}>\n<summary>{} <b>{}</b>: {}</summary>\n\n",
        icon(first.level, allowed),
        first.rule,
        html(&group_message.head)
    );
    if let Some(allowed) = &group_message.allowed {
        text.push_str(&format!("{}\n\n", markdown(allowed)));
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
        [one] => text.push_str(&format!("Help: {}\n\n", markdown(one))),
        several => {
            text.push_str("Help, any one of these:\n\n");
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
