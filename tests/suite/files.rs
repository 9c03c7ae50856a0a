//! Files without git: what is listed, and what a stranger's file cannot do.

use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, Instant};

use lanelint::fs::{Rewrite, read_bounded, walk};

use crate::harness::{TestRepo, make_fifo};

#[test]
fn listing_order_and_links() {
    let repo = TestRepo::new();
    for name in ["b", "a/x", "a.b", "a/.git/config", ".GIT/x", ".github/y", "a b"] {
        repo.write(name, "");
    }
    let raw = std::ffi::OsStr::from_bytes(b"raw-\xff");
    fs::write(repo.root().join(raw), "").unwrap();
    symlink("/", repo.path("root")).unwrap();
    symlink("a", repo.path("to-a")).unwrap();
    make_fifo(&repo.path("fifo"));
    fs::create_dir(repo.path("empty")).unwrap();
    let listed: Vec<_> =
        walk(repo.root()).unwrap().iter().map(|path| path.as_bytes().to_vec()).collect();
    let expected: [&[u8]; 8] =
        [b".github/y", b"a b", b"a.b", b"a/x", b"b", b"raw-\xff", b"root", b"to-a"];
    assert_eq!(listed, expected);
}

#[test]
fn unlistable_folder() {
    let error = walk(Path::new("/nowhere/at/all")).unwrap_err();
    assert!(error.problem.contains("/nowhere/at/all"), "{error:?}");
    let repo = TestRepo::without_git();
    repo.write("closed/x", "");
    fs::set_permissions(repo.path("closed"), fs::Permissions::from_mode(0o000)).unwrap();
    let closed = fs::read_dir(repo.path("closed")).is_err();
    let answer = walk(repo.root());
    fs::set_permissions(repo.path("closed"), fs::Permissions::from_mode(0o755)).unwrap();
    // root reads everything.
    if closed {
        assert!(answer.unwrap_err().problem.contains("closed"));
    }
}

#[test]
fn size_limit() {
    let repo = TestRepo::without_git();
    repo.write("five", "12345");
    let read = |name: &str, limit| read_bounded(&repo.path(name), limit);
    assert_eq!(read("five", 5).unwrap(), b"12345");
    assert!(read("five", 4).unwrap_err().problem.contains("is too large"));
    assert_eq!(read("five", u64::MAX).unwrap(), b"12345");
    assert!(read("gone", 5).unwrap_err().problem.contains("gone"));
    assert!(read(".", 5).unwrap_err().problem.contains("directory"));
    for device in ["/dev/zero", "/dev/null", "/dev/tty"] {
        assert!(read_bounded(Path::new(device), 1 << 30).is_err(), "{device}");
    }
    symlink("/dev/zero", repo.path("link")).unwrap();
    assert!(read("link", 1 << 30).unwrap_err().problem.contains("device"));
    repo.write("empty", "");
    assert_eq!(read("empty", 0).unwrap(), b"");
}

#[test]
fn slow_fifo() {
    let repo = TestRepo::without_git();
    let fifo = repo.path("fifo");
    make_fifo(&fifo);
    let there = fifo.clone();
    let writer = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        let mut file = fs::File::options().write(true).open(there).unwrap();
        for part in ["one ", "two ", "three"] {
            file.write_all(part.as_bytes()).unwrap();
            std::thread::sleep(Duration::from_millis(30));
        }
    });
    assert_eq!(read_bounded(&fifo, 100).unwrap(), b"one two three");
    writer.join().unwrap();
    // More than is wanted ends it, whatever the writer still has.
    let there = fifo.clone();
    let writer = std::thread::spawn(move || {
        let mut file = fs::File::options().write(true).open(there).unwrap();
        while file.write_all(&[b'x'; 4096]).is_ok() {}
    });
    let begun = Instant::now();
    assert!(read_bounded(&fifo, 100_000).unwrap_err().problem.contains("is too large"));
    writer.join().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn atomic_rewrite() {
    let repo = TestRepo::without_git();
    repo.write("plan", "old");
    let plan = repo.path("plan");
    let prepare = |old: &str| Rewrite::prepare(&plan, old.as_bytes(), b"new");
    let content = || fs::read_to_string(&plan).unwrap();
    assert!(prepare("older").unwrap_err().problem.contains("has changed"));
    assert!(prepare("ol").unwrap_err().problem.contains("has changed"));
    let rewrite = prepare("old").unwrap();
    assert_eq!(content(), "old");
    rewrite.finish().unwrap();
    assert_eq!(content(), "new");
    // Somebody writes between the two steps.
    let rewrite = prepare("new").unwrap();
    repo.write("plan", "theirs");
    assert!(rewrite.finish().unwrap_err().problem.contains("has changed"));
    assert_eq!(content(), "theirs");
    // One that is given up leaves nothing behind.
    drop(prepare("theirs").unwrap());
    assert_eq!(fs::read_dir(repo.root()).unwrap().count(), 1);
    symlink("plan", repo.path("link")).unwrap();
    let link = Rewrite::prepare(&repo.path("link"), b"theirs", b"new").unwrap_err();
    assert!(link.problem.contains("symbolic link"), "{link:?}");
    assert!(Rewrite::prepare(&repo.path("gone"), b"", b"new").is_err());
}
