//! The root, the plan and the files of a run.
//!
//! All I/O goes through a [`Host`]: [`Disk`] is the real one.

mod checked_out;
mod chosen;
mod disk;
mod found;
mod git;
mod host;
mod in_commit;
mod revisions;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bstr::ByteSlice;

use crate::failure::Failure;
use crate::fs::resolve::follow;
use crate::git::GitError;
use crate::links::Node;
use crate::path::RepoPath;
use crate::plan::locate::{self, FILES, FOLDER};

pub use checked_out::{branch_of, work_tree};
pub use chosen::ChosenPlan;
pub use disk::Disk;
pub use found::FoundPlan;
pub use git::Git;
pub use host::{Event, FileKind, Host};
pub use in_commit::NoPlan;
pub use revisions::Revision;
pub(crate) use revisions::{base, commit, one_merge_base, resolve};

/// The root, the plan and the files of a run.
#[derive(Clone)]
pub struct Workspace<'h> {
    host: &'h dyn Host,
    current_dir: PathBuf,
    root: PathBuf,
    /// The named plan, as given.
    plan: Option<PathBuf>,
    root_is_named: bool,
    /// Whether the root is named or that of a repository, so that the search for a plan goes up to
    /// it.
    bounded: bool,
    /// Whether files on disk can be files of the repository. False for a bare one.
    has_files: bool,
}

impl<'h> Workspace<'h> {
    /// Finds the root: `root` if given, else the work tree that contains `plan`, else the one that
    /// contains the working directory, else the folder of the plan. The plan `-` is standard input.
    ///
    /// # Errors
    /// If `root` is not a folder.
    pub fn find(
        host: &'h dyn Host,
        plan: Option<&Path>,
        root: Option<&Path>,
    ) -> Result<Workspace<'h>, Failure> {
        let current_dir = host.environment().current_dir.clone();
        Workspace::find_from(host, current_dir, plan, root)
    }

    /// [`Workspace::find`] with another working directory.
    ///
    /// # Errors
    /// If `root` is not a folder.
    pub fn find_from(
        host: &'h dyn Host,
        current_dir: PathBuf,
        plan: Option<&Path>,
        root: Option<&Path>,
    ) -> Result<Workspace<'h>, Failure> {
        let plan_folder = plan.filter(|plan| *plan != Path::new("-")).map(|plan| {
            let plan = current_dir.join(plan);
            match plan.parent() {
                Some(folder) if !host.is_dir(&plan) => folder.to_path_buf(),
                _ => plan,
            }
        });
        let mut workspace = Workspace {
            host,
            root: current_dir.clone(),
            current_dir,
            plan: plan.map(Path::to_path_buf),
            root_is_named: root.is_some(),
            bounded: true,
            has_files: true,
        };
        if let Some(root) = root {
            workspace.root = workspace.current_dir.join(root);
            if !host.is_dir(&workspace.root) {
                let problem = format!("{} is not a directory", workspace.root.display());
                return Err(Failure::new(problem, "pass a directory to --root"));
            }
            return Ok(workspace);
        }
        // If git refuses the repository, that is reported when git is first used.
        let of_plan = plan_folder.as_deref().and_then(|folder| work_tree_above(host, folder));
        match of_plan.or_else(|| work_tree_above(host, &workspace.current_dir)) {
            Some(top) => workspace.root = top,
            None => {
                workspace.bounded = false;
                workspace.root = plan_folder.unwrap_or(workspace.root);
            }
        }
        Ok(workspace)
    }

    /// The workspace at the top of a work tree, with any working directory.
    #[must_use]
    pub fn at_top(host: &'h dyn Host, top: &Path, plan: Option<&Path>) -> Workspace<'h> {
        Workspace {
            host,
            current_dir: top.to_path_buf(),
            root: top.to_path_buf(),
            plan: plan.map(Path::to_path_buf),
            root_is_named: false,
            bounded: true,
            has_files: true,
        }
    }

    /// The same workspace with another named plan.
    #[must_use]
    pub(crate) fn with_plan(&self, plan: PathBuf) -> Workspace<'h> {
        Workspace { plan: Some(plan), ..self.clone() }
    }

    /// The directory that paths and globs are relative to.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The directory that arguments are relative to.
    #[must_use]
    pub fn current_dir(&self) -> &Path {
        &self.current_dir
    }

    /// The named plan, as given.
    #[must_use]
    pub fn named_plan(&self) -> Option<&Path> {
        self.plan.as_deref()
    }

    pub(crate) fn root_is_named(&self) -> bool {
        self.root_is_named
    }

    /// The disk, git and standard input.
    #[must_use]
    pub fn host(&self) -> &'h dyn Host {
        self.host
    }

    pub(crate) fn note(&self, text: &str) {
        self.host.notify(Event::Note(text));
    }

    pub(crate) fn progress(&self, step: &'static str, done: usize, total: usize) {
        self.host.notify(Event::Progress { step, done, total });
    }

    pub(crate) fn end_progress(&self) {
        self.host.notify(Event::ProgressEnd);
    }

    /// The repository at the root.
    ///
    /// # Errors
    /// If git is missing, refuses the repository, or finds it broken.
    pub fn repository(&self) -> Result<Option<Box<dyn Git + 'h>>, GitError> {
        self.host.repository(&self.root)
    }

    /// The files below the root: those in git's index if the root is in a work tree, else all.
    ///
    /// # Errors
    /// If they cannot be listed.
    pub fn files(&self) -> Result<Vec<RepoPath>, Failure> {
        let repository = match self.repository() {
            Ok(repository) => repository,
            Err(error) => {
                self.note(&format!("{error}; listing existing files without git"));
                None
            }
        };
        let Some(repository) = repository else { return self.host.walk(&self.root) };
        let Some(work_tree) = repository.work_tree() else { return Ok(Vec::new()) };
        let files = repository.index_files()?;
        let (Ok(top), Ok(below)) =
            (self.host.real_path(work_tree), self.host.real_path(&self.root))
        else {
            return Ok(files);
        };
        match relative(&top, &below) {
            Some(None) => Ok(files),
            Some(Some(folder)) => {
                let prefix = [folder.as_bytes(), b"/"].concat();
                let inside = files.iter().filter_map(|file| file.as_bytes().strip_prefix(&*prefix));
                Ok(inside.filter_map(|file| RepoPath::new(file).ok()).collect())
            }
            // The environment names a repository elsewhere.
            None => self.host.walk(&self.root),
        }
    }

    /// The plan that a search would find.
    #[must_use]
    pub fn plan_there(&self) -> Option<PathBuf> {
        let in_folder =
            |folder: PathBuf| self.candidates(&folder).first().map(|name| folder.join(name));
        self.searched().into_iter().find_map(in_folder)
    }

    /// Moves the root to the top of the work tree, which changed paths are relative to.
    ///
    /// # Errors
    /// If another root was named, since globs would then not match changed paths.
    pub(crate) fn move_to_top(&mut self, repository: &dyn Git) -> Result<(), Failure> {
        let Some(top) = repository.work_tree() else {
            self.has_files = false;
            return Ok(());
        };
        let top = self.real_or_same(top);
        let root = self.real_root();
        if top == root {
            return Ok(());
        }
        if self.root_is_named {
            return Err(Failure::new(
                format!(
                    "the root {} is not the top of the work tree, {}, which changed paths are \
                     relative to",
                    root.display(),
                    top.display()
                ),
                "remove --root, or set it to the top of the work tree",
            ));
        }
        // With only GIT_DIR, git takes the working directory for the top. If there is a `.git` above
        // it, keep that root.
        let environment = self.host.environment();
        let guessed = environment.git_dir.is_some()
            && environment.work_tree.is_none()
            && self.bounded
            && top.starts_with(&root);
        if !guessed {
            self.root = top;
            self.bounded = true;
        }
        Ok(())
    }

    /// The absolute paths of the root: as found, and canonical.
    fn root_names(&self) -> Arc<[String]> {
        let absolute = std::path::absolute(&self.root).ok();
        let name = |path: PathBuf| {
            let name = path.to_str()?.replace('\\', "/");
            let name = name.strip_prefix("//?/").unwrap_or(&name).trim_end_matches('/');
            (!name.is_empty()).then(|| name.to_owned())
        };
        let real = self.host.real_path(&self.root).ok();
        let mut names: Vec<String> = absolute.into_iter().chain(real).filter_map(name).collect();
        names.dedup();
        names.into()
    }

    fn real_or_same(&self, path: &Path) -> PathBuf {
        self.host.real_path(path).unwrap_or_else(|_| path.to_path_buf())
    }

    /// The canonical root.
    #[must_use]
    pub fn real_root(&self) -> PathBuf {
        self.real_or_same(&self.root)
    }

    /// Whether a file or folder of this name exists on disk, relative to the root.
    #[must_use]
    pub fn exists(&self, name: &str) -> bool {
        self.has_files
            && RepoPath::new(name).is_ok()
            && self.host.kind(&self.root.join(name)).is_some()
    }

    /// Whether a path is a folder on disk whose files belong to this repository. A link to a folder
    /// is not, nor is a submodule: git tracks both as one entry.
    #[must_use]
    pub fn is_folder(&self, path: &RepoPath) -> bool {
        let Ok(inside) = path.as_bstr().to_path() else { return false };
        let path = self.root.join(inside);
        self.host.kind(&path) == Some(FileKind::Folder)
            && self.host.kind(&path.join(".git")).is_none()
    }

    /// The folders to search for a plan, in this order.
    fn searched(&self) -> Vec<PathBuf> {
        let here = self.real_or_same(&self.current_dir);
        let root = self.real_root();
        let start = if here.starts_with(&root) { here } else { root.clone() };
        let up = if self.bounded { start.ancestors().count() } else { 1 };
        let above = start.ancestors().take(up);
        let mut folders: Vec<PathBuf> = above.map(Path::to_path_buf).collect();
        if let Some(last) = folders.iter().position(|folder| *folder == root) {
            folders.truncate(last + 1);
        }
        folders
    }

    /// The names of plans that exist in a folder.
    fn candidates(&self, folder: &Path) -> Vec<&'static str> {
        let files = FILES.iter().copied();
        let files = files.filter(|name| self.host.kind(&folder.join(name)).is_some());
        let folders = [FOLDER].into_iter().filter(|name| self.host.is_dir(&folder.join(name)));
        files.chain(folders).collect()
    }

    /// A path on disk relative to the root.
    fn below_root(&self, path: &Path) -> Option<RepoPath> {
        if !self.has_files {
            return None;
        }
        let (folder, name) = (path.parent()?, path.file_name()?);
        let root = self.host.real_path(&self.root).ok()?;
        let folder = relative(&root, &self.host.real_path(folder).ok()?)?;
        locate::inside(folder.as_ref(), name.as_encoded_bytes())
    }

    /// The links on the way to a path on disk, and the resolved path, as far as they are in the
    /// repository. Changing any of them changes what the path refers to.
    fn follow_links(&self, path: &Path) -> (Vec<RepoPath>, Option<RepoPath>) {
        let Ok(root) = self.host.real_path(&self.root) else { return (Vec::new(), None) };
        let inside = |path: &Path| {
            if self.has_files { relative(&root, path).flatten() } else { None }
        };
        let look = |path: &Path| match self.host.kind(path) {
            Some(FileKind::Symlink) => self.host.read_link(path).map(Node::Link),
            Some(_) => Ok(Node::Folder),
            None => Ok(Node::Nothing),
        };
        let Ok(followed) = follow(path, look) else { return (Vec::new(), None) };
        (followed.links.iter().filter_map(|link| inside(link)).collect(), inside(&followed.end))
    }
}

/// The nearest folder from this one up that contains a `.git`.
fn work_tree_above(host: &dyn Host, folder: &Path) -> Option<PathBuf> {
    let folder = host.real_path(folder).ok()?;
    let is_top = |folder: &&Path| host.real_path(&folder.join(".git")).is_ok();
    folder.ancestors().find(is_top).map(Path::to_path_buf)
}

/// `folder` relative to `root`, both canonical: `Some(None)` for the root itself, `None` outside of
/// it.
#[must_use]
pub fn relative(root: &Path, folder: &Path) -> Option<Option<RepoPath>> {
    let inside = folder.strip_prefix(root).ok()?;
    let parts: Vec<&[u8]> =
        inside.components().map(|part| part.as_os_str().as_encoded_bytes()).collect();
    if parts.is_empty() { Some(None) } else { RepoPath::new(parts.join(&b'/')).ok().map(Some) }
}
