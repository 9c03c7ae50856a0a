//! One line per finding, as compilers print them.

use std::io;

use super::{Located, shown};
use crate::finding::{Finding, Report};

pub(super) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    for finding in &report.findings {
        writeln!(out, "{}", line(report, finding))?;
    }
    Ok(())
}

fn line(report: &Report, finding: &Finding) -> String {
    let location = match finding.draft.labels.first() {
        None => "lanelint".to_owned(),
        Some(label) => {
            let located = Located::new(report, label);
            let file = shown(&located.file).into_owned();
            match located.range {
                Some((start, _)) => format!("{file}:{}:{}", start.line, start.column),
                None => file,
            }
        }
    };
    let message = shown(finding.draft.message.as_str());
    let allowed = finding.allowed.as_ref().map_or_else(String::new, |allowed| {
        format!(" (allowed by `{}`: {})", shown(&allowed.by), shown(&allowed.reason))
    });
    format!("{location}: {}[{}] {message}{allowed}", finding.level.word(), finding.rule)
}
