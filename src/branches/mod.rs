//! Finds whose branch a name is. Gate, hook and editor all use this, so they always agree.

mod duplicates;

use std::fmt;

use crate::failure::Failure;
use crate::glob::index::GlobIndex;
use crate::index::TaskId;
use crate::path::RepoPath;
use crate::plan::{BranchName, DEFAULT_BASE, Plan, name_fault};
pub use duplicates::{Duplicate, DuplicateKind, Duplicates, duplicates};

/// The most tasks that a message names.
const MAX_NAMED: usize = 5;

/// Who a branch belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BranchOwner {
    /// A task.
    Task(TaskId),
    /// The plan: the branch is one of `plan-branches`.
    Plan,
    /// Nobody's task: the branch is one of `other-branches`.
    Other,
}

/// The branches that a plan names, indexed.
#[derive(Debug)]
pub struct Branches<'p> {
    plan: &'p Plan,
    base: &'p str,
    /// The owner of each name or pattern, and its index there.
    index: GlobIndex<(BranchOwner, usize)>,
}

impl<'p> Branches<'p> {
    /// Indexes the branches of a plan.
    #[must_use]
    pub fn new(plan: &'p Plan) -> Branches<'p> {
        let mut index = GlobIndex::default();
        for (owner, at, branch) in all(plan) {
            if let Some(glob) = branch.glob() {
                index.insert(&glob, (owner, at));
            }
        }
        let base = plan.base.as_ref().map_or(DEFAULT_BASE, |base| &base.value);
        Branches { plan, base, index }
    }

    /// The same with another base, which is no task's branch even if a pattern matches it.
    #[must_use]
    pub fn with_base(self, base: &'p str) -> Branches<'p> {
        Branches { base, ..self }
    }

    /// Who a branch belongs to; `None` if the plan does not say. A task takes precedence over
    /// `other-branches`.
    ///
    /// # Errors
    /// If it belongs to several tasks, or to the plan and anyone else: picking one would be a guess.
    /// If a pattern is too complex to decide.
    pub fn owner(&self, branch: &str) -> Result<Option<BranchOwner>, Failure> {
        match *self.owners(branch)?.as_slice() {
            [] => Ok(None),
            [owner] | [owner @ BranchOwner::Task(_), BranchOwner::Other] => Ok(Some(owner)),
            ref owners => Err(self.shared(branch, owners)),
        }
    }

    /// Everyone whom a branch belongs to, in the order of the plan.
    fn owners(&self, branch: &str) -> Result<Vec<BranchOwner>, Failure> {
        if branch == self.base || name_fault(branch).is_some() {
            return Ok(Vec::new());
        }
        let Ok(path) = branch.parse::<RepoPath>() else { return Ok(Vec::new()) };
        let mut owners: Vec<BranchOwner> = Vec::new();
        for (owner, at) in self.index.candidates(&path) {
            let name = branches_of(self.plan, owner).get(at);
            let is_match = name.map_or(Ok(false), |name| name.is_match(branch)).map_err(|_| {
                Failure::new(
                    format!("cannot decide whose branch `{branch}` is: a pattern is too complex"),
                    "use a simpler pattern, or name the task with --task ID",
                )
            })?;
            if is_match && owners.last() != Some(&owner) {
                owners.push(owner);
            }
        }
        Ok(owners)
    }

    /// All tasks that a branch belongs to. In a sound plan, these are at most one.
    ///
    /// # Errors
    /// If a pattern is too complex to decide.
    pub fn tasks(&self, branch: &str) -> Result<Vec<TaskId>, Failure> {
        let task = |owner| match owner {
            BranchOwner::Task(task) => Some(task),
            BranchOwner::Plan | BranchOwner::Other => None,
        };
        Ok(self.owners(branch)?.into_iter().filter_map(task).collect())
    }

    /// The task that a branch belongs to, if any.
    ///
    /// # Errors
    /// As for [`Branches::owner`].
    pub fn task(&self, branch: &str) -> Result<Option<TaskId>, Failure> {
        Ok(match self.owner(branch)? {
            Some(BranchOwner::Task(task)) => Some(task),
            Some(BranchOwner::Plan | BranchOwner::Other) | None => None,
        })
    }

    fn shared(&self, branch: &str, owners: &[BranchOwner]) -> Failure {
        let names = owners.iter().take(MAX_NAMED).map(|owner| match owner {
            BranchOwner::Task(task) => format!("`{}`", self.plan[*task].id.value),
            owner => format!("`{owner}`"),
        });
        let mut names = names.collect::<Vec<_>>().join(", ");
        if owners.len() > MAX_NAMED {
            names.push_str(", …");
        }
        let tasks = owners.iter().all(|owner| matches!(owner, BranchOwner::Task(_)));
        let problem = match tasks {
            true => format!("several tasks have the branch `{branch}`: {names}"),
            false => format!("the branch `{branch}` has several owners: {names}"),
        };
        Failure::new(
            problem,
            "name the task with --task ID, or give each task a `branch` of its own",
        )
    }
}

/// The command that fetches a branch, or all of them, also in a clone of a single branch: there,
/// `git fetch origin main` creates no `origin/main`.
///
/// A name with characters that a shell might interpret is not repeated.
#[must_use]
pub fn fetch_command(branch: Option<&str>) -> String {
    let is_plain = |name: &&str| {
        name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.'))
    };
    match branch.filter(is_plain) {
        Some(name) => format!("git fetch origin {name}:refs/remotes/origin/{name}"),
        None => "git fetch origin '+refs/heads/*:refs/remotes/origin/*'".to_owned(),
    }
}

impl fmt::Display for BranchOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BranchOwner::Task(_) => "branch",
            BranchOwner::Plan => "plan-branches",
            BranchOwner::Other => "other-branches",
        })
    }
}

/// The names and patterns of an owner.
fn branches_of(plan: &Plan, owner: BranchOwner) -> &[BranchName] {
    match owner {
        BranchOwner::Task(task) => &plan[task].branches,
        BranchOwner::Plan => &plan.plan_branches,
        BranchOwner::Other => &plan.other_branches,
    }
}

/// All names and patterns, with their owners and their indexes there.
fn all(plan: &Plan) -> impl Iterator<Item = (BranchOwner, usize, &BranchName)> {
    let owners = plan.tasks.ids().map(BranchOwner::Task);
    owners.chain([BranchOwner::Plan, BranchOwner::Other]).flat_map(|owner| {
        branches_of(plan, owner).iter().enumerate().map(move |(at, branch)| (owner, at, branch))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::nth;
    use crate::plan::{PlanText, read};

    fn plan(text: &str) -> Plan {
        let plan = read(vec![PlanText::new("lanes.yaml", text)]);
        assert_eq!(plan.problems, []);
        plan
    }

    #[test]
    fn task_of_branch() {
        let plan = plan(
            "tasks: {a: {write: a}, b: {write: b, branch: both}, c: {write: c, branch: [c, both]}}",
        );
        let branches = Branches::new(&plan);
        assert_eq!(branches.task("a"), Ok(Some(nth(0))));
        assert_eq!(branches.task("b"), Ok(None));
        assert_eq!(branches.task("c"), Ok(Some(nth(2))));
        let shared = branches.task("both").unwrap_err();
        assert_eq!(shared.problem, "several tasks have the branch `both`: `b`, `c`");
    }

    #[test]
    fn owners() {
        let plan = plan(
            "base: trunk\ntasks:\n  a: {write: a, branch: [codex/a-*, '*-codex/a-*', 'fix/{x,y/z}']}\n  \
             b: {write: b, branch: '[bt]*'}\nplan-branches: plan/**\n\
             other-branches: [dependabot/**, b/x]\n",
        );
        let branches = Branches::new(&plan);
        for (name, expected) in [
            ("codex/a-1", Some(BranchOwner::Task(nth(0)))),
            ("m2bkgg-codex/a-", Some(BranchOwner::Task(nth(0)))),
            ("fix/y/z", Some(BranchOwner::Task(nth(0)))),
            ("fix/y", None),
            ("codex/a", None),
            ("x/codex/a-1", None),
            ("a", None),
            ("bees", Some(BranchOwner::Task(nth(1)))),
            ("b/x", Some(BranchOwner::Other)),
            ("dependabot/pip/x", Some(BranchOwner::Other)),
            ("dependabot", None),
            ("plan/wider/lane", Some(BranchOwner::Plan)),
            // The base is nobody's.
            ("trunk", None),
            ("HEAD", None),
            ("codex/a-1.lock", None),
            ("", None),
            ("/", None),
        ] {
            assert_eq!(branches.owner(name), Ok(expected), "{name}");
        }
        let branches = branches.with_base("bees");
        assert_eq!(branches.owner("bees"), Ok(None));
        assert_eq!(branches.owner("trunk"), Ok(Some(BranchOwner::Task(nth(1)))));
    }

    #[test]
    fn precedence() {
        let plan =
            plan("tasks: {a: {write: a, branch: x*}}\nplan-branches: '*y'\nother-branches: '*'\n");
        let branches = Branches::new(&plan);
        assert_eq!(branches.owner("xa"), Ok(Some(BranchOwner::Task(nth(0)))));
        let shared = branches.owner("xy").unwrap_err();
        assert_eq!(
            shared.problem,
            "the branch `xy` has several owners: `a`, `plan-branches`, `other-branches`"
        );
        assert!(branches.owner("ay").is_err());
    }

    #[test]
    fn commands_have_no_shell_syntax() {
        let plain = "git fetch origin a/b-1:refs/remotes/origin/a/b-1";
        assert_eq!(fetch_command(Some("a/b-1")), plain);
        for name in [None, Some("a;b"), Some("$(a)"), Some("a'b"), Some("a&b"), Some("é")] {
            let all = "git fetch origin '+refs/heads/*:refs/remotes/origin/*'";
            assert_eq!(fetch_command(name), all, "{name:?}");
        }
    }

    #[test]
    fn long_list_is_cut() {
        let tasks: String =
            (0..9).map(|id| format!("  t{id}: {{branch: x, write: a}}\n")).collect();
        let plan = plan(&format!("tasks:\n{tasks}"));
        assert!(Branches::new(&plan).task("x").unwrap_err().problem.ends_with("`t4`, …"));
    }
}
