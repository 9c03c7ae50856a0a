//! The work tree at hand, and the branch that is checked out in it.

use std::path::Path;

use super::Host;
use crate::failure::Failure;
use crate::git::{Checkout, GitError, Head};

/// The work tree that contains a folder, which has to be without links: the one that the environment
/// names, else the nearest.
///
/// # Errors
/// If the environment names a repository and git cannot use it.
pub fn work_tree(host: &dyn Host, folder: &Path) -> Result<Option<Checkout>, GitError> {
    if host.environment().git_dir.is_none() {
        return Ok(Checkout::containing(folder));
    }
    Ok(host.repository(folder)?.and_then(|repository| repository.checkout()))
}

/// The branch that is checked out, or that is being rebased.
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
