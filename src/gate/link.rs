//! Where a symbolic link leads.

use std::collections::VecDeque;

use crate::path::RepoPath;
use crate::repo::Gap;

/// How many links are followed, as by Linux.
const MOST_LINKS: usize = 40;

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
    pub leads: Result<Destination, Gap>,
}

/// Where a link leads in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To a place outside of the repository, or one that depends on where the repository lies.
    Outside,
    /// Into git's own folder.
    GitFolder,
    /// Nobody knows: it goes through too many links, perhaps in a circle.
    Endless,
    /// To a file or a submodule.
    File(RepoPath),
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
    /// A file or a submodule.
    File,
    /// A folder.
    Folder,
    /// A symbolic link with what is written in it.
    Link(Vec<u8>),
}

/// Follows a link, by what `look` finds at a path. The files of a folder are for the caller to find.
///
/// # Errors
/// Those of `look`.
pub fn follow<E>(
    link: &RepoPath,
    target: &[u8],
    mut look: impl FnMut(&RepoPath) -> Result<Node, E>,
) -> Result<Destination, E> {
    let mut at: Vec<Vec<u8>> = components(link.as_bytes()).map(<[u8]>::to_vec).collect();
    at.pop();
    let mut ahead: VecDeque<Vec<u8>> = VecDeque::new();
    let mut followed = 0;
    if !push(&mut ahead, target) {
        return Ok(Destination::Outside);
    }
    let mut node = Node::Folder;
    while let Some(step) = ahead.pop_front() {
        match step.as_slice() {
            b"" | b"." => continue,
            b".." => {
                if at.pop().is_none() {
                    return Ok(Destination::Outside);
                }
                node = Node::Folder;
                continue;
            }
            name if is_git_folder(name) => return Ok(Destination::GitFolder),
            _ => at.push(step),
        }
        let Ok(path) = RepoPath::new(at.join(&b'/')) else { return Ok(Destination::Outside) };
        node = look(&path)?;
        if let Node::Link(target) = &node {
            followed += 1;
            if followed >= MOST_LINKS {
                return Ok(Destination::Endless);
            }
            at.pop();
            if !push(&mut ahead, target) {
                return Ok(Destination::Outside);
            }
            node = Node::Folder;
        }
    }
    let path = RepoPath::new(at.join(&b'/')).ok();
    Ok(match (path, node) {
        (None, _) => Destination::Folder(None, Vec::new()),
        (Some(path), Node::Folder) => Destination::Folder(Some(path), Vec::new()),
        (Some(path), Node::Nothing) => Destination::Nothing(path),
        (Some(path), Node::File | Node::Link(_)) => Destination::File(path),
    })
}

/// Puts a target's steps before all others; false for one that begins at the root of the disk.
fn push(ahead: &mut VecDeque<Vec<u8>>, target: &[u8]) -> bool {
    // The system sees no further than a zero byte.
    let target = target.split(|&byte| byte == 0).next().unwrap_or_default();
    for step in components(target).rev() {
        ahead.push_front(step.to_vec());
    }
    !target.starts_with(b"/")
}

fn components(path: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    path.split(|&byte| byte == b'/')
}

/// Whether some file system takes a name for `.git`: in another letter case, with dots and blanks
/// behind it, or by its short name.
fn is_git_folder(name: &[u8]) -> bool {
    let end = name.iter().rposition(|byte| !matches!(byte, b'.' | b' ')).map_or(0, |at| at + 1);
    let name = name.get(..end).unwrap_or(name);
    name.eq_ignore_ascii_case(b".git") || name.eq_ignore_ascii_case(b"git~1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    /// Follows a link in a tree of files, and of links written `name -> target`.
    fn leads(link: &str, target: &str, tree: &[&str]) -> Destination {
        let look = |path: &RepoPath| {
            let path = path.to_string();
            let found = tree.iter().find_map(|entry| match entry.split_once(" -> ") {
                Some((name, target)) if name == path => Some(Node::Link(target.into())),
                None if *entry == path => Some(Node::File),
                _ if entry.starts_with(&format!("{path}/")) => Some(Node::Folder),
                _ => None,
            });
            Ok::<_, Infallible>(found.unwrap_or(Node::Nothing))
        };
        let Ok(found) = follow(&link.parse().unwrap(), target.as_bytes(), look);
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
        let chain: Vec<String> = (0..60).map(|at| format!("l{at} -> l{}", at + 1)).collect();
        let chain: Vec<&str> = chain.iter().map(String::as_str).collect();
        assert_eq!(leads("l", "l21", &chain), Destination::Nothing(path("l60")));
        assert_eq!(leads("l", "l20", &chain), Destination::Endless);
    }
}
