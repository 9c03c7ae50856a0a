//! Matches many files against all lanes at once.
//!
//! In byte order, files with a common prefix are adjacent. So globs are grouped by literal prefix,
//! and each group is only matched against its range of files.

use std::collections::BTreeMap;
use std::convert::Infallible;

use super::{Lane, Lanes, any};
use crate::glob::Glob;
use crate::glob::index::PrefixMap;
use crate::index::{IndexVec, TaskId};
use crate::parallel;
use crate::path::RepoPath;

/// How many files of a group are matched by one processor at a time.
const BLOCK: usize = 4096;

/// Larger groups of globs are indexed by name.
const MAX_UNINDEXED_GLOBS: usize = 4;

/// The globs with the same literal prefix, and the files that start with it.
struct Group<'a> {
    globs: Vec<(TaskId, &'a Glob)>,
    /// Indexes into `globs`, by the literal prefix of the last component.
    by_name: Option<PrefixMap<Vec<usize>>>,
    files: std::ops::Range<usize>,
}

impl Lanes {
    /// For each task that is `wanted`, the indexes of the files in its lane, without those in
    /// `share`.
    ///
    /// `files` must be in byte order.
    pub(crate) fn matched(
        &self,
        wanted: impl Fn(TaskId) -> bool,
        files: &[RepoPath],
    ) -> IndexVec<TaskId, Vec<usize>> {
        let mut groups: BTreeMap<&[u8], Vec<(TaskId, &Glob)>> = BTreeMap::new();
        for (task, lane) in self.lanes.enumerated().filter(|(task, _)| wanted(*task)) {
            for glob in &lane.globs {
                groups.entry(glob.prefix()).or_default().push((task, glob));
            }
        }
        let groups: Vec<Group<'_>> = groups
            .into_iter()
            .map(|(prefix, globs)| Group::new(prefix, globs, files))
            .filter(|group| !group.files.is_empty())
            .collect();
        let blocks: Vec<(&Group<'_>, std::ops::Range<usize>)> = groups
            .iter()
            .flat_map(|group| {
                let starts = group.files.clone().step_by(BLOCK);
                starts.map(move |start| (group, start..group.files.end.min(start + BLOCK)))
            })
            .collect();
        let mut matched: IndexVec<TaskId, Vec<usize>> = vec![Vec::new(); self.lanes.len()].into();
        let match_block = |block: usize| {
            let (group, range) = &blocks[block];
            let mut found = Vec::new();
            for index in range.clone() {
                group.tasks_of(&files[index], &self.lanes, |task| found.push((task, index)));
            }
            found
        };
        let _: Result<(), Infallible> = parallel::in_order(blocks.len(), match_block, |found| {
            for (task, index) in found {
                matched[task].push(index);
            }
            Ok(())
        });
        for files in matched.iter_mut() {
            files.sort_unstable();
            files.dedup();
        }
        matched
    }
}

impl<'a> Group<'a> {
    fn new(prefix: &[u8], globs: Vec<(TaskId, &'a Glob)>, files: &[RepoPath]) -> Group<'a> {
        let start = files.partition_point(|file| file.as_bytes() < prefix);
        let count = files[start..].partition_point(|file| file.as_bytes().starts_with(prefix));
        let by_name = (globs.len() > MAX_UNINDEXED_GLOBS).then(|| {
            let mut names: PrefixMap<Vec<usize>> = PrefixMap::default();
            for (index, (_, glob)) in globs.iter().enumerate() {
                names.entry(glob.literals().name).push(index);
            }
            names
        });
        Group { globs, by_name, files: start..start + count }
    }

    /// Calls `found` for each task whose lane contains a file due to a glob of this group.
    fn tasks_of(
        &self,
        file: &RepoPath,
        lanes: &IndexVec<TaskId, Lane>,
        mut found: impl FnMut(TaskId),
    ) {
        // A glob that is too large matches nothing here; its pairs are reported as undecided.
        let mut test = |&(task, glob): &(TaskId, &Glob)| {
            if glob.is_match(file) == Ok(true) && !lanes[task].removes(file) {
                found(task);
            }
        };
        match &self.by_name {
            None => self.globs.iter().for_each(test),
            Some(names) => {
                let indexes = names.prefixes_of(file.name()).flatten();
                indexes.for_each(|&index| test(&self.globs[index]));
            }
        }
    }
}

impl Lane {
    /// Whether a file does not count even if a glob of the lane matches it. Undecided means yes.
    fn removes(&self, file: &RepoPath) -> bool {
        let common = &self.common;
        [&self.exclusions, &common.protect, &common.share]
            .iter()
            .any(|globs| any(globs, file) != Ok(false))
    }
}

#[cfg(test)]
mod tests {
    use super::super::MatchedBy;
    use super::super::tests::lane;
    use super::*;
    use crate::index::nth;

    #[test]
    fn same_as_matching_each_file() {
        let (share, protect) = (&["log", "a/s*"], &["**/secret", "b/p/**"]);
        let globs = ["a/**", "**/x*", "**/y*", "**/*.rs", "b/?", "{a,b}/z", "**", "a/b/c", "**/k"];
        let tasks = (0..40).map(|task| {
            let pick = |shift: usize| globs[(task * 7 + shift) % globs.len()];
            lane(&[pick(0), pick(2)], &[pick(5)], share, protect)
        });
        let lanes = Lanes::new(tasks.collect());
        let names = ["x", "xy", "y.rs", "s", "secret", "z", "k", "c", "p/x"];
        let mut files: Vec<RepoPath> = ["", "a/", "a/b/", "b/", "c/d/e/"]
            .iter()
            .flat_map(|folder| names.map(|name| format!("{folder}{name}").parse().unwrap()))
            .collect();
        files.sort_unstable();
        let matched = lanes.matched(|task| task != nth(3), &files);
        assert!(matched[nth(3)].is_empty());
        let mut some = 0;
        for task in lanes.ids().filter(|&task| task != nth(3)) {
            let expected: Vec<usize> = (0..files.len())
                .filter(|&index| {
                    let matched_by = lanes.of(task).matched_by(&files[index]);
                    matches!(matched_by, Ok(Some(MatchedBy::Glob(_))))
                        && !lanes.is_shared(&files[index])
                })
                .collect();
            assert_eq!(matched[task], expected, "{task:?}");
            some += expected.len();
        }
        assert!(some > 100);
    }
}
