//! Folders that one task renames while another adds files to them: `moved-folder`.

use std::fs;

use super::{Gate, branch, planned};
use crate::harness::TestRepo;

const PLAN: &str = "\
tasks:
  mover: {write: '{old,new,split}/**'}
  adder: {write: 'old/{added/**,x,y}'}
  other: {write: other/**}
rules: {missing-branch: off, no-changes: off, merge-conflict: off, unmet-need: off}
";

const NONE: &[&str] = &[];

/// A repository whose branch `mover` has moved files, each `from to`.
fn moved(plan: &str, renames: &[(&str, &str)]) -> TestRepo {
    let repo = planned(plan);
    for name in ["a", "b", "c", "deep/d"] {
        let text: String = (0..10).map(|line| format!("{name} {line}\n")).collect();
        repo.write(&format!("old/{name}"), text);
    }
    repo.commit("files");
    repo.git(&["checkout", "-q", "-b", "mover"]);
    for (from, to) in renames {
        fs::create_dir_all(repo.path(to).parent().unwrap()).unwrap();
        fs::rename(repo.path(from), repo.path(to)).unwrap();
    }
    repo.commit("moved");
    repo.git(&["checkout", "-q", "main"]);
    repo
}

const ALL: [(&str, &str); 4] =
    [("old/a", "new/a"), ("old/b", "new/b"), ("old/c", "new/c"), ("old/deep/d", "new/deep/d")];

#[test]
fn files_added_to_renamed_folder() {
    let repo = moved(PLAN, &ALL);
    branch(&repo, "adder", "main", &[("old/x", "1\n"), ("old/added/y", "1\n")]);
    branch(&repo, "other", "main", &[("other/x", "1\n")]);
    for arguments in [NONE, &["--range", "mover=main...mover", "--range", "adder=main...adder"]] {
        let json = Gate::of(&repo, arguments).json().ends_with(0);
        let json = json.finds(&["moved-folder mover+adder old/added/y"]);
        let message = json.message("moved-folder");
        assert!(message.starts_with(
            "`mover` renames folder `old` to `new`, but `adder` adds `old/added/y` and 1 more: \
             git would move them out of the lane, or stop with a conflict"
        ));
        let data = &json.finding("moved-folder")["data"];
        assert_eq!((&data["from"], &data["to"]), (&"old".into(), &"new".into()));
        assert_eq!(data["files"], serde_json::json!(["old/added/y", "old/x"]));
    }
    // That is what git does: the merge stops, for it does not know.
    repo.git(&["checkout", "-q", "mover"]);
    let merge = repo.try_git(repo.root(), &["merge", "-q", "--no-edit", "adder"]);
    let said = String::from_utf8(merge.stdout).unwrap();
    assert!(said.contains("CONFLICT (file location)"), "{said}");
}

#[test]
fn merge_without_common_paths() {
    let repo = moved(&PLAN.replace(", merge-conflict: off", ""), &ALL);
    branch(&repo, "adder", "main", &[("old/x", "1\n")]);
    let json = Gate::of(&repo, NONE).json().ends_with(1);
    let json = json.finds(&["merge-conflict mover+adder new/x", "moved-folder mover+adder old/x"]);
    assert_eq!(json.finding("merge-conflict")["data"]["kinds"][0], "directory rename suggested");
}

#[test]
fn renamed_and_edited_files() {
    let repo = moved(PLAN, &ALL);
    repo.git(&["checkout", "-q", "mover"]);
    for name in ["a", "b", "c", "deep/d"] {
        let path = repo.path(&format!("new/{name}"));
        let text = fs::read_to_string(&path).unwrap();
        fs::write(path, text.replace(" 3\n", " three\n")).unwrap();
    }
    repo.commit("changed");
    repo.git(&["checkout", "-q", "main"]);
    branch(&repo, "adder", "main", &[("old/added/x", "1\n")]);
    let json = Gate::of(&repo, NONE).json().ends_with(0);
    json.finds(&["moved-folder mover+adder old/added/x"]);
}

#[test]
fn partly_moved_folder() {
    let repo = moved(PLAN, &ALL[..3]);
    branch(&repo, "adder", "main", &[("old/x", "1\n")]);
    Gate::of(&repo, NONE).json().ends_with(0).finds(&[]);
    // git itself leaves the new file where it is.
    repo.git(&["checkout", "-q", "mover"]);
    repo.git(&["merge", "-q", "--no-edit", "adder"]);
    assert!(repo.path("old/x").exists());
}

#[test]
fn folder_split_in_half() {
    let renames =
        [("old/a", "new/a"), ("old/b", "split/b"), ("old/c", "new/c"), ("old/deep/d", "split/d")];
    let repo = moved(PLAN, &renames);
    branch(&repo, "adder", "main", &[("old/x", "1\n")]);
    let json = Gate::of(&repo, NONE).json().ends_with(0);
    assert_eq!(json.finding("moved-folder")["data"]["to"], "new");
    let renames = [renames[0], renames[1], renames[2], ("old/deep/d", "split/deep/d")];
    let repo = moved(&PLAN.replace(", merge-conflict: off", ""), &renames);
    branch(&repo, "adder", "main", &[("old/x", "1\n")]);
    let json = Gate::of(&repo, NONE).json().ends_with(1);
    let message = json.message("moved-folder");
    assert!(
        message.contains("git would stop with a conflict, because the folder was split evenly"),
        "{message}"
    );
    assert_eq!(
        json.finding("merge-conflict")["data"]["kinds"][0],
        "directory rename unclear split"
    );
}

#[test]
fn ordered_tasks_and_unrelated_files() {
    let repo = moved(&PLAN.replace("adder: {", "adder: {needs: mover, "), &ALL);
    branch(&repo, "adder", "main", &[("old/added/x", "1\n")]);
    Gate::of(&repo, NONE).json().ends_with(0).finds(&[]);
    let repo = moved(PLAN, &ALL);
    branch(&repo, "other", "main", &[("other/x", "1\n")]);
    Gate::of(&repo, NONE).json().ends_with(0).finds(&[]);
}

#[test]
fn majority_decides_destination() {
    let mut renames = ALL;
    renames[2].1 = "split/c";
    let repo = moved(PLAN, &renames);
    branch(&repo, "adder", "main", &[("old/added/x", "1\n")]);
    let json = Gate::of(&repo, NONE).json().ends_with(0);
    assert_eq!(json.finding("moved-folder")["data"]["to"], "new");
}

#[test]
fn files_in_new_subfolders() {
    let repo = moved(PLAN, &ALL);
    branch(&repo, "adder", "main", &[("old/added/x", "1\n")]);
    let json = Gate::of(&repo, NONE).json().ends_with(0);
    let message = json.message("moved-folder");
    assert!(message.contains("git would leave it in the old folder"), "{message}");
    repo.git(&["checkout", "-q", "mover"]);
    repo.git(&["merge", "-q", "--no-edit", "adder"]);
    assert!(repo.path("old/added/x").exists() && !repo.path("old/a").exists());
}
