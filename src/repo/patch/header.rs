//! One file's header as git writes it, from `diff --git` to its first hunk.

use super::body::Hunk;
use super::content::Content;
use super::names::{Names, Side, lone};
use super::tally::{Effect, is_retyped};
use crate::repo::ChangeKind;
use crate::repo::git::{Mode, ObjectId};

/// What a line meant to the header that it followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It belongs to the header.
    Taken,
    /// It opens a hunk.
    Hunk(Hunk),
    /// It opens a `GIT binary patch`.
    Binary,
    /// It belongs to the header and cannot be read.
    Broken,
    /// It belongs to what comes next.
    Over,
}

/// What a header has said so far.
#[derive(Debug)]
pub(super) struct Header {
    /// The line of `diff --git`.
    pub(super) line: u64,
    /// What follows `diff --git `.
    pub(super) names: Vec<u8>,
    old_mode: Option<Mode>,
    new_mode: Option<Mode>,
    created: bool,
    deleted: bool,
    copied: bool,
    from: Option<Vec<u8>>,
    to: Option<Vec<u8>>,
    similarity: Option<u64>,
    index: Option<Index>,
    old: Option<Side>,
    new: Option<Side>,
    body: bool,
    binary: bool,
}

/// What an `index` line says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Index {
    /// One side is the empty file and the other none.
    empty: bool,
    mode: Option<Mode>,
    /// The new object, where its name is not abbreviated.
    new: Option<ObjectId>,
}

impl Header {
    /// Opens a header.
    pub(super) fn new(line: u64, names: &[u8]) -> Header {
        Header {
            line,
            names: names.to_vec(),
            old_mode: None,
            new_mode: None,
            created: false,
            deleted: false,
            copied: false,
            from: None,
            to: None,
            similarity: None,
            index: None,
            old: None,
            new: None,
            body: false,
            binary: false,
        }
    }

    /// Takes the next line.
    pub(super) fn take(&mut self, text: &[u8]) -> Step {
        if text.starts_with(b"@@ -") {
            return match (&self.old, &self.new, Hunk::parse(text)) {
                (Some(_), Some(_), Some(hunk)) => {
                    self.body = true;
                    Step::Hunk(hunk)
                }
                _ => Step::Broken,
            };
        }
        if self.new.is_some() {
            return Step::Over;
        }
        if let Some(rest) = text.strip_prefix(b"+++ ") {
            self.new = self.old.as_ref().and(Side::parse(rest)).map(|(side, _)| side);
            return taken(self.new.is_some());
        }
        if self.old.is_some() {
            return Step::Over;
        }
        self.take_extended(text)
    }

    /// Takes a line of the kind that may stand between `diff --git` and `---`.
    fn take_extended(&mut self, text: &[u8]) -> Step {
        if text == b"GIT binary patch" {
            self.body = true;
            self.binary = true;
            return Step::Binary;
        }
        if text.starts_with(b"Binary files ") && text.ends_with(b" differ") {
            self.body = true;
            self.binary = true;
            return Step::Taken;
        }
        let after = |word: &str| text.strip_prefix(word.as_bytes());
        let known = if let Some(rest) = after("--- ") {
            self.old = Side::parse(rest).map(|(side, _)| side);
            self.old.is_some()
        } else if let Some(rest) = after("old mode ") {
            self.old_mode = mode(rest);
            self.old_mode.is_some()
        } else if let Some(rest) = after("new mode ") {
            self.new_mode = mode(rest);
            self.new_mode.is_some()
        } else if let Some(rest) = after("deleted file mode ") {
            self.deleted = true;
            self.old_mode = mode(rest);
            self.old_mode.is_some()
        } else if let Some(rest) = after("new file mode ") {
            self.created = true;
            self.new_mode = mode(rest);
            self.new_mode.is_some()
        } else if let Some(rest) = after("rename from ").or_else(|| after("rename old ")) {
            self.from = lone(rest);
            self.from.is_some()
        } else if let Some(rest) = after("rename to ").or_else(|| after("rename new ")) {
            self.to = lone(rest);
            self.to.is_some()
        } else if let Some(rest) = after("copy from ") {
            self.copied = true;
            self.from = lone(rest);
            self.from.is_some()
        } else if let Some(rest) = after("copy to ") {
            self.to = lone(rest);
            self.to.is_some()
        } else if let Some(rest) = after("similarity index ") {
            self.similarity = percent(rest);
            self.similarity.is_some()
        } else if let Some(rest) = after("dissimilarity index ") {
            percent(rest).is_some()
        } else if let Some(rest) = after("index ") {
            self.index = index(rest);
            self.index.is_some()
        } else {
            return Step::Over;
        };
        taken(known)
    }

    /// Whether nothing more than a mode was said, so that a rename may have been cut off.
    pub(super) fn is_mode_only(&self) -> bool {
        !(self.created || self.deleted || self.body) && self.index.is_none() && self.to.is_none()
    }

    /// Whether `/dev/null` stands where git would take it for the path `dev/null`.
    fn is_absent_unannounced(&self) -> bool {
        (self.old == Some(Side::Absent) && !self.created)
            || (self.new == Some(Side::Absent) && !self.deleted)
    }

    /// What the header lacks, if it lacks something; `last` says that the text ends behind it.
    pub(super) fn fault(&self, last: bool) -> Option<&'static str> {
        const CUT: &str = "the patch ends in a file's header";
        const BARE: &str = "a header without the change that it announces: the patch was cut, or made with an option that leaves changes out, such as `-w`";
        let mode_alone = self.is_mode_only() && self.old_mode.is_some() && self.new_mode.is_some();
        let moved = self.from.is_some() && self.to.is_some();
        let bare = match &self.index {
            _ if self.body => false,
            _ if self.from.is_some() != self.to.is_some() => true,
            _ if self.old.is_some() => true,
            Some(index) if self.created || self.deleted => {
                // `-D` leaves out the content of deleted files.
                !(index.empty || self.deleted && !last)
            }
            None if self.created || self.deleted => last,
            Some(_) => true,
            None if moved => self.similarity.is_some_and(|percent| percent < 100),
            None => !mode_alone,
        };
        let half =
            !self.created && !self.deleted && self.old_mode.is_some() != self.new_mode.is_some();
        if self.is_absent_unannounced() {
            return Some("`/dev/null` as a name, without `new file mode` or `deleted file mode`");
        }
        (bare || half).then_some(if last { CUT } else { BARE })
    }

    /// Both names of the header line, or nothing if its lines contradict each other.
    pub(super) fn pair(&self) -> Option<Names> {
        let name = |side: &Option<Side>| side.as_ref().and_then(Side::name).map(<[u8]>::to_vec);
        Names::parse(&self.names)?
            .with_sides(name(&self.old).as_deref(), name(&self.new).as_deref())
    }

    /// The two ends of a rename or copy, and whether it is a copy.
    pub(super) fn moved(&self) -> Option<(&[u8], &[u8], bool)> {
        Some((self.from.as_deref()?, self.to.as_deref()?, self.copied))
    }

    /// What the header does to its path; of a rename or copy, to the new one.
    pub(super) fn effect(&self, mut content: Content) -> Effect {
        if self.binary {
            content.is_unknown("it is binary");
        }
        let (old, new) = self.modes();
        let absent = |side: &Option<Side>| matches!(side, Some(Side::Absent));
        let kind = if self.created || self.to.is_some() || absent(&self.old) {
            ChangeKind::Added
        } else if self.deleted || absent(&self.new) {
            ChangeKind::Deleted
        } else if is_retyped(old, new) {
            ChangeKind::Type
        } else if self.body || self.index.is_some() || self.new_mode.is_none() {
            ChangeKind::Modified
        } else {
            ChangeKind::Mode
        };
        let id = self.index.as_ref().and_then(|index| index.new.clone());
        Effect { kind, old, new, id, shown: content.shown(kind) }
    }

    /// What a rename does to its old path.
    pub(super) fn old_effect(&self) -> Effect {
        Effect { old: self.modes().0, ..Effect::plain(ChangeKind::Deleted) }
    }

    /// Whether the path is a symbolic link afterwards, as far as the header says.
    pub(super) fn makes_link(&self) -> bool {
        self.modes().1 == Some(Mode::Symlink)
    }

    fn modes(&self) -> (Option<Mode>, Option<Mode>) {
        let both = self.index.as_ref().and_then(|index| index.mode);
        (self.old_mode.or(both), self.new_mode.or(both))
    }

    /// Whether this is the creation whose other half, a deletion of the same path, came just before:
    /// git writes the change of a file's type so, and counts it as one file.
    pub(super) fn completes(&self, before: Option<&Header>) -> bool {
        self.created && before.is_some_and(|before| before.deleted && before.names == self.names)
    }
}

fn taken(known: bool) -> Step {
    if known { Step::Taken } else { Step::Broken }
}

/// Reads git's six octal digits.
fn mode(text: &[u8]) -> Option<Mode> {
    let six = text.len() == 6 && text.iter().all(|digit| (b'0'..=b'7').contains(digit));
    let mode = if six { Mode::from_octal(text)? } else { return None };
    match mode {
        Mode::Tree | Mode::Other(_) => None,
        mode => Some(mode),
    }
}

fn percent(text: &[u8]) -> Option<u64> {
    let (value, rest) = super::body::number(text)?;
    (rest == b"%" && value <= 100).then_some(value)
}

/// Reads `83db48f..bf269f4 100644`.
fn index(text: &[u8]) -> Option<Index> {
    let (ids, mode_text) = match text.iter().position(|&byte| byte == b' ') {
        Some(at) => (text.get(..at)?, text.get(at + 1..)),
        None => (text, None),
    };
    let dots = ids.windows(2).position(|bytes| bytes == b"..")?;
    let (old, new) = (ids.get(..dots)?, ids.get(dots + 2..)?);
    let known = |id: &[u8]| id.len() >= 4 && id.iter().all(u8::is_ascii_hexdigit);
    let mode = match mode_text {
        Some(text) => Some(mode(text)?),
        None => None,
    };
    let empty = (is_nothing(old) && is_empty_blob(new)) || (is_empty_blob(old) && is_nothing(new));
    let whole = ObjectId::from_hex(new).filter(|_| !is_nothing(new));
    (known(old) && known(new)).then_some(Index { empty, mode, new: whole })
}

fn is_nothing(id: &[u8]) -> bool {
    id.iter().all(|&digit| digit == b'0')
}

/// Whether this abbreviates the id that the empty file has, in SHA-1 or SHA-256.
fn is_empty_blob(id: &[u8]) -> bool {
    const SHA1: &[u8] = b"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
    const SHA256: &[u8] = b"473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813";
    SHA1.starts_with(id) || SHA256.starts_with(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(lines: &str) -> Header {
        let mut header = Header::new(1, b"a/x b/x");
        for line in lines.lines() {
            assert!(!matches!(header.take(line.as_bytes()), Step::Over | Step::Broken), "{line}");
        }
        header
    }

    #[test]
    fn what_a_whole_header_says() {
        for (lines, kind) in [
            ("new file mode 100644\nindex 0000000..e69de29", ChangeKind::Added),
            ("deleted file mode 100644\nindex e69de29..0000000", ChangeKind::Deleted),
            ("new file mode 100644\nindex 0000..473a", ChangeKind::Added),
            ("old mode 100644\nnew mode 100755", ChangeKind::Mode),
            (
                "old mode 100644\nnew mode 100755\nindex 0123..4567\nBinary files a and b differ",
                ChangeKind::Modified,
            ),
            ("index 0123..4567 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@", ChangeKind::Modified),
            ("new file mode 100644\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@", ChangeKind::Added),
            ("index 0123..4567 100644\nGIT binary patch", ChangeKind::Modified),
            ("similarity index 100%\nrename from x\nrename to y", ChangeKind::Added),
        ] {
            let header = header(lines);
            let effect = header.effect(Content::default());
            assert_eq!((header.fault(true), effect.kind), (None, kind), "{lines}");
        }
    }

    #[test]
    fn what_a_header_may_lack() {
        for (lines, inside, at_end) in [
            ("", true, true),
            ("old mode 100644", true, true),
            ("new file mode 100644", false, true),
            ("new file mode 100644\nindex 0000000..0123456", true, true),
            ("deleted file mode 100644\nindex 0123456..0000000", false, true),
            ("index 0123..4567 100644", true, true),
            ("index 0123..4567 100644\n--- a/x", true, true),
            ("index 0123..4567 100644\n--- a/x\n+++ b/x", true, true),
            ("--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@", true, true),
            ("--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@", true, true),
            ("similarity index 100%\nrename from x", true, true),
            ("similarity index 90%\nrename from x\nrename to y", true, true),
        ] {
            let header = header(lines);
            assert_eq!(header.fault(false).is_some(), inside, "{lines}");
            assert_eq!(header.fault(true).is_some(), at_end, "{lines}");
        }
    }

    #[test]
    fn lines_that_are_broken_or_belong_elsewhere() {
        for broken in [
            "old mode 10064",
            "index 0123..",
            "index 0123",
            "rename to ",
            "+++ b/x",
            "similarity index 101%",
            "@@ -1 +1 @@",
            "new mode 100648",
            "--- ",
            "index 012..345 x",
        ] {
            assert_eq!(Header::new(1, b"").take(broken.as_bytes()), Step::Broken, "{broken}");
        }
        for other in ["", "diff --git a/y b/y", "-- ", "similar", "Binary files a and b diff"] {
            assert_eq!(Header::new(1, b"").take(other.as_bytes()), Step::Over, "{other}");
        }
    }
}
