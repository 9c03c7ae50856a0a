//! Resolves refs and revisions.
//!
//! The refs are read once, by one process, and names are looked up in that list: git itself prefers
//! a tag to a branch of the same name.

use std::collections::{BTreeMap, BTreeSet};

use bstr::ByteSlice;

use super::Repository;
use super::error::{GitError, GitErrorKind};
use super::object::{CommitId, Info, ObjectId, ObjectKind};

/// Which branch to use if the local one and the remote-tracking one differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefer {
    /// `refs/heads/NAME`.
    Local,
    /// `refs/remotes/origin/NAME`.
    Remote,
}

/// The commit that a branch points to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchTip {
    /// The commit.
    pub commit: CommitId,
    /// The full name of the ref.
    pub reference: String,
    /// The other ref of this name and its commit, if they differ.
    pub passed_over: Option<(String, CommitId)>,
}

/// A branch, local or at origin or both.
#[derive(Debug)]
pub struct Branch {
    /// Its name, without `refs/heads/`.
    pub name: String,
    /// The commit of `refs/heads/NAME`, or why that ref is broken.
    pub local: Option<Result<CommitId, GitError>>,
    /// The commit of `refs/remotes/origin/NAME`, or why that ref is broken.
    pub remote: Option<Result<CommitId, GitError>>,
}

impl Branch {
    /// The full name of the local ref.
    #[must_use]
    pub fn local_ref(&self) -> String {
        format!("{HEADS}{}", self.name)
    }

    /// The full name of the ref that tracks the branch at origin.
    #[must_use]
    pub fn remote_ref(&self) -> String {
        format!("{ORIGIN}{}", self.name)
    }
}

/// The refs of a repository at one moment.
#[derive(Debug, Default)]
pub(super) struct Refs {
    /// The objects by full ref name. That of a tag can be a tag object.
    objects: BTreeMap<String, ObjectId>,
    /// The targets of symbolic refs, such as `refs/remotes/origin/HEAD`.
    symbolic: BTreeMap<String, String>,
    /// Refs that git cannot read.
    broken: BTreeSet<String>,
}

pub(super) const HEADS: &str = "refs/heads/";
const ORIGIN: &str = "refs/remotes/origin/";

impl Repository {
    /// The checked-out branch, perhaps unborn, without `refs/heads/`; `None` if HEAD is detached.
    ///
    /// # Errors
    /// If git fails or the name is not UTF-8.
    pub fn checked_out_branch(&self) -> Result<Option<String>, GitError> {
        let answer = self.call("symbolic-ref").args(["--quiet", "HEAD"]).run()?;
        if answer.code == Some(1) {
            return Ok(None);
        }
        let name = answer.success()?;
        let name = name.trim_end().to_str().map_err(|_| {
            GitError::new(
                GitErrorKind::Failed,
                format!("the name of the checked-out branch is not UTF-8: {}", name.as_bstr()),
                "rename the branch with `git branch -m`",
            )
        })?;
        Ok(name.strip_prefix(HEADS).map(str::to_owned))
    }

    /// The checked-out commit; `None` on an unborn branch.
    ///
    /// # Errors
    /// If git fails.
    pub fn head(&self) -> Result<Option<CommitId>, GitError> {
        match self.checked_out_branch()? {
            Some(branch) => {
                self.refs()?.get(&format!("{HEADS}{branch}")).map(|id| id.map(CommitId))
            }
            None => self.rev_parse("HEAD"),
        }
    }

    /// The tip of a branch: of `refs/heads/NAME` or `refs/remotes/origin/NAME`, never of a tag.
    ///
    /// # Errors
    /// If git fails, or the ref is broken.
    pub fn branch(&self, name: &str, prefer: Prefer) -> Result<Option<BranchTip>, GitError> {
        // Not a branch: `refs/remotes/origin/HEAD` points to the default branch.
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

    /// [`Repository::branch`] for many names.
    ///
    /// # Errors
    /// If git fails, or a ref is broken.
    pub fn branches(
        &self,
        names: &[&str],
        prefer: Prefer,
    ) -> Result<Vec<Option<BranchTip>>, GitError> {
        names.iter().map(|name| self.branch(name, prefer)).collect()
    }

    /// All local branches and those at origin, by name. Symbolic refs are left out: the branches
    /// that they name are in the list themselves.
    ///
    /// # Errors
    /// If git fails.
    pub fn all_branches(&self) -> Result<Vec<Branch>, GitError> {
        let refs = self.refs()?;
        let mut branches: BTreeMap<&str, Branch> = BTreeMap::new();
        let names = refs.objects.keys().chain(&refs.broken);
        for reference in names.filter(|name| !refs.symbolic.contains_key(*name)) {
            let (name, is_local) = match reference.strip_prefix(HEADS) {
                Some(name) => (name, true),
                None => match reference.strip_prefix(ORIGIN) {
                    Some(name) => (name, false),
                    None => continue,
                },
            };
            let branch = branches.entry(name).or_insert_with(|| Branch {
                name: name.to_owned(),
                local: None,
                remote: None,
            });
            let tip = refs.get(reference).map(|id| id.map(CommitId)).transpose();
            if is_local {
                branch.local = tip;
            } else {
                branch.remote = tip;
            }
        }
        Ok(branches.into_values().collect())
    }

    /// The branch that `refs/remotes/origin/HEAD` points to, without the prefix.
    ///
    /// # Errors
    /// If git fails.
    pub fn default_branch(&self) -> Result<Option<String>, GitError> {
        let target = self.refs()?.symbolic.get("refs/remotes/origin/HEAD");
        Ok(target.and_then(|target| target.strip_prefix(ORIGIN)).map(str::to_owned))
    }

    /// The commit of a revision: a branch, tag, remote-tracking branch, `HEAD` or hash, optionally
    /// with a suffix such as `~1` or `^2`, or a name with `@{1}` or `@{upstream}`.
    ///
    /// # Errors
    /// If the revision is unknown, refs of that name point to different commits (git would silently
    /// prefer the tag), or git fails.
    pub fn commit(&self, revision: &str) -> Result<CommitId, GitError> {
        if let Some(why) = invalid_revision(revision) {
            return Err(GitError::new(
                GitErrorKind::UnknownRevision,
                format!("invalid revision {revision:?}: {why}"),
                "expected a branch, tag or commit, such as `origin/main` or `HEAD~1`",
            ));
        }
        let (name, mut suffix) = revision.split_at(end_of_name(revision));
        let mut candidates: BTreeMap<CommitId, String> = BTreeMap::new();
        if suffix.starts_with("@{") {
            let end = suffix.find('}').map_or(suffix.len(), |at| at + 1);
            let (reflog, rest) = suffix.split_at(end);
            suffix = rest;
            // The ref whose reflog is read must not be ambiguous either.
            self.candidates(name, &mut candidates)?;
            if candidates.len() <= 1 {
                let full = format!("{name}{reflog}");
                let commit = self.rev_parse(&full)?;
                candidates = commit.map(|commit| (commit, full)).into_iter().collect();
            }
        } else {
            self.candidates(name, &mut candidates)?;
        }
        if candidates.len() > 1 {
            let list: Vec<String> =
                candidates.iter().map(|(commit, name)| format!("{name} ({commit})")).collect();
            return Err(GitError::new(
                GitErrorKind::AmbiguousRevision,
                format!("ambiguous revision `{revision}`: {}", list.join(", ")),
                format!("use the full name, such as `refs/heads/{name}`"),
            ));
        }
        let Some((start, _)) = candidates.into_iter().next() else {
            return Err(self.unknown_revision(revision));
        };
        match self.peel(&format!("{start}{suffix}"))? {
            Some(commit) => Ok(commit),
            None if !self.exists(&start)? => {
                Err(GitError::missing_object(&format!("commit {start}, for `{revision}`")))
            }
            None => Err(self.unknown_revision(revision)),
        }
    }

    fn unknown_revision(&self, revision: &str) -> GitError {
        let shallow = self.scratch.get().is_some_and(|scratch| !scratch.shallow.is_empty());
        let name = &revision[..end_of_name(revision)];
        let remote = format!("{ORIGIN}{name}");
        if self.refs.get().is_some_and(|refs| refs.objects.contains_key(&remote)) {
            return GitError::new(
                GitErrorKind::UnknownRevision,
                format!("unknown revision `{revision}`"),
                format!("did you mean `origin/{revision}`?"),
            );
        }
        GitError::new(
            GitErrorKind::UnknownRevision,
            format!("unknown revision `{revision}`"),
            if shallow {
                "fetch it, or the full history of this shallow clone with `git fetch --unshallow`"
            } else {
                "check the spelling, or fetch it with `git fetch origin`"
            },
        )
    }

    /// Adds all commits that a name without a suffix can refer to, each with one of its full names.
    fn candidates(
        &self,
        name: &str,
        found: &mut BTreeMap<CommitId, String>,
    ) -> Result<(), GitError> {
        if matches!(name, "HEAD" | "@" | "") {
            found.extend(self.head()?.map(|commit| (commit, "HEAD".to_owned())));
            return Ok(());
        }
        let hexadecimal = name.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !(hexadecimal && name.len() == self.format.hex_len()) {
            let refs = self.refs()?;
            let mut full_names = vec![
                format!("{HEADS}{name}"),
                format!("refs/tags/{name}"),
                format!("refs/remotes/{name}"),
                format!("refs/remotes/{name}/HEAD"),
                format!("refs/{name}"),
            ];
            if name.starts_with("refs/") {
                full_names.push(name.to_owned());
            }
            for full_name in full_names {
                let Some(id) = refs.get(&full_name)? else { continue };
                if let Some(commit) = self.peel(id.as_str())? {
                    found.entry(commit).or_insert(full_name);
                } else if !self.exists(&CommitId(id.clone()))? {
                    return Err(GitError::missing_object(&format!("{id}, for `{full_name}`")));
                }
            }
            // A pseudoref, such as `FETCH_HEAD`.
            let is_pseudoref = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
            if is_pseudoref && let Some(commit) = self.rev_parse(name)? {
                found.entry(commit).or_insert_with(|| name.to_owned());
            }
        }
        // A hash, or the output of `git describe`, which is never ambiguous with a ref.
        if (found.is_empty() || hexadecimal)
            && let Some(commit) = self.peel(name)?
        {
            found.entry(commit).or_insert_with(|| "a commit hash".to_owned());
        }
        Ok(())
    }

    /// Resolves a hash with a suffix to a commit, in the scratch repository, which has no refs.
    fn peel(&self, name: &str) -> Result<Option<CommitId>, GitError> {
        let info = self.with_objects(|objects| objects.info(&format!("{name}^{{commit}}")))?;
        Ok(match info {
            Info::Found { id, kind: ObjectKind::Commit, .. } => Some(CommitId(id)),
            _ => None,
        })
    }

    fn exists(&self, commit: &CommitId) -> Result<bool, GitError> {
        let info = self.with_objects(|objects| objects.info(commit.as_str()))?;
        Ok(matches!(info, Info::Found { .. }))
    }

    /// Resolves a name that is not in the list of refs, in the user's repository.
    fn rev_parse(&self, name: &str) -> Result<Option<CommitId>, GitError> {
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
            // Plans and arguments are UTF-8, so they cannot name such a ref.
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
                format!("broken ref `{name}`"),
                "fetch it again, or remove it with `git update-ref -d`",
            ));
        }
        Ok(self.objects.get(name).cloned())
    }
}

/// Why a revision is rejected without looking it up.
fn invalid_revision(revision: &str) -> Option<&'static str> {
    if revision.is_empty() {
        Some("it is empty")
    } else if revision.starts_with('-') {
        Some("it begins with `-`")
    } else if revision.contains("..") {
        Some("it is a range")
    } else if revision.chars().any(char::is_control) {
        Some("it contains a control character")
    } else if end_of_name(revision) == 0 && !revision.starts_with('@') {
        Some("it does not begin with a name")
    } else {
        None
    }
}

/// Where the suffix of a revision begins: `~1`, `^2`, `@{1}`.
fn end_of_name(revision: &str) -> usize {
    let suffix_start = |(at, letter): (usize, char)| match letter {
        '^' | '~' | ':' => Some(at),
        '@' if revision[at..].starts_with("@{") => Some(at),
        _ => None,
    };
    revision.char_indices().find_map(suffix_start).unwrap_or(revision.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_suffixes() {
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
            assert_eq!(invalid_revision(revision), None);
        }
        for revision in ["", "-x", "--all", "a..b", "a...b", ":/text", "^a", "~1", "a\nb", "a\0"] {
            assert!(invalid_revision(revision).is_some(), "{revision:?}");
        }
    }
}
