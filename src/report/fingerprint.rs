//! Fingerprints, which identify a finding across runs. They depend on what a finding is about, never on
//! line numbers.

use std::collections::HashMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::Located;
use crate::finding::{About, Datum, Draft, Finding, Location, Report};

/// Bytes of the digest in a fingerprint: enough to rule out deliberate collisions.
const BYTES: usize = 16;

/// The fingerprint of each finding. Findings about the same thing are numbered, so that all
/// fingerprints of a report differ.
pub(super) fn fingerprints(report: &Report) -> Vec<String> {
    let mut seen: HashMap<[u8; BYTES], usize> = HashMap::new();
    let fingerprint = |finding| {
        let digest = digest(report, finding);
        let number = seen.entry(digest).or_default();
        *number += 1;
        let mut text = String::with_capacity(2 * BYTES + 2);
        for byte in digest {
            let _ = write!(text, "{byte:02x}");
        }
        let _ = write!(text, ":{number}");
        text
    };
    report.findings.iter().map(fingerprint).collect()
}

fn digest(report: &Report, finding: &Finding) -> [u8; BYTES] {
    let mut hasher = Hasher(Sha256::new());
    hasher.add(finding.rule.name.as_bytes());
    hasher.list(&finding.draft.tasks, |hasher, task| hasher.add(task.as_bytes()));
    let Draft { about, path, labels, data, .. } = &finding.draft;
    match about {
        About::Data(name) => {
            let value = data.iter().find(|(other, _)| other == name);
            value.iter().for_each(|(_, value)| hasher.datum(value));
        }
        About::Path => path.iter().for_each(|path| hasher.add(path.as_bytes())),
        About::Location => {
            if let Some(label) = labels.first() {
                hasher.add(Located::new(report, label).file.as_bytes());
                if let Location::Span(span) = label.location {
                    let source = report.source(span.file);
                    hasher.add(source.slice(span.bytes()).as_bytes());
                }
            }
        }
    }
    let full = hasher.0.finalize();
    let mut digest = [0; BYTES];
    digest.copy_from_slice(&full[..BYTES]);
    digest
}

/// Hashes values with their lengths, so that different lists of values never give the same bytes.
struct Hasher(Sha256);

impl Hasher {
    fn add(&mut self, value: &[u8]) {
        self.number(value.len());
        self.0.update(value);
    }

    fn number(&mut self, number: usize) {
        self.0.update((number as u64).to_le_bytes());
    }

    fn list<T>(&mut self, values: &[T], each: impl Fn(&mut Hasher, &T)) {
        self.number(values.len());
        values.iter().for_each(|value| each(self, value));
    }

    fn datum(&mut self, datum: &Datum) {
        match datum {
            Datum::Text(text) => self.add(text.as_bytes()),
            Datum::Count(count) => self.number(*count),
            Datum::List(values) => self.list(values, Hasher::datum),
            Datum::Map(values) => self.list(values, |hasher, (name, value)| {
                hasher.add(name.as_bytes());
                hasher.datum(value);
            }),
        }
    }
}
