//! What lanes say of the paths below a folder, whether the folder exists or not.

use super::{Lane, Lanes};
use crate::glob::{Budget, Glob, Rest, Undecided, intersection_below};
use crate::index::TaskId;
use crate::path::RepoPath;

/// A folder; `None` is the root.
type Folder<'a> = Option<&'a RepoPath>;

/// Paths of other lanes below a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OthersBelow {
    /// The tasks that may write some of them, in the order of the plan.
    pub owners: Vec<TaskId>,
    /// One of the paths, without the folder.
    pub witness: RepoPath,
}

impl Lanes {
    /// The paths below a folder that other tasks may write and `task` may not, what is shared aside;
    /// `None` if there are none. Those that the same tasks may write below `unlike` are passed over.
    ///
    /// # Errors
    /// [`Undecided`] where a bound on work is reached.
    pub fn others_below(
        &self,
        folder: Folder<'_>,
        task: TaskId,
        unlike: Option<Folder<'_>>,
        budget: &mut Budget,
    ) -> Result<Option<OthersBelow>, Undecided> {
        let own = self.of(task);
        let mut found: Option<OthersBelow> = None;
        for (other, lane) in self.lanes.enumerated().filter(|(other, _)| *other != task) {
            let Some(witness) = lane.first_below(folder, own, unlike, budget)? else { continue };
            let found = found.get_or_insert_with(|| OthersBelow { owners: Vec::new(), witness });
            found.owners.push(other);
        }
        Ok(found)
    }

    /// Whether a glob of another task has literal text that goes on below a path.
    pub(crate) fn is_folder_of_others(&self, path: &RepoPath, task: TaskId) -> bool {
        let folder = [path.as_bytes(), b"/"].concat();
        let globs = self.by_beginning();
        let first = globs.partition_point(|&of| self.entry(of).prefix < folder.as_slice());
        let named = globs[first..].iter().map(|&of| self.entry(of));
        let mut named = named.take_while(|entry| entry.prefix.starts_with(&folder));
        named.any(|entry| entry.of.0 != task)
    }

    /// What no task may write.
    pub(crate) fn protect(&self) -> &[Glob] {
        self.common().map_or(&[], |common| &common.protect)
    }
}

impl Lane {
    /// The first path below a folder that this lane's own globs hold and another lane does not.
    fn first_below(
        &self,
        folder: Folder<'_>,
        without: &Lane,
        unlike: Option<Folder<'_>>,
        budget: &mut Budget,
    ) -> Result<Option<RepoPath>, Undecided> {
        let globs = rests(&self.globs, folder)?;
        if globs.is_empty() {
            return Ok(None);
        }
        let taken = || {
            let common = &self.common;
            let mut taken = rests(&self.exclusions, folder)?;
            taken.extend(rests(&common.protect, folder)?);
            taken.extend(rests(&common.share, folder)?);
            if let Some(unlike) = unlike {
                taken.extend(rests(&self.globs, unlike)?);
            }
            Ok(taken)
        };
        let mut outside = taken()?;
        outside.extend(rests(&without.globs, folder)?);
        for glob in &globs {
            if let Some(found) = intersection_below(glob, None, &outside, budget)? {
                return Ok(Some(found));
            }
        }
        // What the other lane excludes is outside of it as well.
        let taken = taken()?;
        for excluded in rests(&without.exclusions, folder)? {
            for glob in &globs {
                if let Some(found) = intersection_below(glob, Some(&excluded), &taken, budget)? {
                    return Ok(Some(found));
                }
            }
        }
        Ok(None)
    }

    /// The first path below a folder that the lane excludes, where nothing of the kind is excluded
    /// below `unlike`.
    ///
    /// # Errors
    /// [`Undecided`] where a bound on work is reached.
    pub fn excluded_below(
        &self,
        folder: Folder<'_>,
        unlike: Folder<'_>,
        budget: &mut Budget,
    ) -> Result<Option<RepoPath>, Undecided> {
        first_unlike(&self.exclusions, folder, unlike, budget)
    }

    /// Whether one of the lane's exclusions names a folder of this path.
    pub(crate) fn excludes_folder(&self, path: &RepoPath) -> Result<bool, Undecided> {
        names_folder(&self.exclusions, path)
    }
}

/// The first path below a folder that some globs match, where none matches it below `unlike`.
pub(crate) fn first_unlike(
    globs: &[Glob],
    folder: Folder<'_>,
    unlike: Folder<'_>,
    budget: &mut Budget,
) -> Result<Option<RepoPath>, Undecided> {
    let found = rests(globs, folder)?;
    if found.is_empty() {
        return Ok(None);
    }
    let subtracted = rests(globs, unlike)?;
    for glob in &found {
        if let Some(path) = intersection_below(glob, None, &subtracted, budget)? {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// Whether one of some globs names a folder of this path.
pub(crate) fn names_folder(globs: &[Glob], path: &RepoPath) -> Result<bool, Undecided> {
    for glob in globs {
        if glob.names_folder(path)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What some globs have below a folder.
fn rests<'g>(globs: &'g [Glob], folder: Folder<'g>) -> Result<Vec<Rest<'g>>, Undecided> {
    globs.iter().filter_map(|glob| glob.rest(folder).transpose()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::lane;
    use super::*;
    use crate::index::nth;

    #[test]
    fn other_lanes_below_a_folder() {
        let of = |own: &[&str], exclusions: &[&str], folder: &str, unlike: Option<&str>| {
            let (share, protect) = (&["log/**"], &["**/secret"]);
            let own = lane(own, exclusions, share, protect);
            let other = lane(&["src/**", "*.md", "log/x"], &["src/free/**"], share, protect);
            let lanes = Lanes::new(vec![own, other].into());
            let path = |text: &str| text.parse::<RepoPath>().unwrap();
            let (folder, unlike) = (path(folder), unlike.map(path));
            let unlike = unlike.as_ref().map(Some);
            let found = lanes.others_below(Some(&folder), nth(0), unlike, &mut Budget::default());
            found.unwrap().map(|found| found.witness.to_string())
        };
        assert_eq!(of(&["docs/**"], &[], "src", None).as_deref(), Some("0"));
        assert_eq!(of(&["docs/**"], &[], "src/free", None), None);
        assert_eq!(of(&["docs/**"], &[], "log", None), None);
        assert_eq!(of(&["docs/**"], &[], "docs", None), None);
        assert_eq!(of(&["src/**"], &[], "src", None), None);
        assert_eq!(of(&["src/*"], &[], "src", None).as_deref(), Some("0/0"));
        assert_eq!(of(&["src/**"], &["src/gen/**"], "src", None).as_deref(), Some("gen/0"));
        assert_eq!(of(&["src/**"], &["src/gen/**"], "src/a", None), None);
        assert_eq!(of(&["docs/**"], &[], "src/a", Some("src/b")), None);
        assert_eq!(of(&["docs/**"], &[], "src/a", Some("docs/b")).as_deref(), Some("0"));
    }
}
