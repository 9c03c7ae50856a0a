//! The work tree of a directory, and its checked-out branch.

use std::path::Path;

use super::Host;
use crate::failure::Failure;
use crate::git::{Checkout, GitError, Head};

/// The work tree that the environment names, or else the innermost one that contains `folder`, which
/// has to be canonical.
///
/// # Errors
/// If the environment names a repository that git cannot use.
pub fn work_tree(host: &dyn Host, folder: &Path) -> Result<Option<Checkout>, GitError> {
    if host.environment().git_dir.is_none() {
        return Ok(Checkout::containing(folder));
    }
    Ok(host.repository(folder)?.and_then(|repository| repository.checkout()))
}

/// The branch that is checked out or being rebased.
///
/// # Errors
/// If HEAD cannot be read, or git cannot answer.
pub fn branch_of(host: &dyn Host, tree: &Checkout) -> Result<Option<String>, Failure> {
    match tree.head()? {
        Head::Branch(branch) | Head::Rebasing(branch) => Ok(Some(branch)),
        Head::Detached => Ok(None),
        Head::Unusual => {
            let Some(repository) = host.repository(tree.top())? else { return Ok(None) };
            match repository.checked_out_branch()? {
                Some(branch) => Ok(Some(branch)),
                None => tree.rebased(),
            }
        }
    }
}
