//! A work tree read from its own files: its top, its repository, the branch that is checked out.
//! No git process is started, so an editor's hook can afford this on every keystroke.

use std::path::{Path, PathBuf};

use bstr::ByteSlice;

use super::Repository;
use super::refs::HEADS;
use crate::failure::Failure;
use crate::fs::read_bounded;
use crate::path::{PathError, RepoPath};

/// Size limit of the files read here, each of which is a single line.
const FILE_LIMIT: u64 = 1 << 16;

/// A work tree of a repository. Its paths are canonical.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    top: PathBuf,
    git_dir: PathBuf,
    common_dir: PathBuf,
}

/// What HEAD points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// A branch, perhaps an unborn one.
    Branch(String),
    /// A commit, while this branch is being rebased.
    Rebasing(String),
    /// A commit.
    Detached,
    /// Something that only git can resolve: a symbolic ref or link, another ref storage format.
    Unusual,
}

/// Where a file is, relative to a work tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// In the work tree, at this path.
    Inside(RepoPath),
    /// In the submodule at this path of the work tree.
    Submodule(RepoPath),
    /// In another repository, at this path of the work tree. It is a submodule too if the index
    /// has a gitlink there.
    Nested(RepoPath),
    /// In a git directory, or in a `.git` of this repository.
    GitFolder,
    /// In the work tree of the same repository with this top.
    OtherTree(PathBuf),
    /// In no work tree of this repository.
    Outside,
    /// In the work tree, but not at a path that a repository can contain.
    NoPath(PathError),
}

impl Checkout {
    /// The innermost work tree that contains `path`, which has to be canonical.
    ///
    /// Like git, ignores a `.git` that does not lead to a repository.
    #[must_use]
    pub fn containing(path: &Path) -> Option<Checkout> {
        path.ancestors().find_map(Checkout::at)
    }

    /// The innermost work tree that contains this one.
    #[must_use]
    pub fn enclosing(&self) -> Option<Checkout> {
        Checkout::containing(self.top.parent()?)
    }

    /// The work tree with this top.
    pub(super) fn at(top: &Path) -> Option<Checkout> {
        let entry = top.join(".git");
        let meta = entry.metadata().ok()?;
        let git_dir = if meta.is_file() {
            let text = read_bounded(&entry, FILE_LIMIT).ok()?;
            let target =
                text.strip_prefix(b"gitdir: ")?.trim_end_with(|end| matches!(end, '\n' | '\r'));
            top.join(target.to_path().ok()?)
        } else {
            entry
        };
        let git_dir = git_dir.canonicalize().ok()?;
        git_dir.join("HEAD").symlink_metadata().ok()?;
        let common_dir = match read_bounded(&git_dir.join("commondir"), FILE_LIMIT) {
            Ok(text) => {
                let target = text.trim_end_with(|end| matches!(end, '\n' | '\r'));
                git_dir.join(target.to_path().ok()?).canonicalize().ok()?
            }
            Err(_) => git_dir.clone(),
        };
        let is_repository = common_dir.join("objects").is_dir();
        is_repository.then(|| Checkout { top: top.to_owned(), git_dir, common_dir })
    }

    /// The directory that paths are relative to.
    #[must_use]
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// The directory of HEAD and the index of this work tree.
    #[must_use]
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// Whether both belong to the same repository.
    #[must_use]
    pub fn shares_repository(&self, other: &Checkout) -> bool {
        self.common_dir == other.common_dir
    }

    /// Whether this is the main work tree, or one that `git worktree add` made and that links back
    /// to its top. Anyone can place a `.git` that leads to the repository.
    #[must_use]
    pub fn is_registered(&self) -> bool {
        let entry = self.top.join(".git");
        if self.git_dir == self.common_dir {
            return entry.symlink_metadata().is_ok_and(|meta| meta.is_dir());
        }
        if self.git_dir.parent() != Some(&self.common_dir.join("worktrees")) {
            return false;
        }
        let Ok(text) = read_bounded(&self.git_dir.join("gitdir"), FILE_LIMIT) else { return false };
        let target = text.trim_end_with(|end| matches!(end, '\n' | '\r')).to_path();
        let back = target.ok().and_then(|target| self.git_dir.join(target).canonicalize().ok());
        back.is_some() && back == entry.canonicalize().ok()
    }

    /// Reads HEAD and, if it is detached, the branch being rebased.
    ///
    /// # Errors
    /// If a file of git exists but cannot be read.
    pub fn head(&self) -> Result<Head, Failure> {
        let file = self.git_dir.join("HEAD");
        if file.is_symlink() {
            return Ok(Head::Unusual);
        }
        let text = read_bounded(&file, FILE_LIMIT)?;
        let Some(reference) = text.strip_prefix(b"ref:") else {
            return Ok(self.rebased()?.map_or(Head::Detached, Head::Rebasing));
        };
        let Ok(reference) = reference.trim().to_str() else { return Ok(Head::Unusual) };
        let Some(branch) = reference.strip_prefix(HEADS) else { return Ok(Head::Detached) };
        // The placeholder that reftable writes to HEAD.
        if branch == ".invalid" {
            return Ok(Head::Unusual);
        }
        // The branch may itself be a symbolic ref, which git follows.
        let target = read_bounded(&self.common_dir.join(reference), FILE_LIMIT);
        if target.is_ok_and(|text| text.starts_with(b"ref:")) {
            return Ok(Head::Unusual);
        }
        Ok(Head::Branch(branch.to_owned()))
    }

    /// The branch being rebased, read from the file that `git status` reads.
    ///
    /// # Errors
    /// If a file of git exists but cannot be read.
    pub fn rebased(&self) -> Result<Option<String>, Failure> {
        for dir in ["rebase-merge", "rebase-apply"] {
            let file = self.git_dir.join(dir).join("head-name");
            if file.symlink_metadata().is_err() {
                continue;
            }
            let text = read_bounded(&file, FILE_LIMIT)?;
            // `detached HEAD` if no branch is being rebased.
            let branch = text.trim().to_str().ok().and_then(|name| name.strip_prefix(HEADS));
            return Ok(branch.map(str::to_owned));
        }
        Ok(None)
    }

    /// Where `file` is, whose path has to be canonical.
    #[must_use]
    pub fn reach(&self, file: &Path) -> Reach {
        let innermost = Checkout::containing(file);
        let git_dirs = [&self.git_dir, &self.common_dir];
        // A bare repository can contain its work trees.
        let contains_innermost =
            |dir: &Path| innermost.as_ref().is_some_and(|tree| tree.top.starts_with(dir));
        if git_dirs.iter().any(|dir| file.starts_with(dir) && !contains_innermost(dir)) {
            return Reach::GitFolder;
        }
        let Some(innermost) = innermost else { return Reach::Outside };
        let path = path_below(&innermost.top, file);
        let in_git = path == Err(PathError::GitComponent);
        if innermost.top == self.top {
            return match path {
                Ok(path) => Reach::Inside(path),
                Err(PathError::GitComponent) => Reach::GitFolder,
                Err(fault) => Reach::NoPath(fault),
            };
        }
        let submodules = git_dirs.map(|dir| dir.join("modules"));
        let is_submodule = submodules.iter().any(|modules| innermost.git_dir.starts_with(modules));
        if self.shares_repository(&innermost) {
            return if in_git { Reach::GitFolder } else { Reach::OtherTree(innermost.top) };
        }
        // Of nested submodules, only the outermost has a gitlink in this work tree.
        let between = innermost.top.ancestors().take_while(|dir| *dir != self.top);
        let outermost = between.filter_map(Checkout::at).last();
        let gitlink = outermost.and_then(|outer| path_below(&self.top, &outer.top).ok());
        match gitlink {
            Some(_) if is_submodule && in_git => Reach::GitFolder,
            Some(path) if is_submodule => Reach::Submodule(path),
            Some(path) if !in_git => Reach::Nested(path),
            _ => Reach::Outside,
        }
    }
}

impl Repository {
    /// The work tree; `None` for a bare repository.
    #[must_use]
    pub fn checkout(&self) -> Option<Checkout> {
        let real = |path: &Path| path.canonicalize().ok();
        Some(Checkout {
            top: real(self.work_tree()?)?,
            git_dir: real(&self.git_dir)?,
            common_dir: real(&self.common_dir)?,
        })
    }
}

/// The path of `file` relative to `dir`.
fn path_below(dir: &Path, file: &Path) -> Result<RepoPath, PathError> {
    let relative = file.strip_prefix(dir).map_err(|_| PathError::DotComponent)?;
    let parts: Vec<&[u8]> =
        relative.components().map(|part| part.as_os_str().as_encoded_bytes()).collect();
    RepoPath::new(parts.join(&b'/'))
}
