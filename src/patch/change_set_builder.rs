//! The list as it grows: one kind for each path, however many headers name it, and the gaps.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::names::Fault;
use crate::change::object::{Mode, ObjectId};
use crate::change::{Change, ChangeKind, ChangeSet, Lines, Shown, Side};
use crate::failure::Failure;
use crate::path::{RepoPath, quote};

/// How many gaps are told one by one. A hostile text could hold one in every line.
const TOLD: usize = 20;

/// What to do about any gap.
const HELP: &str = "make the patch with `git diff --no-ext-diff --no-textconv --submodule=short --ignore-submodules=none A...B`";
/// What to do where a prefix may be shorter or longer than `--strip` says.
const PREFIXES: &str = "say with `--strip N` how many components `git apply -pN` has to take off the names (0 for those of `git diff --no-prefix`), or make the patch with `git diff --default-prefix A...B`";

/// What one header does to one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Effect {
    pub(super) kind: ChangeKind,
    /// What stood there before, where the header says so.
    pub(super) old: Option<Mode>,
    /// What stands there afterwards, where the header says so.
    pub(super) new: Option<Mode>,
    /// The object that stands there afterwards, where the header names it whole.
    pub(super) id: Option<ObjectId>,
    /// What the hunks show.
    pub(super) shown: Shown,
}

/// Whether a path that was the one and is the other has changed its type.
pub(super) fn is_retyped(old: Option<Mode>, new: Option<Mode>) -> bool {
    let both_files = |old: Mode, new: Mode| old.is_file() && new.is_file();
    matches!((old, new), (Some(old), Some(new)) if old != new && !both_files(old, new))
}

impl Effect {
    /// An effect of which no file type is known, nor any line.
    pub(super) fn plain(kind: ChangeKind) -> Effect {
        let lines = match kind {
            ChangeKind::Added => Lines::added(),
            ChangeKind::Deleted => Lines::deleted(),
            _ => Lines::Unknown("the patch does not show them"),
        };
        let shown = Shown { lines, links: Vec::new() };
        Effect { kind, old: None, new: None, id: None, shown }
    }

    /// The change that it is if no other header has one on its path.
    fn change(mut self) -> Change {
        // Commit after commit may write one link, and each target is followed.
        self.shown.links.sort_unstable();
        self.shown.links.dedup();
        let new = self.new.filter(|_| self.kind != ChangeKind::Deleted);
        let old = self.old.filter(|_| self.kind != ChangeKind::Added);
        Change {
            kind: self.kind,
            old: old.map(|mode| Side { mode, id: None }),
            new: new.map(|mode| Side { mode, id: self.id }),
            shown: Some(self.shown),
        }
    }

    /// This effect and then another one on the same path. A log shows the newest commit first and
    /// a mailbox the oldest, so that the order of the two must not matter.
    fn and(mut self, other: Effect) -> Effect {
        use ChangeKind::{Added, Deleted, Mode, Modified, Type};
        let old = self.old.or(other.old);
        let new = other.new.or(self.new);
        let retyped = is_retyped(old, new);
        let kind = match (self.kind, other.kind) {
            (Added, Deleted) | (Deleted, Added) if retyped => Type,
            (Added, Deleted) | (Deleted, Added) => Modified,
            (Added, _) | (_, Added) => Added,
            (Deleted, _) | (_, Deleted) => Deleted,
            (Type, _) | (_, Type) => Type,
            (Mode, Mode) => Mode,
            (Modified | Mode, Modified | Mode) => Modified,
        };
        self.shown.links.extend(other.shown.links);
        let lines = Lines::Unknown("several commits of the patch write it");
        Effect { kind, old, new, id: None, shown: Shown { lines, links: self.shown.links } }
    }
}

/// Everything found so far.
#[derive(Debug, Default)]
pub(super) struct ChangeSetBuilder {
    effects: BTreeMap<RepoPath, Effect>,
    gaps: Vec<Failure>,
    untold: usize,
}

impl ChangeSetBuilder {
    /// Counts an effect on the path of this name, or says why the name is no path.
    pub(super) fn count(&mut self, line: u64, name: Vec<u8>, effect: Effect) {
        let shown = quote(&name);
        match RepoPath::new(name) {
            Ok(path) => match self.effects.entry(path) {
                Entry::Vacant(entry) => {
                    entry.insert(effect);
                }
                Entry::Occupied(mut entry) => {
                    let before =
                        std::mem::replace(entry.get_mut(), Effect::plain(ChangeKind::Modified));
                    entry.insert(before.and(effect));
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
        self.gap_with(line, problem, HELP);
    }

    /// Notes a header whose names do not say which path it writes.
    pub(super) fn unnamed(&mut self, line: u64, fault: Fault) {
        let help = if fault.is_about_prefixes() { PREFIXES } else { HELP };
        self.gap_with(line, fault.problem(), help);
    }

    fn gap_with(&mut self, line: u64, problem: &str, help: &str) {
        if self.gaps.len() < TOLD {
            self.gaps
                .push(Failure { problem: format!("line {line}: {problem}"), help: help.into() });
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
            self.gaps.push(Failure { problem, help: HELP.into() });
        }
        let changes =
            self.effects.into_iter().map(|(path, effect)| (path, effect.change())).collect();
        ChangeSet { changes, gaps: self.gaps }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::object;
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
            assert_eq!(one.clone().and(two.clone()).kind, both, "{one:?} {two:?}");
            assert_eq!(two.clone().and(one.clone()).kind, both, "{two:?} {one:?}");
        }
    }

    #[test]
    fn a_path_deleted_and_created_as_something_else_changed_its_type() {
        let gone = |old| Effect { old, ..Effect::plain(Deleted) };
        let made = |new| Effect { new, ..Effect::plain(Added) };
        let (file, link) = (Some(object::Mode::File), Some(object::Mode::Symlink));
        assert_eq!(gone(file).and(made(link)).kind, Type);
        assert_eq!(made(link).and(gone(file)).kind, Type);
        assert_eq!(gone(file).and(made(file)).kind, Modified);
        assert_eq!(gone(file).and(made(Some(object::Mode::Executable))).kind, Modified);
        assert_eq!(gone(None).and(made(link)).kind, Modified);
    }

    #[test]
    fn gaps_are_told_one_by_one_up_to_a_bound() {
        let mut builder = ChangeSetBuilder::default();
        (0..TOLD as u64 + 5).for_each(|line| builder.gap(line, "?"));
        let gaps = builder.finish().gaps;
        assert_eq!(gaps.len(), TOLD + 1);
        assert!(gaps.iter().any(|gap| gap.problem.contains("and 5 more")));
    }
}
