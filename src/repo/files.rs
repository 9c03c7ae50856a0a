//! The files that exist: from an index, or by walking a folder without git.
