//! What can go wrong when git is asked, in words for the person who has to mend it.

use std::fmt;
use std::io;
use std::ops::Deref;
use std::path::Path;

use crate::failure::Failure;

/// Why git gave no answer that can be relied on.
///
/// None of these is ever an empty answer: a caller that cannot go on reports `not-verified`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitError {
    /// Which of the known ways it went wrong.
    pub kind: GitErrorKind,
    /// What to say of it.
    pub failure: Failure,
}

/// The ways in which asking git goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GitErrorKind {
    /// No `git` in any folder of `PATH` that may be used.
    NoGit,
    /// git is older than [`super::OLDEST_GIT`], or does not tell its version.
    TooOld,
    /// The repository belongs to someone else, and `safe.directory` does not allow it.
    Unsafe,
    /// There is a `.git`, or `GIT_DIR` is set, and git finds no repository there.
    NotRepository,
    /// The question is about an index or files, and the repository is bare.
    Bare,
    /// A revision that nothing is known by.
    UnknownRevision,
    /// A revision that could be more than one commit.
    AmbiguousRevision,
    /// The history is cut short where the answer would be.
    Shallow,
    /// An object that the answer needs is not there.
    MissingObject,
    /// A name that no path of a repository can have.
    Path,
    /// More bytes than the caller wants to read.
    TooLarge,
    /// The operating system refused something.
    Io,
    /// git failed in another way; its own message is part of the problem.
    Failed,
}

/// How much of git's own message is quoted.
const QUOTED_LIMIT: usize = 400;

impl GitError {
    /// A failure of this kind.
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
            "look at the folder's permissions and the space left on the disk",
        )
    }

    /// Reads out of git's message what went wrong, as far as a person would do something else.
    pub(super) fn failed(command: &str, stderr: &str) -> GitError {
        let said = quoted(stderr);
        let has = |needle: &str| stderr.contains(needle);
        if has("detected dubious ownership") {
            let folder = stderr.split('\'').nth(1).unwrap_or("the folder");
            return GitError::new(
                GitErrorKind::Unsafe,
                format!("git refuses the repository, for it belongs to another user: {folder}"),
                format!("if you trust it: git config --global --add safe.directory {folder}"),
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
            return GitError::missing_object(&format!("git {command}: {said}"));
        }
        GitError::new(
            GitErrorKind::Failed,
            format!("git {command} failed: {said}"),
            format!("run `git {command}` in the repository to see what is wrong with it"),
        )
    }

    pub(super) fn missing_object(problem: &str) -> GitError {
        GitError::new(
            GitErrorKind::MissingObject,
            format!("an object of the repository is missing: {problem}"),
            "fetch it: `git fetch --unshallow` in a shallow clone; instead of a partial clone make \
             one without `--filter`; `git fsck` tells what a broken one lacks",
        )
    }
}

/// git's message as one line of bounded length.
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
    if line.is_empty() { "it said nothing".into() } else { line }
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
