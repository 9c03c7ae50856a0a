//! Headers without `diff --git`: what `diff -u` and its kin write.

use bstr::ByteSlice;

use super::body::{Hunk, number};
use super::names::{Pair, Prefixes, Side, common_tail};
use crate::repo::ChangeKind;

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

/// Whose change a plain header shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// This path, below these prefixes.
    Path(Vec<u8>, Prefixes),
    /// The one side that is not `/dev/null`, prefix and all.
    Alone { name: Vec<u8>, is_old: bool },
    /// Two names that cannot be those of one file.
    Unclear,
}

impl Plain {
    /// Reads what follows `--- ` and `+++ `.
    pub(super) fn parse(old: &[u8], new: &[u8]) -> Option<Plain> {
        let (old, old_stamp) = Side::parse(old)?;
        let (new, new_stamp) = Side::parse(new)?;
        let gone = |side: &Side, stamp| *side == Side::Absent || says_absent(stamp);
        let (old_gone, new_gone) = (gone(&old, old_stamp), gone(&new, new_stamp));
        Some(Plain { old, new, old_gone, new_gone })
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

    /// Finds the path.
    pub(super) fn subject(self) -> Subject {
        match (self.old, self.new) {
            (Side::Named(old), Side::Named(new)) => common_path(Pair { old, new }),
            (Side::Named(name), Side::Absent) => Subject::Alone { name, is_old: true },
            (Side::Absent, Side::Named(name)) => Subject::Alone { name, is_old: false },
            (Side::Absent, Side::Absent) => Subject::Unclear,
        }
    }
}

/// The path of `Binary files A and B differ`, if there is one way only to read it.
pub(super) fn binary(text: &[u8]) -> Option<(Subject, ChangeKind)> {
    let names = text.strip_prefix(b"Binary files ")?.strip_suffix(b" differ")?;
    let mut splits = names.find_iter(b" and ");
    let at = splits.next()?;
    if splits.next().is_some() {
        return None;
    }
    let new = names.get(at + b" and ".len()..)?;
    let plain = Plain::parse(names.get(..at)?, new)?;
    let kind = match (&plain.old, &plain.new) {
        (Side::Absent, _) => ChangeKind::Added,
        (_, Side::Absent) => ChangeKind::Deleted,
        _ => ChangeKind::Modified,
    };
    Some((plain.subject(), kind))
}

/// The path that both names lead to, below two folders of which each is one component.
///
/// `diff -ru old new` compares folders, so that unlike git's own prefixes these end at a slash:
/// `app-1.0/src/x` and `app-2.0/src/x` are `src/x`.
fn common_path(pair: Pair) -> Subject {
    let Pair { old, new } = without_backup(pair);
    if old == new {
        return Subject::Path(old, Prefixes::none());
    }
    let tail = common_tail(&old, &new);
    let whole = tail == old.len() || tail == new.len();
    let rest = old.get(old.len() - tail..).unwrap_or_default();
    let skipped = match rest.find_byte(b'/') {
        _ if whole => 0,
        Some(slash) => slash + 1,
        None => return Subject::Unclear,
    };
    let path = rest.get(skipped..).unwrap_or_default().to_vec();
    let head = |name: &[u8]| name.get(..name.len() - path.len()).unwrap_or_default().to_vec();
    let prefixes = Prefixes { old: head(&old), new: head(&new) };
    if path.is_empty() || !are_two_folders(&prefixes) {
        return Subject::Unclear;
    }
    Subject::Path(path, prefixes)
}

fn are_two_folders(prefixes: &Prefixes) -> bool {
    let here = |prefix: &[u8]| matches!(prefix, b"" | b"./");
    let folder = |prefix: &[u8]| here(prefix) || prefix.ends_with(b"/");
    let single = |prefix: &[u8]| prefix.iter().filter(|&&byte| byte == b'/').count() == 1;
    let (old, new) = (&*prefixes.old, &*prefixes.new);
    folder(old) && folder(new) && (here(old) || here(new) || (single(old) && single(new)))
}

/// Of `src/x.orig` and `src/x` the second is the one that is kept, as `git apply` and `patch` hold.
fn without_backup(Pair { old, new }: Pair) -> Pair {
    for ending in BACKUPS {
        match (old.strip_suffix(ending), new.strip_suffix(ending)) {
            (Some(kept), None) if ends_like(kept, &new) => return Pair { old: kept.to_vec(), new },
            (None, Some(kept)) if ends_like(kept, &old) => return Pair { old, new: kept.to_vec() },
            _ => {}
        }
    }
    Pair { old, new }
}

/// Whether two names have the same last component.
fn ends_like(one: &[u8], two: &[u8]) -> bool {
    one.rsplit(|&byte| byte == b'/').next() == two.rsplit(|&byte| byte == b'/').next()
}

/// Whether what stands behind a name says that there is no such file: the epoch, in any time zone,
/// or Subversion's words.
fn says_absent(stamp: &[u8]) -> bool {
    matches!(stamp, b"(nonexistent)" | b"(revision 0)") || is_epoch(stamp) == Some(true)
}

/// Reads `1970-01-01 01:00:00.000000000 +0100`.
fn is_epoch(stamp: &[u8]) -> Option<bool> {
    let mut words = stamp.split(|&byte| byte == b' ');
    let day = match words.next()? {
        b"1969-12-31" => -24 * 60,
        b"1970-01-01" => 0,
        _ => return Some(false),
    };
    let (hours, rest) = number(words.next()?)?;
    let (minutes, rest) = number(rest.strip_prefix(b":")?)?;
    let seconds = rest.strip_prefix(b":00")?;
    let zero = seconds.iter().all(|byte| matches!(byte, b'.' | b'0'));
    let zone = words.next()?;
    let (offset, _) = number(zone.get(1..)?)?;
    let offset = i64::try_from(offset / 100 * 60 + offset % 100).ok()?;
    let offset = if zone.starts_with(b"-") { -offset } else { offset };
    let clock = i64::try_from(hours.checked_mul(60)?.checked_add(minutes)?).ok()?;
    Some(zero && day + clock == offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_names_lead_to_one_path() {
        for (old, new, path) in [
            ("old/src/x", "new/src/x", "src/x"),
            ("app-1.0/src/x", "app-2.0/src/x", "src/x"),
            ("app.orig/x", "app/x", "x"),
            ("src/x", "src/x", "src/x"),
            ("src/x.orig", "src/x", "src/x"),
            ("src/x", "src/x~", "src/x"),
            ("a/src/x.orig", "b/src/x", "src/x"),
            ("../app.orig/src/x", "./src/x", "src/x"),
            ("../app.orig/src/x", "src/x", "src/x"),
        ] {
            let pair = Pair { old: old.into(), new: new.into() };
            let subject = common_path(pair);
            assert!(
                matches!(&subject, Subject::Path(found, _) if *found == path.as_bytes()),
                "{old} {new}: {subject:?}"
            );
        }
        for (old, new) in [("src/x", "src/y"), ("x.c", "y.c"), ("src/a/x", "src/b/x"), ("x", "xy")]
        {
            let pair = Pair { old: old.into(), new: new.into() };
            assert_eq!(common_path(pair), Subject::Unclear, "{old} {new}");
        }
    }

    #[test]
    fn the_epoch_in_every_zone() {
        for (stamp, epoch) in [
            ("1970-01-01 00:00:00.000000000 +0000", true),
            ("1970-01-01 05:30:00 +0530", true),
            ("1969-12-31 16:00:00.000000000 -0800", true),
            ("1970-01-01 00:00:00.000000000 +0100", false),
            ("1970-01-01 00:00:01 +0000", false),
            ("2024-01-01 00:00:00 +0000", false),
            ("(revision 0)", true),
            ("(revision 7)", false),
            ("", false),
        ] {
            assert_eq!(says_absent(stamp.as_bytes()), epoch, "{stamp}");
        }
    }

    #[test]
    fn binary_files_of_a_plain_diff() {
        let found = binary(b"Binary files old/x y and new/x y differ");
        assert!(matches!(found, Some((Subject::Path(path, _), _)) if path == b"x y"));
        assert_eq!(binary(b"Binary files a/x and y and b/x and y differ"), None);
    }
}
