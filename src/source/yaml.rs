//! A spanned YAML tree.
