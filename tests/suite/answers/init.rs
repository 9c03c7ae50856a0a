//! `lanelint init`.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{run, run_in};
use crate::harness::TestRepo;

fn plan_of(repo: &TestRepo) -> String {
    fs::read_to_string(repo.path("lanes.yaml")).unwrap()
}

#[test]
fn new_plan_is_clean() {
    let usual = TestRepo::new();
    for file in [
        "README.md",
        "Cargo.toml",
        "Cargo.lock",
        "src/main.rs",
        "docs/a.md",
        ".github/workflows/ci.yml",
    ] {
        usual.write(file, "");
    }
    usual.commit("usual");
    for repo in [TestRepo::new(), TestRepo::without_git(), usual] {
        let answer = run(&repo, &["init"]).tells(&["wrote: "]);
        assert_eq!(answer.with(0), "");
        let found = run(&repo, &["check", "--deny-warnings", "--format", "json"]);
        assert_eq!(found.json()["findings"], serde_json::json!([]));
        let mode = fs::metadata(repo.path("lanes.yaml")).unwrap().permissions().mode();
        assert_eq!(mode & 0o600, 0o600);
        assert_eq!(mode & 0o111, 0);
        let left = fs::read_dir(repo.root()).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(!left.into_iter().any(|name| name.to_str().unwrap().ends_with(".tmp")));
    }
}

#[test]
fn base_is_the_default_branch() {
    let based = |repo: &TestRepo| {
        run(repo, &["init"]).with(0);
        plan_of(repo)
            .lines()
            .find_map(|line| line.strip_prefix("base: ").map(str::to_owned))
            .unwrap()
    };
    let repo = TestRepo::new();
    repo.commit("first");
    repo.git(&["checkout", "-q", "-b", "feature"]);
    assert_eq!(based(&repo), "main", "whatever is checked out");
    repo.remove("lanes.yaml");
    repo.git(&["branch", "-m", "main", "trunk"]);
    assert_eq!(based(&repo), "feature", "where nothing else says");
    repo.remove("lanes.yaml");
    repo.git(&["checkout", "-q", "trunk"]);
    assert_eq!(based(&repo.clone_with(&[])), "trunk", "as the remote has it");
}

#[test]
fn existing_plans() {
    for name in ["lanes.yaml", "lanes.yml", ".lanes.yaml", ".github/lanes.yml", ".lanes/a.yaml"] {
        let repo = TestRepo::new();
        repo.write(name, "tasks: {}\n");
        repo.write("src/deep/x", "");
        let named = name.split_once("/a.").map_or(name, |(folder, _)| folder);
        run(&repo, &["init"]).tells(&["a plan already exists: "]).is_unusable(named);
        run_in(&repo.path("src/deep"), &["init"], b"").is_unusable("a plan already exists: ");
        assert_eq!(fs::read_to_string(repo.path(name)).unwrap(), "tasks: {}\n");
        assert_eq!(repo.path("lanes.yaml").exists(), name == "lanes.yaml");
    }
    // A link that leads nowhere is there too.
    let repo = TestRepo::new();
    std::os::unix::fs::symlink("elsewhere", repo.path("lanes.yaml")).unwrap();
    run(&repo, &["init"]).is_unusable("a plan already exists");
    assert!(!repo.path("elsewhere").exists());
}

#[test]
fn root_folder() {
    let repo = TestRepo::new();
    repo.write("src/deep/x", "");
    run_in(&repo.path("src/deep"), &["init"], b"").with(0);
    assert!(repo.path("lanes.yaml").exists());
    let other = TestRepo::new();
    other.write("part/x", "");
    run(&other, &["init", "--root", "part"]).with(0);
    assert!(other.path("part/lanes.yaml").exists() && !other.path("lanes.yaml").exists());
    run(&other, &["init", "--root", "none"]).is_unusable("is not a directory");
}
