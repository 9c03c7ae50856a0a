//! One report, one file a format; and the other answers of the program, each in two formats.
//!
//! No format decides anything: what is found, its level and its order are the report's.

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
pub mod waves;
pub mod who;

use std::io;

use crate::finding::{Label, Location, Report};
use crate::index::TaskId;
use crate::path::RepoPath;
use crate::plan::Plan;
use crate::source::{Position, excerpt};

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people: the plan's own lines, what is wrong with them and what to do.
    Human,
    /// A line for each finding: `file:line:column: level[rule] message`.
    Concise,
    /// One JSON object, for programs.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands that annotate lines on GitHub.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// JUnit's XML, for any CI that shows tests.
    Junit,
    /// A page for people, such as the summary of a job.
    Markdown,
}

impl Format {
    /// Every format with its name, in the order of the contract.
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

/// How the answer to a single question is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerFormat {
    /// For people.
    Text,
    /// One JSON object, for programs.
    Json,
}

/// What a terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to use colours.
    pub color: bool,
    /// How many columns a line has.
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

/// Makes a text of strangers fit to be shown: nothing in it moves the cursor, turns the direction
/// of writing, ends a line, or is a command to the log of a CI system.
#[must_use]
pub fn shown(text: &str) -> std::borrow::Cow<'_, str> {
    safe::shown(text)
}

/// The ids of some tasks as a sentence holds them: the first few, and how many there are beside.
pub(crate) fn names(plan: &Plan, tasks: &[TaskId], most: usize) -> String {
    let mut shown: Vec<String> = tasks.iter().take(most).map(|&task| name(plan, task)).collect();
    if tasks.len() > most {
        shown.push(format!("{} more", tasks.len() - most));
    }
    match shown.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => shown.concat(),
    }
}

/// The id of a task as it is shown.
pub(crate) fn name(plan: &Plan, task: TaskId) -> String {
    format!("`{}`", shown(&excerpt(&plan[task].id.value)))
}

/// A label with its file and its lines and columns looked up.
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
                let source = &report.plan.sources[span.file.0];
                let range = (source.position(span.start), source.position(span.end));
                // A text that could not be read has a name and no places.
                let range = (!source.text().is_empty()).then_some(range);
                (source.name().to_owned(), range)
            }
        };
        Located { file, range, text: label.text.as_str() }
    }
}

/// Whether the name of a text is a path of the repository; else it is that of standard input, or of a
/// file somewhere else on the machine.
fn inside_root(name: &str) -> bool {
    name != "-" && RepoPath::new(name).is_ok()
}

/// The name of a text without the folders of the machine that it lies in.
fn file_name(name: &str) -> &str {
    if inside_root(name) { name } else { name.rsplit(['/', '\\']).next().unwrap_or(name) }
}

fn path_text(path: Option<&RepoPath>) -> Option<String> {
    path.map(ToString::to_string)
}

/// A number of things: `1 task`, `2 tasks`.
fn count(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

#[cfg(test)]
mod tests;
