//! Which existing files a task may write.

use super::Who;
use crate::index::TaskId;
use crate::path::RepoPath;

/// The existing files in the lane of a task.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LaneFiles<'f> {
    /// The id of the task.
    pub task: TaskId,
    /// The files, in the order they were given.
    pub files: Vec<&'f RepoPath>,
    /// Whether these are all: the lane is known, and no answer reached the work limit.
    pub is_complete: bool,
}

impl Who<'_> {
    /// The files that a task may write.
    #[must_use]
    pub fn files_of<'f>(&self, task: TaskId, files: &'f [RepoPath]) -> LaneFiles<'f> {
        let lane = self.lanes.of(task);
        let mut is_complete = !self.plan.is_lane_unknown(task);
        let mut is_in_lane = |path: &RepoPath| match lane.matched_by(path) {
            Ok(matched) => matched.is_some(),
            Err(_) => {
                is_complete = false;
                false
            }
        };
        let files = files.iter().filter(|path| is_in_lane(path)).collect();
        LaneFiles { task, files, is_complete }
    }
}
