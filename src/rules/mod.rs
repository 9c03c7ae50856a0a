//! The rules: one file each, and the list.
//!
//! A rule is a description and a function from facts to drafts of findings. It does not set
//! levels, print or sort. [`RULES`] lists all of them; each also has a name of its own, such as
//! [`ESCAPING_SYMLINK`].

use crate::analysis::{GateFacts, PlanFacts};
use crate::finding::Draft;
pub use crate::finding::{Causes, Example, Grouping, Rule, Scenario, Scope};
use crate::plan::Plan;
pub(crate) use common::reporter::{AllowIndex, Outcome, Reporter, UndecidedDraft};

mod broad_lane;
mod clashing_paths;
mod colliding_writes;
mod common;
mod dependency_cycle;
mod duplicate_branch;
mod empty_lane;
mod escaping_symlink;
mod foreign_lane;
mod invalid_glob;
mod invalid_plan;
mod lane_narrowed;
mod lane_widened;
mod leftover_text;
mod literal_brackets;
mod merge_conflict;
mod missing_branch;
mod missing_companion;
mod missing_lane;
mod moved_folder;
mod no_changes;
mod not_verified;
mod out_of_lane;
mod overlapping_lanes;
mod plan_changed;
mod protected_path;
mod read_write_hazard;
mod redundant_glob;
mod review_only_write;
mod unclaimed_branch;
mod unclaimed_commit;
mod undecided;
mod unmatched_glob;
mod unmet_need;
mod unused_allow;

/// Defines the list, and a static for each rule.
macro_rules! rules {
    ($($module:ident $name:ident)*) => {
        $(
            #[doc = concat!("The rule of `rules/", stringify!($module), ".rs`.")]
            pub static $name: &Rule = &$module::RULE;
        )*

        /// Every rule, in the order of `docs/rules.md`.
        pub static RULES: &[&Rule] = &[$(&$module::RULE),*];

        pub(crate) static FINDERS: &[Finder] =
            &[$(Finder { rule: &$module::RULE, find: $module::FIND }),*];
    };
}

rules! {
    invalid_plan INVALID_PLAN
    invalid_glob INVALID_GLOB
    missing_lane MISSING_LANE
    overlapping_lanes OVERLAPPING_LANES
    undecided UNDECIDED
    clashing_paths CLASHING_PATHS
    read_write_hazard READ_WRITE_HAZARD
    protected_path PROTECTED_PATH
    empty_lane EMPTY_LANE
    redundant_glob REDUNDANT_GLOB
    unmatched_glob UNMATCHED_GLOB
    broad_lane BROAD_LANE
    missing_companion MISSING_COMPANION
    dependency_cycle DEPENDENCY_CYCLE
    duplicate_branch DUPLICATE_BRANCH
    literal_brackets LITERAL_BRACKETS
    leftover_text LEFTOVER_TEXT
    unused_allow UNUSED_ALLOW
    lane_widened LANE_WIDENED
    lane_narrowed LANE_NARROWED
    foreign_lane FOREIGN_LANE
    out_of_lane OUT_OF_LANE
    review_only_write REVIEW_ONLY_WRITE
    unmet_need UNMET_NEED
    plan_changed PLAN_CHANGED
    unclaimed_commit UNCLAIMED_COMMIT
    not_verified NOT_VERIFIED
    colliding_writes COLLIDING_WRITES
    merge_conflict MERGE_CONFLICT
    moved_folder MOVED_FOLDER
    escaping_symlink ESCAPING_SYMLINK
    unclaimed_branch UNCLAIMED_BRANCH
    missing_branch MISSING_BRANCH
    no_changes NO_CHANGES
}

pub(crate) struct Finder {
    pub(crate) rule: &'static Rule,
    pub(crate) find: Find,
}

/// The phase in which a rule runs.
#[derive(Clone, Copy)]
pub(crate) enum Find {
    /// `check`: the plan, before its tasks start.
    Plan(fn(&PlanFacts<'_>, &mut Reporter<'_>)),
    /// `gate`: what the tasks changed.
    Gate(fn(&GateFacts<'_>, &mut Reporter<'_>)),
    /// `check` and `gate`: the plan compared with an earlier version, whose levels apply.
    Versions(fn(&PlanFacts<'_>, &Plan, &mut Reporter<'_>)),
    /// Both commands.
    Both(fn(&PlanFacts<'_>, &mut Reporter<'_>), fn(&GateFacts<'_>, &mut Reporter<'_>)),
    /// Reports what another rule could not decide.
    Undecided(fn(&'static Rule, UndecidedDraft) -> Draft),
    /// Runs after all others.
    Outcome(
        fn(&PlanFacts<'_>, &Outcome, &mut Reporter<'_>),
        fn(&GateFacts<'_>, &Outcome, &mut Reporter<'_>),
    ),
}

/// Looks up a rule by name.
#[must_use]
pub fn rule(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.name == name).copied()
}

/// The rule's name that is closest to a misspelled one.
#[must_use]
pub fn nearest_name(name: &str) -> Option<&'static str> {
    crate::plan::nearest(name, RULES.iter().map(|rule| rule.name))
}

#[cfg(test)]
mod tests;
