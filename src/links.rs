//! Resolves paths through symbolic links, in a working directory or in a commit's tree.

/// The most links that are followed; the limit of Linux.
pub const MOST_LINKS: usize = 40;

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node<Target> {
    /// The path does not exist.
    Nothing,
    /// A file.
    File,
    /// A submodule or nested repository.
    Submodule,
    /// A folder.
    Folder,
    /// A symbolic link and its target.
    Link(Target),
}

impl<Target> Node<Target> {
    /// Maps the target of a link.
    ///
    /// # Errors
    /// Those of `make`.
    pub fn try_map<T, E>(self, make: impl FnOnce(Target) -> Result<T, E>) -> Result<Node<T>, E> {
        Ok(match self {
            Node::Nothing => Node::Nothing,
            Node::File => Node::File,
            Node::Submodule => Node::Submodule,
            Node::Folder => Node::Folder,
            Node::Link(target) => Node::Link(make(target)?),
        })
    }
}

/// One component of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step<Name> {
    /// `..`
    Up,
    /// A name.
    Down(Name),
    /// The root of an absolute path.
    Root(Name),
}

/// The components of a path.
pub type Steps<Name> = Vec<Step<Name>>;

/// What a component of a path is, once links are resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// It does not exist, or its parent is not a folder.
    Nothing,
    /// A file.
    File,
    /// A submodule or nested repository.
    Submodule,
    /// Something inside a submodule.
    InSubmodule,
    /// A folder.
    Folder,
}

/// A file tree for [`walk`], with a current path.
pub trait LinkTree {
    /// The name of a component.
    type Name;
    /// Why a walk stops early.
    type Stop;

    /// Moves to a root.
    ///
    /// # Errors
    /// If the root is outside of the tree.
    fn enter_root(&mut self, root: Self::Name) -> Result<(), Self::Stop>;

    /// Appends a name to the current path.
    ///
    /// # Errors
    /// If the walk must not go there.
    fn push(&mut self, name: Self::Name) -> Result<(), Self::Stop>;

    /// Removes the last name of the current path.
    fn pop(&mut self);

    /// Checks whether `..` may be followed from a component of this kind; `None` is the root.
    ///
    /// # Errors
    /// If it may not.
    fn check_parent(&self, from: Option<NodeKind>) -> Result<(), Self::Stop>;

    /// Looks up the current path, whose parent is always a folder.
    ///
    /// # Errors
    /// If the lookup fails.
    fn lookup(&mut self) -> Result<Node<Steps<Self::Name>>, Self::Stop>;

    /// The error for a path with more than [`MOST_LINKS`] links.
    fn too_many_links(&self) -> Self::Stop;
}

/// Follows `ahead` as the operating system would, and returns the kinds of the components of the
/// path where it ends.
///
/// The tree's current path has components of `kinds`, and was reached through `links` links.
///
/// # Errors
/// Those of the tree.
pub fn walk<T: LinkTree>(
    tree: &mut T,
    mut kinds: Vec<NodeKind>,
    mut links: usize,
    mut ahead: Steps<T::Name>,
) -> Result<Vec<NodeKind>, T::Stop> {
    ahead.reverse();
    while let Some(step) = ahead.pop() {
        match step {
            Step::Root(root) => {
                tree.enter_root(root)?;
                kinds.clear();
                continue;
            }
            Step::Up => {
                tree.check_parent(kinds.pop())?;
                tree.pop();
                continue;
            }
            Step::Down(name) => tree.push(name)?,
        }
        kinds.push(match kinds.last() {
            Some(NodeKind::Submodule | NodeKind::InSubmodule) => NodeKind::InSubmodule,
            Some(NodeKind::Nothing | NodeKind::File) => NodeKind::Nothing,
            Some(NodeKind::Folder) | None => match tree.lookup()? {
                Node::Nothing => NodeKind::Nothing,
                Node::File => NodeKind::File,
                Node::Submodule => NodeKind::Submodule,
                Node::Folder => NodeKind::Folder,
                Node::Link(target) => {
                    links += 1;
                    if links > MOST_LINKS {
                        return Err(tree.too_many_links());
                    }
                    tree.pop();
                    ahead.extend(target.into_iter().rev());
                    continue;
                }
            },
        });
    }
    Ok(kinds)
}
