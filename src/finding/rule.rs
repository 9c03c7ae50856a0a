//! The description of a rule.

use std::cmp::Ordering;
use std::fmt;

use crate::level::{Level, Setting};
use crate::plan::Plan;

/// One kind of problem in a plan or a change.
#[non_exhaustive]
pub struct Rule {
    /// The name in kebab-case, as in `rules:` and `allow:`.
    pub name: &'static str,
    /// What it finds, in one line: lower case, no full stop.
    pub summary: &'static str,
    /// The default level of its findings.
    pub level: Level,
    /// Whether the plan can neither change the level nor allow a finding.
    pub fixed: bool,
    /// Whether a finding means that something could not be verified or decided.
    pub unverified: bool,
    /// What it looks at.
    pub scope: Scope,
    /// Why it matters, in Markdown.
    pub explanation: &'static str,
    /// How to fix it in general, in one line. Also the help of a group whose findings have
    /// different ones.
    pub remedy: &'static str,
    /// A plan, and for the gate a patch, in which it fires.
    pub example: Example,
    /// How the formats for people group findings.
    pub grouping: Grouping,
}

/// What a rule looks at. `gate` also repeats those findings about the plan that leave a lane
/// unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The plan, before its tasks start.
    Plan,
    /// The changes of each task on its own.
    Work,
    /// Whether a branch exists, and belongs to a task.
    Branch,
    /// The changes of concurrent tasks, compared with each other.
    Pair,
    /// The result of merging the branches of concurrent tasks.
    Merge,
}

/// A plan that makes a rule fire, and its surroundings.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The text of `lanes.yaml`.
    pub plan: &'static str,
    /// The files that exist.
    pub files: &'static [&'static str],
    /// What the tasks did, for a rule of `gate`.
    pub scenario: Scenario,
}

/// What the tasks of an example did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// Nothing yet: the rule is about the plan.
    PlanOnly,
    /// Nothing yet, and this is an earlier version of the plan.
    Against(&'static str),
    /// The first task made this patch, and the second one has no branch.
    NoBranch(&'static str),
    /// The first task made this patch.
    Patch(&'static str),
    /// Both of the first two tasks made this patch.
    Both(&'static str),
    /// The first two tasks made changes that conflict; this is the first one's patch.
    Conflict(&'static str),
    /// The first task renamed a folder, and the second one made a patch.
    Rename {
        /// The old path of the folder.
        from: &'static str,
        /// The new path of the folder.
        to: &'static str,
        /// The patch of the second task.
        patch: &'static str,
    },
    /// The second task made this patch before the first one, which it needs, was merged.
    Unmet(&'static str),
    /// A commit that names no task made this patch.
    UnnamedCommit(&'static str),
    /// A branch that belongs to no task made this patch.
    Unclaimed(&'static str),
}

/// What findings of one rule share when they are really one problem, and how its message begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// Nothing: findings are never grouped.
    Alone,
    /// A common cause: a place in the plan, such as one wide glob, or a path.
    ByCause(Causes),
    /// The task; the text follows its id, and `{paths}` becomes their number.
    ByTask(&'static str),
    /// The changed path; the text goes between the path and the tasks.
    ByPath(&'static str),
    /// The rule itself; the text precedes the tasks.
    Together(&'static str),
}

/// How a group with a common cause is described.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Causes {
    /// A verb and a noun: ``this glob of `x` overlaps with 50 lanes``.
    pub glob: (&'static str, &'static str),
    /// What follows the path: `` `x` is in several lanes``.
    pub path: &'static str,
}

impl Rule {
    /// The level under a plan; `None` if the plan turns the rule off.
    #[must_use]
    pub fn level_in(&self, plan: &Plan) -> Option<Level> {
        match self.setting_in(plan) {
            None => Some(self.level),
            Some(Setting::At(level)) => Some(level),
            Some(Setting::Off) => None,
        }
    }

    /// Whether the plan leaves the rule on.
    #[must_use]
    pub fn is_on(&self, plan: &Plan) -> bool {
        self.level_in(plan).is_some()
    }

    /// The plan's setting; `None` if the level is fixed.
    #[must_use]
    pub fn setting_in(&self, plan: &Plan) -> Option<Setting> {
        plan.setting(self.name).filter(|_| !self.fixed)
    }
}

// Rules are compared by name.

impl PartialEq for Rule {
    fn eq(&self, other: &Rule) -> bool {
        self.name == other.name
    }
}

impl Eq for Rule {}

impl PartialEq<str> for Rule {
    fn eq(&self, name: &str) -> bool {
        self.name == name
    }
}

impl PartialOrd for Rule {
    fn partial_cmp(&self, other: &Rule) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rule {
    fn cmp(&self, other: &Rule) -> Ordering {
        self.name.cmp(other.name)
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
