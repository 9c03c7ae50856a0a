//! A changed text: where, what, and who may decide that it is written.

use crate::source::Span;

/// Another text in the place of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// What the edit does, in a few words.
    pub title: String,
    /// What is replaced.
    pub span: Span,
    /// What comes in its place.
    pub text: String,
    /// Who may decide that it is done.
    pub applicability: Applicability,
}

/// Who may decide that a fix is applied. The words are ruff's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Applicability {
    /// It cannot change what a lane means, or gives a meaning to what had none and can only be meant
    /// so: `check --fix` applies it.
    Safe,
    /// It changes what a lane means, or is a guess, and there is no other edit: `check --fix=all`
    /// applies it.
    Unsafe,
    /// It is one of several edits of which a person has to choose one: it is never applied unasked.
    DisplayOnly,
}

/// A text put in the place of a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What comes in its place.
    pub text: String,
}
