//! Whether commits merge.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use bstr::ByteSlice;

use super::error::{GitError, quoted};
use super::object::{CommitId, ObjectId};
use super::process::Call;
use super::{GitVersion, Repository};
use crate::change::Conflict;
use crate::path::RepoPath;

/// The first git that takes attributes from a commit where there is no work tree.
const ATTRIBUTES_FROM_COMMIT: GitVersion = GitVersion { major: 2, minor: 41, patch: 0 };
/// No list of attributes is read that is longer.
const ATTRIBUTES_LIMIT: u64 = 1 << 20;

/// What a three-way merge of two commits comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// The tree; conflicts are written into its files as markers.
    pub tree: ObjectId,
    /// The paths that did not merge, in byte order. Empty: the commits merge.
    pub conflicts: Vec<Conflict>,
}

impl Repository {
    /// Merges pairs of commits as `git merge` would, into the scratch repository, with git's own
    /// drivers only: one that the repository names could run a program, and could hide a conflict.
    /// One process does it for all pairs where nothing is wrong.
    ///
    /// `attributes` is the commit whose `.gitattributes` say which files merge by `union` or
    /// `binary`; a git before 2.41 heeds only the one at the root.
    ///
    /// Each pair has an answer of its own: an error when git is too old or fails, an object is
    /// missing, or the commits have no common ancestor or may have a nearer one behind the end of a
    /// shallow clone.
    #[must_use]
    pub fn merges(
        &self,
        pairs: &[(CommitId, CommitId)],
        attributes: &CommitId,
    ) -> Vec<Result<Merge, GitError>> {
        let is_shallow = self.scratch().is_ok_and(|scratch| !scratch.shallow.is_empty());
        if !is_shallow && let Ok(merges) = self.merge_all(pairs, attributes) {
            return merges.into_iter().map(Ok).collect();
        }
        pairs
            .iter()
            .map(|pair| {
                // What is not in a shallow clone is told better than by a failing merge.
                self.merge_base(&pair.0, &pair.1)?;
                let mut merges = self.merge_all(std::slice::from_ref(pair), attributes)?;
                merges.pop().ok_or_else(|| GitError::failed("merge-tree", ""))
            })
            .collect()
    }

    fn merge_all(
        &self,
        pairs: &[(CommitId, CommitId)],
        attributes: &CommitId,
    ) -> Result<Vec<Merge>, GitError> {
        if pairs.is_empty() {
            return Ok(Vec::new());
        }
        let mut input = String::new();
        for (ours, theirs) in pairs {
            // Writing to a string cannot fail.
            let _ = writeln!(input, "{ours} {theirs}");
        }
        let call = self.with_attributes(self.scratch_call("merge-tree")?, attributes)?;
        let switches = ["--write-tree", "--stdin", "--messages"];
        let answer = call.args(switches).input(input.into_bytes()).run()?;
        let stderr = answer.stderr.clone();
        let said = answer.success()?;
        let mut words = said.split(|&byte| byte == 0);
        let merges: Option<Vec<Merge>> = pairs.iter().map(|_| read(&mut words)).collect();
        // Behind the last zero byte there is nothing.
        match (merges, words.next(), words.next()) {
            (Some(merges), Some(b""), None) => Ok(merges),
            _ if stderr.is_empty() => {
                let start = String::from_utf8_lossy(&said[..said.len().min(200)]).into_owned();
                Err(GitError::failed("merge-tree", &quoted(&start)))
            }
            _ => Err(GitError::failed("merge-tree", &stderr)),
        }
    }

    /// Whether the git at hand heeds all `.gitattributes` of a commit when it merges, and not only
    /// the one at the root.
    ///
    /// # Errors
    /// When git does not tell its version.
    pub fn merges_by_attributes(&self) -> Result<bool, GitError> {
        Ok(self.git_version()? >= ATTRIBUTES_FROM_COMMIT)
    }

    fn with_attributes(&self, call: Call, attributes: &CommitId) -> Result<Call, GitError> {
        if self.merges_by_attributes()? {
            return Ok(call.switch(&format!("--attr-source={attributes}")));
        }
        let Ok(path) = RepoPath::new(".gitattributes") else { return Ok(call) };
        match self.blob(attributes, &path, ATTRIBUTES_LIMIT)? {
            Some(blob) if blob.mode.is_file() => {
                let file = self.scratch()?.write("merge-attributes", &blob.content)?;
                Ok(call.setting("core.attributesFile", file))
            }
            _ => Ok(call),
        }
    }

    /// Makes a commit of a merge in the scratch repository, for the next merge to build on.
    ///
    /// # Errors
    /// When git is too old or fails.
    pub fn merge_commit(
        &self,
        merge: &Merge,
        ours: &CommitId,
        theirs: &CommitId,
    ) -> Result<CommitId, GitError> {
        self.scratch_commit(merge.tree.as_str().as_bytes(), &[ours, theirs])
    }

    /// Makes a commit of a tree in the scratch repository.
    pub(super) fn scratch_commit(
        &self,
        tree: &[u8],
        parents: &[&CommitId],
    ) -> Result<CommitId, GitError> {
        let mut call = self.scratch_call("commit-tree")?;
        for name in ["GIT_AUTHOR", "GIT_COMMITTER"] {
            call = call
                .env(&format!("{name}_NAME"), "lanelint")
                .env(&format!("{name}_EMAIL"), "lanelint@localhost")
                .env(&format!("{name}_DATE"), "2005-04-07T22:13:13 +0000");
        }
        let tree = tree.to_str_lossy();
        let parents = parents.iter().flat_map(|parent| ["-p", parent.as_str()]);
        let said = call.args([&*tree, "-m", "scratch"]).args(parents).run()?.success()?;
        let id = ObjectId::from_hex(said.trim_end());
        id.map(CommitId).ok_or_else(|| GitError::failed("commit-tree", &said.to_str_lossy()))
    }
}

/// Reads one merge of `--stdin`: a status, the tree, the entries that did not merge up to an empty
/// word, the messages up to another.
/// (<https://git-scm.com/docs/git-merge-tree#OUTPUT>)
fn read<'a>(words: &mut impl Iterator<Item = &'a [u8]>) -> Option<Merge> {
    // A line feed ends a merge on some versions.
    let clean = match words.next()?.trim_start() {
        b"1" => true,
        b"0" => false,
        _ => return None,
    };
    let tree = ObjectId::from_hex(words.next()?)?;
    let mut kinds: BTreeMap<RepoPath, BTreeSet<String>> = BTreeMap::new();
    loop {
        let entry = words.next()?;
        if entry.is_empty() {
            break;
        }
        let (_, name) = entry.split_once_str("\t")?;
        kinds.entry(RepoPath::new(name).ok()?).or_default();
    }
    loop {
        let count = words.next()?;
        if count.is_empty() {
            break;
        }
        let count: usize = count.to_str().ok()?.parse().ok()?;
        let paths: Vec<&[u8]> = (0..count).map(|_| words.next()).collect::<Option<_>>()?;
        let (kind, _message) = (words.next()?, words.next()?);
        // One of git's kinds lacks the blank.
        let kind = kind.strip_prefix(b"CONFLICT").map(<[u8]>::trim_start);
        let kind = kind.and_then(|kind| kind.strip_prefix(b"(")?.strip_suffix(b")"));
        let Some(kind) = kind else { continue };
        for (at, name) in paths.into_iter().enumerate() {
            let path = RepoPath::new(name).ok()?;
            // The first is where the conflict is, the others are what has to do with it.
            if at == 0 || kinds.contains_key(&path) {
                kinds.entry(path).or_default().insert(kind.to_str_lossy().into_owned());
            }
        }
    }
    let conflicts: Vec<Conflict> = kinds
        .into_iter()
        .map(|(path, kinds)| Conflict { path, kinds: kinds.into_iter().collect() })
        .collect();
    (conflicts.is_empty() == clean).then_some(Merge { tree, conflicts })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "1111111111111111111111111111111111111111";

    fn merge(text: &str) -> Option<Vec<String>> {
        let text = text.replace("TREE", TREE);
        let mut words = text.as_bytes().split(|&byte| byte == b'|');
        let merge = read(&mut words)?;
        let shown =
            |conflict: &Conflict| format!("{}: {}", conflict.path, conflict.kinds.join("+"));
        Some(merge.conflicts.iter().map(shown).collect())
    }

    #[test]
    fn what_git_says_of_a_merge_is_read_whole_or_not_at_all() {
        assert_eq!(merge("1|TREE|||"), Some(vec![]));
        assert_eq!(merge("1|TREE||1|f|Auto-merging|Auto-merging f\n||"), Some(vec![]));
        let text = "0|TREE|100644 1 2\tf|100644 1 3\tf||1|f|Auto-merging|f\n|2|f|g|CONFLICT (contents)|!\n||";
        assert_eq!(merge(text), Some(vec!["f: contents".to_owned()]));
        // Behind two empty words an answer is whole; that nothing may follow is for the caller.
        for end in 1..text.find("||").unwrap() {
            assert_eq!(merge(&text[..end]), None, "{}", &text[..end]);
        }
        let split = "0|TREE||1|f|CONFLICT(directory rename unclear split)|!\n||";
        assert_eq!(merge(split), Some(vec!["f: directory rename unclear split".to_owned()]));
        for wrong in
            ["0|TREE|||", "1|TREE|100644 1 2\tf|||", "2|TREE|||", "1|TRE|||", "0|TREE|x|||"]
        {
            assert_eq!(merge(wrong), None, "{wrong}");
        }
    }
}
