//! Real repositories for the tests, made in temporary folders and under an environment that holds
//! nothing of the machine's settings.
//!
//! `LANELINT_TEST_GIT_DIR=/usr/bin cargo test` puts that folder first on the `PATH`, for the tests'
//! own git and for the one that the library finds: so the suite runs on more than one git.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use lanelint::change::ChangeSet;
use lanelint::git::{CommitId, Environment, Repository};
use lanelint::path::RepoPath;
use tempfile::TempDir;

/// A repository with a work tree, and a home folder beside it.
pub struct TestRepo {
    _folder: TempDir,
    root: PathBuf,
}

/// The folders in which programs are looked for.
pub fn search_path() -> OsString {
    let own = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::var_os("LANELINT_TEST_GIT_DIR").map(PathBuf::from).into_iter();
    std::env::join_paths(folders.chain(std::env::split_paths(&own))).unwrap()
}

impl TestRepo {
    /// An empty repository whose unborn branch is `main`.
    pub fn new() -> TestRepo {
        TestRepo::with(&[])
    }

    /// An empty repository made with more arguments of `git init`.
    pub fn with(arguments: &[&str]) -> TestRepo {
        let repo = TestRepo::without_git();
        let arguments = [&["init", "-q", "-b", "main"], arguments].concat();
        repo.git(&arguments);
        repo
    }

    /// The folders only.
    pub fn without_git() -> TestRepo {
        let folder = TempDir::new().unwrap();
        // The path as git tells it, without symbolic links.
        let root = folder.path().canonicalize().unwrap().join("repo");
        fs::create_dir(&root).unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        TestRepo { _folder: folder, root }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path beside the repository.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.root.with_file_name(name)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Writes a file, and the folders above it.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
    }

    pub fn remove_dir(&self, name: &str) {
        fs::remove_dir_all(self.path(name)).unwrap();
    }

    /// Runs git in the work tree, takes its standard output, and fails the test when git fails.
    pub fn git<S: AsRef<OsStr>>(&self, arguments: &[S]) -> String {
        self.git_in(&self.root, arguments)
    }

    /// Runs git in another folder.
    pub fn git_in<S: AsRef<OsStr>>(&self, dir: &Path, arguments: &[S]) -> String {
        let output = self.try_git(dir, arguments);
        let shown: Vec<_> = arguments.iter().map(|one| one.as_ref().to_owned()).collect();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {shown:?} failed: {stderr}");
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Runs git whatever comes of it.
    pub fn try_git<S: AsRef<OsStr>>(&self, dir: &Path, arguments: &[S]) -> Output {
        self.command(dir).args(arguments).output().unwrap()
    }

    /// Runs git with a text on its standard input.
    pub fn git_with_input(&self, arguments: &[&str], input: &[u8]) -> String {
        use std::io::Write;
        let mut command = self.command(&self.root);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "git {arguments:?} failed");
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    fn command(&self, dir: &Path) -> Command {
        let mut command = Command::new("git");
        command
            .current_dir(dir)
            .env_clear()
            .env("PATH", search_path())
            .env("HOME", self.beside("home"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("LC_ALL", "C")
            .env("GIT_AUTHOR_NAME", "A U Thor")
            .env("GIT_AUTHOR_EMAIL", "author@example.com")
            .env("GIT_AUTHOR_DATE", "2005-04-07T22:13:13Z")
            .env("GIT_COMMITTER_NAME", "C O Mitter")
            .env("GIT_COMMITTER_EMAIL", "committer@example.com")
            .env("GIT_COMMITTER_DATE", "2005-04-07T22:15:13Z");
        command
    }

    /// Adds everything and commits it; gives the commit's name.
    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Writes one file and commits it.
    pub fn commit_file(&self, name: &str, content: &str) -> String {
        self.write(name, content);
        self.commit(name)
    }

    /// Runs git and takes its standard output as it is; fails the test when git fails.
    pub fn git_bytes<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Vec<u8> {
        let output = self.try_git(&self.root, arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git failed: {stderr}");
        output.stdout
    }

    /// The environment that the library is given: the home folder's settings count.
    pub fn environment(&self) -> Environment {
        self.environment_with(&[])
    }

    /// The same with more variables.
    pub fn environment_with(&self, variables: &[(&str, &OsStr)]) -> Environment {
        Environment::from_lookup(self.root.clone(), |name| {
            if let Some((_, value)) = variables.iter().find(|(key, _)| *key == name) {
                return Some((*value).to_owned());
            }
            match name {
                "PATH" => Some(search_path()),
                "HOME" => Some(self.beside("home").into()),
                "GIT_CONFIG_NOSYSTEM" => Some("1".into()),
                _ => None,
            }
        })
    }

    /// The repository as the library sees it.
    pub fn open(&self) -> Repository {
        self.open_in(&self.root)
    }

    /// The repository that holds another folder.
    pub fn open_in(&self, dir: &Path) -> Repository {
        Repository::discover(&self.environment(), dir).unwrap().unwrap()
    }

    /// Another repository that was cloned from this one, with more arguments of `git clone`.
    pub fn clone_with(&self, arguments: &[&str]) -> TestRepo {
        let clone = TestRepo::without_git();
        let from = format!("file://{}", self.root.display());
        let arguments = [&["clone", "-q"], arguments, &[&from, "."]].concat();
        clone.git(&arguments);
        clone
    }
}

/// A repository with a plan in its work tree.
pub fn with_plan(plan: &str) -> TestRepo {
    let repo = TestRepo::new();
    repo.write("lanes.yaml", plan);
    repo
}

/// A repository with a plan on `main`, and a file in each of the folders of most plans here.
pub fn planned(plan: &str) -> TestRepo {
    let repo = with_plan(plan);
    repo.write("lessons/a.json", "1\n");
    repo.write("quizzes/a.json", "1\n");
    repo.commit("the plan");
    repo
}

pub fn path(name: &str) -> RepoPath {
    RepoPath::new(name).unwrap()
}

/// A commit, by any name that git itself understands.
pub fn commit(repo: &Repository, name: &str) -> CommitId {
    repo.commit(name).unwrap()
}

/// The changes as `kind path`, one a line, and the gaps as `gap: …`.
pub fn told(changes: &ChangeSet) -> Vec<String> {
    let changed =
        changes.changes.iter().map(|(path, change)| format!("{} {path}", change.kind.word()));
    changed.chain(changes.gaps.iter().map(|gap| format!("gap: {}", gap.problem))).collect()
}

/// Makes a FIFO; opening it as a file would wait for ever.
#[cfg(unix)]
pub fn make_fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// Makes the commit graph say that a commit has another parent, and checks that git believes it: it
/// reads the tips of branches themselves, so it has to be a commit below one.
pub fn forge_commit_graph(repo: &TestRepo, commit: &str, parent: &str) {
    repo.git(&["commit-graph", "write", "--reachable"]);
    let file = repo.path(".git/objects/info/commit-graph");
    let mut graph = fs::read(&file).unwrap();
    let chunk = |id: &[u8]| {
        let entry = (8..).step_by(12).find(|&at| &graph[at..at + 4] == id).unwrap();
        let offset: [u8; 8] = graph[entry + 4..entry + 12].try_into().unwrap();
        usize::try_from(u64::from_be_bytes(offset)).unwrap()
    };
    let (names, data) = (chunk(b"OIDL"), chunk(b"CDAT"));
    let place = |name: &str| {
        let digits = |at: usize| -> String {
            graph[at..at + 20].iter().map(|byte| format!("{byte:02x}")).collect()
        };
        (0..).find(|place| digits(names + 20 * place) == name).unwrap()
    };
    let (at, parent_at) = (data + 36 * place(commit) + 20, place(parent));
    graph[at..at + 4].copy_from_slice(&u32::try_from(parent_at).unwrap().to_be_bytes());
    fs::remove_file(&file).unwrap();
    fs::write(&file, graph).unwrap();
    let told = repo.git(&["rev-list", "--all", "--parents"]);
    assert!(told.contains(&format!("{commit} {parent}\n")), "git itself is fooled: {told}");
}

/// Writes a program that leaves a marker beside the repository when it is run.
#[cfg(unix)]
pub fn write_trap(repo: &TestRepo, name: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let program = repo.beside(name);
    let marker = repo.beside("markers");
    fs::create_dir_all(&marker).unwrap();
    let text = format!("#!/bin/sh\n: >'{}/{name}'\ncat\nexit 0\n", marker.display());
    fs::write(&program, text).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    program
}

/// The traps that were sprung.
pub fn sprung(repo: &TestRepo) -> Vec<String> {
    let Ok(entries) = fs::read_dir(repo.beside("markers")) else { return Vec::new() };
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}
