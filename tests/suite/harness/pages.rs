//! Files of this repository that the tests write and compare.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// The folder of `Cargo.toml`.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Checks that a file, given by its path in this repository, is what `make` makes of its text.
///
/// With `LANELINT_UPDATE_DOCS` set, the file is written instead. `module` is the one whose tests
/// write it.
#[track_caller]
pub fn check_page(file: &str, module: &str, make: impl FnOnce(&str) -> String) {
    // Two tests write parts of one page.
    static WRITING: Mutex<()> = Mutex::new(());
    let path = root().join(file);
    if std::env::var_os("LANELINT_UPDATE_DOCS").is_some() {
        let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        let text = fs::read_to_string(&path).unwrap_or_default();
        fs::write(&path, make(&text)).unwrap();
        return;
    }
    let text = fs::read_to_string(&path).unwrap();
    let right = make(&text);
    assert_eq!(text, right, "{file}: LANELINT_UPDATE_DOCS=1 cargo test --test suite {module}");
}
