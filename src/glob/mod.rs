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
//! `automaton` is that meaning as states and bytes, [`Glob::meet`] decides with it, and `written`
//! asks `globset` whether it agrees. Nothing here knows of lanes, tasks or plans.

mod automaton;
mod bytes;
mod graph;
mod meet;
pub mod syntax;
mod written;

use std::fmt;
use std::sync::{Arc, LazyLock, OnceLock};

use automaton::{Automaton, TooLarge};
pub use meet::MAX_WORK;
pub(crate) use meet::{Meeting, Witness};
use syntax::{Fault, Piece, PieceKind};

use crate::path::RepoPath;

/// A sound glob. Cloning is cheap: what was built for deciding is shared.
#[derive(Clone)]
pub struct Glob(Arc<Inner>);

struct Inner {
    text: String,
    pieces: Vec<Piece>,
    prefix: Vec<u8>,
    automaton: OnceLock<Result<Automaton, TooLarge>>,
}

impl Glob {
    /// Reads a glob, without the `!` that takes away from a lane.
    ///
    /// # Errors
    /// Every [`Fault`], in the order of the text.
    pub fn parse(text: &str) -> Result<Glob, Vec<Fault>> {
        let pieces = syntax::parse(text)?;
        let prefix = literal_prefix(&pieces);
        Ok(Glob(Arc::new(Inner {
            text: text.to_owned(),
            pieces,
            prefix,
            automaton: OnceLock::new(),
        })))
    }

    /// The glob as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The bytes with which every path of the glob begins.
    #[must_use]
    pub fn prefix(&self) -> &[u8] {
        &self.0.prefix
    }

    /// The one path that the glob names, if it has neither wildcards nor braces.
    #[must_use]
    pub fn literal(&self) -> Option<&[u8]> {
        let literal =
            |piece: &Piece| matches!(piece.kind, PieceKind::Byte(_) | PieceKind::Separator);
        self.0.pieces.iter().all(literal).then_some(self.0.prefix.as_slice())
    }

    /// Whether some path is in the glob and in none of `others`; nothing where a bound on work
    /// was reached.
    #[must_use]
    pub fn reaches_outside(&self, others: &[&Glob]) -> Option<bool> {
        let near = |glob: &&&Glob| compatible(self.prefix(), glob.prefix());
        let others: Vec<&Glob> = others.iter().filter(near).copied().collect();
        // Without classes and braces there is always a path: what a wildcard takes may be a letter.
        let plain = |piece: &Piece| match &piece.kind {
            PieceKind::Set(set) => *set == bytes::ByteSet::COMPONENT,
            PieceKind::Branches(_) => false,
            _ => true,
        };
        if others.is_empty() && self.0.pieces.iter().all(plain) {
            return Some(true);
        }
        match self.meet(&everything(), &others, &mut MAX_WORK.clone()) {
            Meeting::Apart => Some(false),
            Meeting::At(_) => Some(true),
            Meeting::Undecided => None,
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
        written::globset_matches(&self.0.pieces, path.as_bytes())
    }

    /// Whether a path is in both globs and in none of `minus`, and the first such path.
    ///
    /// `work` is what is left of the bound on work (see [`MAX_WORK`]); what is used is taken from
    /// it, so that several questions can share one bound.
    pub(crate) fn meet(&self, other: &Glob, minus: &[&Glob], work: &mut usize) -> Meeting {
        if !compatible(self.prefix(), other.prefix()) {
            return Meeting::Apart;
        }
        let minus: Result<Vec<&Automaton>, Undecided> = minus
            .iter()
            .filter(|glob| compatible(glob.prefix(), longer(self.prefix(), other.prefix())))
            .map(|glob| glob.automaton())
            .collect();
        match (self.automaton(), other.automaton(), minus) {
            (Ok(left), Ok(right), Ok(minus)) => meet::meet(left, right, &minus, work),
            _ => Meeting::Undecided,
        }
    }

    fn automaton(&self) -> Result<&Automaton, Undecided> {
        self.0
            .automaton
            .get_or_init(|| Automaton::new(&self.0.pieces))
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
    let pieces: Vec<Piece> = path.as_bytes().iter().map(|&byte| piece(byte)).collect();
    let prefix = literal_prefix(&pieces);
    let text = path.to_string();
    Glob(Arc::new(Inner { text, pieces, prefix, automaton: OnceLock::new() }))
}

/// The glob that matches everything below a folder.
#[must_use]
pub fn below(folder: &RepoPath) -> Glob {
    let mut pieces: Vec<Piece> = folder.as_bytes().iter().map(|&byte| piece(byte)).collect();
    pieces.push(piece(b'/'));
    let star = || Piece { kind: PieceKind::Star, span: 0..0 };
    pieces.extend([star(), star()]);
    let prefix = literal_prefix(&pieces);
    let text = format!("{folder}/**");
    Glob(Arc::new(Inner { text, pieces, prefix, automaton: OnceLock::new() }))
}

fn piece(byte: u8) -> Piece {
    let kind = if byte == b'/' { PieceKind::Separator } else { PieceKind::Byte(byte) };
    Piece { kind, span: 0..0 }
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
        match Automaton::new(&glob.0.pieces) {
            Ok(automaton) => automaton,
            Err(TooLarge) => unreachable!("a handful of states"),
        }
    });
    &NO_PATH
}

fn literal_prefix(pieces: &[Piece]) -> Vec<u8> {
    pieces
        .iter()
        .map_while(|piece| match piece.kind {
            PieceKind::Byte(byte) => Some(byte),
            PieceKind::Separator => Some(b'/'),
            _ => None,
        })
        .collect()
}

/// Whether some bytes begin with both.
fn compatible(left: &[u8], right: &[u8]) -> bool {
    left.iter().zip(right).all(|(left, right)| left == right)
}

fn longer<'a>(left: &'a [u8], right: &'a [u8]) -> &'a [u8] {
    if left.len() > right.len() { left } else { right }
}

#[cfg(test)]
mod tests;
