//! The process's environment, as far as it says which repository counts.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;

/// What the environment says, captured once by the command line.
///
/// Nothing else in the library reads the environment. What says *which* repository counts is here,
/// and where the user's own settings are; what says *how* git should look (`GIT_CONFIG_COUNT`,
/// `GIT_EXTERNAL_DIFF`, `GIT_LITERAL_PATHSPECS`, `GIT_TRACE` and so on) is not, so it reaches no
/// git process. [`Environment::default`] is an environment with no variable set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// The folder that relative names start from.
    pub current_dir: PathBuf,
    /// `PATH`: where `git` is looked for, in absolute folders only.
    pub path: Option<OsString>,
    /// `GIT_DIR`.
    pub git_dir: Option<PathBuf>,
    /// `GIT_WORK_TREE`.
    pub work_tree: Option<PathBuf>,
    /// `GIT_INDEX_FILE`: what a pre-commit hook under `git commit PATH` gets.
    pub index_file: Option<PathBuf>,
    /// `GIT_OBJECT_DIRECTORY`: what a pre-receive hook gets.
    pub object_directory: Option<PathBuf>,
    /// `GIT_ALTERNATE_OBJECT_DIRECTORIES`, a list as git writes it.
    pub alternate_object_directories: Option<OsString>,
    /// `HOME`, for the user's own settings.
    pub home: Option<PathBuf>,
    /// `XDG_CONFIG_HOME`, for the user's own settings.
    pub xdg_config_home: Option<PathBuf>,
    /// The variables that git and the system need unchanged to find the user's settings and to
    /// start at all: `GIT_CONFIG_GLOBAL`, `USERPROFILE`, `SYSTEMROOT` and the like.
    pub passed_on: Vec<(String, OsString)>,
}

/// Where the settings of the user and of the machine are.
pub(super) const SETTINGS: [&str; 7] = [
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "USERPROFILE",
    "HOMEDRIVE",
    "HOMEPATH",
    "PROGRAMDATA",
];

/// What Windows needs to start any process, and where temporary files go.
const SYSTEM: [&str; 4] = ["SYSTEMROOT", "TMPDIR", "TEMP", "TMP"];

impl Environment {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// When the working directory is gone or may not be read.
    pub fn capture() -> io::Result<Environment> {
        Ok(Environment::from_lookup(std::env::current_dir()?, |name| std::env::var_os(name)))
    }

    /// Builds an environment from any source of variables.
    pub fn from_lookup(
        current_dir: PathBuf,
        lookup: impl Fn(&str) -> Option<OsString>,
    ) -> Environment {
        // git takes an empty variable for one that is not set, for all of these but `PATH`.
        let set = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let place = |name: &str| set(name).map(PathBuf::from);
        Environment {
            path: lookup("PATH"),
            git_dir: place("GIT_DIR"),
            work_tree: place("GIT_WORK_TREE"),
            index_file: place("GIT_INDEX_FILE"),
            object_directory: place("GIT_OBJECT_DIRECTORY"),
            alternate_object_directories: set("GIT_ALTERNATE_OBJECT_DIRECTORIES"),
            home: place("HOME"),
            xdg_config_home: place("XDG_CONFIG_HOME"),
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
