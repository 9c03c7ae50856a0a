//! GitLab's code quality report.

use std::io;

use serde::Serialize;

use super::fingerprint::fingerprints;
use super::json::text::write_list;
use super::{Located, file_name, shown};
use crate::finding::{Finding, Level, Report};

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

pub(super) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let fingerprints = fingerprints(report);
    let issue = |index: usize, finding| Issue::new(report, finding, &fingerprints[index]);
    write_list(&report.findings, issue, out)?;
    writeln!(out)
}

impl<'r> Issue<'r> {
    fn new(report: &'r Report, finding: &'r Finding, fingerprint: &'r str) -> Issue<'r> {
        let draft = &finding.draft;
        let mut description = shown(draft.message.as_str()).into_owned();
        if let Some(allowed) = &finding.allowed {
            let (by, reason) = (shown(&allowed.by), shown(&allowed.reason));
            description.push_str(&format!(" (allowed by `{by}`: {reason})"));
        }
        // GitLab drops issues without a location.
        let label = draft.labels.first().map(|label| Located::new(report, label));
        let (file, range) = match label {
            Some(located) => (located.file, located.range),
            None => {
                (report.plan.sources.first().map_or("lanes.yaml", |one| one.name()).into(), None)
            }
        };
        Issue {
            description,
            check_name: finding.rule.name,
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
        _ if finding.rule.unverified => "blocker",
        Level::Error => "major",
        Level::Warning => "minor",
        Level::Note => "info",
    }
}
