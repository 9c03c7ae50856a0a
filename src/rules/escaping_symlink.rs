//! `escaping-symlink`: a symbolic link that leads out of the lane.

use std::sync::Arc;

use super::common::english::{and, who};
use super::common::labels::{change_labels, text, texts};
use super::{Done, Example, Find, Found, GaveUp, Grouping, Rule, Subject};
use crate::analysis::GateFacts;
use crate::finding::{About, Draft, Level, Message};
use crate::gate::{ChangedLink, Escape, Judged, NoEscape};
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
    subject: Subject::Work,
    explanation: "Whoever writes through a link writes where it leads, and the path that was \
        allowed says nothing of that. A link is followed in the tree that is judged, through other \
        links and through `..`; a link to a folder counts by the files below it. Only links that \
        the task added or changed are looked at.",
    remedy: "remove the link, or let it lead to a path of the task's own lane",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: src/lessons/**\n",
        files: &[],
        done: Done::Patch(
            "diff --git a/src/lessons/a b/src/lessons/a\nnew file mode 120000\nindex \
             0000000..1111111\n--- /dev/null\n+++ b/src/lessons/a\n@@ -0,0 +1 @@\n+/etc/passwd\n\\ No \
             newline at end of file\n",
        ),
    },
    grouping: Grouping::Alone,
};

pub(super) const FIND: Find = Find::Gate(find);

fn find(facts: &GateFacts<'_>, found: &mut Found<'_>) {
    for (link, escape) in facts.input.links.iter().zip(facts.escapes()) {
        let Some(judged) = facts.input.judged.get(link.judged) else { continue };
        let escape = match escape {
            Ok(Some(escape)) => escape,
            Ok(None) => continue,
            Err(why) => {
                found.gave_up(gave_up(facts, judged, link, *why));
                continue;
            }
        };
        let who = who(facts, judged);
        let target = shown(link.target.as_deref().unwrap_or_default());
        let Words { whereto, word, path, owners } = words(facts, escape);
        let mut data = vec![("target", text(target.as_str())), ("leads", text(word))];
        data.extend(path.map(|path| ("to", text(path.to_string()))));
        data.push(("owners", texts(owners)));
        found.report(Draft {
            message: message![
                who,
                " made ",
                code(&link.path),
                " a link to ",
                code(&target),
                ", which ",
                whereto
            ],
            help: Some("remove the link, or let it lead to a path of the task's own lane".into()),
            tasks: facts.plan.ids(judged.task),
            path: Some(link.path.clone()),
            about: About::Path,
            labels: change_labels(facts, judged, &link.path, "a symbolic link"),
            data,
            ..Draft::default()
        });
    }
}

fn gave_up(facts: &GateFacts<'_>, judged: &Judged, link: &ChangedLink, why: NoEscape) -> GaveUp {
    GaveUp {
        on: message!["the link ", code(&link.path)],
        why: match why {
            NoEscape::Endless => "it leads through more than 40 links, or in a circle",
            NoEscape::TooLong => "its target is longer than any system takes",
            NoEscape::GaveUp => GaveUp::BOUND,
        },
        help: "remove the link, or let it lead straight to its target",
        tasks: facts.plan.ids(judged.task),
        path: Some(link.path.clone()),
        labels: change_labels(facts, judged, &link.path, "a symbolic link"),
        globs: None,
    }
}

/// What is said of an escape.
struct Words<'a> {
    whereto: Message,
    word: &'static str,
    path: Option<&'a RepoPath>,
    owners: Vec<Arc<str>>,
}

fn words<'a>(facts: &GateFacts<'_>, escape: &'a Escape) -> Words<'a> {
    let folder = |folder: &Option<RepoPath>| match folder {
        Some(folder) => message![code(folder)],
        None => "the root".into(),
    };
    let (whereto, word, path, owners) = match escape {
        Escape::Outside => ("leads outside the repository".into(), "outside", None, vec![]),
        Escape::GitFolder => ("leads into `.git`".into(), "git", None, vec![]),
        Escape::Protected(path) => (
            message!["leads to ", code(path), ", which is protected"],
            "protected",
            Some(path),
            vec![],
        ),
        Escape::ProtectedBelow(to, path) => {
            let whereto =
                message!["leads to ", folder(to), ", where ", code(path), " is protected"];
            (whereto, "protected", Some(path), vec![])
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
            let whereto =
                message!["leads to ", to, ", where ", code(path), " is in the lane of ", whose];
            (whereto, "lane", Some(path), owners)
        }
        Escape::Displaced(path, to) => {
            let whereto = message![
                "takes the place of ",
                code(path),
                ", outside of its lane: what is written there would land in ",
                code(to)
            ];
            (whereto, "place", Some(path), vec![])
        }
    };
    Words { whereto, word, path, owners }
}

/// A link's target as people read it, or as git quotes it.
fn shown(target: &[u8]) -> String {
    match std::str::from_utf8(target) {
        Ok(text) if !text.starts_with('"') => text.to_owned(),
        _ => quote(target),
    }
}
