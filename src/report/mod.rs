//! Formats of reports, one file each, and of the other answers of the program.
//!
//! Formats decide nothing: the findings, their levels and their order come from the report.

pub mod brief;
mod concise;
mod fingerprint;
mod github;
mod gitlab;
mod group;
mod group_message;
mod human;
mod json;
mod junit;
mod markdown;
mod safe;
mod sarif;
mod verdicts;
pub mod waves;
pub mod who;

use std::io;

use crate::finding::{Label, Location, Report};
use crate::index::TaskId;
use crate::path::RepoPath;
use crate::plan::Plan;
use crate::source::{Position, excerpt};

/// The format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people: excerpts of the plan with problems underlined.
    Human,
    /// One line per finding: `file:line:column: level[rule] message`.
    Concise,
    /// A JSON object, for programs.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// JUnit XML, for CI systems that show tests.
    Junit,
    /// A page for people, such as a job summary.
    Markdown,
}

impl Format {
    /// Every format with its name.
    pub const ALL: [(&str, Format); 8] = [
        ("human", Format::Human),
        ("concise", Format::Concise),
        ("json", Format::Json),
        ("sarif", Format::Sarif),
        ("github", Format::Github),
        ("gitlab", Format::Gitlab),
        ("junit", Format::Junit),
        ("markdown", Format::Markdown),
    ];
}

/// The format of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerFormat {
    /// Text for people.
    Text,
    /// A JSON object, for programs.
    Json,
}

/// The style of the format for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to use colors.
    pub color: bool,
    /// Columns per line.
    pub width: usize,
}

/// Writes a report.
///
/// # Errors
/// Those of the writer.
pub fn write(
    report: &Report,
    format: Format,
    style: Style,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    match format {
        Format::Human => human::write(report, style, out),
        Format::Concise => concise::write(report, out),
        Format::Json => json::write(report, out),
        Format::Sarif => sarif::write(report, out),
        Format::Github => github::write(report, out),
        Format::Gitlab => gitlab::write(report, out),
        Format::Junit => junit::write(report, out),
        Format::Markdown => markdown::write(report, out),
    }
}

/// Escapes untrusted text for display: nothing in it moves the cursor, changes the direction of text,
/// ends a line, or is a command to a CI log.
#[must_use]
pub fn shown(text: &str) -> std::borrow::Cow<'_, str> {
    safe::shown(text)
}

/// Task ids for a sentence: at most `max`, and the number of the rest.
pub(crate) fn names(plan: &Plan, tasks: &[TaskId], max: usize) -> String {
    let mut shown: Vec<String> = tasks.iter().take(max).map(|&task| name(plan, task)).collect();
    if tasks.len() > max {
        shown.push(format!("{} more", tasks.len() - max));
    }
    match shown.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => shown.concat(),
    }
}

/// The id of a task, escaped and in backticks.
pub(crate) fn name(plan: &Plan, task: TaskId) -> String {
    format!("`{}`", shown(&excerpt(&plan[task].id.value)))
}

/// A label with its file, lines and columns.
struct Located<'r> {
    file: String,
    range: Option<(Position, Position)>,
    text: &'r str,
}

impl<'r> Located<'r> {
    fn new(report: &Report, label: &'r Label) -> Located<'r> {
        let (file, range) = match &label.location {
            Location::File(path) => (path.to_string(), None),
            Location::Input(name) => (name.clone(), None),
            Location::Span(span) => {
                let source = report.source(span.file);
                let range = (source.position(span.start), source.position(span.end));
                // A file that could not be read has no positions.
                let range = (!source.text().is_empty()).then_some(range);
                (source.name().to_owned(), range)
            }
        };
        Located { file, range, text: label.text.as_str() }
    }
}

/// Whether the name of a text is a path in the repository, and not standard input or a file elsewhere.
fn inside_root(name: &str) -> bool {
    name != "-" && RepoPath::new(name).is_ok()
}

/// The name of a text, without directories if it is outside the repository.
fn file_name(name: &str) -> &str {
    if inside_root(name) { name } else { name.rsplit(['/', '\\']).next().unwrap_or(name) }
}

fn path_text(path: Option<&RepoPath>) -> Option<String> {
    path.map(ToString::to_string)
}

/// `1 task`, `2 tasks`.
fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests;
