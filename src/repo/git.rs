//! Asking git, without running what a repository says.
