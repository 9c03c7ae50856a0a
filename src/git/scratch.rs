//! A temporary bare repository that borrows the objects of the user's repository.
//!
//! All commands that read commits run here, without the configuration, hooks, attributes, grafts,
//! replacements and promisors of the user's repository. Whatever git writes, it writes here. Objects
//! are borrowed as alternates (<https://git-scm.com/docs/gitrepository-layout>).

use std::fs;
use std::path::{Path, PathBuf};

use super::cleanup::ScratchDir;
use super::error::{GitError, GitErrorKind};
use super::object::ObjectFormat;
use super::process::{Call, Program};
use crate::fs::read_bounded;
use crate::path::quote;
use bstr::ByteSlice;

/// Size limit of the list of shallow commits: about a million.
const SHALLOW_LIMIT: u64 = 64 << 20;

/// The scratch repository, removed on drop.
#[derive(Debug)]
pub(super) struct Scratch {
    dir: ScratchDir,
    /// The hashes of the shallow commits, whose parents are missing.
    pub(super) shallow: Vec<String>,
}

impl Scratch {
    /// Creates a repository that borrows from `object_dirs`, searched in this order.
    pub(super) fn new(
        common_dir: &Path,
        object_dirs: &[PathBuf],
        format: ObjectFormat,
    ) -> Result<Scratch, GitError> {
        let dir = ScratchDir::new().map_err(|error| {
            GitError::io("create a directory in", &std::env::temp_dir(), &error)
        })?;
        let mut alternates = Vec::new();
        for objects in object_dirs {
            let bytes = <[u8]>::from_path(objects).ok_or_else(|| {
                GitError::new(
                    GitErrorKind::Path,
                    format!("the path of the object directory {} is not UTF-8", objects.display()),
                    "rename the directory",
                )
            })?;
            // Quoted, since the path can begin with `#` or contain a line break.
            alternates.extend_from_slice(quote(bytes).as_bytes());
            alternates.push(b'\n');
        }
        let config = match format {
            ObjectFormat::Sha1 => "[core]\n\trepositoryformatversion = 0\n\tbare = true\n",
            ObjectFormat::Sha256 => {
                "[core]\n\trepositoryformatversion = 1\n\tbare = true\n\
                 [extensions]\n\tobjectformat = sha256\n"
            }
        };
        let scratch = Scratch { dir, shallow: Vec::new() };
        scratch.create_dir("objects/info")?;
        scratch.create_dir("refs")?;
        scratch.create_dir("info")?;
        scratch.write("HEAD", b"ref: refs/heads/none\n")?;
        scratch.write("config", config.as_bytes())?;
        scratch.write("objects/info/alternates", &alternates)?;
        scratch.copy_shallow(&common_dir.join("shallow"))
    }

    fn copy_shallow(mut self, theirs: &Path) -> Result<Scratch, GitError> {
        if fs::symlink_metadata(theirs).is_err() {
            return Ok(self);
        }
        if !theirs.is_file() {
            return Err(GitError::new(
                GitErrorKind::Shallow,
                format!("{} is not a regular file", theirs.display()),
                "clone the repository again",
            ));
        }
        let list = read_bounded(theirs, SHALLOW_LIMIT).map_err(|error| {
            GitError::new(GitErrorKind::Shallow, error.problem, "run `git fetch --unshallow`")
        })?;
        self.write("shallow", &list)?;
        self.shallow = list.lines().map(|line| line.trim().to_str_lossy().into_owned()).collect();
        self.shallow.retain(|line| !line.is_empty());
        Ok(self)
    }

    pub(super) fn path(&self) -> &Path {
        self.dir.path()
    }

    fn create_dir(&self, name: &str) -> Result<(), GitError> {
        let path = self.path().join(name);
        fs::create_dir_all(&path).map_err(|error| GitError::io("create", &path, &error))
    }

    /// Writes a file in the git directory.
    pub(super) fn write(&self, name: &str, content: &[u8]) -> Result<PathBuf, GitError> {
        let path = self.path().join(name);
        fs::write(&path, content).map_err(|error| GitError::io("write", &path, &error))?;
        Ok(path)
    }

    /// A call of git in this repository, without any configuration of the user or the machine.
    pub(super) fn call(&self, program: &Program, name: &'static str) -> Call {
        program
            .call(name)
            .dir(self.path())
            .env("GIT_DIR", self.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
    }
}
