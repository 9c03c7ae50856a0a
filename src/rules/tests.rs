//! Every rule fires on its own example, and stays silent on the sound twins of what it finds.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::change::FolderRename;
use crate::finding::{Finding, Input, Level, Mender, Place, Report};
use crate::gate::{ChangedLink, Destination, Extent, GateInput, Judged, Source, Work};
use crate::patch;
use crate::path::RepoPath;
use crate::plan::{Own, Plan, PlanText, read};

fn plan(text: &str) -> Arc<Plan> {
    let mut plan = read(vec![PlanText::new("lanes.yaml", text)]);
    plan.own_paths = vec![Own::File("lanes.yaml".parse().unwrap())];
    Arc::new(plan)
}

/// What is found in a plan before its tasks start.
fn checked(text: &str, files: &[&str]) -> Report {
    let files: Vec<RepoPath> = files.iter().map(|file| file.parse().unwrap()).collect();
    crate::check::check(&plan(text), &files, Vec::new())
}

/// What is found in the work of a plan's first task.
fn gated(text: &str, work: Work) -> Report {
    let input = GateInput { judged: vec![judged(Some(0), work)], ..GateInput::default() };
    gated_all(text, input)
}

/// What is found in the work of a plan's first two tasks.
fn both(text: &str, one: &str, other: &str) -> Report {
    let judged = vec![judged(Some(0), work(one)), judged(Some(1), work(other))];
    gated_all(text, GateInput { judged, ..GateInput::default() })
}

/// What is found where the first task renames a folder, and the second did what a patch holds.
fn moved(text: &str, patch: &str, from: &str, to: Option<&str>) -> Report {
    let rename = FolderRename {
        from: from.parse().unwrap(),
        to: to.map(|to| to.parse().unwrap()),
        is_split: false,
    };
    let judged = vec![judged(Some(0), work("")), judged(Some(1), work(patch))];
    let folder_renames = BTreeMap::from([(0, vec![rename])]);
    gated_all(text, GateInput { judged, folder_renames, ..GateInput::default() })
}

/// What is found where the path of a patch is a link that leads somewhere.
fn linked(text: &str, patch: &str, leads: &Destination) -> Report {
    let Work::Changes(set) = work(patch) else { panic!("{patch}") };
    let link = |(path, change): (&RepoPath, &crate::change::Change)| ChangedLink {
        judged: 0,
        path: path.clone(),
        target: change.shown.as_ref().and_then(|shown| shown.links.first().cloned()),
        leads: Ok(leads.clone()),
    };
    let links = set.changes.iter().map(link).collect();
    let judged = vec![judged(Some(0), work(patch))];
    gated_all(text, GateInput { judged, links, ..GateInput::default() })
}

fn gated_all(text: &str, input: GateInput) -> Report {
    let plan_rivals = vec![Own::File(".lanes.yaml".parse().unwrap())];
    crate::check::gate(&plan(text), &GateInput { plan_rivals, ..input })
}

fn judged(task: Option<usize>, work: Work) -> Judged {
    Judged {
        task,
        input: Input::default(),
        extent: Extent::Given,
        source: Source::Patch("a.patch".to_owned()),
        work,
        doubts: BTreeMap::new(),
    }
}

/// What is found in the work of a branch that is no task's.
fn unclaimed(text: &str, work: Work) -> Report {
    let judged = vec![judged(None, work)];
    let unclaimed = Some("nobodys".to_owned());
    gated_all(text, GateInput { judged, unclaimed, ..GateInput::default() })
}

/// A patch that adds empty files.
fn additions(paths: &[&str]) -> String {
    paths
        .iter()
        .map(|path| {
            format!("diff --git a/{path} b/{path}\nnew file mode 100644\nindex 0000000..e69de29\n")
        })
        .collect()
}

fn work(patch: &str) -> Work {
    Work::Changes(patch::read(patch.as_bytes()))
}

/// The report of a rule's own example.
fn example(rule: &Rule, text: &str) -> Report {
    crate::explain::example(rule, text)
}

fn by<'r>(report: &'r Report, rule: &str) -> Vec<&'r Finding> {
    report.findings.iter().filter(|finding| finding.rule == rule).collect()
}

/// What a rule says, one line each.
fn said(report: &Report, rule: &str) -> Vec<String> {
    by(report, rule).iter().map(|finding| finding.draft.message.to_string()).collect()
}

#[test]
fn every_rule_fires_on_its_own_example() {
    for rule in RULES {
        let report = example(rule, rule.example.plan);
        let found = by(&report, rule.name);
        assert!(!found.is_empty(), "{}: {:?}", rule.name, report.findings);
        for finding in found {
            let Draft { message, help, labels, .. } = &finding.draft;
            assert_eq!(finding.level, rule.level, "{}", rule.name);
            let one_line = |text: &str| !text.trim().is_empty() && !text.contains('\n');
            assert!(one_line(message.as_str()), "{}: {message:?}", rule.name);
            assert!(
                help.as_ref().is_some_and(|help| one_line(help.as_str())),
                "{}: {help:?}",
                rule.name
            );
            assert!(!labels.is_empty(), "{} points at nothing", rule.name);
            for label in labels {
                if let Place::Span(span) = label.place {
                    assert!(rule.example.plan.get(span.bytes()).is_some(), "{}", rule.name);
                }
            }
        }
    }
}

#[test]
fn a_fix_of_an_example_mends_what_it_is_offered_for() {
    for rule in RULES {
        let report = example(rule, rule.example.plan);
        for finding in by(&report, rule.name) {
            for fix in &finding.draft.fixes {
                let mut text = rule.example.plan.to_owned();
                let mut edits = Mender::new(&report.plan).edits(fix);
                edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
                for edit in edits {
                    text.replace_range(edit.span.bytes(), &edit.text);
                }
                let report = example(rule, &text);
                let mended = report.standing().all(|left| {
                    left.rule != rule.name || left.draft.message != finding.draft.message
                });
                assert!(mended, "{}: {text}", rule.name);
            }
        }
    }
}

#[test]
fn the_list_holds_every_rule_of_the_folder_once() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let mut files: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| {
            entry.unwrap().file_name().into_string().unwrap().strip_suffix(".rs").map(str::to_owned)
        })
        .filter(|name| name != "mod" && name != "tests")
        .map(|name| name.replace('_', "-"))
        .collect();
    files.sort_unstable();
    let mut names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    names.sort_unstable();
    assert_eq!(names, files);
}

/// What a rule says of a plan that is checked.
#[test]
fn what_is_wrong_with_a_plan_is_found() {
    for (rule, text, expected) in [
        (
            "overlapping-lanes",
            "tasks:\n  a: {write: src/**/a*.rs}\n  b: {write: src/x/*b.rs}\n",
            vec!["`a` and `b` may both write `src/x/ab.rs`"],
        ),
        (
            "overlapping-lanes",
            "tasks:\n  a: {write: src/**, needs: b}\n  b: {write: src/x, needs: a}\n",
            vec!["`a` and `b` may both write `src/x`"],
        ),
        (
            "overlapping-lanes",
            "tasks:\n  a: {write: [src/**, '!src/x/README.md']}\n  b: {write: src/x/**}\n",
            vec!["`a` and `b` may both write `src/x/0`"],
        ),
        (
            "overlapping-lanes",
            "tasks:\n  a: {write: [x, '/y']}\n  b: {write: x}\n",
            vec!["`a` and `b` may both write `x`"],
        ),
        (
            "overlapping-lanes",
            "tasks:\n  a: {write: log}\n  b: {write: log*}\n  c: {write: log}\nshare: log\n",
            vec![],
        ),
        (
            "overlapping-lanes",
            "tasks:\n  a: {write: log}\n  b: {write: log}\nshare: lo\n",
            vec!["`a` and `b` may both write `log`"],
        ),
        (
            "clashing-paths",
            "tasks:\n  a: {write: Docs/**}\n  b: {write: [docs/**, src/x]}\n  c: {write: src/x/y}\n",
            vec![
                "`a` may write `Docs/0`, and `b` `docs/0`: one file where letter case and Unicode \
                 form do not count",
                "`b` may write the file `src/x`, and `c` `src/x/y`, for which it has to be a folder",
            ],
        ),
        (
            "missing-lane",
            "tasks:\n  a:\n  b: {write: }\n  c: {write: []}\n  d: {write: ~}\n",
            vec![
                "`a` does not say what it may write",
                "`b` does not say what it may write",
                "`d` does not say what it may write",
            ],
        ),
        (
            "protected-path",
            "tasks:\n  a: {write: [lanes.yaml, x]}\n  b: {write: ci/x, needs: a}\nprotect: ci/\n",
            vec![
                "`a` may not write `lanes.yaml`: it is protected",
                "`b` may not write `ci/x`: it is protected",
            ],
        ),
        (
            "protected-path",
            "tasks: {a: {write: x}}\nshare: CHANGELOG.md\nprotect: [y, CHANGELOG.md]\n",
            vec!["`CHANGELOG.md` is both shared and protected"],
        ),
        (
            "protected-path",
            "tasks: {a: {write: x}}\nshare: [doc/a, doc/, '**/*.md', lanes.yaml]\nprotect: doc/**\n",
            vec![
                "`doc/a` is both shared and protected",
                "`doc/` is both shared and protected",
                "`lanes.yaml` is both shared and protected",
            ],
        ),
        ("empty-lane", "tasks:\n  a: {write: '!x'}\n", vec!["nothing is left of the lane of `a`"]),
        ("empty-lane", "tasks:\n  a: {write: '[.]'}\n", vec!["nothing is left of the lane of `a`"]),
        (
            "empty-lane",
            "tasks:\n  a: {write: ['{x,y}/**', '!x/**']}\nprotect: y/**\nshare: z\n",
            vec!["nothing is left of the lane of `a`"],
        ),
        (
            "read-write-hazard",
            "tasks:\n  a: {write: x/**, read: ['src/*', doc/**]}\n  b: {write: [src/b, doc/b]}\n  \
             c: {write: [], read: x/**, needs: b}\n",
            vec![
                "`a` reads `doc/b`, and `b` may write it",
                "`c` reads `x/0`, and `a` may write it",
            ],
        ),
        (
            "redundant-glob",
            "tasks:\n  a: {write: ['!doc/', src/**, doc/a, src/b, '!src/c/d', '!src/c/**', '!e']}\n",
            vec![
                "`!doc/` takes nothing from the lane of `a`",
                "`doc/a` adds nothing to the lane of `a`",
                "`src/b` adds nothing to the lane of `a`",
                "`!src/c/d` takes nothing from the lane of `a`",
                "`!e` takes nothing from the lane of `a`",
            ],
        ),
        // Whatever the invalid one stands for, what another glob holds is held twice.
        (
            "redundant-glob",
            "tasks:\n  a: {write: [src/**, src/a, ./doc/**, '!doc/x', '!./y']}\n",
            vec!["`src/a` adds nothing to the lane of `a`"],
        ),
        ("dependency-cycle", "tasks:\n  a: {write: x, needs: a}\n", vec!["`a` needs itself"]),
        (
            "dependency-cycle",
            "tasks:\n  a: {write: x, needs: b}\n  b: {write: y, needs: c}\n  c: {write: z, needs: a}\n  d: {write: q, needs: a}\n",
            vec!["`a`, `b` and `c` need each other in a circle"],
        ),
        (
            "duplicate-branch",
            "tasks:\n  a: {write: x}\n  b: {write: y, branch: a}\n",
            vec!["`a` and `b` are both on branch `a`"],
        ),
        (
            "duplicate-branch",
            "tasks:\n  a/b/c: {write: x}\n  b: {write: y, branch: a}\n",
            vec!["`a/b/c` and `b` are on branches `a` and `a/b/c`, which git cannot hold together"],
        ),
        (
            "invalid-glob",
            "tasks:\n  a: {write: 'a//b', read: '{x}'}\n",
            vec!["`a//b`: an empty component", "`{x}`: a brace with a single alternative"],
        ),
        ("invalid-glob", "tasks: {a: {write: x}}\nshare: './y'\n", vec!["`./y`: a leading `./`"]),
        (
            "invalid-plan",
            "tasks: {a: {write: x, needs: b}}\nrules: {invalid-glob: off, overlaping-lanes: off}\n",
            vec![
                "there is no task `b`",
                "`invalid-glob` stands for itself: its level is fixed",
                "there is no rule `overlaping-lanes`",
            ],
        ),
        (
            "invalid-plan",
            "tasks: {a: {write: x, allow: [{rule: not-verified, reason: r}]}}\n",
            vec!["`not-verified` stands for itself: it cannot be allowed"],
        ),
    ] {
        let report = checked(text, &[]);
        assert_eq!(said(&report, rule), expected, "{rule}: {text}");
    }
}

/// The sound twin of each thing that a rule of the plan finds: nothing at all is said of it.
#[test]
fn what_is_sound_in_a_plan_is_left_alone() {
    for (rule, text) in [
        ("invalid-plan", "tasks:\n  a: {write: x, x-owner: me, title: t, branch: q/a}\nx-y: [1]\n"),
        (
            "invalid-plan",
            "tasks:\n  x-ray: {write: x}\nrules: {unused-allow: off, empty-lane: note}\n",
        ),
        ("invalid-glob", "tasks:\n  a: {write: ['\\{x\\}', 'src/**/*.rs', '\\!y', '[]a]', x/]}\n"),
        ("missing-lane", "tasks:\n  a: {write: []}\n"),
        ("overlapping-lanes", "tasks:\n  a: {write: 'src/[a-m]*'}\n  b: {write: 'src/[n-z]*'}\n"),
        (
            "overlapping-lanes",
            "tasks:\n  a: {write: '**'}\n  b: {write: x, needs: c}\n  c: {write: y, needs: a}\n",
        ),
        (
            "overlapping-lanes",
            "tasks:\n  a: {write: [src/**, '!src/x/**']}\n  b: {write: src/x/**}\n",
        ),
        (
            "overlapping-lanes",
            "tasks:\n  a: {write: [x, log]}\n  b: {write: '{y,log}'}\nshare: log\n",
        ),
        (
            "overlapping-lanes",
            "tasks:\n  a: {write: '{x,ci/a}'}\n  b: {write: '{y,ci/*}'}\nprotect: ci/\n",
        ),
        (
            "overlapping-lanes",
            "tasks:\n  a: {write: '{x,lanes.yaml}'}\n  b: {write: '{y,lanes.yaml}'}\n",
        ),
        ("overlapping-lanes", "tasks:\n  a: {write: '**'}\n  b: {write: []}\nshare: x\n"),
        ("clashing-paths", "tasks:\n  a: {write: '**/*.md'}\n  b: {write: [src/X.rs, a/b]}\n"),
        ("clashing-paths", "tasks:\n  a: {write: Docs/**}\n  b: {write: docs/**, needs: a}\n"),
        (
            "clashing-paths",
            "tasks:\n  a: {write: [A, log]}\n  b: {write: [b, LOG]}\nprotect: Log\n",
        ),
        (
            "undecided",
            "tasks:\n  a: {write: '**/*a????????????/**'}\n  b: {write: [q/*, '!q/*a*']}\n",
        ),
        (
            "protected-path",
            "tasks:\n  a: {write: '**'}\nprotect: .github/**\nshare: CHANGELOG.md\n",
        ),
        ("empty-lane", "tasks:\n  a: {write: [src/**, '!src/x/**']}\n"),
        ("empty-lane", "tasks:\n  a: {write: log}\nshare: log\n"),
        (
            "read-write-hazard",
            "tasks:\n  a: {write: src/**, read: [src/**, doc/**, log]}\n  b: {write: [doc/x, log], needs: a}\n  \
             c: {write: lib/x, read: ['lib/**', '!lib/gen/**']}\n  d: {write: [log, lib/gen/**]}\nshare: log\n",
        ),
        (
            "redundant-glob",
            "tasks:\n  a: {write: src/**}\n  b: {write: ['**', '!src/**', '!lanes.yaml']}\n",
        ),
        (
            "redundant-glob",
            "tasks:\n  a: {write: [src/*, 'src/*/[a-m]*', src/x/y/z]}\n  b: {write: [log, doc/**]}\nshare: log\n",
        ),
        (
            "dependency-cycle",
            "tasks:\n  a: {write: x}\n  b: {write: y, needs: a}\n  c: {write: z, needs: [a, b]}\n",
        ),
        (
            "duplicate-branch",
            "tasks:\n  a/b: {write: x}\n  a-b: {write: y}\n  b: {write: z, branch: ab}\n",
        ),
    ] {
        let report = checked(text, &["README.md", "src/x/file"]);
        assert_eq!(report.findings, [], "{rule}: {text}");
    }
}

/// An empty lane whose globs are all protected is told once, as `protected-path`.
#[test]
fn a_lane_of_protected_paths_alone_is_told_once() {
    let report = checked("tasks:\n  a: {write: ci/x}\nprotect: ci/**\n", &[]);
    let rules: Vec<_> = report.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, ["protected-path"]);
}

/// What makes a lane empty, or a glob name protected paths alone, is not told again as redundant.
#[test]
fn what_another_rule_tells_is_not_redundant_too() {
    for (text, rule) in [
        ("tasks:\n  a: {write: [x/a, '!x/**', '!y']}\n", "empty-lane"),
        ("tasks:\n  a: {write: ['!y']}\n", "empty-lane"),
        ("tasks:\n  a: {write: [ci/**, src/**, ci/**]}\nprotect: ci/**\n", "protected-path"),
    ] {
        let report = checked(text, &[]);
        assert!(report.findings.iter().all(|finding| finding.rule == rule), "{text}");
        assert!(!report.findings.is_empty(), "{text}");
    }
}

#[test]
fn what_is_wrong_with_work_is_found() {
    let tasks =
        "tasks:\n  a: {write: [src/**, '!src/gen/**']}\n  b: {write: [doc/**, src/gen/x]}\n";
    for (rule, text, patch, expected) in [
        (
            "out-of-lane",
            tasks,
            additions(&["doc/x", "src/a", "src/gen/x", "zzz"]),
            vec![
                "`a` added `doc/x`, which is outside its lane",
                "`a` added `src/gen/x`, which is outside its lane",
                "`a` added `zzz`, which is outside its lane",
            ],
        ),
        (
            "out-of-lane",
            tasks,
            "diff --git a/doc/x b/src/x\nsimilarity index 100%\nrename from doc/x\nrename to src/x\n".to_owned(),
            vec!["`a` deleted `doc/x`, which is outside its lane"],
        ),
        (
            "out-of-lane",
            tasks,
            "diff --git a/run b/run\nold mode 100644\nnew mode 100755\n".to_owned(),
            vec!["`a` changed the mode of `run`, which is outside its lane"],
        ),
        (
            "review-only-write",
            "tasks:\n  a: {write: []}\nshare: log\n",
            additions(&["log"]),
            vec!["`a` only reviews, and added `log`"],
        ),
        (
            "plan-changed",
            "tasks:\n  a: {write: '**'}\n",
            additions(&[".lanes.yaml", "x"]),
            vec!["`a` adds a plan that would be found in the place of this one: `.lanes.yaml`"],
        ),
        (
            "not-verified",
            "tasks:\n  a: {write: [x, '/y']}\n",
            additions(&["x"]),
            vec!["`x`: nobody knows whether `a` may write it"],
        ),
        (
            "not-verified",
            "tasks:\n  a: {title: t}\n",
            additions(&["x"]),
            vec!["`x`: nobody knows whether `a` may write it"],
        ),
        ("missing-lane", "tasks:\n  a: {title: t}\n  b: {title: t}\n", additions(&["x"]), vec!["`a` does not say what it may write"]),
        ("no-changes", tasks, String::new(), vec!["`a` changed nothing"]),
    ] {
        let report = gated(text, work(&patch));
        assert_eq!(said(&report, rule), expected, "{rule}: {text}");
    }
}

#[test]
fn a_branch_of_no_task_may_write_all_but_what_is_protected() {
    let text = "tasks:\n  a: {write: x, branch: nobody}\nprotect: ci/**\n";
    let report = unclaimed(text, work(&additions(&["ci/x", "lanes.yaml", "x", "y"])));
    assert_eq!(said(&report, "unclaimed-branch"), ["`nobodys` is no task's branch"]);
    let help = by(&report, "unclaimed-branch")[0].draft.help.clone().unwrap();
    assert!(help.as_str().starts_with("did you mean `nobody`?"), "{help}");
    for off in ["", "rules: {unclaimed-branch: off}\n"] {
        let report =
            unclaimed(&format!("{text}{off}"), work(&additions(&["ci/x", "lanes.yaml", "x"])));
        assert_eq!(
            said(&report, "out-of-lane"),
            [
                "the branch `nobodys` added `ci/x`, which is protected",
                "the branch `nobodys` added `lanes.yaml`, which is protected",
            ]
        );
        assert_eq!(
            said(&report, "plan-changed"),
            ["the branch `nobodys` changes the plan that judges it: `lanes.yaml`"]
        );
        assert_eq!(report.findings.len(), if off.is_empty() { 4 } else { 3 });
    }
}

#[test]
fn what_two_tasks_wrote_clashes() {
    let tasks = "tasks:\n  a: {write: '**'}\n  b: {write: '**'}\n  c: {write: [], needs: a}\n";
    let one_file = "one file where letter case and Unicode form do not count";
    let form = format!("`a` writes `Doc/x`, and `b` `doc/X`: {one_file}");
    let folder =
        "`b` writes the file `x`, and `a` `x/y`, for which it has to be a folder".to_owned();
    for (one, other, expected) in [
        (additions(&["Doc/x"]), additions(&["doc/X"]), vec![form]),
        (additions(&["x/y", "x/z"]), additions(&["x"]), vec![folder]),
        (additions(&["Doc/x"]), additions(&["Doc/x", "doc/y"]), vec![]),
        (additions(&["x"]), additions(&["x.y", "xy/z"]), vec![]),
        (additions(&["Doc/x", "doc/X"]), String::new(), vec![]),
    ] {
        assert_eq!(said(&both(tasks, &one, &other), "clashing-paths"), expected);
    }
    let beside = |patch: &str, existing: &[&str]| {
        let existing = existing.iter().map(|path| path.parse().unwrap()).collect();
        let judged = vec![judged(Some(0), work(patch))];
        let input = GateInput { judged, existing, ..GateInput::default() };
        said(&gated_all(tasks, input), "clashing-paths")
    };
    let message = format!("`a` adds `readme` beside `README`, which exists: {one_file}");
    assert_eq!(beside(&additions(&["readme"]), &["README", "readme"]), [message]);
    let renamed = "diff --git a/README b/readme\nsimilarity index 100%\nrename from README\n\
                   rename to readme\n";
    assert_eq!(beside(renamed, &["README"]), [""; 0]);
    let modified = "diff --git a/readme b/readme\nold mode 100644\nnew mode 100755\n";
    assert_eq!(beside(modified, &["README", "readme"]), [""; 0]);
}

#[test]
fn what_two_tasks_both_changed_collides() {
    let tasks = "tasks:\n  a: {write: '**'}\n  b: {write: '**'}\n  c: {write: z}\nshare: log\n";
    let hunk = |path: &str, hunks: &str| {
        format!(
            "diff --git a/{path} b/{path}\nindex 1234567..89abcde 100644\n--- a/{path}\n+++ b/{path}\n{hunks}"
        )
    };
    let gone = |path: &str| {
        format!("diff --git a/{path} b/{path}\ndeleted file mode 100644\nindex e69de29..0000000\n")
    };
    let mode = "diff --git a/x b/x\nold mode 100644\nnew mode 100755\n";
    let binary =
        "diff --git a/x b/x\nindex 1234567..89abcde 100644\nBinary files a/x and b/x differ\n";
    for (one, other, expected) in [
        (additions(&["x"]), additions(&["x"]), vec!["`a` and `b` both added `x`"]),
        (additions(&["x"]), additions(&["y"]), vec![]),
        (additions(&["log"]), additions(&["log"]), vec![]),
        (gone("x"), gone("x"), vec![]),
        (gone("x"), hunk("x", "@@ -1 +1 @@\n-a\n+b\n"), vec!["`a` deleted `x`, which `b` changed"]),
        (
            hunk("x", "@@ -1,3 +1,2 @@\n a\n-b\n c\n"),
            hunk("x", "@@ -2,0 +3 @@\n+n\n@@ -9 +10 @@\n-y\n+z\n"),
            vec![
                "`a` and `b` both changed `x`: line 2 and behind line 2, line 9, which are adjacent",
            ],
        ),
        (
            hunk("x", "@@ -1,2 +1,2 @@\n-a\n-b\n+c\n+d\n"),
            hunk("x", "@@ -2 +2 @@\n-b\n+e\n"),
            vec!["`a` and `b` both changed `x`: lines 1 to 2 and line 2, which touch"],
        ),
        (
            mode.to_owned(),
            hunk("x", "@@ -2 +2 @@\n-b\n+e\n"),
            vec!["`a` and `b` both changed `x`: no line and line 2, which are apart"],
        ),
        (
            binary.to_owned(),
            hunk("x", "@@ -2 +2 @@\n-b\n+e\n"),
            vec!["`a` and `b` both changed `x`; in which lines is not known: it is binary"],
        ),
    ] {
        let report = both(tasks, &one, &other);
        assert_eq!(said(&report, "colliding-writes"), expected, "{one}{other}");
        // One that needs the other starts from its work.
        let ordered = tasks.replace("b: {", "b: {needs: a, ");
        assert_eq!(said(&both(&ordered, &one, &other), "colliding-writes"), [""; 0]);
    }
    // What is shared is no licence for a task that may write nothing.
    let review = "tasks:\n  a: {write: x}\n  b: {write: []}\nshare: log\n";
    let report = both(review, &additions(&["log"]), &additions(&["log"]));
    assert_eq!(said(&report, "colliding-writes"), ["`a` and `b` both added `log`"]);
    // An allowance can name the other task and the path.
    for (allow, allowed) in [("with: b, path: x", true), ("path: y", false), ("with: a", false)] {
        let text = tasks.replace(
            "a: {",
            &format!("a: {{allow: [{{rule: colliding-writes, {allow}, reason: r}}], "),
        );
        let report = both(&text, &additions(&["x"]), &additions(&["x"]));
        assert_eq!(by(&report, "colliding-writes")[0].allowed.is_some(), allowed, "{allow}");
    }
}

#[test]
fn a_link_escapes_by_where_it_leads() {
    let text = "tasks:\n  a: {write: [a/**, b/own]}\n  b: {write: [b/**, '!b/free']}\n  c: {write: 'c/*/x'}\nshare: log\nprotect: ci/**\n";
    let patch = "diff --git a/a/l b/a/l\nnew file mode 120000\nindex 0000000..1111111\n--- /dev/null\n+++ b/a/l\n@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n";
    let path = |path: &str| path.parse::<RepoPath>().unwrap();
    let folder = |name: &str, files: &[&str]| {
        Destination::Folder(name.parse().ok(), files.iter().map(|file| path(file)).collect())
    };
    let pin = |name: &str, to: &str| Destination::Submodule { pin: path(name), path: path(to) };
    for (leads, expected) in [
        (Destination::Outside, "leads outside the repository"),
        (Destination::GitFolder, "leads into `.git`"),
        (Destination::File(path("b/x")), "leads to `b/x`, in the lane of `b`"),
        (Destination::File(path("ci/x")), "leads to `ci/x`, which is protected"),
        (Destination::File(path("lanes.yaml")), "leads to `lanes.yaml`, which is protected"),
        (Destination::File(path("a/x")), ""),
        (Destination::File(path("b/own")), ""),
        (Destination::File(path("b/free")), ""),
        (Destination::File(path("log")), ""),
        (Destination::Nothing(path("b/new")), "leads to `b/new`, in the lane of `b`"),
        // Whoever makes a folder there has another's files in it.
        (Destination::Nothing(path("b")), "leads to `b`, where `b/0` is in the lane of `b`"),
        (Destination::Nothing(path("c/y")), "leads to `c/y`, where `c/y/x` is in the lane of `c`"),
        (Destination::Nothing(path("c/y/z")), ""),
        (Destination::Nothing(path("a/new")), ""),
        (Destination::Nothing(path("d")), ""),
        (folder("", &["a/x", "b/y", "ci/x"]), "leads to `b/y`, in the lane of `b`"),
        (folder("", &["a/x", "ci/x"]), "leads to `ci/x`, which is protected"),
        // What could be made in a folder counts like what is there.
        (folder("", &["a/x", "b/own", "z"]), "leads to the root, where `ci/0` is protected"),
        (folder("b", &["b/own"]), "leads to `b`, where `b/0` is in the lane of `b`"),
        (folder("b/free", &["b/free/x"]), "leads to `b/free/x`, in the lane of `b`"),
        (folder("a", &["a/x"]), ""),
        (folder("z", &["z/x"]), ""),
        (Destination::Nothing(path("ci")), "leads to `ci`, where `ci/0` is protected"),
        (Destination::Nothing(path("CI/x")), "leads to `CI/x`, which is protected"),
        (pin("b/x", "b/x/y"), "leads to `b/x`, in the lane of `b`"),
        (pin("ci/x", "ci/x"), "leads to `ci/x`, which is protected"),
        (pin("z", "z/y"), ""),
    ] {
        let report = linked(text, patch, &leads);
        let expected: Vec<String> = std::iter::once(expected)
            .filter(|whereto| !whereto.is_empty())
            .map(|whereto| format!("`a` made `a/l` a link to `x`, which {whereto}"))
            .collect();
        assert_eq!(said(&report, "escaping-symlink"), expected, "{leads:?}");
        assert!(report.verified());
    }
    for unknown in [Destination::Endless, Destination::TooLong] {
        assert_eq!(by(&linked(text, patch, &unknown), "undecided").len(), 1);
    }
}

#[test]
fn files_that_would_move_along_are_told() {
    let text = "tasks:\n  a: {write: '{old,new}/**'}\n  b: {write: [old/**, new/x]}\n";
    for (files, from, to, expected) in [
        (
            &["old/x", "old/y"][..],
            "old",
            Some("new"),
            "`a` renames the folder `old` to `new`, and `b` adds `old/x` and 1 more there: git would \
             move that along, or stop",
        ),
        (
            &["old/q/y", "old/z"],
            "old",
            None,
            "`a` renames the folder `old` to the root, and `b` adds `old/q/y` and 1 more there: git would move \
             that along, out of its lane, or stop",
        ),
        (&["older/x", "new/x"], "old", Some("new"), ""),
    ] {
        let expected: Vec<&str> = std::iter::once(expected).filter(|one| !one.is_empty()).collect();
        let report = moved(text, &additions(files), from, to);
        assert_eq!(said(&report, "moved-folder"), expected);
        let ordered = text.replace("b: {", "b: {needs: a, ");
        assert_eq!(said(&moved(&ordered, &additions(files), from, to), "moved-folder"), [""; 0]);
    }
}

#[test]
fn what_is_protected_is_so_in_another_case_or_form() {
    let text = "tasks:\n  a: {write: '**'}\nprotect: [.github/**, caf\u{e9}, '[A-C]x']\n";
    let outside = |name: &str| -> Vec<String> {
        let report = gated(text, work(&additions(&[name])));
        let help = |found: &&Finding| found.draft.help.as_ref().unwrap().to_string();
        by(&report, "out-of-lane").iter().map(help).collect()
    };
    for name in [".GitHub/x", "LANES.yaml", "CAFE\u{301}", "bX", "Ax"] {
        let help = outside(name);
        assert_eq!(help.len(), 1, "{name}");
        assert_eq!(help[0].starts_with("but for letter case"), name != "Ax", "{name}: {help:?}");
    }
    for name in [".githubx", "cafe", "dx", "x/lanes.yaml"] {
        assert_eq!(outside(name), [""; 0], "{name}");
    }
}

#[test]
fn a_bound_on_collisions_is_told() {
    let ids = (0..460).map(|id| format!("  t{id}: {{write: '**'}}\n"));
    let text: String = std::iter::once("tasks:\n".to_owned()).chain(ids).collect();
    let judged = (0..460).map(|task| judged(Some(task), work(&additions(&["x"])))).collect();
    let report = gated_all(&text, GateInput { judged, ..GateInput::default() });
    assert_eq!(by(&report, "colliding-writes").len(), 100_000);
    let message = "`colliding-writes` gave up on the tasks: a bound on work was reached";
    assert_eq!(said(&report, "undecided"), [message]);
}

#[test]
fn sound_work_is_left_alone() {
    for (rule, text, patch) in [
        ("out-of-lane", "tasks:\n  a: {write: src/**}\nshare: log\n", additions(&["log", "src/x"])),
        ("review-only-write", "tasks:\n  a: {write: x}\n", additions(&["x"])),
        ("no-changes", "tasks:\n  a: {write: []}\n", String::new()),
        ("plan-changed", "tasks:\n  a: {write: x/**}\n", additions(&["x/lanes.yaml"])),
        // What is wrong with the lane of another task is not this task's.
        ("not-verified", "tasks:\n  a: {write: x}\n  b: {write: '/y'}\n  c:\n", additions(&["x"])),
        // Of a plan that was checked, the gate repeats nothing.
        (
            "overlapping-lanes",
            "tasks:\n  a: {write: x, needs: b}\n  b: {write: x, needs: a}\n",
            additions(&["x"]),
        ),
        ("missing-branch", "tasks:\n  a: {write: x}\n  b: {write: y}\n", additions(&["x"])),
    ] {
        assert_eq!(gated(text, work(&patch)).findings, [], "{rule}: {text}");
    }
    let report = gated("tasks:\n  a: {write: []}\n", Work::NoBranch);
    assert!(said(&report, "no-changes").is_empty());
}

#[test]
fn a_level_counts_wherever_it_is_not_fixed() {
    for rule in RULES {
        for (word, level) in
            [("error", Level::Error), ("warning", Level::Warning), ("note", Level::Note)]
        {
            let text = format!("{}rules: {{{}: {word}}}\n", rule.example.plan, rule.name);
            let report = example(rule, &text);
            let expected = if rule.fixed { rule.level } else { level };
            let found = by(&report, rule.name);
            assert!(
                !found.is_empty() && found.iter().all(|found| found.level == expected),
                "{text}"
            );
        }
        let text = format!("{}rules: {{{}: off}}\n", rule.example.plan, rule.name);
        let silent = by(&example(rule, &text), rule.name).is_empty();
        assert_eq!(silent, !rule.fixed, "{text}");
    }
}

/// An allowance excuses what it says, and nothing more.
#[test]
fn an_allowance_excuses_no_more_than_it_says() {
    let overlap = |allow: &str| {
        format!(
            "tasks:\n  a: {{write: [x/*, y], allow: [{allow}]}}\n  b: {{write: [x/*, z]}}\n  c: {{write: y, needs: b}}\n"
        )
    };
    for (allow, allowed) in [
        ("{rule: overlapping-lanes, reason: r}", [true, true]),
        ("{rule: overlapping-lanes, with: b, reason: r}", [true, false]),
        ("{rule: overlapping-lanes, with: c, reason: r}", [false, true]),
        ("{rule: overlapping-lanes, with: a, reason: r}", [false, false]),
        ("{rule: overlapping-lanes, path: 'x/**', reason: r}", [true, false]),
        ("{rule: overlapping-lanes, path: x/0, reason: r}", [false, false]),
        ("{rule: overlapping-lanes, with: c, path: 'x/**', reason: r}", [false, false]),
        ("{rule: overlapping-lanes, with: nobody, reason: r}", [false, false]),
        ("{rule: overlapping-lanes, path: '/x', reason: r}", [false, false]),
        ("{rule: overlapping-lanes, path: [x/*], reason: r}", [false, false]),
        ("{rule: overlapping-lanes, paths: x/*, reason: r}", [false, false]),
        ("{rule: overlapping-lanes, with: , reason: r}", [false, false]),
        ("{rule: overlapping-lanes, reason: ''}", [false, false]),
        ("{rule: overlapping-lanes}", [false, false]),
        ("{rule: empty-lane, reason: r}", [false, false]),
    ] {
        let report = checked(&overlap(allow), &[]);
        let found = by(&report, "overlapping-lanes");
        let is_allowed: Vec<bool> = found.iter().map(|found| found.allowed.is_some()).collect();
        assert_eq!(is_allowed, allowed, "{allow}: {:?}", report.findings);
    }
    for (allow, allowed) in [
        ("{rule: read-write-hazard, reason: r}", [true, true]),
        ("{rule: read-write-hazard, with: b, reason: r}", [true, false]),
        ("{rule: read-write-hazard, path: 'x/**', reason: r}", [true, false]),
        ("{rule: read-write-hazard, path: x/0, reason: r}", [false, false]),
        ("{rule: overlapping-lanes, path: 'x/**', reason: r}", [false, false]),
    ] {
        let text = format!(
            "tasks:\n  a: {{write: [], read: [x/*, y/*], allow: [{allow}]}}\n  b: {{write: x/*}}\n  \
             c: {{write: [y/*, x/c], needs: b}}\n"
        );
        let report = checked(&text, &[]);
        let found = by(&report, "read-write-hazard");
        let is_allowed: Vec<bool> = found.iter().map(|found| found.allowed.is_some()).collect();
        assert_eq!(is_allowed, allowed, "{allow}: {:?}", report.findings);
    }
    for (allow, allowed) in [
        ("{rule: out-of-lane, path: 'doc/*', reason: r}", [true, false]),
        ("{rule: out-of-lane, path: '*', reason: r}", [false, true]),
        ("{rule: out-of-lane, path: '**', reason: r}", [true, true]),
        ("{rule: out-of-lane, path: '**', with: b, reason: r}", [false, false]),
        ("{rule: out-of-lane, reason: r}", [false, false]),
    ] {
        let text =
            format!("tasks:\n  a: {{write: src/**, allow: [{allow}]}}\n  b: {{write: doc/**}}\n");
        let report = gated(&text, work(&additions(&["doc/x", "log"])));
        let found = by(&report, "out-of-lane");
        let is_allowed: Vec<bool> = found.iter().map(|found| found.allowed.is_some()).collect();
        assert_eq!(is_allowed, allowed, "{allow}: {:?}", report.findings);
    }
}

/// The allowance of one task excuses nothing of what another did.
#[test]
fn an_allowance_is_that_of_its_own_task() {
    let text = "tasks:\n  a: {write: x}\n  b: {write: y, allow: [{rule: out-of-lane, path: '**', reason: r}]}\n";
    let report = gated(text, work(&additions(&["y"])));
    assert!(by(&report, "out-of-lane").iter().all(|found| found.allowed.is_none()));
}
