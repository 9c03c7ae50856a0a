//! Lists and reads files without git, including untrusted paths.

pub mod resolve;
mod rewrite;

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use bstr::ByteSlice;
use walkdir::WalkDir;

use crate::failure::Failure;
use crate::path::{RepoPath, quote};
pub use rewrite::Rewrite;

/// Lists the files below `root`, relative to it, in byte order.
///
/// Lists symbolic links without following them. Skips `.git` in any letter case, and sockets, FIFOs
/// and devices, which a repository cannot contain.
///
/// # Errors
/// If a directory cannot be read, or a path is invalid in a repository. An incomplete list would
/// hide problems.
pub fn walk(root: &Path) -> Result<Vec<RepoPath>, Failure> {
    let mut files = Vec::new();
    let entries = WalkDir::new(root)
        .min_depth(1)
        .into_iter()
        .filter_entry(|entry| !entry.file_name().as_encoded_bytes().eq_ignore_ascii_case(b".git"));
    for entry in entries {
        let entry = entry.map_err(|error| {
            let dir = error.path().unwrap_or(root);
            let why = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
            Failure::new(
                format!("cannot list {}: {why}", dir.display()),
                "make the directory readable, or move it out of the tree",
            )
        })?;
        if !entry.file_type().is_file() && !entry.file_type().is_symlink() {
            continue;
        }
        let relative = entry.path().strip_prefix(root).unwrap_or(entry.path());
        files.push(repo_path(relative)?);
    }
    files.sort_unstable();
    Ok(files)
}

fn repo_path(relative: &Path) -> Result<RepoPath, Failure> {
    let joined = relative
        .components()
        .map(|component| <[u8]>::from_os_str(component.as_os_str()))
        .collect::<Option<Vec<&[u8]>>>()
        .map(|parts| parts.join(&b'/'));
    joined.and_then(|bytes| RepoPath::new(bytes).ok()).ok_or_else(|| {
        let name = quote(relative.as_os_str().as_encoded_bytes());
        Failure::new(
            format!("{name} is not a valid path in a repository"),
            "rename the file, or move it out of the tree",
        )
    })
}

/// How long to wait for data from a FIFO.
const FIFO_TIMEOUT: Duration = Duration::from_secs(60);

/// Reads a file at an untrusted path.
///
/// Reads regular files and FIFOs (`<(git diff)`, a piped `/dev/stdin`), but not `/dev/zero` and the
/// like. Does not block forever: a FIFO without a writer, or without data for a minute, is an error.
///
/// # Errors
/// If the file does not exist, is a directory, device or socket, cannot be read, or is longer than
/// `limit` bytes.
pub fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    read_with_timeout(path, limit, FIFO_TIMEOUT)
}

/// Opens a file to read as a stream, such as a patch of any length.
///
/// Opening a FIFO waits for its writer.
///
/// # Errors
/// If the file does not exist, is a directory, device or socket, or cannot be opened.
pub fn open(path: &Path) -> Result<File, Failure> {
    let meta = path.metadata().map_err(|error| cannot_read(path, &error))?;
    check_kind(path, &meta)?;
    File::open(path).map_err(|error| cannot_read(path, &error))
}

/// The SHA-256 digest of a regular file, in lowercase hexadecimal digits.
///
/// # Errors
/// If it does not exist, is not a regular file, or cannot be read.
pub fn sha256(path: &Path) -> Result<String, Failure> {
    use sha2::{Digest, Sha256};
    let failed = |error: io::Error| cannot_read(path, &error);
    let mut file = open_nonblocking(path).map_err(failed)?;
    if !file.metadata().map_err(failed)?.is_file() {
        return Err(failed(io::Error::other("not a regular file")));
    }
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => digest.update(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn cannot_read(path: &Path, error: &io::Error) -> Failure {
    let problem = format!("cannot read {}: {error}", path.display());
    Failure::new(problem, "check the path and its permissions")
}

/// Fails for directories, and for devices and sockets, whose content may be endless.
fn check_kind(path: &Path, meta: &Metadata) -> Result<(), Failure> {
    let name = path.display();
    if meta.is_dir() {
        return Err(Failure::new(
            format!("{name} is a directory, not a file"),
            "use a file inside it",
        ));
    }
    if !meta.is_file() && !is_fifo(meta) {
        return Err(Failure::new(
            format!("{name} is a device or socket, not a file"),
            "use a file, or `-` for standard input",
        ));
    }
    Ok(())
}

fn read_with_timeout(path: &Path, limit: u64, timeout: Duration) -> Result<Vec<u8>, Failure> {
    let name = path.display();
    let failed = |error: &io::Error| cannot_read(path, error);
    let file = open_nonblocking(path).map_err(|error| failed(&error))?;
    let meta = file.metadata().map_err(|error| failed(&error))?;
    check_kind(path, &meta)?;
    let timed_out = || {
        Failure::new(
            format!("no data from the FIFO {name} for {timeout:?}"),
            "start the program that writes to it, or write its output to a file first",
        )
    };
    let mut content = Vec::new();
    let mut source = file.take(limit.saturating_add(1));
    let mut buffer = vec![0; 64 << 10];
    let mut last_data = Instant::now();
    // Until a named FIFO has a writer, it reads as empty. An inherited pipe (`/dev/stdin`,
    // `/dev/fd/63`) has had one.
    let mut had_writer = meta.is_file() || path.starts_with("/dev") || path.starts_with("/proc");
    loop {
        match source.read(&mut buffer) {
            Ok(0) if had_writer => break,
            Ok(0) if last_data.elapsed() > timeout => return Err(timed_out()),
            Ok(0) => thread::sleep(Duration::from_millis(5)),
            Ok(count) => {
                content.extend_from_slice(&buffer[..count]);
                last_data = Instant::now();
                had_writer = true;
                if content.len() as u64 > limit {
                    return Err(Failure::new(
                        format!("{name} is too large (limit: {limit} bytes)"),
                        "use a smaller file",
                    ));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                had_writer = true;
                if last_data.elapsed() > timeout {
                    return Err(timed_out());
                }
                thread::sleep(Duration::from_millis(1));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(&error)),
        }
    }
    Ok(content)
}

#[cfg(unix)]
fn open_nonblocking(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    // Otherwise, opening a FIFO waits for a writer.
    let flags = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    File::options().read(true).custom_flags(flags).open(path)
}

#[cfg(not(unix))]
fn open_nonblocking(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(unix)]
fn is_fifo(meta: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    meta.file_type().is_fifo()
}

#[cfg(not(unix))]
fn is_fifo(_meta: &Metadata) -> bool {
    false
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn fifo_timeout() {
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("fifo");
        rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, rustix::fs::Mode::RWXU).unwrap();
        let error = read_with_timeout(&fifo, 10, Duration::from_millis(20)).unwrap_err();
        assert!(error.problem.contains("FIFO"), "{error:?}");
        // A writer without data.
        let both = File::options().read(true).write(true).open(&fifo).unwrap();
        let error = read_with_timeout(&fifo, 10, Duration::from_millis(20)).unwrap_err();
        assert!(error.problem.contains("FIFO"), "{error:?}");
        drop(both);
    }
}
