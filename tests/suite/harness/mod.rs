//! What the tests share: repositories, runs of the program, random cases, and the pages of the docs.
//!
//! CONTRIBUTING.md lists the environment variables that are read here.

mod pages;
mod program;
mod random;
mod repository;
mod untrusted;

pub use pages::{check_page, root};
#[cfg(unix)]
pub use program::path_with_lanelint;
pub use program::{Answer, Call, LANELINT};
pub use random::{Dice, config, setting};
pub use repository::*;
pub use untrusted::{ATTACKS, assert_harmless};
