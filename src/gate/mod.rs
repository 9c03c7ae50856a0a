//! What `gate` is about, in memory: which change is in which lane, and which changes collide.

mod carried;
mod clashing;
mod collision;
mod commits;
mod escape;
mod link;
mod merging;
mod moving;
mod own;
mod placement;
mod protection;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::change::object::{CommitId, ObjectId};
use crate::change::{Change, ChangeKind, ChangeSet, FolderRename, Lines};
use crate::failure::Failure;
use crate::finding::{Input, InputState};
use crate::index::{IndexVec, InputId, TaskId};
use crate::path::RepoPath;
use crate::plan::{Plan, PlanPath};

pub use carried::CarriedChange;
pub(crate) use carried::may_carry;
pub use clashing::{PathClash, PathClashes, added_forms, path_clashes};
pub use collision::{Collision, Collisions, Proximity, collisions};
pub use commits::{CommitsApart, NamedBy, Naming, UnclaimedCommit};
pub use escape::{Escape, EscapeUnknown, escapes};
pub use link::{ChangedLink, Destination, Node, System, follow};
pub use merging::{Sharing, TriedMerge, sharing};
pub(crate) use moving::folders;
pub use moving::{MovedFolder, MovedFolders, may_move_folders, moved_folders};
pub use own::{Inherited, Merging, UnmetNeed, may_differ};
pub use placement::{PlacedChange, Placement, Placer, Stray};
pub use protection::Protection;

/// What one task changed, from one source.
#[derive(Clone, Debug)]
pub struct TaskDiff {
    /// `None` for a branch that belongs to no task.
    pub task: Option<TaskId>,
    /// The input as reports show it.
    pub input: Input,
    /// How much of the task's work this is.
    pub coverage: Coverage,
    /// Where its changes come from.
    pub source: Source,
    /// The changes themselves.
    pub work: Work,
    /// Paths that may not have changed after all, each with why it counts as changed.
    pub uncertain: BTreeMap<RepoPath, String>,
    /// What merging it into its base would do.
    pub merging: Merging,
}

/// A branch that belongs to no task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedBranch {
    /// Its name, without `refs/heads/`.
    pub name: String,
    /// What the plan says about it.
    pub kind: BranchKind,
}

/// What a plan says about a branch that belongs to no task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BranchKind {
    /// Nothing, which is an error.
    Unclaimed,
    /// Nothing, and the plan does not make that an error: it may be merged if it stays out of all
    /// lanes.
    Unknown,
    /// It is one of `other-branches`: it may be merged if it stays out of all lanes.
    Other,
    /// It is one of `plan-branches`: it may change the plan, and nothing else.
    Plan,
    /// It is that of a merge queue: it holds the work of several tasks, and may write what any task
    /// may.
    Queue,
}

/// A plan that an input would put in the place of the one it is checked against.
#[derive(Clone, Debug)]
pub struct ProposedPlan {
    /// The input.
    pub input: InputId,
    /// The plan, or why there is none that can be read.
    pub plan: Result<Arc<Plan>, Failure>,
    /// The files that exist with it, in byte order.
    pub files: Vec<RepoPath>,
    /// Why the list of files may be incomplete.
    pub gaps: Vec<Failure>,
}

/// How much of a task's work an input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// All of it: the task's own branch.
    Branch,
    /// What the caller passed: a patch, a range, everything since the base.
    Given,
    /// One commit, on a branch with the work of several tasks. Such commits are not compared with
    /// each other.
    Commit,
    /// Uncommitted changes: the task may have commits as well.
    Uncommitted,
}

/// Where changes come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// The patch of this name.
    Patch(String),
    /// Commits; `None` if they could not be found.
    Commits(Option<Commits>),
    /// The index.
    Index,
    /// The work tree.
    WorkTree,
}

/// The two commits that were compared.
#[derive(Clone, Debug)]
pub struct Commits {
    /// Where the work starts.
    pub start: CommitId,
    /// Where it ends: the commit to merge.
    pub tip: CommitId,
    /// The tip of the base to merge into; `None` if two trees are compared.
    pub onto: Option<CommitId>,
}

/// The changes of an input.
#[derive(Clone, Debug)]
pub enum Work {
    /// These changes; their `gaps` say what could not be read.
    Changes(ChangeSet),
    /// The task's branch does not exist.
    NoBranch,
    /// The input could not be read.
    Unreadable(Failure),
    /// Another attempt at the task is merged, so this one is not judged.
    Superseded,
}

/// Everything that a gate looks at.
#[derive(Clone, Debug, Default)]
pub struct GateInput {
    /// The inputs, in the order given by the caller.
    pub diffs: IndexVec<InputId, TaskDiff>,
    /// Why the run as a whole is not verified.
    pub gaps: Vec<Failure>,
    /// Paths that would be found instead of the current plan, or make the choice of a plan
    /// ambiguous.
    pub plan_rivals: Vec<PlanPath>,
    /// The branch of the inputs without a task.
    pub named: Option<NamedBranch>,
    /// Set if ranges are taken apart into commits.
    pub apart: Option<CommitsApart>,
    /// The plans that inputs from one of the `plan-branches` would make.
    pub proposed: Vec<ProposedPlan>,
    /// The lines that differ between two contents, for paths that two tasks changed.
    pub lines: BTreeMap<(ObjectId, ObjectId), Lines>,
    /// Existing paths of the base whose folded form is in [`added_forms`].
    pub existing: Vec<RepoPath>,
    /// Changes that merging makes beyond those of the inputs.
    pub carried: Vec<CarriedChange>,
    /// Symbolic links that were added or changed.
    pub links: Vec<ChangedLink>,
    /// Folders that inputs rename.
    pub folder_renames: BTreeMap<InputId, Vec<FolderRename>>,
    /// Trial merges of the branches that share files.
    pub merges: Vec<TriedMerge>,
    /// The tasks that count as merged.
    pub merged: BTreeSet<TaskId>,
    /// The tasks that have branches, as far as that was asked.
    pub begun: BTreeSet<TaskId>,
    /// Whether the work limit was reached, so that some merges were not tried.
    pub left_unmerged: bool,
}

/// How a change affects the plan that it is checked against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanChange {
    /// It changes a file of the plan.
    Own,
    /// It adds a plan that would be found first.
    Rival,
}

/// How a change affects a plan, if at all. `rivals` are the paths of plans that would be found
/// first.
#[must_use]
pub fn plan_change(
    plan: &Plan,
    rivals: &[PlanPath],
    path: &RepoPath,
    kind: ChangeKind,
) -> Option<PlanChange> {
    let among = |plans: &[PlanPath]| plans.iter().any(|plan| plan.contains(path));
    if among(&plan.own_paths) {
        Some(PlanChange::Own)
    } else if kind != ChangeKind::Deleted && among(rivals) {
        Some(PlanChange::Rival)
    } else {
        None
    }
}

impl GateInput {
    /// Whether the inputs without a task may change the plan, which is then checked.
    #[must_use]
    pub fn may_change_plan(&self, plan: &Plan) -> bool {
        self.named.as_ref().is_some_and(|branch| match branch.kind {
            BranchKind::Plan => true,
            BranchKind::Queue => !plan.plan_branches.is_empty(),
            BranchKind::Unclaimed | BranchKind::Unknown | BranchKind::Other => false,
        })
    }
}

impl TaskDiff {
    /// The commits that were compared; `None` for a patch, the index and the work tree.
    #[must_use]
    pub fn commits(&self) -> Option<&Commits> {
        match &self.source {
            Source::Commits(commits) => commits.as_ref(),
            Source::Patch(_) | Source::Index | Source::WorkTree => None,
        }
    }

    /// Whose work it is: a task, and which attempt at it.
    #[must_use]
    pub fn attempt(&self) -> (Option<TaskId>, Option<usize>) {
        (self.task, self.input.attempt)
    }

    /// The input as reports show it, with its state.
    #[must_use]
    pub fn reported(&self) -> Input {
        let state = match &self.work {
            Work::Changes(set) if set.gaps.is_empty() && self.merging.is_merged => {
                InputState::Merged
            }
            Work::Changes(set) if set.gaps.is_empty() => InputState::Judged,
            Work::NoBranch => InputState::Missing,
            Work::Superseded => InputState::Superseded,
            Work::Changes(_) | Work::Unreadable(_) => InputState::Unverified,
        };
        let not_own = self.merging.landed.len() + self.merging.inherited.len();
        Input { state, not_own, ..self.input.clone() }
    }

    /// Whether both are commits of one branch, which are not compared with each other.
    #[must_use]
    pub fn is_beside(&self, other: &TaskDiff) -> bool {
        self.coverage == Coverage::Commit && other.coverage == Coverage::Commit
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
            Work::NoBranch | Work::Superseded | Work::Unreadable(_) => None,
        };
        set.into_iter().flatten()
    }
}

impl PlanPath {
    /// Whether a change of this path changes the plan.
    #[must_use]
    pub fn contains(&self, path: &RepoPath) -> bool {
        match self {
            PlanPath::File(file) => file == path,
            // A file or link that replaces the folder itself changes the plan too.
            PlanPath::Folder(folder) => path
                .as_bytes()
                .strip_prefix(folder.as_bytes())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/")),
        }
    }
}
