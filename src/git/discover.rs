//! Finding the repository: the root by walking up, the rest by one git process.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use bstr::{ByteSlice, ByteVec};

use super::Repository;
use super::environment::{Environment, SETTINGS};
use super::error::{GitError, GitErrorKind, quoted};
use super::object::ObjectFormat;
use super::process::{Answer, Program};
use crate::path::unquote;

/// See [`Repository::discover`].
pub(super) fn discover(
    environment: &Environment,
    dir: &Path,
) -> Result<Option<Repository>, GitError> {
    let here = |path: &Path| environment.current_dir.join(path);
    let dir = here(dir);
    let dir = dir.canonicalize().map_err(|error| GitError::io("open", &dir, &error))?;
    let mut variables = user_variables(environment);
    // Where git looks itself it also checks who owns what it finds, so it is told no `GIT_DIR` here
    // that the user did not give.
    let start = if let Some(git_dir) = &environment.git_dir {
        variables.push(("GIT_DIR", here(git_dir).into()));
        environment.current_dir.clone()
    } else {
        match dir.ancestors().find(|folder| folder.join(".git").symlink_metadata().is_ok()) {
            Some(root) => root.to_owned(),
            None => return Ok(None),
        }
    };
    if let Some(work_tree) = &environment.work_tree {
        variables.push(("GIT_WORK_TREE", here(work_tree).into()));
    }
    let program = Program::find(environment, &start)?;
    let call = program.call("rev-parse").dir(&start).args([
        "--path-format=absolute",
        "--show-object-format",
        "--is-bare-repository",
        "--git-dir",
        "--git-common-dir",
        // Last, for a repository without a work tree has no answer to it.
        "--show-toplevel",
    ]);
    let answer = variables.iter().fold(call, |call, (name, value)| call.env(name, value)).run()?;
    if answer.code != Some(0) && answer.stderr.contains("not a git repository (or any") {
        return Ok(None);
    }
    let place = RepositoryDirs::read(&answer, &start)?;
    if let Some(elsewhere) = place.work_tree.as_deref().filter(|_| environment.work_tree.is_none())
    {
        refuse_elsewhere(elsewhere, &start, environment.git_dir.is_some())?;
    }

    let root = place.work_tree.clone().unwrap_or_else(|| place.git_dir.clone());
    variables.retain(|(name, _)| !matches!(*name, "GIT_DIR" | "GIT_WORK_TREE"));
    variables.push(("GIT_DIR", place.git_dir.clone().into()));
    if let Some(work_tree) = &place.work_tree {
        variables.push(("GIT_WORK_TREE", work_tree.clone().into()));
    }
    // Relative ones count from the work tree's root: git goes there before it looks at them.
    let index_file = match &environment.index_file {
        Some(file) => {
            let file = root.join(file);
            variables.push(("GIT_INDEX_FILE", file.clone().into()));
            file
        }
        None => place.git_dir.join("index"),
    };
    let mut object_folders = match &environment.object_directory {
        Some(folder) => {
            let folder = root.join(folder);
            variables.push(("GIT_OBJECT_DIRECTORY", folder.clone().into()));
            vec![folder]
        }
        None => vec![place.common_dir.join("objects")],
    };
    if let Some(list) = &environment.alternate_object_directories {
        variables.push(("GIT_ALTERNATE_OBJECT_DIRECTORIES", list.clone()));
        object_folders.extend(alternates(list.as_encoded_bytes()).map(|folder| root.join(folder)));
    }
    // A git inside the work tree is refused even where the search began elsewhere.
    let program = if root == start { program } else { Program::find(environment, &root)? };
    Ok(Some(Repository {
        program,
        variables,
        git_dir: place.git_dir,
        common_dir: place.common_dir,
        work_tree: place.work_tree,
        index_file,
        object_folders,
        format: place.format,
        environment: environment.clone(),
        refs: OnceLock::new(),
        comparing: Mutex::new(()),
        objects: Mutex::new(None),
        scratch: OnceLock::new(),
    }))
}

/// Refuses a work tree that the repository's own setting puts somewhere else: the files at hand
/// would be judged by others.
fn refuse_elsewhere(work_tree: &Path, start: &Path, is_below: bool) -> Result<(), GitError> {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let (top, start) = (real(work_tree), real(start));
    // With `GIT_DIR` the search may begin below the top.
    if top == start || is_below && start.starts_with(&top) {
        return Ok(());
    }
    Err(GitError::new(
        GitErrorKind::NotRepository,
        format!(
            "the repository at {} has its work tree elsewhere, at {} (`core.worktree`)",
            start.display(),
            top.display()
        ),
        "set GIT_DIR and GIT_WORK_TREE if that is meant, or run `git config --unset core.worktree`",
    ))
}

/// The variables by which git finds the user's own settings.
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

/// What git tells of the repository's place.
struct RepositoryDirs {
    format: ObjectFormat,
    git_dir: PathBuf,
    common_dir: PathBuf,
    work_tree: Option<PathBuf>,
}

impl RepositoryDirs {
    fn read(answer: &Answer, start: &Path) -> Result<RepositoryDirs, GitError> {
        let not_readable = || {
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
                "run `git status` there to see what is wrong with it",
            )
        };
        let mut lines: Vec<&[u8]> = answer.stdout.split(|&byte| byte == b'\n').collect();
        // What follows the last line break.
        lines.pop();
        let (format, bare, git_dir, common_dir, work_tree) = match lines[..] {
            [format, bare, git_dir, common_dir] => (format, bare, git_dir, common_dir, None),
            [format, bare, git_dir, common_dir, work_tree] if answer.code == Some(0) => {
                (format, bare, git_dir, common_dir, Some(work_tree))
            }
            // A line break in a folder's name ends here too.
            _ => return Err(not_readable()),
        };
        let format = match format {
            b"sha1" => ObjectFormat::Sha1,
            b"sha256" => ObjectFormat::Sha256,
            _ => return Err(not_readable()),
        };
        // Without a work tree git says `bare`, or that the question needs one.
        let must_run = "this operation must be run in a work tree";
        if work_tree.is_none() && bare != b"true" && !answer.stderr.contains(must_run) {
            return Err(not_readable());
        }
        let path = |bytes: &[u8]| bytes.to_vec().into_path_buf().map_err(|_| not_readable());
        Ok(RepositoryDirs {
            format,
            git_dir: path(git_dir)?,
            common_dir: path(common_dir)?,
            work_tree: work_tree.map(path).transpose()?,
        })
    }
}

/// Splits a list of object folders as git writes it: entries that begin with a double quote are
/// quoted.
fn alternates(mut list: &[u8]) -> impl Iterator<Item = PathBuf> {
    let separator = if cfg!(windows) { b';' } else { b':' };
    let mut folders = Vec::new();
    while !list.is_empty() {
        let (entry, length) = unquote(list).unwrap_or_else(|| {
            let end = list.find_byte(separator).unwrap_or(list.len());
            (list[..end].to_vec(), end)
        });
        if !entry.is_empty() {
            folders.extend(entry.into_path_buf());
        }
        // Whatever stands between a closing quote and the separator belongs to no entry.
        let rest = &list[length..];
        list = rest.find_byte(separator).map_or(&[], |at| &rest[at + 1..]);
    }
    folders.into_iter()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn alternates_are_split_as_git_splits_them() {
        let split = |list: &str| alternates(list.as_bytes()).collect::<Vec<_>>();
        assert_eq!(split("/a:/b"), [Path::new("/a"), Path::new("/b")]);
        assert_eq!(split(r#""/a:b\n":/c:"#), [Path::new("/a:b\n"), Path::new("/c")]);
        assert_eq!(split("::"), [] as [&Path; 0]);
    }
}
