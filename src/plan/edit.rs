//! Text edits, and how safe they are to apply.

use crate::source::Span;

/// A new text for a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The edit in a few words, such as: quote it.
    pub title: String,
    /// The replaced bytes.
    pub span: Span,
    /// The new text.
    pub text: String,
    /// Whether it may be applied automatically.
    pub applicability: Applicability,
}

/// Whether a fix may be applied automatically. The names are those of ruff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Applicability {
    /// Keeps every lane the same, or makes an invalid value valid in the only way it can be meant.
    /// Applied by `check --fix`.
    Safe,
    /// Changes a lane or is a guess, but is the only edit on offer. Applied by `check --fix=all`.
    Unsafe,
    /// One of several edits to choose from. Never applied automatically.
    DisplayOnly,
}

/// A replacement of one span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The replaced bytes; empty for an insertion.
    pub span: Span,
    /// The new text.
    pub text: String,
}
