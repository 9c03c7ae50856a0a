//! Runs git. Nothing else in the library starts a process.
//!
//! The environment of the process starts empty, and every call has the options that keep git from
//! running programs that a repository configures. Pipes are read and written concurrently, so
//! neither side can block the other forever.

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

/// Size limit of git's output, far above that of any real repository.
const OUTPUT_LIMIT: u64 = 2 << 30;
/// How much of stderr is kept.
const STDERR_LIMIT: u64 = 64 << 10;

/// The options of every call. Git for Windows understands `/dev/null` too.
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
    // Caches that git trusts without checking the objects.
    "-c",
    "core.commitGraph=false",
    "-c",
    "core.multiPackIndex=false",
    "-c",
    "safe.bareRepository=explicit",
    "-c",
    "protocol.allow=never",
    // Silences a warning about the empty graft file below.
    "-c",
    "advice.graftFileDeprecated=false",
    "--no-pager",
    "--no-optional-locks",
];

/// The variables of every call: no fetching, prompts, replacements or grafts, and English messages,
/// since some are parsed.
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
    /// Searches `PATH` for git.
    ///
    /// Skips relative directories and those inside `repository`, whose content is untrusted. (If
    /// the repository is the root of the file system, only relative ones.)
    pub(super) fn find(environment: &Environment, repository: &Path) -> Result<Program, GitError> {
        let dirs: Vec<PathBuf> = environment
            .path
            .iter()
            .flat_map(|path| std::env::split_paths(path).collect::<Vec<_>>())
            .filter(|dir| dir.is_absolute())
            .collect();
        let repository = repository.canonicalize().unwrap_or_else(|_| repository.to_owned());
        let name = format!("git{}", std::env::consts::EXE_SUFFIX);
        let outside = |path: &Path| {
            repository.parent().is_none()
                || path.canonicalize().is_ok_and(|real| !real.starts_with(&repository))
        };
        let usable = |file: &PathBuf| {
            file.metadata().is_ok_and(|meta| is_executable(&meta))
                && outside(file)
                && file.parent().is_some_and(outside)
        };
        let Some(git) = dirs.iter().map(|dir| dir.join(&name)).find(usable) else {
            return Err(GitError::new(
                GitErrorKind::NoGit,
                "git not found in PATH (outside the repository)",
                format!("install git {} or later", super::OLDEST_GIT),
            ));
        };
        let mut variables: Vec<(OsString, OsString)> =
            VARIABLES.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        // Cannot fail: the directories come from such a list.
        variables.push(("PATH".into(), std::env::join_paths(&dirs).unwrap_or_default()));
        if let Some(root) = environment.variable("SYSTEMROOT") {
            variables.push(("SYSTEMROOT".into(), root.to_owned()));
        }
        Ok(Program { git, variables })
    }

    /// A call of the git command `name`.
    pub(super) fn call(&self, name: &'static str) -> Call {
        #[expect(clippy::disallowed_methods, reason = "the one place that starts a process")]
        let mut command = Command::new(&self.git);
        command.env_clear().envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.args(SWITCHES);
        Call { command, name, named: false, input: Vec::new() }
    }
}

/// Whether it is a file that its owner can execute.
#[cfg(unix)]
pub(super) fn is_executable(meta: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    meta.is_file() && meta.permissions().mode() & 0o100 != 0
}

/// Whether it is a file. There is no executable bit.
#[cfg(not(unix))]
pub(super) fn is_executable(meta: &Metadata) -> bool {
    meta.is_file()
}

/// A builder for one call of git.
pub(super) struct Call {
    command: Command,
    name: &'static str,
    named: bool,
    input: Vec<u8>,
}

impl Call {
    /// Sets a configuration variable. Call before [`Call::args`].
    pub(super) fn setting(mut self, name: &str, value: impl AsRef<OsStr>) -> Call {
        let mut setting = OsString::from(name);
        setting.push("=");
        setting.push(value);
        self.command.arg("-c").arg(setting);
        self
    }

    /// Adds an option of git itself. Call before [`Call::args`].
    pub(super) fn switch(mut self, switch: &str) -> Call {
        self.command.arg(switch);
        self
    }

    /// Adds arguments of the git command.
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

    /// Sets the standard input.
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
                "check that git runs in that directory",
            )
        })
    }

    /// Runs git and waits for it.
    pub(super) fn run(mut self) -> Result<Output, GitError> {
        let stdin = if self.input.is_empty() { Stdio::null() } else { Stdio::piped() };
        let mut process = self.spawn(stdin, Stdio::piped())?;
        let child = &mut process.child;
        let (input, to_child) = (std::mem::take(&mut self.input), child.stdin.take());
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let read = thread::scope(|scope| {
            // Ignores a closed pipe: the status of the child says why.
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
                format!("cannot read the output of git {}: {error}", self.name),
                "try again",
            )
        };
        let (stdout, stderr) = read.map_err(failed)?;
        let status = status.map_err(failed)?;
        if stdout.len() as u64 >= OUTPUT_LIMIT {
            return Err(GitError::new(
                GitErrorKind::TooLarge,
                format!("the output of git {} exceeds {OUTPUT_LIMIT} bytes", self.name),
                "check fewer changes at once",
            ));
        }
        Ok(Output { name: self.name, code: status.code(), stdout, stderr })
    }

    /// Starts a git process that stays open.
    pub(super) fn start(mut self, stderr: Stdio) -> Result<Process, GitError> {
        self.spawn(Stdio::piped(), stderr)
    }
}

fn read_some(mut pipe: impl Read) -> String {
    let mut kept = Vec::new();
    // Errors are ignored: the status of the child decides.
    let _ = pipe.by_ref().take(STDERR_LIMIT).read_to_end(&mut kept);
    let _ = io::copy(&mut pipe, &mut io::sink());
    String::from_utf8_lossy(&kept).into_owned()
}

/// The output of one call of git.
pub(super) struct Output {
    name: &'static str,
    /// The exit status; `None` if a signal killed git.
    pub(super) code: Option<i32>,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: String,
}

impl Output {
    /// Stdout, if git succeeded.
    pub(super) fn success(self) -> Result<Vec<u8>, GitError> {
        if self.code == Some(0) { Ok(self.stdout) } else { Err(self.error()) }
    }

    /// The error for git's message.
    pub(super) fn error(&self) -> GitError {
        GitError::failed(self.name, &self.stderr)
    }

    /// The distinct lines of stderr.
    pub(super) fn warnings(&self) -> BTreeSet<&str> {
        self.stderr.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
    }
}
