//! What the server has to ask of the machine that it runs on.

use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::path::RepoPath;
use crate::plan::{Own, PlanText};

/// The disk and git, as far as the server needs them. The program has the real ones; a test can
/// make its own.
pub trait World: Send + Sync {
    /// The plan at this path, a file or a folder, whether it exists or not.
    fn plan(&self, path: &Path) -> OnDisk;

    /// The plan that is found from the folder of a file up.
    fn plan_above(&self, file: &Path) -> Option<PathBuf>;

    /// The files that exist below a root, in byte order, and why that may not be all of them.
    fn files(&self, root: &Path) -> (Vec<RepoPath>, Vec<Failure>);

    /// The branch that is checked out in the work tree of a root.
    fn branch(&self, root: &Path) -> Option<String>;

    /// A file as a path below a root; nothing where it is outside.
    fn below(&self, root: &Path, file: &Path) -> Option<RepoPath>;

    /// A number that changes when the plan at this path changes on disk, HEAD moves or the index
    /// does. Asked often, so it has to be cheap.
    fn stamp(&self, plan: &Path) -> u64;
}

/// A plan as it lies on the disk.
#[derive(Clone, Debug)]
pub struct OnDisk {
    /// The folder that its globs begin at.
    pub root: PathBuf,
    /// Its files in their order, with their texts.
    pub parts: Vec<(PathBuf, PlanText)>,
    /// Its own files in the repository.
    pub own: Vec<Own>,
}
