//! The library as other programs use it: over a host of their own, and as in `examples/`.

mod examples;
mod memory;
mod run;
mod workspace;
