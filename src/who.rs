//! Which tasks may write a path, and which globs of the plan say so.

mod below;
mod files;

use crate::glob::{Glob, Undecided};
use crate::index::{GlobId, IndexVec, TaskId};
use crate::lane::{Lanes, MatchedBy};
use crate::path::RepoPath;
use crate::plan::{GlobEntry, Plan, PlanPath};

pub use files::LaneFiles;

/// Answers which tasks may write a path, for any number of paths.
#[derive(Debug)]
pub struct Who<'p> {
    plan: &'p Plan,
    lanes: Lanes,
    /// The globs of each lane.
    globs: IndexVec<TaskId, IndexVec<GlobId, &'p GlobEntry>>,
    unknown: Vec<TaskId>,
}

/// Which tasks may write one path.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Writers<'p> {
    /// The tasks that may write it, in plan order.
    pub owners: Vec<Owner<'p>>,
    /// What protects the path from all tasks.
    pub protected: Option<ProtectedBy<'p>>,
    /// The tasks for which the work limit was reached.
    pub undecided: Vec<TaskId>,
}

/// A task that may write a path.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Owner<'p> {
    /// The id of the task.
    pub task: TaskId,
    /// The first glob that matches the path.
    pub entry: &'p GlobEntry,
    /// Whether the glob comes from `share` instead of the task's `write`.
    pub shared: bool,
}

/// What protects a path.
#[derive(Clone, Copy, Debug)]
pub enum ProtectedBy<'p> {
    /// A glob of `protect`.
    Glob(&'p GlobEntry),
    /// The path is part of the plan itself.
    Plan,
}

/// The answer for one argument.
#[derive(Clone, Debug)]
pub enum PathAnswer<'p> {
    /// Which tasks may write this path.
    Writers(RepoPath, Writers<'p>),
    /// Which tasks may write below this folder.
    Below(RepoPath, Writers<'p>),
    /// The argument is not a path in the repository.
    InvalidPath {
        /// The argument.
        text: String,
        /// Why it is invalid.
        problem: String,
    },
}

impl<'p> Who<'p> {
    /// Prepares to answer questions about a plan.
    #[must_use]
    pub fn new(plan: &'p Plan) -> Who<'p> {
        let globs = plan.tasks.iter().map(|task| task.globs().map(|(entry, _)| entry).collect());
        let tasks = plan.tasks.ids();
        Who {
            plan,
            lanes: plan.lanes(),
            globs: globs.collect(),
            unknown: tasks.filter(|&task| plan.is_lane_unknown(task)).collect(),
        }
    }

    /// The plan that the answers are about.
    #[must_use]
    pub fn plan(&self) -> &'p Plan {
        self.plan
    }

    /// The tasks whose lanes are not fully known, so that they may contain more paths than the
    /// answers show.
    #[must_use]
    pub fn unknown(&self) -> &[TaskId] {
        &self.unknown
    }

    /// Which tasks may write a path.
    #[must_use]
    pub fn may_write(&self, path: &RepoPath) -> Writers<'p> {
        let protected = self.protection(path);
        if protected.is_some() {
            return Writers { protected, ..Writers::default() };
        }
        let mut answer = Writers::default();
        for task in self.lanes.candidates(path) {
            match self.lanes.of(task).matched_by(path) {
                Ok(None) => {}
                Ok(Some(MatchedBy::Glob(glob))) => {
                    let entry = self.globs[task][glob];
                    answer.owners.push(Owner { task, entry, shared: false });
                }
                Ok(Some(MatchedBy::Share)) => {
                    if let Some(entry) = first(&self.plan.share, path) {
                        answer.owners.push(Owner { task, entry, shared: true });
                    }
                }
                Err(Undecided) => answer.undecided.push(task),
            }
        }
        answer
    }

    /// Whether the answer depends neither on the work limit nor on an invalid part of the plan.
    #[must_use]
    pub fn is_complete(&self, answer: &Writers<'_>) -> bool {
        answer.undecided.is_empty()
            && !self.plan.unknown
            && (answer.protected.is_some() || self.unknown.is_empty())
    }

    fn protection(&self, path: &RepoPath) -> Option<ProtectedBy<'p>> {
        if self.plan.own_paths.iter().any(|own: &PlanPath| own.contains(path)) {
            return Some(ProtectedBy::Plan);
        }
        first(&self.plan.protect, path).map(ProtectedBy::Glob)
    }
}

/// The first glob that certainly matches a path.
fn first<'p>(entries: &'p [GlobEntry], path: &RepoPath) -> Option<&'p GlobEntry> {
    let matches = |glob: &Glob| glob.is_match(path) == Ok(true);
    entries.iter().find(|entry| entry.glob.as_ref().is_ok_and(matches))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{PlanText, read};

    /// A short text of the answer for a path.
    fn describe(text: &str, path: &str) -> String {
        let mut plan = read(vec![PlanText::new("lanes.yaml", text)]);
        plan.own_paths = vec![PlanPath::File("lanes.yaml".parse().unwrap())];
        let who = Who::new(&plan);
        let answer = who.may_write(&path.parse().unwrap());
        let owners = answer.owners.iter().map(|owner| {
            let id = &plan[owner.task].id.value;
            format!("{id} by {}{}", owner.entry.text, if owner.shared { ", shared" } else { "" })
        });
        let protected = answer.protected.map(|protection| match protection {
            ProtectedBy::Plan => "the plan".to_owned(),
            ProtectedBy::Glob(entry) => format!("protected by {}", entry.text),
        });
        let whole = if who.is_complete(&answer) { "" } else { " (incomplete)" };
        owners.chain(protected).collect::<Vec<_>>().join("; ") + whole
    }

    #[test]
    fn owners_and_protection() {
        let text = "tasks:\n  a: {write: ['./x', 'src/*', 'src/**', '!src/gen/**']}\n  b: {write: \
                    '**/b'}\n  c: {write: []}\nshare: log\nprotect: [p/**, '**/secret']\n";
        for (path, expected) in [
            ("src/x", "a by src/*"),
            ("src/y/x", "a by src/**"),
            ("src/y/b", "a by src/**; b by **/b"),
            ("src/gen/b", "b by **/b"),
            ("log", "a by log, shared; b by log, shared"),
            ("p/b", "protected by p/**"),
            ("secret", "protected by **/secret"),
            ("lanes.yaml", "the plan"),
            ("README.md", ""),
        ] {
            let sound = text.replace("'./x', ", "");
            assert_eq!(describe(&sound, path), expected, "{path}");
            let known = path.starts_with("p/") || matches!(path, "secret" | "lanes.yaml");
            let more = if known { "" } else { " (incomplete)" };
            assert_eq!(describe(text, path), format!("{expected}{more}"), "{path}, a glob invalid");
        }
    }

    #[test]
    fn invalid_protect_glob() {
        let text = "tasks: {a: {write: src/**}}\nprotect: ./src/x\n";
        assert_eq!(describe(text, "src/x"), "a by src/** (incomplete)");
    }
}
