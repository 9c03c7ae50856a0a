use std::path::Path;

use lanelint::failure::Failure;
use lanelint::finding::Input;
use lanelint::path::RepoPath;
use lanelint::run::{GateRequest, Outcome, check, gate};
use lanelint::workspace::Workspace;

use super::memory::Memory;

const PLAN: &str = "tasks:\n  api: {write: src/api/**}\n  web: {write: src/web/**}\n";

/// A plan on `main`, from which `api` and `web` fork.
fn repository() -> Memory {
    Memory::new()
        .commit("main", "", &[("lanes.yaml", PLAN), ("src/web/a", "a"), ("src/api/a", "a")])
        .commit("api", "main", &[("src/api/b", "b")])
        .commit("web", "main", &[("src/web/b", "b")])
}

fn judge(host: &Memory, request: &GateRequest) -> Result<Outcome, Failure> {
    gate(&Workspace::find(host, None, None)?, request)
}

fn request(set: impl FnOnce(&mut GateRequest)) -> GateRequest {
    let mut request = GateRequest::default();
    set(&mut request);
    request
}

fn of_branch(branch: &str) -> GateRequest {
    request(|asked| asked.branch = Some(branch.to_owned()))
}

/// The rules of the findings with their paths.
fn found(outcome: &Outcome) -> Vec<String> {
    let findings = outcome.report.active();
    let path = |path: Option<&RepoPath>| path.map(ToString::to_string);
    findings
        .map(|one| format!("{} {}", one.rule, path(one.draft.path.as_ref()).unwrap_or_default()))
        .collect()
}

#[test]
fn clean_branches() {
    let outcome = judge(&repository(), &GateRequest::default()).unwrap();
    assert_eq!(found(&outcome), [""; 0]);
    assert_eq!(outcome.status(true), 0);
    let sources = outcome.report.inputs.iter().map(|input: &Input| &*input.source);
    assert_eq!(sources.collect::<Vec<_>>(), ["branch refs/heads/api", "branch refs/heads/web"]);
}

#[test]
fn branch_leaves_lane() {
    let host = repository().commit("api", "", &[("src/web/c", "c"), ("src/web/a", "")]);
    let outcome = judge(&host, &of_branch("api")).unwrap();
    assert_eq!(found(&outcome), ["foreign-lane src/web/a", "foreign-lane src/web/c"]);
    assert_eq!(outcome.status(false), 1);
}

#[test]
fn plan_of_base_counts() {
    let wide = "tasks: {api: {write: '**'}}";
    let host = repository().commit("api", "", &[("lanes.yaml", wide), ("docs/a", "a")]);
    let outcome = judge(&host, &of_branch("api")).unwrap();
    let beyond = ["out-of-lane docs/a", "plan-changed lanes.yaml"];
    assert_eq!(found(&outcome), beyond);
    let asked = request(|asked| {
        asked.branch = Some("api".to_owned());
        asked.plan_from = Some("api".to_owned());
    });
    assert_eq!(found(&judge(&host, &asked).unwrap()), &beyond[1..]);
}

#[test]
fn plan_names_its_base() {
    let plan = format!("base: next\n{PLAN}");
    let host = Memory::new()
        .commit("main", "", &[("lanes.yaml", &plan)])
        .commit("next", "main", &[("docs/a", "a")])
        .commit("api", "next", &[("src/api/b", "b")]);
    let outcome = judge(&host, &of_branch("api")).unwrap();
    assert_eq!((found(&outcome), outcome.status(false)), (Vec::new(), 0));
}

#[test]
fn branches_conflict() {
    let shared = "tasks: {api: {write: src/**}, web: {write: src/**}}";
    let host = Memory::new()
        .commit("main", "", &[("lanes.yaml", shared), ("src/a", "a")])
        .commit("api", "main", &[("src/a", "b")])
        .commit("web", "main", &[("src/a", "c")]);
    let outcome = judge(&host, &GateRequest::default()).unwrap();
    assert!(found(&outcome).contains(&"merge-conflict src/a".to_owned()), "{outcome:?}");
}

#[test]
fn link_leads_out_of_lane() {
    let host = repository().commit("api", "", &[("src/api/link", "->../web")]);
    let outcome = judge(&host, &of_branch("api")).unwrap();
    assert_eq!(found(&outcome), ["escaping-symlink src/api/link"]);
}

#[test]
fn range_between_branches() {
    let host = repository().commit("api", "", &[("docs/a", "a")]);
    let asked = request(|asked| asked.ranges = vec!["api=main...api".to_owned()]);
    assert_eq!(found(&judge(&host, &asked).unwrap()), ["out-of-lane docs/a"]);
}

#[test]
fn work_tree_of_named_task() {
    let host = repository().file("lanes.yaml", PLAN).file("src/web/a", "changed");
    let host = host.file("src/api/a", "a");
    let asked = request(|asked| (asked.worktree, asked.tasks) = (true, vec!["api".to_owned()]));
    assert_eq!(found(&judge(&host, &asked).unwrap()), ["foreign-lane src/web/a"]);
}

#[test]
fn patch_without_repository() {
    let patch = "diff --git a/src/web/x b/src/web/x\nnew file mode 100644\n--- /dev/null\n\
                 +++ b/src/web/x\n@@ -0,0 +1 @@\n+x\n";
    let host = Memory::new().file("lanes.yaml", PLAN).file("a.patch", patch).stdin(patch);
    for name in ["api=a.patch", "api=-"] {
        let asked = request(|asked| asked.diffs = vec![name.to_owned()]);
        assert_eq!(found(&judge(&host, &asked).unwrap()), ["foreign-lane src/web/x"], "{name}");
    }
}

#[test]
fn wrong_calls() {
    let problem = |host: &Memory, asked| judge(host, &asked).unwrap_err().problem;
    let bare = Memory::new().file("lanes.yaml", PLAN);
    assert!(problem(&bare, GateRequest::default()).contains("no git repository"));
    let host = repository();
    let task = request(|asked| asked.tasks = vec!["docs".to_owned()]);
    assert!(problem(&host, task).contains("no task `docs`"));
    let both = request(|asked| (asked.staged, asked.worktree) = (true, true));
    assert!(problem(&host, both).contains("--staged and --worktree"));
    let twice = request(|asked| {
        asked.tasks = vec!["api".to_owned()];
        asked.branch = Some("api".to_owned());
    });
    assert!(problem(&host, twice).contains("--task and --branch"));
    let whose = request(|asked| asked.diffs = vec!["a.patch".to_owned()]);
    assert!(problem(&bare, whose).contains("which task does"));
    let empty = Memory::new().commit("main", "", &[("a", "a")]);
    assert!(problem(&empty, GateRequest::default()).contains("no plan in commit"));
}

#[test]
fn missing_base_is_not_verified() {
    let asked = request(|asked| asked.base = Some("gone".to_owned()));
    let outcome = judge(&repository(), &asked).unwrap();
    assert_eq!((found(&outcome), outcome.status(false)), (vec!["not-verified ".to_owned()], 3));
}

#[test]
fn plan_without_tasks() {
    let host = Memory::new().file("lanes.yaml", "tasks: {}");
    let outcome = check(&Workspace::find(&host, None, None).unwrap()).unwrap();
    assert_eq!(outcome.status(false), 2);
    assert!(outcome.unusable.unwrap().problem.contains("lanes.yaml"));
}

#[test]
fn overlap_at_existing_file() {
    let plan = "tasks: {api: {write: src/**}, web: {write: 'src/*/b'}}";
    let host = Memory::new().file(".lanes/plan.yaml", plan).file("src/c/b", "");
    let host = host.standing_in("/repo/src/c");
    let workspace = Workspace::find(&host, None, Some(Path::new("/repo"))).unwrap();
    assert_eq!(found(&check(&workspace).unwrap()), ["overlapping-lanes src/c/b"]);
}
