//! The files that exist and the folders that hold them, ready for many questions.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use crate::glob::{Budget, Glob, Intersection, Undecided};
use crate::path::RepoPath;

/// The files that exist, with their folders.
#[derive(Debug)]
pub(crate) struct Tree<'a> {
    /// In byte order.
    files: &'a [RepoPath],
    /// By their paths; that of the root is empty.
    folders: HashMap<&'a [u8], Folder<'a>>,
    sorted_folders: OnceLock<Vec<&'a [u8]>>,
    /// The places of the files, by what their paths end with, and by their names.
    by_end: OnceLock<Vec<usize>>,
    by_name: OnceLock<Vec<usize>>,
}

/// A folder that holds files, itself or further below.
#[derive(Debug, Default)]
pub(super) struct Folder<'a> {
    /// The names of the folders in it, in byte order of their paths.
    pub(super) folders: Vec<&'a [u8]>,
    /// The places of all files below it.
    files: Range<usize>,
}

impl Folder<'_> {
    fn up_to(mut self, end: usize) -> Self {
        self.files.end = end;
        self
    }
}

/// How much more work may be done: one for a name or a file that is looked at.
#[derive(Debug)]
pub(super) struct TreeBudget(pub(super) usize);

/// What it costs to hold a path against a glob.
pub(super) const MATCH: usize = 200;

/// What it costs to decide whether two globs meet, where that is not seen at a glance.
const DECISION: usize = 2_000;

impl TreeBudget {
    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Undecided> {
        self.0 = self.0.checked_sub(steps).ok_or_else(|| {
            // What was too much for one is too much for all that follow.
            self.0 = 0;
            Undecided
        })?;
        Ok(())
    }

    /// Whether two globs share a path outside of others.
    pub(super) fn meets(
        &mut self,
        one: &Glob,
        other: &Glob,
        subtracted: &[&Glob],
        budget: &mut Budget,
    ) -> Result<bool, Undecided> {
        let compatible = one.literals().compatible(&other.literals());
        self.spend(if compatible { DECISION } else { 1 })?;
        match one.intersection(other, subtracted, budget) {
            Intersection::Disjoint => Ok(false),
            Intersection::At(_) => Ok(true),
            Intersection::GaveUp => Err(Undecided),
        }
    }

    /// Whether a glob has a path outside of others.
    pub(super) fn reaches_outside(
        &mut self,
        glob: &Glob,
        others: &[&Glob],
        budget: &mut Budget,
    ) -> Result<bool, Undecided> {
        self.spend(DECISION)?;
        glob.reaches_outside(others, budget).ok_or(Undecided)
    }
}

/// How many files are looked at one by one before an index is made for them.
const FEW: usize = 64;

impl<'a> Tree<'a> {
    pub(crate) fn new(files: &'a [RepoPath]) -> Tree<'a> {
        let mut folders: HashMap<&[u8], Folder<'_>> = HashMap::new();
        // In byte order, what is below a folder stands together: these are the folders around here,
        // each entered when the last of its files is behind.
        let mut around: Vec<(&[u8], Folder<'_>)> = Vec::new();
        for (place, file) in files.iter().enumerate() {
            let path = file.as_bytes();
            while let Some((folder, entry)) = around.pop_if(|(folder, _)| !is_below(path, folder)) {
                folders.insert(folder, entry.up_to(place));
            }
            let innermost = around.last().map(|(folder, _)| *folder);
            let new = parents(path).take_while(|folder| innermost != Some(folder));
            let new: Vec<&[u8]> = new.collect();
            for folder in new.into_iter().rev() {
                if let Some((_, parent)) = around.last_mut() {
                    parent.folders.push(name(folder));
                }
                around.push((folder, Folder { folders: Vec::new(), files: place..place }));
            }
        }
        folders
            .extend(around.into_iter().map(|(folder, entry)| (folder, entry.up_to(files.len()))));
        let (by_end, by_name) = (OnceLock::new(), OnceLock::new());
        Tree { files, folders, sorted_folders: OnceLock::new(), by_end, by_name }
    }

    pub(super) fn files(&self) -> &'a [RepoPath] {
        self.files
    }

    pub(super) fn is_file(&self, path: &[u8]) -> bool {
        let range = self.beginning_with(path);
        self.files[range].first().is_some_and(|file| file.as_bytes() == path)
    }

    /// The folder of this path, with the path.
    pub(super) fn folder(&self, path: &[u8]) -> Option<(&'a [u8], &Folder<'a>)> {
        self.folders.get_key_value(path).map(|(path, folder)| (*path, folder))
    }

    /// The folders whose paths begin so, in byte order.
    pub(super) fn folders_beginning_with(&self, prefix: &[u8]) -> &[&'a [u8]] {
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

    /// The places of the files whose paths begin so.
    pub(super) fn beginning_with(&self, prefix: &[u8]) -> Range<usize> {
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

    /// The places of the files that a glob matches, in byte order.
    ///
    /// # Errors
    /// [`Undecided`] where the glob cannot be built, or the work is used up.
    pub(super) fn matching(
        &self,
        glob: &Glob,
        work: &mut TreeBudget,
    ) -> Result<Vec<usize>, Undecided> {
        let mut matching = Vec::new();
        let mut look = |place: usize| -> Result<(), Undecided> {
            work.spend(MATCH)?;
            if glob.is_match(&self.files[place])? {
                matching.push(place);
            }
            Ok(())
        };
        let inside = self.beginning_with(glob.prefix());
        if inside.len() <= FEW {
            inside.into_iter().try_for_each(&mut look)?;
            return Ok(matching);
        }
        let named = self.named_so(glob);
        if named.len() < inside.len() {
            named.iter().copied().try_for_each(&mut look)?;
            matching.sort_unstable();
        } else {
            inside.into_iter().try_for_each(&mut look)?;
        }
        Ok(matching)
    }

    /// How many files a glob matches at most, as far as that is seen at a glance.
    pub(super) fn at_most(&self, glob: &Glob) -> usize {
        let inside = self.beginning_with(glob.prefix()).len();
        if inside <= FEW { inside } else { inside.min(self.named_so(glob).len()) }
    }

    /// The places of the files whose names a glob matches, in byte order.
    ///
    /// # Errors
    /// As for [`Tree::matching`].
    pub(super) fn named(
        &self,
        glob: &Glob,
        work: &mut TreeBudget,
    ) -> Result<Vec<usize>, Undecided> {
        let mut named = Vec::new();
        let mut last: Option<(&[u8], bool)> = None;
        for &place in self.named_so(glob) {
            work.spend(1)?;
            let name = name(self.files[place].as_bytes());
            // Files of one name often stand together.
            let matches = match last {
                Some((known, matches)) if known == name => matches,
                _ => {
                    work.spend(MATCH)?;
                    RepoPath::new(name).map_or(Ok(false), |name| glob.is_match(&name))?
                }
            };
            last = Some((name, matches));
            if matches {
                named.push(place);
            }
        }
        named.sort_unstable();
        Ok(named)
    }

    /// The files whose names begin, or whose paths end, as those of the glob: the fewer of the two.
    fn named_so(&self, glob: &Glob) -> &[usize] {
        let literals = glob.literals();
        let named = with_beginning(
            self.by_name.get_or_init(|| self.sorted_by(|path| name(path).iter())),
            literals.name,
            |&place| name(self.files[place].as_bytes()).iter(),
        );
        let suffix = literals.suffix;
        let suffix: Vec<u8> =
            suffix.strip_prefix(b"/").unwrap_or(suffix).iter().rev().copied().collect();
        let ended = with_beginning(
            self.by_end.get_or_init(|| self.sorted_by(|path| path.iter().rev())),
            &suffix,
            |&place| self.files[place].as_bytes().iter().rev(),
        );
        if named.len() <= ended.len() { named } else { ended }
    }

    fn sorted_by<I: Iterator<Item = &'a u8>>(&self, key: impl Fn(&'a [u8]) -> I) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.files.len()).collect();
        let key = |place: usize| key(self.files[place].as_bytes());
        places.sort_unstable_by(|&one, &other| key(one).cmp(key(other)));
        places
    }
}

/// Of places that are sorted by some bytes of each, those whose bytes begin so.
fn with_beginning<'t, 'a, I: Iterator<Item = &'a u8>>(
    places: &'t [usize],
    beginning: &[u8],
    key: impl Fn(&usize) -> I,
) -> &'t [usize] {
    let start = places.partition_point(|place| key(place).lt(beginning));
    let rest = &places[start..];
    let inside = rest.partition_point(|place| key(place).take(beginning.len()).eq(beginning));
    &rest[..inside]
}

/// The last component of a path.
pub(super) fn name(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or(path)
}

/// The folder that holds a path; the root is empty.
pub(super) fn folder_of(path: &[u8]) -> &[u8] {
    &path[..path.iter().rposition(|&byte| byte == b'/').unwrap_or(0)]
}

fn is_below(path: &[u8], folder: &[u8]) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with(b"/"))
}

/// The folders that hold a path, from the inmost to the root.
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
    fn folders_are_known_with_those_inside() {
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
        let below = |prefix: &str| tree.folders_beginning_with(prefix.as_bytes()).to_vec();
        assert_eq!(below("a/b"), [b"a/b".as_slice(), b"a/b/d"]);
        assert_eq!(below(""), [b"a".as_slice(), b"a/b", b"a/b/d"]);
        assert!(tree.is_file(b"a/b/c") && !tree.is_file(b"a/b"));
        assert!(Tree::new(&[]).folder(b"").is_none());
    }

    #[test]
    fn a_path_is_in_all_folders_above_it() {
        let parents = |path: &'static str| -> Vec<&str> {
            parents(path.as_bytes()).map(|folder| std::str::from_utf8(folder).unwrap()).collect()
        };
        assert_eq!(parents("a/b/c"), ["a/b", "a", ""]);
        assert_eq!(parents("a"), [""]);
        assert_eq!(parents(""), [""; 0]);
    }

    #[test]
    fn work_that_is_used_up_stays_so() {
        let mut work = TreeBudget(3);
        assert_eq!(
            (work.spend(2), work.spend(2), work.spend(1)),
            (Ok(()), Err(Undecided), Err(Undecided))
        );
    }

    fn cases(default: u32) -> u32 {
        std::env::var("LANELINT_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(default)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: cases(300), failure_persistence: None, ..ProptestConfig::default() })]

        /// The indexes find what looking at every file finds, and both know the same files.
        #[test]
        fn matching_agrees_with_looking_at_every_file(
            names in prop::collection::btree_set("([ab]{1,2}/){0,2}[ab]{1,3}(\\.[rt]s)?", 0..200),
            globs in prop::collection::vec("([ab*]/|\\*\\*/){0,2}([ab]?\\*|\\*[ab]|[ab?]{1,2}|\\*\\.rs|a\\*\\.ts)", 1..6),
        ) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let files = paths(&names);
            let tree = Tree::new(&files);
            let mut work = TreeBudget(usize::MAX);
            for file in &files {
                prop_assert!(tree.is_file(file.as_bytes()));
            }
            for glob in globs {
                let glob = Glob::parse(&glob).unwrap();
                let naive: Vec<usize> =
                    (0..files.len()).filter(|&place| glob.is_match(&files[place]) == Ok(true)).collect();
                prop_assert!(tree.at_most(&glob) >= naive.len(), "{}", glob);
                prop_assert_eq!(tree.matching(&glob, &mut work), Ok(naive), "{}", glob);
                if !glob.text().contains('/') {
                    let anywhere = Glob::parse(&format!("**/{glob}")).unwrap();
                    let anywhere = tree.matching(&anywhere, &mut work);
                    prop_assert_eq!(tree.named(&glob, &mut work), anywhere, "{}", glob);
                }
            }
        }
    }
}
