//! The words for what was changed: kinds of change, sets of them, and what may be missing.

pub mod object;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::failure::Failure;
use crate::path::RepoPath;
use object::{Mode, ObjectId};

/// How a change writes its path, in the words of `git diff --raw` without renames.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
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

/// One path that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// How.
    pub kind: ChangeKind,
    /// What was there before; nothing where there was nothing, or where a patch does not tell.
    pub old: Option<Side>,
    /// What is there now; nothing where there is nothing, or where a patch does not tell.
    pub new: Option<Side>,
    /// What a patch shows of the content; nothing for what came from a repository, which has all
    /// of it.
    pub shown: Option<Shown>,
}

/// What a patch shows of a path's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The lines written.
    pub lines: Lines,
    /// Where the symbolic link leads that the path becomes, once for each commit that says so.
    pub links: Vec<Vec<u8>>,
}

/// The lines that a change writes, as they are counted in the file before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lines {
    /// From which line, the first being 0, up to which; an empty range is an insertion before its
    /// line. In their order, and none touches the next.
    Known(Vec<Range<u64>>),
    /// Nobody knows, for this reason: `it is binary`.
    Unknown(&'static str),
}

impl Lines {
    /// Those of a path that is new.
    #[must_use]
    pub fn added() -> Lines {
        Lines::Known(std::iter::once(0..0).collect())
    }

    /// Those of a path that is gone: all, however many there were.
    #[must_use]
    pub fn deleted() -> Lines {
        Lines::Known(std::iter::once(0..u64::MAX).collect())
    }
}

/// One side of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// What is there.
    pub mode: Mode,
    /// The object's name; nothing where git or the patch does not tell it, as for a submodule's
    /// checked-out commit.
    pub id: Option<ObjectId>,
}

/// A path at which two commits do not merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The path.
    pub path: RepoPath,
    /// Why, in git's words: `contents`, `modify/delete`, `file location`.
    pub kinds: Vec<String>,
}

/// A folder whose files went to another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderRename {
    /// The folder that is gone.
    pub from: RepoPath,
    /// Where most of its files are; nothing for the root.
    pub to: Option<RepoPath>,
    /// Whether as many are in another folder, so that git does not know where it went.
    pub is_split: bool,
}

impl FolderRename {
    /// Where a path of the folder would be after it; nothing for a path of another folder.
    #[must_use]
    pub fn destination(&self, path: &RepoPath) -> Option<RepoPath> {
        let rest = path.as_bytes().strip_prefix(self.from.as_bytes())?.strip_prefix(b"/")?;
        match &self.to {
            Some(to) => RepoPath::new([to.as_bytes(), b"/", rest].concat()).ok(),
            None => RepoPath::new(rest).ok(),
        }
    }
}

/// What one task's diff writes, or as much of it as could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeSet {
    /// The paths written, each once, in byte order.
    pub changes: BTreeMap<RepoPath, Change>,
    /// Why `changes` may not be the whole list. Empty: it is.
    pub gaps: Vec<Failure>,
}
