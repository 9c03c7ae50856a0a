//! `moved-folder`: a task renames a folder in which a concurrent one adds files.

use super::common::labels::{text, texts, write_label};
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope, UndecidedDraft};
use crate::analysis::GateFacts;
use crate::finding::{About, Draft, Label, Level, Location, Message};
use crate::gate::MovedFolder;
use crate::message;
use crate::message::code;

pub(super) static RULE: Rule = Rule {
    name: "moved-folder",
    summary: "a task renames a folder in which a concurrent task adds files",
    level: Level::Warning,
    fixed: false,
    unverified: false,
    scope: Scope::Merge,
    explanation: "When it merges the two, git assumes that the new files belong in the renamed \
        folder. It moves them, often out of the lane they were written in, or stops with a \
        conflict. If the new files are all in new subfolders, it leaves them behind in the old \
        folder.",
    remedy: "rename the folder before the tasks start or after they are merged, or make one task \
             depend on the other (`needs`)",
    example: Example {
        plan: "tasks:\n  move:\n    write: [old/**, new/**]\n  add:\n    write: old/added/**\n",
        files: &[],
        scenario: Scenario::Rename {
            from: "old",
            to: "new",
            patch: "diff --git a/old/added/x b/old/added/x\nnew file mode 100644\nindex \
             0000000..e69de29\n",
        },
    },
    grouping: Grouping::Alone,
};

pub(super) const FIND: Find = Find::Gate(find);

fn find(facts: &GateFacts<'_>, reporter: &mut Reporter<'_>) {
    const SAMPLE: usize = 10;
    if facts.moved().gave_up {
        reporter.undecided(UndecidedDraft::work(facts.plan));
    }
    for MovedFolder { mover, adder, rename, files, moves } in &facts.moved().found {
        let (mover, adder) = (*mover, *adder);
        let Some((first, destination)) = files.first() else { continue };
        let [one, other] = [facts.plan.id(mover), facts.plan.id(adder)];
        let from = &rename.from;
        let to = rename.to.as_ref().map_or("the root".into(), |to| message![code(to)]);
        let more = match files.len() {
            1 => Message::default(),
            many => message![" and ", many - 1, " more"],
        };
        let inside = destination.as_ref().is_some_and(|path| {
            facts.lanes.of(adder).matched_by(path).is_ok_and(|held| held.is_some())
        });
        let them = if files.len() == 1 { "it" } else { "them" };
        let then = match (moves, inside) {
            (true, _) if rename.is_split => {
                "stop with a conflict, because the folder was split evenly".into()
            }
            (true, true) => message!["move ", them, " too, or stop with a conflict"],
            (true, false) => message!["move ", them, " out of the lane, or stop with a conflict"],
            (false, _) => message!["leave ", them, " in the old folder"],
        };
        let sample = files.iter().take(SAMPLE).map(|(path, _)| path.to_string());
        reporter.report(Draft {
            message: message![
                code(one),
                " renames folder ",
                code(from),
                " to ",
                to,
                ", but ",
                code(other),
                " adds ",
                code(first),
                more,
                ": git would ",
                then
            ],
            help: Some(message![
                "rename the folder after ",
                code(other),
                " is merged, or make one task depend on the other (`needs`)"
            ]),
            tasks: facts.plan.ids([mover, adder]),
            path: Some((*first).clone()),
            about: About::Path,
            labels: vec![
                Label {
                    location: Location::File((*first).clone()),
                    text: message!["added by ", code(other)],
                },
                write_label(facts.plan, adder, message!["what ", code(other), " may write"]),
                write_label(facts.plan, mover, message!["what ", code(one), " may write"]),
            ],
            data: vec![
                ("from", text(from.to_string())),
                ("to", text(rename.to.as_ref().map_or(String::new(), ToString::to_string))),
                ("files", texts(sample)),
                ("git", text(if *moves { "moves" } else { "leaves" })),
            ],
            ..Draft::default()
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::change::FolderRename;
    use crate::finding::Report;
    use crate::gate::GateInput;
    use crate::index::{InputId, nth};
    use crate::rules::tests::{additions, diff, gated_all, messages, work};
    use std::collections::BTreeMap;

    /// The report if the first task renames a folder and the second one makes a patch.
    fn moved(text: &str, patch: &str, from: &str, to: Option<&str>) -> Report {
        let rename = FolderRename {
            from: from.parse().unwrap(),
            to: to.map(|to| to.parse().unwrap()),
            is_split: false,
        };
        let diff = vec![diff(Some(nth(0)), work("")), diff(Some(nth(1)), work(patch))];
        let folder_renames = BTreeMap::from([(InputId::from(0), vec![rename])]);
        gated_all(text, GateInput { diffs: diff.into(), folder_renames, ..GateInput::default() })
    }

    #[test]
    fn files_added_to_renamed_folder() {
        let text = "tasks:\n  a: {write: '{old,new}/**'}\n  b: {write: [old/**, new/x]}\n";
        for (files, from, to, expected) in [
            (
                &["old/x", "old/y"][..],
                "old",
                Some("new"),
                "`a` renames folder `old` to `new`, but `b` adds `old/x` and 1 more: git would move them too, or stop with a conflict",
            ),
            (
                &["old/q/y", "old/z"],
                "old",
                None,
                "`a` renames folder `old` to the root, but `b` adds `old/q/y` and 1 more: git would move them out of the lane, or stop with a conflict",
            ),
            (&["older/x", "new/x"], "old", Some("new"), ""),
        ] {
            let expected: Vec<&str> =
                std::iter::once(expected).filter(|one| !one.is_empty()).collect();
            let report = moved(text, &additions(files), from, to);
            assert_eq!(messages(&report, "moved-folder"), expected);
            let ordered = text.replace("b: {", "b: {needs: a, ");
            assert_eq!(
                messages(&moved(&ordered, &additions(files), from, to), "moved-folder"),
                [""; 0]
            );
        }
    }
}
