//! What lanes contain below a folder, which need not exist.

use super::{Lane, Lanes};
use crate::glob::{Budget, Glob, Rest, Undecided, intersection_below};
use crate::index::TaskId;
use crate::path::RepoPath;

/// `None` is the root.
type Folder<'a> = Option<&'a RepoPath>;

/// Paths below a folder that belong to other tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OthersBelow {
    /// The tasks that may write some of them, in plan order.
    pub owners: Vec<TaskId>,
    /// One of the paths, relative to the folder.
    pub witness: RepoPath,
}

impl Lanes {
    /// The paths below a folder, outside of `share`, that other tasks may write and `task` may not;
    /// `None` if there are none. Paths that the other task may also write below `reference`, if
    /// given, do not count.
    ///
    /// # Errors
    /// [`Undecided`] if the budget runs out.
    pub fn others_below(
        &self,
        folder: Folder<'_>,
        task: TaskId,
        reference: Option<Folder<'_>>,
        budget: &mut Budget,
    ) -> Result<Option<OthersBelow>, Undecided> {
        let own = self.of(task);
        let mut found: Option<OthersBelow> = None;
        for (other, lane) in self.lanes.enumerated().filter(|(other, _)| *other != task) {
            let Some(witness) = lane.first_below(folder, own, reference, budget)? else { continue };
            let found = found.get_or_insert_with(|| OthersBelow { owners: Vec::new(), witness });
            found.owners.push(other);
        }
        Ok(found)
    }

    /// Whether a glob of another task has a literal prefix below a path.
    pub(crate) fn is_folder_of_others(&self, path: &RepoPath, task: TaskId) -> bool {
        let folder = [path.as_bytes(), b"/"].concat();
        let globs = self.by_prefix();
        let first = globs.partition_point(|&key| self.entry(key).prefix < folder.as_slice());
        let below = globs[first..].iter().map(|&key| self.entry(key));
        let mut below = below.take_while(|entry| entry.prefix.starts_with(&folder));
        below.any(|entry| entry.key.0 != task)
    }

    pub(crate) fn protect(&self) -> &[Glob] {
        self.common().map_or(&[], |common| &common.protect)
    }
}

impl Lane {
    /// The first path below a folder that this lane's own globs match and another lane does not
    /// contain.
    fn first_below(
        &self,
        folder: Folder<'_>,
        other: &Lane,
        reference: Option<Folder<'_>>,
        budget: &mut Budget,
    ) -> Result<Option<RepoPath>, Undecided> {
        let globs = rests(&self.globs, folder)?;
        if globs.is_empty() {
            return Ok(None);
        }
        let subtracted = || {
            let common = &self.common;
            let mut subtracted = rests(&self.exclusions, folder)?;
            subtracted.extend(rests(&common.protect, folder)?);
            subtracted.extend(rests(&common.share, folder)?);
            if let Some(reference) = reference {
                subtracted.extend(rests(&self.globs, reference)?);
            }
            Ok(subtracted)
        };
        let mut with_other = subtracted()?;
        with_other.extend(rests(&other.globs, folder)?);
        for glob in &globs {
            if let Some(found) = intersection_below(glob, None, &with_other, budget)? {
                return Ok(Some(found));
            }
        }
        // The other lane does not contain what it excludes, either.
        let subtracted = subtracted()?;
        for excluded in rests(&other.exclusions, folder)? {
            for glob in &globs {
                if let Some(found) = intersection_below(glob, Some(&excluded), &subtracted, budget)?
                {
                    return Ok(Some(found));
                }
            }
        }
        Ok(None)
    }

    /// The first path that the lane excludes below a folder but not below `reference`.
    ///
    /// # Errors
    /// [`Undecided`] if the budget runs out.
    pub fn excluded_below(
        &self,
        folder: Folder<'_>,
        reference: Folder<'_>,
        budget: &mut Budget,
    ) -> Result<Option<RepoPath>, Undecided> {
        first_difference(&self.exclusions, folder, reference, budget)
    }

    /// Whether one of the lane's exclusions names this folder, see [`Glob::names_folder`].
    pub(crate) fn excludes_folder(&self, path: &RepoPath) -> Result<bool, Undecided> {
        names_folder(&self.exclusions, path)
    }
}

/// The first path that some of the globs match below a folder and none matches below `reference`.
pub(crate) fn first_difference(
    globs: &[Glob],
    folder: Folder<'_>,
    reference: Folder<'_>,
    budget: &mut Budget,
) -> Result<Option<RepoPath>, Undecided> {
    let found = rests(globs, folder)?;
    if found.is_empty() {
        return Ok(None);
    }
    let subtracted = rests(globs, reference)?;
    for glob in &found {
        if let Some(path) = intersection_below(glob, None, &subtracted, budget)? {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// Whether one of the globs names this folder, see [`Glob::names_folder`].
pub(crate) fn names_folder(globs: &[Glob], path: &RepoPath) -> Result<bool, Undecided> {
    for glob in globs {
        if glob.names_folder(path)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn rests<'g>(globs: &'g [Glob], folder: Folder<'g>) -> Result<Vec<Rest<'g>>, Undecided> {
    globs.iter().filter_map(|glob| glob.rest(folder).transpose()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::lane;
    use super::*;
    use crate::index::nth;

    #[test]
    fn others_below_folder() {
        let of = |own: &[&str], exclusions: &[&str], folder: &str, reference: Option<&str>| {
            let (share, protect) = (&["log/**"], &["**/secret"]);
            let own = lane(own, exclusions, share, protect);
            let other = lane(&["src/**", "*.md", "log/x"], &["src/free/**"], share, protect);
            let lanes = Lanes::new(vec![own, other].into());
            let path = |text: &str| text.parse::<RepoPath>().unwrap();
            let (folder, reference) = (path(folder), reference.map(path));
            let reference = reference.as_ref().map(Some);
            let found =
                lanes.others_below(Some(&folder), nth(0), reference, &mut Budget::default());
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
