//! Diffs between two trees, and between a tree and the index.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet, hash_map};

use bstr::ByteSlice;

use super::Repository;
use super::error::{GitError, GitErrorKind, quoted};
use super::merge::Merge;
use super::object::{CommitId, Info, Mode, ObjectId, tree_fault};
use crate::change::{Change, ChangeKind, ChangeSet, Conflict, Side};
use crate::failure::Failure;
use crate::path::{RepoPath, quote};

/// The options of every diff command: no rename detection, no external programs, full object ids.
pub(super) const RAW: [&str; 7] =
    ["-r", "-z", "--raw", "--no-renames", "--no-ext-diff", "--no-textconv", "--abbrev=64"];

/// What a merge would change in the commit that is merged into.
#[derive(Clone, Debug, Default)]
pub struct MergeWrites {
    /// The diff to the merged tree, and the conflicting paths.
    pub changes: ChangeSet,
    /// The conflicts.
    pub conflicts: Vec<Conflict>,
}

impl Repository {
    /// Compares the trees of each pair of commits; `None` is the empty tree. One process serves all
    /// pairs.
    ///
    /// # Errors
    /// If git is too old or fails, or an object is missing.
    pub fn diff_trees(
        &self,
        pairs: &[(Option<CommitId>, CommitId)],
    ) -> Result<Vec<ChangeSet>, GitError> {
        let commits = pairs.iter().flat_map(|(from, to)| from.iter().chain([to]));
        let trees = self.trees_of(commits)?;
        let empty = self.format.empty_tree();
        let tree = |commit: &CommitId| trees.get(commit).unwrap_or(&empty);
        let pairs: Vec<(&ObjectId, &ObjectId)> =
            pairs.iter().map(|(from, to)| (from.as_ref().map_or(&empty, tree), tree(to))).collect();
        let mut diffs = self.compare_trees(&pairs)?;
        self.with_objects(|objects| {
            let mut faults = HashMap::new();
            for (diff, (_, to)) in diffs.iter_mut().zip(&pairs) {
                diff.report_malformed_trees(to, |id| match faults.entry(id.clone()) {
                    hash_map::Entry::Occupied(known) => Ok(Option::clone(known.get())),
                    hash_map::Entry::Vacant(slot) => {
                        Ok(slot.insert(tree_fault(&objects.tree(id)?)).clone())
                    }
                })?;
            }
            Ok(())
        })?;
        Ok(diffs.into_iter().map(|diff| diff.set).collect())
    }

    /// What merging the second commit of each pair into the first would change in the first: the
    /// diff to the merged tree, and the conflicting paths.
    ///
    /// `attributes` and errors are those of [`Repository::merges`].
    #[must_use]
    pub fn merge_writes(
        &self,
        pairs: &[(CommitId, CommitId)],
        attributes: &CommitId,
    ) -> Vec<Result<MergeWrites, GitError>> {
        let merges = self.merges(pairs, attributes);
        let diff_to_merged = || {
            let trees = self.trees_of(pairs.iter().map(|(onto, _)| onto))?;
            let merged = pairs.iter().zip(&merges).filter_map(|((onto, _), merge)| {
                Some((trees.get(onto)?, &merge.as_ref().ok()?.tree))
            });
            self.compare_trees(&merged.collect::<Vec<_>>())
        };
        let mut diffs = match diff_to_merged() {
            Ok(diffs) => diffs.into_iter(),
            Err(error) => return pairs.iter().map(|_| Err(error.clone())).collect(),
        };
        let with_conflicts = |(pair, merge): (&(CommitId, CommitId), Result<Merge, GitError>)| {
            let conflicts = merge?.conflicts;
            let diff =
                diffs.next().ok_or_else(|| GitError::failed("diff-tree", "incomplete output"))?;
            Ok(diff.set.with_conflicts(pair, conflicts))
        };
        pairs.iter().zip(merges).map(with_conflicts).collect()
    }

    fn trees_of<'c>(
        &self,
        commits: impl Iterator<Item = &'c CommitId>,
    ) -> Result<BTreeMap<&'c CommitId, ObjectId>, GitError> {
        let mut trees = BTreeMap::new();
        self.with_objects(|objects| {
            for commit in commits {
                if let Entry::Vacant(slot) = trees.entry(commit) {
                    let Info::Found { id, .. } = objects.info(&format!("{commit}^{{tree}}"))?
                    else {
                        return Err(GitError::missing_object(&format!(
                            "commit {commit} or its tree"
                        )));
                    };
                    slot.insert(id);
                }
            }
            Ok(())
        })?;
        Ok(trees)
    }

    /// Compares pairs of trees in one process.
    fn compare_trees(&self, pairs: &[(&ObjectId, &ObjectId)]) -> Result<Vec<RawDiff>, GitError> {
        // git reads two trees per line and repeats the line before their diff. (It would read two
        // commits on a line as a commit and its parent.)
        let headers: Vec<String> =
            pairs.iter().map(|(from, to)| format!("{from} {to}\n")).collect();
        if headers.is_empty() {
            return Ok(Vec::new());
        }
        let answer = self
            .scratch_call("diff-tree")?
            .args(RAW)
            .args(["-t", "--ignore-submodules=none", "--stdin"])
            .input(headers.concat().into_bytes())
            .run()?;
        let stderr = answer.stderr.clone();
        let stdout = answer.success()?;
        let mut rest = stdout.as_slice();
        let mut diffs = Vec::with_capacity(headers.len());
        for header in headers {
            // git skips a line that it cannot serve and still exits with status 0: only a missing
            // header shows it.
            rest = rest
                .strip_prefix(header.as_bytes())
                .ok_or_else(|| GitError::failed("diff-tree", &stderr))?;
            let mut diff = RawDiff::default();
            while rest.first() == Some(&b':') {
                rest = diff.read_one(rest)?;
            }
            diffs.push(diff);
        }
        if rest.is_empty() { Ok(diffs) } else { Err(GitError::failed("diff-tree", &stderr)) }
    }

    /// The diff from HEAD to the index: what `git commit` would commit, and intent-to-add entries.
    ///
    /// # Errors
    /// If the repository is bare, git is too old or fails, or an object is missing.
    pub fn staged(&self) -> Result<ChangeSet, GitError> {
        let head = self.head()?;
        self.index_against(head.as_ref(), &self.index_file)
    }

    /// Commits the index in the scratch repository.
    ///
    /// # Errors
    /// If the repository is bare, git is too old or fails, or the index has unmerged entries.
    pub fn staged_commit(&self) -> Result<CommitId, GitError> {
        self.need_work_tree()?;
        let index = self.copy_index()?;
        let call = self.scratch_call("write-tree")?.env("GIT_INDEX_FILE", index);
        let tree = call.args(["--missing-ok"]).run()?.success()?;
        self.scratch_commit(tree.trim_end(), &[])
    }

    /// The diff from a commit (`None`: the empty tree) to an index file.
    pub(super) fn index_against(
        &self,
        base: Option<&CommitId>,
        index: &std::path::Path,
    ) -> Result<ChangeSet, GitError> {
        self.need_work_tree()?;
        self.copy_shared_index()?;
        let tree = match base {
            Some(commit) => commit.as_str().to_owned(),
            None => self.format.empty_tree().to_string(),
        };
        let list = |intent_to_add| {
            let call = self.scratch_call("diff-index")?.env("GIT_INDEX_FILE", index);
            let switches = ["--cached", "--ignore-submodules=none", intent_to_add];
            call.args(RAW).args(switches).args([&tree, "--"]).run()?.success()
        };
        // `git commit` ignores an intent-to-add entry, which deletes a path of the base. With the
        // entry visible, that can look like no change.
        let mut diff = ChangeSet::read_raw(&list("--ita-visible-in-index")?)?;
        let committed = ChangeSet::read_raw(&list("--ita-invisible-in-index")?)?;
        for (path, entry) in committed.changes {
            diff.changes.entry(path).or_insert(entry);
        }
        Ok(diff)
    }

    pub(super) fn need_work_tree(&self) -> Result<&std::path::Path, GitError> {
        self.work_tree().ok_or_else(|| {
            GitError::new(
                GitErrorKind::Bare,
                format!("the repository {} has no work tree", self.git_dir.display()),
                "use `--range` to compare commits",
            )
        })
    }
}

impl ChangeSet {
    /// Adds the conflicts of a merge to its changes.
    ///
    /// In a file/directory conflict at `name`, git writes the file to `name~commit`. Only `name` is
    /// kept.
    fn with_conflicts(
        mut self,
        (ours, theirs): &(CommitId, CommitId),
        mut conflicts: Vec<Conflict>,
    ) -> MergeWrites {
        let labels = [ours, theirs].map(|commit| format!("~{commit}"));
        let unlabeled = |path: &RepoPath| {
            let end = labels.iter().filter_map(|label| path.as_bytes().find(label)).min()?;
            RepoPath::new(&path.as_bytes()[..end]).ok()
        };
        self.changes.retain(|path, _| unlabeled(path).is_none());
        for conflict in &mut conflicts {
            if let Some(path) = unlabeled(&conflict.path) {
                conflict.path = path;
            }
            let unknown = Change { kind: ChangeKind::Modified, old: None, new: None, shown: None };
            self.changes.entry(conflict.path.clone()).or_insert(unknown);
        }
        MergeWrites { changes: self, conflicts }
    }

    /// Parses the output of a diff command with the options [`RAW`].
    pub(super) fn read_raw(mut raw: &[u8]) -> Result<ChangeSet, GitError> {
        let mut diff = RawDiff::default();
        while !raw.is_empty() {
            raw = diff.read_one(raw)?;
        }
        Ok(diff.set)
    }
}

/// A raw diff while it is parsed.
#[derive(Debug, Default)]
struct RawDiff {
    set: ChangeSet,
    /// The new or changed trees of the second side, without the root. Needs `-t`.
    trees: Vec<(Vec<u8>, ObjectId)>,
    /// The directories that gained an entry; the root is the empty path.
    grown: HashSet<Vec<u8>>,
    duplicates: Vec<RepoPath>,
}

impl RawDiff {
    /// Adds a gap for each malformed tree: which of two entries with one name counts varies between
    /// git commands. Only trees that gained an entry are checked, since the others cannot have
    /// become malformed.
    fn report_malformed_trees(
        &mut self,
        root: &ObjectId,
        mut fault: impl FnMut(&ObjectId) -> Result<Option<String>, GitError>,
    ) -> Result<(), GitError> {
        let trees = self.trees.iter().map(|(path, id)| (path.as_slice(), id));
        for (path, id) in trees.chain([(&b""[..], root)]) {
            if !self.grown.contains(path) {
                continue;
            }
            if let Some(fault) = fault(id)? {
                let dir = if path.is_empty() { "the root".to_owned() } else { quote(path) };
                self.set.gaps.push(malformed_tree(&format!("{dir} {fault}")));
            }
        }
        for path in &self.duplicates {
            self.set.gaps.push(malformed_tree(&format!("`{path}` is a duplicate entry")));
        }
        Ok(())
    }

    /// Parses one entry, `:<mode> <mode> <id> <id> <status>\0<path>\0`, and returns the rest.
    /// (<https://git-scm.com/docs/git-diff#_raw_output_format>)
    fn read_one<'a>(&mut self, raw: &'a [u8]) -> Result<&'a [u8], GitError> {
        let malformed = || {
            let start = String::from_utf8_lossy(&raw[..raw.len().min(200)]).into_owned();
            GitError::new(
                GitErrorKind::Failed,
                format!("cannot parse git's raw diff: {}", quoted(&start)),
                "report this as a bug, with the output of `git --version`",
            )
        };
        let mut parts = raw.splitn(3, |&byte| byte == 0);
        let (Some(head), Some(name), Some(rest)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(malformed());
        };
        let words: Vec<&[u8]> =
            head.strip_prefix(b":").ok_or_else(malformed)?.split(|&byte| byte == b' ').collect();
        let [old_mode, new_mode, old_id, new_id, status] = words[..] else {
            return Err(malformed());
        };
        let side = |mode: &[u8], id: &[u8]| {
            if mode == b"000000" {
                return Ok(None);
            }
            let mode = Mode::from_octal(mode).ok_or_else(malformed)?;
            let id = ObjectId::from_hex(id).ok_or_else(malformed)?;
            Ok(Some(Side { mode, id: (!id.is_null()).then_some(id) }))
        };
        let (old, new) = (side(old_mode, old_id)?, side(new_mode, new_id)?);
        if status == b"A" {
            let parent = name.rfind_byte(b'/').map_or(&b""[..], |end| &name[..end]);
            if !self.grown.contains(parent) {
                self.grown.insert(parent.to_vec());
            }
        }
        if old.iter().chain(&new).all(|side| side.mode == Mode::Tree) {
            self.trees.extend(new.and_then(|side| Some((name.to_vec(), side.id?))));
            return Ok(rest);
        }
        let path = match RepoPath::new(name) {
            Ok(path) => path,
            Err(fault) => {
                self.set.gaps.push(Failure {
                    problem: format!("invalid path {}: {fault}", quote(name)),
                    help: "remove it from the commit: git cannot check it out".into(),
                });
                return Ok(rest);
            }
        };
        let kind = match status {
            b"A" => ChangeKind::Added,
            b"D" => ChangeKind::Deleted,
            b"T" => ChangeKind::Type,
            b"M" => kind_of_modification(old.as_ref(), new.as_ref()),
            b"U" => {
                self.set.gaps.push(Failure {
                    problem: format!("{path} is unmerged"),
                    help: "resolve the conflict and `git add` the file".into(),
                });
                ChangeKind::Modified
            }
            _ => {
                self.set.gaps.push(Failure {
                    problem: format!("unknown status {} of {path} in git's diff", status.as_bstr()),
                    help: "run `git fsck`; if it finds nothing, report this as a bug".into(),
                });
                ChangeKind::Modified
            }
        };
        match self.set.changes.entry(path) {
            Entry::Vacant(slot) => {
                slot.insert(Change { kind, old, new, shown: None });
            }
            // git lists an unmerged file twice, and a malformed tree can have duplicate entries.
            Entry::Occupied(mut slot) => {
                self.duplicates.push(slot.key().clone());
                let entry = slot.get_mut();
                let old = entry.old.take().or(old);
                let new = entry.new.take().or(new);
                *entry = Change { kind: ChangeKind::Modified, old, new, shown: None };
            }
        }
        Ok(rest)
    }
}

fn malformed_tree(fault: &str) -> Failure {
    Failure::new(
        format!("malformed tree: {fault}"),
        "recreate the commit with git (`git fsck` lists the errors)",
    )
}

/// The kind of a change with status `M`: the content, or only the executable bit.
pub(super) fn kind_of_modification(old: Option<&Side>, new: Option<&Side>) -> ChangeKind {
    match (old, new) {
        (Some(old), Some(new))
            if old.mode != new.mode
                && old.mode.is_file()
                && new.mode.is_file()
                && old.id.is_some()
                && old.id == new.id =>
        {
            ChangeKind::Mode
        }
        _ => ChangeKind::Modified,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "1111111111111111111111111111111111111111";
    const B: &str = "2222222222222222222222222222222222222222";
    const NULL: &str = "0000000000000000000000000000000000000000";

    fn read(entries: &[(&str, &str, &str, &str, &str, &str)]) -> ChangeSet {
        let raw: String = entries
            .iter()
            .map(|(old, new, old_id, new_id, status, path)| {
                format!(":{old} {new} {old_id} {new_id} {status}\0{path}\0")
            })
            .collect();
        ChangeSet::read_raw(raw.as_bytes()).unwrap()
    }

    #[test]
    fn kinds_of_statuses() {
        let diff = read(&[
            ("000000", "100644", NULL, A, "A", "added"),
            ("100644", "000000", A, NULL, "D", "deleted"),
            ("100644", "100644", A, B, "M", "modified"),
            ("100644", "100755", A, A, "M", "mode"),
            ("100644", "100755", A, B, "M", "both"),
            ("100644", "100755", NULL, NULL, "M", "unknown"),
            ("100644", "120000", A, B, "T", "type"),
            ("160000", "160000", A, B, "M", "pin"),
        ]);
        let kinds: Vec<(String, &str)> = diff
            .changes
            .iter()
            .map(|(path, entry)| (path.to_string(), entry.kind.word()))
            .collect();
        let expected = [
            ("added", "added"),
            ("both", "modified"),
            ("deleted", "deleted"),
            ("mode", "mode"),
            ("modified", "modified"),
            ("pin", "modified"),
            ("type", "type"),
            ("unknown", "modified"),
        ];
        assert_eq!(kinds, expected.map(|(path, word)| (path.to_owned(), word)));
        assert!(diff.gaps.is_empty());
    }

    #[test]
    fn unknown_entries_are_gaps() {
        for (status, path) in
            [("U", "a"), ("X", "a"), ("A", ".git/config"), ("A", "a/../b"), ("A", "x/.GIT/y")]
        {
            let diff = read(&[("000000", "100644", NULL, A, status, path)]);
            assert_eq!(diff.gaps.len(), 1, "{status} {path}");
        }
        for raw in ["x", ":100644 100644 1 2 M\0a\0", ":100644 100644 M\0a\0", ":\0\0"] {
            assert!(ChangeSet::read_raw(raw.as_bytes()).is_err(), "{raw:?}");
        }
        let whole = format!(":100644 100644 {A} {B} M\0a\0");
        for end in 1..whole.len() {
            assert!(ChangeSet::read_raw(&whole.as_bytes()[..end]).is_err(), "{end}");
        }
    }
}
