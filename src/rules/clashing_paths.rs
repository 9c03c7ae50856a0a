//! `clashing-paths`: different paths that cannot exist side by side.

use std::sync::Arc;

use super::common::english::who;
use super::common::labels::{change_labels, label, text, texts};
use super::{Causes, Example, Find, Grouping, Reporter, Rule, Scenario, Scope, UndecidedDraft};
use crate::analysis::{GateFacts, PlanFacts};
use crate::finding::{About, Datum, Draft, Label, Level, Location};
use crate::gate::PathClash;
use crate::index::{GlobId, TaskId};
use crate::message;
use crate::message::code;
use crate::overlap::{Clash, ClashKind, Clashes};
use crate::path::RepoPath;

pub(super) static RULE: Rule = Rule {
    name: "clashing-paths",
    summary: "two concurrent lanes contain different paths that cannot exist side by side",
    level: Level::Warning,
    fixed: false,
    unverified: false,
    scope: Scope::Plan,
    explanation: "Paths are compared byte by byte, as in git. On macOS and Windows, however, \
        `Docs/a.md` and `docs/a.md` are the same file, and a checkout keeps only one of them. \
        Similarly, if one task writes a file `src/x`, no other task can write `src/x/y`, because \
        `src/x` would have to be a folder. A wildcard is not assumed to match files below another \
        lane's file: `**/*.md` does not clash with `src/main.rs`, although it matches \
        `src/main.rs/x.md`. The gate compares the paths that actually changed. It also reports \
        added paths that differ from existing ones only in case or Unicode normalization.",
    remedy: "spell each name the same way everywhere, and do not use it for both a file and a \
             folder",
    example: Example {
        plan: "tasks:\n  guide:\n    write: Docs/guide/**\n  api:\n    write: docs/**\n  server:\n    \
               write: src/server\n  routes:\n    write: src/server/routes/**\n",
        files: &[],
        scenario: Scenario::PlanOnly,
    },
    grouping: Grouping::ByCause(Causes {
        glob: ("clashes with", "lane"),
        path: "clashes with paths of several lanes",
    }),
};

pub(super) const FIND: Find = Find::Both(in_plan, in_work);

fn in_plan(facts: &PlanFacts<'_>, reporter: &mut Reporter<'_>) {
    let Clashes { found: clashes, undecided } = facts.clashes();
    for Clash { kind, tasks, globs, paths } in clashes {
        let [one, other] = paths;
        let [left, right] = [facts.plan.id(tasks.0), facts.plan.id(tasks.1)];
        let entries = [facts.plan.globs(tasks.0)[globs.0], facts.plan.globs(tasks.1)[globs.1]];
        let message = match kind {
            ClashKind::Form if one == other => {
                message![
                    code(left),
                    " and ",
                    code(right),
                    " may write ",
                    code(one),
                    " in two spellings: ",
                    ONE_FILE
                ]
            }
            ClashKind::Form => {
                message![
                    code(left),
                    " may write ",
                    code(one),
                    " and ",
                    code(right),
                    " may write ",
                    code(other),
                    ": ",
                    ONE_FILE
                ]
            }
            ClashKind::Folder => message![
                code(left),
                " may write the file ",
                code(one),
                ", but ",
                code(right),
                " needs a folder there for ",
                code(other)
            ],
        };
        let globs = texts(entries.map(|entry| Arc::clone(&entry.text)));
        let mut data = vec![("globs", Datum::List(vec![globs]))];
        data.extend(common_data(*kind, one, other));
        reporter.report(Draft {
            message,
            help: Some(help(*kind).into()),
            tasks: facts.plan.ids([tasks.0, tasks.1]),
            path: Some(one.clone()),
            about: About::Data("globs"),
            labels: vec![
                label(entries[0].span, message![code(left), " may write ", code(one)]),
                label(entries[1].span, message![code(right), " may write ", code(other)]),
            ],
            data,
            ..Draft::default()
        });
    }
    for globs in undecided {
        let tasks: Vec<TaskId> = globs.iter().map(|(task, _)| *task).collect();
        let glob_label =
            |&(task, glob): &(TaskId, GlobId)| label(facts.plan.globs(task)[glob].span, "");
        let labels = globs.iter().map(glob_label).collect();
        reporter.undecided(UndecidedDraft::lanes(facts.plan, &tasks, labels));
    }
}

fn in_work(facts: &GateFacts<'_>, reporter: &mut Reporter<'_>) {
    if facts.clashes().gave_up {
        reporter.undecided(UndecidedDraft::work(facts.plan));
    }
    for PathClash { kind, input, path, other_input, other } in &facts.clashes().found {
        let diff = &facts.input.diffs[*input];
        let other_diff = other_input.map(|input| &facts.input.diffs[input]);
        // `out-of-lane` already reports other spellings of protected paths.
        if other_diff.is_none() && facts.protection().contains(path) == Ok(true) {
            continue;
        }
        let one = who(facts, diff);
        let help = match other_diff {
            Some(_) => help(*kind),
            None => "use the existing spelling, or delete the existing path",
        };
        let message = match (kind, other_diff.map(|other| who(facts, other))) {
            (ClashKind::Form, None) => {
                message![
                    one,
                    " adds ",
                    code(path),
                    " next to the existing ",
                    code(other),
                    ": ",
                    ONE_FILE
                ]
            }
            (ClashKind::Form, Some(also)) => {
                message![
                    one,
                    " writes ",
                    code(path),
                    " and ",
                    also,
                    " writes ",
                    code(other),
                    ": ",
                    ONE_FILE
                ]
            }
            (ClashKind::Folder, also) => message![
                one,
                " writes the file ",
                code(path),
                ", but ",
                also.unwrap_or("the repository".into()),
                " needs a folder there for ",
                code(other)
            ],
        };
        let tasks = [diff.task, other_diff.and_then(|other| other.task)];
        let mut labels = change_labels(facts, diff, path, "");
        labels.push(Label {
            location: Location::File((*other).clone()),
            text: "clashes with this".into(),
        });
        reporter.report(Draft {
            message,
            help: Some(help.into()),
            tasks: facts.plan.ids(tasks.into_iter().flatten()),
            path: Some((*path).clone()),
            about: About::Path,
            labels,
            data: common_data(*kind, path, other),
            inputs: std::iter::once(*input).chain(*other_input).collect(),
            ..Draft::default()
        });
    }
}

const ONE_FILE: &str = "the same file on systems that ignore case or Unicode normalization";

fn help(kind: ClashKind) -> &'static str {
    match kind {
        ClashKind::Form => {
            "spell the name the same way in both, or make one task depend on the other (`needs`)"
        }
        ClashKind::Folder => {
            "append `/**` if you meant the folder, or rename the file or the folder"
        }
    }
}

fn common_data(kind: ClashKind, one: &RepoPath, other: &RepoPath) -> Vec<(&'static str, Datum)> {
    let kind = match kind {
        ClashKind::Form => "form",
        ClashKind::Folder => "folder",
    };
    vec![("discord", text(kind)), ("paths", texts([one, other].map(ToString::to_string)))]
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::gate::GateInput;
    use crate::index::nth;
    use crate::rules::tests::{
        additions, assert_found_in_plans, assert_sound_plans, both, diff, gated_all, messages, work,
    };

    #[test]
    fn found_in_plans() {
        assert_found_in_plans(
            RULE.name,
            &[(
                "tasks:\n  a: {write: Docs/**}\n  b: {write: [docs/**, src/x]}\n  c: {write: src/x/y}\n",
                vec![
                    "`a` may write `Docs/0` and `b` may write `docs/0`: the same file on systems that ignore case or Unicode normalization",
                    "`b` may write the file `src/x`, but `c` needs a folder there for `src/x/y`",
                ],
            )],
        );
    }

    #[test]
    fn sound_plans() {
        assert_sound_plans(&[
            "tasks:\n  a: {write: '**/*.md'}\n  b: {write: [src/X.rs, a/b]}\n",
            "tasks:\n  a: {write: Docs/**}\n  b: {write: docs/**, needs: a}\n",
            "tasks:\n  a: {write: [A, log]}\n  b: {write: [b, LOG]}\nprotect: Log\n",
        ]);
    }

    #[test]
    fn changed_and_existing_paths() {
        let tasks = "tasks:\n  a: {write: '**'}\n  b: {write: '**'}\n  c: {write: [], needs: a}\n";
        let one_file = "the same file on systems that ignore case or Unicode normalization";
        let form = format!("`a` writes `Doc/x` and `b` writes `doc/X`: {one_file}");
        let folder = "`b` writes the file `x`, but `a` needs a folder there for `x/y`".to_owned();
        for (one, other, expected) in [
            (additions(&["Doc/x"]), additions(&["doc/X"]), vec![form]),
            (additions(&["x/y", "x/z"]), additions(&["x"]), vec![folder]),
            (additions(&["Doc/x"]), additions(&["Doc/x", "doc/y"]), vec![]),
            (additions(&["x"]), additions(&["x.y", "xy/z"]), vec![]),
            (additions(&["Doc/x", "doc/X"]), String::new(), vec![]),
        ] {
            assert_eq!(messages(&both(tasks, &one, &other), "clashing-paths"), expected);
        }
        let beside = |patch: &str, existing: &[&str]| {
            let existing = existing.iter().map(|path| path.parse().unwrap()).collect();
            let diff = vec![diff(Some(nth(0)), work(patch))];
            let input = GateInput { diffs: diff.into(), existing, ..GateInput::default() };
            messages(&gated_all(tasks, input), "clashing-paths")
        };
        let message = format!("`a` adds `readme` next to the existing `README`: {one_file}");
        assert_eq!(beside(&additions(&["readme"]), &["README", "readme"]), [message]);
        let renamed = "diff --git a/README b/readme\nsimilarity index 100%\nrename from README\n\
                   rename to readme\n";
        assert_eq!(beside(renamed, &["README"]), [""; 0]);
        let modified = "diff --git a/readme b/readme\nold mode 100644\nnew mode 100755\n";
        assert_eq!(beside(modified, &["README", "readme"]), [""; 0]);
    }
}
