//! Files whose filter was not run: which of them are certainly unchanged.
//!
//! A filter is a program of the repository's choice, so the object that it would make of a file is
//! not known. Two things can be known without it:
//!
//! - A file of Git LFS is named in its object by its length and digest
//!   (<https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md>).
//! - A file is the one that git saw when it wrote the index entry if all that the entry records of
//!   it is still so, to the nanosecond. git itself compares seconds, and so looks again into files
//!   that changed in the second in which the index was written: in a fresh clone, most of them
//!   (<https://git-scm.com/docs/racy-git>).

use std::collections::{BTreeMap, BTreeSet};
use std::fs::Metadata;
use std::path::Path;

use bstr::ByteSlice;

use super::Repository;
use super::error::GitError;
use super::object::{ObjectId, ObjectKind};
use crate::fs::sha256;
use crate::path::RepoPath;

/// No pointer of Git LFS is longer.
const POINTER_LIMIT: u64 = 1024;

/// What the index entries record of files, by their paths.
pub(super) struct Recorded(BTreeMap<RepoPath, (ObjectId, Stat)>);

/// What an index entry records of a file, as far as git compares it; each cut to 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stat {
    changed: (u32, u32),
    modified: (u32, u32),
    inode: u32,
    user: u32,
    group: u32,
    size: u32,
}

impl Repository {
    /// Reads what the user's index records of these files. The copy that is compared will not do:
    /// git erases there what it could not confirm.
    pub(super) fn recorded(&self, files: &BTreeSet<&RepoPath>) -> Result<Recorded, GitError> {
        let listed = self.call("ls-files").args(["-z", "--stage", "--debug"]).run()?.success()?;
        Ok(Recorded::read(&listed, files))
    }

    /// Whether a file is as its index entry has it, as far as that shows without its filter.
    pub(super) fn is_unchanged(
        &self,
        recorded: &Recorded,
        path: &RepoPath,
        file: &Path,
        filter: &str,
    ) -> bool {
        let Some((id, entry)) = recorded.0.get(path) else { return false };
        let Ok(meta) = file.symlink_metadata() else { return false };
        if filter == "lfs"
            && let Ok(object) =
                self.with_objects(|objects| objects.content(id, ObjectKind::Blob, POINTER_LIMIT))
            && let Some(pointer) = Pointer::read(&object)
        {
            return pointer.names(file, &meta);
        }
        Stat::of(&meta).is_some_and(|stat| stat == *entry)
    }
}

impl Recorded {
    /// Takes the answer as far as it is understood: a file of which nothing is known has changed.
    fn read(mut listed: &[u8], files: &BTreeSet<&RepoPath>) -> Recorded {
        let mut recorded = BTreeMap::new();
        while let Some((head, rest)) = listed.split_once_str("\0") {
            // The record's lines come before the next entry.
            let Some(end) = rest.find_iter("\n").nth(RECORD_LINES - 1) else { break };
            let (record, rest) = rest.split_at(end + 1);
            listed = rest;
            let entry = (|| {
                let (head, name) = head.split_once_str("\t")?;
                let path = RepoPath::new(name).ok().filter(|path| files.contains(path))?;
                let id = ObjectId::from_hex(head.split(|&byte| byte == b' ').nth(1)?)?;
                Some((path, (id, Stat::read(record)?)))
            })();
            recorded.extend(entry);
        }
        Recorded(recorded)
    }
}

/// How many lines git writes of an entry.
const RECORD_LINES: usize = 5;

impl Stat {
    /// Reads `ctime:` and `mtime:` with seconds and nanoseconds, and the other numbers by their names.
    fn read(record: &[u8]) -> Option<Stat> {
        let value = |name: &str| -> Option<&str> {
            let words = record.to_str().ok()?.split_ascii_whitespace();
            let mut words = words.skip_while(|word| word.strip_suffix(':') != Some(name));
            words.nth(1)
        };
        let number = |name: &str| value(name)?.parse().ok();
        let time = |name: &str| {
            let (seconds, nanoseconds) = value(name)?.split_once(':')?;
            Some((seconds.parse().ok()?, nanoseconds.parse().ok()?))
        };
        Some(Stat {
            changed: time("ctime")?,
            modified: time("mtime")?,
            inode: number("ino")?,
            user: number("uid")?,
            group: number("gid")?,
            size: number("size")?,
        })
    }

    #[cfg(unix)]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "git cuts these numbers in the same way"
    )]
    fn of(meta: &Metadata) -> Option<Stat> {
        use std::os::unix::fs::MetadataExt;
        meta.is_file().then(|| Stat {
            changed: (meta.ctime() as u32, meta.ctime_nsec() as u32),
            modified: (meta.mtime() as u32, meta.mtime_nsec() as u32),
            inode: meta.ino() as u32,
            user: meta.uid(),
            group: meta.gid(),
            size: meta.size() as u32,
        })
    }

    /// What git records of a file here is not what can be asked for.
    #[cfg(not(unix))]
    fn of(_meta: &Metadata) -> Option<Stat> {
        None
    }
}

/// What Git LFS commits in the place of a file.
#[derive(Debug, PartialEq, Eq)]
struct Pointer<'a> {
    digest: &'a str,
    size: u64,
}

impl<'a> Pointer<'a> {
    /// Reads the form that Git LFS writes. One with extensions names what those make of the file.
    fn read(object: &'a [u8]) -> Option<Pointer<'a>> {
        let mut lines = object.to_str().ok()?.strip_suffix('\n')?.split('\n');
        let version = lines.next()?.strip_prefix("version ")?;
        let digest = lines.next()?.strip_prefix("oid sha256:")?;
        let size = lines.next()?.strip_prefix("size ")?;
        let is_hex = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
        let is_pointer = version == "https://git-lfs.github.com/spec/v1"
            && digest.len() == 64
            && digest.bytes().all(is_hex)
            && lines.next().is_none();
        is_pointer.then_some(Pointer { digest, size: size.parse().ok()? })
    }

    /// Whether the file is the one that is meant.
    fn names(&self, file: &Path, meta: &Metadata) -> bool {
        meta.is_file()
            && meta.len() == self.size
            && sha256(file).is_ok_and(|digest| digest == self.digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "6a5c3893cdc7169b234c44d67bf7b82f079de0c6d3959c68e8d6a1a27f1b8804";

    #[test]
    fn pointers_in_their_one_form() {
        let text =
            format!("version https://git-lfs.github.com/spec/v1\noid sha256:{DIGEST}\nsize 5000\n");
        assert_eq!(Pointer::read(text.as_bytes()), Some(Pointer { digest: DIGEST, size: 5000 }));
        for other in [
            text.replace("git-lfs", "example"),
            text.replace("oid", "ext-0-foo sha256:1\noid"),
            text.replace("6a5c", "6A5C"),
            text.replace("6a5c", ""),
            text.replace("5000", "5000\nx"),
            text.trim_end().to_owned(),
            String::new(),
        ] {
            assert_eq!(Pointer::read(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn records_of_index_entries() {
        let entry = |name: &str, mtime: u32| {
            format!(
                "100644 {} 0\t{name}\0  ctime: 1:2\n  mtime: {mtime}:4\n  dev: 5\tino: 6\n  \
                 uid: 7\tgid: 8\n  size: 9\tflags: 0\n",
                "1".repeat(40)
            )
        };
        let [a, b, c] = ["a", "b\n  mtime: 7:7", "c"].map(|name| RepoPath::new(name).unwrap());
        let text = entry("a", 3) + &entry("b\n  mtime: 7:7", 30) + &entry("c", 300);
        let read = Recorded::read(text.as_bytes(), &BTreeSet::from([&a, &b]));
        let stat = |path| read.0.get(path).map(|(_, stat)| stat.modified);
        assert_eq!((stat(&a), stat(&b), stat(&c)), (Some((3, 4)), Some((30, 4)), None));
        let of_a = read.0[&a].1;
        let whole =
            Stat { changed: (1, 2), modified: (3, 4), inode: 6, user: 7, group: 8, size: 9 };
        assert_eq!(of_a, whole);
        // Cut anywhere, it is no record of what was cut.
        let one = entry("a", 3);
        for end in 0..one.len() {
            let read = Recorded::read(&one.as_bytes()[..end], &BTreeSet::from([&a]));
            assert!(read.0.is_empty(), "{end}");
        }
    }
}
