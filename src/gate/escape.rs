//! Whether a symbolic link escapes: by where it leads, or by what it takes the place of.
//!
//! Both are questions about sets of paths, not about files that exist: a folder that nobody has made
//! yet is as much another's as one that is full of files.

use std::collections::HashMap;

use super::placement::placement;
use super::{ChangedLink, Destination, GateInput, Placement, Protection, Work};
use crate::glob::{Budget, Undecided};
use crate::index::TaskId;
use crate::lane::{Lanes, OthersBelow};
use crate::path::RepoPath;
use crate::plan::Plan;

/// Why a link must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Escape {
    /// It leads outside the repository.
    Outside,
    /// It leads into `.git`.
    GitFolder,
    /// It leads to a protected path.
    Protected(RepoPath),
    /// It leads to a folder, the root if `None`, below which this path is protected.
    ProtectedBelow(Option<RepoPath>, RepoPath),
    /// It leads to a path that these other tasks may write.
    Lane(RepoPath, Vec<TaskId>),
    /// It leads to a folder, the root if `None`, below which these other tasks may write this path.
    LaneBelow(Option<RepoPath>, RepoPath, Vec<TaskId>),
    /// The first path is not the task's to write, and would lie below the link; whoever writes it
    /// writes the second.
    Displaced(RepoPath, RepoPath),
}

/// Why nobody knows whether a link escapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoEscape {
    /// It goes through too many links, perhaps in a circle.
    Endless,
    /// Its target is longer than any system takes.
    TooLong,
    /// A bound on work was reached.
    GaveUp,
}

impl From<Undecided> for NoEscape {
    fn from(_: Undecided) -> NoEscape {
        NoEscape::GaveUp
    }
}

/// Whether each link of the input escapes, or why nobody knows; in their order.
#[must_use]
pub fn escapes(
    plan: &Plan,
    lanes: &Lanes,
    protection: &Protection<'_>,
    input: &GateInput,
) -> Vec<Result<Option<Escape>, NoEscape>> {
    let mut escapes = Escapes::new(lanes, protection);
    let mut of = |link: &ChangedLink| {
        let Some(diff) = input.diff.find(link.diff) else { return Ok(None) };
        let change = match &diff.work {
            Work::Changes(set) => set.changes.get(&link.path),
            Work::NoBranch | Work::Unreadable(_) => None,
        };
        let stands = |change| placement(plan, lanes, protection, diff.task, &link.path, change);
        escapes.of(link, diff.task, &change.map_or(Placement::Undecided, stands))
    };
    input.links.iter().map(&mut of).collect()
}

/// Decides about links, and remembers what lies below the folders to which they lead.
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

    /// Decides about a link that a task made, or a branch that is no task's. `placement` is that of
    /// the link's own path.
    fn of(
        &mut self,
        link: &ChangedLink,
        task: Option<TaskId>,
        placement: &Placement,
    ) -> Result<Option<Escape>, NoEscape> {
        // Why it is not known where a link leads is `not-verified`'s to report.
        let Ok(leads) = &link.leads else { return Ok(None) };
        let found = match leads {
            Destination::Outside => Some(Escape::Outside),
            Destination::GitFolder => Some(Escape::GitFolder),
            Destination::Endless => return Err(NoEscape::Endless),
            Destination::TooLong => return Err(NoEscape::TooLong),
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

    /// Whether one of some paths, or anything below a folder, is protected or another's.
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

    /// Whether a path is not the task's, and somebody's or protected.
    fn to(&self, path: &RepoPath, task: Option<TaskId>) -> Result<Option<Escape>, Undecided> {
        if self.protection.holds(path)? {
            return Ok(Some(Escape::Protected(path.clone())));
        }
        // A branch that is no task's has no lane to lead out of.
        let Some(task) = task else { return Ok(None) };
        if self.lanes.of(task).matched_by(path)?.is_some() {
            return Ok(None);
        }
        let owners = self.lanes.owners(path)?;
        Ok((!owners.is_empty()).then(|| Escape::Lane(path.clone(), owners)))
    }

    /// Whether anything that could be made below the folder to which a link leads is protected or
    /// another's. What is protected below the link as well is no way around the protection.
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

    /// Whether a path that is not the task's would lie below the link itself, and the link takes it
    /// to where it is another kind of path.
    fn displaced(
        &mut self,
        link: &ChangedLink,
        to: Option<&RepoPath>,
        task: Option<TaskId>,
    ) -> Result<Option<Escape>, Undecided> {
        let (place, budget) = (Some(&link.path), &mut self.budget);
        let mut rest = self.protection.first_below(place, to, budget)?;
        if let Some(task) = task {
            if rest.is_none() {
                rest = self.lanes.of(task).excluded_below(place, to, budget)?;
            }
            if rest.is_none() {
                let others = self.lanes.others_below(place, task, Some(to), budget)?;
                rest = others.map(|others| others.witness);
            }
        }
        Ok(rest.map(|rest| Escape::Displaced(join(place, &rest), join(to, &rest))))
    }
}

/// A path below a folder.
fn join(folder: Option<&RepoPath>, rest: &RepoPath) -> RepoPath {
    let Some(folder) = folder else { return rest.clone() };
    let path = [folder.as_bytes(), b"/", rest.as_bytes()].concat();
    RepoPath::new(path).unwrap_or_else(|_| rest.clone())
}
