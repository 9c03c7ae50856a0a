//! Tasks that read what a concurrent task may write.
//!
//! `read` is a set of paths like a lane, so this is the search for overlaps, between reads and
//! lanes. Tasks with equal reads share the answer.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Finder, Overlap};
use crate::glob::Glob;
use crate::glob::candidates::for_each_candidate_between;
use crate::index::{IndexVec, TaskId};
use crate::lane::{LaneIntersection, Lanes};
use crate::path::RepoPath;
use crate::plan::Plan;
use crate::plan::order::Order;

/// The most hazards to report: those of seven hundred tasks that each read what all others write.
const MAX_HAZARDS: usize = 1 << 19;

/// The most intersecting pairs of globs to collect.
const MAX_PAIRS: usize = 1 << 18;

/// A task that reads what a concurrent one may write, or for which that is undecided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hazard {
    /// The task that reads.
    pub reader: TaskId,
    /// The task that may write.
    pub writer: TaskId,
    /// What both cover.
    pub overlap: Arc<ReadOverlap>,
}

/// The paths that one task reads and another may write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOverlap {
    /// The intersecting pairs of a glob that is read and one that may be written, and a witness: an
    /// existing file if there is one.
    pub shared: LaneIntersection,
    /// How many existing files are read and may be written.
    pub existing: usize,
    /// The first of these files.
    pub sample: Vec<RepoPath>,
}

/// The hazards of a plan.
#[derive(Debug, Default)]
pub struct Hazards {
    /// Ordered by reader, then by writer.
    pub found: Vec<Hazard>,
    /// The first reader and writer that were left out, if there are too many.
    pub gave_up: Option<(TaskId, TaskId)>,
}

/// Finds all hazards; shared paths do not count.
///
/// `files` are the existing files, in byte order.
#[must_use]
pub fn hazards(plan: &Plan, lanes: &Lanes, order: &Order, files: &[RepoPath]) -> Hazards {
    let groups = group_readers(plan);
    let Some(first) = lanes.ids().next().filter(|_| !groups.is_empty()) else {
        return Hazards::default();
    };
    // Append the reads to the lanes, as if each group had one more task.
    let read = groups.iter().map(|tasks| lanes.of(first).with_globs(reads(plan, tasks[0])));
    let all = Lanes::new(lanes.ids().map(|task| lanes.of(task).clone()).chain(read).collect());
    let readers: IndexVec<TaskId, Vec<TaskId>> =
        lanes.ids().map(|_| Vec::new()).chain(groups).collect();

    let mut finder = Finder::new(&all, MAX_PAIRS);
    let may_intersect = |reads: TaskId, writer: TaskId| {
        let readers = &readers[reads];
        // Among several readers, one nearly always runs beside the writer.
        readers.len() > 1 || order.concurrent(readers[0], writer)
    };
    let (read, written): (Vec<_>, Vec<_>) =
        all.globs().partition(|entry| !readers[entry.key.0].is_empty());
    let _stopped = for_each_candidate_between(
        &read,
        &written,
        |read, written| may_intersect(read.0, written.0),
        |read, written| finder.check(read, written),
    );

    let mut hazards = Hazards::default();
    for Overlap { tasks: (reads, writer), shared, existing, sample } in finder.overlaps(files) {
        let overlap = Arc::new(ReadOverlap { shared, existing, sample });
        let readers = readers[reads].iter();
        for &reader in readers.filter(|&&reader| order.concurrent(reader, writer)) {
            if hazards.found.len() < MAX_HAZARDS {
                let overlap = Arc::clone(&overlap);
                hazards.found.push(Hazard { reader, writer, overlap });
            } else {
                hazards.gave_up.get_or_insert((reader, writer));
            }
        }
    }
    hazards.found.sort_unstable_by_key(|hazard| (hazard.reader, hazard.writer));
    hazards
}

/// Groups the tasks that read something by what they read.
fn group_readers(plan: &Plan) -> Vec<Vec<TaskId>> {
    let mut group_of: HashMap<Vec<(bool, usize)>, usize> = HashMap::new();
    let mut groups: Vec<Vec<TaskId>> = Vec::new();
    for (id, task) in plan.tasks.enumerated() {
        let sound = task.read.iter().filter_map(|entry| {
            entry.glob.as_ref().ok().map(|glob| (entry.negated, glob.identity()))
        });
        let read: Vec<(bool, usize)> = sound.collect();
        if read.iter().all(|(negated, _)| *negated) {
            continue;
        }
        let group = *group_of.entry(read).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[group].push(id);
    }
    groups
}

/// The valid globs and exclusions of `read`.
fn reads(plan: &Plan, task: TaskId) -> [Vec<Glob>; 2] {
    [false, true].map(|negated| {
        let entries = plan[task].read.iter().filter(|entry| entry.negated == negated);
        entries.filter_map(|entry| entry.glob.clone().ok()).collect()
    })
}

/// Whether a hazard also has paths outside of `paths`, or may.
pub(crate) fn hazard_reaches_outside(
    plan: &Plan,
    lanes: &Lanes,
    hazard: &Hazard,
    paths: &Glob,
) -> bool {
    let writer = lanes.of(hazard.writer);
    let read = writer.with_globs(reads(plan, hazard.reader));
    let pairs = hazard.overlap.shared.pairs.iter().copied();
    let outside = read.intersection_outside(writer, pairs, std::slice::from_ref(paths));
    !outside.pairs.is_empty() || !outside.undecided.is_empty()
}

#[cfg(test)]
mod tests {
    use super::super::tests::plan;
    use super::*;

    /// The hazards as `reader < writer at path of count`.
    fn found(text: &str, files: &[&str]) -> Vec<String> {
        let plan = plan(text);
        let files: Vec<RepoPath> = files.iter().map(|file| file.parse().unwrap()).collect();
        let hazards = hazards(&plan, &plan.lanes(), &Order::new(&plan), &files);
        assert_eq!(hazards.gave_up, None);
        let lines = hazards.found.iter().map(|hazard| {
            let id = |task: TaskId| &plan[task].id.value;
            let ReadOverlap { shared, existing, .. } = &*hazard.overlap;
            assert!(shared.undecided.is_empty());
            let path = shared.witness.as_ref().unwrap();
            format!("{} < {} at {path} of {existing}", id(hazard.reader), id(hazard.writer))
        });
        lines.collect()
    }

    #[test]
    fn readers_and_concurrent_writers() {
        let text = "tasks:\n  a: {write: x, read: [doc/**, 'src/*.rs']}\n  b: {write: src/**}\n  \
                    c: {write: [doc/c, src/x.ts], read: doc/**}\n  d: {write: '**', needs: [a, b]}\n  \
                    e: {write: [], read: doc/c}\n";
        let expected = [
            "a < b at src/.rs of 0",
            "a < c at doc/c of 0",
            "c < d at doc/0 of 0",
            "e < c at doc/c of 0",
            "e < d at doc/c of 0",
        ];
        assert_eq!(found(text, &[]), expected);
    }

    #[test]
    fn existing_file_is_the_witness() {
        let text =
            "tasks:\n  a: {write: [], read: [src/**, '!src/y/**']}\n  b: {write: '**/*.rs'}\n";
        let files = ["src/a.rs", "src/b.rs", "src/c", "src/y/d.rs"];
        assert_eq!(found(text, &files), ["a < b at src/a.rs of 2"]);
    }

    #[test]
    fn shared_protected_ordered_or_excluded() {
        for text in [
            "tasks:\n  a: {write: src/**, read: src/**}\n  b: {write: doc/**, read: doc/x}\n",
            "tasks:\n  a: {write: [], read: [log, p/x]}\n  b: {write: [log, p/*]}\nshare: log\n\
             protect: p/**\n",
            "tasks:\n  a: {write: x, read: y}\n  b: {write: y, needs: a}\n",
            "tasks:\n  a: {write: x, read: y/**, needs: b}\n  b: {write: y/**}\n",
            "tasks:\n  a: {write: [], read: ['y/**', '!y/z']}\n  b: {write: y/z}\n",
            "tasks:\n  a: {write: [], read: y/**}\n  b: {write: ['**', '!y/**']}\n",
            "tasks:\n  a: {write: [], read: '!y/**'}\n  b: {write: ['**', '!y/**']}\n",
        ] {
            assert_eq!(found(text, &["y/z"]), [] as [&str; 0], "{text}");
        }
    }

    #[test]
    fn tasks_with_equal_reads() {
        let tasks: String =
            (0..50).map(|n| format!("  t{n}: {{write: 'x{n}/**', read: 'x?/**'}}\n")).collect();
        let found = found(&format!("tasks:\n{tasks}"), &[]);
        assert_eq!(found.len(), 10 * 49);
        assert_eq!(found[0], "t0 < t1 at x1/0 of 0");
        assert_eq!(found[found.len() - 1], "t49 < t9 at x9/0 of 0");
    }

    #[test]
    fn hazard_limit_gives_up() {
        let tasks: String =
            (0..1_100).map(|n| format!("  t{n}: {{write: 'x{n}/**', read: '**'}}\n")).collect();
        let plan = plan(&format!("tasks:\n{tasks}"));
        let hazards = hazards(&plan, &plan.lanes(), &Order::new(&plan), &[]);
        assert_eq!(hazards.found.len(), MAX_HAZARDS);
        assert!(hazards.gave_up.is_some());
    }
}
