//! `lanelint schema`: it takes what the plan's reader takes, and refuses what a schema can know to be
//! wrong.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use lanelint::plan::PlanText;
use lanelint::rules::RULES;
use serde_json::{Value, json};

use super::run;
use crate::harness::{TestRepo, root};

/// Bad plans in which nothing is wrong with the form of one file.
const NOT_OF_FORM: &[&str] = &[
    "broad-lane",
    // What tasks say of each other.
    "branch-pattern-overlap",
    "cycle",
    "duplicate-branch",
    "needs-itself",
    "overlap-despite-exclusion",
    "overlap-wild",
    "unknown-need",
    // What globs match.
    "empty-lane",
    "protected",
    "share-and-protect",
    // What is wrong inside of globs, beyond what a pattern can tell.
    "glob-braces",
    "glob-bracket-names",
    "glob-classes",
    "glob-star-star",
    "leftovers",
    // What is gone when YAML was read into values.
    "key-twice",
    "task-twice",
    // Another file of the plan may have the tasks.
    "no-tasks",
];

fn schema() -> Value {
    serde_json::from_str(&run(&TestRepo::new(), &["schema"]).with(0)).unwrap()
}

fn validator() -> Validator {
    jsonschema::draft7::new(&schema()).unwrap()
}

fn plans(folder: &str) -> Vec<(String, String)> {
    let folder = root().join("fixtures").join(folder);
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    let files: Vec<PathBuf> = files
        .map(walkdir::DirEntry::into_path)
        .filter(|file| file.extension().is_some_and(|end| end == "yaml"))
        .collect();
    let name = |file: &Path| file.file_stem().unwrap().to_str().unwrap().to_owned();
    let texts = files.iter().filter_map(|file| Some((name(file), fs::read_to_string(file).ok()?)));
    texts.collect()
}

/// The values of a plan; nothing for what is no YAML, of which a schema never sees anything.
fn values(text: &str) -> Option<Value> {
    serde_yaml::from_str(text.trim_start_matches('\u{feff}')).ok()
}

#[test]
fn valid_json_schema() {
    let schema = schema();
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    assert!(schema["$id"].is_string());
    assert!(jsonschema::meta::is_valid(&schema));
    // Every key says what it is for, in the plan and in a task.
    for properties in [&schema["properties"], &schema["definitions"]["task"]["properties"]] {
        for (key, value) in properties.as_object().unwrap() {
            assert!(value["description"].is_string(), "{key}");
        }
    }
}

#[test]
fn accepts_good_plans() {
    let validator = validator();
    let mut good = plans("plans/ok");
    good.extend(["dashboard", "lesson-site", "shared-helper"].into_iter().flat_map(plans));
    assert!(good.len() > 15);
    let begun = TestRepo::new();
    run(&begun, &["init"]).with(0);
    good.push(("init".to_owned(), fs::read_to_string(begun.path("lanes.yaml")).unwrap()));
    for (name, text) in good {
        let plan = values(&text).unwrap();
        let errors: Vec<String> = validator.iter_errors(&plan).map(|e| e.to_string()).collect();
        assert_eq!(errors, [""; 0], "{name}");
    }
}

#[test]
fn rejects_malformed_plans() {
    let validator = validator();
    let (mut bad, mut unknown) = (0, BTreeSet::new());
    for (name, text) in plans("plans/err") {
        let Some(plan) = values(&text) else { continue };
        if validator.is_valid(&plan) {
            unknown.insert(name);
        } else {
            bad += 1;
        }
    }
    assert_eq!(unknown, NOT_OF_FORM.iter().map(|&name| name.to_owned()).collect());
    assert!(bad > 15, "{bad}");
}

#[test]
fn same_verdict_as_reader() {
    let validator = validator();
    let task = |task: &str| format!("tasks: {{a: {{{task}}}, b: {{write: y}}}}\n");
    let write = |glob: &str| task(&format!("write: {}", json!(glob)));
    let branch = |name: &str| task(&format!("write: x, branch: {}", json!(name)));
    let id = |id: &str| format!("tasks: {{{}: {{write: x}}}}\n", json!(id));
    let allow = |allow: &str| task(&format!("write: x, allow: [{{{allow}}}]"));
    let mut texts = vec![
        task("write: []"),
        task("write: [x, '!y']"),
        task("write: x, read: null, needs: null, branch: null, allow: null"),
        task("write: x, title: 5"),
        task("write: x, title: null"),
        task("write: x, x-mine: [1, {a: b}]"),
        task("write: x, mine: 1"),
        task("write: {x: y}"),
        task("write: [[x]]"),
        task("write: [5]"),
        task("write: x, read: 5"),
        task("write: x, needs: {b: c}"),
        task("write: x, needs: [b]"),
        task("write: x, branch: [c, 'd/*']"),
        task("write: x, branch: {c: d}"),
        task("write: x, wave: 0"),
        task("write: x, wave: 4294967295"),
        task("write: x, wave: 4294967296"),
        task("write: x, wave: -1"),
        task("write: x, wave: 1.5"),
        task("write: x, wave: '1'"),
        task("write: x, wave: null"),
        "other-branches: [a, 'b/**']\nplan-branches: plan/**\ntasks: {x: {write: x}}\n".to_owned(),
        "other-branches: 5\ntasks: {x: {write: x}}\n".to_owned(),
        "tasks: {a: }\nprotect: x\n".to_owned(),
        "tasks: [a]\n".to_owned(),
        "tasks:\n".to_owned(),
        "- a\n".to_owned(),
        "base:\ntasks: {a: {write: x}}\n".to_owned(),
        "base: trunk\nshare:\nprotect:\nrules:\ncompanions:\ntasks: {x-ray: {write: x}}\n"
            .to_owned(),
        "x-own: 1\ntasks: {a: {write: x}}\n".to_owned(),
        "own: 1\ntasks: {a: {write: x}}\n".to_owned(),
        "share: [x, [y]]\ntasks: {a: {write: x}}\n".to_owned(),
        "protect: '!x'\ntasks: {a: {write: x}}\n".to_owned(),
        "companions: {'*.a': [b, c], d: e, f: null}\ntasks: {a: {write: x}}\n".to_owned(),
        "companions: [a]\ntasks: {a: {write: x}}\n".to_owned(),
        "rules: {no-changes: quiet}\ntasks: {a: {write: x}}\n".to_owned(),
        "rules: [no-changes]\ntasks: {a: {write: x}}\n".to_owned(),
        allow("rule: no-changes, reason: r"),
        allow("rule: no-changes, reason: r, x-when: then, with: b, path: 'x/**'"),
        allow("rule: no-changes"),
        allow("reason: r"),
        allow("rule: no-changes, reason: ' '"),
        allow("rule: no-changes, reason: r, when: then"),
        allow("rule: out-of-lane, reason: r"),
        allow("rule: out-of-lane, reason: r, path: x"),
    ];
    texts.extend(
        RULES
            .iter()
            .filter(|rule| !rule.fixed)
            .map(|rule| format!("rules: {{{}: off}}\ntasks: {{a: {{write: x}}}}\n", rule.name)),
    );
    let ids = "a a/b 1.2 a_b-c a.locks a/ /a a//b -a a. a.lock a/b.lock/c a..b \u{e9} a/.b";
    texts.extend(ids.split(' ').chain(["", "a b"]).map(id));
    let branches = "a a/b \u{e9} a@b refsx @ a\\{b -a refs/heads/a origin/a origin/* HEAD a~ a^ a:b a? a* *-a/* {a,b}/c a\\b a..b a//b /a a/ \
                    a. a.lock .a a/.b a\u{1} a\u{85}";
    texts.extend(branches.split(' ').chain(["", "a b"]).map(branch));
    let globs = "src/** !src/x ** a\\*b \\!x a\\\\b [a] .github ... ..x {a,b}/c ! /a ./a ../a . .. !/a !./a !!a \
                 a\\b a\\1 a\\/b a\\";
    texts.extend(globs.split(' ').chain(["", "a b"]).map(write));
    let (mut good, mut bad) = (0, 0);
    for text in texts {
        let plan = values(&text).unwrap_or_else(|| panic!("{text}"));
        let read = lanelint::plan::read(vec![PlanText::new("-", text.as_str())]);
        let report = lanelint::check::check(&read.into(), &[], Vec::new());
        let wrong = report.findings.iter().any(|finding| {
            matches!(finding.rule.name, "invalid-plan" | "invalid-glob" | "missing-lane")
        });
        assert_eq!(validator.is_valid(&plan), !wrong, "{text}");
        if wrong { bad += 1 } else { good += 1 }
    }
    assert!(good > 30 && bad > 50, "{good} good, {bad} bad");
}

#[test]
fn lists_every_configurable_rule() {
    let schema = schema();
    let rules: BTreeSet<&str> = schema["properties"]["rules"]["properties"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let settable = RULES.iter().filter(|rule| !rule.fixed);
    assert_eq!(rules, settable.map(|rule| rule.name).collect());
}
