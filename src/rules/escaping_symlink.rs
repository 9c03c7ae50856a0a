//! `escaping-symlink`: a symbolic link that leads out of the lane.

use std::sync::Arc;

use super::common::english::{and, who};
use super::common::labels::{change_labels, text, texts};
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope, UndecidedDraft};
use crate::analysis::GateFacts;
use crate::finding::{About, Draft, Level, Message};
use crate::gate::{ChangedLink, Escape, EscapeUnknown, TaskDiff};
use crate::message;
use crate::message::code;
use crate::path::{RepoPath, quote};

pub(super) static RULE: Rule = Rule {
    name: "escaping-symlink",
    summary: "a symbolic link that leads outside the repository, into `.git`, into another task's \
              lane or to a protected path",
    level: Level::Error,
    fixed: false,
    unverified: false,
    scope: Scope::Work,
    explanation: "Writing through a link writes to its target, even if only the link's own path \
        was allowed. Links are followed in the tree being checked, through other links and through \
        `..`; a link to a folder exposes every file below it. Only links that the task added or \
        changed are checked.",
    remedy: "remove the link, or point it at a path in the task's own lane",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: src/lessons/**\n",
        files: &[],
        scenario: Scenario::Patch(
            "diff --git a/src/lessons/a b/src/lessons/a\nnew file mode 120000\nindex \
             0000000..1111111\n--- /dev/null\n+++ b/src/lessons/a\n@@ -0,0 +1 @@\n+/etc/passwd\n\\ No \
             newline at end of file\n",
        ),
    },
    grouping: Grouping::Alone,
};

pub(super) const FIND: Find = Find::Gate(find);

fn find(facts: &GateFacts<'_>, reporter: &mut Reporter<'_>) {
    for (link, escape) in facts.input.links.iter().zip(facts.escapes()) {
        let Some(diff) = facts.input.diffs.find(link.input) else { continue };
        let escape = match escape {
            Ok(Some(escape)) => escape,
            Ok(None) => continue,
            Err(why) => {
                reporter.undecided(gave_up(facts, diff, link, *why));
                continue;
            }
        };
        let who = who(facts, diff);
        let target = shown(link.target.as_deref().unwrap_or_default());
        let Description { clause, kind, path, owners } = describe(facts, escape);
        let mut data = vec![("target", text(target.as_str())), ("leads", text(kind))];
        data.extend(path.map(|path| ("to", text(path.to_string()))));
        data.push(("owners", texts(owners)));
        reporter.report(Draft {
            message: message![
                who,
                " made ",
                code(&link.path),
                " a link to ",
                code(&target),
                ", which ",
                clause
            ],
            help: Some("remove the link, or point it at a path in the task's own lane".into()),
            tasks: facts.plan.ids(diff.task),
            path: Some(link.path.clone()),
            about: About::Path,
            labels: change_labels(facts, diff, &link.path, "a symbolic link"),
            data,
            inputs: vec![link.input],
            ..Draft::default()
        });
    }
}

fn gave_up(
    facts: &GateFacts<'_>,
    diff: &TaskDiff,
    link: &ChangedLink,
    why: EscapeUnknown,
) -> UndecidedDraft {
    UndecidedDraft {
        subject: message!["the link ", code(&link.path)],
        why: match why {
            EscapeUnknown::Endless => "it leads through more than 40 links, or in a loop",
            EscapeUnknown::TooLong => "its target is longer than any system allows",
            EscapeUnknown::GaveUp => UndecidedDraft::WORK_LIMIT,
        },
        help: "remove the link, or point it straight at its target",
        tasks: facts.plan.ids(diff.task),
        path: Some(link.path.clone()),
        labels: change_labels(facts, diff, &link.path, "a symbolic link"),
        globs: None,
    }
}

/// How an escape is described.
struct Description<'a> {
    clause: Message,
    kind: &'static str,
    path: Option<&'a RepoPath>,
    owners: Vec<Arc<str>>,
}

fn describe<'a>(facts: &GateFacts<'_>, escape: &'a Escape) -> Description<'a> {
    let folder = |folder: &Option<RepoPath>| match folder {
        Some(folder) => message![code(folder)],
        None => "the root".into(),
    };
    let (clause, kind, path, owners) = match escape {
        Escape::Outside => ("leads outside the repository".into(), "outside", None, vec![]),
        Escape::GitFolder => ("leads into `.git`".into(), "git", None, vec![]),
        Escape::Protected(path) => (
            message!["leads to ", code(path), ", which is protected"],
            "protected",
            Some(path),
            vec![],
        ),
        Escape::ProtectedBelow(to, path) => {
            let clause = message!["leads to ", folder(to), ", where ", code(path), " is protected"];
            (clause, "protected", Some(path), vec![])
        }
        Escape::Lane(path, owners) => {
            let owners = facts.plan.ids(owners.iter().copied());
            let whose = and(&owners);
            (
                message!["leads to ", code(path), ", in the lane of ", whose],
                "lane",
                Some(path),
                owners,
            )
        }
        Escape::LaneBelow(to, path, owners) => {
            let owners = facts.plan.ids(owners.iter().copied());
            let (to, whose) = (folder(to), and(&owners));
            let clause =
                message!["leads to ", to, ", where ", code(path), " is in the lane of ", whose];
            (clause, "lane", Some(path), owners)
        }
        Escape::Displaced(path, to) => {
            let clause = message![
                "replaces ",
                code(path),
                " outside its lane: writes there would land in ",
                code(to)
            ];
            (clause, "place", Some(path), vec![])
        }
    };
    Description { clause, kind, path, owners }
}

/// A link's target, quoted as by git if it is not plain text.
fn shown(target: &[u8]) -> String {
    match std::str::from_utf8(target) {
        Ok(text) if !text.starts_with('"') => text.to_owned(),
        _ => quote(target),
    }
}

#[cfg(test)]
mod tests {
    use crate::finding::Report;
    use crate::gate::ChangedLink;
    use crate::gate::Destination;
    use crate::gate::GateInput;
    use crate::gate::Work;
    use crate::index::{InputId, nth};
    use crate::path::RepoPath;
    use crate::rules::tests::{diff, gated_all, messages, of_rule, work};

    /// The report on a patch whose paths are links that lead to `leads`.
    fn linked(text: &str, patch: &str, leads: &Destination) -> Report {
        let Work::Changes(set) = work(patch) else { panic!("{patch}") };
        let link = |(path, change): (&RepoPath, &crate::change::Change)| ChangedLink {
            input: InputId::from(0),
            path: path.clone(),
            target: change.shown.as_ref().and_then(|shown| shown.links.first().cloned()),
            leads: Ok(leads.clone()),
        };
        let links = set.changes.iter().map(link).collect();
        let diff = vec![diff(Some(nth(0)), work(patch))];
        gated_all(text, GateInput { diffs: diff.into(), links, ..GateInput::default() })
    }

    #[test]
    fn every_destination() {
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
            // A folder created there would contain another task's files.
            (Destination::Nothing(path("b")), "leads to `b`, where `b/0` is in the lane of `b`"),
            (
                Destination::Nothing(path("c/y")),
                "leads to `c/y`, where `c/y/x` is in the lane of `c`",
            ),
            (Destination::Nothing(path("c/y/z")), ""),
            (Destination::Nothing(path("a/new")), ""),
            (Destination::Nothing(path("d")), ""),
            (folder("", &["a/x", "b/y", "ci/x"]), "leads to `b/y`, in the lane of `b`"),
            (folder("", &["a/x", "ci/x"]), "leads to `ci/x`, which is protected"),
            // Files that could be created in a folder count like existing ones.
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
                .filter(|clause| !clause.is_empty())
                .map(|clause| format!("`a` made `a/l` a link to `x`, which {clause}"))
                .collect();
            assert_eq!(messages(&report, "escaping-symlink"), expected, "{leads:?}");
            assert!(report.verified());
        }
        for unknown in [Destination::Endless, Destination::TooLong] {
            assert_eq!(of_rule(&linked(text, patch, &unknown), "undecided").len(), 1);
        }
    }
}
