//! The header of a file in git's format, from `diff --git` to the first hunk.

use super::body::Hunk;
use super::change_set_builder::{Effect, is_retyped};
use super::content::Content;
use super::names::{Fault, Names, Side, lone, strip};
use crate::change::ChangeKind;
use crate::change::object::{Mode, ObjectId};

/// What a line is to the header before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Part of the header.
    Taken,
    /// The start of a hunk.
    Hunk(Hunk),
    /// The start of a `GIT binary patch`.
    Binary,
    /// An invalid or misplaced line of the header.
    Broken,
    /// Not part of the header.
    Over,
}

/// The keywords of header lines, the same as for `git apply`. Any other line ends the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    OldMode,
    NewMode,
    Deleted,
    Created,
    Similarity,
    From {
        copied: bool,
    },
    To {
        copied: bool,
    },
    Index,
    Old,
    New,
    /// `git apply` still reads `rename old` and `rename new`, which no git since 2005 writes.
    Outdated,
}

const WORDS: [(&[u8], Word); 15] = [
    (b"--- ", Word::Old),
    (b"+++ ", Word::New),
    (b"old mode ", Word::OldMode),
    (b"new mode ", Word::NewMode),
    (b"deleted file mode ", Word::Deleted),
    (b"new file mode ", Word::Created),
    (b"copy from ", Word::From { copied: true }),
    (b"copy to ", Word::To { copied: true }),
    (b"rename old ", Word::Outdated),
    (b"rename new ", Word::Outdated),
    (b"rename from ", Word::From { copied: false }),
    (b"rename to ", Word::To { copied: false }),
    (b"similarity index ", Word::Similarity),
    (b"dissimilarity index ", Word::Similarity),
    (b"index ", Word::Index),
];

impl Word {
    /// The keyword of a line, and the rest of the line.
    fn parse(text: &[u8]) -> Option<(Word, &[u8])> {
        WORDS.iter().find_map(|(start, word)| Some((*word, text.strip_prefix(*start)?)))
    }

    /// The position of its line in git's order. `git apply` accepts any order and repeated lines,
    /// with varying results, so a line has to have a higher rank than the one before.
    fn rank(self) -> u8 {
        match self {
            Word::OldMode => 1,
            Word::NewMode | Word::Deleted | Word::Created => 2,
            Word::Similarity => 3,
            Word::From { .. } => 4,
            Word::To { .. } => 5,
            Word::Index => 6,
            Word::Old => 7,
            Word::New => 8,
            Word::Outdated => 0,
        }
    }
}

/// The paths that a header writes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Paths<'a> {
    One(&'a [u8]),
    Moved { from: &'a [u8], to: &'a [u8], copied: bool },
}

/// The header lines so far.
#[derive(Debug)]
pub(super) struct Header {
    /// The number of the `diff --git` line.
    pub(super) line: u64,
    /// The rest of the `diff --git` line.
    text: Vec<u8>,
    names: Result<Names, Fault>,
    /// The rank of the last line.
    rank: u8,
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

/// An `index` line.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Index {
    /// Whether an empty file is added or deleted.
    empty: bool,
    mode: Option<Mode>,
    /// The new object, if its id is not abbreviated.
    new: Option<ObjectId>,
}

impl Header {
    pub(super) fn new(line: u64, names: &[u8]) -> Header {
        Header {
            line,
            text: names.to_vec(),
            names: Names::parse(names),
            rank: 0,
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
        if let Some((word, rest)) = Word::parse(text) {
            let in_place = word.rank() > self.rank && !self.body;
            self.rank = word.rank();
            return taken(in_place && self.take_word(word, rest));
        }
        if self.old.is_some() || self.body {
            return Step::Over;
        }
        let patch = text == b"GIT binary patch";
        let notice = text.starts_with(b"Binary files ") && text.ends_with(b" differ");
        if !(patch || notice) {
            return Step::Over;
        }
        // git skips this after an empty header.
        if self.rank == 0 {
            return Step::Broken;
        }
        self.body = true;
        self.binary = true;
        if patch { Step::Binary } else { Step::Taken }
    }

    /// Takes the rest of a line after its keyword. False if it is invalid.
    fn take_word(&mut self, word: Word, rest: &[u8]) -> bool {
        match word {
            Word::OldMode => keep(&mut self.old_mode, mode(rest)),
            Word::NewMode => self.old_mode.is_some() && keep(&mut self.new_mode, mode(rest)),
            Word::Deleted => {
                self.deleted = self.old_mode.is_none();
                self.deleted && keep(&mut self.old_mode, mode(rest))
            }
            Word::Created => {
                self.created = self.old_mode.is_none();
                self.created && keep(&mut self.new_mode, mode(rest))
            }
            Word::Similarity => keep(&mut self.similarity, percent(rest)),
            Word::From { copied } => {
                self.copied = copied;
                !self.created && !self.deleted && keep(&mut self.from, lone(rest))
            }
            Word::To { copied } => {
                self.from.is_some() && copied == self.copied && keep(&mut self.to, lone(rest))
            }
            Word::Index => keep(&mut self.index, index(rest)),
            Word::Old => keep(&mut self.old, Side::parse(rest).map(|(side, _)| side)),
            Word::New => {
                self.old.is_some() && keep(&mut self.new, Side::parse(rest).map(|(side, _)| side))
            }
            Word::Outdated => false,
        }
    }

    /// Whether there are only mode lines so far.
    pub(super) fn is_mode_only(&self) -> bool {
        !(self.created || self.deleted || self.body) && self.index.is_none() && self.to.is_none()
    }

    /// What is missing from the header. `last` if the text ends with it.
    pub(super) fn fault(&self, last: bool) -> Option<&'static str> {
        const CUT: &str = "truncated file header";
        const BARE: &str = "file header without a change: the patch is truncated, or an option such as `-w` left the change out";
        let mode_alone = self.is_mode_only() && self.old_mode.is_some() && self.new_mode.is_some();
        let moved = self.from.is_some() && self.to.is_some();
        let bare = match &self.index {
            _ if self.body => false,
            _ if self.from.is_some() != self.to.is_some() => true,
            _ if self.old.is_some() => true,
            Some(index) if self.created || self.deleted => {
                // `-D` omits the content of deleted files.
                !(index.empty || self.deleted && !last)
            }
            None if self.created || self.deleted => last,
            Some(_) => true,
            None if moved => self.similarity.is_some_and(|percent| percent < 100),
            None => !mode_alone,
        };
        let half =
            !self.created && !self.deleted && self.old_mode.is_some() != self.new_mode.is_some();
        (bare || half).then_some(if last { CUT } else { BARE })
    }

    /// The paths after stripping `components`. All names have to agree, whereas git prefers some to
    /// others.
    pub(super) fn paths(&self, components: usize) -> Result<Paths<'_>, Fault> {
        let names = self.names.as_ref().map_err(|&fault| fault)?;
        let (from, to, paths) = match (&self.from, &self.to) {
            (Some(from), Some(to)) => {
                // These names have no prefix, so git strips one component less.
                let less = components.saturating_sub(1);
                let (from, to) = (strip(from, less)?, strip(to, less)?);
                names.expect(from, to, components)?;
                if from == to {
                    return Err(Fault::Inconsistent);
                }
                (from, to, Paths::Moved { from, to, copied: self.copied })
            }
            (None, None) => {
                let path = names.common(components)?;
                (path, path, Paths::One(path))
            }
            _ => return Err(Fault::Inconsistent),
        };
        expect(self.old.as_ref(), self.created, from, components)?;
        expect(self.new.as_ref(), self.deleted, to, components)?;
        Ok(paths)
    }

    /// The effect on the path, or on the new path of a rename or copy.
    pub(super) fn effect(&self, mut content: Content) -> Effect {
        if self.binary {
            content.set_unknown("it is binary");
        }
        let (old, new) = self.modes();
        let kind = if self.created || self.to.is_some() {
            ChangeKind::Added
        } else if self.deleted {
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

    /// The effect of a rename on the old path.
    pub(super) fn old_effect(&self) -> Effect {
        Effect { old: self.modes().0, ..Effect::plain(ChangeKind::Deleted) }
    }

    /// Whether the new mode is that of a symbolic link.
    pub(super) fn makes_link(&self) -> bool {
        self.modes().1 == Some(Mode::Symlink)
    }

    fn modes(&self) -> (Option<Mode>, Option<Mode>) {
        let both = self.index.as_ref().and_then(|index| index.mode);
        (self.old_mode.or(both), self.new_mode.or(both))
    }

    /// Whether this is the second half of a type change, which git writes as a deletion and a
    /// creation and counts as one file.
    pub(super) fn completes(&self, before: Option<&Header>) -> bool {
        self.created && before.is_some_and(|before| before.deleted && before.text == self.text)
    }
}

/// Checks a `---` or `+++` line: it has to be `/dev/null` exactly if the file is absent.
fn expect(
    side: Option<&Side>,
    is_absent: bool,
    path: &[u8],
    components: usize,
) -> Result<(), Fault> {
    match side {
        None => Ok(()),
        Some(Side::Absent) if is_absent => Ok(()),
        Some(Side::Named(_)) if is_absent => Err(Fault::NullDevice),
        Some(side) => side.expect(path, components),
    }
}

/// Stores a parsed value. False if it is invalid.
fn keep<T>(slot: &mut Option<T>, value: Option<T>) -> bool {
    *slot = value;
    slot.is_some()
}

fn taken(known: bool) -> Step {
    if known { Step::Taken } else { Step::Broken }
}

/// Parses a mode of six octal digits.
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

/// Parses `83db48f..bf269f4 100644`.
fn index(text: &[u8]) -> Option<Index> {
    let (ids, mode_text) = match text.iter().position(|&byte| byte == b' ') {
        Some(at) => (text.get(..at)?, text.get(at + 1..)),
        None => (text, None),
    };
    let dots = ids.windows(2).position(|bytes| bytes == b"..")?;
    let (old, new) = (ids.get(..dots)?, ids.get(dots + 2..)?);
    let is_id = |id: &[u8]| id.len() >= 4 && id.iter().all(u8::is_ascii_hexdigit);
    let mode = match mode_text {
        Some(text) => Some(mode(text)?),
        None => None,
    };
    let empty = (is_null(old) && is_empty_blob(new)) || (is_empty_blob(old) && is_null(new));
    let full_id = ObjectId::from_hex(new).filter(|_| !is_null(new));
    (is_id(old) && is_id(new)).then_some(Index { empty, mode, new: full_id })
}

fn is_null(id: &[u8]) -> bool {
    id.iter().all(|&digit| digit == b'0')
}

/// Whether this is a prefix of the SHA-1 or SHA-256 id of the empty blob.
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
    fn kinds_of_complete_headers() {
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
    fn incomplete_headers() {
        for (lines, inside, at_end) in [
            ("", true, true),
            ("old mode 100644", true, true),
            ("new file mode 100644", false, true),
            ("new file mode 100644\nindex 0000000..0123456", true, true),
            ("deleted file mode 100644\nindex 0123456..0000000", false, true),
            ("index 0123..4567 100644", true, true),
            ("index 0123..4567 100644\n--- a/x", true, true),
            ("index 0123..4567 100644\n--- a/x\n+++ b/x", true, true),
            ("similarity index 100%\nrename from x", true, true),
            ("similarity index 90%\nrename from x\nrename to y", true, true),
        ] {
            let header = header(lines);
            assert_eq!(header.fault(false).is_some(), inside, "{lines}");
            assert_eq!(header.fault(true).is_some(), at_end, "{lines}");
        }
    }

    #[test]
    fn broken_and_following_lines() {
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
            "rename old x",
            "rename new x",
            "copy to x",
            "new mode 100755",
            "GIT binary patch",
            "Binary files a/x and b/x differ",
        ] {
            assert_eq!(Header::new(1, b"").take(broken.as_bytes()), Step::Broken, "{broken}");
        }
        // git accepts any order; only the one that it writes is supported.
        for (lines, broken) in [
            (&["old mode 100644", "new mode 100755", "index 0123..4567"][..], false),
            (&["old mode 100644", "index 0123..4567", "new mode 100755"], true),
            (&["index 0123..4567", "index 0123..4567"], true),
            (&["new file mode 100644", "deleted file mode 100644"], true),
            (&["new file mode 100644", "copy from x"], true),
            (&["rename from x", "copy to y"], true),
            (&["--- a/x", "+++ b/x", "rename from x"], true),
        ] {
            let mut header = Header::new(1, b"");
            let broke = lines.iter().any(|line| header.take(line.as_bytes()) == Step::Broken);
            assert_eq!(broke, broken, "{lines:?}");
        }
        for other in ["", "diff --git a/y b/y", "-- ", "similar", "Binary files a and b diff"] {
            assert_eq!(Header::new(1, b"").take(other.as_bytes()), Step::Over, "{other}");
        }
    }
}
