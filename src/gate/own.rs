//! What of a branch's changes is its own: what merging it would still write.

use super::may_carry;
use super::moving::folders;
use crate::change::{ChangeSet, Conflict};
use crate::index::TaskId;
use crate::path::RepoPath;

/// What merging an input into its base would do. Empty if no trial merge was needed.
#[derive(Clone, Debug, Default)]
pub struct Merging {
    /// The changed paths that the base has already, or has moved elsewhere.
    pub landed: Vec<RepoPath>,
    /// The changes that it has from the branches of tasks that its task needs.
    pub inherited: Vec<Inherited>,
    /// Whether the branch is merged.
    pub is_merged: bool,
    /// Whether the task counts as merged by this branch.
    pub completes_task: bool,
    /// Whether the tip is on the base's own line: the branch is new, or was fast-forwarded.
    pub is_on_base: bool,
    /// The conflicts with the base.
    pub conflicts: Vec<Conflict>,
    /// The tasks that its task needs and that have branches, but are merged neither into the base
    /// nor into this branch.
    pub unmet: Vec<UnmetNeed>,
}

/// A task that is needed, but not merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnmetNeed {
    /// The needed task.
    pub task: TaskId,
    /// Whether its branches have no commit of their own: they are new, or were fast-forwarded.
    pub may_be_merged: bool,
}

/// A change that a branch has from another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inherited {
    /// The changed path.
    pub path: RepoPath,
    /// The task that made the change.
    pub task: TaskId,
}

/// Whether merging a branch may write anything else than its diff `own`. `base` is what the base
/// changed since the two diverged.
///
/// `true` may be a false alarm; `false` is certain.
#[must_use]
pub fn may_differ(own: &ChangeSet, base: &ChangeSet) -> bool {
    meet(own, base) || meet(base, own) || may_carry(own, base)
}

/// Whether one of the paths of `one` is among those of `other`, or is a folder there.
fn meet(one: &ChangeSet, other: &ChangeSet) -> bool {
    let is_among =
        |path: &[u8]| RepoPath::new(path).is_ok_and(|path| other.changes.contains_key(&path));
    one.changes.keys().any(|path| other.changes.contains_key(path) || folders(path).any(is_among))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{Change, ChangeKind};

    fn changed(paths: &[&str]) -> ChangeSet {
        let mut set = ChangeSet::default();
        for path in paths {
            let change = Change { kind: ChangeKind::Modified, old: None, new: None, shown: None };
            set.changes.insert(path.parse().unwrap(), change);
        }
        set
    }

    #[test]
    fn what_the_base_moved() {
        for (own, base, expected) in [
            (&["a", "b"][..], &["c"][..], false),
            (&["a", "b"], &["b"], true),
            (&["a/b"], &["a"], true),
            (&["a"], &["a/b/c"], true),
            (&["a/b"], &["a/c"], false),
            (&[], &["a"], false),
        ] {
            assert_eq!(may_differ(&changed(own), &changed(base)), expected, "{own:?} {base:?}");
        }
    }
}
