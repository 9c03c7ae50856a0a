//! Follows a symbolic link to its destination.

use bstr::ByteSlice;

use crate::failure::Failure;
use crate::index::InputId;
use crate::links::{self, LinkTree, NodeKind, Step, Steps, walk};
use crate::path::{RepoPath, is_git_folder};

/// The longest target or path that a system supports: Linux's `PATH_MAX` without its zero byte.
const PATH_MAX: usize = 4095;

/// A symbolic link that was added or changed.
#[derive(Clone, Debug)]
pub struct ChangedLink {
    /// The input with the change.
    pub input: InputId,
    /// Where the link is.
    pub path: RepoPath,
    /// Its target as written; `None` if unknown.
    pub target: Option<Vec<u8>>,
    /// Where it leads, or why this is unknown.
    pub leads: Result<Destination, Failure>,
}

/// Where a link leads after all links on the way are followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Outside the repository, or to a path that depends on where the repository is.
    Outside,
    /// Into `.git`.
    GitFolder,
    /// Unknown: it leads through too many links, perhaps in a circle.
    Endless,
    /// Unknown: its target or the resulting path is longer than any system supports.
    TooLong,
    /// To a file.
    File(RepoPath),
    /// To a submodule or into one: a write there changes the submodule's pin.
    Submodule {
        /// The submodule.
        pin: RepoPath,
        /// The destination: the submodule or a path inside it.
        path: RepoPath,
    },
    /// To a path that does not exist: a write through the link would create it.
    Nothing(RepoPath),
    /// To a folder (`None` for the root), with the files below it.
    Folder(Option<RepoPath>, Vec<RepoPath>),
}

/// What exists at a path; a link comes with its target as bytes.
pub type Node = links::Node<Vec<u8>>;

/// The operating system that reads a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Only `/` is a separator; every other byte is part of a name.
    Unix,
    /// `\` is a separator too. Trailing dots and spaces of a name are dropped, and so is everything
    /// from a `:`. A drive (`C:`) leads outside.
    Windows,
}

impl System {
    /// The systems to try for a target: both only if they read it differently.
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

/// Follows a link; `look` says what exists at a path. The caller adds the files of a folder.
///
/// `look` is called at most once per component of a target, and only below folders.
///
/// # Errors
/// Those of `look`.
pub fn follow<E>(
    link: &RepoPath,
    target: &[u8],
    system: System,
    look: impl FnMut(&RepoPath) -> Result<Node, E>,
) -> Result<Destination, E> {
    // Start in the folder of the link.
    let mut kinds: Vec<NodeKind> = components(link.as_bytes()).map(|_| NodeKind::Folder).collect();
    kinds.pop();
    let mut tree = Tree { path: link.as_bytes().to_vec(), system, look };
    tree.pop();
    let walked = steps(target, system).and_then(|steps| walk(&mut tree, kinds, 1, steps));
    match walked {
        Ok(kinds) => Ok(end(&tree.path, &kinds)),
        Err(Stop::At(end)) => Ok(end),
        Err(Stop::Failed(error)) => Err(error),
    }
}

/// A position in the repository's tree while a link is followed.
struct Tree<Look> {
    path: Vec<u8>,
    system: System,
    look: Look,
}

/// Why following a link stops early.
enum Stop<E> {
    /// The destination is known.
    At(Destination),
    /// `look` failed.
    Failed(E),
}

impl<E> From<Destination> for Stop<E> {
    fn from(end: Destination) -> Stop<E> {
        Stop::At(end)
    }
}

impl<E, Look: FnMut(&RepoPath) -> Result<Node, E>> LinkTree for Tree<Look> {
    type Name = Vec<u8>;
    type Stop = Stop<E>;

    fn enter_root(&mut self, _: Vec<u8>) -> Result<(), Stop<E>> {
        Err(Destination::Outside.into())
    }

    fn push(&mut self, name: Vec<u8>) -> Result<(), Stop<E>> {
        if is_git_folder(&name) {
            return Err(Destination::GitFolder.into());
        }
        if !self.path.is_empty() {
            self.path.push(b'/');
        }
        self.path.extend_from_slice(&name);
        if self.path.len() > PATH_MAX { Err(Destination::TooLong.into()) } else { Ok(()) }
    }

    fn pop(&mut self) {
        let end = self.path.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
        self.path.truncate(end);
    }

    fn check_parent(&self, from: Option<NodeKind>) -> Result<(), Stop<E>> {
        from.map(|_| ()).ok_or(Stop::At(Destination::Outside))
    }

    fn lookup(&mut self) -> Result<links::Node<Steps<Vec<u8>>>, Stop<E>> {
        let path = RepoPath::new(self.path.as_slice()).map_err(|_| Destination::Outside)?;
        let found = (self.look)(&path).map_err(Stop::Failed)?;
        found.try_map(|target| steps(&target, self.system))
    }

    fn too_many_links(&self) -> Stop<E> {
        Destination::Endless.into()
    }
}

/// The destination at the end of a path whose components have these kinds.
fn end(path: &[u8], kinds: &[NodeKind]) -> Destination {
    let Ok(whole) = RepoPath::new(path) else { return Destination::Folder(None, Vec::new()) };
    match kinds.last() {
        None | Some(NodeKind::Folder) => Destination::Folder(Some(whole), Vec::new()),
        Some(NodeKind::File) => Destination::File(whole),
        Some(NodeKind::Nothing) => Destination::Nothing(whole),
        Some(NodeKind::Submodule | NodeKind::InSubmodule) => {
            let inside =
                kinds.iter().rev().take_while(|kind| **kind == NodeKind::InSubmodule).count();
            let steps = kinds.len() - inside;
            let pin = components(path).take(steps).collect::<Vec<_>>().join(&b'/');
            let pin = RepoPath::new(pin).unwrap_or_else(|_| whole.clone());
            Destination::Submodule { pin, path: whole }
        }
    }
}

/// Splits a target into steps; stops if it is absolute or too long.
fn steps<E>(target: &[u8], system: System) -> Result<Steps<Vec<u8>>, Stop<E>> {
    // Systems read up to the first zero byte.
    let target = target.split(|&byte| byte == 0).next().unwrap_or_default();
    if target.len() > PATH_MAX {
        return Err(Destination::TooLong.into());
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
        return Ok(vec![Step::Root(Vec::new())]);
    }
    let step = |step: &[u8]| match (step, system) {
        (b"." | b"", _) => None,
        (b"..", _) => Some(Step::Up),
        (name, System::Unix) => Some(Step::Down(name.to_vec())),
        (name, System::Windows) => Some(windows_name(name))
            .filter(|name| !name.is_empty())
            .map(|name| Step::Down(name.to_vec())),
    };
    Ok(components(target).filter_map(step).collect())
}

fn components(path: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    path.split(|&byte| byte == b'/')
}

/// The name under which Windows opens a file of this name.
fn windows_name(name: &[u8]) -> &[u8] {
    let name = name.split(|&byte| byte == b':').next().unwrap_or_default();
    let end = name.iter().rposition(|byte| !matches!(byte, b'.' | b' ')).map_or(0, |at| at + 1);
    &name[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    /// Follows a link in a tree of files, links (`name -> target`) and submodules (`name @`).
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
    fn follow_on_unix() {
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
            // `..` starts from the link's destination, not from the link.
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
    fn follow_on_windows() {
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
    fn too_long_targets() {
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
        // Nothing is looked up below a missing path.
        assert_eq!(looks, 1);
    }
}
