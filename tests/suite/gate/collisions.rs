//! Two tasks that changed one path: `colliding-writes`, by commits, patches and both mixed.

use super::{Gate, assigned, branch, patch, patch_file, planned};
use crate::harness::TestRepo;

/// Two tasks that may both write everything, one that needs the first, and a shared file.
const PLAN: &str = "\
tasks:
  one: {write: '**'}
  two: {write: '**'}
  late: {write: '**', needs: [one, two]}
share: log
rules: {missing-branch: off, merge-conflict: off, unmet-need: off}
";

const LINES: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";

fn repository() -> TestRepo {
    let repo = planned(PLAN);
    repo.write("file", LINES);
    repo.write("binary", b"\0\x01\x02");
    repo.write("log", "1\n");
    repo.commit("files");
    repo
}

/// The whole text with one line replaced.
fn with(line: &str, new: &str) -> String {
    LINES.replace(&format!("{line}\n"), new)
}

/// What is told of the collisions of `one` and `two`, by every mixture of sources.
#[track_caller]
fn told(repo: &TestRepo, expected: &[&str]) {
    let files = ["one", "two"].map(|id| {
        let text = patch(repo, &format!("main...{id}"));
        assigned(id, &patch_file(repo, &format!("{id}.patch"), text))
    });
    let status = i32::from(!expected.is_empty());
    for arguments in [
        vec![],
        vec!["--range", "one=main...one", "--range", "two=main...two"],
        vec!["--range", "two=main..two", "--diff", &files[0], "--plan-from=main"],
        vec!["--diff", &files[1], "--diff", &files[0]],
    ] {
        let json = Gate::of(repo, &arguments).json().ends_with(status);
        let findings = json.value["findings"].as_array().unwrap();
        let messages: Vec<&str> = findings
            .iter()
            .map(|finding| {
                assert_eq!(finding["rule"], "colliding-writes", "{:#}", json.value);
                assert_eq!(finding["tasks"], serde_json::json!(["one", "two"]));
                finding["message"].as_str().unwrap()
            })
            .collect();
        assert_eq!(messages, expected, "{arguments:?}");
    }
}

#[test]
fn lines_and_proximity() {
    for (one, two, expected) in [
        (with("2", "b\n"), with("2", "c\n"), "both change line 2 of `file`"),
        (
            with("2", "b\n"),
            with("3", "c\n"),
            "both changed `file`: line 2 and line 3, which are adjacent",
        ),
        (
            with("2", "b\n"),
            with("8", "c\n"),
            "both changed `file`: line 2 and line 8, which are apart",
        ),
        (
            with("2", "2\nb\n"),
            with("2", ""),
            "both changed `file`: after line 2 and line 2, which are adjacent",
        ),
        (with("2", "2\nb\n"), with("2", "2\nc\n"), "both add lines after line 2 of `file`"),
        (
            with("1", "0\n1\n"),
            with("9", "9"),
            "both changed `file`: before line 1 and line 9, which are apart",
        ),
        (
            with("5", "").replace("6\n7\n", "six\nseven\n"),
            with("1", "").replace('9', "nine"),
            "both changed `file`: lines 5 to 7 and line 1, line 9, which are apart",
        ),
    ] {
        let repo = repository();
        branch(&repo, "one", "main", &[("file", &one), ("a", "1\n")]);
        branch(&repo, "two", "main", &[("file", &two), ("b", "1\n")]);
        let expected = format!("`one` and `two` {expected}");
        told(&repo, &[&expected]);
    }
}

#[test]
fn lines_in_json_data() {
    let repo = repository();
    branch(&repo, "one", "main", &[("file", &with("2", "b\n")), ("a", "1\n")]);
    branch(&repo, "two", "main", &[("file", &with("8", "8\nc\n"))]);
    let json = Gate::of(&repo, &[] as &[&str]).json().ends_with(1);
    let finding = json.finding("colliding-writes");
    assert_eq!(
        finding["data"],
        serde_json::json!({
            "changes": ["modified", "modified"],
            "lines": [[{"start": 2, "count": 1}], [{"start": 9, "count": 0}]],
            "meeting": "apart",
        })
    );
    assert_eq!(finding["path"], "file");
    assert_eq!(finding["labels"][0]["file"], "file");
    assert_eq!(finding["labels"][1]["file"], "lanes.yaml");
    assert!(finding["help"].as_str().unwrap().contains("nobody has seen both edits together"));
}

#[test]
fn changes_without_lines() {
    let repo = repository();
    branch(&repo, "one", "main", &[("new", "1\n"), ("binary", "\0\x03")]);
    branch(&repo, "two", "main", &[("new", "2\n"), ("binary", "\0\x04")]);
    let unknown = "both changed `binary`; lines unknown: it is binary";
    told(&repo, &[&format!("`one` and `two` {unknown}"), "`one` and `two` both added `new`"]);

    let repo = repository();
    branch(&repo, "one", "main", &[("file", &with("2", "b\n"))]);
    repo.git(&["checkout", "-q", "-b", "two", "main"]);
    repo.git(&["rm", "-q", "file"]);
    repo.commit("gone");
    repo.git(&["checkout", "-q", "main"]);
    told(&repo, &["`two` deleted `file`, which `one` changed"]);

    let repo = repository();
    branch(&repo, "one", "main", &[("file", &with("2", "b\n"))]);
    repo.git(&["checkout", "-q", "-b", "two", "main"]);
    repo.git(&["update-index", "--chmod=+x", "file"]);
    repo.git(&["commit", "-q", "-m", "mode"]);
    repo.git(&["checkout", "-q", "-f", "main"]);
    told(&repo, &["`one` and `two` both changed `file`: line 2 and no line, which are apart"]);
}

#[test]
fn no_collision() {
    let repo = repository();
    branch(&repo, "one", "main", &[("log", "1\none\n"), ("a", "1\n")]);
    branch(&repo, "two", "main", &[("log", "1\ntwo\n"), ("b", "1\n")]);
    branch(&repo, "late", "main", &[("a", "2\n"), ("b", "2\n")]);
    told(&repo, &[]);
    Gate::of(&repo, &[] as &[&str]).json().ends_with(0).finds(&[]);

    let repo = repository();
    for id in ["one", "two"] {
        branch(&repo, id, "main", &[("file", "same\n"), (id, "1\n")]);
    }
    // By commits it is seen that both end equal; abbreviated names in a patch prove nothing.
    Gate::of(&repo, &[] as &[&str]).json().ends_with(0).finds(&[]);
    let whole = ["diff", "--full-index", "--no-renames"];
    let whole = ["one", "two"].map(|id| {
        let text = repo.git(&[&whole[..], &[&format!("main...{id}")]].concat()) + "\n";
        assigned(id, &patch_file(&repo, &format!("{id}.patch"), text))
    });
    let json = Gate::of(&repo, &["--diff", &whole[0], "--diff", &whole[1]]).json();
    json.ends_with(0).finds(&[]);
    let short = ["one", "two"].map(|id| {
        let text = patch(&repo, &format!("main...{id}"));
        assigned(id, &patch_file(&repo, &format!("{id}.short"), text))
    });
    let json = Gate::of(&repo, &["--diff", &short[0], "--diff", &short[1]]).json().ends_with(1);
    json.finds(&["colliding-writes one+two file"]);
    // The same content is not the same file where only one of the two may be executed.
    repo.git(&["checkout", "-q", "two"]);
    repo.git(&["update-index", "--chmod=+x", "file"]);
    repo.git(&["commit", "-q", "-m", "mode"]);
    repo.git(&["checkout", "-q", "-f", "main"]);
    let json = Gate::of(&repo, &[] as &[&str]).json().ends_with(1);
    json.finds(&["colliding-writes one+two file"]);
}

#[test]
fn branches_with_different_merge_bases() {
    let repo = repository();
    branch(&repo, "one", "main", &[("file", &with("2", "b\n"))]);
    repo.commit_file("file", &with("5", "five\n"));
    branch(&repo, "two", "main", &[("file", &with("8", "c\n"))]);
    // Both are compared with the tip of the base, so that the lines are those of one version.
    let json = Gate::of(&repo, &[] as &[&str]).json().ends_with(1);
    let message = json.message("colliding-writes");
    assert!(message.contains("line 2 and line 5, line 8, which are apart"), "{message}");
    // Ranges have the base that they name.
    let ranges = ["--range=one=main~1...one", "--range=two=main...two", "--plan-from=main"];
    let json = Gate::of(&repo, &ranges).json().ends_with(1);
    let message = json.message("colliding-writes");
    let why = "but the two started from different versions of it";
    assert!(message.contains(why), "{message}");
}

#[test]
fn work_tree_against_branch() {
    let repo = repository();
    branch(&repo, "two", "main", &[("file", &with("2", "b\n")), ("new", "1\n")]);
    repo.git(&["checkout", "-q", "-b", "one"]);
    repo.write("file", with("2", "b\n"));
    repo.write("new", "2\n");
    let both = ["--worktree", "--range", "two=main...two"];
    // The file was written to the same, the untracked one nobody knows.
    let json = Gate::of(&repo, &both).json().ends_with(1);
    json.finds(&["colliding-writes one+two new"]);
    repo.write("file", with("3", "c\n"));
    let json = Gate::of(&repo, &both).json().ends_with(1);
    let json = json.finds(&["colliding-writes one+two file", "colliding-writes one+two new"]);
    let messages = json.value["findings"].to_string();
    assert!(messages.contains("its content is not in the repository"), "{messages}");
}

#[test]
fn one_file_of_many_tasks() {
    let ids = ["a", "b", "c", "d"];
    let tasks: String = ids.iter().map(|id| format!("  {id}: {{write: '**'}}\n")).collect();
    let repo = planned(&format!("tasks:\n{tasks}rules: {{merge-conflict: off}}\n"));
    for id in ids {
        branch(&repo, id, "main", &[("hub", id)]);
    }
    Gate::of(&repo, &["--format=concise"]).run().ends_with(1);
    let said = Gate::of(&repo, &[] as &[&str]).run().ends_with(1).stdout;
    assert_eq!(said.matches("× ").count(), 1, "{said}");
    assert!(said.contains("`hub` was changed by several tasks: `a`, `b`, `c`, `d`"), "{said}");
}

#[test]
fn diff_settings_of_the_repository() {
    let repo = repository();
    repo.write(".gitattributes", "file -diff diff=trap\n");
    repo.commit("attributes");
    repo.git(&["config", "diff.trap.textconv", "false"]);
    repo.git(&["config", "diff.external", "false"]);
    branch(&repo, "one", "main", &[("file", &with("2", "b\n"))]);
    branch(&repo, "two", "main", &[("file", &with("8", "c\n"))]);
    repo.git(&["config", "diff.algorithm", "nonsense"]);
    let json = Gate::of(&repo, &[] as &[&str]).json().ends_with(1);
    assert!(json.message("colliding-writes").contains("line 2 and line 8, which are apart"));
}

#[test]
fn too_large_for_lines() {
    let repo = repository();
    let large = "a line of some length\n".repeat(300_000);
    repo.write("large", &large);
    repo.commit("large");
    branch(&repo, "one", "main", &[("large", &format!("1\n{large}")), ("file", "1\n")]);
    branch(&repo, "two", "main", &[("large", &format!("2\n{large}")), ("file", "2\n")]);
    let json = Gate::of(&repo, &[] as &[&str]).json().ends_with(1);
    let findings = json.value["findings"].as_array().unwrap();
    assert_eq!(findings[0]["data"]["meeting"], "touch");
    assert_eq!(findings[1]["data"]["unknown"], "it is too large");
}
