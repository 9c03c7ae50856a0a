//! A work tree as its folders alone tell it: where it is, whose it is, and which branch is checked
//! out. No git is started, so an editor's hook can ask at every keystroke.

use std::path::{Path, PathBuf};

use bstr::ByteSlice;

use super::Repository;
use super::refs::HEADS;
use crate::failure::Failure;
use crate::fs::read_bounded;
use crate::path::{PathError, RepoPath};

/// Files of git that are read here hold a line.
const LONGEST: u64 = 1 << 16;

/// A work tree of a repository. All its paths are without links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    top: PathBuf,
    git_dir: PathBuf,
    common_dir: PathBuf,
}

/// What HEAD says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// This branch is checked out, born or not.
    Branch(String),
    /// It is detached while this branch is being rebased.
    Rebasing(String),
    /// It is detached.
    Detached,
    /// Something that only git itself can read: another form of refs, a link.
    Unusual,
}

/// Where a file is, as seen from a work tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// In the work tree, by this path.
    Inside(RepoPath),
    /// In the submodule at this path of the work tree.
    Submodule(RepoPath),
    /// In another repository, at this path of the work tree. It is a submodule too if the index
    /// has a pin there.
    Nested(RepoPath),
    /// In a folder where git keeps a repository, or a `.git` of this repository.
    GitFolder,
    /// In another work tree of the same repository, with this top.
    OtherTree(PathBuf),
    /// In no work tree of this repository.
    Outside,
    /// In the work tree, under a name that no path of a repository has.
    NoPath(PathError),
}

impl Checkout {
    /// The nearest work tree that holds a path, which has to be without links.
    ///
    /// A `.git` that leads to no repository makes none, as for git.
    #[must_use]
    pub fn holding(path: &Path) -> Option<Checkout> {
        path.ancestors().find_map(Checkout::at)
    }

    /// The nearest work tree around this one.
    #[must_use]
    pub fn around(&self) -> Option<Checkout> {
        Checkout::holding(self.top.parent()?)
    }

    /// The work tree whose top is this folder.
    pub(super) fn at(top: &Path) -> Option<Checkout> {
        let entry = top.join(".git");
        let meta = entry.metadata().ok()?;
        let git_dir = if meta.is_file() {
            let text = read_bounded(&entry, LONGEST).ok()?;
            let target =
                text.strip_prefix(b"gitdir: ")?.trim_end_with(|end| matches!(end, '\n' | '\r'));
            top.join(target.to_path().ok()?)
        } else {
            entry
        };
        let git_dir = git_dir.canonicalize().ok()?;
        git_dir.join("HEAD").symlink_metadata().ok()?;
        let common_dir = match read_bounded(&git_dir.join("commondir"), LONGEST) {
            Ok(text) => {
                let target = text.trim_end_with(|end| matches!(end, '\n' | '\r'));
                git_dir.join(target.to_path().ok()?).canonicalize().ok()?
            }
            Err(_) => git_dir.clone(),
        };
        let is_repository = common_dir.join("objects").is_dir();
        is_repository.then(|| Checkout { top: top.to_owned(), git_dir, common_dir })
    }

    /// The folder that paths begin at.
    #[must_use]
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// The folder where git keeps HEAD and the index of this work tree.
    #[must_use]
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// Whether both are work trees of one repository.
    #[must_use]
    pub fn shares_repository(&self, other: &Checkout) -> bool {
        self.common_dir == other.common_dir
    }

    /// Whether the repository itself knows this work tree: as its main one, or as one that
    /// `git worktree add` made, which leads back to its top. Any folder may hold a `.git` that
    /// leads to the repository.
    #[must_use]
    pub fn is_registered(&self) -> bool {
        let entry = self.top.join(".git");
        if self.git_dir == self.common_dir {
            return entry.symlink_metadata().is_ok_and(|meta| meta.is_dir());
        }
        if self.git_dir.parent() != Some(&self.common_dir.join("worktrees")) {
            return false;
        }
        let Ok(text) = read_bounded(&self.git_dir.join("gitdir"), LONGEST) else { return false };
        let target = text.trim_end_with(|end| matches!(end, '\n' | '\r')).to_path();
        let back = target.ok().and_then(|target| self.git_dir.join(target).canonicalize().ok());
        back.is_some() && back == entry.canonicalize().ok()
    }

    /// Reads HEAD and, where it is detached, whether a branch is being rebased.
    ///
    /// # Errors
    /// When there is a file of git and it cannot be read.
    pub fn head(&self) -> Result<Head, Failure> {
        let file = self.git_dir.join("HEAD");
        if file.is_symlink() {
            return Ok(Head::Unusual);
        }
        let text = read_bounded(&file, LONGEST)?;
        let Some(reference) = text.strip_prefix(b"ref:") else {
            return Ok(self.rebased()?.map_or(Head::Detached, Head::Rebasing));
        };
        let Ok(reference) = reference.trim().to_str() else { return Ok(Head::Unusual) };
        let Some(branch) = reference.strip_prefix(HEADS) else { return Ok(Head::Detached) };
        // What stands in the place of a branch where refs are kept in another form.
        if branch == ".invalid" {
            return Ok(Head::Unusual);
        }
        // A branch that stands for another one: git follows it to its end.
        let stands_for = read_bounded(&self.common_dir.join(reference), LONGEST);
        if stands_for.is_ok_and(|text| text.starts_with(b"ref:")) {
            return Ok(Head::Unusual);
        }
        Ok(Head::Branch(branch.to_owned()))
    }

    /// The branch that is being rebased, from where `git status` knows it.
    ///
    /// # Errors
    /// When there is a file of git and it cannot be read.
    pub fn rebased(&self) -> Result<Option<String>, Failure> {
        for folder in ["rebase-merge", "rebase-apply"] {
            let file = self.git_dir.join(folder).join("head-name");
            if file.symlink_metadata().is_err() {
                continue;
            }
            let text = read_bounded(&file, LONGEST)?;
            // `detached HEAD` where no branch is.
            let branch = text.trim().to_str().ok().and_then(|name| name.strip_prefix(HEADS));
            return Ok(branch.map(str::to_owned));
        }
        Ok(None)
    }

    /// Where a file is, whose path has to be without links.
    #[must_use]
    pub fn reach(&self, file: &Path) -> Reach {
        // A `.git` is no file of the work tree it makes.
        let matched_by = Checkout::holding(file);
        let folders = [&self.git_dir, &self.common_dir];
        // A bare repository may hold the work trees in its own folder.
        let behind = |folder: &Path| {
            matched_by.as_ref().is_some_and(|matched_by| matched_by.top.starts_with(folder))
        };
        if folders.iter().any(|folder| file.starts_with(folder) && !behind(folder)) {
            return Reach::GitFolder;
        }
        let Some(matched_by) = matched_by else { return Reach::Outside };
        let path = below(&matched_by.top, file);
        let in_git = path == Err(PathError::GitComponent);
        if matched_by.top == self.top {
            return match path {
                Ok(path) => Reach::Inside(path),
                Err(PathError::GitComponent) => Reach::GitFolder,
                Err(fault) => Reach::NoPath(fault),
            };
        }
        let submodules = folders.map(|dir| dir.join("modules"));
        let is_submodule = submodules.iter().any(|modules| matched_by.git_dir.starts_with(modules));
        if self.shares_repository(&matched_by) {
            return if in_git { Reach::GitFolder } else { Reach::OtherTree(matched_by.top) };
        }
        // Of a submodule in a submodule, only the outer one has a pin here.
        let inside = matched_by.top.ancestors().take_while(|folder| *folder != self.top);
        let outermost = inside.filter_map(Checkout::at).last();
        let pinned = outermost.and_then(|outer| below(&self.top, &outer.top).ok());
        match pinned {
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

/// A file as a path below a folder.
fn below(folder: &Path, file: &Path) -> Result<RepoPath, PathError> {
    let inside = file.strip_prefix(folder).map_err(|_| PathError::DotComponent)?;
    let parts: Vec<&[u8]> =
        inside.components().map(|part| part.as_os_str().as_encoded_bytes()).collect();
    RepoPath::new(parts.join(&b'/'))
}
