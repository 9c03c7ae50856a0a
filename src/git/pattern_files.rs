//! Files of patterns that git would open in the work tree though they are none.
//!
//! git opens `.gitignore` and `.gitattributes` wherever it comes by, and HEAD of each repository in
//! the work tree, before it looks at what they are: at a FIFO it waits for ever.

use std::fs::FileType;
use std::path::Path;

use walkdir::WalkDir;

use super::checkout::Checkout;
use super::error::{GitError, GitErrorKind};

/// Fails where git would wait for ever.
///
/// # Errors
/// When a file that git reads on its way through the work tree is a FIFO, a socket or a device.
pub(super) fn check(root: &Path) -> Result<(), GitError> {
    let mut walk = WalkDir::new(root).min_depth(1).into_iter();
    while let Some(entry) = walk.next() {
        // What cannot be listed is for git to report.
        let Ok(entry) = entry else { continue };
        let name = entry.file_name().as_encoded_bytes();
        if entry.file_type().is_dir() {
            if name.eq_ignore_ascii_case(b".git") {
                walk.skip_current_dir();
            } else if entry.path().join(".git").symlink_metadata().is_ok() {
                if let Some(checkout) = Checkout::at(entry.path()) {
                    refuse_special(&checkout.git_dir().join("HEAD"))?;
                }
                walk.skip_current_dir();
            }
        } else if [&b".gitignore"[..], b".gitattributes"]
            .iter()
            .any(|pattern_file| name.eq_ignore_ascii_case(pattern_file))
        {
            refuse(entry.path(), entry.file_type())?;
        }
    }
    Ok(())
}

fn refuse_special(path: &Path) -> Result<(), GitError> {
    path.metadata().map_or(Ok(()), |meta| refuse(path, meta.file_type()))
}

fn refuse(path: &Path, kind: FileType) -> Result<(), GitError> {
    // git follows no symbolic link to patterns.
    if kind.is_file() || kind.is_dir() || kind.is_symlink() {
        return Ok(());
    }
    Err(GitError::new(
        GitErrorKind::Io,
        format!("{} is a FIFO, a socket or a device, and git would read it", path.display()),
        "remove it, or put a regular file in its place",
    ))
}
