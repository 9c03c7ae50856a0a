//! The plan formats, one file each: a format reads its syntax and fills a
//! [`Builder`](super::builder::Builder).

pub(super) mod native;
mod yaml;

#[cfg(test)]
mod tests;
