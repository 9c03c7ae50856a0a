//! Starting git: the only place of the library that starts a process.
//!
//! The child's environment is built from nothing, and every call carries the switches that keep
//! git from running what a repository names. A call reads and writes at the same time, so neither
//! side can wait for the other for ever.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::Metadata;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use super::cleanup::Process;
use super::environment::Environment;
use super::error::{GitError, GitErrorKind};

/// No answer of git is read further than this: a guard, far above any list of real files.
const OUTPUT_LIMIT: u64 = 2 << 30;
/// How much of the standard error is kept.
const STDERR_LIMIT: u64 = 64 << 10;

/// The switches of every call. `/dev/null` is understood by git for Windows too.
const SWITCHES: [&str; 22] = [
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.excludesFile=/dev/null",
    "-c",
    "core.attributesFile=/dev/null",
    "-c",
    "core.safecrlf=false",
    // Copies of what the objects say, which git believes without a look at them.
    "-c",
    "core.commitGraph=false",
    "-c",
    "core.multiPackIndex=false",
    "-c",
    "safe.bareRepository=explicit",
    "-c",
    "protocol.allow=never",
    // It would speak of the empty file that stands for 'no grafts'.
    "-c",
    "advice.graftFileDeprecated=false",
    "--no-pager",
    "--no-optional-locks",
];

/// The variables of every call: nothing is fetched, asked, replaced or grafted, and messages are in
/// English, for some of them are read here.
const VARIABLES: [(&str, &str); 10] = [
    ("LC_ALL", "C"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_GRAFT_FILE", "/dev/null"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_ATTR_NOSYSTEM", "1"),
    ("GIT_LITERAL_PATHSPECS", "1"),
    ("GIT_DISCOVERY_ACROSS_FILESYSTEM", "1"),
];

/// The git program, found once.
#[derive(Clone, Debug)]
pub(super) struct Program {
    git: PathBuf,
    variables: Vec<(OsString, OsString)>,
}

impl Program {
    /// Looks for git in the folders of `PATH`.
    ///
    /// Relative folders, and folders inside `judged`, are passed over: what lies there may have
    /// been committed by the one who is judged. (Where the file system's root is the repository,
    /// that would leave no folder at all, so there the second does not hold.)
    pub(super) fn find(environment: &Environment, judged: &Path) -> Result<Program, GitError> {
        let folders: Vec<PathBuf> = environment
            .path
            .iter()
            .flat_map(|path| std::env::split_paths(path).collect::<Vec<_>>())
            .filter(|folder| folder.is_absolute())
            .collect();
        let judged = judged.canonicalize().unwrap_or_else(|_| judged.to_owned());
        let name = format!("git{}", std::env::consts::EXE_SUFFIX);
        let outside = |path: &Path| {
            judged.parent().is_none()
                || path.canonicalize().is_ok_and(|real| !real.starts_with(&judged))
        };
        let usable = |file: &PathBuf| {
            file.metadata().is_ok_and(|meta| is_executable(&meta))
                && outside(file)
                && file.parent().is_some_and(outside)
        };
        let Some(git) = folders.iter().map(|folder| folder.join(&name)).find(usable) else {
            return Err(GitError::new(
                GitErrorKind::NoGit,
                "git is not installed: no folder of PATH outside the repository holds it",
                format!("install git {} or later", super::OLDEST_GIT),
            ));
        };
        let mut variables: Vec<(OsString, OsString)> =
            VARIABLES.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        // A folder whose name holds the list's separator cannot have come out of a list.
        variables.push(("PATH".into(), std::env::join_paths(&folders).unwrap_or_default()));
        if let Some(root) = environment.variable("SYSTEMROOT") {
            variables.push(("SYSTEMROOT".into(), root.to_owned()));
        }
        Ok(Program { git, variables })
    }

    /// Begins a call of the git command `name`.
    pub(super) fn call(&self, name: &'static str) -> Call {
        #[expect(clippy::disallowed_methods, reason = "the one place that starts a process")]
        let mut command = Command::new(&self.git);
        command.env_clear().envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.args(SWITCHES);
        Call { command, name, named: false, input: Vec::new() }
    }
}

/// Whether it is a file that its owner may execute.
#[cfg(unix)]
pub(super) fn is_executable(meta: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    meta.is_file() && meta.permissions().mode() & 0o100 != 0
}

/// Whether it is a file: here no bit tells more.
#[cfg(not(unix))]
pub(super) fn is_executable(meta: &Metadata) -> bool {
    meta.is_file()
}

/// One call of git that is being put together.
pub(super) struct Call {
    command: Command,
    name: &'static str,
    named: bool,
    input: Vec<u8>,
}

impl Call {
    /// A setting for this call; to be given before the first argument.
    pub(super) fn setting(mut self, name: &str, value: impl AsRef<OsStr>) -> Call {
        let mut setting = OsString::from(name);
        setting.push("=");
        setting.push(value);
        self.command.arg("-c").arg(setting);
        self
    }

    /// A switch of git itself, for this call; to be given before the first argument.
    pub(super) fn switch(mut self, switch: &str) -> Call {
        self.command.arg(switch);
        self
    }

    /// Arguments of the git command.
    pub(super) fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Call {
        self.name_once();
        self.command.args(args);
        self
    }

    fn name_once(&mut self) {
        if !std::mem::replace(&mut self.named, true) {
            self.command.arg(self.name);
        }
    }

    pub(super) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Call {
        self.command.env(name, value);
        self
    }

    pub(super) fn dir(mut self, dir: &Path) -> Call {
        self.command.current_dir(dir);
        self
    }

    /// What the process reads on its standard input.
    pub(super) fn input(mut self, input: Vec<u8>) -> Call {
        self.input = input;
        self
    }

    fn spawn(&mut self, stdin: Stdio, stderr: Stdio) -> Result<Process, GitError> {
        self.name_once();
        self.command.stdin(stdin).stdout(Stdio::piped()).stderr(stderr);
        Process::spawn(&mut self.command).map_err(|error| {
            GitError::new(
                GitErrorKind::Io,
                format!("cannot start {}: {error}", self.command.get_program().display()),
                "look whether git can be started by hand in that folder",
            )
        })
    }

    /// Runs git to its end.
    pub(super) fn run(mut self) -> Result<Answer, GitError> {
        let stdin = if self.input.is_empty() { Stdio::null() } else { Stdio::piped() };
        let mut process = self.spawn(stdin, Stdio::piped())?;
        let child = &mut process.child;
        let (input, to_child) = (std::mem::take(&mut self.input), child.stdin.take());
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let read = thread::scope(|scope| {
            // A child that does not want all of its input closes the pipe: its status tells why.
            let feeder = to_child.map(|mut pipe| scope.spawn(move || pipe.write_all(&input)));
            let errors = err.map(|pipe| scope.spawn(move || read_some(pipe)));
            let mut stdout = Vec::new();
            let read = match out {
                Some(pipe) => pipe.take(OUTPUT_LIMIT).read_to_end(&mut stdout),
                None => Ok(0),
            };
            if read.is_err() || stdout.len() as u64 >= OUTPUT_LIMIT {
                // The other threads end when the child's pipes do.
                process.kill();
            }
            let stderr = errors.and_then(|thread| thread.join().ok()).unwrap_or_default();
            drop(feeder.map(thread::ScopedJoinHandle::join));
            read.map(|_| (stdout, stderr))
        });
        let status = process.wait();
        let failed = |error: io::Error| {
            GitError::new(
                GitErrorKind::Io,
                format!("cannot read what git {} says: {error}", self.name),
                "try again",
            )
        };
        let (stdout, stderr) = read.map_err(failed)?;
        let status = status.map_err(failed)?;
        if stdout.len() as u64 >= OUTPUT_LIMIT {
            return Err(GitError::new(
                GitErrorKind::TooLarge,
                format!("git {} says more than {OUTPUT_LIMIT} bytes", self.name),
                "judge fewer changes at once",
            ));
        }
        Ok(Answer { name: self.name, code: status.code(), stdout, stderr })
    }

    /// Starts a git that goes on answering, its standard error going to `stderr`.
    pub(super) fn start(mut self, stderr: Stdio) -> Result<Process, GitError> {
        self.spawn(Stdio::piped(), stderr)
    }
}

fn read_some(mut pipe: impl Read) -> String {
    let mut kept = Vec::new();
    // What a dying child still had to say is a courtesy; its status decides.
    let _ = pipe.by_ref().take(STDERR_LIMIT).read_to_end(&mut kept);
    let _ = io::copy(&mut pipe, &mut io::sink());
    String::from_utf8_lossy(&kept).into_owned()
}

/// What git said.
pub(super) struct Answer {
    name: &'static str,
    /// The exit status; nothing when a signal ended git.
    pub(super) code: Option<i32>,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: String,
}

impl Answer {
    /// The standard output of a git that succeeded.
    pub(super) fn success(self) -> Result<Vec<u8>, GitError> {
        if self.code == Some(0) { Ok(self.stdout) } else { Err(self.error()) }
    }

    /// Why git failed, by what it said.
    pub(super) fn error(&self) -> GitError {
        GitError::failed(self.name, &self.stderr)
    }

    /// The lines of the standard error, each once.
    pub(super) fn warnings(&self) -> BTreeSet<&str> {
        self.stderr.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
    }
}
