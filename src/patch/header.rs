//! One file's header as git writes it, from `diff --git` to its first hunk.

use super::body::Hunk;
use super::change_set_builder::{Effect, is_retyped};
use super::content::Content;
use super::names::{Fault, Names, Side, lone, strip};
use crate::change::ChangeKind;
use crate::change::object::{Mode, ObjectId};

/// What a line meant to the header that it followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It belongs to the header.
    Taken,
    /// It opens a hunk.
    Hunk(Hunk),
    /// It opens a `GIT binary patch`.
    Binary,
    /// It belongs to the header, and cannot be read or stands where git writes no such line.
    Broken,
    /// It belongs to what comes next.
    Over,
}

/// The words that begin a line of a header: all those of `git apply`, and none besides. A line that
/// begins otherwise ends the header.
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
    /// `git apply` takes these for `rename from` and `rename to`; no git since 2005 writes them.
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
    /// Takes the word off the line that it begins.
    fn of(text: &[u8]) -> Option<(Word, &[u8])> {
        WORDS.iter().find_map(|(start, word)| Some((*word, text.strip_prefix(*start)?)))
    }

    /// The place of its line among those that git writes. `git apply` takes them in any order and
    /// any number, and the last one counts, or the first, or both: so no two may share a place.
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

/// What a header has said so far.
#[derive(Debug)]
pub(super) struct Header {
    /// The line of `diff --git`.
    pub(super) line: u64,
    /// What follows `diff --git `.
    text: Vec<u8>,
    names: Result<Names, Fault>,
    /// The rank of its last line.
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
        if let Some((word, rest)) = Word::of(text) {
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
        // git passes over a header of no line at all, and whatever stands behind it.
        if self.rank == 0 {
            return Step::Broken;
        }
        self.body = true;
        self.binary = true;
        if patch { Step::Binary } else { Step::Taken }
    }

    /// Takes what follows a line's word; false if it cannot be read.
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

    /// Whether nothing more than a mode was said, so that a rename may have been cut off.
    pub(super) fn is_mode_only(&self) -> bool {
        !(self.created || self.deleted || self.body) && self.index.is_none() && self.to.is_none()
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
        (bare || half).then_some(if last { CUT } else { BARE })
    }

    /// The paths, each below so many components, if all names agree on them.
    ///
    /// git has an order in which names outweigh each other. Here they all have to say the same, so
    /// that nobody needs to know it.
    pub(super) fn paths(&self, components: usize) -> Result<Paths<'_>, Fault> {
        let names = self.names.as_ref().map_err(|&fault| fault)?;
        let (from, to, paths) = match (&self.from, &self.to) {
            (Some(from), Some(to)) => {
                // These lines have no prefix, and git takes one component less off them.
                let less = components.saturating_sub(1);
                let (from, to) = (strip(from, less)?, strip(to, less)?);
                names.are(from, to, components)?;
                if from == to {
                    return Err(Fault::Apart);
                }
                (from, to, Paths::Moved { from, to, copied: self.copied })
            }
            (None, None) => {
                let path = names.common(components)?;
                (path, path, Paths::One(path))
            }
            _ => return Err(Fault::Apart),
        };
        expect(self.old.as_ref(), self.created, from, components)?;
        expect(self.new.as_ref(), self.deleted, to, components)?;
        Ok(paths)
    }

    /// What the header does to its path; of a rename or copy, to the new one.
    pub(super) fn effect(&self, mut content: Content) -> Effect {
        if self.binary {
            content.is_unknown("it is binary");
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
        self.created && before.is_some_and(|before| before.deleted && before.text == self.text)
    }
}

/// Checks one of the `---` and `+++` lines: `/dev/null` exactly where there is no file.
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

/// Keeps a value that could be read; false if it could not.
fn keep<T>(place: &mut Option<T>, value: Option<T>) -> bool {
    *place = value;
    place.is_some()
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
            "rename old x",
            "rename new x",
            "copy to x",
            "new mode 100755",
            "GIT binary patch",
            "Binary files a/x and b/x differ",
        ] {
            assert_eq!(Header::new(1, b"").take(broken.as_bytes()), Step::Broken, "{broken}");
        }
        // git takes its lines in any order; only its own is read.
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
