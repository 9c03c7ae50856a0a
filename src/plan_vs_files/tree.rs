//! The existing files and their folders, indexed.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use crate::glob::{Budget, Glob, Intersection, Undecided};
use crate::path::RepoPath;

/// The existing files, with their folders.
#[derive(Debug)]
pub(crate) struct Tree<'a> {
    /// In byte order.
    files: &'a [RepoPath],
    /// By path; that of the root is empty.
    folders: HashMap<&'a [u8], Folder<'a>>,
    sorted_folders: OnceLock<Vec<&'a [u8]>>,
    /// The indexes of the files, sorted by reversed path.
    by_suffix: OnceLock<Vec<usize>>,
    /// The indexes of the files, sorted by basename.
    by_name: OnceLock<Vec<usize>>,
}

/// A folder with files in it or further below.
#[derive(Debug, Default)]
pub(super) struct Folder<'a> {
    /// The names of the folders in it, in byte order of their paths.
    pub(super) folders: Vec<&'a [u8]>,
    /// The indexes of all files below it.
    files: Range<usize>,
}

impl Folder<'_> {
    fn ending_at(mut self, end: usize) -> Self {
        self.files.end = end;
        self
    }
}

/// The work that is left, in steps: one per name or file visited.
#[derive(Debug)]
pub(super) struct TreeBudget(pub(super) usize);

/// The cost of matching a path against a glob.
pub(super) const MATCH_COST: usize = 200;

/// The cost of intersecting two globs with compatible literals.
const INTERSECTION_COST: usize = 2_000;

impl TreeBudget {
    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Undecided> {
        self.0 = self.0.checked_sub(steps).ok_or_else(|| {
            // Once exhausted, stay exhausted, even for cheaper steps.
            self.0 = 0;
            Undecided
        })?;
        Ok(())
    }

    /// Whether two globs intersect outside of `subtracted`.
    pub(super) fn intersects(
        &mut self,
        one: &Glob,
        other: &Glob,
        subtracted: &[&Glob],
        budget: &mut Budget,
    ) -> Result<bool, Undecided> {
        let compatible = one.literals().compatible(&other.literals());
        self.spend(if compatible { INTERSECTION_COST } else { 1 })?;
        match one.intersection(other, subtracted, budget) {
            Intersection::Disjoint => Ok(false),
            Intersection::At(_) => Ok(true),
            Intersection::GaveUp => Err(Undecided),
        }
    }

    /// Whether a glob has a path outside of `others`.
    pub(super) fn reaches_outside(
        &mut self,
        glob: &Glob,
        others: &[&Glob],
        budget: &mut Budget,
    ) -> Result<bool, Undecided> {
        self.spend(INTERSECTION_COST)?;
        glob.reaches_outside(others, budget).ok_or(Undecided)
    }
}

/// The most files to match one by one without building an index.
const SCAN_LIMIT: usize = 64;

impl<'a> Tree<'a> {
    pub(crate) fn new(files: &'a [RepoPath]) -> Tree<'a> {
        let mut folders: HashMap<&[u8], Folder<'_>> = HashMap::new();
        // In byte order, the files below a folder are consecutive. These are the folders around the
        // current file; each is inserted after its last file.
        let mut open: Vec<(&[u8], Folder<'_>)> = Vec::new();
        for (index, file) in files.iter().enumerate() {
            let path = file.as_bytes();
            while let Some((folder, entry)) = open.pop_if(|(folder, _)| !is_below(path, folder)) {
                folders.insert(folder, entry.ending_at(index));
            }
            let innermost = open.last().map(|(folder, _)| *folder);
            let new = parents(path).take_while(|folder| innermost != Some(folder));
            let new: Vec<&[u8]> = new.collect();
            for folder in new.into_iter().rev() {
                if let Some((_, parent)) = open.last_mut() {
                    parent.folders.push(name(folder));
                }
                open.push((folder, Folder { folders: Vec::new(), files: index..index }));
            }
        }
        folders
            .extend(open.into_iter().map(|(folder, entry)| (folder, entry.ending_at(files.len()))));
        let (by_suffix, by_name) = (OnceLock::new(), OnceLock::new());
        Tree { files, folders, sorted_folders: OnceLock::new(), by_suffix, by_name }
    }

    pub(super) fn files(&self) -> &'a [RepoPath] {
        self.files
    }

    pub(super) fn is_file(&self, path: &[u8]) -> bool {
        let range = self.files_with_prefix(path);
        self.files[range].first().is_some_and(|file| file.as_bytes() == path)
    }

    /// The folder at this path, and the path.
    pub(super) fn folder(&self, path: &[u8]) -> Option<(&'a [u8], &Folder<'a>)> {
        self.folders.get_key_value(path).map(|(path, folder)| (*path, folder))
    }

    /// The folders whose paths start with `prefix`, in byte order.
    pub(super) fn folders_with_prefix(&self, prefix: &[u8]) -> &[&'a [u8]] {
        let folders = self.sorted_folders.get_or_init(|| {
            let mut folders: Vec<&[u8]> =
                self.folders.keys().copied().filter(|folder| !folder.is_empty()).collect();
            folders.sort_unstable();
            folders
        });
        let start = folders.partition_point(|folder| *folder < prefix);
        let length = folders[start..].partition_point(|folder| folder.starts_with(prefix));
        &folders[start..start + length]
    }

    /// The indexes of the files whose paths start with `prefix`.
    pub(super) fn files_with_prefix(&self, prefix: &[u8]) -> Range<usize> {
        let Some(folder) = self.folders.get(folder_of(prefix)) else { return 0..0 };
        if prefix.is_empty() || prefix.ends_with(b"/") {
            return folder.files.clone();
        }
        let Range { start, end } = folder.files;
        let inside = &self.files[start..end];
        let before = inside.partition_point(|file| file.as_bytes() < prefix);
        let inside = &inside[before..];
        let length = inside.partition_point(|file| file.as_bytes().starts_with(prefix));
        start + before..start + before + length
    }

    /// The indexes of the files that a glob matches, in ascending order.
    ///
    /// # Errors
    /// [`Undecided`] if the glob is too large to build, or the budget is exhausted.
    pub(super) fn matching(
        &self,
        glob: &Glob,
        tree_budget: &mut TreeBudget,
    ) -> Result<Vec<usize>, Undecided> {
        let mut matching = Vec::new();
        let mut check = |index: usize| -> Result<(), Undecided> {
            tree_budget.spend(MATCH_COST)?;
            if glob.is_match(&self.files[index])? {
                matching.push(index);
            }
            Ok(())
        };
        let inside = self.files_with_prefix(glob.prefix());
        if inside.len() <= SCAN_LIMIT {
            inside.into_iter().try_for_each(&mut check)?;
            return Ok(matching);
        }
        let candidates = self.candidates(glob);
        if candidates.len() < inside.len() {
            candidates.iter().copied().try_for_each(&mut check)?;
            matching.sort_unstable();
        } else {
            inside.into_iter().try_for_each(&mut check)?;
        }
        Ok(matching)
    }

    /// A cheap upper bound for the number of files that a glob matches.
    pub(super) fn max_matches(&self, glob: &Glob) -> usize {
        let inside = self.files_with_prefix(glob.prefix()).len();
        if inside <= SCAN_LIMIT { inside } else { inside.min(self.candidates(glob).len()) }
    }

    /// The indexes of the files whose basenames a glob matches, in ascending order.
    ///
    /// # Errors
    /// As for [`Tree::matching`].
    pub(super) fn matching_basename(
        &self,
        glob: &Glob,
        tree_budget: &mut TreeBudget,
    ) -> Result<Vec<usize>, Undecided> {
        let mut matching = Vec::new();
        let mut last: Option<(&[u8], bool)> = None;
        for &index in self.candidates(glob) {
            tree_budget.spend(1)?;
            let name = name(self.files[index].as_bytes());
            // Files of the same name are often consecutive.
            let matches = match last {
                Some((last, matches)) if last == name => matches,
                _ => {
                    tree_budget.spend(MATCH_COST)?;
                    RepoPath::new(name).map_or(Ok(false), |name| glob.is_match(&name))?
                }
            };
            last = Some((name, matches));
            if matches {
                matching.push(index);
            }
        }
        matching.sort_unstable();
        Ok(matching)
    }

    /// The files with the glob's literal basename prefix or its literal suffix, whichever are fewer.
    fn candidates(&self, glob: &Glob) -> &[usize] {
        let literals = glob.literals();
        let by_name = with_prefix(
            self.by_name.get_or_init(|| self.sorted_by(|path| name(path).iter())),
            literals.name,
            |&index| name(self.files[index].as_bytes()).iter(),
        );
        let suffix = literals.suffix;
        let suffix: Vec<u8> =
            suffix.strip_prefix(b"/").unwrap_or(suffix).iter().rev().copied().collect();
        let by_suffix = with_prefix(
            self.by_suffix.get_or_init(|| self.sorted_by(|path| path.iter().rev())),
            &suffix,
            |&index| self.files[index].as_bytes().iter().rev(),
        );
        if by_name.len() <= by_suffix.len() { by_name } else { by_suffix }
    }

    fn sorted_by<I: Iterator<Item = &'a u8>>(&self, key: impl Fn(&'a [u8]) -> I) -> Vec<usize> {
        let mut indexes: Vec<usize> = (0..self.files.len()).collect();
        let key = |index: usize| key(self.files[index].as_bytes());
        indexes.sort_unstable_by(|&one, &other| key(one).cmp(key(other)));
        indexes
    }
}

/// Of indexes sorted by a key, those whose keys start with `prefix`.
fn with_prefix<'t, 'a, I: Iterator<Item = &'a u8>>(
    indexes: &'t [usize],
    prefix: &[u8],
    key: impl Fn(&usize) -> I,
) -> &'t [usize] {
    let start = indexes.partition_point(|index| key(index).lt(prefix));
    let rest = &indexes[start..];
    let inside = rest.partition_point(|index| key(index).take(prefix.len()).eq(prefix));
    &rest[..inside]
}

/// The last component of a path.
pub(super) fn name(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or(path)
}

/// The folder that contains a path; the root is empty.
pub(super) fn folder_of(path: &[u8]) -> &[u8] {
    &path[..path.iter().rposition(|&byte| byte == b'/').unwrap_or(0)]
}

fn is_below(path: &[u8], folder: &[u8]) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with(b"/"))
}

/// The folders that contain a path, from the innermost to the root.
pub(super) fn parents(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let first = (!path.is_empty()).then(|| folder_of(path));
    std::iter::successors(first, |folder| (!folder.is_empty()).then(|| folder_of(folder)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn paths(names: &[&str]) -> Vec<RepoPath> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn folders_and_subfolders() {
        let files = paths(&["a/b/c", "a/b/d/e", "a/x", "b"]);
        let tree = Tree::new(&files);
        for (folder, inside) in
            [("", vec!["a"]), ("a", vec!["b"]), ("a/b", vec!["d"]), ("a/b/d", vec![])]
        {
            let inside: Vec<&[u8]> = inside.iter().map(|name| name.as_bytes()).collect();
            assert_eq!(tree.folder(folder.as_bytes()).unwrap().1.folders, inside, "{folder}");
        }
        for other in ["b", "a/x", "a/", "a/b/d/e"] {
            assert!(tree.folder(other.as_bytes()).is_none(), "{other}");
        }
        let below = |prefix: &str| tree.folders_with_prefix(prefix.as_bytes()).to_vec();
        assert_eq!(below("a/b"), [b"a/b".as_slice(), b"a/b/d"]);
        assert_eq!(below(""), [b"a".as_slice(), b"a/b", b"a/b/d"]);
        assert!(tree.is_file(b"a/b/c") && !tree.is_file(b"a/b"));
        assert!(Tree::new(&[]).folder(b"").is_none());
    }

    #[test]
    fn parents_up_to_root() {
        let parents = |path: &'static str| -> Vec<&str> {
            parents(path.as_bytes()).map(|folder| std::str::from_utf8(folder).unwrap()).collect()
        };
        assert_eq!(parents("a/b/c"), ["a/b", "a", ""]);
        assert_eq!(parents("a"), [""]);
        assert_eq!(parents(""), [""; 0]);
    }

    #[test]
    fn budget_stays_exhausted() {
        let mut tree_budget = TreeBudget(3);
        assert_eq!(
            (tree_budget.spend(2), tree_budget.spend(2), tree_budget.spend(1)),
            (Ok(()), Err(Undecided), Err(Undecided))
        );
    }

    fn cases(default: u32) -> u32 {
        std::env::var("LANELINT_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(default)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: cases(300), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn agrees_with_matching_every_file(
            names in prop::collection::btree_set("([ab]{1,2}/){0,2}[ab]{1,3}(\\.[rt]s)?", 0..200),
            globs in prop::collection::vec("([ab*]/|\\*\\*/){0,2}([ab]?\\*|\\*[ab]|[ab?]{1,2}|\\*\\.rs|a\\*\\.ts)", 1..6),
        ) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let files = paths(&names);
            let tree = Tree::new(&files);
            let mut tree_budget = TreeBudget(usize::MAX);
            for file in &files {
                prop_assert!(tree.is_file(file.as_bytes()));
            }
            for glob in globs {
                let glob = Glob::parse(&glob).unwrap();
                let naive: Vec<usize> =
                    (0..files.len()).filter(|&index| glob.is_match(&files[index]) == Ok(true)).collect();
                prop_assert!(tree.max_matches(&glob) >= naive.len(), "{}", glob);
                prop_assert_eq!(tree.matching(&glob, &mut tree_budget), Ok(naive), "{}", glob);
                if !glob.text().contains('/') {
                    let anywhere = Glob::parse(&format!("**/{glob}")).unwrap();
                    let anywhere = tree.matching(&anywhere, &mut tree_budget);
                    prop_assert_eq!(tree.matching_basename(&glob, &mut tree_budget), anywhere, "{}", glob);
                }
            }
        }
    }
}
