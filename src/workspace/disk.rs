//! The [`Host`] for the real disk and git.

use std::ffi::OsString;
use std::fmt;
use std::fs::{FileType, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::host::{Event, FileKind, Host};
use super::{Git, branch_of, work_tree};
use crate::failure::Failure;
use crate::fs;
use crate::git::{Checkout, Environment, GitError, Repository};
use crate::path::RepoPath;
use crate::plan::locate::is_part;

/// The real disk, git and standard input.
pub struct Disk {
    environment: Environment,
    listener: Box<dyn Fn(Event<'_>) + Send + Sync>,
}

impl Disk {
    /// Captures the environment. Without [`Disk::listener`], notes and progress are dropped.
    ///
    /// # Errors
    /// If the working directory does not exist or cannot be accessed.
    pub fn capture() -> Result<Disk, Failure> {
        let environment = Environment::capture().map_err(|error| {
            Failure::new(
                format!("cannot access the working directory: {error}"),
                "change to another directory",
            )
        })?;
        Ok(Disk { environment, listener: Box::new(|_| ()) })
    }

    /// Sends notes and progress to `listener`.
    #[must_use]
    pub fn listener(mut self, listener: impl Fn(Event<'_>) + Send + Sync + 'static) -> Disk {
        self.listener = Box::new(listener);
        self
    }
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disk").field("environment", &self.environment).finish_non_exhaustive()
    }
}

impl Host for Disk {
    fn environment(&self) -> &Environment {
        &self.environment
    }

    fn kind(&self, path: &Path) -> Option<FileKind> {
        path.symlink_metadata().ok().map(|meta| kind(meta.file_type()))
    }

    fn real_path(&self, path: &Path) -> io::Result<PathBuf> {
        path.canonicalize()
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        path.read_link()
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<(OsString, FileKind)>> {
        let entries = folder.read_dir()?;
        entries
            .map(|entry| {
                let entry = entry?;
                Ok((entry.file_name(), kind(entry.file_type()?)))
            })
            .collect()
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
        fs::read_bounded(path, limit)
    }

    fn open(&self, path: &Path) -> Result<Box<dyn Read + '_>, Failure> {
        Ok(Box::new(fs::open(path)?))
    }

    fn stdin(&self) -> Box<dyn Read + '_> {
        Box::new(io::stdin().lock())
    }

    fn walk(&self, root: &Path) -> Result<Vec<RepoPath>, Failure> {
        fs::walk(root)
    }

    fn repository(&self, folder: &Path) -> Result<Option<Box<dyn Git + '_>>, GitError> {
        let found = Repository::discover(&self.environment, folder)?;
        Ok(found.map(|found| Box::new(found) as Box<dyn Git>))
    }

    fn branch(&self, folder: &Path) -> Result<Option<String>, Failure> {
        let Ok(folder) = folder.canonicalize() else { return Ok(None) };
        match work_tree(self, &folder)? {
            Some(tree) => branch_of(self, &tree),
            None => Ok(None),
        }
    }

    fn stamp(&self, plan: &Path) -> u64 {
        let mut stamp = DefaultHasher::new();
        add_file(&mut stamp, plan);
        let names = plan.read_dir().into_iter().flatten().flatten().map(|part| part.file_name());
        let mut parts: Vec<_> = names.filter(|name| is_part(name.as_encoded_bytes())).collect();
        parts.sort();
        for part in parts {
            add_file(&mut stamp, &plan.join(&part));
            part.hash(&mut stamp);
        }
        let folder = plan.parent().and_then(|folder| folder.canonicalize().ok());
        if let Some(checkout) = folder.and_then(|folder| Checkout::containing(&folder)) {
            for name in ["HEAD", "index"] {
                add_file(&mut stamp, &checkout.git_dir().join(name));
            }
        }
        stamp.finish()
    }

    fn notify(&self, event: Event<'_>) {
        (self.listener)(event);
    }
}

/// Adds the size and modification time of a file.
fn add_file(stamp: &mut DefaultHasher, file: &Path) {
    let meta = file.metadata().ok();
    meta.as_ref().map(Metadata::len).hash(stamp);
    meta.and_then(|meta| meta.modified().ok()).hash(stamp);
}

fn kind(file_type: FileType) -> FileKind {
    if file_type.is_symlink() {
        FileKind::Symlink
    } else if file_type.is_dir() {
        FileKind::Folder
    } else if file_type.is_file() {
        FileKind::File
    } else {
        FileKind::Other
    }
}
