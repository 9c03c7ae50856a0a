//! What git writes when it takes a patch, held against what the reader says that it changes.
//!
//! Patches that git made of random repositories are changed by line, by byte and by header word.
//! Where `git apply` or `git am` takes one, the paths that it really writes are those that the
//! reader names, or the reader says that the patch is not whole. `LANELINT_CASES` says how many
//! mutants to try, `LANELINT_SEED` where to begin, `LANELINT_TEST_GIT_DIR` with which git.

use std::collections::BTreeMap;

use bstr::ByteSlice;

use crate::harness::{Dice, TestRepo, setting};
use crate::patches::mutate::mutate;
use crate::patches::oracle::{Oracle, Verdict};
use crate::patches::{FIXED, Tree, commit, edit, first_tree};

/// How many mutants are made of one repository.
const OF_ONE: u64 = 100;

const FORMS: &[(&[&str], usize)] = &[
    (&["diff"], 1),
    (&["diff", "-M1%"], 1),
    (&["diff", "-M1%"], 0),
    (&["diff", "-M1%", "-C1%", "--find-copies-harder"], 1),
    (&["diff", "--binary", "--full-index", "-U0"], 1),
    (&["diff", "--no-prefix", "-M1%"], 0),
    (&["diff", "--no-prefix", "-M1%"], 1),
    (&["diff", "--src-prefix=p/q/", "--dst-prefix=r/s/", "-M1%"], 2),
    (&["diff", "--src-prefix=old/", "--dst-prefix=new/"], 1),
    (&["-c", "core.quotePath=false", "diff", "-B", "-M"], 1),
];

/// Without these git applies no binary file.
const BINARY: [&str; 2] = ["--binary", "--full-index"];

const MAILS: &[&[&str]] = &[
    &["format-patch", "--stdout", "--no-stat"],
    &["format-patch", "--stdout", "--no-stat", "-M1%", "--no-signature"],
    &["format-patch", "--stdout", "--no-stat", "--attach"],
    &["format-patch", "--stdout", "--no-stat", "--inline"],
];

#[test]
fn mutated_patches_match_git() {
    let cases = setting("LANELINT_CASES", 400);
    let first = setting("LANELINT_SEED", 1);
    let mut verdicts: BTreeMap<Verdict, u64> = BTreeMap::new();
    for seed in first..first + cases.div_ceil(OF_ONE) {
        let mut dice = Dice::new(seed);
        let scene = Scene::new(&mut dice);
        for number in 0..OF_ONE.min(cases) {
            let (text, components) = dice.pick(&scene.patches).clone();
            let text = some_files(&mut dice, &text);
            let mutant = mutate(&mut dice, &text, &scene.paths);
            match scene.oracle.compare(&mutant, components) {
                Ok(verdict) => *verdicts.entry(verdict).or_default() += 1,
                Err(difference) => panic!(
                    "LANELINT_SEED={seed}, mutant {number}, -p{components}: {difference}\n{}",
                    mutant.as_bstr()
                ),
            }
        }
    }
    println!("{verdicts:?}");
    let taken = verdicts.get(&Verdict::Equal).copied().unwrap_or(0);
    assert!(taken * 10 >= cases, "git took {taken} of {cases} mutants: {verdicts:?}");
}

/// Leaves out most of the files of a patch, any of which may make git refuse all.
fn some_files(dice: &mut Dice, text: &[u8]) -> Vec<u8> {
    let inner = text.find_iter("\ndiff --git ").map(|at| at + 1);
    let starts: Vec<usize> =
        text.starts_with(b"diff --git ").then_some(0).into_iter().chain(inner).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let mut pieces = vec![&text[..starts.first().copied().unwrap_or(text.len())]];
    let room = dice.roll(3) + 1;
    let files: Vec<&[u8]> =
        starts.iter().zip(ends).map(|(&start, end)| &text[start..end]).collect();
    let first = dice.roll(files.len().max(1));
    pieces.extend(files.into_iter().skip(first).take(room));
    pieces.concat()
}

/// A repository at a commit, and patches for it.
struct Scene {
    _repo: TestRepo,
    oracle: Oracle,
    patches: Vec<(Vec<u8>, usize)>,
    paths: Vec<Vec<u8>>,
}

impl Scene {
    fn new(dice: &mut Dice) -> Scene {
        let (repo, first, second) = loop {
            let repo = TestRepo::new();
            let mut first = first_tree(dice);
            // A submodule cannot be checked out, and `git am` looks at the work tree.
            without_submodules(&mut first);
            alike(&mut first);
            let mut second = edit(dice, &first);
            without_submodules(&mut second);
            if first != second {
                break (repo, first, second);
            }
        };
        let one = commit(&repo, &first, "one");
        let two = commit(&repo, &second, "two\n\nIn more words:\n\n    diff --git a/x b/x\n");
        let mut patches = Vec::new();
        for (form, components) in FORMS {
            let text = repo.git_bytes(&[*form, &FIXED, &BINARY, &[&one, &two]].concat());
            patches.push((text, *components));
        }
        for form in MAILS {
            let range = format!("{one}..{two}");
            patches.push((repo.git_bytes(&[*form, &FIXED, &BINARY, &[&range]].concat()), 1));
        }
        repo.git(&["reset", "-q", "--hard", &one]);
        let oracle = Oracle::new(repo.root());
        let paths = first.into_keys().chain(second.into_keys()).collect();
        Scene { _repo: repo, oracle, patches, paths }
    }
}

/// Gives all files one content, so that a patch of one applies to any other.
fn alike(tree: &mut Tree) {
    for file in tree.values_mut().filter(|file| file.mode.starts_with("100")) {
        file.content = b"one\ntwo\nthree\n".to_vec();
    }
}

fn without_submodules(tree: &mut Tree) {
    tree.retain(|_, file| file.mode != "160000");
}
