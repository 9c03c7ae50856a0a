//! `escaping-symlink`: a symbolic link that leads out of the lane.

use super::{Done, Example, Facts, Grouping, Rule, Subject, text, texts};
use crate::finding::{Draft, Level};
use crate::gate::{ChangedLink, Destination};
use crate::path::{RepoPath, quote};

pub(super) const RULE: Rule = Rule {
    name: "escaping-symlink",
    summary: "a symbolic link that leads outside the repository, into `.git`, into another task's \
              lane or to a protected path",
    level: Level::Error,
    fixed: false,
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
    find,
};

/// Why a link must not be.
enum Escape {
    Outside,
    GitFolder,
    /// To a protected path.
    Protected(RepoPath),
    /// To a path that these other tasks may write.
    Lane(RepoPath, Vec<usize>),
}

fn find(facts: &Facts<'_>, report: &mut dyn FnMut(Draft)) {
    let Some(gate) = facts.gate() else { return };
    for link in &gate.input.links {
        let Some(judged) = gate.input.judged.get(link.judged) else { continue };
        let Some(escape) = escape(facts, link, judged.task) else { continue };
        let who = facts.who(judged);
        let target = shown(link.target.as_deref().unwrap_or_default());
        let (whereto, word, path, owners) = match escape {
            Escape::Outside => ("leads outside the repository".to_owned(), "outside", None, vec![]),
            Escape::GitFolder => ("leads into `.git`".to_owned(), "git", None, vec![]),
            Escape::Protected(path) => {
                (format!("leads to `{path}`, which is protected"), "protected", Some(path), vec![])
            }
            Escape::Lane(path, owners) => {
                let ids = facts.ids(owners);
                let whose = super::and(&ids);
                let whereto = format!("leads to `{path}`, in the lane of {whose}");
                (whereto, "lane", Some(path), ids)
            }
        };
        let mut data = vec![("target", text(target.as_str())), ("leads", text(word))];
        data.extend(path.map(|path| ("to", text(path.to_string()))));
        data.push(("owners", texts(owners)));
        report(Draft {
            message: format!("{who} made `{}` a link to `{target}`, which {whereto}", link.path),
            help: Some("remove the link, or let it lead to a path of the task's own lane".into()),
            tasks: facts.ids(judged.task),
            path: Some(link.path.clone()),
            labels: facts.changed(judged, &link.path, "a symbolic link"),
            data,
            ..Draft::default()
        });
    }
}

fn escape(facts: &Facts<'_>, link: &ChangedLink, task: Option<usize>) -> Option<Escape> {
    match link.leads.as_ref().ok()? {
        Destination::Outside => Some(Escape::Outside),
        Destination::GitFolder => Some(Escape::GitFolder),
        // That is for `undecided` to tell.
        Destination::Endless => None,
        Destination::File(path) => escape_to(facts, path, task),
        Destination::Folder(_, files) => files.iter().find_map(|file| escape_to(facts, file, task)),
        Destination::Nothing(path) => escape_to(facts, path, task).or_else(|| {
            task?;
            let owners = facts.lanes.reaching_below(path, task)?;
            (!owners.is_empty()).then(|| Escape::Lane(path.clone(), owners))
        }),
    }
}

fn escape_to(facts: &Facts<'_>, path: &RepoPath, task: Option<usize>) -> Option<Escape> {
    if facts.gate().is_some_and(|gate| gate.protection.holds(path) == Ok(true)) {
        return Some(Escape::Protected(path.clone()));
    }
    // A branch that is no task's has no lane to lead out of.
    let own = facts.lanes.of(task?).holder(path);
    if own.is_ok_and(|holder| holder.is_some()) {
        return None;
    }
    let owners = facts.lanes.owners(path).ok()?;
    (!owners.is_empty()).then(|| Escape::Lane(path.clone(), owners))
}

/// A link's target as people read it, or as git quotes it.
fn shown(target: &[u8]) -> String {
    match std::str::from_utf8(target) {
        Ok(text) if !text.starts_with('"') => text.to_owned(),
        _ => quote(target),
    }
}
