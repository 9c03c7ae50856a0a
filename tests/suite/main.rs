//! The integration tests, as one program so that they are linked once.
//!
//! `cargo test --test suite gate::` runs one module; what the modules share is in `harness`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "programs are run as their users run them")]
#![allow(unreachable_pub, reason = "nothing uses a test program from outside")]

mod harness;

mod architecture;
mod fixes;
mod fixtures;
mod lanes_differential;
mod safe_fixes;
mod second_opinion;
mod yaml_oracle;

#[cfg(unix)]
mod answers;
#[cfg(unix)]
mod check;
#[cfg(unix)]
mod check_hostile;
#[cfg(unix)]
mod editor;
#[cfg(unix)]
mod embedding;
#[cfg(unix)]
mod files;
#[cfg(unix)]
mod fix;
#[cfg(unix)]
mod formats;
#[cfg(unix)]
mod gate;
#[cfg(unix)]
mod git_changes;
#[cfg(unix)]
mod git_hostile;
#[cfg(unix)]
mod git_repository;
#[cfg(unix)]
mod help;
#[cfg(unix)]
mod hook;
#[cfg(unix)]
mod patch_forms;
#[cfg(unix)]
mod patch_git;
#[cfg(unix)]
mod patches;
#[cfg(unix)]
mod readme;
