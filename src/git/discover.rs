//! Finds the repository: the root by walking up, the rest with one git process.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use bstr::{ByteSlice, ByteVec};

use super::Repository;
use super::environment::{Environment, SETTINGS};
use super::error::{GitError, GitErrorKind, quoted};
use super::object::ObjectFormat;
use super::process::{Output, Program};
use crate::path::unquote;

/// See [`Repository::discover`].
pub(super) fn discover(
    environment: &Environment,
    dir: &Path,
) -> Result<Option<Repository>, GitError> {
    let absolute = |path: &Path| environment.current_dir.join(path);
    let dir = absolute(dir);
    let dir = dir.canonicalize().map_err(|error| GitError::io("open", &dir, &error))?;
    let mut variables = user_variables(environment);
    // git checks the owner of a repository only if it finds it itself: set `GIT_DIR` only if the
    // user did.
    let start = if let Some(git_dir) = &environment.git_dir {
        variables.push(("GIT_DIR", absolute(git_dir).into()));
        environment.current_dir.clone()
    } else {
        match dir.ancestors().find(|dir| dir.join(".git").symlink_metadata().is_ok()) {
            Some(root) => root.to_owned(),
            None => return Ok(None),
        }
    };
    if let Some(work_tree) = &environment.work_tree {
        variables.push(("GIT_WORK_TREE", absolute(work_tree).into()));
    }
    let program = Program::find(environment, &start)?;
    let call = program.call("rev-parse").dir(&start).args([
        "--path-format=absolute",
        "--show-object-format",
        "--is-bare-repository",
        "--git-dir",
        "--git-common-dir",
        // Last, because it fails in a bare repository.
        "--show-toplevel",
    ]);
    let answer = variables.iter().fold(call, |call, (name, value)| call.env(name, value)).run()?;
    if answer.code != Some(0) && answer.stderr.contains("not a git repository (or any") {
        return Ok(None);
    }
    let dirs = RepositoryDirs::parse(&answer, &start)?;
    if let Some(work_tree) = dirs.work_tree.as_deref().filter(|_| environment.work_tree.is_none()) {
        check_work_tree(work_tree, &start, environment.git_dir.is_some())?;
    }

    let root = dirs.work_tree.clone().unwrap_or_else(|| dirs.git_dir.clone());
    variables.retain(|(name, _)| !matches!(*name, "GIT_DIR" | "GIT_WORK_TREE"));
    variables.push(("GIT_DIR", dirs.git_dir.clone().into()));
    if let Some(work_tree) = &dirs.work_tree {
        variables.push(("GIT_WORK_TREE", work_tree.clone().into()));
    }
    // git resolves these relative to the root, where it goes first.
    let index_file = match &environment.index_file {
        Some(file) => {
            let file = root.join(file);
            variables.push(("GIT_INDEX_FILE", file.clone().into()));
            file
        }
        None => dirs.git_dir.join("index"),
    };
    let mut object_dirs = match &environment.object_directory {
        Some(dir) => {
            let dir = root.join(dir);
            variables.push(("GIT_OBJECT_DIRECTORY", dir.clone().into()));
            vec![dir]
        }
        None => vec![dirs.common_dir.join("objects")],
    };
    if let Some(list) = &environment.alternate_object_directories {
        variables.push(("GIT_ALTERNATE_OBJECT_DIRECTORIES", list.clone()));
        object_dirs.extend(alternates(list.as_encoded_bytes()).map(|dir| root.join(dir)));
    }
    // The program must not come from the work tree either.
    let program = if root == start { program } else { Program::find(environment, &root)? };
    Ok(Some(Repository {
        program,
        variables,
        git_dir: dirs.git_dir,
        common_dir: dirs.common_dir,
        work_tree: dirs.work_tree,
        index_file,
        object_dirs,
        format: dirs.format,
        environment: environment.clone(),
        refs: OnceLock::new(),
        comparing: Mutex::new(()),
        objects: Mutex::new(None),
        scratch: OnceLock::new(),
    }))
}

/// Fails if `core.worktree` points elsewhere, so that other files than those at `start` would be
/// checked.
fn check_work_tree(work_tree: &Path, start: &Path, has_git_dir: bool) -> Result<(), GitError> {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let (top, start) = (real(work_tree), real(start));
    // With `GIT_DIR`, `start` can be below the top.
    if top == start || has_git_dir && start.starts_with(&top) {
        return Ok(());
    }
    Err(GitError::new(
        GitErrorKind::NotRepository,
        format!(
            "the work tree of the repository at {} is elsewhere, at {} (`core.worktree`)",
            start.display(),
            top.display()
        ),
        "set GIT_DIR and GIT_WORK_TREE, or run `git config --unset core.worktree`",
    ))
}

/// The variables by which git finds the user's configuration.
fn user_variables(environment: &Environment) -> Vec<(&'static str, OsString)> {
    let mut variables: Vec<(&'static str, OsString)> = SETTINGS
        .into_iter()
        .filter_map(|name| Some((name, environment.variable(name)?.to_owned())))
        .collect();
    let homes = [("HOME", &environment.home), ("XDG_CONFIG_HOME", &environment.xdg_config_home)];
    for (name, value) in homes {
        variables.extend(value.iter().map(|value| (name, value.clone().into())));
    }
    variables
}

/// The output of `git rev-parse`.
struct RepositoryDirs {
    format: ObjectFormat,
    git_dir: PathBuf,
    common_dir: PathBuf,
    work_tree: Option<PathBuf>,
}

impl RepositoryDirs {
    fn parse(answer: &Output, start: &Path) -> Result<RepositoryDirs, GitError> {
        let unusable = || {
            let error = answer.error();
            if error.kind != GitErrorKind::Failed {
                return error;
            }
            GitError::new(
                GitErrorKind::NotRepository,
                format!(
                    "git cannot use the repository at {}: {}",
                    start.display(),
                    quoted(&answer.stderr)
                ),
                "run `git status` there for details",
            )
        };
        let mut lines: Vec<&[u8]> = answer.stdout.split(|&byte| byte == b'\n').collect();
        // Empty, after the last line break.
        lines.pop();
        let (format, bare, git_dir, common_dir, work_tree) = match lines[..] {
            [format, bare, git_dir, common_dir] => (format, bare, git_dir, common_dir, None),
            [format, bare, git_dir, common_dir, work_tree] if answer.code == Some(0) => {
                (format, bare, git_dir, common_dir, Some(work_tree))
            }
            // A path with a line break ends here too.
            _ => return Err(unusable()),
        };
        let format = match format {
            b"sha1" => ObjectFormat::Sha1,
            b"sha256" => ObjectFormat::Sha256,
            _ => return Err(unusable()),
        };
        // Without a work tree, git prints that it is bare or that it needs one.
        let must_run = "this operation must be run in a work tree";
        if work_tree.is_none() && bare != b"true" && !answer.stderr.contains(must_run) {
            return Err(unusable());
        }
        let path = |bytes: &[u8]| bytes.to_vec().into_path_buf().map_err(|_| unusable());
        Ok(RepositoryDirs {
            format,
            git_dir: path(git_dir)?,
            common_dir: path(common_dir)?,
            work_tree: work_tree.map(path).transpose()?,
        })
    }
}

/// Splits a list of object directories like git: an entry that begins with a double quote is quoted.
fn alternates(mut list: &[u8]) -> impl Iterator<Item = PathBuf> {
    let separator = if cfg!(windows) { b';' } else { b':' };
    let mut dirs = Vec::new();
    while !list.is_empty() {
        let (entry, length) = unquote(list).unwrap_or_else(|| {
            let end = list.find_byte(separator).unwrap_or(list.len());
            (list[..end].to_vec(), end)
        });
        if !entry.is_empty() {
            dirs.extend(entry.into_path_buf());
        }
        // Ignore what follows a closing quote.
        let rest = &list[length..];
        list = rest.find_byte(separator).map_or(&[], |at| &rest[at + 1..]);
    }
    dirs.into_iter()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn quoted_alternates() {
        let split = |list: &str| alternates(list.as_bytes()).collect::<Vec<_>>();
        assert_eq!(split("/a:/b"), [Path::new("/a"), Path::new("/b")]);
        assert_eq!(split(r#""/a:b\n":/c:"#), [Path::new("/a:b\n"), Path::new("/c")]);
        assert_eq!(split("::"), [] as [&Path; 0]);
    }
}
