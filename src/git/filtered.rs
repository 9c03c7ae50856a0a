//! Finds unchanged files among those with a filter, without running the filter.
//!
//! A filter is a program that the repository chooses, so its output is not known. Two checks work
//! without it:
//!
//! - The blob of a Git LFS file contains the size and digest of the file
//!   (<https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md>).
//! - A file whose stat data matches its index entry to the nanosecond is unchanged. git compares
//!   seconds, and so rereads files that changed in the second in which the index was written: in a
//!   fresh clone, most of them (<https://git-scm.com/docs/racy-git>).

use std::collections::{BTreeMap, BTreeSet};
use std::fs::Metadata;
use std::path::Path;

use bstr::ByteSlice;

use super::Repository;
use super::error::GitError;
use super::object::{ObjectId, ObjectKind};
use crate::fs::sha256;
use crate::path::RepoPath;

/// Maximum size of a Git LFS pointer, from its specification.
const POINTER_LIMIT: u64 = 1024;

/// The object ids and stat data of index entries.
pub(super) struct IndexEntries(BTreeMap<RepoPath, (ObjectId, Stat)>);

/// The stat data that git compares, truncated to 32 bits as in the index.
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
    /// Reads the entries of these files from the user's index. The copy in the scratch repository
    /// will not do, since refreshing it clears stat data.
    pub(super) fn index_entries(
        &self,
        files: &BTreeSet<&RepoPath>,
    ) -> Result<IndexEntries, GitError> {
        let listed = self.call("ls-files").args(["-z", "--stage", "--debug"]).run()?.success()?;
        Ok(IndexEntries::parse(&listed, files))
    }

    /// Whether a file certainly matches its index entry.
    pub(super) fn is_unchanged(
        &self,
        entries: &IndexEntries,
        path: &RepoPath,
        file: &Path,
        filter: &str,
    ) -> bool {
        let Some((id, recorded)) = entries.0.get(path) else { return false };
        let Ok(meta) = file.symlink_metadata() else { return false };
        if filter == "lfs"
            && let Ok(object) =
                self.with_objects(|objects| objects.content(id, ObjectKind::Blob, POINTER_LIMIT))
            && let Some(pointer) = Pointer::parse(&object)
        {
            return pointer.matches(file, &meta);
        }
        Stat::of(&meta).is_some_and(|stat| stat == *recorded)
    }
}

impl IndexEntries {
    /// Skips entries that cannot be parsed: a file without an entry counts as changed.
    fn parse(mut listed: &[u8], files: &BTreeSet<&RepoPath>) -> IndexEntries {
        let mut entries = BTreeMap::new();
        while let Some((head, rest)) = listed.split_once_str("\0") {
            let Some(end) = rest.find_iter("\n").nth(STAT_LINES - 1) else { break };
            let (stat, rest) = rest.split_at(end + 1);
            listed = rest;
            let entry = (|| {
                let (head, name) = head.split_once_str("\t")?;
                let path = RepoPath::new(name).ok().filter(|path| files.contains(path))?;
                let id = ObjectId::from_hex(head.split(|&byte| byte == b' ').nth(1)?)?;
                Some((path, (id, Stat::parse(stat)?)))
            })();
            entries.extend(entry);
        }
        IndexEntries(entries)
    }
}

/// How many lines `ls-files --debug` prints per entry.
const STAT_LINES: usize = 5;

impl Stat {
    /// Parses `ctime: SECONDS:NANOSECONDS` and the like.
    fn parse(stat: &[u8]) -> Option<Stat> {
        let value = |name: &str| -> Option<&str> {
            let words = stat.to_str().ok()?.split_ascii_whitespace();
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
        reason = "git truncates these numbers in the same way"
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

    /// There is no API for the values that git records.
    #[cfg(not(unix))]
    fn of(_meta: &Metadata) -> Option<Stat> {
        None
    }
}

/// What Git LFS commits instead of a file.
#[derive(Debug, PartialEq, Eq)]
struct Pointer<'a> {
    digest: &'a str,
    size: u64,
}

impl<'a> Pointer<'a> {
    /// Parses a pointer without extensions, whose digest is that of the file.
    fn parse(object: &'a [u8]) -> Option<Pointer<'a>> {
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

    fn matches(&self, file: &Path, meta: &Metadata) -> bool {
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
    fn lfs_pointers() {
        let text =
            format!("version https://git-lfs.github.com/spec/v1\noid sha256:{DIGEST}\nsize 5000\n");
        assert_eq!(Pointer::parse(text.as_bytes()), Some(Pointer { digest: DIGEST, size: 5000 }));
        for other in [
            text.replace("git-lfs", "example"),
            text.replace("oid", "ext-0-foo sha256:1\noid"),
            text.replace("6a5c", "6A5C"),
            text.replace("6a5c", ""),
            text.replace("5000", "5000\nx"),
            text.trim_end().to_owned(),
            String::new(),
        ] {
            assert_eq!(Pointer::parse(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn stat_data_of_index_entries() {
        let entry = |name: &str, mtime: u32| {
            format!(
                "100644 {} 0\t{name}\0  ctime: 1:2\n  mtime: {mtime}:4\n  dev: 5\tino: 6\n  \
                 uid: 7\tgid: 8\n  size: 9\tflags: 0\n",
                "1".repeat(40)
            )
        };
        let [a, b, c] = ["a", "b\n  mtime: 7:7", "c"].map(|name| RepoPath::new(name).unwrap());
        let text = entry("a", 3) + &entry("b\n  mtime: 7:7", 30) + &entry("c", 300);
        let read = IndexEntries::parse(text.as_bytes(), &BTreeSet::from([&a, &b]));
        let stat = |path| read.0.get(path).map(|(_, stat)| stat.modified);
        assert_eq!((stat(&a), stat(&b), stat(&c)), (Some((3, 4)), Some((30, 4)), None));
        let of_a = read.0[&a].1;
        let whole =
            Stat { changed: (1, 2), modified: (3, 4), inode: 6, user: 7, group: 8, size: 9 };
        assert_eq!(of_a, whole);
        let one = entry("a", 3);
        for end in 0..one.len() {
            let read = IndexEntries::parse(&one.as_bytes()[..end], &BTreeSet::from([&a]));
            assert!(read.0.is_empty(), "{end}");
        }
    }
}
