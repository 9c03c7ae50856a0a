//! A bare repository of our own that borrows the objects of the user's.
//!
//! Whatever is about commits is asked here. None of the user's repository's settings, hooks,
//! attributes, grafts, replaced objects or promisors exist here, and what git may write it writes
//! here. (The idea is that of git's own alternates: <https://git-scm.com/docs/gitrepository-layout>.)

use std::fs;
use std::path::{Path, PathBuf};

use super::cleanup::Folder;
use super::error::{GitError, GitErrorKind};
use super::object::ObjectFormat;
use super::process::{Call, Program};
use crate::fs::read_bounded;
use crate::path::quote;
use bstr::ByteSlice;

/// No list of shallow commits is read that is longer: a million of them.
const SHALLOW_LIMIT: u64 = 64 << 20;

/// The scratch repository. It is gone when this is dropped.
#[derive(Debug)]
pub(super) struct Scratch {
    folder: Folder,
    /// The commits whose parents the user's repository does not have, as hexadecimal digits;
    /// empty where the history is whole.
    pub(super) shallow: Vec<String>,
}

impl Scratch {
    /// Makes one that borrows from `object_folders`, first come first asked.
    pub(super) fn new(
        common_dir: &Path,
        object_folders: &[PathBuf],
        format: ObjectFormat,
    ) -> Result<Scratch, GitError> {
        let folder = Folder::new()
            .map_err(|error| GitError::io("make a folder in", &std::env::temp_dir(), &error))?;
        let mut alternates = Vec::new();
        for objects in object_folders {
            let bytes = <[u8]>::from_path(objects).ok_or_else(|| {
                GitError::new(
                    GitErrorKind::Path,
                    format!("the object folder {} has no name git could read", objects.display()),
                    "rename the folder",
                )
            })?;
            // Quoted, for a name may begin with `#` or hold a line break.
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
        let scratch = Scratch { folder, shallow: Vec::new() };
        scratch.make_folder("objects/info")?;
        scratch.make_folder("refs")?;
        scratch.make_folder("info")?;
        scratch.write("HEAD", b"ref: refs/heads/none\n")?;
        scratch.write("config", config.as_bytes())?;
        scratch.write("objects/info/alternates", &alternates)?;
        scratch.borrow_shallow(&common_dir.join("shallow"))
    }

    fn borrow_shallow(mut self, theirs: &Path) -> Result<Scratch, GitError> {
        if fs::symlink_metadata(theirs).is_err() {
            return Ok(self);
        }
        if !theirs.is_file() {
            return Err(GitError::new(
                GitErrorKind::Shallow,
                format!("{} is no regular file", theirs.display()),
                "clone the repository anew",
            ));
        }
        let list = read_bounded(theirs, SHALLOW_LIMIT).map_err(|error| {
            GitError::new(
                GitErrorKind::Shallow,
                error.problem,
                "fetch with `git fetch --unshallow`",
            )
        })?;
        self.write("shallow", &list)?;
        self.shallow = list.lines().map(|line| line.trim().to_str_lossy().into_owned()).collect();
        self.shallow.retain(|line| !line.is_empty());
        Ok(self)
    }

    /// The repository's folder.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    fn make_folder(&self, name: &str) -> Result<(), GitError> {
        let path = self.path().join(name);
        fs::create_dir_all(&path).map_err(|error| GitError::io("create", &path, &error))
    }

    /// Writes a file of the repository.
    pub(super) fn write(&self, name: &str, content: &[u8]) -> Result<PathBuf, GitError> {
        let path = self.path().join(name);
        fs::write(&path, content).map_err(|error| GitError::io("write", &path, &error))?;
        Ok(path)
    }

    /// Begins a call of git in this repository, with nobody's settings.
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
