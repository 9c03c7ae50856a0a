//! Reads plans and lists files on disk, through a workspace.

use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::path::RepoPath;
use crate::plan::locate::FOLDER;
use crate::plan::{PlanPath, PlanText};
use crate::workspace::{FoundPlan, Host, Workspace, relative};

/// A plan on disk.
#[derive(Clone, Debug)]
pub(super) struct PlanOnDisk {
    /// The folder that its globs start from.
    pub(super) root: PathBuf,
    /// Its files with their texts, in order.
    pub(super) parts: Vec<(PathBuf, PlanText)>,
    /// Its paths in the repository.
    pub(super) own: Vec<PlanPath>,
}

impl PlanOnDisk {
    /// The plan at a path, a file or a folder, which need not exist.
    pub(super) fn read(host: &dyn Host, path: &Path) -> PlanOnDisk {
        let folder = path.parent().unwrap_or(path);
        let Ok(workspace) = workspace(host, folder, Some(path)) else {
            return PlanOnDisk { root: folder.to_path_buf(), parts: Vec::new(), own: Vec::new() };
        };
        let root = workspace.root().to_path_buf();
        match workspace.plan() {
            Ok(FoundPlan { texts, own, paths, .. }) => {
                PlanOnDisk { root, parts: paths.into_iter().zip(texts).collect(), own }
            }
            Err(failure) => PlanOnDisk::unreadable(host, root, path, failure),
        }
    }

    /// A plan that cannot be read. A missing file or an empty folder has no parts: the plan may
    /// exist in the editor only.
    fn unreadable(host: &dyn Host, root: PathBuf, path: &Path, failure: Failure) -> PlanOnDisk {
        let is_folder = host.is_dir(path) || path.ends_with(FOLDER);
        let own = if is_folder { PlanPath::Folder } else { PlanPath::File };
        let own = below(host, &root, path).map(own).into_iter().collect();
        let exists = !is_folder && host.kind(path).is_some();
        let text = || PlanText::missing(path.display().to_string(), failure.problem);
        let parts = exists.then(|| (path.to_path_buf(), text())).into_iter().collect();
        PlanOnDisk { root, parts, own }
    }
}

/// The plan found in the folder of a file or above.
pub(super) fn plan_above(host: &dyn Host, file: &Path) -> Option<PathBuf> {
    workspace(host, file.parent()?, None).ok()?.plan_there()
}

/// The existing files below a root in byte order, and why the list may be incomplete.
pub(super) fn files(host: &dyn Host, root: &Path) -> (Vec<RepoPath>, Vec<Failure>) {
    match Workspace::at_top(host, root, None).files() {
        Ok(files) => (files, Vec::new()),
        Err(failure) => (Vec::new(), vec![failure]),
    }
}

/// The path of a file relative to a root; `None` if it is outside.
pub(super) fn below(host: &dyn Host, root: &Path, file: &Path) -> Option<RepoPath> {
    let exists = file.ancestors().skip(1).find(|folder| host.is_dir(folder))?;
    let real = host.real_path(exists).ok()?.join(file.strip_prefix(exists).ok()?);
    relative(&host.real_path(root).ok()?, &real)?
}

/// The workspace of a folder, or of the nearest parent that exists.
fn workspace<'h>(
    host: &'h dyn Host,
    folder: &Path,
    plan: Option<&Path>,
) -> Result<Workspace<'h>, Failure> {
    let exists = folder.ancestors().find(|folder| host.is_dir(folder)).unwrap_or(folder);
    Workspace::find_from(host, exists.to_path_buf(), plan, None)
}
