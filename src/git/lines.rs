//! Changed lines between pairs of blobs.

use super::Repository;
use super::error::GitError;
use super::object::{Info, ObjectId, ObjectKind};
use crate::change::Lines;
use crate::patch;
use crate::path::RepoPath;

/// Size limits of a blob, of the blobs that one process compares, and of all blobs.
const BLOB_LIMIT: u64 = 4 << 20;
const CHUNK_LIMIT: u64 = 32 << 20;
const TOTAL_LIMIT: u64 = 256 << 20;

impl Repository {
    /// The changed lines between each pair of an old and a new blob.
    ///
    /// One process compares pairs of a few megabytes in total, as the files of two trees made for
    /// it in the scratch repository.
    ///
    /// # Errors
    /// If git is too old or fails.
    pub fn changed_lines(&self, pairs: &[(ObjectId, ObjectId)]) -> Result<Vec<Lines>, GitError> {
        let mut lines = vec![Lines::Unknown("there is too much to compare"); pairs.len()];
        let mut chunk = Vec::new();
        let (mut size, mut total) = (0, 0);
        for (at, (old, new)) in pairs.iter().enumerate() {
            let sizes = self.with_objects(|objects| {
                [old, new]
                    .map(|id| objects.info(id.as_str()))
                    .into_iter()
                    .collect::<Result<Vec<_>, _>>()
            })?;
            let mut both = 0;
            let mut why = None;
            for info in sizes {
                match info {
                    Info::Found { kind: ObjectKind::Blob, size, .. } if size <= BLOB_LIMIT => {
                        both += size;
                    }
                    Info::Found { kind: ObjectKind::Blob, .. } => why = Some("it is too large"),
                    _ => why = Some("its content is not in the repository"),
                }
            }
            if let Some(why) = why {
                lines[at] = Lines::Unknown(why);
                continue;
            }
            total += both;
            if total > TOTAL_LIMIT {
                break;
            }
            if size + both > CHUNK_LIMIT {
                self.lines_of(pairs, &std::mem::take(&mut chunk), &mut lines)?;
                size = 0;
            }
            size += both;
            chunk.push(at);
        }
        self.lines_of(pairs, &chunk, &mut lines)?;
        Ok(lines)
    }

    fn lines_of(
        &self,
        pairs: &[(ObjectId, ObjectId)],
        chunk: &[usize],
        lines: &mut [Lines],
    ) -> Result<(), GitError> {
        if chunk.is_empty() {
            return Ok(());
        }
        let tree = |new: bool| -> Result<String, GitError> {
            let entries: String = chunk
                .iter()
                .map(|&at| {
                    let id = if new { &pairs[at].1 } else { &pairs[at].0 };
                    format!("100644 blob {id}\t{}\n", name(at))
                })
                .collect();
            let id = self.scratch_call("mktree")?.input(entries.into_bytes()).run()?.success()?;
            Ok(String::from_utf8_lossy(&id).trim_end().to_owned())
        };
        let (old, new) = (tree(false)?, tree(true)?);
        let output = self
            .scratch_call("diff-tree")?
            .args(["-p", "-U0", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color"])
            .args([old, new])
            .run()?
            .success()?;
        let diff = patch::read(&output);
        if let Some(gap) = diff.gaps.first() {
            return Err(GitError::failed("diff-tree", &gap.problem));
        }
        for &at in chunk {
            let path = RepoPath::new(name(at)).ok();
            let change = path.and_then(|path| diff.changes.get(&path));
            lines[at] = match change.and_then(|change| change.shown.as_ref()) {
                Some(shown) => shown.lines.clone(),
                // Both blobs are the same.
                None => Lines::Known(Vec::new()),
            };
        }
        Ok(())
    }
}

/// The file name of a pair, padded so that names sort like pairs.
fn name(at: usize) -> String {
    format!("{at:020}")
}
