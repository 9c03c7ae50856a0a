//! `unmatched-glob`: a glob that matches no file, apparently by mistake.

use std::collections::BTreeSet;

use bstr::BStr;

use super::common::edits::replace_glob;
use super::common::labels::{label, text};
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope, UndecidedDraft};
use crate::analysis::PlanFacts;
use crate::finding::{Draft, Level};
use crate::message;
use crate::message::code;
use crate::plan::GlobEntry;
use crate::plan_vs_files::typos::{Typo, TypoKind};
use crate::source::excerpt;

pub(super) static RULE: Rule = Rule {
    name: "unmatched-glob",
    summary: "a glob that matches no file because of a likely typo, a missing `/**` or a missing \
              `**/`",
    level: Level::Warning,
    fixed: false,
    unverified: false,
    scope: Scope::Plan,
    explanation: "A glob that matches no file is not wrong in itself: the task may be about to \
        create one. Three cases are likely mistakes. A folder at the beginning of the glob does \
        not exist, but one with almost the same name does: a single letter is added, missing, \
        replaced or swapped with the next one (two in names of nine letters or more; a different \
        digit is never taken for a typo, since `v1` and `v2` are different names). Or the glob \
        names an existing folder without `/**`, but globs match only files. Or it has no `/`, so \
        it matches only in the root, but with `**/` in front it would match files in deeper \
        folders. Exclusions are checked too, because a misspelled exclusion removes nothing. If \
        the files could not all be listed, nothing is reported.",
    remedy: "correct the spelling, or add the missing `/**` or `**/`",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: src/contnet/lessons/**\n",
        files: &["src/content/lessons/git.md", "src/pages/index.md"],
        scenario: Scenario::PlanOnly,
    },
    grouping: Grouping::Alone,
};

pub(super) const FIND: Find = Find::Plan(find);

fn find(facts: &PlanFacts<'_>, reporter: &mut Reporter<'_>) {
    // Once the work limit is reached, every further glob fails too: report one per task.
    let mut undecided = BTreeSet::new();
    for (task, entry) in facts.plan.glob_entries() {
        let (Ok(glob), None) = (&entry.glob, &entry.leftover) else { continue };
        match facts.typos().of(glob) {
            Ok(None) => {}
            Ok(Some(typo)) => {
                let mut draft = draft(entry, typo);
                draft.tasks = facts.plan.ids(task);
                let meant = meant(entry, typo);
                draft
                    .fixes
                    .extend(task.and_then(|task| replace_glob(facts.plan, task, entry, &meant)));
                reporter.report(draft);
            }
            Err(_) if undecided.insert(task) => {
                let label = label(entry.span, "this glob");
                reporter.undecided(UndecidedDraft::lanes(facts.plan, task.as_slice(), vec![label]));
            }
            Err(_) => {}
        }
    }
}

/// The intended glob, with the `!` of an exclusion.
fn meant(entry: &GlobEntry, typo: &Typo) -> String {
    format!("{}{}", if entry.negated { "!" } else { "" }, typo.suggestion)
}

fn draft(entry: &GlobEntry, typo: &Typo) -> Draft {
    let glob = excerpt(&entry.text);
    let meant = meant(entry, typo);
    let path = |path: &[u8]| BStr::new(path).to_string();
    let mut data = vec![("glob", text(entry.text.clone())), ("meant", text(meant.as_str()))];
    let (message, note) = match &typo.kind {
        TypoKind::Folder { missing, similar: near } => {
            let (missing, near) = (path(missing), path(near));
            data.push(("missing", text(missing.as_str())));
            data.push(("near", text(near.as_str())));
            let message =
                message!["no file matches ", code(glob), ": there is no folder ", code(missing)];
            (message, message![code(near), " exists"])
        }
        TypoKind::WholeFolder => {
            let message = message!["no file matches ", code(glob), ": it is a folder"];
            (message, "globs match files, not folders".into())
        }
        TypoKind::Deeper { file } => {
            let file = path(file);
            data.push(("near", text(file.as_str())));
            let message = message!["no file in the root matches ", code(glob)];
            (message, message![code(file), " is in a deeper folder"])
        }
    };
    Draft {
        message,
        help: Some(message!["did you mean ", code(excerpt(&meant)), "?"]),
        labels: vec![label(entry.span, note)],
        data,
        ..Draft::default()
    }
}
