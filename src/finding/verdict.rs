//! What may be merged.

use std::sync::Arc;

use crate::index::InputId;

/// What a gate says of one input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputVerdict {
    /// The input.
    pub input: InputId,
    /// Whether it may be merged.
    pub verdict: MergeVerdict,
    /// How many errors are about it. Allowed findings do not count, here and below.
    pub errors: usize,
    /// How many warnings are about it.
    pub warnings: usize,
    /// How many findings say that something of it could not be verified or decided.
    pub unverified: usize,
    /// How many paths are its own change.
    pub changed: usize,
    /// How many of them are outside the lane, including `foreign`.
    pub outside: usize,
    /// How many are in the lanes of concurrent tasks, or protected.
    pub foreign: usize,
    /// The ids of the other tasks that it collides or conflicts with.
    pub collides_with: Vec<Arc<str>>,
    /// Whether it merges with its base; `None` for what is no commit.
    pub merges_with_base: Option<bool>,
    /// The ids of the tasks that have to be merged first.
    pub waits_for: Vec<Arc<str>>,
    /// The place among the attempts at the task, from 1; `None` for what is not judged.
    pub rank: Option<usize>,
}

/// Whether an input may be merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeVerdict {
    /// Nothing is against it.
    Merge,
    /// Something is, or another attempt was merged.
    Hold,
    /// It was not read whole.
    Unverified,
    /// It is merged already.
    Merged,
}

impl MergeVerdict {
    /// The word for it in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            MergeVerdict::Merge => "merge",
            MergeVerdict::Hold => "hold",
            MergeVerdict::Unverified => "unverified",
            MergeVerdict::Merged => "merged",
        }
    }
}
