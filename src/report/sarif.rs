//! SARIF 2.1.0, for code scanning.

mod message;
mod result;
mod rules;
mod uri;

use std::io;

use serde::Serialize;

use super::fingerprint::fingerprints;
use super::group_message::summary;
use super::json::text::{write_field, write_list};
use crate::finding::Report;
use message::Message;
use result::{Location, SarifResult};
use rules::{Driver, Override, Reference};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The base of relative paths, which the reader of the log resolves.
const ROOT: &str = "%SRCROOT%";

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    /// With `false`, readers do not take missing results for fixed ones.
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rule_configuration_overrides: Vec<Override>,
}

/// What was not verified.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Notification {
    level: &'static str,
    message: Message,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Option::is_none")]
    associated_rule: Option<Reference>,
}

#[derive(Serialize)]
struct AutomationDetails {
    /// The category, so that `check` and `gate` do not close each other's alerts.
    id: String,
}

#[derive(Serialize)]
struct UriBase {
    description: Message,
}

#[derive(Serialize)]
struct Properties {
    summary: String,
}

pub(super) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let verified = report.verified();
    let unverified =
        report.active().filter(|finding| finding.rule.unverified).map(|finding| Notification {
            level: "error",
            message: Message::of(finding),
            locations: result::location(report, finding).into_iter().collect(),
            associated_rule: rules::reference(finding.rule),
        });
    let invocation = Invocation {
        execution_successful: verified,
        tool_execution_notifications: unverified.collect(),
        rule_configuration_overrides: rules::overrides(&report.plan),
    };
    let root = UriBase { description: Message::new("The root of the repository.") };
    let details = AutomationDetails { id: format!("lanelint-{}/", report.command) };
    write!(out, "{{\n  \"$schema\": \"{SCHEMA}\",\n  \"version\": \"2.1.0\",\n  \"runs\": [{{")?;
    write!(out, "\n  \"tool\": ")?;
    write_field(&Tool { driver: rules::driver() }, out)?;
    write!(out, ",\n  \"automationDetails\": ")?;
    write_field(&details, out)?;
    write!(out, ",\n  \"invocations\": ")?;
    write_field(&[invocation], out)?;
    write!(out, ",\n  \"originalUriBaseIds\": {{\"{ROOT}\": ")?;
    write_field(&root, out)?;
    write!(out, "}},\n  \"columnKind\": \"unicodeCodePoints\",\n  \"properties\": ")?;
    write_field(&Properties { summary: summary(report) }, out)?;
    write!(out, ",\n  \"results\": ")?;
    let fingerprints = fingerprints(report);
    let writer = result::Writer::new(report);
    let result = |index: usize, finding| SarifResult::new(&writer, finding, &fingerprints[index]);
    write_list(&report.findings, result, out)?;
    writeln!(out, "\n  }}]\n}}")
}
