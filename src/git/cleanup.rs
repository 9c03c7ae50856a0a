//! What a program that is ended by a signal would leave behind: scratch folders, and git processes
//! that are still at work.
//!
//! The library handles no signal by itself. A program that does calls [`clean_up`] before it ends.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

static LIVE: Mutex<Live> =
    Mutex::new(Live { folders: BTreeSet::new(), processes: BTreeSet::new() });

/// What exists at the moment.
#[derive(Debug)]
struct Live {
    folders: BTreeSet<PathBuf>,
    processes: BTreeSet<u32>,
}

fn live() -> MutexGuard<'static, Live> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// While it exists, no git is started, and no call of git comes back to whoever waits for it.
#[derive(Debug)]
pub struct CleanedUp {
    _live: MutexGuard<'static, Live>,
}

/// Ends every git process that the library started, and removes every scratch folder.
///
/// To be called right before the process ends, from a thread that holds nothing of the library's.
/// Keep what it returns until then: a call whose git was ended must not be taken for an answer.
#[must_use]
pub fn clean_up() -> CleanedUp {
    let live = live();
    for process in &live.processes {
        kill(*process);
    }
    for folder in &live.folders {
        remove(folder);
    }
    CleanedUp { _live: live }
}

/// A process is listed only until it is waited for, so its number cannot be another's.
#[cfg(unix)]
fn kill(process: u32) {
    use rustix::process::{Pid, Signal, kill_process};
    if let Some(pid) = i32::try_from(process).ok().and_then(Pid::from_raw) {
        // It may have ended by itself.
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// There are no signals here for which anybody would clean up.
#[cfg(not(unix))]
fn kill(_process: u32) {}

/// Removes a folder into which another thread or a dying git may still be writing.
fn remove(folder: &Path) {
    const TRIES: u32 = 200;
    for _ in 0..TRIES {
        match fs::remove_dir_all(folder) {
            Ok(()) => return,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(_) => thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// A folder of our own, gone when this is dropped.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    folder: Option<TempDir>,
}

impl Folder {
    pub(super) fn new() -> io::Result<Folder> {
        let mut live = live();
        let folder = tempfile::Builder::new().prefix("lanelint-").tempdir()?;
        let path = folder.path().to_path_buf();
        live.folders.insert(path.clone());
        Ok(Folder { path, folder: Some(folder) })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(self.folder.take());
        live().folders.remove(&self.path);
    }
}

/// A process of git, ended when this is dropped.
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
        // It may have ended by itself.
        let _ = self.child.kill();
    }

    /// Waits for its end, which has to be near: from here on [`clean_up`] passes it over.
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
