//! The pattern language: globs that match whole paths from the repository's root.
//!
//! `globset`'s language with a literal separator, its surprises refused or taken out. In growing
//! order:
//!
//! - `src/main.rs` is that file;
//! - `src/*.rs` is every `.rs` file in the folder, `src/**` everything below it;
//! - `**/{Cargo.toml,Cargo.lock}` is those two at any depth.
//!
//! [`syntax`] reads the text and finds the faults, `graph` gives the pieces their meaning,
//! `automaton` is that meaning as states and bytes, `intersection` decides with it, `globset_oracle` asks `globset`
//! whether it agrees, and `candidates` finds the globs of many that are worth deciding. `literals`, `basename`
//! and `literal_prefixes` say what can be said without deciding. Nothing here knows of lanes, tasks or plans.

mod automaton;
mod basename;
mod below;
mod bytes;
pub(crate) mod candidates;
mod globset_oracle;
mod graph;
mod intersection;
mod literal_prefixes;
mod properties;
pub mod syntax;

use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};

use bstr::ByteSlice;

use automaton::{Automaton, TooLarge};
pub(crate) use below::{Rest, intersection_below};
pub use intersection::Budget;
pub(crate) use intersection::{Intersection, Witness};
pub(crate) use literal_prefixes::LiteralPrefix;
use properties::{LastComponent, Literals, Properties};
use syntax::{Fault, Piece, PieceKind};

use crate::path::RepoPath;

/// A sound glob. Cloning is cheap: what was built for deciding is shared.
#[derive(Clone)]
pub struct Glob(Arc<Inner>);

struct Inner {
    text: Arc<str>,
    origin: Origin,
    properties: Properties,
    automaton: OnceLock<Box<Result<Automaton, TooLarge>>>,
    /// Whether `globset` was asked about this glob before.
    was_asked: AtomicBool,
    matcher: OnceLock<Option<Box<globset::GlobMatcher>>>,
}

/// What a glob was made of. Pieces are many times the text: they are made again when an automaton
/// is, which for most globs of a large plan is never.
enum Origin {
    /// The text that was written.
    Text,
    /// A path that is the outline's prefix.
    Path,
    /// A folder that, with a slash, is the outline's prefix.
    Folder,
}

impl Glob {
    /// Reads a glob, without the `!` that takes away from a lane.
    ///
    /// # Errors
    /// Every [`Fault`], in the order of the text.
    pub fn parse(text: &str) -> Result<Glob, Vec<Fault>> {
        let pieces = syntax::parse(text)?;
        Ok(Glob::new(text.into(), Origin::Text, &pieces))
    }

    fn new(text: Arc<str>, origin: Origin, pieces: &[Piece]) -> Glob {
        let literal_prefixes = matches!(origin, Origin::Text) && !text.contains('\\');
        let properties = Properties::new(pieces, literal_prefixes);
        let (automaton, matcher) = (OnceLock::new(), OnceLock::new());
        let was_asked = AtomicBool::new(false);
        Glob(Arc::new(Inner { text, origin, properties, automaton, was_asked, matcher }))
    }

    fn pieces(&self) -> Vec<Piece> {
        match self.0.origin {
            Origin::Text => syntax::parse(&self.0.text).unwrap_or_default(),
            Origin::Path => path_pieces(self.prefix(), false),
            Origin::Folder => path_pieces(self.prefix(), true),
        }
    }

    /// The glob as it was written.
    #[must_use]
    pub fn text(&self) -> &Arc<str> {
        &self.0.text
    }

    /// The bytes with which every path of the glob begins.
    #[must_use]
    pub fn prefix(&self) -> &[u8] {
        self.literals().prefix
    }

    /// The one path that the glob names, if it has neither wildcards nor braces.
    #[must_use]
    pub fn literal(&self) -> Option<&[u8]> {
        self.0.properties.literal.then_some(self.prefix())
    }

    /// Whether the glob has wildcards, in braces or outside.
    #[must_use]
    pub fn has_wildcards(&self) -> bool {
        !self.0.properties.wildless
    }

    /// Whether the glob, its braces written out, names a file: its last component has no wildcard.
    #[must_use]
    pub fn names_a_file(&self) -> bool {
        match self.0.properties.last {
            LastComponent::Name => true,
            LastComponent::Braces => basename::any(&self.pieces()),
            LastComponent::Wild => false,
        }
    }

    /// Of some names, those that the glob, its braces written out, has as its last component.
    #[must_use]
    pub fn names_among<'n>(&self, names: &[&'n str]) -> Vec<&'n str> {
        let names = names.iter().copied();
        match self.0.properties.last {
            LastComponent::Name => {
                names.filter(|name| name.as_bytes() == self.literals().name).collect()
            }
            LastComponent::Braces => {
                let pieces = self.pieces();
                names.filter(|name| basename::is_one(&pieces, name.as_bytes())).collect()
            }
            LastComponent::Wild => Vec::new(),
        }
    }

    /// Whether the glob has braces.
    pub(crate) fn has_braces(&self) -> bool {
        !self.0.properties.braceless
    }

    /// Whether some way to write the glob's braces out may have no wildcard.
    pub(crate) fn may_name_a_path(&self) -> bool {
        !self.0.properties.starred
    }

    /// What the glob begins with, its braces written out; nothing where that takes more bytes than
    /// there is room for.
    pub(crate) fn literal_prefixes(&self, room: &mut usize) -> Option<Vec<LiteralPrefix>> {
        literal_prefixes::literal_prefixes(&self.pieces(), room)
    }

    /// What all of the glob's paths have in common.
    pub(crate) fn literals(&self) -> Literals<'_> {
        self.0.properties.literals(&self.0.text)
    }

    /// A number that clones of this value share, and no other glob that lives beside it has.
    pub(crate) fn identity(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// Whether some path is in the glob and in none of `others`; nothing where a bound on work
    /// was reached.
    #[must_use]
    pub fn reaches_outside(&self, others: &[&Glob], budget: &mut Budget) -> Option<bool> {
        let candidates = |glob: &&&Glob| self.literals().compatible(&glob.literals());
        let others: Vec<&Glob> = others.iter().filter(candidates).copied().collect();
        if others.is_empty() && self.0.properties.inhabited {
            return Some(true);
        }
        match self.intersection(&everything(), &others, budget) {
            Intersection::Disjoint => Some(false),
            Intersection::At(_) => Some(true),
            Intersection::GaveUp => None,
        }
    }

    /// Whether the glob matches a path.
    ///
    /// # Errors
    /// [`Undecided`] where the glob is too large to be built.
    pub fn is_match(&self, path: &RepoPath) -> Result<bool, Undecided> {
        if !path.as_bytes().starts_with(self.prefix()) {
            return Ok(false);
        }
        if let Some(literal) = self.literal() {
            return Ok(path.as_bytes() == literal);
        }
        Ok(self.automaton()?.is_match(path.as_bytes()))
    }

    /// Whether `globset`'s own matcher finds the path in the glob, its braces written out.
    ///
    /// Slow, and independent of the automaton: it is asked before a witness is told.
    #[must_use]
    pub fn globset_matches(&self, path: &RepoPath) -> bool {
        if !self.0.properties.braceless {
            return globset_oracle::globset_matches(&self.pieces(), path.as_bytes());
        }
        let make =
            || globset_oracle::matcher(&globset_oracle::write_pieces(&self.pieces())).map(Box::new);
        let candidate = globset::Candidate::from_bytes(path.as_bytes());
        let matches = |matcher: &Option<Box<globset::GlobMatcher>>| {
            matcher.as_ref().is_some_and(|matcher| matcher.is_match_candidate(&candidate))
        };
        // A matcher is some ten kilobytes, and most globs that meet one other meet no second.
        if !self.0.was_asked.swap(true, Ordering::Relaxed) {
            return matches(&make());
        }
        matches(self.0.matcher.get_or_init(make))
    }

    /// Whether a path is in both globs and in none of `subtracted`, and the first such path.
    pub(crate) fn intersection(
        &self,
        other: &Glob,
        subtracted: &[&Glob],
        budget: &mut Budget,
    ) -> Intersection {
        if !self.literals().compatible(&other.literals()) {
            return Intersection::Disjoint;
        }
        if !self.may_begin_as(other) || !other.may_begin_as(self) {
            return Intersection::Disjoint;
        }
        let subtracted: Result<Vec<&Automaton>, Undecided> = subtracted
            .iter()
            .filter(|glob| {
                glob.literals().compatible(&self.literals())
                    && glob.literals().compatible(&other.literals())
            })
            .map(|glob| glob.automaton())
            .collect();
        let meeting = match (self.automaton(), other.automaton(), subtracted) {
            (Ok(left), Ok(right), Ok(subtracted)) => {
                intersection::intersection(left, right, &subtracted, budget)
            }
            _ => Intersection::GaveUp,
        };
        if meeting == Intersection::GaveUp {
            budget.give_up();
        }
        meeting
    }

    /// Whether a path of this glob may begin as all those of another do.
    ///
    /// Where one wide glob is held against thousands of narrow ones, the automata of most of them
    /// are never built.
    fn may_begin_as(&self, other: &Glob) -> bool {
        let prefix = other.prefix();
        prefix.len() <= self.prefix().len()
            || self.automaton().map_or(true, |automaton| automaton.may_begin(prefix))
    }

    fn automaton(&self) -> Result<&Automaton, Undecided> {
        self.0
            .automaton
            .get_or_init(|| Box::new(Automaton::new(&self.pieces())))
            .as_ref()
            .as_ref()
            .map_err(|TooLarge| Undecided)
    }
}

/// A question about globs was given up because a bound on work was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undecided;

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bound on work was reached")
    }
}

impl std::error::Error for Undecided {}

impl PartialEq for Glob {
    /// The same text; globs that match the same paths may differ.
    fn eq(&self, other: &Glob) -> bool {
        self.0.text == other.0.text
    }
}

impl Eq for Glob {}

impl Hash for Glob {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.text.hash(state);
    }
}

impl Borrow<str> for Glob {
    fn borrow(&self) -> &str {
        &self.0.text
    }
}

impl fmt::Debug for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Glob({:?})", self.0.text)
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}

/// The glob `**`: every path.
#[must_use]
pub fn everything() -> Glob {
    static EVERYTHING: LazyLock<Glob> = LazyLock::new(|| sound("**"));
    EVERYTHING.clone()
}

/// The glob that matches one path and nothing else, whatever bytes it holds.
#[must_use]
pub fn exactly(path: &RepoPath) -> Glob {
    Glob::new(path.to_string().into(), Origin::Path, &path_pieces(path.as_bytes(), false))
}

/// The glob that matches everything below a folder.
#[must_use]
pub fn below(folder: &RepoPath) -> Glob {
    let prefix = [folder.as_bytes(), b"/"].concat();
    Glob::new(format!("{folder}/**").into(), Origin::Folder, &path_pieces(&prefix, true))
}

/// The text of a glob that matches just this name.
#[must_use]
pub fn escape(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for (at, character) in name.char_indices() {
        if "*?[{}\\".contains(character) || at == 0 && character == '!' {
            text.push('\\');
        }
        text.push(character);
    }
    text
}

/// The text of a glob that matches just this path, as far as it is UTF-8.
#[must_use]
pub fn escape_path(path: &RepoPath) -> String {
    let names = path.as_bstr().split_str("/").map(|name| escape(&name.to_str_lossy()));
    names.collect::<Vec<_>>().join("/")
}

/// The pieces of literal bytes and, if asked, of a `**` behind them.
fn path_pieces(bytes: &[u8], globstar: bool) -> Vec<Piece> {
    let literal = |byte| if byte == b'/' { PieceKind::Separator } else { PieceKind::Byte(byte) };
    let stars = if globstar { 2 } else { 0 };
    let kinds = bytes.iter().map(|&byte| literal(byte));
    let kinds = kinds.chain(std::iter::repeat_n(PieceKind::Star, stars));
    kinds.map(|kind| Piece::new(kind, 0..0)).collect()
}

fn sound(text: &str) -> Glob {
    match Glob::parse(text) {
        Ok(glob) => glob,
        Err(faults) => unreachable!("{text} is sound: {faults:?}"),
    }
}

/// The words that globs can match and no repository can hold: a component `.`, `..` or `.git`.
fn no_path() -> &'static Automaton {
    static NO_PATH: LazyLock<Automaton> = LazyLock::new(|| {
        // The names are written as classes: as literal text, the syntax refuses them.
        let glob = sound("{**/,}{[.],[.][.],[.][gG][iI][tT]}{/**,}");
        match Automaton::new(&glob.pieces()) {
            Ok(automaton) => automaton,
            Err(TooLarge) => unreachable!("a handful of states"),
        }
    });
    &NO_PATH
}

#[cfg(test)]
mod tests;
