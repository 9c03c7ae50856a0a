//! What `git apply` and `git am` write of a patch is what the reader says that it changes, or the
//! reader says that the patch is not whole. The first byte is the number for `--strip`.
#![no_main]
#![allow(dead_code, reason = "the tests use more of the oracle")]

#[path = "../../tests/suite/patches/oracle.rs"]
mod oracle;

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use oracle::Oracle;
use tempfile::TempDir;

/// Files of one content, so that an edit of one fits any other.
const FILES: [&str; 6] = ["x", "src/a.rs", "src/b.rs", "ci/x", "a b", "x.orig"];

fuzz_target!(|bytes: &[u8]| {
    static REPOSITORY: OnceLock<(TempDir, Oracle)> = OnceLock::new();
    let (_, oracle) = REPOSITORY.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder for the repository");
        let oracle = Oracle::with_files(folder.path(), &FILES, "a\n");
        (folder, oracle)
    });
    let Some((&components, text)) = bytes.split_first() else { return };
    if let Err(difference) = oracle.compare(text, usize::from(components % 3)) {
        panic!("{difference}");
    }
});
