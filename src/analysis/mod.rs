//! The facts that rules look at.
//!
//! Each is worked out once, by the room that owns it, when the first rule asks for it: a rule that is
//! off costs nothing. Nothing here asks a disk or git.

mod gate;
mod plan;

pub use gate::GateFacts;
pub use plan::{Extents, PlanFacts};
