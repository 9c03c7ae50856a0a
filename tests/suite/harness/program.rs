//! Runs of the program, as its users run it.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use bstr::ByteSlice;
use serde_json::Value;

use super::{TestRepo, assert_harmless, search_path};

/// The program, for what starts it in a way of its own.
pub const LANELINT: &str = env!("CARGO_BIN_EXE_lanelint");

/// A call of the program, under an environment without the machine's settings.
pub struct Call {
    command: Command,
    stdin: Vec<u8>,
}

impl Call {
    /// A call in the root of a repository.
    pub fn of<S: AsRef<OsStr>>(repo: &TestRepo, arguments: &[S]) -> Call {
        Call::in_dir(repo.root(), arguments).env("HOME", repo.beside("home"))
    }

    /// A call in a folder, which is its home as well.
    pub fn in_dir<S: AsRef<OsStr>>(dir: &Path, arguments: &[S]) -> Call {
        let mut command = Command::new(LANELINT);
        command
            .current_dir(dir)
            .env_clear()
            .env("PATH", search_path())
            .env("HOME", dir)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .args(arguments);
        Call { command, stdin: Vec::new() }
    }

    /// Changes the working directory, and nothing else.
    pub fn dir(mut self, dir: impl AsRef<Path>) -> Call {
        self.command.current_dir(dir);
        self
    }

    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Call {
        self.command.arg(argument);
        self
    }

    pub fn args<S: AsRef<OsStr>>(mut self, arguments: &[S]) -> Call {
        self.command.args(arguments);
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Call {
        self.command.env(name, value);
        self
    }

    /// Leaves nothing in the environment but the `PATH`.
    pub fn only_path(mut self) -> Call {
        self.command.env_clear().env("PATH", search_path());
        self
    }

    pub fn stdin(mut self, text: impl Into<Vec<u8>>) -> Call {
        self.stdin = text.into();
        self
    }

    /// The command, for what talks to the program while it runs.
    pub fn command(self) -> Command {
        self.command
    }

    /// Runs the program to its end, which is no panic.
    #[track_caller]
    pub fn output(mut self) -> Output {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap();
        let mut pipe = child.stdin.take().unwrap();
        // The answer may fill its pipe before the input is at its end. A program that ends before
        // it has read all is judged by its answer.
        let writer = std::thread::spawn(move || drop(pipe.write_all(&self.stdin)));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        assert!(!output.stderr.contains_str("panicked"), "{}", output.stderr.as_bstr());
        output
    }

    /// Runs the program to its end; what it writes is text that harms no terminal and no CI log.
    #[track_caller]
    pub fn run(self) -> Answer {
        let output = self.output();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let status = output.status.code().expect("ended by itself");
        let answer = Answer { status, stdout: text(output.stdout), stderr: text(output.stderr) };
        assert_harmless(&answer.stdout);
        assert_harmless(&answer.stderr);
        answer
    }
}

/// What came of a call.
#[derive(Debug)]
pub struct Answer {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Answer {
    #[track_caller]
    pub fn ends_with(self, status: i32) -> Answer {
        assert_eq!(self.status, status, "{self:#?}");
        self
    }

    /// Checks that standard error has all of these, one after another.
    #[track_caller]
    pub fn tells(self, words: &[&str]) -> Answer {
        let mut rest = self.stderr.as_str();
        for word in words {
            let Some((_, behind)) = rest.split_once(word) else {
                panic!("{word:?} is not said: {self:#?}")
            };
            rest = behind;
        }
        self
    }

    /// Checks that the call could not be used: nothing on standard output, and these words on
    /// standard error.
    #[track_caller]
    pub fn is_unusable(&self, words: &str) {
        assert_eq!((self.status, self.stdout.as_str()), (2, ""), "{self:#?}");
        assert!(self.stderr.contains(words), "{words:?} is not said: {self:#?}");
    }

    /// Standard output, read as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

/// A `PATH` on which `lanelint` is found first, by a link in this folder.
#[cfg(unix)]
pub fn path_with_lanelint(folder: &Path) -> std::ffi::OsString {
    if !folder.exists() {
        std::fs::create_dir(folder).unwrap();
        std::os::unix::fs::symlink(LANELINT, folder.join("lanelint")).unwrap();
    }
    let paths = search_path();
    let folders = [folder.to_owned()].into_iter().chain(std::env::split_paths(&paths));
    std::env::join_paths(folders).unwrap()
}
