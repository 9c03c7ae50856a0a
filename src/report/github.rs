//! Workflow commands of GitHub Actions, which annotate lines of the plan or of changed files. Findings
//! beyond GitHub's limit are plain lines in the log.

use std::io;

use super::group::{Group, groups};
use super::group_message::{GroupMessage, summary};
use super::{Located, count, inside_root, shown};
use crate::finding::{Level, Report};

/// The most annotations of a level that GitHub shows for a step.
const MAX_ANNOTATIONS: usize = 10;

/// The most UTF-16 units of a message that the runner passes on, less room for the ellipsis.
const MAX_MESSAGE: usize = 4_000;

pub(super) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let groups = groups(report);
    let mut annotated = vec![false; groups.len()];
    let mut more = Vec::new();
    for level in [Level::Error, Level::Warning, Level::Note] {
        let is_due = |group: &&usize| {
            let first = groups[**group].findings[0];
            first.level == level && first.allowed.is_none()
        };
        let all: Vec<usize> = (0..groups.len()).collect();
        let mut due: Vec<usize> = all.iter().filter(is_due).copied().collect();
        // Never leave out what says that the answer is incomplete.
        due.sort_by_key(|&group| !groups[group].findings[0].rule.unverified);
        // The last annotation counts the rest.
        let shown = if due.len() > MAX_ANNOTATIONS { MAX_ANNOTATIONS - 1 } else { due.len() };
        due[..shown].iter().for_each(|&group| annotated[group] = true);
        let left_out: usize = due[shown..].iter().map(|&group| groups[group].findings.len()).sum();
        if left_out > 0 {
            more.push((level, left_out));
        }
    }
    for (group, _) in groups.iter().zip(&annotated).filter(|(_, annotated)| **annotated) {
        annotate(report, group, out)?;
    }
    for (level, left_out) in more {
        let message = format!(
            "{} at this level: see the log of this step (GitHub shows {MAX_ANNOTATIONS} \
             annotations per level)",
            count(left_out, "more finding")
        );
        command(level, &[("title", "lanelint".to_owned())], &message, out)?;
    }
    for (group, _) in groups.iter().zip(&annotated).filter(|(_, annotated)| !**annotated) {
        line(report, group, out)?;
    }
    writeln!(out, "{}", summary(report))
}

fn annotate(report: &Report, group: &Group<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let first = group.findings[0];
    let group_message = GroupMessage::new(&report.plan, group);
    let mut message = group_message.plain();
    if let Some(help) = group_message.plain_help() {
        message.push_str("\nhelp: ");
        message.push_str(&help);
    }
    let label = group_message.labels.first().copied().or(first.draft.labels.first());
    let mut properties = Vec::new();
    if let Some(located) = label.map(|label| Located::new(report, label)) {
        properties = location(&located);
        let is_named = !properties.is_empty() || message.contains(&*shown(&located.file));
        if !is_named {
            message = format!("{}: {message}", shown(&located.file));
        }
    }
    properties.push(("title", format!("lanelint: {}", first.rule)));
    command(first.level, &properties, &message, out)
}

/// The properties that place an annotation. Empty for files outside the repository, and for names that
/// commands cannot express: those that are not UTF-8 or have hidden characters.
fn location(located: &Located<'_>) -> Vec<(&'static str, String)> {
    let is_quoted = located.file.starts_with('"');
    if is_quoted || !inside_root(&located.file) || shown(&located.file) != located.file {
        return Vec::new();
    }
    let mut location = vec![("file", located.file.clone())];
    if let Some((start, end)) = located.range {
        location.push(("line", start.line.to_string()));
        location.push(("endLine", end.line.to_string()));
        // GitHub accepts columns only within one line.
        if start.line == end.line {
            location.push(("col", start.column.to_string()));
            location.push(("endColumn", end.column.to_string()));
        }
    }
    location
}

/// Writes a workflow command. Each line of the message has been escaped for display.
fn command(
    level: Level,
    properties: &[(&str, String)],
    message: &str,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let name = match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    write!(out, "::{name}")?;
    for (index, (key, value)) in properties.iter().enumerate() {
        let separator = if index == 0 { ' ' } else { ',' };
        write!(out, "{separator}{key}={}", escaped_property(value))?;
    }
    writeln!(out, "::{}", escaped(&truncated(message)))
}

fn truncated(message: &str) -> String {
    let mut units = 0;
    let end = message.char_indices().find(|(_, character)| {
        units += character.len_utf16();
        units > MAX_MESSAGE
    });
    match end {
        Some((end, _)) => format!("{}… (truncated)", &message[..end]),
        None => message.to_owned(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escaped_property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}

fn line(report: &Report, group: &Group<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let first = group.findings[0];
    let group_message = GroupMessage::new(&report.plan, group);
    let label = group_message.labels.first().copied().or(first.draft.labels.first());
    let location = match label.map(|label| Located::new(report, label)) {
        None => "lanelint".to_owned(),
        Some(Located { file, range: Some((start, _)), .. }) => {
            format!("{}:{}:{}", shown(&file), start.line, start.column)
        }
        Some(Located { file, .. }) => shown(&file).into_owned(),
    };
    let allowed = if first.allowed.is_some() { " (allowed)" } else { "" };
    let (level, rule) = (first.level.word(), first.rule);
    writeln!(out, "{location}: {level}[{rule}]{allowed} {}", group_message.plain())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workflow_command_escapes() {
        assert_eq!(escaped("50%, a:b\r\n::error::x"), "50%25, a:b%0D%0A::error::x");
        assert_eq!(escaped_property("a%b:c,d\n"), "a%25b%3Ac%2Cd%0A");
    }

    #[test]
    fn long_messages() {
        for long in ["x".repeat(4_001), "𝄞".repeat(2_001), "é".repeat(9_000)] {
            let short = truncated(&long);
            assert!(short.encode_utf16().count() <= 4_096, "{short}");
            assert!(short.ends_with("… (truncated)"), "{short}");
        }
        assert_eq!(truncated(&"x".repeat(4_000)).len(), 4_000);
    }
}
