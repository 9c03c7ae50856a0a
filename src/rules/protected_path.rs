//! `protected-path`: a glob that matches only protected paths.

use std::sync::Arc;

use super::common::labels::{label, text};
use super::{Example, Find, Grouping, Reporter, Rule, Scenario, Scope, UndecidedDraft};
use crate::analysis::PlanFacts;
use crate::finding::{Applicability, Draft, Fix, Level};
use crate::index::TaskId;
use crate::message;
use crate::message::code;
use crate::plan::{GlobEntry, fix};
use crate::source::excerpt;

pub(super) static RULE: Rule = Rule {
    name: "protected-path",
    summary: "a glob that matches only protected paths, or one in both `share` and `protect`",
    level: Level::Error,
    fixed: false,
    unverified: false,
    scope: Scope::Plan,
    explanation: "Protected paths are removed from every lane, and so are the plan's own files. A \
        wide glob simply loses those paths. A glob that matches nothing else is reported: the plan \
        seems to allow these writes, but they would be rejected.",
    remedy: "remove the glob, or narrow `protect`",
    example: Example {
        plan: "tasks:\n  release:\n    write: [src/version.rs, .github/workflows/release.yml]\n\
               protect: .github/**\n",
        files: &[],
        scenario: Scenario::PlanOnly,
    },
    grouping: Grouping::Alone,
};

pub(super) const FIND: Find = Find::Plan(find);

fn find(facts: &PlanFacts<'_>, reporter: &mut Reporter<'_>) {
    for (task, globs) in facts.lane_facts().protected.enumerated() {
        for (entry, _) in facts.plan.globs(task).iter().copied().zip(globs).filter(is_undecided) {
            let label = label(entry.span, "this glob");
            reporter.undecided(UndecidedDraft::lanes(facts.plan, &[task], vec![label]));
        }
        if !globs.contains(&Some(true)) {
            continue;
        }
        let id = facts.plan.id(task);
        let given = facts.plan[task].write.as_ref().map_or(0, |write| write.entries.len());
        // Removing the last glob before a list of exclusions would silently empty the lane.
        let removable = globs.len() > 1 || given == 1;
        let cut =
            |entry: &GlobEntry| entry.glob.as_ref().is_ok_and(|glob| facts.is_cut(task, glob));
        let protected =
            facts.plan.indexed_globs(task).zip(globs).filter(|(_, is)| **is == Some(true));
        for ((index, entry), _) in protected {
            reporter.report(Draft {
                message: message![
                    code(id),
                    " may not write ",
                    code(excerpt(&entry.text)),
                    ": it is protected"
                ],
                help: Some(
                    "remove the glob, or narrow `protect`; the plan's own files are always \
                     protected"
                        .into(),
                ),
                tasks: facts.plan.ids([task]),
                labels: vec![label(entry.span, "matches only protected paths")],
                data: vec![("glob", text(Arc::clone(&entry.text)))],
                fixes: (removable && !cut(entry))
                    .then(|| removal(task, index))
                    .into_iter()
                    .collect(),
                ..Draft::default()
            });
        }
    }
    let shares = facts.plan.indexed_shares();
    for ((index, shared), protected) in shares.zip(&facts.lane_facts().protected_shares) {
        if is_undecided(&(shared, protected)) {
            let label = label(shared.span, "this glob");
            reporter.undecided(UndecidedDraft::lanes(facts.plan, &[], vec![label]));
        }
        if *protected != Some(true) {
            continue;
        }
        let twin = facts.plan.protect.iter().find(|entry| entry.text == shared.text);
        let twin = twin.map(|twin| label(twin.span, "no task may write it"));
        reporter.report(Draft {
            message: message![code(excerpt(&shared.text)), " is both shared and protected"],
            help: Some("remove it from `share` or `protect`; until then it is protected".into()),
            labels: std::iter::once(label(shared.span, "every task may write it"))
                .chain(twin)
                .collect(),
            data: vec![("glob", text(Arc::clone(&shared.text)))],
            fixes: vec![Fix::RemoveShared { entry: fix::index(index) }],
            ..Draft::default()
        });
    }
}

fn is_undecided((_, protected): &(&GlobEntry, &Option<bool>)) -> bool {
    protected.is_none()
}

/// For display only, since narrowing `protect` is just as likely to be right.
fn removal(task: TaskId, entry: usize) -> Fix {
    let applicability = Applicability::DisplayOnly;
    Fix::RemoveGlob { task, entry: fix::index(entry), applicability }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::{assert_found_in_plans, assert_sound_plans, checked};

    #[test]
    fn found_in_plans() {
        assert_found_in_plans(
            RULE.name,
            &[
                (
                    "tasks:\n  a: {write: [lanes.yaml, x]}\n  b: {write: ci/x, needs: a}\nprotect: ci/\n",
                    vec![
                        "`a` may not write `lanes.yaml`: it is protected",
                        "`b` may not write `ci/x`: it is protected",
                    ],
                ),
                (
                    "tasks: {a: {write: x}}\nshare: CHANGELOG.md\nprotect: [y, CHANGELOG.md]\n",
                    vec!["`CHANGELOG.md` is both shared and protected"],
                ),
                (
                    "tasks: {a: {write: x}}\nshare: [doc/a, doc/, '**/*.md', lanes.yaml]\nprotect: doc/**\n",
                    vec![
                        "`doc/a` is both shared and protected",
                        "`doc/` is both shared and protected",
                        "`lanes.yaml` is both shared and protected",
                    ],
                ),
            ],
        );
    }

    #[test]
    fn sound_plans() {
        assert_sound_plans(&[
            "tasks:\n  a: {write: '**'}\nprotect: .github/**\nshare: CHANGELOG.md\n",
        ]);
    }

    /// `empty-lane` leaves such a lane to this rule.
    #[test]
    fn lane_of_protected_paths_only() {
        let report = checked("tasks:\n  a: {write: ci/x}\nprotect: ci/**\n", &[]);
        let rules: Vec<_> = report.findings.iter().map(|finding| finding.rule).collect();
        assert_eq!(rules, ["protected-path"]);
    }
}
