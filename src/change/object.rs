//! Object ids, and modes of tree entries.

use std::fmt;

use bstr::ByteSlice;

/// An object id, in lowercase hexadecimal digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(String);

/// The id of a commit that git knows. Its objects can still be missing.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitId(pub(crate) ObjectId);

impl ObjectId {
    /// Parses 40 (SHA-1) or 64 (SHA-256) lowercase hexadecimal digits.
    #[must_use]
    pub fn from_hex(hex: &[u8]) -> Option<ObjectId> {
        let digits = hex.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !digits || !matches!(hex.len(), 40 | 64) {
            return None;
        }
        hex.to_str().ok().map(|hex| ObjectId(hex.to_owned()))
    }

    /// Converts the binary id of a tree entry.
    pub(crate) fn from_raw(bytes: &[u8]) -> ObjectId {
        ObjectId(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether all digits are 0, which git writes for no object.
    pub(crate) fn is_null(&self) -> bool {
        self.0.bytes().all(|digit| digit == b'0')
    }
}

impl CommitId {
    /// Parses the id of a commit that is known to exist, like [`ObjectId::from_hex`].
    #[must_use]
    pub fn from_hex(hex: &[u8]) -> Option<CommitId> {
        ObjectId::from_hex(hex).map(CommitId)
    }

    /// The hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The first twelve digits, for people.
    #[must_use]
    pub fn short(&self) -> &str {
        &self.as_str()[..self.as_str().len().min(12)]
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

/// The hash algorithm of a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ObjectFormat {
    Sha1,
    Sha256,
}

impl ObjectFormat {
    /// The empty tree, which git knows in every repository.
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

/// The file type of an entry in a tree or in the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// A regular file (`100644`).
    File,
    /// An executable file (`100755`).
    Executable,
    /// A symbolic link (`120000`), whose content is its target.
    Symlink,
    /// A gitlink (`160000`): a commit of a submodule.
    Submodule,
    /// A directory (`040000`).
    Tree,
    /// A mode that git does not write.
    Other(u32),
}

impl Mode {
    /// Parses git's octal digits.
    pub(crate) fn from_octal(digits: &[u8]) -> Option<Mode> {
        let bits = u32::from_str_radix(digits.to_str().ok()?, 8).ok()?;
        // Like git, ignores all permissions but the owner's `x` of files: old or handmade trees
        // contain `100664` and `40755`.
        Some(match bits >> 12 {
            0o12 => Mode::Symlink,
            0o16 => Mode::Submodule,
            0o04 => Mode::Tree,
            0o10 if bits & 0o100 != 0 => Mode::Executable,
            0o10 => Mode::File,
            _ => Mode::Other(bits),
        })
    }

    /// Whether it is a regular file, executable or not.
    #[must_use]
    pub fn is_file(self) -> bool {
        matches!(self, Mode::File | Mode::Executable)
    }
}
