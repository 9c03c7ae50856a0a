//! Whether a symbolic link leads out of its task's lane, or takes the place of a folder of others.
//!
//! Both are questions about sets of paths, not about existing files: a folder that does not exist
//! yet can be in another task's lane too.

use std::collections::HashMap;

use super::{ChangedLink, Destination, GateInput, Placement, Placer, Protection, Work};
use crate::glob::{Budget, Undecided};
use crate::index::TaskId;
use crate::lane::{Lanes, OthersBelow};
use crate::path::RepoPath;

/// Why a link is not allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Escape {
    /// It leads outside the repository.
    Outside,
    /// It leads into `.git`.
    GitFolder,
    /// It leads to a protected path.
    Protected(RepoPath),
    /// It leads to a folder (`None` for the root) that contains this protected path.
    ProtectedBelow(Option<RepoPath>, RepoPath),
    /// It leads to a path in the lanes of these tasks.
    Lane(RepoPath, Vec<TaskId>),
    /// It leads to a folder (`None` for the root) that contains this path of these tasks.
    LaneBelow(Option<RepoPath>, RepoPath, Vec<TaskId>),
    /// The first path, below the link, is outside the task's lane; writing it would write the
    /// second.
    Displaced(RepoPath, RepoPath),
}

/// Why it is unknown whether a link escapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EscapeUnknown {
    /// It leads through too many links, perhaps in a circle.
    Endless,
    /// Its target is longer than any system supports.
    TooLong,
    /// The work limit was reached.
    GaveUp,
}

impl From<Undecided> for EscapeUnknown {
    fn from(_: Undecided) -> EscapeUnknown {
        EscapeUnknown::GaveUp
    }
}

/// Whether each link of the input escapes, in the order of the links.
#[must_use]
pub fn escapes(
    placer: &Placer<'_>,
    input: &GateInput,
) -> Vec<Result<Option<Escape>, EscapeUnknown>> {
    let mut escapes = Escapes::new(placer.lanes, placer.protection);
    let of = |link: &ChangedLink| {
        let Some(diff) = input.diffs.find(link.input) else { return Ok(None) };
        let change = match &diff.work {
            Work::Changes(set) => set.changes.get(&link.path),
            Work::NoBranch | Work::Superseded | Work::Unreadable(_) => None,
        };
        let place = |change| placer.placement(diff.task, &link.path, change);
        escapes.of(link, diff.task, &change.map_or(Placement::Undecided, place))
    };
    input.links.iter().map(of).collect()
}

/// Decides about links, and caches what is below the folders they lead to.
struct Escapes<'a> {
    lanes: &'a Lanes,
    protection: &'a Protection<'a>,
    budget: Budget,
    others: HashMap<(Option<RepoPath>, TaskId), Option<OthersBelow>>,
}

impl<'a> Escapes<'a> {
    fn new(lanes: &'a Lanes, protection: &'a Protection<'a>) -> Escapes<'a> {
        Escapes { lanes, protection, budget: Budget::default(), others: HashMap::new() }
    }

    /// Decides about a link of a task, or of a branch without a task. `placement` is that of the
    /// link's own path.
    fn of(
        &mut self,
        link: &ChangedLink,
        task: Option<TaskId>,
        placement: &Placement,
    ) -> Result<Option<Escape>, EscapeUnknown> {
        // `not-verified` reports links that could not be followed.
        let Ok(leads) = &link.leads else { return Ok(None) };
        let found = match leads {
            Destination::Outside => Some(Escape::Outside),
            Destination::GitFolder => Some(Escape::GitFolder),
            Destination::Endless => return Err(EscapeUnknown::Endless),
            Destination::TooLong => return Err(EscapeUnknown::TooLong),
            Destination::File(path) => self.to(path, task)?,
            Destination::Submodule { pin, path } => {
                self.among(link, [pin, path], Some(path), task)?
            }
            Destination::Nothing(path) => self.among(link, [path], Some(path), task)?,
            Destination::Folder(folder, files) => self.among(link, files, folder.as_ref(), task)?,
        };
        match (found, leads) {
            (None, Destination::Nothing(to)) if *placement == Placement::Inside => {
                Ok(self.displaced(link, Some(to), task)?)
            }
            (None, Destination::Folder(to, _)) if *placement == Placement::Inside => {
                Ok(self.displaced(link, to.as_ref(), task)?)
            }
            (found, _) => Ok(found),
        }
    }

    /// Checks some paths, then everything that could exist below a folder.
    fn among<'p>(
        &mut self,
        link: &ChangedLink,
        paths: impl IntoIterator<Item = &'p RepoPath>,
        folder: Option<&RepoPath>,
        task: Option<TaskId>,
    ) -> Result<Option<Escape>, Undecided> {
        for path in paths {
            let found = self.to(path, task)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        self.below(link, folder, task)
    }

    /// Whether a path is protected, or outside the task's lane and inside another.
    fn to(&self, path: &RepoPath, task: Option<TaskId>) -> Result<Option<Escape>, Undecided> {
        if self.protection.contains(path)? {
            return Ok(Some(Escape::Protected(path.clone())));
        }
        // A branch without a task has no lane to leave.
        let Some(task) = task else { return Ok(None) };
        if self.lanes.of(task).matched_by(path)?.is_some() {
            return Ok(None);
        }
        let owners = self.lanes.owners(path)?;
        Ok((!owners.is_empty()).then(|| Escape::Lane(path.clone(), owners)))
    }

    /// Whether any path that could exist below the link's target folder is protected or in another
    /// lane. A path that is also protected below the link cannot be used to get around protection.
    fn below(
        &mut self,
        link: &ChangedLink,
        folder: Option<&RepoPath>,
        task: Option<TaskId>,
    ) -> Result<Option<Escape>, Undecided> {
        let budget = &mut self.budget;
        if let Some(rest) = self.protection.first_below(folder, Some(&link.path), budget)? {
            return Ok(Some(Escape::ProtectedBelow(folder.cloned(), join(folder, &rest))));
        }
        let Some(task) = task else { return Ok(None) };
        let key = (folder.cloned(), task);
        if !self.others.contains_key(&key) {
            let others = self.lanes.others_below(folder, task, None, budget)?;
            self.others.insert(key.clone(), others);
        }
        let others = self.others.get(&key).and_then(Option::as_ref);
        Ok(others.map(|OthersBelow { owners, witness }| {
            Escape::LaneBelow(folder.cloned(), join(folder, witness), owners.clone())
        }))
    }

    /// Whether a path below the link itself is outside the task's lane, and the link redirects it
    /// to a path of a different status.
    fn displaced(
        &mut self,
        link: &ChangedLink,
        to: Option<&RepoPath>,
        task: Option<TaskId>,
    ) -> Result<Option<Escape>, Undecided> {
        let (folder, budget) = (Some(&link.path), &mut self.budget);
        let mut rest = self.protection.first_below(folder, to, budget)?;
        if let Some(task) = task {
            if rest.is_none() {
                rest = self.lanes.of(task).excluded_below(folder, to, budget)?;
            }
            if rest.is_none() {
                let others = self.lanes.others_below(folder, task, Some(to), budget)?;
                rest = others.map(|others| others.witness);
            }
        }
        Ok(rest.map(|rest| Escape::Displaced(join(folder, &rest), join(to, &rest))))
    }
}

fn join(folder: Option<&RepoPath>, rest: &RepoPath) -> RepoPath {
    let Some(folder) = folder else { return rest.clone() };
    let path = [folder.as_bytes(), b"/", rest.as_bytes()].concat();
    RepoPath::new(path).unwrap_or_else(|_| rest.clone())
}
