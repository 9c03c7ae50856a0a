//! One file a form in which plans are written: each reads its syntax, and fills a
//! [`Builder`](super::builder::Builder).

pub(super) mod native;
mod yaml;

#[cfg(test)]
mod tests;
