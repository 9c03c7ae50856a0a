//! Names for findings by which two runs know the same one: they hold what a finding is about, never
//! where its lines are.

use std::collections::HashMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::Located;
use crate::finding::{About, Datum, Draft, Finding, Location, Report};

/// Bytes of a digest that make a name: enough that nobody finds a second finding for one.
const BYTES: usize = 16;

/// The name of each finding, in their order. No two in a report are the same: of findings that are
/// about the same, each has its number.
pub(super) fn fingerprints(report: &Report) -> Vec<String> {
    let mut seen: HashMap<[u8; BYTES], usize> = HashMap::new();
    let name = |finding| {
        let digest = digest(report, finding);
        let number = seen.entry(digest).or_default();
        *number += 1;
        let mut name = String::with_capacity(2 * BYTES + 2);
        for byte in digest {
            let _ = write!(name, "{byte:02x}");
        }
        let _ = write!(name, ":{number}");
        name
    };
    report.findings.iter().map(name).collect()
}

fn digest(report: &Report, finding: &Finding) -> [u8; BYTES] {
    let mut about = Digested(Sha256::new());
    about.add(finding.rule.name.as_bytes());
    about.list(&finding.draft.tasks, |about, task| about.add(task.as_bytes()));
    let Draft { about: what, path, labels, data, .. } = &finding.draft;
    match what {
        About::Data(name) => {
            let value = data.iter().find(|(other, _)| other == name);
            value.iter().for_each(|(_, value)| about.datum(value));
        }
        About::Path => path.iter().for_each(|path| about.add(path.as_bytes())),
        About::Location => {
            if let Some(label) = labels.first() {
                about.add(Located::new(report, label).file.as_bytes());
                if let Location::Span(span) = label.location {
                    let source = &report.plan.sources[span.file.0];
                    about.add(source.slice(span.bytes()).as_bytes());
                }
            }
        }
    }
    let digest = about.0.finalize();
    let mut name = [0; BYTES];
    name.copy_from_slice(&digest[..BYTES]);
    name
}

/// What a finding is about, each value with its length before it: no two lists of values are the
/// same bytes.
struct Digested(Sha256);

impl Digested {
    fn add(&mut self, value: &[u8]) {
        self.number(value.len());
        self.0.update(value);
    }

    fn number(&mut self, number: usize) {
        self.0.update((number as u64).to_le_bytes());
    }

    fn list<T>(&mut self, values: &[T], each: impl Fn(&mut Digested, &T)) {
        self.number(values.len());
        values.iter().for_each(|value| each(self, value));
    }

    fn datum(&mut self, datum: &Datum) {
        match datum {
            Datum::Text(text) => self.add(text.as_bytes()),
            Datum::Count(count) => self.number(*count),
            Datum::List(values) => self.list(values, Digested::datum),
            Datum::Map(values) => self.list(values, |about, (name, value)| {
                about.add(name.as_bytes());
                about.datum(value);
            }),
        }
    }
}
