//! Where a path leads through symbolic links: the one walker, over a disk or a tree of a commit.

/// How many links are followed, as many as on Linux.
pub const MOST_LINKS: usize = 40;

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node<Target> {
    /// Nothing.
    Nothing,
    /// A file.
    File,
    /// A submodule, or another repository.
    Submodule,
    /// A folder.
    Folder,
    /// A symbolic link with what is written in it.
    Link(Target),
}

impl<Target> Node<Target> {
    /// Makes something else of a link's target.
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
    /// `..`.
    Up,
    /// A name.
    Down(Name),
    /// The root at which an absolute path begins.
    Root(Name),
}

/// A path, component by component.
pub type Steps<Name> = Vec<Step<Name>>;

/// What a component of a way turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing is there, or it is below what is not a folder.
    Nothing,
    /// A file.
    File,
    /// A submodule, or another repository.
    Submodule,
    /// Something in a submodule.
    InSubmodule,
    /// A folder.
    Folder,
}

/// What a walk goes over: it keeps the path that was reached, and says what is there.
pub trait Ground {
    /// What a component is called.
    type Name;
    /// Why a walk ends before its last step.
    type Stop;

    /// Starts over from a root.
    ///
    /// # Errors
    /// If that is not part of the ground.
    fn root(&mut self, root: Self::Name) -> Result<(), Self::Stop>;

    /// Adds a name to the path.
    ///
    /// # Errors
    /// If the walk must not go there.
    fn down(&mut self, name: Self::Name) -> Result<(), Self::Stop>;

    /// Takes the last name off the path.
    fn back(&mut self);

    /// Whether `..` may be followed from what the last component is; `None` at the root.
    ///
    /// # Errors
    /// If it may not.
    fn may_go_up(&self, from: Option<Kind>) -> Result<(), Self::Stop>;

    /// Looks at what is at the path, with the steps of a link's target. Asked below folders only.
    ///
    /// # Errors
    /// If that cannot be known.
    fn look(&mut self) -> Result<Node<Steps<Self::Name>>, Self::Stop>;

    /// What there is to say of more than [`MOST_LINKS`] links.
    fn too_many_links(&self) -> Self::Stop;
}

/// Takes steps as the system does, links followed, from a path whose components are `kinds`, which
/// `links` links led to. Gives the kinds of the components of the path that is reached in the end.
///
/// # Errors
/// Those of the ground.
pub fn walk<G: Ground>(
    ground: &mut G,
    mut kinds: Vec<Kind>,
    mut links: usize,
    mut ahead: Steps<G::Name>,
) -> Result<Vec<Kind>, G::Stop> {
    ahead.reverse();
    while let Some(step) = ahead.pop() {
        match step {
            Step::Root(root) => {
                ground.root(root)?;
                kinds.clear();
                continue;
            }
            Step::Up => {
                ground.may_go_up(kinds.pop())?;
                ground.back();
                continue;
            }
            Step::Down(name) => ground.down(name)?,
        }
        kinds.push(match kinds.last() {
            Some(Kind::Submodule | Kind::InSubmodule) => Kind::InSubmodule,
            Some(Kind::Nothing | Kind::File) => Kind::Nothing,
            Some(Kind::Folder) | None => match ground.look()? {
                Node::Nothing => Kind::Nothing,
                Node::File => Kind::File,
                Node::Submodule => Kind::Submodule,
                Node::Folder => Kind::Folder,
                Node::Link(target) => {
                    links += 1;
                    if links > MOST_LINKS {
                        return Err(ground.too_many_links());
                    }
                    ground.back();
                    ahead.extend(target.into_iter().rev());
                    continue;
                }
            },
        });
    }
    Ok(kinds)
}
