//! The programs in `examples/` embed the library, and answer as the program does.

#[allow(dead_code, reason = "its `main` is the example's own")]
#[path = "../../../examples/check.rs"]
mod check;
#[allow(dead_code, reason = "its `main` is the example's own")]
#[path = "../../../examples/gate.rs"]
mod gate;

use crate::harness::TestRepo;

const PLAN: &str = "tasks:\n  api: {write: src/api/**}\n  web: {write: src/**}\n";

fn repository() -> TestRepo {
    let repo = TestRepo::new();
    repo.write("lanes.yaml", PLAN);
    repo.write("src/api/a.rs", "a\n");
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-qm", "base"]);
    repo.git(&["switch", "-qc", "api"]);
    repo.write("src/api/b.rs", "b\n");
    repo.write("docs/b.md", "b\n");
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-qm", "work"]);
    repo
}

#[test]
fn check_reports_overlap() {
    let repo = repository();
    let mut out = Vec::new();
    assert_eq!(check::check(repo.root(), &mut out).unwrap(), 1);
    let out = String::from_utf8(out).unwrap();
    assert!(out.contains("error[overlapping-lanes]: "), "{out}");
}

#[test]
fn gate_reports_escaped_change() {
    let repo = repository();
    let mut out = Vec::new();
    assert_eq!(gate::gate(repo.root(), "api", &mut out).unwrap(), 1);
    let out = String::from_utf8(out).unwrap();
    assert!(out.contains("error[out-of-lane]: ") && out.contains("docs/b.md"), "{out}");
    assert!(!out.contains("src/api/b.rs"), "{out}");
}

#[test]
fn gate_without_repository_is_unusable() {
    let folder = TestRepo::without_git();
    let error = gate::gate(folder.root(), "api", &mut Vec::new()).unwrap_err();
    assert!(error.to_string().contains("there is no git repository"), "{error}");
}
