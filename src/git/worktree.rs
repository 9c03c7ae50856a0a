//! The work tree against a commit.
//!
//! A copy of the index is compared with the work tree, in the scratch repository: there no filter
//! is configured, so none runs, and what git writes while it compares is thrown away. Of the user's
//! settings only those are carried over that say what the file system can hold and how lines end.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use bstr::{ByteSlice, ByteVec};

use super::checkout::Checkout;
use super::diff::{RAW, kind_of_modification};
use super::error::{GitError, GitErrorKind, quoted};
use super::object::{CommitId, Mode, ObjectId};
use super::process::{Call, is_executable};
use super::{Repository, names, pattern_files};
use crate::change::{Change, ChangeKind, ChangeSet, Side};
use crate::failure::Failure;
use crate::fs::read_bounded;
use crate::path::{RepoPath, quote};

/// No list of patterns (`.git/info/exclude`, the user's `core.excludesFile`) is read that is longer.
const PATTERNS_LIMIT: u64 = 16 << 20;

/// What the work tree holds that a commit does not, or the other way round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkTreeChanges {
    /// The paths: staged, unstaged and untracked. One that was staged counts even where the work
    /// tree has since gone back. An untracked file has no object.
    pub diff: ChangeSet,
    /// Those of the paths that may differ only because their filter, here by its name, was not run.
    pub unfiltered: BTreeMap<RepoPath, String>,
}

impl Repository {
    /// What was changed in the work tree since `base`, or since the checked-out commit: staged,
    /// unstaged, and untracked unless ignored.
    ///
    /// # Errors
    /// When the repository is bare, git is too old or fails, or an object is missing.
    pub fn worktree(&self, base: Option<&CommitId>) -> Result<WorkTreeChanges, GitError> {
        let root = self.need_work_tree()?;
        // The copy of the index has one place.
        let _alone = self.comparing.lock().unwrap_or_else(PoisonError::into_inner);
        pattern_files::check(root)?;
        let mut settings = self.settings()?;
        settings.believe_in_case_of(root);
        self.borrow_patterns(&settings)?;
        let head = if base.is_none() { self.head()? } else { None };
        let index = self.copy_index()?;
        let compare = Comparison { repository: self, root, settings: &settings, index: &index };

        let mut diff = self.index_against(base.or(head.as_ref()), &index)?;
        let known = diff.gaps.clone();
        let absent = compare.uncover()?;
        let mut unstaged = compare.unstaged()?;
        let unfiltered = compare.unfiltered(&mut unstaged.changes)?;
        // An unmerged file is told of on both sides.
        diff.gaps.extend(unstaged.gaps.into_iter().filter(|gap| !known.contains(gap)));
        for (path, entry) in unstaged.changes {
            // A file that a sparse checkout left out is not gone.
            if entry.new.is_some() || !absent.contains(&path) {
                apply(&mut diff.changes, path, entry);
            }
        }
        let (untracked, gaps) = compare.untracked()?;
        diff.gaps.extend(gaps);
        let own = Ours::new(self, root)?;
        for path in untracked {
            let file = root.join(name_of(&path)?);
            if own.holds(&file) {
                continue;
            }
            let side = Side { mode: mode_of(&file), id: None };
            let added = Change { kind: ChangeKind::Added, old: None, new: Some(side), shown: None };
            diff.changes.entry(path).or_insert(added);
        }
        Ok(WorkTreeChanges { diff, unfiltered })
    }

    /// Copies the index into the scratch repository. A repository may have none yet.
    pub(super) fn copy_index(&self) -> Result<PathBuf, GitError> {
        self.borrow_shared_index()?;
        let copy = self.scratch()?.path().join("index");
        // An earlier copy must not outlive the index that it was made from.
        let _ = fs::remove_file(&copy);
        copy_file(&self.index_file, &copy)?;
        Ok(copy)
    }

    /// Copies what a split index is split off from: git looks for it beside its own index.
    pub(super) fn borrow_shared_index(&self) -> Result<(), GitError> {
        let scratch = self.scratch()?.path();
        let entries = fs::read_dir(&self.git_dir)
            .map_err(|error| GitError::io("list", &self.git_dir, &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| GitError::io("list", &self.git_dir, &error))?;
            let name = entry.file_name();
            if name.as_encoded_bytes().starts_with(b"sharedindex.") {
                let copy = scratch.join(name);
                if !copy.exists() {
                    copy_file(&entry.path(), &copy)?;
                }
            }
        }
        Ok(())
    }

    /// Puts the patterns of ignored files, and the attributes, where git looks for them.
    fn borrow_patterns(&self, settings: &Settings) -> Result<(), GitError> {
        let scratch = self.scratch()?;
        let info = self.common_dir.join("info");
        let lists = [
            ("info/exclude", Some(info.join("exclude"))),
            ("info/attributes", Some(info.join("attributes"))),
            ("user-exclude", settings.user_excludes.clone()),
            ("user-attributes", settings.user_attributes.clone()),
        ];
        for (name, theirs) in lists {
            let list = match theirs {
                // Anything else, such as a FIFO, ignores nothing.
                Some(theirs) if theirs.is_file() => read_bounded(&theirs, PATTERNS_LIMIT)
                    .map_err(|error| GitError::new(GitErrorKind::Io, error.problem, error.help))?,
                _ => Vec::new(),
            };
            scratch.write(name, &list)?;
        }
        Ok(())
    }

    /// Reads the settings as texts; none of them acts on the process that reads them.
    fn settings(&self) -> Result<Settings, GitError> {
        let wanted = "^(core\\.(excludesfile|attributesfile|filemode|symlinks|ignorecase|\
                      precomposeunicode|autocrlf|eol|sparsecheckout)|filter\\..*\\.(clean|process))$";
        let answer = self
            .call("config")
            .args(["--null", "--show-scope", "--includes", "--get-regexp", wanted])
            .run()?;
        // Status 1: there are no such settings.
        let listed = if answer.code == Some(1) { Vec::new() } else { answer.success()? };
        let home = self.environment.home.as_deref();
        let config = self
            .environment
            .xdg_config_home
            .clone()
            .or_else(|| home.map(|home| home.join(".config")));
        let mut settings = Settings {
            user_excludes: config.as_ref().map(|config| config.join("git/ignore")),
            user_attributes: config.as_ref().map(|config| config.join("git/attributes")),
            ..Settings::default()
        };
        let mut parts = listed.split(|&byte| byte == 0);
        while let (Some(scope), Some(setting)) = (parts.next(), parts.next()) {
            // The switches of our own calls.
            if scope == b"command" {
                continue;
            }
            settings.take(scope, setting, home);
        }
        Ok(settings)
    }
}

/// The settings that say how to compare.
#[derive(Debug, Default)]
struct Settings {
    /// To be given to git as they are.
    carried: BTreeMap<&'static str, String>,
    sparse: bool,
    user_excludes: Option<PathBuf>,
    user_attributes: Option<PathBuf>,
    /// Filters that would have run.
    filters: BTreeSet<Vec<u8>>,
}

impl Settings {
    /// Takes one, `name\nvalue` or only `name`, which is short for true. A later one wins.
    fn take(&mut self, scope: &[u8], setting: &[u8], home: Option<&Path>) {
        let (name, value) = match setting.split_once_str("\n") {
            Some((name, value)) => (name, value),
            None => (setting, b"true".as_slice()),
        };
        let word = value.to_str_lossy().to_ascii_lowercase();
        let truth = match word.as_str() {
            "true" | "yes" | "on" | "1" => Some("true"),
            "false" | "no" | "off" | "0" | "" => Some("false"),
            _ => None,
        };
        let users = matches!(scope, b"system" | b"global");
        match name {
            b"core.excludesfile" if users => self.user_excludes = expand(value, home),
            b"core.attributesfile" if users => self.user_attributes = expand(value, home),
            b"core.sparsecheckout" => self.sparse = truth == Some("true"),
            b"core.filemode" => self.carry("core.fileMode", truth),
            b"core.symlinks" => self.carry("core.symlinks", truth),
            b"core.ignorecase" => self.carry("core.ignoreCase", truth),
            b"core.precomposeunicode" => self.carry("core.precomposeUnicode", truth),
            b"core.autocrlf" => {
                self.carry("core.autocrlf", if word == "input" { Some("input") } else { truth });
            }
            b"core.eol" => {
                let known = ["lf", "crlf", "native"];
                self.carry("core.eol", known.into_iter().find(|known| *known == word));
            }
            _ => {
                let filter = name.strip_prefix(b"filter.").and_then(|name| {
                    name.strip_suffix(b".clean").or_else(|| name.strip_suffix(b".process"))
                });
                if !value.is_empty() {
                    self.filters.extend(filter.map(<[u8]>::to_vec));
                }
            }
        }
    }

    /// Drops what the file system itself contradicts: where `a` and `A` are two files, one of them
    /// would be hidden.
    fn believe_in_case_of(&mut self, root: &Path) {
        if !ignores_case(root) {
            self.carried.remove("core.ignoreCase");
        }
    }

    fn carry(&mut self, name: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            self.carried.insert(name, value.to_owned());
        }
    }
}

/// Whether the file system takes names for the same that differ in letter case: whether `.git` is
/// there by a name that its folder does not list.
fn ignores_case(root: &Path) -> bool {
    const OTHER: &str = ".GIT";
    let listed = |mut entries: fs::ReadDir| {
        entries.any(|entry| entry.is_ok_and(|entry| entry.file_name() == OTHER))
    };
    root.join(OTHER).symlink_metadata().is_ok()
        && fs::read_dir(root).is_ok_and(|entries| !listed(entries))
}

/// A path in the user's settings: `~/` is the home folder.
fn expand(value: &[u8], home: Option<&Path>) -> Option<PathBuf> {
    let path = value.to_vec().into_path_buf().ok()?;
    match path.strip_prefix("~") {
        Ok(below) => home.map(|home| home.join(below)),
        Err(_) => path.is_absolute().then_some(path),
    }
}

/// One comparison of a copied index with the work tree.
struct Comparison<'a> {
    repository: &'a Repository,
    root: &'a Path,
    settings: &'a Settings,
    index: &'a Path,
}

impl Comparison<'_> {
    fn call(&self, name: &'static str) -> Result<Call, GitError> {
        let scratch = self.repository.scratch()?;
        let mut call = scratch
            .call(&self.repository.program, name)
            .dir(self.root)
            .env("GIT_WORK_TREE", self.root)
            .env("GIT_INDEX_FILE", self.index)
            .setting("core.excludesFile", scratch.path().join("user-exclude"))
            .setting("core.attributesFile", scratch.path().join("user-attributes"));
        for (name, value) in &self.settings.carried {
            call = call.setting(name, value);
        }
        Ok(call)
    }

    /// Takes the marks off the entries that git was told not to look at (`assume-unchanged`,
    /// `skip-worktree`), and gives those that a sparse checkout may have left out.
    fn uncover(&self) -> Result<BTreeSet<RepoPath>, GitError> {
        let listed = self.call("ls-files")?.args(["-v", "-z"]).run()?.success()?;
        let (mut assumed, mut skipped) = (Vec::new(), Vec::new());
        let mut absent = BTreeSet::new();
        for line in names(&listed) {
            let Some((&[tag, b' '], name)) = line.split_first_chunk::<2>() else { continue };
            // A small letter is `assume-unchanged`, an S in either form `skip-worktree`.
            if tag.is_ascii_lowercase() {
                assumed.extend_from_slice(name);
                assumed.push(0);
            }
            if tag.eq_ignore_ascii_case(&b'S') {
                skipped.extend_from_slice(name);
                skipped.push(0);
                absent.extend(RepoPath::new(name).ok().filter(|_| self.settings.sparse));
            }
        }
        for (mark, list) in [("--no-assume-unchanged", assumed), ("--no-skip-worktree", skipped)] {
            if !list.is_empty() {
                self.call("update-index")?
                    .args([mark, "-z", "--stdin"])
                    .input(list)
                    .run()?
                    .success()?;
            }
        }
        Ok(absent)
    }

    /// What differs between the index and the work tree. A file of the work tree gets the name of
    /// the object that `git add` would make of it, its filter aside.
    fn unstaged(&self) -> Result<ChangeSet, GitError> {
        if self.index.exists() {
            // Looks into the files that were only touched, so that they are not listed. Executable
            // bits are left out, for an entry that differs there would not be looked into.
            self.call("update-index")?
                .setting("core.fileMode", "false")
                .args(["-q", "--unmerged", "--refresh"])
                .run()?
                .success()?;
        }
        // `dirty`: the commit that is checked out in a submodule is read from its HEAD; `none`
        // would run git inside it, under its own settings.
        let call = self.call("diff-files")?.args(RAW).args(["--ignore-submodules=dirty"]);
        let mut diff = ChangeSet::read_raw(&call.run()?.success()?)?;
        let mut asked = Vec::new();
        let mut files: Vec<&mut Change> = Vec::new();
        for (path, entry) in &mut diff.changes {
            if entry.new.as_ref().is_some_and(|side| side.mode.is_file())
                && is_regular(&self.root.join(name_of(path)?))
            {
                asked.extend_from_slice(quote(path.as_bytes()).as_bytes());
                asked.push(b'\n');
                files.push(entry);
            }
        }
        if files.is_empty() {
            return Ok(diff);
        }
        let hashed =
            self.call("hash-object")?.args(["--stdin-paths"]).input(asked).run()?.success()?;
        let mut hashes = hashed.lines().map(ObjectId::from_hex);
        for entry in files {
            let Some(Some(id)) = hashes.next() else {
                return Err(GitError::failed("hash-object", "it left out a file"));
            };
            if let Some(side) = &mut entry.new {
                side.id = Some(id);
            }
        }
        // A file of another length that comes to the same once its line ends are git's.
        diff.changes.retain(|_, entry| entry.old.is_none() || entry.old != entry.new);
        Ok(diff)
    }

    /// The files that are neither in the index nor ignored; an embedded repository is one path.
    fn untracked(&self) -> Result<(Vec<RepoPath>, Vec<Failure>), GitError> {
        let answer = self.call("ls-files")?.args(["--others", "--exclude-standard", "-z"]).run()?;
        // git goes on past a folder that it cannot open, with status 0.
        let mut gaps: Vec<Failure> = answer
            .warnings()
            .into_iter()
            .map(|line| Failure {
                problem: format!("the untracked files may not all be listed: {}", quoted(line)),
                help: "make the folder readable".into(),
            })
            .collect();
        let listed = answer.success()?;
        let mut found = Vec::new();
        for name in names(&listed) {
            match RepoPath::new(name.strip_suffix(b"/").unwrap_or(name)) {
                Ok(path) => found.push(path),
                Err(fault) => gaps.push(Failure {
                    problem: format!("the untracked file {} is no path: {fault}", quote(name)),
                    help: "rename it or move it out of the work tree".into(),
                }),
            }
        }
        Ok((found, gaps))
    }

    /// The changed files with a filter that was not run, by its name. Those that prove to be what
    /// their index entries have are taken out of the changes.
    fn unfiltered(
        &self,
        changes: &mut BTreeMap<RepoPath, Change>,
    ) -> Result<BTreeMap<RepoPath, String>, GitError> {
        let mut unfiltered = self.filters_of(changes)?;
        if unfiltered.is_empty() {
            return Ok(unfiltered);
        }
        let recorded = self.repository.recorded(&unfiltered.keys().collect())?;
        let mut unchanged = Vec::new();
        for (path, filter) in &unfiltered {
            let file = self.root.join(name_of(path)?);
            if self.repository.is_unchanged(&recorded, path, &file, filter) {
                unchanged.push(path.clone());
            }
        }
        for path in unchanged {
            unfiltered.remove(&path);
            let Some(change) = changes.get_mut(&path) else { continue };
            if let (Some(old), Some(new)) = (&change.old, &mut change.new) {
                new.id.clone_from(&old.id);
            }
            change.kind = kind_of_modification(change.old.as_ref(), change.new.as_ref());
            if change.old == change.new {
                changes.remove(&path);
            }
        }
        Ok(unfiltered)
    }

    /// The changed files that have a filter, by its name.
    fn filters_of(
        &self,
        changes: &BTreeMap<RepoPath, Change>,
    ) -> Result<BTreeMap<RepoPath, String>, GitError> {
        let mut asked = Vec::new();
        for (path, change) in changes {
            if change.new.as_ref().is_some_and(|side| side.mode.is_file()) {
                asked.extend_from_slice(path.as_bytes());
                asked.push(0);
            }
        }
        let mut unfiltered = BTreeMap::new();
        if asked.is_empty() || self.settings.filters.is_empty() {
            return Ok(unfiltered);
        }
        let call = self.call("check-attr")?.args(["-z", "--stdin", "filter"]).input(asked);
        let listed = call.run()?.success()?;
        let words: Vec<&[u8]> = listed.split(|&byte| byte == 0).collect();
        for triple in words.chunks_exact(3) {
            if let [path, _, filter] = triple
                && self.settings.filters.contains(*filter)
                && let Ok(path) = RepoPath::new(*path)
            {
                unfiltered.insert(path, filter.to_str_lossy().into_owned());
            }
        }
        Ok(unfiltered)
    }
}

/// What may lie in the work tree and is none of its files.
struct Ours {
    scratch: PathBuf,
    repository: Option<Checkout>,
}

impl Ours {
    fn new(repository: &Repository, root: &Path) -> Result<Ours, GitError> {
        let scratch = repository.scratch()?.path();
        // As far as the way to it leads through the work tree, by the name that git lists.
        let real = scratch.canonicalize().unwrap_or_else(|_| scratch.to_path_buf());
        let top = root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
        let scratch = real.strip_prefix(&top).map_or(real.clone(), |below| root.join(below));
        Ok(Ours { scratch, repository: repository.checkout() })
    }

    /// Whether it is the scratch repository, or another work tree of this repository.
    fn holds(&self, path: &Path) -> bool {
        path.starts_with(&self.scratch)
            || self.repository.as_ref().is_some_and(|repository| {
                // A link to a work tree is a file like others.
                path.symlink_metadata().is_ok_and(|meta| meta.is_dir())
                    && Checkout::at(path).is_some_and(|other| {
                        repository.shares_repository(&other) && other.is_registered()
                    })
            })
    }
}

fn is_regular(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|meta| meta.is_file())
}

fn name_of(path: &RepoPath) -> Result<PathBuf, GitError> {
    path.as_bytes().to_vec().into_path_buf().map_err(|_| {
        GitError::new(
            GitErrorKind::Path,
            format!("{path} is no name that this system can hold"),
            "rename the file",
        )
    })
}

/// What an untracked path would be in a tree. What is gone by now, or cannot be looked at, counts
/// as a file: that it was listed is what matters.
fn mode_of(path: &Path) -> Mode {
    match path.symlink_metadata() {
        Ok(meta) if meta.is_symlink() => Mode::Symlink,
        // git lists a folder only for the repository in it.
        Ok(meta) if meta.is_dir() => Mode::Submodule,
        Ok(meta) if is_executable(&meta) => Mode::Executable,
        _ => Mode::File,
    }
}

/// Adds what differs between index and work tree to what differs between base and index.
fn apply(staged: &mut BTreeMap<RepoPath, Change>, path: RepoPath, unstaged: Change) {
    // Where nothing is staged, the index has what the base has.
    let old = staged.get(&path).map_or(unstaged.old, |entry| entry.old.clone());
    let new = unstaged.new;
    let kind = match (&old, &new) {
        // Staged as new and gone since: what is staged is what is left to tell.
        (None, None) => return,
        (None, Some(_)) => ChangeKind::Added,
        (Some(_), None) => ChangeKind::Deleted,
        // Gone back to the base: the same.
        (Some(_), Some(_)) if old == new && staged.contains_key(&path) => return,
        (Some(was), Some(is)) if was.mode == is.mode || was.mode.is_file() && is.mode.is_file() => {
            kind_of_modification(old.as_ref(), new.as_ref())
        }
        (Some(_), Some(_)) => ChangeKind::Type,
    };
    staged.insert(path, Change { kind, old, new, shown: None });
}

/// Copies a file with the time of its last change; a missing one is none.
fn copy_file(from: &Path, to: &Path) -> Result<(), GitError> {
    let failed = |error: std::io::Error| GitError::io("copy", from, &error);
    let meta = match fs::metadata(from) {
        Ok(meta) => meta,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    if !meta.is_file() {
        return Err(failed(std::io::Error::other("it is no regular file")));
    }
    let content = read_bounded(from, u64::MAX)
        .map_err(|error| GitError::new(GitErrorKind::Io, error.problem, error.help))?;
    let mut copy = File::create(to).map_err(failed)?;
    copy.write_all(&content).map_err(failed)?;
    // git takes an entry that is older than the index for unchanged without looking: a copy that
    // seemed younger would hide the changes made since.
    copy.set_modified(meta.modified().map_err(failed)?).map_err(failed)
}
