//! Paths that merging a branch writes although the branch did not change them.
//!
//! git follows renames when it merges. If the base renamed a file that the branch changed, or a
//! folder in which the branch added files, the changes go to the new name, which the branch's diff
//! does not contain.

use std::collections::HashSet;

use super::moving::folders;
use crate::change::{Change, ChangeKind, ChangeSet};
use crate::index::InputId;
use crate::path::RepoPath;

/// A change that merging an input makes to a path that the input itself did not change.
#[derive(Clone, Debug)]
pub struct CarriedChange {
    /// The input that is merged.
    pub input: InputId,
    /// The path after the merge.
    pub path: RepoPath,
    /// The difference to the base. A path with a conflict has neither an old nor a new side.
    pub change: Change,
    /// The changed path that was moved here, if known.
    pub from: Option<RepoPath>,
}

/// Whether merging a branch may write a path that its diff `own` does not contain. `base` is what
/// the base changed since the two diverged.
///
/// git moves a change only along a rename, and a rename needs a deleted path, so most branches need
/// no trial merge. `true` may be a false alarm; `false` is certain.
#[must_use]
pub(crate) fn may_carry(own: &ChangeSet, base: &ChangeSet) -> bool {
    let renamed_file = paths(base, ChangeKind::Deleted).any(|path| own.changes.contains_key(path));
    renamed_file || adds_to_moved_folder(own, base) || adds_to_moved_folder(base, own)
}

/// Whether one diff adds a path to a folder from which the other deletes one.
fn adds_to_moved_folder(adder: &ChangeSet, mover: &ChangeSet) -> bool {
    let shrunk: HashSet<&[u8]> = paths(mover, ChangeKind::Deleted).flat_map(folders).collect();
    !shrunk.is_empty()
        && paths(adder, ChangeKind::Added)
            .any(|path| folders(path).any(|folder| shrunk.contains(folder)))
}

fn paths(set: &ChangeSet, kind: ChangeKind) -> impl Iterator<Item = &RepoPath> {
    set.changes.iter().filter(move |(_, change)| change.kind == kind).map(|(path, _)| path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parses `A path`, `D path` and `M path`.
    fn diff(changes: &[&str]) -> ChangeSet {
        let mut set = ChangeSet::default();
        for change in changes {
            let (letter, path) = change.split_once(' ').unwrap();
            let kind = match letter {
                "A" => ChangeKind::Added,
                "D" => ChangeKind::Deleted,
                _ => ChangeKind::Modified,
            };
            let change = Change { kind, old: None, new: None, shown: None };
            set.changes.insert(path.parse().unwrap(), change);
        }
        set
    }

    #[test]
    fn renames_carry_changes() {
        for (own, base, expected) in [
            (&["M src/a"][..], &["D src/a", "A ci/a"][..], true),
            (&["D src/a", "A src/b"], &["D src/a", "A ci/a"], true),
            (&["A src/x/new"], &["D src/x/a", "A ci/a"], true),
            (&["D src/x/a", "A src/y/a"], &["A src/x/new"], true),
            (&["M src/a"], &["M src/a", "A src/b"], false),
            (&["M src/a"], &["D src/b", "A ci/b"], false),
            (&["A src/new"], &["D lib/a", "A ci/a"], false),
            (&["D src/a", "A src/b"], &["M src/c", "A lib/new"], false),
        ] {
            assert_eq!(may_carry(&diff(own), &diff(base)), expected, "{own:?} {base:?}");
        }
    }
}
