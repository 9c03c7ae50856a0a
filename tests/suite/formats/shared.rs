//! One report that every format writes: what `check` and `gate` really say of a hostile plan and a
//! hostile patch.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use lanelint::failure::Failure;
use lanelint::finding::{Input, Report};
use lanelint::gate::{Coverage, GateInput, Merging, Source, TaskDiff, Work};
use lanelint::index::TaskId;
use lanelint::patch;
use lanelint::path::{RepoPath, quote};
use lanelint::plan::{PlanText, read_among};
use lanelint::report::Format;

use super::written;
use crate::harness::assert_harmless;

/// What strangers put into names: commands of CI logs, Markdown, HTML, and what terminals obey.
pub(crate) const HOSTILE: &[&[u8]] = &[
    b"\n::error file=x::y",
    b"##[stop-commands]x",
    b"a ##[group]b",
    b"##vso[task.setvariable]x",
    b"</details><b>@team",
    b"a|b",
    b"`@team`",
    b"``` @team",
    b"\x1b[31mred\x07",
    "\u{202e}gnp.\u{2066}exe".as_bytes(),
    b"\xff\xfe.bin",
    b"50%, a:b",
    b"[a](1) {0}",
    b"]]>&amp;<!--",
    "\u{fffe}\u{85}".as_bytes(),
    b"www.x.y #1",
];

fn plan_text() -> String {
    let mut globs = String::new();
    // What YAML can hold.
    let texts = HOSTILE.iter().map(|hostile| String::from_utf8_lossy(hostile));
    for text in texts.filter(|text| !text.contains('\u{fffe}')) {
        // As globs they have to name themselves.
        let escaped: String = text
            .chars()
            .flat_map(|letter| {
                let is_special = "*?[]{}!\\".contains(letter);
                is_special.then_some('\\').into_iter().chain([letter])
            })
            .collect();
        write!(globs, ", {}", serde_json::json!(format!("odd/{escaped}"))).unwrap();
    }
    let hostile =
        serde_json::json!("`@team` </details> \u{202e}|\n::error::x ##[group] {0} [a](1)");
    format!(
        "base: {hostile}\n\
         tasks:\n  \
           one:\n    title: {hostile}\n    write: [src/**{globs}]\n  \
           two:\n    write: [src/a.rs{globs}]\n    allow:\n      - {{rule: overlapping-lanes, with: \
             three, reason: {hostile}}}\n  \
           three:\n    write: [src/a.rs]\n  \
           {hostile}:\n    write: x\n  \
           four:\n    write: [docs/**, {hostile}, \"a`b/[\"]\n    needs: [{hostile}]\n\
         {hostile}: 1\n"
    )
}

fn patch_text() -> Vec<u8> {
    let mut text = Vec::new();
    for hostile in HOSTILE {
        let name = [b"odd2/".as_slice(), hostile].concat();
        let (old, new) =
            (quote(&[b"a/", name.as_slice()].concat()), quote(&[b"b/", name.as_slice()].concat()));
        let header = format!(
            "diff --git {old} {new}\nnew file mode 100644\nindex 0000000..1111111\n--- /dev/null\n\
             +++ {new}\n@@ -0,0 +1 @@\n+x\n"
        );
        text.extend(header.bytes());
    }
    text
}

/// The report.
pub(crate) fn report() -> Report {
    let name = "plans/la%nes:1,\n::error::x`|.yaml";
    let mut files: Vec<RepoPath> = HOSTILE
        .iter()
        .map(|hostile| RepoPath::new([b"odd/", *hostile].concat()).unwrap())
        .collect();
    files.push("src/a.rs".parse().unwrap());
    files.sort();
    // Names that look like prose, but of files that exist.
    let exists = |name: &str| files.iter().any(|file| file.as_bytes() == name.as_bytes());
    let (_, plan) = read_among(vec![PlanText::new(name, plan_text())], None, exists);
    let plan = Arc::new(plan);
    let mut report = lanelint::check::check(&plan, &files, Vec::new());
    let source = "`@team`\n::error::.patch".to_owned();
    let judged = |task| TaskDiff {
        task: Some(task),
        input: Input { task: None, source: source.clone(), ..Input::default() },
        coverage: Coverage::Given,
        source: Source::Patch(source.clone()),
        work: Work::Changes(patch::read(&patch_text())),
        uncertain: BTreeMap::new(),
        merging: Merging::default(),
    };
    let gap = Failure {
        problem: "</details>\n::error::`@team` \u{1b}[31m".to_owned(),
        help: "##[stop-commands]x @team".to_owned(),
    };
    let input = GateInput {
        diffs: vec![judged(TaskId::from(1)), judged(TaskId::from(2))].into(),
        gaps: vec![gap],
        ..GateInput::default()
    };
    let gate = lanelint::check::gate(&plan, &input);
    report.command = gate.command;
    report.inputs = gate.inputs;
    report.findings.extend(gate.findings);
    report
}

/// What the words of a plain report are held against.
fn assert_no_command(text: &str) {
    for line in text.lines() {
        assert!(!line.trim_start().starts_with("::"), "{line:?}");
    }
}

#[test]
fn hostile_report_snapshots() {
    let report = report();
    let rules: std::collections::BTreeSet<&str> =
        report.findings.iter().map(|finding| finding.rule.name).collect();
    assert!(rules.len() >= 6, "{rules:?}");
    assert!(report.findings.iter().any(|finding| finding.allowed.is_some()));
    for (name, format) in Format::ALL {
        let text = written(&report, format);
        insta::assert_snapshot!(format!("shared_{name}"), text);
    }
}

#[test]
fn untrusted_text_in_every_format() {
    let report = report();
    for (name, format) in Format::ALL {
        let text = written(&report, format);
        let plain = if name == "github" {
            let lines = text.lines().map(|line| {
                let known = ["error", "warning", "notice"]
                    .iter()
                    .find_map(|command| line.strip_prefix(&format!("::{command} ")));
                known.unwrap_or(line)
            });
            lines.collect::<Vec<_>>().join("\n")
        } else {
            text
        };
        assert_no_command(&plain);
        assert_harmless(&plain);
    }
}

#[test]
fn deterministic_output() {
    for (name, format) in Format::ALL {
        assert_eq!(written(&report(), format), written(&report(), format), "{name}");
    }
}
