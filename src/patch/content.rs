//! What a file's hunks show: which lines are written, and where a symbolic link leads.

use std::ops::Range;

use crate::change::{ChangeKind, Lines, Shown};

/// How many stretches of lines are kept of one file.
const STRETCHES: usize = 1_000;
/// No link's target is longer: Linux allows 4,095 bytes.
const LINK: usize = 1 << 16;

/// What has been shown so far.
#[derive(Debug, Default)]
pub(super) struct Content {
    stretches: Vec<Range<u64>>,
    /// Where the stretch at hand begins.
    open: Option<u64>,
    why_unknown: Option<&'static str>,
    link: Link,
}

/// The target of the symbolic link that a file becomes.
#[derive(Debug, Default)]
enum Link {
    /// The file becomes none, as far as is known.
    #[default]
    No,
    /// This is shown of it, and whether the line before was one of it.
    Open(Vec<u8>, bool),
    /// It is not shown whole.
    Unknown,
}

impl Content {
    /// Whether a stretch of written lines is open.
    #[inline]
    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Opens a stretch before this line of the old file, or closes the open one there.
    pub(super) fn turn(&mut self, at: u64) {
        let Some(start) = self.open.take() else {
            self.open = Some(at);
            return;
        };
        let room = self.stretches.len() < STRETCHES;
        match self.stretches.last_mut() {
            Some(last) if last.end == start => last.end = at,
            _ if room => self.stretches.push(start..at),
            _ => self.is_unknown("it is changed in too many places"),
        }
    }

    /// Closes a stretch where a hunk ends.
    pub(super) fn close(&mut self, at: u64) {
        if self.is_open() {
            self.turn(at);
        }
    }

    /// Says why the lines are not known.
    pub(super) fn is_unknown(&mut self, why: &'static str) {
        self.why_unknown = Some(why);
    }

    /// Begins to keep a link's target, which has to be shown whole: by one hunk, from its start.
    pub(super) fn open_link(&mut self, from_start: bool) {
        self.link = match self.link {
            Link::No if from_start => Link::Open(Vec::new(), false),
            _ => Link::Unknown,
        };
    }

    /// Whether a link's target is being kept.
    #[inline]
    pub(super) fn is_link(&self) -> bool {
        !matches!(self.link, Link::No)
    }

    /// Takes a line of the hunk that shows a link's target.
    pub(super) fn take_link(&mut self, text: &[u8]) {
        let Link::Open(target, is_new) = &mut self.link else { return };
        match text.split_first() {
            Some((b'+' | b' ', line)) if target.len() + line.len() < LINK => {
                target.extend_from_slice(line);
                target.push(b'\n');
                *is_new = true;
            }
            Some((b'+' | b' ', _)) => self.link = Link::Unknown,
            // The line before it has no line feed; that may be one of the old target.
            Some((b'\\', _)) if *is_new => {
                target.pop();
            }
            _ => *is_new = false,
        }
    }

    /// What the hunks have shown in all of a change of this kind.
    pub(super) fn shown(self, kind: ChangeKind) -> Shown {
        let lines = match (kind, self.why_unknown) {
            // Against nothing, whatever the hunks of a rename count from.
            (ChangeKind::Added, _) => Lines::added(),
            (ChangeKind::Deleted, _) => Lines::deleted(),
            (_, Some(why)) => Lines::Unknown(why),
            (_, None) => Lines::Known(self.stretches),
        };
        let links = match self.link {
            Link::Open(target, _) => vec![target],
            Link::No | Link::Unknown => Vec::new(),
        };
        Shown { lines, links }
    }
}
