//! The hooks for `pre-commit`, installed and run by the program itself.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::recipes::quickly;
use super::tools::tool;
use crate::harness::TestRepo;

/// What `pre-commit` needs of this repository.
const PARTS: [&str; 7] = [
    ".pre-commit-hooks.yaml",
    "Cargo.toml",
    "Cargo.lock",
    "README.md",
    "rustfmt.toml",
    "src",
    "benches",
];

/// This repository, as far as the hooks need it, and the commit to install.
fn hooks() -> (TestRepo, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let repo = TestRepo::new();
    for part in PARTS {
        for entry in walkdir::WalkDir::new(root.join(part)) {
            let entry = entry.unwrap();
            if entry.file_type().is_file() {
                let name = entry.path().strip_prefix(root).unwrap().to_str().unwrap();
                repo.write(name, fs::read(entry.path()).unwrap());
            }
        }
    }
    let commit = repo.commit("hooks");
    (repo, commit)
}

/// Runs `pre-commit` on what is staged.
fn run(program: &Path, repo: &TestRepo) -> Output {
    let mut command = Command::new(program);
    command
        .args(["run", "--color", "never"])
        .current_dir(repo.root())
        .env("PRE_COMMIT_HOME", repo.beside("pre-commit"))
        .env("GIT_CONFIG_GLOBAL", "/dev/null");
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
        command.env_remove(name);
    }
    // It builds as it likes; here once for all runs, and for the action.
    let built = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lanelint-build");
    quickly(&mut command).env("CARGO_TARGET_DIR", built).output().unwrap()
}

#[test]
fn hooks_under_pre_commit() {
    let Some(program) = tool("pre-commit") else { return };
    let (hooks, commit) = hooks();
    let repo = TestRepo::new();
    repo.write("lanes.yaml", "tasks: {a: {write: a/**}, b: {write: b/**}}\n");
    let config = format!(
        "repos:\n  - repo: file://{}\n    rev: {commit}\n    hooks:\n      - id: lanelint-check\n      \
         - id: lanelint-gate\n",
        hooks.root().display()
    );
    repo.write(".pre-commit-config.yaml", config);
    repo.commit("plan");
    repo.git(&["switch", "-q", "-c", "a"]);
    repo.write("a/x", "x\n");
    repo.git(&["add", "-A"]);
    let said = |output: &Output| {
        format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )
    };
    let output = run(&program, &repo);
    let text = said(&output);
    assert!(output.status.success(), "{text}");
    assert_eq!(text.matches("Passed").count(), 2, "{text}");
    repo.write("b/x", "x\n");
    repo.git(&["add", "-A"]);
    let output = run(&program, &repo);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("hook id: lanelint-gate\n- exit code: 1"), "{text}");
    assert!(text.contains("`a` added `b/x`, which is in the lane of `b`"), "{text}");
}
