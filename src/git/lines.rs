//! Which lines differ between two contents.

use super::Repository;
use super::error::GitError;
use super::object::{Info, ObjectId, ObjectKind};
use crate::change::Lines;
use crate::patch;
use crate::path::RepoPath;

/// No content is compared that is larger, nor are more bytes at once, or in all.
const CONTENT_LIMIT: u64 = 4 << 20;
const CHUNK_LIMIT: u64 = 32 << 20;
const WORK_LIMIT: u64 = 256 << 20;

impl Repository {
    /// The lines that differ between contents, for any number of pairs of one before and one after.
    ///
    /// All pairs of a few megabytes are compared by one process: as the files of two trees that are
    /// made for it in the scratch repository.
    ///
    /// # Errors
    /// When git is too old or fails.
    pub fn changed_lines(&self, pairs: &[(ObjectId, ObjectId)]) -> Result<Vec<Lines>, GitError> {
        let mut lines = vec![Lines::Unknown("too much is to be compared"); pairs.len()];
        let mut chunk = Vec::new();
        let (mut size, mut work) = (0, 0);
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
                    Info::Found { kind: ObjectKind::Blob, size, .. } if size <= CONTENT_LIMIT => {
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
            work += both;
            if work > WORK_LIMIT {
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
            let made = self.scratch_call("mktree")?.input(entries.into_bytes()).run()?.success()?;
            Ok(String::from_utf8_lossy(&made).trim_end().to_owned())
        };
        let (old, new) = (tree(false)?, tree(true)?);
        let said = self
            .scratch_call("diff-tree")?
            .args(["-p", "-U0", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color"])
            .args([old, new])
            .run()?
            .success()?;
        let diff = patch::read(&said);
        if let Some(gap) = diff.gaps.first() {
            return Err(GitError::failed("diff-tree", &gap.problem));
        }
        for &at in chunk {
            let path = RepoPath::new(name(at)).ok();
            let change = path.and_then(|path| diff.changes.get(&path));
            lines[at] = match change.and_then(|change| change.shown.as_ref()) {
                Some(shown) => shown.lines.clone(),
                // The same content twice is no change.
                None => Lines::Known(Vec::new()),
            };
        }
        Ok(())
    }
}

/// The name of a pair's file; in the order of the numbers, as git wants it.
fn name(at: usize) -> String {
    format!("{at:020}")
}
