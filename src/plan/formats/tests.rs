//! Plan texts: what is read, reported and left unknown.

use std::collections::HashSet;
use std::sync::Arc;

use proptest::prelude::*;

use super::native;
use crate::index::nth;
use crate::level::{Level, Setting};
use crate::plan::builder::Builder;
use crate::plan::fix::{Applicability, Fix, Fixer};
use crate::plan::{MAX_TEXT, Plan, PlanText, read, read_again};
use crate::source::{FileId, SourceFile};

fn plan(text: &str) -> Plan {
    read(vec![PlanText::new("lanes.yaml", text)])
}

/// The problems as `source: message; help => fix`, where `source` is the underlined text.
fn problems(plan: &Plan) -> Vec<String> {
    let problems = plan.problems.iter().map(|problem| {
        let sources: Vec<_> = problem
            .labels
            .iter()
            .map(|(span, _)| plan.sources[span.file.0].slice(span.bytes()))
            .collect();
        let help = problem.help.as_deref().unwrap_or("");
        let fix = problem.fix.as_ref().map_or(String::new(), |fix| format!(" => {}", fix.text));
        format!("{}: {}; {help}{fix}", sources.join(" & "), problem.message)
    });
    let globs = plan.glob_entries().filter_map(|(_, entry)| entry.glob.as_ref().err()).flatten();
    let globs = globs.map(|fault| {
        let source = plan.sources[fault.span.file.0].slice(fault.span.bytes());
        let fix = fault.fix.as_ref().map_or(String::new(), |fix| format!(" => {}", fix.text));
        format!("{source}: {}{fix}", fault.problem)
    });
    problems.chain(globs).collect()
}

const EXAMPLE: &str = r#"# lanes.yaml
base: main
tasks:
  lessons:
    title: Add lessons
    write: src/content/lessons/openai-codex.json
    branch: codex/lessons
  quizzes:
    write: [src/content/quizzes/**, "!src/content/quizzes/legacy/**"]
    read: src/content/schema/**
    allow: [{rule: overlapping-lanes, with: lessons, reason: append-only file}]
  audit:
    write: []
  integrate:
    needs: [lessons, quizzes, audit]
    write: ["**"]
    x-owner: me
protect: .github/**
share: CHANGELOG.md
companions:
  "**/*.proto": gen/**
rules:
  unmatched-glob: error
x-note: ours
"#;

#[test]
fn plan_with_every_key() {
    let plan = plan(EXAMPLE);
    assert!(problems(&plan).is_empty());
    let ids: Vec<_> = plan.tasks.iter().map(|task| &*task.id.value).collect();
    assert_eq!(ids, ["lessons", "quizzes", "audit", "integrate"]);
    assert_eq!(plan[nth(0)].branches[0].text.value, "codex/lessons");
    assert_eq!(plan[nth(1)].branches[0].text.value, "quizzes");
    let write = &plan[nth(1)].write.as_ref().unwrap().entries;
    assert_eq!((write[0].negated, write[1].negated), (false, true));
    assert_eq!(plan.sources[0].slice(write[1].span.bytes()), "\"!src/content/quizzes/legacy/**\"");
    assert_eq!(plan[nth(1)].allow[0].with.as_ref().unwrap().value, nth(0));
    assert!(plan[nth(2)].is_review_only() && !plan[nth(3)].is_review_only());
    let needs: Vec<_> = plan[nth(3)].needs.iter().map(|need| need.value).collect();
    assert_eq!(needs, [0, 1, 2].map(nth));
    assert_eq!(&*plan.companions[0].1[0].text, "gen/**");
    assert_eq!(plan.levels[0].1, Setting::At(Level::Error));
    assert!((0..4).all(|task| !plan.is_lane_unknown(nth(task))));
}

#[test]
fn json_plan() {
    let plan =
        plan(r#"{"tasks": {"a": {"write": ["src/**"], "needs": ["b"]}, "b": {"write": []}}}"#);
    assert!(problems(&plan).is_empty());
    assert_eq!(plan[nth(0)].globs().count(), 1);
}

#[test]
fn problems_with_source_and_help() {
    let quoted = |text: &str| format!("quote it: {text} => {text}");
    for (text, expected) in [
        ("tsks: {}\n", vec!["tsks: unknown key `tsks`; did you mean `tasks`? => tasks".to_owned()]),
        (
            "tasks:\n  a: {wirte: x}\n",
            vec!["wirte: unknown key `wirte`; did you mean `write`? => write".to_owned()],
        ),
        (
            "tasks:\n  a: {write: x}\n  b: {write: y, needs: [aa, c]}\n",
            vec![
                "aa: unknown task `aa`; did you mean `a`? => a".to_owned(),
                "c: unknown task `c`; did you mean `a`? => a".to_owned(),
            ],
        ),
        (
            "tasks:\n  a: {write: x}\n  a: {write: y}\n",
            vec!["a & a: duplicate task `a`; remove one of the two".to_owned()],
        ),
        (
            "tasks:\n  a: {write: x, write: y}\n",
            vec!["write & write: duplicate key `write`; remove one of the two".to_owned()],
        ),
        (
            "tasks:\n  a: {write: *.rs}\n",
            vec![format!("*.rs: YAML reads this as an alias, not as a string; {}", quoted("\"*.rs\""))],
        ),
        (
            "tasks:\n  a: {write: [x, !src/y]}\n",
            vec![format!("!src/y: YAML reads this as a tag, not as a string; {}", quoted("\"!src/y\""))],
        ),
        (
            "tasks:\n  a:\n    write: {a,b}\n",
            vec![format!("{{a,b}}: YAML reads this as a map, not as a string; {}", quoted("\"{a,b}\""))],
        ),
        (
            "tasks:\n  a:\n    write: [ab]*\n",
            vec![format!("[ab]*: YAML reads this as a list, not as a string; {}", quoted("\"[ab]*\""))],
        ),
        (
            "tasks:\n  a: {write: 5}\n",
            vec![format!("5: expected a glob, found a number; {}", quoted("\"5\""))],
        ),
        ("tasks: [a]\n", vec!["[a]: expected a map of tasks, found a list; ".to_owned()]),
        ("- a\n", vec!["- a: expected a map with the key `tasks`, found a list; ".to_owned()]),
        (
            "tasks: {a: {write: x, branch: -x}}\n",
            vec!["-x: invalid branch name `-x`: it starts with `-`; use the name that `git branch` shows".to_owned()],
        ),
        (
            "tasks: {a..b: {write: x}}\n",
            vec!["a..b: invalid task id `a..b`: it contains `..`; use letters, digits, `.`, `_` and `-`, in parts joined by `/`".to_owned()],
        ),
        (
            "tasks: {a: {write: x}}\nrules: {overlapping-lanes: warn}\n",
            vec!["warn: invalid level `warn` (expected error, warning, note or off); ".to_owned()],
        ),
        (
            "tasks: {a: {write: x, allow: [{rule: overlapping-lanes}]}}\n",
            vec!["{rule: overlapping-lanes}: an `allow` entry needs a `rule` and a `reason`; write `{rule: overlapping-lanes, with: other, reason: why this is fine}`".to_owned()],
        ),
        (
            "tasks: {a: {write: x, allow: [{rule: out-of-lane, reason: r}]}}\n",
            vec!["out-of-lane: an `allow` entry for `out-of-lane` needs a `path`; add `path: GLOB` for the files that the task may write outside its lane".to_owned()],
        ),
        (
            "tasks: {a: {write: \"x/**.rs\", read: '!''x'}}\nprotect: '!x'\n",
            vec![
                "!: an exclusion outside of `write` and `read`".to_owned(),
                "**: `**` beside other characters in a component".to_owned(),
            ],
        ),
        (
            "tasks: {a: {write: \"s\\u00e9/x[z-a]\"}}\n",
            vec!["z-a: the range `z-a` runs backwards => a-z".to_owned()],
        ),
        (
            "tasks: {a: {write: \"s\\u00e9/[id]\"}}\n",
            vec![
                "[id]: `[id]` is a class, which matches a single letter => \\\\[id\\\\]".to_owned(),
            ],
        ),
        ("tasks: {a: {write: './src'}}\n", vec!["./: a leading `./` => ".to_owned()]),
        ("", vec![": the plan is empty; add `tasks:` with at least one task".to_owned()]),
    ] {
        assert_eq!(problems(&plan(text)), expected, "{text}");
    }
}

#[test]
fn unreadable_lane_is_unknown() {
    for (text, unknown) in [
        ("tasks: {a: {write: x}, b: {write: y}}\n", [false, false]),
        ("tasks: {a: {write: [x, '/y']}, b: {write: y}}\n", [true, false]),
        ("tasks: {a: {write: *x}, b: {write: y}}\n", [true, false]),
        ("tasks:\n  a: ][\n  b: {write: y}\n", [true, false]),
        ("tasks: {a: {write: x, write: y}, b: {write: y}}\n", [true, false]),
        ("tasks: {a: {write: x, titel: y}, b: {write: y}}\n", [false, false]),
        ("tasks: {a: {write: x}, b: {write: y}}\nprotect: '/x'\n", [true, true]),
        ("tasks: {a: {write: x}, b: {write: y}}\nshare: *x\n", [true, true]),
        ("tasks:\n  a: {write: x}\n  b: {write: y}\nprotect: ][\n", [true, true]),
    ] {
        let plan = plan(text);
        let found: Vec<_> = (0..2).map(|task| plan.is_lane_unknown(nth(task))).collect();
        assert_eq!(found, unknown, "{text}");
    }
}

#[test]
fn alias_spans() {
    let text = "x-lane: &lane [src/a, src/b]\ntasks:\n  a: {write: *lane}\n  b: {write: [*one, c]}\nx-one: &one q\n";
    let plan = plan(text);
    let spans: Vec<_> = plan[nth(0)].globs().map(|(entry, _)| entry.span).collect();
    assert!(spans.iter().all(|span| plan.sources[0].slice(span.bytes()) == "*lane"));
    assert_eq!(plan[nth(0)].globs().count(), 2);
    assert!(plan[nth(1)].unknown, "an alias before its anchor");
}

#[test]
fn merged_texts() {
    let plan = read(vec![
        PlanText::new("lanes/a.yaml", "tasks: {a: {write: x}}\nprotect: p\nbase: main\n"),
        PlanText::new("lanes/b.yaml", "tasks: {b: {write: y, needs: a}}\nprotect: [q]\n"),
        PlanText::new("lanes/c.yaml", "tasks: {a: {write: z}}\nbase: dev\n"),
    ]);
    assert_eq!(plan.protect.len(), 2);
    assert_eq!(plan[nth(1)].needs[0].value, nth(0));
    assert_eq!(
        problems(&plan),
        [
            "a & a: duplicate task `a`; remove one of the two",
            "base & base: duplicate key `base`; remove one of the two"
        ]
    );
    assert_eq!(plan.problems[0].labels[1].0.file, FileId(0));
    assert!(plan[nth(0)].unknown && !plan[nth(1)].unknown);
}

#[test]
fn unreadable_text_hides_lanes() {
    for broken in [
        PlanText::missing("b.yaml", "permission denied"),
        PlanText::new("b.yaml", b"tasks: {b: {write: \xff}}".to_vec()),
        PlanText::new("b.yaml", b"\xff\xfet\0a\0".to_vec()),
        PlanText::new("b.yaml", vec![b' '; MAX_TEXT + 1]),
    ] {
        let plan = read(vec![PlanText::new("a.yaml", "tasks: {a: {write: x}}\n"), broken]);
        assert_eq!(plan.problems.len(), 1);
        assert!(plan.is_lane_unknown(nth(0)));
    }
}

#[test]
fn alias_bomb() {
    let list = format!("x-x: &x [{}]\n", "a,".repeat(100_000));
    let tasks: String = (0..1_000).map(|task| format!("  t{task}: {{write: *x}}\n")).collect();
    let plan = plan(&format!("{list}tasks:\n{tasks}"));
    assert_eq!(plan.problems.len(), 1);
    assert!(plan.unknown);
}

#[test]
fn duplicate_plan_keys() {
    let plan = plan(
        "tasks: {a: {write: x}}\nprotect: p\ntasks: {b: {write: y}}\nprotect: q\nx-a: 1\nx-a: 2\n",
    );
    assert_eq!(
        problems(&plan),
        [
            "tasks & tasks: duplicate key `tasks`; remove one of the two",
            "protect & protect: duplicate key `protect`; remove one of the two",
            "x-a & x-a: duplicate key `x-a`; remove one of the two",
        ]
    );
    // Both are kept: dropping one could unprotect paths or hide tasks.
    assert_eq!((plan.tasks.len(), plan.protect.len()), (2, 2));
}

#[test]
fn problems_by_task() {
    for (text, expected) in [
        ("tasks:\n  a: {write: x}\nprotcet: y\n", vec![None]),
        ("protcet: y\ntasks:\n  a: {write: x}\n", vec![None]),
        ("tasks:\n  a: {write: x}\nrules: {empty-lane: loud}\n", vec![None]),
        ("tasks:\n  a: {wirte: x}\n  b: {needs: c}\n", vec![Some(0), Some(1)]),
        ("tasks:\n  a: ][\n  b: {write: x}\nprotect: ][\n", vec![Some(0), None]),
        (
            "tasks:\n  a: {write: x}\n  b:\n    write: *.rs\n    x: ][\nshare: ][\n",
            vec![Some(1), Some(1), Some(1), None],
        ),
        ("{\"tasks\": {\"a\": {\"write\": 5}}, \"protcet\": \"y\"}", vec![Some(0), None]),
    ] {
        let plan = plan(text);
        let mut tasks: Vec<_> =
            plan.problems.iter().map(|problem| (problem.labels[0].0, problem.task)).collect();
        tasks.sort_unstable();
        let expected: Vec<_> = expected.into_iter().map(|task| task.map(nth)).collect();
        assert_eq!(tasks.iter().map(|(_, task)| *task).collect::<Vec<_>>(), expected, "{text}");
    }
}

#[test]
fn many_misspelled_tasks() {
    let tasks: String = (0..20_000)
        .map(|task| format!("  task-{task}: {{write: x, needs: taks-{task}}}\n"))
        .collect();
    let plan = plan(&format!("tasks:\n{tasks}"));
    assert_eq!(plan.problems.len(), 20_000);
    assert_eq!(plan.problems[0].fix.as_ref().unwrap().text, "task-1");
}

#[test]
fn long_values_are_cut() {
    let long = "a b".repeat(100_000);
    for text in [
        format!("tasks:\n  ? \"{long}\"\n  : {{write: x}}\n"),
        format!("tasks: {{a: {{write: x, needs: '{long}'}}}}\n"),
        format!("tasks: {{a: {{write: x, branch: '{long}'}}}}\n"),
        format!("tasks: {{a: {{write: x}}}}\n? '{long}'\n: x\n"),
        format!("tasks: {{a: {{write: x}}}}\nrules: {{empty-lane: '{long}'}}\n"),
        format!("tasks: {{a: {{write: *{}}}}}\n", "a".repeat(300_000)),
        format!("tasks: {{a: {{write: {}}}}}\n", "1".repeat(300_000)),
    ] {
        let plan = plan(&text);
        assert_eq!(plan.problems.len(), 1);
        let problem = &plan.problems[0];
        let help = problem.help.as_deref().unwrap_or("");
        assert!(problem.message.len() < 300 && help.len() < 300, "{}", problem.message.len());
    }
}

/// The plan read before changes nothing but the identity of globs.
#[test]
fn reading_again() {
    let many: String =
        (0..1_200).map(|task| format!("  t{task}: {{write: [a/{task}, b/**]}}\n")).collect();
    let texts = [
        "tasks: {a: {write: [src/**, '!src/x', ./y]}, b: {write: *l}}\nshare: doc/**\n".to_owned(),
        "tasks: {a: {write: [src/**, '!doc/**', y/]}}\nprotect: src/x\n".to_owned(),
        format!("tasks:\n{many}"),
        format!("tasks:\n{}", many.replace("a/7", "a/x7")),
        "tasks: [".to_owned(),
        String::new(),
    ];
    for before in &texts {
        let before = plan(before);
        for text in &texts {
            let again = read_again(vec![PlanText::new("lanes.yaml", text.as_str())], &before);
            assert_eq!(format!("{again:?}"), format!("{:?}", plan(text)));
        }
    }
    let before = plan(&texts[0]);
    let again = read_again(vec![PlanText::new("lanes.yaml", texts[1].as_str())], &before);
    let identity = |plan: &Plan| {
        plan[nth(0)].write.as_ref().unwrap().entries[0].glob.as_ref().unwrap().identity()
    };
    assert_eq!(identity(&before), identity(&again));
}

/// `-` stands for no fix.
#[test]
fn absolute_path_fixes() {
    for (root, glob, expected) in [
        ("/work/site", "/work/site/src/**", "src/**"),
        ("/work/site", "!/work/site/src/**", "!src/**"),
        ("/work/site", "/work/site/*.rs", "*.rs"),
        ("/work/site", "/work/site", "-"),
        ("/work/site", "/work/site/", "-"),
        ("/work/site", "/work/sites/src", "-"),
        ("/work/site", "/work/other/src", "-"),
        ("/work/site", "/home/me/src", "-"),
        ("/work/site", "/src/**", "src/**"),
        ("/work/site", "/works/x", "works/x"),
        ("/work/site", "/work", "work"),
        ("C:/work/site", "C:/work/site/src", "src"),
        ("C:/work/site", "C:/work/src", "-"),
        // Ambiguous: the root, or a folder `app` inside it.
        ("/app", "/app/src", "-"),
        ("/app", "/src/app", "src/app"),
    ] {
        let mut text =
            PlanText::new("lanes.yaml", format!("tasks: {{a: {{write: \"{glob}\"}}}}\n"));
        text.roots = [root.to_owned()].into();
        let plan = read(vec![text.clone()]);
        let faults = plan[nth(0)].write.as_ref().unwrap().entries[0].glob.as_ref().unwrap_err();
        let fix = faults[0].fix.as_ref();
        let fixed = fix.map_or("-".to_owned(), |fix| {
            assert_eq!(fix.applicability, crate::plan::fix::Applicability::Safe, "{glob}");
            let mut glob = plan.sources[0].text().to_owned();
            glob.replace_range(fix.span.bytes(), &fix.text);
            glob.split('"').nth(1).unwrap().to_owned()
        });
        assert_eq!(fixed, expected, "{glob} in {root}");
    }
}

#[test]
fn markdown_fence_alone() {
    let fence = "the plan is inside a Markdown code fence";
    for (text, expected) in [
        ("```yaml\ntasks: {a: {write: [*.rs]}}\n```\n", Some("```yaml")),
        ("Here is the plan:\n\n```\ntasks:\n  a: {write: x}\n```\n", Some("```")),
        ("\n  ```yaml\r\n  tasks: {}\r\n  ```\r\n", Some("```yaml")),
        ("~~~yaml\ntasks:\n  a: {write: x}\n~~~\n", Some("~~~yaml")),
        // Inside a string, in a valid and an invalid plan.
        ("tasks:\n  a:\n    title: |\n      ```\n      x\n      ```\n    write: x\n", None),
        ("x-note: |\n  ```\n  x\n  ```\ntasks:\n  a: {write: *.rs}\n  b: {write: ][}\n", None),
    ] {
        let plan = read(vec![PlanText::new("lanes.yaml", text)]);
        let found = plan.problems.iter().find(|problem| problem.message == fence);
        let line = found.map(|problem| plan.sources[0].slice(problem.labels[0].0.bytes()));
        assert_eq!(line, expected, "{text}");
        assert!(expected.is_none() || plan.problems.len() == 1 && plan.tasks.is_empty(), "{text}");
        assert!(plan.problems.iter().all(|problem| found.is_none() || problem.fix.is_none()));
    }
}

#[test]
fn applicability_of_quotes() {
    use crate::plan::fix::Applicability::{Safe, Unsafe};
    for (text, quoted, expected) in [
        ("tasks: {a: {write: *.rs}}\n", "\"*.rs\"", Some(Safe)),
        ("tasks: {a: {write: **/x}}\n", "\"**/x\"", Some(Safe)),
        ("tasks: {a: {write: *lane}}\n", "\"*lane\"", Some(Unsafe)),
        ("tasks: {a: {write: !src/**}}\n", "\"!src/**\"", Some(Safe)),
        ("tasks: {a: {write: !x src/**}}\n", "\"!x src/**\"", Some(Unsafe)),
        ("tasks: {a: {write: {src,docs}}}\n", "\"{src,docs}\"", Some(Unsafe)),
        ("tasks: {a: {write: {include: [src], exclude: x}}}\n", "", None),
        ("tasks: {a: {write: true}}\n", "\"true\"", Some(Unsafe)),
        ("tasks: {a: {write: 0}}\n", "\"0\"", Some(Unsafe)),
        ("tasks: {a: {write: x, title: 12}}\n", "\"12\"", Some(Safe)),
        ("tasks: {a: {write: x, title: *x.y}}\n", "\"*x.y\"", Some(Safe)),
        ("tasks: {a: {write: x, branch: 1.10}}\n", "\"1.10\"", Some(Safe)),
        ("tasks: {a: {write: x, needs: *b}}\n", "", None),
        ("tasks: {a: *x.y}\n", "", None),
        ("tasks: {a: 12}\n", "", None),
        ("tasks: *.rs\n", "", None),
    ] {
        let plan = read(vec![PlanText::new("lanes.yaml", text)]);
        let fix = plan.problems[0].fix.as_ref();
        assert_eq!(fix.map(|fix| fix.applicability), expected, "{text}");
        assert_eq!(fix.map_or("", |fix| &*fix.text), quoted, "{text}");
    }
}

/// The plan in a part of a text, and its debug output with all spans.
fn embedded(text: &str, part: std::ops::Range<usize>) -> (Plan, String) {
    let mut builder = Builder::new(HashSet::new());
    builder.begin_file(
        SourceFile::new("lanes.md", text),
        part.clone(),
        Arc::default(),
        Arc::default(),
    );
    native::read(&mut builder, text, part);
    let plan = builder.finish();
    let keys = (&plan.base, &plan.protect, &plan.share, &plan.companions, &plan.levels);
    let debug = format!("{:#?}", (keys, plan.unknown, &plan.tasks, &plan.problems));
    (plan, debug)
}

/// Moves the spans in debug output from `embedded`.
fn moved(debug: &str, by: usize) -> String {
    let line = |line: &str| match line.trim_start().split_once(": ") {
        Some((name @ ("start" | "end"), at)) => {
            let at: usize = at.trim_end_matches(',').parse().unwrap();
            format!("{name}: {},\n", at + by)
        }
        _ => format!("{}\n", line.trim_start()),
    };
    debug.lines().map(line).collect()
}

/// At least one fix of each kind.
fn fixes(plan: &Plan) -> Vec<Fix> {
    let mut fixes = vec![Fix::Share { glob: "x/*".into() }, Fix::RemoveShared { entry: 0 }];
    for task in plan.tasks.ids() {
        fixes.extend([
            Fix::RemoveGlob { task, entry: 0, applicability: Applicability::Safe },
            Fix::RemoveGlob { task, entry: 1, applicability: Applicability::Safe },
            Fix::ReplaceGlob { task, entry: 0, glob: "x/*".into() },
            Fix::AddGlob { task, glob: "x/*".into() },
            Fix::Exclude { task, globs: Box::new(["x".into(), "y".into()]) },
            Fix::Need { task, other: nth(0) },
            Fix::Allow { task, with: Some(nth(0)), rule: "overlapping-lanes" },
            Fix::RemoveAllowance { task, allowance: 0 },
            Fix::WriteNothing { task },
        ]);
    }
    let glob_faults = plan.glob_entries().filter_map(|(_, entry)| entry.glob.as_ref().err());
    let replacements = plan.problems.iter().filter_map(|problem| problem.fix.clone());
    let replacements =
        replacements.chain(glob_faults.flatten().filter_map(|fault| fault.fix.clone()));
    fixes.extend(replacements.map(Fix::from));
    fixes
}

const STYLES: &[&str] = &[
    EXAMPLE,
    "tasks:\n  a:\n    write: [src/a, \"src/b\", './c']\n  b: {write: 'x/**', needs: aa}\n  c:\n    \
     write:\n      - \"q\"\n      - r # why\n    allow:\n      - {rule: x, with: a, reason: y}\n  d:\n\
     protect: p/**\nshare:\n- y\n",
    "{\"tasks\": {\"a\": {\"write\": [\"/src/**\", \"y\"], \"needs\": [\"b\"]},\n  \"b\": {\"write\": []}},\n \
     \"share\": \"s\"}\n",
    "x-lane: &lane [src/**, \"a//b\"]\ntasks: {a: {write: *lane, branch: a..b}, b: {write: &x y, needs: [a]},\n  \
     1: {wirte: *x, title: >-\n   text}}\nrules: {overlapping-lanes: eror}\n",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// An embedded plan reads like the plan alone, except that all spans are moved, including those
    /// of syntax errors, of the tasks around them and of edits.
    #[test]
    fn embedded_plan_moves_spans(
        style in 0..STYLES.len(), cut in any::<prop::sample::Index>(), length in 0..6usize,
        put in "([\\[\\]{}'\":*&!#|>,\n -]{0,4}|\u{feff}|é|---\n|\t)", crlf in any::<bool>(),
        before in "(---\n|# é\\[\n\n```yaml\n|\u{feff}x: *y\n)", after in "(|\n|\n---\n|\n```\n# *\\[\n)",
    ) {
        let mut plan = STYLES[style].to_owned();
        let mut at = cut.index(plan.len() + 1);
        let mut end = (at + length).min(plan.len());
        while !plan.is_char_boundary(at) { at -= 1; }
        while !plan.is_char_boundary(end) { end += 1; }
        plan.replace_range(at..end, &put);
        let ending = if crlf { "\r\n" } else { "\n" };
        let [plan, before, after] = [plan, before, after].map(|text| text.replace('\n', ending));

        let (alone, debug) = embedded(&plan, 0..plan.len());
        let whole = [&*before, &plan, &after].concat();
        let (inside, debug_inside) = embedded(&whole, before.len()..before.len() + plan.len());
        prop_assert_eq!(moved(&debug, before.len()), moved(&debug_inside, 0), "{}", &whole);

        let (fixer, fixer_inside) = (Fixer::new(&alone), Fixer::new(&inside));
        let edits = |fixer: &Fixer<'_>, fix: &Fix, by: usize| -> Vec<_> {
            let edits = fixer.edits(fix).into_iter();
            edits.map(|edit| (edit.span.start + by, edit.span.end + by, edit.text)).collect()
        };
        for (fix, fix_inside) in fixes(&alone).iter().zip(&fixes(&inside)) {
            let (alone, inside) =
                (edits(&fixer, fix, before.len()), edits(&fixer_inside, fix_inside, 0));
            prop_assert_eq!(alone, inside, "{:?} in\n{}", fix, &whole);
        }
    }
}
