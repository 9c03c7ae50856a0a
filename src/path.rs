//! [`RepoPath`], a path inside the repository.
//!
//! As in git's index, it is bytes, not text, with `/` between components.

use std::fmt;

use bstr::{BStr, BString, ByteSlice, ByteVec};

/// A valid path inside a repository: non-empty components joined by `/`, without zero bytes. No
/// component is `.`, `..` or `.git` (in any letter case).
///
/// Paths are ordered by their bytes, as in git's index. [`fmt::Display`] writes the path as it is,
/// or quoted as git does if it is not UTF-8 or starts with a double quote, so that the output can
/// be read back.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(BString);

/// Why some bytes are not a valid [`RepoPath`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathError {
    /// There are no bytes.
    Empty,
    /// A leading or trailing slash, or two in a row.
    EmptyComponent,
    /// A `.` or `..` component.
    DotComponent,
    /// A `.git` component, in any letter case.
    GitComponent,
    /// A zero byte.
    Nul,
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PathError::Empty => "it is empty",
            PathError::EmptyComponent => {
                "it starts or ends with a slash, or has two slashes in a row"
            }
            PathError::DotComponent => "it has a `.` or `..` component",
            PathError::GitComponent => "it has a `.git` component",
            PathError::Nul => "it contains a zero byte",
        })
    }
}

impl std::error::Error for PathError {}

impl RepoPath {
    /// Checks the bytes of a path.
    ///
    /// # Errors
    /// If the path is not valid; of several reasons, one is given.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<RepoPath, PathError> {
        let bytes = bytes.into();
        if bytes.is_empty() {
            return Err(PathError::Empty);
        }
        if bytes.contains(&0) {
            return Err(PathError::Nul);
        }
        for component in bytes.split(|&byte| byte == b'/') {
            match component {
                b"" => return Err(PathError::EmptyComponent),
                b"." | b".." => return Err(PathError::DotComponent),
                _ if component.eq_ignore_ascii_case(b".git") => {
                    return Err(PathError::GitComponent);
                }
                _ => {}
            }
        }
        Ok(RepoPath(BString::from(bytes)))
    }

    /// The last component.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        let start = self.0.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
        &self.0[start..]
    }

    /// The bytes of the path.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The path with the string methods of [`bstr`].
    #[must_use]
    pub fn as_bstr(&self) -> &BStr {
        self.0.as_bstr()
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.to_str() {
            Ok(text) if !text.starts_with('"') => f.write_str(text),
            _ => f.write_str(&quote(&self.0)),
        }
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RepoPath({})", quote(&self.0))
    }
}

impl std::str::FromStr for RepoPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<RepoPath, PathError> {
        RepoPath::new(text)
    }
}

/// Whether some file system treats a file name as `.git`. The rules are git's own: letter case,
/// code points that HFS+ ignores, and on NTFS trailing dots, spaces and streams, the short name
/// `git~1` and backslashes as separators.
#[must_use]
pub fn is_git_folder(name: &[u8]) -> bool {
    const IGNORED: [std::ops::RangeInclusive<char>; 4] = [
        '\u{200c}'..='\u{200f}',
        '\u{202a}'..='\u{202e}',
        '\u{206a}'..='\u{206f}',
        '\u{feff}'..='\u{feff}',
    ];
    let is_ignored = |letter: char| IGNORED.iter().any(|range| range.contains(&letter));
    let is_git = |name: &[u8]| {
        let name = name.split(|&byte| byte == b':').next().unwrap_or_default();
        let end = name.iter().rposition(|byte| !matches!(byte, b'.' | b' '));
        let name = name.get(..=end?)?;
        (name.eq_ignore_ascii_case(b".git") || name.eq_ignore_ascii_case(b"git~1")).then_some(())
    };
    let mut stripped = BString::default();
    let name = if name.is_ascii() {
        name
    } else {
        for chunk in name.utf8_chunks() {
            chunk.valid().chars().filter(|&letter| !is_ignored(letter)).for_each(|letter| {
                stripped.push_char(letter);
            });
            stripped.extend_from_slice(chunk.invalid());
        }
        stripped.as_slice()
    };
    name.split(|&byte| byte == b'\\').any(|name| is_git(name).is_some())
}

/// Whether a path is among these files, which are in byte order, or is a folder of one.
#[must_use]
pub fn exists_among(files: &[RepoPath], name: &str) -> bool {
    let is_at = |path: &str| {
        let first = files.partition_point(|file| file.as_bytes() < path.as_bytes());
        files.get(first).map(RepoPath::as_bytes)
    };
    let folder = format!("{name}/");
    is_at(name) == Some(name.as_bytes())
        || is_at(&folder).is_some_and(|file| file.starts_with(folder.as_bytes()))
}

/// Quotes a path like git's `core.quotePath`: in double quotes, with C's escapes, and all other
/// bytes outside of printable ASCII as three octal digits.
#[must_use]
pub fn quote(bytes: &[u8]) -> String {
    let mut quoted = String::with_capacity(bytes.len() + 2);
    quoted.push('"');
    for &byte in bytes {
        match byte {
            0x07 => quoted.push_str("\\a"),
            0x08 => quoted.push_str("\\b"),
            b'\t' => quoted.push_str("\\t"),
            b'\n' => quoted.push_str("\\n"),
            0x0b => quoted.push_str("\\v"),
            0x0c => quoted.push_str("\\f"),
            b'\r' => quoted.push_str("\\r"),
            b'"' => quoted.push_str("\\\""),
            b'\\' => quoted.push_str("\\\\"),
            0x20..=0x7e => quoted.push(char::from(byte)),
            _ => quoted.push_str(&format!("\\{byte:03o}")),
        }
    }
    quoted.push('"');
    quoted
}

/// Reads a name that [`quote`] or git wrote, at the start of `text`.
///
/// Returns the name and the length of its quoted form, or `None` if `text` does not start with a
/// complete quoted name.
#[must_use]
pub fn unquote(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    if text.first() != Some(&b'"') {
        return None;
    }
    let mut name = Vec::new();
    let mut at = 1;
    loop {
        match *text.get(at)? {
            b'"' => return Some((name, at + 1)),
            b'\\' => {
                at += 1;
                let byte = match *text.get(at)? {
                    b'a' => 0x07,
                    b'b' => 0x08,
                    b't' => b'\t',
                    b'n' => b'\n',
                    b'v' => 0x0b,
                    b'f' => 0x0c,
                    b'r' => b'\r',
                    byte @ (b'"' | b'\\') => byte,
                    b'0'..=b'3' => {
                        let digits = text.get(at..at + 3)?;
                        at += 2;
                        digits.iter().try_fold(0u8, |value, &digit| match digit {
                            b'0'..=b'7' => Some(value * 8 + (digit - b'0')),
                            _ => None,
                        })?
                    }
                    _ => return None,
                };
                name.push_byte(byte);
            }
            b'\n' => return None,
            byte => name.push_byte(byte),
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_their_folders() {
        let files: Vec<RepoPath> =
            ["a b", "a/b/c", "ab", "b"].map(|path| path.parse().unwrap()).into();
        for (name, expected) in [
            ("a b", true),
            ("a", true),
            ("a/b", true),
            ("a/b/c", true),
            ("a/b/", false),
            ("a/b/c/d", false),
            ("", false),
            ("a/c", false),
            ("c", false),
        ] {
            assert_eq!(exists_among(&files, name), expected, "{name}");
        }
    }

    #[test]
    fn valid_and_invalid_paths() {
        for valid in ["a", "a/b", ".github/x", "...", ".gitx", "a b/\n", "\u{e9}", "git", ".gi"] {
            assert_eq!(RepoPath::new(valid).map(|path| path.as_bytes().to_vec()), Ok(valid.into()));
        }
        for (invalid, error) in [
            ("", PathError::Empty),
            ("/a", PathError::EmptyComponent),
            ("a/", PathError::EmptyComponent),
            ("a//b", PathError::EmptyComponent),
            ("./a", PathError::DotComponent),
            ("a/../b", PathError::DotComponent),
            (".git", PathError::GitComponent),
            ("a/.GiT/b", PathError::GitComponent),
            ("a\0b", PathError::Nul),
        ] {
            assert_eq!(RepoPath::new(invalid), Err(error), "{invalid:?}");
        }
    }

    #[test]
    fn git_folder_aliases() {
        for name in [
            ".git",
            ".GiT",
            ".git. .",
            "git~1",
            "GIT~1 ",
            ".git::$INDEX_ALLOCATION",
            ".git:x",
            ".g\u{200c}it",
            "\u{feff}.git\u{206f}",
            "x\\.git",
            ".git\\config",
        ] {
            assert!(is_git_folder(name.as_bytes()), "{name:?}");
        }
        for name in ["", ".", "...", ".gitignore", "git", "git~2", ".g it", ".gi\u{301}t", "x:.git"]
        {
            assert!(!is_git_folder(name.as_bytes()), "{name:?}");
        }
        assert!(!is_git_folder(b".g\xffit"));
    }

    #[test]
    fn quote_round_trip() {
        let every_byte: Vec<u8> = (0..=255).collect();
        let quoted = quote(&every_byte);
        assert!(quoted.is_ascii());
        assert_eq!(unquote(quoted.as_bytes()), Some((every_byte, quoted.len())));
        assert_eq!(unquote(br#""src/\303\251.rs" tail"#), Some(("src/é.rs".into(), 17)));
        for broken in [r#""a"#, r#""a\"#, r#""\400""#, r#""\18""#, r#""\x""#, "a", ""] {
            assert_eq!(unquote(broken.as_bytes()), None, "{broken:?}");
        }
    }

    #[test]
    fn display_quotes_if_needed() {
        let shown = |bytes: &[u8]| RepoPath::new(bytes).unwrap().to_string();
        assert_eq!(shown("src/é.rs".as_bytes()), "src/é.rs");
        assert_eq!(shown(b"a\xff"), r#""a\377""#);
        assert_eq!(shown(b"\"a"), r#""\"a""#);
    }
}
