//! Headers without `diff --git`: what `diff -u` and its kin write.

use super::body::Hunk;
use super::names::{Fault, Side, strip};
use super::stamp::{says_absent, without_stamp};
use crate::change::ChangeKind;

/// Endings of the copy that somebody keeps of a file before changing it.
const BACKUPS: [&[u8]; 4] = [b".orig", b".old", b".bak", b"~"];

/// The `---` and `+++` lines of one file.
#[derive(Debug)]
pub(super) struct Plain {
    old: Side,
    new: Side,
    old_gone: bool,
    new_gone: bool,
}

impl Plain {
    /// Reads what follows `--- ` and `+++ `.
    pub(super) fn parse(old: &[u8], new: &[u8]) -> Result<Plain, Fault> {
        let (old, old_gone) = side(old)?;
        let (new, new_gone) = side(new)?;
        Ok(Plain { old, new, old_gone, new_gone })
    }

    /// What the header does, given its first hunk. A file dated 1970 with no line in it is what
    /// `diff -N` puts in the place of one that does not exist.
    pub(super) fn kind(&self, hunk: Hunk) -> ChangeKind {
        if self.old_gone && hunk.lacks_old() {
            ChangeKind::Added
        } else if self.new_gone && hunk.lacks_new() {
            ChangeKind::Deleted
        } else {
            ChangeKind::Modified
        }
    }

    /// The path, below so many components.
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

/// Reads one side, and whether it says that there is no such file.
fn side(text: &[u8]) -> Result<(Side, bool), Fault> {
    let (side, stamp) = Side::parse(text).ok_or(Fault::Unreadable)?;
    if let (Side::Named(name), Some(cut)) = (&side, without_stamp(text))
        && !text.starts_with(b"\"")
        && name != cut
    {
        return Err(Fault::Stamp);
    }
    let is_gone = side == Side::Absent || says_absent(stamp);
    Ok((side, is_gone))
}

/// The path that both names lead to. Of `x.orig` and `x` git goes by the second, the other way round
/// it depends on quotes.
fn common_path<'a>(old: &'a [u8], new: &'a [u8], components: usize) -> Result<&'a [u8], Fault> {
    if components > 0 && is_kept_as(new, old) {
        return Err(Fault::Unprefixed);
    }
    let path = strip(new, components)?;
    let agree = is_kept_as(path, strip(old, components)?) && !path.ends_with(b"/");
    if agree { Ok(path) } else { Err(Fault::Apart) }
}

/// Whether the other name is that of the same file or of the copy that was kept of it.
fn is_kept_as(name: &[u8], other: &[u8]) -> bool {
    let ending = other.strip_prefix(name);
    ending.is_some_and(|ending| ending.is_empty() || BACKUPS.contains(&ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_names_lead_to_one_path() {
        for (old, new, components, path) in [
            ("old/src/x", "new/src/x", 1, "src/x"),
            ("app-1.0/src/x", "app-2.0/src/x", 1, "src/x"),
            ("app-1.0/src/x", "app-2.0/src/x", 2, "x"),
            ("app.orig/x", "app/x", 1, "x"),
            ("src/x", "src/x", 0, "src/x"),
            ("src/x.orig", "src/x", 0, "src/x"),
            ("a/src/x~", "b/src/x", 1, "src/x"),
            ("src/x", "src/x~", 0, "Apart"),
            ("a/x", "b/x.orig", 1, "Apart"),
            ("a/src/x.orig", "b/src/x", 1, "src/x"),
            ("a/x\t2020-01-01 00:00:00 +0000", "b/x\t(revision 7)", 1, "x"),
            ("/dev/null", "b/x", 1, "x"),
            ("a/x", "/dev/null\t1970-01-01", 1, "x"),
            ("src/x", "src/x", 1, "Unprefixed"),
            ("src/x.orig", "src/x", 1, "Unprefixed"),
            ("src/x", "src/y", 0, "Apart"),
            ("a/x.c", "b/y.c", 1, "Apart"),
            ("a/src/x", "b/lib/x", 1, "Apart"),
            ("a/x", "b/x", 0, "Apart"),
            ("a/x", "b/xy", 1, "Apart"),
            ("../app.orig/src/x", "./src/x", 1, "Apart"),
            ("x", "b/x", 1, "Short"),
            ("/a/x", "/b/x", 2, "Short"),
            ("/dev/null", "x", 1, "Short"),
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
