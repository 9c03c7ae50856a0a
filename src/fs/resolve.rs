//! Resolves symbolic links and `..` to find the file that a write reaches.

use std::fmt;
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

use bstr::ByteSlice;

use crate::failure::Failure;
use crate::links::{LinkTree, Node, NodeKind, Step, Steps, walk};

/// Why the file that a write reaches cannot be determined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoTarget {
    /// The path is invalid, or programs resolve it differently. A clause that says why.
    Refused(&'static str),
    /// The file system cannot be read.
    Unreadable(Failure),
}

impl fmt::Display for NoTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoTarget::Refused(why) => f.write_str(why),
            NoTarget::Unreadable(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for NoTarget {}

/// The files that a write to `name` may reach, relative to the directory `cwd`. They need not exist.
///
/// Follows links, even dangling ones. If `..` comes after a link, programs that normalize the path
/// first reach another file than the system does, so there are two.
///
/// # Errors
/// If programs resolve the path differently, links form a loop, `..` comes after a directory that
/// does not exist, or the file system cannot be read.
pub fn targets(cwd: &Path, name: &str) -> Result<Vec<PathBuf>, NoTarget> {
    if name.is_empty() {
        return Err(NoTarget::Refused("it is empty"));
    }
    if name.contains('\0') {
        return Err(NoTarget::Refused("it contains a NUL byte"));
    }
    if name == "~" || name.starts_with("~/") {
        return Err(NoTarget::Refused("it begins with `~`, which not every program expands"));
    }
    let path = cwd.join(name);
    let mut targets = vec![follow(&path, on_disk)?.end];
    let normalized = follow(&without_dots(&path), on_disk)?.end;
    if normalized != targets[0] {
        targets.push(normalized);
    }
    Ok(targets)
}

/// Removes `.` and `..` from a path lexically.
#[must_use]
pub fn without_dots(path: &Path) -> PathBuf {
    let mut normalized = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(normalized.pop()),
            component => normalized.push(component),
        }
    }
    normalized
}

/// A path with its links resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// The links on the way.
    pub links: Vec<PathBuf>,
    /// The resolved path.
    pub end: PathBuf,
}

/// Resolves an absolute path component by component. `look` returns what is at a path.
///
/// # Errors
/// If links form a loop, `..` comes after a directory that does not exist, or `look` fails.
pub fn follow(
    path: &Path,
    look: impl FnMut(&Path) -> io::Result<Node<PathBuf>>,
) -> Result<Followed, NoTarget> {
    let mut disk = Disk { at: PathBuf::new(), links: Vec::new(), look };
    walk(&mut disk, Vec::new(), 0, steps(path))?;
    Ok(Followed { links: disk.links, end: disk.at })
}

/// What is at a path on disk. A file counts as a directory, since nothing is below either.
fn on_disk(path: &Path) -> io::Result<Node<PathBuf>> {
    match path.symlink_metadata() {
        Ok(meta) if meta.is_symlink() => path.read_link().map(Node::Link),
        Ok(_) => Ok(Node::Folder),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(Node::Nothing)
        }
        Err(error) => Err(error),
    }
}

/// The position on the disk while a path is resolved.
struct Disk<Look> {
    at: PathBuf,
    links: Vec<PathBuf>,
    look: Look,
}

impl<Look: FnMut(&Path) -> io::Result<Node<PathBuf>>> LinkTree for Disk<Look> {
    type Name = PathBuf;
    type Stop = NoTarget;

    fn enter_root(&mut self, root: PathBuf) -> Result<(), NoTarget> {
        self.at = root;
        Ok(())
    }

    fn push(&mut self, name: PathBuf) -> Result<(), NoTarget> {
        self.at.push(name);
        Ok(())
    }

    fn pop(&mut self) {
        self.at.pop();
    }

    fn check_parent(&self, from: Option<NodeKind>) -> Result<(), NoTarget> {
        match from {
            Some(NodeKind::Nothing) => {
                Err(NoTarget::Refused("`..` comes after a directory that does not exist"))
            }
            _ => Ok(()),
        }
    }

    fn lookup(&mut self) -> Result<Node<Steps<PathBuf>>, NoTarget> {
        let found = (self.look)(&self.at).map_err(|error| unreadable(&self.at, &error))?;
        if let Node::Link(_) = found {
            self.links.push(self.at.clone());
        }
        found.try_map(|target| Ok(steps(&target)))
    }

    fn too_many_links(&self) -> NoTarget {
        NoTarget::Refused("its symbolic links form a loop, or are too many")
    }
}

fn steps(path: &Path) -> Steps<PathBuf> {
    let step = |component: Component<'_>| {
        let name = PathBuf::from(component.as_os_str());
        match component {
            Component::CurDir => None,
            Component::ParentDir => Some(Step::Up),
            _ if name.is_absolute() => Some(Step::Root(name)),
            _ => Some(Step::Down(name)),
        }
    };
    path.components().filter_map(step).collect()
}

fn unreadable(path: &Path, error: &io::Error) -> NoTarget {
    NoTarget::Unreadable(Failure {
        problem: format!(
            "cannot access {}: {error}",
            path.as_os_str().as_encoded_bytes().as_bstr()
        ),
        help: "check the permissions of its parent directories".to_owned(),
    })
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn targets_of_links() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        fs::create_dir_all(top.join("a/b")).unwrap();
        fs::write(top.join("a/file"), "").unwrap();
        for (target, link) in [
            ("a/b", "into"),
            ("a/file", "to-file"),
            ("a/b/new", "dangling"),
            ("new/folder", "dangling-folder"),
            ("dangling", "twice"),
            ("round", "round"),
            ("left", "right"),
            ("right", "left"),
            ("nothing/../a/x", "through-nothing"),
            ("./../a/./b", "a/dots"),
        ] {
            symlink(target, top.join(link)).unwrap();
        }
        symlink(top.join("a/b"), top.join("absolute")).unwrap();
        for index in 0..41 {
            symlink(format!("chain{}", index + 1), top.join(format!("chain{index}"))).unwrap();
        }
        for (cwd, name, expected) in [
            ("", "a/file", Ok(vec!["a/file"])),
            ("", "a/new/x", Ok(vec!["a/new/x"])),
            ("", "a/./b//x", Ok(vec!["a/b/x"])),
            ("a", "../x", Ok(vec!["x"])),
            ("", "into/x", Ok(vec!["a/b/x"])),
            ("", "absolute/x", Ok(vec!["a/b/x"])),
            ("", "a/dots/x", Ok(vec!["a/b/x"])),
            ("", "to-file", Ok(vec!["a/file"])),
            ("", "dangling", Ok(vec!["a/b/new"])),
            ("", "dangling-folder/x", Ok(vec!["new/folder/x"])),
            ("", "twice", Ok(vec!["a/b/new"])),
            ("", "into/../x", Ok(vec!["a/x", "x"])),
            ("into", "../x", Ok(vec!["a/x", "x"])),
            ("", "a/file/x", Ok(vec!["a/file/x"])),
            ("", "a/~/x", Ok(vec!["a/~/x"])),
            ("", "chain2", Ok(vec!["chain41"])),
            ("", "chain0", Err("form a loop")),
            ("", "round", Err("form a loop")),
            ("", "left/x", Err("form a loop")),
            ("", "new/../x", Err("does not exist")),
            ("", "through-nothing", Err("does not exist")),
            ("", "~/x", Err("`~`")),
            ("", "", Err("empty")),
            ("", "a\0b", Err("NUL byte")),
        ] {
            match (targets(&top.join(cwd), name), expected) {
                (Ok(found), Ok(expected)) => {
                    let expected: Vec<_> = expected.iter().map(|path| top.join(path)).collect();
                    assert_eq!(found, expected, "{cwd} {name}");
                }
                (Err(problem), Err(words)) => {
                    assert!(problem.to_string().contains(words), "{name}: {problem}");
                }
                (found, expected) => panic!("{name}: {found:?}, not {expected:?}"),
            }
        }
    }

    #[test]
    fn unreadable_path() {
        let long = "x".repeat(300);
        let found = targets(Path::new("/"), &long);
        assert!(matches!(found, Err(NoTarget::Unreadable(_))), "{found:?}");
    }
}
