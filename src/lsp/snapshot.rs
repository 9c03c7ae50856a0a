//! A snapshot of a plan: the open documents on top of the files on disk, and everything computed
//! from them.
//!
//! The two worker threads share snapshots, so nothing is computed twice.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use gen_lsp_types as lsp;

use super::client::{Client, Settings};
use super::disk::{self, PlanOnDisk};
use super::document::Document;
use super::uri;
use crate::check::check;
use crate::failure::Failure;
use crate::finding::Report;
use crate::glob::Glob;
use crate::path::RepoPath;
use crate::plan::{Plan, PlanPath, PlanText, read_among};
use crate::source::{FileId, SourceFile, Span};
use crate::waves::Waves;
use crate::workspace::Host;

/// Identifies a plan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum PlanKey {
    /// The one at this path, a file or a folder.
    At(PathBuf),
    /// A document without a file, by its URI.
    Unsaved(String),
}

/// What is common to all plans of a session.
#[derive(Debug, Default)]
pub(super) struct SessionSettings {
    pub(super) client: Client,
    pub(super) settings: Settings,
    /// The workspace folders.
    pub(super) folders: Vec<PathBuf>,
}

/// What was read from disk and git for a plan, each when first needed.
#[derive(Debug, Default)]
pub(super) struct DiskCache {
    plan: OnceLock<PlanOnDisk>,
    files: OnceLock<(Vec<RepoPath>, Vec<Failure>)>,
    branch: OnceLock<Option<String>>,
    /// The matches of globs by their text: editors ask for all visible globs after every change.
    matched: Mutex<HashMap<Arc<str>, Arc<Matched>>>,
}

/// The previous version of the plan, whose unchanged parts are not read again.
#[derive(Debug, Default)]
pub(super) struct LastPlan(Mutex<Arc<Plan>>);

/// The files that a glob matches.
#[derive(Debug, Default)]
pub(super) struct Matched {
    pub(super) count: usize,
    /// The first few.
    pub(super) first: Vec<RepoPath>,
    /// Whether the work limit was reached, so that files may be missing.
    pub(super) undecided: bool,
}

pub(super) struct Snapshot {
    pub(super) key: PlanKey,
    pub(super) session: Arc<SessionSettings>,
    host: Arc<dyn Host>,
    cache: Arc<DiskCache>,
    last: Arc<LastPlan>,
    /// The open documents of the plan, sorted by path.
    open: Vec<Arc<Document>>,
    /// The other open documents that the plan governs.
    pub(super) governed: Vec<Arc<Document>>,
    texts: OnceLock<Texts>,
    plan: OnceLock<Arc<Plan>>,
    report: OnceLock<Report>,
    waves: OnceLock<Option<Waves>>,
}

/// The texts of a plan with their files.
struct Texts {
    texts: Vec<PlanText>,
    files: Vec<PlanFile>,
    own: Vec<PlanPath>,
}

/// A file of a plan: on disk, open in the editor, or both.
#[derive(Clone, Debug)]
struct PlanFile {
    path: Option<PathBuf>,
    open: Option<Arc<Document>>,
}

impl Matched {
    /// `files` are sorted, so only those with the glob's literal prefix are matched.
    fn new(glob: &Glob, files: &[RepoPath]) -> Matched {
        const FIRST: usize = 5;
        let prefix = glob.prefix();
        let start = files.partition_point(|file| file.as_bytes() < prefix);
        let candidates =
            files[start..].iter().take_while(|file| file.as_bytes().starts_with(prefix));
        let mut matched = Matched::default();
        for file in candidates {
            match glob.is_match(file) {
                Ok(true) => {
                    matched.count += 1;
                    if matched.first.len() < FIRST {
                        matched.first.push(file.clone());
                    }
                }
                Ok(false) => {}
                Err(_) => matched.undecided = true,
            }
        }
        matched
    }
}

impl Snapshot {
    pub(super) fn new(
        key: PlanKey,
        session: Arc<SessionSettings>,
        host: Arc<dyn Host>,
        (cache, last): (Arc<DiskCache>, Arc<LastPlan>),
        mut open: Vec<Arc<Document>>,
        governed: Vec<Arc<Document>>,
    ) -> Snapshot {
        open.sort_by(|one, other| one.path.cmp(&other.path));
        Snapshot {
            key,
            session,
            host,
            cache,
            last,
            open,
            governed,
            texts: OnceLock::new(),
            plan: OnceLock::new(),
            report: OnceLock::new(),
            waves: OnceLock::new(),
        }
    }

    /// Whether a part of the plan is open, not just files that it governs.
    pub(super) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// The folder that globs start from; `None` for an unsaved document without a workspace folder.
    pub(super) fn root(&self) -> Option<&Path> {
        match &self.key {
            PlanKey::At(path) => Some(&self.plan_on_disk(path).root),
            PlanKey::Unsaved(_) => self.session.folders.first().map(PathBuf::as_path),
        }
    }

    /// The texts in reading order.
    pub(super) fn texts(&self) -> &[PlanText] {
        &self.all_texts().texts
    }

    /// The plan's own paths in the repository.
    pub(super) fn own(&self) -> &[PlanPath] {
        &self.all_texts().own
    }

    pub(super) fn plan(&self) -> &Arc<Plan> {
        self.plan.get_or_init(|| {
            let last = || self.last.0.lock().unwrap_or_else(PoisonError::into_inner);
            let before = last().clone();
            let exists = |name: &str| {
                let path = |root: &Path| root.join(name);
                self.root().is_some_and(|root| self.host.kind(&path(root)).is_some())
            };
            let (_, mut plan) = read_among(self.texts().to_vec(), Some(&before), exists);
            plan.own_paths = self.own().to_vec();
            let plan = Arc::new(plan);
            *last() = Arc::clone(&plan);
            plan
        })
    }

    /// The findings of `check`.
    pub(super) fn report(&self) -> &Report {
        self.report.get_or_init(|| {
            let (files, gaps) = self.files();
            check(self.plan(), files, gaps.to_vec())
        })
    }

    /// The existing files, and why the list may be incomplete.
    pub(super) fn files(&self) -> (&[RepoPath], &[Failure]) {
        let list = || self.root().map(|root| disk::files(&*self.host, root)).unwrap_or_default();
        let (files, gaps) = self.cache.files.get_or_init(list);
        (files, gaps)
    }

    /// The waves in which the tasks can start; `None` if lanes are unknown.
    pub(super) fn waves(&self) -> Option<&Waves> {
        self.waves.get_or_init(|| Waves::new(self.plan(), self.files().0).ok()).as_ref()
    }

    /// The files that a glob matches; `None` if files cannot be listed.
    pub(super) fn matched(&self, glob: &Glob) -> Option<Arc<Matched>> {
        let (files, gaps) = self.files();
        if !gaps.is_empty() {
            return None;
        }
        let known = || self.cache.matched.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(matched) = known().get(glob.text()) {
            return Some(Arc::clone(matched));
        }
        let matched = Arc::new(Matched::new(glob, files));
        known().insert(Arc::clone(glob.text()), Arc::clone(&matched));
        Some(matched)
    }

    /// The checked-out branch.
    pub(super) fn branch(&self) -> Option<&str> {
        let find = || self.host.branch(self.root()?).ok()?;
        self.cache.branch.get_or_init(find).as_deref()
    }

    /// The path of a file relative to the root.
    pub(super) fn below_root(&self, path: &Path) -> Option<RepoPath> {
        disk::below(&*self.host, self.root()?, path)
    }

    /// The document's index among the plan's files.
    pub(super) fn file_of(&self, document: &Document) -> Option<FileId> {
        let is = |file: &PlanFile| file.open.as_ref().is_some_and(|open| open.uri == document.uri);
        self.all_texts().files.iter().position(is).map(FileId)
    }

    /// The URI of a file of the plan, as the editor knows it.
    pub(super) fn uri(&self, file: FileId) -> Option<lsp::Uri> {
        let file = self.all_texts().files.get(file.0)?;
        match (&file.open, &file.path) {
            (Some(open), _) => Some(open.uri.clone()),
            (None, path) => path.as_deref().map(uri::of),
        }
    }

    /// The editor's version of a file of the plan; `None` if it is not open.
    pub(super) fn version(&self, file: FileId) -> Option<i32> {
        let file = self.all_texts().files.get(file.0)?;
        file.open.as_ref().map(|open| open.version)
    }

    pub(super) fn source(&self, file: FileId) -> &SourceFile {
        &self.plan().sources[file.0]
    }

    pub(super) fn range(&self, span: Span) -> lsp::Range {
        self.session.client.encoding.range(self.source(span.file), span.bytes())
    }

    pub(super) fn location(&self, span: Span) -> Option<lsp::Location> {
        Some(lsp::Location { uri: self.uri(span.file)?, range: self.range(span) })
    }

    fn plan_on_disk(&self, path: &Path) -> &PlanOnDisk {
        self.cache.plan.get_or_init(|| PlanOnDisk::read(&*self.host, path))
    }

    fn all_texts(&self) -> &Texts {
        self.texts.get_or_init(|| {
            let (parts, own) = match &self.key {
                PlanKey::At(path) => {
                    let on_disk = self.plan_on_disk(path);
                    (on_disk.parts.as_slice(), on_disk.own.clone())
                }
                PlanKey::Unsaved(_) => (&[][..], Vec::new()),
            };
            let on_disk = parts.iter().map(|(path, text)| {
                let open = self.open.iter().find(|open| open.path.as_ref() == Some(path));
                (PlanFile { path: Some(path.clone()), open: open.cloned() }, text.clone())
            });
            let mut all: Vec<(PlanFile, PlanText)> = on_disk.collect();
            for open in &self.open {
                let is = |(file, _): &(PlanFile, PlanText)| {
                    file.open.as_ref().is_some_and(|known| known.uri == open.uri)
                };
                if !all.iter().any(is) {
                    let file = PlanFile { path: open.path.clone(), open: Some(Arc::clone(open)) };
                    all.push((file, PlanText::new(self.name(open), "")));
                }
            }
            all.sort_by(|(one, _), (other, _)| one.path.cmp(&other.path));
            // The editor's text replaces the one on disk, saved or not.
            for (file, text) in &mut all {
                if let Some(open) = &file.open {
                    text.bytes = Ok(open.source.text().as_bytes().to_vec());
                }
            }
            let (files, texts) = all.into_iter().unzip();
            Texts { texts, files, own }
        })
    }

    /// The name in reports of a document that is not on disk.
    fn name(&self, document: &Document) -> String {
        match &document.path {
            Some(path) => {
                let inside = self.below_root(path);
                inside.map_or_else(|| path.display().to_string(), |path| path.to_string())
            }
            None => document.uri.0.clone(),
        }
    }
}
