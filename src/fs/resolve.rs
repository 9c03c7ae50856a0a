//! Which file a write to a name really reaches: links and `..` followed as the system follows them.

use std::fmt;
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

use bstr::ByteSlice;

use crate::failure::Failure;
use crate::links::{LinkTree, Node, NodeKind, Step, Steps, walk};

/// Why nobody can say which file a write would reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoTarget {
    /// The name means different files to different programs, or none to the system.
    Refused(&'static str),
    /// The system does not tell what is there.
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

/// The files that a write to `name`, as seen from the folder `cwd`, may reach; neither has to exist.
///
/// Links are followed, a last one that leads to nothing too. Where `..` comes after a link, programs
/// that shorten the name first reach another file than the system does: then there are two.
///
/// # Errors
/// When the name is one that programs read in different ways, when links go round, when `..` leads
/// out of a folder that does not exist, or when the system does not tell what is there.
pub fn targets(cwd: &Path, name: &str) -> Result<Vec<PathBuf>, NoTarget> {
    if name.is_empty() {
        return Err(NoTarget::Refused("it is empty"));
    }
    if name.contains('\0') {
        return Err(NoTarget::Refused("it holds a zero byte"));
    }
    if name == "~" || name.starts_with("~/") {
        return Err(NoTarget::Refused("it begins with `~`, which not every program expands"));
    }
    let path = cwd.join(name);
    let mut targets = vec![follow(&path, on_disk)?.end];
    let shortened = follow(&without_dots(&path), on_disk)?.end;
    if shortened != targets[0] {
        targets.push(shortened);
    }
    Ok(targets)
}

/// A path without `.` and `..`, by its text alone.
#[must_use]
pub fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for step in path.components() {
        match step {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            step => plain.push(step),
        }
    }
    plain
}

/// A path with its links followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// The links that it leads through.
    pub links: Vec<PathBuf>,
    /// What it leads to.
    pub end: PathBuf,
}

/// Follows an absolute path step by step, by what `look` finds below folders.
///
/// # Errors
/// When links go round, when `..` leads out of a folder that does not exist, or when `look` fails.
pub fn follow(
    path: &Path,
    look: impl FnMut(&Path) -> io::Result<Node<PathBuf>>,
) -> Result<Followed, NoTarget> {
    let mut disk = Disk { at: PathBuf::new(), links: Vec::new(), look };
    walk(&mut disk, Vec::new(), 0, steps(path))?;
    Ok(Followed { links: disk.links, end: disk.at })
}

/// What the real disk has at a path. A file counts as a folder: below it there is nothing either.
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

/// A disk, as paths lead over it.
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
                Err(NoTarget::Refused("`..` leads out of a folder that does not exist"))
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
        NoTarget::Refused("its links go round, or are too many")
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
            "cannot look at {}: {error}",
            path.as_os_str().as_encoded_bytes().as_bstr()
        ),
        help: "look at the permissions of the folders above it".to_owned(),
    })
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_write_reaches_what_its_links_lead_to() {
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
        for place in 0..41 {
            symlink(format!("chain{}", place + 1), top.join(format!("chain{place}"))).unwrap();
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
            ("", "chain0", Err("go round")),
            ("", "round", Err("go round")),
            ("", "left/x", Err("go round")),
            ("", "new/../x", Err("does not exist")),
            ("", "through-nothing", Err("does not exist")),
            ("", "~/x", Err("`~`")),
            ("", "", Err("empty")),
            ("", "a\0b", Err("zero byte")),
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
    fn a_folder_that_cannot_be_searched_is_no_answer() {
        let long = "x".repeat(300);
        let found = targets(Path::new("/"), &long);
        assert!(matches!(found, Err(NoTarget::Unreadable(_))), "{found:?}");
    }
}
