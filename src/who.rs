//! Who may write a path, and by which words of the plan.

use crate::glob::{Glob, Undecided};
use crate::index::{GlobId, IndexVec, TaskId};
use crate::lane::{Lanes, MatchedBy};
use crate::path::RepoPath;
use crate::plan::{GlobEntry, Plan, PlanPath};

/// What is asked about paths, made ready for any number of them.
#[derive(Debug)]
pub struct Who<'p> {
    plan: &'p Plan,
    lanes: Lanes,
    /// The globs of each task in the order of its lane.
    globs: IndexVec<TaskId, IndexVec<GlobId, &'p GlobEntry>>,
    unknown: Vec<TaskId>,
}

/// Who may write one path.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Answer<'p> {
    /// The tasks that may, in the order of the plan.
    pub owners: Vec<Owner<'p>>,
    /// What keeps all tasks from it.
    pub protected: Option<Protection<'p>>,
    /// The tasks of which nobody knows: a bound on work was reached.
    pub undecided: Vec<TaskId>,
}

/// A task that may write a path.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Owner<'p> {
    /// The place of the task in the plan.
    pub task: TaskId,
    /// The first glob of the plan that says so.
    pub entry: &'p GlobEntry,
    /// Whether that glob is shared, and not the task's own.
    pub shared: bool,
}

/// What protects a path.
#[derive(Clone, Copy, Debug)]
pub enum Protection<'p> {
    /// A glob of `protect`.
    Glob(&'p GlobEntry),
    /// The path belongs to the plan.
    Plan,
}

/// What is said of one thing that was asked about.
#[derive(Clone, Debug)]
pub enum Reply<'p> {
    /// It is a path.
    Answer(RepoPath, Answer<'p>),
    /// It is none.
    NoPath {
        /// What was given.
        text: String,
        /// Why it is no path of the repository.
        problem: String,
    },
}

impl<'p> Who<'p> {
    /// Makes a plan ready to be asked.
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

    /// The plan that is asked.
    #[must_use]
    pub fn plan(&self) -> &'p Plan {
        self.plan
    }

    /// The tasks whose lanes are not known as a whole, so that they may hold more than is told.
    #[must_use]
    pub fn unknown(&self) -> &[TaskId] {
        &self.unknown
    }

    /// Who may write a path.
    #[must_use]
    pub fn may_write(&self, path: &RepoPath) -> Answer<'p> {
        let protected = self.protection(path);
        if protected.is_some() {
            return Answer { protected, ..Answer::default() };
        }
        let mut answer = Answer::default();
        for task in self.lanes.candidates(path) {
            match self.lanes.of(task).matched_by(path) {
                Ok(None) => {}
                Ok(Some(MatchedBy::Glob(place))) => {
                    let entry = self.globs[task][place];
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

    /// Whether an answer is all there is to say.
    #[must_use]
    pub fn is_whole(&self, answer: &Answer<'_>) -> bool {
        answer.undecided.is_empty()
            && !self.plan.unknown
            && (answer.protected.is_some() || self.unknown.is_empty())
    }

    fn protection(&self, path: &RepoPath) -> Option<Protection<'p>> {
        if self.plan.own_paths.iter().any(|own: &PlanPath| own.holds(path)) {
            return Some(Protection::Plan);
        }
        first(&self.plan.protect, path).map(Protection::Glob)
    }
}

/// The first glob that matches a path for sure.
fn first<'p>(entries: &'p [GlobEntry], path: &RepoPath) -> Option<&'p GlobEntry> {
    let holds = |glob: &Glob| glob.is_match(path) == Ok(true);
    entries.iter().find(|entry| entry.glob.as_ref().is_ok_and(holds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{PlanText, read};

    /// What is said of a path, in a few words.
    fn said(text: &str, path: &str) -> String {
        let mut plan = read(vec![PlanText::new("lanes.yaml", text)]);
        plan.own_paths = vec![PlanPath::File("lanes.yaml".parse().unwrap())];
        let who = Who::new(&plan);
        let answer = who.may_write(&path.parse().unwrap());
        let owners = answer.owners.iter().map(|owner| {
            let id = &plan[owner.task].id.value;
            format!("{id} by {}{}", owner.entry.text, if owner.shared { ", shared" } else { "" })
        });
        let protected = answer.protected.map(|protection| match protection {
            Protection::Plan => "the plan".to_owned(),
            Protection::Glob(entry) => format!("protected by {}", entry.text),
        });
        let whole = if who.is_whole(&answer) { "" } else { " and nobody knows who else" };
        owners.chain(protected).collect::<Vec<_>>().join("; ") + whole
    }

    #[test]
    fn a_path_belongs_to_the_tasks_whose_lanes_hold_it() {
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
            assert_eq!(said(&sound, path), expected, "{path}");
            let known = path.starts_with("p/") || matches!(path, "secret" | "lanes.yaml");
            let more = if known { "" } else { " and nobody knows who else" };
            assert_eq!(said(text, path), format!("{expected}{more}"), "{path}, a glob invalid");
        }
    }

    #[test]
    fn what_protects_may_be_what_could_not_be_read() {
        let text = "tasks: {a: {write: src/**}}\nprotect: ./src/x\n";
        assert_eq!(said(text, "src/x"), "a by src/** and nobody knows who else");
    }
}
