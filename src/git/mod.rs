//! Asking git, without running what a repository says.
//!
//! A repository can name programs that git runs (filters, merge drivers, hooks, a file system
//! monitor, a transport that fetches what is missing) and settings that change what git tells. None
//! of them may have a say here: the repository is what is judged. Two rules hold that up:
//!
//! - The user's own repository is asked for four things only: where it is, its refs and their logs,
//!   the names in its index, and its settings as mere texts. None of these commands looks into the
//!   work tree, and none may fetch an object that is missing.
//! - All else is asked in a scratch repository of our own (`scratch.rs`) that borrows the objects
//!   of the user's, and where needed a copy of the index, and knows none of its settings.
//!
//! What remains is a repository whose own settings cannot be read at all: where `.git/config`
//! includes a FIFO, git waits for ever at its first step, and only a time limit of the caller's
//! ends it.
//!
//! `checkout.rs` asks nobody: it reads the few files that say where a work tree is and what is
//! checked out in it.
//!
//! Only `process.rs` starts a process. git's own words are used for git's things:
//! <https://git-scm.com/docs/gitglossary>.

mod checkout;
mod cleanup;
mod diff;
mod discover;
mod environment;
mod error;
mod filtered;
mod history;
mod lines;
mod merge;
mod object;
mod pattern_files;
mod process;
mod refs;
mod renames;
mod scratch;
mod worktree;

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

pub use checkout::{Checkout, Head, Reach};
pub use cleanup::{CleanedUp, clean_up};
pub use environment::Environment;
pub use error::{GitError, GitErrorKind};
pub use history::MergeBase;
pub use merge::Merge;
pub use object::{Blob, CommitId, Mode, ObjectId, TreeEntry};
pub use refs::{BranchTip, Prefer};
pub use worktree::WorkTreeChanges;

use crate::path::{RepoPath, quote};
use object::{Info, ObjectFormat, ObjectKind, ObjectReader};
use process::{Call, Program};
use refs::Refs;
use scratch::Scratch;

/// The oldest git that is asked about commits: the first that can be kept from fetching what a
/// partial clone lacks (`GIT_NO_LAZY_FETCH`).
pub const OLDEST_GIT: GitVersion = GitVersion { major: 2, minor: 39, patch: 4 };

/// A version of git, without what distributions add to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GitVersion {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number.
    pub patch: u32,
}

impl fmt::Display for GitVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl GitVersion {
    /// Reads `git version 2.39.5 (Apple Git-154)`, `2.47.1.windows.1`, `2.48.0-rc1`, `2.46.GIT`.
    fn parse(text: &str) -> Option<GitVersion> {
        let number = |part: &str| {
            let end = part.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(part.len());
            part[..end].parse().ok()
        };
        let mut parts = text.strip_prefix("git version ")?.split('.');
        let (major, minor) = (number(parts.next()?)?, number(parts.next()?)?);
        let patch = parts.next().and_then(number).unwrap_or(0);
        Some(GitVersion { major, minor, patch })
    }
}

/// A repository of the user's.
///
/// Refs are read once, at the first question about them: all answers of one value are about the
/// same moment.
#[derive(Debug)]
pub struct Repository {
    program: Program,
    /// The variables under which git reads this repository and the user's settings.
    variables: Vec<(&'static str, OsString)>,
    git_dir: PathBuf,
    common_dir: PathBuf,
    work_tree: Option<PathBuf>,
    index_file: PathBuf,
    object_folders: Vec<PathBuf>,
    format: ObjectFormat,
    environment: Environment,
    refs: OnceLock<Refs>,
    /// Held while a work tree is compared.
    comparing: Mutex<()>,
    // Before `scratch`, whose folder it works in, so that it is gone first.
    objects: Mutex<Option<ObjectReader>>,
    scratch: OnceLock<Scratch>,
}

impl Repository {
    /// Finds the repository that the environment names, else the one that holds `dir`.
    ///
    /// Gives nothing when there is none. A folder of ordinary files that only looks like a bare
    /// repository is none.
    ///
    /// # Errors
    /// When git is missing, refuses the repository (`safe.directory`), or finds it broken; when
    /// `dir` does not exist.
    pub fn discover(environment: &Environment, dir: &Path) -> Result<Option<Repository>, GitError> {
        discover::discover(environment, dir)
    }

    /// The work tree's root; nothing for a bare repository.
    #[must_use]
    pub fn work_tree(&self) -> Option<&Path> {
        self.work_tree.as_deref()
    }

    /// The version of git that is asked.
    ///
    /// # Errors
    /// When git does not tell it.
    pub fn git_version(&self) -> Result<GitVersion, GitError> {
        let said = self.program.call("version").run()?.success()?;
        let said = String::from_utf8_lossy(&said);
        GitVersion::parse(&said).ok_or_else(|| {
            GitError::new(
                GitErrorKind::TooOld,
                format!("git does not tell its version: {}", error::quoted(&said)),
                format!("install git {OLDEST_GIT} or later"),
            )
        })
    }

    /// The files of the index, in byte order, each once: submodules and symbolic links too.
    ///
    /// # Errors
    /// When git fails, or a name in the index is none that a path can have.
    pub fn index_files(&self) -> Result<Vec<RepoPath>, GitError> {
        let listed = self.call("ls-files").args(["-z"]).run()?.success()?;
        let mut files = paths(&listed, "the index")?;
        files.dedup();
        Ok(files)
    }

    /// The files of a commit, in byte order: submodules and symbolic links too.
    ///
    /// # Errors
    /// When git is too old or fails, an object is missing, or a name in the commit is none that a
    /// path can have.
    pub fn tree_files(&self, commit: &CommitId) -> Result<Vec<RepoPath>, GitError> {
        let listed = self
            .scratch_call("ls-tree")?
            .args(["-r", "-z", "--name-only", "--full-tree", commit.as_str()])
            .run()?
            .success()?;
        let mut files = paths(&listed, &format!("commit {commit}"))?;
        files.dedup();
        Ok(files)
    }

    /// The entry that `path` leads to in a commit, with its content; nothing when there is none.
    ///
    /// The path is followed from tree to tree: a symbolic link on the way leads nowhere.
    ///
    /// # Errors
    /// When git is too old or fails, an object is missing, or the content is longer than `limit`.
    pub fn blob(
        &self,
        commit: &CommitId,
        path: &RepoPath,
        limit: u64,
    ) -> Result<Option<Blob>, GitError> {
        self.with_objects(|objects| {
            let Some(entry) = entry_at(objects, commit, path)? else {
                return Ok(None);
            };
            let content = if entry.mode.is_file() || entry.mode == Mode::Symlink {
                objects.content(&entry.id, ObjectKind::Blob, limit).map_err(|mut error| {
                    error.failure.problem = format!("{path} in commit {commit}: {error}");
                    error
                })?
            } else {
                Vec::new()
            };
            Ok(Some(Blob { mode: entry.mode, id: entry.id, content }))
        })
    }

    /// The content of a blob, by the name that a [`Side`](crate::change::Side) or a [`TreeEntry`] gave.
    ///
    /// # Errors
    /// When git is too old or fails, or the object is missing, no blob, or longer than `limit`.
    pub fn content(&self, id: &ObjectId, limit: u64) -> Result<Vec<u8>, GitError> {
        self.with_objects(|objects| objects.content(id, ObjectKind::Blob, limit))
    }

    /// The entries of a folder in a commit, in the tree's order, or of the commit's root; nothing
    /// when there is no such folder (but perhaps a file or a symbolic link of that name, which
    /// [`Repository::blob`] tells).
    ///
    /// # Errors
    /// When git is too old or fails, or an object is missing.
    pub fn tree_entries(
        &self,
        commit: &CommitId,
        folder: Option<&RepoPath>,
    ) -> Result<Option<Vec<TreeEntry>>, GitError> {
        self.with_objects(|objects| {
            let tree = match folder {
                None => root_tree(objects, commit)?,
                Some(path) => match entry_at(objects, commit, path)? {
                    Some(entry) if entry.mode == Mode::Tree => entry.id,
                    _ => return Ok(None),
                },
            };
            objects.tree(&tree).map(Some)
        })
    }

    /// The entries of a tree.
    ///
    /// # Errors
    /// When git is too old or fails, or the object is missing or no tree.
    pub fn entries_of(&self, tree: &ObjectId) -> Result<Vec<TreeEntry>, GitError> {
        self.with_objects(|objects| objects.tree(tree))
    }

    /// Begins a call of git in the user's repository.
    fn call(&self, name: &'static str) -> Call {
        let dir = self.work_tree.as_deref().unwrap_or(&self.git_dir);
        let call = self.program.call(name).dir(dir);
        self.variables.iter().fold(call, |call, (name, value)| call.env(name, value))
    }

    /// Begins a call of git in the scratch repository.
    fn scratch_call(&self, name: &'static str) -> Result<Call, GitError> {
        Ok(self.scratch()?.call(&self.program, name))
    }

    /// The scratch repository, made at the first question about commits.
    fn scratch(&self) -> Result<&Scratch, GitError> {
        if let Some(scratch) = self.scratch.get() {
            return Ok(scratch);
        }
        let version = self.git_version()?;
        if version < OLDEST_GIT {
            return Err(GitError::new(
                GitErrorKind::TooOld,
                format!("git {version} is too old to be asked about commits safely"),
                format!("install git {OLDEST_GIT} or later"),
            ));
        }
        let scratch = Scratch::new(&self.common_dir, &self.object_folders, self.format)?;
        Ok(self.scratch.get_or_init(|| scratch))
    }

    /// Asks the one process that reads objects. After a failure the next question starts anew, for
    /// half of an answer may still be in the pipe.
    fn with_objects<T>(
        &self,
        ask: impl FnOnce(&mut ObjectReader) -> Result<T, GitError>,
    ) -> Result<T, GitError> {
        let mut slot = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        let mut objects = match slot.take() {
            Some(objects) => objects,
            None => {
                let scratch = self.scratch()?;
                ObjectReader::start(scratch.call(&self.program, "cat-file"), scratch.path())?
            }
        };
        let answer = ask(&mut objects);
        // Behind an object that is too large the process goes on; after any other error it may not.
        let goes_on = |error: &GitError| error.kind == GitErrorKind::TooLarge;
        if answer.as_ref().err().is_none_or(goes_on) {
            *slot = Some(objects);
        }
        answer
    }
}

fn root_tree(objects: &mut ObjectReader, commit: &CommitId) -> Result<ObjectId, GitError> {
    match objects.info(&format!("{commit}^{{tree}}"))? {
        Info::Found { id, .. } => Ok(id),
        Info::Missing | Info::Ambiguous => {
            Err(GitError::missing_object(&format!("commit {commit}, or its tree")))
        }
    }
}

fn entry_at(
    objects: &mut ObjectReader,
    commit: &CommitId,
    path: &RepoPath,
) -> Result<Option<TreeEntry>, GitError> {
    let mut tree = root_tree(objects, commit)?;
    let mut components = path.as_bytes().split(|&byte| byte == b'/').peekable();
    while let Some(component) = components.next() {
        let entries = objects.tree(&tree)?;
        let Some(entry) = entries.into_iter().find(|entry| entry.name == component) else {
            return Ok(None);
        };
        if components.peek().is_none() {
            return Ok(Some(entry));
        }
        if entry.mode != Mode::Tree {
            return Ok(None);
        }
        tree = entry.id;
    }
    Ok(None)
}

/// Takes names that each end in a zero byte, sorts them, and refuses those that are no paths.
fn paths(listed: &[u8], place: &str) -> Result<Vec<RepoPath>, GitError> {
    const NAMED: usize = 5;
    let mut files = Vec::new();
    let mut wrong = Vec::new();
    for name in names(listed) {
        match RepoPath::new(name) {
            Ok(path) => files.push(path),
            Err(_) => wrong.push(name),
        }
    }
    if !wrong.is_empty() {
        let mut list: Vec<String> = wrong.iter().take(NAMED).map(|name| quote(name)).collect();
        if wrong.len() > NAMED {
            list.push(format!("{} more", wrong.len() - NAMED));
        }
        return Err(GitError::new(
            GitErrorKind::Path,
            format!("{place} holds names that no repository may hold: {}", list.join(", ")),
            "remove them: git itself writes none of these to a work tree",
        ));
    }
    files.sort_unstable();
    Ok(files)
}

/// Splits a list of names that each end in a zero byte.
fn names(listed: &[u8]) -> impl Iterator<Item = &[u8]> {
    listed.split(|&byte| byte == 0).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_whatever_follows() {
        let version = |text| GitVersion::parse(text).map(|version| version.to_string());
        for (text, read) in [
            ("git version 2.39.5\n", "2.39.5"),
            ("git version 2.39.5 (Apple Git-154)\n", "2.39.5"),
            ("git version 2.47.1.windows.1", "2.47.1"),
            ("git version 2.48.0-rc1", "2.48.0"),
            ("git version 2.46.GIT", "2.46.0"),
            ("git version 2.46", "2.46.0"),
        ] {
            assert_eq!(version(text).as_deref(), Some(read), "{text}");
        }
        assert_eq!(version("hub version 2.39"), None);
        assert_eq!(version("git version x.y"), None);
        assert!(GitVersion::parse("git version 2.39.3").unwrap() < OLDEST_GIT);
        assert!(GitVersion::parse("git version 2.100.0").unwrap() > OLDEST_GIT);
    }
}
