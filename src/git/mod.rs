//! Runs git without running anything that the repository configures.
//!
//! A repository can configure programs that git runs (filters, merge drivers, hooks, a file system
//! monitor, a transport that fetches missing objects) and settings that change git's output. The
//! repository is untrusted, so none of them may take effect. Two rules ensure that:
//!
//! - The user's repository is only asked for its location, its refs and reflogs, the paths in its
//!   index, and its configuration as text. None of these commands reads the work tree or fetches a
//!   missing object.
//! - Everything else runs in a scratch repository (`scratch.rs`) that borrows the objects of the
//!   user's repository and, if needed, a copy of its index, but not its configuration.
//!
//! One hole remains: if `.git/config` includes a FIFO, git blocks on it, and the caller needs a
//! time limit.
//!
//! `checkout.rs` runs no git: it reads the few files that locate a work tree and its HEAD.
//!
//! Only `process.rs` starts a process. Terms are those of <https://git-scm.com/docs/gitglossary>.

mod checkout;
mod cleanup;
mod diff;
mod discover;
mod environment;
mod error;
mod filtered;
mod history;
mod lines;
mod log;
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
pub use diff::MergeWrites;
pub use environment::Environment;
pub use error::{GitError, GitErrorKind};
pub use history::MergeBase;
pub use log::LoggedCommit;
pub use merge::Merge;
pub use object::{Blob, CommitId, Mode, ObjectId, TreeEntry};
pub use refs::{Branch, BranchTip, Prefer};
pub use worktree::WorkTreeChanges;

use crate::path::{RepoPath, quote};
use object::{Info, ObjectFormat, ObjectKind, ObjectReader};
use process::{Call, Program};
use refs::Refs;
use scratch::Scratch;

/// The oldest version of git that reads commits: the first with `GIT_NO_LAZY_FETCH`, which keeps it
/// from fetching the missing objects of a partial clone.
pub const OLDEST_GIT: GitVersion = GitVersion { major: 2, minor: 39, patch: 4 };

/// A version of git, without suffixes of distributions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GitVersion {
    /// 2 in `2.39.4`.
    pub major: u32,
    /// 39 in `2.39.4`.
    pub minor: u32,
    /// 4 in `2.39.4`.
    pub patch: u32,
}

impl fmt::Display for GitVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl GitVersion {
    /// Parses `git version 2.39.5 (Apple Git-154)`, `2.47.1.windows.1`, `2.48.0-rc1`, `2.46.GIT`.
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

/// The user's repository.
///
/// Refs are read once, when they are first needed, so that all results refer to the same state.
#[derive(Debug)]
pub struct Repository {
    program: Program,
    /// The variables with which git finds this repository and the user's configuration.
    variables: Vec<(&'static str, OsString)>,
    git_dir: PathBuf,
    common_dir: PathBuf,
    work_tree: Option<PathBuf>,
    index_file: PathBuf,
    object_dirs: Vec<PathBuf>,
    format: ObjectFormat,
    environment: Environment,
    refs: OnceLock<Refs>,
    /// Guards the copy of the index in the scratch repository.
    comparing: Mutex<()>,
    // Declared before `scratch`, so that it is dropped before the directory that it runs in.
    objects: Mutex<Option<ObjectReader>>,
    scratch: OnceLock<Scratch>,
}

impl Repository {
    /// Finds the repository that the environment names, or else the one that contains `dir`.
    ///
    /// A directory in a work tree that looks like a bare repository is not one.
    ///
    /// # Errors
    /// If git is missing, refuses the repository (`safe.directory`) or finds it broken, or if `dir`
    /// does not exist.
    pub fn discover(environment: &Environment, dir: &Path) -> Result<Option<Repository>, GitError> {
        discover::discover(environment, dir)
    }

    /// The root of the work tree; `None` for a bare repository.
    #[must_use]
    pub fn work_tree(&self) -> Option<&Path> {
        self.work_tree.as_deref()
    }

    /// The version of the installed git.
    ///
    /// # Errors
    /// If `git version` fails or prints something unexpected.
    pub fn git_version(&self) -> Result<GitVersion, GitError> {
        let output = self.program.call("version").run()?.success()?;
        let output = String::from_utf8_lossy(&output);
        GitVersion::parse(&output).ok_or_else(|| {
            GitError::new(
                GitErrorKind::TooOld,
                format!("unknown version of git: {}", error::quoted(&output)),
                format!("install git {OLDEST_GIT} or later"),
            )
        })
    }

    /// The files of the index, including submodules and symbolic links, in byte order.
    ///
    /// # Errors
    /// If git fails, or the index contains an invalid path.
    pub fn index_files(&self) -> Result<Vec<RepoPath>, GitError> {
        let listed = self.call("ls-files").args(["-z"]).run()?.success()?;
        let mut files = paths(&listed, "the index")?;
        files.dedup();
        Ok(files)
    }

    /// The files of a commit, including submodules and symbolic links, in byte order.
    ///
    /// # Errors
    /// If git is too old or fails, an object is missing, or the commit contains an invalid path.
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

    /// The entry at `path` in a commit, with its content. Symbolic links are not followed.
    ///
    /// # Errors
    /// If git is too old or fails, an object is missing, or the content is longer than `limit`.
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

    /// The content of a blob.
    ///
    /// # Errors
    /// If git is too old or fails, or the object is missing, not a blob, or longer than `limit`.
    pub fn content(&self, id: &ObjectId, limit: u64) -> Result<Vec<u8>, GitError> {
        self.with_objects(|objects| objects.content(id, ObjectKind::Blob, limit))
    }

    /// The entries of a directory in a commit, in the tree's order; `None` if the path does not
    /// exist or is not a directory. Without `folder`, those of the root.
    ///
    /// # Errors
    /// If git is too old or fails, or an object is missing.
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
    /// If git is too old or fails, or the object is missing or not a tree.
    pub fn entries_of(&self, tree: &ObjectId) -> Result<Vec<TreeEntry>, GitError> {
        self.with_objects(|objects| objects.tree(tree))
    }

    /// A call of git in the user's repository.
    fn call(&self, name: &'static str) -> Call {
        let dir = self.work_tree.as_deref().unwrap_or(&self.git_dir);
        let call = self.program.call(name).dir(dir);
        self.variables.iter().fold(call, |call, (name, value)| call.env(name, value))
    }

    /// A call of git in the scratch repository.
    fn scratch_call(&self, name: &'static str) -> Result<Call, GitError> {
        Ok(self.scratch()?.call(&self.program, name))
    }

    /// The scratch repository, created on first use.
    fn scratch(&self) -> Result<&Scratch, GitError> {
        if let Some(scratch) = self.scratch.get() {
            return Ok(scratch);
        }
        let version = self.git_version()?;
        if version < OLDEST_GIT {
            return Err(GitError::new(
                GitErrorKind::TooOld,
                format!("git {version} is too old to read commits safely"),
                format!("install git {OLDEST_GIT} or later"),
            ));
        }
        let scratch = Scratch::new(&self.common_dir, &self.object_dirs, self.format)?;
        Ok(self.scratch.get_or_init(|| scratch))
    }

    /// Uses the one process that reads objects. It is restarted after an error, since the pipe may
    /// still contain part of a response.
    fn with_objects<T>(
        &self,
        read: impl FnOnce(&mut ObjectReader) -> Result<T, GitError>,
    ) -> Result<T, GitError> {
        let mut slot = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        let mut objects = match slot.take() {
            Some(objects) => objects,
            None => {
                let scratch = self.scratch()?;
                ObjectReader::start(scratch.call(&self.program, "cat-file"), scratch.path())?
            }
        };
        let result = read(&mut objects);
        // An object that is too large is not requested, so the pipe is clean.
        let is_clean = |error: &GitError| error.kind == GitErrorKind::TooLarge;
        if result.as_ref().err().is_none_or(is_clean) {
            *slot = Some(objects);
        }
        result
    }
}

fn root_tree(objects: &mut ObjectReader, commit: &CommitId) -> Result<ObjectId, GitError> {
    match objects.info(&format!("{commit}^{{tree}}"))? {
        Info::Found { id, .. } => Ok(id),
        Info::Missing | Info::Ambiguous => {
            Err(GitError::missing_object(&format!("commit {commit} or its tree")))
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

/// Parses and sorts NUL-terminated paths. Fails if one is invalid.
fn paths(listed: &[u8], source: &str) -> Result<Vec<RepoPath>, GitError> {
    const SHOWN: usize = 5;
    let mut files = Vec::new();
    let mut invalid = Vec::new();
    for name in names(listed) {
        match RepoPath::new(name) {
            Ok(path) => files.push(path),
            Err(_) => invalid.push(name),
        }
    }
    if !invalid.is_empty() {
        let mut list: Vec<String> = invalid.iter().take(SHOWN).map(|name| quote(name)).collect();
        if invalid.len() > SHOWN {
            list.push(format!("{} more", invalid.len() - SHOWN));
        }
        return Err(GitError::new(
            GitErrorKind::Path,
            format!("{source} contains invalid paths: {}", list.join(", ")),
            "remove them: git cannot check them out",
        ));
    }
    files.sort_unstable();
    Ok(files)
}

/// Splits a list of NUL-terminated names.
fn names(listed: &[u8]) -> impl Iterator<Item = &[u8]> {
    listed.split(|&byte| byte == 0).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_with_suffixes() {
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
