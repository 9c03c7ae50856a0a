//! JUnit XML, in the dialect of Maven Surefire that CI systems read: a test for each finding, and a
//! passed one for each rule without findings.

use std::borrow::Cow;
use std::io;

use super::{Located, path_text, shown};
use crate::finding::{Command, Finding, Level, Report};
use crate::rules::{RULES, Rule, Scope};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// The finding does not fail the run, and is the output of the test.
    Passed,
    Failed,
    /// Something could not be verified.
    Error,
    Skipped,
}

impl Outcome {
    fn of(finding: &Finding) -> Outcome {
        match finding.level {
            _ if finding.allowed.is_some() => Outcome::Skipped,
            _ if finding.rule.unverified => Outcome::Error,
            Level::Error => Outcome::Failed,
            Level::Warning | Level::Note => Outcome::Passed,
        }
    }
}

pub(super) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let clean: Vec<&Rule> = RULES.iter().copied().filter(|rule| is_clean(report, rule)).collect();
    let count =
        |outcome| report.findings.iter().filter(|finding| Outcome::of(finding) == outcome).count();
    let tests = report.findings.len() + clean.len();
    let (failures, errors) = (count(Outcome::Failed), count(Outcome::Error));
    let numbers = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\"");
    let skipped = count(Outcome::Skipped);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"lanelint\" {numbers}>")?;
    let suite = format!("lanelint {}", report.command);
    writeln!(out, "  <testsuite name=\"{suite}\" {numbers} skipped=\"{skipped}\">")?;
    for finding in &report.findings {
        test(report, finding, out)?;
    }
    for rule in clean {
        let class = class(report, rule.name);
        writeln!(out, "    <testcase classname=\"{class}\" name=\"nothing found\"/>")?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

/// Whether a rule was checked in this run and has no findings.
fn is_clean(report: &Report, rule: &Rule) -> bool {
    let is_plan_rule = rule.scope == Scope::Plan;
    let is_checked = is_plan_rule == (report.command == Command::Check) || rule.unverified;
    is_checked
        && rule.is_on(&report.plan)
        && report.findings.iter().all(|finding| finding.rule != rule)
}

fn class(report: &Report, rule: &str) -> String {
    format!("lanelint.{}.{rule}", report.command)
}

fn test(report: &Report, finding: &Finding, out: &mut dyn io::Write) -> io::Result<()> {
    let class = class(report, finding.rule.name);
    let name = escaped(&name(finding)).into_owned();
    writeln!(out, "    <testcase classname=\"{class}\" name=\"{name}\">")?;
    let message = shown(finding.draft.message.as_str());
    let (rule, message) = (finding.rule, escaped(&message));
    match Outcome::of(finding) {
        Outcome::Failed => {
            write!(out, "      <failure type=\"{rule}\" message=\"{message}\">")?;
            writeln!(out, "{}</failure>", escaped(&details(report, finding)))?;
        }
        Outcome::Error => {
            write!(out, "      <error type=\"{rule}\" message=\"{message}\">")?;
            writeln!(out, "{}</error>", escaped(&details(report, finding)))?;
        }
        Outcome::Passed => {
            let level = finding.level.word();
            let details = details(report, finding);
            writeln!(
                out,
                "      <system-out>{level}: {message}\n{}</system-out>",
                escaped(&details)
            )?;
        }
        Outcome::Skipped => {
            let reason = finding.allowed.as_deref().map_or(String::new(), |allowed| {
                format!("allowed by `{}`: {}", shown(&allowed.by), shown(&allowed.reason))
            });
            let reason = escaped(&reason).into_owned();
            writeln!(out, "      <skipped type=\"{rule}\" message=\"{message} ({reason})\"/>")?;
        }
    }
    writeln!(out, "    </testcase>")
}

/// The name of a test, which together with its class identifies it across runs.
fn name(finding: &Finding) -> String {
    let draft = &finding.draft;
    let tasks: Vec<Cow<'_, str>> = draft.tasks.iter().map(|task| shown(task)).collect();
    let path = path_text(draft.path.as_ref()).map(|path| shown(&path).into_owned());
    match (tasks.is_empty(), path) {
        (true, None) => shown(draft.message.as_str()).into_owned(),
        (true, Some(path)) => path,
        (false, None) => tasks.join(", "),
        (false, Some(path)) => format!("{}: {path}", tasks.join(", ")),
    }
}

/// The locations and the help of a finding, as lines of text.
fn details(report: &Report, finding: &Finding) -> String {
    let mut details = String::from("\n");
    for label in &finding.draft.labels {
        let located = Located::new(report, label);
        details.push_str(&format!("at {}", shown(&located.file)));
        if let Some((start, _)) = located.range {
            details.push_str(&format!(":{}:{}", start.line, start.column));
        }
        if !located.text.is_empty() {
            details.push_str(&format!(" {}", shown(located.text)));
        }
        details.push('\n');
    }
    if let Some(help) = &finding.draft.help {
        details.push_str(&format!("help: {}\n", shown(help.as_str())));
    }
    details
}

/// Escapes text for XML. `shown` has already escaped control characters; XML forbids two more.
fn escaped(text: &str) -> Cow<'_, str> {
    let special = |character| matches!(character, '&' | '<' | '>' | '"' | '\u{fffe}' | '\u{ffff}');
    if !text.contains(special) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => {
                escaped.push_str(&format!("\\u{{{:x}}}", u32::from(character)));
            }
            other => escaped.push(other),
        }
    }
    Cow::Owned(escaped)
}
