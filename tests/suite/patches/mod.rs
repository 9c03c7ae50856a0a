//! Random repositories, and the patches that git makes of them.
//!
//! `LANELINT_CASES` says how many, `LANELINT_SEED` where to begin.

pub mod mutate;
#[allow(dead_code, reason = "the fuzz target uses more of it")]
pub mod oracle;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};

use bstr::ByteSlice;
use lanelint::change::{ChangeKind, ChangeSet};

use crate::harness::{Dice, TestRepo, setting};

pub type Changes = BTreeMap<Vec<u8>, ChangeKind>;

/// Commits a tree, and gives the commit's id.
pub fn commit(repo: &TestRepo, tree: &Tree, message: &str) -> String {
    let mut index = Vec::new();
    let mut blobs: BTreeMap<&[u8], String> = BTreeMap::new();
    for (name, file) in tree {
        let id = blobs.entry(&file.content).or_insert_with(|| {
            if file.mode == "160000" {
                file.content.to_str().unwrap().to_owned()
            } else {
                repo.git_with_input(&["hash-object", "-w", "--stdin"], &file.content)
            }
        });
        index.extend(format!("{} {id}\t", file.mode).into_bytes());
        index.extend(name);
        index.push(0);
    }
    repo.git(&["read-tree", "--empty"]);
    repo.git_with_input(&["update-index", "-z", "--index-info"], &index);
    repo.write(".git/message", message);
    repo.git(&["commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", ".git/message"]);
    repo.git(&["rev-parse", "HEAD"])
}

/// Puts a tree's files into the work tree, for the forms that compare with it.
pub fn check_out(repo: &TestRepo, tree: &Tree) {
    for (name, file) in tree {
        let path = repo.root().join(OsStr::from_bytes(name));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        match file.mode {
            "120000" => symlink(OsStr::from_bytes(&file.content), &path).unwrap(),
            "160000" => std::fs::create_dir_all(&path).unwrap(),
            mode => {
                std::fs::write(&path, &file.content).unwrap();
                let bits = if mode == "100755" { 0o755 } else { 0o644 };
                std::fs::set_permissions(&path, PermissionsExt::from_mode(bits)).unwrap();
            }
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct File {
    pub mode: &'static str,
    pub content: Vec<u8>,
}

pub type Tree = BTreeMap<Vec<u8>, File>;

pub const PARTS: [&[u8]; 36] = [
    b"a",
    b"b",
    b"x",
    b"src",
    b"dev",
    b"null",
    b"c.rs",
    b"a b",
    b" b",
    b"b ",
    b"x b",
    b"i",
    b"w",
    b"\xc3\xa9",
    b"\xff\xfe",
    b"q\"q",
    b"\"",
    b"back\\slash",
    b"tab\there",
    b"line\nbreak",
    b"cr\r",
    b"--- x",
    b"+++ y",
    b"diff --git a",
    b"and",
    b" and ",
    b"old",
    b"new",
    b"rename from",
    b"~",
    b"x.orig",
    b"x ",
    b"a  b",
    b"#",
    b"[id]",
    b"-",
];

pub fn name(dice: &mut Dice) -> Vec<u8> {
    let depth = *dice.pick(&[1, 1, 2, 2, 3]);
    (0..depth).map(|_| dice.pick(&PARTS).to_vec()).collect::<Vec<_>>().join(&b'/')
}

pub const LINES: [&str; 22] = [
    "one",
    "two",
    "",
    "diff --git a/x b/x",
    "--- a/y",
    "+++ b/y",
    "-- a/z",
    "++ b/z",
    "@@ -1 +1 @@",
    "-- ",
    "\\ No newline at end of file",
    "cr\r",
    "\r",
    "From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001",
    "rename from x",
    "GIT binary patch",
    "Only in a: b",
    "Binary files a/x and b/x differ",
    "\tindented",
    "   blanks",
    "\x1b[31mred",
    "fn main() {",
];

pub fn content(dice: &mut Dice) -> Vec<u8> {
    if dice.roll(8) == 0 {
        return Vec::new();
    }
    if dice.roll(8) == 0 {
        return (0..dice.roll(400) + 1).map(|_| dice.roll(256) as u8).chain([0]).collect();
    }
    let mut text = Vec::new();
    for _ in 0..dice.roll(40) + 1 {
        text.extend(dice.pick(&LINES).bytes());
        text.push(b'\n');
    }
    if dice.roll(4) == 0 {
        text.pop();
    }
    text
}

pub fn file(dice: &mut Dice) -> File {
    match dice.roll(12) {
        0 => {
            File { mode: "120000", content: dice.pick(&[&b"a"[..], b"../x", b"src/c.rs"]).to_vec() }
        }
        1 => {
            let digit = dice.roll(8);
            File {
                mode: "160000",
                content: digit
                    .to_string()
                    .repeat(39)
                    .into_bytes()
                    .into_iter()
                    .chain([b'1'])
                    .collect(),
            }
        }
        2 | 3 => File { mode: "100755", content: content(dice) },
        _ => File { mode: "100644", content: content(dice) },
    }
}

/// Puts a file where no other file, nor a folder, is in its way.
pub fn put(tree: &mut Tree, name: Vec<u8>, file: File) {
    let below = |one: &[u8], two: &[u8]| {
        one.strip_prefix(two).is_some_and(|rest| rest.first() == Some(&b'/'))
    };
    if !tree.keys().any(|other| below(other, &name) || below(&name, other)) {
        tree.insert(name, file);
    }
}

pub fn first_tree(dice: &mut Dice) -> Tree {
    let mut tree = Tree::new();
    for _ in 0..dice.roll(14) + 1 {
        put(&mut tree, name(dice), file(dice));
    }
    tree
}

pub fn edit(dice: &mut Dice, tree: &Tree) -> Tree {
    let mut tree = tree.clone();
    for _ in 0..dice.roll(8) {
        let names: Vec<Vec<u8>> = tree.keys().cloned().collect();
        if names.is_empty() || dice.roll(4) == 0 {
            put(&mut tree, name(dice), file(dice));
            continue;
        }
        let one = dice.pick(&names).clone();
        let other = dice.pick(&names).clone();
        let mut moved = tree[&one].clone();
        if dice.roll(2) == 0 && moved.mode.starts_with("100") {
            moved.content.extend(b"one more line\n");
        }
        match dice.roll(8) {
            0 => {
                tree.remove(&one);
            }
            1 => {
                tree.remove(&one);
                put(&mut tree, name(dice), moved);
            }
            2 => put(&mut tree, name(dice), moved),
            3 => {
                let (first, second) = (tree[&one].clone(), tree[&other].clone());
                tree.insert(one, second);
                tree.insert(other, first);
            }
            4 => {
                let flip = match moved.mode {
                    "100644" => "100755",
                    "100755" => "100644",
                    mode => mode,
                };
                moved.mode = flip;
                tree.insert(one, moved);
            }
            5 => {
                tree.insert(one, file(dice));
            }
            6 => {
                if moved.mode.starts_with("100") {
                    moved.content = content(dice);
                }
                tree.insert(one, moved);
            }
            _ => {
                tree.insert(one, moved);
            }
        }
    }
    tree
}

/// git's own list.
pub fn raw(repo: &TestRepo, arguments: &[&str]) -> Changes {
    let fixed = ["diff", "--raw", "-z", "--no-renames", "--ignore-submodules=none", "--abbrev=40"];
    let text = repo.git_bytes(&[&fixed[..], arguments].concat());
    let mut fields = text.split(|&byte| byte == 0);
    let mut changes = Changes::new();
    while let Some(words) = fields.next().filter(|words| !words.is_empty()) {
        let words: Vec<&str> = words.to_str().unwrap().split(' ').collect();
        let kind = match words[4] {
            "A" => ChangeKind::Added,
            "D" => ChangeKind::Deleted,
            "T" => ChangeKind::Type,
            "M" if words[2] == words[3] => ChangeKind::Mode,
            "M" => ChangeKind::Modified,
            other => panic!("status {other}"),
        };
        changes.insert(fields.next().unwrap().to_vec(), kind);
    }
    changes
}

pub fn changes(set: &ChangeSet) -> Changes {
    set.changes.iter().map(|(path, change)| (path.as_bytes().to_vec(), change.kind)).collect()
}

/// Every line end as Windows writes it.
pub fn crlf(text: &[u8]) -> Vec<u8> {
    text.replace("\n", "\r\n")
}

/// What no option of the test may change.
pub const FIXED: [&str; 4] =
    ["--no-ext-diff", "--no-textconv", "--submodule=short", "--ignore-submodules=none"];

pub const FORMS: &[&[&str]] = &[
    &[],
    &["--no-renames"],
    &["-M"],
    &["-M10%", "-C10%", "--find-copies-harder"],
    &["-B"],
    &["-B", "-M"],
    &["-B1%/1%", "-M1%"],
    &["-B/1%", "-C1%", "--find-copies-harder"],
    &["-C", "--find-copies-harder", "--full-index"],
    &["--binary"],
    &["--binary", "-M", "-U0"],
    &["-U0"],
    &["-U100"],
    &["--function-context"],
    &["--stat", "-p"],
    &["--stat", "--summary", "-p", "-B", "-M1%"],
    &["--patch-with-stat", "-M1%"],
    &["--shortstat", "-p"],
    &["--stat", "--shortstat", "-p", "-B/1%", "-M1%"],
    &["--numstat", "-p"],
    &["--dirstat", "-p"],
    &["--compact-summary", "-p"],
    &["--summary", "-p"],
    &["--raw", "-p"],
    &["--patch-with-raw", "-M1%", "-C1%"],
    &["--raw", "--stat", "-p", "-B1%/1%", "-M1%"],
    &["--text"],
    &["--full-index"],
    &["--abbrev=4"],
    &["-R"],
    &["--histogram"],
    &["--minimal", "--inter-hunk-context=3"],
    &["-D"],
    &["--no-prefix"],
    &["--no-prefix", "-M1%"],
    &["--default-prefix"],
];

/// Prefixes, and of how many components they are.
pub const PREFIXES: &[(&str, &str, usize)] = &[
    ("x/", "y/", 1),
    ("old/", "new/", 1),
    ("before/", "after/", 1),
    ("p/q/", "r/s/", 2),
    ("a/b/", "c/d/", 2),
    ("long one/", "short/", 1),
    ("", "", 0),
];

pub const SETTINGS: &[&[&str]] = &[
    &["-c", "core.quotePath=false"],
    &["-c", "core.quotePath=true"],
    &["-c", "diff.noprefix=true", "-c", "core.quotePath=false"],
    &["-c", "diff.mnemonicPrefix=true"],
    &["-c", "diff.renames=copies"],
    &["-c", "diff.algorithm=patience", "-c", "diff.context=1"],
    &["-c", "diff.suppressBlankEmpty=true"],
];

/// Whether this git knows an option that came later than 2.39.
pub fn knows(repo: &TestRepo, form: &[&str]) -> bool {
    !form.contains(&"--default-prefix") || {
        let version = repo.git(&["version"]);
        let minor = version.split('.').nth(1).unwrap().parse::<u32>().unwrap();
        minor >= 41
    }
}

pub fn for_each_case(share: u64, mut check: impl FnMut(u64, &mut Dice)) {
    let seed = setting("LANELINT_SEED", 1);
    for case in seed..seed + (setting("LANELINT_CASES", 12) / share).max(1) {
        check(case, &mut Dice::new(case));
    }
}
