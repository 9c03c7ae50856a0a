//! `missing-companion`: a lane that names a file but lacks its companion.

use super::common::labels::{label, text, texts, write_label};
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope, UndecidedDraft};
use crate::analysis::PlanFacts;
use crate::finding::{About, Draft, Fix, Level};
use crate::glob;
use crate::message;
use crate::message::code;
use crate::plan_vs_files::companions::MissingCompanion;
use crate::source::excerpt;

pub(super) static RULE: Rule = Rule {
    name: "missing-companion",
    summary: "a lane that names a file but lacks its companion, such as a lock file",
    level: Level::Warning,
    fixed: false,
    unverified: false,
    scope: Scope::Plan,
    explanation: "After a change to `Cargo.toml`, the next build also updates `Cargo.lock`, and \
        the gate then rejects a change that nobody planned. lanelint knows the lock files of \
        common package managers. If the last component of a glob is a file name without wildcards, \
        its lock file is searched for in the same folder, then in each parent; the first one found \
        is used. If earlier components contain wildcards, the search starts from the existing \
        files that match. The plan's own `companions` are pairs of globs: a lane that contains a \
        path matching the first should contain one matching the second, if such a file exists. \
        Shared paths count as part of the lane. Excluded and protected paths are not reported, \
        since they were left out on purpose. If there are several possible lock files, one is \
        enough.",
    remedy: "add the companions to `write`, or put them under `share`",
    example: Example {
        plan: "tasks:\n  upgrade:\n    write: [Cargo.toml, src/**]\n",
        files: &["Cargo.lock", "Cargo.toml", "src/lib.rs"],
        scenario: Scenario::PlanOnly,
    },
    grouping: Grouping::Alone,
};

pub(super) const FIND: Find = Find::Plan(find);

fn find(facts: &PlanFacts<'_>, reporter: &mut Reporter<'_>) {
    for missing in &facts.companions().missing {
        reporter.report(draft(facts, missing));
    }
    for &task in &facts.companions().undecided {
        let label = write_label(facts.plan, task, "this lane");
        reporter.undecided(UndecidedDraft::lanes(facts.plan, &[task], vec![label]));
    }
}

fn draft(facts: &PlanFacts<'_>, missing: &MissingCompanion) -> Draft {
    let id = facts.plan.id(missing.task);
    let entry = facts.plan.globs(missing.task)[missing.glob];
    let pair = missing.pair.and_then(|(pair, other)| facts.plan.companions[pair].1.get(other));
    let companion = match pair {
        Some(pair) => pair.text.to_string(),
        None => glob::escape_path(&missing.companion),
    };
    let shown = excerpt(&companion);
    // Adding a path that a concurrent task owns would make the lanes overlap.
    let owners = facts.lanes.owners(&missing.companion).unwrap_or_default();
    let owners = owners.into_iter().filter(|&owner| facts.order.concurrent(owner, missing.task));
    let owners = facts.plan.ids(owners);
    let help = match owners.first() {
        None => {
            message!["add ", code(&shown), " to `write` in ", code(id), ", or put it under `share`"]
        }
        Some(owner) => message![
            code(owner),
            " may write it: make one task depend on the other (`needs`), or put it under `share`"
        ],
    };
    let add = || Fix::AddGlob { task: missing.task, glob: companion.as_str().into() };
    let fixes = owners.is_empty().then(add).into_iter().collect();
    let mut labels = vec![label(entry.span, message!["usually changes with ", code(&shown)])];
    labels.extend(pair.map(|pair| label(pair.span, "declared here")));
    Draft {
        message: message![
            code(id),
            " may write ",
            code(excerpt(&entry.text)),
            ", but not ",
            code(&shown)
        ],
        help: Some(help),
        tasks: facts.plan.ids([missing.task]),
        path: Some(missing.companion.clone()),
        about: About::Path,
        labels,
        data: vec![
            ("glob", text(entry.text.clone())),
            ("companion", text(companion)),
            ("owners", texts(owners)),
        ],
        fixes,
        ..Draft::default()
    }
}
