//! The language server: what an editor shows of a plan while it is written.
//!
//! [`serve`] speaks the protocol over any connection, and asks a [`Host`](crate::workspace::Host) about the
//! disk. One thread receives messages and keeps the open texts, one judges plans, one answers
//! questions; the only code that knows the protocol's types is here.

mod actions;
mod client;
mod completion;
mod context;
mod cursor;
mod diagnostics;
mod disk_cache;
mod document;
mod element;
mod hover;
mod navigate;
mod notice;
mod outline;
mod plans;
mod position;
mod questions;
mod server;
mod snapshot;
mod uri;
mod work;

pub use lsp_server::Connection;
pub use position::Encoding;
pub use server::{Ended, serve};
