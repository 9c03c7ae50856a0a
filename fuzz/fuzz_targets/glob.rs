//! Any text is read as a glob: its faults lie inside it, and what it matches `globset` matches too.
#![no_main]

use lanelint::glob::Glob;
use lanelint::path::RepoPath;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &[u8])| {
    let (text, path) = input;
    let glob = match Glob::parse(text) {
        Ok(glob) => glob,
        Err(faults) => {
            assert!(!faults.is_empty());
            for fault in faults {
                assert!(text.get(fault.span.clone()).is_some(), "{fault:?}");
            }
            return;
        }
    };
    if let Ok(path) = RepoPath::new(path) {
        if let Ok(matches) = glob.is_match(&path) {
            assert_eq!(matches, glob.globset_matches(&path), "{text:?} {path:?}");
        }
    }
});
