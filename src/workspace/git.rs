//! What the gate asks of a repository.

use std::path::Path;

use crate::change::{ChangeSet, FolderRename, Lines};
use crate::git::{
    Blob, BranchTip, Checkout, CommitId, GitError, Merge, MergeBase, ObjectId, Prefer, Repository,
    TreeEntry, WorkTreeChanges,
};
use crate::path::RepoPath;

/// Declares [`Git`] and forwards each question to the method of [`Repository`] that answers it.
macro_rules! questions {
    ($($(#[$doc:meta])* fn $name:ident(&self $(, $arg:ident: $kind:ty)*) -> $answer:ty;)*) => {
        /// A repository, as far as a run asks about it.
        ///
        /// Each question is a method of [`Repository`], whose documentation says what the answer
        /// means and when there is none.
        #[allow(clippy::missing_errors_doc, reason = "said by the methods of `Repository`")]
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

questions! {
    /// The root of the work tree; `None` for a bare repository.
    fn work_tree(&self) -> Option<&Path>;
    /// The work tree as its folders tell it; `None` for a bare repository.
    fn checkout(&self) -> Option<Checkout>;
    /// The files of the index, in byte order.
    fn index_files(&self) -> Result<Vec<RepoPath>, GitError>;
    /// The files of a commit, in byte order.
    fn tree_files(&self, commit: &CommitId) -> Result<Vec<RepoPath>, GitError>;
    /// The entry at a path of a commit, with its content.
    fn blob(&self, commit: &CommitId, path: &RepoPath, limit: u64) -> Result<Option<Blob>, GitError>;
    /// The content of a blob.
    fn content(&self, id: &ObjectId, limit: u64) -> Result<Vec<u8>, GitError>;
    /// The entries of a folder in a commit, or of its root.
    fn tree_entries(
        &self,
        commit: &CommitId,
        folder: Option<&RepoPath>
    ) -> Result<Option<Vec<TreeEntry>>, GitError>;
    /// The entries of a tree.
    fn entries_of(&self, tree: &ObjectId) -> Result<Vec<TreeEntry>, GitError>;
    /// The commit that is checked out; `None` before the first one.
    fn head(&self) -> Result<Option<CommitId>, GitError>;
    /// The branch that is checked out; `None` if HEAD is detached.
    fn checked_out_branch(&self) -> Result<Option<String>, GitError>;
    /// The tip of a branch, here or at origin.
    fn branch(&self, name: &str, prefer: Prefer) -> Result<Option<BranchTip>, GitError>;
    /// The branch that the remote's HEAD names.
    fn default_branch(&self) -> Result<Option<String>, GitError>;
    /// The commit that a revision stands for.
    fn commit(&self, revision: &str) -> Result<CommitId, GitError>;
    /// The merge base of two commits.
    fn merge_base(&self, a: &CommitId, b: &CommitId) -> Result<MergeBase, GitError>;
    /// The merge bases of many pairs of commits.
    fn merge_bases(&self, pairs: &[(CommitId, CommitId)]) -> Vec<Result<MergeBase, GitError>>;
    /// What differs between the trees of two commits, for many pairs.
    fn diff_trees(
        &self,
        pairs: &[(Option<CommitId>, CommitId)]
    ) -> Result<Vec<ChangeSet>, GitError>;
    /// What differs between HEAD and the index.
    fn staged(&self) -> Result<ChangeSet, GitError>;
    /// A commit of the index.
    fn staged_commit(&self) -> Result<CommitId, GitError>;
    /// What differs between a commit, or HEAD, and the work tree.
    fn worktree(&self, base: Option<&CommitId>) -> Result<WorkTreeChanges, GitError>;
    /// Merges pairs of commits.
    fn merges(
        &self,
        pairs: &[(CommitId, CommitId)],
        attributes: &CommitId
    ) -> Vec<Result<Merge, GitError>>;
    /// A commit of a merge.
    fn merge_commit(
        &self,
        merge: &Merge,
        ours: &CommitId,
        theirs: &CommitId
    ) -> Result<CommitId, GitError>;
    /// What merging the second commit of each pair into the first would write.
    fn merge_writes(
        &self,
        pairs: &[(CommitId, CommitId)],
        attributes: &CommitId
    ) -> Vec<Result<ChangeSet, GitError>>;
    /// Whether merges heed the `.gitattributes` of all folders.
    fn merges_by_attributes(&self) -> Result<bool, GitError>;
    /// The lines that differ between pairs of blobs.
    fn changed_lines(&self, pairs: &[(ObjectId, ObjectId)]) -> Result<Vec<Lines>, GitError>;
    /// The folders that were renamed between two commits.
    fn folder_renames(
        &self,
        start: &CommitId,
        tip: &CommitId
    ) -> Result<Vec<FolderRename>, GitError>;
    /// The files that were renamed between two commits, the old name first.
    fn renamed_files(
        &self,
        start: &CommitId,
        tip: &CommitId
    ) -> Result<Vec<(RepoPath, RepoPath)>, GitError>;
}
