//! Where two commits' histories met last.

use std::collections::BTreeSet;

use bstr::ByteSlice;

use super::Repository;
use super::error::{GitError, GitErrorKind};
use super::object::{CommitId, ObjectId};

/// The best common ancestors of two commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MergeBase {
    /// Exactly one, as it should be.
    One(CommitId),
    /// The histories never met.
    None,
    /// Several, none of which is an ancestor of another: the branches were merged crosswise.
    Several(Vec<CommitId>),
}

/// How many pairs one process is asked about: a command line has an end.
const PAIRS_AT_ONCE: usize = 400;

impl Repository {
    /// The merge base of two commits.
    ///
    /// # Errors
    /// When git is too old or fails, a commit is missing, or the history of a shallow clone is cut
    /// where a better merge base may hide.
    pub fn merge_base(&self, a: &CommitId, b: &CommitId) -> Result<MergeBase, GitError> {
        let answer =
            self.scratch_call("merge-base")?.args(["--all", a.as_str(), b.as_str()]).run()?;
        // Status 1 is 'none'. Older gits say so too where a commit could not be read, and name it
        // on standard error.
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
        self.judge_bases(a, b, bases)
    }

    /// [`Repository::merge_base`] for many pairs, each with an answer of its own: one process for
    /// hundreds of them where nothing is wrong.
    #[must_use]
    pub fn merge_bases(&self, pairs: &[(CommitId, CommitId)]) -> Vec<Result<MergeBase, GitError>> {
        let mut answers = Vec::with_capacity(pairs.len());
        for chunk in pairs.chunks(PAIRS_AT_ONCE) {
            match self.bases_at_once(chunk) {
                Some(found) => {
                    for ((a, b), bases) in chunk.iter().zip(found) {
                        // 'None' is told apart from 'could not be read' one by one.
                        answers.push(if bases.is_empty() {
                            self.merge_base(a, b)
                        } else {
                            self.judge_bases(a, b, bases)
                        });
                    }
                }
                None => answers.extend(chunk.iter().map(|(a, b)| self.merge_base(a, b))),
            }
        }
        answers
    }

    /// `rev-parse A...B` writes A, B and, each after a `^`, their merge bases; for any number of
    /// arguments. Nothing when it fails for one of them.
    fn bases_at_once(&self, pairs: &[(CommitId, CommitId)]) -> Option<Vec<Vec<CommitId>>> {
        let ranges = pairs.iter().map(|(a, b)| format!("{a}...{b}"));
        let said = self.scratch_call("rev-parse").ok()?.args(ranges).run().ok()?.success().ok()?;
        let mut found: Vec<Vec<CommitId>> = Vec::new();
        let mut lines = said.lines().peekable();
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

    /// Whether the bases found can be trusted, and how many they are.
    ///
    /// A commit whose parents are cut off hides common ancestors. They are no better than the bases
    /// found if that commit is itself an ancestor of those; so what counts is whether one is met on
    /// the way from either side to the bases.
    fn judge_bases(
        &self,
        a: &CommitId,
        b: &CommitId,
        mut bases: Vec<CommitId>,
    ) -> Result<MergeBase, GitError> {
        let scratch = self.scratch()?;
        if !scratch.shallow.is_empty() {
            let cut: BTreeSet<&[u8]> = scratch.shallow.iter().map(String::as_bytes).collect();
            let sides = [a.as_str(), b.as_str(), "--not"];
            let sides = sides.into_iter().chain(bases.iter().map(CommitId::as_str));
            let way = scratch.call(&self.program, "rev-list").args(sides).run()?.success()?;
            if let Some(end) = way.lines().find(|commit| cut.contains(commit)) {
                return Err(GitError::new(
                    GitErrorKind::Shallow,
                    format!(
                        "this clone is shallow: its history ends at {} before it tells where {a} \
                         and {b} parted",
                        end.as_bstr()
                    ),
                    "fetch the whole history: `git fetch --unshallow` (in a CI job, a checkout \
                     with `fetch-depth: 0`)",
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
