//! Running a real editor in a repository.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::harness::{TestRepo, path_with_lanelint, root};

/// A set-up that the docs show.
pub fn fixture(name: &str) -> PathBuf {
    root().join("fixtures/editors").join(name)
}

/// A script by which an editor is driven.
pub fn script(name: &str) -> PathBuf {
    root().join("tests/suite/editor").join(name)
}

/// Runs an editor with lanelint on its path, and gives what its script saw.
pub fn run(repo: &TestRepo, mut editor: Command, variables: &[(&str, PathBuf)]) -> Value {
    let seen = repo.beside("seen.json");
    let output = editor
        .current_dir(repo.root())
        .env_clear()
        .env("PATH", path_with_lanelint(&repo.beside("programs")))
        .env("HOME", repo.beside("home"))
        .env("LANG", "C.UTF-8")
        .env("SEEN", &seen)
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let seen = fs::read_to_string(&seen).unwrap_or_else(|error| panic!("{error}: {said}"));
    let seen: Value = serde_json::from_str(&seen).unwrap();
    assert_eq!(seen["failed"], Value::Null, "{seen:#}\n{said}");
    seen
}
