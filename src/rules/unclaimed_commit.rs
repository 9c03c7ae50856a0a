//! `unclaimed-commit`: a commit that names no task, where commits have to.

use super::common::english::and;
use super::common::labels::{file_label, text};
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope};
use crate::analysis::GateFacts;
use crate::finding::{About, Draft, Label, Level, Location, Message};
use crate::gate::{NamedBy, Naming, UnclaimedCommit};
use crate::message;
use crate::message::{bare, code};
use crate::source::excerpt;

pub(super) static RULE: Rule = Rule {
    name: "unclaimed-commit",
    summary: "with `--by-trailer` or `--by-subject`, a commit that names no task",
    level: Level::Error,
    fixed: false,
    unverified: false,
    scope: Scope::Work,
    explanation: "On a branch with the work of several tasks, each commit is judged by the lane of \
        the task that its message names. Nothing says what a commit without a name may write. It \
        is reported even if a later commit reverts it: what was once committed may have been \
        copied from there. A merge needs a name only if it changes something that git's own merge \
        would not.",
    remedy: "name the task in the commit's message, and nothing else",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: src/lessons/**\n",
        files: &[],
        scenario: Scenario::UnnamedCommit(
            "diff --git a/src/lessons/a.json b/src/lessons/a.json\nindex 1111111..2222222 100644\n--- \
             a/src/lessons/a.json\n+++ b/src/lessons/a.json\n@@ -1 +1 @@\n-[]\n+[1]\n",
        ),
    },
    grouping: Grouping::Alone,
};

pub(super) const FIND: Find = Find::Gate(find);

fn find(facts: &GateFacts<'_>, reporter: &mut Reporter<'_>) {
    let Some(apart) = &facts.input.apart else { return };
    for commit in &apart.unclaimed {
        reporter.report(draft(facts, commit, &apart.named_by));
    }
    for path in &apart.unaccounted {
        reporter.report(Draft {
            message: message![
                "no commit of the range changes ",
                code(path),
                ", but the range does"
            ],
            help: Some("check the range: its start may be missing commits that its end has".into()),
            path: Some(path.clone()),
            about: About::Path,
            labels: vec![file_label(path, "changed by the range")],
            ..Draft::default()
        });
    }
}

fn draft(facts: &GateFacts<'_>, commit: &UnclaimedCommit, by: &NamedBy) -> Draft {
    let UnclaimedCommit { input, commit, subject, names } = commit;
    let short = commit.short();
    let who = message!["commit ", bare(short), " (", code(excerpt(subject)), ")"];
    let message = match names {
        Naming::Nothing => message![who, " names no task"],
        Naming::Unknown(name) => {
            message![who, " names ", code(excerpt(name)), ", which is not a task of the plan"]
        }
        Naming::NotGiven(name) => {
            message![who, " names ", code(excerpt(name)), ", which --task does not allow"]
        }
        Naming::Several(several) => {
            let several: Vec<_> = several.iter().map(|name| excerpt(name)).collect();
            message![who, " names several tasks: ", and(&several)]
        }
    };
    let near = match names {
        Naming::Unknown(name) => facts.plan.nearest_id(name),
        _ => None,
    };
    let how = match by {
        NamedBy::Trailer(key) => {
            message!["give its message one trailer ", code(format!("{key}: ID"))]
        }
        NamedBy::Subject(pattern) => {
            message!["write its subject so that ", code(excerpt(pattern)), " matches the task's id"]
        }
    };
    let help = match near {
        Some(near) => message!["did you mean ", code(near), "? If not, ", how],
        None => how,
    };
    Draft {
        message,
        help: Some(help),
        labels: vec![Label {
            location: Location::Input(format!("commit {short}")),
            text: Message::default(),
        }],
        data: vec![("commit", text(commit.as_str())), ("subject", text(subject.as_str()))],
        about: About::Data("commit"),
        inputs: vec![*input],
        ..Draft::default()
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::gate::{CommitsApart, GateInput, NamedBy, Naming, UnclaimedCommit};
    use crate::rules::tests::{additions, diff, gated_all, of_rule, work};

    #[test]
    fn what_the_message_says() {
        let plan = "tasks:\n  lessons: {write: x}\n";
        let said = |names: Naming| {
            let apart = CommitsApart {
                named_by: NamedBy::Trailer("Task".to_owned()),
                unclaimed: vec![UnclaimedCommit {
                    input: 0.into(),
                    commit: crate::rules::tests::commit(),
                    subject: "Add".to_owned(),
                    names,
                }],
                unaccounted: ["y".parse().unwrap()].into(),
            };
            let diffs = vec![diff(None, work(&additions(&["x"])))].into();
            let report =
                gated_all(plan, GateInput { diffs, apart: Some(apart), ..GateInput::default() });
            let found = of_rule(&report, RULE.name);
            assert_eq!(found.len(), 2);
            assert!(found[1].draft.message.as_str().contains("`y`"));
            let draft = &found[0].draft;
            (draft.message.to_string(), draft.help.clone().unwrap().to_string())
        };
        let how = "give its message one trailer `Task: ID`";
        let (message, help) = said(Naming::Nothing);
        assert!(message.ends_with(" (`Add`) names no task"), "{message}");
        assert_eq!(help, how);
        let (message, help) = said(Naming::Unknown("lesson".to_owned()));
        assert!(message.ends_with("names `lesson`, which is not a task of the plan"), "{message}");
        assert_eq!(help, format!("did you mean `lessons`? If not, {how}"));
        let (message, _) = said(Naming::Several(vec!["a".to_owned(), "b".to_owned()]));
        assert!(message.ends_with("names several tasks: `a` and `b`"), "{message}");
        let (message, _) = said(Naming::NotGiven("lessons".to_owned()));
        assert!(message.ends_with("names `lessons`, which --task does not allow"), "{message}");
    }
}
