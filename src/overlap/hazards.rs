//! What one task reads and a concurrent one may write.
//!
//! What a task reads is a set of paths as a lane is, so the question is that of overlaps, asked
//! between reads and lanes. Tasks that read the same share the answer.

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

/// The most hazards that are told: seven hundred tasks that each read all that the others write.
const MOST_HAZARDS: usize = 1 << 19;

/// The most pairs of globs, each with a path to prove it, that they are made of.
const MOST_PAIRS: usize = 1 << 18;

/// A task that reads what a concurrent one may write, or of which that could not be decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hazard {
    /// The place of the task that reads.
    pub reader: TaskId,
    /// The place of the task that may write.
    pub writer: TaskId,
    /// What they have in common.
    pub crossing: Arc<ReadOverlap>,
}

/// What is read here and may be written there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOverlap {
    /// The pairs of a glob that is read and one of the lane that meet, and the path that proves it;
    /// the path is an existing file wherever there is one.
    pub shared: LaneIntersection,
    /// How many existing files are read and may be written.
    pub existing: usize,
    /// The first of them.
    pub sample: Vec<RepoPath>,
}

/// What is known of the hazards of a plan.
#[derive(Debug, Default)]
pub struct Hazards {
    /// Those that were found, in the order of the reading tasks and then of the writing ones.
    pub found: Vec<Hazard>,
    /// The first reader and writer of whom it is not told, if they are too many.
    pub gave_up: Option<(TaskId, TaskId)>,
}

/// Finds what tasks read and concurrent ones may write; what is shared is left out.
///
/// `files` are those that exist, in byte order.
#[must_use]
pub fn hazards(plan: &Plan, lanes: &Lanes, order: &Order, files: &[RepoPath]) -> Hazards {
    let alike = readers(plan);
    let Some(first) = lanes.ids().next().filter(|_| !alike.is_empty()) else {
        return Hazards::default();
    };
    // What is read stands behind the lanes, as if there were a task for it.
    let read = alike.iter().map(|tasks| lanes.of(first).with_globs(reads(plan, tasks[0])));
    let all = Lanes::new(lanes.ids().map(|task| lanes.of(task).clone()).chain(read).collect());
    let readers: IndexVec<TaskId, Vec<TaskId>> =
        lanes.ids().map(|_| Vec::new()).chain(alike).collect();

    let mut finder = Finder::new(&all, MOST_PAIRS);
    let may_intersect = |reads: TaskId, writer: TaskId| {
        let readers = &readers[reads];
        // Of many readers, one nearly always runs beside the writer.
        readers.len() > 1 || order.concurrent(readers[0], writer)
    };
    let (read, written): (Vec<_>, Vec<_>) =
        all.globs().partition(|entry| !readers[entry.key.0].is_empty());
    let _ended_or_told = for_each_candidate_between(
        &read,
        &written,
        |read, written| may_intersect(read.0, written.0),
        |read, written| finder.look(read, written),
    );

    let mut hazards = Hazards::default();
    for Overlap { tasks: (reads, writer), shared, existing, sample } in finder.overlaps(files) {
        let crossing = Arc::new(ReadOverlap { shared, existing, sample });
        let readers = readers[reads].iter();
        for &reader in readers.filter(|&&reader| order.concurrent(reader, writer)) {
            if hazards.found.len() < MOST_HAZARDS {
                let crossing = Arc::clone(&crossing);
                hazards.found.push(Hazard { reader, writer, crossing });
            } else {
                hazards.gave_up.get_or_insert((reader, writer));
            }
        }
    }
    hazards.found.sort_unstable_by_key(|hazard| (hazard.reader, hazard.writer));
    hazards
}

/// The tasks that read something, those that read the same together.
fn readers(plan: &Plan) -> Vec<Vec<TaskId>> {
    let mut places: HashMap<Vec<(bool, usize)>, usize> = HashMap::new();
    let mut tasks: Vec<Vec<TaskId>> = Vec::new();
    for (place, task) in plan.tasks.enumerated() {
        let sound = task.read.iter().filter_map(|entry| {
            entry.glob.as_ref().ok().map(|glob| (entry.negated, glob.identity()))
        });
        let read: Vec<(bool, usize)> = sound.collect();
        if read.iter().all(|(negated, _)| *negated) {
            continue;
        }
        let alike = *places.entry(read).or_insert_with(|| {
            tasks.push(Vec::new());
            tasks.len() - 1
        });
        tasks[alike].push(place);
    }
    tasks
}

/// What a task reads: the sound globs and what is taken from them.
fn reads(plan: &Plan, task: TaskId) -> [Vec<Glob>; 2] {
    [false, true].map(|negated| {
        let entries = plan[task].read.iter().filter(|entry| entry.negated == negated);
        entries.filter_map(|entry| entry.glob.clone().ok()).collect()
    })
}

/// Whether a task reads what another may write outside of some paths too, or may.
pub(crate) fn goes_further(plan: &Plan, lanes: &Lanes, hazard: &Hazard, paths: &Glob) -> bool {
    let writer = lanes.of(hazard.writer);
    let read = writer.with_globs(reads(plan, hazard.reader));
    let pairs = hazard.crossing.shared.pairs.iter().copied();
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
        let told = hazards.found.iter().map(|hazard| {
            let id = |task: TaskId| &plan[task].id.value;
            let ReadOverlap { shared, existing, .. } = &*hazard.crossing;
            assert!(shared.undecided.is_empty());
            let path = shared.witness.as_ref().unwrap();
            format!("{} < {} at {path} of {existing}", id(hazard.reader), id(hazard.writer))
        });
        told.collect()
    }

    #[test]
    fn what_a_task_reads_and_a_concurrent_one_may_write_is_a_hazard() {
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
    fn an_existing_file_is_the_witness_and_counted() {
        let text =
            "tasks:\n  a: {write: [], read: [src/**, '!src/y/**']}\n  b: {write: '**/*.rs'}\n";
        let files = ["src/a.rs", "src/b.rs", "src/c", "src/y/d.rs"];
        assert_eq!(found(text, &files), ["a < b at src/a.rs of 2"]);
    }

    #[test]
    fn nothing_is_a_hazard_that_is_shared_or_protected_or_ones_own() {
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
    fn tasks_that_read_the_same_are_each_told() {
        let tasks: String =
            (0..50).map(|n| format!("  t{n}: {{write: 'x{n}/**', read: 'x?/**'}}\n")).collect();
        let told = found(&format!("tasks:\n{tasks}"), &[]);
        assert_eq!(told.len(), 10 * 49);
        assert_eq!(told[0], "t0 < t1 at x1/0 of 0");
        assert_eq!(told[told.len() - 1], "t49 < t9 at x9/0 of 0");
    }

    #[test]
    fn too_many_to_tell_is_not_the_end_of_it() {
        let tasks: String =
            (0..1_100).map(|n| format!("  t{n}: {{write: 'x{n}/**', read: '**'}}\n")).collect();
        let plan = plan(&format!("tasks:\n{tasks}"));
        let hazards = hazards(&plan, &plan.lanes(), &Order::new(&plan), &[]);
        assert_eq!(hazards.found.len(), MOST_HAZARDS);
        assert!(hazards.gave_up.is_some());
    }
}
