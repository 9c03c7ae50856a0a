//! `lane-widened`: what a plan allows that its earlier version did not.

use super::common::labels::{label, lane_texts, text, write_label};
use super::{Example, Find, Grouping, RULES, Reporter, Rule, Scenario, Scope, UndecidedDraft};
use crate::analysis::PlanFacts;
use crate::finding::{About, Draft, DraftLevel, Label, Level, Message};
use crate::message;
use crate::message::code;
use crate::plan::Plan;
use crate::plan_vs_plan::{LaneDiff, Loosened, Loosening};
use crate::source::Span;

pub(super) static RULE: Rule = Rule {
    name: "lane-widened",
    summary: "a path that a task may now write but could not before, or a setting that is now looser",
    level: Level::Note,
    fixed: false,
    unverified: false,
    scope: Scope::Plan,
    explanation: "A reviewer needs to know what the plan now allows, and a text diff does not show \
        it: removing a single `!` can open a folder. lanelint compares the lanes as sets of paths, and \
        reports a path for each task that may write more than before. Other changes can weaken \
        the gate too: a lower level in `rules`, a new `allow`, a path that is no longer in \
        `protect` or is now in `share`, a change to `needs`, `wave`, `base` or `branch`, or \
        additional `other-branches` or `plan-branches`. Each of these is a warning, unless the plan sets the \
        level of this rule. `gate` compares the plan on one of its `plan-branches` with the plan \
        of the base, and `check --against` compares any two versions. The level is that of the \
        earlier version, so that a plan cannot silence the report of its own changes. An `allow` \
        has no effect on it.",
    remedy: "make sure that each change is intended, or undo it",
    example: Example {
        plan: "tasks:\n  lessons:\n    write: src/lessons/**\n",
        files: &[],
        scenario: Scenario::Against(
            "tasks:\n  lessons:\n    write: [src/lessons/**, \"!src/lessons/legacy/**\"]\n",
        ),
    },
    grouping: Grouping::Alone,
};

pub(super) const FIND: Find = Find::Versions(find);

const LOOSENED: &str = "this weakens what the gate checks: make sure that it is intended";

fn find(facts: &PlanFacts<'_>, earlier: &Plan, reporter: &mut Reporter<'_>) {
    let Some(diff) = facts.diff() else { return };
    for lane in &diff.lanes {
        if lane.widened.is_err() {
            reporter.undecided(UndecidedDraft::lane_diff(facts.plan, lane));
        } else if let Some(draft) = widened(facts.plan, earlier, lane) {
            reporter.report(draft);
        }
    }
    for loosening in &diff.loosened {
        reporter.report(loosened(facts.plan, loosening));
    }
    for draft in lower_levels(facts.plan, earlier) {
        reporter.report(draft);
    }
    if diff.undecided {
        reporter.undecided(UndecidedDraft::lanes(facts.plan, &[], vec![top("these settings")]));
    }
}

fn widened(plan: &Plan, earlier: &Plan, lane: &LaneDiff) -> Option<Draft> {
    let task = lane.now?;
    let path = lane.widened.as_ref().ok()?.as_ref()?;
    let id = code(&lane.id);
    let message = match lane.before {
        Some(_) => message![id, " may now write ", code(path)],
        None => message!["the new task ", id, " may write ", code(path)],
    };
    Some(Draft {
        message,
        help: Some("once this plan is on the base branch, the gate accepts such changes".into()),
        tasks: vec![lane.id.clone()],
        path: Some(path.clone()),
        labels: vec![write_label(plan, task, "wider than before")],
        data: vec![
            ("before", lane_texts(earlier, lane.before)),
            ("after", lane_texts(plan, Some(task))),
        ],
        ..Draft::default()
    })
}

/// A setting that was loosened, as a warning.
fn loosened(plan: &Plan, Loosening { what, task, span }: &Loosening) -> Draft {
    let id = || task.map_or_else(|| "the plan".into(), |task| message![code(plan.id(task))]);
    let name = |name: &str| code(name.to_owned());
    let (setting, message) = match what {
        Loosened::Base(old, new) => {
            ("base", message!["the base is now ", name(new), " instead of ", name(old)])
        }
        Loosened::Protect(path) => ("protect", message![code(path), " is no longer protected"]),
        Loosened::Share(path) => ("share", message![code(path), " is now shared"]),
        Loosened::OtherBranches(branch) => {
            ("other-branches", message!["branch ", name(branch), " is now one of `other-branches`"])
        }
        Loosened::PlanBranches(branch) => {
            ("plan-branches", message!["branch ", name(branch), " may now change the plan"])
        }
        Loosened::Branch(branch) => {
            ("branch", message!["branch ", name(branch), " now belongs to ", id()])
        }
        Loosened::BranchRemoved(branch) => {
            ("branch", message!["branch ", name(branch), " no longer belongs to ", id()])
        }
        Loosened::Needs(need) => {
            let now = message![id(), " now needs ", name(need)];
            ("needs", message![now, ", so their lanes are no longer compared"])
        }
        Loosened::NeedsRemoved(need) => ("needs", message![id(), " no longer needs ", name(need)]),
        Loosened::Wave(old, new) => {
            let [old, new] = [old, new].map(|wave| match wave {
                Some(wave) => message!["wave ", u64::from(*wave)],
                None => "no wave".into(),
            });
            ("wave", message![id(), " is now in ", new, " instead of ", old])
        }
        Loosened::Allow(rule) => ("allow", message![id(), " now accepts findings of ", name(rule)]),
    };
    let path = match what {
        Loosened::Protect(path) | Loosened::Share(path) => Some(path.clone()),
        _ => None,
    };
    Draft {
        message,
        help: Some(LOOSENED.into()),
        tasks: plan.ids(*task),
        path,
        labels: vec![span.map_or_else(|| top("no longer set"), |span| label(span, "now"))],
        data: vec![("setting", text(setting))],
        about: About::Data("setting"),
        level: Some(DraftLevel::ByDefault(Level::Warning)),
        ..Draft::default()
    }
}

/// The rules whose level is lower than in the earlier version.
fn lower_levels<'p>(plan: &'p Plan, earlier: &'p Plan) -> impl Iterator<Item = Draft> + use<'p> {
    RULES.iter().filter_map(move |rule| {
        let [old, new] = [earlier, plan].map(|plan| rule.level_in(plan));
        let word = |level: Option<Level>| level.map_or("off", Level::word);
        (new < old).then(|| Draft {
            message: message![code(rule.name), " is now ", word(new), " instead of ", word(old)],
            help: Some(LOOSENED.into()),
            labels: vec![
                plan.levels
                    .iter()
                    .find(|(name, _)| name.value == rule.name)
                    .map_or_else(|| top("no longer set"), |(name, _)| label(name.span, "now")),
            ],
            data: vec![("setting", text("rules")), ("rule", text(rule.name))],
            about: About::Data("rule"),
            level: Some(DraftLevel::ByDefault(Level::Warning)),
            ..Draft::default()
        })
    })
}

/// A label on the beginning of the plan, for what it no longer says.
fn top(text: impl Into<Message>) -> Label {
    label(Span::default(), text)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Level;
    use crate::rules::tests::{compared, messages, of_rule};

    const BEFORE: &str = "tasks:\n  a: {write: [src/**, '!src/gen/**']}\n  b: {write: doc/**, needs: a}\n  c: {write: []}\n";

    /// What is reported if `edit` replaces a text of the plan.
    fn after(from: &str, to: &str) -> Vec<String> {
        assert!(from.is_empty() || BEFORE.contains(from), "{from}");
        messages(&compared(BEFORE, &BEFORE.replacen(from, to, 1)), RULE.name)
    }

    #[test]
    fn widened_lanes() {
        for (from, to, expected) in [
            (", '!src/gen/**'", "", &["`a` may now write `src/gen/0`"][..]),
            ("doc/**", "'{doc,app}/**'", &["`b` may now write `app/0`"]),
            ("write: []", "write: x", &["`c` may now write `x`"]),
            ("  c: {write: []}", "  d: {write: x}", &["the new task `d` may write `x`"]),
            // The same sets in other words.
            ("doc/**", "[doc/a/**, doc/**]", &[]),
            ("'!src/gen/**'", "'!src/gen/*', '!src/gen/**'", &[]),
            ("doc/**", "doc/*", &[]),
            ("src/**, ", "", &[]),
            // A task that may write nothing is not wider.
            ("  c: {write: []}", "  d: {write: []}", &[]),
        ] {
            assert_eq!(after(from, to), expected, "{from} -> {to}");
        }
    }

    #[test]
    fn loosened_settings() {
        for (from, to, expected) in [
            (
                "rules: {overlapping-lanes: warning}\n",
                "rules: {overlapping-lanes: off}\n",
                "`overlapping-lanes` is now off instead of warning",
            ),
            ("", "rules: {out-of-lane: note}\n", "`out-of-lane` is now note instead of error"),
            ("rules: {no-changes: error}\n", "", "`no-changes` is now warning instead of error"),
            ("protect: [ci/**, x]\n", "protect: ci/*\n", "`x` is no longer protected"),
            ("", "base: dev\n", "the base is now `dev` instead of `main`"),
            ("", "other-branches: bot/*\n", "branch `bot/0` is now one of `other-branches`"),
            (
                "plan-branches: plan/a\n",
                "plan-branches: plan/*\n",
                "branch `plan/0` may now change the plan",
            ),
        ] {
            let [before, now] = [from, to].map(|text| format!("{BEFORE}{text}"));
            assert_eq!(messages(&compared(&before, &now), RULE.name), [expected]);
            // The other direction tightens.
            if !from.contains("base") && !to.contains("base") {
                assert_eq!(messages(&compared(&now, &before), RULE.name), [""; 0], "{to}");
            }
        }
        for (from, to, expected) in [
            ("doc/**, needs: a", "doc/**", "`b` no longer needs `a`"),
            (
                "{write: []}",
                "{write: [], needs: b}",
                "`c` now needs `b`, so their lanes are no longer compared",
            ),
            ("{write: []}", "{write: [], wave: 2}", "`c` is now in wave 2 instead of no wave"),
            (
                "needs: a",
                "needs: a, allow: [{rule: no-changes, reason: r}]",
                "`b` now accepts findings of `no-changes`",
            ),
            ("needs: a", "needs: a, branch: [b, w/*]", "branch `w/0` now belongs to `b`"),
        ] {
            assert_eq!(after(from, to), [expected], "{from} -> {to}");
        }
        assert_eq!(
            after("needs: a", "needs: a, branch: w"),
            ["branch `b` no longer belongs to `b`", "branch `w` now belongs to `b`"]
        );
    }

    #[test]
    fn sharing_widens_lanes() {
        let now = format!("{BEFORE}share: log\n");
        let expected =
            ["`log` is now shared", "`a` may now write `log`", "`b` may now write `log`"];
        let mut found = messages(&compared(BEFORE, &now), RULE.name);
        found.sort_unstable();
        let mut expected = expected.map(str::to_owned);
        expected.sort_unstable();
        assert_eq!(found, expected);
    }

    #[test]
    fn narrower_allowance() {
        let allow = |allow: &str| {
            format!(
                "tasks:\n  a: {{write: [x/**], allow: [{{rule: out-of-lane, reason: r, {allow}}}]}}\n  b: {{write: y}}\n"
            )
        };
        let found = |before: &str, now: &str| {
            messages(&compared(&allow(before), &allow(now)), RULE.name).len()
        };
        assert_eq!(found("path: z/**", "path: z/*"), 0);
        assert_eq!(found("path: z/*", "path: z/**"), 1);
        assert_eq!(found("path: z, with: b", "path: z"), 1);
        assert_eq!(found("path: z", "path: z, with: b"), 0);
    }

    #[test]
    fn level_of_earlier_version() {
        let levels = |before: &str, now: &str| -> Vec<Level> {
            let [before, now] =
                [format!("{BEFORE}{before}"), format!("{BEFORE}{now}").replace("doc/**", "'**'")];
            let report = compared(&before, &now);
            of_rule(&report, RULE.name).iter().map(|finding| finding.level).collect()
        };
        let base = "base: dev\n";
        assert_eq!(levels("", base), [Level::Note, Level::Warning]);
        // A plan cannot silence the report of its own changes.
        let off = "rules: {lane-widened: off}\n";
        assert_eq!(levels("", off), [Level::Note, Level::Warning]);
        assert_eq!(levels(off, base), []);
        let error = "rules: {lane-widened: error}\n";
        assert_eq!(levels(error, &format!("{base}{error}")), [Level::Error, Level::Error]);
    }
}
