//! The second verb: which change is in which lane.

mod carried;
mod clashing;
mod collision;
mod escape;
mod link;
mod merging;
mod moving;
mod protection;

use std::collections::BTreeMap;

use crate::change::object::{CommitId, Mode, ObjectId};
use crate::change::{Change, ChangeKind, ChangeSet, FolderRename, Lines};
use crate::failure::Failure;
use crate::finding::Input;
use crate::glob::{Patience, Undecided};
use crate::lane::Lanes;
use crate::path::RepoPath;
use crate::plan::order::Order;
use crate::plan::{Own, Plan};

pub use carried::{Carried, may_carry};
pub use clashing::{PathClash, PathClashes, added_forms, path_clashes};
pub use collision::{Collision, Collisions, Meeting, collisions};
use escape::Escapes;
pub use escape::{Escape, NoEscape};
pub use link::{ChangedLink, Destination, Node, System, follow};
pub use merging::{Sharing, TriedMerge, sharing};
pub use moving::{MovedFolder, MovedFolders, may_move_folders, moved_folders};
pub use protection::Protection;

/// What was found of one task's work.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The place of the task in the plan; nothing for a branch that is no task's.
    pub task: Option<usize>,
    /// What was looked at.
    pub input: Input,
    /// How much of the task's work that is.
    pub extent: Extent,
    /// Where its changes come from.
    pub source: Source,
    /// What it holds.
    pub work: Work,
    /// The paths of which nobody knows whether they were changed, and why they count as changed.
    pub doubts: BTreeMap<RepoPath, String>,
}

/// How much of a task's work an input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
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
    pub judged: Vec<Judged>,
    /// What keeps the run as a whole from being verified.
    pub gaps: Vec<Failure>,
    /// The paths that would be found as the plan before the one that judges, and those that would
    /// make finding it an error.
    pub plan_rivals: Vec<Own>,
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
    /// The folders that inputs rename, by the places of the inputs.
    pub folder_renames: BTreeMap<usize, Vec<FolderRename>>,
    /// What came of merging the branches that share files.
    pub merges: Vec<TriedMerge>,
    /// Whether branches were left unmerged, since a bound on work was reached.
    pub left_unmerged: bool,
}

/// Where a change stands to the lane of the task that made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Inside.
    Inside,
    /// Outside; these tasks may write it. Whoever is no task may write all but what is protected.
    Outside {
        /// The tasks, by their places in the plan.
        owners: Vec<usize>,
    },
    /// The task's lane is not known, so nobody can say.
    UnknownLane,
    /// Inside, but what is put there takes the place of a folder that is outside: that of a
    /// protected glob, of an exclusion, or of these tasks.
    TakesFolder {
        /// The tasks, by their places in the plan.
        owners: Vec<usize>,
    },
    /// A bound on work was reached.
    Undecided,
}

/// What follows from all that a gate looked at, found out once for all rules.
#[derive(Debug)]
pub struct GateFacts<'a> {
    /// What the gate looked at.
    pub input: &'a GateInput,
    /// What no task may write.
    pub protection: Protection<'a>,
    /// Every change with where it stands, in the order of the inputs and of the paths.
    pub changes: Vec<Placed<'a>>,
    /// Whether each link of the input escapes, or why nobody knows; in their order.
    pub escapes: Vec<Result<Option<Escape>, NoEscape>>,
    /// Where two tasks changed one path.
    pub collisions: Collisions<'a>,
    /// Where changed paths cannot stand together.
    pub clashes: PathClashes<'a>,
    /// Where one task renames a folder and another adds files to it.
    pub moved: MovedFolders<'a>,
}

/// A change with where it stands.
#[derive(Clone, Debug)]
pub struct Placed<'a> {
    /// The input that holds it.
    pub judged: &'a Judged,
    /// The path that is written.
    pub path: &'a RepoPath,
    /// How.
    pub change: &'a Change,
    /// Where that is.
    pub standing: Standing,
    /// Set where only the merge writes the path.
    pub carried: Option<&'a Carried>,
}

impl<'a> GateFacts<'a> {
    /// Finds out all of it.
    #[must_use]
    pub fn new(
        plan: &Plan,
        lanes: &'a Lanes,
        order: &Order,
        input: &'a GateInput,
    ) -> GateFacts<'a> {
        let collisions = collisions(lanes, order, &input.judged);
        let moved = moved_folders(order, &input.judged, &input.folder_renames);
        GateFacts::with(plan, lanes, order, input, collisions, moved)
    }

    /// Finds out the rest of it, where some is known.
    #[must_use]
    pub fn with(
        plan: &Plan,
        lanes: &'a Lanes,
        order: &Order,
        input: &'a GateInput,
        collisions: Collisions<'a>,
        moved: MovedFolders<'a>,
    ) -> GateFacts<'a> {
        let protection = Protection::new(plan, lanes);
        let guard = &protection;
        let place = |judged: &'a Judged, path, change, carried| {
            let standing = standing(plan, lanes, guard, judged.task, path, change);
            Placed { judged, path, change, standing, carried }
        };
        let own = input.judged.iter().flat_map(|judged| {
            judged.changes().map(move |(path, change)| place(judged, path, change, None))
        });
        let carried = input.carried.iter().filter_map(|carried| {
            let judged = input.judged.get(carried.judged)?;
            Some(place(judged, &carried.path, &carried.change, Some(carried)))
        });
        let changes = own.chain(carried).collect();
        let escapes = escapes(plan, lanes, guard, input);
        let clashes = path_clashes(order, input);
        GateFacts { input, protection, changes, escapes, collisions, clashes, moved }
    }
}

impl Judged {
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

fn standing(
    plan: &Plan,
    lanes: &Lanes,
    protection: &Protection<'_>,
    task: Option<usize>,
    path: &RepoPath,
    change: &Change,
) -> Standing {
    if task.is_some_and(|task| plan.is_lane_unknown(task)) {
        return Standing::UnknownLane;
    }
    let find = || -> Result<Standing, Undecided> {
        Ok(match task {
            _ if protection.holds(path)? => Standing::Outside { owners: Vec::new() },
            Some(task) if lanes.of(task).holder(path)?.is_none() => {
                Standing::Outside { owners: lanes.owners(path)? }
            }
            _ => match takes_folder(lanes, protection, task, path, change)? {
                Some(owners) => Standing::TakesFolder { owners },
                None => Standing::Inside,
            },
        })
    };
    find().unwrap_or(Standing::Undecided)
}

/// Whether a change puts something where the plan wants a folder that is not the task's, and whose
/// the folder is.
///
/// The plan wants a folder where a glob names it; that a wildcard could match below any file is no
/// sign of one.
fn takes_folder(
    lanes: &Lanes,
    protection: &Protection<'_>,
    task: Option<usize>,
    path: &RepoPath,
    change: &Change,
) -> Result<Option<Vec<usize>>, Undecided> {
    if !matches!(change.kind, ChangeKind::Added | ChangeKind::Type) {
        return Ok(None);
    }
    // A submodule is a folder itself: for it a wildcard in the name is sign enough.
    let is_submodule = change.new.as_ref().is_some_and(|side| side.mode == Mode::Submodule);
    let mut patience = Patience::default();
    if protection.names_folder(path)?
        || is_submodule && protection.covers_folder(path, &mut patience)?
    {
        return Ok(Some(Vec::new()));
    }
    let Some(task) = task else { return Ok(None) };
    let is_excluded = lanes.of(task).excludes_folder(path)?;
    if !is_excluded && !lanes.is_folder_of_others(path, task) {
        return Ok(None);
    }
    let others = lanes.others_below(Some(path), task, None, &mut patience)?;
    let owners = others.map(|others| others.owners);
    Ok(if is_excluded { Some(owners.unwrap_or_default()) } else { owners })
}

fn escapes(
    plan: &Plan,
    lanes: &Lanes,
    protection: &Protection<'_>,
    input: &GateInput,
) -> Vec<Result<Option<Escape>, NoEscape>> {
    let mut escapes = Escapes::new(lanes, protection);
    let mut of = |link: &ChangedLink| {
        let Some(judged) = input.judged.get(link.judged) else { return Ok(None) };
        let change = match &judged.work {
            Work::Changes(set) => set.changes.get(&link.path),
            Work::NoBranch | Work::Unreadable(_) => None,
        };
        let stands = |change| standing(plan, lanes, protection, judged.task, &link.path, change);
        escapes.of(link, judged.task, &change.map_or(Standing::Undecided, stands))
    };
    input.links.iter().map(&mut of).collect()
}

impl Own {
    /// Whether a change of this path changes the plan.
    #[must_use]
    pub fn holds(&self, path: &RepoPath) -> bool {
        match self {
            Own::File(file) => file == path,
            // The folder's own path too: put a file or a link in its place, and the plan is gone.
            Own::Folder(folder) => path
                .as_bytes()
                .strip_prefix(folder.as_bytes())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/")),
        }
    }
}
