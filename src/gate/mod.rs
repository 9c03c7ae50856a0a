//! The second verb: which change is in which lane.

mod carried;
mod clashing;
mod collision;
mod escape;
mod link;
mod merging;
mod moving;
mod placement;
mod protection;

use std::collections::BTreeMap;

use crate::change::object::{CommitId, ObjectId};
use crate::change::{Change, ChangeSet, FolderRename, Lines};
use crate::failure::Failure;
use crate::finding::Input;
use crate::index::{IndexVec, InputId, TaskId};
use crate::path::RepoPath;
use crate::plan::PlanPath;

pub use carried::{Carried, may_carry};
pub use clashing::{PathClash, PathClashes, added_forms, path_clashes};
pub use collision::{Collision, Collisions, Proximity, collisions};
pub use escape::{Escape, NoEscape, escapes};
pub use link::{ChangedLink, Destination, Node, System, follow};
pub use merging::{Sharing, TriedMerge, sharing};
pub use moving::{MovedFolder, MovedFolders, may_move_folders, moved_folders};
pub use placement::{Placed, Placement, placed};
pub use protection::Protection;

/// What was found of one task's work.
#[derive(Clone, Debug)]
pub struct TaskDiff {
    /// The place of the task in the plan; nothing for a branch that is no task's.
    pub task: Option<TaskId>,
    /// What was looked at.
    pub input: Input,
    /// How much of the task's work that is.
    pub coverage: Coverage,
    /// Where its changes come from.
    pub source: Source,
    /// What it holds.
    pub work: Work,
    /// The paths of which nobody knows whether they were changed, and why they count as changed.
    pub uncertain: BTreeMap<RepoPath, String>,
}

/// How much of a task's work an input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// All of it: the task's own branch.
    Branch,
    /// What the caller calls its work: a patch, a range, all since the base.
    Given,
    /// What is not committed yet: other commits of the task may hold more.
    Uncommitted,
}

/// Where changes come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A patch, by its name.
    Patch(String),
    /// Commits; nothing where they could not be found.
    Commits(Option<Commits>),
    /// The index.
    Index,
    /// The work tree.
    WorkTree,
}

/// The two commits that were compared.
#[derive(Clone, Debug)]
pub struct Commits {
    /// The one where the work starts.
    pub start: CommitId,
    /// The one in which it ends, which would be merged.
    pub tip: CommitId,
    /// The base's tip, into which it would be merged; `None` where two trees are compared.
    pub onto: Option<CommitId>,
}

/// What an input of the gate holds.
#[derive(Clone, Debug)]
pub enum Work {
    /// These changes, as far as they could be read.
    Changes(ChangeSet),
    /// Nothing: the task's branch does not exist.
    NoBranch,
    /// Nobody knows: it could not be read.
    Unreadable(Failure),
}

/// All that a gate looked at.
#[derive(Clone, Debug, Default)]
pub struct GateInput {
    /// The inputs in the order of the call.
    pub diff: IndexVec<InputId, TaskDiff>,
    /// What keeps the run as a whole from being verified.
    pub gaps: Vec<Failure>,
    /// The paths that would be found as the plan before the one that judges, and those that would
    /// make finding it an error.
    pub plan_rivals: Vec<PlanPath>,
    /// The branch that the caller named, where it is no task's.
    pub unclaimed: Option<String>,
    /// The lines that differ between two contents, where two tasks changed one path.
    pub lines: BTreeMap<(ObjectId, ObjectId), Lines>,
    /// The paths that exist where the work will be merged and that have a form of
    /// [`added_forms`].
    pub existing: Vec<RepoPath>,
    /// What merging the inputs writes beyond their own changes.
    pub carried: Vec<Carried>,
    /// The symbolic links that were added or changed.
    pub links: Vec<ChangedLink>,
    /// The folders that inputs rename.
    pub folder_renames: BTreeMap<InputId, Vec<FolderRename>>,
    /// What came of merging the branches that share files.
    pub merges: Vec<TriedMerge>,
    /// Whether branches were left unmerged, since a bound on work was reached.
    pub left_unmerged: bool,
}

impl TaskDiff {
    /// The commits that were compared; nothing for a patch, the index and the work tree.
    #[must_use]
    pub fn commits(&self) -> Option<&Commits> {
        match &self.source {
            Source::Commits(commits) => commits.as_ref(),
            Source::Patch(_) | Source::Index | Source::WorkTree => None,
        }
    }

    /// Whether a path is among the changes.
    #[must_use]
    pub fn has_changed(&self, path: &RepoPath) -> bool {
        matches!(&self.work, Work::Changes(set) if set.changes.contains_key(path))
    }

    /// The changes, as far as they could be read.
    pub fn changes(&self) -> impl Iterator<Item = (&RepoPath, &Change)> {
        let set = match &self.work {
            Work::Changes(set) => Some(&set.changes),
            Work::NoBranch | Work::Unreadable(_) => None,
        };
        set.into_iter().flatten()
    }
}

impl PlanPath {
    /// Whether a change of this path changes the plan.
    #[must_use]
    pub fn holds(&self, path: &RepoPath) -> bool {
        match self {
            PlanPath::File(file) => file == path,
            // The folder's own path too: put a file or a link in its place, and the plan is gone.
            PlanPath::Folder(folder) => path
                .as_bytes()
                .strip_prefix(folder.as_bytes())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/")),
        }
    }
}
