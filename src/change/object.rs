//! The names of objects, and the modes of entries.

use std::fmt;

use bstr::ByteSlice;

/// The name of an object, as lower-case hexadecimal digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(String);

/// The name of a commit, as a ref or git itself gave it. Whether the commit's objects are all there
/// shows when they are read.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitId(pub(crate) ObjectId);

impl ObjectId {
    /// Takes 40 (sha1) or 64 (sha256) lower-case hexadecimal digits.
    #[must_use]
    pub fn from_hex(hex: &[u8]) -> Option<ObjectId> {
        let digits = hex.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !digits || !matches!(hex.len(), 40 | 64) {
            return None;
        }
        hex.to_str().ok().map(|hex| ObjectId(hex.to_owned()))
    }

    /// Takes the bytes that the digits stand for, as a tree has them.
    pub(crate) fn from_raw(bytes: &[u8]) -> ObjectId {
        ObjectId(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// git's word for 'no object': all digits 0.
    pub(crate) fn is_null(&self) -> bool {
        self.0.bytes().all(|digit| digit == b'0')
    }
}

impl CommitId {
    /// Takes the digits of a commit that is known to exist, as [`ObjectId::from_hex`] does.
    #[must_use]
    pub fn from_hex(hex: &[u8]) -> Option<CommitId> {
        ObjectId::from_hex(hex).map(CommitId)
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How a repository names its objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ObjectFormat {
    Sha1,
    Sha256,
}

impl ObjectFormat {
    /// The tree without entries; git knows it in every repository.
    pub(crate) fn empty_tree(self) -> ObjectId {
        ObjectId(match self {
            ObjectFormat::Sha1 => "4b825dc642cb6eb9a060e54bf8d69288fbee4904".into(),
            ObjectFormat::Sha256 => {
                "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321".into()
            }
        })
    }

    pub(crate) fn hex_len(self) -> usize {
        match self {
            ObjectFormat::Sha1 => 40,
            ObjectFormat::Sha256 => 64,
        }
    }
}

/// What an entry of a tree or of the index is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// A plain file (`100644`).
    File,
    /// A file that may be executed (`100755`).
    Executable,
    /// A symbolic link (`120000`): its content is where it leads.
    Symlink,
    /// The pin of a submodule (`160000`): a commit of another repository.
    Submodule,
    /// A folder (`040000`).
    Tree,
    /// Bits that git does not write.
    Other(u32),
}

impl Mode {
    /// Takes the octal digits as git writes them.
    pub(crate) fn from_octal(digits: &[u8]) -> Option<Mode> {
        let bits = u32::from_str_radix(digits.to_str().ok()?, 8).ok()?;
        // As for git itself, the kind counts and of the permissions only the owner's `x`, and that
        // only for files: old and hand-made trees hold `100664` and `40755`.
        Some(match bits >> 12 {
            0o12 => Mode::Symlink,
            0o16 => Mode::Submodule,
            0o04 => Mode::Tree,
            0o10 if bits & 0o100 != 0 => Mode::Executable,
            0o10 => Mode::File,
            _ => Mode::Other(bits),
        })
    }

    /// Whether it is a file with content of its own, executable or not.
    #[must_use]
    pub fn is_file(self) -> bool {
        matches!(self, Mode::File | Mode::Executable)
    }
}
