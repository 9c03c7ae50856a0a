//! Trees that git itself never writes, made by hand: odd modes, names that stand twice, names out of
//! order.

use super::{Gate, planned};
use crate::harness::TestRepo;

const PLAN: &str = "\
tasks:
  a: {write: src/**}
  b: {write: docs/**}
  all: {write: '**', needs: [a, b]}
protect: ci/**
rules: {missing-branch: off, no-changes: off}
";

/// An entry: its mode, its name, its object.
pub(super) type Entry<'a> = (&'a str, &'a str, &'a str);

pub(super) fn tree(repo: &TestRepo, entries: &[Entry<'_>]) -> String {
    let mut raw = Vec::new();
    for (mode, name, id) in entries {
        raw.extend_from_slice(format!("{mode} {name}\0").as_bytes());
        let byte = |at: usize| u8::from_str_radix(&id[at..at + 2], 16).unwrap();
        raw.extend((0..id.len()).step_by(2).map(byte));
    }
    let arguments = ["hash-object", "-t", "tree", "-w", "--stdin", "--literally"];
    repo.git_with_input(&arguments, &raw)
}

/// Puts a commit of these entries, beside those of the base, on a branch.
pub(super) fn commit(repo: &TestRepo, branch: &str, entries: &[Entry<'_>]) {
    let listed = repo.git(&["ls-tree", "main"]);
    let base: Vec<(String, String, String)> = listed
        .lines()
        .map(|line| {
            let (head, name) = line.split_once('\t').unwrap();
            let mut words = head.split(' ');
            let mode = words.next().unwrap().trim_start_matches('0').to_owned();
            (mode, name.to_owned(), words.nth(1).unwrap().to_owned())
        })
        .collect();
    let new = |name: &str| entries.iter().any(|entry| entry.1 == name);
    let mut all: Vec<Entry<'_>> = base
        .iter()
        .filter(|(_, name, _)| !new(name))
        .map(|(mode, name, id)| (mode.as_str(), name.as_str(), id.as_str()))
        .chain(entries.iter().copied())
        .collect();
    all.sort_by_key(|(mode, name, _)| {
        let end = if mode.starts_with('4') { "/" } else { "" };
        format!("{name}{end}")
    });
    let id = tree(repo, &all);
    let head = repo.git(&["commit-tree", &id, "-p", "main", "-m", "by hand"]);
    repo.git(&["update-ref", &format!("refs/heads/{branch}"), &head]);
}

fn repository() -> TestRepo {
    let repo = planned(PLAN);
    repo.write("src/main.rs", "1\n");
    repo.write("docs/a.md", "1\n");
    repo.write("ci/run", "1\n");
    repo.commit("files");
    repo
}

fn object(repo: &TestRepo, text: &str) -> String {
    repo.git_with_input(&["hash-object", "-w", "--stdin"], text.as_bytes())
}

#[test]
fn odd_modes() {
    let repo = repository();
    let (link, file) = (object(&repo, "../docs"), object(&repo, "1\n"));
    let docs = repo.git(&["rev-parse", "main:docs"]);
    // The folder into which the link leads has a mode that only old and hand-made trees have.
    let src = tree(&repo, &[("120000", "l", &link), ("100664", "main.rs", &file)]);
    commit(&repo, "a", &[("40755", "docs", &docs), ("40755", "src", &src)]);
    let json = Gate::of(&repo, &["--task=a"]).json().ends_with(1);
    json.finds(&["escaping-symlink a src/l"]);
    let src = tree(&repo, &[("100664", "main.rs", &file), ("120777", "z", &link)]);
    commit(&repo, "a", &[("40755", "src", &src)]);
    let json = Gate::of(&repo, &["--task=a"]).json().ends_with(1);
    json.finds(&["escaping-symlink a src/z"]);
    // Nothing but the modes differs, and git takes them for those that were there.
    let src = tree(&repo, &[("100664", "main.rs", &file)]);
    commit(&repo, "a", &[("40755", "src", &src)]);
    Gate::of(&repo, &["--task=a"]).json().ends_with(0).finds(&[]);
}

#[test]
fn duplicate_names() {
    let repo = repository();
    let (link, file) = (object(&repo, "main.rs"), object(&repo, "1\n"));
    let other = object(&repo, "2\n");
    let ci = repo.git(&["rev-parse", "main:ci"]);
    let folder = tree(&repo, &[("100644", "x", &file)]);
    for entries in [
        &[("100644", "main.rs", file.as_str()), ("100644", "main.rs", &other)][..],
        &[("100644", "main.rs", &other), ("100644", "main.rs", &file)],
        &[("100644", "main.rs", &file), ("120000", "new", &link), ("100644", "new", &other)],
        &[("100644", "main.rs", &file), ("100644", "new", &other), ("40000", "new", &folder)],
        &[("100644", "z", &other), ("100644", "main.rs", &file)],
    ] {
        let src = tree(&repo, entries);
        commit(&repo, "a", &[("40000", "src", &src)]);
        let json = Gate::of(&repo, &["--task=a"]).json().ends_with(3);
        assert!(json.findings().contains(&"not-verified a -".to_owned()), "{entries:?}");
        let range = Gate::of(&repo, &["--range", "a=main..a"]).json();
        range.ends_with(3);
    }
    // A file beside the protected folder of its name, which is as it was.
    commit(&repo, "all", &[("100644", "ci", &file), ("40000", "ci", &ci)]);
    let json = Gate::of(&repo, &["--task=all"]).json().ends_with(3);
    assert!(json.findings().contains(&"not-verified all -".to_owned()), "{:#}", json.value);
    // The same files, each once.
    let src = tree(&repo, &[("100644", "main.rs", &other), ("40000", "new", &folder)]);
    commit(&repo, "a", &[("40000", "src", &src)]);
    Gate::of(&repo, &["--task=a"]).json().ends_with(0).finds(&[]);
}
