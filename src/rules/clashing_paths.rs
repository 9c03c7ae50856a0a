//! `clashing-paths`: two concurrent tasks share no path, and yet write paths that cannot stand
//! together.

use std::sync::Arc;

use super::{Causes, Done, Example, Facts, Grouping, PlanFacts, Rule, Subject, label, text, texts};

use crate::finding::{Datum, Draft, Label, Level, Place};
use crate::gate::{GateFacts, PathClash};
use crate::overlap::{Clash, Discord};
use crate::path::RepoPath;

pub(super) const RULE: Rule = Rule {
    name: "clashing-paths",
    summary: "two concurrent lanes share no path, but hold paths that cannot stand together",
    level: Level::Warning,
    fixed: false,
    subject: Subject::Plan,
    explanation: "Lanes are compared byte by byte, and so does git. On macOS and Windows, \
        `Docs/a.md` and `docs/a.md` are one file all the same: whoever checks both out has only \
        one of them. And where one task writes a file `src/x`, no other can write `src/x/y`, for \
        which it would have to be a folder. A wildcard that could stand for the file's name is \
        no sign that a folder is wanted there: `**/*.md` is sound beside `src/main.rs`. The gate \
        judges the paths that were really changed, and for letter case and Unicode form the \
        existing ones beside those that were added.",
    remedy: "spell each name in one way, and give a name to either a file or a folder",
    example: Example {
        plan: "tasks:\n  guide:\n    write: Docs/guide/**\n  api:\n    write: docs/**\n  server:\n    \
               write: src/server\n  routes:\n    write: src/server/routes/**\n",
        files: &[],
        done: Done::Nothing,
    },
    grouping: Grouping::ByCause(Causes {
        glob: ("clashes with", "lane"),
        path: "clashes with paths of several lanes",
    }),
    find,
};

fn find(facts: &Facts<'_>, report: &mut dyn FnMut(Draft)) {
    if let Some(known) = facts.check() {
        in_plan(facts, known, report);
    }
    if let Some(gate) = facts.gate() {
        in_work(facts, gate, report);
    }
}

fn in_plan(facts: &Facts<'_>, known: &PlanFacts, report: &mut dyn FnMut(Draft)) {
    for Clash { discord, tasks, globs, paths } in &known.clashes.found {
        let [one, other] = paths;
        let [left, right] = [facts.id(tasks.0), facts.id(tasks.1)];
        let entries = [facts.globs(tasks.0)[globs.0], facts.globs(tasks.1)[globs.1]];
        let message = match discord {
            Discord::Form if one == other => {
                format!("`{left}` and `{right}` may write `{one}` in two forms: {ONE_FILE}")
            }
            Discord::Form => {
                format!("`{left}` may write `{one}`, and `{right}` `{other}`: {ONE_FILE}")
            }
            Discord::Folder => format!(
                "`{left}` may write the file `{one}`, and `{right}` `{other}`, for which it has to \
                 be a folder"
            ),
        };
        let globs = texts(entries.map(|entry| Arc::clone(&entry.text)));
        let mut data = vec![("globs", Datum::List(vec![globs]))];
        data.extend(common_data(*discord, one, other));
        report(Draft {
            message,
            help: Some(help(*discord).into()),
            tasks: facts.ids([tasks.0, tasks.1]),
            path: Some(one.clone()),
            labels: vec![
                label(entries[0].span, format!("`{left}` may write it")),
                label(entries[1].span, format!("`{right}` may write this")),
            ],
            data,
            ..Draft::default()
        });
    }
}

fn in_work(facts: &Facts<'_>, gate: &GateFacts<'_>, report: &mut dyn FnMut(Draft)) {
    for PathClash { discord, judged, path, other_judged, other } in &gate.clashes.found {
        // What is protected is so in all its forms, and that says enough.
        if other_judged.is_none() && gate.protection.holds(path) == Ok(true) {
            continue;
        }
        let who = facts.who(judged);
        let help = match other_judged {
            Some(_) => help(*discord),
            None => "spell it as that is spelled, or delete that",
        };
        let message = match (discord, other_judged.map(|other| facts.who(other))) {
            (Discord::Form, None) => {
                format!("{who} adds `{path}` beside `{other}`, which exists: {ONE_FILE}")
            }
            (Discord::Form, Some(also)) => {
                format!("{who} writes `{path}`, and {also} `{other}`: {ONE_FILE}")
            }
            (Discord::Folder, also) => format!(
                "{who} writes the file `{path}`, and {} `{other}`, for which it has to be a folder",
                also.as_deref().unwrap_or("there is")
            ),
        };
        let tasks = [judged.task, other_judged.and_then(|other| other.task)];
        let mut labels = facts.changed(judged, path, "");
        labels.push(Label { place: Place::File((*other).clone()), text: "beside this".to_owned() });
        report(Draft {
            message,
            help: Some(help.into()),
            tasks: facts.ids(tasks.into_iter().flatten()),
            path: Some((*path).clone()),
            labels,
            data: common_data(*discord, path, other),
            ..Draft::default()
        });
    }
}

/// What is said of two forms of a name.
const ONE_FILE: &str = "one file where letter case and Unicode form do not count";

/// What to do about two paths that tasks write.
fn help(discord: Discord) -> &'static str {
    match discord {
        Discord::Form => "spell the name alike in both, or let one of the two need the other",
        Discord::Folder => {
            "write `/**` behind the name where the folder is meant, or find another name for the \
             file or for the folder"
        }
    }
}

fn common_data(discord: Discord, one: &RepoPath, other: &RepoPath) -> Vec<(&'static str, Datum)> {
    let discord = match discord {
        Discord::Form => "form",
        Discord::Folder => "folder",
    };
    vec![("discord", text(discord)), ("paths", texts([one, other].map(ToString::to_string)))]
}
