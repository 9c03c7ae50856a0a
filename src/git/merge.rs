//! Merges in the scratch repository.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use bstr::ByteSlice;

use super::error::{GitError, quoted};
use super::object::{CommitId, ObjectId};
use super::process::Call;
use super::{GitVersion, Repository};
use crate::change::Conflict;
use crate::path::RepoPath;

/// The first version of git with `--attr-source`.
const ATTRIBUTES_FROM_COMMIT: GitVersion = GitVersion { major: 2, minor: 41, patch: 0 };
/// Size limit of `.gitattributes`.
const ATTRIBUTES_LIMIT: u64 = 1 << 20;

/// The result of a three-way merge of two commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// The merged tree, with conflict markers in its files.
    pub tree: ObjectId,
    /// The conflicting paths, in byte order. Empty if the merge is clean.
    pub conflicts: Vec<Conflict>,
}

impl Repository {
    /// Merges pairs of commits like `git merge`, in the scratch repository. Only git's built-in
    /// merge drivers are used: a custom one runs a program, and could hide a conflict. Unless
    /// something fails, one process serves all pairs.
    ///
    /// `attributes` is the commit whose `.gitattributes` select the drivers `union` and `binary`;
    /// before git 2.41, only the file at the root is read.
    ///
    /// A pair fails if git is too old or fails, an object is missing, the commits have no merge
    /// base, or a shallow clone may lack a better one.
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
                // Fails with a better message than the merge.
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
        let stdout = answer.success()?;
        let mut fields = stdout.split(|&byte| byte == 0);
        let merges: Option<Vec<Merge>> = pairs.iter().map(|_| parse(&mut fields)).collect();
        // Nothing follows the last NUL.
        match (merges, fields.next(), fields.next()) {
            (Some(merges), Some(b""), None) => Ok(merges),
            _ if stderr.is_empty() => {
                let start = String::from_utf8_lossy(&stdout[..stdout.len().min(200)]).into_owned();
                Err(GitError::failed("merge-tree", &quoted(&start)))
            }
            _ => Err(GitError::failed("merge-tree", &stderr)),
        }
    }

    /// Whether merges use all `.gitattributes` of a commit, not only the one at the root.
    ///
    /// # Errors
    /// If the version of git is unknown.
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

    /// Commits a merge in the scratch repository, so that the next one can build on it.
    ///
    /// # Errors
    /// If git is too old or fails.
    pub fn merge_commit(
        &self,
        merge: &Merge,
        ours: &CommitId,
        theirs: &CommitId,
    ) -> Result<CommitId, GitError> {
        self.scratch_commit(merge.tree.as_str().as_bytes(), &[ours, theirs])
    }

    /// Commits a tree in the scratch repository.
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
        let output = call.args([&*tree, "-m", "scratch"]).args(parents).run()?.success()?;
        let id = ObjectId::from_hex(output.trim_end());
        id.map(CommitId).ok_or_else(|| GitError::failed("commit-tree", &output.to_str_lossy()))
    }
}

/// Parses one merge of `--stdin`: a status, the tree, the conflicted entries up to an empty field,
/// the messages up to another. (<https://git-scm.com/docs/git-merge-tree#OUTPUT>)
fn parse<'a>(fields: &mut impl Iterator<Item = &'a [u8]>) -> Option<Merge> {
    // Some versions end a merge with a line feed.
    let clean = match fields.next()?.trim_start() {
        b"1" => true,
        b"0" => false,
        _ => return None,
    };
    let tree = ObjectId::from_hex(fields.next()?)?;
    let mut kinds: BTreeMap<RepoPath, BTreeSet<String>> = BTreeMap::new();
    loop {
        let entry = fields.next()?;
        if entry.is_empty() {
            break;
        }
        let (_, name) = entry.split_once_str("\t")?;
        kinds.entry(RepoPath::new(name).ok()?).or_default();
    }
    loop {
        let count = fields.next()?;
        if count.is_empty() {
            break;
        }
        let count: usize = count.to_str().ok()?.parse().ok()?;
        let paths: Vec<&[u8]> = (0..count).map(|_| fields.next()).collect::<Option<_>>()?;
        let (kind, _message) = (fields.next()?, fields.next()?);
        // git omits the space for one kind.
        let kind = kind.strip_prefix(b"CONFLICT").map(<[u8]>::trim_start);
        let kind = kind.and_then(|kind| kind.strip_prefix(b"(")?.strip_suffix(b")"));
        let Some(kind) = kind else { continue };
        for (at, name) in paths.into_iter().enumerate() {
            let path = RepoPath::new(name).ok()?;
            // The first path is where the conflict is, the others are related.
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
        let mut fields = text.as_bytes().split(|&byte| byte == b'|');
        let merge = parse(&mut fields)?;
        let shown =
            |conflict: &Conflict| format!("{}: {}", conflict.path, conflict.kinds.join("+"));
        Some(merge.conflicts.iter().map(shown).collect())
    }

    #[test]
    fn output_of_merge_tree() {
        assert_eq!(merge("1|TREE|||"), Some(vec![]));
        assert_eq!(merge("1|TREE||1|f|Auto-merging|Auto-merging f\n||"), Some(vec![]));
        let text = "0|TREE|100644 1 2\tf|100644 1 3\tf||1|f|Auto-merging|f\n|2|f|g|CONFLICT (contents)|!\n||";
        assert_eq!(merge(text), Some(vec!["f: contents".to_owned()]));
        // Complete after two empty fields. The caller checks that nothing follows.
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
