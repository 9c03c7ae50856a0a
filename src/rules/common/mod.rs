//! What several rules share.

pub(super) mod english;
pub(super) mod found;
pub(super) mod labels;
