//! The interface to the disk, git and standard input.

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::Git;
use crate::failure::Failure;
use crate::git::{Environment, GitError};
use crate::path::RepoPath;

/// The disk, git, standard input, and the receiver of notes and progress.
///
/// [`Disk`](super::Disk) is the real one. Tests, and programs with virtual files, implement their
/// own.
pub trait Host: Send + Sync {
    /// The working directory, and which repository the environment names.
    fn environment(&self) -> &Environment;

    /// What is at a path, without following a last symbolic link; `None` if nothing is.
    fn kind(&self, path: &Path) -> Option<FileKind>;

    /// The absolute path with all links followed.
    ///
    /// # Errors
    /// If nothing is there, or it cannot be accessed.
    fn real_path(&self, path: &Path) -> io::Result<PathBuf>;

    /// The target of a symbolic link, as written.
    ///
    /// # Errors
    /// If the path is not a symbolic link, or cannot be read.
    fn read_link(&self, path: &Path) -> io::Result<PathBuf>;

    /// The entries of a folder, in any order.
    ///
    /// # Errors
    /// If the path is not a folder, or cannot be read.
    fn list(&self, folder: &Path) -> io::Result<Vec<(OsString, FileKind)>>;

    /// The content of a file of at most `limit` bytes.
    ///
    /// # Errors
    /// If the path does not lead to a file, or the file cannot be read or is longer.
    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, Failure>;

    /// A file to read from, of any length.
    ///
    /// # Errors
    /// If the path does not lead to a file, or the file cannot be opened.
    fn open(&self, path: &Path) -> Result<Box<dyn Read + '_>, Failure>;

    /// Standard input.
    fn stdin(&self) -> Box<dyn Read + '_>;

    /// All files below a folder, relative to it and in byte order, listed without git.
    ///
    /// # Errors
    /// If a folder cannot be read, or a path is not valid in a repository.
    fn walk(&self, root: &Path) -> Result<Vec<RepoPath>, Failure>;

    /// The repository that the environment names, or else the one that contains `folder`.
    ///
    /// # Errors
    /// If git is missing, refuses the repository, or finds it broken.
    fn repository(&self, folder: &Path) -> Result<Option<Box<dyn Git + '_>>, GitError>;

    /// The branch that is checked out in the work tree that contains a folder.
    ///
    /// # Errors
    /// If HEAD cannot be read, or git cannot answer.
    fn branch(&self, folder: &Path) -> Result<Option<String>, Failure> {
        let Some(repository) = self.repository(folder)? else { return Ok(None) };
        Ok(repository.checked_out_branch()?)
    }

    /// A number that changes with the plan at a path, and with HEAD and the index of the work tree
    /// around it. Asked often, so it has to be cheap; a host on which nothing changes needs none.
    fn stamp(&self, plan: &Path) -> u64 {
        let _ = plan;
        0
    }

    /// Takes note of what happens on the way to an answer.
    fn notify(&self, event: Event<'_>) {
        let _ = event;
    }

    /// Whether a path leads to a folder, perhaps through links.
    fn is_dir(&self, path: &Path) -> bool {
        let real = |path: &Path| self.real_path(path).ok().and_then(|path| self.kind(&path));
        match self.kind(path) {
            Some(FileKind::Symlink) => real(path) == Some(FileKind::Folder),
            kind => kind == Some(FileKind::Folder),
        }
    }
}

/// The file type of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Symlink,
    /// A device, a socket, or the like.
    Other,
}

/// What a run reports while it works.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A remark that is not a finding.
    Note(&'a str),
    /// The plan that is used.
    Plan(&'a str),
    /// The plan that a branch would put in its place.
    ProposedPlan(&'a str),
    /// The earlier version that the plan is compared with.
    EarlierPlan(&'a str),
    /// The commits of an input.
    Compared(&'a str),
    /// The progress of a long step.
    Progress {
        /// The step: `merging`.
        step: &'static str,
        /// How many items are done.
        done: usize,
        /// How many items there are.
        total: usize,
    },
    /// The step of the last `Progress` has ended.
    ProgressEnd,
}
