//! For random repositories, every source tells what git's raw list tells.
//!
//! `LANELINT_CASES` says how many, `LANELINT_SEED` from which on.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use lanelint::path::RepoPath;

use super::{Gate, assigned, patch, patch_file};
use crate::harness::{Dice, TestRepo, setting};

const NAMES: [&[u8]; 20] = [
    b"a",
    b"b",
    b"c",
    b"src",
    b"lib",
    b"a b",
    b"\"q\"",
    b"t\tt",
    b"n\nn",
    b"\xff\xfe",
    "é".as_bytes(),
    b"b\\s",
    b"::error::x",
    b"##[x]",
    b"dev",
    b"null",
    b"-",
    b"a => b",
    b"{x}",
    b"*",
];
const MODES: [&str; 6] = ["100644", "100644", "100644", "100755", "120000", "160000"];
const CONTENTS: [&[u8]; 7] = [
    b"",
    b"1\n",
    b"1\n2\n3\n4\n5\n6\n7\n8\n9\n",
    b"1\n2\n3\n4\n5\n6\n7\n8\nx\n",
    b"no end",
    b"\0\x01",
    b"--- a/x\n+++ b/y\n",
];

type Entry = (Vec<u8>, &'static str, &'static [u8]);

fn name(dice: &mut Dice) -> Vec<u8> {
    let depth = 1 + dice.roll(3);
    (0..depth).map(|_| *dice.pick(&NAMES)).collect::<Vec<_>>().join(&b'/')
}

fn entry(dice: &mut Dice) -> Entry {
    let (name, mode) = (name(dice), *dice.pick(&MODES));
    let content = if mode == "120000" { &b"b"[..] } else { *dice.pick(&CONTENTS) };
    (name, mode, content)
}

/// Puts a file into a tree, in the place of whatever is in its way.
fn put(tree: &mut Vec<Entry>, entry: Entry) {
    let below = |inner: &[u8], outer: &[u8]| {
        inner == outer || inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with(b"/"))
    };
    tree.retain(|(name, ..)| !below(name, &entry.0) && !below(&entry.0, name));
    tree.push(entry);
}

fn edit(dice: &mut Dice, tree: &mut Vec<Entry>) {
    for _ in 0..1 + dice.roll(6) {
        let place = dice.roll(tree.len().max(1));
        match dice.roll(6) {
            0 if !tree.is_empty() => drop(tree.swap_remove(place)),
            1 if !tree.is_empty() => {
                // A rename, perhaps with another content.
                let (_, mode, content) = tree.swap_remove(place);
                put(tree, (name(dice), mode, content));
            }
            2 if !tree.is_empty() => {
                // A copy.
                let (_, mode, content) = tree[place].clone();
                put(tree, (name(dice), mode, content));
            }
            3 if !tree.is_empty() => {
                let name = tree[place].0.clone();
                let (_, mode, content) = entry(dice);
                put(tree, (name, mode, content));
            }
            _ => {
                let entry = entry(dice);
                put(tree, entry);
            }
        }
    }
}

fn commit(repo: &TestRepo, tree: &[Entry]) -> String {
    let mut index = Vec::new();
    for (name, mode, content) in tree {
        let id = match *mode {
            // Pins that differ where contents would.
            "160000" => format!("{:040x}", content.len() + 1),
            _ => repo.git_with_input(&["hash-object", "-w", "--stdin"], content),
        };
        index.extend(format!("{mode} {id}\t").into_bytes());
        index.extend(name);
        index.push(0);
    }
    repo.git(&["read-tree", "--empty"]);
    repo.git_with_input(&["update-index", "-z", "--index-info"], &index);
    repo.git(&["commit", "-q", "--allow-empty", "-m", "tree"]);
    repo.git(&["rev-parse", "HEAD"])
}

fn raw(repo: &TestRepo, from: &str, to: &str) -> BTreeSet<(String, String)> {
    let switches = ["diff", "--raw", "-z", "--no-renames", "--ignore-submodules=none"];
    let listed = repo.git_bytes(&[&switches[..], &["--abbrev=40", from, to]].concat());
    let mut parts = listed.split(|&byte| byte == 0);
    let mut changes = BTreeSet::new();
    while let (Some(head), Some(path)) = (parts.next(), parts.next()) {
        let words: Vec<&str> = std::str::from_utf8(head).unwrap().split(' ').collect();
        let [old_mode, new_mode, old, new, letter] = words[..] else { panic!("{words:?}") };
        let change = match letter {
            "A" => "added",
            "D" => "deleted",
            "T" => "type",
            "M" if old == new && old_mode != new_mode => "mode",
            _ => "modified",
        };
        changes.insert((RepoPath::new(path).unwrap().to_string(), change.to_owned()));
    }
    changes
}

fn reported(repo: &TestRepo, arguments: &[&str]) -> BTreeSet<(String, String)> {
    let json = Gate::of(repo, &[&["../plan.yaml"], arguments].concat()).json();
    let findings = json.value["findings"].as_array().unwrap();
    let found = findings.iter().filter(|finding| finding["rule"] != "no-changes").map(|finding| {
        let rule = finding["rule"].as_str().unwrap();
        assert!(matches!(rule, "out-of-lane" | "review-only-write"), "{:#}", json.value);
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        (text(&finding["path"]), text(&finding["data"]["change"]))
    });
    let found: BTreeSet<_> = found.collect();
    json.ends_with(i32::from(!found.is_empty()));
    found
}

#[test]
fn all_sources_match_raw_diff() {
    let first = setting("LANELINT_SEED", 1);
    for seed in first..first + setting("LANELINT_CASES", 12) {
        let mut dice = Dice::new(seed);
        let repo = TestRepo::new();
        std::fs::write(
            repo.beside("plan.yaml"),
            "tasks: {nothing: {write: []}, elsewhere: {write: no/such/folder/*}}\n\
             rules: {escaping-symlink: off}\n",
        )
        .unwrap();
        let mut tree = Vec::new();
        for _ in 0..dice.roll(10) {
            let entry = entry(&mut dice);
            put(&mut tree, entry);
        }
        let from = commit(&repo, &tree);
        edit(&mut dice, &mut tree);
        let to = commit(&repo, &tree);
        let expected = raw(&repo, &from, &to);
        let task = *dice.pick(&["nothing", "elsewhere"]);
        let what = format!("LANELINT_SEED={seed}");
        let file = patch_file(&repo, "a.patch", patch(&repo, &format!("{from}...{to}")));
        for (option, value) in [
            ("--range", format!("{task}={from}...{to}")),
            ("--range", format!("{task}={from}..{to}")),
            ("--diff", assigned(task, &file)),
        ] {
            assert_eq!(reported(&repo, &[option, &value]), expected, "{what} {option} {value}");
        }
        // The index holds the second tree, HEAD the first.
        repo.git(&["update-ref", "refs/heads/main", &from]);
        let task = format!("--task={task}");
        assert_eq!(reported(&repo, &["--staged", &task]), expected, "{what} --staged");
        let on_disk = OsStr::from_bytes(b"untracked \xff");
        std::fs::write(repo.root().join(on_disk), "").unwrap();
        assert_eq!(reported(&repo, &["--staged", &task]), expected, "{what} --staged");
    }
}
