//! Globs that begin where a machine's paths do, and not at the repository's root.
//!
//! What such a path is from the root depends on the machine, so none of them is mended by taking
//! its beginning away: `/home/me/site/src` is not `home/me/site/src`.

use super::Fault;

/// Folders at the root of a machine. A glob that begins with one of them and goes on below it is a
/// path of the machine; any other leading `/` is the root of the repository, as in `.gitignore`.
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

/// The fault of a glob that names a place of a machine.
pub(super) fn fault(text: &str) -> Option<Fault> {
    let (length, problem, help) = beginning(text)?;
    Some(Fault::new(0..length, problem, help))
}

/// How many bytes of the text say that it is no path of the repository, what they are, and what to
/// do.
fn beginning(text: &str) -> Option<(usize, &'static str, &'static str)> {
    let bytes = text.as_bytes();
    match bytes {
        [b'~', b'/', ..] => Some((2, "a home folder", HELP)),
        [drive, b':', b'/' | b'\\', ..] if drive.is_ascii_alphabetic() => {
            Some((3, "a drive", HELP))
        }
        [b'$', b'(', ..] => Some((2, "a command of the shell", HELP)),
        [b'$', first, ..] if first.is_ascii_alphabetic() || *first == b'_' => {
            let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
            let length = 1 + bytes[1..].iter().take_while(|byte| is_name(byte)).count();
            let help = "write the path from the repository's root, or `\\$` for a name that begins \
                        with `$`";
            Some((length, "a variable of the shell", help))
        }
        [b'/', b'/', ..] => Some((2, ABSOLUTE, HELP)),
        [b'/', ..] => {
            let (folder, _) = text[1..].split_once('/')?;
            TOP_FOLDERS.contains(&folder).then_some((folder.len() + 2, ABSOLUTE, HELP))
        }
        _ => None,
    }
}
