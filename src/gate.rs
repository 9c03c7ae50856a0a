//! The second verb: which change is in which lane.

use std::collections::BTreeMap;

use crate::finding::Input;
use crate::lane::Lanes;
use crate::path::RepoPath;
use crate::plan::{Own, Plan};
use crate::repo::{ChangeKind, ChangeSet, Gap};

/// What was found of one task's work.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The place of the task in the plan.
    pub task: usize,
    /// What was looked at.
    pub input: Input,
    /// How much of the task's work that is.
    pub extent: Extent,
    /// The patch that was read, by its name; nothing for what came from a repository.
    pub patch: Option<String>,
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

/// What an input of the gate holds.
#[derive(Clone, Debug)]
pub enum Work {
    /// These changes, as far as they could be read.
    Changes(ChangeSet),
    /// Nothing: the task's branch does not exist.
    NoBranch,
    /// Nobody knows: it could not be read.
    Unreadable(Gap),
}

/// All that a gate looked at.
#[derive(Clone, Debug, Default)]
pub struct GateInput {
    /// The inputs in the order of the call.
    pub judged: Vec<Judged>,
    /// What keeps the run as a whole from being verified.
    pub gaps: Vec<Gap>,
    /// The paths that would be found as the plan before the one that judges, and those that would
    /// make finding it an error.
    pub plan_rivals: Vec<Own>,
}

/// Where a change stands to the lane of the task that made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Inside.
    Inside,
    /// Outside; these tasks may write it.
    Outside {
        /// The tasks, by their places in the plan.
        owners: Vec<usize>,
    },
    /// The task's lane is not known, so nobody can say.
    UnknownLane,
    /// A bound on work was reached.
    Undecided,
}

/// Every change of every input with where it stands, in the order of the inputs and of the paths.
pub fn standings<'a>(
    plan: &'a Plan,
    lanes: &'a Lanes,
    gate: &'a GateInput,
) -> impl Iterator<Item = (&'a Judged, &'a RepoPath, ChangeKind, Standing)> {
    gate.judged.iter().flat_map(move |judged| {
        let changes = match &judged.work {
            Work::Changes(set) => Some(&set.changes),
            Work::NoBranch | Work::Unreadable(_) => None,
        };
        changes.into_iter().flatten().map(move |(path, &kind)| {
            (judged, path, kind, standing(plan, lanes, judged.task, path))
        })
    })
}

fn standing(plan: &Plan, lanes: &Lanes, task: usize, path: &RepoPath) -> Standing {
    if plan.is_lane_unknown(task) {
        return Standing::UnknownLane;
    }
    let found = lanes.of(task).holder(path).and_then(|holder| {
        Ok(match holder {
            Some(_) => Standing::Inside,
            None => Standing::Outside { owners: lanes.owners(path)? },
        })
    });
    found.unwrap_or(Standing::Undecided)
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
