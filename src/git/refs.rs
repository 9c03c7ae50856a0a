//! Names and the commits that they stand for.
//!
//! The refs are read once, by one process, and names are looked up in that list: by git's own rules
//! a tag would hide a branch of its name.

use std::collections::{BTreeMap, BTreeSet};

use bstr::ByteSlice;

use super::Repository;
use super::error::{GitError, GitErrorKind};
use super::object::{CommitId, Info, ObjectId, ObjectKind};

/// Which of two branches of one name counts, when the local one and the remote's differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefer {
    /// `refs/heads/NAME`.
    Local,
    /// `refs/remotes/origin/NAME`.
    Remote,
}

/// The commit that a branch stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchTip {
    /// The commit.
    pub commit: CommitId,
    /// The whole name of the ref that gave it.
    pub reference: String,
    /// The ref that was passed over, and its different commit, when both were there.
    pub passed_over: Option<(String, CommitId)>,
}

/// The refs of a repository at one moment.
#[derive(Debug, Default)]
pub(super) struct Refs {
    /// By their whole names, the objects; a branch's is a commit, a tag's may be a tag.
    objects: BTreeMap<String, ObjectId>,
    /// Refs that stand for another ref: `refs/remotes/origin/HEAD`.
    symbolic: BTreeMap<String, String>,
    /// Refs that git could not read.
    broken: BTreeSet<String>,
}

pub(super) const HEADS: &str = "refs/heads/";
const ORIGIN: &str = "refs/remotes/origin/";

impl Repository {
    /// The branch that is checked out, without `refs/heads/`; nothing when HEAD is detached. A
    /// branch without a commit has a name too.
    ///
    /// # Errors
    /// When git fails or the name is not UTF-8.
    pub fn checked_out_branch(&self) -> Result<Option<String>, GitError> {
        let answer = self.call("symbolic-ref").args(["--quiet", "HEAD"]).run()?;
        if answer.code == Some(1) {
            return Ok(None);
        }
        let name = answer.success()?;
        let name = name.trim_end().to_str().map_err(|_| {
            GitError::new(
                GitErrorKind::Failed,
                format!("the checked-out branch's name is not UTF-8: {}", name.as_bstr()),
                "rename the branch with `git branch -m`",
            )
        })?;
        Ok(name.strip_prefix(HEADS).map(str::to_owned))
    }

    /// The commit that is checked out; nothing on a branch without a commit.
    ///
    /// # Errors
    /// When git fails.
    pub fn head(&self) -> Result<Option<CommitId>, GitError> {
        match self.checked_out_branch()? {
            Some(branch) => {
                self.refs()?.get(&format!("{HEADS}{branch}")).map(|id| id.map(CommitId))
            }
            None => self.own_name("HEAD"),
        }
    }

    /// The commit that a branch stands for: `refs/heads/NAME` or `refs/remotes/origin/NAME`, never
    /// a tag. Nothing when there is neither.
    ///
    /// # Errors
    /// When git fails, or the ref is there and broken.
    pub fn branch(&self, name: &str, prefer: Prefer) -> Result<Option<BranchTip>, GitError> {
        // git lets no branch have this name: `refs/remotes/origin/HEAD` is the remote's default.
        if name == "HEAD" {
            return Ok(None);
        }
        let refs = self.refs()?;
        let tip = |reference: String| -> Result<Option<(String, CommitId)>, GitError> {
            Ok(refs.get(&reference)?.map(|id| (reference, CommitId(id))))
        };
        let local = tip(format!("{HEADS}{name}"))?;
        let remote = tip(format!("{ORIGIN}{name}"))?;
        let (first, second) = match prefer {
            Prefer::Local => (local, remote),
            Prefer::Remote => (remote, local),
        };
        Ok(match (first, second) {
            (Some((reference, commit)), other) => {
                let passed_over = other.filter(|(_, other)| *other != commit);
                Some(BranchTip { commit, reference, passed_over })
            }
            (None, Some((reference, commit))) => {
                Some(BranchTip { commit, reference, passed_over: None })
            }
            (None, None) => None,
        })
    }

    /// [`Repository::branch`] for many names: one process serves them all.
    ///
    /// # Errors
    /// As for one.
    pub fn branches(
        &self,
        names: &[&str],
        prefer: Prefer,
    ) -> Result<Vec<Option<BranchTip>>, GitError> {
        names.iter().map(|name| self.branch(name, prefer)).collect()
    }

    /// The branch that `refs/remotes/origin/HEAD` points to, without the remote's name.
    ///
    /// # Errors
    /// When git fails.
    pub fn default_branch(&self) -> Result<Option<String>, GitError> {
        let target = self.refs()?.symbolic.get("refs/remotes/origin/HEAD");
        Ok(target.and_then(|target| target.strip_prefix(ORIGIN)).map(str::to_owned))
    }

    /// The commit that a revision stands for: a branch, a tag, a remote's branch, `HEAD`, a hash,
    /// any of them followed by `~1`, `^2` and the like, or what a reflog knows (`main@{1}`,
    /// `@{upstream}`).
    ///
    /// # Errors
    /// When nothing is known by that name, when refs of that name stand for different commits
    /// (git would quietly take the tag), or when git fails.
    pub fn commit(&self, revision: &str) -> Result<CommitId, GitError> {
        if let Some(why) = refused(revision) {
            return Err(GitError::new(
                GitErrorKind::UnknownRevision,
                format!("{revision:?} is no revision: {why}"),
                "give a branch, a tag or a commit, such as `origin/main` or `HEAD~1`",
            ));
        }
        let (name, mut suffix) = revision.split_at(end_of_name(revision));
        let mut starts: BTreeMap<CommitId, String> = BTreeMap::new();
        if suffix.starts_with("@{") {
            let end = suffix.find('}').map_or(suffix.len(), |at| at + 1);
            let (reflog, rest) = suffix.split_at(end);
            suffix = rest;
            // Which ref's log is asked for must be as plain as which ref.
            self.starts(name, &mut starts)?;
            if starts.len() <= 1 {
                let whole = format!("{name}{reflog}");
                let commit = self.own_name(&whole)?;
                starts = commit.map(|commit| (commit, whole)).into_iter().collect();
            }
        } else {
            self.starts(name, &mut starts)?;
        }
        if starts.len() > 1 {
            let list: Vec<String> =
                starts.iter().map(|(commit, name)| format!("{name} ({commit})")).collect();
            return Err(GitError::new(
                GitErrorKind::AmbiguousRevision,
                format!("the revision {revision} is ambiguous: {}", list.join(", ")),
                format!("give the whole name, such as `refs/heads/{name}`"),
            ));
        }
        let Some((start, _)) = starts.into_iter().next() else {
            return Err(self.unknown(revision));
        };
        match self.peel(&format!("{start}{suffix}"))? {
            Some(commit) => Ok(commit),
            None if !self.is_there(&start)? => Err(GitError::missing_object(&format!(
                "commit {start}, which {revision} stands for"
            ))),
            None => Err(self.unknown(revision)),
        }
    }

    fn unknown(&self, revision: &str) -> GitError {
        let shallow = self.scratch.get().is_some_and(|scratch| !scratch.shallow.is_empty());
        let name = &revision[..end_of_name(revision)];
        let remote = format!("{ORIGIN}{name}");
        if self.refs.get().is_some_and(|refs| refs.objects.contains_key(&remote)) {
            return GitError::new(
                GitErrorKind::UnknownRevision,
                format!("no commit is known by the revision {revision}: only the remote has it"),
                format!("write `origin/{revision}`"),
            );
        }
        GitError::new(
            GitErrorKind::UnknownRevision,
            format!("no commit is known by the revision {revision}"),
            if shallow {
                "this clone is shallow: fetch it, or the whole history with `git fetch --unshallow`"
            } else {
                "look for a slip in the name, or fetch it with `git fetch origin`"
            },
        )
    }

    /// All commits that a name without a suffix may stand for, each with one of its names.
    fn starts(&self, name: &str, starts: &mut BTreeMap<CommitId, String>) -> Result<(), GitError> {
        if matches!(name, "HEAD" | "@" | "") {
            starts.extend(self.head()?.map(|commit| (commit, "HEAD".to_owned())));
            return Ok(());
        }
        let hexadecimal = name.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !(hexadecimal && name.len() == self.format.hex_len()) {
            let refs = self.refs()?;
            let mut candidates = vec![
                format!("{HEADS}{name}"),
                format!("refs/tags/{name}"),
                format!("refs/remotes/{name}"),
                format!("refs/remotes/{name}/HEAD"),
                format!("refs/{name}"),
            ];
            if name.starts_with("refs/") {
                candidates.push(name.to_owned());
            }
            for candidate in candidates {
                let Some(id) = refs.get(&candidate)? else { continue };
                if let Some(commit) = self.peel(id.as_str())? {
                    starts.entry(commit).or_insert(candidate);
                } else if !self.is_there(&CommitId(id.clone()))? {
                    return Err(GitError::missing_object(&format!(
                        "{id}, which {candidate} names"
                    )));
                }
            }
            // What the last fetch or merge left in the repository's folder: `FETCH_HEAD`.
            let special = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
            if special && let Some(commit) = self.own_name(name)? {
                starts.entry(commit).or_insert_with(|| name.to_owned());
            }
        }
        // A hash, or what `git describe` says. With a ref of that name only a hash can compete.
        if (starts.is_empty() || hexadecimal)
            && let Some(commit) = self.peel(name)?
        {
            starts.entry(commit).or_insert_with(|| "a commit's hash".to_owned());
        }
        Ok(())
    }

    /// The commit that a hash with a suffix leads to, in the scratch repository, which has no refs.
    fn peel(&self, name: &str) -> Result<Option<CommitId>, GitError> {
        let info = self.with_objects(|objects| objects.info(&format!("{name}^{{commit}}")))?;
        Ok(match info {
            Info::Found { id, kind: ObjectKind::Commit, .. } => Some(CommitId(id)),
            _ => None,
        })
    }

    fn is_there(&self, commit: &CommitId) -> Result<bool, GitError> {
        let info = self.with_objects(|objects| objects.info(commit.as_str()))?;
        Ok(matches!(info, Info::Found { .. }))
    }

    /// The commit that the user's repository itself gives for a name that is in no list of refs.
    /// Nothing when it knows none.
    fn own_name(&self, name: &str) -> Result<Option<CommitId>, GitError> {
        let answer =
            self.call("rev-parse").args(["--verify", "--quiet", "--end-of-options", name]).run()?;
        if answer.code != Some(0) {
            return Ok(None);
        }
        match ObjectId::from_hex(answer.stdout.trim_end()) {
            Some(id) => self.peel(id.as_str()),
            None => Ok(None),
        }
    }

    fn refs(&self) -> Result<&Refs, GitError> {
        if let Some(refs) = self.refs.get() {
            return Ok(refs);
        }
        let format = "--format=%(objectname) %(refname) %(symref)";
        let answer = self.call("for-each-ref").args([format]).run()?;
        let broken = answer
            .warnings()
            .into_iter()
            .filter_map(|line| line.strip_prefix("warning: ignoring broken ref "))
            .map(str::to_owned)
            .collect();
        let mut refs = Refs { broken, ..Refs::default() };
        for line in answer.success()?.lines() {
            // A ref whose name is not UTF-8 is one that no plan and no argument can name.
            let Ok(line) = line.to_str() else { continue };
            let mut words = line.split(' ');
            let id = words.next().and_then(|word| ObjectId::from_hex(word.as_bytes()));
            let (Some(id), Some(name)) = (id, words.next()) else {
                return Err(GitError::failed("for-each-ref", line));
            };
            if let Some(target) = words.next().filter(|target| !target.is_empty()) {
                refs.symbolic.insert(name.to_owned(), target.to_owned());
            }
            refs.objects.insert(name.to_owned(), id);
        }
        Ok(self.refs.get_or_init(|| refs))
    }
}

impl Refs {
    fn get(&self, name: &str) -> Result<Option<ObjectId>, GitError> {
        if self.broken.contains(name) {
            return Err(GitError::new(
                GitErrorKind::Failed,
                format!("the ref {name} is broken"),
                "fetch it again, or remove it with `git update-ref -d`",
            ));
        }
        Ok(self.objects.get(name).cloned())
    }
}

/// Why a text is not even looked up as a revision.
fn refused(revision: &str) -> Option<&'static str> {
    if revision.is_empty() {
        Some("it is empty")
    } else if revision.starts_with('-') {
        Some("it begins with `-`")
    } else if revision.contains("..") {
        Some("it is a range")
    } else if revision.chars().any(char::is_control) {
        Some("it holds a control character")
    } else if end_of_name(revision) == 0 && !revision.starts_with('@') {
        Some("no name comes first")
    } else {
        None
    }
}

/// Where the name of a revision ends and what leads on from it begins: `~1`, `^2`, `@{1}`.
fn end_of_name(revision: &str) -> usize {
    let leads_on = |(at, letter): (usize, char)| match letter {
        '^' | '~' | ':' => Some(at),
        '@' if revision[at..].starts_with("@{") => Some(at),
        _ => None,
    };
    revision.char_indices().find_map(leads_on).unwrap_or(revision.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_are_split_where_their_name_ends() {
        for (revision, name) in [
            ("main", "main"),
            ("HEAD~1^2", "HEAD"),
            ("@", "@"),
            ("a@b", "a@b"),
            ("a@b@{1}~2", "a@b"),
            ("@{u}", ""),
            ("main:file", "main"),
        ] {
            assert_eq!(&revision[..end_of_name(revision)], name);
            assert_eq!(refused(revision), None);
        }
        for revision in ["", "-x", "--all", "a..b", "a...b", ":/text", "^a", "~1", "a\nb", "a\0"] {
            assert!(refused(revision).is_some(), "{revision:?}");
        }
    }
}
