//! What several rules share.

pub(super) mod edits;
pub(super) mod english;
pub(super) mod labels;
pub(super) mod reporter;
pub(super) mod strays;
