//! The commits of a range that holds the work of several tasks, each named by its commit.

use std::collections::BTreeSet;

use crate::change::object::CommitId;
use crate::index::InputId;
use crate::path::RepoPath;

/// What names the task of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamedBy {
    /// The trailer with this key.
    Trailer(String),
    /// The group of this pattern, in the subject.
    Subject(String),
}

/// A range that was taken apart into commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitsApart {
    /// What names the task of each commit.
    pub named_by: NamedBy,
    /// The commits without a task.
    pub unclaimed: Vec<UnclaimedCommit>,
    /// The paths that the ranges as a whole change and none of their commits does.
    pub unaccounted: BTreeSet<RepoPath>,
}

/// A commit that names no task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnclaimedCommit {
    /// Its input.
    pub input: InputId,
    /// The commit.
    pub commit: CommitId,
    /// The first line of its message.
    pub subject: String,
    /// What its message says instead.
    pub names: Naming,
}

/// What a message says about the task, other than naming exactly one that may be named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Naming {
    /// Nothing.
    Nothing,
    /// An id that the plan does not have.
    Unknown(String),
    /// A task that is not one of those given with `--task`.
    NotGiven(String),
    /// Several names.
    Several(Vec<String>),
}
