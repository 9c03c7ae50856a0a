//! Workflow commands of GitHub Actions, which put findings beside the lines of the plan or of the
//! changed file; and plain lines for what a step may not annotate any more.

use std::io;

use super::group::{Group, groups};
use super::group_message::{GroupMessage, summary};
use super::{Located, count, inside_root, shown};
use crate::finding::{Level, Report};

/// How many annotations of each level GitHub shows of a step.
const ANNOTATIONS: usize = 10;

/// How many UTF-16 units of a message the runner passes on, less what says that more was cut off.
const LONGEST_MESSAGE: usize = 4_000;

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
        // What says that the answer is not whole must not be what is left out.
        due.sort_by_key(|&group| !groups[group].findings[0].rule.unverified);
        // The last one says how many there are beside.
        let shown = if due.len() > ANNOTATIONS { ANNOTATIONS - 1 } else { due.len() };
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
            "{} more of this level: the log of the step has them, for GitHub shows {ANNOTATIONS} \
             annotations of a level",
            count(left_out, "finding")
        );
        command(level, &[("title", "lanelint".to_owned())], &message, out)?;
    }
    for (group, _) in groups.iter().zip(&annotated).filter(|(_, annotated)| !**annotated) {
        line(report, group, out)?;
    }
    writeln!(out, "{}", summary(report))
}

/// The command that annotates the place of a group.
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

/// Where an annotation goes. There is no way to write a name that is not UTF-8 or has characters that
/// are not shown, and none to name a file outside of the repository.
fn location(located: &Located<'_>) -> Vec<(&'static str, String)> {
    let is_quoted = located.file.starts_with('"');
    if is_quoted || !inside_root(&located.file) || shown(&located.file) != located.file {
        return Vec::new();
    }
    let mut location = vec![("file", located.file.clone())];
    if let Some((start, end)) = located.range {
        location.push(("line", start.line.to_string()));
        location.push(("endLine", end.line.to_string()));
        // GitHub takes columns only within a line.
        if start.line == end.line {
            location.push(("col", start.column.to_string()));
            location.push(("endColumn", end.column.to_string()));
        }
    }
    location
}

/// Writes one workflow command. The message is fit to be shown, line by line.
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
    for (location, (key, value)) in properties.iter().enumerate() {
        let sign = if location == 0 { ' ' } else { ',' };
        write!(out, "{sign}{key}={}", escaped_property(value))?;
    }
    writeln!(out, "::{}", escaped(&shortened(message)))
}

fn shortened(message: &str) -> String {
    let mut units = 0;
    let end = message.char_indices().find(|(_, character)| {
        units += character.len_utf16();
        units > LONGEST_MESSAGE
    });
    match end {
        Some((end, _)) => format!("{}… (cut off)", &message[..end]),
        None => message.to_owned(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escaped_property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}

/// A group as lines of the log.
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
    fn what_a_command_would_take_for_its_own_is_escaped() {
        assert_eq!(escaped("50%, a:b\r\n::error::x"), "50%25, a:b%0D%0A::error::x");
        assert_eq!(escaped_property("a%b:c,d\n"), "a%25b%3Ac%2Cd%0A");
    }

    #[test]
    fn a_message_is_no_longer_than_the_runner_passes_on() {
        for long in ["x".repeat(4_001), "𝄞".repeat(2_001), "é".repeat(9_000)] {
            let short = shortened(&long);
            assert!(short.encode_utf16().count() <= 4_096, "{short}");
            assert!(short.ends_with("… (cut off)"), "{short}");
        }
        assert_eq!(shortened(&"x".repeat(4_000)).len(), 4_000);
    }
}
