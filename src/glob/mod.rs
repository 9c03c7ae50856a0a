//! Globs, which match whole paths from the repository's root.
//!
//! The language is that of `globset` with `literal_separator`, without its surprises; see
//! docs/globs.md.
//!
//! - `src/main.rs` matches that file;
//! - `src/*.rs` matches every `.rs` file in the folder, `src/**` everything below it;
//! - `**/{Cargo.toml,Cargo.lock}` matches files of these names at any depth.
//!
//! [`syntax`] parses the text. `graph` defines the meaning of the pieces, which `automaton`
//! compiles. `intersection` decides whether two automata have a common path, and `globset_oracle`
//! double-checks that path with `globset`. `properties`, `literal_prefixes` and `basename` answer
//! what needs no automaton, and `candidates` uses them to find the pairs of globs that are worth
//! comparing.

mod automaton;
mod basename;
mod below;
mod bytes;
pub(crate) mod candidates;
mod globset_oracle;
mod graph;
pub(crate) mod index;
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
use syntax::{Author, Piece, PieceKind, SyntaxError};

use crate::path::RepoPath;

/// A valid glob. Clones are cheap and share the automaton.
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

/// What a glob was made from, to make its pieces again when they are needed. They are much larger
/// than the text, and most globs of a large plan never need them again.
enum Origin {
    Text,
    /// A text that the program wrote.
    Generated,
    /// A path, which is the glob's prefix.
    Path,
    /// A folder, which, with a slash, is the glob's prefix.
    Folder,
}

impl Glob {
    /// Parses a glob, without the `!` of an exclusion.
    ///
    /// # Errors
    /// All syntax errors, in the order of the text.
    pub fn parse(text: &str) -> Result<Glob, Vec<SyntaxError>> {
        let pieces = syntax::parse(text)?;
        Ok(Glob::new(text.into(), Origin::Text, &pieces))
    }

    /// Parses a glob that the program wrote: a class may be a whole component.
    pub(crate) fn parse_generated(text: &str) -> Result<Glob, Vec<SyntaxError>> {
        let pieces = syntax::parse_as(text, Author::Program)?;
        Ok(Glob::new(text.into(), Origin::Generated, &pieces))
    }

    fn new(text: Arc<str>, origin: Origin, pieces: &[Piece]) -> Glob {
        let is_verbatim =
            matches!(origin, Origin::Text | Origin::Generated) && !text.contains('\\');
        let properties = Properties::new(pieces, is_verbatim);
        let (automaton, matcher) = (OnceLock::new(), OnceLock::new());
        let was_asked = AtomicBool::new(false);
        Glob(Arc::new(Inner { text, origin, properties, automaton, was_asked, matcher }))
    }

    fn pieces(&self) -> Vec<Piece> {
        match self.0.origin {
            Origin::Text => syntax::parse(&self.0.text).unwrap_or_default(),
            Origin::Generated => {
                syntax::parse_as(&self.0.text, Author::Program).unwrap_or_default()
            }
            Origin::Path => path_pieces(self.prefix(), false),
            Origin::Folder => path_pieces(self.prefix(), true),
        }
    }

    /// The glob as written.
    #[must_use]
    pub fn text(&self) -> &Arc<str> {
        &self.0.text
    }

    /// The literal text that all matching paths start with.
    #[must_use]
    pub fn prefix(&self) -> &[u8] {
        self.literals().prefix
    }

    /// The only matching path, if the glob has neither wildcards nor braces.
    #[must_use]
    pub fn literal(&self) -> Option<&[u8]> {
        self.0.properties.is_literal.then_some(self.prefix())
    }

    /// Whether the glob has wildcards, in braces or outside.
    #[must_use]
    pub fn has_wildcards(&self) -> bool {
        self.0.properties.has_wildcards
    }

    /// Whether some expansion of the braces has a last component without wildcards.
    #[must_use]
    pub fn has_literal_basename(&self) -> bool {
        match self.0.properties.last {
            LastComponent::Literal => true,
            LastComponent::Braces => basename::is_some_literal(&self.pieces()),
            LastComponent::Wild => false,
        }
    }

    /// Those of `names` that are the last component of an expansion of the braces, literally.
    #[must_use]
    pub fn literal_basenames_among<'n>(&self, names: &[&'n str]) -> Vec<&'n str> {
        let names = names.iter().copied();
        match self.0.properties.last {
            LastComponent::Literal => {
                names.filter(|name| name.as_bytes() == self.literals().name).collect()
            }
            LastComponent::Braces => {
                let pieces = self.pieces();
                names.filter(|name| basename::may_be(&pieces, name.as_bytes())).collect()
            }
            LastComponent::Wild => Vec::new(),
        }
    }

    pub(crate) fn has_braces(&self) -> bool {
        self.0.properties.has_braces
    }

    /// Whether some expansion of the braces may have no wildcards.
    pub(crate) fn may_expand_to_path(&self) -> bool {
        !self.0.properties.is_always_wild
    }

    /// The literal prefix of each expansion of the braces. Takes the bytes that this needs from
    /// `room`; `None` if there are not enough.
    pub(crate) fn literal_prefixes(&self, room: &mut usize) -> Option<Vec<LiteralPrefix>> {
        literal_prefixes::literal_prefixes(&self.pieces(), room)
    }

    pub(crate) fn literals(&self) -> Literals<'_> {
        self.0.properties.literals(&self.0.text)
    }

    /// A number that is unique among live globs, except for clones.
    pub(crate) fn identity(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// Whether the glob matches a path that none of `others` matches; `None` if the budget runs
    /// out.
    #[must_use]
    pub fn reaches_outside(&self, others: &[&Glob], budget: &mut Budget) -> Option<bool> {
        let is_candidate = |glob: &&&Glob| self.literals().compatible(&glob.literals());
        let others: Vec<&Glob> = others.iter().filter(is_candidate).copied().collect();
        if others.is_empty() && self.0.properties.is_surely_nonempty {
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
    /// [`Undecided`] if the automaton would be too large.
    pub fn is_match(&self, path: &RepoPath) -> Result<bool, Undecided> {
        if !path.as_bytes().starts_with(self.prefix()) {
            return Ok(false);
        }
        if let Some(literal) = self.literal() {
            return Ok(path.as_bytes() == literal);
        }
        Ok(self.automaton()?.is_match(path.as_bytes()))
    }

    /// Like [`Glob::is_match`], decided by `globset`.
    ///
    /// It is slow and independent of the automaton, and is used to confirm a witness.
    #[must_use]
    pub fn globset_matches(&self, path: &RepoPath) -> bool {
        if self.0.properties.has_braces {
            return globset_oracle::globset_matches(&self.pieces(), path.as_bytes());
        }
        let make =
            || globset_oracle::matcher(&globset_oracle::write_pieces(&self.pieces())).map(Box::new);
        let candidate = globset::Candidate::from_bytes(path.as_bytes());
        let matches = |matcher: &Option<Box<globset::GlobMatcher>>| {
            matcher.as_ref().is_some_and(|matcher| matcher.is_match_candidate(&candidate))
        };
        // A matcher takes some ten kilobytes, and most globs need it only once. So it is cached at
        // its second use.
        if !self.0.was_asked.swap(true, Ordering::Relaxed) {
            return matches(&make());
        }
        matches(self.0.matcher.get_or_init(make))
    }

    /// Finds the first path that both globs match and none of `subtracted` does.
    pub(crate) fn intersection(
        &self,
        other: &Glob,
        subtracted: &[&Glob],
        budget: &mut Budget,
    ) -> Intersection {
        if !self.literals().compatible(&other.literals()) {
            return Intersection::Disjoint;
        }
        if !self.may_match_prefix_of(other) || !other.may_match_prefix_of(self) {
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
        let intersection = match (self.automaton(), other.automaton(), subtracted) {
            (Ok(left), Ok(right), Ok(subtracted)) => {
                intersection::intersection(left, right, &subtracted, budget)
            }
            _ => Intersection::GaveUp,
        };
        if intersection == Intersection::GaveUp {
            budget.give_up();
        }
        intersection
    }

    /// Whether a path of this glob may start with the prefix of another.
    ///
    /// If a wide glob is compared with thousands of narrow ones, this avoids building the automata
    /// of most of them.
    fn may_match_prefix_of(&self, other: &Glob) -> bool {
        let prefix = other.prefix();
        prefix.len() <= self.prefix().len()
            || self.automaton().map_or(true, |automaton| automaton.may_start_with(prefix))
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

/// A question about globs was given up because the work limit was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undecided;

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("work limit reached")
    }
}

impl std::error::Error for Undecided {}

impl PartialEq for Glob {
    /// Compares the texts, so globs that match the same paths may differ.
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

/// The glob `**`, which matches every path.
#[must_use]
pub fn everything() -> Glob {
    static EVERYTHING: LazyLock<Glob> = LazyLock::new(|| parse_valid("**"));
    EVERYTHING.clone()
}

/// The glob that matches just this path.
#[must_use]
pub fn exactly(path: &RepoPath) -> Glob {
    Glob::new(path.to_string().into(), Origin::Path, &path_pieces(path.as_bytes(), false))
}

/// The glob that matches everything below this folder.
#[must_use]
pub fn below(folder: &RepoPath) -> Glob {
    let prefix = [folder.as_bytes(), b"/"].concat();
    Glob::new(format!("{folder}/**").into(), Origin::Folder, &path_pieces(&prefix, true))
}

/// A glob or exclusion with its errors fixed, if it has any and each has a safe fix.
pub(crate) fn with_safe_fixes(text: &str) -> Option<String> {
    let (negation, pattern) = text.strip_prefix('!').map_or(("", text), |rest| ("!", rest));
    let errors = syntax::parse(pattern).err()?;
    let mut fixed = pattern.to_owned();
    for error in errors.iter().rev() {
        fixed.replace_range(error.span.clone(), error.fix.as_deref().filter(|_| error.safe)?);
    }
    Some(format!("{negation}{fixed}"))
}

/// Escapes a name, so that a glob matches it literally.
#[must_use]
pub fn escape(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for (at, character) in name.char_indices() {
        if "*?[]{}\\".contains(character) || at == 0 && character == '!' {
            text.push('\\');
        }
        text.push(character);
    }
    text
}

/// Escapes a path, so that a glob matches it literally. Invalid UTF-8 is replaced.
#[must_use]
pub fn escape_path(path: &RepoPath) -> String {
    let names = path.as_bstr().split_str("/").map(|name| escape(&name.to_str_lossy()));
    names.collect::<Vec<_>>().join("/")
}

/// The pieces of a literal path, optionally followed by `**`.
fn path_pieces(bytes: &[u8], globstar: bool) -> Vec<Piece> {
    let literal = |byte| if byte == b'/' { PieceKind::Separator } else { PieceKind::Byte(byte) };
    let stars = if globstar { 2 } else { 0 };
    let kinds = bytes.iter().map(|&byte| literal(byte));
    let kinds = kinds.chain(std::iter::repeat_n(PieceKind::Star, stars));
    kinds.map(|kind| Piece::new(kind, 0..0)).collect()
}

fn parse_valid(text: &str) -> Glob {
    match Glob::parse(text) {
        Ok(glob) => glob,
        Err(errors) => unreachable!("{text} is valid: {errors:?}"),
    }
}

/// Paths with a component `.`, `..` or `.git`, which globs can match but no repository can contain.
fn invalid_paths() -> &'static Automaton {
    static INVALID_PATHS: LazyLock<Automaton> = LazyLock::new(|| {
        // In classes, because the parser rejects these names as literal text.
        let glob = parse_valid("{**/,}{[.],[.][.],[.][gG][iI][tT]}{/**,}");
        match Automaton::new(&glob.pieces()) {
            Ok(automaton) => automaton,
            Err(TooLarge) => unreachable!("a handful of states"),
        }
    });
    &INVALID_PATHS
}

#[cfg(test)]
mod tests;
