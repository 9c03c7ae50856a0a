//! The environment variables that select the repository.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;

/// The environment, captured once by the command line.
///
/// Nothing else in the library reads the environment. It contains what selects the repository and
/// the user's configuration. What changes how git works (`GIT_CONFIG_COUNT`, `GIT_EXTERNAL_DIFF`,
/// `GIT_LITERAL_PATHSPECS`, `GIT_TRACE` and so on) is left out, and so never reaches a git process.
/// In [`Environment::default`], no variable is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// The directory that relative paths are resolved against.
    pub current_dir: PathBuf,
    /// `PATH`, of which only absolute directories are searched for `git`.
    pub path: Option<OsString>,
    /// `GIT_DIR`.
    pub git_dir: Option<PathBuf>,
    /// `GIT_WORK_TREE`.
    pub work_tree: Option<PathBuf>,
    /// `GIT_INDEX_FILE`, set for the pre-commit hook of `git commit PATH`.
    pub index_file: Option<PathBuf>,
    /// `GIT_OBJECT_DIRECTORY`, set for a pre-receive hook.
    pub object_directory: Option<PathBuf>,
    /// `GIT_ALTERNATE_OBJECT_DIRECTORIES`, in git's list syntax.
    pub alternate_object_directories: Option<OsString>,
    /// `HOME`, for the user's configuration.
    pub home: Option<PathBuf>,
    /// `XDG_CONFIG_HOME`, for the user's configuration.
    pub xdg_config_home: Option<PathBuf>,
    /// Variables that git needs to start and to find the user's configuration: `GIT_CONFIG_GLOBAL`,
    /// `USERPROFILE`, `SYSTEMROOT` and the like.
    pub passed_on: Vec<(String, OsString)>,
}

/// Where the configuration of the user and of the machine is.
pub(super) const SETTINGS: [&str; 7] = [
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "USERPROFILE",
    "HOMEDRIVE",
    "HOMEPATH",
    "PROGRAMDATA",
];

/// What Windows needs to start a process, and the directory of temporary files.
const SYSTEM: [&str; 4] = ["SYSTEMROOT", "TMPDIR", "TEMP", "TMP"];

impl Environment {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// If the working directory does not exist or cannot be accessed.
    pub fn capture() -> io::Result<Environment> {
        Ok(Environment::from_lookup(std::env::current_dir()?, |name| std::env::var_os(name)))
    }

    /// Builds an environment from any source of variables.
    pub fn from_lookup(
        current_dir: PathBuf,
        lookup: impl Fn(&str) -> Option<OsString>,
    ) -> Environment {
        // git treats all of these but `PATH` as unset if they are empty.
        let set = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let path = |name: &str| set(name).map(PathBuf::from);
        Environment {
            path: lookup("PATH"),
            git_dir: path("GIT_DIR"),
            work_tree: path("GIT_WORK_TREE"),
            index_file: path("GIT_INDEX_FILE"),
            object_directory: path("GIT_OBJECT_DIRECTORY"),
            alternate_object_directories: set("GIT_ALTERNATE_OBJECT_DIRECTORIES"),
            home: path("HOME"),
            xdg_config_home: path("XDG_CONFIG_HOME"),
            passed_on: SETTINGS
                .into_iter()
                .chain(SYSTEM)
                .filter_map(|name| Some((name.to_owned(), set(name)?)))
                .collect(),
            current_dir,
        }
    }

    pub(super) fn variable(&self, name: &str) -> Option<&OsStr> {
        self.passed_on.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_os_str())
    }
}
