//! What a rule says of itself.

use std::cmp::Ordering;
use std::fmt;

use crate::level::{Level, Setting};
use crate::plan::Plan;

/// One thing that can be wrong with a plan or with a change.
#[non_exhaustive]
pub struct Rule {
    /// The name in kebab-case; the file's name with `-` for `_`.
    pub name: &'static str,
    /// What it finds, in one line.
    pub summary: &'static str,
    /// The level of its findings, unless the plan says otherwise.
    pub level: Level,
    /// Whether the level is fixed: the plan can neither change it nor allow a finding.
    pub fixed: bool,
    /// Whether a finding means that not all could be verified or decided.
    pub unverified: bool,
    /// What it judges.
    pub subject: Subject,
    /// Why it matters and how to mend it, in Markdown.
    pub explanation: &'static str,
    /// What to do about it in general, in one line: said where findings are told as one and each
    /// has a help of its own.
    pub remedy: &'static str,
    /// A plan, and for the gate a patch, in which it really fires.
    pub example: Example,
    /// How a renderer for people may put many findings into one.
    pub grouping: Grouping,
}

/// What a rule judges, first of all: the gate repeats of the plan what leaves a judged lane unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The plan, before its tasks start.
    Plan,
    /// What each task did, by itself.
    Work,
    /// Whether a branch is there, and is a task's.
    Branch,
    /// What concurrent tasks did, held against each other.
    Pair,
    /// What comes of merging the branches of concurrent tasks.
    Merge,
}

/// A plan that makes a rule fire, and what it is held against.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The text of `lanes.yaml`.
    pub plan: &'static str,
    /// The files that exist.
    pub files: &'static [&'static str],
    /// What was done in the lanes, for a rule of the gate.
    pub done: Done,
}

/// What was done in the lanes of an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// Nothing yet: the rule is about the plan.
    Nothing,
    /// There is no branch for the first task.
    NoBranch,
    /// What the first task changed, as a patch.
    Patch(&'static str),
    /// What each of the first two tasks changed, as a patch.
    Both(&'static str),
    /// What the first two tasks changed, each in a way that does not merge with the other's.
    Conflict(&'static str),
    /// The first task renamed a folder, and the second one changed this.
    Rename {
        /// The folder's path before.
        from: &'static str,
        /// The folder's path after.
        to: &'static str,
        /// What the second task changed, as a patch.
        patch: &'static str,
    },
    /// What a branch changed that is no task's, as a patch.
    Unclaimed(&'static str),
}

/// What several findings of one rule have in common when they are really one, and how that one
/// begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// Nothing: each stands alone.
    Alone,
    /// A place in the plan that causes them, such as one wide glob, or one path.
    ByCause(Causes),
    /// The task that did it; the text follows the task, `{paths}` in it is how many.
    ByTask(&'static str),
    /// The changed path; the text stands between the path and the tasks.
    ByPath(&'static str),
    /// The rule itself; the text stands before the tasks.
    Together(&'static str),
}

/// What is said of findings that one thing causes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Causes {
    /// What a glob does to how many others, and what these are: `this glob of \`x\` overlaps with
    /// 50 lanes`.
    pub glob: (&'static str, &'static str),
    /// What a path is: `\`x\` is in several lanes`.
    pub path: &'static str,
}

impl Rule {
    /// The level of its findings under a plan; `None` where the plan turns it off.
    #[must_use]
    pub fn level_in(&self, plan: &Plan) -> Option<Level> {
        match self.setting_in(plan) {
            None => Some(self.level),
            Some(Setting::At(level)) => Some(level),
            Some(Setting::Off) => None,
        }
    }

    /// Whether a plan leaves it on.
    #[must_use]
    pub fn is_on(&self, plan: &Plan) -> bool {
        self.level_in(plan).is_some()
    }

    /// What a plan says of it that counts.
    #[must_use]
    pub fn setting_in(&self, plan: &Plan) -> Option<Setting> {
        plan.setting(self.name).filter(|_| !self.fixed)
    }
}

// A rule is known by its name.

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
