//! Rewrites a file atomically.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::read_bounded;
use crate::failure::Failure;

/// The new content of a file, written to a temporary file next to it.
#[derive(Debug)]
pub struct Rewrite {
    path: PathBuf,
    old: Vec<u8>,
    temporary: NamedTempFile,
}

impl Rewrite {
    /// Writes the new content to a temporary file with the permissions of the file.
    ///
    /// # Errors
    /// If the content is no longer `old`, the file is not a regular file or not writable, or its
    /// directory is not writable. Symbolic links are not followed, since the target may be someone
    /// else's.
    pub fn prepare(path: &Path, old: &[u8], new: &[u8]) -> Result<Rewrite, Failure> {
        let meta = path.symlink_metadata().map_err(|error| cannot_write(path, &error))?;
        if meta.is_symlink() {
            let problem = format!("{} is a symbolic link", path.display());
            return Err(Failure::new(problem, "use the path of its target"));
        }
        if !meta.is_file() {
            let problem = format!("{} is not a regular file", path.display());
            return Err(Failure::new(problem, "use a regular file"));
        }
        if meta.permissions().readonly() {
            let problem = format!("{} is read-only", path.display());
            return Err(Failure::new(problem, "make it writable, or edit a copy"));
        }
        check_unchanged(path, old)?;
        let write = || -> io::Result<NamedTempFile> {
            let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
            let mut temporary = tempfile::Builder::new()
                .prefix(".lanelint-")
                .tempfile_in(dir.unwrap_or(Path::new(".")))?;
            temporary.write_all(new)?;
            fs::set_permissions(temporary.path(), meta.permissions())?;
            temporary.as_file().sync_all()?;
            Ok(temporary)
        };
        let temporary = write().map_err(|error| cannot_write(path, &error))?;
        Ok(Rewrite { path: path.to_path_buf(), old: old.to_vec(), temporary })
    }

    /// Replaces the file.
    ///
    /// # Errors
    /// If the file has changed since it was read, or cannot be replaced. It is left as it was.
    pub fn finish(self) -> Result<(), Failure> {
        check_unchanged(&self.path, &self.old)?;
        let replaced = self.temporary.persist(&self.path);
        replaced.map(|_| ()).map_err(|error| cannot_write(&self.path, &error.error))
    }
}

fn check_unchanged(path: &Path, old: &[u8]) -> Result<(), Failure> {
    // One more byte, to detect a longer file.
    let now = read_bounded(path, old.len() as u64 + 1);
    if now.is_ok_and(|now| now == old) {
        return Ok(());
    }
    let problem = format!("{} has changed since it was read", path.display());
    Err(Failure::new(problem, "run the command again"))
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    let problem = format!("cannot write {}: {error}", path.display());
    Failure::new(problem, "check the permissions of the directory and the free disk space")
}
