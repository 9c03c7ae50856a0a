//! Any bytes are read as a patch, at once and piece by piece alike.
#![no_main]

use std::io::BufReader;

use lanelint::patch;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let whole = patch::read(bytes);
    let pieces = patch::read_from(BufReader::with_capacity(7, bytes), patch::DEFAULT_STRIP);
    assert_eq!(pieces.ok(), Some(whole.clone()));
    // A text that is not empty names a file or is told to be no whole list.
    assert!(bytes.is_empty() || !whole.changes.is_empty() || !whole.gaps.is_empty());
});
