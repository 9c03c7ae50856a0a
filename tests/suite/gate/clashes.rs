//! Paths that were changed and cannot stand together: `clashing-paths`.

use super::{Gate, branch, planned};
use crate::harness::TestRepo;

const PLAN: &str = "\
tasks:
  one: {write: '**'}
  two: {write: '**'}
  late: {write: '**', needs: [one, two]}
rules: {missing-branch: off, merge-conflict: off, unmet-need: off}
";

const ONE_FILE: &str = "the same file on systems that ignore case or Unicode normalization";

fn repository() -> TestRepo {
    let repo = planned(PLAN);
    repo.write("README.md", "1\n");
    repo.write("src/a", "1\n");
    repo.commit("files");
    repo
}

#[test]
fn clashes_between_two_branches() {
    let repo = repository();
    branch(&repo, "one", "main", &[("Docs/a.md", "1\n"), ("tool", "1\n"), ("é", "1\n")]);
    branch(&repo, "two", "main", &[("docs/A.md", "1\n"), ("tool/x", "1\n"), ("e\u{301}", "1\n")]);
    branch(&repo, "late", "main", &[("docs/a.MD", "1\n")]);
    let arguments = ["--range", "two=main...two", "--range", "one=main...one"];
    for arguments in [&[][..], &arguments] {
        let json = Gate::of(&repo, arguments).json().ends_with(0);
        json.finds(&[
            "clashing-paths one+two Docs/a.md",
            "clashing-paths one+two tool",
            "clashing-paths one+two é",
        ]);
    }
    let json = Gate::of(&repo, &[""; 0]).json().ends_with(0);
    let messages: Vec<&str> = json.value["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["message"].as_str().unwrap())
        .collect();
    let forms = |one: &str, other: &str| {
        format!("`one` writes `{one}` and `two` writes `{other}`: {ONE_FILE}")
    };
    let folder = "`one` writes the file `tool`, but `two` needs a folder there for `tool/x`";
    assert_eq!(messages, [&forms("Docs/a.md", "docs/A.md"), folder, &forms("é", "e\u{301}")]);
    Gate::of(&repo, &["--deny-warnings"]).json().ends_with(1);
}

#[test]
fn clash_with_an_existing_path() {
    let repo = repository();
    branch(&repo, "one", "main", &[("Readme.MD", "1\n"), ("src/A/b", "1\n")]);
    let expected = format!(
        "`one` adds `Readme.MD` next to the existing `README.md`: {ONE_FILE}; use the existing \
         spelling, or delete the existing path"
    );
    for arguments in [&[][..], &["--range", "one=main...one"], &["--range", "one=main..one"]] {
        let json = Gate::of(&repo, arguments).json().ends_with(0);
        let json = json.finds(&["clashing-paths one Readme.MD"]);
        assert_eq!(json.message("clashing-paths"), expected);
    }
    // What is not committed yet is held against the commit that is checked out.
    repo.git(&["checkout", "-q", "-b", "two"]);
    repo.write("Src/A", "1\n");
    for source in ["--worktree", "--staged"] {
        let json = Gate::of(&repo, &[source]).json().ends_with(0);
        json.finds(&["clashing-paths two Src/A"]);
        repo.git(&["add", "-A"]);
    }
}

#[test]
fn renamed_to_other_case() {
    let repo = repository();
    repo.git(&["checkout", "-q", "-b", "one"]);
    repo.git(&["mv", "README.md", "readme.md"]);
    repo.commit("renamed");
    repo.git(&["checkout", "-q", "main"]);
    Gate::of(&repo, &[""; 0]).json().ends_with(0).finds(&[]);
    // A file in the place of a folder is none either, by itself.
    branch(&repo, "two", "main", &[]);
    repo.git(&["checkout", "-q", "two"]);
    repo.git(&["rm", "-q", "-r", "src"]);
    repo.write("src", "1\n");
    repo.commit("a file");
    repo.git(&["checkout", "-q", "main"]);
    Gate::of(&repo, &[""; 0]).json().ends_with(0).finds(&[]);
}

#[test]
fn allowed_or_disabled_clash() {
    let allow = "allow: [{rule: clashing-paths, with: two, reason: we use Linux}]";
    for (plan, findings) in [
        (PLAN.replace("one: {write: '**'", &format!("one: {{write: '**', {allow}")), 1),
        (PLAN.replace("missing-branch: off", "missing-branch: off, clashing-paths: off"), 0),
    ] {
        let repo = planned(&plan);
        branch(&repo, "one", "main", &[("A", "1\n")]);
        branch(&repo, "two", "main", &[("a", "1\n")]);
        let json = Gate::of(&repo, &["--deny-warnings"]).json().ends_with(0);
        assert_eq!(json.value["findings"].as_array().unwrap().len(), findings);
    }
}
