//! What may be merged: a verdict for each branch, the best attempt of each task, and an order.

use serde_json::{Value, json};

use super::{Gate, Json, branch, planned};
use crate::harness::TestRepo;

const PLAN: &str = "\
tasks:
  b: {write: b/**, branch: b-*}
  all: {write: all/**, needs: b}
  a: {write: a/**}
  c: {write: c/**}
rules: {missing-branch: off}
";

const NONE: &[&str] = &[];

fn judged(repo: &TestRepo) -> Json {
    Gate::of(repo, NONE).json()
}

/// `branch verdict rank` of each input.
fn verdicts(json: &Json) -> Vec<String> {
    let shown = |verdict: &Value| {
        let text = |key: &str| verdict[key].to_string().replace('"', "");
        format!("{} {} {}", text("branch"), text("verdict"), text("rank"))
    };
    json.value["verdicts"].as_array().unwrap().iter().map(shown).collect()
}

/// The branches of a list of inputs.
fn names(json: &Json, list: &str) -> Vec<String> {
    let inputs = json.value[list].as_array().unwrap().iter();
    let name = |input: &Value| {
        let input = usize::try_from(input.as_u64().unwrap()).unwrap();
        json.value["inputs"][input]["branch"].as_str().unwrap().to_owned()
    };
    inputs.map(name).collect()
}

#[test]
fn best_attempt_and_order() {
    let repo = planned(PLAN);
    branch(&repo, "all", "main", &[("all/x", "1\n")]);
    branch(&repo, "b-1", "main", &[("b/x", "1\n"), ("elsewhere", "1\n")]);
    branch(&repo, "b-2", "main", &[("b/x", "1\n"), ("b/y", "1\n")]);
    branch(&repo, "b-3", "main", &[("b/x", "2\n")]);
    branch(&repo, "a", "main", &[("a/x", "1\n")]);
    repo.git(&["branch", "c", "main"]);
    let json = judged(&repo).ends_with(1);
    assert_eq!(
        verdicts(&json),
        ["b-1 hold 3", "b-2 merge 2", "b-3 merge 1", "all hold 1", "a merge 1", "c merge 1",]
    );
    // The plan has `all` before `a`, but it waits for `b`; `b` is taken once.
    assert_eq!(names(&json, "merge_order"), ["b-3", "a", "c"]);
    assert_eq!(names(&json, "left_out"), [""; 0]);
    let verdict = &json.value["verdicts"][0];
    assert_eq!(
        *verdict,
        json!({
            "input": 0, "task": "b", "branch": "b-1", "verdict": "hold", "errors": 1, "warnings": 0,
            "changed": 2, "outside": 1, "foreign": 0, "collides_with": [], "merges_with_base": true,
            "waits_for": [], "rank": 3
        })
    );
    assert_eq!(json.value["verdicts"][3]["waits_for"], json!(["b"]));
    // The same for people, the best attempt first.
    let said = Gate::of(&repo, NONE).run().ends_with(1).stdout;
    let table = "\
merge  b    b-3  1 path changed
merge  b    b-2  2 paths changed
hold   b    b-1  1 path outside its lane
hold   all  all  waits for b
merge  a    a    1 path changed
merge  c    c    nothing changed
may be merged, in this order: b-3, a, c
";
    assert!(said.contains(table), "{said}");
    // One input needs no table.
    let said = Gate::of(&repo, &["--task=a"]).run().ends_with(0).stdout;
    assert!(!said.contains("merge  a"), "{said}");
}

#[test]
fn collisions_and_the_base() {
    let repo = planned(PLAN);
    branch(&repo, "a", "main", &[("a/x", "1\n"), ("c/x", "1\n")]);
    branch(&repo, "c", "main", &[("c/x", "2\n")]);
    branch(&repo, "b-1", "main", &[("b/x", "1\n")]);
    repo.commit_file("b/x", "base\n");
    let json = judged(&repo).ends_with(1);
    assert_eq!(verdicts(&json), ["b-1 hold 1", "a hold 1", "c hold 1"]);
    let field = |at: usize, key: &str| json.value["verdicts"][at][key].clone();
    assert_eq!(field(0, "merges_with_base"), false);
    assert_eq!(field(1, "collides_with"), json!(["c"]));
    assert_eq!(field(2, "collides_with"), json!(["a"]));
    assert_eq!(field(1, "foreign"), 1);
    assert_eq!(names(&json, "merge_order"), [""; 0]);
    let said = Gate::of(&repo, NONE).run().stdout;
    assert!(said.contains("hold  b  b-1  conflicts with its base\n"), "{said}");
    assert!(said.contains("hold  c  c    collides with a\n"), "{said}");
    assert!(said.contains("nothing may be merged\n"), "{said}");
}

/// What merges alone, but no longer after the others, is left out.
#[test]
fn left_out() {
    let off =
        "{missing-branch: off, merge-conflict: off, colliding-writes: off, foreign-lane: off}";
    let repo = planned(&PLAN.replace("{missing-branch: off}", off));
    branch(&repo, "a", "main", &[("a/x", "1\n")]);
    branch(&repo, "c", "main", &[("a/x", "2\n")]);
    let json = judged(&repo).ends_with(0);
    assert_eq!(verdicts(&json), ["a merge 1", "c merge 1"]);
    assert_eq!(names(&json, "merge_order"), ["a"]);
    assert_eq!(names(&json, "left_out"), ["c"]);
    let said = Gate::of(&repo, NONE).run().stdout;
    assert!(said.contains("may be merged: a; no longer after these: c\n"), "{said}");
    // The same content twice is no conflict.
    repo.git(&["checkout", "-q", "c"]);
    repo.commit_file("a/x", "1\n");
    let json = judged(&repo).ends_with(0);
    assert_eq!(names(&json, "merge_order"), ["a", "c"]);
}

#[test]
fn merged_superseded_and_unverified() {
    let repo = planned(PLAN);
    branch(&repo, "b-1", "main", &[("b/x", "1\n")]);
    branch(&repo, "b-2", "main", &[("b/x", "2\n")]);
    branch(&repo, "a", "main", &[("a/x", "1\n")]);
    branch(&repo, "all", "b-1", &[("all/x", "1\n")]);
    repo.git(&["merge", "-q", "--squash", "b-1"]);
    repo.commit("squashed");
    let gone = repo.git(&["rev-parse", "a^{tree}"]);
    repo.remove(&format!(".git/objects/{}/{}", &gone[..2], &gone[2..]));
    let json = judged(&repo).ends_with(3);
    assert_eq!(verdicts(&json), ["b-1 merged 1", "b-2 hold null", "all merge 1", "a unverified 1"]);
    assert_eq!(names(&json, "merge_order"), ["all"]);
    let said = Gate::of(&repo, NONE).run().stdout;
    assert!(said.contains("hold        b    b-2  another attempt is merged\n"), "{said}");
}

/// What is no commit has a verdict, and no place in an order.
#[test]
fn patches() {
    let repo = planned(PLAN);
    branch(&repo, "a", "main", &[("a/x", "1\n")]);
    branch(&repo, "c", "main", &[("elsewhere", "1\n")]);
    for task in ["a", "c"] {
        let patch = repo.git(&["diff", &format!("main...{task}")]);
        repo.write(&format!("{task}.patch"), format!("{patch}\n"));
    }
    let arguments = ["--diff", "a=a.patch", "--diff", "c=c.patch", "--plan-from=main"];
    let json = Gate::of(&repo, &arguments).json().ends_with(1);
    let list = json.value["verdicts"].as_array().unwrap();
    let shown: Vec<String> = list
        .iter()
        .map(|verdict| format!("{} {}", verdict["verdict"], verdict["merges_with_base"]))
        .collect();
    assert_eq!(shown, [r#""merge" null"#, r#""hold" null"#]);
    assert_eq!(names(&json, "merge_order"), [""; 0]);
    let said = Gate::of(&repo, &arguments).run().stdout;
    assert!(said.contains("hold   c  c.patch  1 path outside its lane\n"), "{said}");
    assert!(!said.contains("may be merged"), "{said}");
}
