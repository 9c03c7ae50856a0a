//! The commits that names stand for.

use lanelint::git::{CommitId, GitError, GitErrorKind, MergeBase, Prefer, Repository};

use crate::cli::output::tell;

/// A commit and the name that it was found by.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) commit: CommitId,
}

/// A branch by its name, never a tag.
pub(super) fn branch(
    repository: &Repository,
    name: &str,
    prefer: Prefer,
) -> Result<Option<Named>, GitError> {
    let tip = repository.branch(name, prefer)?;
    Ok(tip.map(|tip| {
        if let Some((reference, commit)) = &tip.passed_over {
            let chosen = &tip.reference;
            tell("note", &format!("{chosen} is the base; {reference} differs, at {commit}"));
        }
        Named { name: name.to_owned(), commit: tip.commit }
    }))
}

pub(super) fn branch_or_error(repository: &Repository, name: &str) -> Result<Named, GitError> {
    branch(repository, name, Prefer::Remote)?.ok_or_else(|| {
        GitError::new(
            GitErrorKind::UnknownRevision,
            format!("there is no branch `{name}` to be the base, here or at origin"),
            format!("fetch it (`git fetch origin {name}`), or name another with --base"),
        )
    })
}

/// The commit of `--base` or `--plan-from`: a branch of that name, else any revision.
///
/// Whoever may push a branch may call it `origin/main` or by a commit's hash, and a clone has it as
/// `refs/remotes/origin/origin/main`: such a branch must not stand in for what it is called after.
pub(super) fn anchor(repository: &Repository, revision: &str) -> Result<Named, GitError> {
    let hexadecimal = revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hexadecimal && matches!(revision.len(), 40 | 64) {
        return commit(repository, revision);
    }
    let Some(named) = branch(repository, revision, Prefer::Remote)? else {
        return commit(repository, revision);
    };
    let rival = if hexadecimal { revision.to_owned() } else { format!("refs/remotes/{revision}") };
    match repository.commit(&rival) {
        Err(error) if error.kind == GitErrorKind::UnknownRevision => Ok(named),
        Err(error) => Err(error),
        Ok(other) if other == named.commit => Ok(named),
        Ok(other) => Err(GitError::new(
            GitErrorKind::AmbiguousRevision,
            format!(
                "{revision} is ambiguous: a branch of that name ({}), or {rival} ({other})",
                named.commit
            ),
            "give the whole name, such as `refs/remotes/origin/main`, or the commit's hash",
        )),
    }
}

pub(super) fn commit(repository: &Repository, revision: &str) -> Result<Named, GitError> {
    Ok(Named { name: revision.to_owned(), commit: repository.commit(revision)? })
}

/// The merge base, if there is just one.
pub(super) fn one(found: MergeBase, base: &str, head: &str) -> Result<CommitId, GitError> {
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
