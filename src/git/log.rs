//! The commits of a range, with what their messages say.

use std::collections::BTreeSet;

use bstr::ByteSlice;

use super::Repository;
use super::error::{GitError, GitErrorKind};
use super::object::{CommitId, ObjectId};

/// A commit, and the parts of its message that may name a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedCommit {
    /// The commit.
    pub id: CommitId,
    /// Its parents, in order.
    pub parents: Vec<CommitId>,
    /// The first paragraph of its message, on one line. Bytes that are not UTF-8 are replaced.
    pub subject: String,
    /// The values of the trailer that was asked for, in order.
    pub trailers: Vec<String>,
}

/// Per commit: its id, its parents, its subject and its trailers.
const FIELDS: usize = 4;

impl Repository {
    /// The commits that `tip` contains and `start` does not, parents first, each with its values of
    /// the trailer `key`, as `git interpret-trailers` reads them. At most `limit` of them.
    ///
    /// # Errors
    /// If git is too old or fails, or a shallow clone may lack some of the commits.
    pub fn log(
        &self,
        start: &CommitId,
        tip: &CommitId,
        key: Option<&str>,
        limit: usize,
    ) -> Result<Vec<LoggedCommit>, GitError> {
        let trailers = key.map_or_else(String::new, |key| {
            format!("%(trailers:key={key},valueonly,unfold,separator=%x0A)")
        });
        let (number, not) = (format!("--max-count={limit}"), format!("^{start}"));
        let format = format!("--format=%H%x00%P%x00%s%x00{trailers}");
        let switches = ["-z", "--topo-order", "--reverse", "--encoding=UTF-8", &number, &format];
        let call = self.scratch_call("log")?.args(switches);
        let output = call.args(["--end-of-options", tip.as_str(), &not]).run()?.success()?;
        let failed = || GitError::failed("log", &output[..output.len().min(200)].to_str_lossy());
        let id = |hex: &[u8]| ObjectId::from_hex(hex).map(CommitId).ok_or_else(failed);
        let mut fields: Vec<&[u8]> = output.split(|&byte| byte == 0).collect();
        // Nothing follows the last NUL.
        if fields.pop() != Some(b"") || !fields.len().is_multiple_of(FIELDS) {
            return Err(failed());
        }
        let mut commits = Vec::with_capacity(fields.len() / FIELDS);
        for fields in fields.chunks(FIELDS) {
            commits.push(LoggedCommit {
                id: id(fields[0])?,
                parents: fields[1].fields().map(id).collect::<Result<_, _>>()?,
                subject: fields[2].to_str_lossy().into_owned(),
                trailers: fields[3]
                    .lines()
                    .map(|value| value.trim().to_str_lossy().into_owned())
                    .filter(|value| !value.is_empty())
                    .collect(),
            });
        }
        self.check_whole(&commits)?;
        Ok(commits)
    }

    /// Fails if the parents of a commit are missing in a shallow clone.
    fn check_whole(&self, commits: &[LoggedCommit]) -> Result<(), GitError> {
        let shallow: BTreeSet<&str> = self.scratch()?.shallow.iter().map(String::as_str).collect();
        match commits.iter().find(|commit| shallow.contains(commit.id.as_str())) {
            None => Ok(()),
            Some(end) => Err(GitError::new(
                GitErrorKind::Shallow,
                format!("the history of this shallow clone ends at {}, inside the range", end.id),
                "fetch the full history with `git fetch --unshallow` (in CI, check out with \
                 `fetch-depth: 0`)",
            )),
        }
    }
}
