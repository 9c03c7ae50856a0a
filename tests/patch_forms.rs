//! Every form in which git writes the difference of two commits must read as git's own raw list.
//!
//! Random repositories with awkward names are made with the git at hand. `LANELINT_CASES` says how
//! many, `LANELINT_SEED` where to begin.
#![allow(clippy::disallowed_methods, reason = "git is the oracle here, and only here")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bstr::ByteSlice;
use lanelint::repo::patch::{read, read_from};
use lanelint::repo::{ChangeKind, ChangeSet};

type Changes = BTreeMap<Vec<u8>, ChangeKind>;

/// xorshift64*: small, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % sides
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len())]
    }
}

struct Repo {
    dir: tempfile::TempDir,
}

impl Repo {
    fn new() -> Repo {
        let repo = Repo { dir: tempfile::tempdir().unwrap() };
        repo.git(&["init", "-q", "-b", "main"]);
        repo
    }

    fn git(&self, arguments: &[&str]) -> Vec<u8> {
        self.git_fed(arguments, b"")
    }

    fn git_fed(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let mut child = Command::new("git")
            .args(arguments)
            .current_dir(self.dir.path())
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| name == "PATH"))
            .env("HOME", self.dir.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_AUTHOR_NAME", "A")
            .env("GIT_AUTHOR_EMAIL", "a@example.com")
            .env("GIT_AUTHOR_DATE", "1700000000 +0000")
            .env("GIT_COMMITTER_NAME", "A")
            .env("GIT_COMMITTER_EMAIL", "a@example.com")
            .env("GIT_COMMITTER_DATE", "1700000000 +0000")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", output.stderr.as_bstr());
        output.stdout
    }

    fn path(&self, name: &[u8]) -> PathBuf {
        self.dir.path().join(OsStr::from_bytes(name))
    }

    /// Commits a tree, and gives the commit's id.
    fn commit(&self, tree: &Tree, message: &str) -> String {
        let mut index = Vec::new();
        let mut blobs: BTreeMap<&[u8], String> = BTreeMap::new();
        for (name, file) in tree {
            let id = blobs.entry(&file.content).or_insert_with(|| {
                if file.mode == "160000" {
                    file.content.to_str().unwrap().to_owned()
                } else {
                    let id = self.git_fed(&["hash-object", "-w", "--stdin"], &file.content);
                    id.to_str().unwrap().trim().to_owned()
                }
            });
            index.extend(format!("{} {id}\t", file.mode).into_bytes());
            index.extend(name);
            index.push(0);
        }
        self.git(&["read-tree", "--empty"]);
        self.git_fed(&["update-index", "-z", "--index-info"], &index);
        let file = self.dir.path().join(".git/message");
        std::fs::write(&file, message).unwrap();
        self.git(&["commit", "-q", "--allow-empty", "--cleanup=verbatim", "-F", ".git/message"]);
        self.git(&["rev-parse", "HEAD"]).to_str().unwrap().trim().to_owned()
    }

    /// Puts a tree's files into the work tree, for the forms that compare with it.
    fn check_out(&self, tree: &Tree) {
        for (name, file) in tree {
            let path = self.path(name);
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
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct File {
    mode: &'static str,
    content: Vec<u8>,
}

type Tree = BTreeMap<Vec<u8>, File>;

const PARTS: [&[u8]; 36] = [
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

fn name(dice: &mut Dice) -> Vec<u8> {
    let depth = *dice.pick(&[1, 1, 2, 2, 3]);
    (0..depth).map(|_| dice.pick(&PARTS).to_vec()).collect::<Vec<_>>().join(&b'/')
}

const LINES: [&str; 22] = [
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

fn content(dice: &mut Dice) -> Vec<u8> {
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

fn file(dice: &mut Dice) -> File {
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
fn put(tree: &mut Tree, name: Vec<u8>, file: File) {
    let below = |one: &[u8], two: &[u8]| {
        one.strip_prefix(two).is_some_and(|rest| rest.first() == Some(&b'/'))
    };
    if !tree.keys().any(|other| below(other, &name) || below(&name, other)) {
        tree.insert(name, file);
    }
}

fn first_tree(dice: &mut Dice) -> Tree {
    let mut tree = Tree::new();
    for _ in 0..dice.roll(14) + 1 {
        put(&mut tree, name(dice), file(dice));
    }
    tree
}

fn edit(dice: &mut Dice, tree: &Tree) -> Tree {
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
fn raw(repo: &Repo, arguments: &[&str]) -> Changes {
    let fixed = ["diff", "--raw", "-z", "--no-renames", "--ignore-submodules=none", "--abbrev=40"];
    let text = repo.git(&[&fixed[..], arguments].concat());
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

fn changes(set: &ChangeSet) -> Changes {
    set.changes.iter().map(|(path, change)| (path.as_bytes().to_vec(), change.kind)).collect()
}

/// Every line end as Windows writes it.
fn crlf(text: &[u8]) -> Vec<u8> {
    text.replace("\n", "\r\n")
}

/// What no option of the test may change.
const FIXED: [&str; 4] =
    ["--no-ext-diff", "--no-textconv", "--submodule=short", "--ignore-submodules=none"];

const FORMS: &[&[&str]] = &[
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

const PREFIXES: &[(&str, &str)] = &[
    ("x/", "y/"),
    ("old/", "new/"),
    ("before/", "after/"),
    ("p/q/", "r/s/"),
    ("a/b/", "c/d/"),
    ("", "b/"),
    ("long one/", "short/"),
];

const SETTINGS: &[&[&str]] = &[
    &["-c", "core.quotePath=false"],
    &["-c", "core.quotePath=true"],
    &["-c", "diff.noprefix=true", "-c", "core.quotePath=false"],
    &["-c", "diff.mnemonicPrefix=true"],
    &["-c", "diff.renames=copies"],
    &["-c", "diff.algorithm=patience", "-c", "diff.context=1"],
    &["-c", "diff.suppressBlankEmpty=true"],
];

/// With `-B -M` a rename may replace what stood at its new path, and a pure one shows no file type:
/// the text then tells the path, but not whether it was there before, or as what.
fn alike(found: ChangeKind, wanted: ChangeKind, breaks: bool) -> bool {
    use ChangeKind::{Added, Modified, Type};
    found == wanted
        || (breaks && matches!((found, wanted), (Added, Modified | Type) | (Modified, Type)))
}

fn assert_reads_as(text: &[u8], wanted: &Changes, breaks: bool, what: &str) {
    let set = read(text);
    let found = changes(&set);
    let paths = |changes: &Changes| changes.keys().cloned().collect::<BTreeSet<_>>();
    let same = paths(&found) == paths(wanted)
        && found.iter().all(|(path, kind)| alike(*kind, wanted[path], breaks));
    assert!(
        same && set.gaps.is_empty(),
        "{what}\nfound {found:?}\nwanted {wanted:?}\ngaps {:#?}\n{}",
        set.gaps,
        text.as_bstr()
    );
}

/// Whether this git knows an option that came later than 2.39.
fn knows(repo: &Repo, form: &[&str]) -> bool {
    !form.contains(&"--default-prefix") || {
        let version = repo.git(&["version"]);
        let minor = version.to_str().unwrap().split('.').nth(1).unwrap().parse::<u32>().unwrap();
        minor >= 41
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

fn for_each_case(share: u64, mut check: impl FnMut(u64, &mut Dice)) {
    let seed = setting("LANELINT_SEED", 1);
    for case in seed..seed + (setting("LANELINT_CASES", 12) / share).max(1) {
        let mut dice = Dice(case.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        (0..4).for_each(|_| {
            dice.roll(2);
        });
        check(case, &mut dice);
    }
}

#[test]
fn every_form_of_a_diff_reads_as_the_raw_list() {
    for_each_case(1, |case, dice| {
        let repo = Repo::new();
        let first = first_tree(dice);
        let second = edit(dice, &first);
        let (one, two) = (repo.commit(&first, "one"), repo.commit(&second, "two"));
        let forwards = raw(&repo, &[&one, &two]);
        let backwards = raw(&repo, &[&two, &one]);
        for form in FORMS.iter().filter(|form| knows(&repo, form)) {
            let chosen: &[&str] = SETTINGS[dice.roll(SETTINGS.len())];
            for settings in [&[][..], chosen] {
                let arguments = [settings, &["diff"], &FIXED, form, &[&one, &two]].concat();
                let text = repo.git(&arguments);
                let wanted = if form.contains(&"-R") { &backwards } else { &forwards };
                let breaks = form.iter().any(|option| option.starts_with("-B"));
                // Without content a deleted file at the very end looks cut off.
                if form.contains(&"-D") {
                    assert_eq!(changes(&read(&text)).len(), wanted.len());
                    continue;
                }
                let what = format!("seed {case} {arguments:?}");
                assert_reads_as(&text, wanted, breaks, &what);
                assert_reads_as(&crlf(&text), wanted, breaks, &format!("{what}, CRLF"));
            }
        }
    });
}

#[test]
fn custom_prefixes_are_read_or_told() {
    for_each_case(2, |case, dice| {
        let repo = Repo::new();
        let first = first_tree(dice);
        let second = edit(dice, &first);
        let (one, two) = (repo.commit(&first, "one"), repo.commit(&second, "two"));
        let wanted = raw(&repo, &[&one, &two]);
        for (old, new) in PREFIXES {
            let prefixes = [format!("--src-prefix={old}"), format!("--dst-prefix={new}")];
            for form in [&["-M1%"][..], &["--no-renames"], &["--no-renames", "--binary"]] {
                let prefixes = [prefixes[0].as_str(), prefixes[1].as_str()];
                let text =
                    repo.git(&[&["diff"][..], &FIXED, form, &prefixes, &[&one, &two]].concat());
                let set = read(&text);
                if set.gaps.is_empty() {
                    let renamed = form.contains(&"-M1%");
                    assert!(
                        renamed || wanted.is_empty() || old.matches('/').count() < 2,
                        "seed {case} {old} {new}: `git apply` writes other paths"
                    );
                    assert_eq!(
                        changes(&set),
                        wanted,
                        "seed {case} {old} {new}\n{}",
                        text.as_bstr()
                    );
                } else {
                    assert!(
                        wanted.len() < 3
                            || old.contains(' ')
                            || old.is_empty()
                            // `git apply` takes one component, and would write other paths.
                            || old.matches('/').count() != 1,
                        "seed {case} {old} {new} {:#?}\n{}",
                        set.gaps,
                        text.as_bstr()
                    );
                }
            }
        }
        for (old, new) in [("x", "y"), ("left/", "right/"), ("old-", "new-")] {
            let prefixes = [format!("--src-prefix={old}"), format!("--dst-prefix={new}")];
            let text = repo
                .git(&[&["diff"][..], &FIXED, &[&prefixes[0], &prefixes[1], &one, &two]].concat());
            let set = read(&text);
            if set.gaps.is_empty() {
                assert_eq!(changes(&set), wanted, "seed {case} {old} {new}\n{}", text.as_bstr());
            }
        }
    });
}

#[test]
fn mails_and_logs_read_as_the_union_of_their_commits() {
    const MESSAGE: &str = "Subject line\n\nText with an indented diff:\n\n    diff --git a/no b/no\n    old mode 100644\n\nOnly in this case: nothing.\n\n 3 files changed, 1 insertion(+)\nFrom here on it is text.\n";
    for_each_case(2, |case, dice| {
        let repo = Repo::new();
        let mut tree = first_tree(dice);
        let mut ids = vec![repo.commit(&tree, "first")];
        let mut union = BTreeSet::new();
        let mut last = Changes::new();
        for _ in 0..dice.roll(4) + 1 {
            tree = edit(dice, &tree);
            ids.push(repo.commit(&tree, MESSAGE));
            last = raw(&repo, &[&ids[ids.len() - 2], &ids[ids.len() - 1]]);
            union.extend(last.keys().cloned());
        }
        let all = format!("{}..{}", ids[0], ids[ids.len() - 1]);
        let one = format!("{0}~1..{0}", ids[ids.len() - 1]);
        for form in [
            &["format-patch", "--stdout"][..],
            &["format-patch", "--stdout", "--no-stat", "-M1%"],
            &["format-patch", "--stdout", "--attach"],
            &["format-patch", "--stdout", "--inline", "--no-binary"],
            &["format-patch", "--stdout", "--no-prefix", "-U0"],
            &["format-patch", "--stdout", "--cover-letter", "--signature=x"],
            &["log", "-p"],
            &["log", "-p", "--stat", "--pretty=fuller"],
            &["log", "-p", "--raw", "--pretty=raw", "--reverse"],
            &["log", "-p", "--pretty=email"],
            &["log", "-p", "--pretty=mboxrd", "-M1%"],
        ] {
            for range in [&all, &one] {
                let single = range == &one;
                let text = repo.git(&[form, &FIXED, &[range]].concat());
                let wanted = if single { last.keys().cloned().collect() } else { union.clone() };
                if wanted.is_empty() {
                    continue;
                }
                for text in [crlf(&text), text] {
                    let set = read(&text);
                    let what = format!("seed {case} {form:?} {range}\n{}", text.as_bstr());
                    assert!(set.gaps.is_empty(), "{:#?} {what}", set.gaps);
                    let found = changes(&set);
                    assert_eq!(found.keys().cloned().collect::<BTreeSet<_>>(), wanted, "{what}");
                    assert!(!single || found == last, "{found:?} {last:?} {what}");
                }
            }
        }
    });
}

#[test]
fn the_index_and_the_work_tree_have_prefixes_of_their_own() {
    for_each_case(3, |case, dice| {
        let repo = Repo::new();
        let submodules = |tree: &mut Tree| tree.retain(|_, file| file.mode != "160000");
        let mut first = first_tree(dice);
        submodules(&mut first);
        let mut second = edit(dice, &first);
        submodules(&mut second);
        repo.commit(&first, "one");
        repo.check_out(&second);
        for reversed in [&[][..], &["-R"]] {
            let arguments =
                [&["-c", "diff.mnemonicPrefix=true", "diff"][..], &FIXED, reversed].concat();
            let text = repo.git(&arguments);
            assert_reads_as(
                &text,
                &raw_of_work_tree(&repo, reversed, &first, &second),
                false,
                &format!("seed {case}"),
            );
            let text = repo.git(&[&arguments[..], &["HEAD"]].concat());
            let wanted = raw_of_work_tree(&repo, &[reversed, &["HEAD"]].concat(), &first, &second);
            assert_reads_as(&text, &wanted, false, &format!("seed {case} HEAD"));
        }
    });
}

/// The work tree's raw list holds no ids, so that the trees tell content and mode apart.
fn raw_of_work_tree(repo: &Repo, arguments: &[&str], first: &Tree, second: &Tree) -> Changes {
    let mut changes = raw(repo, arguments);
    for (name, kind) in &mut changes {
        if *kind == ChangeKind::Modified && first[name].content == second[name].content {
            *kind = ChangeKind::Mode;
        }
    }
    changes
}

#[test]
fn no_cut_goes_unseen_inside_a_file() {
    for_each_case(2, |case, dice| {
        let repo = Repo::new();
        let first = first_tree(dice);
        let second = edit(dice, &first);
        let (one, two) = (repo.commit(&first, "one"), repo.commit(&second, "two"));
        for form in [
            &["-M1%"][..],
            &["--binary", "--no-prefix", "-M1%"],
            &["--stat", "-p"],
            &["--raw", "-p"],
        ] {
            let text = repo.git(&[&["diff"][..], &FIXED, form, &[&one, &two]].concat());
            let whole = changes(&read(&text));
            for cut in 1..text.len() {
                let head = &text[..cut];
                let set = read(head);
                if !set.gaps.is_empty() || head.trim().is_empty() {
                    continue;
                }
                assert_eq!(
                    head.last(),
                    Some(&b'\n'),
                    "seed {case}: cut inside a line\n{}",
                    head.as_bstr()
                );
                let summed = form.contains(&"-p");
                assert!(
                    !summed || changes(&set).len() == whole.len(),
                    "seed {case}: cut between files\n{}",
                    head.as_bstr()
                );
                for (path, kind) in changes(&set) {
                    // `new mode` may be all that is left of a change of content, and a deletion all
                    // that is left of a change of type.
                    let half = matches!(
                        (kind, whole.get(&path)),
                        (ChangeKind::Mode, Some(ChangeKind::Modified))
                            | (ChangeKind::Deleted, Some(ChangeKind::Type))
                    );
                    assert!(
                        half || whole.get(&path) == Some(&kind),
                        "seed {case} {path:?}\n{}",
                        head.as_bstr()
                    );
                }
            }
        }
    });
}

#[test]
fn broken_patches_end_in_gaps_and_never_in_a_panic() {
    for_each_case(1, |_, dice| {
        let repo = Repo::new();
        let first = first_tree(dice);
        let second = edit(dice, &first);
        let (one, two) = (repo.commit(&first, "one"), repo.commit(&second, "two"));
        let text = repo.git(&["diff", "--binary", "--stat", "--raw", "-p", &one, &two]);
        for _ in 0..300 {
            let mut broken = text.clone();
            for _ in 0..dice.roll(6) + 1 {
                let at = dice.roll(broken.len().max(1));
                match dice.roll(4) {
                    _ if broken.is_empty() => {}
                    0 => broken[at] = dice.roll(256) as u8,
                    1 => {
                        broken.remove(at);
                    }
                    2 => broken.insert(at, *dice.pick(b"\n\"\\ \t\r-+@a\0")),
                    _ => {
                        let end = (at + dice.roll(80)).min(broken.len());
                        let piece = broken[at..end].to_vec();
                        let to = dice.roll(broken.len());
                        broken.splice(to..to, piece);
                    }
                }
            }
            let chunk = dice.roll(50) + 1;
            let chunks = std::io::BufReader::with_capacity(chunk, broken.as_slice());
            assert_eq!(read_from(chunks).unwrap(), read(&broken));
        }
        for _ in 0..300 {
            let noise: Vec<u8> = (0..dice.roll(300)).map(|_| dice.roll(256) as u8).collect();
            let set = read(&noise);
            assert!(noise.trim().is_empty() || !set.gaps.is_empty(), "{:?}", noise.as_bstr());
        }
    });
}

#[test]
fn plain_diffs_of_two_folders() {
    for_each_case(2, |case, dice| {
        let dir = tempfile::tempdir().unwrap();
        let mut first = first_tree(dice);
        let simple = |tree: &mut Tree| {
            tree.retain(|name, file| {
                file.mode == "100644"
                    && !file.content.contains(&0)
                    && name.iter().all(|byte| {
                        byte.is_ascii_graphic() && *byte != b'"' && *byte != b'\\' || *byte == b'/'
                    })
            });
        };
        simple(&mut first);
        let mut second = edit(dice, &first);
        simple(&mut second);
        for (side, tree) in [("old", &first), ("new", &second)] {
            std::fs::create_dir_all(dir.path().join(side)).unwrap();
            for (name, file) in tree {
                let path = dir.path().join(side).join(Path::new(OsStr::from_bytes(name)));
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, &file.content).unwrap();
            }
        }
        let empty =
            |tree: &Tree, name: &Vec<u8>| tree.get(name).is_none_or(|file| file.content.is_empty());
        let mut wanted = Changes::new();
        for name in first.keys().chain(second.keys()) {
            if first.get(name) == second.get(name) || (empty(&first, name) && empty(&second, name))
            {
                continue;
            }
            let kind = match (first.contains_key(name), second.contains_key(name)) {
                (true, true) => ChangeKind::Modified,
                (true, false) => ChangeKind::Deleted,
                _ => ChangeKind::Added,
            };
            wanted.insert(name.clone(), kind);
        }
        for zone in ["UTC", "America/Los_Angeles", "Asia/Kolkata"] {
            let Ok(output) = Command::new("diff")
                .args(["-ruN", "old", "new"])
                .current_dir(dir.path())
                .env("TZ", zone)
                .env("LC_ALL", "C")
                .output()
            else {
                return;
            };
            assert_reads_as(&output.stdout, &wanted, false, &format!("seed {case} {zone}"));
        }
    });
}
