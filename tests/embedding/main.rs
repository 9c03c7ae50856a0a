//! The library as other programs use it: over a host of their own, and as in `examples/`.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(unreachable_pub, reason = "nothing uses a test program from outside")]

#[path = "../common/mod.rs"]
mod common;
mod examples;
mod memory;
mod run;
mod workspace;
