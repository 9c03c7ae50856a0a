//! Collects changes, merged per path, and gaps.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::names::Fault;
use crate::change::object::{Mode, ObjectId};
use crate::change::{Change, ChangeKind, ChangeSet, Lines, Shown, Side};
use crate::failure::Failure;
use crate::path::{RepoPath, quote};

/// How many gaps are reported. A hostile text could have one on every line.
const MAX_GAPS: usize = 20;

const HELP: &str = "create the patch with `git diff --no-ext-diff --no-textconv --submodule=short --ignore-submodules=none A...B`";
const PREFIX_HELP: &str = "pass `--strip N` to strip N leading components from the names, like `git apply -pN` (0 for `git diff --no-prefix`), or create the patch with `git diff --default-prefix A...B`";

/// What one header does to one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Effect {
    pub(super) kind: ChangeKind,
    /// The modes, if the header has them.
    pub(super) old: Option<Mode>,
    pub(super) new: Option<Mode>,
    /// The new object, if the header has its full id.
    pub(super) id: Option<ObjectId>,
    pub(super) shown: Shown,
}

/// Whether the file type changes between these modes.
pub(super) fn is_retyped(old: Option<Mode>, new: Option<Mode>) -> bool {
    let both_files = |old: Mode, new: Mode| old.is_file() && new.is_file();
    matches!((old, new), (Some(old), Some(new)) if old != new && !both_files(old, new))
}

impl Effect {
    /// An effect without known modes and lines.
    pub(super) fn plain(kind: ChangeKind) -> Effect {
        let lines = match kind {
            ChangeKind::Added => Lines::added(),
            ChangeKind::Deleted => Lines::deleted(),
            _ => Lines::Unknown("the patch does not show them"),
        };
        let shown = Shown { lines, links: Vec::new() };
        Effect { kind, old: None, new: None, id: None, shown }
    }

    fn into_change(mut self) -> Change {
        // Several commits can write the same target.
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

    /// Combines two effects on one path. A log shows the newest commit first, a mailbox the oldest,
    /// so the order must not matter.
    fn merge(mut self, other: Effect) -> Effect {
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
        let lines = Lines::Unknown("several commits of the patch change it");
        Effect { kind, old, new, id: None, shown: Shown { lines, links: self.shown.links } }
    }
}

/// Builds a [`ChangeSet`].
#[derive(Debug, Default)]
pub(super) struct ChangeSetBuilder {
    effects: BTreeMap<RepoPath, Effect>,
    gaps: Vec<Failure>,
    /// How many gaps were dropped beyond [`MAX_GAPS`].
    dropped_gaps: usize,
}

impl ChangeSetBuilder {
    /// Adds an effect on a path, or a gap if the name is not a valid path.
    pub(super) fn add(&mut self, line: u64, name: Vec<u8>, effect: Effect) {
        let quoted = quote(&name);
        match RepoPath::new(name) {
            Ok(path) => match self.effects.entry(path) {
                Entry::Vacant(entry) => {
                    entry.insert(effect);
                }
                Entry::Occupied(mut entry) => {
                    let before =
                        std::mem::replace(entry.get_mut(), Effect::plain(ChangeKind::Modified));
                    entry.insert(before.merge(effect));
                }
            },
            Err(fault) => self.add_gap(line, &format!("invalid path {quoted}: {fault}")),
        }
    }

    /// Whether there is a change of this path.
    pub(super) fn contains(&self, name: &[u8]) -> bool {
        RepoPath::new(name).is_ok_and(|path| self.effects.contains_key(&path))
    }

    /// Adds a reason why the changes may be incomplete.
    pub(super) fn add_gap(&mut self, line: u64, problem: &str) {
        self.add_gap_with(line, problem, HELP);
    }

    /// Adds a gap for a header whose names do not determine a path.
    pub(super) fn add_fault(&mut self, line: u64, fault: Fault) {
        let help = if fault.is_about_prefixes() { PREFIX_HELP } else { HELP };
        self.add_gap_with(line, fault.problem(), help);
    }

    fn add_gap_with(&mut self, line: u64, problem: &str, help: &str) {
        if self.gaps.len() < MAX_GAPS {
            self.gaps.push(Failure::new(format!("line {line}: {problem}"), help));
        } else {
            self.dropped_gaps += 1;
        }
    }

    pub(super) fn has_gaps(&self) -> bool {
        !self.gaps.is_empty()
    }

    pub(super) fn finish(mut self) -> ChangeSet {
        if self.dropped_gaps > 0 {
            let problem = format!("and {} more lines that cannot be parsed", self.dropped_gaps);
            self.gaps.push(Failure::new(problem, HELP));
        }
        let changes =
            self.effects.into_iter().map(|(path, effect)| (path, effect.into_change())).collect();
        ChangeSet { changes, gaps: self.gaps }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::object;
    use ChangeKind::{Added, Deleted, Mode, Modified, Type};

    #[test]
    fn merged_effects() {
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
            assert_eq!(one.clone().merge(two.clone()).kind, both, "{one:?} {two:?}");
            assert_eq!(two.clone().merge(one.clone()).kind, both, "{two:?} {one:?}");
        }
    }

    #[test]
    fn deleted_then_added_type() {
        let deleted = |old| Effect { old, ..Effect::plain(Deleted) };
        let added = |new| Effect { new, ..Effect::plain(Added) };
        let (file, link) = (Some(object::Mode::File), Some(object::Mode::Symlink));
        assert_eq!(deleted(file).merge(added(link)).kind, Type);
        assert_eq!(added(link).merge(deleted(file)).kind, Type);
        assert_eq!(deleted(file).merge(added(file)).kind, Modified);
        assert_eq!(deleted(file).merge(added(Some(object::Mode::Executable))).kind, Modified);
        assert_eq!(deleted(None).merge(added(link)).kind, Modified);
    }

    #[test]
    fn maximum_number_of_gaps() {
        let mut builder = ChangeSetBuilder::default();
        (0..MAX_GAPS as u64 + 5).for_each(|line| builder.add_gap(line, "?"));
        let gaps = builder.finish().gaps;
        assert_eq!(gaps.len(), MAX_GAPS + 1);
        assert!(gaps.iter().any(|gap| gap.problem.contains("and 5 more")));
    }
}
