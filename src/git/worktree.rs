//! Compares the work tree with a commit.
//!
//! A copy of the index is compared with the work tree in the scratch repository, where no filter is
//! configured and writes do no harm. Of the user's configuration, only the variables about the file
//! system, line endings and ignored files are used.

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

/// Size limit of a pattern file, such as `.git/info/exclude`.
const PATTERNS_LIMIT: u64 = 16 << 20;

/// The diff from a commit to the work tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkTreeChanges {
    /// The staged, unstaged and untracked paths. A staged path stays even if the work tree reverts
    /// it. An untracked file has no object id.
    pub diff: ChangeSet,
    /// The paths that may be unchanged because their filter was not run, with the filter's name.
    pub unfiltered: BTreeMap<RepoPath, String>,
}

impl Repository {
    /// The diff from `base`, or HEAD, to the work tree, with untracked files unless ignored.
    ///
    /// # Errors
    /// If the repository is bare, git is too old or fails, or an object is missing.
    pub fn worktree(&self, base: Option<&CommitId>) -> Result<WorkTreeChanges, GitError> {
        let root = self.need_work_tree()?;
        let _guard = self.comparing.lock().unwrap_or_else(PoisonError::into_inner);
        pattern_files::check(root)?;
        let mut settings = self.settings()?;
        settings.check_ignore_case(root);
        self.copy_pattern_files(&settings)?;
        let head = if base.is_none() { self.head()? } else { None };
        let index = self.copy_index()?;
        let compare = Comparison { repository: self, root, settings: &settings, index: &index };

        let mut diff = self.index_against(base.or(head.as_ref()), &index)?;
        let staged_gaps = diff.gaps.clone();
        let sparse = compare.clear_index_flags()?;
        let mut unstaged = compare.unstaged()?;
        let unfiltered = compare.unfiltered(&mut unstaged.changes)?;
        // Both diffs report an unmerged file.
        diff.gaps.extend(unstaged.gaps.into_iter().filter(|gap| !staged_gaps.contains(gap)));
        for (path, entry) in unstaged.changes {
            // A file outside a sparse checkout is not deleted.
            if entry.new.is_some() || !sparse.contains(&path) {
                apply(&mut diff.changes, path, entry);
            }
        }
        let (untracked, gaps) = compare.untracked()?;
        diff.gaps.extend(gaps);
        let not_files = NotFiles::new(self, root)?;
        for path in untracked {
            let file = root.join(path_on_disk(&path)?);
            if not_files.contains(&file) {
                continue;
            }
            let side = Side { mode: mode_of(&file), id: None };
            let added = Change { kind: ChangeKind::Added, old: None, new: Some(side), shown: None };
            diff.changes.entry(path).or_insert(added);
        }
        Ok(WorkTreeChanges { diff, unfiltered })
    }

    /// Copies the index, if there is one, into the scratch repository.
    pub(super) fn copy_index(&self) -> Result<PathBuf, GitError> {
        self.copy_shared_index()?;
        let copy = self.scratch()?.path().join("index");
        // Remove an earlier copy, in case the index no longer exists.
        let _ = fs::remove_file(&copy);
        copy_file(&self.index_file, &copy)?;
        Ok(copy)
    }

    /// Copies the shared part of a split index, which git looks for next to the index.
    pub(super) fn copy_shared_index(&self) -> Result<(), GitError> {
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

    /// Copies exclude and attributes files into the scratch repository.
    fn copy_pattern_files(&self, settings: &Settings) -> Result<(), GitError> {
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
                // Anything else, such as a FIFO, counts as empty.
                Some(theirs) if theirs.is_file() => read_bounded(&theirs, PATTERNS_LIMIT)
                    .map_err(|error| GitError::new(GitErrorKind::Io, error.problem, error.help))?,
                _ => Vec::new(),
            };
            scratch.write(name, &list)?;
        }
        Ok(())
    }

    /// Reads the user's configuration as text, without applying it.
    fn settings(&self) -> Result<Settings, GitError> {
        let wanted = "^(core\\.(excludesfile|attributesfile|filemode|symlinks|ignorecase|\
                      precomposeunicode|autocrlf|eol|sparsecheckout)|filter\\..*\\.(clean|process))$";
        let answer = self
            .call("config")
            .args(["--null", "--show-scope", "--includes", "--get-regexp", wanted])
            .run()?;
        // Status 1: none of them is set.
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
            // Our own options.
            if scope == b"command" {
                continue;
            }
            settings.take(scope, setting, home);
        }
        Ok(settings)
    }
}

/// The user's configuration, as far as it matters for the comparison.
#[derive(Debug, Default)]
struct Settings {
    /// Passed on to git.
    passed_on: BTreeMap<&'static str, String>,
    sparse: bool,
    user_excludes: Option<PathBuf>,
    user_attributes: Option<PathBuf>,
    /// The names of configured filters.
    filters: BTreeSet<Vec<u8>>,
}

impl Settings {
    /// Adds a variable: `name\nvalue`, or only `name`, short for true. The last one wins.
    fn take(&mut self, scope: &[u8], setting: &[u8], home: Option<&Path>) {
        let (name, value) = match setting.split_once_str("\n") {
            Some((name, value)) => (name, value),
            None => (setting, b"true".as_slice()),
        };
        let word = value.to_str_lossy().to_ascii_lowercase();
        let boolean = match word.as_str() {
            "true" | "yes" | "on" | "1" => Some("true"),
            "false" | "no" | "off" | "0" | "" => Some("false"),
            _ => None,
        };
        let outside_repository = matches!(scope, b"system" | b"global");
        match name {
            b"core.excludesfile" if outside_repository => self.user_excludes = expand(value, home),
            b"core.attributesfile" if outside_repository => {
                self.user_attributes = expand(value, home);
            }
            b"core.sparsecheckout" => self.sparse = boolean == Some("true"),
            b"core.filemode" => self.pass_on("core.fileMode", boolean),
            b"core.symlinks" => self.pass_on("core.symlinks", boolean),
            b"core.ignorecase" => self.pass_on("core.ignoreCase", boolean),
            b"core.precomposeunicode" => self.pass_on("core.precomposeUnicode", boolean),
            b"core.autocrlf" => {
                self.pass_on(
                    "core.autocrlf",
                    if word == "input" { Some("input") } else { boolean },
                );
            }
            b"core.eol" => {
                let known = ["lf", "crlf", "native"];
                self.pass_on("core.eol", known.into_iter().find(|known| *known == word));
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

    /// Drops `core.ignoreCase` on a case-sensitive file system, where it could hide a file.
    fn check_ignore_case(&mut self, root: &Path) {
        if !ignores_case(root) {
            self.passed_on.remove("core.ignoreCase");
        }
    }

    fn pass_on(&mut self, name: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            self.passed_on.insert(name, value.to_owned());
        }
    }
}

/// Whether the file system ignores case: whether `.GIT` exists without being listed.
fn ignores_case(root: &Path) -> bool {
    const OTHER: &str = ".GIT";
    let listed = |mut entries: fs::ReadDir| {
        entries.any(|entry| entry.is_ok_and(|entry| entry.file_name() == OTHER))
    };
    root.join(OTHER).symlink_metadata().is_ok()
        && fs::read_dir(root).is_ok_and(|entries| !listed(entries))
}

/// Expands `~/` in a configured path.
fn expand(value: &[u8], home: Option<&Path>) -> Option<PathBuf> {
    let path = value.to_vec().into_path_buf().ok()?;
    match path.strip_prefix("~") {
        Ok(below) => home.map(|home| home.join(below)),
        Err(_) => path.is_absolute().then_some(path),
    }
}

/// Compares the copied index with the work tree.
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
        for (name, value) in &self.settings.passed_on {
            call = call.setting(name, value);
        }
        Ok(call)
    }

    /// Clears the flags `assume-unchanged` and `skip-worktree`. Returns the paths that a sparse
    /// checkout may have left out.
    fn clear_index_flags(&self) -> Result<BTreeSet<RepoPath>, GitError> {
        let listed = self.call("ls-files")?.args(["-v", "-z"]).run()?.success()?;
        let (mut assumed, mut skipped) = (Vec::new(), Vec::new());
        let mut sparse = BTreeSet::new();
        for line in names(&listed) {
            let Some((&[tag, b' '], name)) = line.split_first_chunk::<2>() else { continue };
            // Lowercase is `assume-unchanged`, S in either case `skip-worktree`.
            if tag.is_ascii_lowercase() {
                assumed.extend_from_slice(name);
                assumed.push(0);
            }
            if tag.eq_ignore_ascii_case(&b'S') {
                skipped.extend_from_slice(name);
                skipped.push(0);
                sparse.extend(RepoPath::new(name).ok().filter(|_| self.settings.sparse));
            }
        }
        for (option, list) in [("--no-assume-unchanged", assumed), ("--no-skip-worktree", skipped)]
        {
            if !list.is_empty() {
                self.call("update-index")?
                    .args([option, "-z", "--stdin"])
                    .input(list)
                    .run()?
                    .success()?;
            }
        }
        Ok(sparse)
    }

    /// The diff from the index to the work tree. Files get the object id that `git add` would give
    /// them without filters.
    fn unstaged(&self) -> Result<ChangeSet, GitError> {
        if self.index.exists() {
            // Rereads touched files, so that unchanged ones are not listed. With `core.fileMode`,
            // git would not reread a file whose executable bit differs.
            self.call("update-index")?
                .setting("core.fileMode", "false")
                .args(["-q", "--unmerged", "--refresh"])
                .run()?
                .success()?;
        }
        // `dirty` only reads the HEAD of a submodule; `none` would run git in it, with its
        // configuration.
        let call = self.call("diff-files")?.args(RAW).args(["--ignore-submodules=dirty"]);
        let mut diff = ChangeSet::read_raw(&call.run()?.success()?)?;
        let mut input = Vec::new();
        let mut files: Vec<&mut Change> = Vec::new();
        for (path, entry) in &mut diff.changes {
            if entry.new.as_ref().is_some_and(|side| side.mode.is_file())
                && is_regular(&self.root.join(path_on_disk(path)?))
            {
                input.extend_from_slice(quote(path.as_bytes()).as_bytes());
                input.push(b'\n');
                files.push(entry);
            }
        }
        if files.is_empty() {
            return Ok(diff);
        }
        let hashed =
            self.call("hash-object")?.args(["--stdin-paths"]).input(input).run()?.success()?;
        let mut hashes = hashed.lines().map(ObjectId::from_hex);
        for entry in files {
            let Some(Some(id)) = hashes.next() else {
                return Err(GitError::failed("hash-object", "incomplete output"));
            };
            if let Some(side) = &mut entry.new {
                side.id = Some(id);
            }
        }
        // The same content after conversion of line endings.
        diff.changes.retain(|_, entry| entry.old.is_none() || entry.old != entry.new);
        Ok(diff)
    }

    /// The files that are neither in the index nor ignored. A nested repository is one path.
    fn untracked(&self) -> Result<(Vec<RepoPath>, Vec<Failure>), GitError> {
        let answer = self.call("ls-files")?.args(["--others", "--exclude-standard", "-z"]).run()?;
        // git skips a directory that it cannot open, and exits with status 0.
        let mut gaps: Vec<Failure> = answer
            .warnings()
            .into_iter()
            .map(|line| Failure {
                problem: format!("cannot list all untracked files: {}", quoted(line)),
                help: "make the directory readable".into(),
            })
            .collect();
        let listed = answer.success()?;
        let mut found = Vec::new();
        for name in names(&listed) {
            match RepoPath::new(name.strip_suffix(b"/").unwrap_or(name)) {
                Ok(path) => found.push(path),
                Err(fault) => gaps.push(Failure {
                    problem: format!("invalid path of untracked file {}: {fault}", quote(name)),
                    help: "rename it or move it out of the work tree".into(),
                }),
            }
        }
        Ok((found, gaps))
    }

    /// The changed files whose filter was not run, with its name. Removes those from the changes
    /// that are certainly unchanged.
    fn unfiltered(
        &self,
        changes: &mut BTreeMap<RepoPath, Change>,
    ) -> Result<BTreeMap<RepoPath, String>, GitError> {
        let mut unfiltered = self.filters_of(changes)?;
        if unfiltered.is_empty() {
            return Ok(unfiltered);
        }
        let entries = self.repository.index_entries(&unfiltered.keys().collect())?;
        let mut unchanged = Vec::new();
        for (path, filter) in &unfiltered {
            let file = self.root.join(path_on_disk(path)?);
            if self.repository.is_unchanged(&entries, path, &file, filter) {
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

    /// The changed files that have a filter, with its name.
    fn filters_of(
        &self,
        changes: &BTreeMap<RepoPath, Change>,
    ) -> Result<BTreeMap<RepoPath, String>, GitError> {
        let mut input = Vec::new();
        for (path, change) in changes {
            if change.new.as_ref().is_some_and(|side| side.mode.is_file()) {
                input.extend_from_slice(path.as_bytes());
                input.push(0);
            }
        }
        let mut unfiltered = BTreeMap::new();
        if input.is_empty() || self.settings.filters.is_empty() {
            return Ok(unfiltered);
        }
        let call = self.call("check-attr")?.args(["-z", "--stdin", "filter"]).input(input);
        let listed = call.run()?.success()?;
        let fields: Vec<&[u8]> = listed.split(|&byte| byte == 0).collect();
        for triple in fields.chunks_exact(3) {
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

/// Directories in the work tree that git lists as untracked but that are not its files.
struct NotFiles {
    scratch: PathBuf,
    checkout: Option<Checkout>,
}

impl NotFiles {
    fn new(repository: &Repository, root: &Path) -> Result<NotFiles, GitError> {
        let scratch = repository.scratch()?.path();
        // If it is in the work tree, use the path that git lists.
        let real = scratch.canonicalize().unwrap_or_else(|_| scratch.to_path_buf());
        let top = root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
        let scratch = real.strip_prefix(&top).map_or(real.clone(), |below| root.join(below));
        Ok(NotFiles { scratch, checkout: repository.checkout() })
    }

    /// Whether the path is in the scratch repository, or is another work tree of the repository.
    fn contains(&self, path: &Path) -> bool {
        path.starts_with(&self.scratch)
            || self.checkout.as_ref().is_some_and(|checkout| {
                // A link to a work tree is an ordinary file.
                path.symlink_metadata().is_ok_and(|meta| meta.is_dir())
                    && Checkout::at(path).is_some_and(|other| {
                        checkout.shares_repository(&other) && other.is_registered()
                    })
            })
    }
}

fn is_regular(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|meta| meta.is_file())
}

fn path_on_disk(path: &RepoPath) -> Result<PathBuf, GitError> {
    path.as_bytes().to_vec().into_path_buf().map_err(|_| {
        GitError::new(
            GitErrorKind::Path,
            format!("{path} is not a valid path on this system"),
            "rename the file",
        )
    })
}

/// The mode that an untracked path would get. One that no longer exists counts as a file, since git
/// listed it.
fn mode_of(path: &Path) -> Mode {
    match path.symlink_metadata() {
        Ok(meta) if meta.is_symlink() => Mode::Symlink,
        // git lists a directory only if it is a repository.
        Ok(meta) if meta.is_dir() => Mode::Submodule,
        Ok(meta) if is_executable(&meta) => Mode::Executable,
        _ => Mode::File,
    }
}

/// Combines an unstaged change with the staged one.
fn apply(staged: &mut BTreeMap<RepoPath, Change>, path: RepoPath, unstaged: Change) {
    // If nothing is staged, the index equals the base.
    let old = staged.get(&path).map_or(unstaged.old, |entry| entry.old.clone());
    let new = unstaged.new;
    let kind = match (&old, &new) {
        // Added to the index, then deleted: keep the staged change.
        (None, None) => return,
        (None, Some(_)) => ChangeKind::Added,
        (Some(_), None) => ChangeKind::Deleted,
        // Staged, then reverted: keep the staged change.
        (Some(_), Some(_)) if old == new && staged.contains_key(&path) => return,
        (Some(was), Some(is)) if was.mode == is.mode || was.mode.is_file() && is.mode.is_file() => {
            kind_of_modification(old.as_ref(), new.as_ref())
        }
        (Some(_), Some(_)) => ChangeKind::Type,
    };
    staged.insert(path, Change { kind, old, new, shown: None });
}

/// Copies a file, if it exists, with its modification time.
fn copy_file(from: &Path, to: &Path) -> Result<(), GitError> {
    let failed = |error: std::io::Error| GitError::io("copy", from, &error);
    let meta = match fs::metadata(from) {
        Ok(meta) => meta,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    if !meta.is_file() {
        return Err(failed(std::io::Error::other("not a regular file")));
    }
    let content = read_bounded(from, u64::MAX)
        .map_err(|error| GitError::new(GitErrorKind::Io, error.problem, error.help))?;
    let mut copy = File::create(to).map_err(failed)?;
    copy.write_all(&content).map_err(failed)?;
    // git does not reread files that are older than the index: a newer time of the copy would hide
    // changes.
    copy.set_modified(meta.modified().map_err(failed)?).map_err(failed)
}
