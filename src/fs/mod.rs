//! Files without git: the list of those below a folder, and the content of one that a stranger
//! named.

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
/// Symbolic links are listed and not followed; `.git`, in any letter case, is passed over with all
/// that is below it; and so are sockets, FIFOs and devices, which no repository can hold either.
///
/// # Errors
/// A folder that cannot be read, or a name that no path of a repository can have: a list with
/// holes would let a lint pass that looked at half of the files.
pub fn walk(root: &Path) -> Result<Vec<RepoPath>, Failure> {
    let mut files = Vec::new();
    let entries = WalkDir::new(root)
        .min_depth(1)
        .into_iter()
        .filter_entry(|entry| !entry.file_name().as_encoded_bytes().eq_ignore_ascii_case(b".git"));
    for entry in entries {
        let entry = entry.map_err(|error| {
            let place = error.path().unwrap_or(root);
            let why = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
            Failure::new(
                format!("cannot list {}: {why}", place.display()),
                "make the folder readable, or move it out of the tree",
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
            format!("{name} is no name that a repository can hold"),
            "rename the file, or move it out of the tree",
        )
    })
}

/// How long a FIFO may stay silent before reading it is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Reads a file that a stranger may have named.
///
/// Regular files and FIFOs (`<(git diff)`, a piped `/dev/stdin`) are read; `/dev/zero` and its like
/// are not. A FIFO that stays silent for a minute, or that nobody opens for writing, is an error, so
/// this cannot hang.
///
/// # Errors
/// When there is no such file, it is a folder, a device or a socket, cannot be read, or is longer
/// than `limit` bytes.
pub fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    read_patiently(path, limit, PATIENCE)
}

/// Opens a file that is read as it comes, such as a patch of any length.
///
/// A FIFO waits for its writer, as every program that reads a stream does.
///
/// # Errors
/// When there is no such file, it is a folder, a device or a socket, or cannot be opened.
pub fn open(path: &Path) -> Result<File, Failure> {
    let meta = path.metadata().map_err(|error| cannot_read(path, &error))?;
    readable(path, &meta)?;
    File::open(path).map_err(|error| cannot_read(path, &error))
}

/// The SHA-256 digest of a regular file, in lower-case hexadecimal digits.
///
/// # Errors
/// When there is no such file, it is of another kind, or it cannot be read.
pub fn sha256(path: &Path) -> Result<String, Failure> {
    use sha2::{Digest, Sha256};
    let failed = |error: io::Error| cannot_read(path, &error);
    let mut file = open_without_waiting(path).map_err(failed)?;
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
    Failure::new(problem, "look at the name and permissions")
}

/// Whether a file is one that ends, as far as its kind tells.
fn readable(path: &Path, meta: &Metadata) -> Result<(), Failure> {
    let name = path.display();
    if meta.is_dir() {
        return Err(Failure::new(
            format!("{name} is a folder, not a file"),
            "name a file inside it",
        ));
    }
    if !meta.is_file() && !is_fifo(meta) {
        return Err(Failure::new(
            format!("{name} is a device or a socket, not a file"),
            "name a file, or `-` for standard input",
        ));
    }
    Ok(())
}

fn read_patiently(path: &Path, limit: u64, patience: Duration) -> Result<Vec<u8>, Failure> {
    let name = path.display();
    let failed = |error: &io::Error| cannot_read(path, error);
    let file = open_without_waiting(path).map_err(|error| failed(&error))?;
    let meta = file.metadata().map_err(|error| failed(&error))?;
    readable(path, &meta)?;
    let silent = || {
        Failure::new(
            format!("{name} is a FIFO, and nothing came out of it for {patience:?}"),
            "start the program that writes to it, or write its output to a file first",
        )
    };
    let mut content = Vec::new();
    let mut source = file.take(limit.saturating_add(1));
    let mut buffer = vec![0; 64 << 10];
    let mut heard = Instant::now();
    // A FIFO with a name may be opened before its writer comes, and then seems to be at its end; a
    // pipe that was handed over (`/dev/stdin`, `/dev/fd/63`) has had its writer.
    let mut writer_came = meta.is_file() || path.starts_with("/dev") || path.starts_with("/proc");
    loop {
        match source.read(&mut buffer) {
            Ok(0) if writer_came => break,
            Ok(0) if heard.elapsed() > patience => return Err(silent()),
            Ok(0) => thread::sleep(Duration::from_millis(5)),
            Ok(count) => {
                content.extend_from_slice(&buffer[..count]);
                heard = Instant::now();
                writer_came = true;
                if content.len() as u64 > limit {
                    return Err(Failure::new(
                        format!("{name} is longer than the {limit} bytes that are read"),
                        "name a smaller file",
                    ));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                writer_came = true;
                if heard.elapsed() > patience {
                    return Err(silent());
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
fn open_without_waiting(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    // Without this flag, opening a FIFO waits until somebody writes.
    let flags = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    File::options().read(true).custom_flags(flags).open(path)
}

#[cfg(not(unix))]
fn open_without_waiting(path: &Path) -> io::Result<File> {
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
    fn a_fifo_that_nobody_writes_to_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("fifo");
        rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, rustix::fs::Mode::RWXU).unwrap();
        let error = read_patiently(&fifo, 10, Duration::from_millis(20)).unwrap_err();
        assert!(error.problem.contains("FIFO"), "{error:?}");
        // A writer that says nothing.
        let both = File::options().read(true).write(true).open(&fifo).unwrap();
        let error = read_patiently(&fifo, 10, Duration::from_millis(20)).unwrap_err();
        assert!(error.problem.contains("FIFO"), "{error:?}");
        drop(both);
    }
}
