//! Rename detection.

use std::collections::{BTreeMap, BTreeSet};

use super::Repository;
use super::error::GitError;
use super::object::{CommitId, Mode};
use crate::change::FolderRename;
use crate::path::RepoPath;

/// git's own limit for merges (`merge.renameLimit`).
const RENAME_LIMIT: &str = "-l7000";

impl Repository {
    /// Directory renames between two commits, detected like `git merge`: the old directory is gone,
    /// and most of its files moved to the new one.
    ///
    /// # Errors
    /// If git is too old or fails, or an object is missing.
    pub fn folder_renames(
        &self,
        start: &CommitId,
        tip: &CommitId,
    ) -> Result<Vec<FolderRename>, GitError> {
        let renames = self.renamed_files(start, tip)?;
        let mut found = Vec::new();
        for rename in candidates(&renames) {
            let is_dir = match self.blob(tip, &rename.from, 0) {
                Ok(entry) => entry.is_some_and(|entry| entry.mode == Mode::Tree),
                // A file replaced it.
                Err(error) if error.kind == super::GitErrorKind::TooLarge => false,
                Err(error) => return Err(error),
            };
            if !is_dir {
                found.push(rename);
            }
        }
        Ok(found)
    }

    /// File renames between two commits, detected like `git merge`, as pairs of old and new path.
    ///
    /// # Errors
    /// If git is too old or fails, or an object is missing.
    pub fn renamed_files(
        &self,
        start: &CommitId,
        tip: &CommitId,
    ) -> Result<Vec<(RepoPath, RepoPath)>, GitError> {
        let switches = ["-r", "-z", "-M", RENAME_LIMIT, "--name-status", "--diff-filter=R"];
        let output = self
            .scratch_call("diff-tree")?
            .args(switches)
            .args(["--no-ext-diff", "--no-textconv", start.as_str(), tip.as_str()])
            .run()?
            .success()?;
        let mut fields = output.split(|&byte| byte == 0);
        let mut renames = Vec::new();
        while let (Some(_status), Some(old), Some(new)) =
            (fields.next(), fields.next(), fields.next())
        {
            // The diff of the commits reports invalid paths.
            if let (Ok(old), Ok(new)) = (RepoPath::new(old), RepoPath::new(new)) {
                renames.push((old, new));
            }
        }
        Ok(renames)
    }
}

/// For each old directory of a renamed file, and those above it that may have been renamed with it,
/// the new directory of most of its files.
fn candidates(renames: &[(RepoPath, RepoPath)]) -> Vec<FolderRename> {
    let mut counts: BTreeMap<&[u8], BTreeMap<&[u8], usize>> = BTreeMap::new();
    for (old, new) in renames {
        let (mut old, mut new) = (parent(old.as_bytes()), parent(new.as_bytes()));
        // `a/x/y` to `b/x/y` also counts for `a` to `b`.
        while let Some(from) = old.filter(|_| old != new) {
            *counts.entry(from).or_default().entry(new.unwrap_or_default()).or_default() += 1;
            match new {
                Some(to) if name(from) == name(to) => (old, new) = (parent(from), parent(to)),
                _ => break,
            }
        }
    }
    let mut found = Vec::new();
    for (from, targets) in counts {
        let most = targets.values().copied().max().unwrap_or(0);
        let best: BTreeSet<&[u8]> =
            targets.iter().filter(|(_, count)| **count == most).map(|(to, _)| *to).collect();
        let (Some(to), Ok(from)) = (best.first(), RepoPath::new(from)) else { continue };
        found.push(FolderRename { from, to: RepoPath::new(*to).ok(), is_split: best.len() > 1 });
    }
    found
}

/// The directory of a path; `None` for the root.
fn parent(path: &[u8]) -> Option<&[u8]> {
    let end = path.iter().rposition(|&byte| byte == b'/')?;
    Some(&path[..end])
}

fn name(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn majority_of_renamed_files() {
        for (renames, expected) in [
            (&["a/1 b/1", "a/2 b/2"][..], &["a -> b"][..]),
            (&["a/1 b/1", "a/2 b/2", "a/3 c/3"], &["a -> b"]),
            (&["a/1 c/1", "a/2 b/2"], &["a -> b, or another"]),
            (&["a/x/1 b/x/1", "a/2 b/2"], &["a -> b", "a/x -> b/x"]),
            (&["a/x/1 b/y/1"], &["a/x -> b/y"]),
            (&["a/1 1"], &["a -> ."]),
            (&["a/x/1 x/1"], &["a -> .", "a/x -> x"]),
            (&["1 a/1"], &[]),
            (&["a/1 a/2"], &[]),
            (&["a/1 a/b/1"], &["a -> a/b"]),
        ] {
            let renames: Vec<(RepoPath, RepoPath)> = renames
                .iter()
                .map(|rename| rename.split_once(' ').unwrap())
                .map(|(old, new)| (old.parse().unwrap(), new.parse().unwrap()))
                .collect();
            let shown = |rename: FolderRename| {
                let to = rename.to.map_or(".".to_owned(), |to| to.to_string());
                let other = if rename.is_split { ", or another" } else { "" };
                format!("{} -> {to}{other}", rename.from)
            };
            let found: Vec<String> = candidates(&renames).into_iter().map(shown).collect();
            assert_eq!(found, expected, "{renames:?}");
        }
    }
}
