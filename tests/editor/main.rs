//! `lanelint lsp` as editors use it: over a connection in memory, as a process, and in the real
//! Neovim and Emacs.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(unreachable_pub, reason = "a module of tests has no outside")]
#![allow(clippy::disallowed_methods, reason = "the program is run as editors run it")]

#[path = "../common/mod.rs"]
mod common;

mod actions;
mod diagnostics;
mod editor;
mod emacs;
mod life;
mod neovim;
mod notices;
mod process;
mod session;
mod understanding;
