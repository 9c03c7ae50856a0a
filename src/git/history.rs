//! Merge bases.

use std::collections::BTreeSet;

use bstr::ByteSlice;

use super::Repository;
use super::error::{GitError, GitErrorKind};
use super::object::{CommitId, ObjectId};

/// The best common ancestors of two commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MergeBase {
    /// The usual case.
    One(CommitId),
    /// The histories are unrelated.
    None,
    /// Several, none of them an ancestor of another: criss-cross merges.
    Several(Vec<CommitId>),
}

/// How many pairs one process gets, since command lines are limited.
const PAIRS_AT_ONCE: usize = 400;

impl Repository {
    /// The merge base of two commits.
    ///
    /// # Errors
    /// If git is too old or fails, a commit is missing, or a shallow clone may lack a better merge
    /// base.
    pub fn merge_base(&self, a: &CommitId, b: &CommitId) -> Result<MergeBase, GitError> {
        let answer =
            self.scratch_call("merge-base")?.args(["--all", a.as_str(), b.as_str()]).run()?;
        // Status 1 is no merge base. Older versions of git also use it for a commit that cannot be
        // read, with an error on stderr.
        if !matches!(answer.code, Some(0 | 1))
            || answer.code == Some(1)
                && answer.warnings().iter().any(|line| line.starts_with("error:"))
        {
            return Err(answer.error());
        }
        let bases = answer
            .stdout
            .lines()
            .map(|line| {
                ObjectId::from_hex(line)
                    .map(CommitId)
                    .ok_or_else(|| GitError::failed("merge-base", &line.to_str_lossy()))
            })
            .collect::<Result<Vec<CommitId>, GitError>>()?;
        self.check_bases(a, b, bases)
    }

    /// [`Repository::merge_base`] for many pairs. Unless something fails, one process serves
    /// hundreds of them.
    #[must_use]
    pub fn merge_bases(&self, pairs: &[(CommitId, CommitId)]) -> Vec<Result<MergeBase, GitError>> {
        let mut answers = Vec::with_capacity(pairs.len());
        for chunk in pairs.chunks(PAIRS_AT_ONCE) {
            match self.bases_at_once(chunk) {
                Some(found) => {
                    for ((a, b), bases) in chunk.iter().zip(found) {
                        // Either there is none, or a commit cannot be read.
                        answers.push(if bases.is_empty() {
                            self.merge_base(a, b)
                        } else {
                            self.check_bases(a, b, bases)
                        });
                    }
                }
                None => answers.extend(chunk.iter().map(|(a, b)| self.merge_base(a, b))),
            }
        }
        answers
    }

    /// The commits from `tip` back along first parents, without those that `start` contains, newest
    /// first, and at most `limit` of them.
    ///
    /// # Errors
    /// If git is too old or fails.
    pub fn first_parents(
        &self,
        start: Option<&CommitId>,
        tip: &CommitId,
        limit: usize,
    ) -> Result<Vec<CommitId>, GitError> {
        let not = start.map(|start| format!("^{start}"));
        let number = format!("--max-count={limit}");
        let call = self.scratch_call("rev-list")?.args(["--first-parent", &number, tip.as_str()]);
        commits("rev-list", &call.args(not).run()?.success()?)
    }

    /// The merges between two commits that contain `start`, newest first.
    ///
    /// # Errors
    /// If git is too old or fails.
    pub fn merges_since(
        &self,
        start: &CommitId,
        tip: &CommitId,
    ) -> Result<Vec<CommitId>, GitError> {
        let range = format!("{start}..{tip}");
        let call = self.scratch_call("rev-list")?.args(["--merges", "--ancestry-path", &range]);
        commits("rev-list", &call.run()?.success()?)
    }

    /// `rev-parse A...B` prints A, B and, each after a `^`, their merge bases. `None` if it fails
    /// for any pair.
    fn bases_at_once(&self, pairs: &[(CommitId, CommitId)]) -> Option<Vec<Vec<CommitId>>> {
        let ranges = pairs.iter().map(|(a, b)| format!("{a}...{b}"));
        let output =
            self.scratch_call("rev-parse").ok()?.args(ranges).run().ok()?.success().ok()?;
        let mut found: Vec<Vec<CommitId>> = Vec::new();
        let mut lines = output.lines().peekable();
        while let Some(end) = lines.next() {
            let start = lines.next()?;
            let (a, b) = pairs.get(found.len())?;
            if start != a.as_str().as_bytes() || end != b.as_str().as_bytes() {
                return None;
            }
            let mut bases = Vec::new();
            while let Some(base) = lines.peek().and_then(|line| line.strip_prefix(b"^")) {
                bases.push(CommitId(ObjectId::from_hex(base)?));
                lines.next();
            }
            found.push(bases);
        }
        (found.len() == pairs.len()).then_some(found)
    }

    /// Fails if a shallow clone may lack a better merge base.
    ///
    /// A shallow commit hides common ancestors. If it is an ancestor of a merge base, they are not
    /// better than that one. So only shallow commits between either side and the bases matter.
    fn check_bases(
        &self,
        a: &CommitId,
        b: &CommitId,
        mut bases: Vec<CommitId>,
    ) -> Result<MergeBase, GitError> {
        let scratch = self.scratch()?;
        if !scratch.shallow.is_empty() {
            let shallow: BTreeSet<&[u8]> = scratch.shallow.iter().map(String::as_bytes).collect();
            let sides = [a.as_str(), b.as_str(), "--not"];
            let range = sides.into_iter().chain(bases.iter().map(CommitId::as_str));
            let commits = scratch.call(&self.program, "rev-list").args(range).run()?.success()?;
            if let Some(end) = commits.lines().find(|commit| shallow.contains(commit)) {
                return Err(GitError::new(
                    GitErrorKind::Shallow,
                    format!(
                        "the history of this shallow clone ends at {}, before the merge base of {a} \
                         and {b}",
                        end.as_bstr()
                    ),
                    "fetch the full history with `git fetch --unshallow` (in CI, check out with \
                     `fetch-depth: 0`)",
                ));
            }
        }
        bases.sort_unstable();
        bases.dedup();
        Ok(match bases.len() {
            0 => MergeBase::None,
            1 => MergeBase::One(bases.swap_remove(0)),
            _ => MergeBase::Several(bases),
        })
    }
}

/// One commit per line.
fn commits(command: &str, output: &[u8]) -> Result<Vec<CommitId>, GitError> {
    let id = |line: &[u8]| {
        ObjectId::from_hex(line)
            .map(CommitId)
            .ok_or_else(|| GitError::failed(command, &line.to_str_lossy()))
    };
    output.lines().map(id).collect()
}
