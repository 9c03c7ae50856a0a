//! GitLab's code quality report: a list of findings, each with a name that stays.

use std::io;

use serde::Serialize;

use super::fingerprint::fingerprints;
use super::json::text::write_items;
use super::{Located, file_name, shown};
use crate::finding::{Finding, Level, Report, UNVERIFIED};
use crate::parallel;

#[derive(Serialize)]
struct Issue<'r> {
    description: String,
    check_name: &'r str,
    fingerprint: &'r str,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<usize>,
}

/// Findings that are written by one thread at a time: enough to be worth it.
const BLOCK: usize = 512;

pub(super) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let fingerprints = fingerprints(report);
    let findings: Vec<&[Finding]> = report.findings.chunks(BLOCK).collect();
    let names: Vec<&[String]> = fingerprints.chunks(BLOCK).collect();
    let mut first = true;
    write!(out, "[")?;
    parallel::in_order(
        findings.len(),
        |block| {
            let mut text = Vec::new();
            let issues = findings[block].iter().zip(names[block]);
            let issues = issues.map(|(finding, name)| Issue::new(report, finding, name));
            write_items(issues, &mut text).map(|()| text)
        },
        |text| {
            if !std::mem::take(&mut first) {
                out.write_all(b",")?;
            }
            out.write_all(&text?)
        },
    )?;
    writeln!(out, "{}]", if report.findings.is_empty() { "" } else { "\n" })
}

impl<'r> Issue<'r> {
    fn new(report: &'r Report, finding: &'r Finding, fingerprint: &'r str) -> Issue<'r> {
        let draft = &finding.draft;
        let mut description = shown(&draft.message).into_owned();
        if let Some(allowed) = &finding.allowed {
            let (by, reason) = (shown(&allowed.by), shown(&allowed.reason));
            description.push_str(&format!(" (allowed by `{by}`: {reason})"));
        }
        // GitLab drops what has no place, and nothing may be dropped.
        let label = draft.labels.first().map(|label| Located::new(report, label));
        let (file, range) = match label {
            Some(located) => (located.file, located.range),
            None => {
                (report.plan.sources.first().map_or("lanes.yaml", |one| one.name()).into(), None)
            }
        };
        Issue {
            description,
            check_name: finding.rule,
            fingerprint,
            severity: severity(finding),
            location: Location {
                path: file_name(&file).to_owned(),
                lines: Lines {
                    begin: range.map_or(1, |(start, _)| start.line),
                    end: range.map(|(_, end)| end.line),
                },
            },
        }
    }
}

fn severity(finding: &Finding) -> &'static str {
    match finding.level {
        _ if finding.allowed.is_some() => "info",
        _ if UNVERIFIED.contains(&finding.rule) => "blocker",
        Level::Error => "major",
        Level::Warning => "minor",
        Level::Note => "info",
    }
}
