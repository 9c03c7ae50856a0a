//! The language server.
//!
//! [`serve`] speaks the protocol over any connection, and asks a [`Host`](crate::workspace::Host)
//! about the disk. One thread receives messages and keeps the open documents, one checks plans, one
//! answers requests. No other module uses the protocol's types.

mod actions;
mod capabilities;
mod client;
mod completion;
mod context;
mod cursor;
mod diagnostics;
mod disk;
mod dispatch;
mod document;
mod element;
mod hover;
mod navigate;
mod notice;
mod outline;
mod plans;
mod position;
mod server;
mod snapshot;
mod threads;
mod uri;

pub use lsp_server::Connection;
pub use position::Encoding;
pub use server::{SessionEnd, serve};
