//! The formats and the recipes, given to the programs that read them. `.ci/tools` installs these, and
//! says where in `LANELINT_TOOLS`; without that, a test whose program is not on the PATH looks at nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use lanelint::report::Format;
use serde_json::Value;
use tempfile::TempDir;

use super::shared::report;
use super::written;
use crate::harness::root;

/// A program of others; nothing where it is missing and may be.
///
/// # Panics
/// Where `LANELINT_TOOLS` says that it is there.
pub(crate) fn tool(name: &str) -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("LANELINT_TOOLS") {
        let program = Path::new(&folder).join("bin").join(name);
        assert!(program.exists(), "{} is missing: run .ci/tools", program.display());
        return Some(program);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.exists());
    if found.is_none() {
        eprintln!("{name} is not installed, so nothing is tried");
    }
    found
}

#[track_caller]
fn passes(output: &Output) {
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (said(&output.stdout), said(&output.stderr));
    assert!(output.status.success(), "{}\n{stdout}\n{stderr}", output.status);
}

/// The shared report in a file of its own.
fn file(format: Format, name: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join(name);
    fs::write(&file, written(&report(), format)).unwrap();
    (folder, file)
}

/// The levels of what the multitool has to say of a log, by its own rules and GitHub's.
fn levels(multitool: &Path, log: &Path) -> Vec<String> {
    let answer = log.with_extension("answer");
    let output = Command::new(multitool)
        .arg("validate")
        .arg(log)
        .args(["--rule-kind", "Sarif;Ghas", "--output"])
        .arg(&answer)
        // It needs no tables of languages.
        .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
        .output()
        .unwrap();
    passes(&output);
    let answer = fs::read_to_string(answer).unwrap();
    let answer: Value = serde_json::from_str(answer.trim_start_matches('\u{feff}')).unwrap();
    let results = answer["runs"][0]["results"].as_array().unwrap();
    results.iter().map(|result| result["level"].as_str().unwrap_or("warning").to_owned()).collect()
}

#[test]
fn sarif_multitool() {
    let Some(multitool) = tool("sarif-multitool") else { return };
    let (folder, log) = file(Format::Sarif, "a.sarif");
    let levels_of_ours = levels(&multitool, &log);
    assert!(!levels_of_ours.contains(&"error".to_owned()), "{levels_of_ours:?}");
    // That it would find one.
    let bad = folder.path().join("bad.sarif");
    let text = fs::read_to_string(&log).unwrap();
    fs::write(&bad, text.replace("\"startLine\": 1", "\"startLine\": 0")).unwrap();
    assert!(levels(&multitool, &bad).contains(&"error".to_owned()));
}

#[test]
fn sarif_tools_counts() {
    let Some(sarif) = tool("sarif") else { return };
    let (_folder, log) = file(Format::Sarif, "a.sarif");
    let output = Command::new(sarif).arg("summary").arg(log).output().unwrap();
    passes(&output);
    let said = String::from_utf8(output.stdout).unwrap();
    let errors = report().findings.len();
    assert!(said.contains(&format!("error: {errors}\n")), "{said}");
}

#[test]
fn junitparser_and_schema() {
    let Some(python) = tool("python3") else { return };
    if std::env::var_os("LANELINT_TOOLS").is_none() {
        // Some other Python, without the packages.
        return;
    }
    let (_folder, xml) = file(Format::Junit, "a.xml");
    let script = "
import sys
from junitparser import JUnitXml
from lxml import etree
schema = etree.XMLSchema(etree.parse(sys.argv[2]))
schema.assertValid(etree.parse(sys.argv[1]))
xml = JUnitXml.fromfile(sys.argv[1])
cases = [case for suite in xml for case in suite]
told = [case for case in cases if case.result or case.system_out]
print(len(told), sum(case.is_error for case in cases), sum(case.is_skipped for case in cases))
";
    let schema = root().join("tests/suite/formats/data/junit-10.xsd");
    let output = Command::new(python).args(["-c", script]).arg(xml).arg(schema).output().unwrap();
    passes(&output);
    let report = report();
    let allowed = report.findings.iter().filter(|finding| finding.allowed.is_some()).count();
    let broken = report.findings.iter().filter(|finding| finding.rule == "not-verified").count();
    let expected = format!("{} {broken} {allowed}\n", report.findings.len());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}

/// A repository that uses the action in the workflows of the docs, and in one more.
fn with_workflows(more: Option<&str>) -> TempDir {
    let folder = TempDir::new().unwrap();
    let workflows = folder.path().join(".github/workflows");
    fs::create_dir_all(&workflows).unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    fs::copy(root().join("action.yml"), folder.path().join("action.yml")).unwrap();
    for name in ["github.yml", "github-shell.yml"] {
        fs::copy(root().join("fixtures/ci").join(name), workflows.join(name)).unwrap();
    }
    fs::copy(root().join(".github/workflows/ci.yml"), workflows.join("ci.yml")).unwrap();
    if let Some(more) = more {
        fs::write(workflows.join("more.yml"), more).unwrap();
    }
    folder
}

/// A workflow that puts a name from a stranger into a script.
const INTERPOLATING: &str = "\
on: pull_request
permissions: {}
jobs:
  lanes:
    runs-on: ubuntu-latest
    steps:
      - run: lanelint gate --branch \"${{ github.head_ref }}\"
";

#[test]
fn actionlint_on_workflows() {
    let Some(actionlint) = tool("actionlint") else { return };
    let run = |folder: &TempDir| {
        let mut command = Command::new(&actionlint);
        command.arg(".github/workflows/*.yml").current_dir(folder.path()).output().unwrap()
    };
    passes(&run(&with_workflows(None)));
    let output = run(&with_workflows(Some(INTERPOLATING)));
    assert!(!output.status.success(), "it would find a name that is interpolated");
}

#[test]
fn zizmor_on_action_and_workflows() {
    let Some(zizmor) = tool("zizmor") else { return };
    let run = |folder: &TempDir| {
        let mut command = Command::new(&zizmor);
        let arguments = ["--offline", "--no-progress", "--quiet", "."];
        command.args(arguments).current_dir(folder.path()).output().unwrap()
    };
    passes(&run(&with_workflows(None)));
    let output = run(&with_workflows(Some(INTERPOLATING)));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!output.status.success() && said.contains("template-injection"), "{said}");
}
