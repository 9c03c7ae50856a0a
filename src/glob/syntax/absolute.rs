//! Globs that are paths of a machine instead of the repository.
//!
//! Where such a path is in the repository depends on the machine, so removing the first bytes is
//! never offered as a fix: `/home/me/site/src` is not `home/me/site/src`.

use super::SyntaxError;

/// Folders at the root of a machine. A glob below one of them is a path of the machine; any other
/// leading `/` means the root of the repository, as in `.gitignore`.
const TOP_FOLDERS: &[&str] = &[
    "Users",
    "Volumes",
    "builds",
    "cygdrive",
    "dev",
    "etc",
    "github",
    "home",
    "media",
    "mnt",
    "opt",
    "private",
    "proc",
    "root",
    "run",
    "srv",
    "sys",
    "tmp",
    "usr",
    "var",
    "workspace",
    "workspaces",
];

pub(super) const ABSOLUTE: &str = "an absolute path";

pub(super) const HELP: &str = "write the path from the repository's root, as git shows it";

pub(super) fn error(text: &str) -> Option<SyntaxError> {
    let (length, problem, help) = absolute_start(text)?;
    Some(SyntaxError::new(0..length, problem, help))
}

/// The length of the text that makes a glob absolute, with the problem and the help.
fn absolute_start(text: &str) -> Option<(usize, &'static str, &'static str)> {
    let bytes = text.as_bytes();
    match bytes {
        [b'~', b'/', ..] => Some((2, "a home directory", HELP)),
        [drive, b':', b'/' | b'\\', ..] if drive.is_ascii_alphabetic() => {
            Some((3, "a drive letter", HELP))
        }
        [b'$', b'(', ..] => Some((2, "a shell command", HELP)),
        [b'$', first, ..] if first.is_ascii_alphabetic() || *first == b'_' => {
            let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
            let length = 1 + bytes[1..].iter().take_while(|byte| is_name(byte)).count();
            let help = "write the path from the repository's root, or `\\$` for a name that starts \
                        with `$`";
            Some((length, "a shell variable", help))
        }
        [b'/', b'/', ..] => Some((2, ABSOLUTE, HELP)),
        [b'/', ..] => {
            let (folder, _) = text[1..].split_once('/')?;
            TOP_FOLDERS.contains(&folder).then_some((folder.len() + 2, ABSOLUTE, HELP))
        }
        _ => None,
    }
}
