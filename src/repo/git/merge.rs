//! Whether two commits merge.

use super::error::GitError;
use super::object::{CommitId, ObjectId};
use super::{GitVersion, Repository, names, paths};
use crate::path::RepoPath;

/// The first git that takes attributes from a commit where there is no work tree.
const ATTRIBUTES_FROM_COMMIT: GitVersion = GitVersion { major: 2, minor: 41, patch: 0 };

/// What a three-way merge of two commits comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// The tree; conflicts are written into its files as markers.
    pub tree: ObjectId,
    /// The paths that did not merge, in byte order. Empty: the commits merge.
    pub conflicts: Vec<RepoPath>,
}

impl Repository {
    /// Merges two commits as `git merge` would, into the scratch repository, with git's own drivers
    /// only: one that the repository names could run a program, and could hide a conflict.
    ///
    /// `attributes` is the commit whose `.gitattributes` say which files merge by `union` or
    /// `binary`; a git before 2.41 cannot heed them, and merges all as text.
    ///
    /// # Errors
    /// When git is too old or fails, an object is missing, or the commits have no common ancestor.
    pub fn merge(
        &self,
        ours: &CommitId,
        theirs: &CommitId,
        attributes: &CommitId,
    ) -> Result<Merge, GitError> {
        let mut call = self.scratch_call("merge-tree")?;
        if self.git_version()? >= ATTRIBUTES_FROM_COMMIT {
            call = call.switch(&format!("--attr-source={attributes}"));
        }
        let switches = ["--write-tree", "-z", "--name-only", "--no-messages"];
        let answer = call.args(switches).args([ours.as_str(), theirs.as_str()]).run()?;
        // Status 1 is 'there are conflicts'.
        if !matches!(answer.code, Some(0 | 1)) {
            return Err(answer.error());
        }
        let Some(tree) = names(&answer.stdout).next().and_then(ObjectId::from_hex) else {
            return Err(answer.error());
        };
        let listed = answer.stdout.get(tree.as_str().len()..).unwrap_or_default();
        let mut conflicts = paths(listed, "the merge")?;
        conflicts.dedup();
        if conflicts.is_empty() != (answer.code == Some(0)) {
            return Err(answer.error());
        }
        Ok(Merge { tree, conflicts })
    }
}
