//! The list as it grows: one kind for each path, however many headers name it, and the gaps.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::path::{RepoPath, quote};
use crate::repo::{ChangeKind, ChangeSet, Gap};

/// How many gaps are told one by one. A hostile text could hold one in every line.
const TOLD: usize = 20;

/// What to do about any gap.
const HELP: &str = "make the patch with `git diff --no-ext-diff --no-textconv --submodule=short --ignore-submodules=none A...B`";

/// What stands at a path, as far as a patch tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileType {
    Regular,
    Symlink,
    Submodule,
}

/// What one header does to one path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Effect {
    pub(super) kind: ChangeKind,
    /// What stood there before, where the header says so.
    pub(super) old: Option<FileType>,
    /// What stands there afterwards, where the header says so.
    pub(super) new: Option<FileType>,
}

impl Effect {
    /// An effect of which no file type is known.
    pub(super) fn plain(kind: ChangeKind) -> Effect {
        Effect { kind, old: None, new: None }
    }

    /// This effect and then another one on the same path. A log shows the newest commit first and
    /// a mailbox the oldest, so that the order of the two must not matter.
    fn and(self, other: Effect) -> Effect {
        use ChangeKind::{Added, Deleted, Mode, Modified, Type};
        let old = self.old.or(other.old);
        let new = other.new.or(self.new);
        let retyped = matches!((old, new), (Some(old), Some(new)) if old != new);
        let kind = match (self.kind, other.kind) {
            (Added, Deleted) | (Deleted, Added) if retyped => Type,
            (Added, Deleted) | (Deleted, Added) => Modified,
            (Added, _) | (_, Added) => Added,
            (Deleted, _) | (_, Deleted) => Deleted,
            (Type, _) | (_, Type) => Type,
            (Mode, Mode) => Mode,
            (Modified | Mode, Modified | Mode) => Modified,
        };
        Effect { kind, old, new }
    }
}

/// Everything found so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    effects: BTreeMap<RepoPath, Effect>,
    gaps: Vec<Gap>,
    untold: usize,
}

impl Tally {
    /// Counts an effect on the path of this name, or says why the name is no path.
    pub(super) fn count(&mut self, line: u64, name: Vec<u8>, effect: Effect) {
        let shown = quote(&name);
        match RepoPath::new(name) {
            Ok(path) => match self.effects.entry(path) {
                Entry::Vacant(entry) => {
                    entry.insert(effect);
                }
                Entry::Occupied(mut entry) => {
                    let both = entry.get().and(effect);
                    entry.insert(both);
                }
            },
            Err(fault) => {
                self.gap(line, &format!("{shown} is no path of a repository: {fault}"));
            }
        }
    }

    /// Whether some header writes this path.
    pub(super) fn holds(&self, name: &[u8]) -> bool {
        RepoPath::new(name).is_ok_and(|path| self.effects.contains_key(&path))
    }

    /// Notes why the list may not be whole.
    pub(super) fn gap(&mut self, line: u64, problem: &str) {
        if self.gaps.len() < TOLD {
            self.gaps.push(Gap { problem: format!("line {line}: {problem}"), help: HELP.into() });
        } else {
            self.untold += 1;
        }
    }

    /// Whether a gap was noted.
    pub(super) fn has_gaps(&self) -> bool {
        !self.gaps.is_empty()
    }

    /// The list.
    pub(super) fn finish(mut self) -> ChangeSet {
        if self.untold > 0 {
            let problem = format!("and {} more places that could not be read", self.untold);
            self.gaps.push(Gap { problem, help: HELP.into() });
        }
        let changes = self.effects.into_iter().map(|(path, effect)| (path, effect.kind)).collect();
        ChangeSet { changes, gaps: self.gaps }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ChangeKind::{Added, Deleted, Mode, Modified, Type};

    #[test]
    fn two_effects_on_one_path_are_one() {
        for (one, two, both) in [
            (Added, Modified, Added),
            (Added, Mode, Added),
            (Added, Deleted, Modified),
            (Deleted, Modified, Deleted),
            (Mode, Modified, Modified),
            (Mode, Mode, Mode),
            (Type, Modified, Type),
            (Type, Deleted, Deleted),
            (Added, Added, Added),
        ] {
            let (one, two) = (Effect::plain(one), Effect::plain(two));
            assert_eq!(one.and(two).kind, both, "{one:?} {two:?}");
            assert_eq!(two.and(one).kind, both, "{two:?} {one:?}");
        }
    }

    #[test]
    fn a_path_deleted_and_created_as_something_else_changed_its_type() {
        let gone = |old| Effect { kind: Deleted, old, new: None };
        let made = |new| Effect { kind: Added, old: None, new };
        let (file, link) = (Some(FileType::Regular), Some(FileType::Symlink));
        assert_eq!(gone(file).and(made(link)).kind, Type);
        assert_eq!(made(link).and(gone(file)).kind, Type);
        assert_eq!(gone(file).and(made(file)).kind, Modified);
        assert_eq!(gone(None).and(made(link)).kind, Modified);
    }

    #[test]
    fn gaps_are_told_one_by_one_up_to_a_bound() {
        let mut tally = Tally::default();
        (0..TOLD as u64 + 5).for_each(|line| tally.gap(line, "?"));
        let gaps = tally.finish().gaps;
        assert_eq!(gaps.len(), TOLD + 1);
        assert!(gaps.iter().any(|gap| gap.problem.contains("and 5 more")));
    }
}
