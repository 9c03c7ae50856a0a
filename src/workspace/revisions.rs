//! The commits that names stand for.

use super::{Event, Git, Host};
use crate::git::{CommitId, GitError, GitErrorKind, MergeBase, Prefer};

/// A commit and the name that it was found by.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Revision {
    /// The name.
    pub name: String,
    /// The commit.
    pub commit: CommitId,
}

/// What branches fork from: the revision that the caller names, else the branch that the plan
/// names, else `main`, else the branch that the remote's HEAD names.
pub(crate) fn base(
    host: &dyn Host,
    git: &dyn Git,
    named: Option<&str>,
    of_plan: Option<&str>,
) -> Result<Revision, GitError> {
    if let Some(revision) = named {
        return resolve(host, git, revision);
    }
    if let Some(name) = of_plan {
        return base_branch(host, git, name);
    }
    if let Some(main) = branch(host, git, "main")? {
        return Ok(main);
    }
    match git.default_branch()? {
        Some(name) => base_branch(host, git, &name),
        None => base_branch(host, git, "main"),
    }
}

/// A branch by its name, never a tag.
fn branch(host: &dyn Host, git: &dyn Git, name: &str) -> Result<Option<Revision>, GitError> {
    let tip = git.branch(name, Prefer::Remote)?;
    Ok(tip.map(|tip| {
        if let Some((reference, commit)) = &tip.passed_over {
            let chosen = &tip.reference;
            let note = format!("{chosen} is the base; {reference} differs, at {commit}");
            host.notify(Event::Note(&note));
        }
        Revision { name: name.to_owned(), commit: tip.commit }
    }))
}

pub(super) fn base_branch(
    host: &dyn Host,
    git: &dyn Git,
    name: &str,
) -> Result<Revision, GitError> {
    branch(host, git, name)?.ok_or_else(|| {
        GitError::new(
            GitErrorKind::UnknownRevision,
            format!("there is no branch `{name}` to be the base, here or at origin"),
            format!("fetch it (`git fetch origin {name}`), or name another with --base"),
        )
    })
}

/// The commit of a base or of a plan that the caller names: a branch of that name, else any
/// revision.
///
/// Whoever may push a branch may call it `origin/main` or by a commit's hash, and a clone has it as
/// `refs/remotes/origin/origin/main`: such a branch must not stand in for what it is called after.
pub(crate) fn resolve(
    host: &dyn Host,
    git: &dyn Git,
    revision: &str,
) -> Result<Revision, GitError> {
    let hexadecimal = revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hexadecimal && matches!(revision.len(), 40 | 64) {
        return commit(git, revision);
    }
    let Some(found) = branch(host, git, revision)? else {
        return commit(git, revision);
    };
    let rival = if hexadecimal { revision.to_owned() } else { format!("refs/remotes/{revision}") };
    match git.commit(&rival) {
        Err(error) if error.kind == GitErrorKind::UnknownRevision => Ok(found),
        Err(error) => Err(error),
        Ok(other) if other == found.commit => Ok(found),
        Ok(other) => Err(GitError::new(
            GitErrorKind::AmbiguousRevision,
            format!(
                "{revision} is ambiguous: a branch of that name ({}), or {rival} ({other})",
                found.commit
            ),
            "give the whole name, such as `refs/remotes/origin/main`, or the commit's hash",
        )),
    }
}

pub(crate) fn commit(git: &dyn Git, revision: &str) -> Result<Revision, GitError> {
    Ok(Revision { name: revision.to_owned(), commit: git.commit(revision)? })
}

/// The merge base, if there is exactly one.
pub(crate) fn one_merge_base(
    found: MergeBase,
    base: &str,
    head: &str,
) -> Result<CommitId, GitError> {
    let (problem, help) = match found {
        MergeBase::One(commit) => return Ok(commit),
        MergeBase::None => (
            format!("{base} and {head} have no commit in common"),
            "check the base, or compare the two trees with --range A..B".to_owned(),
        ),
        MergeBase::Several(commits) => {
            let names: Vec<String> = commits.iter().map(ToString::to_string).collect();
            (
                format!("{base} and {head} have several merge bases: {}", names.join(", ")),
                format!("merge {base} into the branch, which leaves one"),
            )
        }
    };
    Err(GitError::new(GitErrorKind::Failed, problem, help))
}
