//! Special files in the work tree that git would block on.
//!
//! git opens every `.gitignore`, every `.gitattributes` and the HEAD of every nested repository
//! without checking the file type. On a FIFO it blocks forever.

use std::fs::FileType;
use std::path::Path;

use walkdir::WalkDir;

use super::checkout::Checkout;
use super::error::{GitError, GitErrorKind};

/// Fails if git would block on a file in the work tree.
///
/// # Errors
/// If a file that git would open is a FIFO, socket or device.
pub(super) fn check(root: &Path) -> Result<(), GitError> {
    let mut walk = WalkDir::new(root).min_depth(1).into_iter();
    while let Some(entry) = walk.next() {
        // git reports what cannot be listed.
        let Ok(entry) = entry else { continue };
        let name = entry.file_name().as_encoded_bytes();
        if entry.file_type().is_dir() {
            if name.eq_ignore_ascii_case(b".git") {
                walk.skip_current_dir();
            } else if entry.path().join(".git").symlink_metadata().is_ok() {
                if let Some(checkout) = Checkout::at(entry.path()) {
                    check_target(&checkout.git_dir().join("HEAD"))?;
                }
                walk.skip_current_dir();
            }
        } else if [&b".gitignore"[..], b".gitattributes"]
            .iter()
            .any(|pattern_file| name.eq_ignore_ascii_case(pattern_file))
        {
            check_type(entry.path(), entry.file_type())?;
        }
    }
    Ok(())
}

fn check_target(path: &Path) -> Result<(), GitError> {
    path.metadata().map_or(Ok(()), |meta| check_type(path, meta.file_type()))
}

fn check_type(path: &Path, kind: FileType) -> Result<(), GitError> {
    // git does not follow symbolic links to pattern files.
    if kind.is_file() || kind.is_dir() || kind.is_symlink() {
        return Ok(());
    }
    Err(GitError::new(
        GitErrorKind::Io,
        format!("{} is a FIFO, socket or device, which git would block on", path.display()),
        "remove it, or replace it with a regular file",
    ))
}
