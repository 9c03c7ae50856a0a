//! git's view of a repository: the files that exist, the changes that were made, and patches read
//! as text.
//!
//! [`git`] is the only place that starts a process, [`files`] the only one below the command line
//! that walks folders, [`written`] follows links. None of them knows of plans, tasks or lanes.

pub mod files;
pub mod git;
pub mod patch;
pub mod written;

use std::collections::BTreeMap;

use crate::path::RepoPath;

/// How a change writes its path, in the words of `git diff --raw` without renames.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// The path is new (`A`), as is the new end of a rename or of a copy.
    Added,
    /// The content differs (`M`), or the pin of a submodule moved.
    Modified,
    /// The path is gone (`D`), as is the old end of a rename.
    Deleted,
    /// Only the executable bit differs.
    Mode,
    /// A file became a symbolic link, a submodule, or the like (`T`).
    Type,
}

impl ChangeKind {
    /// The word that the contract uses in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            ChangeKind::Added => "added",
            ChangeKind::Modified => "modified",
            ChangeKind::Deleted => "deleted",
            ChangeKind::Mode => "mode",
            ChangeKind::Type => "type",
        }
    }
}

/// What one task's diff writes, or as much of it as could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeSet {
    /// The paths written, each once, in byte order.
    pub changes: BTreeMap<RepoPath, ChangeKind>,
    /// Why `changes` may not be the whole list. Empty: it is.
    pub gaps: Vec<Gap>,
}

/// One reason why a list of changes is not whole, in words for the person who has to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// What is wrong and where, in one line: `line 12: a combined diff (\`diff --cc\`)`.
    pub problem: String,
    /// What to do next, with the command if there is one.
    pub help: String,
}
