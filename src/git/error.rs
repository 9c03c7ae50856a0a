//! Errors of git, worded for users.

use std::fmt;
use std::io;
use std::ops::Deref;
use std::path::Path;

use crate::failure::Failure;

/// Why git's output cannot be used.
///
/// An error is never treated as an empty result: the caller reports `not-verified`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitError {
    /// What callers match on.
    pub kind: GitErrorKind,
    /// The message.
    pub failure: Failure,
}

/// The kinds of [`GitError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GitErrorKind {
    /// No usable `git` in `PATH`.
    NoGit,
    /// git is older than [`super::OLDEST_GIT`], or its version is unknown.
    TooOld,
    /// The repository is owned by another user, and not listed in `safe.directory`.
    Unsafe,
    /// There is a `.git`, or `GIT_DIR` is set, but git finds no repository there.
    NotRepository,
    /// An index or work tree is needed, and the repository is bare.
    Bare,
    /// No commit has this name.
    UnknownRevision,
    /// Several commits have this name.
    AmbiguousRevision,
    /// The history of a shallow clone is too short.
    Shallow,
    /// A needed object does not exist.
    MissingObject,
    /// A path that a repository cannot contain.
    Path,
    /// More bytes than the caller's limit.
    TooLarge,
    /// An error of the operating system.
    Io,
    /// Any other failure of git, with git's own message.
    Failed,
}

/// How many bytes of git's message are quoted.
const QUOTED_LIMIT: usize = 400;

impl GitError {
    /// Builds an error from its message and help.
    pub fn new(
        kind: GitErrorKind,
        problem: impl Into<String>,
        help: impl Into<String>,
    ) -> GitError {
        GitError { kind, failure: Failure::new(problem, help) }
    }

    pub(super) fn io(doing: &str, path: &Path, error: &io::Error) -> GitError {
        GitError::new(
            GitErrorKind::Io,
            format!("cannot {doing} {}: {error}", path.display()),
            "check the permissions of the directory and the free disk space",
        )
    }

    /// Builds the error for git's message. Gets its own kind if it needs its own help.
    pub(super) fn failed(command: &str, stderr: &str) -> GitError {
        let message = quoted(stderr);
        let has = |needle: &str| stderr.contains(needle);
        if has("detected dubious ownership") {
            let dir = stderr.split('\'').nth(1).unwrap_or("DIRECTORY");
            return GitError::new(
                GitErrorKind::Unsafe,
                format!("git refuses the repository {dir}, which is owned by another user"),
                format!("if you trust it, run `git config --global --add safe.directory {dir}`"),
            );
        }
        let missing = [
            "unable to read",
            "bad object",
            "bad tree",
            "not a tree object",
            "could not read",
            "Could not read",
            "missing object",
            "lazy fetching disabled",
            "promisor",
            "unable to find",
            "Failed to traverse",
            "Not a valid commit name",
        ];
        if missing.into_iter().any(has) {
            return GitError::missing_object(&format!("git {command}: {message}"));
        }
        GitError::new(
            GitErrorKind::Failed,
            format!("git {command} failed: {message}"),
            format!("run `git {command}` in the repository for details"),
        )
    }

    pub(super) fn missing_object(problem: &str) -> GitError {
        GitError::new(
            GitErrorKind::MissingObject,
            format!("missing object: {problem}"),
            "run `git fetch --unshallow` in a shallow clone, clone a partial clone again without \
             `--filter`, or run `git fsck` to list missing objects",
        )
    }
}

/// git's message on one line of limited length.
pub(super) fn quoted(stderr: &str) -> String {
    let mut line = String::new();
    for part in stderr.lines().map(str::trim).filter(|part| !part.is_empty()) {
        if !line.is_empty() {
            line.push_str("; ");
        }
        line.push_str(part);
        if line.len() > QUOTED_LIMIT {
            let end = (0..=QUOTED_LIMIT).rev().find(|&at| line.is_char_boundary(at)).unwrap_or(0);
            line.truncate(end);
            line.push('…');
            break;
        }
    }
    if line.is_empty() { "no message".into() } else { line }
}

impl Deref for GitError {
    type Target = Failure;

    fn deref(&self) -> &Failure {
        &self.failure
    }
}

impl fmt::Display for GitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.failure.fmt(f)
    }
}

impl std::error::Error for GitError {}

impl From<GitError> for Failure {
    fn from(error: GitError) -> Failure {
        error.failure
    }
}
