//! `unmatched-glob`: a glob without a file, by a slip.

use std::collections::BTreeSet;

use bstr::BStr;

use super::common::labels::{label, text};
use super::{Done, Example, Find, Found, GaveUp, Grouping, Rule, Subject};
use crate::analysis::PlanFacts;
use crate::finding::{Draft, Fix, Level};
use crate::index::TaskId;
use crate::message;
use crate::message::code;
use crate::plan::{GlobEntry, fix};
use crate::plan_vs_files::typos::{Typo, TypoKind};
use crate::source::excerpt;

pub(super) static RULE: Rule = Rule {
    name: "unmatched-glob",
    summary: "no file matches, and it is a slip: a folder is misspelled, a folder is named and not \
              what is in it, or the files are in deeper folders",
    level: Level::Warning,
    fixed: false,
    unverified: false,
    subject: Subject::Plan,
    explanation: "A glob without a file is not wrong, for a task may write files that are not there \
        yet. It is a slip in three cases. The first folder of its literal beginning that does not \
        exist is one edit away from one that does, beside it: a letter added, left out, replaced, \
        or swapped with its neighbour; two edits in names of nine letters or more; never an edit of \
        a digit, since `v1` and `v2` are two names. Or it names an existing folder without `/**`, \
        and a glob matches files. Or it has no `/`, so it matches in the root alone, and would \
        match in a deeper folder. Every glob of the plan is looked at, exclusions too: one that is \
        misspelled takes nothing away. Where the files could not all be listed, the rule says \
        nothing.",
    remedy: "write the globs as the folders and files are named",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: src/contnet/lessons/**\n",
        files: &["src/content/lessons/git.md", "src/pages/index.md"],
        done: Done::Nothing,
    },
    grouping: Grouping::Alone,
};

pub(super) const FIND: Find = Find::Plan(find);

fn find(facts: &PlanFacts<'_>, found: &mut Found<'_>) {
    // Where the work is used up, it is for all globs that follow: the first of a lane is reported.
    let mut undecided = BTreeSet::new();
    for (task, entry) in facts.plan.glob_entries() {
        let Ok(glob) = &entry.glob else { continue };
        match facts.typos().of(glob) {
            Ok(None) => {}
            Ok(Some(typo)) => {
                let mut draft = draft(entry, typo);
                draft.tasks = facts.plan.ids(task);
                draft.fixes.extend(task.and_then(|task| renamed(facts, task, entry, typo)));
                found.report(draft);
            }
            Err(_) if undecided.insert(task) => {
                let label = label(entry.span, "this glob");
                found.gave_up(GaveUp::on_lanes(facts.plan, task.as_slice(), vec![label]));
            }
            Err(_) => {}
        }
    }
}

/// The glob that was probably meant, in the place of one that a lane has.
fn renamed(facts: &PlanFacts<'_>, task: TaskId, entry: &GlobEntry, typo: &Typo) -> Option<Fix> {
    let entries = &facts.plan[task].write.as_ref()?.entries;
    let location = entries.iter().position(|other| std::ptr::eq(other, entry))?;
    let entry = fix::index(location);
    Some(Fix::ReplaceGlob { task, entry, glob: meant(&entries[location], typo).into() })
}

/// With the `!` of an exclusion.
fn meant(entry: &GlobEntry, typo: &Typo) -> String {
    format!("{}{}", if entry.negated { "!" } else { "" }, typo.suggestion)
}

fn draft(entry: &GlobEntry, typo: &Typo) -> Draft {
    let glob = excerpt(&entry.text);
    let meant = meant(entry, typo);
    let path = |path: &[u8]| BStr::new(path).to_string();
    let mut data = vec![("glob", text(entry.text.clone())), ("meant", text(meant.as_str()))];
    let (message, said) = match &typo.kind {
        TypoKind::Folder { missing, similar: near } => {
            let (missing, near) = (path(missing), path(near));
            data.push(("missing", text(missing.as_str())));
            data.push(("near", text(near.as_str())));
            let message =
                message!["no file matches ", code(glob), ": there is no folder ", code(missing)];
            (message, message![code(near), " is there"])
        }
        TypoKind::WholeFolder => {
            let message = message!["no file matches ", code(glob), ": it is a folder"];
            (message, "a glob matches files".into())
        }
        TypoKind::Deeper { file } => {
            let file = path(file);
            data.push(("near", text(file.as_str())));
            let message = message!["no file matches ", code(glob), ", which begins at the root"];
            (message, message![code(file), " is deeper"])
        }
    };
    Draft {
        message,
        help: Some(message!["did you mean ", code(excerpt(&meant)), "?"]),
        labels: vec![label(entry.span, said)],
        data,
        ..Draft::default()
    }
}
