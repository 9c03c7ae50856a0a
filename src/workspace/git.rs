//! The repository as an interface.

use std::path::Path;

use crate::change::{ChangeSet, FolderRename, Lines};
use crate::git::{
    Blob, Branch, BranchTip, Checkout, CommitId, GitError, LoggedCommit, Merge, MergeBase,
    MergeWrites, ObjectId, Prefer, Repository, TreeEntry, WorkTreeChanges,
};
use crate::path::RepoPath;

/// Declares [`Git`] and implements it for [`Repository`] with the methods of the same names.
macro_rules! git_trait {
    ($($(#[$doc:meta])* fn $name:ident(&self $(, $arg:ident: $kind:ty)*) -> $answer:ty;)*) => {
        /// A repository, as far as a run uses it.
        ///
        /// The methods of [`Repository`] document each in full.
        #[allow(clippy::missing_errors_doc, reason = "see the methods of `Repository`")]
        pub trait Git {
            $($(#[$doc])* fn $name(&self $(, $arg: $kind)*) -> $answer;)*
        }

        impl Git for Repository {
            $(fn $name(&self $(, $arg: $kind)*) -> $answer {
                Repository::$name(self $(, $arg)*)
            })*
        }
    };
}

git_trait! {
    /// The root of the work tree; `None` for a bare repository.
    fn work_tree(&self) -> Option<&Path>;
    /// The work tree, read without git; `None` for a bare repository.
    fn checkout(&self) -> Option<Checkout>;
    /// The files of the index, in byte order.
    fn index_files(&self) -> Result<Vec<RepoPath>, GitError>;
    /// The files of a commit, in byte order.
    fn tree_files(&self, commit: &CommitId) -> Result<Vec<RepoPath>, GitError>;
    /// The entry at a path of a commit, with its content.
    fn blob(&self, commit: &CommitId, path: &RepoPath, limit: u64) -> Result<Option<Blob>, GitError>;
    /// The content of a blob.
    fn content(&self, id: &ObjectId, limit: u64) -> Result<Vec<u8>, GitError>;
    /// The entries of a directory in a commit, or of its root.
    fn tree_entries(
        &self,
        commit: &CommitId,
        folder: Option<&RepoPath>
    ) -> Result<Option<Vec<TreeEntry>>, GitError>;
    /// The entries of a tree.
    fn entries_of(&self, tree: &ObjectId) -> Result<Vec<TreeEntry>, GitError>;
    /// The checked-out commit; `None` on an unborn branch.
    fn head(&self) -> Result<Option<CommitId>, GitError>;
    /// The checked-out branch; `None` if HEAD is detached.
    fn checked_out_branch(&self) -> Result<Option<String>, GitError>;
    /// The tip of a branch, local or at origin.
    fn branch(&self, name: &str, prefer: Prefer) -> Result<Option<BranchTip>, GitError>;
    /// All local branches and those at origin.
    fn all_branches(&self) -> Result<Vec<Branch>, GitError>;
    /// The branch that `origin/HEAD` points to.
    fn default_branch(&self) -> Result<Option<String>, GitError>;
    /// The commit of a revision.
    fn commit(&self, revision: &str) -> Result<CommitId, GitError>;
    /// The merge base of two commits.
    fn merge_base(&self, a: &CommitId, b: &CommitId) -> Result<MergeBase, GitError>;
    /// The merge bases of many pairs of commits.
    fn merge_bases(&self, pairs: &[(CommitId, CommitId)]) -> Vec<Result<MergeBase, GitError>>;
    /// The commits from the second one back along first parents, without those of the first.
    fn first_parents(
        &self,
        start: Option<&CommitId>,
        tip: &CommitId,
        limit: usize
    ) -> Result<Vec<CommitId>, GitError>;
    /// The commits that the second one contains and the first does not, with their trailers.
    fn log(
        &self,
        start: &CommitId,
        tip: &CommitId,
        key: Option<&str>,
        limit: usize
    ) -> Result<Vec<LoggedCommit>, GitError>;
    /// The merges between two commits that contain the first.
    fn merges_since(
        &self,
        start: &CommitId,
        tip: &CommitId
    ) -> Result<Vec<CommitId>, GitError>;
    /// The diffs between the trees of pairs of commits.
    fn diff_trees(
        &self,
        pairs: &[(Option<CommitId>, CommitId)]
    ) -> Result<Vec<ChangeSet>, GitError>;
    /// The diff from HEAD to the index.
    fn staged(&self) -> Result<ChangeSet, GitError>;
    /// Commits the index in the scratch repository.
    fn staged_commit(&self) -> Result<CommitId, GitError>;
    /// The diff from a commit, or HEAD, to the work tree.
    fn worktree(&self, base: Option<&CommitId>) -> Result<WorkTreeChanges, GitError>;
    /// Merges pairs of commits.
    fn merges(
        &self,
        pairs: &[(CommitId, CommitId)],
        attributes: &CommitId
    ) -> Vec<Result<Merge, GitError>>;
    /// Commits a merge in the scratch repository.
    fn merge_commit(
        &self,
        merge: &Merge,
        ours: &CommitId,
        theirs: &CommitId
    ) -> Result<CommitId, GitError>;
    /// What merging the second commit of each pair into the first would change.
    fn merge_writes(
        &self,
        pairs: &[(CommitId, CommitId)],
        attributes: &CommitId
    ) -> Vec<Result<MergeWrites, GitError>>;
    /// Whether merges use the `.gitattributes` of all directories.
    fn merges_by_attributes(&self) -> Result<bool, GitError>;
    /// The changed lines between pairs of blobs.
    fn changed_lines(&self, pairs: &[(ObjectId, ObjectId)]) -> Result<Vec<Lines>, GitError>;
    /// The directory renames between two commits.
    fn folder_renames(
        &self,
        start: &CommitId,
        tip: &CommitId
    ) -> Result<Vec<FolderRename>, GitError>;
    /// The file renames between two commits, as pairs of old and new path.
    fn renamed_files(
        &self,
        start: &CommitId,
        tip: &CommitId
    ) -> Result<Vec<(RepoPath, RepoPath)>, GitError>;
}
