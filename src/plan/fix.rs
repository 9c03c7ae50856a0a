//! What can be done to a plan to mend a finding, and the edits of its text that do it.

use super::Plan;
use crate::source::Span;

/// What could be done to a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fix {
    /// Write another text in the place of a value.
    Replace {
        /// What the edit does, in a few words.
        title: String,
        /// What is replaced.
        span: Span,
        /// What comes in its place.
        text: String,
        /// Who may decide that it is done.
        applicability: Applicability,
    },
}

/// Who may decide that a fix is applied. The words are ruff's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Applicability {
    /// It cannot change what a lane means: `check --fix` applies it.
    Safe,
    /// It may change what a lane means, and there is no other edit: `check --fix=all` applies it.
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

impl Fix {
    /// What the fix does, in a few words.
    #[must_use]
    pub fn title(&self, _plan: &Plan) -> String {
        match self {
            Fix::Replace { title, .. } => title.clone(),
        }
    }

    /// Who may decide that it is applied.
    #[must_use]
    pub fn applicability(&self) -> Applicability {
        match self {
            Fix::Replace { applicability, .. } => *applicability,
        }
    }

    /// The edits of the plan's text, none of which overlaps another.
    #[must_use]
    pub fn edits(&self, _plan: &Plan) -> Vec<Edit> {
        match self {
            Fix::Replace { span, text, .. } => vec![Edit { span: *span, text: text.clone() }],
        }
    }
}
