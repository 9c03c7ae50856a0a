//! Which file a write to a name really reaches: links and `..` followed as the system follows them.

use std::fmt;
use std::io;
use std::path::{Component, Path, PathBuf};

use bstr::ByteSlice;

use crate::failure::Failure;

/// How many links are followed, as many as Linux does.
const MOST_LINKS: usize = 40;

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
    let mut targets = vec![followed(&path)?];
    let shortened = followed(&without_dots(&path))?;
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

/// Follows an absolute path step by step.
fn followed(path: &Path) -> Result<PathBuf, NoTarget> {
    let steps = |path: &Path| -> Vec<PathBuf> {
        path.components().rev().map(|step| PathBuf::from(step.as_os_str())).collect()
    };
    let (mut links, mut missing) = (0, false);
    let mut at = PathBuf::new();
    let mut ahead = steps(path);
    while let Some(step) = ahead.pop() {
        if step.as_os_str() == ".." {
            if missing {
                return Err(NoTarget::Refused("`..` leads out of a folder that does not exist"));
            }
            at.pop();
            continue;
        }
        if step.is_absolute() {
            // The target of a link: what was missing on the way to it no longer counts.
            (at, missing) = (step, false);
            continue;
        }
        let next = at.join(step);
        if missing {
            at = next;
            continue;
        }
        match next.symlink_metadata() {
            Ok(meta) if meta.is_symlink() => {
                links += 1;
                if links > MOST_LINKS {
                    return Err(NoTarget::Refused("its links go round, or are too many"));
                }
                let target = next.read_link().map_err(|error| unreadable(&next, &error))?;
                ahead.extend(steps(&target));
            }
            Ok(_) => at = next,
            // Behind a file no folder can be: the write will fail, and the name is still the name.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                (at, missing) = (next, true);
            }
            Err(error) => return Err(unreadable(&next, &error)),
        }
    }
    Ok(at)
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
