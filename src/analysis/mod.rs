//! The facts that rules use.
//!
//! Each is computed once, by the room that owns it, when the first rule asks for it, so a rule that
//! is off costs nothing. Nothing here accesses the disk or git.

mod gate;
mod plan;

pub use gate::GateFacts;
pub use plan::{LaneFacts, PlanFacts};
