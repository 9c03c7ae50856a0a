use std::path::Path;

use lanelint::plan::PlanPath;
use lanelint::workspace::Workspace;

use super::memory::Memory;

const PLAN: &str = "tasks: {a: {write: a/**}}";

fn workspace<'h>(host: &'h Memory, plan: Option<&str>, root: Option<&str>) -> Workspace<'h> {
    Workspace::find(host, plan.map(Path::new), root.map(Path::new)).unwrap()
}

#[test]
fn nearest_plan_above() {
    let host = Memory::new()
        .commit("main", "", &[("a", "a")])
        .file("lanes.yaml", PLAN)
        .file("sub/lanes.yml", PLAN)
        .file("sub/deep/x", "x")
        .standing_in("/repo/sub/deep");
    let workspace = workspace(&host, None, None);
    assert_eq!(workspace.root(), Path::new("/repo"));
    let found = workspace.plan().unwrap();
    assert_eq!(found.name, "sub/lanes.yml");
    assert_eq!(found.own, [PlanPath::File("sub/lanes.yml".parse().unwrap())]);
    assert!(found.rivals.contains(&PlanPath::File("sub/deep/lanes.yaml".parse().unwrap())));
    assert!(!found.rivals.contains(&PlanPath::File("lanes.yaml".parse().unwrap())));
}

#[test]
fn no_search_above_plain_folder() {
    let host = Memory::new().file("lanes.yaml", PLAN).file("sub/x", "x").standing_in("/repo/sub");
    let error = workspace(&host, None, None).plan().unwrap_err();
    assert_eq!(error.problem, "no plan found");
}

#[test]
fn two_plans_in_one_folder() {
    let host = Memory::new().file("lanes.yaml", PLAN).file(".lanes/a.yaml", PLAN);
    let error = workspace(&host, None, None).plan().unwrap_err();
    assert!(error.problem.contains("lanes.yaml, .lanes"), "{error}");
}

#[test]
fn plan_folder_without_links() {
    let host = Memory::new()
        .file(".lanes/b.yaml", PLAN)
        .file(".lanes/a.json", "{}")
        .file(".lanes/readme.md", "")
        .file(".lanes/c.yaml", "->b.yaml");
    let found = workspace(&host, None, None).plan().unwrap();
    let names: Vec<String> = found.texts.iter().map(|text| text.name.clone()).collect();
    assert_eq!(names, [".lanes/a.json", ".lanes/b.yaml"]);
    assert_eq!(found.own, [PlanPath::Folder(".lanes".parse().unwrap())]);
    assert!(host.notes.lock().unwrap()[0].contains("c.yaml, a symbolic link"));
}

#[test]
fn links_to_the_plan() {
    let host = Memory::new().file("plans/real.yaml", PLAN).file("lanes.yaml", "->plans/real.yaml");
    let found = workspace(&host, None, None).plan().unwrap();
    let own = ["lanes.yaml", "plans/real.yaml"].map(|path| PlanPath::File(path.parse().unwrap()));
    assert_eq!(found.own, own);
}

#[test]
fn plan_on_standard_input() {
    let host = Memory::new().stdin(PLAN);
    let found = workspace(&host, Some("-"), None).plan().unwrap();
    assert!(found.own.is_empty() && found.paths.is_empty());
    assert_eq!(found.read(|_| false).tasks.len(), 1);
}

#[test]
fn files_below_named_root() {
    let host = Memory::new().commit("main", "", &[("a", "a")]).file("sub/x", "").file("y", "");
    let files = workspace(&host, None, Some("/repo/sub")).files().unwrap();
    assert_eq!(files, ["x".parse().unwrap()]);
    assert!(Workspace::find(&host, None, Some(Path::new("y"))).is_err());
}
