//! Branches that do not merge: `merge-conflict`, two by two and in the order of the integration.

use super::{Gate, branch, gate, planned};
use crate::harness::{Dice, TestRepo, search_path, setting, sprung, write_trap};

const PLAN: &str = "\
tasks:
  one: {write: '**'}
  two: {write: '**'}
  three: {write: '**'}
rules: {missing-branch: off, colliding-writes: off, moved-folder: off, unmet-need: off}
";

fn lines(name: &str, count: usize) -> String {
    (0..count).map(|line| format!("{name} {line}\n")).collect()
}

fn repository(plan: &str) -> TestRepo {
    let repo = planned(plan);
    repo.write("file", lines("line", 20));
    repo.write("folder/a", lines("a", 20));
    repo.commit("files");
    repo
}

/// Makes a branch whose work tree an action changed.
fn changed(repo: &TestRepo, name: &str, from: &str, change: impl FnOnce(&TestRepo)) {
    repo.git(&["checkout", "-q", "-b", name, from]);
    change(repo);
    repo.commit(name);
    repo.git(&["checkout", "-q", "main"]);
}

fn edit(repo: &TestRepo, file: &str, line: usize, new: &str) {
    let text = std::fs::read_to_string(repo.path(file)).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines[line] = new;
    repo.write(file, lines.join("\n") + "\n");
}

const NONE: &[&str] = &[];

#[test]
fn conflict_with_paths_and_kinds() {
    let repo = repository(PLAN);
    changed(&repo, "one", "main", |repo| {
        edit(repo, "file", 3, "one");
        edit(repo, "folder/a", 3, "one");
        repo.write("new", "1\n");
    });
    changed(&repo, "two", "main", |repo| {
        edit(repo, "file", 3, "two");
        repo.remove("folder/a");
        repo.write("new", "2\n");
        repo.write("apart", "2\n");
    });
    changed(&repo, "three", "main", |repo| edit(repo, "file", 17, "three"));
    let both = ["--range", "one=main...one", "--range", "two=main..two"];
    for arguments in [NONE, &both] {
        let json = Gate::of(&repo, arguments).json().ends_with(1).finds(&[
            "merge-conflict one+two file",
            "merge-conflict one+two folder/a",
            "merge-conflict one+two new",
        ]);
        let findings = json.value["findings"].as_array().unwrap();
        let kinds: Vec<&str> =
            findings.iter().map(|finding| finding["data"]["kinds"][0].as_str().unwrap()).collect();
        assert_eq!(kinds, ["contents", "modify/delete", "contents"]);
        let message = "`one` and `two` conflict in `file` (contents)";
        assert_eq!(findings[0]["message"], message);
    }
    Gate::of(&repo, &["--task=one"]).json().ends_with(0).finds(&[]);
}

/// Two tasks append to a shared file: git can keep both lines, and the advice works.
#[test]
fn shared_file_and_union() {
    let plan = format!("{PLAN}share: [\"CHANGES*.md\", binary]\n");
    let repo = repository(&plan);
    repo.write("CHANGES.md", "# Changes\n");
    repo.write("binary", "1\n");
    repo.commit("changes");
    for name in ["one", "two"] {
        changed(&repo, name, "main", |repo| {
            repo.write("CHANGES.md", format!("# Changes\n- {name}\n"));
            edit(repo, "file", 3, name);
        });
    }
    let json = Gate::of(&repo, NONE).json().ends_with(1);
    json.finds(&["merge-conflict one+two CHANGES.md", "merge-conflict one+two file"]);
    let json = Gate::of(&repo, NONE).json();
    let findings = json.value["findings"].as_array().unwrap();
    let help = findings[0]["help"].as_str().unwrap();
    assert!(help.starts_with("add `/CHANGES.md merge=union` to `.gitattributes`"), "{help}");
    let label = &findings[0]["labels"][1];
    assert_eq!(label["start"]["line"], plan.lines().count());
    // The near-miss: a file that is not shared.
    assert!(!findings[1]["help"].as_str().unwrap().contains("union"));
    assert_eq!(findings[1]["labels"].as_array().unwrap().len(), 3);

    repo.write(".gitattributes", "/CHANGES.md merge=union\n");
    repo.commit("union");
    Gate::of(&repo, NONE).json().ends_with(1).finds(&["merge-conflict one+two file"]);
}

/// A shared file that one task deletes has no lines to unite.
#[test]
fn shared_file_deleted() {
    let repo = repository(&format!("{PLAN}share: log\n"));
    repo.write("log", "1\n");
    repo.commit("log");
    changed(&repo, "one", "main", |repo| repo.remove("log"));
    changed(&repo, "two", "main", |repo| repo.write("log", "1\n2\n"));
    let json = Gate::of(&repo, NONE).json().ends_with(1);
    let finding = json.finding("merge-conflict");
    assert_eq!(finding["data"]["kinds"][0], "modify/delete");
    assert!(!finding["help"].as_str().unwrap().contains("union"));
}

#[test]
fn file_against_folder() {
    let repo = repository(PLAN);
    branch(&repo, "one", "main", &[("x", "1\n")]);
    branch(&repo, "two", "main", &[("x/y/z", "1\n")]);
    let json = Gate::of(&repo, NONE).json().ends_with(1);
    let finding = json.finding("merge-conflict");
    assert_eq!(finding["data"]["kinds"][0], "file/directory");
    assert_eq!(finding["tasks"], serde_json::json!(["one", "two"]));
}

#[test]
fn clean_and_ordered_branches() {
    let plan = PLAN.replace("two: {", "two: {needs: one, ");
    let repo = repository(&plan);
    changed(&repo, "one", "main", |repo| edit(repo, "file", 3, "one"));
    changed(&repo, "two", "main", |repo| edit(repo, "file", 3, "two"));
    changed(&repo, "three", "main", |repo| edit(repo, "file", 9, "three"));
    Gate::of(&repo, NONE).json().ends_with(0).finds(&[]);
    // Where the one starts from what the other did, it merges anyway.
    repo.git(&["branch", "-D", "-q", "two"]);
    changed(&repo, "two", "one", |repo| edit(repo, "file", 3, "two"));
    Gate::of(&repo, NONE).json().ends_with(0).finds(&[]);
}

#[test]
fn conflict_of_three_branches() {
    let repo = repository(PLAN);
    // `one` moves the file and changes a part of it, `two` changes another part: together too much
    // for the file to be known again. `three` changes a line of it.
    changed(&repo, "one", "main", |repo| {
        (0..8).for_each(|line| edit(repo, "file", line, &format!("one {line}")));
        std::fs::rename(repo.path("file"), repo.path("moved")).unwrap();
    });
    changed(&repo, "two", "main", |repo| {
        (11..19).for_each(|line| edit(repo, "file", line, &format!("two {line}")));
    });
    changed(&repo, "three", "main", |repo| edit(repo, "file", 9, "three"));
    for pair in [["one", "two"], ["one", "three"], ["two", "three"]] {
        let ranges = pair.map(|id| format!("{id}=main...{id}"));
        let arguments = ["--range", &ranges[0], "--range", &ranges[1]];
        Gate::of(&repo, &arguments).json().ends_with(0).finds(&[]);
    }
    let json = Gate::of(&repo, NONE).json().ends_with(1);
    let json = json.finds(&["merge-conflict three+one+two file"]);
    assert!(json.message("merge-conflict").starts_with(
        "`three` conflicts in `file` (modify/delete) with the merge of `one` and `two`"
    ));
    // The order is that of `needs`: now `three` is merged before `two`, which is left over.
    let plan = PLAN.replace("two: {", "two: {needs: three, ");
    repo.write("lanes.yaml", plan);
    repo.commit("another order");
    let json = Gate::of(&repo, NONE).json().ends_with(0);
    // `two` starts when `three` is merged: the two are not concurrent, and each merges with `one`.
    json.finds(&[]);
}

#[test]
fn allowed_conflict() {
    let allow = "allow: [{rule: merge-conflict, with: two, path: file, reason: known}], ";
    let repo = repository(&PLAN.replace("one: {", &format!("one: {{{allow}")));
    changed(&repo, "one", "main", |repo| edit(repo, "file", 3, "one"));
    changed(&repo, "two", "main", |repo| edit(repo, "file", 3, "two"));
    let json = Gate::of(&repo, NONE).json().ends_with(0);
    assert_eq!(json.finding("merge-conflict")["allowed"]["by"], "one");
    branch(&repo, "three", "main", &[("file", "3\n")]);
    let json = Gate::of(&repo, NONE).json().ends_with(1);
    assert_eq!(json.value["summary"]["errors"], 2);
}

#[test]
fn merge_drivers() {
    let repo = repository(PLAN);
    repo.write("log", "1\n");
    repo.write(".gitattributes", "file merge=trap\nlog merge=union\n");
    repo.commit("attributes");
    let trap = write_trap(&repo, "driver").display().to_string();
    repo.git(&["config", "merge.trap.driver", &trap]);
    repo.git(&["config", "merge.default", "trap"]);
    repo.git(&["config", "merge.directoryRenames", "false"]);
    for id in ["one", "two"] {
        changed(&repo, id, "main", |repo| {
            edit(repo, "file", 3, id);
            repo.write("log", format!("1\n{id}\n"));
            // A branch cannot choose how it merges.
            repo.write(".gitattributes", format!("* merge=union\n# {id}\n"));
        });
    }
    let json = Gate::of(&repo, NONE).json().ends_with(1);
    json.finds(&["merge-conflict one+two .gitattributes", "merge-conflict one+two file"]);
    assert_eq!(sprung(&repo), [] as [&str; 0]);
}

#[test]
fn missing_blob() {
    // A blob that both merges need is missing: the lists of changes need only trees.
    let repo = repository(PLAN);
    changed(&repo, "one", "main", |repo| edit(repo, "file", 3, "one"));
    changed(&repo, "two", "main", |repo| edit(repo, "file", 9, "two"));
    changed(&repo, "three", "main", |repo| edit(repo, "folder/a", 9, "three"));
    let blob = repo.git(&["rev-parse", "one:file"]);
    repo.remove(&format!(".git/objects/{}/{}", &blob[..2], &blob[2..]));
    let json = Gate::of(&repo, NONE).json().ends_with(3);
    let json = json.finds(&["not-verified two+one -"]);
    assert!(json.message("not-verified").contains("missing"), "{:#}", json.value);
    // With the rule off, nobody asks.
    let plan = PLAN.replace("rules: {", "rules: {merge-conflict: off, ");
    repo.write("lanes.yaml", plan);
    repo.commit("off");
    gate(&repo, NONE).ends_with(0);
}

#[test]
fn shallow_clone() {
    let repo = repository(PLAN);
    // The two share a commit that the clone does not have.
    changed(&repo, "shared", "main", |repo| edit(repo, "file", 3, "shared"));
    changed(&repo, "one", "shared", |repo| edit(repo, "file", 9, "one"));
    changed(&repo, "two", "shared", |repo| edit(repo, "file", 15, "two"));
    Gate::of(&repo, NONE).json().ends_with(0).finds(&[]);
    let clone = repo.clone_with(&["--depth=1", "--no-single-branch"]);
    let json = Gate::of(
        &clone,
        &["--range", "one=origin/main..origin/one", "--range", "two=origin/main..origin/two"],
    )
    .json()
    .ends_with(3);
    assert!(json.message("not-verified").contains("shallow"), "{:#}", json.value);
}

#[test]
fn patches_and_work_tree() {
    let repo = repository(PLAN);
    changed(&repo, "one", "main", |repo| edit(repo, "file", 3, "one"));
    repo.git(&["checkout", "-q", "-b", "two"]);
    edit(&repo, "file", 3, "two");
    let arguments = ["--worktree", "--range", "one=main...one"];
    Gate::of(&repo, &arguments).json().ends_with(0).finds(&[]);
    // That two tasks changed one file is told by the other rule.
    let plan = PLAN.replace("colliding-writes: off, ", "");
    let file = repo.beside("plan.yaml");
    std::fs::write(&file, plan).unwrap();
    let json = Gate::of(&repo, &["../plan.yaml"]).arg(arguments[0]).arg(arguments[1]);
    json.arg(arguments[2]).json().ends_with(1).finds(&["colliding-writes one+two file"]);
}

/// What is told is what `git merge` itself stops at, one branch after another.
#[test]
fn random_branches_match_git_merge() {
    let first = setting("LANELINT_SEED", 1);
    for seed in first..first + setting("LANELINT_CASES", 6) {
        let mut dice = Dice::new(seed);
        let repo = repository(PLAN);
        for id in ["one", "two"] {
            let changes: Vec<(usize, usize)> =
                (0..3).map(|_| (dice.roll(6), dice.roll(20))).collect();
            changed(&repo, id, "main", |repo| {
                for (what, line) in changes {
                    let target = if line % 2 == 0 { "file" } else { "folder/a" };
                    match what {
                        0 => repo.write(&format!("new{}", line % 3), id),
                        1 if repo.path(target).exists() => repo.remove(target),
                        2 if repo.path("folder/a").exists() => {
                            let to = repo.path(&format!("moved{}", line % 2));
                            std::fs::rename(repo.path("folder/a"), to).unwrap();
                        }
                        _ if repo.path(target).exists() => edit(repo, target, line, id),
                        _ => {}
                    }
                }
            });
        }
        let mut expected = Vec::new();
        repo.git(&["checkout", "-q", "--detach", "one"]);
        let merge = ["merge", "-q", "--no-edit", "-s", "ort", "two"];
        if !repo.try_git(repo.root(), &merge).status.success() {
            let listed = repo.git(&["diff", "--name-only", "--diff-filter=U"]);
            expected.extend(listed.lines().map(|path| format!("merge-conflict one+two {path}")));
            expected.sort();
            expected.dedup();
        }
        repo.git(&["reset", "-q", "--hard", "main"]);
        repo.git(&["checkout", "-q", "main"]);
        let json = Gate::of(&repo, NONE).json();
        let found: Vec<String> =
            json.findings().into_iter().filter(|line| line.starts_with("merge")).collect();
        assert_eq!(found, expected, "LANELINT_SEED={seed} {:?}", search_path());
    }
}

/// One task writes `src/**`, and `ci/**` is protected.
const CARRIED: &str = "\
tasks:
  a: {write: src/**}
  b: {write: docs/**}
protect: ci/**
rules: {missing-branch: off}
";

/// What the gate finds of `a`, by its branch and by a range of the same commits.
#[track_caller]
fn carried(repo: &TestRepo, status: i32, expected: &[&str]) {
    Gate::of(repo, &["--task=a"]).json().ends_with(status).finds(expected);
    Gate::of(repo, &["--range", "a=main...a"]).json().ends_with(status).finds(expected);
}

#[test]
fn base_renamed_changed_file() {
    let repo = repository(CARRIED);
    repo.write("src/a.rs", lines("a", 20));
    repo.write("src/b.rs", lines("b", 20));
    repo.commit("sources");
    changed(&repo, "a", "main", |repo| edit(repo, "src/a.rs", 3, "changed"));
    carried(&repo, 0, &[]);
    std::fs::create_dir(repo.path("ci")).unwrap();
    repo.git(&["mv", "src/a.rs", "ci/a.rs"]);
    repo.commit("rename");
    carried(&repo, 1, &["foreign-lane a ci/a.rs"]);
    let json = Gate::of(&repo, &["--task=a"]).json();
    let message = "merging `a` would modify `ci/a.rs`, which is protected: a rename moves \
                   `src/a.rs` there; merge the base into the branch";
    assert!(json.message("foreign-lane").starts_with(message), "{:#}", json.value);
    gate(&repo, &["--task=a"]).ends_with(1);
    // The trees as they are hold nothing of it.
    let two_trees = Gate::of(&repo, &["--range", "a=main~1..a"]).json();
    two_trees.ends_with(0).finds(&[]);
    // A merge that writes what it should not is no longer the merge's, but the branch's own.
    repo.git(&["checkout", "-q", "a"]);
    repo.git(&["merge", "-q", "--no-edit", "main"]);
    repo.git(&["checkout", "-q", "main"]);
    carried(&repo, 1, &["foreign-lane a ci/a.rs"]);
}

#[test]
fn base_renamed_inside_lane() {
    let repo = repository(CARRIED);
    repo.write("src/a.rs", lines("a", 20));
    repo.write("src/b.rs", lines("b", 20));
    repo.commit("sources");
    changed(&repo, "a", "main", |repo| edit(repo, "src/a.rs", 3, "changed"));
    repo.git(&["mv", "src/a.rs", "src/c.rs"]);
    std::fs::create_dir(repo.path("ci")).unwrap();
    repo.git(&["mv", "src/b.rs", "ci/b.rs"]);
    repo.commit("renames");
    carried(&repo, 0, &[]);
}

#[test]
fn base_renamed_folder() {
    let repo = repository(CARRIED);
    for file in ["1", "2", "3"] {
        repo.write(&format!("src/x/{file}"), lines(file, 20));
    }
    repo.commit("sources");
    branch(&repo, "a", "main", &[("src/x/new", "new\n")]);
    repo.git(&["mv", "src/x", "docs"]);
    repo.commit("rename");
    carried(&repo, 1, &["foreign-lane a docs/new", "merge-conflict a docs/new"]);
}

#[test]
fn folder_renamed_by_branch() {
    let repo = repository(CARRIED);
    for file in ["1", "2", "3"] {
        repo.write(&format!("docs/x/{file}"), lines(file, 20));
    }
    repo.commit("sources");
    changed(&repo, "b", "main", |repo| drop(repo.git(&["mv", "docs/x", "docs/y"])));
    repo.write("docs/x/new", "new\n");
    repo.commit("new");
    let json = Gate::of(&repo, &["--task=b"]).json().ends_with(1);
    json.finds(&["merge-conflict b docs/y/new"]);
    repo.git(&["checkout", "-q", "main"]);
    changed(&repo, "a", "main~1", |repo| {
        std::fs::create_dir(repo.path("src")).unwrap();
        repo.git(&["mv", "docs/x", "src/x"]);
    });
    let json = Gate::of(&repo, &["--task=a"]).json().ends_with(1);
    let found = json.findings();
    assert!(found.contains(&"foreign-lane a docs/x/new".to_owned()), "{found:?}");
}

#[test]
fn conflicts_with_the_base() {
    let repo = repository(CARRIED);
    repo.write("src/a.rs", lines("a", 20));
    repo.commit("sources");
    changed(&repo, "a", "main", |repo| repo.remove("src/a.rs"));
    std::fs::create_dir(repo.path("ci")).unwrap();
    repo.git(&["mv", "src/a.rs", "ci/a.rs"]);
    repo.commit("rename");
    carried(&repo, 1, &["foreign-lane a ci/a.rs", "merge-conflict a ci/a.rs"]);
}

#[test]
fn file_moved_aside_by_git() {
    let repo = repository(CARRIED);
    repo.write("src/gone", lines("gone", 20));
    repo.write("src/kept", lines("kept", 20));
    repo.commit("sources");
    changed(&repo, "a", "main", |repo| {
        repo.write("src/x", "a file\n");
        edit(repo, "src/gone", 3, "changed");
    });
    repo.write("src/x/y", "a folder\n");
    repo.remove("src/gone");
    repo.commit("folder");
    // The name that git would give it is in no finding.
    carried(&repo, 1, &["merge-conflict a src/gone", "merge-conflict a src/x"]);
}
