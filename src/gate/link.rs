//! Where a symbolic link leads.

use bstr::ByteSlice;

use crate::failure::Failure;
use crate::index::InputId;
use crate::links::{self, LinkTree, NodeKind, Step, Steps, walk};
use crate::path::{RepoPath, is_git_folder};

/// No system takes a longer target, nor a longer path: Linux's `PATH_MAX`, less its zero byte.
const LONGEST: usize = 4095;

/// A symbolic link that somebody added or changed.
#[derive(Clone, Debug)]
pub struct ChangedLink {
    /// The input that holds it.
    pub diff: InputId,
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

/// What is at a path, a link with the bytes that are written in it.
pub type Node = links::Node<Vec<u8>>;

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
    look: impl FnMut(&RepoPath) -> Result<Node, E>,
) -> Result<Destination, E> {
    // The folder in which the link lies.
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

/// The files of a repository, as links lead through them.
struct Tree<Look> {
    path: Vec<u8>,
    system: System,
    look: Look,
}

/// Why a link is not followed any further.
enum Stop<E> {
    /// It is known where it leads.
    At(Destination),
    /// Nobody knows what is there.
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
        if self.path.len() > LONGEST { Err(Destination::TooLong.into()) } else { Ok(()) }
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

/// Where a way ends whose components are of these kinds.
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

/// The steps of a target, or the end of the way if no system takes it.
fn steps<E>(target: &[u8], system: System) -> Result<Steps<Vec<u8>>, Stop<E>> {
    // The system sees no further than a zero byte.
    let target = target.split(|&byte| byte == 0).next().unwrap_or_default();
    if target.len() > LONGEST {
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
