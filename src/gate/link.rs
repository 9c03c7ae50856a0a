//! Where a symbolic link leads.

use std::collections::VecDeque;

use bstr::ByteSlice;

use crate::failure::Failure;
use crate::path::{RepoPath, is_git_folder};

/// How many links are followed, as by Linux.
const MOST_LINKS: usize = 40;
/// No system takes a longer target, nor a longer path: Linux's `PATH_MAX`, less its zero byte.
const LONGEST: usize = 4095;

/// A symbolic link that somebody added or changed.
#[derive(Clone, Debug)]
pub struct ChangedLink {
    /// The place of the input that holds it.
    pub judged: usize,
    /// The link.
    pub path: RepoPath,
    /// What is written in it; nothing where that is not known.
    pub target: Option<Vec<u8>>,
    /// Where that leads, or why nobody knows.
    pub leads: Result<Destination, Failure>,
}

/// Where a link leads in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To a place outside of the repository, or one that depends on where the repository lies.
    Outside,
    /// Into git's own folder.
    GitFolder,
    /// Unknown: through too many links, perhaps in a circle.
    Endless,
    /// Unknown: its target, or the path that it comes to, is longer than any system takes.
    TooLong,
    /// To a file.
    File(RepoPath),
    /// Into a submodule, or to the submodule itself: its pin changes with what is written there.
    Submodule {
        /// The submodule.
        pin: RepoPath,
        /// The path of or in the submodule.
        path: RepoPath,
    },
    /// To nothing that is there: whoever writes through the link makes it.
    Nothing(RepoPath),
    /// To a folder, or to the root, with the files below it.
    Folder(Option<RepoPath>, Vec<RepoPath>),
}

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// Nothing.
    Nothing,
    /// A file.
    File,
    /// A submodule, or another repository.
    Submodule,
    /// A folder.
    Folder,
    /// A symbolic link with what is written in it.
    Link(Vec<u8>),
}

/// Whose way to read a target counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Only `/` separates, and every other byte is part of a name.
    Unix,
    /// `\` separates too, dots and blanks at the end of a name are dropped, and so is what follows
    /// a `:`. A drive (`C:`) leads outside.
    Windows,
}

impl System {
    /// The systems that read a target in different ways.
    #[must_use]
    pub fn that_differ(target: &[u8]) -> &'static [System] {
        let plain = |step: &[u8]| matches!(step, b"." | b"..") || windows_name(step) == step;
        if !target.contains(&b'\\') && components(target).all(plain) {
            &[System::Unix]
        } else {
            &[System::Unix, System::Windows]
        }
    }
}

/// Follows a link, by what `look` finds at a path. The files of a folder are for the caller to find.
///
/// `look` is asked at most once for each component of a target, and only below folders.
///
/// # Errors
/// Those of `look`.
pub fn follow<E>(
    link: &RepoPath,
    target: &[u8],
    system: System,
    mut look: impl FnMut(&RepoPath) -> Result<Node, E>,
) -> Result<Destination, E> {
    let mut way = Way::above(link);
    let mut ahead: VecDeque<Vec<u8>> = VecDeque::new();
    let mut followed = 0;
    if let Err(end) = push(&mut ahead, target, system) {
        return Ok(end);
    }
    while let Some(step) = ahead.pop_front() {
        match step.as_slice() {
            b"" | b"." => continue,
            b".." => {
                if !way.up() {
                    return Ok(Destination::Outside);
                }
                continue;
            }
            name if is_git_folder(name) => return Ok(Destination::GitFolder),
            name => way.down(name),
        }
        if way.path.len() > LONGEST {
            return Ok(Destination::TooLong);
        }
        let inside = match way.last_but_one() {
            Kind::Folder => None,
            Kind::Submodule | Kind::InSubmodule => Some(Kind::InSubmodule),
            Kind::Nothing | Kind::File => Some(Kind::Nothing),
        };
        if let Some(kind) = inside {
            way.is(kind);
            continue;
        }
        let Ok(path) = RepoPath::new(way.path.as_slice()) else { return Ok(Destination::Outside) };
        match look(&path)? {
            Node::Nothing => way.is(Kind::Nothing),
            Node::File => way.is(Kind::File),
            Node::Submodule => way.is(Kind::Submodule),
            Node::Folder => way.is(Kind::Folder),
            Node::Link(target) => {
                followed += 1;
                if followed >= MOST_LINKS {
                    return Ok(Destination::Endless);
                }
                way.up();
                if let Err(end) = push(&mut ahead, &target, system) {
                    return Ok(end);
                }
            }
        }
    }
    Ok(way.end())
}

/// How far a link was followed: through folders, and then perhaps on to what is not there.
struct Way {
    path: Vec<u8>,
    kinds: Vec<Kind>,
}

/// What a component of a way is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Nothing,
    File,
    Submodule,
    InSubmodule,
    Folder,
}

impl Way {
    /// To the folder in which a link lies.
    fn above(link: &RepoPath) -> Way {
        let kinds = components(link.as_bytes()).map(|_| Kind::Folder).collect();
        let mut way = Way { path: link.as_bytes().to_vec(), kinds };
        way.up();
        way
    }

    /// Goes into the folder above; false at the root.
    fn up(&mut self) -> bool {
        let end = self.path.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
        self.path.truncate(end);
        self.kinds.pop().is_some()
    }

    fn down(&mut self, name: &[u8]) {
        if !self.path.is_empty() {
            self.path.push(b'/');
        }
        self.path.extend_from_slice(name);
        self.kinds.push(Kind::Nothing);
    }

    /// What the component above the last one is.
    fn last_but_one(&self) -> Kind {
        self.kinds.iter().rev().nth(1).copied().unwrap_or(Kind::Folder)
    }

    /// Says what the last component is.
    fn is(&mut self, kind: Kind) {
        if let Some(last) = self.kinds.last_mut() {
            *last = kind;
        }
    }

    fn end(self) -> Destination {
        let Ok(path) = RepoPath::new(self.path.as_slice()) else {
            return Destination::Folder(None, Vec::new());
        };
        match self.kinds.last() {
            None | Some(Kind::Folder) => Destination::Folder(Some(path), Vec::new()),
            Some(Kind::File) => Destination::File(path),
            Some(Kind::Nothing) => Destination::Nothing(path),
            Some(Kind::Submodule | Kind::InSubmodule) => {
                let inside =
                    self.kinds.iter().rev().take_while(|kind| **kind == Kind::InSubmodule).count();
                let steps = self.kinds.len() - inside;
                let pin = components(&self.path).take(steps).collect::<Vec<_>>().join(&b'/');
                let pin = RepoPath::new(pin).unwrap_or_else(|_| path.clone());
                Destination::Submodule { pin, path }
            }
        }
    }
}

/// Puts a target's steps before all others; an error where it ends the way.
fn push(ahead: &mut VecDeque<Vec<u8>>, target: &[u8], system: System) -> Result<(), Destination> {
    // The system sees no further than a zero byte.
    let target = target.split(|&byte| byte == 0).next().unwrap_or_default();
    if target.len() > LONGEST {
        return Err(Destination::TooLong);
    }
    let replaced;
    let target = match system {
        System::Unix => target,
        System::Windows => {
            replaced = target.replace(b"\\", b"/");
            replaced.as_slice()
        }
    };
    let has_drive = system == System::Windows && target.get(1) == Some(&b':');
    if target.starts_with(b"/") || has_drive {
        return Err(Destination::Outside);
    }
    for step in components(target).rev() {
        let step = match (system, step) {
            (System::Windows, step) if step != b"." && step != b".." => windows_name(step),
            _ => step,
        };
        ahead.push_front(step.to_vec());
    }
    Ok(())
}

fn components(path: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    path.split(|&byte| byte == b'/')
}

/// The file that Windows takes a name for.
fn windows_name(name: &[u8]) -> &[u8] {
    let name = name.split(|&byte| byte == b':').next().unwrap_or_default();
    let end = name.iter().rposition(|byte| !matches!(byte, b'.' | b' ')).map_or(0, |at| at + 1);
    &name[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    /// Follows a link in a tree of files, links written `name -> target` and submodules `name @`.
    fn leads(link: &str, target: &str, tree: &[&str]) -> Destination {
        leads_on(System::Unix, link, target, tree)
    }

    fn leads_on(system: System, link: &str, target: &str, tree: &[&str]) -> Destination {
        let look = |path: &RepoPath| {
            let path = path.to_string();
            let found = tree.iter().find_map(|entry| match entry.split_once(" -> ") {
                Some((name, target)) if name == path => Some(Node::Link(target.into())),
                None if *entry == path => Some(Node::File),
                None if *entry == format!("{path} @") => Some(Node::Submodule),
                _ if entry.starts_with(&format!("{path}/")) => Some(Node::Folder),
                _ => None,
            });
            Ok::<_, Infallible>(found.unwrap_or(Node::Nothing))
        };
        let Ok(found) = follow(&link.parse().unwrap(), target.as_bytes(), system, look);
        found
    }

    #[test]
    fn links_are_followed_as_the_system_does() {
        let path = |path: &str| path.parse::<RepoPath>().unwrap();
        let folder = |name: &str| Destination::Folder(Some(path(name)), Vec::new());
        let tree = [
            "a/b/c",
            "d",
            "up -> ..",
            "a/up -> ..",
            "in -> a/b",
            "abs -> /etc",
            "r1 -> r2",
            "r2 -> r1",
            "sub/git -> ../.git",
        ];
        for (link, target, expected) in [
            ("l", "d", Destination::File(path("d"))),
            ("l", "./a//b/./c", Destination::File(path("a/b/c"))),
            ("a/l", "b", folder("a/b")),
            ("a/l", "b/", folder("a/b")),
            ("a/b/l", "../../d", Destination::File(path("d"))),
            ("a/l", "..", Destination::Folder(None, Vec::new())),
            ("l", ".", Destination::Folder(None, Vec::new())),
            ("l", "in/c", Destination::File(path("a/b/c"))),
            // `..` counts from where the link leads, not from where it lies.
            ("l", "in/../x", Destination::Nothing(path("a/x"))),
            ("a/l", "up/d", Destination::File(path("d"))),
            ("l", "new/er", Destination::Nothing(path("new/er"))),
            ("l", "new/../d", Destination::File(path("d"))),
            ("l", "new/er/..", Destination::Nothing(path("new"))),
            ("l", "d/x", Destination::Nothing(path("d/x"))),
            ("l", "d/x/..", Destination::File(path("d"))),
            ("l", "..", Destination::Outside),
            ("a/l", "../../x", Destination::Outside),
            ("a/l", "../../repository/d", Destination::Outside),
            ("l", "/d", Destination::Outside),
            ("l", "abs/passwd", Destination::Outside),
            ("l", "up", Destination::Outside),
            ("l", "a/up/..", Destination::Outside),
            ("l", ".git/config", Destination::GitFolder),
            ("l", "a/.GiT", Destination::GitFolder),
            ("l", ".git. /x", Destination::GitFolder),
            ("l", "GIT~1/x", Destination::GitFolder),
            ("l", "sub/git/hooks", Destination::GitFolder),
            ("l", ".gitignore", Destination::Nothing(path(".gitignore"))),
            ("l", "r1", Destination::Endless),
            ("l", "d\0/../..", Destination::File(path("d"))),
            ("a/l", "", folder("a")),
        ] {
            assert_eq!(leads(link, target, &tree), expected, "{link} -> {target}");
        }
        let pin = |to: &str| Destination::Submodule { pin: path("a/sub"), path: path(to) };
        let tree = ["a/sub @", "d", "in -> a/sub"];
        for (target, expected) in [
            ("a/sub", pin("a/sub")),
            ("in/x/y", pin("a/sub/x/y")),
            ("in/x/..", pin("a/sub")),
            ("in/../../d", Destination::File(path("d"))),
            ("in/x/../../b", Destination::Nothing(path("a/b"))),
            ("in/.git", Destination::GitFolder),
        ] {
            assert_eq!(leads("l", target, &tree), expected, "{target}");
        }
        let chain: Vec<String> = (0..60).map(|at| format!("l{at} -> l{}", at + 1)).collect();
        let chain: Vec<&str> = chain.iter().map(String::as_str).collect();
        assert_eq!(leads("l", "l21", &chain), Destination::Nothing(path("l60")));
        assert_eq!(leads("l", "l20", &chain), Destination::Endless);
    }

    #[test]
    fn windows_reads_targets_otherwise() {
        let path = |path: &str| path.parse::<RepoPath>().unwrap();
        let tree = ["a/b", "d"];
        for (target, unix, windows) in [
            (r"..\d", Destination::Nothing(path(r"a/..\d")), Destination::File(path("d"))),
            (r"..\..\x", Destination::Nothing(path(r"a/..\..\x")), Destination::Outside),
            (r"\x", Destination::Nothing(path(r"a/\x")), Destination::Outside),
            (r"C:\x", Destination::Nothing(path(r"a/C:\x")), Destination::Outside),
            ("b. ", Destination::Nothing(path("a/b. ")), Destination::File(path("a/b"))),
            (
                "./b::$DATA",
                Destination::Nothing(path("a/b::$DATA")),
                Destination::File(path("a/b")),
            ),
            (r"..\.git\x", Destination::GitFolder, Destination::GitFolder),
        ] {
            assert_eq!(System::that_differ(target.as_bytes()).len(), 2, "{target}");
            assert_eq!(leads_on(System::Unix, "a/l", target, &tree), unix, "{target}");
            assert_eq!(leads_on(System::Windows, "a/l", target, &tree), windows, "{target}");
        }
        for target in ["", ".", "../..", "a.b/c", "/x", "a b/.c"] {
            assert_eq!(System::that_differ(target.as_bytes()).len(), 1, "{target}");
        }
    }

    #[test]
    fn no_target_is_followed_that_no_system_takes() {
        let mut looks = 0;
        let mut follow = |target: String| {
            let link = "l".parse().unwrap();
            let Ok(found) = follow(&link, target.as_bytes(), System::Unix, |_| {
                looks += 1;
                Ok::<_, Infallible>(Node::Nothing)
            });
            found
        };
        assert!(matches!(follow("a/".repeat(2047) + "a"), Destination::Nothing(_)));
        assert_eq!(follow("a/".repeat(2047) + "ab"), Destination::TooLong);
        assert_eq!(follow("a/".repeat(32 << 10)), Destination::TooLong);
        // Below what is not there, nothing is looked for.
        assert_eq!(looks, 1);
    }
}
