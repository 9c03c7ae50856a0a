//! Headers without `diff --git`, as `diff -u` writes them.

use super::body::Hunk;
use super::names::{Fault, Side, strip};
use super::stamp::{says_absent, without_stamp};
use crate::change::ChangeKind;

/// Suffixes of backup files.
const BACKUP_SUFFIXES: [&[u8]; 4] = [b".orig", b".old", b".bak", b"~"];

/// The `---` and `+++` lines of one file.
#[derive(Debug)]
pub(super) struct Plain {
    old: Side,
    new: Side,
    old_absent: bool,
    new_absent: bool,
}

impl Plain {
    /// Parses what follows `--- ` and `+++ `.
    pub(super) fn parse(old: &[u8], new: &[u8]) -> Result<Plain, Fault> {
        let (old, old_absent) = side(old)?;
        let (new, new_absent) = side(new)?;
        Ok(Plain { old, new, old_absent, new_absent })
    }

    /// The kind of the change, given its first hunk. For a file that does not exist, `diff -N` shows
    /// an empty one dated 1970.
    pub(super) fn kind(&self, hunk: Hunk) -> ChangeKind {
        if self.old_absent && hunk.lacks_old() {
            ChangeKind::Added
        } else if self.new_absent && hunk.lacks_new() {
            ChangeKind::Deleted
        } else {
            ChangeKind::Modified
        }
    }

    /// The path after stripping `components`.
    pub(super) fn path(&self, components: usize) -> Result<&[u8], Fault> {
        match (&self.old, &self.new) {
            (Side::Named(old), Side::Named(new)) => common_path(old, new, components),
            (Side::Named(name), Side::Absent) | (Side::Absent, Side::Named(name)) => {
                strip(name, components)
            }
            (Side::Absent, Side::Absent) => Err(Fault::NullDevice),
        }
    }
}

/// Parses one side, and whether it says that the file does not exist.
fn side(text: &[u8]) -> Result<(Side, bool), Fault> {
    let (side, stamp) = Side::parse(text).ok_or(Fault::Unreadable)?;
    if let (Side::Named(name), Some(cut)) = (&side, without_stamp(text))
        && !text.starts_with(b"\"")
        && name != cut
    {
        return Err(Fault::Stamp);
    }
    let is_absent = side == Side::Absent || says_absent(stamp);
    Ok((side, is_absent))
}

/// The path of both names. Of `x.orig` and `x`, git uses the second. In the other order, it depends
/// on quotes.
fn common_path<'a>(old: &'a [u8], new: &'a [u8], components: usize) -> Result<&'a [u8], Fault> {
    if components > 0 && is_same_or_backup(new, old) {
        return Err(Fault::Unprefixed);
    }
    let path = strip(new, components)?;
    let agree = is_same_or_backup(path, strip(old, components)?) && !path.ends_with(b"/");
    if agree { Ok(path) } else { Err(Fault::Inconsistent) }
}

/// Whether `other` is the same name or that of a backup file.
fn is_same_or_backup(name: &[u8], other: &[u8]) -> bool {
    let suffix = other.strip_prefix(name);
    suffix.is_some_and(|suffix| suffix.is_empty() || BACKUP_SUFFIXES.contains(&suffix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_of_both_names() {
        for (old, new, components, path) in [
            ("old/src/x", "new/src/x", 1, "src/x"),
            ("app-1.0/src/x", "app-2.0/src/x", 1, "src/x"),
            ("app-1.0/src/x", "app-2.0/src/x", 2, "x"),
            ("app.orig/x", "app/x", 1, "x"),
            ("src/x", "src/x", 0, "src/x"),
            ("src/x.orig", "src/x", 0, "src/x"),
            ("a/src/x~", "b/src/x", 1, "src/x"),
            ("src/x", "src/x~", 0, "Inconsistent"),
            ("a/x", "b/x.orig", 1, "Inconsistent"),
            ("a/src/x.orig", "b/src/x", 1, "src/x"),
            ("a/x\t2020-01-01 00:00:00 +0000", "b/x\t(revision 7)", 1, "x"),
            ("/dev/null", "b/x", 1, "x"),
            ("a/x", "/dev/null\t1970-01-01", 1, "x"),
            ("src/x", "src/x", 1, "Unprefixed"),
            ("src/x.orig", "src/x", 1, "Unprefixed"),
            ("src/x", "src/y", 0, "Inconsistent"),
            ("a/x.c", "b/y.c", 1, "Inconsistent"),
            ("a/src/x", "b/lib/x", 1, "Inconsistent"),
            ("a/x", "b/x", 0, "Inconsistent"),
            ("a/x", "b/xy", 1, "Inconsistent"),
            ("../app.orig/src/x", "./src/x", 1, "Inconsistent"),
            ("x", "b/x", 1, "TooShort"),
            ("/a/x", "/b/x", 2, "TooShort"),
            ("/dev/null", "x", 1, "TooShort"),
            ("/dev/null", "/dev/null", 1, "NullDevice"),
            ("/dev/null 1970-01-01", "b/x", 1, "Stamp"),
            ("a/x 2020-01-01 00:00:00 +0000", "b/x", 1, "Stamp"),
            ("a/x", "b/x 2020-01-01", 1, "Stamp"),
            ("a/x\ty\t2020-01-01", "b/x", 1, "Stamp"),
            ("\"a/x", "b/x", 1, "Unreadable"),
        ] {
            let found = Plain::parse(old.as_bytes(), new.as_bytes())
                .and_then(|plain| plain.path(components).map(<[u8]>::to_vec));
            let found = match found {
                Ok(path) => String::from_utf8(path).unwrap(),
                Err(fault) => format!("{fault:?}"),
            };
            assert_eq!(found, path, "{old} {new} -p{components}");
        }
    }
}
