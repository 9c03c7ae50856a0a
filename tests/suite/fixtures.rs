//! The examples of `fixtures/`, run through the program: what it finds, and what it ends with.
//!
//! Every example is copied to a folder of its own first, so that nothing above it counts.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::{Call, TestRepo, root};

const EXAMPLES: &[&str] = &["lesson-site", "shared-helper", "dashboard", "workspace"];

fn fixtures() -> PathBuf {
    root().join("fixtures")
}

/// The files below a folder by their paths inside it, sorted.
fn files(folder: &Path) -> Vec<String> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    let mut files: Vec<String> = entries
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned())
        .collect();
    files.sort();
    files
}

/// A repository with the files of an example, its plans and patches left out: what the patches
/// were made of.
fn repository(example: &str) -> TestRepo {
    let repo = TestRepo::new();
    let folder = fixtures().join(example);
    for file in files(&folder) {
        let is_other = ["patches/", "good/", "bad/"].iter().any(|other| file.starts_with(other));
        if !is_other {
            repo.write(&file, fs::read(folder.join(&file)).unwrap());
        }
    }
    repo.commit("base");
    repo
}

/// The plans of an example: the folder of each, `` for the example's own.
fn plans(example: &str) -> Vec<&'static str> {
    ["", "good/", "bad/"]
        .into_iter()
        .filter(|plan| fixtures().join(example).join(format!("{plan}lanes.yaml")).exists())
        .collect()
}

/// The patches of a plan, by their names without the ending.
fn patches(example: &str, plan: &str) -> Vec<String> {
    let folder = fixtures().join(example).join(format!("{plan}patches"));
    if !folder.exists() {
        return Vec::new();
    }
    files(&folder).iter().map(|file| file.strip_suffix(".patch").unwrap().to_owned()).collect()
}

/// The task whose changes a patch holds: `lessons` for `lessons` and `lessons-strayed`.
fn task(patch: &str) -> &str {
    patch.split_once('-').map_or(patch, |(task, _)| task)
}

/// What a run says, in one text: its standard output, its standard error, and its status.
fn run(call: Call) -> (String, i32) {
    let answer = call.run();
    let mut told = answer.stdout;
    for line in answer.stderr.lines() {
        writeln!(told, "stderr: {line}").unwrap();
    }
    writeln!(told, "status: {}", answer.status).unwrap();
    (told, answer.status)
}

#[test]
fn sound_plans_pass() {
    let folder = fixtures().join("plans/ok");
    let names = files(&folder);
    assert!(!names.is_empty());
    let root = tempfile::TempDir::new().unwrap();
    for name in names {
        let call = Call::in_dir(&folder, &["check", "--quiet", &name, "--root"]);
        let (told, status) = run(call.arg(root.path()));
        assert_eq!((told.as_str(), status), ("status: 0\n", 0), "{name}");
    }
}

#[test]
fn mistakes_are_reported() {
    // No file exists there, however many examples there are.
    let root = tempfile::TempDir::new().unwrap();
    // What is wrong fails a run; what is told beside that does not.
    for (kind, statuses) in [("err", 1..=3), ("told", 0..=0)] {
        let folder = fixtures().join("plans").join(kind);
        for name in files(&folder) {
            let call = Call::in_dir(&folder, &["check", "--format", "concise", &name, "--root"]);
            let (told, status) = run(call.arg(root.path()));
            assert!(statuses.contains(&status), "{name}: {told}");
            assert!(told.lines().count() > 1, "{name}: {told}");
            insta::with_settings!({ snapshot_path => "snapshots/plans", prepend_module_to_snapshot => false,
                omit_expression => true }, {
                insta::assert_snapshot!(name.strip_suffix(".yaml").unwrap(), told);
            });
        }
    }
}

#[test]
fn expected_findings_of_examples() {
    for example in EXAMPLES {
        let mut told = String::new();
        for plan in plans(example) {
            let repo = repository(example);
            // The plan lies beside the repository, where it is no file of it.
            let file = repo.beside("lanes.yaml");
            fs::copy(fixtures().join(example).join(format!("{plan}lanes.yaml")), &file).unwrap();
            let (found, _) = findings(&repo, &["check", "--root", ".", file.to_str().unwrap()]);
            writeln!(told, "check {plan}lanes.yaml\n{found}").unwrap();
            for patch in patches(example, plan) {
                let path = fixtures().join(example).join(format!("{plan}patches/{patch}.patch"));
                let diff = format!("--diff={}={}", task(&patch), path.display());
                let arguments = ["gate", "--root", ".", &diff, file.to_str().unwrap()];
                let (found, status) = findings(&repo, &arguments);
                assert_eq!(status, i32::from(patch.contains('-')), "{example} {plan}{patch}");
                writeln!(told, "gate {plan}patches/{patch}.patch\n{found}").unwrap();
            }
        }
        insta::with_settings!({ snapshot_path => "snapshots/examples",
            prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(*example, told);
        });
    }
}

/// The findings of a run as `rule: tasks: path` lines, and its status.
fn findings(repo: &TestRepo, arguments: &[&str]) -> (String, i32) {
    let answer = Call::of(repo, arguments).args(&["--format", "json"]).run();
    let report = answer.json();
    let mut told = String::new();
    for finding in report["findings"].as_array().unwrap() {
        let text = |key: &str| finding[key].as_str().unwrap_or("-").to_owned();
        let tasks: Vec<&str> =
            finding["tasks"].as_array().unwrap().iter().filter_map(|task| task.as_str()).collect();
        writeln!(told, "  {}: {}: {}", text("rule"), tasks.join(" "), text("path")).unwrap();
    }
    writeln!(told, "  status {}", answer.status).unwrap();
    (told, answer.status)
}

#[test]
fn patches_apply_to_examples() {
    for example in EXAMPLES {
        for plan in plans(example) {
            for patch in patches(example, plan) {
                let repo = repository(example);
                let path = fixtures().join(example).join(format!("{plan}patches/{patch}.patch"));
                repo.git(&["apply", "--check", path.to_str().unwrap()]);
                repo.git(&["apply", "--index", path.to_str().unwrap()]);
                let mut again = repo.git(&["diff", "--cached"]);
                again.push('\n');
                assert_eq!(again, fs::read_to_string(&path).unwrap(), "{example} {plan}{patch}");
            }
        }
    }
}

#[test]
fn good_and_bad_split_merge() {
    for example in ["shared-helper", "dashboard"] {
        for (plan, goes_together) in [("good/", true), ("bad/", false)] {
            let repo = repository(example);
            let in_lane = patches(example, plan).into_iter().filter(|patch| !patch.contains('-'));
            let applied = in_lane.into_iter().all(|patch| {
                let path = fixtures().join(example).join(format!("{plan}patches/{patch}.patch"));
                repo.try_git(repo.root(), &["apply".as_ref(), path.as_os_str()]).status.success()
            });
            assert_eq!(applied, goes_together, "{example} {plan}");
        }
    }
}

#[test]
fn one_file_in_many_lanes() {
    let folder = fixtures().join("dashboard");
    let (told, _) = run(Call::in_dir(&folder, &["check", "--root", ".", "bad/lanes.yaml"]));
    let heads: Vec<&str> = told.lines().filter(|line| line.starts_with("  × ")).collect();
    assert_eq!(
        heads,
        [
            "  × `src/dashboard/dashboard.js` is in several lanes: `charts`, `data`, `filters`, \
             `theme`",
            "  × this glob of `tests` overlaps with 3 lanes:",
        ]
    );
}
