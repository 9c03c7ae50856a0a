//! Changed paths, from git or from a patch.

pub mod object;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::failure::Failure;
use crate::path::RepoPath;
use object::{Mode, ObjectId};

/// The kind of a change, with its status in `git diff --raw --no-renames`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ChangeKind {
    /// New (`A`), also by a rename or copy.
    Added,
    /// Different content (`M`), or another commit of a submodule.
    Modified,
    /// Deleted (`D`), also by a rename.
    Deleted,
    /// Only the executable bit differs (`M`).
    Mode,
    /// Another type (`T`), such as a symbolic link instead of a file.
    Type,
}

impl ChangeKind {
    /// The name in the JSON output (`docs/formats.md`).
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

/// A changed path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// How it changed.
    pub kind: ChangeKind,
    /// The entry before the change; `None` if there was none, or a patch does not show it.
    pub old: Option<Side>,
    /// The entry after the change; `None` if there is none, or a patch does not show it.
    pub new: Option<Side>,
    /// The content shown in a patch; `None` if the change comes from a repository.
    pub shown: Option<Shown>,
}

/// What a patch shows of the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The changed lines.
    pub lines: Lines,
    /// The target of the new symbolic link, one per commit that shows it.
    pub links: Vec<Vec<u8>>,
}

/// The changed lines, numbered as in the old file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lines {
    /// Line ranges counted from 0, sorted and not adjacent. An empty range is an insertion before
    /// that line.
    Known(Vec<Range<u64>>),
    /// Why they are unknown, as a clause: `it is binary`.
    Unknown(&'static str),
}

impl Lines {
    /// The lines of an added file.
    #[must_use]
    pub fn added() -> Lines {
        Lines::Known(std::iter::once(0..0).collect())
    }

    /// The lines of a deleted file, of any length.
    #[must_use]
    pub fn deleted() -> Lines {
        Lines::Known(std::iter::once(0..u64::MAX).collect())
    }
}

/// One side of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// The file type.
    pub mode: Mode,
    /// The object id; `None` if git or the patch does not show it, as for the checked-out commit of
    /// a submodule.
    pub id: Option<ObjectId>,
}

/// A path at which two commits conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The path.
    pub path: RepoPath,
    /// git's names of the conflict: `contents`, `modify/delete`, `file location`.
    pub kinds: Vec<String>,
}

/// A directory rename.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderRename {
    /// The old directory, which no longer exists.
    pub from: RepoPath,
    /// The new directory of most of its files; `None` for the root.
    pub to: Option<RepoPath>,
    /// Whether another directory has as many of its files, so that git does not follow the rename.
    pub is_split: bool,
}

impl FolderRename {
    /// Applies the rename to a path; `None` if it is not in the old directory.
    #[must_use]
    pub fn destination(&self, path: &RepoPath) -> Option<RepoPath> {
        let rest = path.as_bytes().strip_prefix(self.from.as_bytes())?.strip_prefix(b"/")?;
        match &self.to {
            Some(to) => RepoPath::new([to.as_bytes(), b"/", rest].concat()).ok(),
            None => RepoPath::new(rest).ok(),
        }
    }
}

/// The changes of a diff.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeSet {
    /// The changes by path.
    pub changes: BTreeMap<RepoPath, Change>,
    /// Why `changes` may be incomplete. If empty, it is complete.
    pub gaps: Vec<Failure>,
}
