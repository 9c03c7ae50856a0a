//! Which of many files are in which lanes, all at once.
//!
//! Files in byte order that begin alike stand together, so the globs of one literal beginning are
//! held against their range of the files and against no other.

use std::collections::BTreeMap;
use std::convert::Infallible;

use super::{Beginnings, Lane, Lanes, any};
use crate::glob::Glob;
use crate::index::{IndexVec, TaskId};
use crate::parallel;
use crate::path::RepoPath;

/// How many files one processor looks at for a glob, or for many that begin alike, at a time.
const BLOCK: usize = 4096;

/// How many globs of one beginning are asked about each file; more are looked up by its name.
const FEW: usize = 4;

/// The globs of one literal beginning, and the files that have it.
struct Group<'a> {
    globs: Vec<(TaskId, &'a Glob)>,
    /// The globs by what all names of their files begin with, where there are many.
    by_name: Option<Beginnings<Vec<usize>>>,
    files: std::ops::Range<usize>,
}

impl Lanes {
    /// For each task of which `wanted` says so, the places of the files that its lane holds by its
    /// own globs; nothing for the others. What is shared is left out.
    ///
    /// `files` are in byte order.
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
        let look = |block: usize| {
            let (group, range) = &blocks[block];
            let mut found = Vec::new();
            for place in range.clone() {
                group.tasks_of(&files[place], &self.lanes, |task| found.push((task, place)));
            }
            found
        };
        let _: Result<(), Infallible> = parallel::in_order(blocks.len(), look, |found| {
            for (task, place) in found {
                matched[task].push(place);
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
        let behind = files[start..].partition_point(|file| file.as_bytes().starts_with(prefix));
        let by_name = (globs.len() > FEW).then(|| {
            let mut names: Beginnings<Vec<usize>> = Beginnings::default();
            for (place, (_, glob)) in globs.iter().enumerate() {
                names.entry(glob.literals().name).push(place);
            }
            names
        });
        Group { globs, by_name, files: start..start + behind }
    }

    /// The tasks whose lanes hold a file by a glob of this group.
    fn tasks_of(
        &self,
        file: &RepoPath,
        lanes: &IndexVec<TaskId, Lane>,
        mut found: impl FnMut(TaskId),
    ) {
        // A glob that cannot be built holds no file that anyone could name; its pairs are undecided.
        let mut ask = |&(task, glob): &(TaskId, &Glob)| {
            if glob.is_match(file) == Ok(true) && lanes[task].leaves(file) {
                found(task);
            }
        };
        match &self.by_name {
            None => self.globs.iter().for_each(ask),
            Some(names) => {
                let places = names.of(file.name()).flatten();
                places.for_each(|&place| ask(&self.globs[place]));
            }
        }
    }
}

impl Lane {
    /// Whether nothing takes a path from what the lane's own globs match.
    fn leaves(&self, file: &RepoPath) -> bool {
        let common = &self.common;
        [&self.exclusions, &common.protect, &common.share]
            .iter()
            .all(|globs| any(globs, file) == Ok(false))
    }
}

#[cfg(test)]
mod tests {
    use super::super::MatchedBy;
    use super::super::tests::lane;
    use super::*;
    use crate::index::nth;

    #[test]
    fn files_are_held_as_one_by_one() {
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
                .filter(|&place| {
                    let matched_by = lanes.of(task).matched_by(&files[place]);
                    matches!(matched_by, Ok(Some(MatchedBy::Glob(_))))
                        && !lanes.is_shared(&files[place])
                })
                .collect();
            assert_eq!(matched[task], expected, "{task:?}");
            some += expected.len();
        }
        assert!(some > 100);
    }
}
