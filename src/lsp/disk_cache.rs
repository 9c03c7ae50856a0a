//! What the server asks about the disk, through the workspace of each file.

use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::path::RepoPath;
use crate::plan::locate::FOLDER;
use crate::plan::{PlanPath, PlanText};
use crate::workspace::{FoundPlan, Host, Workspace, relative};

/// A plan on disk.
#[derive(Clone, Debug)]
pub(super) struct DiskCache {
    /// The folder that its globs begin at.
    pub(super) root: PathBuf,
    /// Its files in their order, with their texts.
    pub(super) parts: Vec<(PathBuf, PlanText)>,
    /// Its own files in the repository.
    pub(super) own: Vec<PlanPath>,
}

impl DiskCache {
    /// The plan at a path, a file or a folder, whether it exists or not.
    pub(super) fn plan(host: &dyn Host, path: &Path) -> DiskCache {
        let folder = path.parent().unwrap_or(path);
        let Ok(workspace) = workspace(host, folder, Some(path)) else {
            return DiskCache { root: folder.to_path_buf(), parts: Vec::new(), own: Vec::new() };
        };
        let root = workspace.root().to_path_buf();
        match workspace.plan() {
            Ok(FoundPlan { texts, own, paths, .. }) => {
                DiskCache { root, parts: paths.into_iter().zip(texts).collect(), own }
            }
            Err(failure) => DiskCache::unreadable(host, root, path, failure),
        }
    }

    /// A plan that cannot be read. One that is not there yet, or a folder without a file, is to be
    /// written in the editor.
    fn unreadable(host: &dyn Host, root: PathBuf, path: &Path, failure: Failure) -> DiskCache {
        let is_folder = host.is_dir(path) || path.ends_with(FOLDER);
        let own = if is_folder { PlanPath::Folder } else { PlanPath::File };
        let own = below(host, &root, path).map(own).into_iter().collect();
        let is_there = !is_folder && host.kind(path).is_some();
        let text = || PlanText::missing(path.display().to_string(), failure.problem);
        let parts = is_there.then(|| (path.to_path_buf(), text())).into_iter().collect();
        DiskCache { root, parts, own }
    }
}

/// The plan that is found from the folder of a file up.
pub(super) fn plan_above(host: &dyn Host, file: &Path) -> Option<PathBuf> {
    workspace(host, file.parent()?, None).ok()?.plan_there()
}

/// The files that exist below a root, in byte order, and why that may not be all of them.
pub(super) fn files(host: &dyn Host, root: &Path) -> (Vec<RepoPath>, Vec<Failure>) {
    match Workspace::at_top(host, root, None).files() {
        Ok(files) => (files, Vec::new()),
        Err(failure) => (Vec::new(), vec![failure]),
    }
}

/// A file as a path below a root; `None` if it is outside.
pub(super) fn below(host: &dyn Host, root: &Path, file: &Path) -> Option<RepoPath> {
    let exists = file.ancestors().skip(1).find(|folder| host.is_dir(folder))?;
    let real = host.real_path(exists).ok()?.join(file.strip_prefix(exists).ok()?);
    relative(&host.real_path(root).ok()?, &real)?
}

/// The workspace of a call from a folder; from one above if it does not exist yet.
fn workspace<'h>(
    host: &'h dyn Host,
    folder: &Path,
    plan: Option<&Path>,
) -> Result<Workspace<'h>, Failure> {
    let exists = folder.ancestors().find(|folder| host.is_dir(folder)).unwrap_or(folder);
    Workspace::find_from(host, exists.to_path_buf(), plan, None)
}
