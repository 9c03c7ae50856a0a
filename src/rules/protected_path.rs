//! `protected-path`: a glob that names only what nobody may write.

use super::{Done, Example, Facts, Grouping, Rule, Subject, label, text};
use std::sync::Arc;

use crate::finding::{Applicability, Draft, Fix, Level};
use crate::plan::{GlobEntry, fix};
use crate::source::excerpt;

pub(super) const RULE: Rule = Rule {
    name: "protected-path",
    summary: "a glob that names only protected paths, or one in both `share` and `protect`",
    level: Level::Error,
    fixed: false,
    subject: Subject::Plan,
    explanation: "What the plan protects is taken out of every lane, and so are the plan's own \
        files. A wide glob merely loses those paths; a glob that names nothing else was written by \
        someone who expects to write them.",
    remedy: "remove the glob, or narrow `protect`",
    example: Example {
        plan: "tasks:\n  release:\n    write: [src/version.rs, .github/workflows/release.yml]\n\
               protect: .github/**\n",
        files: &[],
        done: Done::Nothing,
    },
    grouping: Grouping::Alone,
    find,
};

fn find(facts: &Facts<'_>, report: &mut dyn FnMut(Draft)) {
    let Some(known) = facts.check() else { return };
    for (task, globs) in known.alone.protected.iter().enumerate() {
        if !globs.contains(&Some(true)) {
            continue;
        }
        let id = facts.id(task);
        let given = facts.plan.tasks[task].write.as_ref().map_or(0, |write| write.entries.len());
        // Without its last glob, a lane of exclusions would be empty and not say so.
        let removable = globs.len() > 1 || given == 1;
        let cut =
            |entry: &GlobEntry| entry.glob.as_ref().is_ok_and(|glob| facts.is_cut(task, glob));
        let protected = facts.entries(task).zip(globs).filter(|(_, is)| **is == Some(true));
        for ((place, entry), _) in protected {
            report(Draft {
                message: format!(
                    "`{id}` may not write `{}`: it is protected",
                    excerpt(&entry.text)
                ),
                help: Some(
                    "remove the glob, or narrow `protect`; the plan's own files are always \
                     protected"
                        .into(),
                ),
                tasks: facts.ids([task]),
                labels: vec![label(entry.span, "only protected paths")],
                data: vec![("glob", text(Arc::clone(&entry.text)))],
                fixes: (removable && !cut(entry))
                    .then(|| removal(task, place))
                    .into_iter()
                    .collect(),
                ..Draft::default()
            });
        }
    }
    let shares = facts.plan.share.iter().enumerate().filter(|(_, shared)| shared.glob.is_ok());
    for ((place, shared), protected) in shares.zip(&known.alone.protected_shares) {
        if *protected != Some(true) {
            continue;
        }
        let twin = facts.plan.protect.iter().find(|entry| entry.text == shared.text);
        let twin = twin.map(|twin| label(twin.span, "no task may write it"));
        report(Draft {
            message: format!("`{}` is both shared and protected", excerpt(&shared.text)),
            help: Some("remove it from one of the two; until then it is protected".into()),
            labels: std::iter::once(label(shared.span, "every task may write it"))
                .chain(twin)
                .collect(),
            data: vec![("glob", text(Arc::clone(&shared.text)))],
            fixes: vec![Fix::RemoveShared { entry: fix::place(place) }],
            ..Draft::default()
        });
    }
}

/// To remove the glob is one way, and to narrow `protect` the other.
fn removal(task: usize, entry: usize) -> Fix {
    let (task, entry) = (fix::place(task), fix::place(entry));
    Fix::RemoveGlob { task, entry, applicability: Applicability::DisplayOnly }
}
