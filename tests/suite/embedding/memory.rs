//! A disk and a repository in memory, for tests.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;

use lanelint::change::{Change, ChangeKind, ChangeSet, Conflict, FolderRename, Lines, Side};
use lanelint::failure::Failure;
use lanelint::git::{
    Blob, Branch, BranchTip, Checkout, CommitId, Environment, GitError, GitErrorKind, LoggedCommit,
    Merge, MergeBase, MergeWrites, Mode, ObjectId, Prefer, TreeEntry, WorkTreeChanges,
};
use lanelint::path::RepoPath;
use lanelint::workspace::{Event, FileKind, Git, Host};

/// The top of the work tree.
const TOP: &str = "/repo";

/// Files below `/repo`, and a repository there if it has a branch.
#[derive(Default)]
pub struct Memory {
    environment: Environment,
    files: Files,
    stdin: Vec<u8>,
    commits: Vec<Commit>,
    branches: BTreeMap<String, usize>,
    /// The notes, in their order.
    pub notes: Mutex<Vec<String>>,
}

/// Contents by path. One that begins with `->` is a symbolic link.
type Files = BTreeMap<RepoPath, Vec<u8>>;

struct Commit {
    parents: Vec<usize>,
    files: Files,
}

impl Memory {
    pub fn new() -> Memory {
        let environment = Environment { current_dir: TOP.into(), ..Environment::default() };
        Memory { environment, ..Memory::default() }
    }

    pub fn file(mut self, path: &str, content: &str) -> Memory {
        self.files.insert(path.parse().unwrap(), content.into());
        self
    }

    pub fn standing_in(mut self, folder: &str) -> Memory {
        self.environment.current_dir = folder.into();
        self
    }

    pub fn stdin(mut self, text: &str) -> Memory {
        self.stdin = text.into();
        self
    }

    /// Commits files to a branch, which begins at the tip of `from` if it is new. An empty content
    /// removes the file.
    pub fn commit(mut self, branch: &str, from: &str, files: &[(&str, &str)]) -> Memory {
        let parent = self.branches.get(branch).or_else(|| self.branches.get(from)).copied();
        let mut tree = parent.map_or_else(Files::new, |parent| self.commits[parent].files.clone());
        for (path, content) in files {
            let path: RepoPath = path.parse().unwrap();
            match *content {
                "" => drop(tree.remove(&path)),
                content => drop(tree.insert(path, content.into())),
            }
        }
        self.branches.insert(branch.to_owned(), self.commits.len());
        self.commits.push(Commit { parents: parent.into_iter().collect(), files: tree });
        self
    }

    fn ancestors(&self, commit: usize) -> BTreeSet<usize> {
        let parents = self.commits[commit].parents.iter();
        parents.flat_map(|&parent| self.ancestors(parent)).chain([commit]).collect()
    }

    fn files_of(&self, commit: &CommitId) -> &Files {
        &self.commits[index(commit)].files
    }
}

/// The name of a commit has its index.
fn id(index: usize) -> CommitId {
    CommitId::from_hex(format!("{index:040x}").as_bytes()).unwrap()
}

fn index(commit: &CommitId) -> usize {
    usize::from_str_radix(commit.as_str(), 16).unwrap()
}

/// The name of a blob has the beginning of its content.
fn blob(content: &[u8]) -> ObjectId {
    let hex: String = content.iter().take(20).map(|byte| format!("{byte:02x}")).collect();
    ObjectId::from_hex(format!("{hex:0<40}").as_bytes()).unwrap()
}

/// The name of a folder has its commit, and its length in the path of its first file.
fn tree(commit: usize, file: usize, end: usize) -> ObjectId {
    ObjectId::from_hex(format!("{commit:08x}{file:016x}{end:016x}").as_bytes()).unwrap()
}

fn mode(content: &[u8]) -> Mode {
    if content.starts_with(b"->") { Mode::Symlink } else { Mode::File }
}

fn diff(old: &Files, new: &Files) -> ChangeSet {
    let side = |content: &Vec<u8>| Side { mode: mode(content), id: Some(blob(content)) };
    let paths: BTreeSet<&RepoPath> = old.keys().chain(new.keys()).collect();
    let changes = paths.into_iter().filter(|path| old.get(*path) != new.get(*path));
    let changes = changes.map(|path| {
        let (old, new) = (old.get(path).map(side), new.get(path).map(side));
        let kind = match (&old, &new) {
            (None, _) => ChangeKind::Added,
            (_, None) => ChangeKind::Deleted,
            _ => ChangeKind::Modified,
        };
        (path.clone(), Change { kind, old, new, shown: None })
    });
    ChangeSet { changes: changes.collect(), gaps: Vec::new() }
}

impl Host for Memory {
    fn environment(&self) -> &Environment {
        &self.environment
    }

    fn kind(&self, path: &Path) -> Option<FileKind> {
        if path == Path::new(TOP).join(".git") && !self.branches.is_empty() {
            return Some(FileKind::Folder);
        }
        let below = |path: &Path| self.files.keys().any(|file| disk_path(file).starts_with(path));
        match self.files.iter().find(|(file, _)| disk_path(file) == path) {
            Some((_, content)) if mode(content) == Mode::Symlink => Some(FileKind::Symlink),
            Some(_) => Some(FileKind::File),
            None if path == Path::new(TOP) || below(path) => Some(FileKind::Folder),
            None => None,
        }
    }

    fn real_path(&self, path: &Path) -> io::Result<PathBuf> {
        let mut real = PathBuf::new();
        for step in path.components() {
            match step {
                Component::ParentDir => drop(real.pop()),
                Component::CurDir => {}
                step => real.push(step),
            }
            if let Ok(target) = self.read_link(&real) {
                real.pop();
                real = self.real_path(&real.join(target))?;
            }
        }
        self.kind(&real).map(|_| real).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        let link = self.files.iter().find(|(file, _)| disk_path(file) == path);
        let target = link.and_then(|(_, content)| content.strip_prefix(b"->"));
        let target = target.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(String::from_utf8_lossy(target).into_owned().into())
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<(OsString, FileKind)>> {
        let folder = self.real_path(folder)?;
        let files = self.files.keys().map(disk_path);
        let names: BTreeSet<OsString> = files
            .filter_map(|file| {
                let name = file.strip_prefix(&folder).ok()?.components().next()?;
                Some(name.as_os_str().to_owned())
            })
            .collect();
        let kind = |name: OsString| self.kind(&folder.join(&name)).map(|kind| (name, kind));
        Ok(names.into_iter().filter_map(kind).collect())
    }

    fn read(&self, path: &Path, _limit: u64) -> Result<Vec<u8>, Failure> {
        let missing = || Failure::new(format!("cannot read {}", path.display()), "");
        let path = self.real_path(path).map_err(|_| missing())?;
        let found = self.files.iter().find(|(file, _)| disk_path(file) == path);
        found.map(|(_, content)| content.clone()).ok_or_else(missing)
    }

    fn open(&self, path: &Path) -> Result<Box<dyn Read + '_>, Failure> {
        Ok(Box::new(io::Cursor::new(self.read(path, u64::MAX)?)))
    }

    fn stdin(&self) -> Box<dyn Read + '_> {
        Box::new(self.stdin.as_slice())
    }

    fn walk(&self, _root: &Path) -> Result<Vec<RepoPath>, Failure> {
        Ok(self.files.keys().cloned().collect())
    }

    fn repository(&self, _folder: &Path) -> Result<Option<Box<dyn Git + '_>>, GitError> {
        Ok((!self.branches.is_empty()).then(|| Box::new(self) as Box<dyn Git>))
    }

    fn notify(&self, event: Event<'_>) {
        if let Event::Note(note) = event {
            self.notes.lock().unwrap().push(note.to_owned());
        }
    }
}

fn disk_path(file: &RepoPath) -> PathBuf {
    Path::new(TOP).join(file.to_string())
}

/// Branches, their files and their histories. The index is the work tree, no file is ever renamed,
/// and merges conflict by whole files.
impl Git for &Memory {
    fn work_tree(&self) -> Option<&Path> {
        Some(Path::new(TOP))
    }

    fn checkout(&self) -> Option<Checkout> {
        None
    }

    fn index_files(&self) -> Result<Vec<RepoPath>, GitError> {
        Ok(self.files.keys().cloned().collect())
    }

    fn tree_files(&self, commit: &CommitId) -> Result<Vec<RepoPath>, GitError> {
        Ok(self.files_of(commit).keys().cloned().collect())
    }

    fn blob(&self, commit: &CommitId, path: &RepoPath, _: u64) -> Result<Option<Blob>, GitError> {
        let file = self.files_of(commit).get(path);
        let file = file.map(|content| Blob {
            mode: mode(content),
            id: blob(content),
            content: content.clone(),
        });
        let is_folder = self.tree_entries(commit, Some(path))?.is_some();
        let folder = || Blob { mode: Mode::Tree, id: blob(b""), content: Vec::new() };
        Ok(file.or_else(|| is_folder.then(folder)))
    }

    fn content(&self, id: &ObjectId, _: u64) -> Result<Vec<u8>, GitError> {
        let mut contents = self.commits.iter().flat_map(|commit| commit.files.values());
        let found = contents.find(|content| blob(content) == *id);
        found
            .map(|content| content.strip_prefix(b"->").unwrap_or(content).to_vec())
            .ok_or_else(|| unknown(id.as_str()))
    }

    fn tree_entries(
        &self,
        commit: &CommitId,
        folder: Option<&RepoPath>,
    ) -> Result<Option<Vec<TreeEntry>>, GitError> {
        let prefix = folder.map_or_else(Vec::new, |folder| [folder.as_bytes(), b"/"].concat());
        let mut entries = BTreeMap::new();
        for (at, (path, content)) in self.files_of(commit).iter().enumerate() {
            let Some(rest) = path.as_bytes().strip_prefix(prefix.as_slice()) else { continue };
            let end = rest.iter().position(|&byte| byte == b'/');
            let name = rest[..end.unwrap_or(rest.len())].to_vec();
            let (mode, id) = match end {
                Some(end) => (Mode::Tree, tree(index(commit), at, prefix.len() + end)),
                None => (mode(content), blob(content)),
            };
            entries.entry(name.clone()).or_insert(TreeEntry { name, mode, id });
        }
        let entries: Vec<_> = entries.into_values().collect();
        Ok((folder.is_none() || !entries.is_empty()).then_some(entries))
    }

    fn entries_of(&self, tree: &ObjectId) -> Result<Vec<TreeEntry>, GitError> {
        let number = |part: &str| usize::from_str_radix(part, 16).unwrap();
        let (commit, rest) = tree.as_str().split_at(8);
        let (at, end) = rest.split_at(16);
        let commit = id(number(commit));
        let file = self.files_of(&commit).keys().nth(number(at)).unwrap();
        let folder = RepoPath::new(&file.as_bytes()[..number(end)]).unwrap();
        Ok(self.tree_entries(&commit, Some(&folder))?.unwrap_or_default())
    }

    fn head(&self) -> Result<Option<CommitId>, GitError> {
        Ok(self.branches.get("main").map(|&index| id(index)))
    }

    fn checked_out_branch(&self) -> Result<Option<String>, GitError> {
        Ok(Some("main".to_owned()))
    }

    fn branch(&self, name: &str, _: Prefer) -> Result<Option<BranchTip>, GitError> {
        Ok(self.branches.get(name).map(|&index| BranchTip {
            commit: id(index),
            reference: format!("refs/heads/{name}"),
            passed_over: None,
        }))
    }

    fn all_branches(&self) -> Result<Vec<Branch>, GitError> {
        let branch = |(name, &index): (&String, &usize)| Branch {
            name: name.clone(),
            local: Some(Ok(id(index))),
            remote: None,
        };
        Ok(self.branches.iter().map(branch).collect())
    }

    fn default_branch(&self) -> Result<Option<String>, GitError> {
        Ok(None)
    }

    fn commit(&self, revision: &str) -> Result<CommitId, GitError> {
        let found = self.branches.get(revision).map(|&index| id(index));
        found.ok_or_else(|| unknown(revision))
    }

    fn merge_base(&self, a: &CommitId, b: &CommitId) -> Result<MergeBase, GitError> {
        let (a, b) = (self.ancestors(index(a)), self.ancestors(index(b)));
        // A commit comes after its parents.
        Ok(a.intersection(&b).last().map_or(MergeBase::None, |&base| MergeBase::One(id(base))))
    }

    fn merge_bases(&self, pairs: &[(CommitId, CommitId)]) -> Vec<Result<MergeBase, GitError>> {
        pairs.iter().map(|(a, b)| self.merge_base(a, b)).collect()
    }

    fn diff_trees(
        &self,
        pairs: &[(Option<CommitId>, CommitId)],
    ) -> Result<Vec<ChangeSet>, GitError> {
        let none = Files::new();
        let diff = |(from, to): &(Option<CommitId>, CommitId)| {
            diff(from.as_ref().map_or(&none, |from| self.files_of(from)), self.files_of(to))
        };
        Ok(pairs.iter().map(diff).collect())
    }

    fn staged(&self) -> Result<ChangeSet, GitError> {
        Ok(self.worktree(None)?.diff)
    }

    fn staged_commit(&self) -> Result<CommitId, GitError> {
        Err(unknown("the index"))
    }

    fn worktree(&self, base: Option<&CommitId>) -> Result<WorkTreeChanges, GitError> {
        let head = self.head()?;
        let none = Files::new();
        let old = base.or(head.as_ref()).map_or(&none, |base| self.files_of(base));
        Ok(WorkTreeChanges { diff: diff(old, &self.files), unfiltered: BTreeMap::new() })
    }

    fn merges(&self, pairs: &[(CommitId, CommitId)], _: &CommitId) -> Vec<Result<Merge, GitError>> {
        let merge = |(ours, theirs): &(CommitId, CommitId)| {
            let MergeBase::One(base) = self.merge_base(ours, theirs)? else {
                return Err(unknown("the merge base"));
            };
            let base = self.files_of(&base);
            let (ours, theirs) = (self.files_of(ours), self.files_of(theirs));
            let changed = diff(base, ours).changes.into_keys();
            let conflicts = changed.filter(|path| {
                let theirs = theirs.get(path);
                theirs != base.get(path) && theirs != ours.get(path)
            });
            let conflicts =
                conflicts.map(|path| Conflict { path, kinds: vec!["contents".to_owned()] });
            Ok(Merge { tree: blob(b""), conflicts: conflicts.collect() })
        };
        pairs.iter().map(merge).collect()
    }

    fn merge_commit(&self, _: &Merge, _: &CommitId, _: &CommitId) -> Result<CommitId, GitError> {
        Err(unknown("a merge"))
    }

    fn merge_writes(
        &self,
        pairs: &[(CommitId, CommitId)],
        _: &CommitId,
    ) -> Vec<Result<MergeWrites, GitError>> {
        let writes = |(onto, tip): &(CommitId, CommitId)| {
            let MergeBase::One(start) = self.merge_base(onto, tip)? else {
                return Ok(MergeWrites::default());
            };
            let mut changes = diff(self.files_of(&start), self.files_of(tip));
            let landed = self.files_of(onto);
            let theirs = self.files_of(tip);
            changes.changes.retain(|path, _| landed.get(path) != theirs.get(path));
            Ok(MergeWrites { changes, conflicts: Vec::new() })
        };
        pairs.iter().map(writes).collect()
    }

    fn first_parents(
        &self,
        start: Option<&CommitId>,
        tip: &CommitId,
        limit: usize,
    ) -> Result<Vec<CommitId>, GitError> {
        let known = start.map(|start| self.ancestors(index(start))).unwrap_or_default();
        let line = self.ancestors(index(tip));
        let line = line.into_iter().rev().filter(|commit| !known.contains(commit));
        Ok(line.map(id).take(limit).collect())
    }

    fn log(
        &self,
        _: &CommitId,
        _: &CommitId,
        _: Option<&str>,
        _: usize,
    ) -> Result<Vec<LoggedCommit>, GitError> {
        Err(unknown("the commits of a range"))
    }

    fn merges_since(&self, _: &CommitId, _: &CommitId) -> Result<Vec<CommitId>, GitError> {
        Ok(Vec::new())
    }

    fn merges_by_attributes(&self) -> Result<bool, GitError> {
        Ok(true)
    }

    fn changed_lines(&self, pairs: &[(ObjectId, ObjectId)]) -> Result<Vec<Lines>, GitError> {
        Ok(pairs.iter().map(|_| Lines::Unknown("nobody looks")).collect())
    }

    fn folder_renames(&self, _: &CommitId, _: &CommitId) -> Result<Vec<FolderRename>, GitError> {
        Ok(Vec::new())
    }

    fn renamed_files(
        &self,
        _: &CommitId,
        _: &CommitId,
    ) -> Result<Vec<(RepoPath, RepoPath)>, GitError> {
        Ok(Vec::new())
    }
}

fn unknown(what: &str) -> GitError {
    GitError::new(GitErrorKind::UnknownRevision, format!("{what} is not known in memory"), "")
}
