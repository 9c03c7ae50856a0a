//! What the hunks of a file show: changed lines, and the target of a symbolic link.

use std::ops::Range;

use crate::change::{ChangeKind, Lines, Shown};

/// How many ranges of changed lines are kept per file.
const MAX_RANGES: usize = 1_000;
/// Size limit of a link target. Linux allows 4,095 bytes.
const MAX_TARGET: usize = 1 << 16;

/// What the hunks have shown so far.
#[derive(Debug, Default)]
pub(super) struct Content {
    ranges: Vec<Range<u64>>,
    /// Where the open range begins.
    open: Option<u64>,
    why_unknown: Option<&'static str>,
    link: Link,
}

/// The target of the symbolic link that a file becomes.
#[derive(Debug, Default)]
enum Link {
    /// The file does not become a link, as far as is known.
    #[default]
    No,
    /// The target so far, and whether the previous line was part of it.
    Open(Vec<u8>, bool),
    /// Not fully shown.
    Unknown,
}

impl Content {
    /// Whether a range of changed lines is open.
    #[inline]
    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Opens a range before this line of the old file, or closes the open one there.
    pub(super) fn toggle(&mut self, at: u64) {
        let Some(start) = self.open.take() else {
            self.open = Some(at);
            return;
        };
        let has_room = self.ranges.len() < MAX_RANGES;
        match self.ranges.last_mut() {
            Some(last) if last.end == start => last.end = at,
            _ if has_room => self.ranges.push(start..at),
            _ => self.set_unknown("it has too many changes"),
        }
    }

    /// Closes the open range at the end of a hunk.
    pub(super) fn close(&mut self, at: u64) {
        if self.is_open() {
            self.toggle(at);
        }
    }

    /// Records why the changed lines are not known.
    pub(super) fn set_unknown(&mut self, why: &'static str) {
        self.why_unknown = Some(why);
    }

    /// Starts to record a link target, which one hunk has to show from its start.
    pub(super) fn open_link(&mut self, from_start: bool) {
        self.link = match self.link {
            Link::No if from_start => Link::Open(Vec::new(), false),
            _ => Link::Unknown,
        };
    }

    /// Whether a link target is being recorded.
    #[inline]
    pub(super) fn is_link(&self) -> bool {
        !matches!(self.link, Link::No)
    }

    /// Takes a line of the hunk that shows a link target.
    pub(super) fn take_link(&mut self, text: &[u8]) {
        let Link::Open(target, is_new) = &mut self.link else { return };
        match text.split_first() {
            Some((b'+' | b' ', line)) if target.len() + line.len() < MAX_TARGET => {
                target.extend_from_slice(line);
                target.push(b'\n');
                *is_new = true;
            }
            Some((b'+' | b' ', _)) => self.link = Link::Unknown,
            // `\ No newline at end of file`, of the new target or of the old one.
            Some((b'\\', _)) if *is_new => {
                target.pop();
            }
            _ => *is_new = false,
        }
    }

    /// What all hunks of a change of this kind have shown.
    pub(super) fn shown(self, kind: ChangeKind) -> Shown {
        let lines = match (kind, self.why_unknown) {
            // The hunks of a rename count from the old path.
            (ChangeKind::Added, _) => Lines::added(),
            (ChangeKind::Deleted, _) => Lines::deleted(),
            (_, Some(why)) => Lines::Unknown(why),
            (_, None) => Lines::Known(self.ranges),
        };
        let links = match self.link {
            Link::Open(target, _) => vec![target],
            Link::No | Link::Unknown => Vec::new(),
        };
        Shown { lines, links }
    }
}
