//! Finds the plan on disk.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::host::FileKind;
use super::{Workspace, relative};
use crate::failure::Failure;
use crate::path::RepoPath;
use crate::plan::locate::{self, FILES, FOLDER};
use crate::plan::{self, MAX_TEXT, Plan, PlanPath, PlanText};

/// The texts of a plan and where they were found.
#[derive(Debug)]
#[non_exhaustive]
pub struct FoundPlan {
    /// The plan's name, for people.
    pub name: String,
    /// The texts.
    pub texts: Vec<PlanText>,
    /// The plan's own files in the repository.
    pub own: Vec<PlanPath>,
    /// The paths of the texts on disk; empty if they come from elsewhere.
    pub paths: Vec<PathBuf>,
    /// Paths where another plan would be found instead.
    pub rivals: Vec<PlanPath>,
}

impl FoundPlan {
    /// Parses the texts. `exists` tells whether a path exists in the repository.
    #[must_use]
    pub fn read(self, exists: impl FnMut(&str) -> bool) -> Plan {
        let (_, mut plan) = plan::read_among(self.texts, None, exists);
        plan.own_paths = self.own;
        plan
    }

    pub(super) fn new(name: String, texts: Vec<PlanText>, own: Vec<PlanPath>) -> FoundPlan {
        FoundPlan { name, texts, own, paths: Vec::new(), rivals: Vec::new() }
    }

    /// Adds the paths of plans that would be found before or beside this one in the searched folders.
    pub(super) fn with_rivals(mut self, searched: &[Option<RepoPath>]) -> FoundPlan {
        for folder in searched {
            let files =
                FILES.iter().filter_map(|name| locate::inside(folder.as_ref(), name.as_bytes()));
            self.rivals.extend(files.map(PlanPath::File));
            self.rivals
                .extend(locate::inside(folder.as_ref(), FOLDER.as_bytes()).map(PlanPath::Folder));
        }
        self.rivals.retain(|rival| !self.own.contains(rival));
        self
    }
}

impl Workspace<'_> {
    /// The named plan, or else the one found by searching from the working directory up.
    ///
    /// # Errors
    /// If there is no plan, more than one, or one that cannot be read.
    pub fn plan(&self) -> Result<FoundPlan, Failure> {
        let mut found = match self.named_plan() {
            Some(plan) if plan == Path::new("-") => self.plan_on_stdin(),
            Some(plan) => {
                let path = self.current_dir.join(plan);
                let shown = plan.display().to_string();
                if self.host.is_dir(&path) {
                    self.plan_folder(&path, &shown)
                } else {
                    self.plan_file(&path, &shown)
                }
            }
            None => self.search_plan(),
        }?;
        let roots = self.root_names();
        for text in &mut found.texts {
            text.roots = Arc::clone(&roots);
        }
        Ok(found)
    }

    fn plan_on_stdin(&self) -> Result<FoundPlan, Failure> {
        let mut bytes = Vec::new();
        let limit = MAX_TEXT as u64 + 1;
        self.host.stdin().take(limit).read_to_end(&mut bytes).map_err(|error| {
            Failure::new(format!("cannot read the plan from standard input: {error}"), "")
        })?;
        let texts = vec![PlanText::new("-", bytes)];
        Ok(FoundPlan::new("standard input".to_owned(), texts, Vec::new()))
    }

    fn plan_file(&self, path: &Path, shown: &str) -> Result<FoundPlan, Failure> {
        let bytes = self.host.read(path, MAX_TEXT as u64)?;
        let inside = self.below_root(path);
        let name = inside.as_ref().map_or_else(|| shown.to_owned(), ToString::to_string);
        let (links, end) = self.follow_links(path);
        let own = links.into_iter().chain(end).map(PlanPath::File).collect();
        let texts = vec![PlanText::new(name.clone(), bytes)];
        let paths = vec![path.to_path_buf()];
        Ok(FoundPlan { paths, ..FoundPlan::new(name, texts, own) })
    }

    fn plan_folder(&self, path: &Path, shown: &str) -> Result<FoundPlan, Failure> {
        let parts = self.plan_parts(path)?;
        let mut left = MAX_TEXT as u64;
        let texts: Vec<PlanText> = parts
            .iter()
            .map(|part| {
                let inside = self.below_root(part);
                let name =
                    inside.map_or_else(|| part.display().to_string(), |path| path.to_string());
                let bytes = self.host.read(part, left);
                left -= bytes.as_ref().map_or(0, |bytes| bytes.len() as u64);
                match bytes {
                    Ok(bytes) => PlanText::new(name, bytes),
                    Err(error) => PlanText::missing(name, error.problem),
                }
            })
            .collect();
        let inside = self.below_root(path);
        let name = inside.as_ref().map_or_else(|| shown.to_owned(), ToString::to_string);
        if texts.is_empty() {
            let problem = format!("no plan files in the folder {name}");
            return Err(Failure::new(problem, "add *.yaml, *.yml or *.json files to it"));
        }
        let (links, end) = self.follow_links(path);
        let mut own: Vec<PlanPath> = links.into_iter().map(PlanPath::File).collect();
        match end {
            Some(folder) => own.push(PlanPath::Folder(folder)),
            // The plan folder is the root: protect its files one by one.
            None => {
                let parts = parts.iter().filter_map(|part| self.below_root(part));
                own.extend(parts.map(PlanPath::File));
            }
        }
        Ok(FoundPlan { paths: parts, ..FoundPlan::new(name, texts, own) })
    }

    /// The plan files of a plan folder, sorted.
    fn plan_parts(&self, folder: &Path) -> Result<Vec<PathBuf>, Failure> {
        let entries = self.host.list(folder).map_err(|error| {
            let problem = format!("cannot read the plan folder {}: {error}", folder.display());
            Failure::new(problem, "check its permissions")
        })?;
        let mut parts = Vec::new();
        for (name, kind) in entries {
            if !locate::is_part(name.as_encoded_bytes()) {
                continue;
            }
            let part = folder.join(name);
            match kind {
                FileKind::File => parts.push(part),
                FileKind::Symlink => {
                    self.note(&format!("ignored {}, a symbolic link", part.display()));
                }
                FileKind::Folder | FileKind::Other => {}
            }
        }
        parts.sort();
        Ok(parts)
    }

    fn search_plan(&self) -> Result<FoundPlan, Failure> {
        let root = self.real_root();
        let mut searched = Vec::new();
        for folder in self.searched() {
            searched.extend(relative(&root, &folder));
            let path = |name: &str| folder.join(name);
            let found = match self.candidates(&folder).as_slice() {
                [] => continue,
                [name] if *name == FOLDER => self.plan_folder(&path(name), name),
                [name] => self.plan_file(&path(name), name),
                several => Err(several_plans(&folder.display().to_string(), several)),
            };
            return found.map(|found| found.with_rivals(&searched));
        }
        Err(Failure::new(
            "no plan found",
            "pass one with --plan, or create lanes.yaml at the root of the repository",
        ))
    }
}

pub(super) fn several_plans(location: &str, names: &[&str]) -> Failure {
    Failure::new(
        format!("several plans in {location}: {}", names.join(", ")),
        "keep one of them, or choose one with --plan",
    )
}
