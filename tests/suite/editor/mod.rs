//! `lanelint lsp` as editors use it: over a connection in memory, as a process, and in the real
//! Neovim and Emacs.

mod actions;
mod diagnostics;
mod emacs;
mod life;
mod neovim;
mod notices;
mod process;
mod real;
mod session;
mod understanding;
