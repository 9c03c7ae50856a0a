//! Scratch directories and git processes, tracked so that a program killed by a signal leaves none
//! behind.
//!
//! The library handles no signals. A program that does calls [`clean_up`] before it exits.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

static LIVE: Mutex<Live> = Mutex::new(Live { dirs: BTreeSet::new(), processes: BTreeSet::new() });

#[derive(Debug)]
struct Live {
    dirs: BTreeSet<PathBuf>,
    processes: BTreeSet<u32>,
}

fn live() -> MutexGuard<'static, Live> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// While this exists, no git process is started, and pending calls of git do not return.
#[derive(Debug)]
pub struct CleanedUp {
    _live: MutexGuard<'static, Live>,
}

/// Kills every git process that the library started, and removes every scratch directory.
///
/// Call this right before the process exits, from a thread that is not inside the library. Keep the
/// returned value until then, so that the output of a killed git is not used.
#[must_use]
pub fn clean_up() -> CleanedUp {
    let live = live();
    for process in &live.processes {
        kill(*process);
    }
    for dir in &live.dirs {
        remove(dir);
    }
    CleanedUp { _live: live }
}

/// A process is listed only until it is waited for, so its id cannot have been reused.
#[cfg(unix)]
fn kill(process: u32) {
    use rustix::process::{Pid, Signal, kill_process};
    if let Some(pid) = i32::try_from(process).ok().and_then(Pid::from_raw) {
        // It may have exited already.
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// There are no signals to clean up after.
#[cfg(not(unix))]
fn kill(_process: u32) {}

/// Retries, since another thread or a dying git may still be writing to the directory.
fn remove(dir: &Path) {
    const TRIES: u32 = 200;
    for _ in 0..TRIES {
        match fs::remove_dir_all(dir) {
            Ok(()) => return,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(_) => thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// A temporary directory, removed on drop.
#[derive(Debug)]
pub(super) struct ScratchDir {
    path: PathBuf,
    dir: Option<TempDir>,
}

impl ScratchDir {
    pub(super) fn new() -> io::Result<ScratchDir> {
        let mut live = live();
        let dir = tempfile::Builder::new().prefix("lanelint-").tempdir()?;
        let path = dir.path().to_path_buf();
        live.dirs.insert(path.clone());
        Ok(ScratchDir { path, dir: Some(dir) })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for ScratchDir {
    fn drop(&mut self) {
        drop(self.dir.take());
        live().dirs.remove(&self.path);
    }
}

/// A git process, killed on drop.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) child: Child,
    waited: bool,
}

impl Process {
    pub(super) fn spawn(command: &mut Command) -> io::Result<Process> {
        let mut live = live();
        let child = command.spawn()?;
        live.processes.insert(child.id());
        Ok(Process { child, waited: false })
    }

    pub(super) fn kill(&mut self) {
        // It may have exited already.
        let _ = self.child.kill();
    }

    /// Waits for the process, which has to be about to exit: [`clean_up`] no longer kills it.
    pub(super) fn wait(&mut self) -> io::Result<ExitStatus> {
        if !self.waited {
            live().processes.remove(&self.child.id());
            self.waited = true;
        }
        self.child.wait()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        let _ = self.wait();
    }
}
