//! What merging a branch writes beyond the paths that the branch itself changed.
//!
//! git's merge follows renames. Where the base renamed a file that the branch changed, or a folder
//! in which it added files, the branch's work lands at the new name, which its diff never mentions.

use std::collections::HashSet;

use super::moving::folders;
use crate::change::{Change, ChangeKind, ChangeSet};
use crate::index::InputId;
use crate::path::RepoPath;

/// A path that merging an input writes, and that is not among the input's own changes.
#[derive(Clone, Debug)]
pub struct Carried {
    /// The input.
    pub diff: InputId,
    /// The path, as the merge leaves it.
    pub path: RepoPath,
    /// How it differs from the base; no sides are known of a path that only conflicts.
    pub change: Change,
    /// The changed path that a rename, its own or its folder's, takes to this one, if that is known.
    pub from: Option<RepoPath>,
}

/// Whether a three-way merge of two diffs from one commit may write a path that `own` lacks.
///
/// git carries a change elsewhere only along a rename, and a rename needs a path that is gone. So
/// most branches need no merge. The answer may be `true` in vain, never `false`.
#[must_use]
pub fn may_carry(own: &ChangeSet, base: &ChangeSet) -> bool {
    let renamed_file = paths(base, ChangeKind::Deleted).any(|path| own.changes.contains_key(path));
    renamed_file || adds_to_left_folder(own, base) || adds_to_left_folder(base, own)
}

/// Whether one diff adds a path to a folder from which the other takes one away.
fn adds_to_left_folder(adder: &ChangeSet, mover: &ChangeSet) -> bool {
    let left: HashSet<&[u8]> = paths(mover, ChangeKind::Deleted).flat_map(folders).collect();
    !left.is_empty()
        && paths(adder, ChangeKind::Added)
            .any(|path| folders(path).any(|folder| left.contains(folder)))
}

fn paths(set: &ChangeSet, kind: ChangeKind) -> impl Iterator<Item = &RepoPath> {
    set.changes.iter().filter(move |(_, change)| change.kind == kind).map(|(path, _)| path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A diff, written `A path`, `D path` or `M path`.
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
    fn renames_carry() {
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
