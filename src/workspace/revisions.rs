//! Resolves the base and other revisions.

use super::{Event, Git, Host};
use crate::branches::fetch_command;
use crate::git::{CommitId, GitError, GitErrorKind, MergeBase, Prefer};

/// A resolved revision.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Revision {
    /// The name that was resolved.
    pub name: String,
    /// The commit.
    pub commit: CommitId,
}

/// The base: the revision that the caller names, else the branch that the plan names, else `main`,
/// else the default branch of the remote.
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
            let note = format!("using {chosen} as the base; {reference} differs ({commit})");
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
            format!("no base branch `{name}`, neither local nor at origin"),
            format!("fetch it with `{}`, or choose another with --base", fetch_command(Some(name))),
        )
    })
}

/// Resolves a base, or the source of a plan, that the caller names: a branch of that name, else any
/// revision.
///
/// Anyone who can push can create a branch named `origin/main` or like a commit hash, which a clone
/// has as `refs/remotes/origin/origin/main`. Such a branch must not shadow what it is named after.
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
                "ambiguous revision `{revision}`: a branch of that name ({}), or {rival} ({other})",
                found.commit
            ),
            "use the full name, such as `refs/remotes/origin/main`, or the commit hash",
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
            format!("{base} and {head} have no merge base"),
            "check the base, or compare the two trees with --range A..B".to_owned(),
        ),
        MergeBase::Several(commits) => {
            let names: Vec<String> = commits.iter().map(ToString::to_string).collect();
            (
                format!("{base} and {head} have several merge bases: {}", names.join(", ")),
                format!("merge {base} into the branch, so that only one remains"),
            )
        }
    };
    Err(GitError::new(GitErrorKind::Failed, problem, help))
}
