//! A plan at one moment: what is open in the editor over what lies on the disk, and what came of
//! judging it.
//!
//! The thread that judges and the one that answers share a snapshot, so whatever one of them worked
//! out is there for the other.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use gen_lsp_types as lsp;

use super::client::{Client, Settings};
use super::disk_cache::{self, DiskCache};
use super::document::Document;
use super::uri;
use crate::check::check;
use crate::failure::Failure;
use crate::finding::Report;
use crate::glob::Glob;
use crate::path::RepoPath;
use crate::plan::{Plan, PlanPath, PlanText, read_again};
use crate::source::{FileId, SourceFile, Span};
use crate::waves::Waves;
use crate::workspace::Host;

/// Which plan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum PlanKey {
    /// The one at this path, a file or a folder.
    At(PathBuf),
    /// A text that has no file yet, by its URI.
    Unsaved(String),
}

/// What all plans of a session have in common.
#[derive(Debug, Default)]
pub(super) struct SessionSettings {
    pub(super) client: Client,
    pub(super) settings: Settings,
    /// The folders of the workspace.
    pub(super) folders: Vec<PathBuf>,
}

/// What the disk and git say of a plan, each asked for once, when somebody needs it.
#[derive(Debug, Default)]
pub(super) struct Ground {
    disk_cache: OnceLock<DiskCache>,
    files: OnceLock<(Vec<RepoPath>, Vec<Failure>)>,
    branch: OnceLock<Option<String>>,
    /// What globs match, by their texts: an editor asks for all that are seen at every change.
    matched: Mutex<HashMap<Arc<str>, Arc<Matched>>>,
}

/// The plan as it was read last: most of what it says it will say again.
#[derive(Debug, Default)]
pub(super) struct LastPlan(Mutex<Arc<Plan>>);

/// The files that a glob matches.
#[derive(Debug, Default)]
pub(super) struct Matched {
    pub(super) count: usize,
    /// The first few.
    pub(super) first: Vec<RepoPath>,
    /// Whether there may be more, since a bound on work was reached.
    pub(super) undecided: bool,
}

/// A plan at one moment.
pub(super) struct Snapshot {
    pub(super) key: PlanKey,
    pub(super) session: Arc<SessionSettings>,
    host: Arc<dyn Host>,
    ground: Arc<Ground>,
    last: Arc<LastPlan>,
    /// The open texts of the plan, in the order of their paths.
    open: Vec<Arc<Document>>,
    /// The other open texts for which the plan counts.
    pub(super) beside: Vec<Arc<Document>>,
    texts: OnceLock<Texts>,
    plan: OnceLock<Arc<Plan>>,
    report: OnceLock<Report>,
    waves: OnceLock<Option<Waves>>,
}

/// The texts of a plan, and where they are.
struct Texts {
    texts: Vec<PlanText>,
    layout: Vec<PartIndex>,
    own: Vec<PlanPath>,
}

/// Where a text of a plan is: on the disk, in the editor, or both.
#[derive(Clone, Debug)]
struct PartIndex {
    path: Option<PathBuf>,
    open: Option<Arc<Document>>,
}

impl Matched {
    /// Of files in byte order, only those are looked at that begin as the glob does.
    fn new(glob: &Glob, files: &[RepoPath]) -> Matched {
        const FIRST: usize = 5;
        let prefix = glob.prefix();
        let start = files.partition_point(|file| file.as_bytes() < prefix);
        let near = files[start..].iter().take_while(|file| file.as_bytes().starts_with(prefix));
        let mut matched = Matched::default();
        for file in near {
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
        (ground, last): (Arc<Ground>, Arc<LastPlan>),
        mut open: Vec<Arc<Document>>,
        beside: Vec<Arc<Document>>,
    ) -> Snapshot {
        open.sort_by(|one, other| one.path.cmp(&other.path));
        Snapshot {
            key,
            session,
            host,
            ground,
            last,
            open,
            beside,
            texts: OnceLock::new(),
            plan: OnceLock::new(),
            report: OnceLock::new(),
            waves: OnceLock::new(),
        }
    }

    /// Whether some of the plan is open in the editor; else it only counts for other files.
    pub(super) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// The folder that globs begin at; nothing for a text without a file in no folder at all.
    pub(super) fn root(&self) -> Option<&Path> {
        match &self.key {
            PlanKey::At(path) => Some(&self.disk_cache(path).root),
            PlanKey::Unsaved(_) => self.session.folders.first().map(PathBuf::as_path),
        }
    }

    /// The texts, in the order in which the plan is read from them.
    pub(super) fn texts(&self) -> &[PlanText] {
        &self.all_texts().texts
    }

    /// The plan's own files in the repository.
    pub(super) fn own(&self) -> &[PlanPath] {
        &self.all_texts().own
    }

    pub(super) fn plan(&self) -> &Arc<Plan> {
        self.plan.get_or_init(|| {
            let last = || self.last.0.lock().unwrap_or_else(PoisonError::into_inner);
            let before = last().clone();
            let mut plan = read_again(self.texts().to_vec(), &before);
            plan.own_paths = self.own().to_vec();
            let plan = Arc::new(plan);
            *last() = Arc::clone(&plan);
            plan
        })
    }

    /// What `check` finds.
    pub(super) fn report(&self) -> &Report {
        self.report.get_or_init(|| {
            let (files, gaps) = self.files();
            check(self.plan(), files, gaps.to_vec())
        })
    }

    /// The files that exist, and why that may not be all of them.
    pub(super) fn files(&self) -> (&[RepoPath], &[Failure]) {
        let listed =
            || self.root().map(|root| disk_cache::files(&*self.host, root)).unwrap_or_default();
        let (files, gaps) = self.ground.files.get_or_init(listed);
        (files, gaps)
    }

    /// In which waves the tasks can start; nothing where too little is known of the lanes.
    pub(super) fn waves(&self) -> Option<&Waves> {
        self.waves.get_or_init(|| Waves::new(self.plan(), self.files().0).ok()).as_ref()
    }

    /// The files that a glob matches; nothing where they cannot be listed.
    pub(super) fn matched(&self, glob: &Glob) -> Option<Arc<Matched>> {
        let (files, gaps) = self.files();
        if !gaps.is_empty() {
            return None;
        }
        let known = || self.ground.matched.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(matched) = known().get(glob.text()) {
            return Some(Arc::clone(matched));
        }
        let matched = Arc::new(Matched::new(glob, files));
        known().insert(Arc::clone(glob.text()), Arc::clone(&matched));
        Some(matched)
    }

    /// The branch that is checked out.
    pub(super) fn branch(&self) -> Option<&str> {
        let asked = || self.host.branch(self.root()?).ok()?;
        self.ground.branch.get_or_init(asked).as_deref()
    }

    /// A file as a path of the repository.
    pub(super) fn below_root(&self, path: &Path) -> Option<RepoPath> {
        disk_cache::below(&*self.host, self.root()?, path)
    }

    /// Which of the plan's texts an open text is.
    pub(super) fn file_of(&self, document: &Document) -> Option<FileId> {
        let layout = &self.all_texts().layout;
        let is =
            |place: &PartIndex| place.open.as_ref().is_some_and(|open| open.uri == document.uri);
        layout.iter().position(is).map(FileId)
    }

    /// How the editor calls one of the plan's texts.
    pub(super) fn uri(&self, file: FileId) -> Option<lsp::Uri> {
        let place = self.all_texts().layout.get(file.0)?;
        match (&place.open, &place.path) {
            (Some(open), _) => Some(open.uri.clone()),
            (None, path) => path.as_deref().map(uri::of),
        }
    }

    /// The version of one of the plan's texts; nothing where the disk's text is judged.
    pub(super) fn version(&self, file: FileId) -> Option<i32> {
        let place = self.all_texts().layout.get(file.0)?;
        place.open.as_ref().map(|open| open.version)
    }

    pub(super) fn source(&self, file: FileId) -> &SourceFile {
        &self.plan().sources[file.0]
    }

    /// The range of a span in its text.
    pub(super) fn range(&self, span: Span) -> lsp::Range {
        self.session.client.encoding.range(self.source(span.file), span.bytes())
    }

    /// The place of a span.
    pub(super) fn location(&self, span: Span) -> Option<lsp::Location> {
        Some(lsp::Location { uri: self.uri(span.file)?, range: self.range(span) })
    }

    fn disk_cache(&self, path: &Path) -> &DiskCache {
        self.ground.disk_cache.get_or_init(|| DiskCache::plan(&*self.host, path))
    }

    fn all_texts(&self) -> &Texts {
        self.texts.get_or_init(|| {
            let (parts, own) = match &self.key {
                PlanKey::At(path) => {
                    let disk_cache = self.disk_cache(path);
                    (disk_cache.parts.as_slice(), disk_cache.own.clone())
                }
                PlanKey::Unsaved(_) => (&[][..], Vec::new()),
            };
            let disk_cache = parts.iter().map(|(path, text)| {
                let open = self.open.iter().find(|open| open.path.as_ref() == Some(path));
                (PartIndex { path: Some(path.clone()), open: open.cloned() }, text.clone())
            });
            let mut all: Vec<(PartIndex, PlanText)> = disk_cache.collect();
            for open in &self.open {
                let is = |(place, _): &(PartIndex, PlanText)| {
                    place.open.as_ref().is_some_and(|known| known.uri == open.uri)
                };
                if !all.iter().any(is) {
                    let place = PartIndex { path: open.path.clone(), open: Some(Arc::clone(open)) };
                    all.push((place, PlanText::new(self.name(open), "")));
                }
            }
            all.sort_by(|(one, _), (other, _)| one.path.cmp(&other.path));
            // What is open counts, saved or not.
            for (place, text) in &mut all {
                if let Some(open) = &place.open {
                    text.bytes = Ok(open.source.text().as_bytes().to_vec());
                }
            }
            let (layout, texts) = all.into_iter().unzip();
            Texts { texts, layout, own }
        })
    }

    /// How answers call a text that is not on the disk yet.
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
