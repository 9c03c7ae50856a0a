//! A path inside the repository, true to the contract by construction.
//!
//! A [`RepoPath`] is what git's index holds: bytes, not text, with `/` between components. Whoever
//! has one may rely on every rule of the contract's word list without looking again.

use std::fmt;

use bstr::{BStr, BString, ByteSlice, ByteVec};

/// A path inside a repository: non-empty components joined by `/`, none of them `.`, `..` or, in
/// any letter case, `.git`; of bytes 1 to 255.
///
/// Paths order by their bytes, as git's index does. [`fmt::Display`] writes the path as it is, or
/// as git quotes it where it is not UTF-8 or begins with a double quote, so that what is printed
/// can always be read back.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(BString);

/// Why some bytes are no path of a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathFault {
    /// No bytes at all.
    Empty,
    /// Two slashes in a row, or one at either end.
    EmptyComponent,
    /// A component `.` or `..`.
    DotComponent,
    /// A component `.git`, in any letter case.
    GitComponent,
    /// A byte 0.
    Nul,
}

impl fmt::Display for PathFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PathFault::Empty => "it is empty",
            PathFault::EmptyComponent => {
                "it begins or ends with a slash, or holds two slashes in a row"
            }
            PathFault::DotComponent => "it holds a `.` or `..` component",
            PathFault::GitComponent => "it holds a `.git` component",
            PathFault::Nul => "it holds a zero byte",
        })
    }
}

impl std::error::Error for PathFault {}

impl RepoPath {
    /// Takes the bytes of a path as git has them.
    ///
    /// # Errors
    /// The first rule that the bytes break, from left to right.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<RepoPath, PathFault> {
        let bytes = bytes.into();
        if bytes.is_empty() {
            return Err(PathFault::Empty);
        }
        if bytes.contains(&0) {
            return Err(PathFault::Nul);
        }
        for component in bytes.split(|&byte| byte == b'/') {
            match component {
                b"" => return Err(PathFault::EmptyComponent),
                b"." | b".." => return Err(PathFault::DotComponent),
                _ if component.eq_ignore_ascii_case(b".git") => {
                    return Err(PathFault::GitComponent);
                }
                _ => {}
            }
        }
        Ok(RepoPath(BString::from(bytes)))
    }

    /// The last component.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        let behind = self.0.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
        &self.0[behind..]
    }

    /// The bytes of the path.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The path as a byte string, for searching and splitting.
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
    type Err = PathFault;

    fn from_str(text: &str) -> Result<RepoPath, PathFault> {
        RepoPath::new(text)
    }
}

/// Whether some file system takes the name of a file for `.git`, by the signs that git itself goes
/// by: letter case, code points that HFS+ ignores, and what NTFS drops (dots, blanks and a stream at
/// the end, the short name `git~1`, a backslash between names).
#[must_use]
pub fn is_git_folder(name: &[u8]) -> bool {
    const IGNORED: [std::ops::RangeInclusive<char>; 4] = [
        '\u{200c}'..='\u{200f}',
        '\u{202a}'..='\u{202e}',
        '\u{206a}'..='\u{206f}',
        '\u{feff}'..='\u{feff}',
    ];
    let is_ignored = |letter: char| IGNORED.iter().any(|range| range.contains(&letter));
    let is_one = |name: &[u8]| {
        let name = name.split(|&byte| byte == b':').next().unwrap_or_default();
        let end = name.iter().rposition(|byte| !matches!(byte, b'.' | b' '));
        let name = name.get(..=end?)?;
        (name.eq_ignore_ascii_case(b".git") || name.eq_ignore_ascii_case(b"git~1")).then_some(())
    };
    let mut seen = BString::default();
    let name = if name.is_ascii() {
        name
    } else {
        for chunk in name.utf8_chunks() {
            chunk.valid().chars().filter(|&letter| !is_ignored(letter)).for_each(|letter| {
                seen.push_char(letter);
            });
            seen.extend_from_slice(chunk.invalid());
        }
        seen.as_slice()
    };
    name.split(|&byte| byte == b'\\').any(|name| is_one(name).is_some())
}

/// Writes bytes the way git's `core.quotePath` does: between double quotes, with C's escapes and,
/// for every other byte that is a control or above 127, three octal digits.
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

/// Reads a name that [`quote`] or git wrote, from its opening double quote on.
///
/// Gives the bytes of the name and how many bytes of `text` it took, closing quote included; or
/// nothing when `text` does not begin with a whole quoted name.
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
    fn only_paths_that_a_repository_can_hold_are_taken() {
        for good in ["a", "a/b", ".github/x", "...", ".gitx", "a b/\n", "\u{e9}", "git", ".gi"] {
            assert_eq!(RepoPath::new(good).map(|path| path.as_bytes().to_vec()), Ok(good.into()));
        }
        for (bad, fault) in [
            ("", PathFault::Empty),
            ("/a", PathFault::EmptyComponent),
            ("a/", PathFault::EmptyComponent),
            ("a//b", PathFault::EmptyComponent),
            ("./a", PathFault::DotComponent),
            ("a/../b", PathFault::DotComponent),
            (".git", PathFault::GitComponent),
            ("a/.GiT/b", PathFault::GitComponent),
            ("a\0b", PathFault::Nul),
        ] {
            assert_eq!(RepoPath::new(bad), Err(fault), "{bad:?}");
        }
    }

    #[test]
    fn spellings_of_the_git_folder() {
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
    fn quoted_names_read_back() {
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
    fn a_path_is_shown_so_that_it_can_be_read_back() {
        let shown = |bytes: &[u8]| RepoPath::new(bytes).unwrap().to_string();
        assert_eq!(shown("src/é.rs".as_bytes()), "src/é.rs");
        assert_eq!(shown(b"a\xff"), r#""a\377""#);
        assert_eq!(shown(b"\"a"), r#""\"a""#);
    }
}
