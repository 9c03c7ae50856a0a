//! The formats: one report with hostile text in every one of them, each held against its schema or
//! reader, and as the program writes them.

mod github;
mod gitlab;
mod junit;
mod markdown;
mod pre_commit;
mod random;
mod recipes;
mod runs;
mod sarif;
mod shared;
mod tools;

use std::ffi::OsStr;
use std::process::Output;

use lanelint::finding::Report;
use lanelint::report::{self, Format, Style};

use crate::harness::{Call, TestRepo, root};

/// A report as a format writes it.
fn written(report: &Report, format: Format) -> String {
    let mut text = Vec::new();
    report::write(report, format, Style { color: false, width: 80 }, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// Runs the program in the root of a repository; a format may be one that a CI log obeys.
fn run<S: AsRef<OsStr>>(repo: &TestRepo, arguments: &[S]) -> Output {
    Call::of(repo, arguments).output()
}

/// A schema of the folder `data`.
fn schema(name: &str) -> jsonschema::Validator {
    let path = root().join("tests/suite/formats/data").join(name);
    let mut schema: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    // SARIF's own pattern for a language has a bracket that nothing opens.
    for definition in ["run", "toolComponent"] {
        let location = format!("/definitions/{definition}/properties/language/pattern");
        if let Some(language) = schema.pointer_mut(&location) {
            *language = "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$".into();
        }
    }
    jsonschema::draft7::new(&schema).unwrap()
}

/// Fails with everything that a schema says of a value.
#[track_caller]
fn assert_valid(schema: &jsonschema::Validator, value: &serde_json::Value) {
    let errors: Vec<String> = schema
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
