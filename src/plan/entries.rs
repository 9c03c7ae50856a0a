//! The ids and valid globs of tasks, in the order that lanes use.

use crate::index::{GlobId, IndexVec, TaskId};
use std::sync::Arc;

use super::{GlobEntry, Plan};

impl Plan {
    pub(crate) fn id(&self, task: TaskId) -> &str {
        &self.tasks[task].id.value
    }

    pub(crate) fn ids(&self, tasks: impl IntoIterator<Item = TaskId>) -> Vec<Arc<str>> {
        tasks.into_iter().map(|task| Arc::clone(&self.tasks[task].id.value)).collect()
    }

    /// The valid globs of a task, in lane order.
    pub(crate) fn globs(&self, task: TaskId) -> IndexVec<GlobId, &GlobEntry> {
        self.indexed_globs(task).map(|(_, entry)| entry).collect()
    }

    /// The valid globs of a task, in lane order, with their indexes in `write`.
    pub(crate) fn indexed_globs(&self, task: TaskId) -> impl Iterator<Item = (usize, &GlobEntry)> {
        let entries = self.tasks[task].write.iter().flat_map(|write| &write.entries);
        entries.enumerate().filter(|(_, entry)| !entry.negated && entry.glob.is_ok())
    }

    /// The valid globs that a task reads, in the order that hazards use.
    pub(crate) fn reads(&self, task: TaskId) -> IndexVec<GlobId, &GlobEntry> {
        let entries = self.tasks[task].read.iter();
        entries.filter(|entry| !entry.negated && entry.glob.is_ok()).collect()
    }

    /// The valid shared globs, in lane order, with their indexes in `share`.
    pub(crate) fn indexed_shares(&self) -> impl Iterator<Item = (usize, &GlobEntry)> {
        self.share.iter().enumerate().filter(|(_, entry)| entry.glob.is_ok())
    }
}
