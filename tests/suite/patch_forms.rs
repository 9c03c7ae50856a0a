//! Every form in which git writes the difference of two commits must read as git's own raw list.
//!
//! Random repositories with awkward names are made with the git at hand. `LANELINT_CASES` says how
//! many, `LANELINT_SEED` where to begin.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Command;

use bstr::ByteSlice;
use lanelint::change::ChangeKind;
use lanelint::patch::{DEFAULT_STRIP, read, read_from, read_stripped};

use crate::harness::TestRepo;
use crate::patches::*;

/// With `-B -M` a rename may replace what stood at its new path, and a pure one shows no file type:
/// the text then tells the path, but not whether it was there before, or as what.
fn alike(found: ChangeKind, wanted: ChangeKind, breaks: bool) -> bool {
    use ChangeKind::{Added, Modified, Type};
    found == wanted
        || (breaks && matches!((found, wanted), (Added, Modified | Type) | (Modified, Type)))
}

fn assert_reads_as(text: &[u8], wanted: &Changes, breaks: bool, what: &str) {
    assert_reads_below(DEFAULT_STRIP, text, wanted, breaks, what);
}

fn assert_reads_below(components: usize, text: &[u8], wanted: &Changes, breaks: bool, what: &str) {
    let set = read_stripped(text, components);
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

/// How many components the prefixes have that these arguments ask for.
fn prefix_of(arguments: &[&str]) -> usize {
    let none = arguments.contains(&"--no-prefix") || arguments.contains(&"diff.noprefix=true");
    usize::from(!none || arguments.contains(&"--default-prefix"))
}

#[test]
fn diff_forms_match_raw_list() {
    for_each_case(1, |case, dice| {
        let repo = TestRepo::new();
        let first = first_tree(dice);
        let second = edit(dice, &first);
        let (one, two) = (commit(&repo, &first, "one"), commit(&repo, &second, "two"));
        let forwards = raw(&repo, &[&one, &two]);
        let backwards = raw(&repo, &[&two, &one]);
        for form in FORMS.iter().filter(|form| knows(&repo, form)) {
            let chosen: &[&str] = SETTINGS[dice.roll(SETTINGS.len())];
            for settings in [&[][..], chosen] {
                let arguments = [settings, &["diff"], &FIXED, form, &[&one, &two]].concat();
                let text = repo.git_bytes(&arguments);
                let wanted = if form.contains(&"-R") { &backwards } else { &forwards };
                let breaks = form.iter().any(|option| option.starts_with("-B"));
                // Without content a deleted file at the very end looks cut off.
                let components = prefix_of(&arguments);
                if form.contains(&"-D") {
                    let set = read_stripped(&text, components);
                    assert_eq!(changes(&set).len(), wanted.len());
                    continue;
                }
                let what = format!("seed {case} {arguments:?}");
                assert_reads_below(components, &text, wanted, breaks, &what);
                let what = format!("{what}, CRLF");
                assert_reads_below(components, &crlf(&text), wanted, breaks, &what);
            }
        }
    });
}

#[test]
fn prefixes_of_any_depth() {
    for_each_case(2, |case, dice| {
        let repo = TestRepo::new();
        let first = first_tree(dice);
        let second = edit(dice, &first);
        let (one, two) = (commit(&repo, &first, "one"), commit(&repo, &second, "two"));
        let wanted = raw(&repo, &[&one, &two]);
        for (old, new, components) in PREFIXES {
            let prefixes = [format!("--src-prefix={old}"), format!("--dst-prefix={new}")];
            let prefixes = [prefixes[0].as_str(), prefixes[1].as_str()];
            for form in [&["-M1%"][..], &["--no-renames"], &["--no-renames", "--binary"]] {
                // Of `rename from` git takes one component less off, and there is no prefix.
                if form == ["-M1%"] && *components > 1 {
                    continue;
                }
                let text = repo
                    .git_bytes(&[&["diff"][..], &FIXED, form, &prefixes, &[&one, &two]].concat());
                let what = format!("seed {case} {old} {new}");
                assert_reads_below(*components, &text, &wanted, false, &what);
                // Below another number of them nothing is taken for the right list.
                for other in (0..3).filter(|other| other != components) {
                    let set = read_stripped(&text, other);
                    let lone = wanted.values().all(|kind| *kind != ChangeKind::Modified);
                    assert!(
                        lone || other > *components || !set.gaps.is_empty(),
                        "{what} -p{other}\n{}",
                        text.as_bstr()
                    );
                }
            }
        }
    });
}

#[test]
fn mails_and_logs() {
    const MESSAGE: &str = "Subject line\n\nText with an indented diff:\n\n    diff --git a/no b/no\n    old mode 100644\n\nOnly in this case: nothing.\n\n 3 files changed, 1 insertion(+)\nFrom here on it is text.\n";
    for_each_case(2, |case, dice| {
        let repo = TestRepo::new();
        let mut tree = first_tree(dice);
        let mut ids = vec![commit(&repo, &tree, "first")];
        let mut union = BTreeSet::new();
        let mut last = Changes::new();
        for _ in 0..dice.roll(4) + 1 {
            tree = edit(dice, &tree);
            ids.push(commit(&repo, &tree, MESSAGE));
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
                let text = repo.git_bytes(&[form, &FIXED, &[range]].concat());
                let wanted = if single { last.keys().cloned().collect() } else { union.clone() };
                if wanted.is_empty() {
                    continue;
                }
                for text in [crlf(&text), text] {
                    let set = read_stripped(&text, prefix_of(form));
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
fn index_and_work_tree_prefixes() {
    for_each_case(3, |case, dice| {
        let repo = TestRepo::new();
        let submodules = |tree: &mut Tree| tree.retain(|_, file| file.mode != "160000");
        let mut first = first_tree(dice);
        submodules(&mut first);
        let mut second = edit(dice, &first);
        submodules(&mut second);
        commit(&repo, &first, "one");
        check_out(&repo, &second);
        for reversed in [&[][..], &["-R"]] {
            let arguments =
                [&["-c", "diff.mnemonicPrefix=true", "diff"][..], &FIXED, reversed].concat();
            let text = repo.git_bytes(&arguments);
            assert_reads_as(
                &text,
                &raw_of_work_tree(&repo, reversed, &first, &second),
                false,
                &format!("seed {case}"),
            );
            let text = repo.git_bytes(&[&arguments[..], &["HEAD"]].concat());
            let wanted = raw_of_work_tree(&repo, &[reversed, &["HEAD"]].concat(), &first, &second);
            assert_reads_as(&text, &wanted, false, &format!("seed {case} HEAD"));
        }
    });
}

/// The work tree's raw list holds no ids, so that the trees tell content and mode apart.
fn raw_of_work_tree(repo: &TestRepo, arguments: &[&str], first: &Tree, second: &Tree) -> Changes {
    let mut changes = raw(repo, arguments);
    for (name, kind) in &mut changes {
        if *kind == ChangeKind::Modified && first[name].content == second[name].content {
            *kind = ChangeKind::Mode;
        }
    }
    changes
}

#[test]
fn truncated_patches_are_noticed() {
    for_each_case(2, |case, dice| {
        let repo = TestRepo::new();
        let first = first_tree(dice);
        let second = edit(dice, &first);
        let (one, two) = (commit(&repo, &first, "one"), commit(&repo, &second, "two"));
        for form in [
            &["-M1%"][..],
            &["--binary", "--no-prefix", "-M1%"],
            &["--stat", "-p"],
            &["--raw", "-p"],
        ] {
            let text = repo.git_bytes(&[&["diff"][..], &FIXED, form, &[&one, &two]].concat());
            let components = prefix_of(form);
            let whole = changes(&read_stripped(&text, components));
            for cut in 1..text.len() {
                let head = &text[..cut];
                let set = read_stripped(head, components);
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
fn broken_patches_never_panic() {
    for_each_case(1, |_, dice| {
        let repo = TestRepo::new();
        let first = first_tree(dice);
        let second = edit(dice, &first);
        let (one, two) = (commit(&repo, &first, "one"), commit(&repo, &second, "two"));
        let text = repo.git_bytes(&["diff", "--binary", "--stat", "--raw", "-p", &one, &two]);
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
            assert_eq!(read_from(chunks, DEFAULT_STRIP).unwrap(), read(&broken));
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
