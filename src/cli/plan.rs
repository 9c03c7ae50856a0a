//! Finding the plan, on disk or in a commit, and reading it.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lanelint::fs::{self, resolve};
use lanelint::git::{Blob, CommitId, Environment, GitError, GitErrorKind, Mode, Repository};
use lanelint::path::RepoPath;
use lanelint::plan::locate::{self, FILES, FOLDER};
use lanelint::plan::{MAX_TEXT, Own, Plan, PlanText};

use super::Unusable;
use super::output::tell;

pub(super) fn environment() -> Result<Environment, Unusable> {
    Environment::capture().map_err(|error| {
        Unusable::new(format!("the working directory cannot be used: {error}"), "go elsewhere")
    })
}

/// Where a run takes place.
#[derive(Debug)]
pub(super) struct Place {
    /// The working directory.
    pub(super) here: PathBuf,
    /// The folder that paths and globs begin at.
    pub(super) root: PathBuf,
    /// Whether the root is that of a repository or was named, so that the search for a plan may go
    /// up to it.
    bounded: bool,
    /// Whether files of the disk can be files of the repository: not those beside a bare one.
    has_files: bool,
}

impl Place {
    /// Finds the root by the contract's rule.
    pub(super) fn new(
        environment: &Environment,
        plan: Option<&Path>,
        root: Option<&Path>,
    ) -> Result<Place, Unusable> {
        let here = environment.current_dir.clone();
        if let Some(root) = root {
            let root = here.join(root);
            if !root.is_dir() {
                let problem = format!("the root {} is no folder", root.display());
                return Err(Unusable::new(problem, "name a folder with --root"));
            }
            return Ok(Place { here, root, bounded: true, has_files: true });
        }
        let plan_folder = plan.filter(|plan| *plan != Path::new("-")).map(|plan| {
            let plan = here.join(plan);
            if plan.is_dir() { plan } else { plan.parent().map_or(here.clone(), Path::to_path_buf) }
        });
        // What git has to say of a repository that it refuses, it says when it is asked.
        let of_plan = plan_folder.as_deref().and_then(work_tree_above);
        if let Some(root) = of_plan.or_else(|| work_tree_above(&here)) {
            return Ok(Place { here, root, bounded: true, has_files: true });
        }
        let root = plan_folder.unwrap_or_else(|| here.clone());
        Ok(Place { here, root, bounded: false, has_files: true })
    }

    /// The root as absolute paths name it: as it was found, and with links followed.
    fn roots(&self) -> Arc<[String]> {
        let canonical = self.root.canonicalize().ok();
        let absolute = std::path::absolute(&self.root).ok();
        let name = |path: PathBuf| {
            let name = path.to_str()?.replace('\\', "/");
            let name = name.strip_prefix("//?/").unwrap_or(&name).trim_end_matches('/');
            (!name.is_empty()).then(|| name.to_owned())
        };
        let mut roots: Vec<String> =
            absolute.into_iter().chain(canonical).filter_map(name).collect();
        roots.dedup();
        roots.into()
    }

    /// A run at the top of a work tree, wherever the working directory is.
    pub(super) fn at_top(top: &Path) -> Place {
        let top = top.to_path_buf();
        Place { here: top.clone(), root: top, bounded: true, has_files: true }
    }

    /// Takes for the root what the paths of the repository's changes begin at.
    ///
    /// # Errors
    /// When another root was named: every lane would mean other paths than the changes do.
    pub(super) fn settle(
        &mut self,
        environment: &Environment,
        repository: &Repository,
        named: bool,
    ) -> Result<(), Unusable> {
        let Some(top) = repository.work_tree() else {
            self.has_files = false;
            return Ok(());
        };
        let top = top.canonicalize().unwrap_or_else(|_| top.to_path_buf());
        let root = self.root.canonicalize().unwrap_or_else(|_| self.root.clone());
        if top == root {
            return Ok(());
        }
        if named {
            return Err(Unusable::new(
                format!(
                    "the root {} is not the top of the work tree, {}, where the paths of its \
                     changes begin",
                    root.display(),
                    top.display()
                ),
                "leave --root out, or name the top with it",
            ));
        }
        // Under GIT_DIR alone, git takes the working directory for the top; a `.git` above it knows
        // better.
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

    fn canonical_root(&self) -> PathBuf {
        self.root.canonicalize().unwrap_or_else(|_| self.root.clone())
    }

    /// The folders in which a plan is looked for, in the order of the search.
    fn searched(&self) -> Vec<PathBuf> {
        let here = self.here.canonicalize().unwrap_or_else(|_| self.here.clone());
        let root = self.canonical_root();
        let start = if here.starts_with(&root) { here } else { root.clone() };
        let up = if self.bounded { start.ancestors().count() } else { 1 };
        let above = start.ancestors().take(up);
        let mut folders: Vec<PathBuf> = above.map(Path::to_path_buf).collect();
        if let Some(last) = folders.iter().position(|folder| *folder == root) {
            folders.truncate(last + 1);
        }
        folders
    }

    /// A plan that would be found where none is named.
    pub(super) fn plan_there(&self) -> Option<PathBuf> {
        let of_folder = |folder: PathBuf| candidates(&folder).first().map(|name| folder.join(name));
        self.searched().into_iter().find_map(of_folder)
    }

    /// A path of the disk as one below the root.
    fn below_root(&self, path: &Path) -> Option<RepoPath> {
        if !self.has_files {
            return None;
        }
        let (folder, name) = (path.parent()?, path.file_name()?);
        let folder = relative(&self.root.canonicalize().ok()?, &folder.canonicalize().ok()?)?;
        locate::inside(folder.as_ref(), name.as_encoded_bytes())
    }

    /// The links of the repository that a path of the disk leads through, and what it ends in.
    /// Whoever writes one of them writes what the path stands for.
    fn way_to(&self, path: &Path) -> (Vec<RepoPath>, Option<RepoPath>) {
        let Ok(root) = self.root.canonicalize() else { return (Vec::new(), None) };
        let inside = |path: &Path| {
            if self.has_files { relative(&root, path).flatten() } else { None }
        };
        let Ok(way) = resolve::follow(path, resolve::on_disk) else { return (Vec::new(), None) };
        (way.links.iter().filter_map(|link| inside(link)).collect(), inside(&way.end))
    }
}

/// What can be the plan of a folder and is there.
fn candidates(folder: &Path) -> Vec<&'static str> {
    let files = FILES.iter().copied();
    let files = files.filter(|name| folder.join(name).symlink_metadata().is_ok());
    files.chain([FOLDER].into_iter().filter(|name| folder.join(name).is_dir())).collect()
}

/// The nearest folder, from this one up, that is the root of a work tree.
fn work_tree_above(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    folder.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_path_buf)
}

/// `folder` as seen from `root`, both canonical: nothing inside for the root itself, nothing at
/// all where it is outside.
pub(super) fn relative(root: &Path, folder: &Path) -> Option<Option<RepoPath>> {
    let inside = folder.strip_prefix(root).ok()?;
    let parts: Vec<&[u8]> =
        inside.components().map(|part| part.as_os_str().as_encoded_bytes()).collect();
    if parts.is_empty() { Some(None) } else { RepoPath::new(parts.join(&b'/')).ok().map(Some) }
}

/// Why a plan could not be had.
pub(super) enum Failure {
    /// The call is wrong.
    Unusable(Unusable),
    /// git could not answer, so nothing can be verified.
    Git(GitError),
}

impl From<Unusable> for Failure {
    fn from(unusable: Unusable) -> Failure {
        Failure::Unusable(unusable)
    }
}

impl From<GitError> for Failure {
    fn from(error: GitError) -> Failure {
        Failure::Git(error)
    }
}

/// The texts of a plan and where they were found.
#[derive(Debug)]
pub(super) struct Found {
    /// How people call the plan.
    pub(super) what: String,
    pub(super) texts: Vec<PlanText>,
    /// The plan's own files in the repository.
    pub(super) own: Vec<Own>,
    /// Where the texts lie on the disk; empty for those that do not.
    pub(super) paths: Vec<PathBuf>,
    /// What would have been found in its place.
    pub(super) rivals: Vec<Own>,
}

impl Found {
    /// Reads the plan's texts.
    pub(super) fn read(self) -> Plan {
        let mut plan = lanelint::plan::read(self.texts);
        plan.own_paths = self.own;
        plan
    }

    /// The plan that is named, or the one that is found from the working directory up.
    pub(super) fn on_disk(place: &Place, plan: Option<&Path>) -> Result<Found, Unusable> {
        let mut found = Found::texts_on_disk(place, plan)?;
        let roots = place.roots();
        for text in &mut found.texts {
            text.roots = Arc::clone(&roots);
        }
        Ok(found)
    }

    fn texts_on_disk(place: &Place, plan: Option<&Path>) -> Result<Found, Unusable> {
        match plan {
            Some(plan) if plan == Path::new("-") => Found::on_stdin(),
            Some(plan) => {
                let path = place.here.join(plan);
                let shown = plan.display().to_string();
                if path.is_dir() {
                    Found::folder(place, &path, &shown)
                } else {
                    Found::file(place, &path, &shown)
                }
            }
            None => Found::by_search(place),
        }
    }

    fn on_stdin() -> Result<Found, Unusable> {
        let mut bytes = Vec::new();
        let limit = MAX_TEXT as u64 + 1;
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes).map_err(|error| {
            Unusable::new(format!("cannot read the plan from standard input: {error}"), "")
        })?;
        let texts = vec![PlanText::new("-", bytes)];
        let what = "standard input".to_owned();
        Ok(Found { what, texts, own: Vec::new(), paths: Vec::new(), rivals: Vec::new() })
    }

    fn file(place: &Place, path: &Path, shown: &str) -> Result<Found, Unusable> {
        let bytes = fs::read_bounded(path, MAX_TEXT as u64)?;
        let inside = place.below_root(path);
        let name = inside.as_ref().map_or_else(|| shown.to_owned(), ToString::to_string);
        let (links, end) = place.way_to(path);
        let own = links.into_iter().chain(end).map(Own::File).collect();
        let texts = vec![PlanText::new(name.clone(), bytes)];
        let paths = vec![path.to_path_buf()];
        Ok(Found { what: name, texts, own, paths, rivals: Vec::new() })
    }

    fn folder(place: &Place, path: &Path, shown: &str) -> Result<Found, Unusable> {
        let cannot = |error: std::io::Error| {
            let problem = format!("cannot read the plan folder {}: {error}", path.display());
            Unusable::new(problem, "look at its permissions")
        };
        let mut parts = Vec::new();
        for entry in path.read_dir().map_err(cannot)? {
            let entry = entry.map_err(cannot)?;
            if !locate::is_part(entry.file_name().as_encoded_bytes()) {
                continue;
            }
            let kind = entry.file_type().map_err(cannot)?;
            if kind.is_symlink() {
                let link = entry.path();
                tell("note", &format!("{} is a link and no part of the plan", link.display()));
            } else if kind.is_file() {
                parts.push(entry.path());
            }
        }
        parts.sort();
        let mut left = MAX_TEXT as u64;
        let texts: Vec<PlanText> = parts
            .iter()
            .map(|part| {
                let inside = place.below_root(part);
                let name =
                    inside.map_or_else(|| part.display().to_string(), |path| path.to_string());
                let bytes = fs::read_bounded(part, left);
                left -= bytes.as_ref().map_or(0, |bytes| bytes.len() as u64);
                match bytes {
                    Ok(bytes) => PlanText::new(name, bytes),
                    Err(error) => PlanText::missing(name, error.problem),
                }
            })
            .collect();
        let inside = place.below_root(path);
        let name = inside.as_ref().map_or_else(|| shown.to_owned(), ToString::to_string);
        if texts.is_empty() {
            let problem = format!("the folder {name} holds no plan");
            return Err(Unusable::new(problem, "put *.yaml, *.yml or *.json files into it"));
        }
        let (links, end) = place.way_to(path);
        let mut own: Vec<Own> = links.into_iter().map(Own::File).collect();
        match end {
            Some(folder) => own.push(Own::Folder(folder)),
            // The plan folder is the root itself: its parts are protected one by one.
            None => {
                let parts = parts.iter().filter_map(|part| place.below_root(part));
                own.extend(parts.map(Own::File));
            }
        }
        Ok(Found { what: name, texts, own, paths: parts, rivals: Vec::new() })
    }

    fn by_search(place: &Place) -> Result<Found, Unusable> {
        let root = place.canonical_root();
        let mut searched = Vec::new();
        for folder in place.searched() {
            searched.extend(relative(&root, &folder));
            match candidates(&folder).as_slice() {
                [] => {}
                [name] => {
                    let path = folder.join(name);
                    let found = if *name == FOLDER {
                        Found::folder(place, &path, name)
                    } else {
                        Found::file(place, &path, name)
                    };
                    return found.map(|found| found.with_rivals(&searched));
                }
                several => return Err(several_plans(&folder.display().to_string(), several)),
            }
        }
        Err(Unusable::new(
            "there is no plan here",
            "name one, or write lanes.yaml at the repository's root",
        ))
    }

    /// The plan of a commit: the one at `path`, or the one that is found from `start` up.
    pub(super) fn in_commit(
        repository: &Repository,
        commit: &CommitId,
        start: Option<&RepoPath>,
        path: Option<&RepoPath>,
    ) -> Result<Found, Failure> {
        if let Some(path) = path {
            let missing = || {
                Unusable::new(
                    format!("there is no plan {path} in commit {commit}"),
                    "name another plan or another --plan-from",
                )
            };
            return match plan_blob(repository, commit, path)? {
                None => Err(missing().into()),
                Some(blob) if blob.mode == Mode::Tree => {
                    Found::folder_in_commit(repository, commit, path)?
                        .ok_or_else(|| missing().into())
                }
                Some(blob) => Found::file_in_commit(commit, path, blob),
            };
        }
        let folders = locate::folders(start);
        for (place, folder) in folders.iter().enumerate() {
            let mut found = Vec::new();
            for name in FILES.iter().chain([&FOLDER]) {
                let Some(path) = locate::inside(folder.as_ref(), name.as_bytes()) else { continue };
                let plan = match plan_blob(repository, commit, &path)? {
                    None => None,
                    Some(blob) if *name == FOLDER && blob.mode == Mode::Tree => {
                        Found::folder_in_commit(repository, commit, &path)?
                    }
                    // As on disk, only a folder counts by this name.
                    Some(blob) if *name == FOLDER && blob.mode.is_file() => None,
                    Some(blob) => Some(Found::file_in_commit(commit, &path, blob)?),
                };
                found.extend(plan.map(|plan| (*name, plan)));
            }
            let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
            if names.len() > 1 {
                return Err(several_plans(&format!("commit {commit}"), &names).into());
            }
            if let Some((_, plan)) = found.pop() {
                return Ok(plan.with_rivals(&folders[..=place]));
            }
        }
        Err(Unusable::new(
            format!("there is no plan in commit {commit}"),
            "commit lanes.yaml to the base branch, name a PLAN, or say --plan-from REV",
        )
        .into())
    }

    fn file_in_commit(commit: &CommitId, path: &RepoPath, blob: Blob) -> Result<Found, Failure> {
        let what = format!("{path} in commit {commit}");
        if !blob.mode.is_file() {
            return Err(no_plain_file(&what, blob.mode).into());
        }
        let texts = vec![PlanText::new(path.to_string(), blob.content)];
        let own = vec![Own::File(path.clone())];
        Ok(Found { what, texts, own, paths: Vec::new(), rivals: Vec::new() })
    }

    /// The plan that the files of a folder are; nothing where none of them is part of a plan.
    fn folder_in_commit(
        repository: &Repository,
        commit: &CommitId,
        folder: &RepoPath,
    ) -> Result<Option<Found>, Failure> {
        let what = format!("{folder} in commit {commit}");
        let entries = repository.tree_entries(commit, Some(folder))?.unwrap_or_default();
        let mut texts = Vec::new();
        let mut left = MAX_TEXT as u64;
        for entry in entries.iter().filter(|entry| locate::is_part(&entry.name)) {
            let Some(part) = locate::inside(Some(folder), &entry.name) else { continue };
            if entry.mode == Mode::Tree {
                continue;
            }
            if !entry.mode.is_file() {
                return Err(no_plain_file(&format!("{part} in commit {commit}"), entry.mode).into());
            }
            let bytes = bounded(repository.content(&entry.id, left), &what)?;
            left -= bytes.len() as u64;
            texts.push(PlanText::new(part.to_string(), bytes));
        }
        let own = vec![Own::Folder(folder.clone())];
        let found = Found { what, texts, own, paths: Vec::new(), rivals: Vec::new() };
        Ok((!found.texts.is_empty()).then_some(found))
    }

    /// Adds what would be found before this plan, or beside it, in the folders that were searched.
    fn with_rivals(mut self, searched: &[Option<RepoPath>]) -> Found {
        for folder in searched {
            let files =
                FILES.iter().filter_map(|name| locate::inside(folder.as_ref(), name.as_bytes()));
            self.rivals.extend(files.map(Own::File));
            self.rivals.extend(locate::inside(folder.as_ref(), FOLDER.as_bytes()).map(Own::Folder));
        }
        self.rivals.retain(|rival| !self.own.contains(rival));
        self
    }
}

/// What a path of a commit leads to; nothing where there is none.
fn plan_blob(
    repository: &Repository,
    commit: &CommitId,
    path: &RepoPath,
) -> Result<Option<Blob>, Failure> {
    let found = repository.blob(commit, path, MAX_TEXT as u64);
    bounded(found, &format!("{path} in commit {commit}"))
}

/// A plan that is too large is a plan that cannot be used; whatever else keeps git from reading it
/// leaves open what it says.
fn bounded<T>(read: Result<T, GitError>, what: &str) -> Result<T, Failure> {
    read.map_err(|error| match error.kind {
        GitErrorKind::TooLarge => Failure::Unusable(Unusable::new(
            format!("the plan {what} is larger than {} MiB", MAX_TEXT >> 20),
            "split it, or take out what is no part of it",
        )),
        _ => Failure::Git(error),
    })
}

fn no_plain_file(what: &str, mode: Mode) -> Unusable {
    let is = match mode {
        Mode::Symlink => "a symbolic link",
        Mode::Submodule => "a submodule",
        Mode::Tree => "a folder",
        _ => "no plain file",
    };
    Unusable::new(
        format!("the plan {what} is {is}"),
        "a plan in a repository is a plain file of it, or the files of a plan folder",
    )
}

fn several_plans(place: &str, names: &[&str]) -> Unusable {
    Unusable::new(
        format!("there are several plans in {place}: {}", names.join(", ")),
        "keep one of them, or name the one that counts",
    )
}
