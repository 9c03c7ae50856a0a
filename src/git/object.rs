//! Reads objects with a long-running git process.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Stdio};

use bstr::ByteSlice;

use super::cleanup::Process;
use super::error::{GitError, GitErrorKind};
use super::process::Call;
pub(super) use crate::change::object::ObjectFormat;
pub use crate::change::object::{CommitId, Mode, ObjectId};
use crate::path::quote;

/// The entry at a path of a commit, with its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// The file type. The content of a [`Mode::Tree`] or a [`Mode::Submodule`] is empty.
    pub mode: Mode,
    /// The object id.
    pub id: ObjectId,
    /// The content; for a symbolic link, its target.
    pub content: Vec<u8>,
}

/// An entry of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeEntry {
    /// The file name, unchecked.
    pub name: Vec<u8>,
    /// The file type.
    pub mode: Mode,
    /// The object id.
    pub id: ObjectId,
}

/// What an object name resolves to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Info {
    Found { id: ObjectId, kind: ObjectKind, size: u64 },
    Missing,
    Ambiguous,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ObjectKind {
    Blob,
    Tree,
    Commit,
    Tag,
}

/// A `git cat-file --batch-command` in the scratch repository. Each request is written before its
/// response is read, so neither side blocks.
#[derive(Debug)]
pub(super) struct ObjectReader {
    process: Process,
    requests: ChildStdin,
    responses: BufReader<ChildStdout>,
    stderr: PathBuf,
}

/// Size limit of a response's first line: the requested name and a word.
const LINE_LIMIT: u64 = 64 << 10;
/// Size limit of a tree: some million entries.
const TREE_LIMIT: u64 = 128 << 20;

impl ObjectReader {
    /// Starts the process, with stderr redirected to a file in `dir`.
    pub(super) fn start(call: Call, dir: &Path) -> Result<ObjectReader, GitError> {
        let stderr = dir.join("cat-file.stderr");
        let file =
            File::create(&stderr).map_err(|error| GitError::io("create", &stderr, &error))?;
        let mut process = call.args(["--batch-command"]).start(Stdio::from(file))?;
        match (process.child.stdin.take(), process.child.stdout.take()) {
            (Some(requests), Some(stdout)) => {
                Ok(ObjectReader { process, requests, responses: BufReader::new(stdout), stderr })
            }
            _ => Err(GitError::failed("cat-file", "it has no pipes")),
        }
    }

    /// Resolves an object name.
    pub(super) fn info(&mut self, name: &str) -> Result<Info, GitError> {
        self.ask("info", name)
    }

    /// The content of an object of at most `limit` bytes.
    pub(super) fn content(
        &mut self,
        id: &ObjectId,
        expected: ObjectKind,
        limit: u64,
    ) -> Result<Vec<u8>, GitError> {
        let Info::Found { kind, size, .. } = self.info(id.as_str())? else {
            return Err(GitError::missing_object(id.as_str()));
        };
        if kind != expected {
            return Err(GitError::failed("cat-file", &format!("{id} is a {kind:?}")));
        }
        if size > limit {
            return Err(GitError::new(
                GitErrorKind::TooLarge,
                format!("object {id} is too large ({size} bytes, limit {limit})"),
                "make the file smaller",
            ));
        }
        let Info::Found { size, .. } = self.ask("contents", id.as_str())? else {
            return Err(GitError::missing_object(id.as_str()));
        };
        let mut content = Vec::new();
        let read = (&mut self.responses).take(size).read_to_end(&mut content);
        let mut end = [0];
        if read.is_err()
            || content.len() as u64 != size
            || self.responses.read_exact(&mut end).is_err()
        {
            return Err(self.died());
        }
        Ok(content)
    }

    /// The entries of a tree, in the tree's own order.
    pub(super) fn tree(&mut self, id: &ObjectId) -> Result<Vec<TreeEntry>, GitError> {
        let raw = self.content(id, ObjectKind::Tree, TREE_LIMIT)?;
        parse_tree(&raw, id.as_str().len() / 2)
            .ok_or_else(|| GitError::failed("cat-file", &format!("the tree {id} is malformed")))
    }

    fn ask(&mut self, verb: &str, name: &str) -> Result<Info, GitError> {
        let sent = writeln!(self.requests, "{verb} {name}").and_then(|()| self.requests.flush());
        let mut line = Vec::new();
        let read = (&mut self.responses).take(LINE_LIMIT).read_until(b'\n', &mut line);
        if sent.is_err() || read.is_err() || line.pop() != Some(b'\n') {
            return Err(self.died());
        }
        if let Some(rest) = line.strip_prefix(name.as_bytes()) {
            match rest {
                b" missing" => return Ok(Info::Missing),
                b" ambiguous" => return Ok(Info::Ambiguous),
                _ => {}
            }
        }
        let mut words = line.split(|&byte| byte == b' ');
        let found = (|| {
            let id = ObjectId::from_hex(words.next()?)?;
            let kind = match words.next()? {
                b"blob" => ObjectKind::Blob,
                b"tree" => ObjectKind::Tree,
                b"commit" => ObjectKind::Commit,
                b"tag" => ObjectKind::Tag,
                _ => return None,
            };
            let size = words.next()?.to_str().ok()?.parse().ok()?;
            Some(Info::Found { id, kind, size })
        })();
        found.ok_or_else(|| GitError::failed("cat-file", &line.to_str_lossy()))
    }

    fn died(&mut self) -> GitError {
        // After the process has exited, the file is complete.
        self.process.kill();
        let _ = self.process.wait();
        let mut stderr = Vec::new();
        if let Ok(file) = File::open(&self.stderr) {
            let _ = file.take(LINE_LIMIT).read_to_end(&mut stderr);
        }
        GitError::failed("cat-file", &stderr.to_str_lossy())
    }
}

/// Why a tree is malformed, as a clause without its subject. What is read from such a tree may
/// differ from what git checks out.
pub(super) fn tree_fault(entries: &[TreeEntry]) -> Option<String> {
    let mut names = HashSet::new();
    for entry in entries {
        let name = entry.name.as_slice();
        if name.is_empty() || name.contains(&b'/') {
            return Some(format!("has an entry named {}", quote(name)));
        }
        if !names.insert(name) {
            return Some(format!("has duplicate entries {}", quote(name)));
        }
    }
    // A tree sorts as if its name ended in a slash.
    let key = |entry: &TreeEntry| {
        let end: &[u8] = if entry.mode == Mode::Tree { b"/" } else { b"" };
        [&entry.name, end].concat()
    };
    let sorted = entries.is_sorted_by(|one, other| {
        let common = one.name.len().min(other.name.len());
        match one.name[..common].cmp(&other.name[..common]) {
            Ordering::Equal => key(one) < key(other),
            order => order.is_lt(),
        }
    });
    (!sorted).then(|| "is not sorted".to_owned())
}

/// Parses entries of the form `<mode> <name>\0<id>`, with ids of `id_len` bytes.
fn parse_tree(mut raw: &[u8], id_len: usize) -> Option<Vec<TreeEntry>> {
    let mut entries = Vec::new();
    while !raw.is_empty() {
        let space = raw.find_byte(b' ')?;
        let mode = Mode::from_octal(&raw[..space])?;
        let nul = raw.find_byte(0)?;
        let name = raw.get(space + 1..nul)?.to_vec();
        let id = raw.get(nul + 1..nul + 1 + id_len)?;
        entries.push(TreeEntry { name, mode, id: ObjectId::from_raw(id) });
        raw = &raw[nul + 1 + id_len..];
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truncated_tree() {
        let mut raw = b"100644 a b\0".to_vec();
        raw.extend([7; 20]);
        raw.extend(b"40000 c\0");
        raw.extend([8; 20]);
        let entries = parse_tree(&raw, 20).unwrap();
        assert_eq!(
            entries.iter().map(|entry| entry.mode).collect::<Vec<_>>(),
            [Mode::File, Mode::Tree]
        );
        assert_eq!(entries[0].name, b"a b");
        assert_eq!(entries[1].id.as_str(), "08".repeat(20));
        for end in (1..raw.len()).filter(|&end| end != 31) {
            assert!(parse_tree(&raw[..end], 20).is_none(), "{end}");
        }
    }

    #[test]
    fn malformed_trees() {
        let id = || ObjectId::from_hex(&[b'1'; 40]).unwrap();
        let fault = |names: &[&str]| {
            let entries: Vec<TreeEntry> = names
                .iter()
                .map(|name| {
                    let dir = name.strip_suffix('+');
                    let mode = if dir.is_some() { Mode::Tree } else { Mode::File };
                    TreeEntry { name: dir.unwrap_or(name).into(), mode, id: id() }
                })
                .collect();
            tree_fault(&entries)
        };
        for good in [&[][..], &["a", "b"], &["a", "a.b", "ab"], &["a.b", "a+", "a0"], &["B", "a"]] {
            assert_eq!(fault(good), None, "{good:?}");
        }
        for (bad, expected) in [
            (&["a", "a"][..], "has duplicate entries \"a\""),
            (&["a", "a+"], "has duplicate entries \"a\""),
            (&["a", "a.b", "a+"], "has duplicate entries \"a\""),
            (&["b", "a"], "is not sorted"),
            (&["a+", "a.b"], "is not sorted"),
            (&["a/b"], "has an entry named \"a/b\""),
            (&[""], "has an entry named \"\""),
        ] {
            assert_eq!(fault(bad).as_deref(), Some(expected), "{bad:?}");
        }
    }

    #[test]
    fn modes_from_octal() {
        for (digits, mode) in [
            ("100644", Mode::File),
            ("100664", Mode::File),
            ("100755", Mode::Executable),
            ("120000", Mode::Symlink),
            ("160000", Mode::Submodule),
            ("40000", Mode::Tree),
            ("040755", Mode::Tree),
            ("120777", Mode::Symlink),
            ("160644", Mode::Submodule),
            ("140000", Mode::Other(0o140_000)),
        ] {
            assert_eq!(Mode::from_octal(digits.as_bytes()), Some(mode), "{digits}");
        }
        assert_eq!(Mode::from_octal(b"8"), None);
    }
}
