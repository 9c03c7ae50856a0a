//! Writing a file anew: whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::read_bounded;
use crate::failure::Failure;

/// A new content for a file, written beside it and not yet in its place.
#[derive(Debug)]
pub struct Rewrite {
    path: PathBuf,
    old: Vec<u8>,
    written: NamedTempFile,
}

impl Rewrite {
    /// Writes the new content beside the file, with the file's permissions.
    ///
    /// # Errors
    /// When the file is not the plain file with the content `old` that was read, may not be written,
    /// or its folder cannot be written to. A link is not followed: what it leads to may belong to
    /// somebody else.
    pub fn prepare(path: &Path, old: &[u8], new: &[u8]) -> Result<Rewrite, Failure> {
        let meta = path.symlink_metadata().map_err(|error| cannot_write(path, &error))?;
        if meta.is_symlink() {
            let problem = format!("{} is a link and is not written to", path.display());
            return Err(Failure::new(problem, "name the file that it leads to"));
        }
        if !meta.is_file() {
            let problem = format!("{} is no plain file and is not written to", path.display());
            return Err(Failure::new(problem, "name a plain file"));
        }
        if meta.permissions().readonly() {
            let problem = format!("{} may not be written", path.display());
            return Err(Failure::new(problem, "give yourself the permission, or edit a copy"));
        }
        unchanged(path, old)?;
        let write = || -> io::Result<NamedTempFile> {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let mut written = tempfile::Builder::new()
                .prefix(".lanelint-")
                .tempfile_in(folder.unwrap_or(Path::new(".")))?;
            written.write_all(new)?;
            fs::set_permissions(written.path(), meta.permissions())?;
            written.as_file().sync_all()?;
            Ok(written)
        };
        let written = write().map_err(|error| cannot_write(path, &error))?;
        Ok(Rewrite { path: path.to_path_buf(), old: old.to_vec(), written })
    }

    /// Puts the new content into the file's place.
    ///
    /// # Errors
    /// When the file has changed since it was read, or cannot be replaced. It is then what it was.
    pub fn finish(self) -> Result<(), Failure> {
        unchanged(&self.path, &self.old)?;
        let placed = self.written.persist(&self.path);
        placed.map(|_| ()).map_err(|error| cannot_write(&self.path, &error.error))
    }
}

fn unchanged(path: &Path, old: &[u8]) -> Result<(), Failure> {
    // One byte more would be a change too.
    let now = read_bounded(path, old.len() as u64 + 1);
    if now.is_ok_and(|now| now == old) {
        return Ok(());
    }
    let problem = format!("{} has changed since it was read", path.display());
    Err(Failure::new(problem, "run it again"))
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    let problem = format!("cannot write {}: {error}", path.display());
    Failure::new(problem, "look at the folder's permissions and at the space that is left")
}
